//! What happened within a period, for a report. An index finds it: what is older costs nothing.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::State;
use super::time::{from_ms, to_ms};
use crate::domain::Side;

/// A write that took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Where it went.
    pub target: Side,
    /// When a run found what it carries.
    pub found: DateTime<Utc>,
    /// When it was done.
    pub done: DateTime<Utc>,
}

impl State {
    /// Tells the writes that took effect within a period, oldest first; not those that were taken back before they were sent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn settled_within(
        &self,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        mut tell: impl FnMut(Settled),
    ) -> Result<(), StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT target, enqueued_at, settled_at FROM outbox
             WHERE stage = 'done' AND settled_at >= ?1 AND settled_at < ?2 AND sent_at IS NOT NULL ORDER BY settled_at",
        )?;
        let mut rows = statement.query(params![to_ms(since), to_ms(until)])?;
        while let Some(row) = rows.next()? {
            let target: String = row.get(0)?;
            let Ok(target) = Side::of_line(self.line, &target) else { continue };
            tell(Settled { target, found: from_ms(row.get(1)?), done: from_ms(row.get(2)?) });
        }
        Ok(())
    }

    /// Returns how many runs that began since then were good, and how many were not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs_since(&self, since: DateTime<Utc>) -> Result<[u64; 2], StateError> {
        let sql = "SELECT coalesce(sum(good = 1), 0), count(*) FROM run WHERE started >= ?1";
        let counts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let (good, all) = self.conn.prepare_cached(sql)?.query_row([to_ms(since)], counts)?;
        Ok([good, all - good].map(|count| u64::try_from(count).unwrap_or(0)))
    }
}
