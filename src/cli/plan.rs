//! What a dry run shows: planned writes, as they would be sent.

use anyhow::Result;

use crate::domain::{Action, Change, NewIssue};
use crate::engine::report::Planned;
use crate::state::HeldForLabel;
use crate::text::{Doc, markdown};
use crate::words::{Hold, Said};

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
    term::tell(Said::Planned { target: (*target).into(), summary, key, hold })?;
    let body = match action {
        Action::CreateIssue(new) => {
            let NewIssue { project, issue_type: kind, labels, priority, title, body, .. } = new;
            let (labels, priority) = (labels.join(" "), priority.as_deref());
            term::tell(Said::PlannedIssue { project, kind, labels: &labels, priority })?;
            term::tell(Said::PlannedTitle { title })?;
            Some(body)
        }
        Action::AddComment { issue, body, internal, .. } => {
            term::tell(Said::PlannedComment { issue: issue.as_str(), internal: *internal })?;
            Some(body)
        }
        Action::EditComment { issue, comment, body, .. } => {
            term::tell(Said::PlannedEdit { comment: comment.as_str(), issue: issue.as_str() })?;
            Some(body)
        }
        Action::DeleteComment { issue, comment } => {
            term::tell(Said::PlannedDelete { comment: comment.as_str(), issue: issue.as_str() })?;
            None
        }
        Action::ChangeIssue { issue, change, .. } => {
            let (words, body) = wish(change);
            term::tell(Said::PlannedChange { what: &words, issue: issue.as_str() })?;
            body
        }
        Action::AddFile { issue, file, .. } => {
            term::tell(Said::PlannedFile { file: &file.label(), issue: issue.as_str() })?;
            None
        }
        Action::LinkIssue { issue, title, url, .. } => {
            term::tell(Said::PlannedLink { issue: issue.as_str(), title, url })?;
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
        Change::Title(title) => Said::WishTitle { title },
        Change::Body { .. } => Said::WishBody,
        Change::Priority(priority) => Said::WishPriority { priority },
        Change::Assignee { set: None, .. } => Said::WishNobody,
        Change::Assignee { set: Some(person), .. } => Said::WishPerson { name: &person.name, id: &person.id },
        Change::Status(target) => match target.names.as_slice() {
            [] => return (term::words(Said::WishAnyStatus { category: &target.category.to_string() }), None),
            [name, rest @ ..] => Said::WishStatus { name, or_else: rest.first().map(String::as_str) },
        },
    });
    (words, body)
}
