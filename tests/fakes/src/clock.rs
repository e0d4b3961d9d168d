//! The time a fake lives in: real time plus an offset, or standing still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A clock shared by a fake and its test; clones show the same time.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<Mutex<Face>>);

#[derive(Debug)]
struct Face {
    /// `None` follows the machine's clock.
    stopped_at: Option<DateTime<Utc>>,
    offset: TimeDelta,
}

impl Default for SimClock {
    fn default() -> Self {
        Self::real()
    }
}

impl SimClock {
    /// Follows the machine's clock.
    pub fn real() -> Self {
        Self(Arc::new(Mutex::new(Face { stopped_at: None, offset: TimeDelta::zero() })))
    }

    /// Stands at `at` until it is moved.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Face { stopped_at: Some(at), offset: TimeDelta::zero() })))
    }

    /// The fake's present.
    pub fn now(&self) -> DateTime<Utc> {
        let face = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        face.stopped_at.unwrap_or_else(Utc::now) + face.offset
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.shift(TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX));
    }

    /// Moves the clock either way.
    pub fn shift(&self, by: TimeDelta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).offset += by;
    }

    /// Replaces the distance to the base time (the machine's clock, or the moment it was fixed at).
    pub fn set_offset(&self, offset: TimeDelta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).offset = offset;
    }

    /// Stops the clock at `at`.
    pub fn stop_at(&self, at: DateTime<Utc>) {
        let mut face = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        face.stopped_at = Some(at);
        face.offset = TimeDelta::zero();
    }
}
