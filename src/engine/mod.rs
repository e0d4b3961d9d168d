//! The story of a run: pull both sides, plan, enqueue and advance, deliver, record.

mod away;
pub mod belongs;
pub mod budget;
mod change;
mod deliver;
mod doubt;
mod fields;
mod files;
mod gone;
mod long;
mod merge;
mod optional;
mod originals;
pub mod pace;
mod pings;
mod pull;
mod quoted;
mod reading;
mod references;
pub mod report;
mod screens;
mod script;
mod slices;
pub mod takeover;
mod threads;
mod trust;
mod unread;
mod waits;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Fingerprint, IssueId, SealKeys, Side};
use crate::plan::Policy;
use crate::plan::merge::Counterpart;
use crate::ports::{ApiError, ApiErrorKind, Clock, Failpoints, Identity, Remote, Stop};
use crate::state::{Queued, Services, State};

pub use report::Report;

/// Everything a run works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The Guance side.
    pub guance: &'a dyn Remote,
    /// The Jira side.
    pub jira: &'a dyn Remote,
    /// The state file; a copy in memory for a dry run.
    pub state: &'a State,
    /// What is carried, and where to.
    pub policy: &'a Policy,
    /// Windows and limits.
    pub settings: &'a Settings,
    /// Our clock.
    pub clock: &'a dyn Clock,
    /// Whether we were asked to stop.
    pub stop: &'a dyn Stop,
    /// Where a test lets the process die.
    pub failpoints: &'a dyn Failpoints,
    /// Who is told how far a long run has come.
    pub progress: &'a dyn Progress,
}

/// Windows and limits: `[sync]`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How far back the very first run looks.
    pub window: Duration,
    /// How much before the cursor every run reads again.
    pub overlap: Duration,
    /// How often a run also looks far back.
    pub sweep_every: Duration,
    /// How far back that is.
    pub sweep_back: Duration,
    /// When an ordinary run stops and leaves the rest.
    pub max_runtime: Duration,
    /// The most creates of an ordinary run; more are all held.
    pub max_creates: usize,
    /// How old a write without an answer must be before a look-up may say that it did not happen.
    pub in_doubt_wait: Duration,
    /// Jira projects of the routes.
    pub projects: Vec<String>,
    /// Whether it was said that no issue of another program's making is to be minded.
    pub no_script: bool,
    /// The services, as they are configured.
    pub services: Services,
    /// The keys of seals that belong to the configured credentials.
    pub seal_keys: SealKeys,
    /// Who asks the two services.
    pub askers: Askers,
}

/// Who asks the two services: for each a name of its address and our credentials there that shows neither.
#[derive(Clone, Debug)]
pub struct Askers {
    /// Guance.
    pub guance: Fingerprint,
    /// Jira.
    pub jira: Fingerprint,
}

impl Askers {
    pub(super) fn on(&self, side: Side) -> &Fingerprint {
        match side {
            Side::Guance => &self.guance,
            Side::Jira => &self.jira,
        }
    }
}

/// What kind of run it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// A window to read on both sides instead of from the cursors.
    pub backfill: Option<Backfill>,
    /// Plan only; the state must be a copy.
    pub dry_run: bool,
    /// Let go what the brake holds.
    pub release: bool,
}

/// `--since` and `--until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive; `None` is now.
    pub until: Option<DateTime<Utc>>,
}

/// Is told how far a long run has come.
pub trait Progress {
    /// So many writes are done, so many are left.
    fn delivered(&self, done: u64, left: u64);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn delivered(&self, _done: u64, _left: u64) {}
}

/// Does one run. What a remote refuses or fails to answer is in the report.
///
/// # Errors
/// When the state file fails, or a test injected a crash: the run ends where it stands, and the next one goes on. When
/// the state belongs to other services ([`belongs::Foreign`]): nothing was written anywhere.
pub fn sync_once(world: &World<'_>, order: &Order) -> Result<Report> {
    let started = world.clock.now();
    let mut run = Run::new(*world, *order, started);
    waits::obey(&mut run)?;
    belongs::settle(&mut run)?;
    let id = if order.dry_run { None } else { Some(world.state.begin_run(run.report.kind, started)?) };
    // A dry run comes after every other, and records nothing.
    run.number = id.unwrap_or(i64::MAX);
    unread::remember(&mut run)?;
    script::begin(&mut run)?;
    pull::side(&mut run, Side::Jira)?;
    script::jira_read(&run)?;
    pull::side(&mut run, Side::Guance)?;
    if order.dry_run {
        script::foresee(&mut run)?;
        threads::due_threads(&mut run)?;
        merge::due(&mut run)?;
        slices::sweep(&mut run)?;
        fields::in_turn(&mut run)?;
        threads::threads_in_turn(&mut run)?;
    } else {
        merge::due(&mut run)?;
        screens::look(&mut run)?;
        deliver::side(&mut run, Side::Jira)?;
        threads::due_threads(&mut run)?;
        merge::due(&mut run)?;
        run.may_link = true;
        deliver::both(&mut run)?;
        // What has failed before has its time, and leaves the others theirs.
        run.retries = Some(Retries::InTime);
        deliver::both(&mut run)?;
        run.keep_room()?;
        slices::sweep(&mut run)?;
        fields::in_turn(&mut run)?;
        threads::threads_in_turn(&mut run)?;
        run.kept = 0;
        deliver::both(&mut run)?;
        run.retries = Some(Retries::AtLast);
        unread::again(&mut run)?;
        // What goes to Guance needs reads of Jira; what those bring for Jira still goes.
        deliver::side(&mut run, Side::Guance)?;
        deliver::side(&mut run, Side::Jira)?;
    }
    slices::account(&mut run)?;
    run.report.close(world.state, run.interrupted, world.clock.now())?;
    if let Some(id) = id {
        let read = run.report.issues_read.keys().copied().collect();
        world.state.end_run(id, &run.report.end(&run.report.summary(), &read), world.clock.now())?;
    }
    Ok(run.report)
}

/// One run under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the run")]
struct Run<'a> {
    world: World<'a>,
    order: Order,
    report: Report,
    /// Which run this is on this state: what one run missed, a later one must miss too.
    number: i64,
    deadline: Option<DateTime<Utc>>,
    identities: HashMap<Side, Identity>,
    /// Sides that are left alone for the rest of the run.
    down: Vec<Side>,
    /// Sides that have said that their limit of requests is near.
    near_limit: HashSet<Side>,
    /// Whether what has failed before may be tried again now.
    retries: Option<Retries>,
    /// Requests to Guance that reads in turn leave to what is tried again at last.
    kept: usize,
    /// Jira threads that could not be read.
    unread: unread::Unread,
    /// Sides at which nothing that has failed before is tried again by this run.
    no_retries: Vec<Side>,
    /// From when on this run read Jira: what changed there later, a state that turns out to be older may not know.
    jira_from: Option<DateTime<Utc>>,
    /// Whether links may be set. A link moves the issue's `updated`: what a new pair says is read before, while that
    /// still tells whether somebody has taken it up.
    may_link: bool,
    /// Whether something came of the requests to Guance, beyond a poll that brought no news.
    has_got_on: bool,
    /// Whether the run noticed that it must stop.
    interrupted: bool,
    /// `updated` of the Guance issues seen in this run's list.
    guance_updated: HashMap<IssueId, DateTime<Utc>>,
    trust: trust::Trust,
    /// Threads that this run has read whole from the remote itself, by the pair's Guance issue.
    read_whole: HashSet<(Side, IssueId)>,
    /// Originals and what proves where they are.
    originals: originals::Originals,
    /// How many pages the Guance thread has that is being planned.
    thread_pages: usize,
    /// How many Guance threads could not be read.
    threads_failed: usize,
    /// Issues that this run has read itself, not through an index.
    readings: merge::Readings,
    /// Of those it asked for, the ones that could not be understood.
    unreadable: HashSet<(Side, IssueId)>,
    /// People this run has looked for.
    people: Vec<Counterpart>,
    /// Whether this state turned out to be older than the world.
    is_behind: bool,
    /// Whether it turned out that no guajira has ever written anything between these services.
    nothing_written: bool,
    /// Issues of which this run has learnt that nothing but the write itself is why it was refused.
    standings: HashSet<IssueId>,
    /// Projects that this run has asked for, and whether each is away.
    projects: HashMap<String, bool>,
}

/// When a run tries again what has failed before. It may take its time to fail once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retries {
    /// In the first half of the run's time: the other half is for what is read in turn.
    InTime,
    /// At the end, when nothing waits behind it: also what may bring it about that a side is left alone.
    AtLast,
}

/// Why a stage of a run ended early.
enum Trouble {
    /// A remote said no, or nothing: recorded, and the run goes on elsewhere.
    Api(ApiError),
    /// The run itself cannot go on.
    Fatal(anyhow::Error),
}

impl From<ApiError> for Trouble {
    fn from(err: ApiError) -> Self {
        if err.kind == ApiErrorKind::Unrecorded { Self::Fatal(err.into()) } else { Self::Api(err) }
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(err: anyhow::Error) -> Self {
        match err.downcast::<ApiError>() {
            Ok(api) => Self::Api(api),
            Err(other) => Self::Fatal(other),
        }
    }
}

impl From<crate::state::StateError> for Trouble {
    fn from(err: crate::state::StateError) -> Self {
        Self::Fatal(err.into())
    }
}

impl From<crate::ports::Crash> for Trouble {
    fn from(err: crate::ports::Crash) -> Self {
        Self::Fatal(err.into())
    }
}

impl<'a> Run<'a> {
    fn new(world: World<'a>, order: Order, started: DateTime<Utc>) -> Self {
        let deadline = order.backfill.is_none().then(|| started + delta(world.settings.max_runtime));
        let mut report = Report::new(started);
        report.dry_run = order.dry_run;
        report.kind = if order.backfill.is_some() { "backfill" } else { "ordinary" };
        Self {
            world,
            order,
            report,
            number: 0,
            deadline,
            identities: HashMap::new(),
            down: Vec::new(),
            near_limit: HashSet::new(),
            retries: None,
            kept: 0,
            unread: unread::Unread::default(),
            no_retries: Vec::new(),
            jira_from: None,
            may_link: false,
            has_got_on: false,
            interrupted: false,
            guance_updated: HashMap::new(),
            trust: trust::Trust::default(),
            read_whole: HashSet::new(),
            originals: originals::Originals::default(),
            thread_pages: 1,
            threads_failed: 0,
            readings: merge::Readings::new(),
            unreadable: HashSet::new(),
            people: Vec::new(),
            is_behind: false,
            nothing_written: false,
            standings: HashSet::new(),
            projects: HashMap::new(),
        }
    }

    fn remote(&self, side: Side) -> &'a dyn Remote {
        match side {
            Side::Guance => self.world.guance,
            Side::Jira => self.world.jira,
        }
    }

    /// Returns true when a side takes so many more requests now; a backfill waits until it does.
    fn has_room(&self, side: Side, requests: usize) -> bool {
        self.order.backfill.is_some() || self.remote(side).spare() >= requests + self.kept
    }

    /// Lets the reads in turn leave room for what waits to be tried again at last: a thread and a write.
    fn keep_room(&mut self) -> Result<()> {
        let ready = self.world.state.ready(Side::Guance, self.world.clock.now(), 1)?;
        self.kept = if ready.is_empty() { 0 } else { 2 };
        Ok(())
    }

    /// Returns true when what has failed before may be tried again.
    fn may_retry(&self, queued: &Queued) -> bool {
        let half = self.report.started + delta(self.world.settings.max_runtime / 2);
        match self.retries {
            None => false,
            // What did not fail was told to wait, or could not be read.
            Some(Retries::InTime) => {
                let has_time = self.order.backfill.is_some() || self.world.clock.now() < half;
                has_time && !queued.at_last
            }
            Some(Retries::AtLast) => true,
        }
    }

    fn is_down(&self, side: Side) -> bool {
        self.down.contains(&side)
    }

    /// Returns true when the run has to end: asked to, or out of time.
    fn must_stop(&mut self) -> bool {
        if self.world.stop.requested() {
            self.interrupted = true;
            return true;
        }
        let late = self.deadline.is_some_and(|deadline| self.world.clock.now() >= deadline);
        self.report.out_of_time |= late;
        late
    }

    /// Proves once per run who we are on a side.
    fn identify(&mut self, side: Side) -> Result<Identity, ApiError> {
        if let Some(identity) = self.identities.get(&side) {
            return Ok(identity.clone());
        }
        let identity = self.remote(side).identify()?;
        if let Some(theirs) = identity.clock {
            self.report.skew(side, theirs.signed_duration_since(self.world.clock.now()));
        }
        self.identities.insert(side, identity.clone());
        Ok(identity)
    }

    /// Records what a remote failed at, and leaves that side alone where asking again makes no sense.
    fn absorb(&mut self, side: Side, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Fatal(err) => Err(err),
            Trouble::Api(err) => {
                if let ApiErrorKind::Unavailable { retry_after: Some(wait) } = err.kind {
                    waits::keep(self, side, wait)?;
                }
                match err.kind {
                    ApiErrorKind::OutOfBudget => self.report.out_of_budget = true,
                    ApiErrorKind::Stopped => self.interrupted = true,
                    _ => {
                        tracing::info!(%side, error = %err, "Side left alone for this run.");
                        self.report.side_failed(side, &err);
                    }
                }
                self.down.push(side);
                Ok(())
            }
        }
    }
}

fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}
