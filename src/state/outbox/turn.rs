//! Which writes may be sent now, and in which order.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::row::Queued;
use crate::domain::{IssueId, Side};
use crate::state::away::awaited;
use crate::state::error::StateError;
use crate::state::file::State;
use crate::state::time::{LONGEST_WAIT, to_ms};

// Both say twice that what is done does not matter: an index of the rest serves only a statement that says so.
pub(in crate::state) const IN_FLIGHT: &str =
    "SELECT {} FROM outbox WHERE target = ?1 AND stage = 'in_flight' AND stage <> 'done' ORDER BY seq";

pub(in crate::state) const READY: &str = concat!(
    "SELECT {} FROM outbox o
    WHERE target = ?1 AND stage = 'pending' AND stage <> 'done' AND (not_before <= ?2 OR not_before > ?4)
        -- What is kept for a closed issue waits until it is open again.
        AND NOT EXISTS (SELECT 1 FROM issue_link l WHERE o.target = 'jira' AND l.guance = o.lane AND l.closed)
        -- What is archived, or cannot be read, is written to once it is back.
        AND NOT EXISTS ",
    awaited!("1"),
    "
        -- Nothing waits for a link or a file.
        AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.lane = o.lane AND p.target = o.target AND p.seq < o.seq
            AND p.stage <> 'done' AND p.stage <> 'dead'
            AND p.origin NOT GLOB '*/link/*' AND p.origin NOT GLOB '*/attachment/*')
        -- But where a copy is known by name and size alone, no file goes while one may be there that nobody knows of.
        AND NOT EXISTS (SELECT 1 FROM outbox q WHERE o.target = 'jira' AND o.origin GLOB '*/attachment/*'
            AND q.lane = o.lane AND q.target = o.target AND q.stage <> 'done' AND q.stage <> 'dead'
            AND q.origin GLOB '*/attachment/*' AND q.sent_at IS NOT NULL
            AND q.seq <> o.seq AND (q.seq < o.seq OR o.sent_at IS NULL))
    ORDER BY round, seq LIMIT ?3"
);

impl State {
    /// Returns the first sendable write of each pair: creates first, then pair by pair in turn.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ready(&self, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        self.ready_of(READY, target, now, limit)
    }

    /// The same of what is new to the target: creates and comments.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ready_news(&self, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        let is_new = "AND (o.key GLOB '*/issue/*' OR o.key = o.origin AND o.key GLOB '*/comment/*')\n    ORDER BY round, seq LIMIT ?3";
        self.ready_of(&READY.replacen("ORDER BY round, seq LIMIT ?3", is_new, 1), target, now, limit)
    }

    /// Returns the first sendable write of one pair.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ready_in(&self, target: Side, now: DateTime<Utc>, pair: &IssueId) -> Result<Vec<Queued>, StateError> {
        let of_pair = "AND o.lane = ?5\n    ORDER BY round, seq LIMIT ?3";
        let sql = READY.replacen("ORDER BY round, seq LIMIT ?3", of_pair, 1);
        self.rows(&sql, params![target.as_str(), to_ms(now), 1, to_ms(now) + LONGEST_WAIT, pair.as_str()])
    }

    fn ready_of(&self, sql: &str, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        self.rows(
            sql,
            params![target.as_str(), to_ms(now), i64::try_from(limit).unwrap_or(i64::MAX), to_ms(now) + LONGEST_WAIT],
        )
    }

    /// Returns the writes whose outcome is unknown.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn in_flight(&self, target: Side) -> Result<Vec<Queued>, StateError> {
        self.rows(IN_FLIGHT, params![target.as_str()])
    }
}
