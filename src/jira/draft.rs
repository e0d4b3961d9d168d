//! An issue on its way to Jira: its fields made legal, and what it gives up rather than not being created.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::answer::Words;
use super::claim::PROPERTY;
use super::desk::Late;
use super::jql;
use super::takes::{Takes, is_wide, limit_in, size};
use super::words::{Text, marker};
use crate::domain::marker::label;
use crate::domain::{Action, DroppedField, NewIssue, Push};
use crate::words::Less;

/// Longest summary and longest label, in UTF-16 units.
const MAX_LINE: usize = 255;

/// Fields that are left out rather than losing the issue, besides those of `[route.fields]`.
const OPTIONAL: [&str; 4] = ["priority", "labels", "components", "parent"];

/// The one other field that is never left out: without it more people would see the issue.
pub(super) const SECURITY: &str = "security";

/// How much of the description is still sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Description {
    Rich,
    Plain,
    Short,
    Left,
}

/// An issue on its way, with what had to be left out so far.
#[derive(Clone)]
pub(super) struct Draft<'p> {
    pub(super) push: &'p Push,
    pub(super) issue: &'p NewIssue,
    description: Description,
    /// Which texts this Jira takes, as far as known.
    pub(super) takes: Takes,
    /// What was known of that before.
    pub(super) known: Takes,
    /// What the description was before the characters were replaced.
    before: Option<Description>,
    /// The ids of what the issue names: its type, its priority, its components, as far as the create screen tells.
    pub(super) ids: Map<String, Value>,
    /// What the create screen decides the shape of, by field id.
    pub(super) extra: Map<String, Value>,
    /// What is set after the create where that does not take it.
    pub(super) late: Vec<Late>,
    pub(super) omitted: HashSet<String>,
    pub(super) dropped: Vec<DroppedField>,
}

impl<'p> Draft<'p> {
    /// Returns the draft of a create; `None` for any other write.
    pub(super) fn new(push: &'p Push) -> Option<Self> {
        let Action::CreateIssue(issue) = &push.action else { return None };
        let (ids, extra, omitted) = (Map::new(), Map::new(), HashSet::new());
        let (takes, known, before) = (Takes::default(), Takes::default(), None);
        let (description, dropped) = (Description::Rich, issue.left_out.clone());
        let late = Vec::new();
        Some(Self { push, issue, description, takes, known, before, ids, extra, late, omitted, dropped })
    }

    /// Takes back what a create screen made of the draft.
    pub(super) fn unfit(&mut self) {
        self.ids.clear();
        self.extra.clear();
        self.late.clear();
        self.omitted.clear();
        self.dropped.retain(|dropped| dropped.field == "description");
        self.dropped.splice(0..0, self.issue.left_out.iter().cloned());
    }

    /// Returns the label that marks the copy: the original's uuid.
    pub(super) fn marker_label(&self) -> Option<String> {
        legal_label(&label(&self.push.key)?)
    }

    /// Returns what is sent: fields and the marker property.
    pub(super) fn body(&self, cloud: bool, pair: &str) -> Value {
        let issue = self.issue;
        let mut fields = Map::new();
        fields.insert("project".to_owned(), json!({"key": issue.project}));
        let id = |field: &str| self.ids.get(field).cloned();
        fields.insert("issuetype".to_owned(), id("issuetype").unwrap_or_else(|| by_id_or_name(&issue.issue_type)));
        fields.insert("summary".to_owned(), summary(&issue.title).into());
        fields.extend(self.text(cloud).map(|value| ("description".to_owned(), value)));
        if !self.omitted.contains("labels") {
            fields.insert("labels".to_owned(), labels(self.marker_label(), &issue.labels).into());
        }
        if let Some(priority) = issue.priority.as_deref().filter(|_| !self.omitted.contains("priority")) {
            fields.insert("priority".to_owned(), id("priority").unwrap_or_else(|| by_id_or_name(priority)));
        }
        if !issue.components.is_empty() && !self.omitted.contains("components") {
            let named = || issue.components.iter().map(|one| by_id_or_name(one)).collect();
            fields.insert("components".to_owned(), id("components").unwrap_or_else(named));
        }
        let extra = self.extra.iter().filter(|(id, _)| !self.omitted.contains(*id));
        fields.extend(extra.map(|(id, value)| (id.clone(), value.clone())));
        let fields = self.takes.fit(fields.into());
        json!({"fields": fields, "properties": [{"key": PROPERTY, "value": marker(self.push, pair)}]})
    }

    /// Returns the description as it is sent.
    fn text(&self, cloud: bool) -> Option<Value> {
        let takes = Takes { cloud, ..self.takes };
        let text = Text { body: &self.issue.body, origin_url: &self.issue.origin_url };
        match self.description {
            _ if self.issue.body.is_empty() => None,
            Description::Rich => Some(text.rich(takes)),
            Description::Plain => Some(text.plain(takes)),
            Description::Short => Some(text.short(takes, 1_000)),
            Description::Left => None,
        }
    }

    /// Takes over which texts this Jira takes.
    pub(super) fn know(&mut self, takes: Takes) {
        (self.takes, self.known) = (takes, takes);
    }

    /// Leaves out what the refusal names, or what it may be about; the characters that a Jira may not store come last, but
    /// before the description is cut without a limit.
    pub(super) fn give_way_to(&mut self, words: &Words) -> bool {
        let is_text = |name: &str| name == "description";
        let about_text = words.fields.is_empty() || words.fields.iter().any(|(name, _)| is_text(name));
        let sent = self.text(self.takes.cloud).map_or(0, |text| size(&text));
        let limit = limit_in(words, sent).filter(|limit| self.takes.limit.is_none_or(|known| *limit < known));
        if let Some(limit) = limit.filter(|_| about_text) {
            self.takes.limit = Some(limit);
            self.note("description", Less::CutToLimitFor { words: words.to_string() }.into());
            return true;
        }
        if let Some(before) = self.before.filter(|_| self.takes.narrow && !self.known.narrow) {
            // It was not the characters.
            (self.takes.narrow, self.description) = (false, before);
        }
        let cuts = about_text && self.description >= Description::Plain;
        if self.before.is_none() && !self.takes.narrow && cuts && self.replace_characters() {
            return true;
        }
        self.give_way(words) || (self.before.is_none() && !self.takes.narrow && self.replace_characters())
    }

    /// Replaces the characters that a Jira may not store, with the description whole again; false where there are none.
    fn replace_characters(&mut self) -> bool {
        let fields = self.body(self.takes.cloud, "").get_mut("fields").map(Value::take);
        let whole = Text { body: &self.issue.body, origin_url: &self.issue.origin_url }.rich(self.takes);
        if !fields.is_some_and(|fields| is_wide(&fields)) && !is_wide(&whole) {
            return false;
        }
        self.before = Some(self.description);
        (self.takes.narrow, self.description) = (true, Description::Rich);
        true
    }

    /// Says what was done to the text, once it was taken.
    pub(super) fn note_characters(&mut self) {
        if !self.takes.narrow {
            return;
        }
        if self.before.is_some() {
            self.dropped.retain(|dropped| dropped.field != "description");
        }
        let wide = Self { takes: Takes { narrow: false, ..self.takes }, ..self.clone() };
        if is_wide(&wide.body(self.takes.cloud, "")) {
            self.note("characters", Less::Narrowed.into());
        }
    }

    /// Leaves out what the refusal names, if all of that is optional; returns whether another try makes sense.
    pub(super) fn give_way(&mut self, words: &Words) -> bool {
        let quoted = |name: &str| words.messages.iter().any(|text| text.contains(&format!("'{name}'")));
        let mut named: Vec<(String, String)> = words.fields.clone();
        if named.is_empty() {
            let mine = self.extra.keys().map(String::as_str);
            let all = OPTIONAL.into_iter().chain(["description"]).chain(mine).filter(|name| quoted(name));
            named.extend(all.map(|name| (name.to_owned(), words.to_string())));
        }
        if named.is_empty() {
            // Jira does not say which field: text it cannot parse is the one thing we can make simpler.
            return self.description == Description::Rich && self.simplify(&words.to_string());
        }
        let givable = |name: &str| name == "description" || self.is_optional(name);
        named.iter().all(|(name, _)| givable(name)) && named.iter().all(|(name, why)| self.leave_out(name, why))
    }

    fn leave_out(&mut self, name: &str, why: &str) -> bool {
        if name == "description" {
            return self.simplify(why);
        }
        let news = self.is_optional(name) && self.omitted.insert(name.to_owned());
        if news {
            self.note(name, why.to_owned());
        }
        news
    }

    fn is_optional(&self, name: &str) -> bool {
        name != SECURITY && (OPTIONAL.contains(&name) || self.extra.contains_key(name))
    }

    /// Returns the security level as it is sent.
    pub(super) fn security(&self) -> Option<Value> {
        self.extra.get(SECURITY).cloned()
    }

    /// Returns the ids of the fields whose shape the create screen decided.
    pub(super) fn shaped(&self) -> impl Iterator<Item = &str> {
        self.extra.keys().map(String::as_str)
    }
    fn simplify(&mut self, why: &str) -> bool {
        if self.issue.body.is_empty() {
            return false;
        }
        let words = why.to_owned();
        let (next, less) = match self.description {
            Description::Rich => (Description::Plain, Less::PlainFor { words }),
            Description::Plain => (Description::Short, Less::CutShortFor { words }),
            Description::Short => (Description::Left, Less::LeftOutFor { words }),
            Description::Left => return false,
        };
        self.description = next;
        self.note("description", less.into());
        true
    }

    /// Records what was left out, and why.
    pub(super) fn note(&mut self, field: &str, why: String) {
        self.dropped.retain(|dropped| dropped.field != field);
        self.dropped.push(DroppedField { field: field.to_owned(), why });
    }
}

/// Names a thing by its id where the text is a number, else by its name.
pub(super) fn by_id_or_name(text: &str) -> Value {
    if jql::is_number(text) { json!({"id": text}) } else { json!({"name": text}) }
}

/// Returns a title as a summary: one line, without control characters, not empty, not too long.
pub(super) fn summary(title: &str) -> String {
    let line = one_line(title);
    if line.is_empty() { "(no title)".to_owned() } else { line }
}

/// Returns a text as one line, without control characters, not too long.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_breaking(c) { ' ' } else { c }).collect();
    cut(&spaced.split_whitespace().collect::<Vec<_>>().join(" "), "…")
}

fn is_breaking(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns a label that Jira takes: no whitespace, not too long; `None` when nothing is left.
pub(super) fn legal_label(text: &str) -> Option<String> {
    let spaced: String = text.chars().map(|c| if is_breaking(c) { ' ' } else { c }).collect();
    let label = spaced.split_whitespace().collect::<Vec<_>>().join("-");
    (!label.is_empty()).then(|| cut(&label, ""))
}

/// Returns the marker and the configured labels, each once.
fn labels(marker: Option<String>, configured: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for label in marker.into_iter().chain(configured.iter().filter_map(|label| legal_label(label))) {
        if !out.contains(&label) {
            out.push(label);
        }
    }
    out
}

/// Cuts to [`MAX_LINE`] UTF-16 units at a character boundary.
fn cut(text: &str, end: &str) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= MAX_LINE {
        return text.to_owned();
    }
    let mut left = MAX_LINE - units(end);
    let mut out = String::new();
    for c in text.chars() {
        let Some(rest) = left.checked_sub(c.len_utf16()) else { break };
        left = rest;
        out.push(c);
    }
    out.push_str(end);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::domain::{Fingerprint, IssueId, Key, Side};
    use crate::text::Doc;

    fn create() -> Push {
        let uuid = IssueId::new("issue_0123456789abcdef0123456789abcdef");
        Push {
            key: Key::issue(Side::GUANCE, &uuid),
            pair: uuid,
            target: Side::JIRA,
            action: Action::CreateIssue(NewIssue {
                project: "OPS".into(),
                issue_type: "Bug".into(),
                title: "disk\nfull".into(),
                body: Doc::from_plain("all of it"),
                labels: vec!["on call".into(), "guance".into(), "guance".into()],
                priority: Some("3".into()),
                origin_url: "https://g/x".into(),
                ..NewIssue::default()
            }),
            content: Fingerprint::of(&["x"]),
            summary: String::new(),
            seal: None,
        }
    }

    fn words(fields: &[(&str, &str)], messages: &[&str]) -> Words {
        Words {
            fields: fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            messages: messages.iter().map(|m| (*m).to_owned()).collect(),
        }
    }

    #[test]
    fn a_summary_is_one_short_line() {
        for (title, want) in
            [("a\r\n b\tc\u{0}", "a b c"), ("  ", "(no title)"), ("", "(no title)"), ("x\u{2028}y", "x y")]
        {
            assert_eq!(summary(title), want);
        }
        let long = summary(&"😀".repeat(300));
        assert_eq!((long.encode_utf16().count(), long.ends_with('…')), (255, true));
        assert_eq!(summary(&"x".repeat(255)), "x".repeat(255));
    }

    #[test]
    fn labels_are_made_legal_and_distinct() {
        let push = create();
        let draft = Draft::new(&push).unwrap();
        let body = draft.body(false, "ab");
        assert_eq!(body["fields"]["labels"], json!(["issue_0123456789abcdef0123456789abcdef", "on-call", "guance"]));
        assert_eq!(body["fields"]["priority"], json!({"id": "3"}));
        assert_eq!(body["fields"]["issuetype"], json!({"name": "Bug"}));
        assert_eq!(body["fields"]["summary"], "disk full");
        assert_eq!(body["properties"][0]["value"]["key"], push.key.as_str());
        assert_eq!(legal_label(" \t"), None);
        assert_eq!(legal_label(&"长".repeat(300)).unwrap().chars().count(), 255);
    }

    #[test]
    fn a_draft_gives_way_only_on_what_is_optional() {
        let push = create();
        for (said, want, left_out) in [
            (words(&[("labels", "no")], &[]), true, vec!["labels"]),
            (words(&[("labels", "no"), ("priority", "bad")], &[]), true, vec!["labels", "priority"]),
            (words(&[("labels", "no"), ("summary", "bad")], &[]), false, vec![]),
            (words(&[("customfield_1", "is required")], &[]), false, vec![]),
            (words(&[], &["Field 'priority' cannot be set."]), true, vec!["priority"]),
            (words(&[("description", "not valid")], &[]), true, vec!["description"]),
            (words(&[], &["INVALID_INPUT"]), true, vec!["description"]),
        ] {
            let mut draft = Draft::new(&push).unwrap();
            assert_eq!(draft.give_way(&said), want, "{said:?}");
            let names: Vec<&str> = draft.dropped.iter().map(|dropped| dropped.field.as_str()).collect();
            assert_eq!(names, left_out, "{said:?}");
        }
    }

    #[test]
    fn giving_way_comes_to_an_end() {
        let push = create();
        let mut draft = Draft::new(&push).unwrap();
        let both = words(&[("description", "too long")], &[]);
        let steps = (0..10).take_while(|_| draft.give_way(&both)).count();
        assert_eq!(steps, 3);
        assert!(draft.body(true, "ab")["fields"].get("description").is_none());
        assert!(draft.give_way(&words(&[("labels", "no")], &[])));
        assert!(!draft.give_way(&words(&[("labels", "no")], &[])));
    }
}
