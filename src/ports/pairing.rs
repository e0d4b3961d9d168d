//! What pairing an item and an issue by hand needs of the tracker.

use super::error::ApiError;
use super::takeover::Mark;
use crate::domain::{Claim, IssueId, Key, Person};

/// An issue that a person names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedIssue {
    /// Its id.
    pub id: IssueId,
    /// What people call it now: it may have been moved.
    pub name: String,
    /// Who made it.
    pub creator: Person,
    /// What it says about being the copy of an item.
    pub claim: Option<Claim>,
}

/// What pairing by hand needs of the tracker, besides [`Remote`](super::Remote).
pub trait Pairing {
    /// Reads an issue by its name, past the search index; `None` when it is not there for us.
    ///
    /// # Errors
    /// As for [`Remote::issues`](super::Remote::issues).
    fn named(&self, name: &str) -> Result<Option<NamedIssue>, ApiError>;

    /// Marks an issue as the copy of an item, which it is to be besides what it was before; it may be done twice.
    ///
    /// # Errors
    /// As for [`Takeover::mark_issue`](super::Takeover::mark_issue).
    fn pair(&self, mark: &Mark) -> Result<(), ApiError>;

    /// Takes the markers of an item off an issue; those of another item stay. It may be done twice.
    ///
    /// # Errors
    /// As for [`Takeover::mark_issue`](super::Takeover::mark_issue).
    fn unpair(&self, issue: &IssueId, key: &Key) -> Result<(), ApiError>;
}
