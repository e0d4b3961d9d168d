//! What a Jira site holds: users, projects, issues, comments. Plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::workflow::{Status, Workflow};

/// Which Jira this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `*.atlassian.net`: REST v3 (and v2), ADF, account ids.
    Cloud,
    /// Jira Server and Data Center: REST v2, wiki markup, user names.
    Server,
}

/// A user to set up.
#[derive(Debug, Clone)]
pub struct User {
    /// Login name; people are addressed by it on the fake. On the wire only on Server.
    pub name: String,
    /// Account id; on the wire only on Cloud.
    pub account_id: String,
    /// Server's stable user key.
    pub key: String,
    /// Shown name.
    pub display_name: String,
    /// Mail address.
    pub email: String,
    /// Whether the profile shows the mail address.
    pub email_visible: bool,
    /// The profile's time zone.
    pub time_zone: Tz,
    /// Whether the account is active.
    pub active: bool,
    /// `atlassian`, `app` or `customer`.
    pub account_type: String,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Project roles, in every project.
    pub roles: BTreeSet<String>,
    /// Permission keys the user does not have.
    pub denied: BTreeSet<String>,
    /// API token (Cloud) or password (Server), for basic authentication.
    pub secret: String,
    /// Personal access token, for bearer authentication on Server.
    pub pat: String,
    /// Cloud: the token is scoped and works through the gateway prefix alone.
    pub scoped: bool,
    /// Cloud: the scopes of that token; `None`: all.
    pub scopes: Option<BTreeSet<String>>,
}

impl User {
    /// A plain user in UTC, in group `jira-users`, without rights to administer.
    pub fn new(name: &str, display_name: &str) -> Self {
        let denied = ["ADMINISTER", "ADMINISTER_PROJECTS", "EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS", "DELETE_ISSUES"];
        let number = name.bytes().fold(7_u64, |all, byte| (all * 31 + u64::from(byte)) % 0xffff_ffff);
        Self {
            name: name.to_owned(),
            account_id: format!("712020:{number:0>24x}"),
            key: format!("JIRAUSER{}", 10_100 + number % 80_000),
            display_name: display_name.to_owned(),
            email: format!("{name}@example.com"),
            email_visible: true,
            time_zone: Tz::UTC,
            active: true,
            account_type: "atlassian".into(),
            groups: BTreeSet::from(["jira-users".into()]),
            roles: BTreeSet::from(["Users".into()]),
            denied: denied.iter().map(|d| (*d).to_owned()).collect(),
            secret: format!("{name}-secret"),
            pat: format!("{name}-pat"),
            scoped: false,
            scopes: None,
        }
    }
}

/// Something with an id and a name: an issue type, a priority, a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Shown name.
    pub name: String,
}

/// The kind of value a custom field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomKind {
    /// One line of text.
    Text,
    /// Rich text: ADF in v3, wiki markup in v2.
    TextArea,
    /// An address.
    Url,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// Labels of its own.
    Labels,
    /// One of these.
    Select(Vec<Named>),
    /// Some of these.
    MultiSelect(Vec<Named>),
    /// One of these, and one of those below it.
    Cascading(Vec<(Named, Vec<Named>)>),
    /// A user.
    User,
    /// Several users.
    Users,
    /// A version.
    Version,
    /// Several versions.
    Versions,
    /// Server: the epic an issue belongs to.
    EpicLink,
    /// A service project's request type.
    RequestType,
    /// Something of an add-on.
    Odd,
}

/// A custom field on the project's screens.
#[derive(Debug, Clone)]
pub struct CustomField {
    /// `customfield_10010`.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Value kind.
    pub kind: CustomKind,
    /// Whether a create must give it.
    pub required: bool,
}

/// What a customer of a service project may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestType {
    /// Id.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Its part of what Server keeps in an issue.
    pub key: String,
}

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Numeric id; 0 lets the site choose.
    pub id: u64,
    /// Key.
    pub key: String,
    /// Shown name.
    pub name: String,
    /// `software`, `service_desk` or `business`.
    pub kind: String,
    /// Issue types; the last may be *Sub-task*.
    pub types: Vec<Named>,
    /// Priorities, highest first.
    pub priorities: Vec<Named>,
    /// Components.
    pub components: Vec<Named>,
    /// Versions.
    pub versions: Vec<Named>,
    /// Issue security levels.
    pub security_levels: Vec<Named>,
    /// Custom fields.
    pub custom_fields: Vec<CustomField>,
    /// Workflow of every type that has none of its own.
    pub workflow: Workflow,
    /// Workflows of single types, by the type's name.
    pub workflows: BTreeMap<String, Workflow>,
    /// A service project's request types.
    pub request_types: Vec<RequestType>,
    /// What a resolution may be.
    pub resolutions: Vec<Named>,
    /// Login names that cannot see the project.
    pub hidden_from: BTreeSet<String>,
}

/// Things by id and name.
pub fn named(pairs: &[(&str, &str)]) -> Vec<Named> {
    pairs.iter().map(|(id, name)| Named { id: (*id).into(), name: (*name).into() }).collect()
}

impl Project {
    /// A software project with the usual types and priorities and the simple workflow.
    pub fn new(key: &str, name: &str) -> Self {
        Self {
            id: 0,
            key: key.into(),
            name: name.into(),
            kind: "software".into(),
            types: named(&[("10001", "Bug"), ("10002", "Task"), ("10003", "Story"), ("10004", "Sub-task")]),
            priorities: named(&[("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest")]),
            components: Vec::new(),
            versions: Vec::new(),
            security_levels: Vec::new(),
            custom_fields: Vec::new(),
            workflow: Workflow::simple(),
            workflows: BTreeMap::new(),
            request_types: Vec::new(),
            resolutions: named(&[("1", "Fixed"), ("2", "Won't Fix"), ("10000", "Done")]),
            hidden_from: BTreeSet::new(),
        }
    }

    /// The workflow of an issue type, by the type's id.
    pub fn workflow_of(&self, issue_type: &str) -> &Workflow {
        let name = self.types.iter().find(|t| t.id == issue_type).map(|t| t.name.as_str());
        name.and_then(|name| self.workflows.get(name)).unwrap_or(&self.workflow)
    }

    /// Every status of every workflow; those that workflows share more than once.
    pub fn statuses(&self) -> impl Iterator<Item = &Status> {
        std::iter::once(&self.workflow).chain(self.workflows.values()).flat_map(|workflow| &workflow.statuses)
    }

    /// A service project.
    pub fn service_desk(key: &str, name: &str) -> Self {
        Self { kind: "service_desk".into(), ..Self::new(key, name) }
    }
}

/// A restriction of who sees a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Members of a project role.
    Role(String),
    /// Members of a group.
    Group(String),
}

/// A comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Numeric id.
    pub id: u64,
    /// Login name; `None` for a removed account.
    pub author: Option<String>,
    /// Login name of the last editor.
    pub update_author: Option<String>,
    /// ADF on Cloud, a string on Server.
    pub body: Value,
    /// When written.
    pub created: DateTime<Utc>,
    /// When last changed.
    pub updated: DateTime<Utc>,
    /// Restriction.
    pub visibility: Option<Visibility>,
    /// Entity properties; `sd.public.comment` makes it internal.
    pub properties: BTreeMap<String, Value>,
}

impl Comment {
    /// Whether it is a service-desk internal note.
    pub fn internal(&self) -> bool {
        self.properties.get("sd.public.comment").and_then(|v| v.get("internal")) == Some(&Value::Bool(true))
    }
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Numeric id.
    pub id: u64,
    /// Login name.
    pub author: String,
    /// File name.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub data: Vec<u8>,
    /// When attached.
    pub created: DateTime<Utc>,
}

/// One entry of an issue's history.
#[derive(Debug, Clone)]
pub struct History {
    /// Id.
    pub id: u64,
    /// Login name.
    pub author: String,
    /// When.
    pub created: DateTime<Utc>,
    /// Field, old value, new value.
    pub items: Vec<(String, Option<String>, Option<String>)>,
}

/// An issue security level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityLevel {
    /// Shown name.
    pub name: String,
    /// Login names that see the issue.
    pub members: BTreeSet<String>,
}

/// An issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Numeric id, for ever.
    pub id: u64,
    /// The key it has now.
    pub key: String,
    /// Project id.
    pub project: u64,
    /// The number in its key.
    pub number: u64,
    /// Issue type id.
    pub issue_type: String,
    /// Title.
    pub summary: String,
    /// ADF on Cloud, a string on Server, or null.
    pub description: Value,
    /// Labels.
    pub labels: Vec<String>,
    /// Priority id.
    pub priority: Option<String>,
    /// Status id.
    pub status: String,
    /// Resolution name.
    pub resolution: Option<String>,
    /// When resolved.
    pub resolved: Option<DateTime<Utc>>,
    /// Login name.
    pub creator: String,
    /// Login name.
    pub reporter: Option<String>,
    /// Login name.
    pub assignee: Option<String>,
    /// When created.
    pub created: DateTime<Utc>,
    /// When last changed.
    pub updated: DateTime<Utc>,
    /// Security level.
    pub security: Option<SecurityLevel>,
    /// Other fields, by id, as given: due date, components, versions, environment, parent, custom fields.
    pub other: BTreeMap<String, Value>,
    /// Entity properties.
    pub properties: BTreeMap<String, Value>,
    /// Remote links: id and body.
    pub remote_links: Vec<(u64, Value)>,
    /// Attached files, oldest first.
    pub attachments: Vec<Attachment>,
    /// Comments, oldest first.
    pub comments: Vec<Arc<Comment>>,
    /// History, oldest first.
    pub history: Vec<History>,
}
