//! The state file's own rules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

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
    assert_eq!(ready(&state), ["jira/comment/3", "jira/comment/2"], "a dead write does not block its lane");
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
        assert!(sql == outbox::IN_FLIGHT || !plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
        assert!(!plan.iter().any(reads_all), "{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("INDEX outbox_turn (target=? AND stage=?)")), "{plan:#?}");
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

#[test]
fn lanes_take_turns_and_keep_their_own_order_from_run_to_run() {
    let (dir, state) = fresh();
    let send = |state: &State| {
        let next = state.ready(Side::Guance, at(100), 1).unwrap().pop().unwrap().push;
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
    for (id, lane) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "b"), ("5", "a")] {
        let push = comment(id, lane, "x");
        let action = serde_json::json!({"v": 1, "action": push.action}).to_string();
        let sql = "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at)
                   VALUES (?1, ?1, ?2, 'guance', ?3, ?4, '', 'pending', 0)";
        old.execute(sql, rusqlite::params![push.key.as_str(), lane, action, push.content.as_str()]).unwrap();
    }
    drop(old);
    let state = State::open(&path).unwrap();
    let mut order = Vec::new();
    while let Some(next) = state.ready(Side::Guance, at(100), 1).unwrap().pop() {
        let tx = state.begin().unwrap();
        tx.mark_in_flight(&[&next.push.key], at(100)).unwrap();
        tx.done(&next.push.key, at(100)).unwrap();
        tx.commit().unwrap();
        order.push(next.push.key.as_str().trim_start_matches("jira/comment/").to_owned());
    }
    assert_eq!(order, ["1", "3", "2", "4", "5"]);
}

/// Every byte of the file and of what lies beside it.
fn bytes_of(dir: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(word)
}

/// A word that stands nowhere else, in a text of any length.
fn secret(n: u32) -> (String, String) {
    let word = format!("word{n:05}secret");
    let times = [0, 3, 40, 170, 400].into_iter().cycle().nth(n as usize).unwrap();
    let filler = "and so on, and so on. ".repeat(times);
    (word.clone(), format!("{word} {filler}"))
}

#[test]
fn what_was_withdrawn_leaves_no_word_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open_with(&dir.path().join("guajira.db"), Durability::Process).unwrap();
    let mut words = Vec::new();
    let mut plant = |n: u32, lane: &str, id: &str| {
        let (word, text) = secret(n);
        words.push(word);
        let mut push = comment(id, lane, &text);
        push.summary = format!("comment {id}");
        push
    };
    let settle = |change: &dyn Fn(&Tx<'_>)| {
        let tx = state.begin().unwrap();
        change(&tx);
        tx.commit().unwrap();
    };
    for n in 0..400 {
        let (lane, id) = (format!("lane{}", n % 7), n.to_string());
        let push = plant(n * 2, &lane, &id);
        enqueue(&state, &push);
        if n % 3 == 0 {
            // Replaced where it stands, by something longer or shorter.
            enqueue(&state, &plant(n * 2 + 1, &lane, &id));
        }
        let key = &push.key;
        match n % 8 {
            0 => settle(&|tx| tx.withdraw(key).unwrap()),
            1 => settle(&|tx| tx.done(key, at(1)).unwrap()),
            2 => settle(&|tx| {
                tx.bury(key, "no", at(1)).unwrap();
                tx.withdraw(key).unwrap();
            }),
            3 => {
                let mut edit = plant(n * 2 + 2000, &lane, &id);
                edit.key = edit.key.edit(&edit.content);
                enqueue(&state, &edit);
                let mut later = plant(n * 2 + 2001, &lane, &id);
                later.key = later.key.edit(&later.content);
                enqueue(&state, &later);
                settle(&|tx| tx.done(&later.key, at(1)).unwrap());
            }
            4 => settle(&|tx| {
                let link = crate::domain::CommentLink {
                    origin: Side::Jira,
                    origin_id: CommentId::new(&id),
                    copy_id: CommentId::new(format!("copy{id}")),
                    lane: IssueId::new(&lane),
                    written: None,
                };
                tx.forget_comments(&link).unwrap();
            }),
            _ => {}
        }
        if n % 50 == 49 {
            for lane in 0..7 {
                settle(&|tx| assert!(tx.abandon(&IssueId::new(format!("lane{lane}")), Side::Guance).is_ok()));
            }
        }
    }
    for lane in 0..7 {
        settle(&|tx| assert!(tx.abandon(&IssueId::new(format!("lane{lane}")), Side::Guance).is_ok()));
    }
    assert!(state.unsettled().unwrap().is_empty());
    assert!(state.clear_remains().unwrap());
    drop(state);
    let bytes = bytes_of(dir.path());
    let all = String::from_utf8_lossy(&bytes);
    let left: Vec<&String> = words.iter().filter(|word| all.contains(word.as_str())).collect();
    assert!(left.is_empty(), "{} of {}: {left:?}", left.len(), words.len());
}

#[test]
fn what_an_older_version_left_between_the_rows_is_cleared_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.pragma_update(None, "secure_delete", "OFF").unwrap();
    schema::migrate_to(&old, 6);
    let (word, text) = secret(3);
    let sql = "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at)
               VALUES (?1, ?1, 'a', 'guance', ?2, 'x', '', 'pending', 0)";
    old.execute(sql, ["jira/comment/1", &text]).unwrap();
    old.execute("DELETE FROM outbox", []).unwrap();
    old.execute("INSERT INTO run (kind, started) VALUES ('ordinary', 1)", []).unwrap();
    drop(old);
    assert!(holds(&bytes_of(dir.path()), &word));
    let state = State::open(&path).unwrap();
    assert!(state.clear_remains().unwrap());
    assert!(!state.clear_remains().unwrap(), "once");
    drop(state);
    assert!(!holds(&bytes_of(dir.path()), &word));
    let (_dir, state) = fresh();
    assert!(!state.clear_remains().unwrap(), "a new file has none");
}

/// Years ahead, as a machine without a battery may be for one run.
const WRONG: i64 = 2_000_000_000;

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
        tx.keep_unreadable(Side::Jira, &IssueId::new("1"), "odd", at(seconds)).unwrap();
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
