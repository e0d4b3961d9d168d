//! What was away and may be there again: projects that a search knows again, issues and projects that are not archived any
//! more. They are asked for now and then, and read before anything is written to them.

use chrono::{DateTime, TimeDelta, Utc};

use super::adopt;
use super::away::{lost_project, restore};
use super::reading::Reading;
use super::run::{Run, Trouble};
use crate::ports::{Batch, Standing};
use crate::state::{Away, Tx};

/// How soon it is asked again whether something is archived still.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// Most archived issues that one run asks for again, and most projects.
const MAX_ASKED: usize = 20;

/// Records which projects could not be read, in the transaction that moves the cursor past what changed there; and which are
/// there again, of which that transaction holds what changed since.
pub(super) fn read(
    run: &mut Run<'_>,
    tx: &Tx<'_>,
    reading: &Reading,
    batch: &Batch,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    if reading.side != run.tracker() {
        return Ok(());
    }
    let known = run.world.state.away()?;
    for lost in &batch.lost {
        let before = known.iter().find(|away| away.is_lost() && away.is_project(&lost.project));
        let mut away = before.cloned().unwrap_or_else(|| {
            // What this state cannot have read yet may hold copies, unless no guajira ever wrote anything.
            let may_hide_copies = run.is_behind || reading.first && !run.nothing_written;
            Away {
                from: Some(reading.goes_on_at(run.world.settings.limits.overlap)),
                may_hide_copies,
                ..lost_project(lost, now)
            }
        });
        // Only the first refusal was looked into.
        away.hint = away.hint.or_else(|| lost.hint.clone());
        away.asked = now;
        tx.set_away(&away)?;
        run.report.lost(&away);
    }
    if run.interrupted {
        return Ok(());
    }
    for away in known.iter().filter(|away| away.is_lost() && !batch.lost.iter().any(|l| away.is_project(&l.project))) {
        tx.is_back(away)?;
        tracing::info!(side = "jira", id = away.name, "Project is there again.");
    }
    Ok(())
}

/// Finds the copies in projects that are there again and that this state has never read.
pub(super) fn learn_copies(run: &mut Run<'_>, batch: &Batch) -> Result<(), Trouble> {
    let is_back = |away: &Away| {
        away.is_lost() && away.may_hide_copies && !batch.lost.iter().any(|lost| away.is_project(&lost.project))
    };
    if run.world.state.away()?.iter().any(is_back) {
        adopt::rebuild(run, DateTime::UNIX_EPOCH)?;
    }
    Ok(())
}

/// Asks again for what was archived, now and then: what is not any more is read before anything is written to it.
pub(super) fn ask_again(run: &mut Run<'_>) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let mut due = run.world.state.away()?;
    // By a clock that was ahead it was asked for in the future.
    due.retain(|away| !away.is_lost() && (away.asked > now || now - away.asked >= ASK_AGAIN));
    due.sort_by_key(|away| (away.issue.is_some(), away.asked));
    due.truncate(MAX_ASKED);
    for away in due {
        let standing = match &away.issue {
            Some(issue) => run.standing(issue)?,
            None => Some(run.project_standing(&away.name)?),
        };
        // A project that no route names any more holds no create back; a refused write notes it anew.
        let is_named = run.world.settings.projects.iter().any(|project| away.is_project(project));
        if standing == Some(Standing::Open) || away.may_hide_copies && !is_named {
            if away.may_hide_copies {
                adopt::rebuild(run, DateTime::UNIX_EPOCH)?;
            }
            restore(run, &away)?;
        } else {
            let tx = run.world.state.begin()?;
            tx.set_away(&Away { asked: now, ..away })?;
            tx.commit()?;
        }
    }
    Ok(())
}
