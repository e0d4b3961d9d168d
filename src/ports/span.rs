//! What to read of a service, and what a read brought.

use chrono::{DateTime, Utc};

use super::standing::LostProject;
use crate::domain::{Issue, IssueId};

/// Who the remote says we are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The account's id on the remote; empty where the remote has no such call.
    pub account: String,
    /// A name for people.
    pub name: String,
    /// The remote's clock when it answered, if it told.
    pub clock: Option<DateTime<Utc>>,
    /// The id of the installation, or of the workspace, that answered; empty where it does not tell.
    pub service: String,
}

/// What to read: everything that changed at or after `from`, by the remote's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Inclusive lower bound, remote time.
    pub from: DateTime<Utc>,
    /// Exclusive upper bound for a backfill; an ordinary run leaves its window open.
    pub until: Option<DateTime<Utc>>,
    /// Issues to watch that the usual selection no longer covers (moved to another project).
    pub strays: Vec<IssueId>,
    /// Projects that an earlier read could not bring, and from when on each has to be read once it is there again.
    pub lost: Vec<(String, DateTime<Utc>)>,
    /// Only issues that our own account created, in any project: to rebuild a lost state. A side that cannot tell
    /// answers with nothing.
    pub ours_only: bool,
}

impl Span {
    /// Returns everything from this time on, and nothing besides.
    pub fn since(from: DateTime<Utc>) -> Self {
        Self { from, until: None, strays: Vec::new(), lost: Vec::new(), ours_only: false }
    }
}

impl Span {
    /// Returns true for a time in the span.
    pub fn holds(&self, time: DateTime<Utc>) -> bool {
        time >= self.from && self.until.is_none_or(|until| time < until)
    }
}

/// A record that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The issue it is, or belongs to, when that much could be read.
    pub issue: Option<IssueId>,
    /// What was wrong.
    pub why: String,
}

/// What a read of a span brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Issues, in no promised order, each once.
    pub issues: Vec<Issue>,
    /// Highest time really seen in the field the cursor is about; `None` when nothing came.
    pub watermark: Option<DateTime<Utc>>,
    /// Records that could not be understood.
    pub unreadable: Vec<Unreadable>,
    /// The remote's clock, if it told.
    pub clock: Option<DateTime<Utc>>,
    /// Projects of the usual selection that could not be read, though others could.
    pub lost: Vec<LostProject>,
    /// Those of the issues that say that they are archived, or their project is.
    pub archived: Vec<IssueId>,
    /// The workspaces that the records say they are of, each once; empty where they do not tell.
    pub services: Vec<String>,
    /// Up to which row of an [`Inbox`](super::Inbox) this is, where the service is one: these rows are read once what came
    /// of them is stored.
    pub read_to: Option<u64>,
    /// Those of the issues that somebody handed over, and whose beginning is known. They are wanted whenever they began: whoever
    /// handed them over chose them.
    pub handed_over: Vec<IssueId>,
}
