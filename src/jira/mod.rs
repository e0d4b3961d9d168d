//! The Jira side: implements `ports::Remote` over Jira Cloud REST v3 (ADF) and Server / Data Center REST v2 (wiki).
//!
//! It moves facts and carries out single writes; what to write is decided elsewhere. Nothing is kept beyond a run
//! but what goes through [`Facts`](crate::ports::Facts). `api` sends requests, `wire` holds the records as they travel, `convert`
//! and `claim` say what they mean to us, `service` holds what a run has learnt.

mod oauth;
mod settings;
mod auth;
mod fault;
mod answer;
mod moved;
mod api;
mod jql;
mod wire;
mod dance;
mod takes;
mod words;

mod convert;
mod claim;
mod copies;
mod names;
mod form;
mod seen;
mod shared;
mod about;
mod paging;
mod service;

mod session;
mod naming;
mod people;
mod dates;
mod search;
mod projects;
mod find;
mod standing;

mod limits;
mod comments;
mod desk;
mod draft;
mod change;
mod shape;
mod screen;
mod follow;
mod fit;
mod create;
mod pace;
mod links;
mod files;
mod needs;
mod steps;
mod workflow;
mod pairing;
mod reuse;
mod remote;

mod takeover;
mod check;
mod check_screen;
mod check_ways;

#[cfg(test)]
mod golden_tests;

pub use about::ABOUT;
pub use check::{CheckChanges, CheckRoute};
pub use dance::{Consumer, RequestToken};
pub use oauth::{AccessToken, PrivateKey};
pub use pace::Pace;
pub use service::Jira;
pub use settings::{Auth, Deployment, Followed, Settings};
pub use shared::Shared;
