//! State files of earlier versions, with a write in every stage, and the writes in them are understood for ever.
#![allow(clippy::expect_used, clippy::panic, clippy::too_many_lines, clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use rusqlite::Connection;

use super::*;
use crate::domain::{
    Action, Change, CommentId, DroppedField, FieldValue, File, FileId, Fingerprint, IssueId, Key, NewField, NewIssue,
    Person, Push, Said, Side, Stage, StatusCategory, StatusTarget, fixtures,
};
use crate::golden::{Line, golden, line};
use crate::text::{Doc, markdown};

const TOLD: &str = "an upgrade would lose this write, or send it twice";

const ISSUE: &str = "issue_f1c3dd7d1aa380fa7ba60a37502f690f";

fn opened() -> (tempfile::TempDir, State) {
    opened_from(include_str!("../../tests/data/golden/state-6.sql"))
}

fn opened_from(sql: &str) -> (tempfile::TempDir, State) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let state = State::open(&path).expect(
        "a state file of an earlier version cannot be opened: every pair would be looked for again, and what waited would \
         be forgotten",
    );
    (dir, state)
}

#[test]
fn a_state_of_version_0_1_is_read_whole() {
    let (_dir, state) = opened();
    let told = "an upgrade would forget this pair, and make its copy once more";
    let link = state.issue_link(Side::GUANCE, &IssueId::new(ISSUE)).unwrap().expect(told);
    assert_eq!((link.jira.as_str(), link.jira_name.as_str(), link.gone, link.closed), ("10002", "OPS-1", false, false));
    assert_eq!(state.count_links().unwrap(), (5, 11), "{told}");
    let comment = state.comment_link(Side::GUANCE, &CommentId::new("repim_2f4c6b4a8b185719697ce407a6a6a3ca")).unwrap();
    let comment = comment.expect(told);
    assert_eq!((comment.copy_id.as_str(), comment.pair.as_str()), ("10004", ISSUE), "{told}");
    assert_eq!(comment.written.map(|content| content.as_str().to_owned()).as_deref(), Some("18727a1e52ffea3a"));
    assert!(state.file_link(Side::JIRA, &crate::domain::FileId::new("10022")).unwrap().is_some(), "{told}");
    assert!(state.cursor(Side::GUANCE).unwrap().is_some() && state.cursor(Side::JIRA).unwrap().is_some());
    assert_eq!(state.fact("engine.counter").unwrap().map(|(value, _)| value).as_deref(), Some("8"));
    assert_eq!(state.absences(&IssueId::new(ISSUE)).unwrap().len(), 1);
}

#[test]
fn every_write_that_version_0_1_left_is_understood() {
    let (_dir, state) = opened();
    let backlog = state.backlog().unwrap();
    let told = TOLD;
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
    let ready = state.ready(Side::GUANCE, in_a_year, 50).unwrap();
    assert_eq!(ready.iter().map(|queued| queued.push.key.as_str()).collect::<Vec<_>>(), ["jira/comment/10026"]);
    // What is done is known to be: nothing would be made again.
    let key: Key = format!("guance/issue/{ISSUE}").parse().unwrap();
    let issue = IssueId::new(ISSUE);
    let known = state.known_issues(Side::GUANCE, [(&issue, Some(key.clone()))].into_iter()).unwrap();
    assert_eq!(known.outbox.get(&key).map(|(stage, _)| *stage), Some(Stage::Done), "{told}");
}

fn body() -> Doc {
    markdown::read("looking at **it**, see [the runbook](https://wiki.example/disk)\n\n- one\n- two")
}

/// Every kind of write, with everything in it that can be.
fn actions() -> Vec<(&'static str, Action)> {
    let (guance, jira) = (IssueId::new(ISSUE), IssueId::new("10002"));
    let origin_url = || "https://console.guance.example/x".to_owned();
    let field = |field: &str, value| NewField { field: field.to_owned(), value };
    let fields = vec![
        field("customfield_10010", FieldValue::Text("web-1".into())),
        field("Zones", FieldValue::List(vec!["a".into(), "b".into()])),
        field("Place", FieldValue::Table([("value".to_owned(), "EU".to_owned())].into())),
    ];
    let new = NewIssue {
        reuse: None,
        project: "OPS".into(),
        issue_type: "Bug".into(),
        title: "磁盘满".into(),
        body: body(),
        labels: vec!["guance".into()],
        priority: Some("High".into()),
        origin_url: origin_url(),
        components: vec!["disk".into()],
        security: Some("internal".into()),
        parent: Some("OPS-1".into()),
        request_type: None,
        assignees: Vec::new(),
        fields: fields.clone(),
        left_out: vec![DroppedField { field: "Odd".into(), why: "no number".into() }],
    };
    let comment = || CommentId::new("repim_0123456789abcdef0123456789abcdef");
    let mia = Person { id: "5b1".into(), name: "Mia".into(), email: Some("mia@example.com".into()) };
    let file = File {
        issue: jira.clone(),
        size: Some(5),
        mime: Some("text/plain".into()),
        url: Some("https://jira.example/secure/attachment/10009/trace.txt".into()),
        author: mia.clone(),
        created: Some(fixtures::at(1_795_000_000)),
        ..fixtures::file(Side::JIRA, "10009")
    };
    let change = |change| Action::ChangeIssue { issue: jira.clone(), change, value: "20".into() };
    let status = StatusTarget {
        names: vec!["Done".into(), "10002".into()],
        category: StatusCategory::Done,
        resolution: Some("Fixed".into()),
        fields,
    };
    let plain =
        StatusTarget { names: Vec::new(), category: StatusCategory::InProgress, resolution: None, fields: Vec::new() };
    vec![
        ("create issue", Action::CreateIssue(new)),
        ("create issue of little", Action::CreateIssue(NewIssue { project: "OPS".into(), ..NewIssue::default() })),
        (
            "add comment",
            Action::AddComment { issue: jira.clone(), body: body(), origin_url: origin_url(), internal: true },
        ),
        (
            "edit comment",
            Action::EditComment {
                issue: guance.clone(),
                comment: comment(),
                body: body(),
                origin_url: origin_url(),
                internal: false,
            },
        ),
        ("delete comment", Action::DeleteComment { issue: guance.clone(), comment: comment() }),
        ("change title", change(Change::Title("磁盘满".into()))),
        ("change description", change(Change::Body { body: body(), origin_url: origin_url() })),
        ("change priority", change(Change::Priority("High".into()))),
        ("change assignee", change(Change::Assignee { set: Some(mia), instead_of: Some("acnt_1".into()) })),
        ("change assignee to nobody", change(Change::Assignee { set: None, instead_of: None })),
        ("change status", change(Change::Status(status))),
        ("change status to a category", change(Change::Status(plain))),
        (
            "add file",
            Action::AddFile { issue: guance.clone(), file: Box::new(file), note: body(), origin_url: origin_url() },
        ),
        ("link issue", Action::LinkIssue { issue: jira, to: guance, title: "磁盘满".into(), url: origin_url() }),
    ]
}

fn push((name, action): (&str, Action)) -> Push {
    Push {
        key: Key::comment(Side::JIRA, &CommentId::new(name)),
        pair: IssueId::new(ISSUE),
        target: Side::JIRA,
        action,
        content: Fingerprint::parse("00112233aabbccdd").unwrap(),
        summary: name.to_owned(),
        seal: None,
    }
}

#[test]
fn writes_are_stored_as_they_were() {
    let lines: Vec<Line> = actions().into_iter().map(|one| line(one.0, outbox::encode(&push(one)).unwrap())).collect();
    golden(
        "actions.tsv",
        &lines,
        "this is how writes wait in state files: an upgrade that reads another form would lose what waits, and one that writes \
         another form could not be taken back",
    );
}

#[test]
fn a_state_of_schema_10_is_read_whole() {
    let (_dir, state) = opened_from(include_str!("../../tests/data/golden/state-10.sql"));
    let (mut lines, mut left) = (Vec::new(), actions());
    for row in state.unsettled().expect(TOLD) {
        let Queued {
            push,
            stage: place,
            attempts,
            sent_at,
            not_before,
            doubt,
            alone,
            absences,
            absent_since,
            error,
            ..
        } = row;
        let Push { key, pair, target, action, content, summary, .. } = push;
        // The rows that version 0.1 left have a test of their own.
        if let Some(at) = left.iter().position(|(name, _)| *name == summary) {
            assert_eq!(action, left.remove(at).1, "{key}: {TOLD}");
        }
        let ms = |at: Option<DateTime<chrono::Utc>>| at.map(|at| at.timestamp_millis());
        let doubt = doubt.map(|doubt| if doubt == Doubt::Alone { "alone" } else { "in company" });
        let (stands, not_before, sent_at, absent_since) =
            (place.as_str(), ms(not_before), ms(sent_at), ms(absent_since));
        let when = format!("not before {not_before:?}, sent {sent_at:?}, absent {absences} since {absent_since:?}");
        let how = format!("attempts {attempts}, {error:?}, doubt {doubt:?}, alone {alone}");
        lines.push(line(key.as_str(), format!("{stands} to {target}, {pair}, {content}, {summary:?}; {how}; {when}")));
    }
    assert!(left.is_empty(), "{TOLD}: {left:?}");
    let ready = |side| {
        let rows = state.ready(side, fixtures::at(1_827_000_000), 50).unwrap();
        rows.iter().map(|queued| queued.push.key.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    lines.extend(Side::BOTH.map(|side| line(format!("ready for {side}"), ready(side))));
    for link in state.recent_links(50).unwrap() {
        let ms = |side| link.seen(side).map(|at| at.timestamp_millis());
        let (guance, jira) = (ms(Side::GUANCE), ms(Side::JIRA));
        let says = format!("{} {} {guance:?} {jira:?} {} {}", link.jira, link.jira_name, link.closed, link.gone);
        for (field, base) in state.bases(&link.guance).unwrap() {
            let says = format!(
                "{:?} {:?} {}",
                base.on(Side::GUANCE).map(Said::stored),
                base.on(Side::JIRA).map(Said::stored),
                base.version
            );
            lines.push(line(format!("{field} of {}", link.guance), says));
        }
        for one in state.comments_of(&link.guance).unwrap() {
            let written = one.written.map(|content| content.as_str().to_owned());
            lines.push(line(
                format!("{} {}", one.origin, one.origin_id),
                format!("{} {} {written:?}", one.copy_id, one.pair),
            ));
        }
        lines.push(line(link.guance.as_str(), says));
    }
    let file = state.file_link(Side::JIRA, &FileId::new("10022")).unwrap().expect(TOLD);
    lines.push(line("file 10022 of jira", format!("{} {}", file.copy_id, file.pair)));
    let backlog = state.backlog().unwrap();
    lines.push(line("backlog", serde_json::json!(backlog).to_string()));
    golden(
        "state-10.tsv",
        &lines,
        "this is what a state file says: an upgrade that reads it otherwise would forget pairs, and make their copies once more, \
         or lose what waits",
    );
}
