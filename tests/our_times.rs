//! Lets time pass for the program, whose clock nobody can move: what it remembers of that clock is made older instead, which
//! is the same to it. For the end-to-end tests and the bench.

use std::time::Duration;

use rusqlite::Connection;

/// Columns of the state that hold times by our own clock.
const OUR_TIMES: [(&str, &str); 15] = [
    ("cursor", "swept"),
    ("fact", "at"),
    ("issue_link", "polled"),
    ("issue_link", "fields_read"),
    ("issue_link", "fields_due"),
    ("outbox", "not_before"),
    ("outbox", "sent_at"),
    ("outbox", "settled_at"),
    ("outbox", "absent_since"),
    ("ledger", "at"),
    ("message", "not_before"),
    ("message", "sent_at"),
    ("unreadable", "next"),
    ("run", "started"),
    ("run", "ended"),
];

/// Makes all that the state remembers of our own clock older.
pub(crate) fn make_older(state: &Connection, time: Duration) {
    let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    for (table, column) in OUR_TIMES {
        let sql = format!("UPDATE {table} SET {column} = {column} - ?1 WHERE {column} > ?1");
        state.execute(&sql, [ms]).expect("a column of the state");
    }
}
