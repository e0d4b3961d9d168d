//! How long a service asked to be left alone.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::StateError;
use super::file::State;
use crate::domain::{Fingerprint, Side};

/// A wait that was asked for further ahead of our clock than this was noted by a clock that was ahead: it is not believed.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

impl State {
    /// Returns until when a side asked this asker to be left alone, if that is still to come. `None` stands for whoever
    /// was told so last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waits_until(
        &self,
        side: Side,
        asker: Option<&Fingerprint>,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StateError> {
        let Some((wait, since)) = self.fact(&fact(side))? else { return Ok(None) };
        // Who was told is not said where a file of an earlier build remembers it.
        let (wait, told) = wait.split_once(' ').map_or((wait.as_str(), None), |(wait, told)| (wait, Some(told)));
        if asker.zip(told).is_some_and(|(asker, told)| asker.as_str() != told) {
            return Ok(None);
        }
        let wait = wait.parse().ok().and_then(TimeDelta::try_milliseconds);
        let until = wait.and_then(|wait| since.checked_add_signed(wait));
        Ok(until.filter(|until| *until > now && since <= now + AHEAD))
    }

    /// Remembers that a side asked this asker now to be left alone for so long. The asker is an address with credentials: what
    /// one was told is not meant for another.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn asked_to_wait(
        &self,
        side: Side,
        asker: &Fingerprint,
        wait: Duration,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        self.set_fact(&fact(side), &format!("{} {asker}", wait.as_millis()), now)
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
        let [us, others] = ["us", "others"].map(|name| Fingerprint::of(&[name]));
        state.asked_to_wait(Side::JIRA, &us, Duration::from_mins(30), at(0)).unwrap();
        let until = |seconds| state.waits_until(Side::JIRA, Some(&us), at(seconds)).unwrap();
        assert_eq!((until(0), until(1799), until(1800)), (Some(at(1800)), Some(at(1800)), None));
        assert_eq!(until(-3600), None, "our clock was set back by an hour");
        assert_eq!(state.waits_until(Side::GUANCE, Some(&us), at(0)).unwrap(), None);
        assert_eq!(state.waits_until(Side::JIRA, Some(&others), at(0)).unwrap(), None, "nobody told them");
        assert_eq!(state.waits_until(Side::JIRA, None, at(0)).unwrap(), Some(at(1800)));
        // As an earlier build remembered it.
        state.set_fact("wait.jira", "1800000", at(0)).unwrap();
        assert_eq!(state.waits_until(Side::JIRA, Some(&others), at(0)).unwrap(), Some(at(1800)));
        state.begin().unwrap().revive(None).unwrap();
    }
}
