//! What a run remembers of what it has read, from one step to the next.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::{CommentId, Issue, IssueId, Side};
use crate::plan::Held;

/// What this run found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trust {
    /// Not asked yet: nothing was written.
    #[default]
    Unknown,
    /// The counter was compared, and not raised yet: nothing was written.
    Compared(Counter),
    /// The counter was compared and raised: what the state trusts may be trusted.
    Whole,
    /// No counter can be kept: a thread is trusted only once this run has read it.
    Verify,
}

/// The counter kept remotely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    /// None can be kept.
    NotKept,
    /// None was written yet.
    Empty,
    /// It was written, and says this.
    At(u64),
}

/// A reading by id, and when it was made.
pub(super) type Readings = HashMap<(Side, IssueId), (DateTime<Utc>, Issue)>;

/// Threads that could not be read, by the pair's Guance issue: how often, and when last.
pub(super) type Unread = HashMap<IssueId, (u32, DateTime<Utc>)>;

/// What this run has learnt of originals.
#[derive(Debug, Default)]
pub(super) struct Originals {
    /// When each Jira thread was last read from its issue, by the pair's Guance issue.
    read: HashMap<IssueId, DateTime<Utc>>,
    /// When each Guance thread was last read.
    copies: HashMap<IssueId, DateTime<Utc>>,
    /// When each reply was last read with a part of its thread.
    replies: HashMap<CommentId, DateTime<Utc>>,
    /// What the threads hold that were read to learn whether a marker's original is there.
    pub(super) held: HashMap<(Side, IssueId), Held>,
    /// True once a thread could not be read for want of requests.
    pub(super) starved: bool,
}

impl Originals {
    /// Notes that a Jira thread was read from its issue, and planned.
    pub(super) fn read(&mut self, lane: &IssueId, at: DateTime<Utc>) {
        self.read.insert(lane.clone(), at);
    }

    /// Notes that a Guance thread was read: who wrote its replies is known.
    pub(super) fn saw_copies(&mut self, lane: &IssueId, at: DateTime<Utc>) {
        self.copies.insert(lane.clone(), at);
    }

    /// Notes that replies were read with a part of their thread: who wrote these is known.
    pub(super) fn saw_replies<'c>(&mut self, replies: impl Iterator<Item = &'c CommentId>, at: DateTime<Utc>) {
        self.replies.extend(replies.map(|id| (id.clone(), at)));
    }

    /// Notes that what was read says nothing of a write that was put back since.
    pub(super) fn forget(&mut self, lane: &IssueId) {
        self.read.remove(lane);
    }

    /// Returns when a pair's Jira thread was last read from its issue.
    pub(super) fn read_at(&self, lane: &IssueId) -> Option<DateTime<Utc>> {
        self.read.get(lane).copied()
    }

    /// Returns when a pair's Guance thread was last read.
    pub(super) fn copies_seen_at(&self, lane: &IssueId) -> Option<DateTime<Utc>> {
        self.copies.get(lane).copied()
    }

    /// Returns when a reply was last read with a part of its thread.
    pub(super) fn reply_seen_at(&self, id: &CommentId) -> Option<DateTime<Utc>> {
        self.replies.get(id).copied()
    }
}
