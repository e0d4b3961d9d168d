//! Which ticket an item continues or is counted in, by what the tickets say when its create would be sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::joined::join;
use super::take_over::{InPlaceOf, is_under_way, read, redirect, stranger};
use crate::domain::{Action, Fingerprint, IssueId, IssueLink, Key, Push, Receipt, Ticket};
use crate::engine::queue::try_later;
use crate::engine::run::{Run, Trouble};
use crate::plan::Step;
use crate::plan::reuse::{self, Choice};
use crate::state::{Queued, State, StateError};
use crate::words::EngineFault;

/// Most tickets with one key that are looked at: those that were made, or continued, last.
const MOST_TICKETS: usize = 20;

/// The tickets of each problem, as they were read together.
type Told = HashMap<String, Vec<Ticket>>;

/// What becomes of a create.
enum Found {
    /// It is sent.
    Nothing,
    /// It waits: the ticket is just being made, or taken over by another item.
    Awaited,
    /// It continues this ticket, which is that of this pair.
    GoesOn(Ticket, Option<IssueLink>),
    /// It is counted in this ticket, which is that of this pair.
    Joins(Ticket, IssueLink),
    /// This ticket says that it goes on with another item than the state knows, which is older than the world.
    Misread(IssueId),
}

/// Some creates, sorted.
#[derive(Default)]
pub(in crate::engine) struct Sorted {
    /// Those that are sent.
    pub(in crate::engine) new: Vec<Queued>,
    /// Tickets that say something else of their items than the state does.
    pub(in crate::engine) misread: Vec<IssueId>,
}

/// Lets those of some creates continue a ticket, or be counted in one, that are the same problem again. Of several that have one
/// problem and no ticket, one is sent, and the others wait for its ticket.
/// `others`: creates that were looked for together with these, and may be there already.
pub(in crate::engine) fn sort(run: &mut Run<'_>, creates: Vec<Queued>, others: &[Push]) -> Result<Sorted, Trouble> {
    let (mut sorted, mut told) = (Sorted::default(), Told::new());
    let mut problems: HashSet<Fingerprint> = others.iter().filter_map(key_of).cloned().collect();
    let mut joining: BTreeMap<IssueId, (Ticket, IssueLink, Vec<Queued>)> = BTreeMap::new();
    for queued in creates {
        match found(run, &queued.push, &mut told)? {
            Found::Nothing => match key_of(&queued.push) {
                Some(key) if !problems.insert(key.clone()) => {}
                Some(key) if is_being_made(run, &queued.push, key)? => wait(run, &queued)?,
                _ => sorted.new.push(queued),
            },
            Found::Awaited => wait(run, &queued)?,
            // What says already that it is this item's is written to for no other any more.
            Found::GoesOn(ticket, Some(before))
                if !ticket.is_of(&queued.push.key) && is_awaited(run, &queued, &before)? =>
            {
                wait(run, &queued)?;
            }
            Found::GoesOn(ticket, before) => redirect(run, queued.push, &ticket, before, InPlaceOf::Create)?,
            Found::Joins(_, before) if is_awaited(run, &queued, &before)? => wait(run, &queued)?,
            Found::Joins(ticket, before) => {
                let (.., together) = joining.entry(ticket.id.clone()).or_insert((ticket, before, Vec::new()));
                together.push(queued);
            }
            Found::Misread(ticket) => {
                wait(run, &queued)?;
                sorted.misread.push(ticket);
            }
        }
    }
    for (ticket, link, together) in joining.into_values() {
        join(run, &together, &ticket, &link)?;
    }
    Ok(sorted)
}

fn key_of(push: &Push) -> Option<&Fingerprint> {
    let Action::CreateIssue(new) = &push.action else { return None };
    new.reuse.as_ref().map(|reuse| &reuse.key)
}

fn wait(run: &mut Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    try_later(run, &queued.push.key, &EngineFault::TicketAwaited.to_string())
}

/// Lets a create wait once, until a ticket is recognised that says that the item is counted in it, and of which this state knows
/// nothing. Returns whether it does.
pub(in crate::engine) fn awaits(run: &mut Run<'_>, queued: &Queued, ticket: &IssueId) -> Result<bool, Trouble> {
    let was_awaited = queued.error == Some(EngineFault::TicketAwaited.to_string());
    let is_unknown = run.pair(run.tracker(), ticket)?.is_none() && !was_awaited;
    if is_unknown {
        wait(run, queued)?;
    }
    Ok(is_unknown)
}

/// Returns true while a create of the same problem was sent and not answered.
fn is_being_made(run: &Run<'_>, push: &Push, key: &Fingerprint) -> Result<bool, Trouble> {
    let sent = run.world.state.in_flight(run.tracker())?;
    Ok(sent.iter().any(|other| other.push.key != push.key && key_of(&other.push) == Some(key)))
}

/// Returns true while something that has not failed is about to be written for the item that has the ticket, on either side:
/// what is said last shall arrive. That is waited for once; for what was sent and not answered, until it is known whether it
/// arrived.
fn is_awaited(run: &Run<'_>, queued: &Queued, before: &IssueLink) -> Result<bool, Trouble> {
    let (state, now) = (run.world.state, run.world.clock.now());
    let was_awaited = queued.error == Some(EngineFault::TicketAwaited.to_string());
    for side in run.source().both() {
        if state.in_flight(side)?.iter().any(|write| write.push.pair == before.guance) {
            return Ok(true);
        }
        if !was_awaited && state.ready_in(side, now, &before.guance)?.iter().any(|write| !write.behind) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what becomes of a create.
fn found(run: &mut Run<'_>, push: &Push, told: &mut Told) -> Result<Found, Trouble> {
    let Action::CreateIssue(new) = &push.action else { return Ok(Found::Nothing) };
    let Some(key) = key_of(push) else { return Ok(Found::Nothing) };
    let Some(tickets) = run.abilities(run.tracker()).tickets else { return Ok(Found::Nothing) };
    let relevant = relevant(run.world.state, key)?;
    if relevant.is_empty() {
        return Ok(Found::Nothing);
    }
    if !told.contains_key(key.as_str()) {
        let ids: Vec<IssueId> = relevant.iter().map(|link| IssueId::new(link.ticket())).collect();
        told.insert(key.as_str().to_owned(), tickets.tickets(&ids)?);
    }
    let told = told.get(key.as_str()).map(Vec::as_slice).unwrap_or_default();
    for link in &relevant {
        if let Some(ticket) = told.iter().find(|ticket| ticket.id.as_str() == link.ticket())
            && is_misread(run, push, (link, ticket))?
        {
            return Ok(Found::Misread(ticket.id.clone()));
        }
    }
    let open = free(told, &relevant, &push.key);
    let link_of = |ticket: &Ticket| relevant.iter().find(|link| link.jira == ticket.id).cloned();
    // A state that is older than the world does not know that the item was counted there already, or had that ticket before.
    let names = |ticket: &&Ticket| ticket.kin.as_ref().is_some_and(|kin| kin.names(&push.key));
    if let Some(ticket) =
        open.iter().filter(names).find(|ticket| !ticket.is_of(&push.key) && !is_passed(push, &ticket.id))
        && let Some(link) = link_of(ticket)
    {
        return Ok(Found::Joins(ticket.clone(), link));
    }
    Ok(match reuse::choose(&push.key, new, &open, run.now_on(run.tracker())) {
        Choice::GoesOn(ticket) => Found::GoesOn(ticket.clone(), link_of(ticket)),
        Choice::Joins(ticket) => match link_of(ticket) {
            Some(link) => Found::Joins(ticket.clone(), link),
            None => Found::Nothing,
        },
        Choice::Own if relevant.iter().any(|link| link.retired && !is_passed(push, &IssueId::new(link.ticket()))) => {
            Found::Awaited
        }
        Choice::Own => Found::Nothing,
    })
}

/// Returns the pairs whose tickets may matter to an item with this key: one that rests has a ticket that is about to be taken over
/// by another item.
pub(super) fn relevant(state: &State, key: &Fingerprint) -> Result<Vec<IssueLink>, StateError> {
    let known = state.tickets_called(key, MOST_TICKETS)?;
    let away = state.away()?;
    let is_usable = |link: &IssueLink| !link.gone && !link.closed && !away.iter().any(|away| away.concerns(link));
    Ok(known.into_iter().filter(|link| link.retired || is_usable(link)).collect())
}

/// Returns those of some tickets that no other item is about to take over.
pub(super) fn free(told: &[Ticket], relevant: &[IssueLink], item: &Key) -> Vec<Ticket> {
    let is_taken = |ticket: &&Ticket| relevant.iter().any(|link| link.retired && link.ticket() == ticket.id.as_str());
    told.iter().filter(|ticket| ticket.is_of(item) || !is_taken(ticket)).cloned().collect()
}

/// Returns true for a ticket that Jira did not let this item continue, or that a person does not want for it.
fn is_passed(push: &Push, ticket: &IssueId) -> bool {
    let Action::CreateIssue(new) = &push.action else { return false };
    new.reuse.as_ref().is_some_and(|reuse| reuse.passed.contains(ticket))
}

/// Returns true where a ticket says that it is an item's of which this state knows nothing, and which is not just taking it over.
fn is_misread(run: &Run<'_>, push: &Push, (link, ticket): (&IssueLink, &Ticket)) -> Result<bool, Trouble> {
    let Some(item) = stranger(run, ticket, [&push.pair, &link.guance])? else { return Ok(false) };
    Ok(!is_under_way(run, &Key::issue(run.source(), &item))?)
}

/// Lets a create continue the ticket that was found for it by its markers, if that had another item before: an earlier run had
/// begun to. Returns whether it does.
pub(in crate::engine) fn resumes(run: &mut Run<'_>, queued: &Queued, receipt: &Receipt) -> Result<bool, Trouble> {
    let Action::CreateIssue(new) = &queued.push.action else { return Ok(false) };
    let id = IssueId::new(receipt.id.clone());
    let ticket = if new.reuse.is_some() { read(run, &id)? } else { None };
    let Some(ticket) = ticket else { return Ok(false) };
    let had_another = ticket.kin.as_ref().is_some_and(|kin| !kin.earlier.is_empty());
    if had_another {
        let link = run.pair(run.tracker(), &id)?;
        redirect(run, queued.push.clone(), &ticket, link, InPlaceOf::Create)?;
    }
    Ok(had_another)
}

/// Shows in a dry run which of the planned creates would continue a ticket, or be counted in one. A ticket is continued once.
pub(in crate::engine) fn foresee(run: &mut Run<'_>, steps: &mut [Step]) -> Result<(), Trouble> {
    let (mut taken, mut told): (Vec<IssueId>, Told) = (Vec::new(), Told::new());
    if !run.order.dry_run || run.is_down(run.tracker()) {
        return Ok(());
    }
    for step in steps.iter_mut() {
        let Step::Push(push) = step else { continue };
        match found(run, push, &mut told) {
            Ok(Found::GoesOn(ticket, link)) if !taken.contains(&ticket.id) => {
                taken.push(ticket.id.clone());
                *push = reuse::push(push.clone(), &ticket, link.map(|link| link.guance));
            }
            // By then it is open.
            Ok(Found::GoesOn(ticket, _) | Found::Joins(ticket, _)) => *push = reuse::foreseen(push.clone(), &ticket),
            Ok(Found::Nothing | Found::Awaited | Found::Misread(_)) => {}
            // It says what it can say.
            Err(Trouble::Api(_)) => return Ok(()),
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(())
}
