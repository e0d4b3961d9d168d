//! The outbox: writes that are pending, held, in flight, done or dead.
//!
//! INVARIANT: delivery works from these rows alone, and a row is in flight, durably, before its request leaves.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, Row, params};

use super::away::awaited;
use super::{LONGEST_WAIT, State, StateError, Tx, from_ms, to_ms};
use crate::domain::{Fingerprint, IssueId, Key, Push, Side, Stage};

/// Version of the JSON an action is stored as.
const ACTION_VERSION: u64 = 1;

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// What is to be written.
    pub push: Push,
    /// Where it stands.
    pub stage: Stage,
    /// How often it failed.
    pub attempts: u32,
    /// When it was last sent, by our clock.
    pub sent_at: Option<DateTime<Utc>>,
    /// Not to be sent before this; of a write in flight, from when on its absence counts, once it was looked for.
    pub not_before: Option<DateTime<Utc>>,
    /// How its last sending failed without a clear answer; `None` when it did not, or when nobody knows.
    pub doubt: Option<Doubt>,
    /// Whether no other write may share its request: it has failed, be it in a request with others.
    pub alone: bool,
    /// How often it was sent by itself, failed so, and was not there.
    pub absences: u32,
    /// When it was first found absent after that, by our clock.
    pub absent_since: Option<DateTime<Utc>>,
    /// Why it failed last, in the service's own words.
    pub error: Option<String>,
    /// Whether it goes behind all that has not failed: it failed itself, or what it needs could not be read.
    pub behind: bool,
    /// Whether it goes behind all others as well: it was told to wait, or what it needs could not be read, which may cost the
    /// others their turn each time that it is tried.
    pub at_last: bool,
}

/// How a write was sent whose sending failed without a clear answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// By itself.
    Alone,
    /// In one request with others: which of them it failed for nobody knows.
    InCompany,
}

/// How a write that failed goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Not to be sent before this, by our clock.
    pub not_before: DateTime<Utc>,
    /// Whether it counts as a failed attempt.
    pub counts: bool,
}

const COLUMNS: &str =
    "key, lane, target, action, content, summary, stage, attempts, sent_at, not_before, doubted, alone,
    absences, absent_since, error, attempts > 0 OR round >= 1000000000, round >= 1000000000000000";

/// What has failed goes behind everything else: its round is the time at which it may go again, which no other write's
/// round reaches.
pub(super) const FAILED: i64 = 1_000_000_000;

/// What was told to wait goes behind what has failed: this is added to the time at which it may go again.
const AT_LAST: i64 = 1_000_000_000_000_000;

// Both say twice that what is done does not matter: an index of the rest serves only a statement that says so.
pub(super) const IN_FLIGHT: &str =
    "SELECT {} FROM outbox WHERE target = ?1 AND stage = 'in_flight' AND stage <> 'done' ORDER BY seq";
pub(super) const READY: &str = concat!(
    "SELECT {} FROM outbox o
    WHERE target = ?1 AND stage = 'pending' AND stage <> 'done' AND (not_before <= ?2 OR not_before > ?4)
        -- What is kept for a closed issue waits until it is open again.
        AND NOT EXISTS (SELECT 1 FROM issue_link l WHERE o.target = 'jira' AND l.guance = o.lane AND l.closed)
        -- What is archived, or cannot be read, is written to once it is back.
        AND NOT EXISTS ",
    awaited!("1"),
    "
        -- Nothing waits for a link or a file.
        AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.lane = o.lane AND p.target = o.target AND p.seq < o.seq
            AND p.stage <> 'done' AND p.stage <> 'dead'
            AND p.origin NOT GLOB '*/link/*' AND p.origin NOT GLOB '*/attachment/*')
        -- But where a copy is known by name and size alone, no file goes while one may be there that nobody knows of.
        AND NOT EXISTS (SELECT 1 FROM outbox q WHERE o.origin GLOB 'guance/attachment/*'
            AND q.lane = o.lane AND q.target = o.target AND q.stage <> 'done' AND q.stage <> 'dead'
            AND q.origin GLOB 'guance/attachment/*' AND q.sent_at IS NOT NULL
            AND q.seq <> o.seq AND (q.seq < o.seq OR o.sent_at IS NULL))
    ORDER BY round, seq LIMIT ?3"
);

/// What waits for something that is away has not failed, whatever it did before.
const BACKLOG: &str = concat!(
    "SELECT stage, attempts > 0 AND NOT EXISTS ",
    awaited!("1"),
    ", stage = 'held' AND error IS NOT NULL, dropped IS NOT NULL, count(*) FROM outbox o
     WHERE stage <> 'done' GROUP BY 1, 2, 3, 4"
);

/// The round in which a new write goes. Those of one lane go one round after the other, so that a lane with many takes
/// turns with the rest, also from one run to the next; what comes later joins the round after the one that is on, behind
/// those who wait there. A create is before them all.
const ROUND: &str = "CASE WHEN ?1 GLOB 'guance/issue/*' THEN 0 ELSE 1 + max(
        coalesce((SELECT number FROM round WHERE target = ?4), 0),
        coalesce((SELECT max(round) FROM outbox WHERE lane = ?3 AND target = ?4 AND stage <> 'done'
            AND round < 1000000000), 0)) END";

/// What a write is when nothing is known against it.
pub(super) const FORGIVEN: &str = "doubted = 0, alone = 0, absences = 0, absent_since = NULL";

/// Whether a row is what an id means: its key, the item it is about, or a name of its pair.
pub(super) const IS_MEANT: &str = "(key = ?1 OR origin = ?1 OR lane = ?1 OR substr(origin, -length(?1) - 1) = '/' || ?1
    OR lane IN (SELECT guance FROM issue_link WHERE jira_name = ?1 COLLATE NOCASE OR jira = ?1))";

/// What no later reading would ask for again: it is kept while its Jira issue is closed.
const KEPT_WHILE_CLOSED: &str = "(key GLOB 'guance/link/*' OR key GLOB 'guance/comment/notice_*')";

impl State {
    /// Returns the first sendable write of each lane: creates first, then lane by lane in turn.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ready(&self, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        self.ready_of(READY, target, now, limit)
    }

    /// The same of what is new to the target: creates and comments.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ready_news(&self, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        let is_new =
            "AND o.action ->> '$.action.do' IN ('create_issue', 'add_comment')\n    ORDER BY round, seq LIMIT ?3";
        self.ready_of(&READY.replacen("ORDER BY round, seq LIMIT ?3", is_new, 1), target, now, limit)
    }

    fn ready_of(&self, sql: &str, target: Side, now: DateTime<Utc>, limit: usize) -> Result<Vec<Queued>, StateError> {
        self.rows(
            sql,
            params![target.as_str(), to_ms(now), i64::try_from(limit).unwrap_or(i64::MAX), to_ms(now) + LONGEST_WAIT],
        )
    }

    /// Returns the writes whose outcome is unknown.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn in_flight(&self, target: Side) -> Result<Vec<Queued>, StateError> {
        self.rows(IN_FLIGHT, params![target.as_str()])
    }

    /// Returns every write that is not done, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unsettled(&self) -> Result<Vec<Queued>, StateError> {
        self.rows("SELECT {} FROM outbox WHERE stage <> 'done' ORDER BY seq", params![])
    }

    /// Returns the writes that are held for a label, oldest first: what each is, and why it is held.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn held_for_labels(&self) -> Result<Vec<HeldForLabel>, StateError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, summary, error FROM outbox WHERE stage = 'held' AND error IS NOT NULL ORDER BY seq",
        )?;
        let rows = statement
            .query_map([], |row| Ok(HeldForLabel { key: row.get(0)?, summary: row.get(1)?, why: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns where a write stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stage_of(&self, key: &Key) -> Result<Option<Stage>, StateError> {
        let mut statement = self.conn.prepare_cached("SELECT stage FROM outbox WHERE key = ?1")?;
        let stage: Option<String> = statement.query_row([key.as_str()], |row| row.get(0)).optional()?;
        Ok(stage.as_deref().and_then(Stage::parse))
    }

    /// Returns a write that is in the outbox and not done.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unsettled_write(&self, key: &Key) -> Result<Option<Push>, StateError> {
        let rows = self.rows("SELECT {} FROM outbox WHERE key = ?1 AND stage <> 'done'", params![key.as_str()])?;
        Ok(rows.into_iter().next().map(|queued| queued.push))
    }

    /// Returns the keys of what writes of this lane are about, done or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn originals_of(&self, lane: &IssueId) -> Result<Vec<String>, StateError> {
        let mut statement = self.conn.prepare_cached("SELECT DISTINCT origin FROM outbox WHERE lane = ?1")?;
        let rows = statement.query_map([lane.as_str()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn rows(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Queued>, StateError> {
        let mut statement = self.conn.prepare_cached(&sql.replacen("{}", COLUMNS, 1))?;
        let rows = statement.query_map(params, |row| Ok(queued(row)))?;
        rows.map(|row| row?).collect()
    }

    /// Returns how many writes stand where, and how many of the pending have failed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn backlog(&self) -> Result<Backlog, StateError> {
        let mut backlog = Backlog::default();
        let mut statement = self.conn.prepare_cached(BACKLOG)?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
            .collect::<Result<Vec<(String, bool, bool, bool, i64)>, _>>()?;
        for (stage, failed, labelled, dropped, count) in rows {
            let count = u64::try_from(count).unwrap_or(0);
            match Stage::parse(&stage) {
                Some(Stage::Held) if labelled => backlog.labelled += count,
                Some(Stage::Pending) => {
                    backlog.pending += count;
                    backlog.failing += if failed { count } else { 0 };
                }
                Some(Stage::Held) => backlog.held += count,
                Some(Stage::InFlight) => backlog.in_doubt += count,
                Some(Stage::Dead) if dropped => backlog.dropped += count,
                Some(Stage::Dead) => backlog.dead += count,
                Some(Stage::Done) | None => {}
            }
        }
        Ok(backlog)
    }
}

/// A write that is held because a Jira issue that guajira did not make carries the original's uuid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HeldForLabel {
    /// Its key.
    pub key: String,
    /// What it is, for people.
    pub summary: String,
    /// Which issue it is, who made it, and what to run.
    pub why: String,
}

/// How many writes stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Backlog {
    /// Waiting to be sent.
    pub pending: u64,
    /// Of the pending ones, those that have failed before.
    pub failing: u64,
    /// Held by the brake.
    pub held: u64,
    /// Held because a Jira issue that guajira did not make carries the original's uuid.
    pub labelled: u64,
    /// Sent, outcome unknown.
    pub in_doubt: u64,
    /// Refused for good.
    pub dead: u64,
    /// Refused for good, and given up by a person.
    pub dropped: u64,
}

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
        self.tx
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
                push.lane.as_str(),
                push.target.as_str(),
                encode(push)?,
                push.content.as_str(),
                push.summary,
                stage.as_str(),
                to_ms(now),
            ])?;
        Ok(())
    }

    /// Marks writes as about to be sent.
    ///
    /// # Errors
    /// When the file cannot be written; then they must not be sent.
    pub fn mark_in_flight(&self, keys: &[&Key], now: DateTime<Utc>) -> Result<(), StateError> {
        for key in keys {
            self.tx
                .prepare_cached(
                    "UPDATE outbox SET stage = 'in_flight', sent_at = ?2, not_before = 0, doubted = 0
                     WHERE key = ?1 AND stage <> 'done'",
                )?
                .execute(params![key.as_str(), to_ms(now)])?;
            self.tx
                .prepare_cached(
                    "INSERT INTO round (target, number) SELECT target, round FROM outbox WHERE key = ?1 AND round < ?2
                     ON CONFLICT (target) DO UPDATE SET number = max(number, excluded.number)",
                )?
                .execute(params![key.as_str(), FAILED])?;
        }
        Ok(())
    }

    /// Settles a write: it has happened. Its text is not kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn done(&self, key: &Key, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'done', settled_at = ?2, action = '', error = NULL, hint = NULL,
                     dropped = NULL
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), to_ms(now)])?;
        Ok(())
    }

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
    /// A clause with one parameter tells the lanes. Returns how many writes were taken back.
    pub(super) fn rest_while_closed(&self, lanes: &str, parameter: &str) -> Result<usize, StateError> {
        let waits = format!(
            "{lanes} AND target = 'jira' AND stage = 'pending' AND stage <> 'done'
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

    /// Records why a write in flight is in doubt; from now on it goes out by itself.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn doubt(&self, key: &Key, how: Doubt, error: &str) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET error = ?2, hint = NULL, doubted = ?3, alone = 1
                 WHERE key = ?1 AND stage = 'in_flight'",
            )?
            .execute(params![key.as_str(), error, if how == Doubt::InCompany { 2 } else { 1 }])?;
        Ok(())
    }

    /// Lets a write share its request with no other from now on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn go_alone(&self, key: &Key) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET alone = 1 WHERE key = ?1 AND stage <> 'done'")?
            .execute([key.as_str()])?;
        Ok(())
    }

    /// Records that a write in flight was looked for and not found: its absence counts from then on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn look_again(&self, key: &Key, from: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET not_before = ?2 WHERE key = ?1 AND stage = 'in_flight'")?
            .execute(params![key.as_str(), to_ms(from)])?;
        Ok(())
    }

    /// Lets no look at a create in flight count that was made so far: another one has just turned out to be done.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn look_anew(&self, target: Side) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET not_before = 0
                 WHERE target = ?1 AND stage = 'in_flight' AND stage <> 'done' AND key GLOB 'guance/issue/*'",
            )?
            .execute([target.as_str()])?;
        Ok(())
    }

    /// Counts that a write which was sent by itself, and failed, is not there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn count_absence(&self, key: &Key, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET absences = absences + 1, absent_since = coalesce(absent_since, ?2)
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), to_ms(now)])?;
        Ok(())
    }

    /// Gives a write up: refused for good, kept for a person with the service's own words.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn bury(&self, key: &Key, error: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET stage = 'dead', attempts = attempts + 1, error = ?2, hint = NULL, settled_at = ?3
                 WHERE key = ?1 AND stage <> 'done'",
            )?
            .execute(params![key.as_str(), error, to_ms(now)])?;
        Ok(())
    }

    /// Keeps how to mend what a write failed at, beside the failure that was recorded last.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn advise(&self, key: &Key, hint: Option<&str>) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE outbox SET hint = ?2 WHERE key = ?1 AND stage <> 'done'")?
            .execute(params![key.as_str(), hint])?;
        Ok(())
    }

    /// Takes back a write that was not sent.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn withdraw(&self, key: &Key) -> Result<(), StateError> {
        self.take_back("key = ?1 AND stage IN ('pending', 'held', 'dead')", [key.as_str()])?;
        Ok(())
    }

    /// Lets go what is held, by the brake or for a label; returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn release(&self) -> Result<usize, StateError> {
        let sql = "UPDATE outbox SET stage = 'pending', not_before = 0, error = NULL WHERE stage = 'held'";
        Ok(self.tx.execute(sql, [])?)
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

    /// Settles for ever that something has no copy and is to have none: what it says is on the other side already.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn never(&self, key: &Key, lane: &IssueId, target: Side, now: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO outbox
                     (key, origin, lane, target, action, content, summary, stage, enqueued_at, settled_at)
                 VALUES (?1, ?1, ?2, ?3, '', ?4, 'not carried', 'done', ?5, ?6)",
            )?
            .execute(params![
                key.as_str(),
                lane.as_str(),
                target.as_str(),
                Fingerprint::of(&["never"]).as_str(),
                to_ms(now),
                i64::MAX,
            ])?;
        Ok(())
    }

    /// Lets go what is held for a label; returns how many writes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn release_labelled(&self) -> Result<usize, StateError> {
        let sql = "UPDATE outbox SET stage = 'pending', not_before = 0, error = NULL
                   WHERE stage = 'held' AND error IS NOT NULL";
        Ok(self.tx.execute(sql, [])?)
    }
}

pub(super) fn encode(push: &Push) -> Result<String, StateError> {
    serde_json::to_string(&serde_json::json!({ "v": ACTION_VERSION, "action": push.action }))
        .map_err(|err| StateError::Nonsense(format!("action of {}: {err}", push.key)))
}

fn queued(row: &Row<'_>) -> Result<Queued, StateError> {
    let key: String = row.get(0)?;
    let nonsense = || StateError::Nonsense(format!("outbox row {key}"));
    let target: String = row.get(2)?;
    let action: String = row.get(3)?;
    let content: String = row.get(4)?;
    let stage: String = row.get(6)?;
    let mut envelope: serde_json::Value = serde_json::from_str(&action).map_err(|_| nonsense())?;
    let action = serde_json::from_value(envelope.get_mut("action").map(serde_json::Value::take).unwrap_or_default())
        .map_err(|_| nonsense())?;
    Ok(Queued {
        push: Push {
            key: key.parse().map_err(|_| nonsense())?,
            lane: IssueId::new(row.get::<_, String>(1)?),
            target: target.parse().map_err(|_| nonsense())?,
            action,
            content: Fingerprint::parse(&content).ok_or_else(nonsense)?,
            summary: row.get(5)?,
            seal: None,
        },
        stage: Stage::parse(&stage).ok_or_else(nonsense)?,
        attempts: row.get(7)?,
        sent_at: row.get::<_, Option<i64>>(8)?.map(from_ms),
        not_before: Some(row.get::<_, i64>(9)?).filter(|at| *at > 0).map(from_ms),
        doubt: match row.get::<_, i64>(10)? {
            0 => None,
            1 => Some(Doubt::Alone),
            _ => Some(Doubt::InCompany),
        },
        alone: row.get(11)?,
        absences: row.get(12)?,
        absent_since: row.get::<_, Option<i64>>(13)?.map(from_ms),
        error: row.get(14)?,
        behind: row.get(15)?,
        at_last: row.get(16)?,
    })
}
