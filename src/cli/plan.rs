//! What a dry run shows: planned writes, as they would be sent.

use anyhow::Result;

use crate::domain::{Action, Change, NewIssue};
use crate::engine::report::Planned;
use crate::state::HeldForLabel;
use crate::text::{Doc, markdown};
use crate::words::{Hold, PlanWords};

use super::term;

/// Prints one planned write, whole: this is what would be sent.
pub(super) fn show(planned: &Planned, held_for_labels: &[HeldForLabel]) -> Result<()> {
    let Planned { key, target, summary, held, action } = planned;
    let is_labelled = held_for_labels.iter().any(|held| held.key == *key);
    let hold = match (held, is_labelled) {
        (_, true) => Hold::Label,
        (true, false) => Hold::Brake,
        (false, false) => Hold::No,
    };
    let summary = &term::kept(summary);
    term::tell(PlanWords::Planned { target: (*target).into(), summary, key, hold })?;
    let body = match action {
        Action::CreateIssue(new) => {
            let NewIssue { project, issue_type: kind, labels, priority, title, body, .. } = new;
            let (labels, priority) = (labels.join(" "), priority.as_deref());
            term::tell(PlanWords::PlannedIssue { project, kind, labels: &labels, priority })?;
            term::tell(PlanWords::PlannedTitle { title })?;
            Some(body)
        }
        Action::ContinueIssue(continued) => {
            term::tell(PlanWords::PlannedContinued { name: &continued.name })?;
            term::tell(PlanWords::PlannedTitle { title: &continued.new.title })?;
            Some(&continued.new.body)
        }
        Action::JoinIssue { name, .. } => {
            term::tell(PlanWords::PlannedJoined { name })?;
            None
        }
        Action::AddComment { issue, body, internal, .. } => {
            term::tell(PlanWords::PlannedComment { issue: issue.as_str(), internal: *internal })?;
            Some(body)
        }
        Action::EditComment { issue, comment, body, .. } => {
            term::tell(PlanWords::PlannedEdit { comment: comment.as_str(), issue: issue.as_str() })?;
            Some(body)
        }
        Action::DeleteComment { issue, comment } => {
            term::tell(PlanWords::PlannedDelete { comment: comment.as_str(), issue: issue.as_str() })?;
            None
        }
        Action::ChangeIssue { issue, change, .. } => {
            let (words, body) = wish(change);
            term::tell(PlanWords::PlannedChange { what: &words, issue: issue.as_str() })?;
            body
        }
        Action::AddFile { issue, file, .. } => {
            term::tell(PlanWords::PlannedFile { file: &file.label(), issue: issue.as_str() })?;
            None
        }
        Action::LinkIssue { issue, title, url, .. } => {
            term::tell(PlanWords::PlannedLink { issue: issue.as_str(), title, url })?;
            None
        }
    };
    for line in body.map(|body| markdown::write(body, usize::MAX, "")).unwrap_or_default().lines() {
        term::line(&format!("   | {line}"))?;
    }
    Ok(())
}

/// Says what a field is to say; a text is shown whole below.
fn wish(change: &Change) -> (String, Option<&Doc>) {
    let body = if let Change::Body { body, .. } = change { Some(body) } else { None };
    let words = term::words(match change {
        Change::Title(title) => PlanWords::WishTitle { title },
        Change::Body { .. } => PlanWords::WishBody,
        Change::Priority(priority) => PlanWords::WishPriority { priority },
        Change::Assignee { set: None, .. } => PlanWords::WishNobody,
        Change::Assignee { set: Some(person), .. } => PlanWords::WishPerson { name: &person.name, id: &person.id },
        Change::Follower(new) => {
            let words = serde_json::to_string(&new.value).unwrap_or_default();
            return (term::words(PlanWords::WishField { title: &new.field, words: &words }), None);
        }
        Change::Status(target) => match target.names.as_slice() {
            [] => return (term::words(PlanWords::WishAnyStatus { category: &target.category.to_string() }), None),
            [name, rest @ ..] => PlanWords::WishStatus { name, or_else: rest.first().map(String::as_str) },
        },
    });
    (words, body)
}
