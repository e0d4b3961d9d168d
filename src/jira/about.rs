//! What is known of Jira without asking it.

use crate::domain::{Side, SourceStatuses};
use crate::ports::{Ability, About, Listing};

/// Most issues in one request.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, `POST /issue/bulk`.
pub(super) const MAX_BULK: usize = 50;

/// The tracker; the line is the configured one.
pub const ABOUT: About = About {
    side: Side::JIRA,
    shown: "Jira",
    abilities: &[
        Ability::Threads,
        Ability::Writes,
        Ability::Creates,
        Ability::Screens,
        Ability::Files,
        Ability::People,
        Ability::Archive,
        Ability::Quota,
        Ability::Register,
        Ability::Tickets,
    ],
    batch: MAX_BULK,
    statuses: SourceStatuses(&[]),
    is_metered: false,
    tells_account: true,
    listing: Listing::ByUpdate,
    threads_in_turn: false,
    comments_once: false,
    marks_files: false,
    reads_comments: true,
    hides_addresses: true,
    statuses_in_steps: true,
};
