//! Two ids known to be one thing: the merge base of everything we decide.

use chrono::{DateTime, Utc};

use crate::domain::{CommentId, Fingerprint, IssueId, Side};

/// A Guance issue and a Jira issue that are one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueLink {
    /// The Guance uuid; also names the lane.
    pub guance: IssueId,
    /// The numeric Jira id.
    pub jira: IssueId,
    /// What people call the Jira issue now, e.g. `OPS-12`.
    pub jira_name: String,
    /// `updated` of the Jira issue when its thread was last read whole.
    pub jira_seen: Option<DateTime<Utc>>,
    /// `updated` of the Guance issue when its thread was last read whole.
    pub guance_seen: Option<DateTime<Utc>>,
    /// True when everything guajira ever wrote into both threads is known here. False after an adoption or when
    /// the state was rolled back: then a thread is read before anything is written into it.
    pub whole: bool,
}

/// A comment and its copy.
#[derive(Clone, Debug, PartialEq)]
pub struct CommentLink {
    /// The side the original is on.
    pub origin: Side,
    /// The original.
    pub origin_id: CommentId,
    /// The copy on the other side.
    pub copy_id: CommentId,
    /// The Guance issue both threads belong to.
    pub lane: IssueId,
    /// Fingerprint of the original when the copy was last written; unknown after some adoptions.
    pub written: Option<Fingerprint>,
}
