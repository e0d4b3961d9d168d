//! Rows as they travel, in the words of either service: tolerant of missing, odd and unknown fields, strict about ids.

use chrono::{DateTime, Utc};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An alert, in a list or by itself.
///
/// Source: Opsgenie API, `GET /v2/alerts` and `GET /v2/alerts/{identifier}` (rows of the list hold neither `description` nor
/// `details` nor `entity`); JSM Operations REST API, `GET /v1/alerts` and `GET /v1/alerts/{id}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertRow {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "text")]
    pub(super) tiny_id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) alias: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) message: String,
    /// `None` where the row does not tell, as in a list.
    #[serde(default, deserialize_with = "told")]
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "truth")]
    pub(super) acknowledged: bool,
    #[serde(default, deserialize_with = "truth")]
    pub(super) snoozed: bool,
    /// How often it has occurred; Opsgenie stops counting at 100.
    #[serde(default, deserialize_with = "count")]
    pub(super) count: u32,
    /// JSM spells it with one `r`.
    #[serde(default, alias = "lastOccuredAt", deserialize_with = "time")]
    pub(super) last_occurred_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub(super) updated_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "text")]
    pub(super) priority: String,
    /// An e-mail address on Opsgenie, a name on JSM.
    #[serde(default, deserialize_with = "text")]
    pub(super) owner: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) source: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) entity: String,
    #[serde(default, deserialize_with = "texts")]
    pub(super) tags: Vec<String>,
    /// What people and programs have put there: `extraProperties` on JSM.
    #[serde(default, alias = "extraProperties", deserialize_with = "object")]
    pub(super) details: Map<String, Value>,
    #[serde(default, deserialize_with = "list")]
    pub(super) responders: Vec<Responder>,
    #[serde(default, deserialize_with = "list")]
    pub(super) teams: Vec<Responder>,
    #[serde(default, deserialize_with = "text")]
    pub(super) owner_team_id: String,
    /// An object on Opsgenie, in older answers a text.
    #[serde(default)]
    pub(super) integration: Value,
    #[serde(default, deserialize_with = "text")]
    pub(super) integration_type: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) integration_name: String,
    #[serde(default)]
    pub(super) report: Value,
}

impl AlertRow {
    /// Returns false for a row of a list that leaves out what only the alert itself tells.
    pub(super) fn is_whole(&self) -> bool {
        self.description.is_some()
    }

    /// Returns the kind of the integration that made it (`API`, `Jira`), and its name.
    pub(super) fn integration(&self) -> (&str, &str) {
        let inside = |key: &str| self.integration.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = if self.integration_type.is_empty() { inside("type") } else { &self.integration_type };
        let name = if self.integration_name.is_empty() { inside("name") } else { &self.integration_name };
        let name = if name.is_empty() { self.integration.as_str().unwrap_or_default() } else { name };
        (kind, name)
    }

    /// Returns who closed it, where it tells: Opsgenie does.
    pub(super) fn reported(&self, key: &str) -> &str {
        self.report.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns when it last changed, as far as it tells.
    pub(super) fn changed_at(&self) -> Option<DateTime<Utc>> {
        self.updated_at.max(self.last_occurred_at).max(self.created_at)
    }
}

/// Whom an alert calls: a team, a person, an escalation, a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Responder {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) username: String,
}

/// A note of an alert.
///
/// Source: Opsgenie API, `GET /v2/alerts/{identifier}/notes`: `note`, `owner`, `createdAt`, `offset`, and no id. JSM Operations
/// REST API, `GET /v1/alerts/{id}/notes`: `id`, `note`, `owner`, `createdAt`, `updatedAt`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NoteRow {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) note: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) owner: String,
    #[serde(default, deserialize_with = "time")]
    pub(super) created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "time")]
    pub(super) updated_at: Option<DateTime<Utc>>,
}

/// A schedule, an integration, a sync, or an action of one: all we need of each.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
    /// `None` where it does not tell.
    #[serde(default, deserialize_with = "perhaps")]
    pub(super) enabled: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    pub(super) team_id: String,
    #[serde(default)]
    pub(super) owner_team: Value,
}

impl Named {
    /// Returns the id of the team that it belongs to; empty where there is none.
    pub(super) fn team(&self) -> &str {
        let owner = || self.owner_team.get("id").and_then(Value::as_str).unwrap_or_default();
        if self.team_id.is_empty() { owner() } else { &self.team_id }
    }
}

/// An id that may be put into an address: letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "Value", into = "String")]
pub(super) struct Id(String);

/// Longest id that is taken, in bytes; the services' own have 50.
const MAX_ID_BYTES: usize = 128;

impl Id {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns an id, if it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let is_id = !text.is_empty() && text.len() <= MAX_ID_BYTES && text.bytes().all(legal);
        is_id.then(|| Self(text.to_owned()))
    }
}

impl TryFrom<Value> for Id {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        value.as_str().and_then(Self::parse).ok_or_else(|| "id is not an id".to_owned())
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

/// The rows of a list answer, and whether it names a next page.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// The address of the next page: from the root, or whole; empty where there is none.
    pub(super) next: String,
}

impl Page {
    /// Reads a list in any of its shapes: `data` and `paging`, `values` and `links`, or a bare array. `None` for anything
    /// else.
    pub(super) fn read(answer: Value) -> Option<Self> {
        let mut object = match answer {
            Value::Array(rows) => return Some(Self { rows, next: String::new() }),
            Value::Object(object) => object,
            _ => return None,
        };
        let next = |key: &str| object.get(key).and_then(|links| links.get("next")?.as_str()).unwrap_or_default();
        let next = [next("paging"), next("links")].concat();
        match ["data", "values"].into_iter().find_map(|key| object.remove(key)) {
            Some(Value::Array(rows)) => Some(Self { rows, next }),
            Some(Value::Null) => Some(Self { rows: Vec::new(), next }),
            _ => None,
        }
    }
}

/// Text, or a number as text; nothing else is worth failing a row for.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Text that is known to be none where it is null.
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(Some)
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let Value::Array(all) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(all.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
}

fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    perhaps(deserializer).map(|told| told == Some(true))
}

fn perhaps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(truth) => Some(truth),
        Value::String(word) => word.parse().ok(),
        _ => None,
    })
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default())
}

fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(if let Value::Object(object) = Value::deserialize(deserializer)? { object } else { Map::new() })
}

fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Responder>, D::Error> {
    let Value::Array(all) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(moment(&Value::deserialize(deserializer)?))
}

/// Reads a time: ISO 8601 with any number of digits of a second, or a number since 1970 whose size tells its unit (Atlassian's
/// own example of a webhook has nanoseconds beside milliseconds).
pub(super) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    if let Some(text) = value.as_str()
        && let Ok(time) = DateTime::parse_from_rfc3339(text.trim())
    {
        return Some(time.with_timezone(&Utc)).filter(|time| time.timestamp() > 0);
    }
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| *number > 0)?;
    match number {
        0..100_000_000_000 => DateTime::from_timestamp(number, 0),
        100_000_000_000..100_000_000_000_000 => DateTime::from_timestamp_millis(number),
        100_000_000_000_000..100_000_000_000_000_000 => DateTime::from_timestamp_micros(number),
        _ => Some(DateTime::from_timestamp_nanos(number)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn times_come_in_many_forms() {
        for (value, want) in [
            (json!("2023-09-26T17:51:00Z"), Some("2023-09-26T17:51:00+00:00")),
            (json!("2023-09-16T12:23:22.1Z"), Some("2023-09-16T12:23:22.100+00:00")),
            (json!("2023-09-16T12:23:22.17Z"), Some("2023-09-16T12:23:22.170+00:00")),
            (json!("2023-09-16T12:23:22.321Z"), Some("2023-09-16T12:23:22.321+00:00")),
            (json!("2023-12-15T17:20:25+02:00"), Some("2023-12-15T15:20:25+00:00")),
            (json!(1_420_452_193), Some("2015-01-05T10:03:13+00:00")),
            (json!(1_420_452_193_166_i64), Some("2015-01-05T10:03:13.166+00:00")),
            (json!(1_420_452_193_166_002_i64), Some("2015-01-05T10:03:13.166002+00:00")),
            (json!(1_420_452_193_166_002_000_i64), Some("2015-01-05T10:03:13.166002+00:00")),
            (json!(-1), None),
            (json!("soon"), None),
            (json!(null), None),
            (json!({}), None),
        ] {
            assert_eq!(moment(&value).map(|t| t.to_rfc3339()).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn an_odd_field_does_not_cost_the_row() {
        let row: AlertRow = serde_json::from_value(json!({
            "id": "a-1", "tinyId": 7, "message": null, "status": [], "acknowledged": "true", "count": "3", "tags": "x",
            "details": [], "responders": {"id": 1}, "teams": [{"id": "t"}, 7], "integration": "Default API", "owner": {},
            "createdAt": 1_694_867_002_321_i64, "lastOccuredAt": "2023-09-16T12:23:22Z", "report": null, "new": {"x": 1},
        }))
        .unwrap();
        assert_eq!((row.tiny_id.as_str(), row.message.as_str(), row.status.as_str()), ("7", "", ""));
        assert_eq!((row.acknowledged, row.count, row.tags.len(), row.teams.len()), (true, 3, 0, 1));
        assert_eq!(row.integration(), ("", "Default API"));
        assert!(row.last_occurred_at.is_some() && !row.is_whole());
        let jsm = json!({"id": "a-2", "description": null, "integrationType": "API", "integrationName": "Prometheus",
            "extraProperties": {"env": "prod", "paged": true}});
        let row: AlertRow = serde_json::from_value(jsm).unwrap();
        assert_eq!((row.integration(), row.details.len(), row.is_whole()), (("API", "Prometheus"), 2, true));
        let again: AlertRow = serde_json::from_value(serde_json::to_value(&row).unwrap()).unwrap();
        assert_eq!(again.details, row.details);
    }

    #[test]
    fn an_id_that_could_change_an_address_is_refused() {
        for (id, good) in [
            (json!("580e9625-ecc7-42b0-8836-3d3637438bc4-1694867002321"), true),
            (json!("a/../b"), false),
            (json!("a?b"), false),
            (json!("a%2fb"), false),
            (json!(""), false),
            (json!("x".repeat(129)), false),
            (json!(5), false),
            (json!(null), false),
        ] {
            let row: Result<AlertRow, _> = serde_json::from_value(json!({ "id": id }));
            assert_eq!(row.is_ok(), good, "{id}");
        }
    }

    #[test]
    fn a_list_comes_in_any_shape() {
        let page = |answer| Page::read(answer).map(|page| (page.rows.len(), page.next));
        let next = json!({"next": "https://x/v2/alerts?offset=1"});
        assert_eq!(page(json!({"data": [1], "paging": next})), Some((1, "https://x/v2/alerts?offset=1".to_owned())));
        assert_eq!(page(json!({"values": [1, 2], "links": {"next": null}})), Some((2, String::new())));
        assert_eq!(page(json!({"values": null})), Some((0, String::new())));
        assert_eq!(page(json!([1])), Some((1, String::new())));
        assert_eq!(page(json!({"rows": []})), None);
        assert_eq!(page(json!("x")), None);
    }
}
