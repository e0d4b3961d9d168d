//! A history: how the world is set up, and what people, schedulers and bad luck do, in order. Plain data, so that it
//! can be told, replayed and made shorter.

use std::collections::BTreeMap;
use std::fmt;

use guajira::domain::Side;
use guajira::plan::Direction;

use super::accounts::TrustSetup;
use super::adversary::{self, Forgery};
use super::again;
use super::deletes::{self, DeleteSetup};
use super::faithful::Faithful;
use super::faithful_luck;
use super::fields::{self, FieldDeed, FieldSetup};
use super::files::FileDeed;
use super::late::Hide;
use super::lines::alarms::AlarmDeed;
use super::lines::{self, LineSetup};
use super::pages::{self, PageSetup};
use super::rng::Rng;
use super::strangers::Stranger;
use super::tight::{self, TextSetup};

/// Which of the undocumented worlds this is.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the world, independent of the others")]
pub(super) struct Setup {
    pub(super) seed: u64,
    /// Guance keeps unknown keys of `extend`.
    pub(super) extend_kept: bool,
    /// Guance's list filters by update time; else by creation time.
    pub(super) list_by_update: bool,
    /// A reply moves its issue's update time.
    pub(super) reply_bumps: bool,
    /// Jira keeps comment properties given at creation.
    pub(super) comment_properties: bool,
    /// The bot may keep its write counter on Jira.
    pub(super) register: bool,
    /// The slow tier is on. Without it the fast tier alone must lose nothing, in a world that allows that.
    pub(super) sweep: bool,
    /// The routed project is a service project.
    pub(super) service: bool,
    /// The create screen has no label field: labels are dropped silently.
    pub(super) labels_dropped: bool,
    /// Search gives the issue property; else only its label.
    pub(super) search_properties: bool,
    /// The brake is tight: more than two creates are held until somebody lets them go.
    pub(super) brake: bool,
    /// Search shows a change after at most this long.
    pub(super) max_lag_s: u32,
    /// How many comments a search answer carries.
    pub(super) inline_comments: usize,
    /// Jira's clock against true time.
    pub(super) jira_skew_s: i32,
    /// Which fields are carried.
    pub(super) fields: FieldSetup,
    /// What becomes of deletions and repeats.
    pub(super) deletes: DeleteSetup,
    /// Which way files travel.
    pub(super) files: Direction,
    /// Guance tells how large a file is.
    pub(super) file_sizes: bool,
    /// Two routes, to two projects.
    pub(super) routes: bool,
    /// Whom it may not trust.
    pub(super) trust: TrustSetup,
    /// How large Guance's pages are, and its budget.
    pub(super) pages: PageSetup,
    /// How much the services take of a text.
    pub(super) texts: TextSetup,
    /// Which lines there are beside the first.
    pub(super) lines: LineSetup,
    /// Issues of one level are one problem, and go on with a ticket that was resolved.
    pub(super) reuse: bool,
}

/// What a person does. `pick` chooses among what is there at the time, so that an event stays meaningful when others
/// are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    OpenGuance {
        listed: bool,
    },
    EditGuanceIssue,
    SetLevel {
        listed: bool,
    },
    Reply,
    EditReply,
    DeleteReply,
    OpenJira,
    /// The monitor appends another alarm to an issue.
    Repeat,
    /// A whole Jira issue.
    DeleteIssue,
    Comment {
        restricted: bool,
        as_bot: bool,
    },
    /// The same words as other people use.
    PlusOne {
        side: Side,
    },
    EditComment,
    DeleteComment,
    Restrict,
    Unrestrict,
    Secure,
    Unsecure,
    Move {
        project: usize,
    },
    RenameProject,
    DropLabels,
    AddLabel,
    CloneIssue {
        as_bot: bool,
    },
    /// Quotes a copy on `of`, marker and all, in a new text on `side`.
    Quote {
        side: Side,
        of: Side,
        as_bot: bool,
    },
    EditCopy {
        side: Side,
    },
    DeleteCopy {
        side: Side,
    },
    /// Changes a field that both sides keep.
    Field(FieldDeed),
    Attach(FileDeed),
    /// An adversary's.
    Forge(Forgery),
    /// A person edits what was written last, or takes it away from most people's eyes.
    EditNewest,
    Hide(Hide),
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoConnection,
    RequestLost,
    AnswerLost,
    /// Half of the answer comes.
    AnswerCut,
    SlowDown,
    ServerError,
    Refused,
    /// Credentials are refused from here to the end of the run.
    AuthLost,
    /// Jira takes us for nobody from here to the end of the run: 200 with nothing in it.
    Anonymous,
    CrashBefore,
    CrashAfter,
    Slow,
    /// Nothing comes within the time-out; Jira makes what it was asked for piece by piece, later.
    Stalled,
    Unreadable,
    Unsure,
    /// Somebody asks the run to stop.
    StopAsked,
    /// Another run is started while this request is under way.
    SecondRun,
    /// A person acts just before this request is answered.
    Meanwhile(Deed, u32),
}

/// How much goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Calm,
    Mixed,
    Storm,
}

/// One run of the program.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// By number of the request within the run.
    pub(super) faults: BTreeMap<u32, Fault>,
    /// Dies at this durable step.
    pub(super) dies_at: Option<u32>,
    /// Reads this many hours back instead of from the cursors.
    pub(super) backfill_h: Option<u32>,
    /// No answer to a write reaches it.
    pub(super) unheard: bool,
    /// Guance takes no write: too many requests.
    pub(super) busy: bool,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Person(Deed, u32),
    Run(Run),
    ClockJump(i32),
    SaveState,
    RestoreState,
    LoseState,
    /// The program runs once against other services.
    Stranger(Stranger),
    /// The configuration names another account of Jira's, or another key of Guance's.
    MoveBot,
    RotateKey,
    /// Something fails every time from now on, until that is mended.
    Fail(Faithful),
    Mend,
    /// A monitor does something.
    Alarm(AlarmDeed, u32),
    /// Something happens to the line of incidents.
    Incidents(Box<Self>),
    /// Something happens to the line of alerts.
    Alerts(Box<Self>),
    /// A line is taken out of the configuration.
    TakeOut(u32),
    /// A line's source cannot be reached from now on.
    SourceDown(u32),
    /// All lines are there again, and their sources.
    AllBack,
    /// The state holds what version 0.1 believed of somebody's marker; the original was edited since, or not.
    Believe {
        edited: bool,
        pick: u32,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Names the event in texts and in the index's luck; kept when others are dropped.
    pub(super) uid: u32,
    /// Time since the event before.
    pub(super) after_s: u32,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) setup: Setup,
    pub(super) events: Vec<Event>,
}

impl History {
    /// Makes up the history of this seed; every third or so has several lines.
    pub(super) fn of(seed: u64) -> Self {
        let mut history = Self::alone(seed);
        lines::luck::also(&mut history);
        again::also(history)
    }

    /// The same with one line.
    pub(super) fn alone(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let setup = Setup::draw(seed, &mut rng);
        let count = 5 + if rng.chance(8) { rng.below(60) } else { rng.below(21) };
        let weather = match rng.below(100) {
            0..25 => Weather::Calm,
            25..85 => Weather::Mixed,
            _ => Weather::Storm,
        };
        let mut events = vec![
            Event { uid: 0, after_s: 0, what: What::Run(Run::default()) },
            Event { uid: 1, after_s: 20, what: What::Person(Deed::OpenGuance { listed: true }, 0) },
        ];
        if rng.chance(60) {
            events.push(Event { uid: 2, after_s: 20, what: What::Run(Run::draw(&mut rng, 3, Weather::Calm)) });
        }
        // Some people do hardly anything but change fields: what goes wrong between two changes of one field is rare.
        let focus = if rng.chance(30) { 90 } else { 40 };
        let mut long_waits = 0;
        for uid in 3..count + 3 {
            if focus > 50 && setup.fields.on() && rng.chance(12) {
                events.extend(fields::quarrel(&mut rng, 10_000 + uid * 10));
            }
            let what = draw_what(&mut rng, uid, weather, &setup, focus);
            let mut after_s = if rng.chance(50) { 1 + rng.below(20) } else { 20 + rng.below(100) };
            if long_waits < 3 && rng.chance(6) {
                long_waits += 1;
                after_s = 600 + rng.below(3 * 3600);
            }
            events.push(Event { uid, after_s, what });
            events.extend(adversary::also(&setup, uid));
            events.extend(pages::also(&setup, uid));
            events.extend(tight::also(&setup, uid));
        }
        faithful_luck::also(&setup, &mut events);
        Self { setup, events }
    }
}

impl Setup {
    fn draw(seed: u64, rng: &mut Rng) -> Self {
        let sweep = rng.chance(45);
        let labels_dropped = rng.chance(10);
        let drawn = Self {
            seed,
            extend_kept: rng.chance(50),
            list_by_update: !sweep || rng.chance(60),
            reply_bumps: !sweep || rng.chance(60),
            comment_properties: rng.chance(80),
            register: rng.chance(70),
            sweep,
            service: rng.chance(15),
            labels_dropped,
            brake: rng.chance(10),
            search_properties: labels_dropped || rng.chance(60),
            max_lag_s: if sweep { rng.pick(&[0, 20, 300, 540, 1500]) } else { rng.pick(&[0, 60, 300, 500]) },
            inline_comments: rng.below(4) as usize,
            jira_skew_s: rng.pick(&[0, 0, 0, 37, -95, 1800]),
            fields: FieldSetup::draw(rng),
            deletes: DeleteSetup::draw(seed, sweep),
            files: if rng.chance(30) {
                rng.pick(&[Direction::Both, Direction::Both, Direction::ToJira, Direction::ToGuance])
            } else {
                Direction::Off
            },
            file_sizes: rng.chance(50),
            routes: rng.chance(35),
            trust: TrustSetup::draw(seed),
            pages: PageSetup::draw(seed),
            texts: TextSetup::draw(seed),
            lines: LineSetup::default(),
            reuse: false,
        };
        let pages = drawn.pages.enough(drawn.files != Direction::Off, drawn.register);
        // Texts that arrive cut must follow what becomes of them.
        let updates = drawn.fields.updates || drawn.texts.tight();
        let fields = FieldSetup { updates, ..drawn.fields };
        Self { fields, pages, ..drawn }
    }
}

impl Run {
    fn draw(rng: &mut Rng, uid: u32, weather: Weather) -> Self {
        let mut run = Self::default();
        if rng.chance(5) {
            run.backfill_h = Some(1 + rng.below(30));
        }
        if weather == Weather::Calm || weather == Weather::Mixed && rng.chance(35) {
            return run;
        }
        let most = if weather == Weather::Storm { 8 } else { 3 };
        for n in 0..=rng.below(most) {
            let at = if rng.chance(70) { rng.below(8) } else { rng.below(30) };
            run.faults.insert(at, draw_fault(rng, 1000 + uid * 10 + n));
        }
        if rng.chance(30) {
            run.dies_at = Some(rng.below(16));
        }
        run.unheard = rng.chance(3);
        run
    }
}

fn draw_what(rng: &mut Rng, uid: u32, weather: Weather, setup: &Setup, focus: u32) -> What {
    match rng.below(100) {
        0..55 if setup.fields.on() && rng.chance(focus) => {
            What::Person(Deed::Field(FieldDeed::draw(rng)), rng.below(1000))
        }
        0..55 if setup.files != Direction::Off && rng.chance(30) => {
            What::Person(Deed::Attach(FileDeed::draw(rng)), rng.below(1000))
        }
        0..55 => {
            let deed = draw_deed(rng);
            What::Person(deletes::instead(setup, uid).unwrap_or(deed), rng.below(1000))
        }
        55..90 => What::Run(Run::draw(rng, uid, weather)),
        90..93 => What::ClockJump(rng.pick(&[-7200, -600, -61, 45, 400, 7200])),
        95 => What::Stranger(rng.pick(&Stranger::ALL)),
        93..96 => What::SaveState,
        96..98 => What::RestoreState,
        // Without the slow tier nobody promised to find what changed before the file was lost.
        _ if setup.sweep => What::LoseState,
        _ => What::RestoreState,
    }
}

fn draw_fault(rng: &mut Rng, salt: u32) -> Fault {
    match rng.below(22) {
        21 => Fault::AnswerCut,
        20 => Fault::StopAsked,
        0 => Fault::NoConnection,
        1 | 2 => Fault::RequestLost,
        3..6 => Fault::AnswerLost,
        6 => Fault::SlowDown,
        7 => Fault::ServerError,
        8 => Fault::Refused,
        9 => Fault::AuthLost,
        10 => Fault::Anonymous,
        11 | 12 => Fault::CrashBefore,
        13 | 14 => Fault::CrashAfter,
        15 => Fault::Slow,
        16 => Fault::Unreadable,
        17 => Fault::Unsure,
        18 => Fault::SecondRun,
        _ => Fault::Meanwhile(draw_deed(rng), salt),
    }
}

fn draw_deed(rng: &mut Rng) -> Deed {
    let side = rng.pick(&Side::BOTH);
    match rng.below(110) {
        105.. => Deed::Attach(FileDeed::draw(rng)),
        100.. => Deed::Field(FieldDeed::draw(rng)),
        0..12 => Deed::OpenGuance { listed: rng.chance(85) },
        12..14 => Deed::EditGuanceIssue,
        14..17 => Deed::SetLevel { listed: rng.chance(70) },
        17..29 => Deed::Reply,
        29..36 => Deed::EditReply,
        36..38 => Deed::DeleteReply,
        38..40 => Deed::OpenJira,
        40..56 => Deed::Comment { restricted: rng.chance(20), as_bot: rng.chance(15) },
        56..60 => Deed::PlusOne { side },
        60..68 => Deed::EditComment,
        68..70 => Deed::DeleteComment,
        70..73 => Deed::Restrict,
        73..75 => Deed::Unrestrict,
        75..77 => Deed::Secure,
        77..79 => Deed::Unsecure,
        79..82 => Deed::Move { project: rng.below(3) as usize },
        82..84 => Deed::RenameProject,
        84..87 => Deed::DropLabels,
        87..88 => Deed::AddLabel,
        88..91 => Deed::CloneIssue { as_bot: rng.chance(30) },
        91..96 => Deed::Quote { side, of: rng.pick(&Side::BOTH), as_bot: rng.chance(40) },
        96..98 => Deed::EditCopy { side },
        _ => Deed::DeleteCopy { side },
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the world: {}", self.setup)?;
        for Event { uid, after_s, what } in &self.events {
            writeln!(f, "  #{uid} after {after_s}s: {what}")?;
        }
        Ok(())
    }
}

/// Only what this world has, or has otherwise than nothing.
impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = format!("{self:?}").replace("Setup { ", "").replace("fields: Field", "").replace(" }", "");
        let nothing = |one: &&str| ![": false", ": 0", ": Off"].iter().any(|end| one.ends_with(end));
        let told: Vec<_> = all.split(", ").filter(nothing).map(|one| one.trim_end_matches(": true")).collect();
        f.write_str(&told.join(", "))
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(deed, _) => write!(f, "somebody does {deed:?}"),
            Self::Run(run) => write!(f, "{run}"),
            Self::ClockJump(seconds) => write!(f, "our clock jumps by {seconds}s"),
            Self::SaveState => f.write_str("the state is copied away"),
            Self::RestoreState => f.write_str("that copy is put back"),
            Self::LoseState => f.write_str("the state is lost"),
            Self::Stranger(what) => write!(f, "a run against another {what:?}"),
            Self::Fail(fault) => write!(f, "{fault}"),
            Self::Mend => f.write_str("what failed every time is mended"),
            Self::Alarm(deed, _) => write!(f, "a monitor does {deed:?}"),
            Self::Incidents(what) => write!(f, "incidents: {what}"),
            Self::Alerts(what) => write!(f, "alerts: {what}"),
            Self::TakeOut(pick) => write!(f, "a line is taken out of the configuration (pick {pick})"),
            Self::SourceDown(pick) => write!(f, "a source is down from now on (pick {pick})"),
            Self::AllBack => f.write_str("all lines and sources are there again"),
            Self::MoveBot => f.write_str("Jira's account is another"),
            Self::RotateKey => f.write_str("Guance's key is another"),
            Self::Believe { edited, .. } => {
                write!(f, "a forged marker was believed once (the original edited since: {edited})")
            }
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a run")?;
        if let Some(hours) = self.backfill_h {
            write!(f, " over the last {hours}h")?;
        }
        if self.busy {
            f.write_str(", Guance takes no write")?;
        }
        if self.unheard {
            f.write_str(", no write is answered")?;
        }
        for (request, fault) in &self.faults {
            write!(f, ", request {request} meets {fault:?}")?;
        }
        self.dies_at.map_or(Ok(()), |step| write!(f, ", and it dies at durable step {step}"))
    }
}
