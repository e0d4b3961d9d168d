//! What became of a write whose answer was lost: it is there, it is not, or that cannot be told yet.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::lookup::{look_up, wanted};
use super::queue::{back_off, put_back};
use super::run::{Run, Trouble, delta};
use super::settle::{Evidence, bury, settle};
use super::{away, base, fields, gone, long, once, optional, threads};
use crate::domain::{Action, Key, Proof, Side};
use crate::ports::{ApiError, ApiErrorKind, Facts as _, Lookup, Wanted};
use crate::state::{Deferral, Doubt, Queued};

/// A write that failed by itself so often without being there is dead, also when it has been failing for so long.
const MAX_ABSENCES: u32 = 10;
const LONGEST_TRYING: TimeDelta = TimeDelta::days(1);
/// Fewer failures than this are no reason, however long ago the first one was.
const MIN_ABSENCES: u32 = 3;

/// Fact: how many milliseconds a create may take that is in doubt.
const SLOWEST: &str = "engine.slowest-create";

/// The shortest time between two looks that shall find the same.
const LEAST_REST: TimeDelta = TimeDelta::milliseconds(500);
/// So long one run waits for a side to come to rest; the next run goes on.
const PATIENCE: TimeDelta = TimeDelta::seconds(10);

/// Finds out what became of the writes that were in flight when a run ended, or whose answer was lost.
pub(super) fn resolve(run: &mut Run<'_>, target: Side) -> Result<(), Trouble> {
    let mut doubtful = run.world.state.in_flight(target)?;
    if run.abilities(target).creates.is_some() && !doubtful.iter().any(creates) {
        forget_slowest(run)?;
    }
    // What this run itself sent is looked up by the next one: the remote may still be at work on it.
    doubtful.retain(|queued| !run.report.left_in_doubt.contains(queued.push.key.as_str()));
    for queued in extract_hidden(run, &mut doubtful)? {
        leave(run, &queued);
    }
    // Their originals were passed over while it was not known whether they had been sent.
    for queued in &doubtful {
        run.originals.forget(&queued.push.pair);
    }
    let proofs: HashMap<Key, Proof> =
        doubtful.iter().map(|queued| (queued.push.key.clone(), once::proof(run, &queued.push))).collect();
    let proof = |queued: &Queued| proofs.get(&queued.push.key).copied().unwrap_or(Proof::Nothing);
    for queued in doubtful.extract_if(.., |queued| proof(queued) == Proof::Nothing) {
        once::count_as_sent(run, &queued.push)?;
    }
    for queued in doubtful.extract_if(.., |queued| proof(queued) == Proof::Repeatable) {
        try_again(run, &queued)?;
    }
    if doubtful.is_empty() || run.must_stop() {
        return Ok(());
    }
    run.identify(target)?;
    wait_for_the_dust(run, &doubtful);
    // In this order: what is looked for costs most, and the minute's requests may end on the way.
    doubtful.sort_by_key(|queued| match proof(queued) {
        Proof::Repeatable | Proof::Namesake | Proof::Nothing => 0,
        Proof::Reading => 1,
        Proof::Marker | Proof::Thread => 2,
    });
    let (mut long, mut sought) = (Vec::new(), Vec::new());
    for queued in doubtful {
        match proof(&queued) {
            // It is looked for before each try.
            Proof::Repeatable | Proof::Namesake => try_again(run, &queued)?,
            Proof::Nothing => once::count_as_sent(run, &queued.push)?,
            Proof::Reading => by_reading(run, &queued)?,
            Proof::Marker | Proof::Thread => {
                let is_long = run.reads_in_parts(target) && long::is_long(run, &queued.push.pair)?;
                if is_long { &mut long } else { &mut sought }.push(queued);
            }
        }
    }
    in_parts(run, long)?;
    look_for(run, target, sought)
}

/// A field is no thing that could be looked for: it says what was sent, or what both sides say decides anew.
fn by_reading(run: &mut Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    if let Some(receipt) = fields::took_effect(run, queued)? {
        return settle(run, &queued.push, &receipt, Evidence::Found);
    }
    let is_half_way = fields::own_traces(run, queued)?;
    if is_half_way || queued.doubt.is_none() {
        base::decide_anew(run, &queued.push.key)
    } else {
        // Before it is sent again, what it was decided on is read once more.
        absent(run, queued)
    }
}

/// Takes the writes out that nobody can look for now: what is not seen in a project that cannot be read may be there.
fn extract_hidden(run: &Run<'_>, doubtful: &mut Vec<Queued>) -> Result<Vec<Queued>, Trouble> {
    let (mut hidden, mut others) = (Vec::new(), Vec::new());
    for queued in doubtful.drain(..) {
        if away::hides(run, &queued)? { &mut hidden } else { &mut others }.push(queued);
    }
    *doubtful = others;
    Ok(hidden)
}

/// Looks for writes to long threads of Guance, each of which is read once in a run as far as the minute's requests go.
fn in_parts(run: &mut Run<'_>, doubtful: Vec<Queued>) -> Result<(), Trouble> {
    let mut read = HashSet::new();
    for queued in doubtful {
        let pair = &queued.push.pair;
        let link = run.pair(run.source(), pair)?;
        // It is sent in doubt, and stays so, until the whole thread says that it is not there.
        let Some(link) = link.filter(|_| !run.must_stop()) else {
            leave(run, &queued);
            continue;
        };
        if read.insert(pair.clone()) && run.has_room(run.source(), 1) {
            threads::thread(run, &link, run.source())?;
        }
        match long::look_for(run, pair, &wanted(&queued.push), queued.sent_at)? {
            Lookup::Found(receipt) => settle(run, &queued.push, &receipt, Evidence::Found)?,
            Lookup::Absent if gone::take_back(run, &queued)? => {}
            Lookup::Absent => absent(run, &queued)?,
            _ => leave(run, &queued),
        }
    }
    Ok(())
}

/// Looks for writes until it is told of each what became of it, or it cannot be told in this run.
fn look_for(run: &mut Run<'_>, target: Side, mut doubtful: Vec<Queued>) -> Result<(), Trouble> {
    let mut waited = TimeDelta::zero();
    while !doubtful.is_empty() {
        let sought: Vec<Wanted> = doubtful.iter().map(|queued| wanted(&queued.push)).collect();
        let found = look_up(run, target, &sought)?;
        let (mut missing, mut unsure) = (Vec::new(), Vec::new());
        let mut has_moved = false;
        for (queued, lookup) in doubtful.into_iter().zip(found) {
            match lookup {
                // We have asked for it, so an issue of ours that carries the label is the answer.
                Lookup::Found(receipt) | Lookup::Labelled(receipt) => {
                    has_moved |= creates(&queued);
                    settle(run, &queued.push, &receipt, Evidence::Found)?;
                }
                Lookup::Absent | Lookup::Foreign(..) | Lookup::Counted(_) if gone::take_back(run, &queued)? => {}
                Lookup::Absent | Lookup::Foreign(..) | Lookup::Counted(_) if creates(&queued) => {
                    missing.push(queued);
                }
                Lookup::Absent | Lookup::Foreign(..) | Lookup::Counted(_) => absent(run, &queued)?,
                Lookup::Unsure if run.abilities(target).parts.is_some() => unsure.push(queued),
                Lookup::Unsure => leave(run, &queued),
            }
        }
        in_parts(run, unsure)?;
        doubtful = not_at_rest(run, target, missing, has_moved)?;
        let now = run.world.clock.now();
        let wait = doubtful.iter().filter_map(|queued| queued.not_before).map(|at| at - now).max();
        let wait = wait.unwrap_or_default().max(TimeDelta::zero());
        waited += wait;
        if waited > PATIENCE || run.must_stop() {
            for queued in &doubtful {
                leave(run, queued);
            }
            return Ok(());
        }
        if !doubtful.is_empty() {
            run.world.clock.sleep(wait.to_std().unwrap_or_default());
        }
    }
    Ok(())
}

/// Puts back the creates that are certainly absent, and returns the others. A side may be at work on the rest of a request
/// long after nobody listens any more: it is at rest when two looks, as far apart as one issue may take, found the same.
fn not_at_rest(run: &mut Run<'_>, target: Side, missing: Vec<Queued>, has_moved: bool) -> Result<Vec<Queued>, Trouble> {
    let takes = slowest(run, target)?;
    let rest = takes.checked_mul(2).unwrap_or(takes).max(LEAST_REST);
    let now = run.world.clock.now();
    let mut open = Vec::new();
    for mut queued in missing {
        // What was noted by a clock that was ahead is noted again.
        let counts_from = queued.not_before.filter(|at| !has_moved && *at <= now + rest);
        if takes.is_zero() || counts_from.is_some_and(|at| at <= now) {
            absent(run, &queued)?;
            continue;
        }
        if counts_from.is_none() {
            let tx = run.world.state.begin()?;
            tx.look_again(&queued.push.key, now + rest)?;
            tx.commit()?;
            // The file keeps whole milliseconds.
            queued.not_before = Some(now + rest);
        }
        open.push(queued);
    }
    Ok(open)
}

fn creates(queued: &Queued) -> bool {
    matches!(queued.push.action, Action::CreateIssue(_))
}

/// Returns how long one create may take that is in doubt: as long as when it came into doubt, though others were quick
/// since.
fn slowest(run: &Run<'_>, target: Side) -> Result<TimeDelta, Trouble> {
    let now = run.abilities(target).creates.map_or(TimeDelta::zero(), |creates| delta(creates.create_takes()));
    let known = run.world.state.fact(SLOWEST)?.and_then(|(value, _)| value.parse().ok());
    Ok(known.and_then(TimeDelta::try_milliseconds).map_or(now, |known| known.max(now)))
}

/// Keeps how long a create may take that has just come into doubt.
pub(super) fn keep_slowest(run: &Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    if creates(queued) {
        let takes = slowest(run, queued.push.target)?.num_milliseconds();
        run.world.state.set_fact(SLOWEST, &takes.to_string(), run.world.clock.now())?;
    }
    Ok(())
}

/// None is in doubt any more.
fn forget_slowest(run: &Run<'_>) -> Result<(), Trouble> {
    if run.world.state.fact(SLOWEST)?.is_some() {
        run.world.state.forget(SLOWEST);
    }
    Ok(())
}

fn leave(run: &mut Run<'_>, queued: &Queued) {
    run.report.left_in_doubt.insert(queued.push.key.as_str().to_owned());
}

/// Puts back what is not there: at once where nothing speaks against it, and behind the others, with growing waits, where it
/// failed by itself. After enough of that it is dead.
fn absent(run: &mut Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    let key = &queued.push.key;
    let at_once = |counts| Deferral { not_before: DateTime::UNIX_EPOCH, counts };
    match queued.doubt {
        None => return put_back(run, key, at_once(true), None),
        // Another one may have been the reason.
        Some(Doubt::InCompany) => return put_back(run, key, at_once(false), None),
        Some(Doubt::Alone) => {}
    }
    let now = run.world.clock.now();
    let absences = queued.absences.saturating_add(1);
    let trying = queued.absent_since.map_or(TimeDelta::zero(), |since| now - since);
    if absences >= MAX_ABSENCES || absences >= MIN_ABSENCES && trying >= LONGEST_TRYING {
        let words = queued.error.as_deref().unwrap_or("no answer");
        let words = format!("{words} (sent {absences} times, and it never took effect)");
        let err = ApiError::new(queued.push.target, ApiErrorKind::Refused, words);
        if queued.push.action.is_optional() {
            return optional::give_up(run, &queued.push, &err);
        }
        return bury(run, queued, &err);
    }
    let tx = run.world.state.begin()?;
    tx.count_absence(key, now)?;
    let not_before = failed_at(queued, now) + back_off(queued.attempts);
    tx.defer(key, Deferral { not_before, counts: true }, None)?;
    tx.commit()?;
    run.world.failpoints.hit("put back")?;
    Ok(())
}

fn failed_at(queued: &Queued, now: DateTime<Utc>) -> DateTime<Utc> {
    queued.sent_at.map_or(now, |sent| sent.min(now))
}

/// Puts back what needs no look-up: at once the first time, then with growing waits.
fn try_again(run: &mut Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    if queued.doubt.is_some() {
        return absent(run, queued);
    }
    let wait = queued.attempts.checked_sub(1).map(back_off);
    let not_before = wait.map_or(DateTime::UNIX_EPOCH, |wait| run.world.clock.now() + wait);
    put_back(run, &queued.push.key, Deferral { not_before, counts: true }, None)
}

/// Waits until the youngest doubtful write is old enough for its absence to mean something.
fn wait_for_the_dust(run: &Run<'_>, doubtful: &[Queued]) {
    let wait = delta(run.world.settings.limits.in_doubt_wait);
    let now = run.world.clock.now();
    // Our clock may have been set back since: then the whole wait is due, but not more.
    let left = doubtful.iter().filter_map(|queued| queued.sent_at).map(|sent| wait - (now - sent)).max();
    if let Some(left) = left.map(|left| left.min(wait)).filter(|left| *left > TimeDelta::zero()) {
        run.world.clock.sleep(left.to_std().unwrap_or_default());
    }
}
