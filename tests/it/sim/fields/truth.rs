//! What no service tells of the fields: who changed them last, what guajira left there, and what it has seen.

use std::collections::{BTreeMap, BTreeSet};

use guajira::domain::{Action, Change, Field, Issue, Push, Side, StatusCategory};

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
    /// The kind of status that guajira asked for with the write under way, and with the one before, whatever became of it.
    pub(super) asks: Option<StatusCategory>,
    pub(super) asked: Option<StatusCategory>,
    /// Every text that guajira ever left there.
    pub(super) told: String,
    /// All that it ever left in each field.
    pub(super) ever_left: BTreeSet<(Field, String)>,
    /// When the issue itself was last shown to guajira, in true time.
    pub(super) read_at: i64,
    /// When a search that is never late last listed it.
    pub(super) listed_at: i64,
    /// What it said when it was shown.
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

/// A search listed Jira issues as they are.
pub(in crate::sim) fn jira_listed(w: &mut World, listed: &[Issue]) {
    if w.setup.max_lag_s > 0 {
        return;
    }
    for issue in listed {
        let at = w.jira.place(issue.id.as_str()).unwrap_or_default();
        w.jira.issues[at].truth.listed_at = w.now;
    }
}

/// An older state is put back: what was shown since it was copied away, it has not seen.
pub(in crate::sim) fn forget(w: &mut World, copied_at: i64) {
    let jira = w.jira.issues.iter_mut().map(|issue| &mut issue.truth);
    for truth in w.guance.issues.iter_mut().map(|issue| &mut issue.truth).chain(jira) {
        truth.read_at = truth.read_at.min(copied_at);
        truth.listed_at = truth.listed_at.min(copied_at);
    }
}

/// Writes are about to be sent, and may arrive or not.
pub(in crate::sim) fn attempted(w: &mut World, pushes: &[Push]) {
    for push in pushes {
        let Action::ChangeIssue { issue, change: Change::Status(target), .. } = &push.action else { continue };
        let truth = match push.target {
            Side::Tracker(_) => w.jira.place(issue.as_str()).map(|at| &mut w.jira.issues[at].truth),
            Side::Source(_) => w.guance.place(issue.as_str()).map(|at| &mut w.guance.issues[at].truth),
        };
        if let Some(truth) = truth {
            truth.asked = truth.asks.replace(target.category);
        }
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
    issue.truth.leave(super::region(), issue.now.region.clone().unwrap_or_default());
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
    let original = issue.born.as_ref().and_then(|key| key.issue_on(w.source()));
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
        Field::Follower(_) => now.region.clone().unwrap_or_default(),
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
