//! The Guance side: implements `ports::Remote` over the Guance Open API.
//!
//! `api` holds the endpoints, `answer` what their answers mean, `paging` how a list is read to its end, `wire` the rows
//! as they travel, `convert` and `claim` what they mean to us. What is not documented is understood in every form that
//! was seen; what is remembered between runs goes through [`Facts`](crate::ports::Facts).

mod settings;
mod sites;
mod wire;
mod answer;
mod paging;
mod api;
mod level;
mod statuses;
mod about;
mod claim;
mod convert;
mod receipt;
mod extend;
mod transfer;
mod workspace;

mod people;
mod channel;
mod read;
mod long;
mod files;
mod change;
mod write;
mod remote;

mod takeover;
mod offers;
mod check;

pub mod events;
pub mod incidents;

#[cfg(test)]
mod golden_tests;

pub use about::ABOUT;
pub use settings::{ReplyFormat, Settings};
pub use sites::{SITES, Site};
pub use workspace::Guance;
