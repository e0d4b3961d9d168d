//! Writes a fitted document as wiki markup.

use std::fmt::Write as _;

use super::emoticons;
use super::escape::is_escapable;
use super::links;
use super::macros::panel_color;
use super::raw;
use crate::text::doc::{Block, Doc, Inline, ListItem, Mark, TASK_DONE, TASK_OPEN, TableCell};
use crate::text::html;
use crate::text::spans::{Span, nest};

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
        write_block(block, &mut out);
    }
    out
}

fn write_block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph { content } => out.push_str(&inlines(content, Line::Paragraph)),
        Block::Heading { level, content } => {
            let _ = write!(out, "h{level}. {}", inlines(content, Line::Inside));
        }
        Block::List { start, items } => {
            let mut lines = Vec::new();
            list(*start, items, "", &mut lines);
            out.push_str(&lines.join("\n"));
        }
        Block::Code { language, text } => code(language.as_deref(), text, out),
        Block::Quote { blocks: inner } => {
            let _ = write!(out, "{{quote}}\n{}\n{{quote}}", blocks(inner));
        }
        Block::Table { rows } => {
            let rows: Vec<String> = rows.iter().map(|cells| row(cells)).collect();
            out.push_str(&rows.join("\n"));
        }
        Block::Rule => out.push_str("----"),
        Block::Panel { kind, title, blocks: inner } => {
            let params = [
                title.as_ref().map(|title| format!("title={title}")),
                panel_color(*kind).map(|color| format!("bgColor={color}")),
            ];
            let params = params.into_iter().flatten().collect::<Vec<_>>().join("|");
            let colon = if params.is_empty() { "" } else { ":" };
            let _ = write!(out, "{{panel{colon}{params}}}\n{}\n{{panel}}", blocks(inner));
        }
        Block::Expand { blocks: inner, .. } => out.push_str(&blocks(inner)),
    }
}

fn code(language: Option<&str>, text: &str, out: &mut String) {
    // A macro ends at the first tag with its name.
    let ends_early = raw::has_tag("noformat", text) && !raw::has_tag("code", text);
    let name = if language.is_some() || ends_early { "code" } else { "noformat" };
    let text = raw::code(name, text);
    let params = language.map(|language| format!(":{language}")).unwrap_or_default();
    let _ = write!(out, "{{{name}{params}}}\n{text}\n{{{name}}}");
}

fn list(start: Option<u64>, items: &[ListItem], signs: &str, lines: &mut Vec<String>) {
    let signs = format!("{signs}{}", if start.is_some() { '#' } else { '*' });
    for item in items {
        let task = match item.task {
            Some(true) => TASK_DONE,
            Some(false) => TASK_OPEN,
            None => "",
        };
        let mut text = format!("{signs} {task}");
        let mut inner = Vec::new();
        for (n, block) in item.blocks.iter().enumerate() {
            match block {
                Block::List { start, items } => list(*start, items, &signs, &mut inner),
                Block::Paragraph { content } if n == 0 => text.push_str(&inlines(content, Line::Item)),
                block => {
                    // What goes on with an item stands on the next line; the first thing stands on its own.
                    if n > 0 || item.task.is_some() {
                        text.truncate(text.trim_end().len());
                        text.push('\n');
                    }
                    write_block(block, &mut text);
                }
            }
        }
        if !matches!(item.blocks.first(), Some(Block::List { .. })) || item.task.is_some() {
            text.truncate(text.trim_end_matches(' ').len());
            lines.push(text);
        }
        lines.append(&mut inner);
    }
}

fn row(cells: &[TableCell]) -> String {
    let mut out = String::new();
    for cell in cells {
        out.push_str(if cell.header { "||" } else { "|" });
        out.push(' ');
        if let Some(Block::Paragraph { content }) = cell.blocks.first() {
            out.push_str(&inlines(content, Line::Cell));
        }
        out.push(' ');
    }
    out.push_str(if cells.last().is_some_and(|cell| cell.header) { "||" } else { "|" });
    out
}

/// What kind of line the text is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// A paragraph: its lines start at the margin.
    Paragraph,
    /// A list item: what starts a heading or a table starts one in it, too.
    Item,
    /// A heading: only lines after a break would start at the margin.
    Inside,
    /// A table cell: there are no lines.
    Cell,
}

fn inlines(content: &[Inline], line: Line) -> String {
    let mut writer = Writer {
        out: String::new(),
        line,
        line_start: (line != Line::Inside).then_some(0),
        after_break: true,
        breaks: Vec::new(),
        in_link: false,
        lonely: lonely(content),
    };
    writer.spans(&nest(content), None);
    writer.end_breaks();
    writer.out
}

struct Writer {
    out: String,
    line: Line,
    /// Where the line starts, if it starts at the margin.
    line_start: Option<usize>,
    /// True at the start and after a break: a space there would be lost.
    after_break: bool,
    /// True in the text of a link, which a bar or a bracket would end.
    in_link: bool,
    /// Where the text goes on after a break in a cell.
    breaks: Vec<usize>,
    /// Signs that stand only once in the text, and so have no partner to mark anything with.
    lonely: Vec<char>,
}

fn lonely(content: &[Inline]) -> Vec<char> {
    let mut alone = Vec::new();
    for (sign, mark) in SIGNS {
        let marked = |inline: &Inline| matches!(inline, Inline::Text { marks, .. } if marks.contains(&mark));
        let signs = |inline: &Inline| match inline {
            Inline::Text { text, .. } | Inline::Emoji { text } => text.bytes().filter(|b| *b == sign).take(2).count(),
            Inline::Break => 0,
            other => other.plain().bytes().filter(|b| *b == sign).take(2).count(),
        };
        let mut seen = 0;
        // Two are enough to know.
        let several = content.iter().any(|inline| {
            seen += signs(inline);
            seen > 1 || marked(inline)
        });
        if !several {
            alone.push(char::from(sign));
        }
    }
    alone
}

const SIGNS: [(u8, Mark); 6] = [
    (b'*', Mark::Strong),
    (b'_', Mark::Em),
    (b'-', Mark::Strike),
    (b'+', Mark::Underline),
    (b'^', Mark::Sup),
    (b'~', Mark::Sub),
];

impl Writer {
    fn spans(&mut self, spans: &[Span<'_>], next: Option<char>) {
        for (n, span) in spans.iter().enumerate() {
            let next = spans.get(n + 1).map_or(next, first_char);
            match span {
                Span::Text(text) => self.text(text, next),
                Span::Leaf(Inline::Break) => self.line_break(),
                Span::Leaf(Inline::Image { url, alt }) => self.image(url, alt),
                Span::Leaf(ping @ Inline::Ping { id, .. }) => self.ping(id, &ping.plain(), next),
                Span::Leaf(other) => self.text(&other.plain(), next),
                Span::Marked(mark, inner) => self.marked(mark, inner, next),
            }
        }
    }

    /// A user name that the markup could misread stays a text.
    fn ping(&mut self, id: &str, shown: &str, next: Option<char>) {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+');
        if id.is_empty() || !id.chars().all(plain) {
            return self.text(shown, next);
        }
        if self.out.ends_with(|c: char| !c.is_whitespace()) {
            self.out.push(' ');
        }
        self.out.push_str("[~");
        self.out.push_str(id);
        self.out.push(']');
    }

    fn line_break(&mut self) {
        if self.line == Line::Cell {
            self.out.push_str("\\\\");
            self.breaks.push(self.out.len());
        } else {
            self.out.push('\n');
            self.line_start = Some(self.out.len());
        }
        self.after_break = true;
    }

    /// Puts a blank after each break before a word with a backslash in it: Data Center would take the break for text.
    fn end_breaks(&mut self) {
        let mut out = String::with_capacity(self.out.len() + self.breaks.len());
        let mut done = 0;
        for at in std::mem::take(&mut self.breaks) {
            let word = self.out.get(at..).unwrap_or_default();
            let stop = word.bytes().find(|b| *b == b'\\' || b.is_ascii_whitespace());
            if stop == Some(b'\\') {
                out.push_str(self.out.get(done..at).unwrap_or_default());
                out.push(' ');
                done = at;
            }
        }
        if done > 0 {
            out.push_str(self.out.get(done..).unwrap_or_default());
            self.out = out;
        }
    }

    fn image(&mut self, url: &str, alt: &str) {
        let url = url.replace('|', "%7C").replace('!', "%21");
        if alt.is_empty() {
            let _ = write!(self.out, "!{url}!");
        } else {
            let _ = write!(self.out, "!{url}|alt={alt}!");
        }
        self.after_break = false;
    }

    fn marked(&mut self, mark: &Mark, inner: &[Span<'_>], next: Option<char>) {
        let sign = match mark {
            Mark::Strong => "{*}",
            Mark::Em => "{_}",
            Mark::Strike => "{-}",
            Mark::Underline => "{+}",
            Mark::Sub => "{~}",
            Mark::Sup => "{^}",
            Mark::Code => return self.mono(inner, next),
            Mark::Link(url) => return self.link(url, inner),
            Mark::Color(color) => {
                let _ = write!(self.out, "{{color:{color}}}");
                self.spans(inner, Some('{'));
                self.out.push_str("{color}");
                return;
            }
        };
        self.out.push_str(sign);
        self.spans(inner, Some('{'));
        self.out.push_str(sign);
    }

    fn mono(&mut self, inner: &[Span<'_>], next: Option<char>) {
        let text: String = inner.iter().map(Span::plain).collect();
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let pad = if letter(self.out.chars().next_back()) || letter(next) { "{}" } else { "" };
        self.out.push_str("{{");
        self.out.push_str(pad);
        // Data Center renders markup in it, and both take escapes back.
        self.after_break = false;
        self.text(&text, Some('}'));
        self.out.push_str(pad);
        self.out.push_str("}}");
        self.after_break = false;
    }

    fn link(&mut self, url: &str, inner: &[Span<'_>]) {
        let url = url.replace('|', "%7C").replace(']', "%5D").replace('[', "%5B");
        self.out.push('[');
        match inner {
            [Span::Text(text)] if *text == url && links::is_target(&url) && !url.starts_with("mailto:") => {}
            _ => {
                self.in_link = true;
                self.spans(inner, Some('|'));
                self.in_link = false;
                self.out.push('|');
            }
        }
        self.out.push_str(&url);
        self.out.push(']');
        self.after_break = false;
    }

    fn text(&mut self, text: &str, next_span: Option<char>) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let tail = rest.get(c.len_utf8()..).unwrap_or_default();
            let next = tail.chars().next().or(next_span);
            self.character(c, rest, next);
            self.after_break = false;
            rest = tail;
        }
    }

    fn character(&mut self, c: char, rest: &str, next: Option<char>) {
        let before = self.out.chars().next_back();
        let at_margin = self.line_start == Some(self.out.len());
        match c {
            ' ' if self.after_break || before == Some(' ') || before == Some(HARD_SPACE) => self.out.push(HARD_SPACE),
            '[' | ']' | '|' if self.in_link => self.reference(c),
            // With the brace of a mark or macro behind it, it would be one sign of two.
            '{' if rest.len() == 1 && next == Some('{') => self.reference(c),
            '{' | '}' | '[' | ']' => self.escaped(c),
            '#' | '|' | '*' | '-' if at_margin => self.escaped(c),
            '|' if self.line == Line::Cell => self.escaped(c),
            '*' | '_' | '+' | '^' | '~' | '-' if self.could_mark(c, before, next) => self.escaped(c),
            '?' if before == Some('?') || next == Some('?') => self.escaped(c),
            '!' if next.is_none_or(|next| !next.is_whitespace()) => self.escaped(c),
            '(' if emoticons::at_start(rest).is_some() => self.escaped(c),
            '(' | ')' if self.has_eyes() => self.escaped(c),
            ':' if is_face(rest) => self.reference(c),
            '.' if self.starts_block() => self.reference(c),
            '&' if html::reference(rest).is_some() => self.out.push_str("&amp;"),
            // A backslash is one only before what it cannot escape, and two are a break.
            '\\' if next.is_none_or(|next| next == '\\' || next == '\n' || is_escapable(next)) => self.reference(c),
            c => self.out.push(c),
        }
    }

    fn could_mark(&self, c: char, before: Option<char>, next: Option<char>) -> bool {
        is_active(c, before, next) && !self.lonely.contains(&c)
    }

    fn escaped(&mut self, c: char) {
        self.out.push('\\');
        self.out.push(c);
    }

    /// Writes a sign that must not be seen as one.
    fn reference(&mut self, c: char) {
        let _ = write!(self.out, "&#{};", u32::from(c));
    }

    /// Returns true when a bracket now would end an emoticon. The semicolon may be that of a character reference, which is
    /// what Data Center makes of an escape.
    fn has_eyes(&self) -> bool {
        let ends = |text: &str| {
            let mut last = text.chars().rev();
            matches!(last.next(), Some(':' | ';')) || last.next() == Some('\\')
        };
        ends(&self.out) || self.out.strip_suffix('-').is_some_and(ends)
    }

    /// Returns true when the line so far would start a heading or a quote with a dot.
    fn starts_block(&self) -> bool {
        let line = self.line_start.and_then(|at| self.out.get(at..)).unwrap_or_default();
        matches!(line.as_bytes(), [b'h', b'1'..=b'6'] | b"bq")
    }
}

/// Returns true when a colon starts an emoticon that ends with a letter. Before a letter there is none.
fn is_face(rest: &str) -> bool {
    let Some(signs) = [":P", ":D", ":-P", ":-D"].into_iter().find(|signs| rest.starts_with(signs)) else {
        return false;
    };
    let after = rest.get(signs.len()..).and_then(|tail| tail.chars().next());
    !after.is_some_and(|c| c.is_ascii_alphabetic())
}

/// Returns true when a formatting sign could open or close something where it stands.
fn is_active(c: char, before: Option<char>, next: Option<char>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    if c == '-' && (before == Some('-') || next == Some('-')) {
        return true;
    }
    let inside_word = letter(before) && letter(next);
    // A hard space is no blank to Data Center.
    let alone = before.is_some_and(|c| c.is_whitespace() && c != HARD_SPACE) && blank(next);
    !inside_word && !alone
}

/// Returns the first character that a span is written with.
fn first_char(span: &Span<'_>) -> Option<char> {
    match span {
        Span::Leaf(Inline::Break) => Some('\n'),
        Span::Leaf(Inline::Image { .. }) => Some('!'),
        Span::Text(text) => text.chars().next(),
        Span::Leaf(Inline::Ping { .. }) | Span::Marked(Mark::Link(_), _) => Some('['),
        Span::Leaf(other) => other.plain().chars().next(),
        Span::Marked(..) => Some('{'),
    }
}
