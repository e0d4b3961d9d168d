//! What a Jira is asked to write, byte for byte: labels, properties, remote links, and the write counter of our user.

use guajira::domain::{Action, Comment, CommentId, Fingerprint, Key, Person, Push, SealKey, SealKeys, Side};
use guajira::ports::{Facts as _, Registry as _};
use guajira::render;
use guajira::words::Voice;

use super::{BOTH, PAIR, Rig, create, files, links, reply, text, uuid};
use crate::adapter::requests;
use crate::fixtures;
use crate::golden::{Line, golden, line};

fn keys() -> SealKeys {
    SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap())
}

fn comment(rig: &Rig) -> Push {
    let original = Comment {
        issue: uuid(1),
        url: "https://guance.example/x".into(),
        author: Person { name: "张三".into(), ..Person::default() },
        body: text("looking at it"),
        created: super::start(),
        ..fixtures::comment(Side::GUANCE, reply(1).as_str())
    };
    let content = original.fingerprint();
    let body = render::comment(&original, "", &content, Voice::default());
    let action = Action::AddComment { issue: rig.id("OPS-1"), body, origin_url: original.url.clone(), internal: false };
    Push { key: Key::comment(Side::GUANCE, &original.id), content, ..super::comment_push(1, "", action) }
}

fn edited(push: &Push, comment: &str) -> Push {
    let Action::AddComment { issue, body, origin_url, internal } = push.action.clone() else { panic!() };
    let action = Action::EditComment { issue, comment: CommentId::new(comment), body, origin_url, internal };
    let content = Fingerprint::of(&["edited"]);
    Push { key: push.key.edit(&content), action, content, ..push.clone() }
}

/// What was asked to be written since the last time, request by request.
fn written(rig: &Rig, what: &str, lines: &mut Vec<Line>) {
    lines.extend(requests(what, rig.fake.recorded()));
    rig.fake.clear_recorded();
}

#[test]
fn what_is_written_is_what_was_written() {
    let mut lines = Vec::new();
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let on = |what: &str| format!("{flavour:?}: {what}");
        let sealed = |push: Push| push.sealed(&keys(), PAIR, "bot");
        rig.facts.remember(guajira::ports::SEAL_KEYS, &keys().reveal());
        rig.facts.remember(guajira::ports::OWN_ACCOUNTS, "wsak_1");
        rig.push(sealed(create(1))).unwrap();
        written(&rig, &on("issue"), &mut lines);
        let push = comment(&rig);
        let copy = rig.push(sealed(push.clone())).unwrap().id;
        written(&rig, &on("comment"), &mut lines);
        rig.push(edited(&push, &copy)).unwrap();
        written(&rig, &on("edit"), &mut lines);
        rig.push(links::link(&rig, "OPS-1", "disk full")).unwrap();
        written(&rig, &on("link"), &mut lines);
        rig.run().write_register("79fdf46c0075061b:8", keys().first()).unwrap();
        written(&rig, &on("write counter"), &mut lines);
        let file = files::attach(&rig, "OPS-1", "a.txt");
        lines.push(line(on("file"), format!("{} {}", file.key, file.content)));
    }
    golden(
        "jira-writes.tsv",
        &lines,
        "this is what stands on Jira: with other labels, properties or remote links an upgrade that has lost its state would \
         not recognise its copies, and would make each a second time; with another write counter it would not notice an old state",
    );
}
