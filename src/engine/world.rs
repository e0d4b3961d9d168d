//! What a run works with, and what it is told to do.

use chrono::{DateTime, Utc};

use super::report::Planned;
use crate::domain::{Fingerprint, SealKeys, Side};
use crate::plan::{Policy, Subscription};
use crate::ports::{Budget, Clock, Failpoints, Limits, Remote, Sink, Stop};
use crate::state::{HeldForLabel, Services, State};

/// Everything a run works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The Guance side.
    pub guance: &'a dyn Remote,
    /// The Jira side.
    pub jira: &'a dyn Remote,
    /// The requests of the side that is metered.
    pub budget: &'a dyn Budget,
    /// The state file; a copy in memory for a dry run.
    pub state: &'a State,
    /// The chat rooms that are told what happens.
    pub rooms: Rooms<'a>,
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

/// The chat rooms of a run.
#[derive(Clone, Copy, Default)]
pub struct Rooms<'a> {
    /// All of them.
    pub all: &'a [Room<'a>],
    /// The state file that records what was sent to rooms, where that is another one than the line's own: lines may share a
    /// room, and its pace.
    pub record: Option<&'a State>,
}

/// A chat room.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    /// Where it is.
    pub sink: &'a dyn Sink,
    /// What it wants to know.
    pub wants: &'a Subscription,
}

/// What a run is told by the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Windows and limits.
    pub limits: Limits,
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
            Side::Source(_) => &self.guance,
            Side::Tracker(_) => &self.jira,
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
    /// Read the thread of every open pair at its source, as far as the request budget goes.
    pub now: bool,
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
    /// A side is read now, from its cursor or a slice of a backfill.
    fn reading(&self, _side: Side) {}

    /// So many writes are done, so many are left.
    fn delivered(&self, done: u64, left: u64);

    /// This much of a backfill is planned, and dealt with unless it is a dry run; of these creates it was found out that
    /// they are held for a label. Returns true where the plan need not be kept for the report.
    fn planned(&self, planned: &[Planned], held: &[HeldForLabel]) -> bool;
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn delivered(&self, _done: u64, _left: u64) {}

    fn planned(&self, _planned: &[Planned], _held: &[HeldForLabel]) -> bool {
        false
    }
}
