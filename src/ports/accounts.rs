//! Which accounts are ours, and who somebody is, as far as the facts tell.

use std::time::Duration;

use super::error::ApiError;
use super::facts::{FOR_EVER, Facts};
use crate::domain::{Person, Side};

/// Fact: the Guance accounts of the configured keys, as the answers to writes named them. Guance has no call that tells;
/// the register on Jira keeps them for a state that is lost.
pub const OWN_ACCOUNTS: &str = "guance.own_accounts";

/// Fact: the Jira accounts that were ours before the present one, as this state saw them.
pub const FORMER_ACCOUNTS: &str = "jira.former-accounts";

/// Most accounts that are remembered; more keys than this are not used side by side.
const MAX_ACCOUNTS: usize = 50;

/// Remembers accounts as our own on Guance.
pub fn learn_accounts(facts: &dyn Facts, accounts: &str) {
    let known = facts.recall(OWN_ACCOUNTS, FOR_EVER).unwrap_or_default();
    let mut all: Vec<&str> = known.split_whitespace().collect();
    for account in accounts.split_whitespace().filter(|account| account.len() <= 100) {
        if !all.contains(&account) {
            all.push(account);
        }
    }
    let newest = all.split_at(all.len().saturating_sub(MAX_ACCOUNTS)).1.join(" ");
    if newest != known {
        facts.remember(OWN_ACCOUNTS, &newest);
    }
}

/// How often it is said that an account may have been ours.
const SAID_AGE: Duration = Duration::from_hours(24);

/// Says once a day that an account that is not known as ours wrote what looks like guajira's, without a seal: after an
/// upgrade and a change of credentials that may be our own writing, which then is carried once more.
pub fn note_stranger(facts: &dyn Facts, side: Side, account: &str) {
    let fact = format!("{side}.stranger.{account}");
    if account.is_empty() || account.len() > 100 || facts.recall(&fact, SAID_AGE).is_some() {
        return;
    }
    facts.remember(&fact, "said");
    tracing::warn!(
        "[{side}] {account} wrote what looks like copies of guajira's, and is not known as its account: if guajira \
         wrote with it before, name it in [{side}].former_accounts."
    );
}

/// How long it is believed who somebody is.
const PERSON_AGE: Duration = Duration::from_hours(24);

/// How long it is believed that somebody is nobody on a side.
const NOBODY_AGE: Duration = Duration::from_hours(1);

/// Returns the person whom a fact tells of, or nobody; asks and remembers where it tells nothing, or is too old.
///
/// # Errors
/// As for `ask`; then nothing is remembered.
pub fn known_person(
    facts: &dyn Facts,
    fact: &str,
    ask: impl FnOnce() -> Result<Option<Person>, ApiError>,
) -> Result<Option<Person>, ApiError> {
    if let Some(known) = facts.recall(fact, PERSON_AGE) {
        match serde_json::from_str::<Option<Person>>(&known) {
            Ok(Some(person)) => return Ok(Some(person)),
            Ok(None) if facts.recall(fact, NOBODY_AGE).is_some() => return Ok(None),
            _ => {}
        }
    }
    let found = ask()?;
    facts.remember(fact, &serde_json::json!(found).to_string());
    Ok(found)
}
