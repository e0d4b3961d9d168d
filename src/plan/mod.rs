//! Decisions: pure functions from what was read and what is known to steps.

mod tags;
mod view;
pub mod policy;
pub mod step;
mod thread;

pub mod claims;
pub mod repeats;
pub mod comments;
pub mod issues;
pub mod reuse;
pub mod links;
mod shown;
pub mod files;
pub mod gone;
pub mod references;
pub mod fields;
pub mod messages;
pub mod kept;
pub mod reply;

pub mod takeover;
pub mod explain;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod references_tests;
#[cfg(test)]
mod route_tests;

pub use messages::Subscription;
pub use policy::{Deletes, Direction, FieldTemplate, Flow, JsonTemplate, NoRoute, Policy, Repeats, ReuseRule, Route};
pub use step::{SkipReason, Step, Whereabouts};
pub use thread::{Extent, Held, Row, Thread, Whole};
pub use view::{NAMES, ON_CALL, sample};
