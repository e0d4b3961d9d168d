//! Sends what chat rooms are to be told, each message once at most.
//!
//! INVARIANT: nothing here changes what is carried: a room that takes nothing costs the run no more than [`SHARE`] of its
//! time and a request.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::queue::back_off;
use super::report::ItemFailure;
use super::run::{Run, Trouble, delta};
use super::tell;
use super::world::Room;
use crate::domain::Message;
use crate::plan::messages::digest;
use crate::ports::{SendError, SendErrorKind};
use crate::state::{SendFailure, State, WaitingMessage};
use crate::words::{EngineFault, NotifyHint};

/// The part of the run's time that messages may take, and the longest.
const SHARE: u32 = 12;
const LONGEST_SHARE: Duration = Duration::from_secs(10);

/// Most messages that become one.
const MOST_TOGETHER: usize = 200;

/// Tells the rooms what waits for them.
///
/// # Errors
/// When the state file fails, or a test injected a crash.
pub(super) fn tell(run: &mut Run<'_>) -> Result<()> {
    match rooms(run) {
        Ok(()) => Ok(()),
        Err(Trouble::Fatal(err)) => Err(err),
        Err(Trouble::Api(err)) => Err(err.into()),
    }
}

fn rooms(run: &mut Run<'_>) -> Result<(), Trouble> {
    let world = run.world;
    if world.rooms.all.is_empty() {
        return Ok(());
    }
    if !run.order.dry_run {
        tell::sides(run)?;
        cut_off(run)?;
        let share = (world.settings.limits.max_runtime / SHARE).min(LONGEST_SHARE);
        let until = world.clock.now() + delta(share);
        // What failed last has the time that the others leave.
        for has_failed in [false, true] {
            for room in world.rooms.all {
                if world.state.has_room_failed(&room.sink.about().name)? == has_failed || has_failed {
                    one_room(run, room, until, !has_failed)?;
                }
            }
        }
    }
    let backlog = world.state.message_backlog()?;
    run.report.messages.backlog = backlog;
    Ok(())
}

/// A run that was cut off may have sent what it left in flight. What waits for a room that is not configured any more will never be sent.
fn cut_off(run: &Run<'_>) -> Result<(), Trouble> {
    let (error, hint) = (EngineFault::NoAnswer.to_string(), String::from(NotifyHint::LookIntoRoom));
    let sinks: Vec<&str> = run.world.rooms.all.iter().map(|room| room.sink.about().name.as_str()).collect();
    let tx = run.world.state.begin()?;
    tx.forget_other_rooms(&sinks)?;
    let count = tx.messages_cut_off(SendFailure { error: &error, hint: Some(&hint) })?;
    tx.commit()?;
    if count > 0 {
        tracing::warn!(count, "Messages were in flight when a run was cut off: they count as sent.");
    }
    Ok(())
}

/// Sends what waits for a room, as far as its pace and the time go. The first message goes in any case where that is said.
fn one_room(run: &mut Run<'_>, room: &Room<'_>, until: DateTime<Utc>, first_goes: bool) -> Result<(), Trouble> {
    let world = run.world;
    let about = room.sink.about();
    if run.report.messages.tried.contains(&about.name) {
        return Ok(());
    }
    let record = world.rooms.record.unwrap_or(world.state);
    let mut may_go = first_goes;
    loop {
        let now = world.clock.now();
        if world.stop.requested() || (now >= until && !may_go) {
            return Ok(());
        }
        let waiting = world.state.waiting_messages(&about.name, MOST_TOGETHER)?;
        let Some(first) = waiting.first().filter(|first| !State::is_put_off(first.not_before, now)) else {
            return Ok(());
        };
        let next = about.pace.next(&record.sent_to(&about.name, now)?, now);
        if next > now {
            if next > until {
                return Ok(());
            }
            world.clock.sleep((next - now).to_std().unwrap_or_default());
            continue;
        }
        may_go = false;
        run.report.messages.tried.insert(about.name.clone());
        let messages: Vec<Message> = waiting.iter().map(|one| one.message.clone()).collect();
        let goes_on = match digest(&messages, room.wants.lang) {
            Some(all) => send(run, room, record, &all, &waiting)?,
            None => send(run, room, record, &first.message, std::slice::from_ref(first))?,
        };
        if !goes_on {
            return Ok(());
        }
    }
}

/// Sends one message, be it instead of many; returns whether the room takes more.
fn send(
    run: &mut Run<'_>,
    room: &Room<'_>,
    record: &State,
    message: &Message,
    of: &[WaitingMessage],
) -> Result<bool, Trouble> {
    let world = run.world;
    let sink = room.sink.about().name.as_str();
    let keys: Vec<&str> = of.iter().map(|one| one.key.as_str()).collect();
    let now = world.clock.now();
    // In this order: without a record of it nothing may leave.
    record.record_sent_to(sink, now)?;
    let tx = world.state.begin()?;
    tx.message_leaves(&keys, now)?;
    tx.commit()?;
    world.failpoints.hit("message in flight")?;
    let result = room.sink.send(message);
    world.failpoints.hit("message sent")?;
    let tx = world.state.begin()?;
    let goes_on = match &result {
        Ok(()) => {
            tracing::info!(sink, count = of.len(), "Room told.");
            tx.message_sent(&keys, None)?;
            run.report.messages.sent += of.len();
            true
        }
        Err(err) => {
            tracing::warn!(sink, error = %err, "Room not told.");
            failed(run, &tx, err, &keys, of)?
        }
    };
    tx.commit()?;
    world.failpoints.hit("message settled")?;
    Ok(goes_on)
}

/// Records why a message did not arrive, or nobody knows whether it did; returns whether the room may take another one.
fn failed(
    run: &mut Run<'_>,
    tx: &crate::state::Tx<'_>,
    err: &SendError,
    keys: &[&str],
    of: &[WaitingMessage],
) -> Result<bool, Trouble> {
    let why = SendFailure { error: &err.message, hint: err.hint.as_deref() };
    let attempts = of.iter().map(|one| one.attempts).max().unwrap_or(0);
    let now = run.world.clock.now();
    match err.kind {
        SendErrorKind::Lost => {
            tx.message_sent(keys, Some(why))?;
            run.report.messages.lost += of.len();
            Ok(false)
        }
        SendErrorKind::NotSent { retry_after } => {
            let wait = back_off(attempts).max(delta(retry_after.unwrap_or_default()));
            tx.message_waits(keys, now + wait, why)?;
            Ok(false)
        }
        SendErrorKind::Unauthorized => {
            tx.message_waits(keys, now + back_off(attempts), why)?;
            // One line is enough: whatever is sent there fails so.
            fails(run, of.get(..1).unwrap_or_default(), err, None);
            Ok(false)
        }
        SendErrorKind::Refused => {
            tx.message_dies(keys, why)?;
            fails(run, of, err, Some("dead"));
            Ok(true)
        }
    }
}

fn fails(run: &mut Run<'_>, of: &[WaitingMessage], err: &SendError, stage: Option<&'static str>) {
    let failures = of.iter().map(|one| ItemFailure {
        item: one.key.clone(),
        summary: one.summary.clone(),
        stage,
        message: err.message.clone(),
        hint: err.hint.clone(),
    });
    run.report.messages.failed.extend(failures);
}
