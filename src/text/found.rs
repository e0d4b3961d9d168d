//! What fuzzing found once.

use serde_json::{Value, json};

use super::{Block, Doc, Inline, Mark, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

/// Asserts that what was read comes back from every format as it went in.
fn comes_back(doc: &Doc) {
    assert_eq!(doc.clone().normalized(), *doc);
    let text = html::write(doc, NO_LIMIT, "");
    assert_eq!(html::read(&text), html::RULES.fit(doc.clone()), "{text}");
    let text = markdown::write(doc, NO_LIMIT, "");
    assert_eq!(markdown::read(&text), markdown::RULES.fit(doc.clone()), "{text}");
    let text = wiki::write(doc, NO_LIMIT, "");
    assert_eq!(wiki::read(&text), wiki::RULES.fit(doc.clone()), "{text}");
    let value = adf::write(doc, NO_LIMIT, "");
    assert_eq!(adf::read(&value), adf::RULES.fit(doc.clone()), "{value}");
}

#[test]
fn texts_come_back() {
    for text in [
        "**a** <https:/-e.com> [x](\u{FFFE}/e.com)",
        "```\n{noformat}\nx\n{noforMat}\n```\n\n** b\n* c",
        "[mailto:a@e.com](mailto:a@e.com) [mailto:](mailto:)",
        "a\u{FDE3}b\u{2FFFE}c",
    ] {
        comes_back(&markdown::read(text));
    }
    for text in [
        "{-}a{-\u{97C6}}h1. \u{24E2}{-}a{-x}h1. \u{24E2}{-}a",
        "**_*]*__*]*_",
        "_*{*{_}*b{*}{_}*{*_",
        "[//://]",
        "[/a://]",
        "[mailto:a@e.com]",
    ] {
        comes_back(&wiki::read(text));
    }
    comes_back(&html::read(&format!("{}x<p>y", "<ul><li>a".repeat(20))));
    // A list that begins without a text, after another one.
    let item = |content: Value| json!({"type": "listItem", "content": content});
    let para = |text: &str| json!({"type": "paragraph", "content": [{"type": "text", "text": text}]});
    comes_back(&adf::read(&json!({"type": "bulletList", "content": [
        item(json!([{"type": "orderedList", "content": [item(json!([para("6")]))]}])),
        item(json!([{"type": "bulletList", "content": [item(json!([{"type": "bulletList", "content": [item(json!([para("]")]))]}]))]}])),
    ]})));
}

/// Jira Server looks for names in the whole source.
#[test]
fn nobody_is_mentioned_by_accident() {
    let doc = html::read(
        "<pre>[~jo] [@jo]</pre><p>[~jo] <code>[~jo]</code> <img src=\"https://e.com/a.png\" alt=\"[~jo]\"></p>",
    );
    let panel = Block::Panel { kind: super::PanelKind::Info, title: Some("[~jo]".to_owned()), blocks: Vec::new() };
    let text = wiki::write(&Doc { blocks: [doc.blocks, vec![panel]].concat() }, NO_LIMIT, "");
    assert_eq!(text.matches("jo").count(), 6, "{text}");
    assert!(!text.contains("[~jo]") && !text.contains("[@jo]"), "{text}");
}

/// A huge address was copied to every run of its link, and 1 MiB took all the memory there was.
#[test]
fn a_long_link_weighs_with_every_run() {
    let runs = "a<b>b</b>".repeat(20_000);
    let huge = html::read(&format!("<a href=\"https://e.com/{}\">{runs}</a>", "x".repeat(500_000)));
    assert!(!huge.canonical().contains("https://e.com/x") && huge.plain_text().ends_with("abab"));
    let long = html::read(&format!("<a href=\"https://e.com/{}\">{runs}</a>", "x".repeat(8000)));
    assert!(
        long.canonical().len() < 4_000_000 && long.plain_text().contains("(cut: the text goes on in the original)")
    );
    let short = html::read(&format!("<a href=\"https://e.com/\">{runs}</a>"));
    assert!(!short.plain_text().contains("(cut:"));
    let mut inner: Vec<Value> = vec![json!({"type": "text", "text": "a"}); 1000];
    inner.push(json!({"type": "text", "text": "b", "marks": [{"type": "link", "attrs": {"href": "https://e.com/b"}}]}));
    let outer =
        json!({"type": "x", "marks": [{"type": "link", "attrs": {"href": "https://e.com/a"}}], "content": inner});
    let doc = adf::read(&json!({"type": "paragraph", "content": [outer]}));
    let Some(Block::Paragraph { content }) = doc.blocks.first() else { unreachable!("{doc:?}") };
    let Some(Inline::Text { text, marks }) = content.first() else { unreachable!("{content:?}") };
    assert_eq!(
        (content.len(), text.len(), marks.as_slice()),
        (1, 1001, [Mark::Link("https://e.com/a".into())].as_slice())
    );
}

/// Cells that vanish were counted as if they were written, and a text was cut that would have fitted.
#[test]
fn what_a_writer_flattens_takes_no_room() {
    let deep = format!("{}a{}", "<table><tr><td>".repeat(12), "</table>".repeat(12));
    let doc = html::read(&deep.repeat(1500));
    let text = markdown::write(&doc, 65_535, "https://e.com/rest");
    assert!(!text.contains("https://e.com/rest"), "{}", text.len());
    assert_eq!(text.matches('a').count(), 1500);
}

#[test]
fn many_empty_lines_are_a_few() {
    let doc = markdown::read(&format!("- a\n{}b", "\n".repeat(10_000)));
    assert_eq!(doc.plain_text(), "- a\n\nb");
    let code = markdown::read(&format!("```\na\n{}b\n```", "\n".repeat(60)));
    assert_eq!(code.plain_text().lines().count(), 62);
}

/// The end of an e-mail address was judged by the address after it, and otherwise once that was a link of its own.
#[test]
fn an_address_ends_where_the_next_begins() {
    for text in ["s@e.ce.http://e", "s@e.ce_https://e", "s@e.ce-http://)", "s@e.ce:http://e", "s@http://e"] {
        let doc = html::read(text);
        assert_eq!(doc.clone().normalized(), doc, "{text}");
    }
}

/// Before every sign the parser read on to the last: 128 KiB of them took ten seconds.
#[test]
fn quote_signs_in_a_row_are_read_once() {
    let signs = ">".repeat(1000);
    let doc = markdown::read(&format!("{signs}a"));
    assert_eq!(doc.plain_text().trim_start_matches("> "), format!("{}a", ">".repeat(744)), "the rest is text");
    for code in [format!("`{signs}`"), format!("```\n{signs}\n```")] {
        assert_eq!(markdown::read(&code).plain_text(), signs);
    }
}

/// A sign, a break and an address between signs were read as one image.
#[test]
fn a_sign_before_a_break_opens_no_image() {
    let doc = wiki::read("|!\r\nhttps://e.com/a.png!|\\||");
    let once = wiki::write(&doc, 100_000, "");
    assert_eq!(wiki::write(&wiki::read(&once), 100_000, ""), once);
}

/// A list that left another one came beside a third, whose deeper list then stood in an item of its own.
#[test]
fn a_list_that_left_its_list_is_one_with_the_next() {
    let doc = html::read(
        "<ul><li><ul><li>x</li></ul><p>y</p><ul><li>a</li></ul></li></ul><ul><li><ul><li>b</li></ul></li></ul>",
    );
    let text = wiki::write(&doc, 100_000, "");
    assert_eq!(text, "** x\n\ny\n\n* a\n** b");
    assert_eq!(wiki::read(&text), wiki::RULES.fit(doc));
}
