//! The state of a site: who and what there is, how it changes, and how search saw it a while ago.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::model::{Comment, Flavour, History, Issue, Named, Project, User};
use super::switches::Switches;
use super::workflow::{Category, Status};
use crate::clock::SimClock;

/// An issue through time; `None` after its deletion.
type Track = Vec<(DateTime<Utc>, Option<Arc<Issue>>)>;

pub(super) struct Site {
    pub(super) flavour: Flavour,
    pub(super) clock: SimClock,
    /// Scheme, host, port and context path; what `serverInfo` calls the base URL.
    pub(super) base_url: String,
    pub(super) context_path: String,
    pub(super) cloud_id: String,
    pub(super) server_zone: Tz,
    pub(super) version: Vec<u32>,
    pub(super) switches: Switches,
    pub(super) users: Vec<User>,
    pub(super) projects: Vec<Project>,
    tracks: BTreeMap<u64, Track>,
    /// Issues by project and number; a moved issue keeps its old entries.
    numbers: HashMap<(u64, u64), u64>,
    /// The issue each comment was written on.
    pub(super) comment_homes: HashMap<u64, u64>,
    /// Former project keys.
    former_keys: HashMap<String, u64>,
    next_number: HashMap<u64, u64>,
    next_id: u64,
    pub(super) user_properties: BTreeMap<(String, String), Value>,
    /// Failed logins by user name.
    pub(super) failed_logins: HashMap<String, u32>,
    pub(super) pages: HashMap<String, super::search::Page>,
    pub(super) limits: super::limits::Windows,
    /// Server: the application link.
    pub(super) link: Option<super::oauth::Link>,
}

impl Site {
    pub(super) fn new(flavour: Flavour, clock: SimClock, context_path: &str, server_zone: Tz) -> Self {
        let cloud = flavour == Flavour::Cloud;
        Self {
            flavour,
            clock,
            base_url: String::new(),
            context_path: context_path.to_owned(),
            cloud_id: "11111111-aaaa-4bbb-8ccc-222222222222".into(),
            server_zone,
            version: if cloud { vec![1001, 0, 0] } else { vec![10, 3, 24] },
            switches: Switches::new(cloud),
            users: Vec::new(),
            projects: Vec::new(),
            tracks: BTreeMap::new(),
            numbers: HashMap::new(),
            comment_homes: HashMap::new(),
            former_keys: HashMap::new(),
            next_number: HashMap::new(),
            next_id: 10_000,
            user_properties: BTreeMap::new(),
            failed_logins: HashMap::new(),
            pages: HashMap::new(),
            limits: super::limits::Windows::default(),
            link: None,
        }
    }

    pub(super) fn cloud(&self) -> bool {
        self.flavour == Flavour::Cloud
    }

    /// The present, to the millisecond, as Jira's database keeps it.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        now.with_nanosecond(now.nanosecond() / 1_000_000 * 1_000_000).unwrap_or(now)
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    // People

    pub(super) fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|u| u.name == name)
    }

    /// Finds a user by what the flavour's API names people by.
    pub(super) fn user_by_wire_id(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|u| if self.cloud() { u.account_id == id } else { u.name.eq_ignore_ascii_case(id) })
    }

    pub(super) fn may(&self, user: Option<&str>, permission: &str) -> bool {
        user.and_then(|u| self.user(u)).is_some_and(|u| !u.denied.contains(permission))
    }

    // Projects

    pub(super) fn add_project(&mut self, mut project: Project) -> u64 {
        if project.id == 0 {
            project.id = self.new_id();
        }
        let id = project.id;
        self.projects.push(project);
        id
    }

    pub(super) fn project(&self, id: u64) -> &Project {
        self.projects.iter().find(|p| p.id == id).expect("projects are never removed")
    }

    /// Finds a project by key (also a former one) or id, whoever looks.
    pub(super) fn project_named(&self, key_or_id: &str) -> Option<&Project> {
        let former = self.former_keys.get(&key_or_id.to_uppercase());
        let by_id = key_or_id.parse().ok();
        self.projects
            .iter()
            .find(|p| p.key.eq_ignore_ascii_case(key_or_id))
            .or_else(|| self.projects.iter().find(|p| Some(p.id) == by_id || former == Some(&p.id)))
    }

    pub(super) fn sees_project(&self, project: &Project, viewer: Option<&str>) -> bool {
        viewer.is_some_and(|v| self.may(Some(v), "BROWSE_PROJECTS") && !project.hidden_from.contains(v))
    }

    pub(super) fn rename_project(&mut self, old: &str, new: &str) {
        let id = self.project_named(old).expect("a known project").id;
        self.former_keys.insert(old.to_uppercase(), id);
        for project in self.projects.iter_mut().filter(|p| p.id == id) {
            new.clone_into(&mut project.key);
        }
        let theirs: Vec<u64> = self.current().filter(|i| i.project == id).map(|i| i.id).collect();
        for issue in theirs {
            self.change(issue, |i| i.key = format!("{new}-{}", i.number));
        }
    }

    pub(super) fn status(&self, project: u64, id: &str) -> Status {
        let found = self.project(project).statuses().find(|s| s.id == id).cloned();
        found.unwrap_or(Status { id: id.into(), name: id.into(), category: Category::New })
    }

    pub(super) fn priority(&self, project: u64, id: &str) -> Option<&Named> {
        self.project(project).priorities.iter().find(|p| p.id == id)
    }

    pub(super) fn issue_type(&self, project: u64, id: &str) -> Named {
        let found = self.project(project).types.iter().find(|t| t.id == id).cloned();
        found.unwrap_or(Named { id: id.into(), name: id.into() })
    }

    // Issues

    /// All issues as they are now.
    pub(super) fn current(&self) -> impl Iterator<Item = &Arc<Issue>> {
        self.tracks.values().filter_map(|t| t.last().and_then(|(_, i)| i.as_ref()))
    }

    /// All issues as they were at `at`.
    pub(super) fn as_of(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Arc<Issue>> {
        self.tracks.values().filter_map(move |t| t.iter().rev().find(|(from, _)| *from <= at)?.1.as_ref())
    }

    pub(super) fn issue(&self, id: u64) -> Option<&Arc<Issue>> {
        self.tracks.get(&id)?.last()?.1.as_ref()
    }

    /// Finds an issue by id or by any key it ever had, whoever looks.
    pub(super) fn issue_named(&self, id_or_key: &str) -> Option<&Arc<Issue>> {
        if let Ok(id) = id_or_key.parse() {
            return self.issue(id);
        }
        let (project, number) = id_or_key.rsplit_once('-')?;
        let number: u64 = number.parse().ok()?;
        let project = self.project_named(project)?.id;
        self.issue(*self.numbers.get(&(project, number))?)
    }

    pub(super) fn sees_issue(&self, issue: &Issue, viewer: Option<&str>) -> bool {
        let cleared = match (&issue.security, viewer) {
            (Some(level), Some(viewer)) => level.members.contains(viewer),
            (Some(_), None) => false,
            (None, _) => true,
        };
        cleared && self.sees_project(self.project(issue.project), viewer)
    }

    pub(super) fn is_archived_project(&self, project: &Project) -> bool {
        self.switches.archive.projects.contains(&project.key)
    }

    pub(super) fn is_archived(&self, issue: &Issue) -> bool {
        self.switches.archive.issues.contains(&issue.key) || self.is_archived_project(self.project(issue.project))
    }

    pub(super) fn sees_comment(&self, comment: &Comment, viewer: Option<&str>) -> bool {
        use super::model::Visibility::{Group, Role};
        let Some(user) = viewer.and_then(|v| self.user(v)) else { return false };
        match &comment.visibility {
            None => user.account_type != "customer" || !comment.internal(),
            Some(Role(role)) => user.roles.contains(role),
            Some(Group(group)) => user.groups.contains(group),
        }
    }

    /// Takes the next number of a project.
    pub(super) fn next_key(&mut self, project: u64) -> (u64, String) {
        let number = self.next_number.entry(project).or_insert(0);
        *number += 1;
        let number = *number;
        (number, format!("{}-{number}", self.project(project).key))
    }

    pub(super) fn insert(&mut self, issue: Issue) {
        let now = self.now();
        self.numbers.insert((issue.project, issue.number), issue.id);
        self.tracks.insert(issue.id, vec![(now, Some(Arc::new(issue)))]);
    }

    /// Changes an issue as it stands; whether `updated` moves is the caller's business.
    pub(super) fn change(&mut self, id: u64, act: impl FnOnce(&mut Issue)) {
        let now = self.now();
        let Some(track) = self.tracks.get_mut(&id) else { return };
        let Some((_, Some(last))) = track.last() else { return };
        let mut next = Issue::clone(last);
        act(&mut next);
        track.push((now, Some(Arc::new(next))));
    }

    /// Changes an issue in a user's name: writes history and moves `updated`, if anything that has history changed.
    pub(super) fn edit(&mut self, id: u64, author: &str, act: impl FnOnce(&mut Issue)) {
        let Some(before) = self.issue(id).cloned() else { return };
        let mut after = Issue::clone(&before);
        act(&mut after);
        let items = self.differences(&before, &after);
        if !items.is_empty() {
            after.updated = self.now();
            let created = self.now();
            after.history.push(History { id: self.new_id(), author: author.to_owned(), created, items });
        }
        self.change(id, |issue| *issue = after);
    }

    fn differences(&self, old: &Issue, new: &Issue) -> Vec<(String, Option<String>, Option<String>)> {
        let facts = |i: &Issue| {
            let text = |v: &Value| (!v.is_null()).then(|| super::text::plain(v));
            let mut facts = vec![
                ("summary".to_owned(), Some(i.summary.clone())),
                ("description".into(), text(&i.description)),
                ("labels".into(), Some(i.labels.join(" "))),
                ("priority".into(), i.priority.clone()),
                ("status".into(), Some(self.status(i.project, &i.status).name)),
                ("resolution".into(), i.resolution.clone()),
                ("assignee".into(), i.assignee.clone()),
                ("reporter".into(), i.reporter.clone()),
                ("issuetype".into(), Some(i.issue_type.clone())),
                ("Key".into(), Some(i.key.clone())),
                ("security".into(), i.security.as_ref().map(|s| s.name.clone())),
            ];
            facts.extend(i.other.iter().map(|(k, v)| (k.clone(), text(v))));
            facts
        };
        let (old, new) = (facts(old), facts(new));
        let mut items: Vec<_> = new
            .iter()
            .filter_map(|(name, value)| {
                let before = old.iter().find(|(n, _)| n == name).and_then(|(_, v)| v.clone());
                (before != *value).then(|| (name.clone(), before, value.clone()))
            })
            .collect();
        let gone = old.iter().filter(|(n, v)| v.is_some() && new.iter().all(|(m, _)| m != n));
        items.extend(gone.map(|(n, v)| (n.clone(), v.clone(), None)));
        items
    }

    pub(super) fn remove(&mut self, id: u64) {
        let now = self.now();
        if let Some(track) = self.tracks.get_mut(&id) {
            track.push((now, None));
        }
    }

    pub(super) fn move_issue(&mut self, id: u64, to: u64, author: &str) {
        let Some(old) = self.issue(id).cloned() else { return };
        let (number, key) = self.next_key(to);
        self.numbers.insert((to, number), id);
        let target = self.project(to);
        let workflow = target.workflow_of(&old.issue_type);
        let keeps = workflow.statuses.iter().any(|s| s.id == old.status);
        let status = if keeps { old.status.clone() } else { workflow.statuses[0].id.clone() };
        self.edit(id, author, |issue| {
            issue.project = to;
            issue.number = number;
            issue.key = key;
            issue.status = status;
        });
    }

    /// The moment search has caught up with.
    pub(super) fn indexed_until(&self) -> DateTime<Utc> {
        self.now() - TimeDelta::from_std(self.switches.index_lag).unwrap_or(TimeDelta::zero())
    }
}
