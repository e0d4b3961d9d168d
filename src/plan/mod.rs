//! Decisions: pure functions from what was read and what is known to steps.

pub mod policy;

pub use policy::{Flow, NoRoute, Policy, Route};
