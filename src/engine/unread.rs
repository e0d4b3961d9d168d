//! Jira threads that could not be read: later runs read them after everything else, and less and less often, so that
//! nobody waits for one that fails, or that takes its time to fail, whenever it is asked for.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::deliver::back_off;
use super::{Retries, Run, Trouble, threads};
use crate::domain::{IssueId, IssueLink, Key, Side};
use crate::ports::Facts as _;
use crate::state::Deferral;

/// Fact: how often in a row the thread of this pair could not be read, and when last.
const FACT: &str = "engine.unread.";

/// How soon a write is tried again whose thread could not be read.
const LATER: TimeDelta = TimeDelta::minutes(1);

/// Threads that could not be read, by the pair's Guance issue: how often, and when last.
pub(super) type Unread = HashMap<IssueId, (u32, DateTime<Utc>)>;

/// Recalls what earlier runs could not read.
pub(super) fn remember(run: &mut Run<'_>) -> Result<()> {
    for (lane, times, at) in run.world.state.facts_of(FACT)? {
        run.unread.insert(IssueId::new(lane), (times.parse().unwrap_or(1), at));
    }
    Ok(())
}

/// Returns true for a thread that is left to the end of the run.
pub(super) fn waits(run: &Run<'_>, link: &IssueLink) -> bool {
    run.retries != Some(Retries::AtLast) && run.unread.contains_key(&link.guance)
}

/// Takes note that a thread could not be read.
pub(super) fn failed(run: &mut Run<'_>, link: &IssueLink) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let times = run.unread.get(&link.guance).map_or(1, |(times, _)| times.saturating_add(1));
    run.unread.insert(link.guance.clone(), (times, now));
    run.world.state.set_fact(&format!("{FACT}{}", link.guance), &times.to_string(), now)?;
    Ok(())
}

/// Takes note that a thread was read.
pub(super) fn was_read(run: &mut Run<'_>, link: &IssueLink) {
    if run.unread.remove(&link.guance).is_some() {
        run.world.state.forget(&format!("{FACT}{}", link.guance));
    }
}

/// Reads again the threads whose time it is, those first that have waited longest.
pub(super) fn again(run: &mut Run<'_>) -> Result<()> {
    let now = run.world.clock.now();
    // What a clock that was ahead took note of is read now.
    let is_due = |(times, at): &(u32, DateTime<Utc>)| *at > now || *at + back_off(times.saturating_sub(1)) <= now;
    let mut due: Vec<(DateTime<Utc>, IssueId)> =
        run.unread.iter().filter(|(_, known)| is_due(known)).map(|(lane, (_, at))| (*at, lane.clone())).collect();
    due.sort_unstable();
    for (at, lane) in due {
        if run.is_down(Side::Jira) || run.must_stop() {
            return Ok(());
        }
        let Some(link) = run.world.state.issue_link(Side::Guance, &lane)? else {
            run.world.state.forget(&format!("{FACT}{lane}"));
            continue;
        };
        if let Err(trouble) = threads::due_on_jira(run, std::slice::from_ref(&link)) {
            return run.absorb(Side::Jira, trouble);
        }
        // What is not there any more is not asked for here.
        if run.unread.get(&lane).is_some_and(|(_, last)| *last == at) {
            was_read(run, &link);
        }
    }
    Ok(())
}

/// Puts a write back for what it needs and could not be had now: behind the others, so that they do not wait for that.
pub(super) fn put_last(run: &Run<'_>, key: &Key, why: &str) -> Result<(), Trouble> {
    let not_before = run.world.clock.now() + LATER;
    let tx = run.world.state.begin()?;
    tx.defer(key, Deferral { not_before, counts: false }, Some(why))?;
    tx.go_last(key, not_before)?;
    tx.commit()?;
    run.world.failpoints.hit("put back")?;
    Ok(())
}
