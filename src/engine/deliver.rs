//! From the outbox to the remotes: in flight first, look up before resending, retry, give up.

use std::collections::HashSet;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::files::{Cargo, Copy};
use super::{Run, Trouble, change, delta, files, gone, merge, optional, originals, quoted, script, threads, trust};
use crate::domain::{Action, CommentLink, FileLink, IssueLink, Key, Push, Receipt, Side, issue_place};
use crate::ports::{ApiError, ApiErrorKind, Lookup, Wanted, seal_keys};
use crate::state::{Deferral, Queued, Tx};

/// After so many failures in a row a side is left alone.
const MAX_FAILURES: u32 = 3;
/// The first and the longest wait before a failed write is tried again; each failure doubles it.
const BACK_OFF: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// How soon a look-up that could not tell is tried again.
const UNSURE_WAIT: TimeDelta = TimeDelta::minutes(1);

/// How a write is known to have happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Evidence {
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
    resolve_in_doubt(run, target)?;
    let mut failures = 0;
    loop {
        let mut ready = run.world.state.ready(target, run.world.clock.now(), run.remote(target).batch_size())?;
        ready.retain(|queued| run.may_link || !matches!(queued.push.action, Action::LinkIssue { .. }));
        let batch = one_request(ready);
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
        let mut end = None;
        for (queued, result) in send(run, target, batch, cargo)? {
            match result {
                Ok(receipt) => {
                    failures = 0;
                    settle(run, &queued.push, &receipt, Evidence::Answered)?;
                }
                Err(err) => match fail(run, &queued, &err)? {
                    Blame::Write => {}
                    Blame::Side => failures += 1,
                    Blame::Us => end = Some(err),
                },
            }
        }
        if let Some(err) = end {
            return Err(err.into());
        }
        if failures >= MAX_FAILURES {
            let kind = ApiErrorKind::Unavailable { retry_after: None };
            return Err(ApiError::new(target, kind, "too many writes failed in a row").into());
        }
    }
}

/// Takes from the heads of the lanes what one request can carry: several creates, or one of anything else.
fn one_request(mut ready: Vec<Queued>) -> Vec<Queued> {
    let creates = |queued: &Queued| matches!(queued.push.action, Action::CreateIssue(_));
    if ready.first().is_some_and(creates) {
        ready.retain(creates);
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
    let issues = issue_place(&world.settings.services.pair, account);
    let sealed = |queued: &Queued| queued.push.clone().sealed(&keys, &issues);
    let pushes: Vec<Push> = batch.iter().map(sealed).collect();
    let mut results = cargo.push(run.remote(target), &pushes);
    world.failpoints.hit("sent")?;
    // An adapter that answers too little leaves the rest in doubt.
    while results.len() < batch.len() {
        results.push(Err(ApiError::new(target, ApiErrorKind::InDoubt, "no result for this write")));
    }
    Ok(batch.into_iter().zip(results).collect())
}

/// Finds out what became of the writes that were in flight when a run ended, or whose answer was lost.
fn resolve_in_doubt(run: &mut Run<'_>, target: Side) -> Result<(), Trouble> {
    let mut doubtful = run.world.state.in_flight(target)?;
    // What this run itself sent is looked up by the next one: the remote may still be at work on it.
    doubtful.retain(|queued| !run.report.left_in_doubt.contains(queued.push.key.as_str()));
    // Their originals were passed over while it was not known whether they had been sent.
    for queued in &doubtful {
        run.originals.forget(&queued.push.lane);
    }
    for queued in doubtful.extract_if(.., |queued| queued.push.action.is_idempotent()) {
        try_again(run, &queued)?;
    }
    if doubtful.is_empty() || run.must_stop() {
        return Ok(());
    }
    run.identify(target)?;
    wait_for_the_dust(run, &doubtful);
    // A file on Jira is looked for before each try.
    let is_file = |queued: &mut Queued| matches!(queued.push.action, Action::AddFile { .. }) && target == Side::Jira;
    for queued in doubtful.extract_if(.., is_file) {
        try_again(run, &queued)?;
    }
    // A field is no thing that could be looked for: it says what was sent, or what both sides say decides anew.
    let (fields, doubtful): (Vec<_>, Vec<_>) =
        doubtful.into_iter().partition(|queued| matches!(queued.push.action, Action::ChangeIssue { .. }));
    for queued in &fields {
        if let Some(receipt) = change::took_effect(run, queued)? {
            settle(run, &queued.push, &receipt, Evidence::Found)?;
            continue;
        }
        change::own_traces(run, queued)?;
        change::decide_anew(run, &queued.push.key)?;
    }
    if doubtful.is_empty() {
        return Ok(());
    }
    let wanted: Vec<Wanted> = doubtful.iter().map(|queued| wanted(&queued.push)).collect();
    let found = look_up(run, target, &wanted)?;
    for (queued, lookup) in doubtful.iter().zip(found) {
        match lookup {
            // We have asked for it, so an issue of ours that carries the label is the answer.
            Lookup::Found(receipt) | Lookup::Labelled(receipt) => {
                settle(run, &queued.push, &receipt, Evidence::Found)?;
            }
            Lookup::Absent | Lookup::Foreign(..) if gone::take_back(run, queued)? => {}
            Lookup::Absent | Lookup::Foreign(..) => {
                let again = Deferral { not_before: DateTime::UNIX_EPOCH, counts: true };
                put_back(run, &queued.push.key, again, None)?;
            }
            Lookup::Unsure => {
                run.report.left_in_doubt.insert(queued.push.key.as_str().to_owned());
            }
        }
    }
    Ok(())
}

/// Looks for the markers of writes among what is no other original's copy.
pub(super) fn look_up(run: &Run<'_>, target: Side, wanted: &[Wanted]) -> Result<Vec<Lookup>, ApiError> {
    let state = run.world.state;
    // What the state cannot tell now fails when the finding is to be recorded.
    run.remote(target).find(wanted, &|key, id| state.is_copy_of_another(target, key, id).unwrap_or(false))
}

/// Waits until the youngest doubtful write is old enough for its absence to mean something.
fn wait_for_the_dust(run: &Run<'_>, doubtful: &[Queued]) {
    let wait = delta(run.world.settings.in_doubt_wait);
    let now = run.world.clock.now();
    // Our clock may have been set back since: then the whole wait is due, but not more.
    let left = doubtful.iter().filter_map(|queued| queued.sent_at).map(|sent| wait - (now - sent)).max();
    if let Some(left) = left.map(|left| left.min(wait)).filter(|left| *left > TimeDelta::zero()) {
        run.world.clock.sleep(left.to_std().unwrap_or_default());
    }
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
        threads::thread(run, &link, target)?;
        let read = run.world.state.issue_link(Side::Guance, &link.guance)?;
        if !read.is_some_and(|link| trust::holds(run, &link, target)) {
            let later = Deferral { not_before: run.world.clock.now() + UNSURE_WAIT, counts: false };
            put_back(run, &first.push.key, later, Some("its thread could not be read whole"))?;
        }
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
                let later = Deferral { not_before: run.world.clock.now() + UNSURE_WAIT, counts: false };
                put_back(run, &queued.push.key, later, Some("it cannot be told yet whether it exists already"))?;
            }
        }
    }
    Ok(if new.is_empty() { None } else { Some(new) })
}

/// Records a write that has happened: link and outbox row in one transaction.
fn settle(run: &mut Run<'_>, push: &Push, receipt: &Receipt, evidence: Evidence) -> Result<(), Trouble> {
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
            let jira = crate::domain::IssueId::new(receipt.id.clone());
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
    /// Our credentials, our budget, or that we were asked to stop: no other write can go.
    Us,
}

/// Records a write that failed.
fn fail(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<Blame, Trouble> {
    let world = run.world;
    let key = &queued.push.key;
    let err = &quoted::without_words(err, &queued.push.action);
    let now = world.clock.now();
    match err.kind {
        _ if optional::is_hopeless(queued, err) => {
            optional::give_up(run, &queued.push, err)?;
            Ok(Blame::Write)
        }
        ApiErrorKind::Refused if gone::was_about_nothing(run, queued)? => Ok(Blame::Write),
        ApiErrorKind::Refused => {
            tracing::warn!(%key, error = %err, "Write refused for good.");
            let tx = world.state.begin()?;
            tx.bury(key, &err.message, now)?;
            tx.advise(key, err.hint.as_deref())?;
            change::given_up(run, &tx, &queued.push)?;
            tx.note(key.origin().as_str(), &failed("refused for good", &queued.push, err), now)?;
            tx.commit()?;
            run.report.item_failed(&queued.push, err);
            world.failpoints.hit("buried")?;
            Ok(Blame::Write)
        }
        ApiErrorKind::NotOurs => {
            disown(run, &queued.push, err)?;
            Ok(Blame::Write)
        }
        ApiErrorKind::InDoubt => {
            tracing::warn!(%key, error = %err, "In doubt: the answer was lost, and the next run looks whether it arrived.");
            let tx = world.state.begin()?;
            tx.doubt(key, &err.message)?;
            tx.advise(key, err.hint.as_deref())?;
            tx.note(key.origin().as_str(), &failed("in doubt, sent and the answer lost", &queued.push, err), now)?;
            tx.commit()?;
            run.report.left_in_doubt.insert(key.as_str().to_owned());
            run.report.item_failed(&queued.push, err);
            world.failpoints.hit("doubted")?;
            Ok(Blame::Side)
        }
        ApiErrorKind::Unavailable { retry_after } => {
            tracing::warn!(%key, error = %err, "Write put off to a later run.");
            let wait = back_off(queued.attempts).max(retry_after.map_or(TimeDelta::zero(), delta));
            put_back(run, key, Deferral { not_before: now + wait, counts: true }, Some(&err.message))?;
            advise(run, &queued.push, err)?;
            run.report.item_failed(&queued.push, err);
            Ok(Blame::Side)
        }
        ApiErrorKind::Unauthorized | ApiErrorKind::OutOfBudget | ApiErrorKind::Stopped | ApiErrorKind::Unrecorded => {
            put_back(run, key, Deferral { not_before: DateTime::UNIX_EPOCH, counts: false }, None)?;
            Ok(Blame::Us)
        }
    }
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

/// Puts back what needs no look-up: at once the first time, then with growing waits.
fn try_again(run: &Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    let wait = queued.attempts.checked_sub(1).map(back_off);
    let not_before = wait.map_or(DateTime::UNIX_EPOCH, |wait| run.world.clock.now() + wait);
    put_back(run, &queued.push.key, Deferral { not_before, counts: true }, None)
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
