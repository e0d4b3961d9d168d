//! Texts that were taken back, and what may be left of them in the file.
//!
//! `SQLite` overwrites what it frees (`secure_delete`), but where it moves rows from page to page a copy may stay between
//! them, once in some thousand rows. So the words of comments lie in pages of their own, out of which nothing is moved
//! (`words`); what earlier versions left goes when the file is written anew, once.

use super::error::StateError;
use super::file::{State, Tx};

/// The fact that the file may hold remains. A migration sets it for what earlier versions left.
const REMAINS: &str = "state.remains";

impl State {
    /// Writes the file anew if it may hold what is left of texts that were taken back. Returns whether it did. It stays
    /// due where it fails.
    ///
    /// # Errors
    /// When there is no room for it, or another process has the file open.
    pub fn clear_remains(&self) -> Result<bool, StateError> {
        if self.fact(REMAINS)?.is_none() {
            return Ok(false);
        }
        // What it writes aside is what is in use, and too much for the memory.
        self.conn.execute_batch(
            "PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY; PRAGMA wal_checkpoint(TRUNCATE);",
        )?;
        self.conn.execute("DELETE FROM fact WHERE name = ?1", [REMAINS])?;
        Ok(true)
    }
}

impl Tx<'_> {
    /// Deletes writes that will not be sent; a clause tells which. Returns how many there were.
    pub(super) fn take_back(&self, clause: &str, parameters: impl rusqlite::Params) -> Result<usize, StateError> {
        Ok(self.tx.prepare_cached(&format!("DELETE FROM outbox WHERE {clause}"))?.execute(parameters)?)
    }
}
