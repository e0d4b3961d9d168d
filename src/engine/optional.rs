//! What people can do without: the links between the two issues of a pair, and attached files. Where one is refused,
//! it is left out, and that is said.

use chrono::{DateTime, Utc};

use super::run::{Run, Trouble};
use crate::domain::{Action, IssueId, Key, Push};
use crate::plan::links::{NewCopy, of_new_pair};
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::{Queued, Tx};
use crate::words::Note;

/// How often such a write is tried again that a service neither takes nor refuses.
const MAX_ATTEMPTS: u32 = 10;

/// Enqueues the links of a pair that `create` made, in the transaction that records the pair.
pub(super) fn of_new_pair_in(
    run: &Run<'_>,
    tx: &Tx<'_>,
    create: &Push,
    (id, name): (&IssueId, &str),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let new = match &create.action {
        Action::CreateIssue(new) => new,
        Action::ContinueIssue(continued) => &continued.new,
        _ => return Ok(()),
    };
    let url = run.remote(run.tracker()).issue_url(name);
    for push in of_new_pair(create, new, &NewCopy { id, name, url: &url }, &run.world.policy.flow) {
        tx.enqueue(&push, false, now)?;
    }
    Ok(())
}

/// Enqueues the links of a pair that was recognised by its marker, if this state had asked for its creation: the run
/// that created it died before it could record that.
///
/// A pair that is merely recognised gets none. After a lost state those are all pairs there are, and throwaway runners
/// would set thousands of links anew in every run.
pub(super) fn of_adopted(
    run: &Run<'_>,
    tx: &Tx<'_>,
    create: Option<&Push>,
    jira: (&IssueId, &str),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    create.map_or(Ok(()), |create| of_new_pair_in(run, tx, create, jira, now))
}

/// Returns true when another try of such a write makes no sense: it was refused, or failed too often.
pub(super) fn is_hopeless(queued: &Queued, err: &ApiError) -> bool {
    let unwilling = err.kind == ApiErrorKind::Refused
        || matches!(err.kind, ApiErrorKind::InDoubt | ApiErrorKind::Unavailable { .. } if queued.attempts >= MAX_ATTEMPTS);
    unwilling && queued.push.action.is_optional()
}

/// Gives up such a write.
pub(super) fn give_up(run: &mut Run<'_>, push: &Push, err: &ApiError) -> Result<(), Trouble> {
    let world = run.world;
    let now = world.clock.now();
    tracing::info!(key = %push.key, error = %err, "Write given up, and left out.");
    let why = match &err.hint {
        Some(hint) => format!("{}; {hint}", err.message),
        None => err.message.clone(),
    };
    let tx = world.state.begin()?;
    tx.done(&push.key, now)?;
    let pair = Key::issue(run.source(), &push.pair);
    tx.note(
        pair.as_str(),
        &Note::LeftOutWhole { what: push.summary.clone(), side: push.target.into(), why: why.clone() }.to_string(),
        now,
    )?;
    tx.commit()?;
    let what = match &push.action {
        Action::AddFile { file, .. } => format!("attachment {}", file.name),
        _ => "link to the other issue".to_owned(),
    };
    run.report.dropped_fields.insert(format!("{what}: {why}"));
    world.failpoints.hit("given up")?;
    Ok(())
}
