//! What guajira writes in Chinese and in another time zone, byte for byte: it is recognised for ever, as English is.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::{Lang, Voice, Zone};
use crate::domain::marker::{Marker, own_link};
use crate::domain::{
    Comment, CommentId, CommentLink, File, Fingerprint, Issue, IssueId, Level, Person, Side, SourceDetail, fixtures,
};
use crate::golden::{golden, line};
use crate::render;
use crate::text::{Block, Doc, Inline, Rest, adf, beginning, html, markdown, wiki};

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
const PRINT: &str = "00112233aabbccdd";
const CONSOLE: &str = "https://console.guance.example/x?__docid=issue_1";

const CONSEQUENCE: &str = "guajira recognises its own words by these: after a lost state an upgrade would take its copies for \
                           somebody's words, and carry them back";

fn shanghai(lang: Lang) -> Voice {
    Voice { lang, zone: Zone::called("Asia/Shanghai").unwrap(), ..Voice::default() }
}

/// Everything that is written into issues, as trees.
fn every_text(voice: Voice) -> Vec<(&'static str, Doc)> {
    let content = Fingerprint::parse(PRINT).unwrap();
    let mia = Person { id: "mia".into(), name: "Mia · 张三 <x>".into(), email: None };
    let created = "2026-11-22T10:00:00Z".parse().unwrap();
    let said = |side: Side, id: &str, url: &str| Comment {
        url: url.into(),
        author: mia.clone(),
        body: Doc::from_plain("looking at it"),
        created,
        updated: created,
        ..fixtures::comment(side, id)
    };
    let browse = "https://jira.example/browse/OPS-12";
    let comment = render::comment(&said(Side::JIRA, "10042", browse), "OPS-12", &content, voice);
    let reply = render::comment(&said(Side::GUANCE, REPLY, CONSOLE), "OPS-12", &content, voice);
    let file =
        File { size: Some(5), author: mia.clone(), created: Some(created), ..fixtures::file(Side::JIRA, "10009") };
    let file = render::file(&file, "OPS-12", browse, &content, voice);
    let notice = CommentId::notice(&[ISSUE, "repeats"]);
    let notice = render::notice(CONSOLE, &notice, vec![Block::paragraph("told")], &content, voice);
    let deleted = |origin: Side, id: &str, copy: &Doc| {
        let (origin_id, copy_id) = (CommentId::new(id), CommentId::new("1"));
        let link = CommentLink { origin, origin_id, copy_id, pair: IssueId::new(ISSUE), written: None };
        render::deleted(copy, &link, CONSOLE, "OPS-12", &content, voice)
    };
    let bare = Doc::from_plain("nothing but words");
    vec![
        ("comment of jira, deleted", deleted(Side::JIRA, "10042", &comment)),
        ("reply of guance, deleted", deleted(Side::GUANCE, REPLY, &reply)),
        ("comment of jira, without its line, deleted", deleted(Side::JIRA, "10042", &bare)),
        ("reply of guance, without its line, deleted", deleted(Side::GUANCE, REPLY, &bare)),
        ("comment of jira", comment),
        ("reply of guance", reply),
        ("file of jira", file),
        ("notice", notice),
    ]
}

fn issue() -> Issue {
    Issue {
        id: IssueId::new(ISSUE),
        url: CONSOLE.into(),
        body: Doc::from_plain("使用率 92%"),
        author: Person { id: "acnt_1".into(), name: "张三".into(), email: None },
        created: "2026-11-22T10:00:00Z".parse().unwrap(),
        ..fixtures::source(SourceDetail {
            level: Some(Level { id: "system_level_1".into(), name: "P1".into() }),
            resource: "disk check".into(),
            ..SourceDetail::default()
        })
    }
}

/// A text in every format, and how each is read again.
fn formats(doc: &Doc, most: usize, rest: Rest<'_>) -> [(&'static str, String, Doc); 4] {
    let adf = adf::write(doc, most * 2, rest);
    let (wiki, html, markdown) =
        (wiki::write(doc, most, rest), html::write(doc, most, rest), markdown::write(doc, most, rest));
    [
        ("adf", adf.to_string(), adf::read(&adf)),
        ("wiki", wiki.clone(), wiki::read(&wiki)),
        ("html", html.clone(), html::read(&html)),
        ("markdown", markdown.clone(), markdown::read(&markdown)),
    ]
}

#[test]
fn what_is_written_in_chinese_is_what_it_was_and_is_recognised() {
    let voice = shanghai(Lang::Zh);
    let rest = Rest { url: CONSOLE, lang: Lang::Zh };
    let mut lines = Vec::new();
    for (name, doc) in every_text(voice) {
        for (format, text, read) in formats(&doc, 10_000, rest) {
            let link = own_link(&read).unwrap_or_else(|| panic!("{name} in {format} is not recognised: {text}"));
            assert_eq!(Marker::parse(link).unwrap().content.as_str(), PRINT, "{name} in {format}");
            lines.push(line(format!("{name}: {format}"), text));
        }
    }
    let description = render::issue(&issue(), voice);
    for (format, text, read) in formats(&description, 10_000, rest) {
        assert_eq!(render::without_link_back(read).plain_text().trim(), "使用率 92%", "{format}: {text}");
        lines.push(line(format!("description: {format}"), text));
    }
    let long = Doc::from_plain(&"磁盘满 ".repeat(500));
    for (format, text, read) in formats(&long, 400, rest) {
        let link =
            |inline: &Inline| matches!(inline, Inline::Text { text, marks } if text == CONSOLE && !marks.is_empty());
        let last = read.blocks.last().cloned();
        assert!(matches!(last, Some(Block::Paragraph { content }) if content.iter().any(link)), "{format}: {text}");
        assert!(beginning(read).is_some(), "{format}: {text}");
        lines.push(line(format!("cut: {format}"), text));
    }
    let cut = adf::read(&adf::write(&long, 400, Rest { url: "", lang: Lang::Zh }));
    let last = Doc { blocks: cut.blocks.last().cloned().into_iter().collect() };
    lines.push(line("cut, without an address", last.plain_text()));
    assert!(beginning(cut).is_some());
    golden("written-in-chinese.tsv", &lines, CONSEQUENCE);
}

#[test]
fn english_in_another_time_zone_is_recognised_too() {
    for name in ["Asia/Kolkata", "America/New_York", "America/St_Johns", "UTC", "Pacific/Kiritimati"] {
        for lang in Lang::ALL {
            let voice = Voice { lang, zone: Zone::called(name).unwrap(), ..Voice::default() };
            for (what, doc) in every_text(voice) {
                for (format, text, read) in formats(&doc, 10_000, Rest { url: CONSOLE, lang }) {
                    assert!(own_link(&read).is_some(), "{what} in {format}, {name}: {text}");
                }
            }
        }
    }
}

#[test]
fn what_a_create_carries_is_known_by_the_same_fingerprint_in_every_language() {
    let issue = issue();
    let english = render::issue(&issue, Voice::default());
    for (text, at) in [("使用率 92%", 0), ("", 1)] {
        let body = if text.is_empty() { Doc::default() } else { Doc::from_plain(text) };
        let chinese = render::issue_as(&issue, body.clone(), shanghai(Lang::Zh));
        let as_before = render::issue_as(&issue, body, Voice::default());
        assert_ne!(chinese, as_before);
        assert_eq!(render::unspoken(&issue, chinese), as_before, "{at}");
    }
    assert_eq!(render::unspoken(&issue, english.clone()), english);
}
