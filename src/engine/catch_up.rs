//! Threads that no news points at: those that are due, those whose turn it is, and those that could not be read before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::queue::back_off;
use super::run::Run;
use super::threads::{SETTLED_AFTER, due_on_jira, thread};
use super::turns::{self, FOR_TURNS, FRESH, ONE_RUN, REST, TURNS, slow_turns};
use super::{files, long, tells, unread};
use crate::domain::{IssueId, IssueLink};
use crate::state::InTurn;

/// Most threads that one run catches up on.
const MAX_DUE_THREADS: usize = 500;

/// Most threads that one run reads in turn, of each kind.
const MAX_TURNS: usize = 200;

/// Most threads with the latest words among which one run chooses.
const MAX_FRESH: usize = 1000;

/// Most threads that one run reads, of each kind, only because there are requests left.
const MAX_REST: usize = 20;

/// Such a part of the requests is left to long threads of which something is not known yet.
const LONG_PART: usize = 3;

/// With so many requests a run leaves one.
const MANY: usize = 4;

/// Pairs that were silent for longer are not read, unless the list tells of them.
const LONGEST: TimeDelta = TimeDelta::days(30);

/// Most threads that a run reads where somebody asks for all of them: no budget holds more.
const MAX_ALL: usize = 10_000;

/// Most threads that a slice of a backfill reads: more than it brings new pairs.
const MAX_NEW: usize = 600;

/// Every so many runs the threads of many pages go first.
const DEAR_FIRST: i64 = 4;

/// Reads the Jira threads that are due: not read whole, or not to be trusted. Guance's are read in turn, or when
/// something is to be written into them, for each costs a request of a small budget.
pub(super) fn due_threads(run: &mut Run<'_>) -> Result<()> {
    if run.is_down(run.tracker()) {
        return Ok(());
    }
    // Those that are left to the end of the run must not take the places of others.
    let mut due = run.world.state.due_threads(run.number, MAX_DUE_THREADS + run.unread.len())?;
    due.retain(|link| !unread::waits(run, link));
    due.truncate(MAX_DUE_THREADS);
    for some in due.chunks(100) {
        if let Err(trouble) = due_on_jira(run, some) {
            return run.absorb(run.tracker(), trouble);
        }
    }
    Ok(())
}

/// Lets the reads in turn leave room for what waits to be tried again at last: a thread, its files, and a write. Of a long thread
/// that is the page of the reply that is written over, and the newest pages.
pub(super) fn keep_room(run: &mut Run<'_>) -> Result<()> {
    let ready = run.world.state.ready(run.source(), run.world.clock.now(), 1)?;
    let Some(first) = ready.first() else {
        run.kept = 0;
        return Ok(());
    };
    let thread = match long::is_long(run, &first.push.pair) {
        Ok(true) => 3,
        Ok(false) => 1,
        Err(trouble) => return run.absorb(run.source(), trouble),
    };
    run.kept = thread + usize::from(run.world.policy.flow.attachments.writes(run.tracker())) + 1;
    Ok(())
}

/// Reads threads of the source, with what the deliveries left of the minute's budget: Guance has no "replies since". Where a list
/// shows what is new in a thread, only those are read that it calls for. A backfill reads only those that were never read, and
/// waits for budget.
pub(super) fn threads_in_turn(run: &mut Run<'_>) -> Result<()> {
    let side = run.source();
    if run.abilities(side).threads.is_none() || !files::reads_guance(run) || run.is_down(side) {
        return Ok(());
    }
    let long = match long::threads(run) {
        Ok(long) => long,
        Err(trouble) => return run.absorb(side, trouble),
    };
    let tells = tells::known(run.world.state)? == Some(true);
    let slack = usize::from(run.spare(side) >= MANY);
    let mut turn = Turn { long, tells, looks: false, slack, read: HashSet::new(), requests: 0 };
    if run.order.backfill.is_some() {
        // What the slice has brought.
        let due = run.world.state.threads_never_read(MAX_NEW)?;
        turn.read(run, &due, 0).map(drop)
    } else if run.about(side).threads_in_turn {
        turn.rounds(run)
    } else {
        turn.called(run)
    }?;
    if run.order.now {
        turn.all(run)?;
    }
    turn.learn_cost(run)
}

/// A run's reading of Guance threads, each once.
struct Turn {
    /// The long ones, and whether there is a rest of each that is not known.
    long: BTreeMap<IssueId, bool>,
    /// Whether the list tells of replies.
    tells: bool,
    /// Whether threads are read for which nothing calls.
    looks: bool,
    /// So many requests are left over: where each run uses all that a minute allows, the next one has to wait for its first
    /// slot a little longer each time, since a slot is free again only after somewhat more than a minute.
    slack: usize,
    read: HashSet<IssueId>,
    /// How many requests that took.
    requests: usize,
}

impl Turn {
    /// Reads what the list called for and did not bring itself.
    fn called(&mut self, run: &mut Run<'_>) -> Result<()> {
        let longest = run.world.clock.now() - LONGEST;
        let due = links(self.due(run, longest, None, MAX_FRESH)?);
        self.read(run, &due, 0).map(drop)
    }

    /// Reads first what the list, or what is known of a thread, calls for. Where the list does not tell of replies, then the
    /// threads in which something was said within the hour, those whose turn it is, and the others: a minute's requests
    /// cannot be saved.
    fn rounds(&mut self, run: &mut Run<'_>) -> Result<()> {
        let since = |run: &Run<'_>, time: TimeDelta| run.world.clock.now() - time;
        let longest = since(run, LONGEST);
        // What was read and could not be settled, or could not be read, goes behind the others.
        let (again, called): (Vec<InTurn>, Vec<InTurn>) =
            self.due(run, longest, None, MAX_FRESH)?.into_iter().partition(is_unsettled);
        let (again, mut called) = (links(again), links(called));
        // Where nothing tells of a reply, a storm of new issues is no reason to let all others wait.
        let new: Vec<IssueLink> = called.extract_if(.., |link| !self.tells && was_never_read(link)).collect();
        if !self.read(run, &called, 0)? {
            return Ok(());
        }
        self.looks = true;
        let mut fresh = if self.tells { Vec::new() } else { self.idle(run, since(run, FRESH), MAX_FRESH)? };
        let is_again: HashSet<&IssueId> = again.iter().map(|link| &link.guance).collect();
        fresh.retain(|link| !was_never_read(link) && !is_again.contains(&link.guance));
        let fresh = in_turns(new, fresh);
        let mut turns = Vec::new();
        for (active, every) in if self.tells { slow_turns(run.world.policy.flow.deletes) } else { TURNS } {
            turns.extend(links(self.due(run, since(run, active), Some(every), MAX_TURNS)?));
        }
        turns.retain(|link| !is_again.contains(&link.guance));
        let is_fresh: HashSet<&IssueId> = fresh.iter().map(|link| &link.guance).collect();
        let others = again.len() + turns.iter().filter(|link| !is_fresh.contains(&link.guance)).count();
        let cost = files::thread_cost(run);
        // What is not known yet of a long thread has been said, and goes on.
        let long = if self.long.values().any(|has_rest| *has_rest) { run.spare(run.source()) / LONG_PART } else { 0 };
        self.read(run, &fresh, long + others.min(FOR_TURNS) * cost)?;
        self.read(run, &turns, long + again.len().min(1) * cost)?;
        self.read(run, &again, long)?;
        let mut rest = Vec::new();
        for (pair, has_rest) in &self.long {
            let Some(link) = run.pair(run.source(), pair)? else { continue };
            // In that of a closed issue the copy of a comment that was deleted is to be found.
            let is_wanted = if link.closed {
                run.world.state.was_missed(pair, run.tracker(), run.number)?
            } else {
                *has_rest && link.is_writable(run.tracker())
            };
            rest.extend(is_wanted.then_some(link));
        }
        self.read(run, &rest, 0)?;
        self.read(run, &fresh, 0)?;
        let tells = self.tells;
        for within in REST.into_iter().filter(|_| !tells) {
            if run.world.clock.now() < run.half_time() {
                let mut rest = self.idle(run, since(run, within), MAX_TURNS)?;
                rest.truncate(MAX_REST);
                self.read(run, &rest, 0)?;
            }
        }
        Ok(())
    }

    /// Reads every open thread that this run has not read yet, the most urgent one first.
    fn all(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.looks = true;
        let all = links(self.due(run, DateTime::UNIX_EPOCH, Some(TimeDelta::zero()), MAX_ALL)?);
        if !self.read(run, &all, 0)? && !run.is_down(run.source()) && !run.must_stop() {
            run.report.out_of_budget = true;
        }
        Ok(())
    }

    /// Returns the threads of pairs that were active since then which are read only because there are requests left.
    fn idle(&self, run: &Run<'_>, active_since: DateTime<Utc>, most: usize) -> Result<Vec<IssueLink>> {
        let due = self.due(run, active_since, Some(ONE_RUN), most)?;
        Ok(links(due.into_iter().filter(|thread| !thread.is_dear).collect()))
    }

    /// Returns the threads of pairs that were active since then and were not read within this time; without it, those only
    /// that something calls for.
    fn due(
        &self,
        run: &Run<'_>,
        active_since: DateTime<Utc>,
        every: Option<TimeDelta>,
        most: usize,
    ) -> Result<Vec<InTurn>> {
        // Asked for each turn: what the turn before read must not seem to have been read in the future.
        let now = run.world.clock.now();
        let read_before = every.map_or(DateTime::UNIX_EPOCH + SETTLED_AFTER, |every| now - every);
        let mut due = run.world.state.threads_in_turn(active_since, read_before, now, run.number, most)?;
        // What costs one request goes first; lest the others wait for ever, they do now and then.
        let dear_first = run.number % DEAR_FIRST == 0;
        due.sort_by_cached_key(|thread| {
            let pair = &thread.link.guance;
            // Where the list tells, it says of a new issue that nothing has happened since it was opened. That is no proof.
            let is_known = !run.guance_updated.contains_key(pair) || run.poll.untouched.contains(pair);
            let is_untouched = self.tells && was_never_read(&thread.link) && is_known;
            let has_many_pages = self.long.contains_key(pair);
            // Where something was missed it is asked for, which takes more than to read: behind all others nothing would be
            // left of the minute, in each run that they are due.
            let is_later = (!thread.was_missed, is_untouched, has_many_pages != dear_first);
            (is_later, Reverse(turns::urge(now, thread)))
        });
        Ok(due)
    }

    /// Reads some threads, and leaves so many requests. Returns false when there is no time, or no budget, for more.
    fn read(&mut self, run: &mut Run<'_>, due: &[IssueLink], leave: usize) -> Result<bool> {
        let side = run.source();
        for link in due {
            if !self.read.insert(link.guance.clone()) {
                continue;
            }
            if run.is_down(side) || run.must_stop() || !run.has_room(side, files::thread_cost(run) + leave + self.slack)
            {
                self.read.remove(&link.guance);
                return Ok(false);
            }
            let before = run.spare(side);
            run.poll.nothing_calls = self.looks && link.guance_seen.is_some() && !was_never_read(link);
            let read = thread(run, link, side);
            run.poll.nothing_calls = false;
            if let Err(trouble) = read {
                run.absorb(side, trouble)?;
                return Ok(false);
            }
            self.requests += before.saturating_sub(run.spare(side));
        }
        Ok(true)
    }

    /// Remembers what a thread costs.
    fn learn_cost(&self, run: &Run<'_>) -> Result<()> {
        let threads = self.read.len();
        if threads == 0 || run.order.backfill.is_some() {
            return Ok(());
        }
        let known = turns::cost(run.world.state)?;
        let now = (self.requests * 100 / threads).max(100);
        let cost = known.map_or(now, |known| (usize::try_from(known).unwrap_or(now) * 7 + now) / 8);
        if known != u64::try_from(cost).ok() {
            run.world.state.set_fact(turns::COST, &cost.to_string(), run.world.clock.now())?;
        }
        Ok(())
    }
}

/// Returns true for a thread that was read before, and is to be read again because not all in it could be settled, or read.
fn is_unsettled(thread: &InTurn) -> bool {
    thread.link.guance_seen.is_none() && thread.times.read > DateTime::UNIX_EPOCH
}

fn links(threads: Vec<InTurn>) -> Vec<IssueLink> {
    threads.into_iter().map(|thread| thread.link).collect()
}

/// Returns true for a pair that was just made.
fn was_never_read(link: &IssueLink) -> bool {
    link.guance_seen == Some(DateTime::UNIX_EPOCH)
}

/// Puts two lists into one: one of the first, one of the second, and so on.
fn in_turns(first: Vec<IssueLink>, second: Vec<IssueLink>) -> Vec<IssueLink> {
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut both = Vec::with_capacity(first.len() + second.len());
    loop {
        let (one, other) = (first.next(), second.next());
        if one.is_none() && other.is_none() {
            return both;
        }
        both.extend(one.into_iter().chain(other));
    }
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
        if run.is_down(run.tracker()) || run.must_stop() {
            return Ok(());
        }
        let Some(link) = run.pair(run.source(), &pair)? else {
            unread::forget(run, &pair);
            continue;
        };
        if let Err(trouble) = due_on_jira(run, std::slice::from_ref(&link)) {
            return run.absorb(run.tracker(), trouble);
        }
        // What is not there any more is not asked for here.
        if run.unread.get(&pair).is_some_and(|(_, last)| *last == at) {
            unread::was_read(run, &link);
        }
    }
    Ok(())
}
