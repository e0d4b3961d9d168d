//! Threads that no news points at: those that are due, those whose turn it is, and those that could not be read before.

use std::collections::HashSet;

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::queue::back_off;
use super::run::Run;
use super::threads::{due_on_jira, thread};
use super::turns::TURNS;
use super::{files, long, unread};
use crate::domain::{IssueId, IssueLink, Side};

/// Most threads that one run catches up on.
const MAX_DUE_THREADS: usize = 500;

/// Most threads that one run reads in turn, of each kind.
const MAX_TURNS: usize = 200;

/// Most threads that a slice of a backfill reads: more than it brings new pairs.
const MAX_NEW: usize = 600;

/// Every so many runs the threads of many pages go first.
const DEAR_FIRST: i64 = 4;

/// Reads the Jira threads that are due: not read whole, or not to be trusted. Guance's are read in turn, or when
/// something is to be written into them, for each costs a request of a small budget.
pub(super) fn due_threads(run: &mut Run<'_>) -> Result<()> {
    if run.is_down(Side::Jira) {
        return Ok(());
    }
    // Those that are left to the end of the run must not take the places of others.
    let mut due = run.world.state.due_threads(run.number, MAX_DUE_THREADS + run.unread.len())?;
    due.retain(|link| !unread::waits(run, link));
    due.truncate(MAX_DUE_THREADS);
    for some in due.chunks(100) {
        if let Err(trouble) = due_on_jira(run, some) {
            return run.absorb(Side::Jira, trouble);
        }
    }
    Ok(())
}

/// Reads Guance threads in turn, with what the deliveries left of the minute's budget: Guance has no "replies since".
/// A backfill reads only those that were never read, and waits for budget.
pub(super) fn threads_in_turn(run: &mut Run<'_>) -> Result<()> {
    let side = Side::Guance;
    if !run.about(side).threads_in_turn || !files::reads_guance(run) || run.is_down(side) {
        return Ok(());
    }
    if run.order.backfill.is_some() {
        return never_read(run);
    }
    let long = match long::threads(run) {
        Ok(long) => long,
        Err(trouble) => return run.absorb(side, trouble),
    };
    // What costs one request goes first; lest the others wait for ever, they do now and then.
    let dear_first = run.number % DEAR_FIRST == 0;
    let mut read = HashSet::new();
    for (active, every) in TURNS {
        // Asked for each turn: what the turn before read must not seem to have been read in the future.
        let now = run.world.clock.now();
        let mut due = run.world.state.threads_in_turn(now - active, now - every, now, run.number, MAX_TURNS)?;
        // Where something was missed it is asked for, which takes more than to read: behind all others nothing would be left
        // of the minute, in each run that they are due.
        let mut missed = HashSet::new();
        for link in &due {
            if run.world.state.was_missed(&link.guance, side, run.number)? {
                missed.insert(link.guance.clone());
            }
        }
        due.sort_by_key(|link| (!missed.contains(&link.guance), long.contains_key(&link.guance) != dear_first));
        if !in_turn(run, &due, &mut read)? {
            return Ok(());
        }
    }
    let mut rest = Vec::new();
    for (pair, _) in long.iter().filter(|(_, has_rest)| **has_rest) {
        rest.extend(run.world.state.issue_link(side, pair)?.filter(|link| link.is_writable(Side::Jira)));
    }
    in_turn(run, &rest, &mut read).map(drop)
}

/// Reads the Guance threads that were never read: what a slice of a backfill has brought.
fn never_read(run: &mut Run<'_>) -> Result<()> {
    let due = run.world.state.threads_never_read(MAX_NEW)?;
    in_turn(run, &due, &mut HashSet::new()).map(drop)
}

/// Reads some Guance threads, each once in a run. Returns false when there is no time, or no budget, for more.
fn in_turn(run: &mut Run<'_>, due: &[IssueLink], read: &mut HashSet<IssueId>) -> Result<bool> {
    let side = Side::Guance;
    for link in due {
        if !read.insert(link.guance.clone()) {
            continue;
        }
        if run.must_stop() || !run.has_room(side, files::thread_cost(run)) {
            return Ok(false);
        }
        if let Err(trouble) = thread(run, link, side) {
            run.absorb(side, trouble)?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads again the threads whose time it is, those first that have waited longest.
pub(super) fn again(run: &mut Run<'_>) -> Result<()> {
    let now = run.world.clock.now();
    // What a clock that was ahead took note of is read now.
    let is_due = |(times, at): &(u32, DateTime<Utc>)| *at > now || *at + back_off(times.saturating_sub(1)) <= now;
    let mut due: Vec<(DateTime<Utc>, IssueId)> =
        run.unread.iter().filter(|(_, known)| is_due(known)).map(|(pair, (_, at))| (*at, pair.clone())).collect();
    due.sort_unstable();
    for (at, pair) in due {
        if run.is_down(Side::Jira) || run.must_stop() {
            return Ok(());
        }
        let Some(link) = run.world.state.issue_link(Side::Guance, &pair)? else {
            unread::forget(run, &pair);
            continue;
        };
        if let Err(trouble) = due_on_jira(run, std::slice::from_ref(&link)) {
            return run.absorb(Side::Jira, trouble);
        }
        // What is not there any more is not asked for here.
        if run.unread.get(&pair).is_some_and(|(_, last)| *last == at) {
            unread::was_read(run, &link);
        }
    }
    Ok(())
}
