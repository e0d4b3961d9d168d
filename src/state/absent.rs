//! Things that were there and could not be found: which run missed them first, and whether a later one agreed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::{Absence, CommentId, CommentLink, Fingerprint, IssueId, Key, Side, Stage};

/// An issue that was deleted, or hidden from us.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct GoneIssue {
    /// The side it was on.
    pub side: Side,
    /// The Guance issue of the pair.
    pub guance: IssueId,
    /// What people called the Jira issue.
    pub jira: String,
    /// When it was first missed, by our clock.
    pub since: DateTime<Utc>,
}

impl State {
    /// Returns what was missed in a pair, by its key.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn absences(&self, pair: &IssueId) -> Result<HashMap<Key, Absence>, StateError> {
        let mut statement = self.conn.prepare_cached("SELECT key, run, gone FROM absent WHERE lane = ?1")?;
        let rows = statement
            .query_map([pair.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(String, i64, bool)>, _>>()?;
        let read = |(key, run, gone): (String, i64, bool)| {
            let known =
                key.parse::<Key>().map_err(|_| StateError::Nonsense(format!("something absent called {key}")))?;
            Ok((known, if gone { Absence::Gone } else { Absence::Missed(run) }))
        };
        rows.into_iter().map(read).collect()
    }

    /// Returns true when an earlier run missed something in a pair's thread on this side, or its issue there: it is to
    /// be looked for again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn was_missed(&self, pair: &IssueId, side: Side, run: i64) -> Result<bool, StateError> {
        let sql = format!("SELECT 1 FROM absent WHERE lane = ?1 AND {}", missed_on(side, "?2"));
        Ok(self.conn.prepare_cached(&sql)?.exists(params![pair.as_str(), run])?)
    }

    /// Returns the originals of one side of a pair whose copy is not made yet, and where that stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waiting_comments(&self, pair: &IssueId, side: Side) -> Result<Vec<(CommentId, Stage)>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, stage FROM outbox WHERE lane = ?1 AND target = ?2 AND stage <> 'done' AND key = origin",
        )?;
        let rows = statement
            .query_map(params![pair.as_str(), side.opposite().as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, String)>, _>>()?;
        let known =
            |(key, stage): (String, String)| Some((key.parse::<Key>().ok()?.comment_on(side)?, Stage::parse(&stage)?));
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Returns the edits of one side's comments of a pair that were not sent yet, and what they carry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waiting_edits(&self, pair: &IssueId, side: Side) -> Result<Vec<(Key, Fingerprint)>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, content FROM outbox WHERE lane = ?1 AND target = ?2 AND key <> origin AND stage <> 'done'
                 AND stage IN ('pending', 'held', 'dead')",
        )?;
        let rows = statement
            .query_map(params![pair.as_str(), side.opposite().as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, String)>, _>>()?;
        let known = |(key, content): (String, String)| {
            let key = key.parse::<Key>().ok().filter(|key| key.comment_on(side).is_some())?;
            Some((key, Fingerprint::parse(&content)?))
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Returns the issues that are gone, those missed first before the others.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn gone_issues(&self) -> Result<Vec<GoneIssue>, StateError> {
        let mut statement = self.conn.prepare(
            "SELECT a.key, a.lane, l.jira_name, a.since FROM absent a JOIN issue_link l ON l.guance = a.lane
             WHERE a.gone = 1 AND a.key GLOB '*/issue/*' ORDER BY a.since, a.key",
        )?;
        let tracker = Side::Tracker(self.line);
        let rows = statement.query_map([], |row| {
            let key: String = row.get(0)?;
            let side = if key.starts_with(tracker.as_str()) { tracker } else { tracker.opposite() };
            let guance = IssueId::new(row.get::<_, String>(1)?);
            Ok(GoneIssue { side, guance, jira: row.get(2)?, since: from_ms(row.get(3)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Says which absences on a side call for another look by the run whose number is the parameter `run`.
pub(super) fn missed_on(side: Side, run: &str) -> String {
    format!("gone = 0 AND run < {run} AND key GLOB '{side}/*'")
}

impl Tx<'_> {
    /// Records that something could not be found by this run; the first that missed it is kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn missed(&self, key: &Key, pair: &IssueId, run: i64, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO absent (key, lane, run, since) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![key.as_str(), pair.as_str(), run, to_ms(now)])?;
        Ok(())
    }

    /// Records that what an earlier run missed is gone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn gone(&self, key: &Key) -> Result<(), StateError> {
        self.tx.prepare_cached("UPDATE absent SET gone = 1 WHERE key = ?1")?.execute([key.as_str()])?;
        Ok(())
    }

    /// Forgets that something was missed; returns whether it had been taken for gone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn found(&self, key: &Key) -> Result<bool, StateError> {
        let gone = "SELECT 1 FROM absent WHERE key = ?1 AND gone = 1";
        let gone = self.tx.prepare_cached(gone)?.exists([key.as_str()])?;
        self.tx.prepare_cached("DELETE FROM absent WHERE key = ?1")?.execute([key.as_str()])?;
        Ok(gone)
    }

    /// Forgets what was missed in the thread of an issue that is gone: there is nothing to look for again. Should the
    /// issue come back, its thread is read anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_missed(&self, pair: &IssueId, side: Side) -> Result<(), StateError> {
        let sql = "DELETE FROM absent WHERE lane = ?1 AND gone = 0 AND key GLOB ?2 || '/*'";
        self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), side.as_str()])?;
        Ok(())
    }

    /// Takes back what waits to be written to an issue that is gone, also what it refused; returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn abandon(&self, pair: &IssueId, target: Side) -> Result<usize, StateError> {
        let waits = "lane = ?1 AND target = ?2 AND stage IN ('pending', 'held', 'dead') AND stage <> 'done'
            AND key NOT GLOB '*/issue/*'";
        self.take_back(waits, [pair.as_str(), target.as_str()])
    }

    /// Reads both threads of a pair again before anything is written into them, and compares its fields.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn read_anew(&self, pair: &IssueId) -> Result<(), StateError> {
        let sql = "UPDATE issue_link SET guance_seen = NULL, jira_seen = NULL, polled = 0, fields_due = 1
                   WHERE guance = ?1";
        self.tx.prepare_cached(sql)?.execute([pair.as_str()])?;
        self.forget_long_thread(pair)
    }

    /// Forgets a pair of comments whose copy was deleted with its original. Should the original show again, it travels
    /// like a new one: what waited to be written into the old copy is decided anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_comments(&self, link: &CommentLink) -> Result<(), StateError> {
        let key = Key::comment(link.origin, &link.origin_id);
        if self.take_back("origin = ?1 AND stage IN ('pending', 'held')", [key.as_str()])? > 0 {
            self.read_anew(&link.pair)?;
        }
        self.take_back("origin = ?1 AND stage = 'dead'", [key.as_str()])?;
        for sql in ["DELETE FROM outbox WHERE origin = ?1 AND stage = 'done'", "DELETE FROM absent WHERE key = ?1"] {
            self.tx.prepare_cached(sql)?.execute([key.as_str()])?;
        }
        let sql = "DELETE FROM comment_link WHERE origin = ?1 AND origin_id = ?2";
        self.tx.prepare_cached(sql)?.execute(params![link.origin.as_str(), link.origin_id.as_str()])?;
        Ok(())
    }
}
