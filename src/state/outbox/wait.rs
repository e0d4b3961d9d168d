//! How a write waits: put off, held, or kept while its Jira issue is closed.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::row::{AT_LAST, FAILED, FORGIVEN, both_ends};
use crate::domain::Key;
use crate::state::error::StateError;
use crate::state::file::Tx;
use crate::state::time::to_ms;

/// How a write that failed goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Not to be sent before this, by our clock.
    pub not_before: DateTime<Utc>,
    /// Whether it counts as a failed attempt.
    pub counts: bool,
}

/// What no later reading would ask for again: it is kept while its Jira issue is closed.
const KEPT_WHILE_CLOSED: &str = "(key GLOB '*/link/*' OR key GLOB '*/comment/notice_*')";

impl Tx<'_> {
    /// Puts a write back: it certainly did not happen, and is to be sent later, behind the others where it failed. Onto a Jira issue that was closed
    /// meanwhile nothing is: what is missing there is decided anew once it is open again, or kept until then. What turned
    /// out to be done, stays done.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn defer(&self, key: &Key, deferral: Deferral, error: Option<&str>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'pending', not_before = ?2, attempts = attempts + ?3,
                     error = coalesce(?4, error), hint = CASE WHEN ?4 IS NULL THEN hint END
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), to_ms(deferral.not_before), i64::from(deferral.counts), error])?;
        if deferral.counts {
            self.set_round(key, to_ms(deferral.not_before).max(FAILED))?;
        }
        self.rest_while_closed("lane = (SELECT lane FROM outbox WHERE key = ?1)", key.as_str())?;
        Ok(())
    }

    /// Takes back what waits to be written to a closed Jira issue, or keeps it if no later reading would ask for it again.
    /// A clause with one parameter tells the pairs. Returns how many writes were taken back.
    pub(in crate::state) fn rest_while_closed(&self, which: &str, parameter: &str) -> Result<usize, StateError> {
        let waits = format!(
            "{which} AND target = 'jira' AND stage = 'pending' AND stage <> 'done'
                 AND EXISTS (SELECT 1 FROM issue_link l WHERE l.guance = lane AND l.closed)"
        );
        let keep = format!(
            "UPDATE outbox SET attempts = 0, not_before = 0, error = 'kept until the Jira issue is open again',
                 hint = NULL, {FORGIVEN}
             WHERE {waits} AND {KEPT_WHILE_CLOSED}"
        );
        self.tx.prepare_cached(&keep)?.execute([parameter])?;
        self.take_back(&format!("{waits} AND NOT {KEPT_WHILE_CLOSED}"), [parameter])
    }

    /// Lets a write go behind all others, what has failed included, in the order of these times.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn go_last(&self, key: &Key, at: DateTime<Utc>) -> Result<(), StateError> {
        self.set_round(key, to_ms(at).max(0).saturating_add(AT_LAST))
    }

    fn set_round(&self, key: &Key, round: i64) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET round = ?2 WHERE key = ?1 AND stage <> 'done'")?
            .execute(params![key.as_str(), round])?;
        Ok(())
    }

    /// Holds a write that certainly did not happen, and says why. What the brake holds has no reason of its own: this
    /// tells one from the other.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn hold(&self, key: &Key, why: &str) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'held', error = ?2 WHERE key = ?1 AND stage IN ('pending', 'held', 'in_flight')",
            )?
            .execute(params![key.as_str(), why])?;
        Ok(())
    }

    /// Lets go what is held, by the brake or for a label; returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn release(&self) -> Result<usize, StateError> {
        let sql = format!(
            "UPDATE outbox SET stage = 'pending', not_before = 0, error = NULL
             WHERE {} AND stage = 'held' AND stage <> 'done'",
            both_ends(self.line)
        );
        Ok(self.tx.execute(&sql, [])?)
    }

    /// Lets go what is held for a label; returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn release_labelled(&self) -> Result<usize, StateError> {
        let sql = format!(
            "UPDATE outbox SET stage = 'pending', not_before = 0, error = NULL
             WHERE {} AND stage = 'held' AND stage <> 'done' AND error IS NOT NULL",
            both_ends(self.line)
        );
        Ok(self.tx.execute(&sql, [])?)
    }
}
