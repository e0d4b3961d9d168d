//! What taking over from another program asks of Jira: its labelled issues, and our markers on what it wrote.

use serde_json::Value;

use super::api::{Ask, segment};
use super::claim::{PROPERTY, label_id};
use super::convert::{person, time};
use super::fault::refused;
use super::service::Jira;
use super::{jql, wire};
use crate::domain::IssueId;
use crate::domain::marker::Aside;
use crate::ports::{ApiError, LabelledIssue, Mark, Takeover};

/// What is read of an issue to see whose copy it may be.
const FIELDS: [&str; 3] = ["labels", "creator", "created"];

impl Takeover for Jira<'_> {
    fn own_accounts(&self) -> Vec<String> {
        self.former_accounts()
    }

    fn labelled(&self) -> Result<Vec<LabelledIssue>, ApiError> {
        let projects = &self.settings.projects;
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let projects = jql::list(projects.iter().map(String::as_str));
        // No search finds labels by how they begin.
        let query = format!("project in ({projects}) AND labels is not EMPTY ORDER BY created ASC, key ASC");
        let rows = self.walk(&query, &FIELDS)?;
        Ok(rows.into_iter().filter_map(labelled).collect())
    }

    fn mark_issue(&self, mark: &Mark) -> Result<(), ApiError> {
        self.put_marker("issue", mark)
    }

    fn mark_comments(&self, _issue: &IssueId, marks: &[Mark]) -> Result<Vec<Result<(), ApiError>>, ApiError> {
        Ok(marks.iter().map(|mark| self.put_marker("comment", mark)).collect())
    }
}

impl Jira<'_> {
    /// Puts our property onto an issue or a comment.
    fn put_marker(&self, kind: &str, mark: &Mark) -> Result<(), ApiError> {
        let Mark { copy, key, content, seal } = mark;
        let path = self.rest(&format!("{kind}/{}/properties/{PROPERTY}", segment(copy)))?;
        let value = Aside::property(key, content, &self.settings.pair_id, seal.as_ref());
        match self.api.send(&Ask::put(path, value).repeatable()) {
            Ok(_) => Ok(()),
            // One permission is missing; the account itself was accepted in this run.
            Err(failed) if !failed.login_refused && matches!(failed.status, Some(401 | 403 | 404)) => {
                Err(refused(failed.error.message))
            }
            Err(failed) => Err(failed.into()),
        }
    }
}

fn labelled(row: Value) -> Option<LabelledIssue> {
    let raw: wire::Issue = wire::read(row).ok()?;
    let mut originals: Vec<IssueId> = Vec::new();
    for id in raw.fields.labels.iter().filter_map(|label| label_id(label)) {
        if !originals.contains(&id) {
            originals.push(id);
        }
    }
    if originals.is_empty() {
        return None;
    }
    Some(LabelledIssue {
        id: IssueId::new(&raw.id),
        name: if raw.key.is_empty() { raw.id.clone() } else { raw.key.clone() },
        created: time(&raw.fields.created),
        creator: raw.fields.creator.as_ref().map(person).unwrap_or_default(),
        originals,
    })
}
