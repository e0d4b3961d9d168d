//! Jira wiki markup: reader and writer.

use crate::text::Doc;

/// Reads wiki markup.
pub fn read(_wiki: &str) -> Doc {
    Doc::default()
}

/// Writes wiki markup, cut to `max_utf16` UTF-16 units at a character boundary with a link to `rest`.
pub fn write(_doc: &Doc, _max_utf16: usize, _rest: &str) -> String {
    String::new()
}
