//! The form for everything that is no Guance monitor: `{"id", "title", "text", "level", "status", "tags", "url", "at", …}`.
//!
//! `docs/sources/piped.md` documents it. Names that are not in it are left alone.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::alarm::{self, Event, Monitor, State};
use crate::domain::{Fingerprint, IssueId, Person};
use crate::words::PipedFault;

/// What says that it fails.
const FAILS: [&str; 7] = ["", "firing", "fault", "open", "problem", "triggered", "alerting"];

/// What says that it is over.
const IS_OVER: [&str; 5] = ["ok", "resolved", "recovered", "closed", "normal"];

/// Reads an event that arrived then.
///
/// # Errors
/// What it lacks.
pub(super) fn read(map: &Map<String, Value>, arrived: DateTime<Utc>) -> Result<Event, PipedFault> {
    for name in ["id", "title", "text", "level", "status", "url", "event", "monitor", "by"] {
        if matches!(map.get(name), Some(Value::Array(_) | Value::Object(_))) {
            return Err(PipedFault::NotAText { name: name.to_owned() });
        }
    }
    let line = |name: &str| alarm::line(map, name);
    if line("id").is_empty() {
        return Err(if map.contains_key("id") { PipedFault::NoId } else { PipedFault::NoKnownForm });
    }
    let item = alarm::id(map, "id").unwrap_or_else(|| hashed("item", &[&line("id")]));
    let text = alarm::text(map, "text");
    let title = Some(line("title")).filter(|title| !title.is_empty());
    let title = title.or_else(|| text.lines().next().map(|first| first.chars().take(200).collect()));
    let Some(title) = title.filter(|title| !title.is_empty()) else { return Err(PipedFault::NoTitle) };
    let word = line("status");
    let state = match word.to_ascii_lowercase().as_str() {
        fails if FAILS.contains(&fails) => State::Fault,
        over if IS_OVER.contains(&over) => State::Over,
        _ => return Err(PipedFault::UnknownStatus { status: word.chars().take(40).collect() }),
    };
    let at = match map.get("at") {
        None | Some(Value::Null) => None,
        Some(value) => Some(alarm::moment(value).ok_or_else(|| PipedFault::BadTime { name: "at".to_owned() })?),
    };
    // Where nothing tells one event from another, each that arrives is a new one: none is lost.
    let when = at.unwrap_or(arrived).timestamp_millis().to_string();
    let own = alarm::id(map, "event").map(|event| format!("{item}.{event}")).filter(|id| id.len() <= alarm::MAX_ID);
    let unnamed = || hashed("event", &[&item, &when, &word, &line("level"), &line("event"), &title, &text]);
    let level = line("level");
    Ok(Event {
        id: own.unwrap_or_else(unnamed),
        item: IssueId::new(item.clone()),
        names_round: false,
        alarm: item,
        state,
        word: if word.is_empty() || state == State::Fault && !level.is_empty() { level.clone() } else { word },
        level: if state == State::Fault { level } else { String::new() },
        at: at.unwrap_or(arrived),
        stored: arrived,
        started: None,
        title,
        text,
        tags: alarm::tags(map.get("tags")),
        labels: alarm::labels(map.get("labels")),
        monitor: Monitor { id: String::new(), name: line("monitor") },
        by: Person { name: line("by"), ..Person::default() },
        silent: false,
        workspace: String::new(),
        url: line("url"),
    })
}

fn hashed(kind: &str, parts: &[&str]) -> String {
    let (one, other) = (Fingerprint::of(parts), Fingerprint::of(&[parts, &["again"]].concat()));
    format!("{kind}-{one}{other}")
}
