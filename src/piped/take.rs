//! From the bytes of an input to events, good and broken ones told apart.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::generic;
use super::payload::{is_guance, pieces};
use crate::alarm::{self, Event};
use crate::words::{Lang, Message as _, PipedFault, PipedWords};

/// An event that is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// What it says.
    pub event: Event,
    /// What is to be kept of it, as compact JSON: [`event`] reads it again.
    pub payload: String,
}

/// A payload that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which payload of the input, from 1.
    pub number: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What is wrong with it, and how to mend it.
    pub why: PipedFault,
}

impl Fault {
    /// Says where it is and what is wrong, in a language.
    pub fn told(&self, lang: Lang) -> String {
        let why = self.why.in_lang(lang);
        PipedWords::At { number: self.number, line: self.line, why: &why }.in_lang(lang)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

/// What an input held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Its payloads, in their order.
    pub events: Vec<Result<Taken, Fault>>,
    /// How many others were no alarms: nothing begins or ends with them.
    pub passed_over: usize,
}

/// Reads an input that arrived then: an object, an array, one per line, or several in a row.
///
/// At most [`MAX_INPUT`](super::MAX_INPUT) bytes and [`MAX_EVENTS`](super::MAX_EVENTS) payloads of it are read; where there
/// is more, the last element says so.
pub fn read(bytes: &[u8], arrived: DateTime<Utc>) -> Reading {
    let mut reading = Reading::default();
    for (n, piece) in pieces(bytes).into_iter().enumerate() {
        let read = piece.value.and_then(|map| Ok(understood(&map, arrived)?.map(|event| (event, map))));
        match read {
            Ok(Some((event, map))) => {
                reading.events.push(Ok(Taken { event, payload: Value::Object(map).to_string() }));
            }
            Ok(None) => reading.passed_over += 1,
            Err(why) => reading.events.push(Err(Fault { number: n + 1, line: piece.line, why })),
        }
    }
    reading
}

/// Reads a payload that was kept, and arrived then; `None` for one that is no alarm.
///
/// # Errors
/// What is wrong with it.
pub fn event(payload: &str, arrived: DateTime<Utc>) -> Result<Option<Event>, PipedFault> {
    let value = serde_json::from_str(payload).map_err(|error| PipedFault::NotJson { why: error.to_string() })?;
    let Value::Object(map) = value else { return Err(PipedFault::NotAnObject) };
    understood(&map, arrived)
}

fn understood(map: &Map<String, Value>, arrived: DateTime<Utc>) -> Result<Option<Event>, PipedFault> {
    if !is_guance(map) {
        return generic::read(map, arrived).map(Some);
    }
    let event = alarm::read(map, Some(arrived)).map_err(PipedFault::Event)?;
    // The order in which events arrived is known for certain; when the service stored them says nothing about that.
    Ok(event.map(|event| Event { stored: arrived, ..event }))
}
