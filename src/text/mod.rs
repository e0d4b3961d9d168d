//! Rich text: every format meets in one tree, so there are n readers and n writers, not n×n converters.
//!
//! Pure functions over untrusted input: no I/O, no panic, no recursion without a depth cap.

mod clean;
mod clusters;
mod color;
mod raised;
pub mod doc;
mod grid;
mod people;
mod reach;
mod spans;
mod url;
mod line;
mod normal;
mod fit;
mod cut;
mod shown;

pub mod adf;
pub mod html;
pub mod markdown;
pub mod plain;
pub mod wiki;

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

pub use cut::Rest;
pub(crate) use cut::{beginning, cut_in};
pub use doc::{Address, Block, Doc, Inline, ListItem, Mark, PanelKind, TableCell};
pub use reach::{Piece, is_issue_key};
pub use shown::{Shown, flat};
