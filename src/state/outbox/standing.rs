//! What is in the outbox, and where it stands.

use rusqlite::{OptionalExtension as _, params};

use super::row::Queued;
use super::row::both_ends;
use crate::domain::{Action, IssueId, Key, Push, Side, Stage};
use crate::state::away::awaited;
use crate::state::error::StateError;
use crate::state::file::State;

/// A write that is held because a Jira issue that guajira did not make carries the original's uuid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HeldForLabel {
    /// Its key.
    pub key: String,
    /// What it is, for people.
    pub summary: String,
    /// Which issue it is, who made it, and what to run.
    pub why: String,
}

/// How many writes stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Backlog {
    /// Waiting to be sent.
    pub pending: u64,
    /// Of the pending ones, those that have failed before.
    pub failing: u64,
    /// Held by the brake.
    pub held: u64,
    /// Held because a Jira issue that guajira did not make carries the original's uuid.
    pub labelled: u64,
    /// Sent, outcome unknown.
    pub in_doubt: u64,
    /// Refused for good.
    pub dead: u64,
    /// Refused for good, and given up by a person.
    pub dropped: u64,
}

/// What waits for something that is away has not failed, whatever it did before.
const BACKLOG: &str = concat!(
    "SELECT stage, attempts > 0 AND NOT EXISTS ",
    awaited!("1"),
    ", stage = 'held' AND error IS NOT NULL, dropped IS NOT NULL, count(*) FROM outbox o
     WHERE stage <> 'done' GROUP BY 1, 2, 3, 4"
);

impl State {
    /// Returns true when there is a write that is not done. Most runs find none: it costs them less to ask for that first than
    /// to prepare the statements that tell more of such writes.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(in crate::state) fn has_unsettled(&self) -> Result<bool, StateError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_lane WHERE stage <> 'done')";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Returns every write that is not done, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unsettled(&self) -> Result<Vec<Queued>, StateError> {
        let sql = format!("SELECT {{}} FROM outbox WHERE {} AND stage <> 'done' ORDER BY seq", both_ends(self.line));
        self.rows(&sql, params![])
    }

    /// Returns the writes that are held for a label, oldest first: what each is, and why it is held.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn held_for_labels(&self) -> Result<Vec<HeldForLabel>, StateError> {
        if !self.has_unsettled()? {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT key, summary, error FROM outbox WHERE {} AND stage = 'held'
                 AND stage <> 'done' AND error IS NOT NULL ORDER BY seq",
            both_ends(self.line)
        ))?;
        let rows = statement
            .query_map([], |row| Ok(HeldForLabel { key: row.get(0)?, summary: row.get(1)?, why: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns where a write stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stage_of(&self, key: &Key) -> Result<Option<Stage>, StateError> {
        let mut statement = self.conn.prepare_cached("SELECT stage FROM outbox WHERE key = ?1")?;
        let stage: Option<String> = statement.query_row([key.as_str()], |row| row.get(0)).optional()?;
        Ok(stage.as_deref().and_then(Stage::parse))
    }

    /// Returns a write that is in the outbox and not done.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unsettled_write(&self, key: &Key) -> Result<Option<Push>, StateError> {
        let rows = self.rows("SELECT {} FROM outbox WHERE key = ?1 AND stage <> 'done'", params![key.as_str()])?;
        Ok(rows.into_iter().next().map(|queued| queued.push))
    }

    /// Returns the creates that wait until a ticket names their item, which is counted in it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn creates_of_counted(&self, target: Side) -> Result<Vec<Queued>, StateError> {
        let sql = "SELECT {} FROM outbox o WHERE target = ?1 AND stage = 'pending' AND stage <> 'done'
                       AND key GLOB '*/issue/*' AND key = origin
                       AND EXISTS (SELECT 1 FROM issue_link l WHERE l.guance = o.lane AND l.role = 'retired')";
        let mut waiting = self.rows(sql, [target.as_str()])?;
        waiting.retain(|queued| matches!(queued.push.action, Action::CreateIssue(_)));
        Ok(waiting)
    }

    /// Returns the keys of what writes of this pair are about, done or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn originals_of(&self, pair: &IssueId) -> Result<Vec<String>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT origin FROM outbox WHERE lane = ?1 AND stage <> 'done'
             UNION SELECT origin FROM outbox WHERE lane = ?1 AND stage = 'done'",
        )?;
        let rows = statement.query_map([pair.as_str()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the place of the last write that the outbox holds.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_write(&self) -> Result<i64, StateError> {
        let last: Option<i64> =
            self.conn.prepare_cached("SELECT max(seq) FROM outbox")?.query_row([], |row| row.get(0))?;
        Ok(last.unwrap_or(0))
    }

    /// Forgets the writes behind this place. Only where nothing of them was sent: in a copy, for a dry run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_plans(&self, last: i64) -> Result<(), StateError> {
        self.conn.prepare_cached("DELETE FROM outbox WHERE seq > ?1")?.execute([last])?;
        Ok(())
    }

    /// Returns how many writes wait to be sent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pending(&self) -> Result<u64, StateError> {
        let sql = format!(
            "SELECT count(*) FROM outbox WHERE {} AND stage = 'pending' AND stage <> 'done'",
            both_ends(self.line)
        );
        let count: i64 = self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Returns how many writes stand where, and how many of the pending have failed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn backlog(&self) -> Result<Backlog, StateError> {
        let mut backlog = Backlog::default();
        if !self.has_unsettled()? {
            return Ok(backlog);
        }
        let mut statement = self.conn.prepare_cached(BACKLOG)?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
            .collect::<Result<Vec<(String, bool, bool, bool, i64)>, _>>()?;
        for (stage, failed, labelled, dropped, count) in rows {
            let count = u64::try_from(count).unwrap_or(0);
            match Stage::parse(&stage) {
                Some(Stage::Held) if labelled => backlog.labelled += count,
                Some(Stage::Pending) => {
                    backlog.pending += count;
                    backlog.failing += if failed { count } else { 0 };
                }
                Some(Stage::Held) => backlog.held += count,
                Some(Stage::InFlight) => backlog.in_doubt += count,
                Some(Stage::Dead) if dropped => backlog.dropped += count,
                Some(Stage::Dead) => backlog.dead += count,
                Some(Stage::Done) | None => {}
            }
        }
        Ok(backlog)
    }
}
