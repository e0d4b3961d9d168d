//! Items that are counted in the ticket of another one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::markers::unknown;
use super::told::count;
use crate::domain::{
    Action, Claim, CommentId, Issue, IssueId, IssueLink, Joined, Key, Kin, Push, StatusCategory, Ticket,
};
use crate::engine::run::{Run, Trouble};
use crate::plan::reuse;
use crate::state::{Queued, Tx};
use crate::words::Note;

/// Most items that are named in a ticket, the last ones: the ticket's property holds no more.
const MOST_NAMED: usize = 150;

/// Lets the items of these creates be counted in a ticket that is another one's. One write names them all there.
pub(super) fn join(run: &mut Run<'_>, creates: &[Queued], ticket: &Ticket, link: &IssueLink) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    for queued in creates {
        let Action::CreateIssue(new) = &queued.push.action else { continue };
        let is_open = new.reuse.as_ref().is_none_or(|reuse| reuse.status.category != StatusCategory::Done);
        tx.attach((&queued.push.pair, &new.title), &ticket.id, is_open, now)?;
        let what = Note::Joins { name: ticket.name.clone(), item: link.guance.to_string() };
        tx.note(queued.push.key.as_str(), &what.to_string(), now)?;
    }
    // Another write of the kind that waits is replaced: the list is a whole one.
    let named = run.world.state.joined(&ticket.id, MOST_NAMED)?;
    let items = named.iter().map(|item| Joined::new(Key::issue(run.source(), item))).collect();
    tx.enqueue(&reuse::join(link, items, run.tracker()), false, now)?;
    count(run, &tx, &ticket.id, now)?;
    tx.commit()?;
    run.report.issues_joined += creates.len();
    tracing::info!(ticket = %ticket.name, items = creates.len(), "The same problem again: counted in an open ticket.");
    run.world.failpoints.hit("joined")?;
    Ok(())
}

/// Takes note of whether items are open that are counted in the tickets of others, and of those that left theirs and are open
/// again.
pub(in crate::engine) fn seen(
    run: &Run<'_>,
    tx: &Tx<'_>,
    items: &[(&IssueLink, Option<&Issue>)],
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let mut tickets = BTreeSet::new();
    for (link, issue) in items {
        let (was_open, title) = run.world.state.attachment(&link.guance)?;
        let is_open = issue.is_some_and(|issue| issue.status.category != StatusCategory::Done);
        // What was never counted, and had ended, is counted no more.
        if title.is_none() && was_open == Some(false) {
            continue;
        }
        let named = issue.map(|issue| issue.title.as_str()).filter(|_| is_open);
        if was_open != Some(is_open) || named.is_some() && named != title.as_deref() {
            tx.set_attached(&link.guance, is_open, named, now)?;
        }
        if was_open != Some(is_open) {
            let name = link.jira_name.clone();
            let what = if is_open { Note::JoinedOpen { name } } else { Note::JoinedEnded { name } };
            tx.note(Key::issue(run.source(), &link.guance).as_str(), &what.to_string(), now)?;
        }
        tickets.insert(IssueId::new(link.ticket()));
    }
    for ticket in &tickets {
        count(run, tx, ticket, now)?;
    }
    Ok(())
}

/// Takes note of items that tickets of known pairs say are counted in them, and of which a state that is older than the world
/// knows nothing.
pub(in crate::engine) fn recall(run: &mut Run<'_>, issues: &[Issue]) -> Result<(), Trouble> {
    if !run.world.policy.reuses_tickets() {
        return Ok(());
    }
    let told = issues.iter().filter_map(|issue| Some((&issue.id, issue.claim.as_ref(), issue.tracker()?.kin.as_ref())));
    run.seen_tickets.extend(issues.iter().map(|issue| issue.id.clone()));
    remember(run, told)
}

/// Reads what the tickets say that this run's searches showed: this state has turned out to be older than the world, and a search
/// does not tell everywhere which items are counted.
pub(in crate::engine) fn read_joined(run: &mut Run<'_>) -> Result<(), Trouble> {
    let Some(reader) = run.abilities(run.tracker()).tickets else { return Ok(()) };
    let mut known = Vec::new();
    for id in std::mem::take(&mut run.seen_tickets) {
        known.extend(run.pair(run.tracker(), &id)?.map(|link| link.jira));
    }
    if known.is_empty() {
        return Ok(());
    }
    let tickets = reader.tickets(&known)?;
    remember(run, tickets.iter().map(|ticket| (&ticket.id, ticket.claim.as_ref(), ticket.kin.as_ref())))
}

fn remember<'t>(
    run: &Run<'_>,
    told: impl Iterator<Item = (&'t IssueId, Option<&'t Claim>, Option<&'t Kin>)>,
) -> Result<(), Trouble> {
    let (state, now) = (run.world.state, run.world.clock.now());
    let mut forgotten = Vec::new();
    for (ticket, claim, kin) in told {
        let (Some(claim), Some(kin)) = (claim.filter(|claim| claim.proven), kin) else { continue };
        let Some(link) = run.pair(run.tracker(), ticket)? else { continue };
        if claim.key != Key::issue(run.source(), &link.guance) {
            continue;
        }
        forgotten.extend(unknown(run, kin)?.into_iter().map(|item| (item, ticket.clone())));
    }
    if forgotten.is_empty() {
        return Ok(());
    }
    let tx = state.begin()?;
    for (item, ticket) in &forgotten {
        tx.remember_joined(item, ticket, now)?;
    }
    tx.commit()?;
    Ok(())
}

/// Counts anew where a comment that counts was just written: what it says may be older than the count.
pub(in crate::engine) fn counted_anew(
    run: &Run<'_>,
    tx: &Tx<'_>,
    push: &Push,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let Some(id) = push.key.comment_on(run.source()).filter(CommentId::is_notice) else { return Ok(()) };
    let link = run.world.state.issue_link(run.source(), &push.pair)?;
    match link.filter(|link| reuse::counted_id(link) == id) {
        Some(link) => count(run, tx, &link.jira, now),
        None => Ok(()),
    }
}
