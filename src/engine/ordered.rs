//! Creates that a person ordered: what the routes say of the item does not take them back while they wait.

use chrono::{DateTime, Utc};

use super::reuse;
use super::run::{Run, Trouble};
use crate::domain::{IssueId, Key, Stage};
use crate::plan::Step;
use crate::state::{State, StateError};

/// The facts that somebody ordered an item's create: their names end with the item.
const ORDERED: &str = "engine.ordered.";

/// Remembers it.
pub(super) fn remember(state: &State, item: &IssueId, now: DateTime<Utc>) -> Result<(), StateError> {
    state.set_fact(&format!("{ORDERED}{item}"), "yes", now)
}

/// Forgets it: the create is done.
pub(super) fn forget(state: &State, item: &IssueId) -> Result<(), StateError> {
    state.forget_fact(&format!("{ORDERED}{item}"))
}

/// Takes out what would take such a create back, or make another of it.
pub(super) fn keep(run: &Run<'_>, steps: &mut Vec<Step>) -> Result<(), Trouble> {
    let state = run.world.state;
    let mut kept = Vec::with_capacity(steps.len());
    for step in steps.drain(..) {
        let item = match &step {
            Step::Push(push) => push.key.issue_on(run.source()).map(|item| (item, false)),
            Step::Withdraw { key, .. } => key.issue_on(run.source()).map(|item| (item, true)),
            _ => None,
        };
        let Some((item, takes_back)) = item else {
            kept.push(step);
            continue;
        };
        // What was decided of a ticket is not taken back.
        if reuse::is_under_way(run, &Key::issue(run.source(), &item))? {
            continue;
        }
        let stands = match state.stage_of(&Key::issue(run.source(), &item))? {
            Some(Stage::Pending | Stage::Held | Stage::InFlight) => true,
            // A changed item may bring a create about that Jira refused before.
            Some(Stage::Dead) => takes_back,
            Some(Stage::Done) | None => false,
        };
        if !(stands && state.fact(&format!("{ORDERED}{item}"))?.is_some()) {
            kept.push(step);
        }
    }
    *steps = kept;
    Ok(())
}
