//! The item of a ticket has ended, and others with its problem have not: one of them has the ticket next.

use chrono::TimeDelta;

use super::joined::seen;
use super::take_over::{InPlaceOf, read, redirect};
use crate::domain::{Action, Change, Field, Issue, IssueLink, Key, NewIssue, Reuse, StatusCategory, Ticket};
use crate::engine::queue::put_back;
use crate::engine::run::{Run, Trouble};
use crate::plan::issues;
use crate::state::{Deferral, Queued};
use crate::words::EngineFault;

/// Most items that one run reads to find the one that has a ticket next.
const MOST_READ: usize = 3;

/// How soon a status is tried again before which others are to be looked at.
const LATER: TimeDelta = TimeDelta::minutes(1);

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
    match heir(run, &link)? {
        Heir::Nobody => Ok(false),
        Heir::Unknown => {
            let later = Deferral { not_before: run.world.clock.now() + LATER, counts: false };
            put_back(run, &push.key, later, Some(&EngineFault::HeirsUnknown.to_string()))?;
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
fn heir(run: &mut Run<'_>, link: &IssueLink) -> Result<Heir, Trouble> {
    for item in run.world.state.heirs(&link.jira, MOST_READ)? {
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
            tx.set_attached(&item, false, None, now)?;
            seen(run, &tx, &[(&rests, issue.as_ref())], now)?;
        }
        tx.commit()?;
    }
    Ok(if run.world.state.heirs(&link.jira, 1)?.is_empty() { Heir::Nobody } else { Heir::Unknown })
}

fn hand_over(run: &mut Run<'_>, link: &IssueLink, issue: &Issue) -> Result<bool, Trouble> {
    let Some(ticket) = read(run, &link.jira)? else { return Ok(false) };
    let is_its_own = ticket.is_of(&Key::issue(run.source(), &link.guance));
    let is_open = ticket.status.category != StatusCategory::Done;
    let Some(new) = new(run, &ticket, issue).filter(|_| is_its_own && is_open) else { return Ok(false) };
    let push = issues::push(issue, new);
    redirect(run, push, &ticket, Some(link.clone()), InPlaceOf::Nothing)?;
    Ok(true)
}

/// Returns what would be created for an item, whose ticket stays as open as it is.
fn new(run: &Run<'_>, ticket: &Ticket, issue: &Issue) -> Option<NewIssue> {
    let policy = run.world.policy;
    let new = issues::create(issue, policy).ok().or_else(|| issues::create_by_hand(issue, policy, None))?;
    let reuse = Reuse::chosen(ticket.kin.as_ref()?.reuse.clone(), ticket.status.category);
    Some(NewIssue { reuse: Some(Box::new(reuse)), ..new })
}
