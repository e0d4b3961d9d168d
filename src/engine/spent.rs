//! What the last hour's requests to a metered service were for: what `guajira status` tells.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::Purpose;
use crate::state::{State, StateError};

/// Fact: what the requests of the last hour were for, by when.
const FACT: &str = "engine.spent";

/// Requests are counted together within so long.
const STEP: TimeDelta = TimeDelta::minutes(5);

/// What is told of.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// How many requests were made for what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spent(BTreeMap<Purpose, u64>);

impl Spent {
    /// Returns how many were made for this.
    pub fn on(&self, purpose: Purpose) -> u64 {
        self.0.get(&purpose).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, purpose: Purpose, count: u64) {
        *self.0.entry(purpose).or_default() += count;
    }
}

/// Returns what the requests of the last hour were for.
///
/// # Errors
/// When the file cannot be read.
pub fn of(state: &State, now: DateTime<Utc>) -> Result<Spent, StateError> {
    let mut sum = Spent::default();
    for (_, spent) in recall(state, now)? {
        for (purpose, count) in spent.0 {
            sum.add(purpose, count);
        }
    }
    Ok(sum)
}

/// Adds requests that were made from `since` on. That it cannot be noted what they were for is no reason to stop: they are in
/// the ledger.
pub(super) fn note(state: &State, spent: &Spent, since: DateTime<Utc>) {
    if spent.0.is_empty() {
        return;
    }
    let noted = recall(state, since).and_then(|mut steps| {
        let step = since.duration_trunc(STEP).unwrap_or(since);
        let same = steps.entry(step).or_default();
        for (purpose, count) in &spent.0 {
            same.add(*purpose, *count);
        }
        state.set_fact(FACT, &serde_json::json!(steps).to_string(), since)
    });
    if let Err(error) = noted {
        tracing::debug!(%error, "What requests were for is not noted.");
    }
}

/// Returns what is known of the last hour. What a clock that was ahead has noted is not told.
fn recall(state: &State, now: DateTime<Utc>) -> Result<BTreeMap<DateTime<Utc>, Spent>, StateError> {
    let known = state.fact(FACT)?.and_then(|(steps, _)| serde_json::from_str(&steps).ok());
    let mut steps: BTreeMap<DateTime<Utc>, Spent> = known.unwrap_or_default();
    steps.retain(|at, _| *at > now - HOUR && *at <= now);
    Ok(steps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::state::Durability;

    #[test]
    fn the_last_hour_is_told_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let mut spent = Spent::default();
        spent.add(Purpose::List, 1);
        spent.add(Purpose::Thread, 15);
        for minutes in [0, 1, 2, 30, 90, 100] {
            note(&state, &spent, now + TimeDelta::minutes(minutes));
        }
        let told = |minutes| {
            let spent = of(&state, now + TimeDelta::minutes(minutes)).unwrap();
            (spent.on(Purpose::List), spent.on(Purpose::Thread), spent.on(Purpose::Delivery))
        };
        assert_eq!(told(100), (2, 30, 0));
        assert_eq!(told(30), (0, 0, 0), "what was noted by a clock that was ahead is not believed");
        assert_eq!(told(1000), (0, 0, 0));
    }
}
