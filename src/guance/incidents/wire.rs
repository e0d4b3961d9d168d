//! Incidents as they travel: tolerant of missing, odd and unknown fields, strict about the id.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::guance::wire::{CreatorInfo, LevelInfo, Member, Uuid, lenient, moment, seconds, text};

/// A row of `incidents/list`, or the object of `incidents/{uuid}/get`.
///
/// The example of `get` ends before its status, its assignees and its times; they are taken to be called as the bodies of
/// `list` and `modify` call them, and as other rows of the Open API do.
///
/// Source: Guance Open API, `POST /api/v1/incidents/list`, `GET /api/v1/incidents/{incident_uuid}/get`,
/// `POST /api/v1/incidents/{incident_uuid}/modify`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IncidentRow {
    pub(super) uuid: Uuid,
    #[serde(default, rename = "workspaceUUID", deserialize_with = "text")]
    pub(super) workspace: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) description: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) level: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) level_info: LevelInfo,
    #[serde(default, rename = "incidentsStatus", deserialize_with = "text")]
    pub(super) status: String,
    #[serde(default)]
    assigner: Value,
    #[serde(default, deserialize_with = "lenient", alias = "assignerInfo")]
    pub(super) assigner_infos: Vec<Member>,
    #[serde(default)]
    tags: Value,
    #[serde(default)]
    dimension_tag: Value,
    #[serde(default, deserialize_with = "text")]
    pub(super) source: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) resource_type: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) resource_content: Map<String, Value>,
    #[serde(default, deserialize_with = "seconds")]
    create_at: Option<DateTime<Utc>>,
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
}

impl IncidentRow {
    /// Returns the ids of those who are in charge: accounts, or teams. An element is an id, or an object with one.
    pub(super) fn assigners(&self) -> Vec<String> {
        let one = |value: &Value| {
            let id = value.as_str().or_else(|| value.get("uuid")?.as_str())?.trim();
            (!id.is_empty()).then(|| id.to_owned())
        };
        match &self.assigner {
            Value::Array(all) => all.iter().filter_map(one).collect(),
            other => one(other).into_iter().collect(),
        }
    }

    /// Returns the tags by their names. An element is a name, or an object with one.
    pub(super) fn tag_names(&self) -> Vec<String> {
        let one = |value: &Value| Some(value.as_str().or_else(|| value.get("name")?.as_str())?.trim().to_owned());
        self.tags.as_array().into_iter().flatten().filter_map(one).filter(|name| !name.is_empty()).collect()
    }

    /// Returns the dimensions: an object, or its JSON in a text; else those of the event that opened the incident.
    pub(super) fn dimensions(&self) -> Vec<(String, String)> {
        let own = pairs(&self.dimension_tag);
        if own.is_empty() { self.resource_content.get("df_dimension_tags").map(pairs).unwrap_or_default() } else { own }
    }

    /// Returns what the event that opened the incident says under this name; empty where it does not.
    pub(super) fn event(&self, name: &str) -> String {
        match self.resource_content.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Returns when the incident was opened; where a row does not tell, when its alarm began.
    pub(super) fn created(&self) -> Option<DateTime<Utc>> {
        let began =
            || ["timestamp", "df_fault_start_time"].iter().find_map(|name| moment(self.resource_content.get(*name)?));
        self.create_at.or_else(began)
    }
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let parsed;
    let object = match value {
        Value::String(json) => {
            parsed = serde_json::from_str::<Value>(json).unwrap_or_default();
            parsed.as_object()
        }
        other => other.as_object(),
    };
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    object.into_iter().flatten().map(|(name, value)| (name.clone(), word(value))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn row(extra: &Value) -> IncidentRow {
        let mut row = json!({"uuid": "incident_1"});
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn people_tags_and_dimensions_come_in_every_form() {
        for assigner in
            [json!(["acnt_1", "", 7]), json!([{"uuid": "acnt_1"}]), json!("acnt_1"), json!({"uuid": "acnt_1"})]
        {
            assert_eq!(row(&json!({"assigner": assigner})).assigners(), ["acnt_1"], "{assigner}");
        }
        assert!(row(&json!({"assigner": null})).assigners().is_empty());
        for tags in [json!(["db"]), json!([{"name": "db", "uuid": "tag_1"}, {}])] {
            assert_eq!(row(&json!({"tags": tags})).tag_names(), ["db"], "{tags}");
        }
        let want = [("service".to_owned(), "cart".to_owned())];
        for extra in [
            json!({"dimensionTag": {"service": "cart"}}),
            json!({"dimensionTag": "{\"service\": \"cart\"}"}),
            json!({"dimensionTag": {}, "resourceContent": {"df_dimension_tags": "{\"service\": \"cart\"}"}}),
        ] {
            assert_eq!(row(&extra).dimensions(), want, "{extra}");
        }
    }

    #[test]
    fn an_odd_field_does_not_cost_the_row() {
        let odd = row(&json!({"name": null, "level": 2, "resourceContent": "x", "createAt": null, "updateAt": -1,
            "creatorInfo": 7, "levelInfo": [], "assignerInfos": {}, "tags": "x", "new": {}}));
        assert_eq!((odd.level.as_str(), odd.update_at, odd.created()), ("2", None, None));
        let began = row(&json!({"resourceContent": {"df_fault_start_time": "1768926000"}})).created();
        assert_eq!(began.unwrap().timestamp(), 1_768_926_000);
    }
}
