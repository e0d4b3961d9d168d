//! A row of the outbox, and the JSON that its action is stored as.

use chrono::{DateTime, Utc};
use rusqlite::Row;

use crate::domain::{Action, Fingerprint, IssueId, Push, ServiceName, Side, Stage, TRACKER};
use crate::state::error::StateError;
use crate::state::file::State;
use crate::state::time::from_ms;

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

const COLUMNS: &str =
    "key, lane, target, coalesce((SELECT w.action FROM words w WHERE w.place = seq), action), content, summary, stage, attempts, sent_at, not_before, doubted, alone,
    absences, absent_since, error, attempts > 0 OR round >= 1000000000, round >= 1000000000000000";

/// What has failed goes behind everything else: its round is the time at which it may go again, which no other write's
/// round reaches.
pub(in crate::state) const FAILED: i64 = 1_000_000_000;

/// What was told to wait goes behind what has failed: this is added to the time at which it may go again.
pub(super) const AT_LAST: i64 = 1_000_000_000_000_000;

/// What a write is when nothing is known against it.
pub(in crate::state) const FORGIVEN: &str = "doubted = 0, alone = 0, absences = 0, absent_since = NULL";

/// Says that a write goes to one of the line's two ends: all of them do, and an index serves only a statement that says so.
pub(in crate::state) fn both_ends(line: ServiceName) -> String {
    format!("target IN ('{line}', '{TRACKER}')")
}

impl State {
    /// Returns the rows that a statement selects among those that are not done; `{}` in it stands for the columns.
    pub(super) fn rows(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Queued>, StateError> {
        if !self.has_unsettled()? {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(&sql.replacen("{}", COLUMNS, 1))?;
        let rows = statement.query_map(params, |row| Ok(queued(row, self.line)))?;
        rows.map(|row| row?).collect()
    }
}

pub(in crate::state) fn encode(push: &Push) -> Result<String, StateError> {
    serde_json::to_string(&serde_json::json!({ "v": ACTION_VERSION, "action": push.action }))
        .map_err(|err| StateError::Nonsense(format!("action of {}: {err}", push.key)))
}

fn queued(row: &Row<'_>, line: ServiceName) -> Result<Queued, StateError> {
    let key: String = row.get(0)?;
    let nonsense = || StateError::Nonsense(format!("outbox row {key}"));
    let target: String = row.get(2)?;
    let target = Side::of_line(line, &target).map_err(|_| nonsense())?;
    let action: String = row.get(3)?;
    let content: String = row.get(4)?;
    let stage: String = row.get(6)?;
    let mut envelope: serde_json::Value = serde_json::from_str(&action).map_err(|_| nonsense())?;
    let action = serde_json::from_value(envelope.get_mut("action").map(serde_json::Value::take).unwrap_or_default())
        .map_err(|_| nonsense())?;
    let action = of_line(action, target);
    Ok(Queued {
        push: Push {
            key: key.parse().map_err(|_| nonsense())?,
            pair: IssueId::new(row.get::<_, String>(1)?),
            target,
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

/// Returns an action whose file is known to be on the other end of the line than this one: what is stored does not name the
/// line.
fn of_line(mut action: Action, target: Side) -> Action {
    if let Action::AddFile { file, .. } = &mut action {
        file.side = target.opposite();
    }
    action
}
