//! The same problem again: an item continues a ticket that was resolved, or is counted in one that is open, in the place of a
//! create.
//!
//! It is decided when the create would be sent, by what the tickets say then. From the moment on in which an item takes a ticket
//! over, the item that had it rests: opening the ticket again is nobody's wish that could travel there. What is decided stays,
//! until Jira refuses it. An item that is counted in the ticket of another one rests too; when that one ends, is deleted or is
//! taken from the ticket, the oldest that is open has the ticket next.

mod told;
mod markers;
mod joined;
mod naming;
mod take_over;
mod hand_over;
mod choice;
mod foretold;
mod past;

pub(super) use choice::{Sorted, awaits, foresee, resumes, sort};
pub use foretold::{Foretold, foretell};
pub(super) use hand_over::{bereave, find_heirs, hands_over};
pub(super) use joined::{counted_anew, read_joined, recall, seen};
pub(super) use markers::{recognised, resume};
pub(super) use naming::{named, refused, release};
pub(super) use past::without_the_past;
pub(super) use take_over::{buried, gives_up, is_free, is_under_way, misread, settled};
