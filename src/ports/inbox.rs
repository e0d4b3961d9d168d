//! What was piped in, and waits to be read or is kept to be read again.

use chrono::{DateTime, Utc};

use super::error::ApiError;
use crate::domain::IssueId;

/// One payload that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// Grows with every row of the inbox, and is never used twice.
    pub number: u64,
    /// The item that it is of, as it was read when it was taken.
    pub item: IssueId,
    /// The payload, as JSON.
    pub payload: String,
    /// When it was taken, by our own clock; later than the row before it.
    pub arrived: DateTime<Utc>,
}

/// The payloads that were piped in, by source.
///
/// A row is unread until what came of it is stored: that is the cursor. Of an item the rows are kept as long as the item
/// may be asked for.
pub trait Inbox {
    /// Returns rows of a source that are unread and whose number is greater than `after`, oldest first, at most so many.
    ///
    /// # Errors
    /// `Unrecorded` when they cannot be read.
    fn unread(&self, source: &str, after: u64, most: usize) -> Result<Vec<InboxRow>, ApiError>;

    /// Returns the rows of an item, read or not, oldest first: all of them, or the first one and those that came last, so
    /// that there are at most so many.
    ///
    /// # Errors
    /// As for [`Inbox::unread`].
    fn rows_of(&self, source: &str, item: &IssueId, most: usize) -> Result<Vec<InboxRow>, ApiError>;

    /// Returns the row of an item that came last.
    ///
    /// # Errors
    /// As for [`Inbox::unread`].
    fn last_of(&self, source: &str, item: &IssueId) -> Result<Option<InboxRow>, ApiError> {
        Ok(self.rows_of(source, item, 2)?.pop())
    }
}
