//! What a service asked for: to be left alone for a while, also by the runs to come.

use anyhow::Result;
use chrono::TimeDelta;

use super::run::{Run, Trouble};

/// What is left of a wait, and no longer than this, a run waits out itself.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// Fact: the source asked to be left alone when it was written to, and has taken no write since.
const WRITES_LAST: &str = "engine.writes-last";

/// Leaves alone the sides that asked for it. A backfill was ordered by somebody who may know better.
pub(super) fn obey(run: &mut Run<'_>) -> Result<()> {
    if run.order.backfill.is_some() {
        return Ok(());
    }
    for side in run.source().both() {
        let now = run.world.clock.now();
        let Some(until) = run.world.state.waits_until(side, Some(run.world.settings.askers.on(side)), now)? else {
            continue;
        };
        if until - now <= PATIENCE {
            run.world.clock.sleep((until - now).to_std().unwrap_or_default());
            continue;
        }
        tracing::info!(%side, %until, "Side left alone: it asked for that.");
        run.report.waiting.insert(side, until);
        run.down.push(side);
    }
    Ok(())
}

/// Takes note of whether the source took a write or asked to be left alone. One that asks for that at each write would never be
/// read again: until it takes one, it is read before it is written to.
pub(super) fn note_write(run: &mut Run<'_>, asks_to_wait: bool) -> Result<(), Trouble> {
    let state = run.world.state;
    if asks_to_wait {
        state.set_fact(WRITES_LAST, "", run.world.clock.now())?;
    } else if std::mem::take(&mut run.writes_last) {
        state.forget_fact(WRITES_LAST)?;
    }
    Ok(())
}

/// Returns true where the source is read before it is written to.
pub(super) fn writes_last(run: &mut Run<'_>) -> Result<bool> {
    run.writes_last = run.world.state.fact(WRITES_LAST)?.is_some();
    Ok(run.writes_last)
}
