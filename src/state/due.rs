//! Which pairs are to be read or compared next.
//!
//! INVARIANT: none of this costs more the more pairs there are. Where some of a project's pairs are to be passed over, its
//! pairs are asked for by themselves: there are few projects, and any number of pairs in each.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::absent::missed_on;
use super::error::StateError;
use super::facts::DEAR_THREAD;
use super::file::State;
use super::links::{ISSUE_COLUMNS, issue_link};
use super::time::{LONGEST_WAIT, from_ms, to_ms};
use super::turns::{InTurn, PairTimes};
use crate::domain::{IssueId, IssueLink, Side, TRACKER};

/// A pair whose Guance fields are due to be read, and when that issue was opened, by its own clock.
pub type DueFields = (IssueId, Option<DateTime<Utc>>);

/// The first project behind another one that a pair's Jira issue is in: one step of an index.
const NEXT_PROJECT: &str = "SELECT min(project) FROM issue_link WHERE project > ?1";

/// Holds for a pair `l` whose project can be read.
const CAN_BE_READ: &str = "NOT EXISTS (SELECT 1 FROM fact f WHERE f.name = 'away.project.' || l.project
    AND json_extract(f.value, '$.kind') = 'lost')";

impl State {
    /// Returns the pairs whose Jira thread has to be read by this run, the latest active first: those not to be trusted,
    /// and those in which an earlier run missed something. Those whose project cannot be read are left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn due_threads(&self, run: i64, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        // To ask each project takes longer than to find out that there is none, as in most runs.
        let is_any = "SELECT 1 FROM issue_link INDEXED BY issue_link_unread WHERE jira_seen IS NULL LIMIT 1";
        let is_any = self.conn.prepare_cached(is_any)?.exists([])?;
        let mut due = if is_any { self.readable("jira_seen IS NULL", "active", &[], limit)? } else { Vec::new() };
        due.extend(self.missed_on_jira(run, limit)?);
        due.sort_by(|(a, a_active), (b, b_active)| (b_active, &a.guance).cmp(&(a_active, &b.guance)));
        due.dedup_by(|(a, _), (b, _)| a.guance == b.guance);
        Ok(first(due, limit))
    }

    /// Returns the pairs in which an earlier run missed something on Jira, and whose project can be read, and when they were
    /// active.
    fn missed_on_jira(&self, run: i64, limit: usize) -> Result<Vec<(IssueLink, i64)>, StateError> {
        // To prepare the statement below takes longer than to find out that it finds nothing, as in most runs.
        let is_any = "SELECT 1 FROM absent INDEXED BY absent_open WHERE gone = 0 LIMIT 1";
        if !self.conn.prepare_cached(is_any)?.exists([])? {
            return Ok(Vec::new());
        }
        let missed = missed_on(Side::Tracker(self.line), "?2");
        let sql = format!(
            "SELECT {ISSUE_COLUMNS}, active FROM issue_link WHERE guance IN (
                 SELECT a.lane FROM absent a INDEXED BY absent_open JOIN issue_link l ON l.guance = a.lane WHERE {missed} AND {CAN_BE_READ})
             ORDER BY active DESC, guance LIMIT ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params![as_limit(limit), run], |row| Ok((issue_link(row)?, row.get(9)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the pairs that were active last, by the remotes' clocks, and whose project can be read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recent_links(&self, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        let mut links = self.readable("1", "active", &[], limit)?;
        links.sort_by(|(a, a_active), (b, b_active)| (b_active, &a.guance).cmp(&(a_active, &b.guance)));
        Ok(first(links, limit))
    }

    /// Returns the pairs whose sides are to be compared, those waiting longest first. Those whose project cannot be read are
    /// left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fields_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        let is_any = "SELECT 1 FROM issue_link INDEXED BY issue_link_due WHERE fields_due > 0 LIMIT 1";
        if !self.conn.prepare_cached(is_any)?.exists([])? {
            return Ok(Vec::new());
        }
        let [now, latest] = [to_ms(now), to_ms(now) + LONGEST_WAIT];
        let mut due = Vec::new();
        // What is said to be due long after now was noted by a clock that was ahead.
        for (when, at) in [("fields_due <= ?3", now), ("fields_due > ?3", latest)] {
            due.extend(self.readable(&format!("fields_due > 0 AND {when}"), "-fields_due", &[at], limit)?);
        }
        due.sort_by(|(a, a_due), (b, b_due)| (Reverse(a_due), &a.guance).cmp(&(Reverse(b_due), &b.guance)));
        Ok(first(due, limit))
    }

    /// Returns the first pairs of each project that can be read which a clause selects, in the order of `by`, the highest
    /// first, and that. The clause's parameters begin at `?3`.
    fn readable(
        &self,
        clause: &str,
        by: &str,
        params: &[i64],
        limit: usize,
    ) -> Result<Vec<(IssueLink, i64)>, StateError> {
        let order = by.strip_prefix('-').map_or_else(|| format!("{by} DESC"), str::to_owned);
        let sql = format!(
            "SELECT {ISSUE_COLUMNS}, {by} FROM issue_link WHERE project = ?1 AND {clause}
             ORDER BY {order}, guance LIMIT ?2"
        );
        let lost: Vec<String> = self
            .away()?
            .into_iter()
            .filter(super::away::Away::is_lost)
            .map(|away| away.name.to_ascii_uppercase())
            .collect();
        let mut links = Vec::new();
        for project in self.projects()?.into_iter().filter(|project| !lost.contains(project)) {
            let mut statement = self.conn.prepare_cached(&sql)?;
            let mut all: Vec<&dyn rusqlite::ToSql> = vec![&project];
            let limit = as_limit(limit);
            all.push(&limit);
            all.extend(params.iter().map(|param| param as &dyn rusqlite::ToSql));
            let rows = statement.query_map(all.as_slice(), |row| Ok((issue_link(row)?, row.get(9)?)))?;
            links.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(links)
    }

    /// Returns the projects that the pairs' Jira issues are in, in capitals.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn projects(&self) -> Result<Vec<String>, StateError> {
        // A ticket that goes on with another item is that item's.
        let sql = "SELECT min(project) FROM issue_link WHERE project > ''";
        let mut next: Option<String> = self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let mut projects = Vec::new();
        while let Some(project) = next {
            next = self.conn.prepare_cached(NEXT_PROJECT)?.query_row([&project], |row| row.get(0))?;
            projects.push(project);
        }
        Ok(projects)
    }

    /// Returns the Jira issues of the pairs that were active last in other projects than these.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn strays(&self, projects: &[String], limit: usize) -> Result<Vec<IssueId>, StateError> {
        let sql = "SELECT jira, active FROM issue_link WHERE project = ?1 ORDER BY active DESC, guance LIMIT ?2";
        let mut strays = Vec::new();
        for other in self.projects()? {
            if projects.iter().any(|project| project.eq_ignore_ascii_case(&other)) {
                continue;
            }
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map(params![other, as_limit(limit)], |row| {
                Ok((row.get::<_, i64>(1)?, IssueId::new(row.get::<_, String>(0)?)))
            })?;
            strays.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        strays.sort_by(|(a, _), (b, _)| b.cmp(a));
        Ok(strays.into_iter().map(|(_, stray)| stray).take(limit).collect())
    }

    /// Returns the pairs whose Guance thread was read longest ago: of the open ones those active since `active_since` and not read
    /// since `polled_before`, or not to be trusted, or in which a run before `run` missed something. A reading in the
    /// future (the clock was set back) does not count.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn threads_in_turn(
        &self,
        active_since: DateTime<Utc>,
        polled_before: DateTime<Utc>,
        now: DateTime<Utc>,
        run: i64,
        limit: usize,
    ) -> Result<Vec<InTurn>, StateError> {
        let [active_since, polled_before, now] = [active_since, polled_before, now].map(to_ms);
        // To prepare the statement below takes longer than to find out that it finds nothing, as where all is quiet.
        let is_any = "SELECT 1 FROM issue_link WHERE closed = 0 AND active >= ?1 LIMIT 1";
        if !self.conn.prepare_cached(is_any)?.exists([active_since])? {
            return Ok(Vec::new());
        }
        let missed = missed_on(Side::Source(self.line), "?5");
        // An id that Guance gives is longer than a letter. The links of comments stand in the order in which they were made.
        let sql = format!(
            "SELECT {ISSUE_COLUMNS}, active, polled,
                 EXISTS (SELECT 1 FROM absent WHERE lane = issue_link.guance AND {missed}),
                 EXISTS (SELECT 1 FROM fact WHERE name = '{DEAR_THREAD}' || issue_link.guance),
                 coalesce((SELECT origin FROM comment_link WHERE lane = issue_link.guance ORDER BY rowid DESC LIMIT 1), ''),
                 EXISTS (SELECT 1 FROM field_base b WHERE b.lane = issue_link.guance AND b.field = 'assignee' AND length(b.guance) > 1)
             FROM issue_link WHERE closed = 0 AND active >= ?2
                 AND (polled < ?3 OR polled > ?4 OR guance_seen IS NULL
                     OR guance IN (SELECT lane FROM absent INDEXED BY absent_open WHERE {missed}))
             ORDER BY polled, guance LIMIT ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let limit = as_limit(limit);
        let rows = statement.query_map(params![limit, active_since, polled_before, now, run], |row| {
            Ok(InTurn {
                link: issue_link(row)?,
                times: PairTimes { active: from_ms(row.get(9)?), read: from_ms(row.get(10)?) },
                was_missed: row.get(11)?,
                is_dear: row.get(12)?,
                awaits_answer: row.get::<_, String>(13)? == TRACKER,
                is_assigned: row.get(14)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns open pairs whose Guance thread was never read, or has changed since.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn threads_never_read(&self, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        let sql = format!(
            "SELECT {ISSUE_COLUMNS} FROM issue_link INDEXED BY issue_link_never_read
             WHERE polled = 0 AND closed = 0 ORDER BY guance LIMIT ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([as_limit(limit)], issue_link)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the pairs active since `active_since` whose Guance fields were not read since `read_before`, those read
    /// longest ago first, and when the Guance issue was opened, as far as that is known. A reading in the future (the
    /// clock was set back) does not count.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fields_in_turn(
        &self,
        active_since: DateTime<Utc>,
        read_before: DateTime<Utc>,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<DueFields>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT guance, opened FROM issue_link
             WHERE active >= ?1 AND (fields_read < ?2 OR fields_read > ?3) ORDER BY fields_read, guance LIMIT ?4",
        )?;
        let times = [active_since, read_before, now].map(to_ms);
        let rows = statement.query_map(params![times[0], times[1], times[2], as_limit(limit)], |row| {
            Ok((IssueId::new(row.get::<_, String>(0)?), row.get::<_, Option<i64>>(1)?.map(from_ms)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns how many linked Guance issues were opened at or after a time of Guance's clock.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn opened_since(&self, from: DateTime<Utc>) -> Result<u64, StateError> {
        self.count_since("opened", from)
    }

    /// Returns how many pairs were active since then.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn active_since(&self, from: DateTime<Utc>) -> Result<u64, StateError> {
        self.count_since("active", from)
    }

    fn count_since(&self, column: &str, from: DateTime<Utc>) -> Result<u64, StateError> {
        let sql = format!("SELECT count(*) FROM issue_link WHERE {column} >= ?1");
        let count: i64 = self.conn.prepare_cached(&sql)?.query_row([to_ms(from)], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn first(links: Vec<(IssueLink, i64)>, limit: usize) -> Vec<IssueLink> {
    links.into_iter().map(|(link, _)| link).take(limit).collect()
}
