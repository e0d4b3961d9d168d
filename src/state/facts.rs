//! Small facts about a remote that outlive a run.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::error::StateError;
use super::file::State;
use super::time::{from_ms, to_ms};
use crate::ports::{FOR_EVER, Facts};

/// The facts that tell how far a long thread is known: their names end with the pair's Guance issue. They are forgotten
/// when what is known of a thread comes into doubt.
pub const LONG_THREAD: &str = "engine.long-thread.";

/// The facts that tell what a long thread holds: named and forgotten in the same way.
pub const THREAD_ROWS: &str = "engine.thread-rows.";

/// The facts that tell that a pair's Jira thread has to be read whenever its Guance thread is: named in the same way.
pub const DEAR_THREAD: &str = "engine.dear-thread.";

impl State {
    /// Returns a fact and when it was learnt.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fact(&self, name: &str) -> Result<Option<(String, DateTime<Utc>)>, StateError> {
        let row = self
            .conn
            .prepare_cached("SELECT value, at FROM fact WHERE name = ?1")?
            .query_row([name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        Ok(row.map(|(value, at)| (value, from_ms(at))))
    }

    /// Returns the facts whose names begin so: what follows in the name, the value, and when it was learnt.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn facts_of(&self, prefix: &str) -> Result<Vec<(String, String, DateTime<Utc>)>, StateError> {
        // No name holds a character behind the tilde: so an index finds them.
        let mut statement = self.conn.prepare_cached(
            "SELECT substr(name, length(?1) + 1), value, at FROM fact WHERE name >= ?1 AND name < ?1 || '~' ORDER BY at, name",
        )?;
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?, from_ms(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers a fact as learnt now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_fact(&self, name: &str, value: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO fact (name, value, at) VALUES (?1, ?2, ?3)")?
            .execute(params![name, value, to_ms(now)])?;
        Ok(())
    }

    /// Forgets a fact.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_fact(&self, name: &str) -> Result<(), StateError> {
        self.conn.prepare_cached("DELETE FROM fact WHERE name = ?1")?.execute([name])?;
        Ok(())
    }
}

/// A fact that cannot be read or written is merely unknown: it costs a request, never correctness.
impl Facts for State {
    fn recall(&self, name: &str, max_age: Duration) -> Option<String> {
        let (value, at) = self.fact(name).ok().flatten()?;
        if max_age >= FOR_EVER {
            return Some(value);
        }
        // Learnt in the future, by a clock that was ahead: how old it is nobody knows.
        let age = Utc::now().signed_duration_since(at).to_std().ok()?;
        (age <= max_age).then_some(value)
    }

    fn remember(&self, name: &str, value: &str) {
        if let Err(err) = self.set_fact(name, value, Utc::now()) {
            tracing::debug!(name, error = %err, "Fact not remembered.");
        }
    }

    fn forget(&self, name: &str) {
        if let Err(err) = self.forget_fact(name) {
            tracing::debug!(name, error = %err, "Fact not forgotten.");
        }
    }
}
