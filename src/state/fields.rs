//! The merge base of fields that both sides keep, and which pairs are to be compared.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{LONGEST_WAIT, from_ms, to_ms};
use crate::domain::{Base, Bases, Field, Fingerprint, IssueId, IssueLink, Key, Known, Said, Side, Stage};

/// A pair whose Guance fields are due to be read, and when that issue was opened, by its own clock.
pub type DueFields = (IssueId, Option<DateTime<Utc>>);

impl State {
    /// Returns what both sides of a pair said when they last agreed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bases(&self, pair: &IssueId) -> Result<Bases, StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT field, guance, jira, version FROM field_base WHERE lane = ?1")?;
        let rows = statement
            .query_map([pair.as_str()], |row| {
                let said = |side, text: Option<String>| text.map(|text| Said::parse(side, &text));
                let (guance, jira) = (said(Side::Guance, row.get(1)?), said(Side::Jira, row.get(2)?));
                let base = Base { guance, jira, version: row.get(3)? };
                Ok((row.get::<_, String>(0)?, base))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let known = |(field, base): (String, Base)| Ok((field.parse::<Field>().map_err(|_| field)?, base));
        rows.into_iter()
            .map(|row| known(row).map_err(|field: String| StateError::Nonsense(format!("a field called {field}"))))
            .collect()
    }

    /// Returns the writes about a pair's fields that are not done: where they stand and what they carry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn field_writes(&self, pair: &IssueId) -> Result<HashMap<Key, (Stage, Fingerprint)>, StateError> {
        let mut known = Known::default();
        for field in Field::ALL {
            self.queued_about(&Key::field(pair, field), &mut known)?;
        }
        known.outbox.retain(|_, (stage, _)| *stage != Stage::Done);
        Ok(known.outbox)
    }

    /// Returns the fields of which a write to this side waits, and what it carries.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waiting_fields(&self, pair: &IssueId, target: Side) -> Result<Vec<(Field, Fingerprint)>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, content FROM outbox WHERE lane = ?1 AND target = ?2 AND stage IN ('pending', 'held')
                 AND stage <> 'done' AND key GLOB '*/field/*'",
        )?;
        let rows = statement
            .query_map([pair.as_str(), target.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, String)>, _>>()?;
        let known = |(key, content): (String, String)| {
            let (_, field) = key.parse::<Key>().ok()?.field_of()?;
            Some((field, Fingerprint::parse(&content)?))
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Returns true when the outbox knows this write, done or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_queued(&self, key: &Key) -> Result<bool, StateError> {
        Ok(self.conn.prepare_cached("SELECT 1 FROM outbox WHERE key = ?1")?.exists([key.as_str()])?)
    }

    /// Returns the pairs whose sides are to be compared, those waiting longest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fields_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<IssueLink>, StateError> {
        let times = [to_ms(now), to_ms(now) + LONGEST_WAIT];
        let due = "fields_due > 0 AND (fields_due <= ?2 OR fields_due > ?3) ORDER BY fields_due, guance";
        self.links_where(due, &times, limit)
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
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![to_ms(active_since), to_ms(read_before), to_ms(now), limit], |row| {
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

impl Tx<'_> {
    /// Records what both sides said about a field when they last agreed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_base(&self, pair: &IssueId, field: Field, base: &Base) -> Result<(), StateError> {
        let [guance, jira] = Side::BOTH.map(|side| base.on(side).map(Said::stored));
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO field_base (lane, field, guance, jira, version) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![pair.as_str(), field.as_str(), guance, jira, base.version])?;
        Ok(())
    }

    /// Forgets what both sides said about a field when they last agreed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_base(&self, pair: &IssueId, field: Field) -> Result<(), StateError> {
        let sql = "DELETE FROM field_base WHERE lane = ?1 AND field = ?2";
        self.tx.prepare_cached(sql)?.execute(params![pair.as_str(), field.as_str()])?;
        Ok(())
    }

    /// Says from when on the sides of a pair are to be compared; `None`: they need not be.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn compare(&self, pair: &IssueId, from: Option<DateTime<Utc>>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE issue_link SET fields_due = ?2 WHERE guance = ?1")?
            .execute(params![pair.as_str(), from.map_or(0, |from| to_ms(from).max(1))])?;
        Ok(())
    }

    /// Records that a Guance issue's fields were read now, and when it was opened.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn fields_read(
        &self,
        pair: &IssueId,
        opened: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE issue_link SET fields_read = ?3, opened = coalesce(?2, opened) WHERE guance = ?1")?
            .execute(params![pair.as_str(), opened.map(to_ms), to_ms(now)])?;
        Ok(())
    }

    /// Records that the Jira issue is, or is no longer, in its closed status. What waits to be written to a closed one
    /// is taken back, or kept if nothing would ask for it again; when it is open again, its Guance thread is the next to
    /// be read. Returns how many writes were taken back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_closed(&self, pair: &IssueId, closed: bool) -> Result<usize, StateError> {
        let (seen, polled) = if closed { ("guance_seen", "polled") } else { ("NULL", "0") };
        self.tx
            .prepare_cached(&format!(
                "UPDATE issue_link SET closed = ?2, guance_seen = {seen}, polled = {polled} WHERE guance = ?1"
            ))?
            .execute(params![pair.as_str(), closed])?;
        self.rest_while_closed("lane = ?1", pair.as_str())
    }

    /// Forgets a write whose outcome is unknown or no longer wanted: what is to be written is decided anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_write(&self, key: &Key) -> Result<(), StateError> {
        self.tx.prepare_cached("DELETE FROM outbox WHERE key = ?1 AND stage <> 'done'")?.execute([key.as_str()])?;
        Ok(())
    }
}
