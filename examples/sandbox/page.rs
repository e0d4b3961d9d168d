//! Printing: two columns of text that holds Chinese and English, within a page's width. Colours only on a terminal.

use anstream::println;
use guajira::text::{Block, Doc, Inline, ListItem, Mark, TableCell};

/// Columns of a page.
pub(crate) const WIDTH: usize = 99;
/// Columns of one side.
const SIDE: usize = 47;

/// How a line looks on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// As it is.
    Plain,
    /// Titles.
    Bold,
    /// Who, when, and other small print.
    Dim,
    /// What travelled.
    Green,
    /// What stayed, and what is wrong.
    Yellow,
}

impl Ink {
    fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Yellow => "33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// What one side shows, line by line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell(Vec<(Ink, String)>);

impl Cell {
    /// Adds a text, wrapped to the width of a side.
    pub(crate) fn add(&mut self, ink: Ink, text: &str) {
        let lines = text.lines().flat_map(|line| wrap(line, SIDE));
        self.0.extend(lines.map(|line| (ink, line)));
    }
}

/// Which way something travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrow {
    /// From left to right.
    Right,
    /// From right to left.
    Left,
    /// It stayed.
    None,
}

/// Prints two cells side by side.
pub(crate) fn row(left: &Cell, arrow: Arrow, right: &Cell) {
    let empty = (Ink::Plain, String::new());
    for n in 0..left.0.len().max(right.0.len()) {
        let (left_ink, left) = left.0.get(n).unwrap_or(&empty);
        let (right_ink, right) = right.0.get(n).unwrap_or(&empty);
        let arrow = match arrow {
            Arrow::Right if n == 0 => Ink::Green.paint(" ──▶ "),
            Arrow::Left if n == 0 => Ink::Green.paint(" ◀── "),
            _ => "     ".to_owned(),
        };
        let left = format!("{}{}", left_ink.paint(left), " ".repeat(SIDE.saturating_sub(columns(left))));
        say(&format!("{left}{arrow}{}", right_ink.paint(right)));
    }
}

/// Prints the heads of the two columns.
pub(crate) fn heads(left: &str, right: &str) {
    println!();
    let mut cells = [Cell::default(), Cell::default()];
    for (cell, head) in cells.iter_mut().zip([left, right]) {
        cell.add(Ink::Bold, head);
        cell.add(Ink::Dim, &"─".repeat(SIDE));
    }
    let [left, right] = cells;
    row(&left, Arrow::None, &right);
}

/// Prints the title of a part.
pub(crate) fn title(text: &str) {
    let line = "━".repeat(WIDTH.saturating_sub(columns(text) + 4));
    println!("\n{}\n", Ink::Bold.paint(&format!("━━ {text} {line}")));
}

/// Prints an empty line.
pub(crate) fn gap() {
    println!();
}

/// Prints a paragraph across the page.
pub(crate) fn paragraph(ink: Ink, text: &str) {
    for line in text.lines().flat_map(|line| wrap(line, WIDTH)) {
        say(&ink.paint(&line));
    }
}

/// Prints commands as they are, for copying; what begins with `#` is small print.
pub(crate) fn commands(text: &str) {
    for line in text.lines() {
        let ink = if line.starts_with('#') { Ink::Dim } else { Ink::Plain };
        say(&ink.paint(line));
    }
}

fn say(line: &str) {
    println!("{}", line.trim_end());
}

/// Returns a rich text as plain text with a minimum of signs: `**bold**`, `` `code` ``, `│ ` before preformatted lines.
pub(crate) fn plain(doc: &Doc) -> String {
    let mut lines = Vec::new();
    blocks(&doc.blocks, &mut lines);
    lines.join("\n")
}

fn blocks(blocks: &[Block], lines: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => {
                lines.extend(inlines(content).lines().map(str::to_owned));
            }
            Block::List { start, items } => list(*start, items, lines),
            Block::Code { text, .. } => lines.extend(text.lines().map(|line| format!("│ {line}"))),
            Block::Quote { blocks } => indented("> ", "> ", blocks, lines),
            Block::Table { rows } => table(rows, lines),
            Block::Rule => lines.push("───".to_owned()),
            Block::Panel { title, blocks: inner, .. } => {
                lines.extend(title.clone());
                self::blocks(inner, lines);
            }
            Block::Expand { title, blocks: inner } => {
                lines.push(title.clone());
                self::blocks(inner, lines);
            }
        }
    }
}

fn list(start: Option<u64>, items: &[ListItem], lines: &mut Vec<String>) {
    for (n, item) in (start.unwrap_or_default()..).zip(items) {
        let sign = if start.is_some() { format!("{n}. ") } else { "• ".to_owned() };
        indented(&sign, "  ", &item.blocks, lines);
    }
}

fn indented(first: &str, then: &str, blocks: &[Block], lines: &mut Vec<String>) {
    let mut inner = Vec::new();
    self::blocks(blocks, &mut inner);
    let signs = std::iter::once(first).chain(std::iter::repeat(then));
    lines.extend(signs.zip(inner).map(|(sign, line)| format!("{sign}{line}")));
}

fn table(rows: &[Vec<TableCell>], lines: &mut Vec<String>) {
    let text = |cell: &TableCell| {
        let mut inner = Vec::new();
        blocks(&cell.blocks, &mut inner);
        inner.join(" ")
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(text).collect()).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max();
    for row in &rows {
        let padded = row.iter().enumerate().map(|(column, cell)| {
            let missing = width(column).unwrap_or_default().saturating_sub(columns(cell));
            format!("{cell}{}", " ".repeat(missing))
        });
        lines.push(padded.collect::<Vec<_>>().join("  ").trim_end().to_owned());
    }
}

fn inlines(content: &[Inline]) -> String {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> String {
    match inline {
        Inline::Text { text, marks } => {
            let arrow = if marks.iter().any(|mark| matches!(mark, Mark::Link(_))) { "↗" } else { "" };
            let signs = [(Mark::Strong, "**"), (Mark::Code, "`")];
            let sign = signs.iter().find(|(mark, _)| marks.contains(mark)).map_or("", |(_, sign)| sign);
            format!("{sign}{text}{sign}{arrow}")
        }
        Inline::Break => "\n".to_owned(),
        Inline::Mention { id, name } | Inline::Ping { id, name } => {
            let name = if name.is_empty() { id } else { name };
            format!("@{}", name.trim_start_matches('@'))
        }
        Inline::Emoji { text } => text.clone(),
        Inline::Image { alt, .. } => format!("[{alt}]"),
    }
}

/// Breaks a line at spaces and between Chinese characters; what follows stands under the text, not under its sign.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let under = line.chars().take_while(|c| matches!(c, ' ' | '•' | '│' | '>')).count();
    let mut lines = Vec::new();
    let mut current = String::new();
    for piece in pieces(line) {
        let too_long = columns(&current) + columns(piece.trim_end()) > width;
        if too_long && !current.trim().is_empty() {
            lines.push(current.trim_end().to_owned());
            current = " ".repeat(under);
        }
        let rest = if current.trim().is_empty() && !lines.is_empty() { piece.trim_start() } else { piece };
        for c in rest.chars() {
            if columns(&current) + of(c) > width {
                if c == ' ' {
                    continue;
                }
                lines.push(std::mem::replace(&mut current, " ".repeat(under)));
            }
            current.push(c);
        }
    }
    lines.push(current.trim_end().to_owned());
    lines
}

/// Splits a line into what should not be broken: words with the spaces after them, single Chinese characters with the
/// punctuation that must not begin a line.
pub(crate) fn pieces(line: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut before: Option<char> = None;
    for (at, c) in line.char_indices() {
        let closes = c.is_ascii_punctuation()
            || matches!(c, '，' | '。' | '、' | '：' | '；' | '！' | '？' | '）' | '」' | '”' | '》');
        let opens = before.is_some_and(|b| matches!(b, '（' | '「' | '“' | '《'));
        let after_space = before == Some(' ') && c != ' ';
        let beside_wide = before.is_some_and(|b| of(b) == 2) || (of(c) == 2 && before.is_some());
        if after_space || (beside_wide && !closes && !opens && c != ' ') {
            cuts.push(at);
        }
        before = Some(c);
    }
    cuts.push(line.len());
    cuts.windows(2).filter_map(|cut| line.get(*cut.first()?..*cut.last()?)).filter(|piece| !piece.is_empty()).collect()
}

/// Returns how many columns a terminal gives a text.
fn columns(text: &str) -> usize {
    text.chars().map(of).sum()
}

/// Returns how many columns a terminal gives a character.
pub(crate) fn of(c: char) -> usize {
    match u32::from(c) {
        0x200b..=0x200f | 0x300..=0x36f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x9fff
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1_f300..=0x1_faff
        | 0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}
