//! Alarms: what a monitor's events say, and the round of failure that they are of. Pure.
//!
//! The events of Guance's monitors are polled (`guance::events`) and piped in (`piped`). Both read them here, so that one
//! round has one id, one title and one thread, whichever way its events came.
//!
//! A *round* begins when a monitor finds a failure and ends when it finds none, or when a person ends it by hand. It is the
//! item. Its first event says what it is; the later ones are its thread.

mod given;
mod event;
mod fields;
mod link;
mod round;

#[cfg(test)]
mod tests;

pub use event::{Event, Monitor, SIDE, State};
pub use fields::{is_read, read};
pub use given::{MAX_ID, cut, id, labels, line, moment, tags, text};
pub use round::{Round, STATUSES, rounds, url_of};
