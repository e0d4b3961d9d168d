//! Reads an event of a Guance monitor, as it is stored or as a webhook sends it.
//!
//! Source: Guance documentation, "events" (fields), "webhook", "event template"; what is not documented is taken in every
//! form that was seen. Names that are no `df_…` are not read: a dimension may have any name.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::event::{Event, Monitor, State};
use super::given::{id, labels, line, moment, tags, text};
use crate::domain::{Fingerprint, IssueId, Person};
use crate::words::EventFlaw;

/// The words for an end: recovered, recovered from a data gap, a gap that counts as recovered, ended by hand.
///
/// Source: Guance documentation, "events", `df_status`; the tables of "event levels" say `ok` for all four.
const OVER: [&str; 4] = ["ok", "nodata_ok", "nodata_as_ok", "manual_ok"];

/// The levels of a failure. `info` is none: it says that no threshold was met.
const LEVELS: [&str; 4] = ["critical", "error", "warning", "nodata"];

/// What is read of an event.
const FIELDS: [&str; 27] = [
    "__docid",
    "create_time",
    "date",
    "df_check_range_end",
    "df_dimension_tags",
    "df_event_id",
    "df_event_link",
    "df_fault_id",
    "df_fault_start_time",
    "df_fault_status",
    "df_is_silent",
    "df_issue_start_time",
    "df_label",
    "df_message",
    "df_monitor_checker_event_ref",
    "df_monitor_checker_id",
    "df_monitor_checker_name",
    "df_source",
    "df_status",
    "df_sub_status",
    "df_title",
    "df_user_email",
    "df_user_id",
    "df_user_name",
    "df_workspace_uuid",
    "time",
    "timestamp",
];

/// Returns true for a field that is read; of an event that is kept the others are left out, which may be long and tell of
/// people.
pub fn is_read(name: &str) -> bool {
    FIELDS.contains(&name) || name == "workspace_uuid"
}

/// Reads an event; `None` for one that neither begins nor ends anything: an `info`, an audit event, one that a person made.
///
/// `stored` is when it was stored where it does not tell, and when the check was where it does not tell that either.
///
/// # Errors
/// What it lacks.
pub fn read(fields: &Map<String, Value>, stored: Option<DateTime<Utc>>) -> Result<Option<Event>, EventFlaw> {
    let Some(state) = state(fields)? else { return Ok(None) };
    let alarm = alarm(fields);
    // Of another kind than a monitor's is only what names none.
    if alarm.is_none() && matches!(text(fields, "df_source").as_str(), "audit" | "custom" | "user" | "system") {
        return Ok(None);
    }
    let fault = id(fields, "df_fault_id");
    let Some(alarm) = alarm.or_else(|| fault.clone()) else { return Err(EventFlaw::NoAlarm) };
    let time = |names: &[&str]| names.iter().find_map(|name| moment(fields.get(*name)?));
    let told = time(&["create_time"]).or(stored);
    let Some(at) = time(&["time", "date", "timestamp", "df_check_range_end"]).or(told) else {
        return Err(EventFlaw::NoTime);
    };
    let started = time(&["df_fault_start_time", "df_issue_start_time"]);
    let (item, names_round) = match (fault, started) {
        (Some(fault), _) => (fault, true),
        (None, Some(started)) => (format!("{alarm}.{}", started.timestamp()), true),
        (None, None) => (alarm.clone(), false),
    };
    let status = text(fields, "df_status");
    let [level, word] = match state {
        State::Fault => [status.clone(), filled(text(fields, "df_sub_status"), status)],
        State::Over => [String::new(), filled(text(fields, "df_sub_status"), status)],
    };
    let id = id(fields, "df_event_id").or_else(|| id(fields, "__docid"));
    Ok(Some(Event {
        id: id.unwrap_or_else(|| unnamed(&item, at, &word)),
        item: IssueId::new(item),
        names_round,
        alarm,
        state,
        level,
        word,
        at,
        stored: told.unwrap_or(at),
        started,
        title: line(fields, "df_title"),
        text: text(fields, "df_message"),
        tags: tags(fields.get("df_dimension_tags")),
        labels: labels(fields.get("df_label")),
        monitor: Monitor { id: line(fields, "df_monitor_checker_id"), name: line(fields, "df_monitor_checker_name") },
        by: by(fields),
        silent: text(fields, "df_is_silent").eq_ignore_ascii_case("true"),
        workspace: filled(line(fields, "df_workspace_uuid"), line(fields, "workspace_uuid")),
        url: line(fields, "df_event_link"),
    }))
}

/// Tells what an event says; `None` for neither a failure nor an end.
fn state(fields: &Map<String, Value>) -> Result<Option<State>, EventFlaw> {
    let word = |name: &str| text(fields, name).to_ascii_lowercase();
    let (fault, status, sub) = (word("df_fault_status"), word("df_status"), word("df_sub_status"));
    let is_over = |word: &String| OVER.contains(&word.as_str());
    if fault == "ok" || is_over(&status) || fault.is_empty() && is_over(&sub) {
        return Ok(Some(State::Over));
    }
    if fault.is_empty() && status.is_empty() {
        return Err(EventFlaw::NoStatus);
    }
    // An `info` is none, whatever is said beside it.
    let fails = LEVELS.contains(&status.as_str()) || fault == "fault" && status != "info";
    Ok(fails.then_some(State::Fault))
}

/// Returns what names the alarm in all its rounds: the service's own name for it, else one made of the monitor and the
/// dimensions, which is what that is made of.
fn alarm(fields: &Map<String, Value>) -> Option<String> {
    if let Some(own) = id(fields, "df_monitor_checker_event_ref") {
        return Some(own);
    }
    let monitor = id(fields, "df_monitor_checker_id")?;
    let mut tags = tags(fields.get("df_dimension_tags"));
    tags.sort();
    let parts: Vec<&str> = tags.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    let parts = [&[monitor.as_str()], parts.as_slice()].concat();
    let (one, other) = (Fingerprint::of(&parts), Fingerprint::of(&[parts.as_slice(), &["again"]].concat()));
    Some(format!("alarm-{one}{other}"))
}

/// Returns an id for an event without one: the same event has the same.
fn unnamed(item: &str, at: DateTime<Utc>, word: &str) -> String {
    let at = at.timestamp().to_string();
    let parts = [item, at.as_str(), word];
    let (one, other) = (Fingerprint::of(&parts), Fingerprint::of(&[parts.as_slice(), &["again"]].concat()));
    format!("event-{one}{other}")
}

/// Returns who ended the round by hand.
///
/// Source: Guance documentation, "events", `df_user_id`, `df_user_name`, `df_user_email`.
fn by(fields: &Map<String, Value>) -> Person {
    let email = Some(line(fields, "df_user_email")).filter(|email| email.contains('@'));
    Person { id: line(fields, "df_user_id"), name: line(fields, "df_user_name"), email }
}

fn filled(text: String, otherwise: String) -> String {
    if text.is_empty() { otherwise } else { text }
}
