//! Guance threads of more than one page: their newest pages are enough while the rest is known, and an unknown rest is
//! read over several runs.
//!
//! What was read so is kept without its words, so that what only a whole thread tells (which copy is the surest, how
//! often an alarm was repeated, what is not there any more) is decided when the reading has come to its end.
//!
//! INVARIANT: a thread counts as known only when all of it was read since this state was last in doubt: what is kept
//! here of a thread is forgotten when it comes into doubt (`Tx::distrust_threads`, `Tx::read_anew`).

mod kept;
mod look;
mod read;

pub(super) use kept::{is_long, keep, threads};
pub(super) use look::{Glimpse, glimpse, held, look_for};
pub(super) use read::{Entire, read, whole};
