//! The events of Guance's monitors as a source: an item is a round of failure, its later events are its thread.
//!
//! They are read with DQL, by when they were stored. `query` writes the queries, `wire` reads what they bring, `read` pages,
//! `convert` makes items of rows. Nothing is written here. What an answer looks like is not published: every form that the
//! reference allows is understood, and what is not understood counts as not read.

mod query;
mod wire;
mod convert;
mod source;
mod read;
mod remote;
mod check;

pub use remote::ABOUT;
pub use source::Events;
