//! An issue to be created on Jira.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{Fingerprint, IssueId, Key};
use super::item::Claim;
use super::kin::Kin;
use super::status::{Status, StatusCategory};
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
    /// What the same problem is called again, where the route says so: then it continues a ticket that has been resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse: Option<Box<Reuse>>,
}

/// The status that an issue is to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusTarget {
    /// Names or ids, the one to be tried first first. On Jira one that no transitions lead to, on Guance one that an
    /// older service refuses, gives way to the next; when none is left, the write is refused. Empty: any status of
    /// the category, and nothing is to be done where the issue is in one already.
    pub names: Vec<String>,
    /// What the status must mean where no name is given.
    pub category: StatusCategory,
    /// Jira resolution to set where a transition's screen asks for one.
    pub resolution: Option<String>,
    /// Jira fields to set where a transition's screen has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<NewField>,
}

/// Which ticket an item may continue, instead of getting one of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reuse {
    /// Stands for the project and for what the route's key makes of the item.
    pub key: Fingerprint,
    /// How many seconds ago the ticket was resolved at most.
    pub within: u64,
    /// A ticket with one of these resolutions (names or ids) is not continued.
    pub unless_resolution: Vec<String>,
    /// The status that the item calls for.
    pub status: StatusTarget,
    /// Tickets that Jira did not let us continue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<IssueId>,
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

/// A ticket that is to go on as the Jira issue of another item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Continued {
    /// The ticket.
    pub issue: IssueId,
    /// What people call it.
    pub name: String,
    /// The account that created it: its markers are sealed for that.
    pub creator: String,
    /// The item that it was the Jira issue of; `None` where its markers do not tell.
    pub before: Option<IssueId>,
    /// When it last changed, by Jira's clock, before it was continued: what was said in it until then is about that item.
    pub since: DateTime<Utc>,
    /// What would be created in its place.
    pub new: NewIssue,
    /// True where the ticket is open: the item before has ended, and this one was counted in the ticket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_open: bool,
}

impl Reuse {
    /// Returns what a ticket goes on by that is chosen already, and that is to be in a status of this category.
    pub fn chosen(key: Fingerprint, category: StatusCategory) -> Self {
        let status = StatusTarget { names: Vec::new(), category, resolution: None, fields: Vec::new() };
        Self { key, within: 0, unless_resolution: Vec::new(), status, passed: Vec::new() }
    }
}

/// A ticket that may be continued, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: IssueId,
    /// What people call it now.
    pub name: String,
    /// The id of the account that created it.
    pub creator: String,
    /// Where its work stands.
    pub status: Status,
    /// Its resolution: the id and every name that it has; empty where it has none.
    pub resolution: Vec<String>,
    /// When it was resolved, as far as the remote tells; where it does not, when it last changed.
    pub resolved: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// True where fewer people may see it than its project.
    pub secured: bool,
    /// True where it takes no more writes.
    pub archived: bool,
    /// What it says about being the copy of an item.
    pub claim: Option<Claim>,
    /// What it says of the items before.
    pub kin: Option<Kin>,
}

impl Ticket {
    /// Returns true where its markers prove that it is the Jira issue of this item.
    pub fn is_of(&self, item: &Key) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.proven && claim.key == *item)
    }
}
