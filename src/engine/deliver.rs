//! From the outbox to the remotes: in flight first, look up before resending, retry, give up.

use std::time::Duration;

use anyhow::Result;

use super::adopt::adopt;
use super::failure::{Blame, fail};
use super::files::{CopyOnJira, Upload};
use super::lookup::{look_up, wanted};
use super::queue::{put_last, try_later};
use super::run::{Run, Trouble};
use super::settle::{Evidence, settle};
use super::{away, doubt, fields, files, once, originals, reuse, script, threads, trust, waits};
use crate::domain::{Action, IssueId, Key, Proof, Push, Receipt, Side};
use crate::ports::{ApiError, ApiErrorKind, Lookup, Wanted, seal_keys};
use crate::state::{Doubt, Queued};

/// After so many failures in a row it is asked whether the side works at all.
const ASK_AFTER: u32 = 3;

/// After so many failures in a row, whatever else works, a side takes no write from this run: what has failed goes behind
/// the others in the next.
const MAX_FAILURES: u32 = 12;

/// So many writes that have failed before may fail again in a row; the rest of them is left to the next run.
const MAX_RETRIES: u32 = 5;

/// A write that left, and what came back.
type Sent = (Queued, Result<Receipt, ApiError>);

/// Delivers to both sides; Jira first, since a new pair's comments wait for it.
pub(super) fn both(run: &mut Run<'_>) -> Result<()> {
    for target in [run.tracker(), run.source()] {
        side(run, target)?;
    }
    Ok(())
}

/// Delivers everything that is ready to one side.
pub(super) fn side(run: &mut Run<'_>, target: Side) -> Result<()> {
    if run.is_down(target) {
        return Ok(());
    }
    match writes(run, target) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(target, trouble),
    }
}

fn writes(run: &mut Run<'_>, target: Side) -> Result<(), Trouble> {
    doubt::resolve(run, target)?;
    let mut failures = 0;
    loop {
        let batch = next(run, target)?;
        if batch.is_empty() || run.must_stop() {
            return Ok(());
        }
        run.identify(target)?;
        if trust::establish(run)? {
            continue;
        }
        if let [queued] = batch.as_slice()
            && !originals::may_go(run, queued)?
        {
            continue;
        }
        let Some(batch) = certainly_new(run, target, batch)? else { continue };
        let Some(upload) = files::load(run, target, &batch)? else { continue };
        let Some(pair) = batch.first().map(|queued| queued.push.pair.clone()) else { continue };
        let is_retry = batch.iter().all(|queued| queued.behind);
        let Outcome { end, wait, failed, has_worked } = send_and_record(run, target, batch, upload)?;
        if let Some(err) = end {
            return Err(err.into());
        }
        if target.is_source() && (wait.is_some() || has_worked) {
            waits::note_write(run, wait.is_some())?;
        }
        if let Some(wait) = wait {
            run.wait(target, wait)?;
            run.down.push(target);
            return Ok(());
        }
        // One answer is one failure, whatever the request carried.
        failures = if has_worked { 0 } else { failures + u32::from(failed.is_some()) };
        let Some(err) = failed.filter(|_| failures > 0) else { continue };
        if is_retry && failures >= MAX_RETRIES {
            // What fails time and again says nothing about the side.
            run.no_retries.push(target);
            failures = 0;
        } else if failures >= MAX_FAILURES {
            let kind = ApiErrorKind::Unavailable { retry_after: None };
            let words = format!("the last {failures} writes failed; the last one so: {}", err.message);
            return Err(ApiError { hint: err.hint, ..ApiError::new(target, kind, words) }.into());
        }
        if failures > 0 && failures.is_multiple_of(ASK_AFTER) {
            still_works(run, target, &pair)?;
        }
    }
}

/// Returns what the next request carries. What goes by itself is asked for by itself: the order of many costs more.
fn next(run: &mut Run<'_>, target: Side) -> Result<Vec<Queued>, Trouble> {
    let batch = run.about(target).batch;
    for most in [1, batch] {
        let mut ready = ready(run, target, most)?;
        let is_all = ready.len() < most || run.only.is_some();
        ready.retain(|queued| run.may_link || !matches!(queued.push.action, Action::LinkIssue { .. }));
        ready.retain(|queued| !queued.behind || run.may_retry(queued) && !run.no_retries.contains(&target));
        let goes_alone = ready.first().is_some_and(|queued| !matches!(queued.push.action, Action::CreateIssue(_)));
        if is_all || goes_alone || most == batch {
            return Ok(one_request(ready, run.creates_at_once(target)));
        }
    }
    Ok(Vec::new())
}

/// What one request came to, beside what was recorded of each write in it.
#[derive(Default)]
struct Outcome {
    /// Why no other write can go.
    end: Option<ApiError>,
    /// How long the side asks to be left alone.
    wait: Option<Duration>,
    /// What speaks against the side.
    failed: Option<ApiError>,
    /// Whether the side dealt with one of the writes, be it by refusing it.
    has_worked: bool,
}

fn send_and_record(run: &mut Run<'_>, target: Side, batch: Vec<Queued>, upload: Upload) -> Result<Outcome, Trouble> {
    let how = if batch.len() > 1 { Doubt::InCompany } else { Doubt::Alone };
    let mut outcome = Outcome::default();
    for (queued, result) in send(run, target, batch, upload)? {
        match result {
            Ok(receipt) => {
                outcome.has_worked = true;
                settle(run, &queued.push, &receipt, Evidence::Answered)?;
            }
            Err(err) => match fail(run, &queued, &err, how)? {
                Blame::Write => outcome.has_worked |= err.kind == ApiErrorKind::Refused,
                Blame::Side => outcome.failed = Some(err),
                Blame::Us => outcome.end = Some(err),
                Blame::Haste(time) => outcome.wait = outcome.wait.max(Some(time)),
            },
        }
    }
    Ok(outcome)
}

/// Makes sure by a read that a side at which several writes failed works: then it was the writes' own fault.
fn still_works(run: &mut Run<'_>, target: Side, pair: &IssueId) -> Result<(), Trouble> {
    if run.about(target).tells_account {
        drop(run.remote(target).identify()?);
    } else if run.has_room(target, 1) {
        // One page of a thread tells it; or an item itself, where there are no threads.
        if run.abilities(target).threads.is_some() {
            drop(run.thread_part(target, pair, Some(run.world.clock.now()), 1)?);
        } else {
            drop(run.remote(target).issues(std::slice::from_ref(pair))?);
        }
    }
    Ok(())
}

/// Returns what can be sent now. Where the side has said that its limit is near, edits, fields, links and files wait for
/// another run: what is new goes before them.
fn ready(run: &mut Run<'_>, target: Side, most: usize) -> Result<Vec<Queued>, Trouble> {
    let (state, now) = (run.world.state, run.world.clock.now());
    if let Some(pair) = &run.only {
        return Ok(state.ready_in(target, now, pair)?);
    }
    if !run.is_near_limit(target) {
        return Ok(state.ready(target, now, most)?);
    }
    if run.near_limit.insert(target) {
        tracing::info!(side = %target, "The limit of requests is near: only what is new is written.");
    }
    Ok(state.ready_news(target, now, most)?)
}

/// Takes from the heads of the pairs what one request can carry: several creates that have never failed, or one of
/// anything else.
fn one_request(mut ready: Vec<Queued>, creates_at_once: usize) -> Vec<Queued> {
    let creates = |queued: &Queued| matches!(queued.push.action, Action::CreateIssue(_)) && !queued.alone;
    if ready.first().is_some_and(creates) {
        ready.retain(creates);
        ready.truncate(creates_at_once.max(1));
    } else {
        ready.truncate(1);
    }
    ready
}

/// Sends writes, durably in flight before anything leaves.
fn send(run: &mut Run<'_>, target: Side, batch: Vec<Queued>, upload: Upload) -> Result<Vec<Sent>, Trouble> {
    let world = run.world;
    let keys: Vec<&Key> = batch.iter().map(|queued| &queued.push.key).collect();
    let tx = world.state.begin()?;
    tx.mark_in_flight(&keys, world.clock.now())?;
    tx.commit()?;
    world.failpoints.hit("in flight")?;
    let keys = seal_keys(world.state);
    let account = run.identities.get(&target).map(|who| who.account.as_str()).unwrap_or_default();
    let pair = &world.settings.services.pair;
    let sealed = |queued: &Queued| queued.push.clone().sealed(&keys, pair, account);
    let pushes: Vec<Push> = batch.iter().map(sealed).collect();
    let mut results = upload.push(run, target, &pushes);
    world.failpoints.hit("sent")?;
    // An adapter that answers too little leaves the rest in doubt.
    while results.len() < batch.len() {
        results.push(Err(ApiError::new(target, ApiErrorKind::InDoubt, "no result for this write")));
    }
    Ok(batch.into_iter().zip(results).collect())
}

/// Leaves of a batch what certainly is not on the other side yet; `None` when the outbox has changed meanwhile.
///
/// Creates are always looked up: it costs a few Jira requests and saves from any lost, copied or rolled-back state.
/// A comment is looked up by reading its thread, unless the thread is known to hold nothing of ours that we do not know.
fn certainly_new(run: &mut Run<'_>, target: Side, batch: Vec<Queued>) -> Result<Option<Vec<Queued>>, Trouble> {
    let Some(first) = batch.first() else { return Ok(None) };
    match once::proof(run, &first.push) {
        Proof::Nothing => Ok(Some(batch)),
        Proof::Repeatable => Ok(is_free(run, first)?.then_some(batch)),
        Proof::Marker => not_marked(run, target, batch),
        Proof::Thread => Ok(is_thread_known(run, target, first)?.then_some(batch)),
        Proof::Reading => {
            let goes = fields::still_holds(run, first)? && !reuse::hands_over(run, first)?;
            Ok(goes.then_some(batch))
        }
        Proof::Namesake => match files::copy_on_jira(run, first)? {
            CopyOnJira::None => Ok(Some(batch)),
            CopyOnJira::There(receipt) => settle(run, &first.push, &receipt, Evidence::Found).map(|()| None),
            CopyOnJira::PutOff => Ok(None),
        },
    }
}

/// Returns true when everything of ours in the thread that is to be written into is known. Else it is read, and the outbox
/// may have changed.
fn is_thread_known(run: &mut Run<'_>, target: Side, queued: &Queued) -> Result<bool, Trouble> {
    let Some(link) = run.pair(run.source(), &queued.push.pair)? else { return Ok(true) };
    if trust::holds(run, &link, target) {
        return Ok(true);
    }
    if !run.has_room(target, 1) {
        return Err(ApiError::new(target, ApiErrorKind::OutOfBudget, "no request left to read a thread").into());
    }
    let read = threads::thread(run, &link, target);
    let link = run.pair(run.source(), &link.guance)?;
    if !link.is_some_and(|link| trust::holds(run, &link, target)) {
        put_last(run, &queued.push.key, "its thread could not be read whole")?;
    }
    read.map(|()| false)
}

/// Leaves of some creates those of which no copy is there.
fn not_marked(run: &mut Run<'_>, target: Side, batch: Vec<Queued>) -> Result<Option<Vec<Queued>>, Trouble> {
    if away::puts_off(run, &batch)? {
        return Ok(None);
    }
    let wanted: Vec<Wanted> = batch.iter().map(|queued| wanted(&queued.push)).collect();
    let found = look_up(run, target, &wanted)?;
    let (mut new, mut others, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (queued, lookup) in batch.into_iter().zip(found) {
        if !matches!(lookup, Lookup::Absent | Lookup::Foreign(..) | Lookup::Counted(_)) {
            others.push(queued.push.clone());
        }
        match lookup {
            Lookup::Labelled(copy) if script::holds(run, &queued, &copy, None)? => {}
            Lookup::Foreign(copy, creator) if script::holds(run, &queued, &copy, Some(&creator))? => {}
            Lookup::Counted(ticket) if reuse::awaits(run, &queued, &ticket)? => unknown.push(ticket),
            Lookup::Absent | Lookup::Foreign(..) | Lookup::Counted(_) => new.push(queued),
            Lookup::Found(receipt) if reuse::resumes(run, &queued, &receipt)? => {}
            Lookup::Found(receipt) | Lookup::Labelled(receipt) => settle(run, &queued.push, &receipt, Evidence::Found)?,
            Lookup::Unsure => {
                if let Action::CreateIssue(new) = &queued.push.action {
                    away::is_project_away(run, &new.project)?;
                }
                try_later(run, &queued.push.key, "it cannot be told yet whether it exists already")?;
            }
        }
    }
    let reuse::Sorted { new, misread } = reuse::sort(run, new, &others)?;
    unknown.extend(misread);
    unknown.sort_unstable();
    unknown.dedup();
    read_anew(run, &unknown)?;
    Ok(if new.is_empty() { None } else { Some(new) })
}

/// Recognises the tickets that say that they go on with another item than this state knows.
fn read_anew(run: &mut Run<'_>, tickets: &[IssueId]) -> Result<(), Trouble> {
    if tickets.is_empty() {
        return Ok(());
    }
    let mut read = run.world.jira.issues(tickets)?;
    adopt(run, &mut read.issues)
}

/// Returns true while a ticket that is to be continued is nobody else's, by what it says now.
fn is_free(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    if let Some(ticket) = reuse::misread(run, queued)? {
        read_anew(run, &[ticket])?;
    }
    reuse::is_free(run, queued)
}
