//! What is known of Guance without asking it.

use super::statuses::STATUSES;
use crate::domain::Side;
use crate::ports::{Ability, About, Listing};

/// A source of Guance issues; the line is the configured one.
pub const ABOUT: About = About {
    side: Side::GUANCE,
    shown: "Guance",
    abilities: &[Ability::Threads, Ability::Parts, Ability::Writes, Ability::Files, Ability::People, Ability::Statuses],
    batch: 1,
    statuses: STATUSES,
    is_metered: true,
    tells_account: false,
    listing: Listing::MaybeByOpening,
    threads_in_turn: true,
    comments_once: false,
    marks_files: true,
    reads_comments: false,
    hides_addresses: false,
    statuses_in_steps: false,
};
