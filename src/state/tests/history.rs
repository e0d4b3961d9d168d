//! What of the history is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn the_oldest_goes_once_there_is_too_much_and_what_is_settled_for_ever_stays() {
    let (_dir, state) = fresh();
    let now = at(1_000_000);
    let row =
        "INSERT INTO outbox (seq, key, origin, lane, target, action, content, summary, stage, enqueued_at, settled_at)
               VALUES (?1, ?2, ?2, 'a', 'guance', '', '00112233aabbccdd', '', ?3, 0, ?4)";
    for (seq, stage, settled) in [
        (1, "done", Some(900_000_000)),
        (2, "done", Some(i64::MAX)),
        (3, "pending", None),
        (4, "done", Some(900_000_001)),
        (700_000, "done", Some(999_000_000)),
    ] {
        state.conn.execute(row, rusqlite::params![seq, format!("jira/comment/{seq}"), stage, settled]).unwrap();
    }
    let event = "INSERT INTO event (id, at, item, what) VALUES (?1, 999000000, 'x', ?1)";
    for id in [1, 200_001, 700_000] {
        state.conn.execute(event, [id]).unwrap();
    }
    end_run(&state, now);
    let left = |sql: &str| -> Vec<i64> {
        let mut statement = state.conn.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(left("SELECT seq FROM outbox WHERE seq > 0 ORDER BY seq"), [2, 3, 700_000]);
    assert_eq!(left("SELECT id FROM event WHERE id > 0 ORDER BY id"), [200_001, 700_000]);
    // Once an hour; what a clock says that was ahead keeps nobody from it.
    for (passed, kept) in [(3599, true), (3600, false), (9_000_000, false), (3605, false)] {
        state.conn.execute(event, [2]).unwrap();
        end_run(&state, now + TimeDelta::seconds(passed));
        assert_eq!(left("SELECT id FROM event WHERE id = 2").len() == 1, kept, "{passed}");
        state.conn.execute("DELETE FROM event WHERE id = 2", []).unwrap();
    }
}

fn end_run(state: &State, now: DateTime<Utc>) {
    let run = state.begin_run("ordinary", now).unwrap();
    let (failures, read) = (BTreeMap::new(), BTreeSet::new());
    state.end_run(run, &RunEnd { good: true, summary: "", failures: &failures, read: &read }, now).unwrap();
}

#[test]
fn who_looks_at_the_file_sees_one_moment_and_waits_for_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let state = State::open(&path).unwrap();
    let push = comment("1", "a", "x");
    let tx = state.begin().unwrap();
    tx.enqueue(&push, false, at(0)).unwrap();
    let look = State::open_to_read(&path).unwrap();
    assert!(look.unsettled().unwrap().is_empty());
    tx.commit().unwrap();
    assert!(look.unsettled().unwrap().is_empty(), "it is of one moment");
    assert_eq!(State::open_to_read(&path).unwrap().unsettled().unwrap().len(), 1);
    assert!(look.set_fact("x", "y", at(0)).is_err(), "it is only for reading");
}
