//! Markdown (CommonMark and GFM): reader and writer.

use crate::text::Doc;

/// Reads Markdown.
pub fn read(_markdown: &str) -> Doc {
    Doc::default()
}

/// Writes Markdown, cut to `max_bytes` at a character boundary with a link to `rest`.
pub fn write(_doc: &Doc, _max_bytes: usize, _rest: &str) -> String {
    String::new()
}
