//! What a run asks a side for: from the cursor, far back for a sweep, or a backfill's window.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::away;
use super::run::{Run, Trouble, delta};
use super::walk::Slice;
use crate::domain::{Issue, IssueId, Side};
use crate::ports::{Batch, Identity, Listing, Span};
use crate::state::Cursor;

/// Fact: when the latest copy was made that a rebuild found.
pub(super) const LATEST_COPY: &str = "engine.latest-copy";

/// Most pairs that are watched outside the routes' projects: those that were active last.
const MAX_STRAYS: usize = 500;

/// How far a remote's answers may differ about what time it is.
const JITTER: TimeDelta = TimeDelta::seconds(10);

/// The opening times that are in scope: `from <= created < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// Inclusive.
    pub(super) from: DateTime<Utc>,
    /// Exclusive; `None` is open.
    pub(super) until: Option<DateTime<Utc>>,
}

impl Scope {
    /// Returns true when an issue opened then is in scope.
    pub(super) fn holds(&self, created: DateTime<Utc>) -> bool {
        created >= self.from && self.until.is_none_or(|until| created < until)
    }
}

/// What is to be read, and what follows from having read it.
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the reading")]
pub(super) struct Reading {
    pub(super) side: Side,
    pub(super) span: Span,
    pub(super) scope: Scope,
    /// The cursor before the read, or the one that the first read begins.
    pub(super) cursor: Cursor,
    /// True when there was no cursor.
    pub(super) first: bool,
    /// True when this read looks far back.
    pub(super) sweep: bool,
    /// True when the remote's clock was set back: the cursor goes back with it.
    pub(super) turned_back: bool,
    /// What the remote's clock said, and ours then.
    clock: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// True when nothing of what is to be read is left after it.
    pub(super) last: bool,
}

impl Reading {
    pub(super) fn plan(run: &Run<'_>, side: Side, identity: &Identity) -> Result<Self, Trouble> {
        let settings = run.world.settings;
        let ours = run.world.clock.now();
        let theirs = identity.clock.unwrap_or(ours);
        let found = run.world.state.cursor(side)?;
        let first = found.is_none();
        let cursor = match found {
            Some(cursor) => cursor,
            None => {
                let start = start(run, side, theirs)?;
                // What a backfill reads stays in scope.
                let floor = run.order.backfill.map_or(start, |backfill| start.min(backfill.from));
                Cursor { at: start, floor, swept: ours }
            }
        };
        let strays = if side.is_source() { Vec::new() } else { strays(run)? };
        let lost = if side.is_source() { Vec::new() } else { away::to_be_read(run)? };
        let span = |from, until| Span { from, until, strays, lost, ours_only: false };
        if let Some(backfill) = run.order.backfill {
            let scope = Scope { from: backfill.from, until: backfill.until };
            let slice = run.slice.as_ref().map(|slice| (slice.walk.next, slice.until));
            let (from, until) = slice.unwrap_or((backfill.from, backfill.until));
            let span = span(from, until);
            return Ok(Self::new(side, span, scope, cursor, first));
        }
        let since_sweep = ours.signed_duration_since(cursor.swept);
        // Where there is a budget, a sweep comes after the deliveries.
        let sweep = !run.about(side).is_metered
            && !first
            && (since_sweep < TimeDelta::zero() || since_sweep >= delta(settings.limits.sweep_every));
        let mut from = cursor.at - delta(settings.limits.overlap);
        if sweep {
            from = from.min(theirs - delta(settings.limits.sweep_back));
        }
        // Jira comments of old pairs are in scope however old the pair is; only a Guance issue's opening is not.
        let from = if first || side.is_source() { from.max(cursor.floor) } else { from };
        let scope = Scope { from: cursor.floor, until: None };
        Ok(Self { sweep, ..Self::new(side, span(from, None), scope, cursor, first) })
    }

    fn new(side: Side, span: Span, scope: Scope, cursor: Cursor, first: bool) -> Self {
        Self { side, span, scope, cursor, first, sweep: false, last: true, turned_back: false, clock: None }
    }

    /// Returns a reading of Guance that looks far back, in slices.
    pub(super) fn far_back(side: Side, cursor: Cursor) -> Self {
        let scope = Scope { from: cursor.floor, until: None };
        let span = Span::since(cursor.floor);
        Self { sweep: true, last: false, ..Self::new(side, span, scope, cursor, false) }
    }

    /// Returns the time of the remote's clock, by its last answer in this run; ours where it told none.
    pub(super) fn now(&self, run: &Run<'_>) -> DateTime<Utc> {
        run.identities.get(&self.side).and_then(|identity| identity.clock).unwrap_or_else(|| run.world.clock.now())
    }

    /// Lets a first read begin by the remote's own clock, once an answer has told it: ours may be wrong.
    pub(super) fn begin_by(&mut self, run: &Run<'_>, clock: Option<DateTime<Utc>>) -> Result<(), Trouble> {
        if let Some(clock) = clock.filter(|_| self.first && run.order.backfill.is_none()) {
            let start = start(run, self.side, clock)?;
            self.cursor = Cursor { at: start, floor: start, ..self.cursor };
            self.scope.from = start;
        }
        Ok(())
    }

    /// Returns true for an ordinary run that begins a sync: older issues are not read, and no copy tells of a lost state.
    pub(super) fn is_beginning(&self, run: &Run<'_>) -> Result<bool, Trouble> {
        Ok(self.first && run.world.policy.flow.issues && run.order.backfill.is_none() && latest_copy(run)?.is_none())
    }

    /// Goes back with a remote clock that was set back: what changes now carries times that were read long ago. As far back
    /// as is certain: no change since the last reading carries an earlier time than the clock's less the time that has passed.
    /// Returns true when the span begins earlier now.
    pub(super) fn follow_back(&mut self, run: &Run<'_>, clock: Option<DateTime<Utc>>) -> Result<bool, Trouble> {
        let Some(clock) = clock else { return Ok(false) };
        let now = run.world.clock.now();
        self.clock = Some((clock, now));
        if self.first || self.turned_back || run.order.backfill.is_some() {
            return Ok(false);
        }
        let state = run.world.state;
        let last = state.fact(&clock_of(self.side))?;
        let last = last.and_then(|(then, at)| Some((then.parse::<DateTime<Utc>>().ok()?, now - at)));
        let is_before = clock < self.cursor.at - JITTER;
        // It may be later than what was seen, and yet not as late as it should be.
        let is_slow = last.is_some_and(|(then, passed)| passed >= TimeDelta::zero() && clock < then + passed - JITTER);
        if !is_before && !is_slow {
            return Ok(false);
        }
        // By a clock of ours that was wrong then, or is now, nothing can be told.
        let passed = last.map(|(_, passed)| passed).filter(|passed| *passed >= TimeDelta::zero());
        let at = clock - passed.unwrap_or(delta(run.world.settings.limits.sweep_back)) - JITTER;
        let (side, cursor) = (self.side, self.cursor.at);
        tracing::warn!(%side, %clock, %cursor, "The clock was set back, or ours forward: reading from there.");
        let tx = state.begin()?;
        tx.unsee_after(self.side, at)?;
        tx.commit()?;
        self.turned_back = true;
        self.cursor.at = self.cursor.at.min(at);
        // Where it is only slow, it may have been our clock that was set: then older issues stay out.
        if is_before {
            self.cursor.floor = self.cursor.floor.min(at);
            self.scope.from = self.scope.from.min(at);
        }
        let from = self.cursor.at - delta(run.world.settings.limits.overlap);
        let begins_earlier = from < self.span.from;
        self.span.from = self.span.from.min(from);
        Ok(begins_earlier)
    }

    /// Remembers what the remote's clock said when this was read.
    pub(super) fn note_clock(&self, run: &Run<'_>) -> Result<(), Trouble> {
        let Some((clock, ours)) = self.clock else { return Ok(()) };
        Ok(run.world.state.set_fact(&clock_of(self.side), &clock.to_rfc3339(), ours)?)
    }

    /// Returns from when on, by the remote's clock, a later run would have to read what this one could not.
    pub(super) fn goes_on_at(&self, overlap: Duration) -> DateTime<Utc> {
        if self.first { self.span.from } else { self.cursor.at - delta(overlap) }
    }

    /// Returns true when the next ordinary run goes on where this read ended. A backfill leaves cursors alone, unless
    /// there was none: what is opened after it would be lost, for the first ordinary run looks back only so far.
    pub(super) fn moves_cursor(&self, run: &Run<'_>) -> bool {
        let is_last = run.slice.as_ref().is_none_or(Slice::is_last);
        run.order.backfill.is_none_or(|backfill| self.first && backfill.until.is_none() && is_last)
    }

    /// Returns the cursor after this read: what was really seen, never beyond the remote's own clock.
    pub(super) fn next_cursor(
        &self,
        run: &Run<'_>,
        batch: &Batch,
        clock: Option<DateTime<Utc>>,
        ours: DateTime<Utc>,
    ) -> Cursor {
        let seen = batch.watermark.unwrap_or(self.cursor.at);
        let at = match batch.clock.or(clock) {
            // The clock was set back: what was stamped before says nothing about now.
            Some(clock) if seen > clock + JITTER => {
                let times = batch.issues.iter().map(|issue| self.time_of(run, issue));
                times.filter(|time| *time <= clock).max().unwrap_or(self.cursor.at)
            }
            Some(clock) => seen.min(clock),
            None => seen,
        };
        let swept = if self.sweep && self.last { ours } else { self.cursor.swept };
        Cursor { at: at.max(self.cursor.at), floor: self.cursor.floor, swept }
    }
}

impl Reading {
    /// Returns the time of an issue that the cursor is about.
    fn time_of(&self, run: &Run<'_>, issue: &Issue) -> DateTime<Utc> {
        match run.about(self.side).listing {
            Listing::ByUpdate => issue.updated,
            Listing::MaybeByOpening => issue.created,
        }
    }
}

/// The fact that holds what a side's clock said when it was last read.
fn clock_of(side: Side) -> String {
    format!("engine.clock.{side}")
}

/// Where a state without a cursor begins, at this time of the remote's clock.
///
/// The window ends at the first run ever begun: that it failed must not cost what was opened since.
fn start(run: &Run<'_>, side: Side, clock: DateTime<Utc>) -> Result<DateTime<Utc>, Trouble> {
    let settings = run.world.settings;
    let ours = run.world.clock.now();
    let since = ours - run.world.state.first_run(ours)?.map_or(ours, |first| first.min(ours));
    let start = clock - since - delta(settings.limits.window);
    let copied = if side.is_source() { latest_copy(run)? } else { None };
    Ok(copied.map_or(start, |copied| start.min(copied - delta(settings.limits.overlap))))
}

/// Pairs whose Jira issue was moved out of the routes' projects: the usual selection does not find them.
fn strays(run: &Run<'_>) -> Result<Vec<IssueId>, Trouble> {
    Ok(run.world.state.strays(&run.world.settings.projects, MAX_STRAYS)?)
}

/// When the latest copy was made that a rebuild found, by Jira's clock.
fn latest_copy(run: &Run<'_>) -> Result<Option<DateTime<Utc>>, Trouble> {
    let fact = run.world.state.fact(LATEST_COPY)?;
    Ok(fact.and_then(|(time, _)| DateTime::parse_from_rfc3339(&time).ok()).map(|time| time.to_utc()))
}
