//! Plays a history with the real engine over a real state file, then lets the world settle and checks it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use guajira::domain::{CommentId, Fingerprint, Key, SealKeys, ServiceName, Side};
use guajira::engine::budget::{Ledger, Patience};
use guajira::engine::{self, Askers, Backfill, Order, Quiet, Settings};
use guajira::piped::{Beside, Piped};
use guajira::plan::Policy;
use guajira::ports::{About, Budget, Clock, Crash, InLine, Limits, Remote};
use guajira::state::{Durability, RunLock, Services, State, StateError};
use rusqlite::Connection;

use super::gallery::{self, Bug};
use super::guance_remote::SimGuance;
use super::history::{Event, History, Run, Setup, What};
use super::jira_remote::{Post, Shared, SimJira};
use super::lines::alarms::{Careless, SimEvents};
use super::lines::alerts::{SimAlerts, Unmetered};
use super::lines::incidents::SimIncidents;
use super::world::{Killed, Machine, World, time};
use super::{adversary, fields, isolated, lines, people, strangers};

/// What came of a history.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Broken promises; empty is good.
    pub(super) wrong: Vec<String>,
    /// The story, when it was asked for.
    pub(super) log: Vec<String>,
    /// How many runs it took.
    pub(super) runs: u32,
}

/// Plays a history in a directory that is its own.
pub(super) fn play(history: &History, bug: Option<Bug>, dir: &Path, tell: bool) -> Outcome {
    let (world, runs) = on_stage(&history.setup, bug, dir, tell, |stage| {
        let mut runs = 0;
        for event in &history.events {
            runs += u32::from(matches!(event.what, What::Run(_)));
            stage.event(event);
            if !stage.world.borrow().wrong.is_empty() {
                return runs;
            }
        }
        runs + stage.settle()
    });
    Outcome { wrong: world.wrong, log: world.log, runs }
}

/// Sets a world up in a directory that is its own, and hands it to who plays in it.
pub(super) fn on_stage<T>(
    setup: &Setup,
    bug: Option<Bug>,
    dir: &Path,
    tell: bool,
    play: impl FnOnce(&Theatre<'_>) -> T,
) -> (World, T) {
    let stands: Vec<Stand> = setup.lines.names().into_iter().map(|line| Stand::new(setup, bug, dir, line)).collect();
    let world = RefCell::new(World::new(setup.clone(), bug, dir.join(MAIN), tell));
    let stage = Theatre { world: &world, stands, on: Cell::new(0), shared: RefCell::default() };
    let played = play(&stage);
    drop(stage);
    (world.into_inner(), played)
}

pub(super) struct Theatre<'w> {
    pub(super) world: &'w RefCell<World>,
    /// What the program has for each line, the first line's first.
    pub(super) stands: Vec<Stand>,
    /// Which of them is on stage.
    pub(super) on: Cell<usize>,
    /// What Jira told an earlier line of this run.
    pub(super) shared: RefCell<Shared>,
}

/// The state file of the first line, and of the requests of all.
const MAIN: &str = "state.db";

/// What the program has for a line.
pub(super) struct Stand {
    pub(super) line: ServiceName,
    pub(super) file: PathBuf,
    pub(super) policy: Policy,
    pub(super) settings: Settings,
    /// The state stays open from run to run, for speed alone: what a death leaves uncommitted is rolled back when the
    /// transaction is dropped. A change of the file closes it; the end-to-end tests kill real processes.
    pub(super) open: RefCell<Option<State>>,
    /// Whether the history is over, and the source's list was read to its end since.
    pub(super) has_listed: Cell<bool>,
}

impl Stand {
    fn new(setup: &Setup, bug: Option<Bug>, dir: &Path, line: ServiceName) -> Self {
        let is_first = line == ServiceName::GUANCE;
        let file = dir.join(if is_first { MAIN.to_owned() } else { format!("{line}.db") });
        clear(&file.with_extension("saved"));
        put_blank(&dir.join("blank.db"), &file);
        let (policy, settings) = (lines::play::policy(setup, line), settings(setup, bug, line));
        Self { line, file, policy, settings, open: RefCell::default(), has_listed: Cell::new(false) }
    }

    pub(super) fn opened(&self) -> Result<State, StateError> {
        let open = || Ok(State::open_with(&self.file, Durability::Process)?.of_line(self.line));
        self.open.take().map_or_else(open, Ok)
    }
}

fn settings(setup: &Setup, bug: Option<Bug>, line: ServiceName) -> Settings {
    let services = lines::play::services(setup, line);
    let hours = |n: u64| Duration::from_secs(n * 3600);
    Settings {
        limits: Limits {
            overlap: Duration::from_secs(if bug == Some(Bug::NoOverlap) { 0 } else { 600 }),
            sweep_every: if setup.sweep { hours(1) } else { hours(1_000_000) },
            max_creates: if setup.brake { 2 } else { 200 },
            ..Limits::default()
        },
        no_script: false,
        projects: lines::play::projects(setup, line),
        seal_keys: SealKeys::default(),
        askers: askers(&services, "ours"),
        services,
    }
}

/// Who asks, by the addresses and the credentials.
pub(super) fn askers(services: &Services, credentials: &str) -> Askers {
    let named = |address: &str| Fingerprint::of(&[address, credentials]);
    Askers { guance: named(&services.guance.address), jira: named(&services.jira.address) }
}

impl Theatre<'_> {
    pub(super) fn event(&self, event: &Event) {
        self.pass(i64::from(event.after_s) * 1000);
        match self.enter_for(event) {
            What::Person(deed, pick) => people::act(&mut self.world.borrow_mut(), *deed, *pick, event.uid),
            What::Run(run) => self.run(run.clone()),
            What::Alarm(..)
            | What::TakeOut(_)
            | What::SourceDown(_)
            | What::AllBack
            | What::Incidents(_)
            | What::Alerts(_) => {
                self.line_event(event);
            }
            What::ClockJump(seconds) => {
                let w = &mut *self.world.borrow_mut();
                w.finish();
                w.stubborn.forget();
                w.our_skew += i64::from(*seconds) * 1000;
                w.ledger_excused();
                w.note(|| format!("our clock jumps by {seconds}s"));
            }
            What::SaveState => {
                self.stand().open.take();
                let _ = std::fs::copy(&self.stand().file, self.saved());
                let w = &mut *self.world.borrow_mut();
                (w.saved_at, w.saved_floor) = (w.now, (w.floor, w.floor_unknown));
                w.saved_keys = w.keys.clone();
            }
            What::RestoreState => {
                let may = {
                    let w = self.world.borrow();
                    w.accounts.may_go_on_with(&w.saved_keys)
                };
                if self.saved().exists() && may {
                    self.stand().open.take();
                    clear(&self.stand().file);
                    let _ = std::fs::copy(self.saved(), &self.stand().file);
                    self.state_lost("an older copy of the state is put back");
                    let w = &mut *self.world.borrow_mut();
                    w.state_restored = true;
                    w.keys = w.saved_keys.clone();
                    (w.floor, w.floor_unknown) = w.saved_floor;
                    let saved_at = w.saved_at;
                    fields::forget(w, saved_at);
                }
            }
            What::Stranger(what) => {
                self.world.borrow_mut().note(|| format!("a run against another {what:?}"));
                let ran = self.opened().map_err(anyhow::Error::from).and_then(|state| {
                    strangers::run(self.world, &state, (&self.stand().policy, &self.stand().settings), *what)?;
                    self.stand().open.replace(Some(state));
                    Ok(())
                });
                if let Err(err) = ran {
                    self.world.borrow_mut().blame(format!("failed: {err:#}"));
                }
            }
            // Nothing recognises what an account wrote that is known to nobody any more, sealed with a key that nobody has.
            What::LoseState if !self.world.borrow().accounts.may_go_on_with(&SealKeys::default()) => {}
            What::LoseState => {
                self.stand().open.take();
                clear(&self.stand().file);
                let _ = std::fs::remove_file(self.saved());
                self.state_lost("the state is lost");
                let w = &mut *self.world.borrow_mut();
                w.floor_unknown = true;
                w.keys = SealKeys::default();
                fields::forget(w, 0);
            }
            What::Fail(fault) => {
                let w = &mut *self.world.borrow_mut();
                w.note(|| fault.to_string());
                w.stubborn.begin(*fault);
            }
            What::Mend => {
                let w = &mut *self.world.borrow_mut();
                w.note(|| "what failed every time is mended".into());
                w.stubborn.mend();
            }
            What::MoveBot => {
                let w = &mut *self.world.borrow_mut();
                let keys = w.keys.clone();
                // Nothing tells whose a file is but the account that attached it.
                let known = w.setup.trust.former || !w.setup.files.writes(Side::JIRA);
                let moved = known && w.accounts.move_bot(&keys);
                w.note(|| format!("Jira's account is another: {moved}"));
            }
            What::RotateKey => {
                let w = &mut *self.world.borrow_mut();
                let keys = w.keys.clone();
                let rotated = w.accounts.rotate(&keys);
                w.ledger_excused();
                w.note(|| format!("Guance's key is another: {rotated}"));
            }
            What::Believe { edited, pick } => {
                if let Err(err) = self.believe(*edited, *pick, event.uid) {
                    self.world.borrow_mut().blame(format!("failed: {err:#}"));
                }
            }
        }
    }

    /// Writes into the state what version 0.1 believed.
    fn believe(&self, edited: bool, pick: u32, uid: u32) -> anyhow::Result<()> {
        let w = &mut *self.world.borrow_mut();
        let Some((side, key, copy, pair)) = adversary::believed(w, pick, uid) else { return Ok(()) };
        self.stand().open.take();
        let file = Connection::open(&self.stand().file)?;
        // A state that is lost has no tables yet.
        let known = file.query_row("SELECT count(*) FROM issue_link WHERE guance = ?1", [&pair], |row| row.get(0));
        if known.unwrap_or(0) == 0 {
            return Ok(());
        }
        let Some((at, n)) = w.find_original(&key) else { return Ok(()) };
        let body = match side.opposite() {
            Side::Source(_) => &w.guance.issues[at].notes[n].body,
            Side::Tracker(_) => &w.jira.issues[at].now.notes[n].body,
        };
        let written = if edited { Fingerprint::of(&["older"]) } else { Fingerprint::of(&[&body.canonical()]) };
        let origin_id = key.comment_on(side.opposite()).unwrap_or_else(|| CommentId::new(""));
        let origin = side.opposite();
        let row = (origin.as_str(), origin_id.as_str(), copy.as_str(), pair.as_str(), written.as_str());
        file.execute(
            "INSERT INTO comment_link (origin, origin_id, copy_id, lane, written) VALUES (?1, ?2, ?3, ?4, ?5)",
            row,
        )?;
        w.note(|| format!("version 0.1 took {copy} on {side} for the copy of {key}"));
        w.believed.insert(Key::comment(side, &CommentId::new(copy)), (key, written));
        Ok(())
    }

    pub(super) fn pass(&self, ms: i64) {
        let w = &mut *self.world.borrow_mut();
        w.now += ms;
        w.catch_up();
    }

    fn saved(&self) -> std::path::PathBuf {
        self.stand().file.with_extension("saved")
    }

    fn state_lost(&self, how: &str) {
        let w = &mut *self.world.borrow_mut();
        w.note(|| how.to_owned());
        w.finish();
        w.stubborn.forget();
        w.ledger_excused();
        w.state_lost = true;
    }

    /// One run of the program, to its end or its death.
    pub(super) fn run(&self, plan: Run) {
        if self.stands.len() > 1 {
            return self.run_lines(&plan);
        }
        self.world.borrow_mut().note(|| plan.to_string());
        self.world.borrow_mut().start(plan);
        if let Err(err) = self.run_or_fail() {
            self.world.borrow_mut().blame(format!("failed: {err:#}"));
        }
    }

    /// A child that another test of this binary is just starting holds a copy of every open file until it becomes
    /// another program: a dead run's lock may live on for that moment.
    fn lock(&self) -> Result<Option<RunLock>, StateError> {
        for _ in 0..1000 {
            if let Some(lock) = RunLock::take(&self.stands[0].file)? {
                return Ok(Some(lock));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        RunLock::take(&self.stands[0].file)
    }

    /// One run of the engine for the line on stage; returns whether the process died.
    pub(super) fn run_or_fail(&self) -> anyhow::Result<bool> {
        let lock = self.lock()?;
        anyhow::ensure!(lock.is_some(), "the lock of a dead run is still held");
        let bug = self.world.borrow().bug;
        let mut state = self.opened()?;
        let mut before = gallery::Before::default();
        if bug.is_some_and(Bug::compares) {
            drop(state);
            before = gallery::before(bug, &Connection::open(&self.stand().file)?)?;
            state = self.opened()?;
        }
        let [source, tracker] = Side::Source(state.line()).both();
        let cursors = [state.cursor(source)?, state.cursor(tracker)?];
        let crashed = self.process(&state)?;
        let moved = |side: Side| {
            let old = &cursors[usize::from(!side.is_source())];
            state.cursor(side).is_ok_and(|new| new.map(|c| c.at) != old.map(|c| c.at))
        };
        let w = &mut *self.world.borrow_mut();
        if w.floor_unknown && state.cursor(source)?.is_some() {
            (w.floor, w.floor_unknown) = (w.run_started, false);
        }
        if !w.floor_unknown {
            let lost = lines::play::conserved(w, &state, moved)?;
            for line in lost {
                w.blame(line);
            }
        }
        isolated::left_over(w, &state, time(w.now + w.our_skew))?;
        let acting = bug.filter(|bug| bug.acts(&state, crashed));
        match acting {
            Some(bug) => {
                drop(state);
                gallery::after(bug, &Connection::open(&self.stand().file)?, w, &before, crashed)?;
            }
            None => {
                self.stand().open.replace(Some(state));
            }
        }
        Ok(crashed)
    }

    pub(super) fn opened(&self) -> Result<State, StateError> {
        self.stand().opened()
    }

    pub(super) fn stand(&self) -> &Stand {
        &self.stands[self.on.get()]
    }

    /// Returns whether the process died.
    fn process(&self, state: &State) -> anyhow::Result<bool> {
        let machine = Machine(self.world);
        let hours = self.world.borrow().run.backfill_h;
        let now = machine.now();
        let backfill = hours.map(|h| Backfill { from: now - TimeDelta::hours(i64::from(h)), until: None });
        let patience = if backfill.is_some() {
            Patience::Endless
        } else {
            Patience::Until(now + self.stand().settings.limits.max_runtime)
        };
        // While it settles, somebody is there to let go what the brake holds.
        let order = Order { backfill, release: self.world.borrow().settling, ..Order::default() };
        let (keys, seal_keys) = {
            let accounts = &self.world.borrow().accounts;
            ([accounts.credential()], accounts.seal_keys())
        };
        let settings = Settings { seal_keys, ..self.stand().settings.clone() };
        // The first line's state keeps the requests of all, and the one of alarms takes them in whoever is at work.
        let [main, inbox] = [ServiceName::GUANCE, lines::alarms()].map(|line| self.other_state(line));
        let (main, inbox) = (main?, inbox?);
        let ledger = main.as_ref().unwrap_or(state);
        let budget = Ledger::new(ledger, &machine, &machine, &keys, self.world.borrow().setup.pages.budget, patience)
            .for_line(state.line(), self.polls());
        let is_metered = state.line() != lines::alerts();
        let budget: &dyn Budget = if is_metered { &budget } else { &Unmetered };
        let guance = SimGuance { world: self.world, budget, facts: state };
        let shared = self.shared.borrow();
        let post = Post {
            about: About { side: Side::Tracker(state.line()), ..guajira::jira::ABOUT },
            shared: Some(&*shared).filter(|_| self.stands.len() > 1 && hours.is_none()),
            inbox: inbox.as_ref().or(Some(state).filter(|state| state.line() == lines::alarms())),
        };
        let jira = SimJira(self.world, state, post);
        let careless = Careless { state, bug: self.world.borrow().bug };
        let events = SimEvents { world: self.world, budget };
        let both = Beside::new(&events, Piped::new(state.line().as_str(), &careless));
        let (incidents, alerts) = (SimIncidents(&guance), SimAlerts(&guance));
        let source: &dyn Remote = match state.line() {
            line if line == lines::alarms() => &both,
            line if line == lines::incidents() => &incidents,
            line if line == lines::alerts() => &alerts,
            _ => &guance,
        };
        let source = InLine::new(state.line(), source);
        let world = engine::World {
            guance: &source,
            jira: &jira,
            budget,
            state,
            rooms: engine::Rooms::default(),
            policy: &self.stand().policy,
            settings: &settings,
            clock: &machine,
            stop: &machine,
            failpoints: &machine,
            progress: &Quiet,
        };
        let ran = catch_unwind(AssertUnwindSafe(|| engine::sync_once(&world, &order)));
        for other in main.into_iter().chain(inbox) {
            let stand = self.stands.iter().find(|stand| stand.line == other.line());
            stand.and_then(|stand| stand.open.replace(Some(other)));
        }
        match ran {
            Ok(Ok(_report)) => Ok(false),
            Ok(Err(err)) if err.downcast_ref::<Crash>().is_some() => Ok(true),
            Ok(Err(err)) => Err(err),
            Err(payload) if payload.is::<Killed>() => {
                self.world.borrow_mut().note(|| "  killed".into());
                Ok(true)
            }
            Err(payload) => {
                let said = payload.downcast_ref::<String>().map(String::as_str);
                let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
                anyhow::bail!("panicked: {said}")
            }
        }
    }
}

/// Puts a state file as a first run makes it; to make one for every history would cost a fifth of it. One that is lost
/// is made anew by the run that misses it.
fn put_blank(blank: &Path, file: &Path) {
    if !blank.exists() {
        drop(State::open_with(blank, Durability::Process));
    }
    clear(file);
    std::fs::copy(blank, file).expect("a copy of the blank state");
}

fn clear(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}
