//! Tickets that go on as the Jira issue of another item.
//!
//! The row of an item whose ticket another one has taken over rests: it names the ticket, is called nothing, counts as closed
//! and as never active, so that no index brings it up again.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::error::StateError;
use super::file::{State, Tx};
use super::links::{ISSUE_COLUMNS, issue_link};
use super::outbox::encode;
use super::time::to_ms;
use crate::domain::{Fingerprint, IssueId, IssueLink, Key, Push, Side};

/// Holds for the items whose ticket `?1` is another one's.
const BEHIND: &str = "jira > ?1 || '/' AND jira < ?1 || '0'";

impl State {
    /// Returns the pairs whose tickets are called so, the latest first; with them an item whose ticket another one is about to
    /// take over.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tickets_called(&self, reuse: &Fingerprint, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        let sql = format!("SELECT {ISSUE_COLUMNS} FROM issue_link WHERE reuse = ?1 ORDER BY rowid DESC LIMIT ?2");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![reuse.as_str(), limit], issue_link)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns what the ticket of an item is called when its problem comes again.
    ///
    /// # Errors
    /// When the file cannot be read, or holds what no version wrote.
    pub fn reuse_of(&self, item: &IssueId) -> Result<Option<Fingerprint>, StateError> {
        let sql = "SELECT reuse FROM issue_link WHERE guance = ?1";
        let row = self.conn.prepare_cached(sql)?.query_row([item.as_str()], |row| row.get::<_, Option<String>>(0));
        Ok(row.optional()?.flatten().and_then(|reuse| Fingerprint::parse(&reuse)))
    }

    /// Returns the items that are counted in a ticket: how many are open, and the last of them, with its title.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn attached(&self, ticket: &IssueId) -> Result<(u64, Option<(IssueId, String)>), StateError> {
        let sql = format!("SELECT count(*) FROM issue_link WHERE {BEHIND} AND attached = 1");
        let count: i64 = self.conn.prepare_cached(&sql)?.query_row([ticket.as_str()], |row| row.get(0))?;
        let sql = format!(
            "SELECT guance, coalesce(title, '') FROM issue_link WHERE {BEHIND} AND attached = 1 ORDER BY rowid DESC LIMIT 1"
        );
        let item = |row: &rusqlite::Row<'_>| Ok((IssueId::new(row.get::<_, String>(0)?), row.get(1)?));
        let last = self.conn.prepare_cached(&sql)?.query_row([ticket.as_str()], item).optional()?;
        Ok((u64::try_from(count).unwrap_or(0), last))
    }

    /// Returns the items that are or were counted in a ticket, the last first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn joined(&self, ticket: &IssueId, limit: usize) -> Result<Vec<IssueId>, StateError> {
        let sql = format!(
            "SELECT guance FROM issue_link WHERE {BEHIND} AND role = 'retired' AND title IS NOT NULL ORDER BY rowid DESC LIMIT ?2"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![ticket.as_str(), limit], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(IssueId::new(row?))).collect()
    }

    /// Returns the items that may have a ticket next: those that are counted in it, the oldest first, and those of which it is
    /// not known whether they are open.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn heirs(&self, ticket: &IssueId, limit: usize) -> Result<Vec<IssueId>, StateError> {
        let sql = format!(
            "SELECT guance FROM issue_link WHERE {BEHIND} AND role = 'retired' AND attached IS NOT 0
             ORDER BY attached IS NULL, rowid LIMIT ?2"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![ticket.as_str(), limit], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(IssueId::new(row?))).collect()
    }

    /// Returns whether an item is known to be open or to have ended, whose ticket is another one's; and what it is called, where
    /// it was ever counted in the ticket.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn attachment(&self, item: &IssueId) -> Result<(Option<bool>, Option<String>), StateError> {
        let sql = "SELECT attached, title FROM issue_link WHERE guance = ?1 AND role = 'retired'";
        let row = self.conn.prepare_cached(sql)?.query_row([item.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(row.optional()?.unwrap_or_default())
    }

    /// Returns how many items are counted in the tickets of others.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_attached(&self) -> Result<u64, StateError> {
        let sql = "SELECT count(*) FROM issue_link WHERE role = 'retired' AND attached = 1";
        let count: i64 = self.conn.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Returns how many items have left their ticket to another one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_retired(&self) -> Result<u64, StateError> {
        let sql = "SELECT count(*) FROM issue_link WHERE role = 'retired' AND attached IS NOT 1";
        let count: i64 = self.conn.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Records what a pair's ticket is called when its problem comes again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_reuse(&self, pair: &IssueId, reuse: &Fingerprint) -> Result<(), StateError> {
        let sql = "UPDATE issue_link SET reuse = ?2 WHERE guance = ?1";
        self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), reuse.as_str()])?;
        Ok(())
    }

    /// Lets an item rest whose ticket the item `by` takes over; what waits for it is taken back, and what was sent and not answered
    /// counts as arrived. Its row goes on telling what the ticket is called, until it is known to be taken over.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn retire(&self, pair: &IssueId, by: &IssueId, now: DateTime<Utc>) -> Result<(), StateError> {
        let sql = "UPDATE issue_link SET role = 'retired', jira = jira || '/' || guance, jira_name = '', closed = 1,
                       active = 0, polled = 1, guance_seen = 0, jira_seen = 0, fields_due = 0, opened = NULL, attached = 0
                   WHERE guance = ?1 AND role IS NULL";
        self.tx.prepare_cached(sql)?.execute([pair.as_str()])?;
        let sql = "UPDATE outbox SET stage = 'done', action = '', settled_at = ?2, error = NULL, hint = NULL
                   WHERE lane = ?1 AND stage = 'in_flight' AND stage <> 'done' AND key NOT GLOB '*/issue/*'";
        self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), to_ms(now)])?;
        self.take_back("lane = ?1 AND stage <> 'done' AND key NOT GLOB '*/issue/*'", [pair.as_str()])?;
        // What names other items in the ticket is still to be written there.
        let own = Key::issue(Side::Source(self.line), pair);
        let sql =
            "UPDATE outbox SET lane = ?3 WHERE lane = ?1 AND stage <> 'done' AND key GLOB '*/issue/*' AND key <> ?2";
        self.tx.prepare_cached(sql)?.execute([pair.as_str(), own.as_str(), by.as_str()])?;
        self.tx.prepare_cached("DELETE FROM absent WHERE lane = ?1")?.execute([pair.as_str()])?;
        self.forget_long_thread(pair)
    }

    /// Records an item that had this ticket before, of which nothing else is known.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remember_retired(&self, item: &IssueId, ticket: &IssueId, now: DateTime<Utc>) -> Result<(), StateError> {
        self.remember_behind(item, ticket)?;
        self.done(&Key::issue(Side::Source(self.line), item), now)
    }

    fn remember_behind(&self, item: &IssueId, ticket: &IssueId) -> Result<(), StateError> {
        let sql = "INSERT OR IGNORE INTO issue_link
                       (guance, jira, jira_name, guance_seen, jira_seen, active, polled, closed, role, attached)
                   VALUES (?1, ?2 || '/' || ?1, '', 0, 0, 0, 1, 1, 'retired', 0)";
        self.tx.prepare_cached(sql)?.execute([item.as_str(), ticket.as_str()])?;
        Ok(())
    }

    /// Records an item that is counted in this ticket, of which nothing else is known.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remember_joined(&self, item: &IssueId, ticket: &IssueId, now: DateTime<Utc>) -> Result<(), StateError> {
        self.remember_retired(item, ticket, now)?;
        let sql = "UPDATE issue_link SET attached = NULL WHERE guance = ?1 AND role = 'retired'";
        self.tx.prepare_cached(sql)?.execute([item.as_str()])?;
        Ok(())
    }

    /// Lets an item be counted in a ticket that is another one's; its create waits until the ticket names it. `open`: whether the
    /// item itself is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn attach(
        &self,
        (item, title): (&IssueId, &str),
        ticket: &IssueId,
        open: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        self.remember_behind(item, ticket)?;
        self.set_attached(item, open, Some(title), now)
    }

    /// Records whether an item is open whose ticket is another one's, and what it is called. One that is open is looked at in
    /// turn.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_attached(
        &self,
        item: &IssueId,
        open: bool,
        title: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let sql =
            "UPDATE issue_link SET attached = ?2, title = coalesce(?3, title), active = CASE WHEN ?2 THEN ?4 ELSE 0 END
                   WHERE guance = ?1 AND role = 'retired'";
        self.tx.prepare_cached(sql)?.execute(params![item.as_str(), open, title, to_ms(now)])?;
        Ok(())
    }

    /// Forgets that an item has left its ticket, or is counted in it: the ticket is to be its own.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn detach(&self, item: &IssueId) -> Result<(), StateError> {
        let sql = "DELETE FROM issue_link WHERE guance = ?1 AND role = 'retired'";
        self.tx.prepare_cached(sql)?.execute([item.as_str()])?;
        Ok(())
    }

    /// Records that a ticket has been taken over: who had it before tells nothing of it any more.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn taken_over(&self, reuse: &Fingerprint, ticket: &IssueId) -> Result<(), StateError> {
        let sql = "UPDATE issue_link SET reuse = NULL
                   WHERE reuse = ?1 AND role = 'retired' AND substr(jira, 1, length(?2) + 1) = ?2 || '/'";
        self.tx.prepare_cached(sql)?.execute([reuse.as_str(), ticket.as_str()])?;
        Ok(())
    }

    /// Gives an item its ticket back, which could not be taken over: both threads are read before anything is written into
    /// them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn reinstate(
        &self,
        item: &IssueId,
        (ticket, name): (&IssueId, &str),
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let sql = "UPDATE OR IGNORE issue_link SET role = NULL, jira = ?2, jira_name = ?3, closed = 0, active = ?4
                   WHERE guance = ?1 AND role = 'retired' AND jira = ?2 || '/' || ?1";
        let changed =
            self.tx.prepare_cached(sql)?.execute(params![item.as_str(), ticket.as_str(), name, to_ms(now)])?;
        if changed > 0 { self.read_anew(item) } else { Ok(()) }
    }

    /// Lets a write that waits do something else, as one that never failed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn redirect(&self, push: &Push) -> Result<(), StateError> {
        let sql = "UPDATE outbox SET action = ?2, summary = ?3, stage = 'pending', not_before = 0, attempts = 0,
                       error = NULL, hint = NULL, doubted = 0, alone = 0, absences = 0, absent_since = NULL, round = 0
                   WHERE key = ?1 AND stage <> 'done'";
        self.tx.prepare_cached(sql)?.execute([push.key.as_str(), &encode(push)?, &push.summary])?;
        Ok(())
    }
}
