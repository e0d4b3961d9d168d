//! From the outbox to the remotes: in flight first, look up before resending, retry, give up.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::files::{Cargo, Copy};
use super::{
    Run, Trouble, away, change, delta, doubt, files, gone, merge, optional, originals, quoted, screens, script,
    threads, trust, unread, waits,
};
use crate::domain::{Action, CommentLink, FileLink, IssueId, IssueLink, Key, Push, Receipt, Side};
use crate::ports::{ApiError, ApiErrorKind, Lookup, Wanted, seal_keys};
use crate::state::{Deferral, Doubt, Queued, Tx};

/// After so many failures in a row it is asked whether the side works at all.
const ASK_AFTER: u32 = 3;
/// After so many failures in a row, whatever else works, a side takes no write from this run: what has failed goes behind
/// the others in the next.
const MAX_FAILURES: u32 = 12;
/// So many writes that have failed before may fail again in a row; the rest of them is left to the next run.
const MAX_RETRIES: u32 = 5;
/// The first and the longest wait before a failed write is tried again; each failure doubles it.
const BACK_OFF: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// How soon a look-up that could not tell is tried again.
const UNSURE_WAIT: TimeDelta = TimeDelta::minutes(1);

/// How a write is known to have happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// The remote answered our request.
    Answered,
    /// Its marker was found.
    Found,
}

/// A write that left, and what came back.
type Sent = (Queued, Result<Receipt, ApiError>);

/// Delivers to both sides; Jira first, since a new pair's comments wait for it.
pub(super) fn both(run: &mut Run<'_>) -> Result<()> {
    for target in [Side::Jira, Side::Guance] {
        side(run, target)?;
    }
    Ok(())
}

/// Delivers everything that is ready to one side.
pub(super) fn side(run: &mut Run<'_>, target: Side) -> Result<()> {
    if run.is_down(target) {
        return Ok(());
    }
    match lanes(run, target) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(target, trouble),
    }
}

fn lanes(run: &mut Run<'_>, target: Side) -> Result<(), Trouble> {
    doubt::resolve(run, target)?;
    let mut failures = 0;
    loop {
        let mut ready = ready(run, target)?;
        ready.retain(|queued| run.may_link || !matches!(queued.push.action, Action::LinkIssue { .. }));
        ready.retain(|queued| !queued.behind || run.may_retry(queued) && !run.no_retries.contains(&target));
        let batch = one_request(ready, run.remote(target).creates_at_once());
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
        let Some(cargo) = files::load(run, target, &batch)? else { continue };
        let Some(lane) = batch.first().map(|queued| queued.push.lane.clone()) else { continue };
        let is_retry = batch.iter().all(|queued| queued.behind);
        let how = if batch.len() > 1 { Doubt::InCompany } else { Doubt::Alone };
        let (mut end, mut wait, mut failed, mut has_worked) = (None, None, None, false);
        for (queued, result) in send(run, target, batch, cargo)? {
            match result {
                Ok(receipt) => {
                    has_worked = true;
                    settle(run, &queued.push, &receipt, Evidence::Answered)?;
                }
                Err(err) => match fail(run, &queued, &err, how)? {
                    Blame::Write => has_worked |= err.kind == ApiErrorKind::Refused,
                    Blame::Side => failed = Some(err),
                    Blame::Us => end = Some(err),
                    Blame::Haste(time) => wait = wait.max(Some(time)),
                },
            }
        }
        if let Some(err) = end {
            return Err(err.into());
        }
        if let Some(wait) = wait {
            waits::keep(run, target, wait)?;
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
            still_works(run, target, &lane)?;
        }
    }
}

/// Makes sure by a read that a side at which several writes failed works: then it was the writes' own fault.
fn still_works(run: &mut Run<'_>, target: Side, lane: &IssueId) -> Result<(), Trouble> {
    match target {
        Side::Jira => drop(run.remote(target).identify()?),
        // It does not tell who we are.
        Side::Guance if run.has_room(target, 1) => {
            // One page tells it.
            drop(run.world.guance.thread_part(lane, Some(run.world.clock.now()), 1)?);
        }
        Side::Guance => {}
    }
    Ok(())
}

/// Returns what can be sent now. Where the side has said that its limit is near, edits, fields, links and files wait for
/// another run: what is new goes before them.
fn ready(run: &mut Run<'_>, target: Side) -> Result<Vec<Queued>, Trouble> {
    let (state, now, most) = (run.world.state, run.world.clock.now(), run.remote(target).batch_size());
    if !run.remote(target).is_near_limit() {
        return Ok(state.ready(target, now, most)?);
    }
    if run.near_limit.insert(target) {
        tracing::info!(side = %target, "The limit of requests is near: only what is new is written.");
    }
    Ok(state.ready_news(target, now, most)?)
}

/// Takes from the heads of the lanes what one request can carry: several creates that have never failed, or one of
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
fn send(run: &mut Run<'_>, target: Side, batch: Vec<Queued>, cargo: Cargo) -> Result<Vec<Sent>, Trouble> {
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
    let mut results = cargo.push(run.remote(target), &pushes);
    world.failpoints.hit("sent")?;
    // An adapter that answers too little leaves the rest in doubt.
    while results.len() < batch.len() {
        results.push(Err(ApiError::new(target, ApiErrorKind::InDoubt, "no result for this write")));
    }
    Ok(batch.into_iter().zip(results).collect())
}

/// Looks for the markers of writes among what is no other original's copy.
pub(super) fn look_up(run: &Run<'_>, target: Side, wanted: &[Wanted]) -> Result<Vec<Lookup>, ApiError> {
    let state = run.world.state;
    // What the state cannot tell now fails when the finding is to be recorded.
    run.remote(target).find(wanted, &|key, id| state.is_copy_of_another(target, key, id).unwrap_or(false))
}

pub(super) fn wanted(push: &Push) -> Wanted {
    let key = push.key.clone();
    match &push.action {
        Action::CreateIssue(new) => Wanted { key, issue: None, project: Some(new.project.clone()), content: None },
        Action::AddComment { issue, .. }
        | Action::DeleteComment { issue, .. }
        | Action::ChangeIssue { issue, .. }
        | Action::LinkIssue { issue, .. }
        | Action::AddFile { issue, .. } => {
            Wanted { key: key.origin(), issue: Some(issue.clone()), project: None, content: None }
        }
        Action::EditComment { issue, .. } => {
            let content = Some(push.content.clone());
            Wanted { key: key.origin(), issue: Some(issue.clone()), project: None, content }
        }
    }
}

/// Leaves of a batch what certainly is not on the other side yet; `None` when the outbox has changed meanwhile.
///
/// Creates are always looked up: it costs a few Jira requests and saves from any lost, copied or rolled-back state.
/// A comment is looked up by reading its thread, unless the thread is known to hold nothing of ours that we do not know.
fn certainly_new(run: &mut Run<'_>, target: Side, batch: Vec<Queued>) -> Result<Option<Vec<Queued>>, Trouble> {
    let Some(first) = batch.first() else { return Ok(None) };
    if first.push.action.is_idempotent() {
        return Ok(Some(batch));
    }
    if target == Side::Jira && matches!(first.push.action, Action::AddFile { .. }) {
        return match files::copy_on_jira(run, first)? {
            Copy::None => Ok(Some(batch)),
            Copy::There(receipt) => settle(run, &first.push, &receipt, Evidence::Found).map(|()| None),
            Copy::PutOff => Ok(None),
        };
    }
    if matches!(first.push.action, Action::ChangeIssue { .. }) {
        return Ok(if change::still_holds(run, first)? { Some(batch) } else { None });
    }
    if !matches!(first.push.action, Action::CreateIssue(_)) {
        let Some(link) = run.world.state.issue_link(Side::Guance, &first.push.lane)? else { return Ok(Some(batch)) };
        if trust::holds(run, &link, target) {
            return Ok(Some(batch));
        }
        if !run.has_room(target, 1) {
            return Err(ApiError::new(target, ApiErrorKind::OutOfBudget, "no request left to read a thread").into());
        }
        let read = threads::thread(run, &link, target);
        let link = run.world.state.issue_link(Side::Guance, &link.guance)?;
        if !link.is_some_and(|link| trust::holds(run, &link, target)) {
            unread::put_last(run, &first.push.key, "its thread could not be read whole")?;
        }
        return read.map(|()| None);
    }
    if away::puts_off(run, &batch)? {
        return Ok(None);
    }
    let wanted: Vec<Wanted> = batch.iter().map(|queued| wanted(&queued.push)).collect();
    let found = look_up(run, target, &wanted)?;
    let mut new = Vec::new();
    for (queued, lookup) in batch.into_iter().zip(found) {
        match lookup {
            Lookup::Labelled(copy) if script::holds(run, &queued, &copy, None)? => {}
            Lookup::Foreign(copy, creator) if script::holds(run, &queued, &copy, Some(&creator))? => {}
            Lookup::Absent | Lookup::Foreign(..) => new.push(queued),
            Lookup::Found(receipt) | Lookup::Labelled(receipt) => settle(run, &queued.push, &receipt, Evidence::Found)?,
            Lookup::Unsure => {
                if let Action::CreateIssue(new) = &queued.push.action {
                    away::is_project_away(run, &new.project)?;
                }
                let later = Deferral { not_before: run.world.clock.now() + UNSURE_WAIT, counts: false };
                put_back(run, &queued.push.key, later, Some("it cannot be told yet whether it exists already"))?;
            }
        }
    }
    Ok(if new.is_empty() { None } else { Some(new) })
}

/// Records a write that has happened: link and outbox row in one transaction.
pub(super) fn settle(run: &mut Run<'_>, push: &Push, receipt: &Receipt, evidence: Evidence) -> Result<(), Trouble> {
    let world = run.world;
    let now = world.clock.now();
    let tx = world.state.begin()?;
    let how = if evidence == Evidence::Found { "found" } else { "written" };
    tx.note(push.key.origin().as_str(), &format!("{how} as {}: {}", receipt.name, push.summary), now)?;
    if !link(run, &tx, push, receipt, evidence, now)? && evidence == Evidence::Found {
        drop(tx);
        let later = Deferral { not_before: now + UNSURE_WAIT, counts: false };
        let why = format!("{} was found for it, and is the copy of something else", receipt.name);
        return put_back(run, &push.key, later, Some(&why));
    }
    tx.done(&push.key, now)?;
    for field in &receipt.dropped {
        let what = format!("left out {}, which {} refused: {}", field.field, push.target, field.why);
        tx.note(push.key.origin().as_str(), &what, now)?;
    }
    tx.commit()?;
    tracing::info!(key = %push.key, id = %receipt.name, "Write settled.");
    run.report.delivered(push, receipt, evidence == Evidence::Found);
    if evidence == Evidence::Answered && matches!(push.action, Action::CreateIssue(_)) {
        // Both threads of a pair that is just made hold nothing of ours.
        run.read_whole.extend(Side::BOTH.map(|side| (side, push.lane.clone())));
    }
    change::written(run, push, receipt);
    world.failpoints.hit("settled")?;
    world.progress.delivered(run.report.written(), world.state.backlog()?.pending);
    Ok(())
}

/// Records what is one thing now; false when one of both is another's already.
fn link(
    run: &Run<'_>,
    tx: &Tx<'_>,
    push: &Push,
    receipt: &Receipt,
    evidence: Evidence,
    now: DateTime<Utc>,
) -> Result<bool, Trouble> {
    match &push.action {
        Action::CreateIssue(new) => {
            // What we have just made holds nothing of ours yet; what was found may hold anything.
            let seen = (evidence == Evidence::Answered).then_some(DateTime::UNIX_EPOCH);
            let jira = IssueId::new(receipt.id.clone());
            let link = IssueLink::new(push.lane.clone(), jira, &receipt.name);
            let link = IssueLink { guance_seen: seen, jira_seen: seen, ..link };
            if !tx.link_issues(&link, receipt.at.unwrap_or(now), now)? {
                return Ok(false);
            }
            optional::of_new_pair_in(run, tx, push, (&link.jira, &link.jira_name), now)?;
            merge::begin(run, tx, &push.lane, new)?;
        }
        Action::AddComment { .. } => {
            let origin = push.target.opposite();
            let Some(origin_id) = push.key.comment_on(origin) else { return Ok(true) };
            return Ok(tx.link_comments(
                &CommentLink {
                    origin,
                    origin_id,
                    copy_id: crate::domain::CommentId::new(receipt.id.clone()),
                    lane: push.lane.clone(),
                    written: Some(push.content.clone()),
                },
                now,
            )?);
        }
        Action::AddFile { file, .. } => {
            let (origin_id, copy_id, lane) = (file.id.clone(), receipt.id.clone(), push.lane.clone());
            return Ok(tx.link_files(&FileLink { origin: file.side, origin_id, copy_id, lane }, now)?);
        }
        Action::EditComment { .. } => {
            let origin = push.target.opposite();
            if let Some(origin_id) = push.key.comment_on(origin) {
                tx.set_written(origin, &origin_id, &push.content)?;
            }
        }
        Action::ChangeIssue { .. } => change::arrived(run, tx, push, receipt.issue.as_deref())?,
        Action::DeleteComment { .. } => {
            let origin = push.target.opposite();
            let link = push.key.comment_on(origin).map(|id| run.world.state.comment_link(origin, &id)).transpose()?;
            if let Some(link) = link.flatten() {
                tx.forget_comments(&link)?;
            }
        }
        Action::LinkIssue { .. } => {}
    }
    Ok(true)
}

/// What a failed write speaks against.
enum Blame {
    /// The write itself: others may go.
    Write,
    /// The side, if it happens again.
    Side,
    /// How much we ask of the side: no other write can go before so much time has passed.
    Haste(Duration),
    /// Our credentials, our budget, or that we were asked to stop: no other write can go.
    Us,
}

/// Records a write that failed.
fn fail(run: &mut Run<'_>, queued: &Queued, err: &ApiError, how: Doubt) -> Result<Blame, Trouble> {
    let world = run.world;
    let key = &queued.push.key;
    let err = &quoted::without_words(err, &queued.push.action);
    let now = world.clock.now();
    match err.kind {
        _ if away::holds(run, queued, err)? => Ok(Blame::Write),
        _ if optional::is_hopeless(queued, err) => {
            optional::give_up(run, &queued.push, err)?;
            Ok(Blame::Write)
        }
        ApiErrorKind::Refused if gone::was_about_nothing(run, queued)? => Ok(Blame::Write),
        ApiErrorKind::Refused => {
            bury(run, queued, err)?;
            Ok(Blame::Write)
        }
        ApiErrorKind::NotOurs => {
            disown(run, &queued.push, err)?;
            Ok(Blame::Write)
        }
        ApiErrorKind::InDoubt => {
            tracing::warn!(%key, error = %err, "In doubt: the answer was lost, and the next run looks whether it arrived.");
            let tx = world.state.begin()?;
            tx.doubt(key, how, &err.message)?;
            tx.advise(key, err.hint.as_deref())?;
            tx.note(key.origin().as_str(), &failed("in doubt, sent and the answer lost", &queued.push, err), now)?;
            tx.commit()?;
            doubt::keep_slowest(run, queued)?;
            run.report.left_in_doubt.insert(key.as_str().to_owned());
            run.report.item_failed(&queued.push, err);
            world.failpoints.hit("doubted")?;
            Ok(Blame::Side)
        }
        ApiErrorKind::Unavailable { retry_after: Some(wait) } => {
            tracing::info!(%key, error = %err, "Write put off: the side asks to wait.");
            // It did not fail; but should it be the reason, the others go before it the next time.
            let not_before = now + delta(wait);
            let tx = world.state.begin()?;
            tx.defer(key, Deferral { not_before, counts: false }, Some(&err.message))?;
            tx.go_last(key, not_before)?;
            part(&tx, queued, how)?;
            tx.commit()?;
            world.failpoints.hit("put back")?;
            Ok(Blame::Haste(wait))
        }
        ApiErrorKind::Unavailable { retry_after: None } | ApiErrorKind::Crowded { .. } => {
            tracing::warn!(%key, error = %err, "Write put off to a later run.");
            let (least, blame) = match err.kind {
                ApiErrorKind::Crowded { retry_after } => (delta(retry_after), Blame::Write),
                _ => (TimeDelta::zero(), Blame::Side),
            };
            let wait = back_off(queued.attempts).max(least);
            put_back(run, key, Deferral { not_before: now + wait, counts: true }, Some(&err.message))?;
            let tx = world.state.begin()?;
            part(&tx, queued, how)?;
            tx.commit()?;
            advise(run, &queued.push, err)?;
            run.report.item_failed(&queued.push, err);
            Ok(blame)
        }
        ApiErrorKind::Unauthorized | ApiErrorKind::OutOfBudget | ApiErrorKind::Stopped | ApiErrorKind::Unrecorded => {
            put_back(run, key, Deferral { not_before: DateTime::UNIX_EPOCH, counts: false }, None)?;
            Ok(Blame::Us)
        }
    }
}

/// What is put off in a request with others for the second time goes out by itself from then on: one of them may be the
/// reason each time.
fn part(tx: &Tx<'_>, queued: &Queued, how: Doubt) -> Result<(), Trouble> {
    if how == Doubt::InCompany && queued.behind {
        tx.go_alone(&queued.push.key)?;
    }
    Ok(())
}

/// Keeps how to mend what put a write off, and that it failed.
pub(super) fn advise(run: &Run<'_>, push: &Push, err: &ApiError) -> Result<(), Trouble> {
    let tx = run.world.state.begin()?;
    tx.advise(&push.key, err.hint.as_deref())?;
    tx.note(push.key.origin().as_str(), &failed("failed, and is tried again", push, err), run.world.clock.now())?;
    tx.commit()?;
    Ok(())
}

/// Tells what became of a write, and why.
fn failed(what: &str, push: &Push, err: &ApiError) -> String {
    format!("{what}: {}: {}", push.summary, err.message)
}

/// Gives a write up, and keeps it for a person with the service's own words.
pub(super) fn bury(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<(), Trouble> {
    let (world, key) = (run.world, &queued.push.key);
    let now = world.clock.now();
    tracing::warn!(%key, error = %err, "Write refused for good.");
    let tx = world.state.begin()?;
    tx.bury(key, &err.message, now)?;
    tx.advise(key, err.hint.as_deref())?;
    change::given_up(run, &tx, &queued.push)?;
    tx.note(key.origin().as_str(), &failed("refused for good", &queued.push, err), now)?;
    tx.commit()?;
    screens::refused(run, &queued.push);
    run.report.item_failed(&queued.push, err);
    world.failpoints.hit("buried")?;
    Ok(())
}

/// What was taken for a copy is somebody else's writing: it is left alone, and its original is carried as a new one.
fn disown(run: &mut Run<'_>, push: &Push, err: &ApiError) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let origin = push.target.opposite();
    let link = push.key.comment_on(origin).map(|id| run.world.state.comment_link(origin, &id)).transpose()?.flatten();
    tracing::warn!(key = %push.key, error = %err, "Not written over: it is somebody else's.");
    let tx = run.world.state.begin()?;
    tx.forget_write(&push.key)?;
    if let Some(link) = link {
        tx.forget_comments(&link)?;
    }
    tx.read_anew(&push.lane)?;
    tx.note(push.key.origin().as_str(), &format!("not written over: {}", err.message), now)?;
    tx.commit()?;
    run.originals.forget(&push.lane);
    run.read_whole.retain(|(_, lane)| *lane != push.lane);
    run.world.failpoints.hit("disowned")?;
    Ok(())
}

pub(super) fn back_off(attempts: u32) -> TimeDelta {
    let (first, longest) = BACK_OFF;
    first.checked_mul(1 << attempts.min(10)).map_or(longest, |wait| wait.min(longest))
}

pub(super) fn put_back(run: &Run<'_>, key: &Key, deferral: Deferral, error: Option<&str>) -> Result<(), Trouble> {
    let tx = run.world.state.begin()?;
    tx.defer(key, deferral, error)?;
    tx.commit()?;
    run.world.failpoints.hit("put back")?;
    Ok(())
}

/// Keys whose answer was lost in this run.
pub(super) type InDoubt = HashSet<String>;
