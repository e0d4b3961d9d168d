//! What the markers of a ticket say of the items that it was the copy of.

use chrono::{DateTime, Utc};

use super::told::tell;
use crate::domain::{Action, Continued, IssueId, IssueLink, Key, Kin, NewIssue, Push, Reuse, StatusCategory};
use crate::engine::run::{Run, Trouble};
use crate::state::{StateError, Tx};
use crate::words::{Note, Summary};

/// The facts that tell when a ticket last changed before an item continued it, in milliseconds since 1970, where this state
/// does not know all of what was said in it: their names end with the item.
const SINCE: &str = "engine.since.";

/// Lets an item rest whose ticket another one has taken over.
pub(super) fn retire(
    run: &Run<'_>,
    tx: &Tx<'_>,
    link: &IssueLink,
    by: &IssueId,
    now: DateTime<Utc>,
) -> Result<(), StateError> {
    tx.retire(&link.guance, by, now)?;
    let what = Note::ContinuedBy { item: by.to_string(), name: link.jira_name.clone() }.to_string();
    tx.note(Key::issue(run.source(), &link.guance).as_str(), &what, now)?;
    Ok(())
}

/// Returns the items that a ticket says are counted in it, and of which this state knows nothing.
pub(super) fn unknown(run: &Run<'_>, kin: &Kin) -> Result<Vec<IssueId>, StateError> {
    let mut unknown = Vec::new();
    for item in kin.joined.iter().filter_map(|joined| joined.key.issue_on(run.source())) {
        if run.world.state.issue_link(run.source(), &item)?.is_none() {
            unknown.push(item);
        }
    }
    Ok(unknown)
}

/// Records what the markers of a ticket say that was recognised as the copy of an item: who had it before, and whether it is
/// to be opened again. Before the item is linked.
pub(in crate::engine) fn recognised(
    run: &Run<'_>,
    tx: &Tx<'_>,
    item: &IssueId,
    (jira, kin): (&IssueId, &Kin),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    for joined in unknown(run, kin)?.into_iter().filter(|joined| joined != item) {
        tx.remember_joined(&joined, jira, now)?;
    }
    for earlier in kin.earlier.iter().filter_map(|key| key.issue_on(run.source())).filter(|earlier| earlier != item) {
        match run.world.state.issue_link(run.source(), &earlier)? {
            None => tx.remember_retired(&earlier, jira, now)?,
            Some(link) if link.jira == *jira => retire(run, tx, &link, item, now)?,
            Some(_) => {}
        }
    }
    Ok(())
}

/// Goes on where the markers of a ticket say that an earlier run was: it is opened again, and told of the item.
pub(in crate::engine) fn resume(
    run: &Run<'_>,
    tx: &Tx<'_>,
    link: &IssueLink,
    kin: &Kin,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    tx.set_reuse(&link.guance, &kin.reuse)?;
    // Whoever else was to take the ticket over, does not.
    tx.taken_over(&kin.reuse, &link.jira)?;
    if let Some(since) = kin.since {
        keep_since(run, &link.guance, since)?;
    }
    if kin.earlier.is_empty() {
        return Ok(());
    }
    let push = again(run, link, kin);
    let Action::ContinueIssue(continued) = &push.action else { return Ok(()) };
    if kin.opening {
        tx.enqueue(&push, false, now)?;
    } else {
        tell(run, tx, (&push, continued), &link.jira_name, now)?;
    }
    Ok(())
}

/// Returns the write that continues a ticket, as far as its markers tell.
fn again(run: &Run<'_>, link: &IssueLink, kin: &Kin) -> Push {
    let reuse = Reuse::chosen(kin.reuse.clone(), StatusCategory::Todo);
    let new = NewIssue {
        origin_url: run.remote(run.source()).issue_url(link.guance.as_str()),
        reuse: Some(Box::new(reuse)),
        ..NewIssue::default()
    };
    let continued = Continued {
        issue: link.jira.clone(),
        name: link.jira_name.clone(),
        creator: kin.creator.clone(),
        before: kin.earlier.first().and_then(|key| key.issue_on(run.source())),
        since: kin.since.unwrap_or(DateTime::UNIX_EPOCH),
        new,
        was_open: false,
    };
    let summary = Summary::Continued { title: String::new(), name: link.jira_name.clone() }.to_string();
    Push {
        key: Key::issue(run.source(), &link.guance),
        pair: link.guance.clone(),
        target: run.tracker(),
        content: kin.reuse.clone(),
        summary,
        action: Action::ContinueIssue(Box::new(continued)),
        seal: None,
    }
}

/// Keeps when a ticket last changed before its item continued it: what was said in it until then is not the item's.
pub(super) fn keep_since(run: &Run<'_>, item: &IssueId, since: DateTime<Utc>) -> Result<(), StateError> {
    let name = format!("{SINCE}{item}");
    run.world.state.set_fact(&name, &since.timestamp_millis().to_string(), run.world.clock.now())
}

/// Returns when a ticket last changed before its item continued it, where only its markers told that.
pub(super) fn since(run: &Run<'_>, item: &IssueId) -> Result<Option<DateTime<Utc>>, StateError> {
    let fact = run.world.state.fact(&format!("{SINCE}{item}"))?;
    Ok(fact.and_then(|(value, _)| DateTime::from_timestamp_millis(value.parse().ok()?)))
}
