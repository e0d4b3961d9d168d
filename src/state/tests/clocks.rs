//! Clocks that were wrong for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;

/// Years ahead, as a machine without a battery may be for one run.
const WRONG: i64 = 2_000_000_000;

#[test]
fn a_clock_set_back_neither_blocks_a_write_nor_frees_a_request() {
    let (_dir, state) = fresh();
    let push = comment("1", "a", "x");
    enqueue(&state, &push);
    let tx = state.begin().unwrap();
    let wait = Deferral { not_before: at(100) + TimeDelta::days(2), counts: true };
    tx.defer(&push.key, wait, None).unwrap();
    tx.commit().unwrap();
    assert_eq!(ready(&state), ["jira/comment/1"]);
    state.record_request("key", at(5000)).unwrap();
    let made = |from, now| state.requests_since("key", at(from), at(now), 20).unwrap();
    assert_eq!(made(40, 100), Made { count: 1, first: Some(at(100)) });
    assert_eq!(made(140, 200), Made::default());
}

#[test]
fn what_is_accepted_later_is_newer_though_the_clock_was_set_back() {
    let (_dir, state) = fresh();
    let item = IssueId::new("a-1");
    for seconds in [500, 300, 300] {
        state.accept(&[(item.clone(), "{}".to_owned())], at(seconds)).unwrap();
    }
    let arrived: Vec<_> = state.rows_of_item(&item, 10).unwrap().iter().map(|row| row.arrived).collect();
    assert!(arrived.is_sorted_by(|one, next| one < next), "{arrived:?}");
}

#[test]
fn a_cursor_never_moves_backwards() {
    let (_dir, state) = fresh();
    for seconds in [500, 300] {
        let tx = state.begin().unwrap();
        tx.advance(Side::JIRA, &Cursor { at: at(seconds), floor: at(100), swept: at(0) }).unwrap();
        tx.commit().unwrap();
    }
    assert_eq!(state.cursor(Side::JIRA).unwrap().unwrap().at, at(500));
}

#[test]
fn a_run_whose_clock_was_ahead_is_not_the_last_for_ever() {
    let (_dir, state) = fresh();
    let run = |from: i64, good: bool| {
        let id = state.begin_run("ordinary", at(from)).unwrap();
        let end = RunEnd { good, summary: "", failures: &BTreeMap::new(), read: &BTreeSet::new() };
        state.end_run(id, &end, at(from + 1)).unwrap();
    };
    run(1_000_000, true);
    run(WRONG, true);
    assert_eq!(state.status().unwrap().last_good, Some(at(WRONG + 1)), "what the number says");
    run(1_000_060, false);
    run(1_000_120, true);
    let status = state.status().unwrap();
    assert_eq!(status.last_good, Some(at(1_000_121)));
    assert_eq!(status.runs.len(), 4, "the wrong clock forgot no run");
    assert_eq!(state.first_run(at(1_000_180)).unwrap(), Some(at(1_000_000)));
    assert_eq!(state.first_run(at(1_000_000 + 95 * 86_400)).unwrap(), Some(at(WRONG)), "as far as anybody remembers");
}

#[test]
fn what_was_learnt_by_a_clock_that_was_ahead_is_unknown() {
    use crate::ports::Facts as _;
    let (_dir, state) = fresh();
    let age = Duration::from_hours(1);
    state.set_fact("a", "1", Utc::now() + TimeDelta::days(20_000)).unwrap();
    assert_eq!(state.recall("a", age), None);
    state.remember("a", "2");
    assert_eq!(state.recall("a", age).as_deref(), Some("2"));
}

#[test]
fn a_record_that_a_clock_ahead_could_not_read_is_tried_again_soon() {
    let (_dir, state) = fresh();
    let keep = |seconds: i64| {
        let tx = state.begin().unwrap();
        tx.keep_unreadable(Side::JIRA, &IssueId::new("1"), "odd", at(seconds)).unwrap();
        tx.commit().unwrap();
    };
    let is_due = |seconds: i64| !state.unreadable_before(at(seconds)).unwrap().is_empty();
    keep(WRONG);
    assert!(is_due(1_000_000));
    keep(1_000_000);
    assert!(!is_due(1_000_060), "and not in every run");
    assert!(is_due(1_000_600));
    keep(1_000_600);
    keep(WRONG);
    assert!(is_due(1_001_200), "an old one, too");
}
