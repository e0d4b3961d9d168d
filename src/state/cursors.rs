//! How far each side has been read.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::Side;

/// How far one side has been read, in that side's own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Highest time really seen.
    pub at: DateTime<Utc>,
    /// Where this state begins: nothing before it is in scope of ordinary runs.
    pub floor: DateTime<Utc>,
    /// When the side was last swept, by our clock.
    pub swept: DateTime<Utc>,
}

impl State {
    /// Returns the cursor of a side, `None` before its first good read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn cursor(&self, side: Side) -> Result<Option<Cursor>, StateError> {
        let row = self
            .conn
            .prepare_cached("SELECT at, floor, swept FROM cursor WHERE side = ?1")?
            .query_row([side.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        Ok(row.map(|(at, floor, swept)| Cursor { at: from_ms(at), floor: from_ms(floor), swept: from_ms(swept) }))
    }
}

impl Tx<'_> {
    /// Sets the cursor back, with a remote clock that was set back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn go_back(&self, side: Side, cursor: &Cursor) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE cursor SET at = ?2 WHERE side = ?1")?
            .execute(params![side.as_str(), to_ms(cursor.at)])?;
        Ok(())
    }

    /// Sets the cursor. It does not move backwards; the time of the last sweep is by our clock, which may.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn advance(&self, side: Side, cursor: &Cursor) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "INSERT INTO cursor (side, at, floor, swept) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (side) DO UPDATE SET at = max(at, excluded.at), floor = min(floor, excluded.floor),
                     swept = excluded.swept",
            )?
            .execute(params![side.as_str(), to_ms(cursor.at), to_ms(cursor.floor), to_ms(cursor.swept)])?;
        Ok(())
    }
}
