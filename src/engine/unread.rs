//! Jira threads that could not be read: later runs read them after everything else, and less and less often, so that
//! nobody waits for one that fails, or that takes its time to fail, whenever it is asked for.

use anyhow::Result;

use super::run::{Retries, Run, Trouble};
use crate::domain::{IssueId, IssueLink};
use crate::ports::Facts as _;

/// Fact: how often in a row the thread of this pair could not be read, and when last.
const FACT: &str = "engine.unread.";

/// Recalls what earlier runs could not read.
pub(super) fn remember(run: &mut Run<'_>) -> Result<()> {
    for (pair, times, at) in run.world.state.facts_of(FACT)? {
        run.unread.insert(IssueId::new(pair), (times.parse().unwrap_or(1), at));
    }
    Ok(())
}

/// Returns true for a thread that is left to the end of the run.
pub(super) fn waits(run: &Run<'_>, link: &IssueLink) -> bool {
    run.retries != Some(Retries::AtLast) && run.unread.contains_key(&link.guance)
}

/// Takes note that a thread could not be read.
pub(super) fn failed(run: &mut Run<'_>, link: &IssueLink) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let times = run.unread.get(&link.guance).map_or(1, |(times, _)| times.saturating_add(1));
    run.unread.insert(link.guance.clone(), (times, now));
    run.world.state.set_fact(&format!("{FACT}{}", link.guance), &times.to_string(), now)?;
    Ok(())
}

/// Takes note that a thread was read.
pub(super) fn was_read(run: &mut Run<'_>, link: &IssueLink) {
    if run.unread.remove(&link.guance).is_some() {
        forget(run, &link.guance);
    }
}

/// Forgets that a thread could not be read.
pub(super) fn forget(run: &Run<'_>, pair: &IssueId) {
    run.world.state.forget(&format!("{FACT}{pair}"));
}
