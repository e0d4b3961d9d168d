//! Small facts about a service that outlive a run.

use std::time::Duration;

use crate::domain::SealKeys;

/// Small facts about a remote that outlive a run (a channel's uuid, what a server understands).
pub trait Facts {
    /// Returns the fact, if known and not older than `max_age`.
    fn recall(&self, name: &str, max_age: Duration) -> Option<String>;
    /// Remembers the fact.
    fn remember(&self, name: &str, value: &str);
    /// Forgets the fact.
    fn forget(&self, name: &str);
}

/// A fact that holds until something contradicts it.
pub const FOR_EVER: Duration = Duration::from_hours(10 * 365 * 24);

/// The fact that holds the ids that this pair of services had before one of them was renamed: a JSON array of texts.
pub const FORMER_PAIRS: &str = "jira.former-pairs";

/// Fact: how many issues a page of Guance's list holds, as it was met.
pub const LIST_PAGE: &str = "guance.page_size.granted";

/// Fact: how many rows a page of a Guance thread holds, as it was met.
pub const THREAD_PAGE: &str = "guance.reply_page_size.granted";

/// Fact: the keys of our seals.
pub const SEAL_KEYS: &str = "engine.seal-keys";

/// Returns the keys of our seals, as far as this state knows them.
pub fn seal_keys(facts: &dyn Facts) -> SealKeys {
    facts.recall(SEAL_KEYS, FOR_EVER).map(|keys| SealKeys::parse(&keys)).unwrap_or_default()
}
