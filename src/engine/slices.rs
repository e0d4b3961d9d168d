//! A list of a side with a budget that is longer than one run can read: it is read upwards, window by window, and the
//! next run goes on where this one stopped.
//!
//! INVARIANT: the poll comes first and is never given up for a sweep; neither takes more than half of what the minute has
//! left, so that deliveries and threads get their share.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::run::{Run, Trouble, delta};
use super::{take, tells};
use crate::ports::{ApiErrorKind, Span};

/// Fact: how far a poll has come that did not fit into one run.
const POLL: &str = "engine.poll-in-slices";
/// Fact: how far a sweep has come.
const SWEEP: &str = "engine.sweep-in-slices";
/// Fact: of how many runs in a row nothing came for want of budget.
const STARVED: &str = "engine.starved";

/// So many runs in a row of which nothing came are no good run any more.
const MOST_STARVED: u32 = 3;
/// A minute's budget comes back within this: runs that follow each other faster say nothing.
const BUDGET_COMES_BACK: TimeDelta = TimeDelta::seconds(61);

/// Most requests for what was opened last, while a list is read in slices.
const MOST_LATEST: usize = 2;

/// The narrowest window: the service's times are whole seconds.
const NARROWEST: TimeDelta = TimeDelta::seconds(1);

/// How far a reading in slices has come, by the remote's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Slices {
    /// Everything before this was read.
    next: DateTime<Utc>,
    /// How many milliseconds the next window is wide.
    width: i64,
    /// How many new issues it has brought: the brake counts those of the whole list.
    creates: usize,
}

/// Reads Guance from its cursor; what one run cannot read, the next ones do.
pub(super) fn poll(run: &mut Run<'_>, mut reading: Reading) -> Result<(), Trouble> {
    let known = recall(run, POLL)?;
    let mut first = true;
    let mut slices = known.unwrap_or(Slices { next: reading.span.from, width: i64::MAX, creates: 0 });
    let share = Share::of(run);
    loop {
        let end = reading.now(run);
        let before = slices;
        let whole = match window(run, &mut reading, &mut slices, end, &share, first) {
            Ok(whole) => whole,
            // Nothing came: what the run before learnt still holds.
            Err(Trouble::Api(err)) if err.kind == ApiErrorKind::OutOfBudget && !first => {
                run.report.out_of_budget = true;
                return Ok(());
            }
            Err(trouble) => return Err(trouble),
        };
        run.has_got_on |= (!first || !whole || known.is_some())
            && (whole || slices.next > before.next || slices.width < before.width || slices.creates > before.creates);
        if whole && first && known.is_none() {
            tells::polled(run, &reading);
        }
        if whole {
            return if known.is_some() || !first { forget(run, POLL) } else { Ok(()) };
        }
        keep(run, POLL, &slices)?;
        let has_looked = !std::mem::take(&mut first);
        if !run.must_stop() && !has_looked {
            match latest(run, &mut reading, &mut slices) {
                Err(Trouble::Api(err)) if err.kind == ApiErrorKind::OutOfBudget => {}
                done => done?,
            }
            keep(run, POLL, &slices)?;
        }
        if run.must_stop() || !share.has_more(run) {
            run.report.out_of_budget = true;
            return Ok(());
        }
    }
}

/// Looks at what was opened last: it does not wait until everything before it was read. That moves no cursor.
fn latest(run: &mut Run<'_>, reading: &mut Reading, slices: &mut Slices) -> Result<(), Trouble> {
    let from = reading.now(run) - delta(run.world.settings.limits.overlap);
    if from <= slices.next {
        return Ok(());
    }
    let span = Span::since(from);
    let (mut batch, _) = run.changed_within(run.source(), &span, MOST_LATEST)?;
    batch.watermark = None;
    reading.last = false;
    slices.creates += take::guance(run, reading, &mut batch, slices.creates, false)?;
    Ok(())
}

/// Looks far back on Guance now and then, with what the deliveries have left.
pub(super) fn sweep(run: &mut Run<'_>) -> Result<()> {
    if run.order.backfill.is_some() || run.is_down(run.source()) {
        return Ok(());
    }
    match sweep_on(run) {
        Ok(()) => Ok(()),
        // The slow tier waits for a better minute; nothing else does for it.
        Err(Trouble::Api(err)) if err.kind == ApiErrorKind::OutOfBudget => Ok(()),
        Err(trouble) => run.absorb(run.source(), trouble),
    }
}

fn sweep_on(run: &mut Run<'_>) -> Result<(), Trouble> {
    let Some(cursor) = run.world.state.cursor(run.source())? else { return Ok(()) };
    if run.world.state.fact(POLL)?.is_some() {
        return Ok(());
    }
    let (settings, ours) = (run.world.settings, run.world.clock.now());
    let known = recall(run, SWEEP)?;
    let since_sweep = ours.signed_duration_since(cursor.swept);
    let is_due = since_sweep < TimeDelta::zero() || since_sweep >= delta(settings.limits.sweep_every);
    if known.is_none() && !is_due {
        return Ok(());
    }
    let mut reading = Reading::far_back(run.source(), cursor);
    let from = (reading.now(run) - delta(settings.limits.sweep_back)).max(cursor.floor);
    let mut slices = known.unwrap_or(Slices { next: from, width: i64::MAX, creates: 0 });
    let share = Share::of(run);
    // What comes after this the poll has read.
    let end = cursor.at - delta(settings.limits.overlap);
    while slices.next < end {
        if run.must_stop() || !share.has_more(run) {
            return Ok(());
        }
        if window(run, &mut reading, &mut slices, end, &share, false)? {
            return forget(run, SWEEP);
        }
        keep(run, SWEEP, &slices)?;
    }
    let tx = run.world.state.begin()?;
    tx.advance(run.source(), &crate::state::Cursor { swept: ours, ..cursor })?;
    tx.commit()?;
    forget(run, SWEEP)
}

/// Reads the next window and takes over what came. Returns true when nothing is left before `end`.
fn window(
    run: &mut Run<'_>,
    reading: &mut Reading,
    slices: &mut Slices,
    end: DateTime<Utc>,
    share: &Share,
    first: bool,
) -> Result<bool, Trouble> {
    let width = TimeDelta::try_milliseconds(slices.width);
    // Before the remote has told the time, our clock may be hours behind what there is to be read.
    let is_told = reading.sweep || run.identities.get(&run.source()).is_some_and(|identity| identity.clock.is_some());
    let is_within = |until: &DateTime<Utc>| !is_told || *until < end;
    let until = width.and_then(|width| slices.next.checked_add_signed(width)).filter(is_within);
    // A poll's last window is open; what comes after a sweep's was read already.
    reading.span.from = slices.next;
    reading.span.until = until.or(reading.sweep.then_some(end));
    let is_narrow = width.is_some_and(|width| width <= NARROWEST);
    let requests = if is_narrow { share.most(run) } else { share.left(run) }.max(1);
    let before = run.spare(run.source());
    let (mut batch, parts) = run.changed_within(run.source(), &reading.span, requests)?;
    // Guance tells what time it is with what it lists.
    if !reading.sweep && reading.follow_back(run, batch.clock)? {
        // What came is taken over as it is, and moves the cursor nowhere but back.
        (batch.watermark, reading.last) = (None, false);
        let creates = slices.creates + take::guance(run, reading, &mut batch, slices.creates, first)?;
        *slices = Slices { next: reading.span.from, width: i64::MAX, creates };
        return window(run, reading, slices, end, share, false);
    }
    let used = before.saturating_sub(run.spare(run.source()));
    let mut end = end;
    if let (Some(clock), Some(identity)) = (batch.clock, run.identities.get_mut(&run.source())) {
        identity.clock = Some(clock);
        end = if reading.sweep { end } else { clock };
    }
    let until = until.filter(|until| *until < end);
    let is_last = until.is_none();
    reading.last = is_last && parts.is_none();
    if parts.is_some() {
        // Nothing tells what is missing: only what was read to its end moves a cursor.
        batch.watermark = None;
    }
    let has_rows = !batch.issues.is_empty() || !batch.unreadable.is_empty();
    slices.creates += take::guance(run, reading, &mut batch, slices.creates, first)?;
    let wide = until.unwrap_or(end).max(slices.next + NARROWEST) - slices.next;
    match parts {
        None => {
            slices.next = until.unwrap_or(end).max(slices.next);
            let is_easy = used.saturating_mul(3) <= requests;
            let wider = match used {
                _ if !has_rows => 4,
                0..=1 if is_easy => 4,
                // One page says little about two, but a window that never grew would never reach the present.
                0..=1 if requests < 3 => 2,
                _ if is_easy => 2,
                _ => 1,
            };
            slices.width = slices.width.saturating_mul(wider);
        }
        Some(parts) => {
            let narrower = wide / i32::try_from(parts).unwrap_or(i32::MAX);
            slices.width = narrower.max(NARROWEST).num_milliseconds();
        }
    }
    Ok(reading.last)
}

/// The part of the minute's requests that a reading in slices may use.
struct Share {
    /// So many it leaves to others.
    others: usize,
    /// It goes on while it has so many: what fits into fewer says little about the next run.
    least: usize,
}

impl Share {
    fn of(run: &Run<'_>) -> Self {
        let spare = run.spare(run.source());
        let others = spare / 2;
        Self { others, least: (spare - others).div_ceil(2).max(1) }
    }

    fn left(&self, run: &Run<'_>) -> usize {
        run.spare(run.source()).saturating_sub(self.others)
    }

    /// What cannot be divided may use more.
    fn most(&self, run: &Run<'_>) -> usize {
        run.spare(run.source()).saturating_sub(self.others / 2)
    }

    fn has_more(&self, run: &Run<'_>) -> bool {
        self.left(run) >= self.least
    }
}

fn recall(run: &Run<'_>, fact: &str) -> Result<Option<Slices>, Trouble> {
    Ok(run.world.state.fact(fact)?.and_then(|(value, _)| serde_json::from_str(&value).ok()))
}

fn keep(run: &Run<'_>, fact: &str, slices: &Slices) -> Result<(), Trouble> {
    let value = serde_json::json!(slices).to_string();
    run.world.state.set_fact(fact, &value, run.world.clock.now())?;
    run.world.failpoints.hit("slice read")?;
    Ok(())
}

fn forget(run: &Run<'_>, fact: &str) -> Result<(), Trouble> {
    Ok(run.world.state.forget_fact(fact)?)
}

/// Counts the runs of which nothing came because the budget was used up, and says so in the end.
pub(super) fn account(run: &mut Run<'_>) -> Result<()> {
    if run.order.dry_run || run.order.backfill.is_some() {
        return Ok(());
    }
    let state = run.world.state;
    let known = state.fact(STARVED)?;
    if !run.report.out_of_budget || run.has_got_on || run.report.written() > 0 {
        if known.is_some() {
            state.forget_fact(STARVED)?;
        }
        return Ok(());
    }
    let now = run.world.clock.now();
    let (runs, since) = known.map_or((0, now), |(runs, since)| (runs.parse::<u32>().unwrap_or(0), since));
    let runs = runs.saturating_add(1);
    state.set_fact(STARVED, &runs.to_string(), since)?;
    if runs >= MOST_STARVED && (now - since).abs() > BUDGET_COMES_BACK {
        run.report.starved(run.source(), runs);
    }
    Ok(())
}
