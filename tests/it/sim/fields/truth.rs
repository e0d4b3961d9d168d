//! What no service tells of the fields: who changed them last, what guajira left there, and what it has seen.

use std::collections::{BTreeMap, BTreeSet};

use guajira::domain::{Field, Side, StatusCategory};

use super::super::guance::GuanceIssue;
use super::super::jira::JiraIssue;
use super::super::world::World;
use super::{guance_status, jira_status};

/// What no service tells.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Truth {
    /// When a person last changed the field, in true time.
    pub(super) hand_at: BTreeMap<Field, i64>,
    /// What guajira last left there.
    pub(super) left: BTreeMap<Field, String>,
    /// What the field said before guajira last wrote it.
    pub(super) before: BTreeMap<Field, String>,
    /// The kind of status that guajira last asked for.
    pub(super) asked: Option<StatusCategory>,
    /// Every text that guajira ever left there.
    pub(super) told: String,
    /// All that it ever left in each field.
    pub(super) ever_left: BTreeSet<(Field, String)>,
    /// When the issue itself was last shown to guajira, in true time.
    pub(super) read_at: i64,
    /// What it said then.
    pub(super) seen: BTreeMap<Field, String>,
    /// What it had said, the last time before a person changed it, and whenever.
    pub(super) seen_before: BTreeMap<Field, String>,
    pub(super) seen_earlier: BTreeSet<(Field, String)>,
}

impl Truth {
    fn was_read(&mut self, now: i64, said: impl Fn(Field) -> String) {
        for field in [Field::Status, Field::Assignee] {
            let before = self.seen.insert(field, said(field));
            if self.hand_at.get(&field).is_some_and(|at| *at > self.read_at) {
                self.seen_earlier.extend(before.clone().map(|before| (field, before)));
                self.seen_before.extend(before.map(|before| (field, before)));
            }
        }
        self.read_at = now;
    }

    pub(super) fn leave(&mut self, field: Field, said: String) {
        self.told.push_str(&said);
        self.ever_left.insert((field, said.clone()));
        self.left.insert(field, said);
    }
}

/// An issue itself was shown to guajira.
pub(in crate::sim) fn guance_was_read(issue: &mut GuanceIssue, now: i64) {
    let mut truth = std::mem::take(&mut issue.truth);
    truth.was_read(now, |field| said_on_guance(issue, field));
    issue.truth = truth;
}

/// An issue itself was shown to guajira.
pub(in crate::sim) fn jira_was_read(issue: &mut JiraIssue, now: i64) {
    let mut truth = std::mem::take(&mut issue.truth);
    truth.was_read(now, |field| said_on_jira(issue, field));
    issue.truth = truth;
}

/// How a Guance issue stands at first.
pub(in crate::sim) fn opened(issue: &mut GuanceIssue) {
    for field in [Field::Status, Field::Assignee] {
        let said = said_on_guance(issue, field);
        issue.truth.before.insert(field, said);
    }
}

/// What guajira writes when it makes an issue.
pub(in crate::sim) fn made(issue: &mut JiraIssue) {
    issue.truth.leave(Field::Title, issue.now.title.clone());
    issue.truth.leave(Field::Body, issue.now.body.canonical());
    issue.truth.leave(Field::Priority, issue.now.priority.into());
    issue.truth.before.insert(Field::Status, issue.now.status.to_string());
    issue.truth.before.insert(Field::Assignee, format!("{:?}", issue.now.assignee));
}

/// Both sides say the same once a change was brought over: who sets it back to that cannot be told from nobody.
pub(super) fn agreed(w: &mut World, on_guance: Option<usize>, on_jira: Option<usize>, field: Field) {
    if let Some(at) = on_guance {
        let said = said_on_guance(&w.guance.issues[at], field);
        w.guance.issues[at].truth.leave(field, said);
    }
    if let Some(at) = on_jira {
        let said = said_on_jira(&w.jira.issues[at], field);
        w.jira.issues[at].truth.leave(field, said);
    }
}

/// A pair whose sides are compared, and say the same without guajira's doing, agrees too.
pub(in crate::sim) fn compared(w: &mut World, at: usize) {
    let issue = &w.jira.issues[at].now;
    let original = issue.born.as_ref().and_then(|key| key.issue_on(Side::Guance));
    let Some(on_guance) = original.and_then(|id| w.guance.place(id.as_str())) else { return };
    let guance = &w.guance.issues[on_guance];
    let one_status = guance_status(guance).category == jira_status(issue.status).category;
    let entry = issue.assignee.map(|n| format!("acnt_{n}"));
    let account = guance.managers.iter().find(|one| one.starts_with("acnt_"));
    for (field, fits) in [(Field::Status, one_status), (Field::Assignee, account == entry.as_ref())] {
        if fits {
            agreed(w, Some(on_guance), Some(at), field);
        }
    }
}

pub(super) fn said_on_jira(issue: &JiraIssue, field: Field) -> String {
    let now = &issue.now;
    match field {
        Field::Title => now.title.clone(),
        Field::Body => now.body.canonical(),
        Field::Priority => now.priority.to_owned(),
        Field::Status => now.status.to_string(),
        Field::Assignee => format!("{:?}", now.assignee),
    }
}

pub(super) fn said_on_guance(issue: &GuanceIssue, field: Field) -> String {
    if field == Field::Status {
        return issue.status.to_owned();
    }
    // In another order they are the same.
    let mut managers: Vec<&str> = issue.managers.iter().map(String::as_str).collect();
    managers.sort_unstable();
    managers.join(",")
}
