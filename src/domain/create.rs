//! An issue to be created on Jira.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::Doc;

/// A Jira issue to be created.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewIssue {
    /// Project key.
    pub project: String,
    /// Issue type, by name or id.
    pub issue_type: String,
    /// Summary; the adapter makes it one line and cuts it to the service's limit.
    pub title: String,
    /// Description, complete with the link back.
    pub body: Doc,
    /// Labels; the adapter makes them legal. The marker label is the adapter's business.
    pub labels: Vec<String>,
    /// Priority by name or id.
    pub priority: Option<String>,
    /// Address of the original, for "the rest is there" when the text must be cut.
    pub origin_url: String,
    /// Components by name or id.
    #[serde(default)]
    pub components: Vec<String>,
    /// Security level by name or id: without it the issue must not be created.
    #[serde(default)]
    pub security: Option<String>,
    /// Key of the parent or epic.
    #[serde(default)]
    pub parent: Option<String>,
    /// In a service project the request type, by name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_type: Option<String>,
    /// Who may be its assignee, by account id, e-mail address or name: the first who has an account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
    /// Other fields; the adapter gives each value the shape that its field takes.
    #[serde(default)]
    pub fields: Vec<NewField>,
    /// What could not be made, and is named in the receipt.
    #[serde(default)]
    pub left_out: Vec<DroppedField>,
}

/// A field of an issue to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewField {
    /// Its id (`customfield_10010`) or its name.
    pub field: String,
    /// What it is to say.
    pub value: FieldValue,
}

/// What a field is to say, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// One text.
    Text(String),
    /// Several.
    List(Vec<String>),
    /// The JSON that Jira takes, for a field of any type. It stands before the next one, which would take some of it for its own.
    Json {
        /// It.
        json: serde_json::Value,
    },
    /// By the names of its parts: `value` and `child` of a cascading select.
    Table(BTreeMap<String, String>),
}

/// An optional field that the remote refused and that was therefore left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedField {
    /// The field as the remote names it.
    pub field: String,
    /// The remote's own words.
    pub why: String,
}
