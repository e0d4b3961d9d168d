//! Two ids known to be one thing: the merge base of everything we decide.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::id::{CommentId, FileId, Fingerprint, IssueId, Key, Side};

/// A Guance issue and a Jira issue that are one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the pair")]
pub struct IssueLink {
    /// The Guance uuid; also names the pair.
    pub guance: IssueId,
    /// The numeric Jira id.
    pub jira: IssueId,
    /// What people call the Jira issue now, e.g. `OPS-12`.
    pub jira_name: String,
    /// `updated` of the Guance issue when its thread was last read whole; see [`IssueLink::seen`].
    pub guance_seen: Option<DateTime<Utc>>,
    /// `updated` of the Jira issue when its thread was last read whole; see [`IssueLink::seen`].
    pub jira_seen: Option<DateTime<Utc>>,
    /// True while the Jira issue is in its route's closed status: nothing is written to it.
    pub closed: bool,
    /// True when one of the two issues is gone, a person took the pair apart, or another item has taken over: nothing travels between them.
    pub gone: bool,
    /// True when a person took the pair apart (`guajira unlink`).
    pub unlinked: bool,
    /// True when the ticket is another item's: `jira` names no Jira issue then.
    pub retired: bool,
    /// True when it is, and this item is open itself: it is counted in the ticket.
    pub attached: bool,
}

impl IssueLink {
    /// Returns a pair of which nothing is known yet but that it is one.
    pub fn new(guance: IssueId, jira: IssueId, jira_name: impl Into<String>) -> Self {
        Self {
            guance,
            jira,
            jira_name: jira_name.into(),
            guance_seen: None,
            jira_seen: None,
            closed: false,
            gone: false,
            unlinked: false,
            retired: false,
            attached: false,
        }
    }

    /// Returns the id of the Jira issue that the item had last.
    pub fn ticket(&self) -> &str {
        let id = self.jira.as_str();
        if self.retired { id.split_once('/').map_or(id, |(ticket, _)| ticket) } else { id }
    }

    /// Returns true where the item is counted in this ticket, and so may have it next.
    pub fn waits_for(&self, ticket: &IssueId) -> bool {
        self.attached && self.ticket() == ticket.as_str()
    }

    /// Returns true when the item is to have no part in a Jira issue any more.
    pub fn rests(&self) -> bool {
        self.unlinked || self.retired
    }

    /// Returns `updated` of the issue on `side` when its thread was last read whole.
    ///
    /// INVARIANT: `Some` means that every copy guajira ever wrote into that thread is known here, so that a new one
    /// may be written. `None` (after an adoption, a rolled-back state, an unfinished read) means: read it first.
    pub fn seen(&self, side: Side) -> Option<DateTime<Utc>> {
        match side {
            Side::Source(_) => self.guance_seen,
            Side::Tracker(_) => self.jira_seen,
        }
    }

    /// Returns true while something may be written to the issue on `target`: both issues are there, and a Jira issue is not
    /// in its route's closed status.
    pub fn is_writable(&self, target: Side) -> bool {
        !(self.gone || !target.is_source() && self.closed)
    }

    /// Returns the issue's id on `side`.
    pub fn id(&self, side: Side) -> &IssueId {
        match side {
            Side::Source(_) => &self.guance,
            Side::Tracker(_) => &self.jira,
        }
    }
}

/// A comment and its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentLink {
    /// The side the original is on.
    pub origin: Side,
    /// The original.
    pub origin_id: CommentId,
    /// The copy on the other side.
    pub copy_id: CommentId,
    /// The Guance issue both threads belong to.
    pub pair: IssueId,
    /// Fingerprint of the original when the copy was last written; unknown after some adoptions.
    pub written: Option<Fingerprint>,
}

impl CommentLink {
    /// Returns what stands in the place of the original's fingerprint when the copy says that the original was deleted.
    pub fn tombstone(origin: Side, id: &CommentId) -> Fingerprint {
        Fingerprint::of(&["deleted", Key::comment(origin, id).as_str()])
    }
}

/// What is known of something that was there and could not be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It was missed by this run, and is not known to be gone.
    Missed(i64),
    /// A later run found the same.
    Gone,
}

/// Where a write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits to be sent; certainly not sent yet.
    Pending,
    /// Held by the brake; certainly not sent yet.
    Held,
    /// Was being sent: may have happened.
    InFlight,
    /// Has happened.
    Done,
    /// Refused for good, kept for a person.
    Dead,
}

impl Stage {
    /// Returns the word used in the state file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::InFlight => "in_flight",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// Reads the word used in the state file.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Held, Self::InFlight, Self::Done, Self::Dead].into_iter().find(|s| s.as_str() == word)
    }
}

/// What we know about the things a read brought.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Issue links, by the id on either side.
    pub issues: HashMap<(Side, IssueId), IssueLink>,
    /// Comment links, by the id on either side.
    pub comments: HashMap<(Side, CommentId), CommentLink>,
    /// Attached files that have a copy, by the side they were attached on.
    pub files: HashSet<(Side, FileId)>,
    /// Replies that carry the copy of a file.
    pub carriers: HashSet<CommentId>,
    /// Attached files that are the copy of one on the other side.
    pub file_copies: HashSet<FileId>,
    /// The pairs, by their Guance issue, that originals named by markers are known to belong to.
    pub homes: HashMap<Key, IssueId>,
    /// Outbox rows by key: where they stand and what content they carry.
    pub outbox: HashMap<Key, (Stage, Fingerprint)>,
    /// Where copies cannot be looked for: from when on what was written has no copy but those that are known.
    pub sure_from: Option<DateTime<Utc>>,
}
