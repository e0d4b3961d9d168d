//! Dead writes that a person gave up.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, params};

use super::outbox::IS_MEANT;
use super::{State, StateError, Tx};
use crate::domain::{Fingerprint, Key};

impl State {
    /// Returns what a dropped create said of its original; `None` where nothing of this key is dropped, or it is not
    /// known what it said.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn dropped_original(&self, key: &Key) -> Result<Option<Fingerprint>, StateError> {
        let sql = "SELECT original FROM outbox WHERE key = ?1 AND stage = 'dead' AND dropped IS NOT NULL";
        let original: Option<Option<String>> =
            self.conn.prepare_cached(sql)?.query_row([key.as_str()], |row| row.get(0)).optional()?;
        Ok(original.flatten().and_then(|original| Fingerprint::parse(&original)))
    }
}

impl Tx<'_> {
    /// Keeps what the original of a write says, apart from what the routes make of it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_original(&self, key: &Key, original: &Fingerprint) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET original = ?2 WHERE key = ?1 AND stage <> 'done'")?
            .execute(params![key.as_str(), original.as_str()])?;
        Ok(())
    }

    /// Gives dead writes up, and notes why: they are not sent again unless their originals change. An id means what it
    /// means for [`Tx::revive`]. Returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn give_up(&self, id: &str, because: &str, now: DateTime<Utc>) -> Result<usize, StateError> {
        let sql =
            format!("SELECT key, origin, summary FROM outbox WHERE stage = 'dead' AND dropped IS NULL AND {IS_MEANT}");
        let rows: Vec<(String, String, String)> = self
            .tx
            .prepare(&sql)?
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (key, origin, summary) in &rows {
            self.tx.execute("UPDATE outbox SET dropped = ?2 WHERE key = ?1", [key.as_str(), because])?;
            self.note(origin, &format!("dropped: {summary}: {because}"), now)?;
        }
        Ok(rows.len())
    }
}
