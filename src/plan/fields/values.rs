//! Values of fields that follow their source.
//!
//! What a route makes of an item is a value in words; Jira keeps it in the shape of its field. So the base keeps the source's
//! value as it was made, and of Jira's a print that neither another name of an option or a person nor another address changes.

use serde_json::Value;

use super::alike::{same_body, same_title};
use crate::domain::{FieldValue, Fingerprint};
use crate::text::{Doc, adf, wiki};

/// Longest value that the base keeps as it was made, in bytes; of a longer one it keeps the fingerprint.
const MOST_KEPT: usize = 4_000;

/// By what Jira's values are known, the surest first. A name may change, an id does not.
const IDS: [&str; 6] = ["accountId", "id", "key", "name", "value", "groupId"];

/// What a word of the configuration may mean of a value.
const NAMES: [&str; 8] = ["accountId", "id", "key", "name", "value", "displayName", "emailAddress", "groupId"];

/// Returns how the base keeps what a route makes of an item.
pub(super) fn made(value: Option<&FieldValue>) -> String {
    let Some(value) = value else { return String::new() };
    let made = serde_json::to_string(value).unwrap_or_default();
    if made.len() > MOST_KEPT { Fingerprint::of(&[&made]).as_str().to_owned() } else { made }
}

/// Returns how the base keeps what Jira says; nothing for an empty field.
pub(super) fn print(told: &Value) -> String {
    let print = known_by(told);
    if print.is_empty() { print } else { Fingerprint::of(&[&print]).as_str().to_owned() }
}

fn known_by(told: &Value) -> String {
    match told {
        Value::Null => String::new(),
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) => told.to_string(),
        Value::Array(all) => {
            let mut all: Vec<String> = all.iter().map(known_by).filter(|one| !one.is_empty()).collect();
            all.sort_unstable();
            all.join("\n")
        }
        Value::Object(_) if is_text(told) => adf::read(told).canonical(),
        Value::Object(parts) => match IDS.iter().find_map(|name| text(told, name)) {
            Some(id) => {
                let child = parts.get("child").map(known_by).unwrap_or_default();
                if child.is_empty() { id } else { format!("{id}\t{child}") }
            }
            None => told.to_string(),
        },
    }
}

/// Returns true when Jira says this in a field.
pub(super) fn says(wanted: Option<&FieldValue>, told: &Value) -> bool {
    match wanted {
        None => told.is_null(),
        Some(FieldValue::Json { json }) => covers(json, told),
        Some(FieldValue::Table(parts)) => {
            let of = |name: &str| parts.get(name).map(String::as_str);
            let child = told.get("child").unwrap_or(&Value::Null);
            of("value").is_some_and(|word| means(word, told)) && of("child").is_none_or(|word| means(word, child))
        }
        Some(FieldValue::Text(word)) => match told {
            Value::Array(all) => same_set(&words_of(word), all, |word, one| means(word, one)),
            _ => means(word, told) || word.split_once(" / ").is_some_and(|pair| is_cascade(pair, told, &means)),
        },
        Some(FieldValue::List(all)) => match (told, all.as_slice()) {
            (Value::Array(told), all) => same_set(all, told, |word, one| means(word, one)),
            (_, [word]) => means(word, told),
            (_, [first, second]) => is_cascade((first, second), told, &means),
            _ => false,
        },
    }
}

fn is_cascade((first, second): (&str, &str), told: &Value, means: &dyn Fn(&str, &Value) -> bool) -> bool {
    means(first.trim(), told) && told.get("child").is_some_and(|child| means(second.trim(), child))
}

/// Returns true when each of both is one of the other, in any order.
fn same_set<T>(wanted: &[T], told: &[Value], is: impl Fn(&T, &Value) -> bool) -> bool {
    let is = &is;
    wanted.iter().all(|one| told.iter().any(|other| is(one, other)))
        && told.iter().all(|other| wanted.iter().any(|one| is(one, other)))
}

/// Returns true when a value of Jira's is what a word means.
fn means(word: &str, told: &Value) -> bool {
    let word = word.trim();
    match told {
        Value::Null => word.is_empty(),
        Value::Bool(flag) => word == flag.to_string(),
        Value::Number(number) => word.parse::<f64>().ok() == number.as_f64(),
        Value::String(text) => {
            let is_label = || word.split_whitespace().collect::<Vec<_>>().join("-") == *text;
            let is_date = || text.len() == 10 && word.starts_with(text.as_str());
            same_title(word, text)
                || is_label()
                || is_date()
                || same_time(word, text)
                || same_body(&Doc::from_plain(word), &wiki::read(text))
        }
        Value::Array(_) => false,
        Value::Object(_) if is_text(told) => same_body(&Doc::from_plain(word), &adf::read(told)),
        Value::Object(_) => {
            let is_called = |text: &String| text.eq_ignore_ascii_case(word) || same_title(word, text);
            NAMES.iter().any(|name| text(told, name).as_ref().is_some_and(is_called))
        }
    }
}

fn same_time(one: &str, other: &str) -> bool {
    let read = |text: &str| {
        let zoned = chrono::DateTime::parse_from_rfc3339(text);
        let jira = || chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
        let day =
            || chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(chrono::NaiveTime::MIN));
        zoned.or_else(|_| jira()).map(|at| at.naive_utc()).or_else(|_| day()).ok()
    };
    // Jira keeps minutes.
    matches!((read(one), read(other)), (Some(one), Some(other)) if (one - other).num_seconds().abs() < 60)
}

/// Returns true when Jira's value says what was sent: it may say more.
fn covers(sent: &Value, told: &Value) -> bool {
    let same_words = |one: &Value, other: &Value| {
        matches!((scalar(one), scalar(other)), (Some(one), Some(other)) if one == other || same_time(&one, &other))
            || matches!((one, other), (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64())
    };
    match (sent, told) {
        (Value::Null, told) => told.is_null(),
        (Value::Array(sent), Value::Array(told)) => same_set(sent, told, covers),
        (Value::Object(_), _) if is_text(sent) => match told {
            Value::String(text) => same_body(&adf::read(sent), &wiki::read(text)),
            told => same_body(&adf::read(sent), &adf::read(told)),
        },
        (Value::Object(sent), Value::Object(told)) => {
            sent.iter().all(|(name, one)| told.get(name).is_some_and(|other| covers(one, other)))
        }
        // An add-on may take an id and tell a thing.
        (sent, Value::Object(told)) => IDS.iter().any(|name| told.get(*name).is_some_and(|one| same_words(sent, one))),
        (Value::String(sent), Value::String(told)) => {
            same_title(sent, told) || same_time(sent, told) || same_body(&wiki::read(sent), &wiki::read(told))
        }
        (sent, told) => same_words(sent, told),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(scalar).filter(|text| !text.is_empty())
}

fn is_text(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("doc") && value.get("content").is_some()
}

/// Returns the words of a text, which commas separate.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split([',', '，', '\n']).map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn one(word: &str) -> FieldValue {
        FieldValue::Text(word.to_owned())
    }

    fn list(words: &[&str]) -> FieldValue {
        FieldValue::List(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_value_is_known_in_the_shape_in_which_jira_tells_it() {
        let option = |id: &str, value: &str| json!({"self": "https://x/option", "id": id, "value": value});
        let user = json!({"accountId": "712020:a1", "displayName": "Ada", "active": true, "avatarUrls": {}});
        let on_server = json!({"name": "ada", "key": "JIRAUSER1", "displayName": "Ada", "emailAddress": "ada@x"});
        let cn = json!({"id": "1", "value": "CN", "child": {"id": "11", "value": "Hangzhou"}});
        let table = FieldValue::Table(BTreeMap::from([("value".into(), "cn".into()), ("child".into(), "11".into())]));
        let json = |json: Value| FieldValue::Json { json };
        let doc = adf::write(&Doc::from_plain("a *b*\n\nc"), 1000, "");
        for (wanted, told, want) in [
            (one("eu"), json!("eu"), true),
            (one("eu"), json!("eu "), true),
            (one("eu"), json!("us"), false),
            (one("eu"), json!(null), false),
            (one("a\nb"), json!("a b"), true),
            (one(" 4 "), json!(4.0), true),
            (one("5"), json!(4.0), false),
            (one("a *b*\n\nc"), json!("a \\*b\\*\r\n\r\nc"), true),
            (one("a *b*\n\nc"), doc.clone(), true),
            (one("a *b*\n\nd"), doc.clone(), false),
            (one("2026-11-22T10:00:00Z"), json!("2026-11-22"), true),
            (one("2026-11-22T10:00:30+08:00"), json!("2026-11-22T02:00:00.000+0000"), true),
            (one("2026-11-22T10:00:00+08:00"), json!("2026-11-22T10:00:00.000+0000"), false),
            (one("red"), option("1", "Red"), true),
            (one("1"), option("1", "Red"), true),
            (one("blue"), option("1", "Red"), false),
            (one("Red, 2"), json!([option("2", "Blue"), option("1", "Red")]), true),
            (one("Red"), json!([option("2", "Blue"), option("1", "Red")]), false),
            (list(&["a b", "c"]), json!(["c", "a-b"]), true),
            (one("CN / Hangzhou"), cn.clone(), true),
            (list(&["CN", "Hangzhou"]), cn.clone(), true),
            (list(&["CN", "Ningbo"]), cn.clone(), false),
            (table, cn.clone(), true),
            (one("ada"), on_server.clone(), true),
            (one("ADA@x"), on_server, true),
            (one("712020:a1"), user.clone(), true),
            (one("712020:a2"), user, false),
            (json(json!({"id": "1"})), option("1", "Red"), true),
            (json(json!({"value": "Red"})), option("1", "Red"), true),
            (json(json!({"id": "2"})), option("1", "Red"), false),
            (json(json!([{"id": "1"}])), json!([option("1", "Red")]), true),
            (json(json!(42)), json!({"id": 42, "value": "Account"}), true),
            (json(json!("42")), json!({"id": 42}), true),
            (json(json!(2)), json!(2.0), true),
            (json(json!({"child": {"id": "11"}})), cn, true),
            (json(json!(null)), json!(null), true),
            (json(json!(null)), json!("x"), false),
            (json(doc), json!("a \\*b\\*\r\n\r\nc"), true),
        ] {
            assert_eq!(says(Some(&wanted), &told), want, "{wanted:?} {told}");
        }
        assert!(says(None, &json!(null)) && !says(None, &json!("x")));
    }

    #[test]
    fn a_print_changes_with_the_value_alone() {
        for (before, after, same) in [
            (
                json!({"id": "1", "value": "Red", "self": "a"}),
                json!({"id": "1", "value": "Crimson", "self": "b"}),
                true,
            ),
            (json!({"id": "1", "value": "Red"}), json!({"id": "2", "value": "Red"}), false),
            (json!([{"id": "1"}, {"id": "2"}]), json!([{"id": "2"}, {"id": "1"}]), true),
            (json!([{"id": "1"}, {"id": "2"}]), json!([{"id": "1"}]), false),
            (json!("a\nb"), json!("a\r\nb "), true),
            (json!("eu"), json!(null), false),
            (json!(4), json!(5), false),
            (json!({"id": "1", "child": {"id": "2"}}), json!({"id": "1"}), false),
            (json!({"accountId": "a", "displayName": "Ada"}), json!({"accountId": "a", "displayName": "Ada B"}), true),
            (json!({"odd": 1}), json!({"odd": 2}), false),
        ] {
            assert_eq!(print(&before) == print(&after), same, "{before} {after}");
        }
        assert_eq!(print(&json!(null)), "");
    }
}
