//! Plain text for a workspace that shows replies as such. Links keep their address: it is a marker too.

use crate::text::{Block, Doc, Inline, ListItem, Mark};

/// Deepest nesting that is followed; what lies deeper is left out.
const MAX_DEPTH: usize = 32;

/// Writes plain text of at most `max_bytes`, cut at a character boundary with the address of the `rest`.
pub(super) fn write(doc: &Doc, max_bytes: usize, rest: &str) -> String {
    let mut text = String::new();
    blocks(&doc.blocks, "", 0, &mut text);
    let text = text.trim_end();
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let tail = format!("…\n{rest}");
    let end = text.floor_char_boundary(max_bytes.saturating_sub(tail.len()));
    format!("{}{tail}", text.get(..end).unwrap_or_default())
}

fn blocks(blocks: &[Block], indent: &str, depth: usize, out: &mut String) {
    if depth > MAX_DEPTH {
        return;
    }
    for block in blocks {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => line(&inlines(content), indent, out),
            Block::Code { text, .. } => line(text, indent, out),
            Block::Rule => line("----", indent, out),
            Block::Quote { blocks: inner } => self::blocks(inner, &format!("{indent}> "), depth + 1, out),
            Block::List { start, items } => list(*start, items, indent, depth, out),
            Block::Table { rows } => rows.iter().for_each(|row| {
                let cells = row.iter().map(|cell| {
                    let mut text = String::new();
                    self::blocks(&cell.blocks, "", depth + 1, &mut text);
                    text.trim().replace('\n', " ")
                });
                line(&cells.collect::<Vec<_>>().join(" | "), indent, out);
            }),
            Block::Panel { title, blocks: inner, .. } => {
                if let Some(title) = title {
                    line(title, indent, out);
                }
                self::blocks(inner, indent, depth + 1, out);
            }
            Block::Expand { title, blocks: inner } => {
                line(title, indent, out);
                self::blocks(inner, indent, depth + 1, out);
            }
        }
    }
}

fn list(start: Option<u64>, items: &[ListItem], indent: &str, depth: usize, out: &mut String) {
    for (n, item) in (start.unwrap_or_default()..).zip(items) {
        let bullet = if start.is_some() { format!("{n}. ") } else { "- ".to_owned() };
        let task = match item.task {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        };
        let mut text = String::new();
        blocks(&item.blocks, "", depth + 1, &mut text);
        let inner = format!("{bullet}{task}{}", text.trim_end().replace('\n', "\n  "));
        line(&inner, indent, out);
    }
}

fn line(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(indent);
        out.push_str(line);
        out.push('\n');
    }
}

fn inlines(content: &[Inline]) -> String {
    let mut out = String::new();
    for inline in content {
        match inline {
            Inline::Text { text, marks } => {
                out.push_str(text);
                let link = marks.iter().find_map(|mark| if let Mark::Link(url) = mark { Some(url) } else { None });
                if let Some(url) = link.filter(|url| *url != text) {
                    out.push_str(&format_args!(" ({url})").to_string());
                }
            }
            Inline::Break => out.push('\n'),
            Inline::Mention { name, .. } => {
                out.push('@');
                out.push_str(name.trim_start_matches('@'));
            }
            Inline::Emoji { text } => out.push_str(text),
            Inline::Image { url, alt } => {
                let words = [alt.as_str(), url.as_str()];
                out.push_str(&words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(content: Vec<Inline>) -> Block {
        Block::Paragraph { content }
    }

    #[test]
    fn structure_and_addresses_stay() {
        let item = |text: &str| ListItem { task: None, blocks: vec![paragraph(vec![Inline::text(text)])] };
        let doc = Doc {
            blocks: vec![
                paragraph(vec![Inline::strong("张三"), Inline::text(" "), Inline::link("OPS-1", "https://j/1#x")]),
                Block::Quote { blocks: vec![paragraph(vec![Inline::text("a"), Inline::Break, Inline::text("b")])] },
                Block::List { start: Some(3), items: vec![item("x"), item("y")] },
            ],
        };
        assert_eq!(write(&doc, 1000, ""), "张三 OPS-1 (https://j/1#x)\n> a\n> b\n3. x\n4. y");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_where_the_rest_is() {
        let doc = Doc::from_plain(&"观".repeat(100));
        for max_bytes in 20..40 {
            let text = write(&doc, max_bytes, "https://j/1");
            assert!(text.len() <= max_bytes && text.ends_with("…\nhttps://j/1"), "{text}");
        }
    }
}
