//! What a reading of a part of something brings.

use chrono::{DateTime, Utc};

use crate::domain::Comment;

/// A part of a thread, which is read in pages from its newest comments on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadPart {
    /// Oldest first.
    pub comments: Vec<Comment>,
    /// The page to go on with; `None` where all was read that was asked for.
    pub next: Option<usize>,
    /// How many pages the thread has; 0 where nothing tells.
    pub pages: usize,
    /// When the newest of its rows was written.
    pub newest: Option<DateTime<Utc>>,
    /// True when a comment in it could not be read.
    pub odd: bool,
}

/// One page of a thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadPage {
    /// Oldest first.
    pub comments: Vec<Comment>,
    /// When the oldest of its rows was written.
    pub oldest: Option<DateTime<Utc>>,
    /// When the newest of its rows was written; `None` for a page beyond the oldest.
    pub newest: Option<DateTime<Utc>>,
    /// How many comments the thread has, where the service tells.
    pub total: Option<usize>,
    /// True when a comment on it could not be read.
    pub odd: bool,
}
