//! What statements cost, and how they find their rows: kept in debug builds, for tests.
//!
//! What a run asks must not cost more the longer the history is. So a debug build asks `SQLite` about every statement that was
//! run how it finds its rows, and panics where that is by reading a whole table. That covers all that the tests run.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, StatementStatus};

/// What the statements of a thread have cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many were run.
    pub statements: u64,
    /// Steps of `SQLite`'s machine.
    pub steps: u64,
}

/// Tables that hold a row for each side, for each project, or for each thing that fails now.
const SMALL: [&str; 5] = ["SCAN cursor", "SCAN round", "SCAN told", "SCAN side_failure", "SCAN unreadable"];

/// Indexes that hold only what waits, what is to be read, or what was missed and is still looked for.
const OPEN: [&str; 8] = [
    "outbox_lane",
    "outbox_turn",
    "outbox_round",
    "absent_open",
    "issue_link_unread",
    "issue_link_due",
    "issue_link_never_read",
    "message_open",
];

/// How statements begin that may read a whole table, and why.
const EXCEPTIONS: [(&str, &str); 14] = [
    ("SELECT EXISTS (SELECT 1 FROM issue_link)", "ends at the first row"),
    ("SELECT 1 FROM issue_link LIMIT 1", "ends at the first row"),
    ("SELECT kind, started, ended, good, summary, failures FROM run ORDER BY id DESC LIMIT", "ends after ten rows"),
    ("SELECT count(*) FROM issue_link", "`status`"),
    ("SELECT count(*) FROM comment_link", "`status`"),
    ("SELECT a.key, a.lane, l.jira_name, a.since FROM absent a", "`status`"),
    ("SELECT ended FROM run WHERE good = 1 ORDER BY id DESC LIMIT 1", "`status`, and no run is older than 90 days"),
    ("UPDATE outbox SET stage = 'pending', attempts = 0, not_before = 0, dropped = NULL", "`retry`"),
    ("UPDATE outbox SET absences = 0, absent_since = NULL WHERE stage = 'in_flight'", "`retry`"),
    ("UPDATE issue_link SET guance_seen = NULL, jira_seen = NULL", "once, when the state is older than the world"),
    ("UPDATE issue_link SET guance_seen = ?1 WHERE guance_seen > ?1", "when Guance's clock was set back"),
    ("UPDATE issue_link SET jira_seen = ?1 WHERE jira_seen > ?1", "when Jira's clock was set back"),
    ("SELECT key, origin, summary FROM outbox WHERE stage = 'dead' AND dropped IS NULL AND", "`drop`"),
    ("DELETE FROM file_link WHERE lane = ?1", "`link` and `push`, of an item that was in another pair"),
];

thread_local! {
    static SPENT: RefCell<Spent> = RefCell::default();
    /// Statements that were run and not looked at yet.
    static NEW: RefCell<HashSet<String>> = RefCell::default();
}

/// Statements that were looked at.
static KNOWN: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Returns what the statements of this thread have cost so far, on all state files.
pub fn spent() -> Spent {
    SPENT.with_borrow(|spent| *spent)
}

/// Begins to count what a connection is asked.
pub(super) fn watch(conn: &mut Connection) -> rusqlite::Result<()> {
    // The counters of a statement are those of all its runs.
    let mut before: HashMap<String, u64> = HashMap::new();
    conn.trace_v2(
        TraceEventCodes::SQLITE_TRACE_PROFILE,
        Some(move |event: TraceEvent<'_>| {
            let TraceEvent::Profile(statement, _) = event else { return };
            let sql = statement.sql().into_owned();
            if !["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.trim_start().starts_with(verb)) {
                return;
            }
            let steps = u64::try_from(statement.get_status(StatementStatus::VmStep)).unwrap_or(0);
            let known = before.insert(sql.clone(), steps).filter(|known| *known <= steps);
            SPENT.with_borrow_mut(|spent| {
                spent.statements += 1;
                spent.steps += steps - known.unwrap_or(0);
            });
            if known.is_none() {
                NEW.with_borrow_mut(|new| _ = new.insert(sql));
            }
        }),
    )
}

/// Looks at the statements that this thread has run.
pub(super) fn look(conn: &Connection) {
    let new = NEW.take();
    if std::thread::panicking() {
        return;
    }
    for sql in new {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.get_or_insert_default().insert(sql.clone()) {
            continue;
        }
        drop(known);
        let scans = scans(conn, &sql).unwrap_or_default();
        assert!(scans.is_empty(), "this statement costs more the longer the history is: {scans:?}\n{sql}");
    }
    let Spent { statements, steps } = spent();
    tracing::debug!(statements, steps, "State closed.");
}

/// Returns the steps of a statement's plan that read a whole table, or a whole index.
fn scans(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if EXCEPTIONS.iter().any(|(beginning, _)| words.starts_with(beginning)) {
        return Ok(Vec::new());
    }
    let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let unset = rusqlite::params_from_iter(vec![rusqlite::types::Null; plan.parameter_count()]);
    let steps = plan.query_map(unset, |row| row.get::<_, String>(3))?.collect::<Result<Vec<_>, _>>()?;
    let is_scan = |step: &String| {
        step.starts_with("SCAN")
            && !step.contains("CONSTANT ROW")
            // The list that the statement was given.
            && !step.starts_with("SCAN json_each ")
            && !SMALL.iter().any(|small| step == small)
            && !OPEN.iter().any(|index| step.ends_with(&format!(" INDEX {index}")))
    };
    Ok(steps.into_iter().filter(is_scan).collect())
}
