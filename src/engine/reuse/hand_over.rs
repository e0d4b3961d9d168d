//! The item of a ticket has ended, was deleted, or was taken from the ticket, and others with its problem have not ended: one of
//! them has the ticket next.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::joined::seen;
use super::take_over::{InPlaceOf, read, redirect};
use crate::domain::{
    Action, Change, Field, Fingerprint, Issue, IssueId, IssueLink, Key, NewIssue, Reuse, StatusCategory, Ticket,
};
use crate::engine::queue::try_later;
use crate::engine::run::{Run, Trouble};
use crate::plan::issues;
use crate::state::{Queued, State, StateError};
use crate::words::EngineFault;

/// Most items that one run reads to find the one that has a ticket next.
const MOST_READ: usize = 3;

/// The facts that tell which ticket is to go on with an item that is counted in it: their names end with the item that had it.
const BEREFT: &str = "engine.bereft.";

/// Lets a ticket go on with an item that is counted in it, where this write would close it. Returns true where it does, or where
/// that cannot be told yet: the outbox has changed.
pub(in crate::engine) fn hands_over(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { change: Change::Status(target), .. }, Some((pair, Field::Status))) =
        (&push.action, push.key.field_of())
    else {
        return Ok(false);
    };
    if push.target.is_source() || target.category != StatusCategory::Done {
        return Ok(false);
    }
    let Some(link) = run.pair(run.source(), &pair)? else { return Ok(false) };
    if run.world.state.heirs(&link.jira, 1)?.is_empty() {
        return Ok(false);
    }
    match heir(run, &link.jira)? {
        Heir::Nobody => Ok(false),
        Heir::Unknown => {
            try_later(run, &push.key, &EngineFault::HeirsUnknown.to_string())?;
            Ok(true)
        }
        Heir::Is(issue) => hand_over(run, &link, &issue),
    }
}

/// Who has a ticket next.
enum Heir {
    Is(Box<Issue>),
    Nobody,
    Unknown,
}

/// Finds the oldest item that is counted in a ticket and is open, by what its source says now.
fn heir(run: &mut Run<'_>, ticket: &IssueId) -> Result<Heir, Trouble> {
    for item in run.world.state.heirs(ticket, MOST_READ)? {
        if run.is_down(run.source()) || !run.has_room(run.source(), 1) {
            return Ok(Heir::Unknown);
        }
        let batch = run.world.guance.issues(std::slice::from_ref(&item))?;
        if batch.unreadable.iter().any(|record| record.issue.as_ref() == Some(&item)) {
            continue;
        }
        let issue = batch.issues.into_iter().find(|issue| issue.id == item);
        if let Some(issue) = issue.as_ref().filter(|issue| issue.status.category != StatusCategory::Done) {
            return Ok(Heir::Is(Box::new(issue.clone())));
        }
        let now = run.world.clock.now();
        let tx = run.world.state.begin()?;
        if let Some(rests) = run.pair(run.source(), &item)? {
            seen(run, &tx, &[(&rests, issue.as_ref())], now)?;
        }
        tx.commit()?;
    }
    Ok(if run.world.state.heirs(ticket, 1)?.is_empty() { Heir::Nobody } else { Heir::Unknown })
}

fn hand_over(run: &mut Run<'_>, link: &IssueLink, issue: &Issue) -> Result<bool, Trouble> {
    let Some(ticket) = read(run, &link.jira)? else { return Ok(false) };
    let is_its_own = ticket.is_of(&Key::issue(run.source(), &link.guance));
    let is_open = ticket.status.category != StatusCategory::Done;
    let reuse = ticket.kin.as_ref().map(|kin| kin.reuse.clone());
    let Some(new) = reuse.and_then(|reuse| new(run, reuse, &ticket, issue)).filter(|_| is_its_own && is_open) else {
        return Ok(false);
    };
    let push = issues::push(issue, new);
    redirect(run, push, &ticket, Some(link.clone()), InPlaceOf::Nothing)?;
    Ok(true)
}

/// Returns what would be created for an item, whose ticket stays as open as it is.
fn new(run: &Run<'_>, reuse: Fingerprint, ticket: &Ticket, issue: &Issue) -> Option<NewIssue> {
    let policy = run.world.policy;
    let new = issues::create(issue, policy).ok().or_else(|| issues::create_by_hand(issue, policy, None))?;
    let reuse = Reuse::chosen(reuse, ticket.status.category);
    Some(NewIssue { reuse: Some(Box::new(reuse)), ..new })
}

/// Remembers, in the transaction in which an item loses its ticket other than by its end, that the ticket is to go on with one
/// of those that are counted in it. A later run finds out with which.
pub(in crate::engine) fn bereave(state: &State, link: &IssueLink, now: DateTime<Utc>) -> Result<(), StateError> {
    if link.retired || state.heirs(&link.jira, 1)?.is_empty() {
        return Ok(());
    }
    let Some(reuse) = state.reuse_of(&link.guance)? else { return Ok(()) };
    state.set_fact(&format!("{BEREFT}{}", link.guance), &format!("{} {}", reuse.as_str(), link.jira), now)
}

/// Lets tickets go on with an item that is counted in them, whose own item is gone or was taken from them by a person. It comes
/// before anything new is read: what is new and has the same problem finds the ticket.
pub(in crate::engine) fn find_heirs(run: &mut Run<'_>) -> Result<()> {
    if run.order.dry_run {
        return Ok(());
    }
    for (item, value, _) in run.world.state.facts_of(BEREFT)? {
        if run.must_stop() || run.is_down(run.source()) || run.is_down(run.tracker()) {
            return Ok(());
        }
        let told = value.split_once(' ');
        let told = told.and_then(|(reuse, ticket)| Some((Fingerprint::parse(reuse)?, IssueId::new(ticket))));
        let is_settled = match told {
            Some((reuse, ticket)) => goes_on(run, &IssueId::new(item.as_str()), &ticket, reuse),
            None => Ok(true),
        };
        match is_settled {
            Ok(true) => run.world.state.forget_fact(&format!("{BEREFT}{item}"))?,
            Ok(false) => {}
            Err(Trouble::Api(error)) => run.absorb(error.side, Trouble::Api(error))?,
            Err(trouble) => return run.absorb(run.tracker(), trouble),
        }
    }
    Ok(())
}

/// Lets one such ticket go on. Returns false where a later run has to find out with which item.
fn goes_on(run: &mut Run<'_>, item: &IssueId, ticket: &IssueId, reuse: Fingerprint) -> Result<bool, Trouble> {
    let owner = run.world.state.issue_link(run.tracker(), ticket)?;
    // The item may be there again, be linked again, or have left the ticket to another one.
    let is_bereft = owner.as_ref().is_none_or(|owner| owner.guance == *item && owner.gone);
    if !is_bereft || run.world.state.heirs(ticket, 1)?.is_empty() {
        return Ok(true);
    }
    run.identify(run.source())?;
    run.identify(run.tracker())?;
    let issue = match heir(run, ticket)? {
        Heir::Nobody => return Ok(true),
        Heir::Unknown => return Ok(false),
        Heir::Is(issue) => issue,
    };
    let Some(ticket) = read(run, ticket)? else { return Ok(true) };
    // A person had its markers taken off, as far as Jira let us.
    let is_free = ticket.claim.is_none() || ticket.is_of(&Key::issue(run.source(), item));
    let is_open = ticket.status.category != StatusCategory::Done;
    if let Some(new) = new(run, reuse, &ticket, &issue).filter(|_| is_free && is_open) {
        redirect(run, issues::push(&issue, new), &ticket, owner, InPlaceOf::Nothing)?;
    }
    Ok(true)
}
