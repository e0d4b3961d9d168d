//! Guance's Incident Center as a source: an item is an incident.
//!
//! `calls` holds the endpoints, `wire` the rows as they travel, `convert` what they mean to us, `list` which incidents changed.
//! Comments can be added, and nothing shows them afterwards: they have no thread here, and each is sent at most once. What is
//! not documented is understood in every form that the pages allow.

mod statuses;
mod wire;
mod convert;
mod source;
mod calls;
mod people;
mod list;
mod write;
mod remote;
mod check;

pub use remote::ABOUT;
pub use source::Incidents;
