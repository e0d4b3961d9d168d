//! What people order by hand: pairs that are taken apart, and pairs that are forgotten so that an item can have another.

use rusqlite::params;

use super::error::StateError;
use super::facts::DEAR_THREAD;
use super::file::{State, Tx};
use crate::domain::{IssueId, Side};

impl State {
    /// Returns the number of the last run that was begun; 0 before the first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_run(&self) -> Result<i64, StateError> {
        let sql = "SELECT coalesce(max(id), 0) FROM run";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Takes a pair apart: it is remembered, so that nothing pairs or creates its item again, and nothing travels in it. What
    /// waits is taken back, and so is what was sent and not answered: its outcome changes nothing any more.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn unlink(&self, pair: &IssueId) -> Result<usize, StateError> {
        self.tx
            .prepare_cached("UPDATE issue_link SET role = 'unlinked' WHERE guance = ?1")?
            .execute([pair.as_str()])?;
        self.take_back("lane = ?1 AND stage <> 'done' AND key NOT GLOB '*/issue/*'", [pair.as_str()])
    }

    /// Puts a pair together again that was taken apart; both threads are read before anything is written into them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn relink(&self, pair: &IssueId) -> Result<(), StateError> {
        self.tx.prepare_cached("UPDATE issue_link SET role = NULL WHERE guance = ?1")?.execute([pair.as_str()])?;
        self.read_anew(pair)
    }

    /// Makes room for another pair of a Jira issue that was in one that a person took apart: that one's item goes on having none.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn make_room(&self, jira: &IssueId) -> Result<(), StateError> {
        let sql = "UPDATE issue_link SET jira = '-' || guance WHERE jira = ?1 AND role = 'unlinked'";
        self.tx.prepare_cached(sql)?.execute([jira.as_str()])?;
        Ok(())
    }

    /// Forgets a pair, so that its item can have another Jira issue: what the item's thread says travels there anew. What came
    /// from the former Jira issue is still known as that, and its originals are not looked for in the new one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_pair(&self, pair: &IssueId) -> Result<(), StateError> {
        let (source, tracker) = (Side::Source(self.line), Side::Tracker(self.line));
        for sql in [
            "DELETE FROM absent WHERE lane = ?1",
            "DELETE FROM issue_link WHERE guance = ?1",
            "DELETE FROM field_base WHERE lane = ?1",
            "DELETE FROM outbox WHERE lane = ?1 AND stage <> 'done'",
        ] {
            self.tx.prepare_cached(sql)?.execute([pair.as_str()])?;
        }
        let sql = "INSERT OR REPLACE INTO absent (key, lane, run, since, gone)
                   SELECT origin || '/comment/' || origin_id, lane, 0, 0, 1 FROM comment_link WHERE lane = ?1 AND origin = ?2";
        self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), tracker.as_str()])?;
        for sql in [
            "DELETE FROM comment_link WHERE lane = ?1 AND origin = ?2",
            "DELETE FROM file_link WHERE lane = ?1 AND origin = ?2",
            "DELETE FROM outbox WHERE lane = ?1 AND stage = 'done' AND origin GLOB ?2 || '/*'",
        ] {
            self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), source.as_str()])?;
        }
        self.tx.prepare_cached("DELETE FROM fact WHERE name = ?1")?.execute([format!("{DEAR_THREAD}{pair}")])?;
        self.forget_long_thread(pair)
    }
}
