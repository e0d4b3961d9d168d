//! Alerts of JSM Operations and of Opsgenie: implements `ports::Remote` over either API. One adapter, two logins.
//!
//! `api` holds the endpoints, `answer` what their answers mean, `wire` the rows as they travel, `convert` and `claim` what they
//! mean to us, `requests` the writes that are carried out later. What is not documented is understood in every form; what is
//! remembered between runs goes through [`Facts`](crate::ports::Facts).

mod settings;
mod wire;
mod answer;
mod api;
mod statuses;
mod claim;
mod convert;
mod service;

mod whole;
mod read;
mod notes;
mod requests;
mod write;
mod remote;

mod on_call;
mod check;

pub use remote::{JSM, OPSGENIE};
pub use service::Alerts;
pub use settings::{GATEWAY, Kind, Login, OPSGENIE_EU, OPSGENIE_US, Settings};
