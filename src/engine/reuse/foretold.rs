//! What an item with the same problem as another one would do, as far as the state and one reading of its tickets tell.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::choice::{free, relevant};
use crate::domain::{Action, IssueId, Push};
use crate::plan::reuse::{self, Choice};
use crate::ports::Remote;
use crate::state::State;

/// What a create would turn into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foretold {
    /// Its key gives nothing: the item gets a ticket that no other one continues.
    NoKey,
    /// The item gets a ticket of its own.
    Own,
    /// The item continues the ticket that people call so.
    Continues(String),
    /// The item is counted in the ticket that people call so.
    Joins(String),
    /// The item waits: its ticket is just being taken over by another one.
    Awaits,
}

/// Tells what a create would turn into at this time of the tracker's clock. Nothing is written.
///
/// # Errors
/// When the state file cannot be read, or the tracker fails.
pub fn foretell(state: &State, tracker: &dyn Remote, push: &Push, now: DateTime<Utc>) -> Result<Foretold> {
    let Action::CreateIssue(new) = &push.action else { return Ok(Foretold::Own) };
    let Some(reuse) = &new.reuse else { return Ok(Foretold::NoKey) };
    let Some(tickets) = tracker.abilities().tickets else { return Ok(Foretold::Own) };
    let relevant = relevant(state, &reuse.key)?;
    if relevant.is_empty() {
        return Ok(Foretold::Own);
    }
    let ids: Vec<IssueId> = relevant.iter().map(|link| IssueId::new(link.ticket())).collect();
    let open = free(&tickets.tickets(&ids)?, &relevant, &push.key);
    Ok(match reuse::choose(&push.key, new, &open, now) {
        Choice::GoesOn(ticket) => Foretold::Continues(ticket.name.clone()),
        Choice::Joins(ticket) => Foretold::Joins(ticket.name.clone()),
        Choice::Own if relevant.iter().any(|link| link.retired) => Foretold::Awaits,
        Choice::Own => Foretold::Own,
    })
}
