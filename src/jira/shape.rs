//! A field's value in the shape that its field takes.
//!
//! Source: Jira Cloud REST v3 and Data Center REST v2, `POST /issue`; the developer documentation of custom field types.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::draft::{by_id_or_name, legal_label, one_line};
use super::form::{Choice, ScreenField, pick};
use super::service::Jira;
use super::words::Text;
use crate::domain::{FieldValue, People};
use crate::ports::ApiError;
use crate::text::Doc;
use crate::words::FieldReason;

/// Most choices that a message lists.
const MOST_LISTED: usize = 12;

/// A value, or why there is none.
pub(super) type Shaped = Result<Value, String>;

impl Jira<'_> {
    /// Returns a value as its field takes it; looks for the accounts that it names.
    pub(super) fn shaped(&self, field: &ScreenField, value: &FieldValue, url: &str) -> Result<Shaped, ApiError> {
        if let FieldValue::Json { json } = value {
            return Ok(Ok(json.clone()));
        }
        let cloud = self.is_cloud()?;
        let is_about_people = field.kind == "user" || (field.kind == "array" && field.items == "user");
        if !is_about_people {
            return Ok(plain(field, value, cloud, url));
        }
        let mut accounts = Vec::new();
        for word in several(value) {
            let Some(person) = self.find_person(&People::asked(&word))? else {
                let is_address = word.contains('@');
                let why =
                    if is_address { FieldReason::NoAccountByAddress { word } } else { FieldReason::NoAccount { word } };
                return Ok(Err(why.to_string()));
            };
            accounts.push(if cloud { json!({"accountId": person.id}) } else { json!({"name": person.id}) });
        }
        if field.kind == "array" {
            return Ok(Ok(accounts.into()));
        }
        let one = if accounts.len() == 1 { accounts.pop() } else { None };
        Ok(one.ok_or_else(|| FieldReason::OneAccount.to_string()))
    }
}

/// Returns true when guajira can set a field of this type.
pub(super) fn is_known(field: &ScreenField) -> bool {
    match field.kind.as_str() {
        "array" => matches!(field.items.as_str(), "string" | "option" | "user" | "group" | "version" | "component"),
        "any" => matches!(field.custom.as_str(), "gh-epic-link" | "gh-sprint"),
        kind => matches!(
            kind,
            "string"
                | "number"
                | "option"
                | "option-with-child"
                | "user"
                | "group"
                | "version"
                | "component"
                | "priority"
                | "resolution"
                | "project"
                | "date"
                | "datetime"
        ),
    }
}

/// Returns the value of a field that is not about people.
pub(super) fn plain(field: &ScreenField, value: &FieldValue, cloud: bool, url: &str) -> Shaped {
    if let FieldValue::Json { json } = value {
        return Ok(json.clone());
    }
    match (field.kind.as_str(), field.items.as_str()) {
        ("array", items) => several(value).iter().map(|word| member(field, items, word)).collect(),
        ("option-with-child", _) => cascade(field, value),
        ("string", _) if field.custom == "textarea" || field.id == "environment" => {
            Ok(Text { body: &Doc::from_plain(&one(value)?), origin_url: url }.rich(cloud))
        }
        ("string", _) => Ok(one_line(&one(value)?).into()),
        ("number", _) => number(&one(value)?),
        ("date", _) => date(&one(value)?).map(|date| date.format("%Y-%m-%d").to_string().into()),
        ("datetime", _) => moment(&one(value)?).map(|at| at.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string().into()),
        ("project", _) => Ok(json!({"key": one(value)?})),
        ("any", _) if field.is_epic_link() => Ok(one(value)?.into()),
        ("any", _) if field.custom == "gh-sprint" => number(&one(value)?),
        (kind, _) => member(field, kind, &one(value)?),
    }
}

/// Returns one value, or one of several.
fn member(field: &ScreenField, kind: &str, word: &str) -> Shaped {
    match kind {
        "string" => legal_label(word).map(Value::from).ok_or_else(|| FieldReason::IsEmpty.to_string()),
        "option" => chosen(field.allowed.as_deref(), word).map(|choice| match choice {
            Some(choice) => json!({"id": choice.id}),
            None => json!({"value": word}),
        }),
        "version" | "component" | "priority" | "resolution" => {
            chosen(field.allowed.as_deref(), word).map(|choice| match choice {
                Some(choice) => json!({"id": choice.id}),
                None => by_id_or_name(word),
            })
        }
        "group" => Ok(json!({"name": word})),
        other => Err(FieldReason::UnknownType { kind: other.to_owned() }.to_string()),
    }
}

/// Returns the choice that a word means; `None` where Jira lists none.
pub(super) fn chosen<'a>(allowed: Option<&'a [Choice]>, word: &str) -> Result<Option<&'a Choice>, String> {
    let Some(allowed) = allowed.filter(|allowed| !allowed.is_empty()) else { return Ok(None) };
    pick(allowed, word).map(Some).ok_or_else(|| {
        let mut names: Vec<String> = allowed.iter().map(Choice::shown).take(MOST_LISTED).collect();
        if allowed.len() > MOST_LISTED {
            names.push("…".to_owned());
        }
        FieldReason::NoneOf { word: word.to_owned(), names: names.join(", ") }.to_string()
    })
}

/// A cascading select: `{ value = "A", child = "B" }`, `["A", "B"]`, or `"A / B"`.
fn cascade(field: &ScreenField, value: &FieldValue) -> Shaped {
    let (first, second) = match value {
        FieldValue::Text(text) => match text.split_once(" / ") {
            Some((first, second)) => (first.to_owned(), Some(second.to_owned())),
            None => (text.clone(), None),
        },
        FieldValue::List(all) => match all.as_slice() {
            [first] => (first.clone(), None),
            [first, second] => (first.clone(), Some(second.clone())),
            _ => return Err(FieldReason::ValueAndOneBelow.to_string()),
        },
        FieldValue::Table(parts) => (part(parts, "value")?, parts.get("child").cloned()),
        FieldValue::Json { json } => (json.to_string(), None),
    };
    let parent = chosen(field.allowed.as_deref(), first.trim())?;
    let named = |choice: Option<&Choice>, word: &str| match choice {
        Some(choice) => json!({"id": choice.id}),
        None => json!({"value": word}),
    };
    let mut shaped = named(parent, first.trim());
    if let Some(second) = second.as_deref().map(str::trim) {
        let child = named(chosen(parent.map(|parent| parent.children.as_slice()), second)?, second);
        if let Some(object) = shaped.as_object_mut() {
            object.insert("child".to_owned(), child);
        }
    }
    Ok(shaped)
}

fn part(parts: &BTreeMap<String, String>, name: &str) -> Result<String, String> {
    parts.get(name).cloned().ok_or_else(|| FieldReason::Needs { part: name.to_owned() }.to_string())
}

fn one(value: &FieldValue) -> Result<String, String> {
    match value {
        FieldValue::Text(text) => Ok(text.clone()),
        FieldValue::List(all) => match all.as_slice() {
            [one] => Ok(one.clone()),
            _ => Err(FieldReason::OneValue.to_string()),
        },
        FieldValue::Table(parts) => part(parts, "value"),
        FieldValue::Json { json } => Ok(json.to_string()),
    }
}

/// Returns the words of a list; those of a text are separated by commas.
fn several(value: &FieldValue) -> Vec<String> {
    let words = |text: &str| text.split([',', '，', '\n']).map(str::trim).map(str::to_owned).collect::<Vec<_>>();
    let all = match value {
        FieldValue::Text(text) => words(text),
        FieldValue::List(all) => all.iter().map(|one| one.trim().to_owned()).collect(),
        FieldValue::Table(parts) => parts.values().cloned().collect(),
        FieldValue::Json { json } => vec![json.to_string()],
    };
    all.into_iter().filter(|word| !word.is_empty()).collect()
}

fn number(text: &str) -> Shaped {
    if let Ok(whole) = text.trim().parse::<i64>() {
        return Ok(whole.into());
    }
    let number = text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    number.map(Value::Number).ok_or_else(|| FieldReason::NoNumber { text: text.to_owned() }.to_string())
}

/// Reads a date, or the date of a moment.
fn date(text: &str) -> Result<NaiveDate, String> {
    let start: String = text.trim().chars().take(10).collect();
    NaiveDate::parse_from_str(&start, "%Y-%m-%d").map_err(|_| FieldReason::NoDate { text: text.to_owned() }.to_string())
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    match DateTime::parse_from_rfc3339(text.trim()) {
        Ok(at) => Ok(at.to_utc()),
        Err(_) => date(text).map(|date| date.and_time(NaiveTime::MIN).and_utc()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn field(kind: &str, items: &str, custom: &str, allowed: Option<Value>) -> ScreenField {
        let mut raw = json!({"fieldId": "customfield_1", "name": "F",
            "schema": {"type": kind, "items": items, "custom": format!("com.atlassian.x:{custom}")}});
        if let (Some(allowed), Some(raw)) = (allowed, raw.as_object_mut()) {
            raw.insert("allowedValues".to_owned(), allowed);
        }
        ScreenField::read(&raw)
    }

    fn text(text: &str) -> FieldValue {
        FieldValue::Text(text.to_owned())
    }

    fn list(words: &[&str]) -> FieldValue {
        FieldValue::List(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn every_type_has_its_shape() {
        let options = || Some(json!([{"id": "1", "value": "Red"}, {"id": "2", "value": "Blue"}]));
        let cities = || Some(json!([{"id": "1", "value": "CN", "children": [{"id": "11", "value": "Hangzhou"}]}]));
        let parts = FieldValue::Table(BTreeMap::from([("value".into(), "cn".into()), ("child".into(), "11".into())]));
        for (field, value, want) in [
            (field("string", "", "textfield", None), text("a\nb"), json!("a b")),
            (field("string", "", "url", None), text("https://x/y"), json!("https://x/y")),
            (field("string", "", "textarea", None), text("a *b*"), json!("a \\*b\\*")),
            (field("number", "", "float", None), text(" 4 "), json!(4)),
            (field("number", "", "float", None), text("4.5"), json!(4.5)),
            (field("option", "", "select", options()), text("red"), json!({"id": "1"})),
            (field("option", "", "select", None), text("red"), json!({"value": "red"})),
            (field("array", "option", "multiselect", options()), text("Red, 2"), json!([{"id": "1"}, {"id": "2"}])),
            (field("array", "string", "labels", None), list(&["a b", "c"]), json!(["a-b", "c"])),
            (field("array", "version", "", None), list(&["1.0"]), json!([{"name": "1.0"}])),
            (field("version", "", "version", None), text("7"), json!({"id": "7"})),
            (field("array", "component", "", options()), list(&["Blue"]), json!([{"id": "2"}])),
            (field("group", "", "grouppicker", None), text("ops"), json!({"name": "ops"})),
            (field("date", "", "datepicker", None), text("2026-11-22T10:00:00Z"), json!("2026-11-22")),
            (
                field("datetime", "", "datetime", None),
                text("2026-11-22T10:00:00+08:00"),
                json!("2026-11-22T02:00:00.000+0000"),
            ),
            (field("datetime", "", "datetime", None), text("2026-11-22"), json!("2026-11-22T00:00:00.000+0000")),
            (
                field("option-with-child", "", "", cities()),
                text("CN / Hangzhou"),
                json!({"id": "1", "child": {"id": "11"}}),
            ),
            (field("option-with-child", "", "", cities()), parts, json!({"id": "1", "child": {"id": "11"}})),
            (
                field("option-with-child", "", "", None),
                list(&["a", "b"]),
                json!({"value": "a", "child": {"value": "b"}}),
            ),
            (field("any", "", "gh-epic-link", None), text("OPS-1"), json!("OPS-1")),
            (field("project", "", "project", None), text("OPS"), json!({"key": "OPS"})),
        ] {
            assert_eq!(plain(&field, &value, false, "https://g"), Ok(want), "{field:?} {value:?}");
            assert!(is_known(&field), "{field:?}");
        }
        let area = plain(&field("string", "", "textarea", None), &text("a"), true, "https://g").unwrap();
        assert_eq!(area.get("type"), Some(&json!("doc")));
    }

    #[test]
    fn what_does_not_fit_says_why() {
        let options = || Some(json!([{"id": "1", "value": "Red"}, {"id": "2", "value": "Blue"}]));
        for (field, value, want) in [
            (field("number", "", "float", None), text("many"), "\"many\" is not a number"),
            (field("number", "", "float", None), text("NaN"), "\"NaN\" is not a number"),
            (field("option", "", "select", options()), text("Green"), "\"Green\" is none of Red, Blue"),
            (field("option", "", "select", options()), list(&["Red", "Blue"]), "takes one value"),
            (field("date", "", "datepicker", None), text("soon"), "\"soon\" is not a date such as 2026-11-22"),
            (field("sd-feedback", "", "", None), text("x"), "guajira cannot set a field of type \"sd-feedback\""),
            (field("any", "", "other", None), text("x"), "guajira cannot set a field of type \"any\""),
        ] {
            assert_eq!(plain(&field, &value, false, "https://g"), Err(want.to_owned()));
        }
    }
}
