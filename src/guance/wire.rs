//! Guance's rows as they travel: tolerant of missing, odd and unknown fields, strict about the ids that name things.

use crate::words::GuanceFault;
use chrono::{DateTime, Utc};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row of `issue/list`, or the object of `issue/{uuid}/get`.
///
/// Source: Guance Open API, `POST /api/v1/issue/list` and `GET /api/v1/issue/{issue_uuid}/get`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueRow {
    pub(super) uuid: Uuid,
    #[serde(default, rename = "workspaceUUID", deserialize_with = "text")]
    pub(super) workspace: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) description: String,
    /// Integer in the first API generation, a uuid later, `""` for none.
    #[serde(default, deserialize_with = "text")]
    pub(super) level: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) level_info: LevelInfo,
    #[serde(default, deserialize_with = "text")]
    pub(super) status_type: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) resource: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) resource_type: String,
    #[serde(default, rename = "resourceUUID", deserialize_with = "text")]
    pub(super) resource_uuid: String,
    /// The channels it is in; in `issue/{uuid}/get` only.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) bind_channels: Option<Vec<Named>>,
    #[serde(default)]
    pub(super) extend: Value,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) create_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) update_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "text")]
    pub(super) creator: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) creator_info: CreatorInfo,
    #[serde(default, deserialize_with = "text")]
    pub(super) updator: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) updator_info: CreatorInfo,
    /// Who is behind `extend.manager`; in `issue/{uuid}/get` only.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) manager_infos: Vec<Member>,
}

/// A member of the workspace, a team, or a bare e-mail address: an element of `managerInfos`, or a row of
/// `workspace/members/list`.
///
/// Source: Guance Open API, `GET /api/v1/issue/{issue_uuid}/get`; `GET /api/v1/workspace/members/list` as the vendor's
/// Terraform provider reads it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Member {
    #[serde(default, deserialize_with = "text")]
    pub(super) uuid: String,
    #[serde(flatten)]
    pub(super) info: CreatorInfo,
}

/// A row of `issue/reply/{issue_uuid}/list`, or the object that a reply write returns.
///
/// Source: Guance Open API, `GET /api/v1/issue/reply/{issue_uuid}/list`, `POST /api/v1/issue/reply/create`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReplyRow {
    pub(super) uuid: Uuid,
    #[serde(default, rename = "workspaceUUID", deserialize_with = "text")]
    pub(super) workspace: String,
    /// `reply`, `change`, or something undocumented.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) content: String,
    #[serde(default)]
    pub(super) extend: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) attachments_list: Vec<Value>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) create_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) update_at: Option<DateTime<Utc>>,
    #[serde(default, rename = "latest_modify_time", deserialize_with = "seconds")]
    pub(super) modified_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) delete_at: Option<DateTime<Utc>>,
    /// 0 is in use.
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) creator: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) creator_info: CreatorInfo,
}

impl ReplyRow {
    /// Returns true for a reply that was deleted, should the service still list it. Rows in use may carry a time of
    /// deletion, as the published channels do.
    pub(super) fn is_deleted(&self) -> bool {
        self.delete_at.is_some() && !matches!(self.status.as_str(), "" | "0")
    }
}

/// Who made a row: a person, or the API key that a program used.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatorInfo {
    #[serde(default, deserialize_with = "text")]
    pub(super) acnt_ws_nickname: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) username: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) email: String,
}

/// The resolved level of `issue/{uuid}/get`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct LevelInfo {
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
}

/// A row of `channel/quick_list` or `issue-level/list`: all we need of either.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Named {
    pub(super) uuid: Uuid,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
}

/// An id that may be put into an address: letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Uuid(String);

/// Longest id that is taken, in bytes; Guance's own are at most 38.
const MAX_ID_BYTES: usize = 128;

impl Uuid {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Uuid {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if text.is_empty() || text.len() > MAX_ID_BYTES || !text.bytes().all(legal) {
            return Err(GuanceFault::NoId.into());
        }
        Ok(Self(text))
    }
}

impl From<Uuid> for String {
    fn from(uuid: Uuid) -> Self {
        uuid.0
    }
}

/// The rows of a list answer, and what it says about its pages.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// How many rows a page holds, by the service's own words.
    pub(super) size: Option<usize>,
    pub(super) total: Option<usize>,
}

impl Page {
    /// Reads `content` in either of its shapes: a bare array, or an object with `data`; null is no rows. `None` for
    /// anything else.
    pub(super) fn read(content: Value) -> Option<Self> {
        let mut object = match content {
            Value::Array(rows) => return Some(Self { rows, ..Self::default() }),
            Value::Null => return Some(Self::default()),
            Value::Object(object) => object,
            _ => return None,
        };
        let info = object.remove("pageInfo").unwrap_or_default();
        let number = |key: &str| {
            let value = info.get(key)?;
            let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
            usize::try_from(number).ok()
        };
        let rows = match object.remove("data") {
            Some(Value::Array(rows)) => rows,
            Some(Value::Null) => Vec::new(),
            _ => return None,
        };
        Some(Self { rows, size: number("pageSize").filter(|size| *size > 0), total: number("totalCount") })
    }
}

/// Text, or a number as text; nothing else is worth failing a row for.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Unix seconds as integer, float or text; `-1`, 0 and `null` mean never.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(moment(&Value::deserialize(deserializer)?))
}

/// Above this a number of seconds is one of milliseconds: Guance's event times are, and it lies in the year 5138.
const MAX_SECONDS: f64 = 100_000_000_000.0;

pub(super) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    if !(number.is_finite() && number > 0.0) {
        return None;
    }
    let millis = if number > MAX_SECONDS { number } else { number * 1000.0 };
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and chrono checks the range")]
    DateTime::from_timestamp_millis(millis.round() as i64)
}

/// The value if it has the expected shape, else the default. Only for what is in memory already: of a text that is being
/// parsed the rest would be lost.
#[expect(clippy::unnecessary_wraps, reason = "serde asks for it")]
pub(super) fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(T::deserialize(deserializer).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn times_come_in_many_forms() {
        for (value, want) in [
            (json!(1_690_424_627), Some("2023-07-27T02:23:47+00:00")),
            (json!(1_690_424_627.25), Some("2023-07-27T02:23:47.250+00:00")),
            (json!("1690424627"), Some("2023-07-27T02:23:47+00:00")),
            (json!(1_690_424_627_500_u64), Some("2023-07-27T02:23:47.500+00:00")),
            (json!(-1), None),
            (json!(0), None),
            (json!(null), None),
            (json!(1e300), None),
            (json!("soon"), None),
            (json!({}), None),
        ] {
            assert_eq!(moment(&value).map(|t| t.to_rfc3339()).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn an_odd_field_does_not_cost_the_row() {
        let row: IssueRow = serde_json::from_value(json!({
            "uuid": "issue_1", "name": null, "level": 2, "statusType": "30", "extend": "", "createAt": 1.5,
            "updateAt": null, "creator": 7, "creatorInfo": "nobody", "levelInfo": [], "new": {"field": true},
        }))
        .unwrap();
        assert_eq!((row.name.as_str(), row.level.as_str(), row.status_type.as_str()), ("", "2", "30"));
        assert_eq!((row.creator.as_str(), row.creator_info.name.as_str()), ("7", ""));
        assert!(row.update_at.is_none() && row.create_at.is_some());
    }

    #[test]
    fn an_id_that_could_change_an_address_is_refused() {
        for (uuid, good) in [
            (json!("issue_da778a8295ae4292a3d9cf39105183f1"), true),
            (json!("a/../b"), false),
            (json!("a?b"), false),
            (json!("a%2fb"), false),
            (json!(""), false),
            (json!("x".repeat(129)), false),
            (json!(5), false),
            (json!(null), false),
        ] {
            let row: Result<ReplyRow, _> = serde_json::from_value(json!({ "uuid": uuid }));
            assert_eq!(row.is_ok(), good, "{uuid}");
        }
    }

    #[test]
    fn a_list_comes_in_either_shape() {
        let info = json!({"count": 1, "pageIndex": 1, "pageSize": 20, "totalCount": "7"});
        let page = Page::read(json!({"data": [1], "pageInfo": info})).unwrap();
        assert_eq!(page, Page { rows: vec![json!(1)], size: Some(20), total: Some(7) });
        assert_eq!(Page::read(json!([1])).unwrap().total, None);
        assert_eq!(Page::read(Value::Null).unwrap(), Page::default());
        assert_eq!(Page::read(json!({"data": null})).unwrap(), Page::default());
        assert_eq!(Page::read(json!({"rows": []})), None);
        assert_eq!(Page::read(json!(true)), None);
    }
}
