#![allow(clippy::too_many_lines, reason = "tables")]

use serde_json::{Value, json};

use super::read;
use crate::text::constructs::check;

/// Inline nodes of a paragraph, or blocks.
fn adf_rows(rows: &[(Value, &str, &str)]) {
    for (node, in_markdown, in_wiki) in rows {
        check(&read(node), &node.to_string(), in_markdown, in_wiki);
    }
}

/// Source: `@atlaskit/adf-schema`; `schema` takes every node through every writer, this says what they become.
#[test]
fn adf_nodes_and_marks() {
    let text = |text: &str, marks: Value| json!({"type": "text", "text": text, "marks": marks});
    let para = |content: Value| json!({"type": "paragraph", "content": content});
    let marked = |kind: &str, attrs: Value| json!([{"type": kind, "attrs": attrs}]);
    let item = |kind: &str, content: Value| json!({"type": kind, "content": content});
    let node = |kind: &str, attrs: Value| json!({"type": kind, "attrs": attrs});
    let with = |kind: &str, attrs: Value, content: Value| json!({"type": kind, "attrs": attrs, "content": content});
    let x = || para(json!([text("x", json!([]))]));
    adf_rows(&[
        (
            para(json!([text("a", marked("strong", json!({}))), text("b", marked("underline", json!({})))])),
            "**a**b",
            "{*}a{*}{+}b{+}",
        ),
        (
            para(json!([
                text("a", marked("subsup", json!({"type": "sub"}))),
                text("b", marked("textColor", json!({"color": "#ff0000"})))
            ])),
            "ab",
            "{~}a{~}{color:#ff0000}b{color}",
        ),
        (
            para(json!([
                text("a", marked("backgroundColor", json!({"color": "#ff0000"}))),
                text("b", marked("annotation", json!({"id": "1"})))
            ])),
            "ab",
            "ab",
        ),
        (
            para(json!([
                text("a", marked("link", json!({"href": "https://e.com"}))),
                node("hardBreak", json!({})),
                text("b", marked("code", json!({})))
            ])),
            "[a](https://e.com)  \n`b`",
            "[a|https://e.com]\n{{b}}",
        ),
        (
            para(json!([
                node("mention", json!({"id": "5b", "text": "@Jo Wu"})),
                node("emoji", json!({"shortName": ":x:", "text": "❌"}))
            ])),
            "@Jo Wu❌",
            "@Jo Wu❌",
        ),
        (
            para(json!([
                node("date", json!({"timestamp": "1700000000000"})),
                node("status", json!({"text": "DONE", "color": "green"}))
            ])),
            "2023-11-14`DONE`",
            "2023-11-14{{{}DONE{}}}",
        ),
        (
            para(json!([
                node("inlineCard", json!({"url": "https://e.com/1"})),
                node("placeholder", json!({"text": "type"}))
            ])),
            "<https://e.com/1>type",
            "[https://e.com/1]type",
        ),
        (
            para(json!([
                node("mediaInline", json!({"id": "f", "type": "file", "alt": "a.log"})),
                node("inlineExtension", json!({"extensionKey": "k"}))
            ])),
            "\\[a.log\\]\\[unsupported: k\\]",
            "\\[a.log\\]\\[unsupported: k\\]",
        ),
        (with("heading", json!({"level": 2}), json!([text("a", json!([]))])), "## a", "h2. a"),
        (item("blockquote", json!([x()])), "> x", "{quote}\nx\n{quote}"),
        (
            item(
                "bulletList",
                json!([item("listItem", json!([x(), item("orderedList", json!([item("listItem", json!([x()]))]))]))]),
            ),
            "- x\n  1. x",
            "* x\n*# x",
        ),
        (with("orderedList", json!({"order": 3}), json!([item("listItem", json!([x()]))])), "3. x", "# x"),
        (
            item(
                "taskList",
                json!([
                    with("taskItem", json!({"state": "DONE"}), json!([text("a", json!([]))])),
                    item("taskList", json!([with("blockTaskItem", json!({"state": "TODO"}), json!([x()]))]))
                ]),
            ),
            "- [x] a\n  - [ ] x",
            "* ☑ a\n** ☐ x",
        ),
        (item("decisionList", json!([item("decisionItem", json!([text("go", json!([]))]))])), "- ◆ go", "* ◆ go"),
        (
            with("codeBlock", json!({"language": "rust"}), json!([text("a", json!([])), text("b", json!([]))])),
            "```rust\nab\n```",
            "{noformat}\nab\n{noformat}",
        ),
        (
            with("panel", json!({"panelType": "error"}), json!([x()])),
            "> **Error:**\n>\n> x",
            "{panel:bgColor=#ffebe6}\nx\n{panel}",
        ),
        (
            with("panel", json!({"panelType": "custom", "panelIconText": "🔥"}), json!([x()])),
            "> 🔥 x",
            "{panel}\n🔥 x\n{panel}",
        ),
        (item("rule", json!([])), "***", "----"),
        (
            item(
                "table",
                json!([
                    item("tableRow", json!([with("tableHeader", json!({"colspan": 2}), json!([x()]))])),
                    item(
                        "tableRow",
                        json!([
                            item("tableCell", json!([x(), x()])),
                            item("tableCell", json!([item("bulletList", json!([item("listItem", json!([x()]))]))]))
                        ])
                    )
                ]),
            ),
            "| x |  |\n| --- | --- |\n| x<br>x | \\- x |",
            "|| x ||  ||\n| x\\\\x | \\- x |",
        ),
        (
            item(
                "mediaSingle",
                json!([
                    node("media", json!({"type": "external", "url": "https://e.com/p.png", "alt": "p"})),
                    item("caption", json!([text("c", json!([]))]))
                ]),
            ),
            "![p](https://e.com/p.png)\n\nc",
            "!https://e.com/p.png|alt=p!\n\nc",
        ),
        (
            item(
                "mediaGroup",
                json!([
                    node("media", json!({"type": "file", "id": "f", "alt": "a.log"})),
                    node("media", json!({"type": "file", "id": "g"}))
                ]),
            ),
            "\\[a.log\\]\n\n\\[image\\]",
            "\\[a.log\\]\n\n\\[image\\]",
        ),
        (
            with(
                "expand",
                json!({"title": "T"}),
                json!([x(), with("nestedExpand", json!({"title": "U"}), json!([x()]))]),
            ),
            "**T**\n\nx\n\n**U**\n\nx",
            "{*}T{*}\n\nx\n\n{*}U{*}\n\nx",
        ),
        (
            item("layoutSection", json!([item("layoutColumn", json!([x()])), item("layoutColumn", json!([x()]))])),
            "x\n\nx",
            "x\n\nx",
        ),
        (
            node("blockCard", json!({"data": {"url": "https://e.com/2", "name": "Two"}})),
            "[Two](https://e.com/2)",
            "[Two|https://e.com/2]",
        ),
        (
            node("blockCard", json!({"datasource": {"id": "1"}})),
            "\\[unsupported: blockCard\\]",
            "\\[unsupported: blockCard\\]",
        ),
        (
            node("embedCard", json!({"url": "https://e.com/3", "layout": "wide"})),
            "<https://e.com/3>",
            "[https://e.com/3]",
        ),
        (
            node("extension", json!({"extensionKey": "toc", "extensionType": "m"})),
            "\\[unsupported: toc\\]",
            "\\[unsupported: toc\\]",
        ),
        (with("bodiedExtension", json!({"extensionKey": "excerpt"}), json!([x()])), "x", "x"),
        (node("syncBlock", json!({"resourceId": "r"})), "\\[unsupported: syncBlock\\]", "\\[unsupported: syncBlock\\]"),
        (with("bodiedSyncBlock", json!({"resourceId": "r"}), json!([x()])), "x", "x"),
        (node("hologram", json!({"text": "hi"})), "hi", "hi"),
    ]);
}

#[test]
fn what_is_no_document_says_what_it_can() {
    for odd in [
        json!(null),
        json!(3),
        json!({}),
        json!([]),
        json!({"type": 7}),
        json!({"type": "doc", "content": {}}),
        json!({"type": "table"}),
    ] {
        assert!(read(&odd).is_empty(), "{odd}");
    }
    assert_eq!(read(&json!("plain\n\ntext")).plain_text(), "plain\n\ntext");
}
