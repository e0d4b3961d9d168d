//! When something was said in a pair last, when its Guance thread was read, and what speaks for reading it.

use chrono::{DateTime, Utc};

use crate::domain::IssueLink;

/// When something happened in a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairTimes {
    /// When something was said, or changed, last, by the remotes' clocks.
    pub active: DateTime<Utc>,
    /// When its Guance thread was read, by ours: at the beginning of time where that is to be done again.
    pub read: DateTime<Utc>,
}

/// A pair whose Guance thread may be read now, and what tells how soon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the pair")]
pub struct InTurn {
    /// The pair.
    pub link: IssueLink,
    /// When something happened in it.
    pub times: PairTimes,
    /// An earlier run missed something on Guance: it is to be looked for again.
    pub was_missed: bool,
    /// Whenever its Guance thread is read, the Jira thread has to be read too.
    pub is_dear: bool,
    /// The last words that travelled were written on Jira: somebody there may wait for an answer.
    pub awaits_answer: bool,
    /// Guance named somebody who is responsible, when the two sides last agreed about that.
    pub is_assigned: bool,
}
