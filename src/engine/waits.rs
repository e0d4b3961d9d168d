//! What a service asked for: to be left alone for a while, also by the runs to come.

use anyhow::Result;
use chrono::TimeDelta;

use super::run::Run;

/// What is left of a wait, and no longer than this, a run waits out itself.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

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
