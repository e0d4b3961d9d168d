//! The same problem again: an item continues a ticket that was resolved, in the place of a create.
//!
//! It is decided when the create would be sent, by what the tickets say then. From that moment on the item that had the ticket
//! rests: opening the ticket again is nobody's wish that could travel there. What is decided stays, until Jira refuses it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::queue::put_back;
use super::run::{Run, Trouble};
use super::{base, optional, references};
use crate::domain::{
    Action, Comment, Continued, IssueId, IssueLink, Key, Kin, Known, NewIssue, Push, Receipt, Reuse, Stage,
    StatusCategory, StatusTarget, Ticket,
};
use crate::plan::{Step, reuse};
use crate::ports::ApiError;
use crate::state::{Deferral, Queued, StateError, Tx};
use crate::words::{EngineFault, Note, Summary};

/// Most tickets with one key that are looked at: those that were made, or continued, last.
const MOST_TICKETS: usize = 20;

/// The facts that tell when a ticket last changed before an item continued it, in milliseconds since 1970, where this state
/// does not know all of what was said in it: their names end with the item.
const SINCE: &str = "engine.since.";

/// How soon a create is tried again whose ticket is still written to for another item.
const LATER: TimeDelta = TimeDelta::minutes(1);

/// The tickets of each problem, as they were read together.
type Told = HashMap<String, Vec<Ticket>>;

/// Lets those of some creates continue a ticket that are the same problem again, and returns the others.
pub(super) fn go_on(run: &mut Run<'_>, creates: Vec<Queued>) -> Result<Vec<Queued>, Trouble> {
    let (mut others, mut told) = (Vec::new(), Told::new());
    for queued in creates {
        match found(run, &queued.push, &mut told)? {
            Some((_, Some(before))) if is_awaited(run, &queued, &before)? => {
                let later = Deferral { not_before: run.world.clock.now() + LATER, counts: false };
                put_back(run, &queued.push.key, later, Some(&EngineFault::TicketAwaited.to_string()))?;
            }
            Some((ticket, before)) => redirect(run, queued.push, &ticket, before)?,
            None => others.push(queued),
        }
    }
    Ok(others)
}

/// Returns true while something that has not failed is about to be written to the ticket for the item that has it: what it says
/// last shall arrive. That is waited for once; for what was sent on either side and not answered, until it is known whether it
/// arrived.
fn is_awaited(run: &Run<'_>, queued: &Queued, before: &IssueLink) -> Result<bool, Trouble> {
    for side in run.source().both() {
        if run.world.state.in_flight(side)?.iter().any(|write| write.push.pair == before.guance) {
            return Ok(true);
        }
    }
    let ready = run.world.state.ready_in(run.tracker(), run.world.clock.now(), &before.guance)?;
    Ok(ready.iter().any(|write| !write.behind) && queued.error != Some(EngineFault::TicketAwaited.to_string()))
}

/// Returns the ticket that an item continues, and the pair that it is in.
fn found(run: &mut Run<'_>, push: &Push, told: &mut Told) -> Result<Option<(Ticket, Option<IssueLink>)>, Trouble> {
    let Action::CreateIssue(new) = &push.action else { return Ok(None) };
    let Some(key) = new.reuse.as_ref().map(|reuse| reuse.key.clone()) else { return Ok(None) };
    let Some(tickets) = run.abilities(run.tracker()).tickets else { return Ok(None) };
    let known = run.world.state.tickets_called(&key, MOST_TICKETS)?;
    // Another item is about to take over.
    if known.iter().any(|link| link.retired) {
        return Ok(None);
    }
    let away = run.world.state.away()?;
    let is_usable = |link: &&IssueLink| !link.gone && !link.closed && !away.iter().any(|away| away.concerns(link));
    let usable: Vec<IssueLink> = known.iter().filter(is_usable).cloned().collect();
    if usable.is_empty() {
        return Ok(None);
    }
    if !told.contains_key(key.as_str()) {
        let ids: Vec<IssueId> = usable.iter().map(|link| link.jira.clone()).collect();
        told.insert(key.as_str().to_owned(), tickets.tickets(&ids)?);
    }
    let tickets = told.get(key.as_str()).map(Vec::as_slice).unwrap_or_default();
    let ticket = reuse::choose(&push.key, new, tickets, run.now_on(run.tracker())).cloned();
    Ok(ticket.map(|ticket| {
        let link = usable.into_iter().find(|link| link.jira == ticket.id);
        (ticket, link)
    }))
}

/// Lets a create continue the ticket that was found for it by its markers, if that had another item before: an earlier run had
/// begun to. Returns whether it does.
pub(super) fn resumes(run: &mut Run<'_>, queued: &Queued, receipt: &Receipt) -> Result<bool, Trouble> {
    let Action::CreateIssue(new) = &queued.push.action else { return Ok(false) };
    let Some(tickets) = run.abilities(run.tracker()).tickets.filter(|_| new.reuse.is_some()) else { return Ok(false) };
    let id = IssueId::new(receipt.id.clone());
    let Some(ticket) = tickets.tickets(std::slice::from_ref(&id))?.into_iter().find(|ticket| ticket.id == id) else {
        return Ok(false);
    };
    let had_another = ticket.kin.as_ref().is_some_and(|kin| !kin.earlier.is_empty());
    if had_another {
        let link = run.pair(run.tracker(), &id)?;
        redirect(run, queued.push.clone(), &ticket, link)?;
    }
    Ok(had_another)
}

/// Decides that an item continues a ticket: from now on the item before rests.
fn redirect(run: &mut Run<'_>, push: Push, ticket: &Ticket, link: Option<IssueLink>) -> Result<(), Trouble> {
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
    tx.redirect(&push)?;
    tx.note(push.key.as_str(), &Note::Continues { name: ticket.name.clone() }.to_string(), now)?;
    tx.commit()?;
    tracing::info!(key = %push.key, ticket = %ticket.name, "The same problem again: a ticket is continued.");
    run.world.failpoints.hit("to be continued")?;
    Ok(())
}

fn retire(run: &Run<'_>, tx: &Tx<'_>, link: &IssueLink, by: &IssueId, now: DateTime<Utc>) -> Result<(), StateError> {
    tx.retire(&link.guance, now)?;
    let what = Note::ContinuedBy { item: by.to_string(), name: link.jira_name.clone() }.to_string();
    tx.note(Key::issue(run.source(), &link.guance).as_str(), &what, now)?;
    Ok(())
}

/// Returns true while the ticket is nobody else's; what is not so is created after all.
pub(super) fn is_free(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
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
pub(super) fn gives_up(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<bool, Trouble> {
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
pub(super) fn buried(tx: &Tx<'_>, push: &Push) -> Result<(), StateError> {
    let Action::ContinueIssue(continued) = &push.action else { return Ok(()) };
    let key = continued.new.reuse.as_ref().map(|reuse| &reuse.key);
    key.map_or(Ok(()), |key| tx.taken_over(key, &continued.issue))
}

/// Records that a ticket goes on with another item, and tells the ticket. Returns false when it is another pair's already.
pub(super) fn settled(
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
    }
    if let Some(reuse) = &continued.new.reuse {
        tx.set_reuse(&push.pair, &reuse.key)?;
        tx.taken_over(&reuse.key, jira)?;
    }
    tell(run, tx, (push, continued), name, now)?;
    Ok(true)
}

/// Tells a ticket of the item that it goes on with, unless it was told.
fn tell(
    run: &Run<'_>,
    tx: &Tx<'_>,
    (push, continued): (&Push, &Continued),
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let notice = reuse::notice(push, continued, name, run.world.policy.voice);
    let id = notice.key.comment_on(run.source());
    let known = id.map(|id| run.world.state.comment_link(run.source(), &id)).transpose()?.flatten();
    if known.is_none() && !run.world.state.is_queued(&notice.key)? {
        tx.enqueue(&references::settled(run, &notice)?, false, now)?;
    }
    Ok(())
}

/// Records what the markers of a ticket say that was recognised as the copy of an item: who had it before, and whether it is
/// to be opened again. Before the item is linked.
pub(super) fn recognised(
    run: &Run<'_>,
    tx: &Tx<'_>,
    item: &IssueId,
    (jira, kin): (&IssueId, &Kin),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
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
pub(super) fn resume(
    run: &Run<'_>,
    tx: &Tx<'_>,
    link: &IssueLink,
    kin: &Kin,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    tx.set_reuse(&link.guance, &kin.reuse)?;
    if kin.earlier.is_empty() {
        return Ok(());
    }
    if let Some(since) = kin.since {
        keep_since(run, &link.guance, since)?;
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
    let status =
        StatusTarget { names: Vec::new(), category: StatusCategory::Todo, resolution: None, fields: Vec::new() };
    let reuse = Reuse { key: kin.reuse.clone(), within: 0, unless_resolution: Vec::new(), status, passed: Vec::new() };
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
fn keep_since(run: &Run<'_>, item: &IssueId, since: DateTime<Utc>) -> Result<(), StateError> {
    let name = format!("{SINCE}{item}");
    run.world.state.set_fact(&name, &since.timestamp_millis().to_string(), run.world.clock.now())
}

/// Returns when a ticket last changed before its item continued it, where only its markers told that.
pub(super) fn since(run: &Run<'_>, item: &IssueId) -> Result<Option<DateTime<Utc>>, StateError> {
    let fact = run.world.state.fact(&format!("{SINCE}{item}"))?;
    Ok(fact.and_then(|(value, _)| DateTime::from_timestamp_millis(value.parse().ok()?)))
}

/// Returns true for a write that continues a ticket and is not done.
pub(super) fn is_under_way(run: &Run<'_>, key: &Key) -> Result<bool, StateError> {
    let stage = run.world.state.stage_of(key)?;
    if stage.is_none_or(|stage| stage == Stage::Done) {
        return Ok(false);
    }
    let push = run.world.state.unsettled_write(key)?;
    Ok(push.is_some_and(|push| matches!(push.action, Action::ContinueIssue(_))))
}

/// Shows in a dry run which of the planned creates would continue a ticket. A ticket is continued once.
pub(super) fn foresee(run: &mut Run<'_>, steps: &mut [Step]) -> Result<(), Trouble> {
    let (mut taken, mut told): (Vec<IssueId>, Told) = (Vec::new(), Told::new());
    if !run.order.dry_run || run.is_down(run.tracker()) {
        return Ok(());
    }
    for step in steps.iter_mut() {
        let Step::Push(push) = step else { continue };
        let found = match found(run, push, &mut told) {
            Ok(found) => found.filter(|(ticket, _)| !taken.contains(&ticket.id)),
            // It says what it can say.
            Err(Trouble::Api(_)) => return Ok(()),
            Err(trouble) => return Err(trouble),
        };
        let Some((ticket, link)) = found else { continue };
        taken.push(ticket.id.clone());
        *push = reuse::push(push.clone(), &ticket, link.map(|link| link.guance));
    }
    Ok(())
}

/// Returns what a ticket's thread says without what was said in it about the items before; `None` where nothing was. It is
/// known as theirs, or, where this state did not know all of it, as old as the ticket was when its item took over.
pub(super) fn without_the_past(
    run: &Run<'_>,
    link: &IssueLink,
    comments: &[Comment],
    known: &Known,
) -> Result<Option<Vec<Comment>>, Trouble> {
    let since = since(run, &link.guance)?;
    let (mut kept, mut retired) = (Vec::new(), Vec::new());
    for comment in comments.iter().filter(|comment| !comment.side.is_source()) {
        let pair = known.comments.get(&(comment.side, comment.id.clone())).map(|link| &link.pair);
        let is_past = match pair {
            Some(pair) if *pair == link.guance => false,
            Some(pair) if retired.contains(pair) => true,
            Some(pair) => {
                let other = run.world.state.issue_link(run.source(), pair)?;
                let is_past = other.is_some_and(|other| other.retired && other.ticket() == link.jira.as_str());
                retired.extend(is_past.then(|| pair.clone()));
                is_past
            }
            None => since.is_some_and(|since| comment.created <= since),
        };
        if !is_past {
            kept.push(comment.clone());
        }
    }
    let is_some = kept.len() < comments.len() && comments.iter().any(|comment| !comment.side.is_source());
    Ok(is_some.then_some(kept))
}
