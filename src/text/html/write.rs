//! Writes a fitted document as HTML: well formed, escaped, only tags that Guance's editor makes itself.

use std::fmt::Write as _;

use crate::text::doc::{Block, Doc, Inline, ListItem, Mark, TASK_DONE, TASK_OPEN};
use crate::text::spans::{Span, nest};

/// Writes a document that fits already.
pub(super) fn document(doc: &Doc) -> String {
    let mut out = String::new();
    write_blocks(&doc.blocks, &mut out);
    out
}

fn write_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        write_block(block, out);
    }
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph { content } => {
            out.push_str("<p>");
            write_inlines(content, out);
            out.push_str("</p>");
        }
        Block::Heading { level, content } => {
            let _ = write!(out, "<h{level}>");
            write_inlines(content, out);
            let _ = write!(out, "</h{level}>");
        }
        Block::List { start, items } => write_list(*start, items, out),
        Block::Code { language, text } => {
            match language {
                Some(name) => {
                    let _ = write!(out, "<pre><code class=\"language-{name}\">");
                }
                None => out.push_str("<pre><code>"),
            }
            escape(text, out);
            out.push_str("</code></pre>");
        }
        Block::Quote { blocks } => {
            out.push_str("<blockquote>");
            write_blocks(blocks, out);
            out.push_str("</blockquote>");
        }
        Block::Table { rows } => {
            out.push_str("<table><tbody>");
            for row in rows {
                out.push_str("<tr>");
                for cell in row {
                    let tag = if cell.header { "th" } else { "td" };
                    let _ = write!(out, "<{tag}>");
                    write_compact(&cell.blocks, out);
                    let _ = write!(out, "</{tag}>");
                }
                out.push_str("</tr>");
            }
            out.push_str("</tbody></table>");
        }
        Block::Rule => out.push_str("<hr>"),
        Block::Panel { title, blocks, .. } => {
            out.push_str("<blockquote>");
            if let Some(title) = title {
                write_title(title, out);
            }
            write_blocks(blocks, out);
            out.push_str("</blockquote>");
        }
        Block::Expand { title, blocks } => {
            write_title(title, out);
            write_blocks(blocks, out);
        }
    }
}

fn write_title(title: &str, out: &mut String) {
    out.push_str("<p><strong>");
    escape(title, out);
    out.push_str("</strong></p>");
}

fn write_list(start: Option<u64>, items: &[ListItem], out: &mut String) {
    match start {
        None => out.push_str("<ul>"),
        Some(1) => out.push_str("<ol>"),
        Some(first) => {
            let _ = write!(out, "<ol start=\"{first}\">");
        }
    }
    for item in items {
        out.push_str("<li>");
        match item.task {
            Some(true) => out.push_str(TASK_DONE),
            Some(false) => out.push_str(TASK_OPEN),
            None => {}
        }
        write_compact(&item.blocks, out);
        out.push_str("</li>");
    }
    out.push_str(if start.is_some() { "</ol>" } else { "</ul>" });
}

/// Writes blocks with the first paragraph bare, as editors do in list items and cells.
fn write_compact(blocks: &[Block], out: &mut String) {
    let mut rest = blocks;
    if let Some((Block::Paragraph { content }, tail)) = blocks.split_first() {
        write_inlines(content, out);
        rest = tail;
    }
    write_blocks(rest, out);
}

/// Writes a mention as Guance's editor does.
///
/// Source: the descriptions of the published issue examples.
fn write_ping(id: &str, name: &str, shown: &str, out: &mut String) {
    let info = serde_json::json!({"item": {"uuid": id, "name": name}}).to_string();
    out.push_str("<span data-at-embedded=\"\" data-insert-by=\"@\" data-info=\"");
    escape(&info, out);
    out.push_str("\" contenteditable=\"false\">&nbsp;<span><span class=\"key-word\">");
    escape(shown, out);
    out.push_str("</span></span>&nbsp;</span>");
}

fn write_inlines(content: &[Inline], out: &mut String) {
    // A space at the start of a line would be eaten.
    let mut after_space = true;
    write_spans(&nest(content), &mut after_space, out);
}

fn write_spans(spans: &[Span<'_>], after_space: &mut bool, out: &mut String) {
    for span in spans {
        match span {
            Span::Text(text) => write_text(text, after_space, out),
            Span::Leaf(Inline::Break) => {
                out.push_str("<br>");
                *after_space = true;
            }
            Span::Leaf(Inline::Image { url, alt }) => {
                out.push_str("<img src=\"");
                escape(url, out);
                out.push_str("\" alt=\"");
                escape(alt, out);
                out.push_str("\">");
                *after_space = false;
            }
            Span::Leaf(ping @ Inline::Ping { id, name }) => {
                write_ping(id, name, &ping.plain(), out);
                *after_space = true;
            }
            Span::Leaf(other) => write_text(&other.plain(), after_space, out),
            Span::Marked(mark, inner) => {
                let close = open_mark(mark, out);
                write_spans(inner, after_space, out);
                out.push_str(close);
            }
        }
    }
}

fn open_mark(mark: &Mark, out: &mut String) -> &'static str {
    let (open, close) = match mark {
        Mark::Strong => ("<strong>", "</strong>"),
        Mark::Em => ("<em>", "</em>"),
        Mark::Strike => ("<s>", "</s>"),
        Mark::Underline => ("<u>", "</u>"),
        Mark::Code => ("<code>", "</code>"),
        Mark::Sub => ("<sub>", "</sub>"),
        Mark::Sup => ("<sup>", "</sup>"),
        Mark::Color(color) => {
            let _ = write!(out, "<span style=\"color: {color}\">");
            ("", "</span>")
        }
        Mark::Link(url) => {
            out.push_str("<a href=\"");
            escape(url, out);
            out.push_str("\" target=\"_blank\">");
            ("", "</a>")
        }
    };
    out.push_str(open);
    close
}

fn write_text(text: &str, after_space: &mut bool, out: &mut String) {
    for c in text.chars() {
        if c == ' ' {
            out.push_str(if *after_space { "&nbsp;" } else { " " });
            *after_space = true;
        } else {
            escape_char(c, out);
            *after_space = false;
        }
    }
}

fn escape(text: &str, out: &mut String) {
    text.chars().for_each(|c| escape_char(c, out));
}

fn escape_char(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}
