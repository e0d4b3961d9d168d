//! What was piped in: payloads that wait to be read, and those that were.

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::{IssueId, Side};
use crate::ports::{ApiError, ApiErrorKind, Inbox, InboxRow};

impl State {
    /// Accepts payloads, each with the item that it is of. When this returns they are on the disk.
    ///
    /// # Errors
    /// When the file cannot be written; then none was accepted.
    pub fn accept(&self, payloads: &[(IssueId, String)], now: DateTime<Utc>) -> Result<(), StateError> {
        let tx = self.begin()?;
        for (item, payload) in payloads {
            // The clock may have been set back since the row before. Of two rows the later one is always newer: by that it is
            // known that there is something new in the item's thread.
            let sql = "INSERT INTO inbox (item, payload, arrived)
                       VALUES (?1, ?2, max(?3, coalesce((SELECT arrived FROM inbox WHERE number = (SELECT max(number) FROM inbox)) + 1, 0)))";
            tx.tx.prepare_cached(sql)?.execute(params![item.as_str(), payload, to_ms(now)])?;
        }
        tx.commit()
    }

    fn unread(&self, after: u64, most: usize) -> Result<Vec<InboxRow>, StateError> {
        let sql = "SELECT number, item, payload, arrived FROM inbox INDEXED BY inbox_unread
                   WHERE done = 0 AND number > ?1 ORDER BY number LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([as_number(after), i64::try_from(most).unwrap_or(i64::MAX)], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn rows_of_item(&self, item: &IssueId, most: usize) -> Result<Vec<InboxRow>, StateError> {
        let columns = "SELECT number, item, payload, arrived FROM inbox WHERE item = ?1";
        let read = |order: &str, most: i64| -> Result<Vec<InboxRow>, StateError> {
            let mut statement = self.conn.prepare_cached(&format!("{columns} ORDER BY number {order} LIMIT ?2"))?;
            let rows = statement.query_map(params![item.as_str(), most], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let mut rows = read("DESC", i64::try_from(most.saturating_sub(1)).unwrap_or(i64::MAX))?;
        rows.reverse();
        let first = read("", 1)?.into_iter().next();
        if let Some(first) = first.filter(|first| rows.first().is_none_or(|row| row.number != first.number)) {
            rows.insert(0, first);
        }
        Ok(rows)
    }

    fn unreadable_inbox(&self, error: &StateError) -> ApiError {
        let message = format!("the inbox cannot be read: {error}");
        ApiError::new(Side::Source(self.line), ApiErrorKind::Unrecorded, message).with_hint(error.hint())
    }
}

impl Inbox for State {
    fn unread(&self, _source: &str, after: u64, most: usize) -> Result<Vec<InboxRow>, ApiError> {
        self.unread(after, most).map_err(|error| self.unreadable_inbox(&error))
    }

    fn rows_of(&self, _source: &str, item: &IssueId, most: usize) -> Result<Vec<InboxRow>, ApiError> {
        self.rows_of_item(item, most).map_err(|error| self.unreadable_inbox(&error))
    }
}

impl Tx<'_> {
    /// Records that what came of the rows up to this one is stored.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn inbox_read(&self, number: u64) -> Result<(), StateError> {
        let sql = "UPDATE inbox SET done = 1 WHERE done = 0 AND number <= ?1";
        self.tx.prepare_cached(sql)?.execute([as_number(number)])?;
        Ok(())
    }

    /// Forgets what was read and arrived before this.
    pub(super) fn forget_inbox(&self, before: DateTime<Utc>) -> Result<(), StateError> {
        let sql = "DELETE FROM inbox WHERE done = 1 AND arrived < ?1";
        self.tx.prepare_cached(sql)?.execute([to_ms(before)])?;
        Ok(())
    }
}

fn as_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn row(row: &Row<'_>) -> rusqlite::Result<InboxRow> {
    let number: i64 = row.get(0)?;
    Ok(InboxRow {
        number: u64::try_from(number).unwrap_or(0),
        item: IssueId::new(row.get::<_, String>(1)?),
        payload: row.get(2)?,
        arrived: from_ms(row.get(3)?),
    })
}
