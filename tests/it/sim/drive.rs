//! Plays a history with the real engine over a real state file, then lets the world settle and checks it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use guajira::domain::{CommentId, Fingerprint, Key, SealKeys, Side};
use guajira::engine::budget::{Ledger, Patience};
use guajira::engine::{self, Askers, Backfill, Order, Quiet, Settings};
use guajira::plan::Policy;
use guajira::ports::{Clock, Crash, Limits};
use guajira::state::{Durability, Installation, RunLock, Services, State, StateError, Workspace};
use rusqlite::Connection;

use super::gallery::{self, Bug};
use super::guance_remote::SimGuance;
use super::history::{Event, History, Run, Setup, What};
use super::jira_remote::SimJira;
use super::world::{Killed, Machine, World, time};
use super::{adversary, check, fields, isolated, people, routes, strangers};

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
    let file = dir.join("state.db");
    clear(&file.with_extension("saved"));
    put_blank(&dir.join("blank.db"), &file);
    let world = RefCell::new(World::new(setup.clone(), bug, file.clone(), tell));
    let (policy, settings) = (routes::policy(setup), settings(setup, bug));
    let stage = Theatre { world: &world, file: &file, policy, settings, open: RefCell::default() };
    let played = play(&stage);
    drop(stage);
    (world.into_inner(), played)
}

pub(super) struct Theatre<'w> {
    pub(super) world: &'w RefCell<World>,
    pub(super) file: &'w Path,
    pub(super) policy: Policy,
    pub(super) settings: Settings,
    /// The state stays open from run to run, for speed alone: what a death leaves uncommitted is rolled back when the
    /// transaction is dropped. A change of the file closes it; the end-to-end tests kill real processes.
    pub(super) open: RefCell<Option<State>>,
}

fn settings(setup: &Setup, bug: Option<Bug>) -> Settings {
    let hours = |n: u64| Duration::from_secs(n * 3600);
    Settings {
        limits: Limits {
            overlap: Duration::from_secs(if bug == Some(Bug::NoOverlap) { 0 } else { 600 }),
            sweep_every: if setup.sweep { hours(1) } else { hours(1_000_000) },
            max_creates: if setup.brake { 2 } else { 200 },
            ..Limits::default()
        },
        no_script: false,
        projects: routes::projects(setup),
        services: services(),
        seal_keys: SealKeys::default(),
        askers: askers(&services(), "ours"),
    }
}

/// Who asks, by the addresses and the credentials.
pub(super) fn askers(services: &Services, credentials: &str) -> Askers {
    let named = |address: &str| Fingerprint::of(&[address, credentials]);
    Askers { guance: named(&services.guance.address), jira: named(&services.jira.address) }
}

/// The services never change.
fn services() -> Services {
    Services {
        guance: Workspace {
            address: "https://guance.example".into(),
            channel: "default".into(),
            ..Workspace::default()
        },
        jira: Installation { address: "https://jira.example".into(), ..Installation::default() },
        pair: super::jira::SERVICES.into(),
    }
}

impl Theatre<'_> {
    pub(super) fn event(&self, event: &Event) {
        self.pass(i64::from(event.after_s) * 1000);
        match &event.what {
            What::Person(deed, pick) => people::act(&mut self.world.borrow_mut(), *deed, *pick, event.uid),
            What::Run(run) => self.run(run.clone()),
            What::ClockJump(seconds) => {
                let w = &mut *self.world.borrow_mut();
                w.finish();
                w.stubborn.forget();
                w.our_skew += i64::from(*seconds) * 1000;
                w.ledger_excused();
                w.note(|| format!("our clock jumps by {seconds}s"));
            }
            What::SaveState => {
                self.open.take();
                let _ = std::fs::copy(self.file, self.saved());
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
                    self.open.take();
                    clear(self.file);
                    let _ = std::fs::copy(self.saved(), self.file);
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
                    strangers::run(self.world, &state, (&self.policy, &self.settings), *what)?;
                    self.open.replace(Some(state));
                    Ok(())
                });
                if let Err(err) = ran {
                    self.world.borrow_mut().blame(format!("failed: {err:#}"));
                }
            }
            // Nothing recognises what an account wrote that is known to nobody any more, sealed with a key that nobody has.
            What::LoseState if !self.world.borrow().accounts.may_go_on_with(&SealKeys::default()) => {}
            What::LoseState => {
                self.open.take();
                clear(self.file);
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
        self.open.take();
        let file = Connection::open(self.file)?;
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
        self.file.with_extension("saved")
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
            if let Some(lock) = RunLock::take(self.file)? {
                return Ok(Some(lock));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        RunLock::take(self.file)
    }

    fn run_or_fail(&self) -> anyhow::Result<()> {
        let lock = self.lock()?;
        anyhow::ensure!(lock.is_some(), "the lock of a dead run is still held");
        let bug = self.world.borrow().bug;
        let mut state = self.opened()?;
        let mut before = gallery::Before::default();
        if bug.is_some_and(Bug::compares) {
            drop(state);
            before = gallery::before(&Connection::open(self.file)?)?;
            state = self.opened()?;
        }
        let cursors = [state.cursor(Side::GUANCE)?, state.cursor(Side::JIRA)?];
        let crashed = self.process(&state)?;
        let moved = |side: Side| {
            let old = &cursors[usize::from(side == Side::JIRA)];
            state.cursor(side).is_ok_and(|new| new.map(|c| c.at) != old.map(|c| c.at))
        };
        let w = &mut *self.world.borrow_mut();
        if w.floor_unknown && state.cursor(Side::GUANCE)?.is_some() {
            (w.floor, w.floor_unknown) = (w.run_started, false);
        }
        if !w.floor_unknown {
            let lost = check::conserved(w, &state, moved)?;
            for line in lost {
                w.blame(line);
            }
        }
        isolated::left_over(w, &state, time(w.now + w.our_skew))?;
        let acting = bug.filter(|bug| bug.acts(&state, crashed));
        match acting {
            Some(bug) => {
                drop(state);
                gallery::after(bug, &Connection::open(self.file)?, w, &before, crashed)?;
            }
            None => {
                self.open.replace(Some(state));
            }
        }
        Ok(())
    }

    pub(super) fn opened(&self) -> Result<State, StateError> {
        self.open.take().map_or_else(|| State::open_with(self.file, Durability::Process), Ok)
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
            Patience::Until(now + self.settings.limits.max_runtime)
        };
        // While it settles, somebody is there to let go what the brake holds.
        let order = Order { backfill, release: self.world.borrow().settling, ..Order::default() };
        let (keys, seal_keys) = {
            let accounts = &self.world.borrow().accounts;
            ([accounts.credential()], accounts.seal_keys())
        };
        let settings = Settings { seal_keys, ..self.settings.clone() };
        let budget = Ledger::new(state, &machine, &machine, &keys, self.world.borrow().setup.pages.budget, patience);
        let guance = SimGuance { world: self.world, budget: &budget, facts: state };
        let jira = SimJira(self.world, state);
        let world = engine::World {
            guance: &guance,
            jira: &jira,
            budget: &budget,
            state,
            rooms: engine::Rooms::default(),
            policy: &self.policy,
            settings: &settings,
            clock: &machine,
            stop: &machine,
            failpoints: &machine,
            progress: &Quiet,
        };
        match catch_unwind(AssertUnwindSafe(|| engine::sync_once(&world, &order))) {
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
