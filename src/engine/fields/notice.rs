//! What a reading says other than the merge base: its pair is to be compared, or is closed.

use std::cell::LazyCell;

use anyhow::Result;
use chrono::{DateTime, Utc};

use crate::domain::{Field, Fingerprint, Issue, IssueLink, Key, Side};
use crate::engine::run::{Run, Trouble};
use crate::engine::{base, reuse, trust};
use crate::plan::fields;
use crate::ports::Listing;
use crate::state::Tx;

/// Makes pairs due of which this reading says something else than the base. What it says is closed is written to no
/// more from now on: if only a late index has it so, the comparison finds out.
pub(in crate::engine) fn notice(
    run: &Run<'_>,
    tx: &Tx<'_>,
    issues: &[Issue],
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let policy = run.world.policy;
    let compared = policy.carries_fields() || policy.routes.iter().any(|route| route.closed_status.is_some());
    if !compared {
        return Ok(());
    }
    let state = run.world.state;
    let mut resting: Vec<(IssueLink, &Issue)> = Vec::new();
    for issue in issues {
        let Some(link) = run.pair(issue.side(), &issue.id)? else { continue };
        if link.retired {
            resting.push((link, issue));
            continue;
        }
        if run.about(issue.side()).listing == Listing::MaybeByOpening {
            tx.fields_read(&link.guance, Some(issue.created), now)?;
        }
        if !issue.side().is_source() && trust::may_have_forgotten(run, &link, issue.updated)? {
            // Who changed a status last cannot be told from an old base: the sides are compared as of a pair found again.
            tx.forget_base(&link.guance, Field::Status)?;
        }
        // Nothing is rendered for a pair that is closed or gone, and for which nothing waits.
        let carried = LazyCell::new(|| run.readings.carried(issue, &link.jira_name, policy));
        let says = |field| fields::value(issue, field, &carried);
        let (fields, turned) = fields::differs(issue, says, &link, &state.bases(&link.guance)?, policy);
        let write = |field| fields::write_of(&link, field, issue.side(), &says(field));
        if turned || is_news(run, &link, &fields, write)? || is_overtaken(run, issue.side(), &link, write)? {
            tx.compare(&link.guance, Some(DateTime::UNIX_EPOCH))?;
        }
        if is_closed(run, issue) {
            turn(tx, &link, true, now)?;
        }
    }
    for (link, issue) in &resting {
        tx.fields_read(&link.guance, Some(issue.created), now)?;
    }
    let resting: Vec<(&IssueLink, Option<&Issue>)> = resting.iter().map(|(link, issue)| (link, Some(*issue))).collect();
    reuse::seen(run, tx, &resting, now)
}

/// Does so with Jira issues that were read by id, in a transaction of its own.
pub(in crate::engine) fn noticed(run: &Run<'_>, issues: &[Issue]) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    notice(run, &tx, issues, now)?;
    Ok(tx.commit()?)
}

/// A Jira issue that is closed is written to no more, also before its pair is compared.
pub(super) fn is_closed(run: &Run<'_>, issue: &Issue) -> bool {
    !issue.side().is_source() && run.world.policy.closed(issue).is_some()
}

/// What is on its way already is no news.
fn is_news(
    run: &Run<'_>,
    link: &IssueLink,
    fields: &[Field],
    write: impl Fn(Field) -> (Key, Fingerprint),
) -> Result<bool, Trouble> {
    if fields.is_empty() {
        return Ok(false);
    }
    let queued = run.world.state.field_writes(&link.guance)?;
    Ok(fields.iter().any(|field| !queued.contains_key(&write(*field).0)))
}

/// Returns true when a write waits that carries what this side does not say any more.
fn is_overtaken(
    run: &Run<'_>,
    side: Side,
    link: &IssueLink,
    write: impl Fn(Field) -> (Key, Fingerprint),
) -> Result<bool, Trouble> {
    let waiting = run.world.state.waiting_fields(&link.guance, side.opposite())?;
    Ok(waiting.into_iter().any(|(field, content)| write(field).1 != content))
}

/// Records that the Jira issue has come into its closed status, or left it.
pub(super) fn turn(tx: &Tx<'_>, link: &IssueLink, closed: bool, now: DateTime<Utc>) -> Result<(), Trouble> {
    if closed == link.closed {
        return Ok(());
    }
    let taken_back = tx.set_closed(&link.guance, closed)?;
    let what = if closed { base::CLOSED } else { "its copy is open again" };
    tx.note(Key::issue(Side::Source(tx.line()), &link.guance).as_str(), what, now)?;
    tracing::debug!(id = %link.guance, closed, taken_back, "Closed status reached or left.");
    Ok(())
}
