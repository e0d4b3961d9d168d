//! The merge base of fields that both sides keep, and which pairs are to be compared.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::error::StateError;
use super::file::{State, Tx};
use super::time::to_ms;
use crate::domain::{Base, Bases, Field, Fingerprint, IssueId, Key, Known, Said, Side, Stage};

impl State {
    /// Returns what both sides of a pair said when they last agreed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bases(&self, pair: &IssueId) -> Result<Bases, StateError> {
        let line = self.line;
        let mut statement =
            self.conn.prepare_cached("SELECT field, guance, jira, version FROM field_base WHERE lane = ?1")?;
        let rows = statement
            .query_map([pair.as_str()], |row| {
                let said = |side, text: Option<String>| text.map(|text| Said::parse(side, &text));
                let (guance, jira) = (said(Side::Source(line), row.get(1)?), said(Side::Tracker(line), row.get(2)?));
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
        let sql = "SELECT field FROM field_base WHERE lane = ?1 AND field GLOB 'follows:*'";
        let mut statement = self.conn.prepare_cached(sql)?;
        let followers = statement.query_map([pair.as_str()], |row| row.get::<_, String>(0))?;
        let followers = followers.collect::<Result<Vec<_>, _>>()?;
        let followers = followers.iter().filter_map(|field| field.parse::<Field>().ok());
        for field in Field::ALL.into_iter().chain(followers) {
            self.queued_about(&Key::field(self.line, pair, field), &mut known)?;
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
}

impl Tx<'_> {
    /// Records what both sides said about a field when they last agreed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_base(&self, pair: &IssueId, field: Field, base: &Base) -> Result<(), StateError> {
        let [guance, jira] = Side::Source(self.line).both().map(|side| base.on(side).map(Said::stored));
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
        if !closed {
            // What was read while it was closed was passed over.
            self.forget_long_thread(pair)?;
        }
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
