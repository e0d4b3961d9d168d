//! How a write comes into the outbox, and in which round it goes.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::row::{FAILED, FORGIVEN, encode};
use crate::domain::{Key, Kind, Push, Stage};
use crate::state::error::StateError;
use crate::state::file::Tx;
use crate::state::time::to_ms;

/// The round in which a new write goes. Those of one pair go one round after the other, so that a pair with many takes
/// turns with the rest, also from one run to the next; what comes later joins the round after the one that is on, behind
/// those who wait there. A create is before them all.
const ROUND: &str = "CASE WHEN ?1 GLOB '*/issue/*' THEN 0 ELSE 1 + max(
        coalesce((SELECT number FROM round WHERE target = ?4), 0),
        coalesce((SELECT max(round) FROM outbox WHERE lane = ?3 AND target = ?4 AND stage <> 'done'
            AND round < 1000000000), 0)) END";

impl Tx<'_> {
    /// Puts a write into the outbox. An unsent write of the same key is replaced in its place; unsent edits of the
    /// same original give way to a newer one; a settled row of the same key makes room.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn enqueue(&self, push: &Push, held: bool, now: DateTime<Utc>) -> Result<(), StateError> {
        let origin = push.key.origin();
        if push.key != origin {
            self.tx
                .prepare_cached(
                    "DELETE FROM outbox WHERE origin = ?1 AND key <> ?1 AND stage IN ('pending', 'dead', 'done')",
                )?
                .execute([origin.as_str()])?;
        }
        self.tx.prepare_cached("DELETE FROM outbox WHERE key = ?1 AND stage = 'done'")?.execute([push.key.as_str()])?;
        let stage = if held { Stage::Held } else { Stage::Pending };
        let action = encode(push)?;
        let is_comment = matches!(origin.parts(), Some((_, Kind::Comment, _)));
        let changed = self
            .tx
            .prepare_cached(&format!(
                "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at, round)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, {ROUND})
                 ON CONFLICT (key) DO UPDATE SET action = excluded.action, content = excluded.content,
                     summary = excluded.summary, attempts = 0, not_before = 0, hint = NULL, dropped = NULL, {FORGIVEN},
                     error = CASE stage WHEN 'held' THEN error END,
                     round = CASE WHEN round >= {FAILED} THEN excluded.round ELSE round END,
                     stage = CASE stage WHEN 'held' THEN 'held' ELSE excluded.stage END
                 WHERE stage IN ('pending', 'held', 'dead')"
            ))?
            .execute(params![
                push.key.as_str(),
                origin.as_str(),
                push.pair.as_str(),
                push.target.as_str(),
                if is_comment { "" } else { action.as_str() },
                push.content.as_str(),
                push.summary,
                stage.as_str(),
                to_ms(now),
            ])?;
        if is_comment && changed > 0 {
            self.set_words(&push.key, &action)?;
        }
        Ok(())
    }

    /// Keeps the action of a comment's write, behind as much as a page holds: so the words are not among what `SQLite` moves
    /// from page to page, of which copies may stay.
    fn set_words(&self, key: &Key, action: &str) -> Result<(), StateError> {
        let sql = "DELETE FROM words WHERE place = (SELECT seq FROM outbox WHERE key = ?1)";
        self.tx.prepare_cached(sql)?.execute([key.as_str()])?;
        let sql = "INSERT INTO words (place, room, action) SELECT seq, zeroblob(4096), ?2 FROM outbox WHERE key = ?1";
        self.tx.prepare_cached(sql)?.execute([key.as_str(), action])?;
        Ok(())
    }
}
