//! Rich text: every format meets in one tree, so there are n readers and n writers, not n×n converters.
//!
//! Pure functions over untrusted input: no I/O, no panic, no recursion without a depth cap.

pub mod adf;
pub mod doc;
pub mod html;
pub mod markdown;
pub mod wiki;

pub use doc::{Block, Doc, Inline, ListItem, Mark, PanelKind, TableCell};
