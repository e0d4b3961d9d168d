//! A backfill in slices of its window, the oldest first: each is read, planned and delivered before the next, and what was
//! read for it is forgotten then. So a backfill takes the same memory however long its window is.
//!
//! INVARIANT: how far it has come is stored in the transaction that stores what the slice brought. A backfill that was cut
//! off goes on there, when it is ordered again.

use anyhow::Result;
use chrono::TimeDelta;

use super::reading::Reading;
use super::run::{Run, Trouble};
use super::walk::{NARROWEST, Slice, Walk};
use super::world::Backfill;
use crate::ports::{Batch, Span};

/// Fact: how far a backfill has come that is not at its end.
const BACKFILL: &str = "engine.backfill";

/// Most pages of Guance's list that a slice takes: beyond that its window is divided.
const MOST_PAGES: usize = 3;

/// A window this wide is one slice, unless it holds too much.
const SHORT: TimeDelta = TimeDelta::hours(6);

/// Begins the next slice; returns false when there is none, or none can be dealt with now.
pub(super) fn next(run: &mut Run<'_>) -> Result<bool> {
    let Some(backfill) = run.order.backfill else { return Ok(false) };
    let before = run.slice.take();
    let is_first = before.is_none();
    let walk = match before {
        None => begin(run, backfill)?,
        Some(slice) if slice.is_last() => {
            tracing::debug!(issues = slice.issues, "Slice of the backfill is dealt with.");
            if !run.order.dry_run && run.down.is_empty() && !run.interrupted {
                run.world.state.forget_fact(BACKFILL)?;
            }
            return Ok(false);
        }
        Some(_) if run.must_stop() || !run.down.is_empty() => return Ok(false),
        Some(slice) => {
            tracing::debug!(issues = slice.issues, "Slice of the backfill is dealt with.");
            forget(run)?;
            slice.then()
        }
    };
    // With a cursor, the runs to come read what is changed from now on.
    let jira_ends = run.world.state.cursor(run.tracker())?.map(|_| walk.began);
    let mut slice = Slice::of(walk, is_first, jira_ends, run.now_on(run.tracker()));
    if slice.reads(run.source()) && !run.is_down(run.source()) {
        match list(run, &mut slice) {
            Ok(batch) => slice.listed = Some(batch),
            Err(trouble) => run.absorb(run.source(), trouble)?,
        }
    }
    tracing::info!(from = %slice.walk.next, until = ?slice.until, "Slice of the backfill.");
    run.slice = Some(slice);
    Ok(true)
}

/// Begins a backfill, or goes on with one that was cut off and whose window reaches as far back as this one's.
fn begin(run: &mut Run<'_>, backfill: Backfill) -> Result<Walk> {
    let Backfill { from, until } = backfill;
    run.plans_from = run.world.state.last_write()?;
    let known = run.world.state.fact(BACKFILL)?.and_then(|(walk, _)| serde_json::from_str::<Walk>(&walk).ok());
    let goes_on = |walk: &Walk| walk.from <= from && from <= walk.next && walk.until == until;
    if let Some(walk) = known.filter(goes_on) {
        tracing::info!(next = %walk.next, "Backfill goes on where it was cut off.");
        return Ok(walk);
    }
    if !run.is_down(run.tracker())
        && let Err(error) = run.identify(run.tracker())
    {
        run.absorb(run.tracker(), error.into())?;
    }
    let began = run.now_on(run.tracker());
    let whole = until.unwrap_or(began).min(began) - from;
    let width = if whole <= SHORT { whole } else { (whole / 8).max(SHORT) };
    let width = width.max(NARROWEST).num_milliseconds();
    Ok(Walk { from, until, began, wrote: None, next: from, width, seen: [None, None] })
}

/// Lists what Guance has for a slice, which is made narrower until it fits.
fn list(run: &mut Run<'_>, slice: &mut Slice) -> Result<Batch, Trouble> {
    run.identify(run.source())?;
    let from = slice.walk.next;
    loop {
        let span = Span { until: slice.until, ..Span::since(from) };
        let width = slice.until.unwrap_or_else(|| run.now_on(run.source())) - from;
        let most = if width <= NARROWEST { usize::MAX } else { MOST_PAGES };
        let (batch, parts) = run.changed_within(run.source(), &span, most)?;
        let Some(parts) = parts else {
            let ends_window = slice.until.is_some() && slice.until == slice.walk.until;
            // Where the list is about updates, an issue that was opened in the window may stand behind its end.
            return if ends_window { Ok(run.world.guance.changed(&span)?) } else { Ok(batch) };
        };
        let narrower = (width / i32::try_from(parts.max(2)).unwrap_or(i32::MAX)).max(NARROWEST);
        slice.until = Some(from + narrower);
        slice.walk.width = narrower.num_milliseconds();
    }
}

/// Stores how far the backfill has come, with what the slice brought. What Jira did not show for it is asked for again.
pub(super) fn store(run: &Run<'_>, reading: &Reading) -> Result<(), Trouble> {
    let Some(slice) = &run.slice else { return Ok(()) };
    // Guance is taken over last.
    if slice.reads(run.source()) && !reading.side.is_source() {
        return Ok(());
    }
    if run.interrupted || run.is_down(run.tracker()) || run.order.dry_run {
        return Ok(());
    }
    let value = serde_json::json!(slice.then()).to_string();
    Ok(run.world.state.set_fact(BACKFILL, &value, run.world.clock.now())?)
}

/// Forgets what was read and planned for the slice before.
fn forget(run: &mut Run<'_>) -> Result<()> {
    run.forget_read();
    let progress = run.world.progress;
    run.report.slice_ends(run.world.state, |planned, held| progress.planned(planned, held))?;
    if run.order.dry_run {
        // The state is a copy: what was planned in it is told, and weighs on it.
        run.world.state.forget_plans(run.plans_from)?;
    }
    Ok(())
}
