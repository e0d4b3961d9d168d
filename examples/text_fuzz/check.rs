//! What must hold for whatever was read, checked without the code that is under test wherever that is possible.

use guajira::text::{Block, Doc, Inline, Mark, adf, html, markdown, wiki};
use html5gum::{Token, Tokenizer};
use serde_json::Value;

const NO_LIMIT: usize = usize::MAX / 4;
/// Where a cut text must link to.
const REST: &str = "https://e.com/rest";

/// Checks what was read: normal form, clean characters, harmless addresses, nobody to ping.
pub(crate) fn read(doc: &Doc) {
    assert!(doc.clone().normalized() == *doc, "normal form");
    blocks(&doc.blocks, 0);
}

/// Checks what every writer makes of a document: whole, and cut to a limit.
pub(crate) fn written(doc: &Doc, limit: usize) {
    let once = html::write(doc, NO_LIMIT, "");
    is_safe_html(&once);
    assert_eq!(html::write(&html::read(&once), NO_LIMIT, ""), once, "html");
    let cut = html::write(doc, limit, REST);
    is_safe_html(&cut);
    assert!(cut.len() <= limit, "limit of HTML");
    assert!(cut == once || cut.is_empty() || cut.ends_with(&format!("{REST}</a>)</p>")), "link to the rest: {cut}");

    let once = markdown::write(doc, NO_LIMIT, "");
    assert_eq!(markdown::write(&markdown::read(&once), NO_LIMIT, ""), once, "markdown");
    let cut = markdown::write(doc, limit, REST);
    is_clean(&cut, true);
    assert!(cut.len() <= limit, "limit of Markdown");
    assert!(cut == once || cut.is_empty() || cut.ends_with(&format!("<{REST}>)")), "link to the rest: {cut}");

    let once = wiki::write(doc, NO_LIMIT, "");
    pings_nobody(&once);
    assert_eq!(wiki::write(&wiki::read(&once), NO_LIMIT, ""), once, "wiki");
    let cut = wiki::write(doc, limit, REST);
    pings_nobody(&cut);
    is_clean(&cut, true);
    assert!(cut.encode_utf16().count() <= limit, "limit of wiki markup");
    assert!(cut == once || cut.is_empty() || cut.ends_with(&format!("[{REST}])")), "link to the rest: {cut}");

    let once = adf::write(doc, NO_LIMIT, "");
    is_valid_adf(&once, "doc");
    assert_eq!(adf::write(&adf::read(&once), NO_LIMIT, ""), once, "adf");
    let cut = adf::write(doc, limit, REST);
    is_valid_adf(&cut, "doc");
    let text = cut.to_string();
    // The smallest document there is may be larger than the limit.
    assert!(text.chars().count() <= limit.max(41), "limit of ADF");
    assert!(serde_json::from_str::<Value>(&text).is_ok_and(|back| back == cut), "JSON");
    let content = cut.get("content").and_then(Value::as_array).map_or(0, Vec::len);
    assert!(cut == once || content == 0 || text.contains(REST), "link to the rest: {cut}");
}

fn blocks(all: &[Block], depth: usize) {
    assert!(depth <= 16, "depth");
    for block in all {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => content.iter().for_each(inline),
            Block::List { items, .. } => items.iter().for_each(|item| blocks(&item.blocks, depth + 1)),
            Block::Code { text, language } => {
                is_clean(text, true);
                is_clean(language.as_deref().unwrap_or_default(), false);
            }
            Block::Quote { blocks: inner } => blocks(inner, depth + 1),
            Block::Table { rows } => {
                let columns = rows.first().map_or(0, Vec::len);
                assert!((1..=100).contains(&columns), "columns");
                for row in rows {
                    assert_eq!(row.len(), columns, "a table is rectangular");
                    for cell in row {
                        blocks(&cell.blocks, depth + 1);
                    }
                }
            }
            Block::Rule => {}
            Block::Panel { title, blocks: inner, .. } => {
                is_clean(title.as_deref().unwrap_or_default(), false);
                blocks(inner, depth + 1);
            }
            Block::Expand { title, blocks: inner } => {
                is_clean(title, false);
                blocks(inner, depth + 1);
            }
        }
    }
}

fn inline(inline: &Inline) {
    match inline {
        Inline::Text { text, marks } => {
            is_clean(text, false);
            for mark in marks {
                match mark {
                    Mark::Link(url) => is_harmless(url),
                    Mark::Color(color) => {
                        assert!(color.len() == 7 && color.starts_with('#'), "colour {color}");
                    }
                    _ => {}
                }
            }
        }
        Inline::Break => {}
        Inline::Mention { id, name } => {
            is_clean(id, false);
            is_clean(name, false);
        }
        Inline::Ping { .. } => panic!("no reader may ping"),
        Inline::Emoji { text } => is_clean(text, false),
        Inline::Image { url, alt } => {
            is_clean(alt, false);
            if !url.is_empty() {
                is_harmless(url);
            }
        }
    }
}

/// Controls, and what XML cannot hold, are in no text; lines and tabs only in code.
fn is_clean(text: &str, lines: bool) {
    let dirty = |c: char| (c.is_control() && !(lines && matches!(c, '\n' | '\t'))) || u32::from(c) & 0xFFFE == 0xFFFE;
    assert!(!text.contains(dirty), "characters of {text:?}");
}

/// Panics unless a browser would take the address for a web, mail or telephone address, or for a relative one.
fn is_harmless(url: &str) {
    // Browsers drop controls and blanks at the edges, and tabs and newlines anywhere.
    assert!(!url.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>')), "{url:?}");
    let scheme = url.split(':').next().filter(|scheme| scheme.len() < url.len()).unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let known = ["http", "https", "ftp", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    assert!(!is_scheme || known, "{url:?}");
}

/// Reads HTML as a browser does (`html5gum` follows the WHATWG's rules): tags in order, and only those and only with the
/// attributes that the writer knows.
pub(crate) fn is_safe_html(text: &str) {
    is_clean(text, true);
    let mut open: Vec<Vec<u8>> = Vec::new();
    for token in Tokenizer::new(text).flatten() {
        match token {
            Token::StartTag(tag) => {
                for (name, value) in &tag.attributes {
                    let value = String::from_utf8_lossy(value);
                    match (&**tag.name, &***name) {
                        (b"a", b"href") | (b"img", b"src") if value.is_empty() => {}
                        (b"a", b"href") | (b"img", b"src") => is_harmless(&value),
                        (b"a", b"target") => assert_eq!(value, "_blank"),
                        (b"img", b"alt") => is_clean(&value, false),
                        (b"ol", b"start") => assert!(value.parse::<u32>().is_ok(), "{text}"),
                        (b"code", b"class") => {
                            assert!(value.starts_with("language-") && !value.contains(' '), "{text}");
                        }
                        (b"span", b"style") => {
                            let color = value.strip_prefix("color: #").unwrap_or_default();
                            assert!(color.len() == 6 && color.bytes().all(|b| b.is_ascii_hexdigit()), "{text}");
                        }
                        other => panic!("attribute {other:?} in {text}"),
                    }
                }
                let name = tag.name.to_vec();
                match name.as_slice() {
                    b"br" | b"hr" | b"img" => {}
                    b"a" | b"blockquote" | b"code" | b"em" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"li"
                    | b"ol" | b"p" | b"pre" | b"s" | b"span" | b"strong" | b"sub" | b"sup" | b"table" | b"tbody"
                    | b"td" | b"th" | b"tr" | b"u" | b"ul" => open.push(name),
                    _ => panic!("tag in {text}"),
                }
            }
            Token::EndTag(tag) => assert_eq!(open.pop().as_deref(), Some(&**tag.name), "{text}"),
            Token::String(_) => {}
            _ => panic!("neither tag nor text in {text}"),
        }
    }
    assert!(open.is_empty(), "{text}");
}

/// Looks for mentions as Jira Server does: in the whole source, code and escapes included.
pub(crate) fn pings_nobody(wiki: &str) {
    for (at, _) in wiki.match_indices("[~").chain(wiki.match_indices("[@")) {
        let tail = wiki.get(at + 2..).unwrap_or_default();
        let name = tail.split(['\\', ',', ']']).next().unwrap_or_default();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
        let ends = tail.get(name.len()..).is_some_and(|rest| rest.starts_with(']'));
        assert!(!ends || name.is_empty() || !name.chars().all(is_name), "pings {name:?} in {wiki:?}");
    }
}

/// Checks a node and what is in it against the parts of the published schema that the writer uses.
pub(crate) fn is_valid_adf(node: &Value, parent: &str) {
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    let children = node.get("content").and_then(Value::as_array);
    let attr = |key: &str| node.get("attrs").and_then(|attrs| attrs.get(key));
    let fits = match kind {
        "doc" => parent == "doc" && node.get("version") == Some(&Value::from(1)),
        "paragraph" => !matches!(parent, "paragraph" | "heading" | "taskList" | "taskItem"),
        "heading" => matches!(parent, "doc" | "panel" | "expand" | "tableCell" | "tableHeader"),
        "bulletList" | "orderedList" | "codeBlock" => {
            matches!(parent, "doc" | "listItem" | "blockquote" | "panel" | "expand" | "tableCell" | "tableHeader")
        }
        "taskList" => {
            matches!(parent, "doc" | "listItem" | "panel" | "expand" | "tableCell" | "tableHeader" | "taskList")
                && attr("localId").is_some()
        }
        "listItem" => matches!(parent, "bulletList" | "orderedList"),
        "taskItem" => parent == "taskList" && attr("localId").is_some() && attr("state").is_some(),
        "blockquote" | "rule" | "panel" => {
            matches!((kind, parent), (_, "doc" | "expand" | "tableCell" | "tableHeader") | ("rule", "panel"))
        }
        "expand" => parent == "doc",
        "table" => matches!(parent, "doc" | "expand"),
        "tableRow" => parent == "table",
        "tableCell" | "tableHeader" => parent == "tableRow",
        "text" => {
            let text = node.get("text").and_then(Value::as_str).unwrap_or_default();
            is_clean(text, parent == "codeBlock");
            !text.is_empty() && matches!(parent, "paragraph" | "heading" | "codeBlock" | "taskItem")
        }
        "hardBreak" => matches!(parent, "paragraph" | "heading" | "taskItem"),
        _ => false,
    };
    assert!(fits, "{kind} in {parent}: {node}");
    let may_be_empty = matches!(kind, "doc" | "paragraph" | "heading" | "taskItem" | "rule" | "hardBreak" | "text");
    assert!(may_be_empty || children.is_some_and(|children| !children.is_empty()), "empty: {node}");
    if let Some(marks) = node.get("marks").and_then(Value::as_array) {
        let name = |mark: &Value| mark.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let names: Vec<String> = marks.iter().map(name).collect();
        let is_code = names.iter().any(|name| name == "code");
        assert!(!is_code || names.iter().all(|name| name == "code" || name == "link"), "marks: {node}");
        assert!(kind == "text" && parent != "codeBlock", "marks: {node}");
        let hrefs = marks.iter().filter_map(|mark| mark.pointer("/attrs/href").and_then(Value::as_str));
        hrefs.for_each(is_harmless);
    }
    children.into_iter().flatten().for_each(|child| is_valid_adf(child, kind));
}
