//! What is not done, as people are told of it.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A write or a message that is not done.
#[derive(Clone, Debug, Serialize)]
pub struct StuckItem {
    /// Its key.
    pub key: String,
    /// pending, held, `in_flight` (a run is sending it now), `in_doubt`, dead or dropped.
    pub stage: String,
    /// What it is, for people.
    pub summary: String,
    /// How often it failed.
    pub attempts: u32,
    /// When it entered the outbox.
    pub enqueued: DateTime<Utc>,
    /// When it may be sent again, if it has to wait.
    pub not_before: Option<DateTime<Utc>>,
    /// Why it is not done, in the service's own words.
    pub error: Option<String>,
    /// How to mend it.
    pub hint: Option<String>,
    /// Why a person gave it up, if it was dropped.
    pub because: Option<String>,
}
