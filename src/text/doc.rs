//! The document tree: blocks and inlines.

use serde::{Deserialize, Serialize};

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
    Quote { blocks: Vec<Block> },
    /// A table: rows of cells.
    Table { rows: Vec<Vec<TableCell>> },
    /// A horizontal rule.
    Rule,
    /// A coloured box.
    Panel { kind: PanelKind, title: Option<String>, blocks: Vec<Block> },
    /// A box that folds.
    Expand { title: String, blocks: Vec<Block> },
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
    Link(String),
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

    /// Returns true when there is nothing to read in it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Returns a stable text of the whole tree, for fingerprints.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns what a person reads, without any markup.
    pub fn plain_text(&self) -> String {
        String::new()
    }
}

impl Inline {
    /// Returns plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: Vec::new() }
    }

    /// Returns a link.
    pub fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: vec![Mark::Link(url.into())] }
    }

    /// Returns bold text.
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), marks: vec![Mark::Strong] }
    }
}
