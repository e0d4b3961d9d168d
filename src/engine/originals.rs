//! Originals: where they are, and whether what is about to be written for them may still be.
//!
//! INVARIANT: nothing that people wrote on Jira leaves before this run has read it from the issue itself, not from a
//! search index: it is still there, everybody may see it, and it still says this. What an earlier run planned, and what
//! a search showed, may be older than a restriction.

use chrono::{DateTime, TimeDelta, Utc};

use super::long::{self, Glimpse};
use super::queue::{put_back, put_last, try_later};
use super::run::{Run, Trouble};
use super::settle::{Evidence, settle};
use super::{gone, threads};
use crate::domain::{Action, CommentId, IssueId, IssueLink, Receipt};
use crate::plan::SkipReason;
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::{Deferral, Queued};

/// How old a reading of an original may be when its copy is written.
const FRESH: TimeDelta = TimeDelta::minutes(1);

/// How soon a reply of a long thread is looked for again that was not where it was to be.
const NOT_FOUND: TimeDelta = TimeDelta::minutes(5);

/// Why a write waits whose copy's thread is not to be had.
const NOT_READ: &str = "the thread of its copy cannot be read now";

/// Most issues that are read at a time.
const MAX_ISSUES: usize = 100;

/// Makes sure that a write to Guance still says what everybody may read on Jira, and that it is known who wrote the reply
/// that it is about. Returns `false` when the outbox may have changed, or the write was put back.
pub(super) fn may_go(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    Ok(is_still_true(run, queued)? && is_copy_seen(run, queued)?)
}

/// Reads the thread of a comment that is to be written over or deleted, and takes over what it brings, where there is no read
/// of a comment by its id: its author has to be known. Of a long thread the page is read that holds the reply.
fn is_copy_seen(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let (Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. }) = &push.action else {
        return Ok(true);
    };
    let is_seen = |run: &Run<'_>| {
        is_fresh(run, run.originals.copies_seen_at(&push.pair)) || is_fresh(run, run.originals.reply_seen_at(comment))
    };
    // Where nothing shows a comment, it is not written over: one more is added.
    if run.about(push.target).reads_comments || run.about(push.target).comments_once || is_seen(run) {
        return Ok(true);
    }
    let Some(link) = run.pair(run.source(), &push.pair)? else { return Ok(true) };
    if !run.has_room(push.target, 2) {
        return Err(ApiError::new(push.target, ApiErrorKind::OutOfBudget, "no request left to read a thread").into());
    }
    match long::glimpse(run, &link, comment) {
        Ok(Glimpse::There(_)) => Ok(true),
        Ok(Glimpse::Gone) => copy_is_gone(run, queued, comment),
        Ok(Glimpse::NotFound) => {
            let later = Deferral { not_before: run.world.clock.now() + NOT_FOUND, counts: false };
            put_back(run, &push.key, later, Some(NOT_READ))?;
            // Much was written since the thread was read last, and nothing else may call for it: that of an issue that is
            // closed is not read in turn.
            threads::thread(run, &link, push.target).map(|()| false)
        }
        Ok(Glimpse::Unknown) => {
            let read = threads::thread(run, &link, push.target);
            if !is_seen(run) {
                put_last(run, &push.key, NOT_READ)?;
            }
            read.map(|()| false)
        }
        Err(trouble) => {
            put_last(run, &push.key, NOT_READ)?;
            Err(trouble)
        }
    }
}

/// Settles what was to be written over, or deleted, and is not in its long thread any more. The outbox has changed.
fn copy_is_gone(run: &mut Run<'_>, queued: &Queued, copy: &CommentId) -> Result<bool, Trouble> {
    if matches!(queued.push.action, Action::DeleteComment { .. }) {
        settle(run, &queued.push, &Receipt::of(copy.as_str(), None), Evidence::Found)?;
    } else {
        gone::copy_is_gone(run, queued)?;
    }
    Ok(false)
}

fn is_still_true(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let is_read = |run: &Run<'_>, pair: &IssueId| is_fresh(run, run.originals.read_at(pair));
    if !carries_words(queued) || is_read(run, &queued.push.pair) {
        return Ok(true);
    }
    let state = run.world.state;
    let mut pairs = vec![queued.push.pair.clone()];
    for other in state.ready(run.source(), run.world.clock.now(), MAX_ISSUES)? {
        if carries_words(&other) && !pairs.contains(&other.push.pair) && !is_read(run, &other.push.pair) {
            pairs.push(other.push.pair);
        }
    }
    pairs.truncate(MAX_ISSUES);
    let links = pairs.iter().filter_map(|pair| run.pair(run.source(), pair).transpose());
    let links: Vec<IssueLink> = links.collect::<Result<_, _>>()?;
    if !run.is_down(run.tracker())
        && let Err(trouble) = threads::look_again(run, &links)
    {
        match trouble {
            Trouble::Api(_) => run.absorb(run.tracker(), trouble).map_err(Trouble::Fatal)?,
            Trouble::Fatal(_) => return Err(trouble),
        }
    }
    let link = run.pair(run.source(), &queued.push.pair)?;
    if link.is_some_and(|link| link.gone) {
        let tx = state.begin()?;
        tx.forget_write(&queued.push.key)?;
        let why = format!("not sent after all: {}", SkipReason::Gone);
        tx.note(queued.push.key.origin().as_str(), &why, run.world.clock.now())?;
        tx.commit()?;
        return Ok(false);
    }
    if !is_read(run, &queued.push.pair) {
        try_later(run, &queued.push.key, "what it copies cannot be read on Jira now")?;
    }
    Ok(false)
}

/// Returns true for a write that carries what people wrote on Jira.
fn carries_words(queued: &Queued) -> bool {
    let push = &queued.push;
    let tracker = push.target.tracker();
    let is_original = push.key.comment_on(tracker).is_some() || push.key.file_on(tracker).is_some();
    let is_new = matches!(push.action, Action::AddComment { .. } | Action::EditComment { .. } | Action::AddFile { .. });
    push.target.is_source() && is_original && is_new
}

fn is_fresh(run: &Run<'_>, read: Option<DateTime<Utc>>) -> bool {
    let now = run.world.clock.now();
    let age = read.map(|at| now - at);
    age.is_some_and(|age| age >= TimeDelta::zero() && age < FRESH)
}
