//! What is read next, and what is missed.

use super::*;
use crate::domain::{Absence, IssueLink};

#[test]
fn threads_come_in_turn_by_activity_and_closed_ones_not_at_all() {
    let (_dir, state) = fresh();
    let now = at(1_000_000);
    let tx = state.begin().unwrap();
    // Active long ago; never read; just read; closed; in doubt.
    for (n, active, polled) in
        [(1, 0, 0), (2, 999_000, 0), (3, 999_000, 999_990), (4, 999_000, 0), (5, 999_000, 999_990)]
    {
        let link = IssueLink::new(IssueId::new(format!("issue_{n}")), IssueId::new(n.to_string()), format!("OPS-{n}"));
        tx.link_issues(&link, at(active), now).unwrap();
        let seen = (n != 5).then(|| at(active));
        tx.thread_read(&link.guance, Side::GUANCE, seen, at(active), at(polled.max(1))).unwrap();
    }
    tx.set_closed(&IssueId::new("issue_4"), true).unwrap();
    let key = Key::comment(Side::GUANCE, &CommentId::new("repim_1"));
    tx.missed(&key, &IssueId::new("issue_3"), 7, now).unwrap();
    tx.commit().unwrap();
    let turn = |run| {
        let due = state.threads_in_turn(at(996_400), at(999_700), now, run, 10).unwrap();
        due.into_iter().map(|thread| thread.link.jira_name).collect::<Vec<_>>()
    };
    assert_eq!(turn(7), ["OPS-2", "OPS-5"], "what this run missed is for the next one");
    assert_eq!(turn(8), ["OPS-2", "OPS-3", "OPS-5"]);
}

#[test]
fn what_one_run_misses_a_later_one_must_miss_too() {
    let (_dir, state) = fresh();
    let pair = IssueId::new("issue_1");
    let key = Key::issue(Side::JIRA, &IssueId::new("1"));
    let tx = state.begin().unwrap();
    tx.link_issues(&IssueLink::new(pair.clone(), IssueId::new("1"), "OPS-1"), at(1), at(1)).unwrap();
    tx.missed(&key, &pair, 3, at(5)).unwrap();
    tx.missed(&key, &pair, 4, at(6)).unwrap();
    tx.commit().unwrap();
    assert_eq!(state.absences(&pair).unwrap().get(&key), Some(&Absence::Missed(3)), "the first is kept");
    assert!(!state.issue_link(Side::GUANCE, &pair).unwrap().unwrap().gone);
    let tx = state.begin().unwrap();
    tx.gone(&key).unwrap();
    tx.commit().unwrap();
    assert!(state.issue_link(Side::GUANCE, &pair).unwrap().unwrap().gone);
    assert_eq!(state.gone_issues().unwrap().first().map(|one| one.since), Some(at(5)));
    let tx = state.begin().unwrap();
    assert!(tx.found(&key).unwrap());
    tx.commit().unwrap();
    assert!(!state.issue_link(Side::GUANCE, &pair).unwrap().unwrap().gone);
}
