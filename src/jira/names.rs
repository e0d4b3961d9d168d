//! Names of types, statuses, priorities and resolutions: in the bot's language, in none, and as they were before.
//!
//! An issue tells only what the bot's language calls a thing. Lists tell the name it has in no language as well. Both are
//! remembered by id, so that the configuration may use either, whatever language the bot reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Issue, Status};
use crate::jira::api::{Ask, segment};
use crate::jira::screen::{Choice, text};
use crate::jira::{Jira, wire};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER};

const FACT: &str = "jira.names";

/// Most things whose names are remembered.
const MOST: usize = 2_000;

/// Most former names of one thing.
const MOST_FORMER: usize = 4;

/// Longest name that is remembered, in bytes.
const LONGEST: usize = 255;

/// What kind of thing a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Type,
    Status,
    Priority,
    Resolution,
}

impl Thing {
    fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Resolution => "resolution",
        }
    }

    /// Returns the kind of thing that a field of this type holds.
    pub(super) fn of(kind: &str) -> Option<Self> {
        [Self::Type, Self::Status, Self::Priority, Self::Resolution].into_iter().find(|thing| thing.word() == kind)
    }
}

/// What one thing is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Called {
    now: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    untranslated: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<String>,
}

/// Names by kind and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names(BTreeMap<String, Called>);

impl Names {
    /// Remembers what a thing is called; returns whether that is new.
    fn learn(&mut self, thing: Thing, id: &str, name: &str, untranslated: &str) -> bool {
        let is_fit = |text: &str| !text.is_empty() && text.len() <= LONGEST;
        if !is_fit(id) || !is_fit(name) {
            return false;
        }
        let key = key(thing, id);
        if !self.0.contains_key(&key) && self.0.len() >= MOST {
            return false;
        }
        let called = self.0.entry(key).or_default();
        let before = called.clone();
        if called.now != name {
            let former = std::mem::replace(&mut called.now, name.to_owned());
            called.former.retain(|one| one != name && *one != former);
            if !former.is_empty() {
                called.former.insert(0, former);
            }
            called.former.truncate(MOST_FORMER);
        }
        if is_fit(untranslated) {
            untranslated.clone_into(&mut called.untranslated);
        }
        *called != before
    }

    fn knows(&self, thing: Thing, id: &str) -> bool {
        self.0.contains_key(&key(thing, id))
    }

    /// Returns the id of the thing that a word means.
    fn find(&self, thing: Thing, word: &str) -> Option<String> {
        let kind = format!("{}.", thing.word());
        let wanted = word.to_lowercase();
        let all = || self.0.iter().filter_map(|(key, called)| Some((key.strip_prefix(&kind)?, called)));
        let by = |is_it: &dyn Fn(&Called) -> bool| all().find(|(_, one)| is_it(one)).map(|(id, _)| id.to_owned());
        let by_id = || all().find(|(id, _)| *id == word).map(|(id, _)| id.to_owned());
        by_id()
            .or_else(|| by(&|one| one.now.to_lowercase() == wanted))
            .or_else(|| by(&|one| one.untranslated.to_lowercase() == wanted))
            .or_else(|| by(&|one| one.former.iter().any(|name| name.to_lowercase() == wanted)))
    }

    /// Returns the other names of a thing. A former name that another thing has now is that one's.
    fn also(&self, thing: Thing, id: &str) -> Vec<String> {
        let Some(called) = self.0.get(&key(thing, id)) else { return Vec::new() };
        let kind = format!("{}.", thing.word());
        let is_taken = |name: &String| self.0.iter().any(|(key, one)| key.starts_with(&kind) && one.now == *name);
        let former = called.former.iter().filter(|name| !is_taken(name));
        let untranslated = Some(&called.untranslated).filter(|name| !name.is_empty() && **name != called.now);
        untranslated.into_iter().chain(former).cloned().collect()
    }
}

fn key(thing: Thing, id: &str) -> String {
    format!("{}.{id}", thing.word())
}

impl Jira<'_> {
    /// Lends the names to `act`, which says whether it learnt any.
    fn with_names<T>(&self, act: impl FnOnce(&mut Names) -> (bool, T)) -> T {
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
        if !self.with_names(|names| (false, names.knows(Thing::Status, &issue.status.id))) {
            self.ask_for_names(&raw.fields.project.id)?;
        }
        self.learn_statuses(std::iter::once(&mut issue.status));
        self.with_names(|names| {
            let mut is_new = false;
            if let Some(one) = &mut issue.priority {
                is_new |= names.learn(Thing::Priority, &one.id, &one.name, "");
                one.also = names.also(Thing::Priority, &one.id);
            }
            if let Some(one) = &mut issue.issue_type {
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

/// Returns the choice that a word means: by id, else by its name, else by another of its names.
pub(super) fn pick<'c>(choices: &'c [Choice], word: &str) -> Option<&'c Choice> {
    let wanted = word.to_lowercase();
    let is_it = |name: &String| name.to_lowercase() == wanted;
    let by_id = choices.iter().find(|one| !word.is_empty() && one.id == word);
    let by_name = || choices.iter().find(|one| is_it(&one.name));
    by_id.or_else(by_name).or_else(|| choices.iter().find(|one| one.also.iter().any(is_it)))
}

/// Returns the name of a thing, with what else it is called.
pub(super) fn both_names(name: &str, also: &[String]) -> String {
    if also.is_empty() { name.to_owned() } else { format!("{name} ({})", also.join(", ")) }
}

/// Returns the name that a thing has in no language, where a list tells it.
pub(super) fn untranslated(value: &Value) -> Option<String> {
    Some(text(value, "untranslatedName")).filter(|name| !name.is_empty() && *name != text(value, "name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_remembered_by_id_and_a_taken_one_is_the_others() {
        let mut names = Names::default();
        assert!(names.learn(Thing::Status, "1", "Done", ""));
        assert!(!names.learn(Thing::Status, "1", "Done", ""));
        assert!(names.learn(Thing::Status, "1", "完成", "Done!"));
        assert_eq!(names.also(Thing::Status, "1"), ["Done!", "Done"]);
        assert!(names.learn(Thing::Status, "2", "Done", ""));
        assert_eq!(names.also(Thing::Status, "1"), ["Done!"]);
        assert!(names.learn(Thing::Priority, "3", "Done!", ""));
        assert_eq!(names.also(Thing::Status, "1"), ["Done!"]);
        for (n, name) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
            assert!(names.learn(Thing::Type, "9", name, ""), "{n}");
        }
        assert_eq!(names.also(Thing::Type, "9"), ["e", "d", "c", "b"]);
        assert!(!names.learn(Thing::Type, "", "x", "") && !names.learn(Thing::Type, "10", &"x".repeat(256), ""));
    }
}
