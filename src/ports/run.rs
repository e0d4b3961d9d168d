//! What a run needs besides the services: request slots, a clock, a stop signal, failpoints.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// How urgent a request is, when the minute's budget is nearly used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A poll or a look-up: may use the last slots, and waits for one within the run's time.
    Read,
    /// A delivery: leaves the slots that the next run's polls need, and waits for one a few seconds at most.
    Write,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A list of issues.
    List,
    /// A thread, or a page of one.
    Thread,
    /// A single issue, read by its id.
    Issue,
    /// A write.
    Delivery,
    /// The bytes of a file.
    File,
    /// Names: of levels, channels, people, the workspace.
    Name,
}

impl Purpose {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] = [Self::List, Self::Thread, Self::Issue, Self::Delivery, Self::File, Self::Name];
}

/// Hands out request slots of a rate-limited service; each credential has its own.
pub trait Budget {
    /// Takes a slot and records it durably; returns the index of the credential to use.
    ///
    /// # Errors
    /// `OutOfBudget` when none is free in time, `Stopped` when the run was asked to stop while waiting.
    fn take(&self, urgency: Urgency, purpose: Purpose) -> Result<usize, ApiError>;

    /// Returns how many deliveries could go now, each within the few seconds that a request waits for a slot.
    fn spare(&self) -> usize;

    /// Remembers what the requests were for: a run does, one that is refused because of its state leaves that as it is.
    fn note(&self) {}

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
