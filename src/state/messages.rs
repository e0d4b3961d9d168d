//! Messages to chat rooms: what waits, what was sent, and when.
//!
//! INVARIANT: a message is in flight, durably, before it leaves; what a run finds in flight counts as sent. So none is sent
//! twice.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;

use super::error::StateError;
use super::file::{State, Tx};
use super::stuck::StuckItem;
use super::time::{LONGEST_WAIT, from_ms, to_ms};
use crate::domain::{Key, Message};
use crate::ports::Pace;

/// A message that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Names it for ever: the room, and what it tells of.
    pub key: &'a str,
    /// The name of the room.
    pub sink: &'a str,
    /// The key of what it tells of, or what fails.
    pub item: &'a str,
    /// What it is, for people: no words of theirs, because it is kept.
    pub summary: &'a str,
    /// What is sent.
    pub message: &'a Message,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingMessage {
    /// Names it for ever.
    pub key: String,
    /// What it is, for people.
    pub summary: String,
    /// How often it was certainly not sent.
    pub attempts: u32,
    /// When it may be tried again.
    pub not_before: DateTime<Utc>,
    /// What is sent.
    pub message: Message,
}

/// How many messages stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageBacklog {
    /// Waiting to be sent.
    pub waiting: u64,
    /// Of these, those that have failed before.
    pub failing: u64,
    /// Refused for good.
    pub dead: u64,
    /// Refused for good, and given up by a person.
    pub dropped: u64,
}

/// What is known of a message about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToldMessage {
    /// Names it for ever.
    pub key: String,
    /// pending, `in_flight`, sent, dead or dropped.
    pub stage: String,
    /// What it is, for people.
    pub summary: String,
    /// When it was made.
    pub enqueued: DateTime<Utc>,
    /// When it was last sent, by our clock.
    pub sent: Option<DateTime<Utc>>,
    /// Why it is not known whether it arrived, or why it did not.
    pub error: Option<String>,
    /// How to mend that.
    pub hint: Option<String>,
}

/// Why a message did not arrive, or nobody knows whether it did.
#[derive(Clone, Copy, Debug)]
pub struct SendFailure<'a> {
    /// What happened.
    pub error: &'a str,
    /// What to do.
    pub hint: Option<&'a str>,
}

/// Whether an open message is what an id means: its key, the room's name, or the item that it tells of.
const IS_MEANT: &str = "(key = ?1 OR sink = ?1 OR item = ?1 OR substr(item, -length(?1) - 1) = '/' || ?1
    OR instr(item, '/' || ?1 || '/') > 0)";

impl Tx<'_> {
    /// Lets a message wait for its room, unless it was made before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn enqueue_message(&self, new: &NewMessage<'_>, now: DateTime<Utc>) -> Result<(), StateError> {
        let NewMessage { key, sink, item, summary, message } = *new;
        let body =
            serde_json::to_string(message).map_err(|err| StateError::Nonsense(format!("message {key}: {err}")))?;
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO message (key, sink, item, summary, body, stage, enqueued_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6)",
            )?
            .execute(params![key, sink, item, summary, body, to_ms(now)])?;
        Ok(())
    }

    /// Takes back what waits to be told of an item's words: they were taken back themselves.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn untell(&self, item: &Key) -> Result<(), StateError> {
        let sql = "DELETE FROM message WHERE item = ?1 AND stage IN ('pending', 'dead')";
        self.tx.prepare_cached(sql)?.execute([item.as_str()])?;
        Ok(())
    }

    /// Marks messages as about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written; then they must not be sent.
    pub fn message_leaves(&self, keys: &[&str], now: DateTime<Utc>) -> Result<(), StateError> {
        for key in keys {
            let sql = "UPDATE message SET stage = 'in_flight', sent_at = ?2, error = NULL, hint = NULL WHERE key = ?1";
            self.tx.prepare_cached(sql)?.execute(params![key, to_ms(now)])?;
        }
        Ok(())
    }

    /// Records that messages were sent, for all that is known. Their words are not kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn message_sent(&self, keys: &[&str], lost: Option<SendFailure<'_>>) -> Result<(), StateError> {
        let (error, hint) = (lost.map(|lost| lost.error), lost.and_then(|lost| lost.hint));
        for key in keys {
            let sql = "UPDATE message SET stage = 'done', body = '', error = ?2, hint = ?3 WHERE key = ?1";
            self.tx.prepare_cached(sql)?.execute(params![key, error, hint])?;
        }
        Ok(())
    }

    /// Lets messages wait again that were certainly not sent.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn message_waits(
        &self,
        keys: &[&str],
        not_before: DateTime<Utc>,
        why: SendFailure<'_>,
    ) -> Result<(), StateError> {
        for key in keys {
            let sql =
                "UPDATE message SET stage = 'pending', attempts = attempts + 1, not_before = ?2, error = ?3, hint = ?4
                 WHERE key = ?1";
            self.tx.prepare_cached(sql)?.execute(params![key, to_ms(not_before), why.error, why.hint])?;
        }
        Ok(())
    }

    /// Keeps messages for a person that were refused for good.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn message_dies(&self, keys: &[&str], why: SendFailure<'_>) -> Result<(), StateError> {
        for key in keys {
            let sql =
                "UPDATE message SET stage = 'dead', attempts = attempts + 1, error = ?2, hint = ?3 WHERE key = ?1";
            self.tx.prepare_cached(sql)?.execute(params![key, why.error, why.hint])?;
        }
        Ok(())
    }

    /// Counts as sent what was in flight when a run was cut off; returns how many messages.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn messages_cut_off(&self, why: SendFailure<'_>) -> Result<usize, StateError> {
        let sql = "UPDATE message INDEXED BY message_open SET stage = 'done', body = '', error = ?1, hint = ?2
             WHERE stage = 'in_flight' AND stage <> 'done'";
        Ok(self.tx.prepare_cached(sql)?.execute(params![why.error, why.hint])?)
    }

    /// Forgets what waits for rooms that there are no more, and what they refused. Returns how many messages.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_other_rooms(&self, sinks: &[&str]) -> Result<usize, StateError> {
        let sinks = serde_json::to_string(sinks).unwrap_or_default();
        let sql = "DELETE FROM message INDEXED BY message_open WHERE stage <> 'done'
             AND NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE value = message.sink)";
        Ok(self.tx.prepare_cached(sql)?.execute([sinks])?)
    }

    /// Lets dead messages wait again, and waiting ones go at once. `None` means all but what was dropped; an id may be a key,
    /// the name of a room, or what a message tells of. Returns how many messages.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revive_messages(&self, id: Option<&str>) -> Result<usize, StateError> {
        let sql = format!(
            "UPDATE message INDEXED BY message_open SET stage = 'pending', attempts = 0, not_before = 0, dropped = NULL
             WHERE stage <> 'done' AND (stage = 'dead' OR (stage = 'pending' AND not_before > 0))
                 AND (?1 IS NULL AND dropped IS NULL OR {IS_MEANT})"
        );
        Ok(self.tx.prepare(&sql)?.execute([id])?)
    }

    /// Gives dead messages up. An id means what it means for [`Tx::revive_messages`]. Returns how many messages.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn give_up_messages(&self, id: &str, because: &str, now: DateTime<Utc>) -> Result<usize, StateError> {
        let dead = format!("stage <> 'done' AND stage = 'dead' AND dropped IS NULL AND {IS_MEANT}");
        let sql = format!("SELECT key, item, summary FROM message INDEXED BY message_open WHERE {dead}");
        let rows: Vec<(String, String, String)> = self
            .tx
            .prepare(&sql)?
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (key, item, summary) in &rows {
            self.tx.execute("UPDATE message SET dropped = ?2 WHERE key = ?1", [key.as_str(), because])?;
            self.note(item, &format!("dropped: {summary}: {because}"), now)?;
        }
        Ok(rows.len())
    }
}

impl State {
    /// Returns true where this state has sent the write of this key, whatever became of it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn was_sent(&self, key: &Key) -> Result<bool, StateError> {
        let sql = "SELECT 1 FROM outbox WHERE key = ?1 AND sent_at IS NOT NULL";
        Ok(self.conn.prepare_cached(sql)?.exists([key.as_str()])?)
    }

    /// Returns the first messages that wait for a room, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waiting_messages(&self, sink: &str, limit: usize) -> Result<Vec<WaitingMessage>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, summary, attempts, not_before, body FROM message
             WHERE sink = ?1 AND stage = 'pending' AND stage <> 'done' ORDER BY seq LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![sink, limit], |row| {
            let waiting = |message| -> rusqlite::Result<WaitingMessage> {
                let (key, summary, attempts) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(WaitingMessage { key, summary, attempts, not_before: from_ms(row.get(3)?), message })
            };
            let body: String = row.get(4)?;
            serde_json::from_str(&body).ok().map(waiting).transpose()
        })?;
        rows.map(|row| row?.ok_or_else(|| StateError::Nonsense(format!("a message to {sink}")))).collect()
    }

    /// Returns when a message may be tried again, where that lies ahead. A longer wait than any was noted by a clock that was
    /// ahead.
    pub fn is_put_off(not_before: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        not_before > now && to_ms(not_before) <= to_ms(now) + LONGEST_WAIT
    }

    /// Returns whether what was sent to a room last failed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_room_failed(&self, sink: &str) -> Result<bool, StateError> {
        let sql = "SELECT error IS NOT NULL FROM message WHERE sink = ?1 AND sent_at IS NOT NULL
             ORDER BY sent_at DESC LIMIT 1";
        let failed: Option<bool> = self.conn.prepare_cached(sql)?.query_row([sink], |row| row.get(0)).optional()?;
        Ok(failed.unwrap_or(false))
    }

    /// Returns how many messages stand where.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn message_backlog(&self) -> Result<MessageBacklog, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT stage, attempts > 0, dropped IS NOT NULL FROM message INDEXED BY message_open WHERE stage <> 'done'",
        )?;
        let mut rows = statement.query([])?;
        let mut backlog = MessageBacklog::default();
        while let Some(row) = rows.next()? {
            let (stage, failed, dropped): (String, bool, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            match (stage.as_str(), dropped) {
                ("dead", true) => backlog.dropped += 1,
                ("dead", false) => backlog.dead += 1,
                ("pending", _) => {
                    backlog.waiting += 1;
                    backlog.failing += u64::from(failed);
                }
                _ => {}
            }
        }
        Ok(backlog)
    }

    /// Returns the messages that wait or were refused, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stuck_messages(&self) -> Result<Vec<StuckItem>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, CASE WHEN dropped IS NOT NULL THEN 'dropped' ELSE stage END, summary, attempts, enqueued_at,
                 not_before, error, hint, dropped
             FROM message INDEXED BY message_open WHERE stage <> 'done' ORDER BY seq",
        )?;
        let rows = statement.query_map([], StuckItem::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the messages about any of the items, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn messages_about<'n>(&self, items: impl Iterator<Item = &'n String>) -> Result<Vec<ToldMessage>, StateError> {
        let mut found = std::collections::BTreeMap::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, key, CASE WHEN dropped IS NOT NULL THEN 'dropped' WHEN stage = 'done' THEN 'sent' ELSE stage END,
                 summary, enqueued_at, sent_at, error, hint
             FROM message WHERE item = ?1",
        )?;
        for item in items {
            let rows = statement.query_map([item], |row| Ok((row.get::<_, i64>(0)?, told(row)?)))?;
            for row in rows {
                let (place, told) = row?;
                found.insert(place, told);
            }
        }
        Ok(found.into_values().collect())
    }

    /// Returns when messages were sent to a room within the time that its pace asks for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sent_to(&self, sink: &str, now: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, StateError> {
        let sql = "SELECT at FROM ledger WHERE credential = ?1 AND at > ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![in_ledger(sink), oldest(now)], |row| Ok(from_ms(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records that a message is about to be sent to a room.
    ///
    /// # Errors
    /// When the file cannot be written; then it must not be sent.
    pub fn record_sent_to(&self, sink: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        let sql = "DELETE FROM ledger WHERE credential = ?1 AND at < ?2";
        self.conn.prepare_cached(sql)?.execute(params![in_ledger(sink), oldest(now)])?;
        let sql = "INSERT INTO ledger (credential, at) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![in_ledger(sink), to_ms(now)])?;
        Ok(())
    }
}

/// The name of a room in the record of requests.
fn in_ledger(sink: &str) -> String {
    format!("sink.{sink}")
}

fn oldest(now: DateTime<Utc>) -> i64 {
    to_ms(now).saturating_sub(i64::try_from(Pace::MEMORY.as_millis()).unwrap_or(i64::MAX))
}

fn told(row: &Row<'_>) -> rusqlite::Result<ToldMessage> {
    Ok(ToldMessage {
        key: row.get(1)?,
        stage: row.get(2)?,
        summary: row.get(3)?,
        enqueued: from_ms(row.get(4)?),
        sent: row.get::<_, Option<i64>>(5)?.map(from_ms),
        error: row.get(6)?,
        hint: row.get(7)?,
    })
}
