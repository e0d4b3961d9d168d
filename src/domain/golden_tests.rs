//! Names that stand on the services and in state files for ever, byte for byte.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::name::ServiceName;
use super::*;
use crate::golden::{Line, golden, line};
use crate::secret::Secret;
use crate::text::Doc;

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
const ATTACHMENT: &str = "att_0123456789abcdef0123456789abcdef";
const PAIR: &str = "0f1e2d3c4b5a6978";

fn print() -> Fingerprint {
    Fingerprint::parse("00112233aabbccdd").unwrap()
}

fn notice() -> CommentId {
    CommentId::notice(&[ISSUE, "repeats"])
}

/// Every key that names an original, for ever.
fn originals() -> Vec<(String, Key)> {
    let (guance, jira) = (IssueId::new(ISSUE), IssueId::new("10001"));
    let mut keys = vec![
        ("issue of guance".to_owned(), Key::issue(Side::GUANCE, &guance)),
        ("issue of jira".to_owned(), Key::issue(Side::JIRA, &jira)),
        ("comment of guance".to_owned(), Key::comment(Side::GUANCE, &CommentId::new(REPLY))),
        ("comment of jira".to_owned(), Key::comment(Side::JIRA, &CommentId::new("10042"))),
        ("notice".to_owned(), Key::comment(Side::GUANCE, &notice())),
        ("file of guance".to_owned(), Key::file(Side::GUANCE, &FileId::new(ATTACHMENT))),
        ("file of jira".to_owned(), Key::file(Side::JIRA, &FileId::new("10009"))),
        ("link to the guance issue".to_owned(), Key::link(Side::GUANCE, &guance)),
        ("link to the jira issue".to_owned(), Key::link(Side::JIRA, &jira)),
    ];
    keys.extend(Field::ALL.map(|field| (format!("field {field}"), Key::field(ServiceName::GUANCE, &guance, field))));
    keys
}

#[test]
fn keys_are_what_they_were() {
    let mut lines = Vec::new();
    for (name, key) in originals() {
        let edit = key.edit(&print());
        assert_eq!((edit.origin(), edit.edit(&print())), (key.clone(), edit.clone()), "{name}: an edit of an edit");
        assert_eq!((key.as_str().parse(), edit.as_str().parse()), (Ok(key.clone()), Ok(edit.clone())), "{name}");
        let (side, kind, id) = edit.parts().unwrap();
        lines.push(line(format!("{name}, read back"), format!("{side} {} {id}", kind.as_str())));
        lines.push(line(format!("{name}, another content"), edit.as_str()));
        lines.push(line(name, key.as_str()));
    }
    golden(
        "keys.tsv",
        &lines,
        "a key names an original for ever, in the outbox and in the marker of its copy: with another text an upgrade would \
         take every original for a new one, and make a second issue, comment, file or link of it",
    );
}

#[test]
fn ids_of_notices_are_what_they_were() {
    let notices =
        [&[ISSUE, "repeats"][..], &[ISSUE], &[ISSUE, "resolved", "1", "20"], &[ISSUE, "title", "1", "磁盘满"]];
    let lines: Vec<Line> =
        notices.map(|parts| line(parts.join(" "), CommentId::notice(parts).as_str())).into_iter().collect();
    assert!(notice().is_notice() && Key::comment(Side::GUANCE, &notice()).is_about_notice());
    golden(
        "notices.tsv",
        &lines,
        "the id of a notice is made of what it tells of: with another id an upgrade would give every notice a second time",
    );
}

#[test]
fn words_are_what_they_were() {
    let mut lines: Vec<Line> =
        Side::BOTH.map(|side| line(if side.is_source() { "Guance" } else { "Jira" }, side.as_str())).into();
    let kinds = [Kind::Issue, Kind::Comment, Kind::Field, Kind::Link, Kind::Attachment];
    lines.extend(kinds.map(|kind| line(format!("kind {kind:?}"), kind.as_str())));
    lines.extend(Field::ALL.map(|field| line(format!("field {field:?}"), field.as_str())));
    let stages = [Stage::Pending, Stage::Held, Stage::InFlight, Stage::Done, Stage::Dead];
    lines.extend(stages.map(|stage| line(format!("stage {stage:?}"), stage.as_str())));
    golden(
        "words.tsv",
        &lines,
        "these words stand in keys and in the columns of state files: with another word an upgrade would not find its own \
         rows, and would write again what they hold",
    );
}

#[test]
fn fingerprints_are_what_they_were() {
    let comment =
        Comment { body: Doc::from_plain("looking\nat it\n\n磁盘满"), ..fixtures::comment(Side::JIRA, "10042") };
    let issue = Issue { title: "磁盘满".into(), body: comment.body.clone(), ..fixtures::issue(Side::GUANCE) };
    let lines = [
        line("of nothing", Fingerprint::of(&[]).as_str()),
        line("of one empty part", Fingerprint::of(&[""]).as_str()),
        line("of one part", Fingerprint::of(&["ab"]).as_str()),
        line("of two parts", Fingerprint::of(&["a", "b"]).as_str()),
        line("text of a comment", comment.body.canonical()),
        line("comment", comment.fingerprint().as_str()),
        line("comment of nothing", fixtures::comment(Side::GUANCE, REPLY).fingerprint().as_str()),
        line("issue", issue.fingerprint().as_str()),
        line("deleted on guance", CommentLink::tombstone(Side::GUANCE, &CommentId::new(REPLY)).as_str()),
        line("deleted on jira", CommentLink::tombstone(Side::JIRA, &CommentId::new("10042")).as_str()),
        line(
            "changed and lost",
            Base { guance: Some("10".into()), ..Base::default() }.outdated(Side::GUANCE).guance.unwrap().stored(),
        ),
    ];
    golden(
        "fingerprints.tsv",
        &lines,
        "what was copied is known by its fingerprint: with another one an upgrade would take every original for edited, and \
         write every copy again",
    );
}

#[test]
fn seals_are_what_they_were() {
    let keys = SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap());
    let issue = IssueId::new("10001");
    let places = [
        ("on jira, by an account", comment_place(&issue, "acc-bot")),
        ("on jira, by nobody in particular", comment_place(&issue, "")),
        ("on guance", comment_place(&IssueId::new(ISSUE), "")),
        ("issue on jira", issue_place(PAIR, "acc-bot")),
    ];
    let mut lines: Vec<Line> = places.iter().map(|(name, place)| line(format!("place {name}"), place)).collect();
    let seal = |key: &Key, place: &str| keys.seal(key, &print(), place).unwrap();
    for (name, key) in originals() {
        for (place, text) in &places {
            assert_eq!(seal(&key, text), seal(&key.edit(&print()), text), "an edit is sealed as its original");
            lines.push(line(format!("{name} {place}"), seal(&key, text).as_str()));
        }
    }
    lines.push(line("key of a credential", SealKey::derive(&Secret::new("a credential")).reveal()));
    let two = keys.clone().followed_by(&SealKey::parse(&"08".repeat(32)).unwrap());
    lines.push(line("two keys as they are kept", two.reveal()));
    golden(
        "seals.tsv",
        &lines,
        "a seal proves a copy where the account is another one: with another seal an upgrade would take its own copies for \
         somebody's words, copy them back, and copy their originals again",
    );
}

#[test]
fn fragments_are_what_they_were() {
    let seal = Seal::parse(&"5a".repeat(16)).unwrap();
    let (notice, key) = (notice(), Key::comment(Side::GUANCE, &CommentId::new(REPLY)));
    let ids = [
        ("comment of jira", "https://jira.example/browse/OPS-12?focusedCommentId=10042", None),
        ("file of jira", "https://jira.example/browse/OPS-12?attachment=10009", None),
        ("reply of guance", "https://console.guance.example/x?w=1&__docid=issue_1", Some(REPLY)),
        ("notice", "https://console.guance.example/x?w=1&__docid=issue_1", Some(notice.as_str())),
    ];
    let mut lines = Vec::new();
    for (name, address, id) in ids {
        for (sealed, seal) in [("", None), (", sealed", Some(seal.clone()))] {
            let marker = Marker { address, id, content: print(), seal };
            assert_eq!(Marker::parse(&marker.url()), Some(marker.clone()), "{name}{sealed} is not read again");
            lines.push(line(format!("{name}{sealed}"), marker.url()));
        }
    }
    let tombstone = CommentLink::tombstone(Side::GUANCE, &key.comment_on(Side::GUANCE).unwrap());
    lines.push(line(
        "deleted",
        Marker { address: "https://g/x", id: Some(REPLY), content: tombstone, seal: None }.url(),
    ));
    golden(
        "fragments.tsv",
        &lines,
        "the fragment of a copy's first link names its original: with another grammar an upgrade that has lost its state would \
         not recognise its copies, and would copy every comment a second time",
    );
}
