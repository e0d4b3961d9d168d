//! Dead writes: put back in the queue, or given up.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, params};

use super::error::StateError;
use super::file::{State, Tx};
use super::outbox::{FAILED, FORGIVEN};
use crate::domain::{Fingerprint, Key};

/// Dead creates of issues of one type in one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadCreates {
    /// The key of the project.
    pub project: String,
    /// The issue type, as the route names it.
    pub issue_type: String,
    /// The creates, oldest first.
    pub keys: Vec<Key>,
}

/// Whether a row is what an id means: its key, the item it is about, or a name of its pair.
const IS_MEANT: &str = "(key = ?1 OR origin = ?1 OR lane = ?1 OR substr(origin, -length(?1) - 1) = '/' || ?1
    OR lane IN (SELECT guance FROM issue_link WHERE jira_name = ?1 COLLATE NOCASE OR jira = ?1))";

impl State {
    /// Returns the creates that are dead and not given up, by project and issue type.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn dead_creates(&self) -> Result<Vec<DeadCreates>, StateError> {
        if !self.has_unsettled()? {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT action ->> '$.action.project', action ->> '$.action.issue_type', key
             FROM outbox WHERE target = 'jira' AND stage = 'dead' AND stage <> 'done' AND dropped IS NULL
                 AND key GLOB '*/issue/*'
             ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        let mut all: Vec<DeadCreates> = Vec::new();
        while let Some(row) = rows.next()? {
            let (project, issue_type): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let (Some(project), Some(issue_type)) = (project, issue_type) else { continue };
            let Ok(key) = row.get::<_, String>(2)?.parse::<Key>() else { continue };
            match all.iter_mut().find(|one| one.project == project && one.issue_type == issue_type) {
                Some(one) => one.keys.push(key),
                None => all.push(DeadCreates { project, issue_type, keys: vec![key] }),
            }
        }
        Ok(all)
    }

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
    /// Puts dead writes back in the queue, and lets waiting ones go at once, whatever a service asked for. What was sent and
    /// not answered is looked for first, and what it failed at before is forgiven. `None` means all but what was dropped; an id may be a key, the id of the item it is about, or a name of its pair. Returns how many
    /// writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revive(&self, id: Option<&str>) -> Result<usize, StateError> {
        self.tx.execute("DELETE FROM fact WHERE name GLOB 'wait.*'", [])?;
        self.ask_for_away()?;
        let is_meant = format!("(?1 IS NULL AND dropped IS NULL OR {IS_MEANT})");
        let which = format!("(stage = 'dead' OR (stage = 'pending' AND not_before > 0)) AND {is_meant}");
        let count = self.tx.execute(&back_in_the_queue(&which), [id])?;
        let sql = format!(
            "UPDATE outbox SET absences = 0, absent_since = NULL WHERE stage = 'in_flight' AND stage <> 'done' AND absences > 0 AND {is_meant}"
        );
        Ok(count + self.tx.execute(&sql, [id])?)
    }

    /// Puts one dead write back in the queue.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revive_one(&self, key: &Key) -> Result<(), StateError> {
        self.tx.prepare_cached(&back_in_the_queue("key = ?1 AND stage = 'dead'"))?.execute([key.as_str()])?;
        Ok(())
    }

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

/// The statement by which the rows that a condition names begin as new ones, behind all that has not failed.
fn back_in_the_queue(which: &str) -> String {
    format!(
        "UPDATE outbox SET stage = 'pending', attempts = 0, not_before = 0, dropped = NULL, {FORGIVEN},
             round = CASE WHEN round < {FAILED} THEN round ELSE 1 + coalesce(
                 (SELECT number FROM round r WHERE r.target = outbox.target), 0) END
         WHERE {which}"
    )
}
