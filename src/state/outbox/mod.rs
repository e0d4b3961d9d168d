//! The outbox: writes that are pending, held, in flight, done or dead.
//!
//! INVARIANT: delivery works from these rows alone, and a row is in flight, durably, before its request leaves.

mod row;
mod turn;
mod standing;
mod enqueue;
mod wait;
mod sent;
mod end;

pub(super) use row::encode;
pub use row::{Doubt, Queued};
pub(super) use row::{FAILED, FORGIVEN, both_ends};
pub use standing::{Backlog, HeldForLabel};
#[cfg(test)]
pub(super) use turn::{IN_FLIGHT, READY};
pub use wait::Deferral;
