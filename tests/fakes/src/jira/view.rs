//! Users, projects, issues and comments as JSON, for the one who looks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::model::{Comment, Issue, Project, User, Visibility};
use super::state::Site;
use super::workflow::Status;

/// Which fields of an issue were asked for.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    all: bool,
    navigable: bool,
    named: Vec<String>,
    without: Vec<String>,
}

impl Fields {
    /// Reads a `fields` list; `default` stands in when nothing positive was asked.
    pub(super) fn parse(asked: &[String], default: &str) -> Self {
        let mut fields = Self { all: false, navigable: false, named: Vec::new(), without: Vec::new() };
        let positive = asked.iter().any(|f| !f.starts_with('-'));
        let default = (!positive).then(|| default.to_owned());
        for field in asked.iter().cloned().chain(default) {
            match field.strip_prefix('-') {
                Some(name) => fields.without.push(name.to_owned()),
                None if field == "*all" => fields.all = true,
                None if field == "*navigable" => fields.navigable = true,
                None => fields.named.push(field),
            }
        }
        fields
    }

    fn wants(&self, name: &str) -> bool {
        let listed = self.named.iter().any(|n| n == name);
        let swept = self.all || (self.navigable && name != "comment");
        (listed || swept) && !self.without.iter().any(|w| w == name)
    }

    /// Whether anything besides ids is asked for.
    pub(super) fn any(&self) -> bool {
        self.all || self.navigable || self.named.iter().any(|n| n != "id")
    }
}

/// What goes into an issue's JSON.
pub(super) struct Shape {
    pub(super) fields: Fields,
    pub(super) properties: Vec<String>,
    pub(super) expand: Vec<String>,
    /// Most comments inline.
    pub(super) comments: usize,
}

impl Site {
    /// A timestamp in Jira's format: UTC on Cloud, the server's zone on Server.
    pub(super) fn stamp(&self, at: DateTime<Utc>) -> String {
        let zone = if self.cloud() { Tz::UTC } else { self.server_zone };
        at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.3f%z").to_string()
    }
}

impl Call<'_> {
    pub(super) fn user_json(&self, user: &User) -> Value {
        let mut json = Map::new();
        let mut put = |name: &str, value: Value| json.insert(name.into(), value);
        if self.cloud() {
            put("self", json!(format!("{}/user?accountId={}", self.api, user.account_id)));
            put("accountId", json!(user.account_id));
            put("accountType", json!(user.account_type));
        } else {
            put("self", json!(format!("{}/user?username={}", self.api, user.name)));
            put("name", json!(user.name));
            put("key", json!(user.key));
        }
        if user.email_visible || self.viewer() == Some(&user.name) {
            put("emailAddress", json!(user.email));
        }
        put("avatarUrls", json!({"48x48": format!("{}/avatar.png", self.site.base_url)}));
        put("displayName", json!(user.display_name));
        put("active", json!(user.active));
        put("timeZone", json!(user.time_zone.name()));
        Value::Object(json)
    }

    pub(super) fn person(&self, name: Option<&String>) -> Value {
        name.and_then(|n| self.site.user(n)).map_or(Value::Null, |u| self.user_json(u))
    }

    pub(super) fn project_json(&self, project: &Project) -> Value {
        let mut json = json!({
            "self": format!("{}/project/{}", self.api, project.id),
            "id": project.id.to_string(),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": project.kind,
            "avatarUrls": {},
        });
        if self.cloud() {
            json["simplified"] = json!(false);
        }
        if self.site.switches.archive.project_tells && self.site.is_archived_project(project) {
            json["archived"] = json!(true);
        }
        json
    }

    pub(super) fn status_json(&self, status: &Status) -> Value {
        let (id, key, name, colour) = status.category.words();
        let json = json!({
            "self": format!("{}/status/{}", self.api, status.id),
            "description": "",
            "iconUrl": format!("{}/images/icons/statuses/generic.png", self.site.base_url),
            "name": self.shown(&status.name),
            "id": status.id,
            "statusCategory": {
                "self": format!("{}/statuscategory/{id}", self.api),
                "id": id, "key": key, "colorName": colour, "name": name,
            },
        });
        self.translated(json, &status.name)
    }

    pub(super) fn type_json(&self, named: &super::model::Named) -> Value {
        let subtask = named.name == "Sub-task";
        let json = json!({
            "self": format!("{}/issuetype/{}", self.api, named.id),
            "id": named.id,
            "description": "",
            "iconUrl": format!("{}/images/icons/issuetypes/{}.svg", self.site.base_url, named.id),
            "name": self.shown(&named.name),
            "subtask": subtask,
        });
        self.translated(json, &named.name)
    }

    pub(super) fn priority_json(&self, named: &super::model::Named) -> Value {
        let json = json!({
            "self": format!("{}/priority/{}", self.api, named.id),
            "iconUrl": format!("{}/images/icons/priorities/{}.svg", self.site.base_url, named.id),
            "name": self.shown(&named.name),
            "id": named.id,
        });
        self.translated(json, &named.name)
    }

    /// Adds the name that a thing has in no language, as lists tell it.
    pub(super) fn translated(&self, mut json: Value, name: &str) -> Value {
        let switches = &self.site.switches;
        if switches.untranslated && switches.tongue.contains_key(name) {
            json["untranslatedName"] = json!(name);
        }
        json
    }

    /// What the bot's language calls a thing that Jira translates.
    pub(super) fn shown(&self, name: &str) -> String {
        self.site.switches.tongue.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The same things as the bot's language calls them.
    pub(super) fn all_shown(&self, all: &[super::model::Named]) -> Vec<super::model::Named> {
        let shown = |one: &super::model::Named| super::model::Named { id: one.id.clone(), name: self.shown(&one.name) };
        all.iter().map(shown).collect()
    }

    pub(super) fn issue_json(&self, issue: &Arc<Issue>, shape: &Shape) -> Value {
        if !shape.fields.any() && self.cloud() {
            return json!({"id": issue.id.to_string()});
        }
        let mut json = json!({
            "expand": "renderedFields,names,schema,operations,editmeta,changelog",
            "id": issue.id.to_string(),
            "self": format!("{}/issue/{}", self.api, issue.id),
            "key": issue.key,
        });
        let fields = self.fields_json(issue, shape);
        let only_key = shape.fields.named == ["key"] && !shape.fields.all && !shape.fields.navigable;
        if !only_key {
            json["fields"] = Value::Object(fields);
        }
        if !shape.properties.is_empty() {
            let wanted = |k: &&String| shape.properties.iter().any(|p| p == *k || p == "*all");
            let found = issue.properties.keys().filter(wanted);
            let found: Map<_, _> = found.map(|k| (k.clone(), issue.properties[k].clone())).collect();
            json["properties"] = Value::Object(found);
        }
        if shape.expand.iter().any(|e| e == "changelog") {
            json["changelog"] = self.changelog_json(issue);
        }
        if shape.expand.iter().any(|e| e == "renderedFields") {
            json["renderedFields"] = json!({"description": rendered(&issue.description)});
        }
        json
    }

    fn fields_json(&self, issue: &Arc<Issue>, shape: &Shape) -> Map<String, Value> {
        let project = self.site.project(issue.project);
        let resolution = issue.resolution.as_ref().map(|name| {
            let id = project.resolutions.iter().find(|one| one.name == *name).map_or("1", |one| one.id.as_str());
            json!({"self": format!("{}/resolution/{id}", self.api), "id": id, "description": "", "name": name})
        });
        let security = issue.security.as_ref().map(|level| {
            json!({"self": format!("{}/securitylevel/10100", self.api), "id": "10100", "description": "",
                   "name": level.name})
        });
        let priority = issue.priority.as_ref().and_then(|p| self.site.priority(project.id, p));
        let mut all = Map::new();
        let mut put = |name: &str, mut value: Value| {
            if shape.fields.wants(name) {
                // An issue tells the shown names alone.
                if let Some(value) = value.as_object_mut() {
                    value.shift_remove("untranslatedName");
                }
                all.insert(name.to_owned(), value);
            }
        };
        put("summary", json!(issue.summary));
        put("description", self.text_out(&issue.description));
        put("labels", json!(issue.labels));
        // Inside an issue a project tells less than by itself.
        let mut inside = self.project_json(project);
        if let Some(inside) = inside.as_object_mut() {
            inside.shift_remove("archived");
        }
        put("project", inside);
        let archive = &self.site.switches.archive;
        if archive.issue_tells {
            let is_archived = self.site.is_archived(issue);
            let told = |value: Value| if is_archived { value } else { Value::Null };
            put("archiveddate", told(json!(self.site.stamp(issue.updated))));
            put("archivedby", told(self.person(Some(&issue.creator))));
        }
        put("issuetype", self.type_json(&self.site.issue_type(project.id, &issue.issue_type)));
        put("priority", priority.map_or(Value::Null, |p| self.priority_json(p)));
        put("status", self.status_json(&self.site.status(project.id, &issue.status)));
        put("resolution", resolution.unwrap_or(Value::Null));
        put("resolutiondate", issue.resolved.map_or(Value::Null, |at| json!(self.site.stamp(at))));
        put("creator", self.person(Some(&issue.creator)));
        put("reporter", self.person(issue.reporter.as_ref()));
        put("assignee", self.person(issue.assignee.as_ref()));
        put("created", json!(self.site.stamp(issue.created)));
        put("updated", json!(self.site.stamp(issue.updated)));
        put("security", security.unwrap_or(Value::Null));
        for (name, empty) in [
            ("duedate", Value::Null),
            ("environment", Value::Null),
            ("components", json!([])),
            ("fixVersions", json!([])),
            ("versions", json!([])),
            ("issuelinks", json!([])),
            ("subtasks", json!([])),
        ] {
            put(name, issue.other.get(name).map_or(empty, |v| self.text_out_field(name, v)));
        }
        if let Some(parent) = issue.other.get("parent") {
            put("parent", parent.clone());
        }
        for custom in &project.custom_fields {
            put(&custom.id, issue.other.get(&custom.id).map_or(Value::Null, |v| self.custom_out(custom, v)));
        }
        if shape.fields.wants("attachment") {
            let files: Vec<_> = issue.attachments.iter().map(|file| self.attachment_json(file)).collect();
            all.insert("attachment".into(), json!(files));
        }
        if shape.fields.wants("comment") {
            let comments = self.inline_comments(issue, shape);
            all.insert("comment".into(), comments);
        }
        all
    }

    /// Rich text fields follow the API version; others are as stored.
    pub(super) fn text_out_field(&self, name: &str, value: &Value) -> Value {
        let rich = name == "environment" || name.starts_with("customfield_");
        if rich && value.get("type") == Some(&json!("doc")) { self.text_out(value) } else { value.clone() }
    }

    fn inline_comments(&self, issue: &Arc<Issue>, shape: &Shape) -> Value {
        let seen: Vec<_> = issue.comments.iter().filter(|c| self.site.sees_comment(c, self.viewer())).collect();
        let total = seen.len();
        let skip = if self.site.switches.inline_newest { total.saturating_sub(shape.comments) } else { 0 };
        let shown: Vec<_> = seen
            .into_iter()
            .skip(skip)
            .take(shape.comments)
            .map(|c| self.comment_json(issue, c, false, false))
            .collect();
        json!({
            "comments": shown,
            "self": format!("{}/issue/{}/comment", self.api, issue.id),
            "maxResults": shown_max(total, shape.comments),
            "total": total,
            "startAt": skip,
        })
    }

    pub(super) fn comment_json(&self, issue: &Issue, comment: &Comment, properties: bool, html: bool) -> Value {
        let mut json = Map::new();
        let mut put = |name: &str, value: Value| json.insert(name.into(), value);
        put("self", json!(format!("{}/issue/{}/comment/{}", self.api, issue.id, comment.id)));
        put("id", json!(comment.id.to_string()));
        if comment.author.is_some() {
            put("author", self.person(comment.author.as_ref()));
        }
        put("body", self.text_out(&comment.body));
        if comment.update_author.is_some() {
            put("updateAuthor", self.person(comment.update_author.as_ref()));
        }
        put("created", json!(self.site.stamp(comment.created)));
        put("updated", json!(self.site.stamp(comment.updated)));
        if let Some(visibility) = &comment.visibility {
            put("visibility", self.visibility_json(visibility));
        }
        if self.cloud() {
            put("jsdPublic", json!(!comment.internal()));
        }
        if properties {
            let all: Vec<_> = comment.properties.iter().map(|(k, v)| json!({"key": k, "value": v})).collect();
            put("properties", json!(all));
        }
        if html {
            put("renderedBody", json!(rendered(&comment.body)));
        }
        Value::Object(json)
    }

    fn visibility_json(&self, visibility: &Visibility) -> Value {
        let (kind, value) = match visibility {
            Visibility::Role(role) => ("role", role),
            Visibility::Group(group) => ("group", group),
        };
        let mut json = json!({"type": kind, "value": value});
        if self.cloud() {
            let identifier = if kind == "role" { value.clone() } else { format!("group-id-of-{value}") };
            json["identifier"] = json!(identifier);
        }
        json
    }

    fn changelog_json(&self, issue: &Issue) -> Value {
        let mut histories: Vec<_> = issue
            .history
            .iter()
            .map(|h| {
                let item = |(field, from, to): &(String, Option<String>, Option<String>)| {
                    json!({"field": field, "fieldtype": "jira", "from": null, "fromString": from, "to": null, "toString": to})
                };
                let items: Vec<_> = h.items.iter().map(item).collect();
                json!({"id": h.id.to_string(), "author": self.person(Some(&h.author)),
                       "created": self.site.stamp(h.created), "items": items})
            })
            .collect();
        let total = histories.len();
        if self.cloud() {
            histories.reverse();
            histories.truncate(40);
        }
        json!({"startAt": 0, "maxResults": histories.len(), "total": total, "histories": histories})
    }
}

fn shown_max(total: usize, most: usize) -> usize {
    if most == usize::MAX { total } else { most }
}

/// The text as bare HTML.
pub(super) fn rendered(text: &Value) -> String {
    let escaped = super::text::plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<p>{}</p>", escaped.lines().collect::<Vec<_>>().join("</p><p>"))
}
