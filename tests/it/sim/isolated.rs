//! What must hold while something fails every time: it delays only itself, and it is not silent.

use guajira::domain::{IssueId, Receipt, Side, Stage};
use guajira::ports::{ApiError, ApiErrorKind};
use guajira::state::{Queued, State, StateError};

use super::check::is_kept;
use super::faithful::{WORDS, would_meet};
use super::gallery::Bug;
use super::world::World;

/// Takes note of what still waits behind a fault that it would meet.
pub(super) fn note_waiting(w: &mut World, state: &State) -> Result<(), StateError> {
    for row in state.unsettled()? {
        if would_meet(w, &row.push) {
            w.stubborn.touch(row.push.pair.as_str(), row.push.target);
        }
    }
    Ok(())
}

/// What the fault touches is dead with the service's words, or waits where everybody sees why.
pub(super) fn visible(w: &World, state: &State) -> Result<Vec<String>, StateError> {
    let silent = |row: &Queued| {
        // What a run was about to send when it was killed may wait behind others for its turn.
        let was_sent = row.sent_at.is_some() && row.stage != Stage::Held && w.stubborn.answered.contains(&row.push.key);
        let says = |error: &String| error.contains(WORDS) || error.contains("slow down");
        was_sent && would_meet(w, &row.push) && !row.error.as_ref().is_some_and(says)
    };
    let mut rows = state.unsettled()?;
    // What is kept for a closed issue says so instead.
    let mut kept = Vec::new();
    for row in &rows {
        kept.push(is_kept(state, row)?);
    }
    let mut kept = kept.into_iter();
    rows.retain(|_| !kept.next().unwrap_or(false));
    let silent = rows.iter().filter(|row| silent(row));
    Ok(silent
        .map(|row| format!("silent: {} is {} and says {:?}", row.push.key, row.stage.as_str(), row.error))
        .collect())
}

/// What was ready when a run began, and is not touched, is sent by it, whatever else fails, unless so much failed that the
/// side is left alone.
pub(super) fn left_over(w: &mut World, state: &State, now: chrono::DateTime<chrono::Utc>) -> Result<(), StateError> {
    let calm = w.run.faults.is_empty() && w.run.dies_at.is_none() && !w.run.unheard && !w.stop;
    let in_time = w.now - w.run_started < 49_000;
    let (writes, reads) = w.stubborn.answers;
    let works = (1..12).contains(&writes) && reads == 0 && state.waits_until(Side::JIRA, None, now)?.is_none();
    if !w.stubborn.holds() || !calm || !in_time || !works {
        return Ok(());
    }
    note_waiting(w, state)?;
    let fresh = |row: &Queued| !row.behind && row.absences == 0 && !w.is_unsure(&row.push.key);
    let open = |row: &Queued| fresh(row) && !w.stubborn.is_touched(row.push.pair.as_str(), row.push.target);
    let unsent = state.ready(Side::JIRA, now, 50)?;
    if let Some(key) = unsent.iter().find(|row| open(row)).map(|row| row.push.key.clone()) {
        w.blame(format!("left: {key} was ready and not sent, though only {writes} requests failed"));
    }
    Ok(())
}

/// The Guance issue of the pair that a Jira issue belongs to.
pub(super) fn lane_of(w: &World, jira: &IssueId) -> Option<String> {
    let at = w.jira.place(jira.as_str())?;
    w.jira.issues[at].now.born.as_ref()?.issue_on(w.source()).map(|id| id.as_str().to_owned())
}

/// A careless engine gives a side up after three failures, and counts every element of one answer.
pub(super) fn given_up(w: &mut World, done: &[Result<Receipt, ApiError>]) {
    for result in done {
        let failed = result.as_ref().is_err_and(|error| {
            matches!(error.kind, ApiErrorKind::InDoubt | ApiErrorKind::Unavailable { retry_after: None })
        });
        w.stubborn.per_element = if failed { w.stubborn.per_element + 1 } else { 0 };
    }
}

/// Returns true when that engine sends no more in this run.
pub(super) fn has_given_up(w: &World) -> bool {
    w.bug == Some(Bug::FailurePerElement) && w.stubborn.per_element >= 3
}
