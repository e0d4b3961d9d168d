//! A state file of version 0.1, with a write in every stage, is understood for ever.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use rusqlite::Connection;

use super::*;
use crate::domain::{Action, CommentId, IssueId, Key, Side, Stage};

const ISSUE: &str = "issue_f1c3dd7d1aa380fa7ba60a37502f690f";

fn opened() -> (tempfile::TempDir, State) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let sql = include_str!("../../tests/data/golden/state-6.sql");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let state = State::open(&path).expect(
        "a state file of version 0.1 (schema 6) cannot be opened: every pair would be looked for again, and what waited \
         would be forgotten",
    );
    (dir, state)
}

#[test]
fn a_state_of_version_0_1_is_read_whole() {
    let (_dir, state) = opened();
    let told = "an upgrade would forget this pair, and make its copy once more";
    let link = state.issue_link(Side::Guance, &IssueId::new(ISSUE)).unwrap().expect(told);
    assert_eq!((link.jira.as_str(), link.jira_name.as_str(), link.gone, link.closed), ("10002", "OPS-1", false, false));
    assert_eq!(state.count_links().unwrap(), (5, 11), "{told}");
    let comment = state.comment_link(Side::Guance, &CommentId::new("repim_2f4c6b4a8b185719697ce407a6a6a3ca")).unwrap();
    let comment = comment.expect(told);
    assert_eq!((comment.copy_id.as_str(), comment.lane.as_str()), ("10004", ISSUE), "{told}");
    assert_eq!(comment.written.map(|content| content.as_str().to_owned()).as_deref(), Some("18727a1e52ffea3a"));
    assert!(state.file_link(Side::Jira, &crate::domain::FileId::new("10022")).unwrap().is_some(), "{told}");
    assert!(state.cursor(Side::Guance).unwrap().is_some() && state.cursor(Side::Jira).unwrap().is_some());
    assert_eq!(state.fact("engine.counter").unwrap().map(|(value, _)| value).as_deref(), Some("8"));
    assert_eq!(state.absences(&IssueId::new(ISSUE)).unwrap().len(), 1);
}

#[test]
fn every_write_that_version_0_1_left_is_understood() {
    let (_dir, state) = opened();
    let backlog = state.backlog().unwrap();
    let told = "an upgrade would lose this write, or send it twice";
    assert_eq!((backlog.pending, backlog.held, backlog.in_doubt, backlog.dead), (1, 3, 1, 1), "{told}");
    let unsettled = state.unsettled().expect(told);
    let of =
        |stage| unsettled.iter().filter(move |queued| queued.stage == stage).map(|queued| queued.push.key.as_str());
    assert_eq!(of(Stage::InFlight).collect::<Vec<_>>(), ["jira/comment/10024"], "{told}");
    assert_eq!(of(Stage::Dead).collect::<Vec<_>>(), ["jira/comment/10025"], "{told}");
    assert_eq!(of(Stage::Pending).collect::<Vec<_>>(), ["jira/comment/10026"], "{told}");
    assert_eq!(of(Stage::Held).count(), 3, "{told}");
    for queued in &unsettled {
        let body = match &queued.push.action {
            Action::AddComment { body, internal: false, .. } => body,
            Action::CreateIssue(new) if new.project == "OPS" => &new.body,
            other => panic!("{told}: {other:?}"),
        };
        assert!(!body.blocks.is_empty() && queued.push.seal.is_none(), "{told}");
    }
    let in_a_year = DateTime::from_timestamp(1_827_000_000, 0).unwrap();
    let ready = state.ready(Side::Guance, in_a_year, 50).unwrap();
    assert_eq!(ready.iter().map(|queued| queued.push.key.as_str()).collect::<Vec<_>>(), ["jira/comment/10026"]);
    // What is done is known to be: nothing would be made again.
    let key: Key = format!("guance/issue/{ISSUE}").parse().unwrap();
    let issue = IssueId::new(ISSUE);
    let known = state.known_issues(Side::Guance, [(&issue, Some(key.clone()))].into_iter()).unwrap();
    assert_eq!(known.outbox.get(&key).map(|(stage, _)| *stage), Some(Stage::Done), "{told}");
}
