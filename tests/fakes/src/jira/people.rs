//! What people do in Jira behind guajira's back, and what a test reads there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::FakeJira;
use super::model::{Comment, Issue, Project, SecurityLevel, User, Visibility};
use super::state::Site;
use super::text::paragraphs;
use super::workflow::Category;

/// An issue that a person creates. Missing parts take the project's defaults.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Issue type name; the project's first when empty.
    pub issue_type: String,
    /// Title.
    pub summary: String,
    /// Text, or ADF on Cloud.
    pub description: Value,
    /// Labels.
    pub labels: Vec<String>,
    /// Priority name.
    pub priority: Option<String>,
    /// Login name.
    pub assignee: Option<String>,
}

impl Draft {
    /// A draft with a title and nothing else.
    pub fn new(summary: &str) -> Self {
        Self { summary: summary.to_owned(), ..Self::default() }
    }
}

fn put(all: &mut BTreeMap<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        all.remove(name);
    } else {
        all.insert(name.to_owned(), value);
    }
}

impl Site {
    fn stored(&self, text: Value) -> Value {
        match text {
            Value::String(text) if self.cloud() => paragraphs(&text),
            other => other,
        }
    }

    fn id_of(&self, key: &str) -> u64 {
        self.issue_named(key).expect("a known issue").id
    }

    /// The issue a comment is on.
    fn issue_of_comment(&self, id: u64) -> u64 {
        *self.comment_homes.get(&id).expect("a known comment")
    }

    /// Puts an issue into a status; entering and leaving *done* sets and clears the resolution.
    pub(super) fn go(&mut self, issue: u64, author: &str, status: &str, resolution: Option<String>) {
        let Some(project) = self.issue(issue).map(|i| i.project) else { return };
        let done = self.status(project, status).category == Category::Done;
        let (now, keeps) = (self.now(), self.switches.reopening_keeps_resolution);
        self.edit(issue, author, |i| {
            status.clone_into(&mut i.status);
            if done {
                i.resolution = resolution.or_else(|| i.resolution.take()).or_else(|| Some("Done".into()));
                i.resolved = i.resolved.or(Some(now));
            } else if !keeps {
                i.resolution = None;
                i.resolved = None;
            }
        });
    }
}

impl FakeJira {
    /// Adds a user.
    pub fn add_user(&self, user: User) {
        self.site().users.push(user);
    }

    /// Adds a project.
    pub fn add_project(&self, project: Project) {
        self.site().add_project(project);
    }

    /// A person creates an issue; gives its key.
    pub fn create_issue(&self, project: &str, author: &str, draft: Draft) -> String {
        let mut site = self.site();
        let project = site.project_named(project).expect("a known project").clone();
        let kind = project.types.iter().find(|t| draft.issue_type.is_empty() || t.name == draft.issue_type);
        let kind = kind.expect("a known issue type");
        let middle = project.priorities.get(project.priorities.len() / 2).map(|p| p.id.clone());
        let priority = match &draft.priority {
            Some(name) => project.priorities.iter().find(|p| p.name == *name).map(|p| p.id.clone()),
            None => middle,
        };
        let (number, key) = site.next_key(project.id);
        let (id, now) = (site.new_id(), site.now());
        let description = site.stored(draft.description);
        site.insert(Issue {
            id,
            key: key.clone(),
            project: project.id,
            number,
            issue_type: kind.id.clone(),
            summary: draft.summary,
            description,
            labels: draft.labels,
            priority,
            status: project.workflow_of(&kind.id).statuses[0].id.clone(),
            resolution: None,
            resolved: None,
            creator: author.to_owned(),
            reporter: Some(author.to_owned()),
            assignee: draft.assignee,
            created: now,
            updated: now,
            security: None,
            other: BTreeMap::new(),
            properties: BTreeMap::new(),
            remote_links: Vec::new(),
            attachments: Vec::new(),
            comments: Vec::new(),
            history: Vec::new(),
        });
        key
    }

    /// A person edits an issue; history is written and `updated` moves if anything changed.
    pub fn edit_issue(&self, key: &str, author: &str, act: impl FnOnce(&mut Issue)) {
        let mut site = self.site();
        let id = site.id_of(key);
        site.edit(id, author, act);
    }

    /// A person replaces the description.
    pub fn set_description(&self, key: &str, author: &str, text: impl Into<Value>) {
        let text = self.site().stored(text.into());
        self.edit_issue(key, author, |i| i.description = text);
    }

    /// A person gives an issue another title.
    pub fn retitle(&self, key: &str, author: &str, title: &str) {
        self.edit_issue(key, author, |i| title.clone_into(&mut i.summary));
    }

    /// A person sets the priority, by name.
    pub fn set_priority(&self, key: &str, author: &str, priority: &str) {
        let project = self.issue(key).expect("a known issue").project;
        let known = self.site().project(project).priorities.iter().find(|p| p.name == priority).map(|p| p.id.clone());
        self.edit_issue(key, author, |i| i.priority = Some(known.expect("a known priority")));
    }

    /// A person sets another field, by its id, as the site stores it.
    pub fn set_field(&self, key: &str, author: &str, id: &str, value: Value) {
        self.edit_issue(key, author, |issue| drop(issue.other.insert(id.to_owned(), value)));
    }

    /// A person adds a label.
    pub fn add_label(&self, key: &str, author: &str, label: &str) {
        self.edit_issue(key, author, |i| {
            i.labels.retain(|l| l != label);
            i.labels.push(label.to_owned());
        });
    }

    /// A person removes a label.
    pub fn remove_label(&self, key: &str, author: &str, label: &str) {
        self.edit_issue(key, author, |i| i.labels.retain(|l| l != label));
    }

    /// A person assigns an issue.
    pub fn assign(&self, key: &str, author: &str, assignee: Option<&str>) {
        self.edit_issue(key, author, |i| i.assignee = assignee.map(str::to_owned));
    }

    /// A person writes a comment, as text or as ADF; gives its id.
    pub fn comment(&self, key: &str, author: &str, text: impl Into<Value>) -> u64 {
        self.comment_for(key, author, text, None)
    }

    /// A person writes a comment that only some may see.
    pub fn comment_for(&self, key: &str, author: &str, text: impl Into<Value>, visibility: Option<Visibility>) -> u64 {
        let mut site = self.site();
        let id = site.id_of(key);
        let body = site.stored(text.into());
        site.add_comment(id, author, body, visibility, BTreeMap::new())
    }

    /// An agent writes an internal note in a service project.
    pub fn internal_comment(&self, key: &str, author: &str, text: impl Into<Value>) -> u64 {
        let mut site = self.site();
        let id = site.id_of(key);
        let body = site.stored(text.into());
        let note = BTreeMap::from([("sd.public.comment".to_owned(), json!({"internal": true}))]);
        site.add_comment(id, author, body, None, note)
    }

    /// A person edits a comment; the same text again is no edit.
    pub fn edit_comment(&self, id: u64, author: &str, text: impl Into<Value>) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        let (body, now, bumps) = (site.stored(text.into()), site.now(), site.switches.comment_edit_bumps);
        let same = site.issue(issue).is_some_and(|i| i.comments.iter().any(|c| c.id == id && c.body == body));
        if same {
            return;
        }
        site.change_comment(issue, id, bumps, |c| {
            c.body = body;
            c.update_author = Some(author.to_owned());
            c.updated = now;
        });
    }

    /// A person restricts a comment, or lifts the restriction.
    pub fn restrict_comment(&self, id: u64, visibility: Option<Visibility>) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        let (now, bumps) = (site.now(), site.switches.comment_edit_bumps);
        site.change_comment(issue, id, bumps, |c| {
            c.visibility = visibility;
            c.updated = now;
        });
    }

    /// A person with an API token sets or removes (`null`) a property of an issue that they may edit. It leaves no trace.
    pub fn set_issue_property(&self, key: &str, author: &str, property: &str, value: Value) {
        let mut site = self.site();
        assert!(site.may(Some(author), "EDIT_ISSUES"), "{author} may not edit issues");
        let id = site.id_of(key);
        site.change(id, |issue| put(&mut issue.properties, property, value));
    }

    /// A person with an API token sets or removes (`null`) a property of an own comment. It leaves no trace.
    pub fn set_comment_property(&self, id: u64, author: &str, property: &str, value: Value) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        site.change_comment(issue, id, false, |comment| {
            assert_eq!(comment.author.as_deref(), Some(author), "not {author}'s own comment");
            put(&mut comment.properties, property, value);
        });
    }

    /// Changes what an issue holds without a trace, as another program version would have left it.
    pub fn rewrite_issue(&self, key: &str, act: impl FnOnce(&mut Issue)) {
        let mut site = self.site();
        let id = site.id_of(key);
        site.change(id, act);
    }

    /// The same of a comment.
    pub fn rewrite_comment(&self, id: u64, act: impl FnOnce(&mut Comment)) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        site.change_comment(issue, id, false, act);
    }

    /// The author's account is removed: the comment stays without one.
    pub fn forget_comment_author(&self, id: u64) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        site.change_comment(issue, id, false, |c| {
            c.author = None;
            c.update_author = None;
        });
    }

    /// A person deletes a comment.
    pub fn delete_comment(&self, id: u64, author: &str) {
        let mut site = self.site();
        let issue = site.issue_of_comment(id);
        site.remove_comment(issue, id, author);
    }

    /// A person sets or lifts the security level; only `members` (login names) then see the issue.
    pub fn set_security(&self, key: &str, level: Option<&str>, members: &[&str]) {
        let members: BTreeSet<String> = members.iter().map(|m| (*m).to_owned()).collect();
        let level = level.map(|name| SecurityLevel { name: name.to_owned(), members });
        self.edit_issue(key, "alice", |i| i.security = level);
    }

    /// A person moves an issue to another project; gives its new key. The old key still resolves.
    pub fn move_issue(&self, key: &str, project: &str, author: &str) -> String {
        let mut site = self.site();
        let id = site.id_of(key);
        let to = site.project_named(project).expect("a known project").id;
        site.move_issue(id, to, author);
        site.issue(id).expect("a moved issue").key.clone()
    }

    /// An administrator gives a project another key; the old one still resolves.
    pub fn rename_project(&self, old: &str, new: &str) {
        self.site().rename_project(old, new);
    }

    /// A person clones an issue: fields and labels are copied, properties, comments and links are not.
    pub fn clone_issue(&self, key: &str, author: &str) -> String {
        let mut site = self.site();
        let id = site.id_of(key);
        let mut copy = Issue::clone(site.issue(id).expect("a known issue"));
        let (number, key) = site.next_key(copy.project);
        copy.id = site.new_id();
        copy.number = number;
        copy.key.clone_from(&key);
        copy.summary = format!("CLONE - {}", copy.summary);
        copy.status.clone_from(&site.project(copy.project).workflow_of(&copy.issue_type).statuses[0].id);
        copy.created = site.now();
        copy.updated = site.now();
        author.clone_into(&mut copy.creator);
        copy.resolution = None;
        copy.resolved = None;
        copy.properties.clear();
        copy.remote_links.clear();
        copy.attachments.clear();
        copy.comments.clear();
        copy.history.clear();
        site.insert(copy);
        key
    }

    /// A person moves an issue into a status of its project, by name.
    pub fn transition(&self, key: &str, author: &str, status: &str) {
        let mut site = self.site();
        let id = site.id_of(key);
        let project = site.issue(id).expect("a known issue").project;
        let status = site.project(project).statuses().find(|s| s.name == status).expect("a known status").id.clone();
        site.go(id, author, &status, None);
    }

    /// A person resolves an issue: a status of its project that is done, and a resolution, by name.
    pub fn resolve(&self, key: &str, author: &str, status: &str, resolution: &str) {
        let mut site = self.site();
        let id = site.id_of(key);
        let project = site.issue(id).expect("a known issue").project;
        let status = site.project(project).statuses().find(|s| s.name == status).expect("a known status").id.clone();
        site.go(id, author, &status, Some(resolution.to_owned()));
    }

    /// A person deletes an issue.
    pub fn delete_issue(&self, key: &str) {
        let mut site = self.site();
        let id = site.id_of(key);
        site.remove(id);
    }

    /// All issues there are, by id.
    pub fn issues(&self) -> Vec<Issue> {
        self.site().current().map(|i| Issue::clone(i)).collect()
    }

    /// One issue, by any key it ever had.
    pub fn issue(&self, key: &str) -> Option<Issue> {
        self.site().issue_named(key).map(|i| Issue::clone(i))
    }

    /// An issue's comments with their properties, oldest first.
    pub fn comments(&self, key: &str) -> Vec<Comment> {
        let site = self.site();
        let issue = site.issue_named(key).expect("a known issue");
        issue.comments.iter().map(|c| Comment::clone(c)).collect()
    }

    /// The name of an issue's status.
    pub fn status_of(&self, key: &str) -> String {
        let site = self.site();
        let issue = site.issue_named(key).expect("a known issue");
        site.status(issue.project, &issue.status).name
    }

    /// The name of an issue's priority.
    pub fn priority_of(&self, key: &str) -> Option<String> {
        let site = self.site();
        let issue = site.issue_named(key).expect("a known issue");
        site.priority(issue.project, issue.priority.as_ref()?).map(|p| p.name.clone())
    }

    /// A property of a user's record.
    pub fn user_property(&self, name: &str, key: &str) -> Option<Value> {
        self.site().user_properties.get(&(name.to_owned(), key.to_owned())).cloned()
    }
}
