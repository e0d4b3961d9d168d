//! Names of types, statuses, priorities and resolutions: in the bot's language, in none, and as they were before.
//!
//! An issue tells only what the bot's language calls a thing. Lists tell the name it has in no language as well. Both are
//! remembered by id, so that the configuration may use either, whatever language the bot reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::text;

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
    pub(super) fn learn(&mut self, thing: Thing, id: &str, name: &str, untranslated: &str) -> bool {
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

    pub(super) fn knows(&self, thing: Thing, id: &str) -> bool {
        self.0.contains_key(&key(thing, id))
    }

    /// Returns the id of the thing that a word means.
    pub(super) fn find(&self, thing: Thing, word: &str) -> Option<String> {
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
    pub(super) fn also(&self, thing: Thing, id: &str) -> Vec<String> {
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
