//! What is looked for at a service, and what was found.

use crate::domain::{Fingerprint, IssueId, Key, Person, Receipt};

/// What to look for on the other side before (re)sending a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The idempotency key whose marker is looked for.
    pub key: Key,
    /// The issue whose thread would hold it, for a comment.
    pub issue: Option<IssueId>,
    /// For an issue: the project it would be in.
    pub project: Option<String>,
    /// For an edit: the content's fingerprint that the copy would carry.
    pub content: Option<Fingerprint>,
}

/// What a look-up by marker found.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It is there.
    Found(Receipt),
    /// An issue of our own account carries the original's id as a label, and nothing else says that guajira made it.
    Labelled(Receipt),
    /// No copy of ours is there, but an issue that somebody else made carries the original's id as a label.
    Foreign(Receipt, Person),
    /// No copy of ours is there, but this ticket says that the item is counted in it.
    Counted(IssueId),
    /// It is certainly not there.
    Absent,
    /// It cannot be told now (an index lags): ask again later.
    Unsure,
}

/// Whether a comment is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    There,
    /// It is not, though its issue is, and the remote knows who asks.
    Gone,
    /// It cannot be told: it is hidden, or its issue cannot be read.
    Unknown,
}
