//! Writes that go back into the outbox: when each is tried again, and why it has to wait.

use chrono::{DateTime, TimeDelta, Utc};

use super::run::{Run, Trouble};
use crate::domain::{Key, Push};
use crate::ports::ApiError;
use crate::state::{Deferral, Tx};
use crate::words::Note;

/// The first and the longest wait before a failed write is tried again; each failure doubles it.
const BACK_OFF: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));

/// How soon a write is tried again that needs what could not be had.
pub(super) const LATER: TimeDelta = TimeDelta::minutes(1);

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

/// Puts a write back for a moment: it did not fail.
pub(super) fn try_later(run: &Run<'_>, key: &Key, why: &str) -> Result<(), Trouble> {
    let not_before = run.world.clock.now() + LATER;
    put_back(run, key, Deferral { not_before, counts: false }, Some(why))
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

/// Keeps how to mend what put a write off, and that it failed.
pub(super) fn advise(run: &Run<'_>, push: &Push, err: &ApiError) -> Result<(), Trouble> {
    let tx = run.world.state.begin()?;
    note_failure(&tx, push, err, run.world.clock.now())?;
    tx.commit()?;
    Ok(())
}

/// The same within a transaction.
pub(super) fn note_failure(tx: &Tx<'_>, push: &Push, err: &ApiError, now: DateTime<Utc>) -> Result<(), Trouble> {
    tx.advise(&push.key, err.hint.as_deref())?;
    tx.note(
        push.key.origin().as_str(),
        &Note::FailedAgain { what: push.summary.clone(), why: err.message.clone() }.to_string(),
        now,
    )?;
    Ok(())
}
