//! Reads each side from its cursor, or the window of a backfill.

use std::collections::HashSet;

use anyhow::Result;
use chrono::DateTime;

use super::adopt::{adopt, rebuild};
use super::reading::Reading;
use super::run::{Run, Trouble, delta};
use super::take::{guance, reread, take_over};
use super::threads::{self, ReadFrom};
use super::{away, belongs, gone, recheck, slices, trust};
use crate::domain::{IssueId, Side};
use crate::plan::Deletes;
use crate::ports::Batch;

/// How many pairs a sweep reads by id.
const PAIRS_CHECKED: usize = 100;

/// Reads one side from its cursor, or the backfill's window, and takes over what came.
pub(super) fn side(run: &mut Run<'_>, side: Side) -> Result<()> {
    // It was asked already who it is.
    if run.is_down(side) || run.slice.as_ref().is_some_and(|slice| !slice.reads(side)) {
        return Ok(());
    }
    run.world.progress.reading(side);
    match read(run, side) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(side, trouble),
    }
}

fn read(run: &mut Run<'_>, side: Side) -> Result<(), Trouble> {
    let identity = run.identify(side)?;
    let mut reading = Reading::plan(run, side, &identity)?;
    if run.about(side).tells_account {
        reading.follow_back(run, identity.clock)?;
    }
    if reading.first {
        match side {
            // A backfill has looked for copies with its first slice.
            Side::Tracker(_) if run.slice.as_ref().is_some_and(|slice| !slice.is_first) => {}
            Side::Tracker(_) => {
                trust::learn_key(run)?;
                rebuild(run, DateTime::UNIX_EPOCH)?;
            }
            // Where to begin is told by the copies on Jira; without them a lost state would leave a gap.
            Side::Source(_) if run.world.state.cursor(run.tracker())?.is_none() && run.is_down(run.tracker()) => {
                return Ok(());
            }
            Side::Source(_) => {}
        }
    }
    if !side.is_source() {
        run.jira_from = Some(reading.cursor.at - delta(run.world.settings.limits.overlap));
    }
    if !side.is_source() && reading.sweep {
        trust::look(run)?;
        // A copy that search showed late, and that had left the routes' projects before this state knew it.
        rebuild(run, reading.span.from)?;
    }
    if run.reads_in_parts(side) {
        return slices::poll(run, reading);
    }
    if side.is_source() {
        let listed = run.slice.as_mut().and_then(|slice| slice.listed.take());
        let mut batch = listed.map_or_else(|| run.world.guance.changed(&reading.span), Ok)?;
        if let Some(slice) = &mut run.slice {
            slice.brought(side, &mut batch);
        }
        return guance(run, &mut reading, &mut batch, 0, true).map(drop);
    }
    recheck::ask_again(run)?;
    let mut batch = run.world.jira.changed(&reading.span)?;
    if let Some(slice) = &mut run.slice {
        slice.brought(side, &mut batch);
    }
    belongs::rows(run, &batch)?;
    reading.begin_by(run, batch.clock)?;
    run.report.read(side, batch.issues.len());
    recheck::learn_copies(run, &batch)?;
    away::noticed(run, &batch, true)?;
    reread(run, side, &mut batch)?;
    let mut checked = if reading.sweep { check_pairs(run, &mut batch)? } else { Batch::default() };
    adopt(run, &mut batch.issues)?;
    adopt(run, &mut checked.issues)?;
    let mut taken = threads::read_threads(run, &batch, ReadFrom::Index)?;
    taken.extend(threads::read_threads(run, &checked, ReadFrom::Swept)?);
    batch.issues.extend(checked.issues);
    batch.unreadable.extend(checked.unreadable);
    take_over(run, &reading, &batch, taken, 0).map(drop)
}

/// Reads the pairs that were active last by id: a search index cannot hide what happened in them. Where deletions are
/// followed, that goes for those that the search showed too: they are taken out of its batch.
fn check_pairs(run: &mut Run<'_>, batch: &mut Batch) -> Result<Batch, Trouble> {
    let mut links = run.world.state.recent_links(PAIRS_CHECKED)?;
    if run.world.policy.flow.deletes == Deletes::Keep {
        links.retain(|link| batch.issues.iter().all(|issue| issue.id != link.jira));
    }
    if links.is_empty() {
        return Ok(Batch::default());
    }
    let ids: Vec<IssueId> = links.iter().map(|link| link.jira.clone()).collect();
    let checked = run.world.jira.issues(&ids)?;
    away::noticed(run, &checked, false)?;
    let read: HashSet<&IssueId> = checked.issues.iter().map(|issue| &issue.id).collect();
    batch.issues.retain(|issue| !read.contains(&issue.id));
    let odd: HashSet<&IssueId> = checked.unreadable.iter().filter_map(|record| record.issue.as_ref()).collect();
    links.retain(|link| !read.contains(&link.jira) && !odd.contains(&link.jira) && !link.gone);
    gone::issues_missed(run, &links, run.tracker())?;
    Ok(Batch { clock: batch.clock, ..checked })
}
