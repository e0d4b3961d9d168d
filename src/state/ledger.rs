//! The requests of the last minute, per credential, so that consecutive runs together stay within the limit.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::State;
use super::time::{from_ms, to_ms};

/// The requests that were made with a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// How many.
    pub count: usize,
    /// When the first of the last so many as were asked for was made, or of all where there are fewer.
    pub first: Option<DateTime<Utc>>,
}

impl State {
    /// Returns the requests since a time: how many, and when the first of the last `limit` was made.
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
        limit: usize,
    ) -> Result<Made, StateError> {
        let [from, now] = [from, now].map(to_ms);
        let mut requests = self.requests.borrow_mut();
        let version = self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        requests.keep_up(version);
        if !requests.knows(credential, from) {
            requests.learn(credential, from, self.read_requests(credential, from)?);
        }
        let times = requests.after(credential, from);
        if times.back().is_some_and(|last| *last > now) {
            self.conn
                .prepare_cached("UPDATE ledger SET at = ?2 WHERE credential = ?1 AND at > ?2")?
                .execute(params![credential, now])?;
            for at in times.iter_mut() {
                *at = now.min(*at);
            }
        }
        Ok(Made { count: times.len(), first: times.get(times.len().saturating_sub(limit)).copied().map(from_ms) })
    }

    fn read_requests(&self, credential: &str, from: i64) -> Result<VecDeque<i64>, StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT at FROM ledger WHERE credential = ?1 AND at > ?2 ORDER BY at")?;
        let times = statement.query_map(params![credential, from], |row| row.get(0))?;
        Ok(times.collect::<Result<_, _>>()?)
    }

    /// Records a request that is about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written; then the request must not be sent.
    pub fn record_request(&self, credential: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        let stale = to_ms(now - Duration::minutes(10));
        let sql = "DELETE FROM ledger WHERE at < ?1 AND credential NOT GLOB 'sink.*'";
        self.conn.prepare_cached(sql)?.execute([stale])?;
        self.conn
            .prepare_cached("INSERT INTO ledger (credential, at) VALUES (?1, ?2)")?
            .execute(params![credential, to_ms(now)])?;
        self.requests.borrow_mut().add(credential, to_ms(now));
        Ok(())
    }
}
