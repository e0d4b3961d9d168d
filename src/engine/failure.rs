//! A write that failed: what that speaks against, and what becomes of it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};

use super::queue::{back_off, note_failure, put_back};
use super::run::{Run, Trouble, delta};
use super::settle::{bury, disown};
use super::{away, doubt, gone, optional, quoted, reuse};
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::{Deferral, Doubt, Queued, Tx};
use crate::words::Note;

/// What a failed write speaks against.
pub(super) enum Blame {
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
pub(super) fn fail(run: &mut Run<'_>, queued: &Queued, err: &ApiError, how: Doubt) -> Result<Blame, Trouble> {
    let world = run.world;
    let key = &queued.push.key;
    let err = &quoted::without_words(err, &queued.push.action);
    let now = world.clock.now();
    match err.kind {
        ApiErrorKind::Refused if reuse::gives_up(run, queued, err)? => Ok(Blame::Write),
        ApiErrorKind::Refused if reuse::refused(run, &queued.push, err)? => Ok(Blame::Write),
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
            leave_in_doubt(run, queued, err, how)?;
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
            let tx = world.state.begin()?;
            tx.defer(key, Deferral { not_before: now + wait, counts: true }, Some(&err.message))?;
            part(&tx, queued, how)?;
            note_failure(&tx, &queued.push, err, now)?;
            tx.commit()?;
            world.failpoints.hit("put back")?;
            run.report.item_failed(&queued.push, err);
            Ok(blame)
        }
        ApiErrorKind::Unauthorized | ApiErrorKind::OutOfBudget | ApiErrorKind::Stopped | ApiErrorKind::Unrecorded => {
            put_back(run, key, Deferral { not_before: DateTime::UNIX_EPOCH, counts: false }, None)?;
            Ok(Blame::Us)
        }
    }
}

/// Records that nobody knows whether a write has happened.
fn leave_in_doubt(run: &mut Run<'_>, queued: &Queued, err: &ApiError, how: Doubt) -> Result<(), Trouble> {
    let (world, key) = (run.world, &queued.push.key);
    tracing::warn!(%key, error = %err, "In doubt: the answer was lost, and the next run looks whether it arrived.");
    let what = Note::LostAnswer { what: queued.push.summary.clone(), why: err.message.clone() }.to_string();
    let tx = world.state.begin()?;
    tx.doubt(key, how, &err.message)?;
    tx.advise(key, err.hint.as_deref())?;
    tx.note(key.origin().as_str(), &what, world.clock.now())?;
    tx.commit()?;
    doubt::keep_slowest(run, queued)?;
    run.report.left_in_doubt.insert(key.as_str().to_owned());
    run.report.item_failed(&queued.push, err);
    world.failpoints.hit("doubted")?;
    Ok(())
}

/// What is put off in a request with others for the second time goes out by itself from then on: one of them may be the
/// reason each time.
fn part(tx: &Tx<'_>, queued: &Queued, how: Doubt) -> Result<(), Trouble> {
    if how == Doubt::InCompany && queued.behind {
        tx.go_alone(&queued.push.key)?;
    }
    Ok(())
}
