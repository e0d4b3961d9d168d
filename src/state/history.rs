//! What happened: runs, why sides failed in them, and events by item.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::Side;

/// How long events and settled writes are kept.
const KEEP: Duration = Duration::days(90);

/// Most events, and most settled writes, that are kept: beyond that the oldest are forgotten earlier.
const MOST_KEPT: i64 = 500_000;

/// So many settled writes beyond those are forgotten at once, and twice as many as were settled since it was done last: a run
/// that writes nothing costs little, and they do not become more.
const AT_ONCE: i64 = 20;

/// Fact: when a run has last forgotten what is older than is kept.
const FORGOTTEN: &str = "state.history-forgotten";

/// How often that is done: to prepare its statements is a twentieth of what a run costs that has nothing to do.
const FORGET_EVERY: Duration = Duration::hours(1);

/// Facts that are learnt anew once they are older than [`KEEP`]: there may be one for each issue, or each person.
const LEARNT_ANEW: [&str; 8] = [
    "engine.no-copy.*",
    "engine.item.*",
    "engine.long-thread.*",
    "engine.thread-rows.*",
    "guance.account.*",
    "guance.channels.*",
    "guance.member.*",
    "jira.account.*",
];

/// Why a side failed in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideFailure {
    /// What was tried, and the service's own words.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// True when the credentials were refused.
    #[serde(default)]
    pub unauthorized: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct RunEnd<'a> {
    /// Whether both sides were read and everything found was taken over.
    pub good: bool,
    /// Its one line.
    pub summary: &'a str,
    /// The sides that failed, and why.
    pub failures: &'a BTreeMap<Side, SideFailure>,
    /// The sides that were read.
    pub read: &'a BTreeSet<Side>,
}

impl Tx<'_> {
    /// Records what happened to an item; returns true where it did. A repeat of the last event about it is not recorded
    /// again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note(&self, item: &str, what: &str, now: DateTime<Utc>) -> Result<bool, StateError> {
        let count = self
            .tx
            .prepare_cached(
                "INSERT INTO event (at, item, what) SELECT ?1, ?2, ?3 WHERE ?3 IS NOT
                     (SELECT what FROM event WHERE item = ?2 ORDER BY id DESC LIMIT 1)",
            )?
            .execute(params![to_ms(now), item, what])?;
        Ok(count > 0)
    }

    /// Keeps why sides fail and since when, until they are read again without a failure. To do so twice is as good as once.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn side_failures(&self, end: &RunEnd<'_>, now: DateTime<Utc>) -> Result<(), StateError> {
        for side in end.read.iter().filter(|side| !end.failures.contains_key(side)) {
            self.tx.prepare_cached("DELETE FROM side_failure WHERE side = ?1")?.execute([side.as_str()])?;
        }
        for (side, failure) in end.failures {
            self.tx
                .prepare_cached(
                    "INSERT INTO side_failure (side, since, at, message, hint) VALUES (?1, ?2, ?2, ?3, ?4)
                     ON CONFLICT (side) DO UPDATE SET at = excluded.at, since = min(since, excluded.since),
                         message = excluded.message, hint = excluded.hint",
                )?
                .execute(params![side.as_str(), to_ms(now), failure.message, failure.hint])?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Forgets what is older, and what is more than is kept. `since` is when that was done last, in milliseconds.
    fn forget_before(&self, time: DateTime<Utc>, since: i64) -> Result<(), StateError> {
        for forget in [
            "DELETE FROM run WHERE started < ?1",
            "DELETE FROM event WHERE at < ?1",
            "DELETE FROM outbox WHERE stage = 'done' AND settled_at < ?1",
            "DELETE FROM message WHERE stage = 'done' AND sent_at < ?1",
        ] {
            self.tx.prepare_cached(forget)?.execute([to_ms(time)])?;
        }
        self.forget_inbox(time)?;
        // What is kept for ever are few facts.
        let names = LEARNT_ANEW.map(|facts| format!("name GLOB '{facts}'")).join(" OR ");
        let sql = format!("DELETE FROM fact INDEXED BY fact_learnt WHERE at < ?1 AND ({names})");
        self.tx.prepare_cached(&sql)?.execute([to_ms(time)])?;
        let sql = "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?1";
        self.tx.prepare_cached(sql)?.execute([MOST_KEPT])?;
        // In the order in which they were settled, so that what is kept for ever is not met each time.
        let oldest = "SELECT seq FROM outbox WHERE stage = 'done' AND settled_at < ?1 ORDER BY settled_at";
        let one = format!("{oldest} LIMIT 1");
        let one: Option<i64> = self.tx.prepare_cached(&one)?.query_row([i64::MAX], |row| row.get(0)).optional()?;
        let sql = "SELECT max(seq) FROM outbox";
        let last: Option<i64> = self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let behind = last.unwrap_or(0) - MOST_KEPT;
        if one.is_some_and(|one| one <= behind) {
            let sql = "SELECT count(*) FROM outbox WHERE stage = 'done' AND settled_at >= ?1 AND settled_at < ?2";
            let own: i64 = self.tx.prepare_cached(sql)?.query_row([since, i64::MAX], |row| row.get(0))?;
            let sql = format!("DELETE FROM outbox WHERE seq <= ?2 AND seq IN ({oldest} LIMIT ?3)");
            self.tx.prepare_cached(&sql)?.execute([i64::MAX, behind, AT_ONCE + 2 * own])?;
        }
        Ok(())
    }
}

impl State {
    /// Records that a run begins; returns its number.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin_run(&self, kind: &str, now: DateTime<Utc>) -> Result<i64, StateError> {
        let sql = "INSERT INTO run (kind, started) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![kind, to_ms(now)])?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Returns when the first ordinary run of the last 90 days began, or the takeover before it, by our clock. A run that
    /// seems older began by a clock that was behind.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn first_run(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StateError> {
        let sql =
            "SELECT started FROM run WHERE kind IN ('ordinary', 'takeover') AND started >= ?1 ORDER BY started LIMIT 1";
        let first = self.conn.prepare_cached(sql)?.query_row([to_ms(now - KEEP)], |row| row.get(0)).optional()?;
        Ok(first.map(from_ms))
    }

    /// Records that a run ended, and once an hour forgets what is older than 90 days: by the clock of the run before too, so
    /// that one that is far ahead once does not cost the whole history.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_run(&self, id: i64, end: &RunEnd<'_>, now: DateTime<Utc>) -> Result<(), StateError> {
        let tx = self.begin()?;
        let failures = (!end.failures.is_empty()).then(|| serde_json::json!(end.failures).to_string());
        tx.tx
            .prepare_cached("UPDATE run SET ended = ?2, good = ?3, summary = ?4, failures = ?5 WHERE id = ?1")?
            .execute(params![id, to_ms(now), end.good, end.summary, failures])?;
        tx.side_failures(end, now)?;
        let last = self.fact(FORGOTTEN)?.map(|(_, at)| at).filter(|at| *at <= now);
        if last.is_none_or(|last| now - last >= FORGET_EVERY) {
            let sql = "SELECT started FROM run WHERE id < ?1 ORDER BY id DESC LIMIT 1";
            let before: Option<i64> = tx.tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
            let sql = "SELECT started FROM run WHERE id = ?1";
            let started: Option<i64> = tx.tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
            let time = before.map_or(now, |before| now.min(from_ms(before))) - KEEP;
            tx.forget_before(time, last.map(to_ms).or(started).unwrap_or(i64::MAX))?;
            self.set_fact(FORGOTTEN, "", now)?;
        }
        tx.commit()
    }

    /// Returns the events about any of the items, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events(&self, items: &[String]) -> Result<Vec<(DateTime<Utc>, String, String)>, StateError> {
        let mut found = Vec::new();
        for item in items {
            let mut statement =
                self.conn.prepare_cached("SELECT id, at, item, what FROM event WHERE item = ?1 ORDER BY id")?;
            let rows = statement
                .query_map([item], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<Vec<(i64, i64, String, String)>, _>>()?;
            found.extend(rows);
        }
        found.sort();
        found.dedup();
        Ok(found.into_iter().map(|(_, at, item, what)| (from_ms(at), item, what)).collect())
    }
}
