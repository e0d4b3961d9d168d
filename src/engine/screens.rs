//! Creates that Jira refused: what a create screen asks for may change, and then they are worth another try.

use anyhow::Result;

use super::run::{Run, Trouble};
use crate::domain::{Action, Push};
use crate::ports::{FOR_EVER, Facts as _};
use crate::state::DeadCreates;

/// Puts dead creates back in the queue whose create screen is another than when they were refused. A screen is asked for
/// once an hour at most, and only while something is dead for it.
pub(super) fn look(run: &mut Run<'_>) -> Result<()> {
    if run.is_down(run.tracker()) {
        return Ok(());
    }
    for dead in run.world.state.dead_creates()? {
        if run.must_stop() {
            break;
        }
        if let Err(trouble) = compare(run, &dead) {
            return run.absorb(run.tracker(), trouble);
        }
    }
    Ok(())
}

fn compare(run: &mut Run<'_>, dead: &DeadCreates) -> Result<(), Trouble> {
    let (state, DeadCreates { project, issue_type, .. }) = (run.world.state, dead);
    let Some(screens) = run.abilities(run.tracker()).screens else { return Ok(()) };
    let now = screens.create_screen(project, issue_type)?;
    let fact = fact(project, issue_type);
    let before = state.recall(&fact, FOR_EVER);
    if before.as_deref() == Some(now.as_str()) {
        return Ok(());
    }
    let at = run.world.clock.now();
    let tx = state.begin()?;
    state.set_fact(&fact, now.as_str(), at)?;
    if before.is_some() {
        let why = format!("goes again: the create screen of {issue_type} in {project} has changed");
        for key in &dead.keys {
            tx.revive_one(key)?;
            tx.note(key.origin().as_str(), &why, at)?;
        }
        tracing::info!(project, issue_type, "Create screen has changed: refused creates go again.");
    }
    tx.commit()?;
    Ok(())
}

/// Remembers the create screen by which Jira refused a create.
pub(super) fn refused(run: &Run<'_>, push: &Push) {
    let Action::CreateIssue(new) = &push.action else { return };
    let fact = fact(&new.project, &new.issue_type);
    let Some(screens) = run.abilities(run.tracker()).screens else { return };
    match screens.create_screen(&new.project, &new.issue_type) {
        Ok(now) => run.world.state.remember(&fact, now.as_str()),
        // The next run's is as good: it compares with that.
        Err(_) => run.world.state.forget(&fact),
    }
}

fn fact(project: &str, issue_type: &str) -> String {
    format!("engine.screen.{project}.{issue_type}")
}
