//! Alarms that are piped in: what a webhook brought, read from the standard input by a script and kept in the inbox.
//!
//! `read` makes events of bytes, purely. [`Piped`] is the source that the engine reads: its list is what is unread in the
//! [`Inbox`](crate::ports::Inbox).

mod payload;
mod generic;
mod take;
mod remote;
mod beside;

#[cfg(test)]
mod tests;

pub use beside::Beside;
pub use payload::{MAX_EVENTS, MAX_INPUT, MAX_PAYLOAD};
pub use remote::{ABOUT, Piped};
pub use take::{Fault, Reading, Taken, event, read};
