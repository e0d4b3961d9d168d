//! How a write ends: done, dead, taken back, or settled without being sent.

use chrono::{DateTime, Utc};
use rusqlite::params;

use crate::domain::{Fingerprint, IssueId, Key, Side};
use crate::state::error::StateError;
use crate::state::file::Tx;
use crate::state::time::to_ms;

impl Tx<'_> {
    /// Settles a write: it has happened. Its text is not kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn done(&self, key: &Key, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'done', settled_at = ?2, action = '', error = NULL, hint = NULL,
                     dropped = NULL
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), to_ms(now)])?;
        Ok(())
    }

    /// Gives a write up: refused for good, kept for a person with the service's own words.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn bury(&self, key: &Key, error: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'dead', attempts = attempts + 1, error = ?2, hint = NULL, settled_at = ?3
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), error, to_ms(now)])?;
        Ok(())
    }

    /// Keeps how to mend what a write failed at, beside the failure that was recorded last.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn advise(&self, key: &Key, hint: Option<&str>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET hint = ?2 WHERE key = ?1 AND stage <> 'done'")?
            .execute(params![key.as_str(), hint])?;
        Ok(())
    }

    /// Takes back a write that was not sent.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn withdraw(&self, key: &Key) -> Result<(), StateError> {
        self.take_back("key = ?1 AND stage IN ('pending', 'held', 'dead')", [key.as_str()])?;
        Ok(())
    }

    /// Settles for ever that something has no copy and is to have none: what it says is on the other side already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn never(&self, key: &Key, pair: &IssueId, target: Side, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO outbox
                     (key, origin, lane, target, action, content, summary, stage, enqueued_at, settled_at)
                 VALUES (?1, ?1, ?2, ?3, '', ?4, 'not carried', 'done', ?5, ?6)",
            )?
            .execute(params![
                key.as_str(),
                pair.as_str(),
                target.as_str(),
                Fingerprint::of(&["never"]).as_str(),
                to_ms(now),
                i64::MAX,
            ])?;
        Ok(())
    }
}
