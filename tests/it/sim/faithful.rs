//! Faults that are faithful: the same answer every time to one item, one pair, one project or one kind of request, from
//! some time on, for ever or until somebody mends it. And a Jira that works on creates long after nobody listens.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use guajira::domain::{Action, Fingerprint, Key, Push, Receipt, Side};
use guajira::ports::{ApiError, ApiErrorKind};

use super::jira_remote::SimJira;
use super::passage::Passage;
use super::rng::{Rng, mix};
use super::world::{Killed, World};

/// What the service says each time.
pub(super) const WORDS: &str = "as every time";

/// How long a request is waited for, in milliseconds.
pub(super) const TIMEOUT: i64 = 30_000;

/// What a `429` without a time is taken for, as the adapters take it.
const REST: u32 = 30;

/// One write that fails by itself goes out at most so often within an hour: after 1, 2, 4, 8, 16 and 32 minutes, once
/// more in company, and once because the hour does not begin with the first.
const MOST_TRIES: usize = 8;

/// While a fault holds, what it does not touch arrives within so many runs: one plans it and one sends it, three each for
/// what only a sweep finds, what has to be missed twice and what the budget of a minute leaves over. What is touched
/// may take the time of a run: see [`World::runs_to_arrive`].
const RUNS: u32 = 8;

/// A fault that is the same every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Faithful {
    pub(super) side: Side,
    pub(super) of: Of,
    /// `None`: every write.
    pub(super) what: Option<Request>,
    pub(super) how: How,
    /// So many others it meets first.
    pub(super) skip: u32,
}

/// What it is faithful to: the first of these that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// An issue, a comment, a file: whatever is written for one original.
    Item,
    /// All that is written into one issue.
    Pair,
    Project,
    All,
}

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Create,
    Comment,
    /// Also a deletion.
    Edit,
    Status,
    Field,
    Link,
    File,
    /// Reads a file.
    Open,
    /// Reads a thread.
    Thread,
}

/// What the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// A 5xx; it took no effect.
    ServerError,
    /// A 4xx.
    Refused,
    /// A 429, for one issue or for all that we ask.
    SlowDown { whole: bool, after_s: Option<u32> },
    /// None within the time-out; it takes effect.
    Slow,
    /// None within the time-out; it takes no effect.
    Hang,
}

impl Faithful {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let side = if rng.chance(65) { Side::JIRA } else { Side::GUANCE };
        let every = [
            Request::Create,
            Request::Create,
            Request::Comment,
            Request::Comment,
            Request::Edit,
            Request::Status,
            Request::Field,
            Request::Link,
            Request::File,
            Request::Open,
            Request::Thread,
        ];
        let (of, what) = match rng.below(100) {
            0..35 => (Of::Item, None),
            35..48 => (Of::Pair, None),
            48..55 => (Of::Project, None),
            55..66 => (Of::Pair, Some(Request::Thread)),
            66..70 => (Of::Item, Some(Request::Open)),
            _ => (Of::All, Some(rng.pick(&every))),
        };
        let how = match rng.below(100) {
            0..30 => How::ServerError,
            30..45 => How::Refused,
            45..70 => {
                How::SlowDown { whole: rng.chance(50), after_s: rng.pick(&[None, Some(5), Some(90), Some(1800)]) }
            }
            70..88 => How::Slow,
            _ => How::Hang,
        };
        Self { side, of, what, how, skip: rng.below(4) }
    }

    /// Says how a request ends: what the adapter makes of it. `writes` is whether it would have changed something.
    fn error(self, writes: bool) -> ApiError {
        let lost = if writes { ApiErrorKind::InDoubt } else { ApiErrorKind::Unavailable { retry_after: None } };
        let time = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let (kind, status) = match self.how {
            How::ServerError => (lost, "500"),
            How::Refused => (ApiErrorKind::Refused, "400"),
            How::Slow | How::Hang => (lost, "no answer"),
            How::SlowDown { whole: false, after_s } if writes && !self.side.is_source() => {
                (ApiErrorKind::Crowded { retry_after: time(after_s.unwrap_or(REST)) }, "429")
            }
            // A limit of Guance without a time is a write that failed.
            How::SlowDown { after_s: None, .. } if writes && self.side.is_source() => {
                (ApiErrorKind::Unavailable { retry_after: None }, "429")
            }
            How::SlowDown { after_s, .. } => {
                (ApiErrorKind::Unavailable { retry_after: Some(time(after_s.unwrap_or(REST))) }, "429")
            }
        };
        ApiError::new(self.side, kind, format!("{status} {WORDS}"))
    }

    fn takes_time(self) -> bool {
        matches!(self.how, How::Slow | How::Hang)
    }
}

impl fmt::Display for Faithful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, of, what, how, skip } = self;
        write!(f, "from now on {side} answers {how:?} to ")?;
        match what {
            Some(what) => write!(f, "{what:?} requests")?,
            None => f.write_str("writes")?,
        }
        match of {
            Of::All => Ok(()),
            of => write!(f, " of one {of:?}, after {skip} others"),
        }
    }
}

/// What the world knows of its faithful faults.
#[derive(Debug, Default)]
pub(super) struct Stubborn {
    holds: Option<Faithful>,
    /// What it is faithful to, once it has met it.
    bound: Option<String>,
    met: u32,
    /// The history is over, and it still holds.
    pub(super) judged: bool,
    /// There was one.
    pub(super) ever: bool,
    /// Pairs, by their Guance issue, and the side that is written to.
    touched: BTreeSet<(String, Side)>,
    /// When each write was sent by itself and failed, in true time.
    tries: BTreeMap<(Key, Fingerprint), Vec<i64>>,
    /// Creates that Jira is still at work on, and when each is done.
    under_way: Vec<(i64, Push)>,
    /// Failed answers of this run: to writes, to reads.
    pub(super) answers: (u32, u32),
    /// Failures in a row as a careless engine counts them.
    pub(super) per_element: usize,
}

impl Stubborn {
    pub(super) fn start_run(&mut self) {
        (self.answers, self.per_element) = ((0, 0), 0);
    }

    /// It begins.
    pub(super) fn begin(&mut self, fault: Faithful) {
        *self =
            Self { holds: Some(fault), ever: true, under_way: std::mem::take(&mut self.under_way), ..Self::default() };
    }

    /// Somebody has mended it.
    pub(super) fn mend(&mut self) {
        (self.holds, self.judged) = (None, false);
        self.forget();
    }

    /// The state, or our clock, is another: nothing tells how often something was tried.
    pub(super) fn forget(&mut self) {
        self.tries.clear();
    }

    pub(super) fn holds(&self) -> bool {
        self.holds.is_some()
    }

    pub(super) fn touch(&mut self, pair: &str, side: Side) {
        self.touched.insert((pair.to_owned(), side));
    }

    /// Returns true for what need not have arrived, since the fault that touches it still holds.
    pub(super) fn excuses(&self, pair: &str, target: Side) -> bool {
        self.judged && self.is_touched(pair, target)
    }

    pub(super) fn is_touched(&self, pair: &str, target: Side) -> bool {
        self.touched.contains(&(pair.to_owned(), target))
    }
}

fn request_of(push: &Push) -> Request {
    match &push.action {
        Action::CreateIssue(_) | Action::ContinueIssue(_) => Request::Create,
        Action::AddComment { .. } => Request::Comment,
        // What names an item is an edit of the property.
        Action::EditComment { .. } | Action::DeleteComment { .. } | Action::JoinIssue { .. } => Request::Edit,
        Action::ChangeIssue { .. } if push.key.as_str().contains("/status@") => Request::Status,
        Action::ChangeIssue { .. } => Request::Field,
        Action::LinkIssue { .. } => Request::Link,
        Action::AddFile { .. } => Request::File,
    }
}

fn project_of(w: &World, push: &Push) -> Option<usize> {
    match &push.action {
        Action::CreateIssue(new) => w.jira.project(&new.project),
        Action::ContinueIssue(continued) => w.jira.project(&continued.new.project),
        Action::AddComment { issue, .. }
        | Action::EditComment { issue, .. }
        | Action::DeleteComment { issue, .. }
        | Action::ChangeIssue { issue, .. }
        | Action::JoinIssue { issue, .. }
        | Action::AddFile { issue, .. }
        | Action::LinkIssue { issue, .. } => w.jira.place(issue.as_str()).map(|at| w.jira.issues[at].now.project),
    }
}

/// What a fault would be faithful to, were this the first that it meets; `None` when it is not about such a thing.
fn subject(w: &World, fault: Faithful, push: &Push) -> Option<String> {
    let about = fault.side == push.target && fault.what.is_none_or(|what| what == request_of(push));
    if !about {
        return None;
    }
    Some(match fault.of {
        Of::Item => push.key.origin().as_str().to_owned(),
        Of::Project if !push.target.is_source() => format!("{:?}", project_of(w, push)),
        Of::Pair | Of::Project => push.pair.as_str().to_owned(),
        Of::All => String::new(),
    })
}

pub(super) fn would_meet(w: &World, push: &Push) -> bool {
    let subject = w.stubborn.holds.and_then(|fault| subject(w, fault, push));
    subject.is_some_and(|subject| subject.is_empty() || w.stubborn.bound == Some(subject))
}

/// Returns true when the fault is about this, and takes note of what it is faithful to.
fn binds(stubborn: &mut Stubborn, fault: Faithful, subject: String) -> bool {
    if subject.is_empty() {
        return true;
    }
    if stubborn.bound.is_none() {
        stubborn.met += 1;
        if stubborn.met > fault.skip {
            stubborn.bound = Some(subject.clone());
        }
    }
    stubborn.bound == Some(subject)
}

/// An adapter looks whose writing it would write over, and asks for nothing where it is somebody else's.
fn is_foreign(w: &World, push: &Push) -> bool {
    let (Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. }) = &push.action else {
        return false;
    };
    let refusal = match push.target {
        Side::Source(_) => w.guance.find_note(comment.as_str()).and_then(|(at, _)| w.foreign_reply(at, comment, push)),
        Side::Tracker(_) => w.jira.find_note(comment.as_str()).and_then(|(at, n)| w.foreign_comment(at, n, push)),
    };
    refusal.is_some()
}

fn meets(w: &mut World, push: &Push) -> bool {
    let Some(fault) = w.stubborn.holds else { return false };
    if is_foreign(w, push) {
        return false;
    }
    let Some(subject) = subject(w, fault, push) else { return false };
    let met = binds(&mut w.stubborn, fault, subject);
    if met {
        let pair = push.pair.as_str();
        w.stubborn.touch(pair, push.target);
        if request_of(push) == Request::Create {
            w.stubborn.touch(pair, push.target.opposite());
        }
        // Refused, or failed too often, these are left out.
        if push.action.is_optional() {
            w.refused.insert(push.key.origin());
        }
    }
    met
}

/// A read of a thread, or of a file, that may fail every time. `pair` is the Guance issue of the pair.
pub(super) fn read(
    world: &RefCell<World>,
    side: Side,
    what: Request,
    pair: Option<&str>,
    item: &str,
) -> Result<(), ApiError> {
    let w = &mut *world.borrow_mut();
    let (Some(fault), Some(pair)) = (w.stubborn.holds, pair) else { return Ok(()) };
    if fault.side != side || fault.what != Some(what) {
        return Ok(());
    }
    let subject = match fault.of {
        Of::Item => item,
        Of::Pair | Of::Project => pair,
        Of::All => "",
    };
    if !binds(&mut w.stubborn, fault, subject.to_owned()) {
        return Ok(());
    }
    w.stubborn.touch(pair, side.opposite());
    if what == Request::Thread {
        w.stubborn.touch(pair, side);
    } else {
        w.refused.insert(Key::file(side, &guajira::domain::FileId::new(item)));
    }
    w.stubborn.answers.1 += 1;
    if fault.takes_time() {
        w.now += TIMEOUT;
    }
    w.note(|| format!("     <- {:?}, {WORDS}", fault.how));
    Err(fault.error(false))
}

/// Carries out the writes of one request, as [`World::settle_passage`] does, but for those that fail every time.
pub(super) fn carry(
    w: &mut World,
    pushes: &[Push],
    passage: Result<Passage, ApiError>,
    write: impl Fn(&mut World, &Push) -> Result<Receipt, ApiError>,
) -> Vec<Result<Receipt, ApiError>> {
    if passage == Ok(Passage::Stalled) {
        // The server is at work on each for a while.
        return stall(w, pushes, &vec![true; pushes.len()], write);
    }
    let bad: Vec<bool> = match &passage {
        Ok(_) => pushes.iter().map(|push| meets(w, push)).collect(),
        Err(_) => Vec::new(),
    };
    let (Some(fault), Some(first), Ok(way)) = (w.stubborn.holds, bad.iter().position(|bad| *bad), &passage) else {
        return w.settle_passage(pushes, passage, write);
    };
    w.note(|| format!("     <- {:?} for {}, {WORDS}", fault.how, pushes[first].key));
    w.stubborn.answers.0 += 1;
    // Who is asked to wait waits so long, and that is no failure.
    let is_failure = !matches!(fault.error(true).kind, ApiErrorKind::Unavailable { retry_after: Some(_) });
    if pushes.len() == 1 && is_failure && fault.how != How::Slow {
        tried(w, &pushes[0]);
    }
    let lost = matches!(way, Passage::AnswerLost | Passage::DieAfter);
    let error = || Err(fault.error(true));
    let clear =
        |w: &mut World, push: &Push| w.settle_passage(std::slice::from_ref(push), Ok(Passage::Clear), &write).remove(0);
    let mut done: Vec<_> = match fault.how {
        How::SlowDown { whole: true, .. } => pushes.iter().map(|_| error()).collect(),
        // The adapter tells of each element what became of it.
        How::Refused | How::SlowDown { .. } => {
            pushes.iter().zip(&bad).map(|(push, bad)| if *bad { error() } else { clear(w, push) }).collect()
        }
        How::ServerError | How::Hang => {
            // Those before it in the batch are made, or none.
            let made = if mix(w.setup.seed, u64::from(w.requests)).is_multiple_of(3) { 0 } else { first };
            for push in &pushes[..made] {
                drop(clear(w, push));
            }
            w.now += if fault.how == How::Hang { TIMEOUT } else { 0 };
            w.troubled = true;
            pushes.iter().map(|_| error()).collect()
        }
        How::Slow => stall(w, pushes, &bad, &write),
    };
    if *way == Passage::DieAfter {
        std::panic::panic_any(Killed);
    }
    if lost {
        let no_answer = || ApiError::new(fault.side, ApiErrorKind::InDoubt, "no answer");
        w.troubled = true;
        done = pushes.iter().map(|_| Err(no_answer())).collect();
    }
    done
}

/// Nobody hears what becomes of these writes. An issue that Jira is slow to make is there up to twice as long after the one
/// before it as was waited; anything else takes effect at once.
fn stall(
    w: &mut World,
    pushes: &[Push],
    slow: &[bool],
    write: impl Fn(&mut World, &Push) -> Result<Receipt, ApiError>,
) -> Vec<Result<Receipt, ApiError>> {
    let begun = w.now;
    let mut due = begun;
    w.troubled = true;
    for (push, slow) in pushes.iter().zip(slow) {
        if !matches!(push.action, Action::CreateIssue(_)) {
            drop(w.settle_passage(std::slice::from_ref(push), Ok(Passage::AnswerLost), &write));
            continue;
        }
        let luck = mix(w.setup.seed, u64::from(w.requests) * 100 + due.unsigned_abs() % 97);
        due += if *slow { 3000 + i64::try_from(luck % 55_000).unwrap_or(0) } else { 150 };
        w.stubborn.under_way.push((due, push.clone()));
    }
    w.now += TIMEOUT;
    w.catch_up();
    let target = pushes.first().map_or(Side::JIRA, |push| push.target);
    pushes.iter().map(|_| Err(ApiError::new(target, ApiErrorKind::InDoubt, format!("no answer {WORDS}")))).collect()
}

/// What fails by itself waits longer each time.
fn tried(w: &mut World, push: &Push) {
    let now = w.now;
    let tries = w.stubborn.tries.entry((push.key.clone(), push.content.clone())).or_default();
    tries.retain(|at| now - at < 3_600_000);
    tries.push(now);
    let count = tries.len();
    if count > MOST_TRIES {
        w.blame(format!("hammered: {} was sent {count} times within an hour, and failed each time", push.key));
    }
}

impl World {
    /// Lets Jira finish what it was at work on by now.
    pub(super) fn catch_up(&mut self) {
        let now = self.now;
        self.stubborn.under_way.sort_by_key(|(due, _)| *due);
        while self.stubborn.under_way.first().is_some_and(|(due, _)| *due <= now) {
            let (due, push) = self.stubborn.under_way.remove(0);
            self.now = due;
            self.note(|| format!("  Jira has done what nobody waits for any more: {}", push.key));
            // Another line than the one that sent it may be on stage by now.
            let on_stage = self.line;
            self.enter(push.target.line());
            drop(SimJira::write(self, &push));
            self.enter(on_stage);
        }
        self.now = now;
    }

    /// Lets Jira finish all of it at once: who lost the state, or has his clock set, cannot know that it is at work.
    pub(super) fn finish(&mut self) {
        for (due, _) in &mut self.stubborn.under_way {
            *due = self.now;
        }
        self.catch_up();
    }

    /// Runs in which every Guance thread has been read in its turn: a long list leaves few requests for them.
    pub(super) fn runs_of_a_turn(&self) -> u32 {
        u32::try_from(self.guance.issues.len() / 4).unwrap_or(u32::MAX)
    }

    /// Within so many runs what a fault does not touch has arrived.
    pub(super) fn runs_to_arrive(&self) -> u32 {
        // Of those that take 30 s to fail, a run of 50 s tries two.
        let slow = self.stubborn.holds.is_some_and(Faithful::takes_time);
        let touched = u32::try_from(self.stubborn.touched.len()).unwrap_or(0);
        RUNS + self.runs_of_a_turn() + if slow { touched } else { touched / 4 }
    }
}
