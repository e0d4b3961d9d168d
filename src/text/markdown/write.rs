//! Writes a fitted document as Markdown that any `CommonMark` and GFM reader reads back as the same tree.

use std::fmt::Write as _;

use crate::text::doc::{Block, Doc, Inline, ListItem, Mark, TASK_DONE, TASK_OPEN, TableCell};
use crate::text::spans::{Span, nest};

/// What keeps two delimiter runs, or a run and a letter, apart. Readers drop it.
const APART: char = '\u{200B}';
/// A space that no reader eats.
const HARD_SPACE: char = '\u{A0}';

/// Writes a document that fits already.
pub(super) fn document(doc: &Doc) -> String {
    blocks(&doc.blocks)
}

fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&write_block(block));
    }
    out
}

fn write_block(block: &Block) -> String {
    match block {
        Block::Paragraph { content } => inlines(content, false),
        Block::Heading { level, content } => {
            let text = inlines(content, false);
            // A closing sequence of `#` would be dropped.
            let text = match text.strip_suffix('#') {
                Some(head) if !head.ends_with('\\') => format!("{head}\\#"),
                _ => text,
            };
            format!("{} {text}", "#".repeat(usize::from(*level)))
        }
        Block::List { start, items } => list(*start, items),
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            format!("{fence}{}\n{text}\n{fence}", language.as_deref().unwrap_or_default())
        }
        Block::Quote { blocks: inner } => prefix(&blocks(inner), "> ", "> "),
        Block::Panel { blocks: inner, .. } | Block::Expand { blocks: inner, .. } => blocks(inner),
        Block::Table { rows } => table(rows),
        Block::Rule => "***".to_owned(),
    }
}

fn prefix(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        let sign = if n == 0 { first } else { rest };
        out.push_str(if line.is_empty() { sign.trim_end() } else { sign });
        out.push_str(line);
    }
    out
}

fn list(start: Option<u64>, items: &[ListItem]) -> String {
    let mut lines = Vec::with_capacity(items.len());
    for (n, item) in items.iter().enumerate() {
        let sign = match start {
            Some(first) => format!("{}. ", first.saturating_add(n as u64).min(999_999_999)),
            None => "- ".to_owned(),
        };
        lines.push(prefix(&write_item(item), &sign, &" ".repeat(sign.len())));
    }
    lines.join("\n")
}

fn write_item(item: &ListItem) -> String {
    let mut out = String::new();
    match (item.task, item.blocks.first()) {
        (Some(done), Some(Block::Paragraph { .. })) => out.push_str(if done { "[x] " } else { "[ ] " }),
        (Some(done), _) => out.push_str(if done { TASK_DONE } else { TASK_OPEN }.trim_end()),
        (None, _) => {}
    }
    let mut before: Option<&Block> = None;
    if item.task.is_some() && !matches!(item.blocks.first(), Some(Block::Paragraph { .. })) {
        out.push_str("\n\n");
    }
    for block in &item.blocks {
        match (before, block) {
            (None, _) => {}
            (Some(Block::Paragraph { .. }), Block::List { start: None | Some(1), .. }) => out.push('\n'),
            _ => out.push_str("\n\n"),
        }
        out.push_str(&write_block(block));
        before = Some(block);
    }
    out
}

fn table(rows: &[Vec<TableCell>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let has_head = rows.first().is_some_and(|row| row.iter().all(|cell| cell.header));
    let mut lines = Vec::with_capacity(rows.len() + 2);
    let mut rest = rows;
    if has_head && let Some((head, tail)) = rows.split_first() {
        lines.push(row(head));
        rest = tail;
    } else {
        lines.push(format!("|{}", "  |".repeat(columns)));
    }
    lines.push(format!("|{}", " --- |".repeat(columns)));
    lines.extend(rest.iter().map(|cells| row(cells)));
    lines.join("\n")
}

fn row(cells: &[TableCell]) -> String {
    let mut out = "|".to_owned();
    for cell in cells {
        out.push(' ');
        if let Some(Block::Paragraph { content }) = cell.blocks.first() {
            out.push_str(&inlines(content, true));
        }
        out.push_str(" |");
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn inlines(content: &[Inline], in_table: bool) -> String {
    let mut writer = Writer { out: String::new(), in_table, line_start: 0, closing: None, stars: 0 };
    writer.spans(&nest(content), None);
    writer.out
}

struct Writer {
    out: String,
    in_table: bool,
    /// Where the line starts in `out`.
    line_start: usize,
    /// Where a closing delimiter run that follows punctuation starts: a letter after it would keep it from closing.
    closing: Option<usize>,
    /// How many runs of stars are open: another one must not close them.
    stars: usize,
}

impl Writer {
    fn spans(&mut self, spans: &[Span<'_>], next: Option<char>) {
        for (n, span) in spans.iter().enumerate() {
            let next = spans.get(n + 1).map_or(next, written_first);
            match span {
                Span::Text(text) => self.text(text, next),
                Span::Leaf(Inline::Break) => self.line_break(),
                Span::Leaf(Inline::Image { url, alt }) => {
                    self.before('!');
                    self.out.push_str("![");
                    self.text(alt, Some(']'));
                    self.destination(url);
                }
                Span::Leaf(other) => self.text(&other.plain(), next),
                Span::Marked(Mark::Code, inner) => self.code(inner),
                Span::Marked(Mark::Link(url), inner) => self.link(url, inner),
                Span::Marked(Mark::Strong, inner) => self.emphasis("**", inner),
                Span::Marked(Mark::Em, inner) => self.emphasis("*", inner),
                Span::Marked(Mark::Strike, inner) => self.emphasis("~~", inner),
                Span::Marked(_, inner) => self.spans(inner, next),
            }
        }
    }

    fn line_break(&mut self) {
        self.closing = None;
        if self.in_table {
            self.out.push_str("<br>");
        } else {
            self.out.push_str("  \n");
        }
        self.line_start = self.out.len();
    }

    /// Keeps a closing run from sticking to what comes next.
    fn before(&mut self, next: char) {
        if let Some(at) = self.closing.take()
            && !next.is_whitespace()
        {
            let punctuated = self.out.get(..at).and_then(|head| head.chars().next_back()).is_some_and(is_sign);
            let delimiter = matches!(next, '*' | '~');
            if punctuated && (delimiter || !is_punctuation(next)) {
                self.out.insert(at, APART);
            }
            if delimiter {
                self.out.push(APART);
            }
        }
    }

    fn emphasis(&mut self, sign: &str, inner: &[Span<'_>]) {
        self.before(sign.chars().next().unwrap_or('*'));
        // The run opens if a sign inside it has a blank or a sign before it; a letter inside always does. With a sign before
        // it, it could close as well.
        let outside = self.last();
        self.out.push_str(sign);
        let opens = first_char(inner).is_some_and(|c| !is_sign(c)) && !starts_marked(inner);
        let could_close = self.stars > 0 && sign.starts_with('*');
        if !opens && outside.is_some_and(|c| !c.is_whitespace() && (could_close || !is_punctuation(c))) {
            self.out.push(APART);
        }
        // Of three stars the two that stay open when the inner run ends could be closed by one that opens after it.
        if inner.iter().filter(|span| is_starred(span)).count() > 1 && inner.first().is_some_and(is_starred) {
            self.out.push(APART);
        }
        self.stars += usize::from(sign.starts_with('*'));
        self.spans(inner, sign.chars().next());
        self.stars -= usize::from(sign.starts_with('*'));
        if self.closing.is_some() && !self.out.ends_with(sign) && !sign.starts_with(|c| self.out.ends_with(c)) {
            // Two runs of different signs close one after the other only if no letter follows: keep them apart.
            self.before(APART);
            self.out.push(APART);
        }
        let at = self.closing.unwrap_or(self.out.len());
        self.out.push_str(sign);
        self.closing = Some(at);
    }

    fn last(&self) -> Option<char> {
        self.out.get(self.line_start..).and_then(|line| line.chars().next_back())
    }

    fn code(&mut self, inner: &[Span<'_>]) {
        let text: String = inner.iter().map(Span::plain).collect();
        self.before('`');
        let fence = "`".repeat(longest_run(&text) + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        let text = if self.in_table { text.replace('|', "\\|") } else { text };
        let _ = write!(self.out, "{fence}{pad}{text}{pad}{fence}");
    }

    fn link(&mut self, url: &str, inner: &[Span<'_>]) {
        self.before('[');
        let absolute = url.split_once("://").is_some_and(|(scheme, _)| matches!(scheme, "http" | "https"));
        if let [Span::Text(text)] = inner
            && *text == url
            && absolute
            && !url.contains(['&', '|'])
        {
            let _ = write!(self.out, "<{url}>");
            return;
        }
        self.out.push('[');
        self.spans(inner, Some(']'));
        self.closing = None;
        self.destination(url);
    }

    fn destination(&mut self, url: &str) {
        // `&copy;` in an address would be read as a character reference.
        let url = if url.contains('&') && url.contains(';') { url.replace('&', "&amp;") } else { url.to_owned() };
        let url = if self.in_table { url.replace('|', "%7C") } else { url };
        if url.contains(['(', ')']) {
            let _ = write!(self.out, "](<{url}>)");
        } else {
            let _ = write!(self.out, "]({url})");
        }
    }

    fn text(&mut self, text: &str, next_span: Option<char>) {
        if let Some(first) = text.chars().next() {
            // A sign is written with a backslash before it, which is a sign too.
            self.before(first);
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let before = self.last();
            let at_start = self.out.len() == self.line_start;
            let tail = rest.get(c.len_utf8()..).unwrap_or_default();
            let next = tail.chars().next().or(next_span);
            match c {
                ' ' if before.is_none_or(|c| c == ' ' || c == HARD_SPACE) => self.out.push(HARD_SPACE),
                '\\' | '`' | '*' | '[' | ']' | '<' | '~' => self.escaped(c),
                '_' if !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)) => {
                    self.escaped(c);
                }
                '^' if before == Some('[') => self.escaped(c),
                '|' if self.in_table || at_start => self.escaped(c),
                '&' if is_reference(tail) => self.escaped(c),
                '!' if next == Some('[') => self.escaped(c),
                '#' | '>' | '-' | '+' | '=' | ':' if at_start => self.escaped(c),
                '.' | ')' if self.after_number() => self.escaped(c),
                c => self.out.push(c),
            }
            rest = tail;
        }
    }

    fn escaped(&mut self, c: char) {
        self.out.push('\\');
        self.out.push(c);
    }

    /// Returns true when the line so far is only digits: with a dot it would be a list.
    fn after_number(&self) -> bool {
        let line = self.out.get(self.line_start..).unwrap_or_default();
        !line.is_empty() && line.len() <= 9 && line.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Returns true when what follows a `&` makes it a character reference.
fn is_reference(tail: &str) -> bool {
    let name = tail.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').take(40).count();
    name > 0 && tail.as_bytes().get(name) == Some(&b';')
}

/// Returns the first character that a span is written with.
fn written_first(span: &Span<'_>) -> Option<char> {
    match span {
        Span::Leaf(Inline::Break) => Some('\n'),
        Span::Leaf(Inline::Image { .. }) => Some('!'),
        Span::Text(text) => text.chars().next(),
        Span::Leaf(other) => other.plain().chars().next(),
        Span::Marked(Mark::Link(_), _) => Some('['),
        Span::Marked(Mark::Code, _) => Some('`'),
        Span::Marked(Mark::Strike, _) => Some('~'),
        Span::Marked(Mark::Strong | Mark::Em, _) => Some('*'),
        Span::Marked(_, inner) => inner.first().and_then(written_first),
    }
}

/// Returns true for what every Markdown reader counts as punctuation.
fn is_punctuation(c: char) -> bool {
    let full_width = matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{FF01}'..='\u{FF0F}')
        || matches!(c, '\u{FF1A}'..='\u{FF20}' | '\u{2018}'..='\u{201F}' | '—' | '…');
    c.is_ascii_punctuation() || full_width
}

/// Returns true for what Markdown may count as punctuation: symbols too, even the letters in circles and squares among them.
fn is_sign(c: char) -> bool {
    let letter_like = matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}');
    (!c.is_alphanumeric() || letter_like) && !c.is_whitespace() && c != APART
}

fn is_starred(span: &Span<'_>) -> bool {
    matches!(span, Span::Marked(Mark::Strong | Mark::Em, _))
}

fn starts_marked(spans: &[Span<'_>]) -> bool {
    matches!(spans.first(), Some(Span::Marked(..)))
}

fn first_char(spans: &[Span<'_>]) -> Option<char> {
    match spans.first()? {
        Span::Text(text) => text.chars().next(),
        Span::Leaf(inline) => inline.plain().chars().next(),
        Span::Marked(_, inner) => first_char(inner),
    }
}
