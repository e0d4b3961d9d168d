//! The requests of the last minute, per credential, so that consecutive runs together stay within the limit.

use chrono::{DateTime, Duration, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::State;
use super::time::{from_ms, to_ms};

impl State {
    /// Returns the times of the requests in the window, oldest first, and forgets older ones.
    ///
    /// A time in the future (the clock was set back) counts as now, so that it neither frees a slot nor blocks one
    /// for ever.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn requests_since(
        &self,
        credential: &str,
        from: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT at FROM ledger WHERE credential = ?1 AND at > ?2 ORDER BY at")?;
        let times = statement
            .query_map(params![credential, to_ms(from)], |row| row.get::<_, i64>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        if times.last().is_some_and(|last| *last > to_ms(now)) {
            self.conn
                .prepare_cached("UPDATE ledger SET at = ?2 WHERE credential = ?1 AND at > ?2")?
                .execute(params![credential, to_ms(now)])?;
        }
        Ok(times.into_iter().map(|at| from_ms(at).min(now)).collect())
    }

    /// Records a request that is about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written; then the request must not be sent.
    pub fn record_request(&self, credential: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        let stale = to_ms(now - Duration::minutes(10));
        self.conn.prepare_cached("DELETE FROM ledger WHERE at < ?1")?.execute([stale])?;
        self.conn
            .prepare_cached("INSERT INTO ledger (credential, at) VALUES (?1, ?2)")?
            .execute(params![credential, to_ms(now)])?;
        Ok(())
    }
}
