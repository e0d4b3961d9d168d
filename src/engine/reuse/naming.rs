//! A create whose item is counted in the ticket of another one waits until the ticket names the item: where somebody deletes the
//! ticket before, or Jira refuses the write, the item gets a ticket of its own.

use chrono::{DateTime, Utc};

use crate::domain::{Action, IssueId, Joined, Key, Push, Stage};
use crate::engine::run::{Run, Trouble};
use crate::plan::reuse;
use crate::ports::ApiError;
use crate::state::{StateError, Tx};
use crate::words::{EngineFault, Note};

/// Settles the creates of items that a ticket names from now on.
pub(in crate::engine) fn named(run: &Run<'_>, tx: &Tx<'_>, push: &Push, now: DateTime<Utc>) -> Result<(), StateError> {
    let Action::JoinIssue { items, .. } = &push.action else { return Ok(()) };
    for Joined { key, .. } in items {
        let is_waiting =
            matches!(run.world.state.unsettled_write(key)?, Some(Push { action: Action::CreateIssue(_), .. }));
        let item = key.issue_on(run.source()).filter(|_| is_waiting);
        // A person may have ordered a ticket of its own for it meanwhile: then nothing counts it.
        if let Some(item) = item
            && run.world.state.issue_link(run.source(), &item)?.is_some()
        {
            tx.done(key, now)?;
        }
    }
    Ok(())
}

/// Jira does not let a ticket name the items that are counted in it: those that it does not name yet get tickets of their own.
/// Returns whether there were any; then the write is done with.
pub(in crate::engine) fn refused(run: &mut Run<'_>, push: &Push, err: &ApiError) -> Result<bool, Trouble> {
    if !matches!(push.action, Action::JoinIssue { .. }) {
        return Ok(false);
    }
    let waiting: Vec<Push> = waiting(run)?.into_iter().filter(|create| is_named_by(push, &create.key)).collect();
    if waiting.is_empty() {
        return Ok(false);
    }
    let tx = run.world.state.begin()?;
    tx.forget_write(&push.key)?;
    for create in waiting {
        create_after_all(run, &tx, create, &err.message)?;
    }
    tx.commit()?;
    run.world.failpoints.hit("not counted")?;
    Ok(true)
}

/// Lets items get tickets of their own whose creates wait for a write that is not there any more: it was given up, or its
/// ticket's pair was forgotten.
pub(in crate::engine) fn release(run: &Run<'_>) -> Result<(), StateError> {
    if run.order.dry_run {
        return Ok(());
    }
    let mut waiting = waiting(run)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let unsettled = run.world.state.unsettled()?;
    let naming = || unsettled.iter().filter(|queued| queued.stage != Stage::Dead).map(|queued| &queued.push);
    waiting.retain(|create| !naming().any(|push| is_named_by(push, &create.key)));
    if waiting.is_empty() {
        return Ok(());
    }
    let tx = run.world.state.begin()?;
    for create in waiting {
        create_after_all(run, &tx, create, &EngineFault::TicketOfAnother.to_string())?;
    }
    tx.commit()?;
    Ok(())
}

fn is_named_by(push: &Push, item: &Key) -> bool {
    matches!(&push.action, Action::JoinIssue { items, .. } if items.iter().any(|joined| joined.key == *item))
}

/// Returns the creates of items that are counted in a ticket which does not name them yet.
fn waiting(run: &Run<'_>) -> Result<Vec<Push>, StateError> {
    let waiting = run.world.state.creates_of_counted(run.tracker())?;
    Ok(waiting.into_iter().map(|queued| queued.push).collect())
}

fn create_after_all(run: &Run<'_>, tx: &Tx<'_>, create: Push, why: &str) -> Result<(), StateError> {
    let Some(link) = run.world.state.issue_link(run.source(), &create.pair)? else { return Ok(()) };
    let (key, now) = (create.key.clone(), run.world.clock.now());
    let ticket = IssueId::new(link.ticket());
    tx.detach(&create.pair)?;
    let owner = run.world.state.issue_link(run.tracker(), &ticket)?;
    let name = owner.map_or_else(|| ticket.to_string(), |owner| owner.jira_name);
    tx.redirect(&reuse::passing(create, ticket))?;
    let what = Note::NotContinued { name, why: why.to_owned() }.to_string();
    tx.note(key.as_str(), &what, now)?;
    Ok(())
}
