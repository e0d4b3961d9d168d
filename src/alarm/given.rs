//! Loosely typed fields: the same value comes as a number, as a text, or as a text that holds JSON. Everything is bounded here.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Longest id that is taken, in bytes; Guance's own have 38.
pub const MAX_ID: usize = 128;

/// Longest one-line text, in characters: titles, names, addresses.
const MAX_LINE: usize = 1000;

/// Longest text, in bytes. Source: Guance documents no limit of `df_message`; an issue's reply takes 65,535.
const MAX_TEXT: usize = 65_535;

/// Most tags of one event, and most labels.
const MAX_TAGS: usize = 100;

/// Longest name of a tag, in characters.
const MAX_TAG: usize = 200;

/// Above this a number of seconds is one of milliseconds: it lies in the year 5138.
const MAX_SECONDS: f64 = 100_000_000_000.0;

/// Returns a text, or a number or a truth value as text, without blanks around it; empty where there is none.
pub fn text(fields: &Map<String, Value>, name: &str) -> String {
    let text = match fields.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(is)) => is.to_string(),
        _ => String::new(),
    };
    cut(text, MAX_TEXT)
}

/// The same in one line.
pub fn line(fields: &Map<String, Value>, name: &str) -> String {
    one_line(&text(fields, name))
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_LINE).collect()
}

/// Returns an id: letters, digits, `_`, `-`, `.` and `:` only, since it becomes a part of keys and queries.
pub fn id(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let id = text(fields, name);
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    (!id.is_empty() && id.len() <= MAX_ID && id.bytes().all(legal)).then_some(id)
}

/// Returns a time: seconds or milliseconds since 1970 as number or text, or a text of RFC 3339. Zero and less mean never.
///
/// Source: stored events carry milliseconds, webhooks seconds (Guance documentation, "events", "webhook").
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let Some(number) = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()) else {
        return DateTime::parse_from_rfc3339(value.as_str()?.trim()).ok().map(|time| time.to_utc());
    };
    if !(number.is_finite() && number > 0.0) {
        return None;
    }
    let millis = if number > MAX_SECONDS { number } else { number * 1000.0 };
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and chrono checks the range")]
    DateTime::from_timestamp_millis(millis.round() as i64)
}

/// Returns tags: an object of plain values, or a text that holds one. Values that are something else are left out.
pub fn tags(value: Option<&Value>) -> Vec<(String, String)> {
    let Some(Value::Object(map)) = told(value) else { return Vec::new() };
    let known = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(is) => is.to_string(),
            _ => return None,
        };
        let (name, value) = (one_line(name), one_line(&value));
        (!name.is_empty() && !value.is_empty()).then(|| (name.chars().take(MAX_TAG).collect(), value))
    };
    map.iter().filter_map(known).take(MAX_TAGS).collect()
}

/// Returns labels: an array of texts, or a text that holds one.
pub fn labels(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(all)) = told(value) else { return Vec::new() };
    let texts = all.iter().filter_map(Value::as_str).map(one_line).filter(|label| !label.is_empty());
    texts.take(MAX_TAGS).collect()
}

/// Returns a value, or the one that a text holds as JSON.
fn told(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::String(text) if text.len() <= MAX_TEXT => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

/// Cuts a text to so many bytes, at the end of a character.
pub fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
