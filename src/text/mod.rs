//! Rich text: every format meets in one tree, so there are n readers and n writers, not n×n converters.
//!
//! Pure functions over untrusted input: no I/O, no panic, no recursion without a depth cap.

pub mod adf;
mod clean;
mod color;
mod cut;
pub mod doc;
mod fit;
mod grid;
pub mod html;
mod line;
pub mod markdown;
mod normal;
mod people;
mod raised;
mod reach;
mod shown;
mod spans;
mod url;
pub mod wiki;

pub(crate) use cut::beginning;
pub use doc::{Address, Block, Doc, Inline, ListItem, Mark, PanelKind, TableCell};
pub use reach::{Piece, is_issue_key};
pub use shown::{Shown, flat};

#[cfg(test)]
mod constructs;

#[cfg(test)]
mod field;

#[cfg(test)]
mod found;

#[cfg(test)]
mod props;

#[cfg(test)]
mod schema;

#[cfg(test)]
mod specs;

#[cfg(test)]
mod tests;
