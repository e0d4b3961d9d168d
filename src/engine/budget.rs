//! The request budget of a rate-limited service, kept in the state so that consecutive runs together stay within it.

use std::cell::RefCell;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Fingerprint, Side};
use crate::ports::{ApiError, ApiErrorKind, Budget, Clock, Stop, Urgency};
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

/// Hands out slots, and records each before its request is sent.
pub struct Ledger<'a> {
    state: &'a State,
    clock: &'a dyn Clock,
    stop: &'a dyn Stop,
    per_minute: usize,
    /// What all keys may make together.
    together: usize,
    patience: Patience,
    /// For each key: a name that does not show it, and until when it must rest.
    credentials: RefCell<Vec<(String, Option<DateTime<Utc>>)>>,
}

/// How long a request may wait for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Polls wait until then, deliveries not at all: an ordinary run.
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
        Self { state, clock, stop, per_minute, together, patience, credentials }
    }

    /// Sets what all keys together may make in a minute, where the service has a limit of its own.
    #[must_use]
    pub fn with_workspace_limit(self, per_minute: u32) -> Self {
        Self { together: usize::try_from(per_minute).unwrap_or(usize::MAX).max(1), ..self }
    }

    /// Returns, for each key, its free slots, and when the next one frees where there is none.
    fn slots(&self, now: DateTime<Utc>, reserve: usize) -> Result<Vec<(usize, DateTime<Utc>)>, ApiError> {
        // Of few requests a part of them is enough, or nothing would ever be left for deliveries.
        let reserve = reserve.min(self.per_minute.min(self.together) / 4);
        let limit = self.per_minute.saturating_sub(reserve).max(1);
        let mut slots = Vec::new();
        let mut total = 0;
        for (name, rest_until) in self.credentials.borrow().iter() {
            let used = self.state.requests_since(name, now - WINDOW, now, limit).map_err(|err| broken(&err))?;
            total += used.count;
            let resting = rest_until.filter(|until| *until > now);
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
            return Err(ApiError::new(Side::Guance, ApiErrorKind::Stopped, "asked to stop"));
        }
        let wait = (ready - now).clamp(TimeDelta::milliseconds(50), TimeDelta::seconds(1));
        self.clock.sleep(wait.to_std().unwrap_or(Duration::from_secs(1)));
        Ok(())
    }
}

impl Budget for Ledger<'_> {
    fn take(&self, urgency: Urgency) -> Result<usize, ApiError> {
        let reserve = match (urgency, self.patience) {
            (Urgency::Write, Patience::Until(_)) => RESERVE,
            _ => 0,
        };
        loop {
            let now = self.clock.now();
            let slots = self.slots(now, reserve)?;
            // The key with the most free slots.
            let best = slots.iter().enumerate().filter(|(_, (free, _))| *free > 0).max_by_key(|(_, (free, _))| *free);
            if let Some((index, _)) = best {
                let credentials = self.credentials.borrow();
                let name = credentials.get(index).map(|(name, _)| name.as_str()).unwrap_or_default();
                self.state.record_request(name, now).map_err(|err| broken(&err))?;
                return Ok(index);
            }
            let ready = slots.iter().map(|(_, ready)| *ready).min().unwrap_or(now + TimeDelta::seconds(1));
            match (self.patience, urgency) {
                (Patience::Until(deadline), Urgency::Read) if ready < deadline => self.wait_until(ready, now)?,
                (Patience::Endless, _) => self.wait_until(ready, now)?,
                _ => {
                    let message = "this minute's request budget is used up";
                    return Err(ApiError::new(Side::Guance, ApiErrorKind::OutOfBudget, message));
                }
            }
        }
    }

    fn spare(&self) -> usize {
        if self.patience == Patience::Endless {
            return ENDLESS;
        }
        let slots = self.slots(self.clock.now(), RESERVE).unwrap_or_default();
        slots.iter().map(|(free, _)| free).sum()
    }

    fn exhausted(&self, credential: usize, wait: Duration) {
        if let Some((_, rest_until)) = self.credentials.borrow_mut().get_mut(credential) {
            let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(1));
            *rest_until = Some(self.clock.now() + wait);
        }
    }
}

/// Without a record of the request it must not be sent.
fn broken(err: &crate::state::StateError) -> ApiError {
    let message = format!("a request could not be recorded, so it was not sent: {err}");
    ApiError::new(Side::Guance, ApiErrorKind::Unrecorded, message).with_hint(err.hint())
}
