//! What guajira writes into Jira, byte for byte, and what earlier versions wrote: both are recognised for ever.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};

use super::claim::label_id;
use super::convert::Reader;
use super::draft::Draft;
use super::links::global_id;
use super::wire;
use super::words::{Text, marker};
use crate::domain::{
    Action, Comment, CommentId, Field, Fingerprint, IssueId, Key, Maker, NewIssue, Person, Push, SealKey, SealKeys,
    Side, fixtures,
};
use crate::golden::line;
use crate::plan::fields;
use crate::render;
use crate::text::Doc;
use crate::words::Voice;

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
const PRINT: &str = "00112233aabbccdd";
const PAIR: &str = "0f1e2d3c4b5a6978";

const READ: &str = "an edit is told by the fingerprint of what is read: with another one an upgrade would take everything for \
                    edited, write every copy again and every field once more";

fn golden(name: &str) -> String {
    let path = format!("{}/tests/data/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().trim_end_matches('\n').to_owned()
}

fn golden_json(name: &str) -> Value {
    serde_json::from_str(&golden(name)).unwrap()
}

fn keys() -> SealKeys {
    SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap())
}

fn push(key: Key, action: Action) -> Push {
    let content = Fingerprint::parse(PRINT).unwrap();
    Push { key, pair: IssueId::new(ISSUE), target: Side::JIRA, action, content, summary: String::new(), seal: None }
}

fn reply() -> Push {
    let time = "2026-11-22T10:00:00Z".parse().unwrap();
    let reply = Comment {
        issue: IssueId::new(ISSUE),
        url: format!("https://console.guance.example/exceptions?sourceType=exceptions_tracing&__docid={ISSUE}"),
        author: Person { id: "acnt_x".into(), name: "Mia · 张三 [x]".into(), email: None },
        body: Doc::from_plain("looking at it"),
        created: time,
        updated: time,
        ..fixtures::comment(Side::GUANCE, REPLY)
    };
    let body = render::comment(&reply, "", &Fingerprint::parse(PRINT).unwrap(), Voice::default());
    let issue = IssueId::new("10001");
    let action = Action::AddComment { issue, body, origin_url: reply.url.clone(), internal: false };
    push(Key::comment(Side::GUANCE, &reply.id), action)
}

fn written(push: &Push, cloud: bool) -> Value {
    let Action::AddComment { body, origin_url, .. } = &push.action else { panic!() };
    Text { body, origin_url }.rich(cloud)
}

fn with_reader<T>(read: impl FnOnce(Reader<'_>) -> T) -> T {
    let me = wire::User { account_id: "acc-bot".into(), ..wire::User::default() };
    read(Reader {
        source: Side::GUANCE,
        base: "https://jira.example",
        me: &me,
        former: &[],
        keys: &keys(),
        pair: PAIR,
        former_pairs: &[],
    })
}

type Claimed = Option<(String, Option<String>, Maker, bool)>;

fn of_comment(author: &str, body: &Value, property: &Value) -> Claimed {
    let raw = json!({"id": "10042", "author": {"accountId": author}, "body": body, "created": "2026-11-22T10:11:12Z",
        "properties": [{"key": "guajira", "value": property}]});
    let raw = wire::read(raw).unwrap();
    let claim = with_reader(|reader| reader.comment(&raw, &IssueId::new("10001"), "OPS-1", false).claim)?;
    Some((claim.key.to_string(), claim.written.map(|it| it.as_str().to_owned()), claim.maker, claim.sealed))
}

fn of_issue(author: &str, property: &Value) -> Claimed {
    let raw = json!({"id": "10001", "key": "OPS-1", "properties": {"guajira": property},
        "fields": {"creator": {"accountId": author}, "updated": "2026-11-22T10:11:12Z"}});
    let raw = wire::read(raw).unwrap();
    let claim = with_reader(|reader| reader.issue(&raw, false).unwrap().claim)?;
    Some((claim.key.to_string(), claim.written.map(|it| it.as_str().to_owned()), claim.maker, claim.sealed))
}

/// What is expected of a marker of one version: by our own account, and by another.
fn wanted(key: &str, sealed: bool) -> [(&'static str, Claimed); 2] {
    let of = |maker| Some((key.to_owned(), Some(PRINT.to_owned()), maker, sealed));
    [("acc-bot", of(Maker::Us)), ("acc-mia", of(Maker::Other).filter(|_| sealed))]
}

#[test]
fn a_comment_is_written_as_it_was_and_every_version_of_it_is_recognised() {
    let key = format!("guance/comment/{REPLY}");
    let (by_issue, by_author) = (reply().sealed(&keys(), PAIR, ""), reply().sealed(&keys(), PAIR, "acc-bot"));
    for (version, push) in [("-0.1", reply()), ("-by-issue", by_issue), ("", by_author)] {
        let told =
            |what: &str| format!("{what}{version} is other than it was: an upgrade would copy the reply once more");
        let (wiki, adf) = (golden(&format!("reply{version}.wiki")), golden_json(&format!("reply{version}.adf.json")));
        assert_eq!(written(&push, false), json!(wiki), "{}", told("wiki"));
        assert_eq!(written(&push, true), adf, "{}", told("ADF"));
        let property = golden_json(&format!("comment-property{version}.json"));
        assert_eq!(marker(&push, PAIR), property, "{}", told("property"));
        // A seal of today's holds on what its account wrote.
        let [(us, ours), (others, theirs)] = wanted(&key, version != "-0.1");
        for (author, want) in [(us, ours), (others, theirs.filter(|_| version == "-by-issue"))] {
            assert_eq!(of_comment(author, &json!(wiki), &Value::Null), want, "{}", told("wiki"));
            assert_eq!(of_comment(author, &adf, &Value::Null), want, "{}", told("ADF"));
            assert_eq!(of_comment(author, &json!("x"), &property), want, "{}", told("property"));
        }
    }
}

#[test]
fn an_issue_is_marked_as_it_was_and_every_version_of_it_is_recognised() {
    let key = Key::issue(Side::GUANCE, &IssueId::new(ISSUE));
    let create = || push(key.clone(), Action::CreateIssue(NewIssue::default()));
    for (version, push) in [("-0.1", create()), ("", create().sealed(&keys(), PAIR, "acc-bot"))] {
        let told = format!("issue property{version} is other than it was: an upgrade would make the issue once more");
        let property = golden_json(&format!("issue-property{version}.json"));
        assert_eq!(marker(&push, PAIR), property, "{told}");
        let [(us, ours), (others, _)] = wanted(key.as_str(), version.is_empty());
        assert_eq!(of_issue(us, &property), ours, "{told}");
        assert_eq!(of_issue(others, &property), None, "a seal holds on what its account created");
    }
}

#[test]
fn a_notice_is_marked_as_it_was() {
    let id = CommentId::notice(&[ISSUE, "repeats"]);
    let content = Fingerprint::parse(PRINT).unwrap();
    let url = "https://console.guance.example/x";
    let body = render::notice(url, &id, Doc::from_plain("told").blocks, &content, Voice::default());
    let issue = IssueId::new("10001");
    let action = Action::AddComment { issue, body, origin_url: url.into(), internal: true };
    let notice = push(Key::comment(Side::GUANCE, &id), action);
    let mut lines = Vec::new();
    for (version, push) in [("", notice.clone()), (", sealed", notice.sealed(&keys(), PAIR, "acc-bot"))] {
        lines.push(line(format!("wiki{version}"), written(&push, false).as_str().unwrap()));
        lines.push(line(format!("ADF{version}"), written(&push, true).to_string()));
        lines.push(line(format!("property{version}"), marker(&push, PAIR).to_string()));
    }
    crate::golden::golden(
        "notice.tsv",
        &lines,
        "a notice is known by its marker: with another one an upgrade that has lost its state would give it a second time, and \
         take the first one for a person's words",
    );
}

#[test]
fn an_issue_has_the_label_that_it_had_and_every_version_of_it_is_read() {
    let key = Key::issue(Side::GUANCE, &IssueId::new(ISSUE));
    let create = push(key, Action::CreateIssue(NewIssue::default()));
    let mut lines = vec![line("label", Draft::new(&create).unwrap().marker_label().unwrap())];
    for label in [ISSUE.to_owned(), format!("guance-{ISSUE}"), format!("guance_{ISSUE}"), format!("guance{ISSUE}")] {
        let read = label_id(&label).map_or_else(|| "nothing".to_owned(), |id| id.to_string());
        lines.push(line(format!("{label} is read as"), read));
    }
    crate::golden::golden(
        "labels.tsv",
        &lines,
        "the label is what a look-up searches for: with another one an upgrade that has lost its state would find no copy, and \
         make every issue a second time",
    );
}

#[test]
fn the_other_issue_is_linked_under_the_name_that_it_had() {
    let lines = [
        line("address with a host", global_id("https://console.guance.example/x?a=b", ISSUE)),
        line("address with a port", global_id("https://console.guance.example:8443/x", ISSUE)),
        line("address that is too long", global_id(&format!("https://{}/x", "h".repeat(250)), ISSUE)),
    ];
    crate::golden::golden(
        "remote-links.tsv",
        &lines,
        "Jira knows a remote link by its global id: with another one an upgrade would add a second link beside the first",
    );
}

#[test]
fn what_people_write_on_jira_has_the_fingerprint_that_it_had() {
    let read = |path: &str| {
        let path = format!("{}/tests/data/text/comments/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let words = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "looking at it"}]}]});
    let mut lines = Vec::new();
    for (name, body) in [
        ("a few words on cloud", words),
        ("a few words on server", json!("looking at it")),
        ("every construct on cloud", serde_json::from_str(&read("cloud.json")).unwrap()),
        ("every construct on server", json!(read("server.wiki"))),
        ("nothing", Value::Null),
    ] {
        let raw =
            json!({"id": "10042", "author": {"accountId": "acc-mia"}, "body": body, "created": "2026-11-22T10:11:12Z"});
        let raw = wire::read(raw).unwrap();
        let comment = with_reader(|reader| reader.comment(&raw, &IssueId::new("10001"), "OPS-1", false));
        lines.push(line(format!("comment: {name}"), comment.fingerprint().as_str()));
        let raw = json!({"id": "10001", "key": "OPS-1", "fields": {"updated": "2026-11-22T10:11:12Z", "summary": "磁盘满",
            "description": body, "priority": {"id": "2", "name": "High"}, "assignee": {"accountId": "acc-mia",
            "name": "mia", "displayName": "Mia · 张三", "emailAddress": "mia@example.com"},
            "status": {"id": "3", "name": "In Review", "statusCategory": {"key": "indeterminate"}}}});
        let raw = wire::read(raw).unwrap();
        let issue = with_reader(|reader| reader.issue(&raw, false).unwrap());
        for field in Field::ALL {
            let said = fields::value(&issue, field, &fields::Carried::default()).stored();
            lines.push(line(format!("issue: {name}: {field}"), said));
        }
    }
    crate::golden::golden("read-on-jira.tsv", &lines, READ);
}
