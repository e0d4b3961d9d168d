//! What a run tells the CI system that started it: a summary, annotations, and a report in the format of `JUnit`.
//!
//! Titles and messages come from outside. None of them is a command of the system, markup, or a mention, and nothing is longer
//! than its bound.

mod data;
mod escape;
mod commands;
mod markdown;
mod log;
mod junit;

pub use commands::annotations;
pub use data::{Failing, Item, Line, New, System, Told};
pub use junit::junit;
pub use log::section;
pub use markdown::{append, summary};
