//! How long a service asked to be left alone.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{State, StateError};
use crate::domain::Side;

/// A wait that was asked for further ahead of our clock than this was noted by a clock that was ahead: it is not believed.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

impl State {
    /// Returns until when a side asked to be left alone, if that is still to come.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waits_until(&self, side: Side, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StateError> {
        let Some((wait, asked)) = self.fact(&fact(side))? else { return Ok(None) };
        let wait = wait.parse().ok().and_then(TimeDelta::try_milliseconds);
        let until = wait.and_then(|wait| asked.checked_add_signed(wait));
        Ok(until.filter(|until| *until > now && asked <= now + AHEAD))
    }

    /// Remembers that a side asked now to be left alone for so long.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn asked_to_wait(&self, side: Side, wait: Duration, now: DateTime<Utc>) -> Result<(), StateError> {
        self.set_fact(&fact(side), &wait.as_millis().to_string(), now)
    }
}

fn fact(side: Side) -> String {
    format!("wait.{side}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::state::Durability;

    #[test]
    fn a_wait_ends_and_one_of_a_wrong_clock_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let at = |seconds: i64| DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap();
        state.asked_to_wait(Side::Jira, Duration::from_mins(30), at(0)).unwrap();
        let until = |seconds| state.waits_until(Side::Jira, at(seconds)).unwrap();
        assert_eq!((until(0), until(1799), until(1800)), (Some(at(1800)), Some(at(1800)), None));
        assert_eq!(until(-3600), None, "our clock was set back by an hour");
        assert_eq!(state.waits_until(Side::Guance, at(0)).unwrap(), None);
        state.begin().unwrap().revive(None).unwrap();
    }
}
