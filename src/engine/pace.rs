//! How often Guance's threads and fields are read: what `guajira status` tells.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::budget::RESERVE;
use super::tells;
use super::turns::{self, FOR_TURNS, TURNS, slow_turns};
use crate::domain::Side;
use crate::plan::Policy;
use crate::state::{State, StateError};

/// How often the pairs are read that were active within some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// Active within so many hours, and not within those of the line before.
    pub active_within_hours: i64,
    /// So many pairs.
    pub pairs: u64,
    /// Their replies are read at least every so many minutes; `None` when replies are not carried.
    pub replies_minutes: Option<u64>,
    /// Their Guance fields are read at least every so many minutes; `None` when no field goes to Jira.
    pub fields_minutes: Option<u64>,
}

/// The span that rates are reckoned in, in minutes: that of the slowest turn.
const SPAN: u64 = 360;

/// Returns how often the pairs of each kind are read where a run begins every minute.
///
/// A list of a hundred issues is one request, a thread as many as were met. Deliveries come first: while there are many, all
/// this is slower.
///
/// # Errors
/// When the file cannot be read.
pub fn of(
    state: &State,
    policy: &Policy,
    requests_per_minute: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Pace>, StateError> {
    // Each run's poll is one; the slots that deliveries leave to the next poll, and one more, are not used either.
    let reserve = u64::try_from(RESERVE).unwrap_or(u64::MAX);
    let mut left = requests_per_minute.saturating_sub(reserve + 2).max(1) * SPAN;
    let fields = policy.carries_fields_to(Side::Tracker(state.line()));
    let flow = &policy.flow;
    let tells = tells::known(state)? == Some(true);
    let (page, cost) = (turns::page(state)?, turns::cost(state)?.unwrap_or(100));
    let mut counted = 0;
    let mut paces = Vec::new();
    // Fields come first.
    for (active, every) in TURNS {
        let pairs = state.active_since(now - active)?.saturating_sub(counted);
        counted += pairs;
        let once = if fields { pairs.div_ceil(page) } else { 0 };
        let minutes = take(&mut left, once, minutes_of(every));
        paces.push(Pace {
            active_within_hours: active.num_hours(),
            pairs,
            replies_minutes: None,
            fields_minutes: fields.then_some(minutes),
        });
    }
    let least = u64::try_from(FOR_TURNS).unwrap_or(1) * SPAN;
    for (pace, (_, every)) in paces.iter_mut().zip(slow_turns(flow.deletes)).filter(|_| flow.replies) {
        let every = if tells { minutes_of(every) } else { 1 };
        pace.replies_minutes = Some(take(&mut left, (pace.pairs * cost).div_ceil(100), every));
        left = left.max(least);
    }
    Ok(paces)
}

/// Takes what so many requests need that are to be made this often, and returns how often that is possible, in minutes.
fn take(left: &mut u64, once: u64, every: u64) -> u64 {
    let minutes = every.max((once * SPAN).div_ceil((*left).max(1)));
    *left = left.saturating_sub(once * SPAN / minutes.max(1));
    minutes
}

fn minutes_of(time: TimeDelta) -> u64 {
    u64::try_from(time.num_minutes()).unwrap_or(SPAN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::{IssueId, IssueLink};
    use crate::plan::Flow;
    use crate::state::Durability;

    #[test]
    fn many_pairs_are_read_less_often_than_few() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let flow = Flow { updates: true, ..Flow::default() };
        let policy = Policy { flow, ..Policy::default() };
        let minutes = |state: &State| {
            let paces = of(state, &policy, 20, now).unwrap();
            let minutes = |pace: &Pace| (pace.pairs, pace.replies_minutes.unwrap(), pace.fields_minutes.unwrap());
            paces.iter().map(minutes).collect::<Vec<_>>()
        };
        assert_eq!(minutes(&state), [(0, 1, 5), (0, 1, 30), (0, 1, 360)]);
        let tx = state.begin().unwrap();
        for n in 0..400 {
            let (guance, jira) = (IssueId::new(format!("issue_{n}")), IssueId::new(n.to_string()));
            let link = IssueLink::new(guance, jira, format!("OPS-{n}"));
            let active = if n < 170 { now } else { now - TimeDelta::hours(3) };
            tx.link_issues(&link, active, now).unwrap();
        }
        tx.commit().unwrap();
        // 16 requests a minute: nearly all for the first, and two for the others.
        assert_eq!(minutes(&state), [(170, 11, 5), (230, 115, 30), (0, 1, 360)]);
        // Where the list tells of replies, nothing is read only because somebody may have replied.
        state.set_fact("engine.list-tells-replies", r#"{"tells":true}"#, now).unwrap();
        assert_eq!(minutes(&state), [(170, 30, 5), (230, 180, 30), (0, 1440, 360)]);
    }
}
