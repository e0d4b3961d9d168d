//! What a run needs besides the services: request slots, a clock, a stop signal, failpoints.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::ApiError;

/// How urgent a request is, when the minute's budget is nearly used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A poll or a look-up: may use the last slots, and waits for one within the run's time.
    Read,
    /// A delivery: leaves the slots that the next run's polls need.
    Write,
}

/// Hands out request slots of a rate-limited service; each credential has its own.
pub trait Budget {
    /// Takes a slot and records it durably; returns the index of the credential to use.
    ///
    /// # Errors
    /// `OutOfBudget` when none is free in time, `Stopped` when the run was asked to stop while waiting.
    fn take(&self, urgency: Urgency) -> Result<usize, ApiError>;

    /// Returns how many deliveries could go right now.
    fn spare(&self) -> usize;

    /// Records that the service said "slow down" to this credential: it is not used for `wait`.
    fn exhausted(&self, credential: usize, wait: Duration);
}

/// Our own clock. Never decides what was read; paces waiting and back-off.
pub trait Clock {
    /// Returns the time on this machine.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// Tells whether the run has to end.
pub trait Stop {
    /// Returns true once SIGINT or SIGTERM has come.
    fn requested(&self) -> bool;

    /// Returns true once an ordinary run's time is over; a backfill has all the time there is.
    fn out_of_time(&self) -> bool {
        false
    }
}

/// Places where a test may let the process die. Every durable step calls one.
pub trait Failpoints {
    /// Returns an error where the test wants the run to end as if the process had been killed.
    ///
    /// # Errors
    /// Only in tests.
    fn hit(&self, name: &'static str) -> Result<(), Crash>;
}

/// The simulated death of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash(pub &'static str);

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "crash injected at {}", self.0)
    }
}

impl std::error::Error for Crash {}

/// No failpoints: the real thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFailpoints;

impl Failpoints for NoFailpoints {
    fn hit(&self, _name: &'static str) -> Result<(), Crash> {
        Ok(())
    }
}
