//! Chat rooms: opened for a run; and for `guajira check` whether they can be reached, and a message to try one out.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use chrono::Utc;

use crate::config::{Config, Room as Configured};
use crate::engine;
use crate::http::Http;
use crate::notify::Room;
use crate::plan::messages::test_message;
use crate::ports::{Clock, Finding, SendError, SendErrorKind, Sink as _};
use crate::words::{CheckWords, Fine, Mend, Tested, Wrong};

use super::exit::Usage;
use super::services::SystemClock;
use super::sides::client;
use super::term;

/// Returns a client for each room, which waits no longer than that for an answer. Nothing is contacted before a message is sent.
///
/// # Errors
/// When a file of certificates cannot be used, or the environment names a proxy that is none.
pub(super) fn clients(config: &Config, longest: Option<Duration>) -> Result<Vec<Http>> {
    if config.rooms.is_empty() {
        return Ok(Vec::new());
    }
    let redactor = Arc::new(config.redactor());
    let client = |one: &Configured| {
        let mut http = one.http.clone();
        http.timeout = longest.map_or(http.timeout, |longest| http.timeout.min(longest));
        client("notify", &one.settings.origin(), &http, &redactor)
    };
    config.rooms.iter().map(client).collect()
}

/// Returns the rooms, each with its client.
pub(super) fn open<'a>(config: &Config, clients: &'a [Http], clock: &'a dyn Clock) -> Vec<Room<'a>> {
    let rooms = config.rooms.iter().zip(clients);
    rooms.map(|(one, http)| Room::new(one.settings.clone(), http, clock)).collect()
}

/// Returns the rooms as a run tells them.
pub(super) fn told<'a>(config: &'a Config, rooms: &'a [Room<'a>]) -> Vec<engine::Room<'a>> {
    let told = |(one, room): (&'a Configured, &'a Room<'a>)| engine::Room { sink: room, wants: &one.subscription };
    config.rooms.iter().zip(rooms).map(told).collect()
}

/// Looks at every room without sending anything into it.
///
/// # Errors
/// As [`clients`].
pub(super) fn look_at(config: &Config) -> Result<Vec<Finding>> {
    let clients = clients(config, None)?;
    let rooms = open(config, &clients, &SystemClock);
    let look = |(one, room): (&Configured, &Room<'_>)| {
        let well = Fine::RoomAnswers { host: one.settings.origin(), signed: one.settings.secret.is_some() };
        finding(one, room.reach(), well)
    };
    Ok(config.rooms.iter().zip(&rooms).map(look).collect())
}

/// Sends a message into one room. It mentions nobody.
///
/// # Errors
/// When there is no such room, and as [`clients`].
pub(super) fn try_out(config: &Config, name: &str) -> Result<Finding> {
    let Some(at) = config.rooms.iter().position(|room| room.settings.name == name) else {
        let names: Vec<&str> = config.rooms.iter().map(|room| room.settings.name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => term::words(CheckWords::NoRooms),
            names => term::words(CheckWords::RoomsAre { names: &names.join(", ") }),
        };
        return Err(Usage::new(term::words(CheckWords::NoSuchRoom { name })).hint(hint).into());
    };
    let clients = clients(config, None)?;
    let rooms = open(config, &clients, &SystemClock);
    let (Some(one), Some(room)) = (config.rooms.get(at), rooms.get(at)) else {
        bail!("a room is missing: this is a bug")
    };
    let message = test_message(name, Utc::now(), &[], one.subscription.lang);
    Ok(finding(one, room.send(&message), Fine::MessageTaken))
}

/// A room that takes nothing holds up nobody: that is no reason not to sync. A refused test message is all that was asked for.
fn finding(one: &Configured, result: Result<(), SendError>, well: Fine) -> Finding {
    let (name, kind) = (one.settings.name.clone(), one.settings.kind.shown().to_owned());
    let what = Tested::Room { name, kind };
    let was_test = well == Fine::MessageTaken;
    match result {
        Ok(()) => Finding::good(what, well),
        Err(error) => {
            let fatal = was_test && error.kind != SendErrorKind::Lost;
            Finding::bad(what, Wrong::Said(error.message), error.hint.map(Mend::Said), fatal)
        }
    }
}
