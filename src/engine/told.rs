//! What a run told chat rooms, as data.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::state::MessageBacklog;

/// What chat rooms were told. It says nothing about whether the run was good: what is carried does not wait for a room.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Messages {
    /// Messages that rooms took, those that became one counted one by one.
    pub sent: usize,
    /// Messages that were sent, and whose answers were lost.
    pub lost: usize,
    /// Messages that a person has to do something about.
    pub failed: Vec<ItemFailure>,
    /// What waits, and what was refused.
    pub backlog: MessageBacklog,
    /// What a dry run would tell.
    pub planned: Vec<Foretold>,
    /// Rooms that were sent something.
    #[serde(skip)]
    pub(super) tried: BTreeSet<String>,
}

/// Why an item failed.
#[derive(Clone, Debug, Serialize)]
pub struct ItemFailure {
    /// The item.
    pub item: String,
    /// What it is.
    pub summary: String,
    /// Where its write stands: pending, `in_doubt` or dead; `None` where it is no write.
    pub stage: Option<&'static str>,
    /// What was tried, and the service's own words.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// A message that a dry run would send, should the write succeed that it tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Foretold {
    /// The name of the room.
    pub sink: String,
    /// What it is about.
    pub event: &'static str,
    /// The key of the write.
    pub key: String,
    /// Its first line.
    pub heading: String,
}

impl Messages {
    /// Returns true where a person has to do something about a message.
    pub fn needs_somebody(&self) -> bool {
        self.backlog.dead > 0 || !self.failed.is_empty()
    }

    pub(super) fn dead(&self) -> usize {
        usize::try_from(self.backlog.dead).unwrap_or(usize::MAX)
    }
}
