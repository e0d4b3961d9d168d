//! What is not done, as people are told of it.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use serde::Serialize;

use super::time::from_ms;

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

impl StuckItem {
    /// Reads a row whose first nine columns are the fields, in their order.
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let not_before: i64 = row.get(5)?;
        Ok(Self {
            key: row.get(0)?,
            stage: row.get(1)?,
            summary: row.get(2)?,
            attempts: row.get(3)?,
            enqueued: from_ms(row.get(4)?),
            not_before: (not_before > 0).then(|| from_ms(not_before)),
            error: row.get(6)?,
            hint: row.get(7)?,
            because: row.get(8)?,
        })
    }
}
