//! What a Guance is asked to write, byte for byte: replies with their `extend`, and the link in an issue's.

use guajira::domain::{SealKey, SealKeys};

use super::*;
use crate::adapter::requests;
use crate::golden::{Line, golden};

fn written(rig: &Rig, what: &str, lines: &mut Vec<Line>) {
    lines.extend(requests(what, rig.fake.recorded()));
    rig.fake.clear_recorded();
}

#[test]
fn what_is_written_is_what_was_written() {
    let keys = SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap());
    let mut lines = Vec::new();
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        let mut rig = Rig::new();
        rig.settings.reply_format = format;
        let issue = rig.fake.open_issue("a", "<p>x</p>", "P1", "张三");
        let sealed = |push: Push| push.sealed(&keys, "services", "");
        let reply = rig.push(sealed(copy(&issue, "在看了\nlooking at it"))).unwrap().id;
        written(&rig, &format!("{format:?}: reply"), &mut lines);
        rig.push(sealed(edit(&issue, &reply, "done"))).unwrap();
        written(&rig, &format!("{format:?}: edit"), &mut lines);
        rig.push(links::link(&issue)).unwrap();
        written(&rig, &format!("{format:?}: link"), &mut lines);
    }
    golden(
        "guance-writes.tsv",
        &lines,
        "this is what stands on Guance: with another marker an upgrade that has lost its state would not recognise its replies, \
         and would copy every comment a second time",
    );
}
