//! The normal form of a document: the one tree that stands for all trees which read the same.
//!
//! Every reader ends with it, so two formats agree, and fingerprints do not change for nothing:
//! * text holds no control characters, newlines, tabs, no-break or zero-width spaces; runs of equal marks are one run;
//! * marks are sorted, unique and possible together (`code` only with a link); a space at the edge of a run has none;
//! * a paragraph has no blanks at its edges or at the end of a line, and no empty line; bare addresses are links;
//! * links and images go only where [`safe`](super::url::safe) allows;
//! * nothing is empty, no two lists of one kind touch, tables are rectangular and have bounds.

use std::borrow::Cow;

use super::clean::{is_clean, is_noise, one_line};
use super::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, TASK_DONE, TASK_OPEN, TableCell};
use super::line::{heading, paragraphs, push_paragraphs};

/// Most cells of a table that are kept; what is beyond becomes lines of text.
const MAX_CELLS: usize = 10_000;
/// Most columns of a table that are kept; the rest goes into the last one.
const MAX_COLUMNS: usize = 100;

impl Doc {
    /// Returns the same document in normal form. Documents with one normal form read the same.
    #[must_use]
    pub fn normalized(self) -> Self {
        Self { blocks: blocks(self.blocks, 0, false) }
    }

    /// Returns the normal form as another format gets it: mentions and emoji are plain text (nobody is pinged), and an
    /// image without an address is its description.
    #[must_use]
    pub fn written(self) -> Self {
        Self { blocks: blocks(self.blocks, 0, true) }
    }
}

fn blocks(input: Vec<Block>, depth: usize, plain: bool) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(input.len());
    for block in input {
        // A paragraph nests no deeper, and may show a file.
        if depth >= MAX_DEPTH && !matches!(block, Block::Paragraph { .. }) {
            let text = Doc { blocks: vec![block] }.plain_text();
            push_paragraphs(vec![Inline::text(text)], plain, &mut out);
            continue;
        }
        match block {
            Block::Paragraph { content } => push_paragraphs(content, plain, &mut out),
            Block::Heading { level, content } => {
                let content = heading(content, plain);
                if !content.is_empty() {
                    out.push(Block::Heading { level: level.clamp(1, 6), content });
                }
            }
            Block::List { start, items } => list(start, items, depth, plain, &mut out),
            Block::Code { language, text } => {
                let text = code_text(&text);
                if !text.trim().is_empty() {
                    out.push(Block::Code { language: language.and_then(|name| code_language(&name)), text });
                }
            }
            Block::Quote { blocks: inner } => {
                let inner = blocks(inner, depth + 1, plain);
                if !inner.is_empty() {
                    out.push(Block::Quote { blocks: inner });
                }
            }
            Block::Table { rows } => table(rows, depth, plain, &mut out),
            Block::Rule => out.push(Block::Rule),
            Block::Panel { kind, title, blocks: inner } => {
                let title = title.map(|text| one_line(&text)).filter(|text| !text.is_empty());
                let inner = blocks(inner, depth + 1, plain);
                if title.is_some() || !inner.is_empty() {
                    out.push(Block::Panel { kind, title, blocks: inner });
                }
            }
            Block::Expand { title, blocks: inner } => {
                let (title, inner) = (one_line(&title), blocks(inner, depth + 1, plain));
                if !title.is_empty() || !inner.is_empty() {
                    out.push(Block::Expand { title, blocks: inner });
                }
            }
        }
    }
    out
}

fn list(start: Option<u64>, items: Vec<ListItem>, depth: usize, plain: bool, out: &mut Vec<Block>) {
    let items: Vec<ListItem> = items
        .into_iter()
        .map(|item| task_item(item.task, blocks(item.blocks, depth + 1, plain), plain))
        .filter(|item| !item.blocks.is_empty())
        .collect();
    if items.is_empty() {
        return;
    }
    if let Some(Block::List { start: before, items: earlier }) = out.last_mut()
        && before.is_some() == start.is_some()
    {
        earlier.extend(items);
        return;
    }
    out.push(Block::List { start: start.map(|n| n.min(999_999_999)), items });
}

/// Makes an item a task when its text starts with a ballot box.
fn task_item(task: Option<bool>, mut blocks: Vec<Block>, plain: bool) -> ListItem {
    if task.is_none()
        && let Some(Block::Paragraph { content }) = blocks.first_mut()
        && let Some(Inline::Text { text, .. }) = content.first_mut()
    {
        for (sign, done) in [(TASK_OPEN, false), (TASK_DONE, true)] {
            let box_alone = sign.trim_end();
            let Some(rest) = text.strip_prefix(box_alone) else { continue };
            let rest = rest.trim_start_matches([' ', '\u{FE0E}', '\u{FE0F}']).to_owned();
            *text = rest;
            let content = std::mem::take(content);
            let mut first = paragraphs(content, plain);
            blocks.remove(0);
            first.append(&mut blocks);
            return ListItem { task: Some(done), blocks: first };
        }
    }
    ListItem { task, blocks }
}

fn table(rows: Vec<Vec<TableCell>>, depth: usize, plain: bool, out: &mut Vec<Block>) {
    let mut rows: Vec<Vec<TableCell>> = rows
        .into_iter()
        .map(|row| {
            let mut cells: Vec<TableCell> = row
                .into_iter()
                .map(|cell| TableCell { header: cell.header, blocks: blocks(cell.blocks, depth + 1, plain) })
                .collect();
            if cells.len() > MAX_COLUMNS {
                let rest: Vec<Block> = cells.drain(MAX_COLUMNS..).flat_map(|cell| cell.blocks).collect();
                if let Some(last) = cells.last_mut() {
                    last.blocks.extend(rest);
                }
            }
            cells
        })
        .filter(|row| row.iter().any(|cell| !cell.blocks.is_empty()))
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    if columns == 0 {
        return;
    }
    let beyond = rows.split_off(rows.len().min((MAX_CELLS / columns).max(1)));
    for row in &mut rows {
        let header = !row.is_empty() && row.iter().all(|cell| cell.header);
        row.resize_with(columns, || TableCell { header, blocks: Vec::new() });
    }
    out.push(Block::Table { rows });
    if !beyond.is_empty() {
        let text = Doc { blocks: vec![Block::Table { rows: beyond }] }.plain_text();
        push_paragraphs(vec![Inline::text(text)], plain, out);
    }
}

fn code_text(text: &str) -> String {
    let clean = text.split(['\n', '\t']).all(is_clean);
    let out = if clean { Cow::Borrowed(text) } else { Cow::Owned(clean_code(text)) };
    let lines = out.trim_end();
    // Blank first lines go; the indentation of the first line with text stays.
    let indent = lines.find(|c: char| !c.is_whitespace()).unwrap_or(lines.len());
    let from = lines.get(..indent).and_then(|blank| blank.rfind('\n')).map_or(0, |at| at + 1);
    lines.get(from..).unwrap_or_default().to_owned()
}

fn clean_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            '\u{A0}' => out.push(' '),
            c if is_noise(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn code_language(name: &str) -> Option<String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '-' | '_');
    let name = name.trim();
    (!name.is_empty() && name.len() <= 32 && name.chars().all(known)).then(|| name.to_ascii_lowercase())
}
