//! When something was said in a pair last, and when its Guance thread was read.

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;

use super::error::StateError;
use super::file::State;
use super::time::from_ms;
use crate::domain::IssueId;

/// When something happened in a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairTimes {
    /// When something was said, or changed, last, by the remotes' clocks.
    pub active: DateTime<Utc>,
    /// When its Guance thread was read, by ours: at the beginning of time where that is to be done again.
    pub read: DateTime<Utc>,
}

impl State {
    /// Returns when something happened in a pair; `None` where there is no such pair.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn times_of(&self, guance: &IssueId) -> Result<Option<PairTimes>, StateError> {
        let times = self
            .conn
            .prepare_cached("SELECT active, polled FROM issue_link WHERE guance = ?1")?
            .query_row([guance.as_str()], |row| {
                Ok(PairTimes { active: from_ms(row.get(0)?), read: from_ms(row.get(1)?) })
            })
            .optional()?;
        Ok(times)
    }
}
