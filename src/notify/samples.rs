//! Messages for tests. The integration tests read this file too, which is why it calls the library by its name.
#![allow(clippy::unwrap_used, reason = "tests")]

use guajira::domain::{Event, Message, Place};

/// What has hurt somebody in some chat: mentions of everybody and of one, links, pictures, tags, and what only looks so.
pub(crate) const HOSTILE: &[&str] = &[
    "<at id=all></at>",
    "<at user_id=\"all\">everybody</at>",
    "<at id=ou_18eac8></at>",
    "@all @所有人 @channel @here @everyone @li.si",
    "@13800000000",
    "<!channel> <!here> <!everyone> <!subteam^S1> <@U123|li> <#C1>",
    "<@all> <@li.si>",
    "[click](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "[x]: https://evil.example\n[x]",
    "<https://evil.example|jira.example>",
    "<a href=\"https://evil.example\">x</a> <img src=x> <font color=\"red\">x</font>",
    "&lt;!channel&gt; &amp;lt;@U123&amp;gt; &#60;at id=all&#62;",
    "# h\n> q\n- l\n1. n\n```\ncode\n```\n---",
    "**b** _i_ ~s~ `c` \\*x\\*",
    "＠all ＜!channel＞ ﹫all",
    "\\u003c!channel\\u003e \\",
    "\"}},{\"tag\":\"at\",\"user_id\":\"all\"}",
    "{{ secret }} ${x} %s",
];

/// Returns a message that reads so.
pub(crate) fn message(text: &str) -> Message {
    Message {
        id: "0a1b2c3d4e5f6071".to_owned(),
        event: Event::Created,
        at: "2026-11-22T10:00:00Z".parse().unwrap(),
        count: 1,
        source: "guance".to_owned(),
        item: Some(Place::new("issue_a", "https://guance.example/issue_a")),
        jira: Some(Place::new("OPS-1", "https://jira.example/browse/OPS-1")),
        title: "disk full".to_owned(),
        level: Some("P1".to_owned()),
        who: None,
        status: None,
        excerpt: String::new(),
        mention: Vec::new(),
        text: text.to_owned(),
    }
}
