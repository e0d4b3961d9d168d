//! What is known of a service without asking it.

use super::abilities::Ability;
use crate::domain::{Side, SourceStatuses};

/// What the engine may know of a service without asking it. Each is a fact of its interface, and stays what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about a service")]
pub struct About {
    /// Which end of a pair it is.
    pub side: Side,
    /// What people call it.
    pub shown: &'static str,
    /// What it can do besides what every service can, in the order of [`Abilities`](super::Abilities).
    pub abilities: &'static [Ability],
    /// Most writes in one request.
    pub batch: usize,
    /// True where its requests are counted out by a [`Budget`](super::Budget): what can wait leaves room for the rest.
    pub is_metered: bool,
    /// True where it tells who we are: then asking that proves that it works, and what it shows nothing of is not there.
    pub tells_account: bool,
    /// Its statuses, where it has its own: for `[route.status]`.
    pub statuses: SourceStatuses,
    /// By which time its list of what changed selects.
    pub listing: Listing,
    /// True where a list does not show that there is something new in a thread: then threads are read in turn.
    pub threads_in_turn: bool,
    /// True where comments can be added, and nothing shows them afterwards: it has no threads, and each comment is sent once at
    /// most.
    pub comments_once: bool,
    /// True where a file is carried by a comment, which bears its marker. Elsewhere a copy is known by its name and size,
    /// and is part of the issue, so that it moves the issue's `updated`.
    pub marks_files: bool,
    /// True where a comment can be read by its id. Elsewhere the thread is read to learn who wrote it.
    pub reads_comments: bool,
    /// True where a profile may hide its address: then a person is looked for by address and name together.
    pub hides_addresses: bool,
    /// True where a status may take several steps: a write that was cut off may have left an issue half-way.
    pub statuses_in_steps: bool,
}

/// By which time a list of what changed selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// By when an issue was changed last: a cursor meets every change.
    ByUpdate,
    /// Perhaps by when it was opened: changes of older issues are read in turn.
    MaybeByOpening,
}
