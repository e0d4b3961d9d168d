//! The text module as the fuzz targets see it, and what they check: the same as `examples/text_fuzz`.

extern crate self as guajira;

#[path = "../../examples/text_fuzz/check.rs"]
mod check;
#[path = "../../examples/text_fuzz/source.rs"]
mod source;
#[path = "../../src/text/mod.rs"]
pub mod text;

use text::Doc;

/// Reads text and checks what was read; the first byte decides how much of it is written.
pub fn run(data: &[u8], read: fn(&str) -> Doc) {
    let Some((first, rest)) = data.split_first() else { return };
    finish(&read(&String::from_utf8_lossy(rest)), *first);
}

/// Reads a tree of ADF: JSON if it is any, else a tree that the bytes decide about.
pub fn run_tree(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let tree = serde_json::from_slice(rest).unwrap_or_else(|_| source::Source::Bytes(rest).node(0));
    finish(&text::adf::read(&tree), *first);
}

fn finish(doc: &Doc, first: u8) {
    check::read(doc);
    if first.is_multiple_of(4) {
        check::written(doc, usize::from(first) * 8);
    }
}
