//! What `guajira status` shows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use super::absent::GoneIssue;
use super::away::{Away, awaited};
use super::error::StateError;
use super::file::{State, Tx};
use super::history::SideFailure;
use super::messages::MessageBacklog;
use super::outbox::{Backlog, both_ends};
use super::stuck::StuckItem;
use super::time::{from_ms, to_ms};
use crate::domain::{IssueId, Side};

/// Runs are told apart by their numbers: a clock may have been wrong in one of them.
const LAST_GOOD: &str = "SELECT ended FROM run WHERE good = 1 ORDER BY id DESC LIMIT 1";

/// The wait is never longer than the time since the first try, but for ten minutes: a longer one was set by a clock that
/// was ahead.
const UNREADABLE: &str = "SELECT side, issue, why FROM unreadable
    WHERE next <= ?1 OR next > 2 * ?1 - since + 600000 ORDER BY since";

/// What is in flight is in doubt, unless the run that sent it is still at work.
///
/// What waits for something that is away says so.
const STUCK: &str = concat!(
    "SELECT key,
        CASE WHEN dropped IS NOT NULL THEN 'dropped'
            WHEN stage = 'in_flight' AND (error IS NOT NULL OR NOT EXISTS (SELECT 1 FROM run r
                WHERE r.ended IS NULL AND r.id = (SELECT max(id) FROM run) AND r.started <= sent_at)) THEN 'in_doubt'
            ELSE stage END,
        summary, attempts, enqueued_at, not_before,
        CASE WHEN stage IN ('pending', 'in_flight') THEN coalesce(",
    awaited!("json_extract(f.value, '$.why')"),
    ", error) ELSE error END, hint, dropped, seq
    FROM outbox o WHERE stage <> 'done' AND "
);

/// The whole of it.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// For each side: how far it has been read and since when, by the remote's clock.
    pub cursors: Vec<(Side, DateTime<Utc>, DateTime<Utc>)>,
    /// Sides that asked to be left alone, and until when, by our clock.
    pub waits: Vec<(Side, DateTime<Utc>)>,
    /// Pairs of issues.
    pub issue_pairs: u64,
    /// How many items have left their Jira issue to a later one.
    pub continued: u64,
    /// How many items are counted in the Jira issue of another one.
    pub joined: u64,
    /// Pairs of comments.
    pub comment_pairs: u64,
    /// How many writes stand where.
    pub backlog: Backlog,
    /// How many messages wait, and were refused.
    pub messages: MessageBacklog,
    /// Writes and messages that are not done, oldest first.
    pub items: Vec<StuckItem>,
    /// Sides that have failed since they were last read.
    pub failing_sides: Vec<FailingSide>,
    /// Issues that are gone, and to whose pairs nothing is written.
    pub gone: Vec<GoneIssue>,
    /// What of Jira cannot be written to, or not be read, for now.
    pub away: Vec<Away>,
    /// Records that could not be read.
    pub unreadable: Vec<(Side, IssueId, String)>,
    /// The last runs, latest first.
    pub runs: Vec<LastRun>,
    /// When the last good run ended, by the clock that this machine had then.
    pub last_good: Option<DateTime<Utc>>,
}

/// A side that has failed since it was last read.
#[derive(Clone, Debug, Serialize)]
pub struct FailingSide {
    /// The side.
    pub side: Side,
    /// When a run failed there first.
    pub since: DateTime<Utc>,
    /// When a run failed there last.
    pub at: DateTime<Utc>,
    /// What was tried then, and the service's own words.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
pub struct LastRun {
    /// ordinary, backfill.
    pub kind: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended; `None` when it was cut off.
    pub ended: Option<DateTime<Utc>>,
    /// Whether both sides were read and everything found was taken over.
    pub good: Option<bool>,
    /// Its one line.
    pub summary: String,
    /// The sides that failed in it, and why.
    pub failures: BTreeMap<Side, SideFailure>,
}

impl State {
    /// Returns the status.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn status(&self) -> Result<Status, StateError> {
        let (issue_pairs, comment_pairs) = self.count_links()?;
        let (continued, joined) = (self.count_retired()?, self.count_attached()?);
        let mut cursors = Vec::new();
        for side in Side::Source(self.line).both() {
            if let Some(cursor) = self.cursor(side)? {
                cursors.push((side, cursor.at, cursor.floor));
            }
        }
        let mut waits = Vec::new();
        for side in Side::Source(self.line).both() {
            waits.extend(self.waits_until(side, None, Utc::now())?.map(|until| (side, until)));
        }
        Ok(Status {
            cursors,
            waits,
            issue_pairs: issue_pairs.saturating_sub(continued + joined),
            continued,
            joined,
            comment_pairs,
            backlog: self.backlog()?,
            messages: self.message_backlog()?,
            items: self.stuck_items()?,
            failing_sides: self.failing_sides()?,
            gone: self.gone_issues()?,
            away: self.away()?,
            unreadable: self.unreadable()?,
            runs: self.last_runs(10)?,
            last_good: self.last_good()?,
        })
    }

    /// Returns when the last good run ended, by the clock that this machine had then.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_good(&self) -> Result<Option<DateTime<Utc>>, StateError> {
        let ended: Option<i64> = self.conn.query_row(LAST_GOOD, [], |row| row.get(0)).optional()?.flatten();
        Ok(ended.map(from_ms))
    }

    /// Returns how many pairs of issues there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pairs(&self) -> Result<u64, StateError> {
        let count: i64 = self.conn.query_row("SELECT count(*) FROM issue_link", [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0).saturating_sub(self.count_retired()?))
    }

    /// Returns the writes that are not done, oldest first, and behind them the messages that wait or were refused.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stuck_items(&self) -> Result<Vec<StuckItem>, StateError> {
        let items = self.stuck(&format!("{} ORDER BY seq", both_ends(self.line)), &[])?;
        let mut items: Vec<StuckItem> = items.into_iter().map(|(_, item)| item).collect();
        items.extend(self.stuck_messages()?);
        Ok(items)
    }

    /// Returns the writes that are not done of pairs, and about things, that are called so: ids of Guance issues, and keys;
    /// oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stuck_about<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<Vec<StuckItem>, StateError> {
        let mut found = BTreeMap::new();
        for name in names {
            for clause in ["o.origin = ?1", "o.lane = ?1"] {
                found.extend(self.stuck(clause, &[name])?);
            }
        }
        Ok(found.into_values().collect())
    }

    /// Returns the writes that are not done which a clause selects, each with its place.
    fn stuck(&self, clause: &str, params: &[&String]) -> Result<Vec<(i64, StuckItem)>, StateError> {
        if !self.has_unsettled()? {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(&format!("{STUCK}{clause}"))?;
        let placed = |row: &Row<'_>| Ok((row.get(9)?, StuckItem::of(row)?));
        let rows = statement.query_map(rusqlite::params_from_iter(params), placed)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the sides that have failed since they were last read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn failing_sides(&self) -> Result<Vec<FailingSide>, StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT side, since, at, message, hint FROM side_failure ORDER BY side")?;
        let rows = statement.query_map([], |row| {
            let side: String = row.get(0)?;
            let (since, at) = (from_ms(row.get(1)?), from_ms(row.get(2)?));
            Ok(Side::of_line(self.line, &side).ok().map(|side| (side, since, at, row.get(3), row.get(4))))
        })?;
        let mut failing = Vec::new();
        for row in rows {
            let Some((side, since, at, message, hint)) = row? else { continue };
            failing.push(FailingSide { side, since, at, message: message?, hint: hint? });
        }
        Ok(failing)
    }

    fn last_runs(&self, limit: u32) -> Result<Vec<LastRun>, StateError> {
        let mut statement = self
            .conn
            .prepare("SELECT kind, started, ended, good, summary, failures FROM run ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([limit], |row| {
            let failures: Option<String> = row.get(5)?;
            Ok(LastRun {
                kind: row.get(0)?,
                started: from_ms(row.get(1)?),
                ended: row.get::<_, Option<i64>>(2)?.map(from_ms),
                good: row.get(3)?,
                summary: row.get(4)?,
                failures: failures.and_then(|failures| serde_json::from_str(&failures).ok()).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the records that could not be read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unreadable(&self) -> Result<Vec<(Side, IssueId, String)>, StateError> {
        self.unreadable_before(DateTime::<Utc>::MAX_UTC)
    }

    /// Returns the records that could not be read and are due for another try.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unreadable_before(&self, now: DateTime<Utc>) -> Result<Vec<(Side, IssueId, String)>, StateError> {
        let mut statement = self.conn.prepare_cached(UNREADABLE)?;
        let rows = statement
            .query_map([to_ms(now)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(String, String, String)>, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(side, issue, why)| Some((Side::of_line(self.line, &side).ok()?, IssueId::new(issue), why)))
            .collect())
    }
}

impl Tx<'_> {
    /// Keeps a record that could not be read, to be tried again: after ten minutes, then after as long as it has
    /// been unreadable already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_unreadable(
        &self,
        side: Side,
        issue: &IssueId,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "INSERT INTO unreadable (side, issue, why, since, next) VALUES (?1, ?2, ?3, ?4, ?4 + 600000)
                 ON CONFLICT (side, issue) DO UPDATE SET why = excluded.why,
                     next = excluded.since + max(600000, excluded.since - since), since = min(since, excluded.since)",
            )?
            .execute(params![side.as_str(), issue.as_str(), why, to_ms(now)])?;
        Ok(())
    }

    /// Forgets that a record could not be read: it was read now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn readable_again(&self, side: Side, issue: &IssueId) -> Result<(), StateError> {
        self.tx
            .prepare_cached("DELETE FROM unreadable WHERE side = ?1 AND issue = ?2")?
            .execute(params![side.as_str(), issue.as_str()])?;
        Ok(())
    }
}
