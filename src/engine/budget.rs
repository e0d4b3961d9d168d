//! The request budget of a rate-limited service, kept in the state so that consecutive runs together stay within it.

use std::cell::RefCell;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::spent::{self, Spent};
use crate::domain::{Fingerprint, ServiceName, Side};
use crate::ports::{ApiError, ApiErrorKind, Budget, Clock, Purpose, Stop, Urgency};
use crate::secret::Secret;
use crate::state::State;

/// The limit's window, with a second for the time a request is under way.
/// Source: Guance `OpenAPI`, "API limit": 20 requests per minute and key; the kind of window is not documented, so
/// that no window of a minute may hold more.
const WINDOW: TimeDelta = TimeDelta::seconds(61);
/// Requests per minute that all keys of a workspace may make together. Source: the same page.
const WORKSPACE_LIMIT: usize = 200;
/// What somebody who waits for slots may use.
const ENDLESS: usize = 1_000_000;
/// Slots that deliveries leave for the next run's polls.
pub(super) const RESERVE: usize = 2;
/// How long a request of an ordinary run waits for a slot, unless it is a poll. A run that used up its minute frees the slots
/// again within its own length, a minute later: runs that begin a minute apart would else have all of them in turn and none.
const SOON: TimeDelta = TimeDelta::seconds(10);
/// How often it is noted what the requests were for, at least.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Hands out slots, and records each before its request is sent.
pub struct Ledger<'a> {
    /// The source whose requests these are.
    side: Side,
    state: &'a State,
    clock: &'a dyn Clock,
    stop: &'a dyn Stop,
    per_minute: usize,
    /// Slots that deliveries leave for polls.
    reserve: usize,
    /// What all keys may make together.
    together: usize,
    patience: Patience,
    /// For each key: a name that does not show it, and until when it must rest.
    credentials: RefCell<Vec<(String, Option<DateTime<Utc>>)>>,
    /// What the requests were for that are not noted yet, and since when.
    spent: RefCell<(Spent, DateTime<Utc>)>,
}

/// How long a request may wait for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Polls wait until then, deliveries a few seconds: an ordinary run.
    Until(DateTime<Utc>),
    /// As long as it takes: a backfill.
    Endless,
}

impl<'a> Ledger<'a> {
    /// Returns the budget for these keys.
    pub fn new(
        state: &'a State,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
        keys: &[Secret],
        per_minute: u32,
        patience: Patience,
    ) -> Self {
        let name = |key: &Secret| Fingerprint::of(&["guance key", key.expose()]).as_str().to_owned();
        let credentials = RefCell::new(keys.iter().map(|key| (name(key), None)).collect());
        let per_minute = usize::try_from(per_minute).unwrap_or(usize::MAX).max(1);
        let together = WORKSPACE_LIMIT.max(per_minute);
        let spent = RefCell::new((Spent::default(), clock.now()));
        Self {
            side: Side::Source(state.line()),
            state,
            clock,
            stop,
            per_minute,
            reserve: RESERVE,
            together,
            patience,
            credentials,
            spent,
        }
    }

    /// Sets what all keys together may make in a minute, where the service has a limit of its own.
    #[must_use]
    pub fn with_workspace_limit(mut self, per_minute: u32) -> Self {
        self.together = usize::try_from(per_minute).unwrap_or(usize::MAX).max(1);
        self
    }

    /// Sets whose requests these are, and how many lines use the same keys: each of them needs room to poll.
    #[must_use]
    pub fn for_line(mut self, line: ServiceName, polls: usize) -> Self {
        self.side = Side::Source(line);
        self.reserve = RESERVE + polls.saturating_sub(1);
        self
    }

    /// Returns, for each key, the slots that are free at a time from now on, and when the next one frees where there is none.
    fn slots(
        &self,
        now: DateTime<Utc>,
        at: DateTime<Utc>,
        reserve: usize,
    ) -> Result<Vec<(usize, DateTime<Utc>)>, ApiError> {
        // Of few requests a part of them is enough, or nothing would ever be left for deliveries.
        let reserve = reserve.min(self.per_minute.min(self.together) / 4);
        let limit = self.per_minute.saturating_sub(reserve).max(1);
        let mut slots = Vec::new();
        let mut total = 0;
        for (name, rest_until) in self.credentials.borrow().iter() {
            let used =
                self.state.requests_since(name, at - WINDOW, now, limit).map_err(|err| broken(self.side, &err))?;
            total += used.count;
            let resting = rest_until.filter(|until| *until > at);
            let free = if resting.is_some() { 0 } else { limit.saturating_sub(used.count) };
            let frees = used.first.map(|oldest| oldest + WINDOW);
            slots.push((free, frees.max(resting).unwrap_or(now + TimeDelta::seconds(1))));
        }
        let mut left = self.together.saturating_sub(reserve).max(1).saturating_sub(total);
        for (free, _) in &mut slots {
            // Together the keys have no more than is left of the workspace's limit.
            *free = (*free).min(left);
            left -= *free;
        }
        Ok(slots)
    }

    fn wait_until(&self, ready: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), ApiError> {
        if self.stop.requested() {
            return Err(ApiError::new(self.side, ApiErrorKind::Stopped, "asked to stop"));
        }
        let wait = (ready - now).clamp(TimeDelta::milliseconds(50), TimeDelta::seconds(1));
        self.clock.sleep(wait.to_std().unwrap_or(Duration::from_secs(1)));
        Ok(())
    }

    /// Counts a request, and notes now and then what they were for.
    fn count(&self, purpose: Purpose, now: DateTime<Utc>) {
        let (spent, since) = &mut *self.spent.borrow_mut();
        if (now - *since).abs() >= NOTED_EVERY {
            spent::note(self.state, &std::mem::take(spent), *since);
            *since = now;
        }
        spent.add(purpose, 1);
    }
}

impl Budget for Ledger<'_> {
    fn take(&self, urgency: Urgency, purpose: Purpose) -> Result<usize, ApiError> {
        let reserve = match (urgency, self.patience) {
            (Urgency::Write, Patience::Until(_)) => self.reserve,
            _ => 0,
        };
        let asked = self.clock.now();
        loop {
            let now = self.clock.now();
            let slots = self.slots(now, now, reserve)?;
            // The key with the most free slots.
            let best = slots.iter().enumerate().filter(|(_, (free, _))| *free > 0).max_by_key(|(_, (free, _))| *free);
            if let Some((index, _)) = best {
                let credentials = self.credentials.borrow();
                let name = credentials.get(index).map(|(name, _)| name.as_str()).unwrap_or_default();
                self.state.record_request(name, now).map_err(|err| broken(self.side, &err))?;
                self.count(purpose, now);
                return Ok(index);
            }
            let ready = slots.iter().map(|(_, ready)| *ready).min().unwrap_or(now + TimeDelta::seconds(1));
            match (self.patience, urgency) {
                (Patience::Until(deadline), Urgency::Read) if ready < deadline => self.wait_until(ready, now)?,
                (Patience::Until(deadline), Urgency::Write) if ready < deadline.min(asked + SOON) => {
                    self.wait_until(ready, now)?;
                }
                (Patience::Endless, _) => self.wait_until(ready, now)?,
                _ => {
                    let message = "this minute's request budget is used up";
                    return Err(ApiError::new(self.side, ApiErrorKind::OutOfBudget, message));
                }
            }
        }
    }

    fn spare(&self) -> usize {
        let now = self.clock.now();
        let soon = match self.patience {
            Patience::Endless => return ENDLESS,
            Patience::Until(deadline) => (now + SOON).min(deadline).max(now),
        };
        let slots = self.slots(now, soon, self.reserve).unwrap_or_default();
        slots.iter().map(|(free, _)| free).sum()
    }

    fn note(&self) {
        let (spent, since) = &mut *self.spent.borrow_mut();
        spent::note(self.state, &std::mem::take(spent), *since);
        *since = self.clock.now();
    }

    fn exhausted(&self, credential: usize, wait: Duration) {
        if let Some((_, rest_until)) = self.credentials.borrow_mut().get_mut(credential) {
            let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(1));
            *rest_until = Some(self.clock.now() + wait);
        }
    }
}

/// Without a record of the request it must not be sent.
fn broken(side: Side, err: &crate::state::StateError) -> ApiError {
    let message = format!("a request could not be recorded, so it was not sent: {err}");
    ApiError::new(side, ApiErrorKind::Unrecorded, message).with_hint(err.hint())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::cell::Cell;

    use super::*;
    use crate::state::Durability;

    struct Hand(Cell<DateTime<Utc>>);

    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            self.0.get()
        }

        fn sleep(&self, time: Duration) {
            self.0.set(self.0.get() + time);
        }
    }

    impl Stop for Hand {
        fn requested(&self) -> bool {
            false
        }
    }

    #[test]
    fn runs_that_begin_a_minute_apart_have_the_same_requests_each() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let start = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let clock = Hand(Cell::new(start));
        for minute in 0..60 {
            let began = start + TimeDelta::minutes(minute);
            clock.0.set(began);
            let patience = Patience::Until(began + TimeDelta::seconds(50));
            let ledger = Ledger::new(&state, &clock, &clock, &[Secret::new("key")], 20, patience);
            let take = |urgency, purpose| {
                clock.sleep(Duration::from_millis(100));
                ledger.take(urgency, purpose).unwrap();
                clock.now() - began
            };
            assert!(take(Urgency::Read, Purpose::List) < TimeDelta::seconds(1), "the poll of minute {minute}");
            for _ in 0..3 {
                let waited = take(Urgency::Write, Purpose::Delivery);
                assert!(waited < TimeDelta::seconds(5), "a delivery waited for {waited} in minute {minute}");
            }
            let mut threads = 0;
            while ledger.spare() > 1 {
                threads += 1;
                let waited = take(Urgency::Read, Purpose::Thread);
                assert!(waited < TimeDelta::seconds(12), "{waited} in minute {minute}");
            }
            assert_eq!(threads, 13, "in minute {minute}");
        }
    }
}
