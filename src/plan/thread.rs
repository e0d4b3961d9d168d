//! A thread as it was read: all of it, or a part.
//!
//! INVARIANT: that something is not in a thread follows only from [`Thread::whole`], and what a thread holds in all only
//! from [`Thread::rows`]: neither is to be had from a part.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{Claim, Comment, CommentId, IssueLink, Key, Side};

/// One side's thread of a linked issue, or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'a> {
    /// The pair the thread belongs to.
    pub link: &'a IssueLink,
    /// The side it was read from.
    pub side: Side,
    /// Where people see the issue on that side.
    pub url: &'a str,
    /// Oldest first.
    pub comments: &'a [Comment],
    /// What these are of the thread.
    pub extent: Extent<'a>,
    /// What the pair's other thread holds, where it was read to learn that.
    pub originals: Option<&'a Held>,
}

/// A comment without its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its id.
    pub id: CommentId,
    /// When it was written.
    pub created: DateTime<Utc>,
    /// Whether a monitor repeated its alarm by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_monitor: bool,
    /// What it says about being a copy of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

impl From<&Comment> for Row {
    fn from(comment: &Comment) -> Self {
        let Comment { id, created, by_monitor, claim, .. } = comment;
        Self { id: id.clone(), created: *created, by_monitor: *by_monitor, claim: claim.clone() }
    }
}

/// What the comments at hand are of their thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent<'a> {
    /// All of it, as it is now.
    All,
    /// A part. With it a reading over several runs has come to its end, and these are the rows of all of it.
    Completed(&'a [Row]),
    /// A part, with the newest comments. These are the rows of all of it; what is not so new was there in an earlier run.
    Known(&'a [Row]),
    /// A part; nothing is known of the rest.
    Part,
}

/// A whole thread that was read to its end by this run: what is not in it is not there.
#[derive(Clone, Debug)]
pub struct Whole<'a> {
    /// The thread.
    pub thread: &'a Thread<'a>,
    ids: HashSet<&'a CommentId>,
}

impl Whole<'_> {
    /// Returns true when the thread holds this comment.
    pub fn holds(&self, id: &CommentId) -> bool {
        self.ids.contains(id)
    }
}

impl Thread<'_> {
    /// Returns the thread where it is whole and was read to its end just now.
    pub fn whole(&self) -> Option<Whole<'_>> {
        let ids = match self.extent {
            Extent::All => self.comments.iter().map(|comment| &comment.id).collect(),
            Extent::Completed(rows) => rows.iter().map(|row| &row.id).collect(),
            Extent::Known(_) | Extent::Part => return None,
        };
        Some(Whole { thread: self, ids })
    }

    /// Returns what the whole thread holds, as far as it was ever read; `None` for a part without the rest.
    pub fn rows(&self) -> Option<Cow<'_, [Row]>> {
        match self.extent {
            Extent::All => Some(Cow::Owned(self.comments.iter().map(Row::from).collect())),
            Extent::Completed(rows) | Extent::Known(rows) => Some(Cow::Borrowed(rows)),
            Extent::Part => None,
        }
    }
}

/// What a pair's other thread holds, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    keys: HashSet<Key>,
    is_all: bool,
}

impl Held {
    /// Returns what a whole thread, and its issue, hold.
    pub fn all(keys: HashSet<Key>) -> Self {
        Self { keys, is_all: true }
    }

    /// Returns what a part of a thread holds.
    pub fn some(keys: HashSet<Key>) -> Self {
        Self { keys, is_all: false }
    }

    /// Tells whether something is there; `None` where that was not read.
    pub fn holds(&self, key: &Key) -> Option<bool> {
        if self.keys.contains(key) { Some(true) } else { self.is_all.then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::{IssueId, IssueLink, Side};

    #[test]
    fn a_part_tells_nothing_about_the_rest() {
        let link = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
        let id = CommentId::new("repim_1");
        let rows = [Row { id: id.clone(), created: DateTime::UNIX_EPOCH, by_monitor: false, claim: None }];
        for (extent, whole, all) in [
            (Extent::All, Some(false), Some(0)),
            (Extent::Completed(&rows), Some(true), Some(1)),
            (Extent::Known(&rows), None, Some(1)),
            (Extent::Part, None, None),
        ] {
            let thread = Thread { link: &link, side: Side::GUANCE, url: "", comments: &[], extent, originals: None };
            assert_eq!(thread.whole().map(|whole| whole.holds(&id)), whole, "{extent:?}");
            assert_eq!(thread.rows().map(|rows| rows.len()), all, "{extent:?}");
        }
        let key = Key::comment(Side::GUANCE, &id);
        assert_eq!(Held::some(HashSet::new()).holds(&key), None);
        assert_eq!(Held::all(HashSet::new()).holds(&key), Some(false));
        assert_eq!(Held::some(HashSet::from([key.clone()])).holds(&key), Some(true));
    }
}
