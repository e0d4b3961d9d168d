//! Why a call to a service failed.

use std::fmt;
use std::time::Duration;

use crate::domain::Side;

/// Why a remote call failed, by what the caller should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// Certainly not carried out (no connection, rate limit, any failed read): again, not before `retry_after`.
    Unavailable {
        /// The least time to wait, where the remote named one.
        retry_after: Option<Duration>,
    },
    /// A write left and no usable answer came (timeout, reset, 5xx): it may have happened.
    InDoubt,
    /// Certainly not carried out: this one thing takes no more for now, others may go.
    Crowded {
        /// The least time to wait.
        retry_after: Duration,
    },
    /// Understood and refused (400, 404, 413): no rerun does better; the item is dead.
    Refused,
    /// Not carried out: what was to be written over, or deleted, is not our own account's writing.
    NotOurs,
    /// Our credentials were refused: leave this side alone for this run.
    Unauthorized,
    /// Our own request budget is used up; nothing was sent. Not a failure.
    OutOfBudget,
    /// The run was asked to stop; nothing was sent. Not a failure.
    Stopped,
    /// The request could not be recorded in our own state; nothing was sent, and the run cannot go on.
    Unrecorded,
}

/// A failed remote call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// What to do about it.
    pub kind: ApiErrorKind,
    /// Which side.
    pub side: Side,
    /// What was tried, on what, and the remote's own words; a lower-case fragment without full stop, no secret.
    pub message: String,
    /// How to mend it, when we know.
    pub hint: Option<String>,
}

impl ApiError {
    /// Returns an error of this kind.
    pub fn new(side: Side, kind: ApiErrorKind, message: impl Into<String>) -> Self {
        Self { kind, side, message: message.into(), hint: None }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.side, self.message)
    }
}

impl std::error::Error for ApiError {}
