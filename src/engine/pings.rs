//! Mentions of people whom `[people]` names become real mentions on the other side; everybody else stays plain text.
//!
//! Nobody is guessed: a name that two people have, or one that the table does not hold, pings nobody.

use std::collections::HashMap;

use super::Run;
use crate::domain::{Action, Change, People, Person, Push, Side};
use crate::plan::Step;
use crate::ports::ApiError;

/// Puts real mentions into the comments that are to be written. The flag says that a service could not be asked now who
/// somebody is: then the steps end before that comment, and the thread is to be read again.
pub(super) fn name_people(run: &Run<'_>, from: Side, steps: Vec<Step>) -> (Vec<Step>, bool) {
    if run.world.policy.people.pairs.is_empty() {
        return (steps, false);
    }
    let mut named = Vec::with_capacity(steps.len());
    for step in steps {
        let step = match step {
            Step::Push(push) => match with_people(run, from, push) {
                Ok(push) => Step::Push(push),
                Err(error) => {
                    tracing::warn!(side = %error.side, error = %error, "Mentioned person not found now.");
                    return (named, true);
                }
            },
            step => step,
        };
        named.push(step);
    }
    (named, false)
}

/// Puts real mentions into the descriptions that are to be written. Where a service cannot be asked now who somebody is,
/// the mention stays plain text: an issue does not wait for it.
pub(super) fn name_people_in_descriptions(run: &Run<'_>, steps: Vec<Step>) -> Vec<Step> {
    if run.world.policy.people.pairs.is_empty() {
        return steps;
    }
    let named = |push: Push| {
        let plain = push.clone();
        with_people(run, Side::Guance, push).unwrap_or_else(|error| {
            tracing::warn!(side = %error.side, error = %error, "Mentioned person not found now.");
            plain
        })
    };
    let is_description = |push: &Push| {
        matches!(push.action, Action::CreateIssue(_) | Action::ChangeIssue { change: Change::Body { .. }, .. })
    };
    steps
        .into_iter()
        .map(|step| match step {
            Step::Push(push) if is_description(&push) => Step::Push(named(push)),
            step => step,
        })
        .collect()
}

fn with_people(run: &Run<'_>, from: Side, mut push: Push) -> Result<Push, ApiError> {
    let target = push.target;
    if target != from
        && let Some(body) = push.action.body_mut()
    {
        let mut accounts = HashMap::new();
        for id in body.mentions() {
            if let Some(person) = account(run, from, target, &id)? {
                accounts.insert(id, (person.id, person.name));
            }
        }
        if !accounts.is_empty() {
            *body = std::mem::take(body).pinging(|id| accounts.get(id).cloned());
        }
    }
    Ok(push)
}

/// Returns the account on `target` of the person with this id on `from`.
fn account(run: &Run<'_>, from: Side, target: Side, id: &str) -> Result<Option<Person>, ApiError> {
    for (guance, jira) in &run.world.policy.people.pairs {
        let (here, there) = if from == Side::Guance { (guance, jira) } else { (jira, guance) };
        let is_named = here == id || run.remote(from).person(&People::asked(here))?.is_some_and(|one| one.id == id);
        if is_named {
            return run.remote(target).person(&People::asked(there));
        }
    }
    Ok(None)
}
