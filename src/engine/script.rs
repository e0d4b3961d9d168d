//! Whether another program may have made Jira issues of Guance's before guajira, and what that means for a create.
//!
//! The vendor's script labels the Jira issue that it makes with the Guance uuid. Until somebody has decided what such
//! issues are, a create whose uuid one of them carries is held. Afterwards such labels mean nothing: nobody can hold an
//! alarm up by putting a label on an issue.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::lookup::{look_up, wanted};
use super::run::{Run, Trouble};
use crate::domain::{Action, Key, Person, Receipt, Side};
use crate::plan::{Policy, issues};
use crate::ports::{Lookup, Remote, Span, Wanted};
use crate::state::{Queued, State, StateError};
use crate::words::Note;

/// Fact: what was decided, and how; or that nothing was.
const SCRIPT: &str = "engine.script";

/// Nothing was decided yet.
const OPEN: &str = "open";

/// Most creates that a dry run looks for.
const MOST_FORESEEN: usize = 1000;

/// Remembers that it is decided.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn decide(state: &State, how: &str, now: DateTime<Utc>) -> Result<(), StateError> {
    state.set_fact(SCRIPT, how, now)
}

/// Returns whether it is decided.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn is_decided(state: &State) -> Result<bool, StateError> {
    Ok(state.fact(SCRIPT)?.is_some_and(|(how, _)| how != OPEN))
}

/// Takes over what the configuration and the command line say, before anything is read.
pub(super) fn begin(run: &mut Run<'_>) -> Result<()> {
    let world = run.world;
    let now = world.clock.now();
    if run.order.release {
        let tx = world.state.begin()?;
        run.report.released = tx.release()?;
        tx.commit()?;
        decide(world.state, "released", now)?;
    } else if world.settings.no_script {
        let tx = world.state.begin()?;
        run.report.released += tx.release_labelled()?;
        tx.commit()?;
        decide(world.state, "configured", now)?;
    } else if world.state.fact(SCRIPT)?.is_none() && world.state.has_links()? {
        // A state of a version that did not ask: guajira has been at work here.
        decide(world.state, "pairs", now)?;
    }
    Ok(())
}

/// Decides for a new or lost state, once Jira was read: pairs were then found by guajira's own proven markers, so that
/// guajira has been at work before. Without any, it is open.
pub(super) fn jira_read(run: &Run<'_>) -> Result<()> {
    let state = run.world.state;
    if run.is_down(run.tracker()) || run.interrupted || state.fact(SCRIPT)?.is_some() {
        return Ok(());
    }
    let how = if state.has_links()? { "pairs" } else { OPEN };
    Ok(decide(state, how, run.world.clock.now())?)
}

/// Holds a create, unless it is decided that such labels mean nothing; returns whether it did.
///
/// `copy` is the issue that carries the label, `creator` who made it, where that is not our own account.
pub(super) fn holds(run: &Run<'_>, queued: &Queued, copy: &Receipt, creator: Option<&Person>) -> Result<bool, Trouble> {
    let state = run.world.state;
    if is_decided(state)? {
        return Ok(false);
    }
    let why = match creator {
        Some(creator) => {
            let account = quotable(&creator.id).unwrap_or("ACCOUNT");
            format!(
                "{} of {} carries its uuid: `guajira adopt --script --created-by {account}` takes it over",
                copy.name,
                name_of(creator),
            )
        }
        None => format!(
            "{} of our own account carries its uuid, without a marker: `guajira adopt --script` takes it over",
            copy.name
        ),
    };
    let key = &queued.push.key;
    tracing::warn!(%key, why, "Create held.");
    let tx = state.begin()?;
    tx.hold(key, &why)?;
    tx.note(key.origin().as_str(), &Note::Held { why: why.clone() }.to_string(), run.world.clock.now())?;
    tx.commit()?;
    run.world.failpoints.hit("held")?;
    Ok(true)
}

/// Finds out for a dry run which of the planned creates would be held. The state is a copy.
pub(super) fn foresee(run: &mut Run<'_>) -> Result<()> {
    if run.is_down(run.tracker()) || is_decided(run.world.state)? {
        return Ok(());
    }
    match look(run) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(run.tracker(), trouble),
    }
}

fn look(run: &mut Run<'_>) -> Result<(), Trouble> {
    let mut creates = run.world.state.ready(run.tracker(), run.world.clock.now(), MOST_FORESEEN)?;
    creates.retain(|queued| matches!(queued.push.action, Action::CreateIssue(_)));
    if creates.is_empty() {
        return Ok(());
    }
    run.identify(run.tracker())?;
    let wanted: Vec<Wanted> = creates.iter().map(|queued| wanted(&queued.push)).collect();
    let found = look_up(run, run.tracker(), &wanted)?;
    for (queued, lookup) in creates.iter().zip(found) {
        match lookup {
            Lookup::Labelled(copy) => drop(holds(run, queued, &copy, None)?),
            Lookup::Foreign(copy, creator) => drop(holds(run, queued, &copy, Some(&creator))?),
            Lookup::Found(_) | Lookup::Counted(_) | Lookup::Absent | Lookup::Unsure => {}
        }
    }
    Ok(())
}

/// Returns the issues of Jira that would have creates held, and who made each where that was not our own account: of the
/// Guance issues that changed since `from` and have no pair. Nothing is written.
///
/// # Errors
/// What a service, or the state file, fails at.
pub fn notice(
    (guance, jira): (&dyn Remote, &dyn Remote),
    state: &State,
    policy: &Policy,
    from: DateTime<Utc>,
) -> Result<Vec<(String, Option<Person>)>> {
    let fact = state.fact(SCRIPT)?.map(|(how, _)| how);
    if fact.as_deref().map_or(state.has_links()?, |how| how != OPEN) {
        return Ok(Vec::new());
    }
    let span = Span::since(from);
    let mut wanted = Vec::new();
    for issue in guance.changed(&span)?.issues {
        if state.issue_link(issue.side(), &issue.id)?.is_none()
            && let Ok(new) = issues::create(&issue, policy)
        {
            let key = Key::issue(issue.side(), &issue.id);
            wanted.push(Wanted { key, issue: None, project: Some(new.project), content: None });
        }
    }
    wanted.truncate(MOST_FORESEEN);
    let found = if wanted.is_empty() {
        Vec::new()
    } else {
        {
            let taken =
                |key: &Key, id: &str| state.is_copy_of_another(Side::Tracker(state.line()), key, id).unwrap_or(false);
            jira.abilities().writes.map_or(Ok(Vec::new()), |writes| writes.find(&wanted, &taken))?
        }
    };
    // A copy with our own marker: guajira has been at work before, and its state was lost.
    if fact.is_none() && found.iter().any(|lookup| matches!(lookup, Lookup::Found(_))) {
        return Ok(Vec::new());
    }
    let carries = |lookup: Lookup| match lookup {
        Lookup::Labelled(copy) => Some((copy.name, None)),
        Lookup::Foreign(copy, creator) => Some((copy.name, Some(creator))),
        Lookup::Found(_) | Lookup::Counted(_) | Lookup::Absent | Lookup::Unsure => None,
    };
    Ok(found.into_iter().filter_map(carries).collect())
}

/// Returns what to call somebody.
pub fn name_of(who: &Person) -> &str {
    [who.name.as_str(), who.id.as_str()].into_iter().find(|name| !name.trim().is_empty()).unwrap_or("somebody")
}

/// Returns an account's id where it can be copied into a shell as it is.
pub fn quotable(id: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | ':');
    (!id.is_empty() && !id.starts_with('-') && id.chars().all(plain)).then_some(id)
}
