//! What a run remembers of what it has read, from one step to the next.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{CommentId, Issue, IssueId, IssueLink, Key, Known, ServiceName, Side};
use crate::plan::fields::{self, Carried};
use crate::plan::{Held, Policy};
use crate::state::{State, StateError};

/// How soon it is counted again how many writes are left.
const COUNTED_EVERY: TimeDelta = TimeDelta::seconds(1);

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

/// What this run's poll of a side has told.
#[derive(Default)]
pub(super) struct Poll {
    /// From when on it has listed everything, and until when, by the side's clock; `None` where it has not.
    pub(super) span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Issues that were opened before that: they are listed because they changed.
    pub(super) changed: HashSet<IssueId>,
    /// Issues that have not changed since they were opened.
    pub(super) untouched: HashSet<IssueId>,
    /// True while threads are read that neither the list nor what is known of them calls for.
    pub(super) nothing_calls: bool,
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

/// How many writes are left, for who watches: counted now and then, for to count them costs more the more there are.
#[derive(Debug, Default)]
pub(super) struct Left {
    counted: Option<DateTime<Utc>>,
    count: u64,
}

impl Left {
    /// Returns how many are left after one more is done.
    pub(super) fn after_one<E>(
        &mut self,
        now: DateTime<Utc>,
        count: impl FnOnce() -> Result<u64, E>,
    ) -> Result<u64, E> {
        let is_recent = |at: &DateTime<Utc>| (now - *at).abs() < COUNTED_EVERY;
        if self.counted.as_ref().is_some_and(is_recent) {
            self.count = self.count.saturating_sub(1);
        } else {
            (self.counted, self.count) = (Some(now), count()?);
        }
        Ok(self.count)
    }
}

/// A reading of an issue, and when it was made.
pub(super) struct Reading {
    pub(super) at: DateTime<Utc>,
    pub(super) issue: Issue,
}

/// The latest readings of issues themselves, not through an index that may lag.
#[derive(Default)]
pub(super) struct Readings {
    read: HashMap<(Side, IssueId), Reading>,
    /// What the routes make of the Guance issues among them, by their pair's Jira issue: templates are rendered once.
    carried: RefCell<HashMap<IssueId, (String, Rc<Carried>)>>,
}

impl Readings {
    /// Returns the latest reading of an issue.
    pub(super) fn of(&self, side: Side, id: &IssueId) -> Option<&Reading> {
        self.read.get(&(side, id.clone()))
    }

    /// Keeps a reading in the place of the one before.
    pub(super) fn keep(&mut self, issue: Issue, at: DateTime<Utc>) {
        self.carried.get_mut().remove(&issue.id);
        self.read.insert((issue.side(), issue.id.clone()), Reading { at, issue });
    }

    /// Forgets what was read of an issue.
    pub(super) fn forget(&mut self, side: Side, id: &IssueId) {
        self.carried.get_mut().remove(id);
        self.read.remove(&(side, id.clone()));
    }

    /// Returns what the pair's route makes of an issue; of a Jira issue nothing.
    pub(super) fn carried(&self, issue: &Issue, jira_name: &str, policy: &Policy) -> Rc<Carried> {
        let make = || Rc::new(fields::carried(issue, jira_name, policy));
        // What is not the latest reading is asked for once.
        if !issue.side().is_source() || self.of(issue.side(), &issue.id).is_none_or(|reading| reading.issue != *issue) {
            return make();
        }
        let mut known = self.carried.borrow_mut();
        if let Some((_, carried)) = known.get(&issue.id).filter(|(name, _)| name == jira_name) {
            return Rc::clone(carried);
        }
        let carried = make();
        known.insert(issue.id.clone(), (jira_name.to_owned(), Rc::clone(&carried)));
        carried
    }
}

/// Pairs that the state was asked for since it was last written to: a step asks for one pair in several places.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// [`State::written`] when the first of them was looked up.
    written: u64,
    known: HashMap<(Side, IssueId), Option<IssueLink>>,
}

impl Pairs {
    /// Returns the pair an issue belongs to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn of(&mut self, state: &State, side: Side, id: &IssueId) -> Result<Option<IssueLink>, StateError> {
        let place = (side, id.clone());
        if self.is_valid(state)
            && let Some(known) = self.known.get(&place)
        {
            return Ok(known.clone());
        }
        let link = state.issue_link(side, id)?;
        if self.is_valid(state) {
            match &link {
                Some(link) => self.learn(side.line(), link),
                None => drop(self.known.insert(place, None)),
            }
        }
        Ok(link)
    }

    /// Returns what is known about these issues of one side, and keeps their pairs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn known<'i>(
        &mut self,
        state: &State,
        side: Side,
        issues: impl Iterator<Item = (&'i IssueId, Option<Key>)>,
    ) -> Result<Known, StateError> {
        let known = state.known_issues(side, issues)?;
        if self.is_valid(state) {
            known.issues.values().for_each(|link| self.learn(side.line(), link));
        }
        Ok(known)
    }

    fn learn(&mut self, of: ServiceName, link: &IssueLink) {
        for side in Side::Source(of).both() {
            self.known.insert((side, link.id(side).clone()), Some(link.clone()));
        }
    }

    /// Returns true when what is kept, or looked up now, holds until something is written. What a transaction under way has
    /// written may be taken back.
    fn is_valid(&mut self, state: &State) -> bool {
        let written = state.written();
        if self.written != written && !state.is_changing() {
            self.known.clear();
            self.written = written;
        }
        self.written == written
    }
}

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
    pub(super) fn read(&mut self, pair: &IssueId, at: DateTime<Utc>) {
        self.read.insert(pair.clone(), at);
    }

    /// Notes that a Guance thread was read: who wrote its replies is known.
    pub(super) fn saw_copies(&mut self, pair: &IssueId, at: DateTime<Utc>) {
        self.copies.insert(pair.clone(), at);
    }

    /// Notes that replies were read with a part of their thread: who wrote these is known.
    pub(super) fn saw_replies<'c>(&mut self, replies: impl Iterator<Item = &'c CommentId>, at: DateTime<Utc>) {
        self.replies.extend(replies.map(|id| (id.clone(), at)));
    }

    /// Notes that what was read says nothing of a write that was put back since.
    pub(super) fn forget(&mut self, pair: &IssueId) {
        self.read.remove(pair);
    }

    /// Notes that nothing that was read says whether a write may go.
    pub(super) fn forget_all(&mut self) {
        self.read.clear();
    }

    /// Returns when a pair's Jira thread was last read from its issue.
    pub(super) fn read_at(&self, pair: &IssueId) -> Option<DateTime<Utc>> {
        self.read.get(pair).copied()
    }

    /// Returns when a pair's Guance thread was last read.
    pub(super) fn copies_seen_at(&self, pair: &IssueId) -> Option<DateTime<Utc>> {
        self.copies.get(pair).copied()
    }

    /// Returns when a reply was last read with a part of its thread.
    pub(super) fn reply_seen_at(&self, id: &CommentId) -> Option<DateTime<Utc>> {
        self.replies.get(id).copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::fixtures::{ISSUE, JIRA_ISSUE, TIME, at};
    use crate::state::Durability;

    #[test]
    fn a_pair_is_looked_up_again_once_something_was_written_or_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("guajira.db"), Durability::Process).unwrap();
        let (guance, jira, now) = (IssueId::new(ISSUE), IssueId::new(JIRA_ISSUE), at(TIME));
        let link = IssueLink::new(guance.clone(), jira.clone(), "OPS-1");
        let mut pairs = Pairs::default();
        let mut known = || {
            let by_guance = pairs.of(&state, Side::GUANCE, &guance).unwrap();
            assert_eq!(by_guance, pairs.of(&state, Side::JIRA, &jira).unwrap());
            assert_eq!(by_guance, state.issue_link(Side::GUANCE, &guance).unwrap());
            by_guance.map(|link| link.closed)
        };
        assert_eq!((known(), known()), (None, None));
        let tx = state.begin().unwrap();
        assert_eq!(known(), None);
        assert!(tx.link_issues(&link, now, now).unwrap());
        assert_eq!(known(), Some(false));
        drop(tx);
        assert_eq!(known(), None, "it was taken back");
        for closed in [false, true, false] {
            let tx = state.begin().unwrap();
            tx.link_issues(&link, now, now).unwrap();
            tx.set_closed(&guance, closed).unwrap();
            assert_eq!(known(), Some(closed));
            tx.commit().unwrap();
            assert_eq!((known(), known()), (Some(closed), Some(closed)));
        }
        let tx = state.begin().unwrap();
        tx.set_closed(&guance, true).unwrap();
        assert_eq!(known(), Some(true));
        drop(tx);
        assert_eq!(known(), Some(false), "it was taken back");
    }
}
