//! What a run made, one by one, as data for programs.

use serde::Serialize;

use crate::domain::{Action, Side};

/// So many writes are named, the rest is counted: a backfill may write any number.
const MOST_NAMED: usize = 1000;

/// One write that took effect in this run.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// What was made: `issue_created`, `issue_continued`, `comment_copied`, `comment_edited`, `comment_deleted`, `field_changed`,
    /// `link_set` or `file_copied`.
    pub kind: &'static str,
    /// The key of the write.
    pub key: String,
    /// Where it was made.
    pub target: Side,
    /// The id of what was made, as the service there calls it.
    pub id: String,
    /// The id of the item, at its source.
    pub item: String,
    /// What people call its Jira issue.
    pub jira: Option<String>,
    /// The address of the item.
    pub item_url: String,
    /// The address of its Jira issue.
    pub jira_url: Option<String>,
}

/// What a run made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AllMade {
    /// The first thousand writes.
    pub made: Vec<Made>,
    /// How many more there were.
    pub made_not_listed: usize,
}

impl AllMade {
    /// Adds a write; beyond the first thousand it is counted only.
    pub(super) fn add(&mut self, made: Made) {
        if self.made.len() < MOST_NAMED { self.made.push(made) } else { self.made_not_listed += 1 }
    }
}

/// Returns what an action makes, as a word for programs; `None` for what is part of another write.
pub(super) fn kind(action: &Action) -> Option<&'static str> {
    Some(match action {
        Action::CreateIssue(_) => "issue_created",
        Action::ContinueIssue(_) => "issue_continued",
        Action::AddComment { .. } => "comment_copied",
        Action::EditComment { .. } => "comment_edited",
        Action::DeleteComment { .. } => "comment_deleted",
        Action::ChangeIssue { .. } => "field_changed",
        Action::LinkIssue { .. } => "link_set",
        Action::AddFile { .. } => "file_copied",
        Action::JoinIssue { .. } => return None,
    })
}
