//! How often Guance's threads and fields are read: what `guajira status` tells.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::budget::RESERVE;
use super::turns::{PAGE, TURNS};
use crate::domain::Side;
use crate::plan::Flow;
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
/// A thread is one request, a list of a hundred issues too. Deliveries come first: while there are many, all this is
/// slower.
///
/// # Errors
/// When the file cannot be read.
pub fn of(state: &State, flow: &Flow, requests_per_minute: u64, now: DateTime<Utc>) -> Result<Vec<Pace>, StateError> {
    // Each run's poll is one, and the slots that deliveries leave to the next poll are not used either.
    let reserve = u64::try_from(RESERVE).unwrap_or(u64::MAX);
    let mut left = requests_per_minute.saturating_sub(reserve + 1).max(1) * SPAN;
    let fields = flow.carries_fields_to(Side::Jira);
    let mut counted = 0;
    let mut paces = Vec::new();
    for (active, every) in TURNS {
        let pairs = state.active_since(now - active)?.saturating_sub(counted);
        counted += pairs;
        let once = if flow.replies { pairs } else { 0 } + if fields { pairs.div_ceil(PAGE) } else { 0 };
        let every = u64::try_from(every.num_minutes()).unwrap_or(SPAN);
        let minutes = every.max((once * SPAN).div_ceil(left.max(1)));
        // What comes round more often takes its part first.
        left = left.saturating_sub(once * SPAN / minutes.max(1));
        paces.push(Pace {
            active_within_hours: active.num_hours(),
            pairs,
            replies_minutes: flow.replies.then_some(minutes),
            fields_minutes: fields.then_some(minutes),
        });
    }
    Ok(paces)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::{IssueId, IssueLink};
    use crate::state::Durability;

    #[test]
    fn many_pairs_are_read_less_often_than_few() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let flow = Flow { updates: true, ..Flow::default() };
        let minutes = |state: &State| {
            let paces = of(state, &flow, 20, now).unwrap();
            paces.into_iter().map(|pace| (pace.pairs, pace.fields_minutes.unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(minutes(&state), [(0, 5), (0, 30), (0, 360)]);
        let tx = state.begin().unwrap();
        for n in 0..400 {
            let (guance, jira) = (IssueId::new(format!("issue_{n}")), IssueId::new(n.to_string()));
            let link = IssueLink::new(guance, jira, format!("OPS-{n}"));
            let active = if n < 170 { now } else { now - TimeDelta::hours(3) };
            tx.link_issues(&link, active, now).unwrap();
        }
        tx.commit().unwrap();
        // 17 requests a minute: 172 for the first, and what they leave for the others.
        assert_eq!(minutes(&state), [(170, 11), (230, 171), (0, 360)]);
    }
}
