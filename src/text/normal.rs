//! The normal form of a document: the one tree that stands for all trees which read the same.
//!
//! Every reader ends with it, so two formats agree, and fingerprints do not change for nothing:
//! * text holds no control characters, newlines, tabs, no-break or zero-width spaces; runs of equal marks are one run;
//! * marks are sorted, unique and possible together (`code` only with a link); a space at the edge of a run has none;
//! * a paragraph has no blanks at its edges or at the end of a line, and no empty line; bare addresses are links;
//! * links and images go only where [`url::safe`] allows;
//! * nothing is empty, no two lists of one kind touch, tables are rectangular and have bounds.

use super::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, TASK_DONE, TASK_OPEN, TableCell, plain_inlines};
use super::url;

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
        if depth >= MAX_DEPTH {
            let text = Doc { blocks: vec![block] }.plain_text();
            out.extend(paragraphs(vec![Inline::text(text)], plain));
            continue;
        }
        match block {
            Block::Paragraph { content } => out.extend(paragraphs(content, plain)),
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
        out.extend(paragraphs(vec![Inline::text(text)], plain));
    }
}

fn code_text(text: &str) -> String {
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
    let lines = out.trim_end();
    // Blank first lines go; the indentation of the first line with text stays.
    let indent = lines.find(|c: char| !c.is_whitespace()).unwrap_or(lines.len());
    let from = lines.get(..indent).and_then(|blank| blank.rfind('\n')).map_or(0, |at| at + 1);
    lines.get(from..).unwrap_or_default().to_owned()
}

fn code_language(name: &str) -> Option<String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '-' | '_');
    let name = name.trim();
    (!name.is_empty() && name.len() <= 32 && name.chars().all(known)).then(|| name.to_ascii_lowercase())
}

/// Returns true for characters that are never carried: controls (they break XML exports and Jira refuses them), and
/// the zero-width marks that writers put to keep a target from reading markup.
fn is_noise(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{2028}' | '\u{2029}')
}

/// Returns the text as one clean line.
fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ").trim().to_owned()
}

/// Returns clean text; newlines stay for the caller to split at.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\u{A0}' => out.push(' '),
            c if is_noise(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn heading(content: Vec<Inline>, plain: bool) -> Vec<Inline> {
    let flat: Vec<Inline> = clean_inlines(content, plain)
        .into_iter()
        .map(|inline| if inline == Inline::Break { Inline::text(" ") } else { inline })
        .collect();
    let flat = merge(flat);
    let mut line = lines(flat).pop().unwrap_or_default();
    trim_start(&mut line);
    line
}

/// Returns one paragraph for each group of lines between empty lines.
pub(crate) fn paragraphs(content: Vec<Inline>, plain: bool) -> Vec<Block> {
    let mut out = Vec::new();
    let mut content_now: Vec<Inline> = Vec::new();
    for line in lines(clean_inlines(content, plain)) {
        if line.is_empty() {
            if !content_now.is_empty() {
                out.push(Block::Paragraph { content: std::mem::take(&mut content_now) });
            }
            continue;
        }
        let mut line = line;
        if content_now.is_empty() {
            trim_start(&mut line);
        } else {
            content_now.push(Inline::Break);
        }
        content_now.append(&mut line);
    }
    if !content_now.is_empty() {
        out.push(Block::Paragraph { content: content_now });
    }
    out
}

/// Cleans each inline: text without newlines (they become breaks), addresses checked, bare addresses linked.
fn clean_inlines(content: Vec<Inline>, plain: bool) -> Vec<Inline> {
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        let inline = match inline {
            Inline::Text { .. } | Inline::Break => inline,
            Inline::Mention { id, name } => Inline::Mention { id: one_line(&id), name: one_line(&name) },
            Inline::Emoji { text } => Inline::Emoji { text: one_line(&text) },
            Inline::Image { url, alt } => {
                Inline::Image { url: url::safe(&url).unwrap_or_default(), alt: one_line(&alt) }
            }
        };
        match inline {
            Inline::Text { text, marks } => push_lines(&text, &sort_marks(marks), &mut out),
            Inline::Mention { .. } | Inline::Emoji { .. } if plain => push_lines(&inline.plain(), &[], &mut out),
            Inline::Image { ref url, .. } if plain && url.is_empty() => push_lines(&inline.plain(), &[], &mut out),
            Inline::Mention { ref id, ref name } if id.is_empty() && name.trim_start_matches('@').is_empty() => {}
            Inline::Emoji { ref text } if text.is_empty() => {}
            inline => out.push(inline),
        }
    }
    link_addresses(out)
}

fn push_lines(text: &str, marks: &[Mark], out: &mut Vec<Inline>) {
    for (n, line) in clean(text).split('\n').enumerate() {
        if n > 0 {
            out.push(Inline::Break);
        }
        if !line.is_empty() {
            push_text(line, marks.to_vec(), out);
        }
    }
}

/// Makes links of bare addresses, once neighbours are one run.
fn link_addresses(content: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        let Inline::Text { text, marks } = inline else {
            out.push(inline);
            continue;
        };
        if marks.iter().any(|mark| matches!(mark, Mark::Link(_) | Mark::Code)) {
            push_text(&text, marks, &mut out);
            continue;
        }
        for (piece, is_address) in url::bare(&text) {
            let mut marks = marks.clone();
            if is_address && let Some(url) = url::safe(piece) {
                marks.insert(0, Mark::Link(url));
            }
            push_text(piece, marks, &mut out);
        }
    }
    out
}

fn push_text(piece: &str, marks: Vec<Mark>, out: &mut Vec<Inline>) {
    if let Some(Inline::Text { text, marks: before }) = out.last_mut()
        && *before == marks
    {
        text.push_str(piece);
        return;
    }
    out.push(Inline::Text { text: piece.to_owned(), marks });
}

fn sort_marks(marks: Vec<Mark>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = marks
        .into_iter()
        .filter_map(|mark| match mark {
            Mark::Link(address) => url::safe(&address).map(Mark::Link),
            Mark::Color(name) => color(&name).map(Mark::Color),
            mark => Some(mark),
        })
        .collect();
    if marks.contains(&Mark::Code) {
        marks.retain(|mark| matches!(mark, Mark::Code | Mark::Link(_)));
    }
    if marks.contains(&Mark::Sub) {
        marks.retain(|mark| *mark != Mark::Sup);
    }
    marks.sort_by_key(Mark::rank);
    marks.dedup_by_key(|mark| mark.rank());
    marks
}

/// Returns the colour as `#rrggbb`; black is no colour.
fn color(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase();
    let hex = name.strip_prefix('#')?;
    if !hex.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let full = match hex.len() {
        6 => hex.to_owned(),
        3 => hex.chars().flat_map(|c| [c, c]).collect(),
        _ => return None,
    };
    (full != "000000").then(|| format!("#{full}"))
}

/// Splits at breaks; in each line moves blanks out of marks, drops those at the end, and merges equal runs.
fn lines(content: Vec<Inline>) -> Vec<Vec<Inline>> {
    let mut lines = vec![Vec::new()];
    for inline in content {
        if inline == Inline::Break {
            lines.push(Vec::new());
        } else if let Some(line) = lines.last_mut() {
            line.push(inline);
        }
    }
    for line in &mut lines {
        let marked = line.iter().any(|inline| matches!(inline, Inline::Text { marks, .. } if !marks.is_empty()));
        if marked {
            *line = merge(share_blanks(std::mem::take(line)));
        }
        trim_end(line);
        if line.iter().all(is_blank) {
            line.clear();
        }
    }
    lines
}

fn is_blank(inline: &Inline) -> bool {
    matches!(inline, Inline::Text { text, .. } if text.trim().is_empty())
}

/// Splits blanks off the edges of each run and gives them the marks that both neighbours have.
fn share_blanks(line: Vec<Inline>) -> Vec<Inline> {
    let mut parts: Vec<Inline> = Vec::with_capacity(line.len());
    for inline in line {
        match inline {
            Inline::Text { text, marks } if !marks.is_empty() => {
                let body = text.trim();
                let lead = text.len() - text.trim_start().len();
                let (before, rest) = text.split_at(lead);
                let (_, after) = rest.split_at(body.len());
                for piece in [before, body, after] {
                    if !piece.is_empty() {
                        parts.push(Inline::marked(piece, &marks));
                    }
                }
            }
            other => parts.push(other),
        }
    }
    let marks_of = |inline: Option<&Inline>| match inline {
        Some(Inline::Text { marks, .. }) => marks.clone(),
        _ => Vec::new(),
    };
    let mut left: Vec<Mark> = Vec::new();
    let mut out = Vec::with_capacity(parts.len());
    let mut parts = parts.into_iter().peekable();
    // A stretch of blank pieces is decided as a whole, by the runs on both of its sides.
    while let Some(part) = parts.next() {
        if !is_blank(&part) {
            left = marks_of(Some(&part));
            out.push(part);
            continue;
        }
        let mut stretch = vec![part];
        while let Some(next) = parts.next_if(is_blank) {
            stretch.push(next);
        }
        let right = marks_of(parts.peek());
        let same = left == right;
        let mut shared: Vec<Mark> = left.iter().filter(|mark| right.contains(mark)).cloned().collect();
        let all_code =
            stretch.iter().all(|blank| matches!(blank, Inline::Text { marks, .. } if marks.contains(&Mark::Code)));
        if !(same && all_code) {
            // Two words of code are not one.
            shared.retain(|mark| *mark != Mark::Code);
        }
        let text: String = stretch.iter().map(Inline::plain).collect();
        out.push(Inline::Text { text, marks: shared });
    }
    out
}

fn merge(line: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(line.len());
    for inline in line {
        match inline {
            Inline::Text { text, marks } => push_text(&text, marks, &mut out),
            other => out.push(other),
        }
    }
    out
}

fn trim_end(line: &mut Vec<Inline>) {
    while let Some(Inline::Text { text, .. }) = line.last_mut() {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            return;
        }
        line.pop();
    }
}

fn trim_start(line: &mut Vec<Inline>) {
    while let Some(Inline::Text { text, .. }) = line.first_mut() {
        let trimmed = text.trim_start();
        if !trimmed.is_empty() {
            *text = trimmed.to_owned();
            return;
        }
        line.remove(0);
    }
}

/// Returns the runs of a text as plain paragraphs.
pub(crate) fn unmarked(content: &[Inline]) -> Vec<Block> {
    paragraphs(vec![Inline::text(plain_inlines(content))], true)
}
