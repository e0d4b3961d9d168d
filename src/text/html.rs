//! HTML as Guance's editor keeps it: reader and writer.

use crate::text::Doc;

/// Reads an HTML fragment; nothing in it is trusted.
pub fn read(_html: &str) -> Doc {
    Doc::default()
}

/// Writes an HTML fragment, cut to `max_bytes` at a character boundary with a link to `rest`.
pub fn write(_doc: &Doc, _max_bytes: usize, _rest: &str) -> String {
    String::new()
}

/// Returns true when the text is HTML rather than Markdown or plain text.
pub fn looks_like_html(_text: &str) -> bool {
    false
}
