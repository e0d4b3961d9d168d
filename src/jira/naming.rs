//! Learning what things are called.

use serde_json::Value;

use super::api::{Ask, segment};
use super::form::{Choice, pick};
use super::names::{Names, Thing};
use super::service::Jira;
use super::wire;
use crate::domain::{Issue, Status};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER};

const FACT: &str = "jira.names";

impl Jira<'_> {
    /// Lends the names to `act`, which says whether it learnt any.
    pub(super) fn with_names<T>(&self, act: impl FnOnce(&mut Names) -> (bool, T)) -> T {
        let mut names = self.names.borrow_mut();
        let names = names.get_or_insert_with(|| {
            let known = self.facts.recall(FACT, FOR_EVER);
            known.and_then(|known| serde_json::from_str(&known).ok()).unwrap_or_default()
        });
        let (is_new, done) = act(names);
        if is_new {
            self.facts.remember(FACT, &serde_json::to_string(names).unwrap_or_default());
        }
        done
    }

    /// Learns what a list calls these things, and adds what else they are called.
    pub(super) fn learn_choices(&self, thing: Thing, choices: &mut [Choice]) {
        self.with_names(|names| {
            let mut is_new = false;
            for one in choices.iter() {
                is_new |= names.learn(thing, &one.id, &one.name, one.also.first().map_or("", String::as_str));
            }
            for one in choices.iter_mut() {
                one.also = names.also(thing, &one.id);
            }
            (is_new, ())
        });
    }

    /// Learns what a list calls these statuses, and adds what else they are called.
    pub(super) fn learn_statuses<'s>(&self, statuses: impl Iterator<Item = &'s mut Status>) {
        self.with_names(|names| {
            let mut is_new = false;
            for one in statuses {
                is_new |= names.learn(Thing::Status, &one.id, &one.name, one.also.first().map_or("", String::as_str));
                one.also = names.also(Thing::Status, &one.id);
            }
            (is_new, ())
        });
    }

    /// Reads an issue, and adds what else its status, priority and type are called.
    pub(super) fn read_record(&self, raw: &wire::Issue, service: bool) -> Result<Result<Issue, String>, ApiError> {
        let mut issue = match self.with_reader(|reader| reader.issue(raw, service))? {
            Ok(issue) => issue,
            Err(why) => return Ok(Err(why)),
        };
        let told = self.told(raw)?;
        if let Some(detail) = issue.tracker_mut() {
            detail.fields = told;
        }
        if !self.with_names(|names| (false, names.knows(Thing::Status, &issue.status.id))) {
            self.ask_for_names(&raw.fields.project.id)?;
        }
        self.learn_statuses(std::iter::once(&mut issue.status));
        self.with_names(|names| {
            let mut is_new = false;
            let Some(detail) = issue.tracker_mut() else { return (is_new, ()) };
            if let Some(one) = &mut detail.priority {
                is_new |= names.learn(Thing::Priority, &one.id, &one.name, "");
                one.also = names.also(Thing::Priority, &one.id);
            }
            if let Some(one) = &mut detail.issue_type {
                is_new |= names.learn(Thing::Type, &one.id, &one.name, "");
                one.also = names.also(Thing::Type, &one.id);
            }
            (is_new, ())
        });
        Ok(Ok(issue))
    }

    /// Returns the id of the priority that a word means; `None` where Jira does not tell.
    pub(super) fn priority_id(&self, word: &str) -> Result<Option<String>, ApiError> {
        let known = || self.with_names(|names| (false, names.find(Thing::Priority, word)));
        if let Some(id) = known() {
            return Ok(Some(id));
        }
        if !self.named.borrow_mut().insert(String::new()) {
            return Ok(None);
        }
        match self.api.send(&Ask::get(self.rest("priority")?)) {
            Ok(reply) => {
                let list = reply.json.as_array().map(Vec::as_slice).unwrap_or_default();
                let mut choices: Vec<Choice> = list.iter().map(Choice::read).collect();
                self.learn_choices(Thing::Priority, &mut choices);
                Ok(pick(&choices, word).map(|one| one.id.clone()))
            }
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Asks what a project's types and statuses are called, once in a run.
    fn ask_for_names(&self, project: &str) -> Result<(), ApiError> {
        if project.is_empty() || !self.named.borrow_mut().insert(project.to_owned()) {
            return Ok(());
        }
        match self.api.send(&Ask::get(self.rest(&format!("project/{}/statuses", segment(project)))?)) {
            Ok(reply) => {
                self.learn_workflows(&reply.json);
                Ok(())
            }
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Learns from `project/{key}/statuses` what types and statuses are called.
    pub(super) fn learn_workflows(&self, list: &Value) {
        let types = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut choices: Vec<Choice> = types.iter().map(Choice::read).collect();
        self.learn_choices(Thing::Type, &mut choices);
        let statuses = types.iter().filter_map(|one| one.get("statuses")?.as_array()).flatten();
        let mut choices: Vec<Choice> = statuses.map(Choice::read).collect();
        self.learn_choices(Thing::Status, &mut choices);
    }

    /// Returns the type that a word means, of those that a list names.
    pub(super) fn type_of(&self, types: &[Value], word: &str) -> Option<Choice> {
        let mut choices: Vec<Choice> = types.iter().map(Choice::read).collect();
        self.learn_choices(Thing::Type, &mut choices);
        pick(&choices, word).cloned()
    }
}
