//! What guajira writes into Guance, byte for byte, and what earlier versions wrote: both are recognised for ever.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::claim::Authors;
use super::convert::{Place, comment, issue, reply_request};
use super::extend::add_link;
use super::settings::ReplyFormat;
use crate::domain::{
    Action, Comment, Field, File, Fingerprint, IssueId, Key, Level, Maker, NewIssue, Person, Push, SealKey, SealKeys,
    ServiceName, Side, fixtures,
};
use crate::golden::line;
use crate::plan::fields;
use crate::ports::{Facts, OWN_ACCOUNTS, SEAL_KEYS};
use crate::render;
use crate::text::{Doc, html, markdown};
use crate::words::Voice;

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const JIRA: &str = "https://jira.example/browse/OPS-12";

const PLACE: Place<'_> = Place { line: ServiceName::GUANCE, console_url: "https://c" };

fn golden(name: &str) -> String {
    let path = format!("{}/tests/data/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().trim_end_matches('\n').to_owned()
}

fn keys() -> SealKeys {
    SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap())
}

struct Known;

impl Facts for Known {
    fn recall(&self, name: &str, _: std::time::Duration) -> Option<String> {
        match name {
            SEAL_KEYS => Some(keys().reveal()),
            OWN_ACCOUNTS => Some("wsak_us".to_owned()),
            _ => None,
        }
    }

    fn remember(&self, _: &str, _: &str) {}

    fn forget(&self, _: &str) {}
}

fn push(key: Key, body: Doc, content: Fingerprint) -> Push {
    let issue = IssueId::new(ISSUE);
    let action = Action::AddComment { issue: issue.clone(), body, origin_url: String::new(), internal: false };
    Push { key, pair: issue, target: Side::GUANCE, action, content, summary: String::new(), seal: None }
}

/// The copy of a comment, and the reply that carries a file.
fn copies() -> [Push; 2] {
    let content = Fingerprint::parse("00112233aabbccdd").unwrap();
    let mia = Person { id: "mia".into(), name: "Mia · 张三 <x>".into(), email: None };
    let time = "2026-11-22T10:00:00Z".parse().unwrap();
    let comment = Comment {
        url: format!("{JIRA}?focusedCommentId=10042"),
        author: mia.clone(),
        body: Doc::from_plain("looking at it"),
        created: time,
        updated: time,
        ..fixtures::comment(Side::JIRA, "10042")
    };
    let file = File { size: Some(5), author: mia, created: Some(time), ..fixtures::file(Side::JIRA, "10009") };
    [
        push(
            Key::comment(Side::JIRA, &comment.id),
            render::comment(&comment, "OPS-12", &content, Voice::default()),
            content.clone(),
        ),
        push(Key::file(Side::JIRA, &file.id), render::file(&file, "OPS-12", JIRA, &content, Voice::default()), content),
    ]
}

fn written(push: &Push, format: ReplyFormat) -> (String, Value) {
    let Action::AddComment { body, issue, .. } = &push.action else { panic!() };
    let request = reply_request(format, issue, body, JIRA, push);
    (request["content"].as_str().unwrap().to_owned(), json!({"guajira": request["extend"]["guajira"]}))
}

#[test]
fn what_is_written_is_what_was_written_and_all_of_it_is_recognised() {
    let authors = Authors::known(&Known, &[]);
    for (name, push) in ["comment", "file"].into_iter().zip(copies()) {
        let key = push.key.clone();
        for (version, push) in [("-0.1", push.clone()), ("", push.sealed(&keys(), "services", ""))] {
            let told = |what: &str| {
                format!("{what} of {name}{version} is other than it was: an upgrade would copy the {name} once more")
            };
            let claimed = |maker: &str, extend: &Value, text: &Doc| {
                let claim = authors.claim(maker, extend, text, &IssueId::new(ISSUE));
                claim
                    .map(|claim| (claim.key, claim.written.map(|it| it.as_str().to_owned()), claim.maker, claim.sealed))
            };
            let sealed = version.is_empty();
            let print = Some("00112233aabbccdd".to_owned());
            let ours = Some((key.clone(), print.clone(), Maker::Us, sealed));
            // Whoever wrote it, a seal counts, and nothing else does.
            let others = sealed.then(|| (key.clone(), print.clone(), Maker::Other, true));
            for (format, ending) in
                [(ReplyFormat::Html, "html"), (ReplyFormat::Markdown, "md"), (ReplyFormat::Text, "txt")]
            {
                let text = golden(&format!("{name}{version}.{ending}"));
                assert_eq!(written(&push, format).0, text, "{}", told(ending));
                let read = if format == ReplyFormat::Html { html::read(&text) } else { markdown::read(&text) };
                assert_eq!(claimed("wsak_us", &Value::Null, &read), ours, "{}", told(ending));
                assert_eq!(claimed("wsak_x", &Value::Null, &read), others, "{}", told(ending));
            }
            let extend: Value = serde_json::from_str(&golden(&format!("{name}{version}.extend.json"))).unwrap();
            assert_eq!(written(&push, ReplyFormat::Html).1, extend, "{}", told("extend"));
            assert_eq!(claimed("wsak_us", &extend, &Doc::default()), ours, "{}", told("extend"));
            assert_eq!(claimed("wsak_x", &extend, &Doc::default()), others, "{}", told("extend"));
        }
    }
}

#[test]
fn the_other_issue_is_linked_as_it_was() {
    let mut extend = serde_json::Map::new();
    assert!(add_link(&mut extend, "OPS-12", JIRA) && !add_link(&mut extend, "OPS-12", JIRA), "once");
    crate::golden::golden(
        "guance-links.tsv",
        &[line("link", Value::Object(extend).to_string())],
        "a link is known by its address: written in another way an upgrade would add it a second time",
    );
}

#[test]
fn what_people_write_on_guance_has_the_fingerprint_that_it_had() {
    let read = |path: &str| {
        let path = format!("{}/tests/data/text/comments/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let mut lines = Vec::new();
    for (name, text) in [
        ("a few words", "looking at it".to_owned()),
        ("a few words as HTML", "<p>looking at it</p>".to_owned()),
        ("every construct", read("guance.html")),
        ("a monitor's alarm", read("monitor.md")),
        ("nothing", String::new()),
    ] {
        let row = json!({"uuid": "repim_1", "type": "reply", "content": text, "createAt": 10, "updateAt": 20,
            "creator": "acnt_1", "workspaceUUID": "wksp_1"});
        let id = IssueId::new(ISSUE);
        let reply = comment(serde_json::from_value(row).unwrap(), &[], &id, PLACE, &Authors::default()).unwrap();
        lines.push(line(format!("reply: {name}"), reply.fingerprint().as_str()));
        let row = json!({"uuid": ISSUE, "name": "磁盘满", "description": text, "statusType": 20, "createAt": 10,
            "updateAt": 20, "extend": {"manager": ["group_2", "acnt_1", "someone@example.com"]}});
        let level = Level { id: "system_level_1".into(), name: "P1".into() };
        let issue = issue(serde_json::from_value(row).unwrap(), Some(level), PLACE).unwrap();
        lines.push(line(format!("issue: {name}"), issue.fingerprint().as_str()));
        let new = NewIssue {
            title: issue.title.clone(),
            body: render::issue(&issue, Voice::default()),
            ..NewIssue::default()
        };
        let carried = fields::Carried { new, ..fields::Carried::default() };
        for field in Field::ALL {
            lines.push(line(format!("issue: {name}: {field}"), fields::value(&issue, field, &carried).stored()));
        }
    }
    crate::golden::golden(
        "read-on-guance.tsv",
        &lines,
        "an edit is told by the fingerprint of what is read: with another one an upgrade would take everything for edited, \
         write every copy again and every field once more",
    );
}
