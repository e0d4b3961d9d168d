//! A fake Guance, a fake Jira a fake source of alerts and fake chat rooms on loopback: strict, stateful, and as awkward as the real ones.
//!
//! All stand on [`server`], which owns the wire and the faults; all tell the time by a [`clock::SimClock`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    clippy::too_many_lines,
    reason = "a test double that panics fails its test, which is the point"
)]

pub mod alerts;
pub mod chat;
pub mod clock;
pub mod guance;
pub mod heartbeat;
pub mod jira;
pub mod openapi;
pub mod server;
