//! Which write goes next.

use super::*;
use crate::state::outbox;

#[test]
fn only_the_first_write_of_a_lane_is_ready() {
    let (_dir, state) = fresh();
    for (id, pair) in [("1", "a"), ("2", "a"), ("3", "b")] {
        enqueue(&state, &comment(id, pair, "x"));
    }
    assert_eq!(ready(&state), ["jira/comment/1", "jira/comment/3"]);
    let tx = state.begin().unwrap();
    tx.bury(&Key::comment(Side::JIRA, &CommentId::new("1")), "too long", at(1)).unwrap();
    tx.commit().unwrap();
    assert_eq!(ready(&state), ["jira/comment/3", "jira/comment/2"], "a dead write does not block its pair");
}

/// Done writes are kept for 90 days: what every run asks several times must not read them.
#[test]
fn what_waits_is_found_without_reading_what_is_done() {
    let (_dir, state) = fresh();
    for sql in [outbox::READY, outbox::IN_FLIGHT] {
        let explain = format!("EXPLAIN QUERY PLAN {}", sql.replacen("{}", "*", 1));
        let mut plan = state.conn.prepare(&explain).unwrap();
        let unset = vec![rusqlite::types::Null; plan.parameter_count()];
        let unset = rusqlite::params_from_iter(unset);
        let plan: Vec<String> = plan.query_map(unset, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        let reads_all = |step: &String| step.starts_with("SCAN");
        assert!(sql == outbox::IN_FLIGHT || !plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
        assert!(!plan.iter().any(reads_all), "{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("INDEX outbox_turn (target=? AND stage=?)")), "{plan:#?}");
    }
}

#[test]
fn lanes_take_turns_and_keep_their_own_order_from_run_to_run() {
    let (dir, state) = fresh();
    let send = |state: &State| {
        let next = state.ready(Side::GUANCE, at(100), 1).unwrap().pop().unwrap().push;
        let tx = state.begin().unwrap();
        tx.mark_in_flight(&[&next.key], at(100)).unwrap();
        tx.done(&next.key, at(100)).unwrap();
        tx.commit().unwrap();
        next.key.as_str().trim_start_matches("jira/comment/").to_owned()
    };
    for n in 1..6 {
        enqueue(&state, &comment(&format!("a{n}"), "a", "x"));
    }
    assert_eq!([send(&state), send(&state)], ["a1", "a2"]);
    for id in ["b1", "c1", "c2"] {
        enqueue(&state, &comment(id, id.get(..1).unwrap(), "x"));
    }
    assert_eq!([send(&state), send(&state)], ["a3", "b1"]);
    drop(state);
    let state = State::open(&dir.path().join("guajira.db")).unwrap();
    // What comes now does not go before those who wait.
    enqueue(&state, &comment("b2", "b", "x"));
    enqueue(&state, &comment("d1", "d", "x"));
    let order: Vec<String> = (0..6).map(|_| send(&state)).collect();
    assert_eq!(order, ["c1", "a4", "c2", "b2", "d1", "a5"]);
}

/// A file of version 0.1 whose outbox is full.
#[test]
fn what_an_older_version_left_waiting_takes_turns_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    schema::migrate_to(&old, 6);
    for (id, pair) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "b"), ("5", "a")] {
        let push = comment(id, pair, "x");
        let action = serde_json::json!({"v": 1, "action": push.action}).to_string();
        let sql = "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at)
                   VALUES (?1, ?1, ?2, 'guance', ?3, ?4, '', 'pending', 0)";
        old.execute(sql, rusqlite::params![push.key.as_str(), pair, action, push.content.as_str()]).unwrap();
    }
    drop(old);
    let state = State::open(&path).unwrap();
    let mut order = Vec::new();
    while let Some(next) = state.ready(Side::GUANCE, at(100), 1).unwrap().pop() {
        let tx = state.begin().unwrap();
        tx.mark_in_flight(&[&next.push.key], at(100)).unwrap();
        tx.done(&next.push.key, at(100)).unwrap();
        tx.commit().unwrap();
        order.push(next.push.key.as_str().trim_start_matches("jira/comment/").to_owned());
    }
    assert_eq!(order, ["1", "3", "2", "4", "5"]);
}
