//! Readings of issues by id, kept for the comparisons of a run.

use chrono::TimeDelta;

use super::notice::{is_closed, turn};
use crate::domain::{Issue, IssueId, Side};
use crate::engine::away;
use crate::engine::run::{Run, Trouble};

/// How soon a pair of which one side could not be understood is compared again.
pub(in crate::engine) const UNREADABLE_WAIT: TimeDelta = TimeDelta::minutes(10);

/// Keeps what a list said, for the comparisons of this run.
pub(in crate::engine) fn keep(run: &mut Run<'_>, issues: &[Issue]) {
    if run.world.policy.carries_fields() {
        let now = run.world.clock.now();
        for issue in issues {
            run.readings.keep(issue.clone(), now);
        }
    }
}

/// Reads issues by id.
pub(in crate::engine) fn read(run: &mut Run<'_>, side: Side, ids: &[IssueId]) -> Result<(), Trouble> {
    let batch = run.remote(side).issues(ids)?;
    if run.abilities(side).archive.is_some() {
        away::noticed(run, &batch, false)?;
    }
    let now = run.world.clock.now();
    for record in &batch.unreadable {
        tracing::warn!(%side, error = %record.why, "Record not understood.");
        run.report.unreadable(side, record);
        run.unreadable.extend(record.issue.clone().map(|id| (side, id)));
    }
    let closed: Vec<&Issue> = batch.issues.iter().filter(|issue| is_closed(run, issue)).collect();
    if !closed.is_empty() {
        let tx = run.world.state.begin()?;
        for issue in closed {
            if let Some(link) = run.pair(side, &issue.id)? {
                turn(&tx, &link, true, now)?;
            }
        }
        tx.commit()?;
    }
    for issue in batch.issues {
        run.readings.keep(issue, now);
    }
    Ok(())
}
