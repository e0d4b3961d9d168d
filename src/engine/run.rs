//! One run under way: what it has, what it remembers, and when it has to end.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::memory::{Left, Originals, Pairs, Poll, Readings, Trust, Unread};
use super::report::Report;
use super::walk::Slice;
use super::world::{Order, World};
use crate::domain::{IssueId, IssueLink, Key, Known, Side};
use crate::plan::fields::Counterpart;
use crate::ports::{Abilities, About, ApiError, ApiErrorKind, Identity, Remote};
use crate::state::{Queued, StateError};

/// One run under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the run")]
pub(super) struct Run<'a> {
    pub(super) world: World<'a>,
    pub(super) order: Order,
    /// The only pair, by its item, whose writes are sent: somebody waits for them.
    pub(super) only: Option<IssueId>,
    pub(super) report: Report,
    /// Which run this is on this state: what one run missed, a later one must miss too.
    pub(super) number: i64,
    pub(super) deadline: Option<DateTime<Utc>>,
    pub(super) identities: HashMap<Side, Identity>,
    /// How far a side's clock was ahead of ours when it told who we are.
    ahead: HashMap<Side, TimeDelta>,
    /// Sides that are left alone for the rest of the run.
    pub(super) down: Vec<Side>,
    /// Whether the source is read before it is written to.
    pub(super) writes_last: bool,
    /// Sides that have said that their limit of requests is near.
    pub(super) near_limit: HashSet<Side>,
    /// Whether what has failed before may be tried again now.
    pub(super) retries: Option<Retries>,
    /// Requests to Guance that reads in turn leave to what is tried again at last.
    pub(super) kept: usize,
    /// Jira threads that could not be read.
    pub(super) unread: Unread,
    /// Sides at which nothing that has failed before is tried again by this run.
    pub(super) no_retries: Vec<Side>,
    /// From when on this run read Jira: what changed there later, a state that turns out to be older may not know.
    pub(super) jira_from: Option<DateTime<Utc>>,
    /// Tickets of known pairs that this run's searches showed, and that may be continued.
    pub(super) seen_tickets: BTreeSet<IssueId>,
    /// Whether links may be set. A link moves the issue's `updated`: what a new pair says is read before, while that
    /// still tells whether somebody has taken it up.
    pub(super) may_link: bool,
    /// Whether something came of the requests to Guance, beyond a poll that brought no news.
    pub(super) has_got_on: bool,
    /// Whether the run noticed that it must stop.
    pub(super) interrupted: bool,
    /// `updated` of the Guance issues seen in this run's list.
    pub(super) guance_updated: HashMap<IssueId, DateTime<Utc>>,
    /// What this run's poll of Guance has told.
    pub(super) poll: Poll,
    pub(super) trust: Trust,
    /// Threads that this run has read whole from the remote itself, by the pair's Guance issue.
    pub(super) read_whole: HashSet<(Side, IssueId)>,
    /// Originals and what proves where they are.
    pub(super) originals: Originals,
    /// How many pages the Guance thread has that is being planned.
    pub(super) thread_pages: usize,
    /// How many Guance threads could not be read.
    pub(super) threads_failed: usize,
    /// Issues that this run has read itself, not through an index.
    pub(super) readings: Readings,
    /// Of those it asked for, the ones that could not be understood.
    pub(super) unreadable: HashSet<(Side, IssueId)>,
    /// Pairs that were looked up since the state was last written to.
    pub(super) pairs: RefCell<Pairs>,
    /// The part of a backfill's window that is at hand.
    pub(super) slice: Option<Slice>,
    /// The last write that the outbox held before this run, for a dry run.
    pub(super) plans_from: i64,
    /// How many writes are left, for who watches.
    pub(super) left: Left,
    /// People this run has looked for.
    pub(super) people: Vec<Counterpart>,
    /// Whether this state turned out to be older than the world.
    pub(super) is_behind: bool,
    /// Whether it turned out that no guajira has ever written anything between these services.
    pub(super) nothing_written: bool,
    /// Issues of which this run has learnt that nothing but the write itself is why it was refused.
    pub(super) standings: HashSet<IssueId>,
    /// Projects that this run has asked for, and whether each is away.
    pub(super) projects: HashMap<String, bool>,
}

/// When a run tries again what has failed before. It may take its time to fail once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retries {
    /// In the first half of the run's time: the other half is for what is read in turn.
    InTime,
    /// At the end, when nothing waits behind it: also what may bring it about that a side is left alone.
    AtLast,
}

/// Why a stage of a run ended early.
pub(super) enum Trouble {
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
    pub(super) fn new(world: World<'a>, order: Order, started: DateTime<Utc>) -> Self {
        let deadline = order.backfill.is_none().then(|| started + delta(world.settings.limits.max_runtime));
        let mut report = Report::new(started);
        report.dry_run = order.dry_run;
        report.kind = if order.backfill.is_some() { "backfill" } else { "ordinary" };
        Self {
            world,
            order,
            only: None,
            report,
            number: 0,
            deadline,
            identities: HashMap::new(),
            ahead: HashMap::new(),
            down: Vec::new(),
            writes_last: false,
            near_limit: HashSet::new(),
            retries: None,
            kept: 0,
            unread: Unread::default(),
            no_retries: Vec::new(),
            jira_from: None,
            seen_tickets: BTreeSet::new(),
            may_link: false,
            has_got_on: false,
            interrupted: false,
            guance_updated: HashMap::new(),
            poll: Poll::default(),
            trust: Trust::default(),
            read_whole: HashSet::new(),
            originals: Originals::default(),
            thread_pages: 1,
            threads_failed: 0,
            readings: Readings::default(),
            unreadable: HashSet::new(),
            pairs: RefCell::default(),
            slice: None,
            plans_from: 0,
            left: Left::default(),
            people: Vec::new(),
            is_behind: false,
            nothing_written: false,
            standings: HashSet::new(),
            projects: HashMap::new(),
        }
    }

    /// Returns the pair an issue belongs to. The state is asked once for each until something is written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn pair(&self, side: Side, id: &IssueId) -> Result<Option<IssueLink>, StateError> {
        self.pairs.borrow_mut().of(self.world.state, side, id)
    }

    /// Returns what is known about these issues of one side.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn known_issues<'i>(
        &self,
        side: Side,
        issues: impl Iterator<Item = (&'i IssueId, Option<Key>)>,
    ) -> Result<Known, StateError> {
        self.pairs.borrow_mut().known(self.world.state, side, issues)
    }

    /// Returns the end of the line where items begin.
    pub(super) fn source(&self) -> Side {
        self.world.guance.about().side
    }

    /// Returns the end of the line on Jira.
    pub(super) fn tracker(&self) -> Side {
        self.source().opposite()
    }

    pub(super) fn remote(&self, side: Side) -> &'a dyn Remote {
        match side {
            Side::Source(_) => self.world.guance,
            Side::Tracker(_) => self.world.jira,
        }
    }

    /// Returns what is known of a side without asking it.
    pub(super) fn about(&self, side: Side) -> &'a About {
        self.remote(side).about()
    }

    /// Returns what a side can do that not every service can.
    pub(super) fn abilities(&self, side: Side) -> Abilities<'a> {
        self.remote(side).abilities()
    }

    /// Returns true where long lists and threads are read in parts; a backfill reads them whole, and waits for requests.
    pub(super) fn reads_in_parts(&self, side: Side) -> bool {
        self.order.backfill.is_none() && self.abilities(side).parts.is_some()
    }

    /// Returns how many more requests a side can take now, without the slots that the next run's polls need.
    pub(super) fn spare(&self, side: Side) -> usize {
        if self.about(side).is_metered { self.world.budget.spare() } else { usize::MAX }
    }

    /// Returns true when a side takes so many more requests now; a backfill waits until it does.
    pub(super) fn has_room(&self, side: Side, requests: usize) -> bool {
        self.order.backfill.is_some() || self.spare(side) >= requests + self.kept
    }

    /// Returns when half of the run's time is over.
    pub(super) fn half_time(&self) -> DateTime<Utc> {
        self.report.started + delta(self.world.settings.limits.max_runtime / 2)
    }

    /// Returns true when what has failed before may be tried again.
    pub(super) fn may_retry(&self, queued: &Queued) -> bool {
        let half = self.half_time();
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

    pub(super) fn is_down(&self, side: Side) -> bool {
        self.down.contains(&side)
    }

    /// Returns true when the run has to end: asked to, or out of time.
    pub(super) fn must_stop(&mut self) -> bool {
        if self.world.stop.requested() {
            self.interrupted = true;
            return true;
        }
        let late = self.deadline.is_some_and(|deadline| self.world.clock.now() >= deadline);
        self.report.out_of_time |= late;
        late
    }

    /// Proves once per run who we are on a side.
    pub(super) fn identify(&mut self, side: Side) -> Result<Identity, ApiError> {
        if let Some(identity) = self.identities.get(&side) {
            return Ok(identity.clone());
        }
        let identity = self.remote(side).identify()?;
        if let Some(theirs) = identity.clock {
            let ahead = theirs.signed_duration_since(self.world.clock.now());
            self.ahead.insert(side, ahead);
            self.report.skew(side, ahead);
        }
        self.identities.insert(side, identity.clone());
        Ok(identity)
    }

    /// Returns what time it is on a side now, as far as it has told; else by our clock.
    pub(super) fn now_on(&self, side: Side) -> DateTime<Utc> {
        self.world.clock.now() + self.ahead.get(&side).copied().unwrap_or_default()
    }

    /// Forgets what was read: it is read again where it is needed.
    pub(super) fn forget_read(&mut self) {
        for side in self.source().both() {
            self.remote(side).forget();
        }
        self.readings = Readings::default();
        self.originals = Originals::default();
        self.guance_updated.clear();
        self.read_whole.clear();
        self.unreadable.clear();
        self.standings.clear();
    }

    /// Records what a remote failed at, and leaves that side alone where asking again makes no sense.
    pub(super) fn absorb(&mut self, side: Side, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Fatal(err) => Err(err),
            Trouble::Api(err) => {
                if let ApiErrorKind::Unavailable { retry_after: Some(wait) } = err.kind {
                    self.wait(side, wait)?;
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

    /// Remembers that a side asked to be left alone for so long.
    pub(super) fn wait(&mut self, side: Side, wait: Duration) -> Result<()> {
        let now = self.world.clock.now();
        self.world.state.asked_to_wait(side, self.world.settings.askers.on(side), wait, now)?;
        self.report.waiting.insert(side, now + delta(wait));
        Ok(())
    }
}

pub(super) fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}
