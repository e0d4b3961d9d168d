//! What guajira writes into Guance, byte for byte, and what earlier versions wrote: both are recognised for ever.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::claim::Authors;
use super::convert::reply_request;
use super::settings::ReplyFormat;
use crate::domain::{
    Action, Comment, CommentId, File, FileId, Fingerprint, IssueId, Key, Maker, Person, Push, SealKey, SealKeys, Side,
    Visibility,
};
use crate::ports::{Facts, OWN_ACCOUNTS, SEAL_KEYS};
use crate::render;
use crate::text::{Doc, html, markdown};

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const JIRA: &str = "https://jira.example/browse/OPS-12";

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
    Push { key, lane: issue, target: Side::Guance, action, content, summary: String::new(), seal: None }
}

/// The copy of a comment, and the reply that carries a file.
fn copies() -> [Push; 2] {
    let content = Fingerprint::parse("00112233aabbccdd").unwrap();
    let mia = Person { id: "mia".into(), name: "Mia · 张三 <x>".into(), email: None };
    let time = "2026-11-22T10:00:00Z".parse().unwrap();
    let comment = Comment {
        side: Side::Jira,
        id: CommentId::new("10042"),
        issue: IssueId::new("10001"),
        url: format!("{JIRA}?focusedCommentId=10042"),
        author: mia.clone(),
        body: Doc::from_plain("looking at it"),
        created: time,
        updated: time,
        visibility: Visibility::Public,
        claim: None,
        by_monitor: false,
    };
    let file = File {
        side: Side::Jira,
        id: FileId::new("10009"),
        issue: IssueId::new("10001"),
        name: "trace.txt".into(),
        size: Some(5),
        mime: None,
        url: None,
        author: mia,
        created: Some(time),
        ours: false,
    };
    [
        push(Key::comment(Side::Jira, &comment.id), render::comment(&comment, "OPS-12", &content), content.clone()),
        push(Key::file(Side::Jira, &file.id), render::file(&file, "OPS-12", JIRA, &content), content),
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
