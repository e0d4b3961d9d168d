//! The document tree: blocks and inlines.
#![allow(missing_docs, reason = "the fields of a variant are described with the variant")]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::raised;

/// A rich text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    /// Top-level blocks.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph { content: Vec<Inline> },
    /// A heading of level 1 to 6.
    Heading { level: u8, content: Vec<Inline> },
    /// A list; `start` is the first number of an ordered list, `None` for bullets.
    List { start: Option<u64>, items: Vec<ListItem> },
    /// Preformatted text.
    Code { language: Option<String>, text: String },
    /// A quotation.
    Quote { blocks: Vec<Self> },
    /// A table: rows of cells.
    Table { rows: Vec<Vec<TableCell>> },
    /// A horizontal rule.
    Rule,
    /// A coloured box.
    Panel { kind: PanelKind, title: Option<String>, blocks: Vec<Self> },
    /// A box that folds.
    Expand { title: String, blocks: Vec<Self> },
}

/// One item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    /// `Some` for a task: true when done.
    pub task: Option<bool>,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// One cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCell {
    /// True for a header cell.
    pub header: bool,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// What a panel means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// A box that says nothing of a kind.
    Plain,
    /// Neutral information.
    Info,
    /// A note.
    Note,
    /// A tip.
    Tip,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// Success.
    Success,
}

/// Inline content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "inline", rename_all = "snake_case")]
pub enum Inline {
    /// Text with marks.
    Text {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marks: Vec<Mark>,
    },
    /// A hard line break.
    Break,
    /// A person, by the source's id and the name people see. Plain text for the other side unless mapped.
    Mention { id: String, name: String },
    /// A person, by an account of the side that the text is written to: a real mention there. No reader makes one.
    Ping { id: String, name: String },
    /// An emoji: its Unicode text, or its short name where it has none.
    Emoji { text: String },
    /// An image or attachment: an address (may be empty) and a description.
    Image { url: String, alt: String },
}

/// What a run of text looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Bold.
    Strong,
    /// Italic.
    Em,
    /// Struck through.
    Strike,
    /// Underlined.
    Underline,
    /// Code.
    Code,
    /// Lowered.
    Sub,
    /// Raised.
    Sup,
    /// Coloured: `#rrggbb`.
    Color(String),
    /// A link's address.
    Link(Address),
}

/// An address, shared by all runs of its link: they are many, and it may be long.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Address(Arc<str>);

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Address {
    /// Returns the address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Address {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        (*address.0).to_owned()
    }
}

impl Doc {
    /// Returns a document of one paragraph of plain text per line group.
    pub fn from_plain(text: &str) -> Self {
        let blocks = text
            .split("\n\n")
            .filter(|part| !part.trim().is_empty())
            .map(|part| {
                let mut content = Vec::new();
                for (n, line) in part.trim_matches('\n').lines().enumerate() {
                    if n > 0 {
                        content.push(Inline::Break);
                    }
                    if !line.is_empty() {
                        content.push(Inline::text(line));
                    }
                }
                Block::Paragraph { content }
            })
            .collect();
        Self { blocks }
    }

    /// Adds a list of values with their names, a line each; nothing where there is none.
    pub fn push_named(&mut self, values: impl IntoIterator<Item = (String, String)>) {
        let line = |(name, value): (String, String)| ListItem {
            task: None,
            blocks: vec![Block::Paragraph { content: vec![Inline::strong(name), Inline::text(format!(": {value}"))] }],
        };
        let items: Vec<ListItem> = values.into_iter().map(line).collect();
        if !items.is_empty() {
            self.blocks.push(Block::List { start: None, items });
        }
    }

    /// Returns true when there is nothing to read in it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Returns a stable text of the whole tree, for fingerprints.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns what a person reads, without any markup: a line per line, a blank line between blocks.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        plain_blocks(&self.blocks, 0, &mut out);
        out.trim_matches('\n').to_owned()
    }
}

/// Deepest nesting of blocks that is walked; readers never build deeper trees.
///
/// A tree is also stored as JSON, of which a level takes up to six; `serde_json` reads 128.
pub(crate) const MAX_DEPTH: usize = 16;

fn plain_blocks(blocks: &[Block], depth: usize, out: &mut String) {
    if depth > MAX_DEPTH {
        return;
    }
    for block in blocks {
        if !out.is_empty() && !out.ends_with("\n\n") {
            out.push_str(if out.ends_with('\n') { "\n" } else { "\n\n" });
        }
        plain_block(block, depth, out);
    }
}

fn plain_block(block: &Block, depth: usize, out: &mut String) {
    match block {
        Block::Paragraph { content } | Block::Heading { content, .. } => out.push_str(&plain_inlines(content)),
        Block::List { start, items } => plain_list(*start, items, depth, out),
        Block::Code { text, .. } => out.push_str(text),
        Block::Quote { blocks } => plain_blocks(blocks, depth + 1, out),
        Block::Table { rows } => {
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| one_line(&cell.blocks, depth + 1)).collect();
                out.push_str(&cells.join(" | "));
                out.push('\n');
            }
        }
        Block::Rule => {}
        Block::Panel { title, blocks, .. } => {
            plain_blocks(&title.as_deref().map(Block::paragraph).into_iter().collect::<Vec<_>>(), depth, out);
            plain_blocks(blocks, depth + 1, out);
        }
        Block::Expand { title, blocks } => {
            out.push_str(title);
            plain_blocks(blocks, depth + 1, out);
        }
    }
}

fn plain_list(start: Option<u64>, items: &[ListItem], depth: usize, out: &mut String) {
    for (n, item) in items.iter().enumerate() {
        if n > 0 && !out.ends_with('\n') {
            out.push('\n');
        }
        match start {
            Some(first) => {
                let _ = write!(out, "{}. ", first.saturating_add(n as u64));
            }
            None => out.push_str("- "),
        }
        match item.task {
            Some(true) => out.push_str(TASK_DONE),
            Some(false) => out.push_str(TASK_OPEN),
            None => {}
        }
        let mut inner = String::new();
        plain_blocks(&item.blocks, depth + 1, &mut inner);
        out.push_str(&inner.trim_end_matches('\n').replace("\n\n", "\n").replace('\n', "\n  "));
    }
}

/// What stands before the text of a done task where a format has no task lists.
pub(crate) const TASK_DONE: &str = "\u{2611} ";
/// What stands before the text of an open task where a format has no task lists.
pub(crate) const TASK_OPEN: &str = "\u{2610} ";

fn one_line(blocks: &[Block], depth: usize) -> String {
    let mut out = String::new();
    plain_blocks(blocks, depth, &mut out);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text of a run of inlines; a break is a newline.
pub(crate) fn plain_inlines(content: &[Inline]) -> String {
    content.iter().map(Inline::plain).collect()
}

/// Returns a raised or lowered text as it reads without that mark.
pub(super) fn unraised<'a>(text: &'a str, marks: &[Mark]) -> Cow<'a, str> {
    raised::plain(text, marks.contains(&Mark::Sup), marks.contains(&Mark::Sub))
}

impl Block {
    /// Returns a paragraph of plain text.
    pub fn paragraph(text: &str) -> Self {
        Self::Paragraph { content: vec![Inline::text(text)] }
    }
}

impl PanelKind {
    /// Returns the word people read where a format has no panels; an empty one where nobody wrote any.
    pub fn label(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Info => "Info",
            Self::Note => "Note",
            Self::Tip => "Tip",
            Self::Warning => "Warning",
            Self::Error => "Error",
            Self::Success => "Success",
        }
    }
}

impl Mark {
    /// Returns the place of the mark in the normal order.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Link(_) => 0,
            Self::Color(_) => 1,
            Self::Strong => 2,
            Self::Em => 3,
            Self::Strike => 4,
            Self::Underline => 5,
            Self::Sub => 6,
            Self::Sup => 7,
            Self::Code => 8,
        }
    }
}

impl Inline {
    /// Returns plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: Vec::new() }
    }

    /// Returns a link.
    pub fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: vec![Mark::Link(Address::from(url.into()))] }
    }

    /// Returns bold text.
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: vec![Mark::Strong] }
    }

    /// Returns text with marks.
    pub(crate) fn marked(text: impl Into<String>, marks: &[Mark]) -> Self {
        Self::Text { text: text.into(), marks: marks.to_vec() }
    }

    /// Returns what a person reads of it: a mention is `@name`, an image without text is `[image]`, a raised number is not
    /// one with the number before it.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Text { text, marks } => unraised(text, marks).into_owned(),
            Self::Emoji { text } => text.clone(),
            Self::Break => "\n".to_owned(),
            Self::Mention { id, name } | Self::Ping { id, name } => {
                let name = if name.is_empty() { id } else { name };
                format!("@{}", name.trim_start_matches('@'))
            }
            Self::Image { alt, .. } => format!("[{}]", if alt.is_empty() { "image" } else { alt }),
        }
    }
}
