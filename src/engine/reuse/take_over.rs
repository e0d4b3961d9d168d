//! An item takes a ticket over.

use chrono::{DateTime, Utc};

use super::markers::{keep_since, recognised, retire, since};
use super::told::{count, tell};
use crate::domain::{Action, Base, Continued, Field, IssueId, IssueLink, Key, Push, Receipt, Said, Stage, Ticket};
use crate::engine::run::{Run, Trouble};
use crate::engine::{base, optional};
use crate::plan::reuse;
use crate::ports::ApiError;
use crate::state::{Queued, StateError, Tx};
use crate::words::{EngineFault, Note};

/// What a write that continues a ticket stands in the place of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InPlaceOf {
    /// A create that waits.
    Create,
    /// Nothing: the item was counted in the ticket.
    Nothing,
}

/// Decides that an item continues a ticket: from now on the item before rests.
pub(super) fn redirect(
    run: &mut Run<'_>,
    push: Push,
    ticket: &Ticket,
    link: Option<IssueLink>,
    place: InPlaceOf,
) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let link = link.filter(|link| link.guance != push.pair);
    let earlier = || ticket.kin.as_ref()?.earlier.first()?.issue_on(run.source());
    let before = link.as_ref().map(|link| link.guance.clone()).or_else(earlier);
    let begun = ticket.kin.as_ref().filter(|_| ticket.claim.as_ref().is_some_and(|claim| claim.key == push.key));
    let is_known = link.as_ref().is_some_and(|link| run.source().both().iter().all(|side| link.seen(*side).is_some()));
    // Which of what was said until then has a copy for an item before, nobody knows.
    let unknown_until = match &link {
        Some(link) if is_known => since(run, &link.guance)?,
        _ => Some(begun.and_then(|kin| kin.since).unwrap_or(ticket.updated)),
    };
    let push = reuse::push(push, ticket, before);
    let tx = run.world.state.begin()?;
    if let Some(link) = &link {
        retire(run, &tx, link, &push.pair, now)?;
    }
    if let Some(kin) = begun {
        recognised(run, &tx, &push.pair, (&ticket.id, kin), now)?;
    }
    if let Some(until) = unknown_until {
        keep_since(run, &push.pair, until)?;
    }
    match place {
        InPlaceOf::Create => tx.redirect(&push)?,
        InPlaceOf::Nothing => {
            tx.detach(&push.pair)?;
            tx.enqueue(&push, false, now)?;
        }
    }
    tx.note(push.key.as_str(), &Note::Continues { name: ticket.name.clone() }.to_string(), now)?;
    tx.commit()?;
    tracing::info!(key = %push.key, ticket = %ticket.name, "The same problem again: a ticket is continued.");
    run.world.failpoints.hit("to be continued")?;
    Ok(())
}

/// Reads a ticket by its id; `None` where it is not there for us, or the tracker has no tickets that can be continued.
pub(super) fn read(run: &Run<'_>, id: &IssueId) -> Result<Option<Ticket>, Trouble> {
    let Some(tickets) = run.abilities(run.tracker()).tickets else { return Ok(None) };
    Ok(tickets.tickets(std::slice::from_ref(id))?.into_iter().find(|ticket| ticket.id == *id))
}

/// Returns the item that a ticket says it is the copy of, where that is none of these and this state knows nothing of it: the
/// state is older than the world.
pub(super) fn stranger(run: &Run<'_>, ticket: &Ticket, known: [&IssueId; 2]) -> Result<Option<IssueId>, Trouble> {
    let claim = ticket.claim.as_ref().filter(|claim| claim.proven);
    let item = claim.and_then(|claim| claim.key.issue_on(run.source()));
    let Some(item) = item.filter(|item| !known.contains(&item)) else { return Ok(None) };
    let is_unknown = run.pair(run.source(), &item)?.is_none_or(|link| link.waits_for(&ticket.id));
    Ok(is_unknown.then_some(item))
}

/// Returns the ticket that a write continues, where it says that it goes on with an item of which this state knows nothing.
pub(in crate::engine) fn misread(run: &Run<'_>, queued: &Queued) -> Result<Option<IssueId>, Trouble> {
    let Action::ContinueIssue(continued) = &queued.push.action else { return Ok(None) };
    let Some(ticket) = read(run, &continued.issue)? else { return Ok(None) };
    let own = &queued.push.pair;
    let other = stranger(run, &ticket, [own, continued.before.as_ref().unwrap_or(own)])?;
    Ok(other.map(|_| ticket.id))
}

/// Returns true while the ticket is nobody else's; what is not so is created after all.
pub(in crate::engine) fn is_free(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let Action::ContinueIssue(continued) = &queued.push.action else { return Ok(true) };
    match run.pair(run.tracker(), &continued.issue)? {
        Some(link) if link.guance != queued.push.pair || link.unlinked => {
            create_after_all(run, &queued.push, &EngineFault::TicketOfAnother.to_string())?;
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// Jira does not let us continue a ticket, which is as it was: its item has it back, and the new one gets a ticket of its own.
/// Returns whether the write was one of those.
pub(in crate::engine) fn gives_up(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<bool, Trouble> {
    let is_one = matches!(queued.push.action, Action::ContinueIssue(_));
    if is_one {
        create_after_all(run, &queued.push, &err.message)?;
    }
    Ok(is_one)
}

fn create_after_all(run: &mut Run<'_>, push: &Push, why: &str) -> Result<(), Trouble> {
    let Action::ContinueIssue(continued) = &push.action else { return Ok(()) };
    let Continued { issue, name, before, .. } = continued.as_ref();
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    if let Some(before) = before {
        tx.reinstate(before, (issue, name), now)?;
    }
    if run.pair(run.source(), &push.pair)?.is_some() {
        // It was found by its markers: it has this ticket, open or not.
        tx.done(&push.key, now)?;
    } else {
        tx.redirect(&reuse::create_after_all(push.clone()))?;
    }
    let what = Note::NotContinued { name: name.clone(), why: why.to_owned() }.to_string();
    tx.note(push.key.as_str(), &what, now)?;
    tx.commit()?;
    tracing::info!(key = %push.key, ticket = %name, why, "A ticket could not be continued.");
    run.world.failpoints.hit("not continued")?;
    Ok(())
}

/// A write that continues a ticket is given up: the next item with its key does not wait for it.
pub(in crate::engine) fn buried(tx: &Tx<'_>, push: &Push) -> Result<(), StateError> {
    let Action::ContinueIssue(continued) = &push.action else { return Ok(()) };
    let key = continued.new.reuse.as_ref().map(|reuse| &reuse.key);
    key.map_or(Ok(()), |key| tx.taken_over(key, &continued.issue))
}

/// Records that a ticket goes on with another item, and tells the ticket. Returns false when it is another pair's already.
pub(in crate::engine) fn settled(
    run: &Run<'_>,
    tx: &Tx<'_>,
    push: &Push,
    (continued, receipt): (&Continued, &Receipt),
    now: DateTime<Utc>,
) -> Result<bool, Trouble> {
    let (jira, name) = (&continued.issue, receipt.name.as_str());
    let link = IssueLink::new(push.pair.clone(), jira.clone(), name);
    let own = run.world.state.issue_link(run.source(), &push.pair)?;
    let is_known = own.is_some_and(|own| own.jira == *jira);
    if !is_known {
        if !tx.link_issues(&link, receipt.at.unwrap_or(now), now)? {
            return Ok(false);
        }
        optional::of_new_pair_in(run, tx, push, (jira, name), now)?;
        base::adopted(run, tx, &push.pair, None, now)?;
    } else if run.world.policy.carries_fields() {
        // Both sides may have been compared before the ticket was opened again, which is nobody's wish: what the item says leads.
        let base = Base { guance: Some(Said::nothing()), jira: None, version: 1 };
        tx.set_base(&push.pair, Field::Status, &base)?;
        tx.compare(&push.pair, Some(now))?;
    }
    if let Some(reuse) = &continued.new.reuse {
        tx.set_reuse(&push.pair, &reuse.key)?;
        tx.taken_over(&reuse.key, jira)?;
    }
    tell(run, tx, (push, continued), name, now)?;
    count(run, tx, jira, now)?;
    Ok(true)
}

/// Returns true for a write that continues a ticket and is not done.
pub(in crate::engine) fn is_under_way(run: &Run<'_>, key: &Key) -> Result<bool, StateError> {
    let stage = run.world.state.stage_of(key)?;
    if stage.is_none_or(|stage| stage == Stage::Done) {
        return Ok(false);
    }
    let push = run.world.state.unsettled_write(key)?;
    Ok(push.is_some_and(|push| matches!(push.action, Action::ContinueIssue(_))))
}
