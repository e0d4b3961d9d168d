//! What is known of a write that was sent and not answered.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::row::{Doubt, FAILED};
use crate::domain::{Key, Side};
use crate::state::error::StateError;
use crate::state::file::Tx;
use crate::state::time::to_ms;

impl Tx<'_> {
    /// Marks writes as about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written; then they must not be sent.
    pub fn mark_in_flight(&self, keys: &[&Key], now: DateTime<Utc>) -> Result<(), StateError> {
        for key in keys {
            self.tx
                .prepare_cached(
                    "UPDATE outbox SET stage = 'in_flight', sent_at = ?2, not_before = 0, doubted = 0
                     WHERE key = ?1 AND stage <> 'done'",
                )?
                .execute(params![key.as_str(), to_ms(now)])?;
            self.tx
                .prepare_cached(
                    "INSERT INTO round (target, number) SELECT target, round FROM outbox WHERE key = ?1 AND round < ?2
                     ON CONFLICT (target) DO UPDATE SET number = max(number, excluded.number)",
                )?
                .execute(params![key.as_str(), FAILED])?;
        }
        Ok(())
    }

    /// Records why a write in flight is in doubt; from now on it goes out by itself.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn doubt(&self, key: &Key, how: Doubt, error: &str) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET error = ?2, hint = NULL, doubted = ?3, alone = 1
                 WHERE key = ?1 AND stage = 'in_flight'",
            )?
            .execute(params![key.as_str(), error, if how == Doubt::InCompany { 2 } else { 1 }])?;
        Ok(())
    }

    /// Lets a write share its request with no other from now on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn go_alone(&self, key: &Key) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET alone = 1 WHERE key = ?1 AND stage <> 'done'")?
            .execute([key.as_str()])?;
        Ok(())
    }

    /// Records that a write in flight was looked for and not found: its absence counts from then on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn look_again(&self, key: &Key, from: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET not_before = ?2 WHERE key = ?1 AND stage = 'in_flight'")?
            .execute(params![key.as_str(), to_ms(from)])?;
        Ok(())
    }

    /// Lets no look at a create in flight count that was made so far: another one has just turned out to be done.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn look_anew(&self, target: Side) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET not_before = 0
                 WHERE target = ?1 AND stage = 'in_flight' AND stage <> 'done' AND key GLOB '*/issue/*'",
            )?
            .execute([target.as_str()])?;
        Ok(())
    }

    /// Counts that a write which was sent by itself, and failed, is not there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn count_absence(&self, key: &Key, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET absences = absences + 1, absent_since = coalesce(absent_since, ?2)
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), to_ms(now)])?;
        Ok(())
    }
}
