//! What happened: runs, and events by item.

use chrono::{DateTime, Duration, Utc};
use rusqlite::{OptionalExtension, params};

use super::{State, StateError, Tx, from_ms, to_ms};

/// How long events and settled writes are kept.
const KEEP: Duration = Duration::days(90);

impl Tx<'_> {
    /// Records what happened to an item. A repeat of the last event about it is not recorded again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note(&self, item: &str, what: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "INSERT INTO event (at, item, what) SELECT ?1, ?2, ?3 WHERE ?3 IS NOT
                     (SELECT what FROM event WHERE item = ?2 ORDER BY id DESC LIMIT 1)",
            )?
            .execute(params![to_ms(now), item, what])?;
        Ok(())
    }
}

impl State {
    /// Records that a run begins; returns its number.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin_run(&self, kind: &str, now: DateTime<Utc>) -> Result<i64, StateError> {
        let sql = "INSERT INTO run (kind, started) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![kind, to_ms(now)])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Returns when the first ordinary run of the last 90 days began, or the takeover before it, by our clock. A run that
    /// seems older began by a clock that was behind.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn first_run(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StateError> {
        let sql =
            "SELECT started FROM run WHERE kind IN ('ordinary', 'takeover') AND started >= ?1 ORDER BY started LIMIT 1";
        let first = self.conn.prepare_cached(sql)?.query_row([to_ms(now - KEEP)], |row| row.get(0)).optional()?;
        Ok(first.map(from_ms))
    }

    /// Records that a run ended, and forgets what is older than 90 days: by the clock of the run before too, so that
    /// one that is far ahead once does not cost the whole history.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_run(&self, id: i64, good: bool, summary: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        let tx = self.begin()?;
        tx.tx.prepare_cached("UPDATE run SET ended = ?2, good = ?3, summary = ?4 WHERE id = ?1")?.execute(params![
            id,
            to_ms(now),
            good,
            summary
        ])?;
        let sql = "SELECT started FROM run WHERE id < ?1 ORDER BY id DESC LIMIT 1";
        let before: Option<i64> = tx.tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        let now = before.map_or(now, |before| now.min(from_ms(before)));
        for forget in [
            "DELETE FROM run WHERE started < ?1",
            "DELETE FROM event WHERE at < ?1",
            "DELETE FROM outbox WHERE stage = 'done' AND settled_at < ?1",
        ] {
            tx.tx.prepare_cached(forget)?.execute([to_ms(now - KEEP)])?;
        }
        tx.commit()
    }

    /// Returns the events about any of the items, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events(&self, items: &[String]) -> Result<Vec<(DateTime<Utc>, String, String)>, StateError> {
        let mut found = Vec::new();
        for item in items {
            let mut statement =
                self.conn.prepare_cached("SELECT id, at, item, what FROM event WHERE item = ?1 ORDER BY id")?;
            let rows = statement
                .query_map([item], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<Vec<(i64, i64, String, String)>, _>>()?;
            found.extend(rows);
        }
        found.sort();
        found.dedup();
        Ok(found.into_iter().map(|(_, at, item, what)| (from_ms(at), item, what)).collect())
    }
}
