//! Endpoints of the issue itself: create, bulk create, read, bulk fetch, edit, assign, delete.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::call::{Call, ok};
use super::errors::{self, Answer, FieldErrors};
use super::fields::{Screen, find_named};
use super::model::Issue;
use super::view::{Fields, Shape};
use crate::server::Response;

pub(super) const UPDATE_MEMBERS: [&str; 5] = ["fields", "update", "properties", "transition", "historyMetadata"];
const BULK_CREATE: usize = 50;
const BULK_FETCH: usize = 100;

impl Call<'_> {
    pub(super) fn create_issue(&mut self) -> Answer {
        if let Some(answer) = self.refuse_anonymous_create() {
            return Err(answer);
        }
        let body = self.object(&UPDATE_MEMBERS)?;
        self.refuse_poison(&body)?;
        match self.create(&body) {
            Ok(created) => Ok(Response::json(201, &created)),
            Err(errors) => Err(Response::json(400, &errors)),
        }
    }

    /// A listener or a database that fails at one certain issue.
    fn refuse_poison(&self, body: &Map<String, Value>) -> Answer<()> {
        let summary = body.get("fields").and_then(|fields| fields["summary"].as_str()).unwrap_or_default();
        match &self.site.switches.poison {
            Some(poison) if summary.contains(poison.as_str()) => Err(errors::message(500, "Internal server error")),
            _ => Ok(()),
        }
    }

    fn refuse_anonymous_create(&self) -> Option<Response> {
        let text = "You do not have permission to create issues in this project.";
        self.viewer().is_none().then(|| errors::message(401, text))
    }

    pub(super) fn create_bulk(&mut self) -> Answer {
        if let Some(answer) = self.refuse_anonymous_create() {
            return Err(answer);
        }
        let body = self.object(&["issueUpdates"])?;
        let updates = body.get("issueUpdates").and_then(Value::as_array).cloned().unwrap_or_default();
        if updates.is_empty() || updates.len() > BULK_CREATE {
            let text = format!("You must specify between 1 and {BULK_CREATE} issues to create.");
            return Err(errors::message(400, &text));
        }
        let (mut issues, mut failures) = (Vec::new(), Vec::new());
        for (index, update) in updates.iter().enumerate() {
            let update = update.as_object().cloned().unwrap_or_default();
            if let Some(unknown) = update.keys().find(|k| !UPDATE_MEMBERS.contains(&k.as_str())) {
                return Err(errors::bad_payload(self.cloud(), unknown));
            }
            self.refuse_poison(&update)?;
            match self.create(&update) {
                Ok(created) => issues.push(created),
                Err(errors) => {
                    failures.push(json!({"status": 400, "elementErrors": errors, "failedElementNumber": index}));
                }
            }
        }
        let status = if issues.is_empty() { 400 } else { 201 };
        Ok(Response::json(status, &json!({"issues": issues, "errors": failures})))
    }

    /// Creates one issue; the error is Jira's error body.
    fn create(&mut self, body: &Map<String, Value>) -> Result<Value, Value> {
        let mut errors = FieldErrors::default();
        let none = Map::new();
        let fields = body.get("fields").and_then(Value::as_object).unwrap_or(&none);
        let mut issue = self.blank(fields)?;
        let comments = self.apply(&mut issue, body, Screen::Create, &mut errors);
        if let Err(text) = super::fields::check_summary(&issue.summary)
            && !errors.has("summary")
        {
            errors.add("summary", text);
        }
        for custom in &self.site.project(issue.project).custom_fields {
            if custom.required && !issue.other.contains_key(&custom.id) {
                errors.add(&custom.id, format!("{} is required.", custom.name));
            }
        }
        issue.properties = properties_in(body).unwrap_or_else(|text| {
            errors.add("properties", text);
            BTreeMap::new()
        });
        if !errors.is_empty() {
            return Err(errors.into_body());
        }
        let (number, key) = self.site.next_key(issue.project);
        issue.number = number;
        issue.key = key;
        issue.id = self.site.new_id();
        let (id, key) = (issue.id, issue.key.clone());
        self.site.insert(issue);
        for comment in comments {
            let author = self.viewer().map(str::to_owned);
            if let (Some(author), Ok(body)) = (author, self.text_in(&comment["body"])) {
                self.site.add_comment(id, &author, body, None, BTreeMap::new());
            }
        }
        Ok(json!({"id": id.to_string(), "key": key, "self": format!("{}/issue/{id}", self.api)}))
    }

    /// An issue with project and type set and everything else at its default.
    fn blank(&self, fields: &Map<String, Value>) -> Result<Issue, Value> {
        let refuse = |field: &str, text: &str| FieldErrors::from([(field.to_owned(), text.to_owned())]).into_body();
        let project = fields.get("project").and_then(|p| p.get("key").or_else(|| p.get("id")));
        let named = project.map(|p| p.as_str().map_or_else(|| p.to_string(), str::to_owned));
        let Some(named) = named else { return Err(refuse("project", "Specify a valid project ID or key")) };
        let project = self.project(&named).map_err(|_| refuse("project", "valid project is required"))?;
        if self.site.is_archived_project(&project) {
            return Err(refuse("project", "valid project is required"));
        }
        if !self.site.may(self.viewer(), "CREATE_ISSUES") {
            return Err(refuse("project", "You do not have permission to create issues in this project."));
        }
        let Some(kind) = fields.get("issuetype") else { return Err(refuse("issuetype", "Specify an issue type")) };
        let is_shared = |name: &str| self.site.switches.shared_type_names.contains(name);
        if kind.get("id").is_none() && kind["name"].as_str().is_some_and(is_shared) {
            return Err(refuse("issuetype", "The issue type selected is invalid."));
        }
        let types = self.all_shown(&project.types);
        let kind = find_named(&types, kind).ok_or_else(|| refuse("issuetype", "valid issue type is required"))?;
        let now = self.site.now();
        let me = self.viewer().unwrap_or_default().to_owned();
        Ok(Issue {
            id: 0,
            key: String::new(),
            project: project.id,
            number: 0,
            issue_type: kind.id.clone(),
            summary: String::new(),
            description: Value::Null,
            labels: Vec::new(),
            priority: project.priorities.get(project.priorities.len() / 2).map(|p| p.id.clone()),
            status: project.workflow_of(&kind.id).statuses[0].id.clone(),
            resolution: None,
            resolved: None,
            creator: me.clone(),
            reporter: Some(me),
            assignee: None,
            created: now,
            updated: now,
            security: None,
            other: BTreeMap::new(),
            properties: BTreeMap::new(),
            remote_links: Vec::new(),
            attachments: Vec::new(),
            comments: Vec::new(),
            history: Vec::new(),
        })
    }

    pub(super) fn get_issue(&self, key: &str) -> Answer {
        let issue = self.issue(key)?;
        let shape = Shape {
            fields: Fields::parse(&self.list("fields"), "*all"),
            properties: self.list("properties"),
            expand: self.list("expand"),
            comments: if self.cloud() { 100 } else { usize::MAX },
        };
        let mut json = self.issue_json(&issue, &shape);
        if json.get("key").is_none() {
            json["key"] = json!(issue.key);
        }
        ok(&json)
    }

    pub(super) fn bulk_fetch(&self) -> Answer {
        let body = self.object(&["issueIdsOrKeys", "fields", "fieldsByKeys", "expand", "properties"])?;
        let bad = || errors::bad_payload(true, "");
        let strings = |name: &str| string_list(&body, name).ok_or_else(bad);
        let asked = strings("issueIdsOrKeys")?;
        if asked.is_empty() || asked.len() > BULK_FETCH {
            return Err(errors::message(400, "The number of issue ids or keys must be between 1 and 100."));
        }
        let shape = Shape {
            fields: Fields::parse(&strings("fields")?, "*navigable"),
            properties: strings("properties")?,
            expand: strings("expand")?,
            comments: self.site.switches.inline_comments,
        };
        if shape.properties.len() > 5 {
            return Err(errors::message(400, "A maximum of 5 issue property keys can be specified."));
        }
        let mut found: Vec<_> = asked.iter().filter_map(|key| self.issue(key).ok()).collect();
        found.sort_by_key(|i| i.id);
        found.dedup_by_key(|i| i.id);
        found.retain(|i| !(self.site.switches.archive.not_in_bulk && self.site.is_archived(i)));
        let issues: Vec<_> = found.iter().map(|i| self.issue_json(i, &shape)).collect();
        ok(&json!({"issues": issues, "issueErrors": []}))
    }

    pub(super) fn edit_issue(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        let me = self.user()?;
        if !self.site.may(Some(&me), "EDIT_ISSUES") {
            return Err(errors::message(403, "You do not have permission to edit issues in this project."));
        }
        let quiet = self.request.query("notifyUsers") == Some("false");
        if quiet && !self.cloud() && !self.site.may(Some(&me), "ADMINISTER_PROJECTS") {
            let text = "To discard the user notification either admin or project admin permissions are required.";
            return Err(errors::message(403, text));
        }
        let body = self.object(&UPDATE_MEMBERS)?;
        self.refuse_conflict()?;
        let mut errors = FieldErrors::default();
        let mut after = Issue::clone(&issue);
        let comments = self.apply(&mut after, &body, Screen::Edit, &mut errors);
        let properties = properties_in(&body).map_err(|text| errors::field("properties", &text))?;
        after.properties.extend(properties);
        if !errors.is_empty() {
            return Err(errors.into_response());
        }
        self.site.edit(issue.id, &me, |i| *i = after);
        self.add_from_update(issue.id, &me, &comments);
        if self.cloud() && self.request.query("returnIssue") == Some("true") {
            return self.get_issue(key);
        }
        Ok(Response::empty(204))
    }

    pub(super) fn put_assignee(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        let me = self.user()?;
        let member = if self.cloud() { "accountId" } else { "name" };
        let body = self.object(&[member])?;
        self.refuse_conflict()?;
        if !self.site.may(Some(&me), "ASSIGN_ISSUES") {
            return Err(errors::message(403, "You do not have permission to assign issues."));
        }
        let value = if body.get(member).is_none_or(Value::is_null) { Value::Null } else { json!(body) };
        let mut after = Issue::clone(&issue);
        self.set_assignee(&mut after, &value).map_err(|text| errors::field("assignee", &text))?;
        self.site.edit(issue.id, &me, |i| *i = after);
        Ok(Response::empty(204))
    }

    /// Cloud: two edits of one issue at the same moment.
    pub(super) fn refuse_conflict(&mut self) -> Answer<()> {
        if !self.cloud() || self.site.switches.edit_conflicts == 0 {
            return Ok(());
        }
        self.site.switches.edit_conflicts -= 1;
        Err(errors::message(409, "The issue was changed by another request. Try again."))
    }

    pub(super) fn add_from_update(&mut self, issue: u64, author: &str, comments: &[Value]) {
        for comment in comments {
            if let Ok(body) = self.text_in(&comment["body"]) {
                self.site.add_comment(issue, author, body, None, BTreeMap::new());
            }
        }
    }

    pub(super) fn delete_issue(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        if !self.site.may(self.viewer(), "DELETE_ISSUES") {
            return Err(errors::message(403, "You do not have permission to delete issues in this project."));
        }
        let parent = |i: &Issue| i.other.get("parent").and_then(|p| p["key"].as_str()) == Some(issue.key.as_str());
        let children: Vec<u64> = self.site.current().filter(|i| parent(i)).map(|i| i.id).collect();
        if !children.is_empty() && self.request.query("deleteSubtasks") != Some("true") {
            let text = format!(
                "The issue '{}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete \
                                this issue and all its subtasks.",
                issue.key
            );
            return Err(errors::message(400, &text));
        }
        children.into_iter().chain([issue.id]).for_each(|id| self.site.remove(id));
        Ok(Response::empty(204))
    }
}

/// A member that is a list of strings, or absent; `None` when it is anything else.
pub(super) fn string_list(body: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    match body.get(name) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(|v| v.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    }
}

/// The entity properties of a create or edit body.
pub(super) fn properties_in(body: &Map<String, Value>) -> Result<BTreeMap<String, Value>, String> {
    let list = match body.get("properties") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(list) => list.as_array().ok_or("properties must be an array")?,
    };
    let pairs = list.iter().map(|one| {
        let key = one.get("key").and_then(Value::as_str).ok_or("The property key is missing.")?;
        let value = one.get("value").ok_or("The property value is missing.")?;
        super::properties::check(key, value)?;
        Ok((key.to_owned(), value.clone()))
    });
    pairs.collect()
}
