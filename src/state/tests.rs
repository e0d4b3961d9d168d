//! The state file's own rules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::{Absence, Action, CommentId, Fingerprint, IssueId, IssueLink, Key, Push, Side, Stage};
use crate::text::Doc;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn fresh() -> (tempfile::TempDir, State) {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open(&dir.path().join("guajira.db")).unwrap();
    (dir, state)
}

fn comment(id: &str, lane: &str, text: &str) -> Push {
    Push {
        key: Key::comment(Side::Jira, &CommentId::new(id)),
        lane: IssueId::new(lane),
        target: Side::Guance,
        action: Action::AddComment {
            issue: IssueId::new(lane),
            body: Doc::from_plain(text),
            origin_url: String::new(),
            internal: false,
        },
        content: Fingerprint::of(&[text]),
        summary: format!("comment {text}"),
        seal: None,
    }
}

fn enqueue(state: &State, push: &Push) {
    let tx = state.begin().unwrap();
    tx.enqueue(push, false, at(0)).unwrap();
    tx.commit().unwrap();
}

fn ready(state: &State) -> Vec<String> {
    let rows = state.ready(Side::Guance, at(100), 50).unwrap();
    rows.into_iter().map(|queued| queued.push.key.as_str().to_owned()).collect()
}

#[test]
fn a_text_of_any_depth_can_be_read_back() {
    let (_dir, state) = fresh();
    let (open, close) = ("<blockquote><ul><li><table><tr><td>", "</td></tr></table></li></ul></blockquote>");
    let nested = |open: &str, close: &str| {
        format!("{}<a href='https://x'><b>deep</b></a>{}", open.repeat(300), close.repeat(300))
    };
    let texts = [
        nested("<ul><li>", "</li></ul>"),
        nested("<blockquote>", "</blockquote>"),
        nested("<table><tr><td>", "</td></tr></table>"),
        nested(open, close),
    ];
    for (n, text) in texts.iter().enumerate() {
        let mut push = comment(&n.to_string(), &n.to_string(), "x");
        let Action::AddComment { body, .. } = &mut push.action else { panic!() };
        *body = crate::text::html::read(text);
        enqueue(&state, &push);
        assert_eq!(state.ready(Side::Guance, at(100), 50).unwrap().get(n).map(|queued| &queued.push), Some(&push));
    }
}

#[test]
fn only_the_first_write_of_a_lane_is_ready() {
    let (_dir, state) = fresh();
    for (id, lane) in [("1", "a"), ("2", "a"), ("3", "b")] {
        enqueue(&state, &comment(id, lane, "x"));
    }
    assert_eq!(ready(&state), ["jira/comment/1", "jira/comment/3"]);
    let tx = state.begin().unwrap();
    tx.bury(&Key::comment(Side::Jira, &CommentId::new("1")), "too long", at(1)).unwrap();
    tx.commit().unwrap();
    assert_eq!(ready(&state), ["jira/comment/2", "jira/comment/3"], "a dead write does not block its lane");
}

#[test]
fn enqueueing_twice_adds_nothing_and_an_unsent_write_follows_its_original() {
    let (_dir, state) = fresh();
    enqueue(&state, &comment("1", "a", "old"));
    enqueue(&state, &comment("1", "a", "new"));
    let rows = state.unsettled().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows.first().unwrap().push, comment("1", "a", "new"));
}

#[test]
fn a_write_in_flight_is_not_touched_by_a_new_plan() {
    let (_dir, state) = fresh();
    let push = comment("1", "a", "old");
    enqueue(&state, &push);
    let tx = state.begin().unwrap();
    tx.mark_in_flight(&[&push.key], at(1)).unwrap();
    tx.commit().unwrap();
    enqueue(&state, &comment("1", "a", "new"));
    let rows = state.in_flight(Side::Guance).unwrap();
    assert_eq!(rows.first().map(|row| (&row.push, row.stage)), Some((&push, Stage::InFlight)));
}

#[test]
fn a_newer_edit_replaces_an_unsent_one_and_an_old_one_may_come_back() {
    let (_dir, state) = fresh();
    let edit = |text: &str| {
        let mut push = comment("1", "a", text);
        push.key = push.key.edit(&push.content);
        push
    };
    enqueue(&state, &edit("b"));
    enqueue(&state, &edit("c"));
    assert_eq!(ready(&state), [edit("c").key.as_str()]);
    let tx = state.begin().unwrap();
    tx.done(&edit("c").key, at(1)).unwrap();
    tx.commit().unwrap();
    enqueue(&state, &edit("b"));
    enqueue(&state, &edit("c"));
    assert_eq!(ready(&state), [edit("c").key.as_str()]);
}

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
    assert_eq!(state.requests_since("key", at(40), at(100)).unwrap(), [at(100)]);
    assert!(state.requests_since("key", at(140), at(200)).unwrap().is_empty());
}

#[test]
fn a_cursor_never_moves_backwards() {
    let (_dir, state) = fresh();
    for seconds in [500, 300] {
        let tx = state.begin().unwrap();
        tx.advance(Side::Jira, &Cursor { at: at(seconds), floor: at(100), swept: at(0) }).unwrap();
        tx.commit().unwrap();
    }
    assert_eq!(state.cursor(Side::Jira).unwrap().unwrap().at, at(500));
}

#[test]
fn the_file_is_private_and_a_newer_or_foreign_one_is_refused_by_name() {
    let (dir, state) = fresh();
    let path = dir.path().join("guajira.db");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    state.conn.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    let err = State::open(&path).unwrap_err();
    assert!(matches!(err, StateError::Newer { version: 99, .. }), "{err}");
    let foreign = dir.path().join("foreign.db");
    std::fs::write(&foreign, "not a database at all, but long enough to be looked at as one").unwrap();
    let err = State::open(&foreign).unwrap_err();
    assert!(matches!(err, StateError::Corrupt(_)), "{err}");
}

#[test]
fn a_folder_in_the_files_place_is_told_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let err = State::open(dir.path()).unwrap_err();
    assert!(matches!(&err, StateError::Inaccessible(why) if why.ends_with("is a folder")), "{err}");
}

#[test]
fn one_run_at_a_time_and_the_lock_goes_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let held = RunLock::take(&path).unwrap();
    assert!(held.is_some());
    assert!(RunLock::take(&path).unwrap().is_none());
    drop(held);
    assert!(RunLock::take(&path).unwrap().is_some());
}

#[test]
fn a_copy_in_memory_leaves_the_file_alone() {
    let (dir, state) = fresh();
    enqueue(&state, &comment("1", "a", "x"));
    let copy = State::open_copy(&dir.path().join("guajira.db")).unwrap();
    enqueue(&copy, &comment("2", "b", "y"));
    assert_eq!(copy.unsettled().unwrap().len(), 2);
    assert_eq!(state.unsettled().unwrap().len(), 1);
}

#[test]
fn retry_takes_a_key_the_id_of_an_item_or_everything() {
    let (_dir, state) = fresh();
    for (id, lane) in [("1", "a"), ("2", "b"), ("3", "c")] {
        let push = comment(id, lane, "x");
        enqueue(&state, &push);
        let tx = state.begin().unwrap();
        tx.bury(&push.key, "no", at(1)).unwrap();
        tx.commit().unwrap();
    }
    let revive = |id: Option<&str>| {
        let tx = state.begin().unwrap();
        let n = tx.revive(id).unwrap();
        tx.commit().unwrap();
        n
    };
    assert_eq!(revive(Some("jira/comment/1")), 1);
    assert_eq!(revive(Some("2")), 1);
    assert_eq!(revive(Some("unknown")), 0);
    assert_eq!(revive(None), 1);
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
        assert!(!plan.iter().any(reads_all), "{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("INDEX outbox_stage (target=? AND stage=?)")), "{plan:#?}");
    }
}

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
        tx.thread_read(&link.guance, Side::Guance, seen, at(active), at(polled.max(1))).unwrap();
    }
    tx.set_closed(&IssueId::new("issue_4"), true).unwrap();
    let key = Key::comment(Side::Guance, &CommentId::new("repim_1"));
    tx.missed(&key, &IssueId::new("issue_3"), 7, now).unwrap();
    tx.commit().unwrap();
    let turn = |run| {
        let due = state.threads_in_turn(at(996_400), at(999_700), now, run, 10).unwrap();
        due.into_iter().map(|link| link.jira_name).collect::<Vec<_>>()
    };
    assert_eq!(turn(7), ["OPS-2", "OPS-5"], "what this run missed is for the next one");
    assert_eq!(turn(8), ["OPS-2", "OPS-3", "OPS-5"]);
}

#[test]
fn what_one_run_misses_a_later_one_must_miss_too() {
    let (_dir, state) = fresh();
    let lane = IssueId::new("issue_1");
    let key = Key::issue(Side::Jira, &IssueId::new("1"));
    let tx = state.begin().unwrap();
    tx.link_issues(&IssueLink::new(lane.clone(), IssueId::new("1"), "OPS-1"), at(1), at(1)).unwrap();
    tx.missed(&key, &lane, 3, at(5)).unwrap();
    tx.missed(&key, &lane, 4, at(6)).unwrap();
    tx.commit().unwrap();
    assert_eq!(state.absences(&lane).unwrap().get(&key), Some(&Absence::Missed(3)), "the first is kept");
    assert!(!state.issue_link(Side::Guance, &lane).unwrap().unwrap().gone);
    let tx = state.begin().unwrap();
    tx.gone(&key).unwrap();
    tx.commit().unwrap();
    assert!(state.issue_link(Side::Guance, &lane).unwrap().unwrap().gone);
    assert_eq!(state.gone_issues().unwrap().first().map(|one| one.since), Some(at(5)));
    let tx = state.begin().unwrap();
    assert!(tx.found(&key).unwrap());
    tx.commit().unwrap();
    assert!(!state.issue_link(Side::Guance, &lane).unwrap().unwrap().gone);
}

#[test]
fn what_turned_out_to_be_done_is_not_put_back_nor_given_up() {
    let (_dir, state) = fresh();
    let push = comment("10001", "issue_a", "hello");
    enqueue(&state, &push);
    let tx = state.begin().unwrap();
    tx.mark_in_flight(&[&push.key], at(1)).unwrap();
    tx.done(&push.key, at(2)).unwrap();
    tx.defer(&push.key, Deferral { not_before: at(3), counts: true }, Some("unsure")).unwrap();
    tx.bury(&push.key, "refused", at(3)).unwrap();
    tx.mark_in_flight(&[&push.key], at(4)).unwrap();
    tx.commit().unwrap();
    assert_eq!((state.unsettled().unwrap(), state.in_flight(Side::Guance).unwrap()), (Vec::new(), Vec::new()));
    assert_eq!(ready(&state), Vec::<String>::new());
}
