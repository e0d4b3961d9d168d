//! What Jira sends, as far as we read it. Lenient where a surprise is harmless, and raw where it could leak.

use crate::http::clean;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Fields of Jira's own that follow their source only where the configuration says so.
pub(super) const OTHER: [&str; 4] = ["environment", "duedate", "fixVersions", "versions"];

/// One issue, from a search, a bulk fetch or a read by id.
///
/// Source: Jira Cloud REST v3 `IssueBean`; Jira Data Center REST v2 `IssueBean`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) fields: Fields,
    /// Issue properties by key, when they were asked for.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) properties: Map<String, Value>,
    /// Fields that are the site's own, as they came, where the issue was read by [`Issue::read`].
    #[serde(skip)]
    pub(super) other: Map<String, Value>,
}

/// The fields we ask for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) summary: String,
    /// ADF or wiki markup.
    #[serde(default)]
    pub(super) description: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Status,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) assignee: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) priority: Option<Named>,
    #[serde(default, deserialize_with = "lenient", rename = "issuetype")]
    pub(super) issue_type: Named,
    #[serde(default)]
    pub(super) created: Value,
    #[serde(default)]
    pub(super) updated: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) labels: Vec<String>,
    /// Anything but null restricts the issue.
    #[serde(default)]
    pub(super) security: Value,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) project: Project,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) creator: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reporter: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) comment: Option<CommentPage>,
    /// Data Center: anything but null says that the issue is archived.
    #[serde(default, rename = "archiveddate")]
    pub(super) archived_date: Value,
    /// Data Center: as above.
    #[serde(default, rename = "archivedby")]
    pub(super) archived_by: Value,
}

impl Fields {
    /// Returns true when the issue itself says that it, or its project, is archived; most kinds of Jira do not.
    pub(super) fn is_archived(&self) -> bool {
        let says_something = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
        self.project.archived || [&self.archived_date, &self.archived_by].into_iter().any(says_something)
    }
}

/// A thing with an id and a name: a priority, an issue type, a resolution.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Named {
    #[serde(default, deserialize_with = "id_or_nothing")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: String,
}

/// A status of a workflow.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Status {
    #[serde(default, deserialize_with = "id_or_nothing")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "lenient", rename = "untranslatedName")]
    pub(super) untranslated: String,
    #[serde(default, deserialize_with = "lenient", rename = "statusCategory")]
    pub(super) category: Category,
}

/// What a status means, by a key that no language changes.
///
/// Source: Jira Cloud REST v3, `GET /statuscategory`: `undefined`, `new`, `indeterminate`, `done`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Category {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: String,
}

/// A project, inside an issue or on its own.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Project {
    #[serde(default, deserialize_with = "id_or_nothing")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: String,
    #[serde(default, deserialize_with = "lenient", rename = "projectTypeKey")]
    pub(super) type_key: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) archived: bool,
}

/// A user: Cloud has only `accountId`, Server only `name` and `key`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct User {
    #[serde(default, deserialize_with = "lenient", rename = "accountId")]
    pub(super) account_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: String,
    #[serde(default, deserialize_with = "lenient", rename = "displayName")]
    pub(super) display_name: String,
    #[serde(default, deserialize_with = "lenient", rename = "emailAddress")]
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "lenient", rename = "timeZone")]
    pub(super) time_zone: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) active: Option<bool>,
    /// Cloud: `atlassian`, `app` (a program) or `customer` (of a service project).
    #[serde(default, deserialize_with = "lenient", rename = "accountType")]
    pub(super) account_type: String,
}

impl User {
    /// Returns the id that names this account on its kind of Jira; empty when there is none.
    pub(super) fn id(&self) -> &str {
        self.ids().next().unwrap_or_default()
    }

    /// Returns everything that names the account for good, or at least today.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        [&self.account_id, &self.name, &self.key].into_iter().filter(|id| !id.is_empty()).map(String::as_str)
    }

    /// Returns true when both are the same, known account.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| !a.is_empty() && a == b;
        same(&self.account_id, &other.account_id) || same(&self.name, &other.name) || same(&self.key, &other.key)
    }

    /// Returns true when this is the account of that id, key or login name. A display name, which people choose
    /// themselves, names nobody.
    pub(super) fn is_called(&self, id: &str) -> bool {
        self.ids().any(|known| known == id)
    }
}

/// A page of comments, or the list inside an issue.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct CommentPage {
    #[serde(default)]
    pub(super) comments: Vec<Value>,
    #[serde(default)]
    pub(super) total: Option<u64>,
}

/// One comment.
///
/// Source: Jira Cloud REST v3 `Comment`; Jira Data Center REST v2 `CommentJsonBean`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) author: Option<User>,
    /// ADF or wiki markup.
    #[serde(default)]
    pub(super) body: Value,
    #[serde(default)]
    pub(super) created: Value,
    #[serde(default)]
    pub(super) updated: Value,
    /// Anything but null restricts the comment.
    #[serde(default)]
    pub(super) visibility: Value,
    /// False for a service project's internal note.
    #[serde(default, rename = "jsdPublic")]
    pub(super) jsd_public: Value,
    /// `[{"key", "value"}]` when expanded.
    #[serde(default)]
    pub(super) properties: Value,
}

impl Comment {
    /// Returns a property's value.
    pub(super) fn property(&self, key: &str) -> Option<&Value> {
        let list = self.properties.as_array()?;
        list.iter().find(|entry| entry.get("key").and_then(Value::as_str) == Some(key))?.get("value")
    }

    /// Returns whether it is a service project's internal note; `None` when the answer does not tell.
    pub(super) fn internal(&self) -> Option<bool> {
        let by_property = self.property("sd.public.comment").and_then(|value| value.get("internal"));
        let marked = by_property.is_some_and(|value| *value == Value::Bool(true) || value.as_str() == Some("true"));
        match &self.jsd_public {
            _ if marked => Some(true),
            Value::Bool(public) => Some(!public),
            Value::Null => self.properties.is_array().then_some(false),
            _ => Some(true),
        }
    }
}

/// One page of a search, of either kind of Jira, or a bulk fetch.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct SearchPage {
    pub(super) issues: Vec<Value>,
    /// Cloud: how to get the next page; absent on the last.
    #[serde(default, rename = "nextPageToken")]
    pub(super) next: Option<String>,
    /// Server.
    #[serde(default)]
    pub(super) total: Option<u64>,
    /// Cloud: what the search left out.
    #[serde(default)]
    pub(super) warnings: Value,
    /// Server: the same.
    #[serde(default, rename = "warningMessages")]
    pub(super) warning_messages: Value,
}

/// `serverInfo`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ServerInfo {
    #[serde(default, deserialize_with = "lenient", rename = "baseUrl")]
    pub(super) base_url: String,
    #[serde(default, deserialize_with = "lenient", rename = "deploymentType")]
    pub(super) deployment: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) version: String,
    /// The installation's own id, where it tells one.
    #[serde(default, deserialize_with = "lenient", rename = "serverId")]
    pub(super) server_id: String,
}

/// Answer to a bulk create: successes in input order, and what failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BulkCreated {
    #[serde(default)]
    pub(super) issues: Vec<Created>,
    #[serde(default)]
    pub(super) errors: Vec<BulkError>,
}

/// A created issue.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Created {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) key: String,
}

/// One element that was not created.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BulkError {
    #[serde(default)]
    pub(super) status: Option<u16>,
    #[serde(rename = "failedElementNumber")]
    pub(super) element: usize,
    #[serde(default, rename = "elementErrors")]
    pub(super) errors: Value,
}

impl Issue {
    /// Reads an issue. Texts and comments, which are kept as they came, are moved and not built anew.
    pub(super) fn read(mut row: Value) -> Result<Self, String> {
        let description = row.pointer_mut("/fields/description").map(Value::take).unwrap_or_default();
        let comments = row.pointer_mut("/fields/comment/comments").and_then(Value::as_array_mut).map(std::mem::take);
        let other = row.get_mut("fields").and_then(Value::as_object_mut).map(take_other).unwrap_or_default();
        let mut issue: Self = read(row)?;
        issue.other = other;
        issue.fields.description = description;
        if let (Some(page), Some(comments)) = (&mut issue.fields.comment, comments) {
            page.comments = comments;
        }
        Ok(issue)
    }
}

/// Takes out the fields that are not Jira's own, or are read in no other way.
fn take_other(fields: &mut Map<String, Value>) -> Map<String, Value> {
    let is_other = |name: &str| name.starts_with("customfield_") || OTHER.contains(&name);
    let names: Vec<String> = fields.keys().filter(|name| is_other(name)).cloned().collect();
    names.into_iter().filter_map(|name| fields.remove_entry(&name)).collect()
}

impl SearchPage {
    /// Reads a page. Its rows are moved and not built anew.
    pub(super) fn read(mut value: Value) -> Result<Self, String> {
        let issues = value.get_mut("issues").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        let page: Self = read(value)?;
        Ok(Self { issues, ..page })
    }
}

/// Reads a value, with serde's words when it is something else.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    // The words quote what was found, which may be of any length.
    serde_json::from_value(value).map_err(|e| clean(&e.to_string()))
}

fn id<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let value = Value::deserialize(input)?;
    id_text(&value).ok_or_else(|| serde::de::Error::custom("no id"))
}

fn id_or_nothing<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    Ok(id_text(&Value::deserialize(input)?).unwrap_or_default())
}

/// Returns an id that came as a string or as a number.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value if it has the expected shape, else the default. Only for what is in memory already ([`read`]): of a text that is
/// being parsed the rest would be lost.
#[expect(clippy::unnecessary_wraps, reason = "serde asks for it")]
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(input: D) -> Result<T, D::Error> {
    Ok(T::deserialize(input).unwrap_or_default())
}

/// Returns a text or number inside a value.
pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(id_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_another_shape_costs_nothing_but_itself() {
        let whole = json!({"id": 7, "key": "OPS-7", "fields": {"summary": "title", "labels": ["a", "b"],
            "status": {"id": 3, "name": "Open", "statusCategory": {"key": "new"}}, "assignee": {"accountId": "u1"},
            "description": {"type": "doc", "content": [{"type": "paragraph"}]},
            "comment": {"total": 1, "comments": [{"id": "1", "body": "hi"}]}}, "properties": {"p": {"v": 1}}});
        let odd =
            [json!(null), json!(7), json!("x"), json!([]), json!([7]), json!({}), json!({"id": {}, "comments": 7})];
        let places = ["/key", "/fields", "/fields/summary", "/fields/labels", "/fields/status", "/fields/assignee"];
        let places = places.into_iter().chain(["/fields/status/id", "/fields/status/statusCategory", "/properties"]);
        for place in places.chain(["/fields/comment", "/fields/comment/comments", "/fields/description"]) {
            for value in &odd {
                let mut row = whole.clone();
                *row.pointer_mut(place).unwrap() = value.clone();
                let issue = Issue::read(row.clone()).unwrap();
                assert_eq!(format!("{issue:?}"), format!("{:?}", read::<Issue>(row).unwrap()), "{place} {value}");
                assert_eq!(issue.id, "7");
                let is_whole = !["/fields", "/fields/status", "/fields/status/statusCategory"].contains(&place);
                assert_eq!(issue.fields.status.category.key == "new", is_whole, "{place} {value}");
            }
        }
        let page = |issues: Value| SearchPage::read(json!({"issues": issues, "nextPageToken": "t"}));
        assert_eq!(page(json!([7, {}])).unwrap().issues, [json!(7), json!({})]);
        assert!(page(json!(null)).is_err() && page(json!({})).is_err());
    }
}
