//! What taking over from another program needs of a service.

use chrono::{DateTime, Utc};

use super::error::ApiError;
use crate::domain::{Fingerprint, IssueId, Key, Person, Seal};

/// An issue that carries the id of an issue of the other side as a label, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledIssue {
    /// Its id.
    pub id: IssueId,
    /// What people call it.
    pub name: String,
    /// When it was made, as far as the remote tells.
    pub created: Option<DateTime<Utc>>,
    /// Who made it.
    pub creator: Person,
    /// The ids that its labels name, in their order.
    pub originals: Vec<IssueId>,
}

/// A marker to be put onto a copy that another program made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The copy: the id of a comment, or of the issue itself.
    pub copy: String,
    /// The original's key.
    pub key: Key,
    /// Fingerprint of the original's content.
    pub content: Fingerprint,
    /// Its seal.
    pub seal: Option<Seal>,
}

/// What taking over from another program needs of a service, besides [`Remote`](super::Remote).
pub trait Takeover {
    /// Returns the accounts that are known as ours, or as former ones. Asks nothing.
    fn own_accounts(&self) -> Vec<String>;

    /// Lists the issues of the usual selection that carry the id of an issue of the other side as a label, oldest first.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn labelled(&self) -> Result<Vec<LabelledIssue>, ApiError>;

    /// Marks an issue as the copy of an original; it may be done twice.
    ///
    /// # Errors
    /// As for [`Writes::push`](super::Writes::push).
    fn mark_issue(&self, mark: &Mark) -> Result<(), ApiError>;

    /// Marks comments of one issue as copies; one result per mark, in order. It may be done twice, and no words change.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed), when nothing could be tried.
    fn mark_comments(&self, issue: &IssueId, marks: &[Mark]) -> Result<Vec<Result<(), ApiError>>, ApiError>;
}
