//! Markdown (`CommonMark` and GFM): reader and writer.

mod definitions;
mod read;
mod write;

use std::borrow::Cow;

use super::cut::{self, Rest};
use super::doc::{Block, Doc, Mark};
use super::fit::{Fate, Place, Rules};

/// Reads Markdown. A newline inside a paragraph is a line break, as people who type comments mean it.
pub fn read(markdown: &str) -> Doc {
    let (source, cut) = cut::source(markdown);
    cut::bounded(read::document(&sparse(&source)), cut).normalized()
}

/// Most empty lines after each other that are read: every one of them is a question to every open list, and there may be
/// hundreds of those.
const MAX_EMPTY_LINES: usize = 64;

/// Most quote signs in a row: before every one of them the parser reads on to the last, to see whether an alert follows.
const MAX_QUOTE_SIGNS: usize = 256;

/// Returns the text without the empty lines that are too many, and with a zero-width space, which is not carried, after so
/// many quote signs.
fn sparse(text: &str) -> Cow<'_, str> {
    let kept: usize = kept_lines(text).map(str::len).sum();
    let text = if kept == text.len() { Cow::Borrowed(text) } else { Cow::Owned(kept_lines(text).collect()) };
    let signs = ">".repeat(MAX_QUOTE_SIGNS);
    if text.contains(&signs) { Cow::Owned(text.replace(&signs, &format!("{signs}\u{200B}"))) } else { text }
}

fn kept_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut empty = 0;
    text.split_inclusive('\n').filter(move |line| {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        empty <= MAX_EMPTY_LINES
    })
}

/// Writes Markdown, cut to `max_bytes` at a character boundary with a link to `rest`.
pub fn write<'r>(doc: &Doc, max_bytes: usize, rest: impl Into<Rest<'r>>) -> String {
    let sized = |doc: &Doc| {
        let markdown = write::document(doc);
        let size = markdown.len();
        (markdown, size)
    };
    cut::to_fit(doc, max_bytes, rest.into(), &RULES, sized).unwrap_or_default()
}

/// What Markdown can hold without HTML: marks it has no signs for are dropped, panels are quotes.
pub(crate) const RULES: Rules = Rules {
    fate,
    mark: |mark| !matches!(mark, Mark::Underline | Mark::Sub | Mark::Sup | Mark::Color(_)),
    one_paragraph: |place| place == Place::Cell,
    panel_as_quote: true,
    header_row_only: true,
    // In code in a cell `\|` is a bar: a backslash before a bar cannot be written.
    code: |place, text| place != Place::Cell || !text.contains("\\|"),
    ..Rules::ALL
};

fn fate(place: Place, block: &Block) -> Fate {
    match (place, block) {
        (_, Block::Panel { .. } | Block::Expand { .. }) => Fate::Open,
        (Place::Cell, block) if !matches!(block, Block::Paragraph { .. }) => Fate::Open,
        _ => Fate::Keep,
    }
}

#[cfg(test)]
mod tests;
