//! Reads ADF as services really send it: looser than its schema, with nodes of tomorrow in it.

use serde_json::Value;

use crate::text::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, PanelKind, TableCell};
use crate::text::line::sort_marks;

/// Reads a document, or any node.
pub(super) fn document(value: &Value) -> Doc {
    let blocks = match value {
        Value::String(text) => return Doc::from_plain(text),
        Value::Array(nodes) => blocks(nodes, 0),
        node if text_of(node, "type") == "doc" => blocks(children(node), 0),
        node => blocks(std::slice::from_ref(node), 0),
    };
    Doc { blocks }
}

fn children(node: &Value) -> &[Value] {
    node.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text_of<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn attr<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get("attrs").map(|attrs| text_of(attrs, key)).unwrap_or_default()
}

/// Reads nodes; inline nodes that stand between blocks become paragraphs.
fn blocks(nodes: &[Value], depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    let mut loose = Vec::new();
    for node in nodes {
        if is_inline(node) {
            inline(node, &[], depth, &mut loose);
            continue;
        }
        if !loose.is_empty() {
            out.push(Block::Paragraph { content: std::mem::take(&mut loose) });
        }
        block(node, depth, &mut out);
    }
    if !loose.is_empty() {
        out.push(Block::Paragraph { content: loose });
    }
    out
}

fn is_inline(node: &Value) -> bool {
    matches!(
        text_of(node, "type"),
        "text"
            | "hardBreak"
            | "mention"
            | "emoji"
            | "date"
            | "status"
            | "inlineCard"
            | "placeholder"
            | "mediaInline"
            | "inlineExtension"
    )
}

fn block(node: &Value, depth: usize, out: &mut Vec<Block>) {
    if depth >= MAX_DEPTH {
        let mut content = vec![Inline::text(all_text(node))];
        content.extend(all_media(node));
        out.push(Block::Paragraph { content });
        return;
    }
    let inner = || blocks(children(node), depth + 1);
    match text_of(node, "type") {
        "paragraph" | "caption" => out.push(Block::Paragraph { content: inlines(node, depth) }),
        "heading" => {
            let level = node.pointer("/attrs/level").and_then(Value::as_u64).unwrap_or(1).clamp(1, 6);
            out.push(Block::Heading { level: u8::try_from(level).unwrap_or(6), content: inlines(node, depth) });
        }
        "bulletList" | "decisionList" => out.push(list(None, node, depth)),
        "orderedList" => {
            let first = node.pointer("/attrs/order").and_then(Value::as_u64).unwrap_or(1);
            out.push(list(Some(first), node, depth));
        }
        "taskList" => out.push(task_list(node, depth)),
        "codeBlock" => {
            let language = Some(attr(node, "language").to_owned()).filter(|name| !name.is_empty());
            out.push(Block::Code { language, text: all_text(node) });
        }
        "blockquote" => out.push(Block::Quote { blocks: inner() }),
        "panel" => {
            let kind = panel_kind(attr(node, "panelType"));
            let mut blocks = inner();
            if kind == PanelKind::Plain {
                with_icon(node, &mut blocks);
            }
            out.push(Block::Panel { kind, title: None, blocks });
        }
        "rule" => out.push(Block::Rule),
        "table" => out.push(table(node, depth)),
        "expand" | "nestedExpand" => {
            out.push(Block::Expand { title: attr(node, "title").to_owned(), blocks: inner() });
        }
        "media" => out.push(Block::Paragraph { content: vec![media(node)] }),
        "blockCard" | "embedCard" if !address(node).is_empty() => {
            out.push(Block::Paragraph { content: vec![card(node)] });
        }
        // Layouts, media groups and whatever comes next: what is inside counts.
        kind => {
            let content = inner();
            if !content.is_empty() {
                out.extend(content);
            } else if is_media(kind) {
                out.push(Block::Paragraph { content: vec![media(node)] });
            } else if let Some(text) = words_of(node, kind) {
                out.push(Block::paragraph(&text));
            }
        }
    }
}

/// Returns what can be said of a node without content: its own words, or its name.
fn words_of(node: &Value, kind: &str) -> Option<String> {
    let container = ["layout", "media", "doc", "table", "list", "decision", "task", "bodied"];
    let own = [text_of(node, "text"), attr(node, "text"), attr(node, "title"), attr(node, "url"), attr(node, "alt")];
    if let Some(words) = own.into_iter().find(|words| !words.is_empty()) {
        return Some(words.to_owned());
    }
    let key = attr(node, "extensionKey");
    if !key.is_empty() {
        return Some(format!("[unsupported: {key}]"));
    }
    let known = container.iter().any(|word| kind.starts_with(word));
    (!kind.is_empty() && !known).then(|| format!("[unsupported: {kind}]"))
}

/// Returns all text below a node, without recursion, so that any depth is safe.
fn all_text(node: &Value) -> String {
    let mut out = String::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        match text_of(node, "type") {
            "text" => out.push_str(text_of(node, "text")),
            "hardBreak" => out.push('\n'),
            "mention" | "emoji" | "status" => out.push_str(attr(node, "text")),
            "paragraph" | "heading" | "listItem" | "taskItem" if !out.is_empty() && !out.ends_with('\n') => {
                out.push('\n');
            }
            _ => {}
        }
        stack.extend(children(node).iter().rev());
    }
    out
}

/// Returns all media below a node, without recursion as well: that a text shows a file must not get lost.
fn all_media(node: &Value) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        if is_media(text_of(node, "type")) {
            out.push(media(node));
        }
        stack.extend(children(node).iter().rev());
    }
    out
}

/// Returns true for nodes that stand for a file, also for those that come next; not for what only holds such nodes.
fn is_media(kind: &str) -> bool {
    kind.starts_with("media") && !matches!(kind, "mediaSingle" | "mediaGroup")
}

fn list(start: Option<u64>, node: &Value, depth: usize) -> Block {
    let items = children(node)
        .iter()
        .map(|child| match text_of(child, "type") {
            "listItem" => ListItem { task: None, blocks: blocks(children(child), depth + 1) },
            "decisionItem" => {
                let mut content = vec![Inline::text("◆ ")];
                content.extend(inlines(child, depth + 1));
                ListItem { task: None, blocks: vec![Block::Paragraph { content }] }
            }
            _ => ListItem { task: None, blocks: blocks(std::slice::from_ref(child), depth + 1) },
        })
        .collect();
    Block::List { start, items }
}

/// Reads a task list; in ADF a nested list stands beside its item, in the tree it belongs to it.
fn task_list(node: &Value, depth: usize) -> Block {
    let mut items: Vec<ListItem> = Vec::new();
    for child in children(node) {
        match text_of(child, "type") {
            "taskItem" | "blockTaskItem" => {
                let done = attr(child, "state") == "DONE";
                items.push(ListItem { task: Some(done), blocks: blocks(children(child), depth + 1) });
            }
            _ => {
                let inner = blocks(std::slice::from_ref(child), depth + 1);
                match items.last_mut() {
                    Some(item) => item.blocks.extend(inner),
                    None => items.push(ListItem { task: None, blocks: inner }),
                }
            }
        }
    }
    Block::List { start: None, items }
}

fn panel_kind(name: &str) -> PanelKind {
    match name {
        "note" => PanelKind::Note,
        "tip" => PanelKind::Tip,
        "warning" => PanelKind::Warning,
        "error" => PanelKind::Error,
        "success" => PanelKind::Success,
        "info" => PanelKind::Info,
        _ => PanelKind::Plain,
    }
}

/// Puts the emoji of a custom panel before its text.
fn with_icon(node: &Value, blocks: &mut Vec<Block>) {
    let icon = emoji_of(attr(node, "panelIcon"), attr(node, "panelIconText"));
    if icon.is_empty() {
        return;
    }
    let icon = Inline::Emoji { text: icon.to_owned() };
    match blocks.first_mut() {
        Some(Block::Paragraph { content }) => {
            content.splice(0..0, [icon, Inline::text(" ")]);
        }
        _ => blocks.insert(0, Block::Paragraph { content: vec![icon] }),
    }
}

/// Reads a table; a cell that spans several places leaves the others blank.
fn table(node: &Value, depth: usize) -> Block {
    let mut grid = super::super::grid::Grid::default();
    for row in children(node) {
        grid.start_row();
        for cell in children(row) {
            let header = text_of(cell, "type") == "tableHeader";
            let span = |key: &str| cell.pointer(key).and_then(Value::as_u64).unwrap_or(1);
            let cell = TableCell { header, blocks: blocks(children(cell), depth + 1) };
            grid.push(cell, span("/attrs/colspan"), span("/attrs/rowspan"));
        }
    }
    Block::Table { rows: grid.into_rows() }
}

fn inlines(node: &Value, depth: usize) -> Vec<Inline> {
    let mut out = Vec::new();
    for child in children(node) {
        inline(child, &[], depth + 1, &mut out);
    }
    out
}

fn inline(node: &Value, outer: &[Mark], depth: usize, out: &mut Vec<Inline>) {
    let mut marks = outer.to_vec();
    // The outermost of a kind counts. A few are left of however many, so that what is in a node costs no more than it.
    let own = sort_marks(node.get("marks").and_then(Value::as_array).into_iter().flatten().filter_map(mark).collect());
    marks.extend(own.into_iter().filter(|mark| outer.iter().all(|open| open.rank() != mark.rank())));
    match text_of(node, "type") {
        "text" => out.push(Inline::Text { text: text_of(node, "text").to_owned(), marks }),
        "hardBreak" => out.push(Inline::Break),
        "mention" => {
            let name = attr(node, "text").trim_start_matches('@').to_owned();
            out.push(Inline::Mention { id: attr(node, "id").to_owned(), name });
        }
        "emoji" => {
            out.push(Inline::Emoji { text: emoji(node).to_owned() });
        }
        "date" => out.push(Inline::Text { text: date(node), marks }),
        "status" => out.push(Inline::marked(attr(node, "text"), &[Mark::Code])),
        "inlineCard" | "blockCard" | "embedCard" if !address(node).is_empty() => out.push(card(node)),
        "placeholder" => out.push(Inline::text(attr(node, "text"))),
        "mediaInline" | "media" => out.push(media(node)),
        _ if depth >= MAX_DEPTH => {
            out.push(Inline::text(all_text(node)));
            out.extend(all_media(node));
        }
        kind => {
            let before = out.len();
            for child in children(node) {
                inline(child, &marks, depth + 1, out);
            }
            if out.len() == before && is_media(kind) {
                out.push(media(node));
            } else if out.len() == before
                && let Some(text) = words_of(node, kind)
            {
                out.push(Inline::text(text));
            }
        }
    }
}

/// Atlassian's own emoji, which have no Unicode text. Source: its wiki markup transformer.
const OWN_EMOJI: &[(&str, &str)] = &[
    (":check_mark:", "✅"),
    (":cross_mark:", "❌"),
    (":info:", "ℹ️"),
    (":warning:", "⚠️"),
    (":plus:", "➕"),
    (":minus:", "➖"),
    (":question:", "❓"),
    (":light_bulb_on:", "💡"),
    (":light_bulb_off:", "🌑"),
    (":yellow_star:", "⭐"),
    (":red_star:", "⭐"),
    (":green_star:", "⭐"),
    (":blue_star:", "⭐"),
    (":flag_on:", "🚩"),
    (":flag_off:", "🏳️"),
];

fn emoji(node: &Value) -> &str {
    emoji_of(attr(node, "shortName"), attr(node, "text"))
}

fn emoji_of<'a>(name: &'a str, text: &'a str) -> &'a str {
    match OWN_EMOJI.iter().find(|(own, _)| *own == name) {
        Some((_, emoji)) => emoji,
        None if text.is_empty() => name,
        None => text,
    }
}

/// Reads a date node: milliseconds since 1970, as a number or a string, to the day it shows.
fn date(node: &Value) -> String {
    let stamp = node.pointer("/attrs/timestamp");
    let millis = stamp.and_then(|stamp| stamp.as_i64().or_else(|| stamp.as_str()?.trim().parse().ok()));
    match millis.and_then(chrono::DateTime::from_timestamp_millis) {
        Some(time) => time.format("%Y-%m-%d").to_string(),
        None => stamp.and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

fn address(node: &Value) -> &str {
    let urls = [attr(node, "url"), node.pointer("/attrs/data/url").and_then(Value::as_str).unwrap_or_default()];
    urls.into_iter().find(|url| !url.is_empty()).unwrap_or_default()
}

fn card(node: &Value) -> Inline {
    let url = address(node);
    let name = node.pointer("/attrs/data/name").and_then(Value::as_str).filter(|name| !name.is_empty());
    Inline::link(name.unwrap_or(url), url)
}

/// Reads a media node. A file's `id` belongs to Atlassian's media service and says nothing to people.
fn media(node: &Value) -> Inline {
    let names = [attr(node, "alt"), attr(node, "__fileName"), attr(node, "fileName")];
    let alt = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    Inline::Image { url: attr(node, "url").to_owned(), alt: alt.to_owned() }
}

fn mark(mark: &Value) -> Option<Mark> {
    Some(match text_of(mark, "type") {
        "strong" => Mark::Strong,
        "em" => Mark::Em,
        "strike" => Mark::Strike,
        "underline" => Mark::Underline,
        "code" => Mark::Code,
        "subsup" if attr(mark, "type") == "sub" => Mark::Sub,
        "subsup" => Mark::Sup,
        "textColor" => Mark::Color(attr(mark, "color").to_owned()),
        "link" => Mark::Link(attr(mark, "href").into()),
        _ => return None,
    })
}
