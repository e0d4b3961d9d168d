//! Which services a state belongs to: ids of others' issues may be the same, and mean something else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::file::{State, Tx};
use super::time::to_ms;
use crate::ports::{FORMER_ACCOUNTS, FORMER_PAIRS};

/// The fact that holds [`Services`], as JSON.
const SERVICES: &str = "services";

/// Most former accounts that are kept.
const MAX_ACCOUNTS: usize = 20;

/// Both services, as the configuration names them and as they name themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// The Guance side.
    pub guance: Workspace,
    /// The Jira side.
    pub jira: Installation,
    /// The id of this pair of services: it stands in the markers on Jira.
    pub pair: String,
}

/// A Guance workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// The API's address.
    pub address: String,
    /// The channel, as it is configured.
    pub channel: String,
    /// The workspace's uuid; empty as long as it is not known.
    #[serde(default)]
    pub workspace: String,
}

/// A Jira.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Its address.
    pub address: String,
    /// Our account's id there; empty as long as it is not known.
    #[serde(default)]
    pub account: String,
    /// The installation's own id; empty where it does not tell.
    #[serde(default)]
    pub id: String,
}

impl Services {
    /// Returns true when a configuration names the same Jira as the other one.
    pub fn has_jira_of(&self, other: &Self) -> bool {
        is_same_address(&self.jira.address, &other.jira.address)
    }

    /// Returns true when a configuration names the same Guance channel as the other one.
    pub fn has_guance_of(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.guance, &other.guance);
        is_same_address(&ours.address, &theirs.address) && ours.channel == theirs.channel
    }
}

/// Compares addresses by what they reach: neither case, nor the scheme, nor its usual port makes a difference.
fn is_same_address(a: &str, b: &str) -> bool {
    let place = |url: &str| {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let usual = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
        let host = host.to_ascii_lowercase();
        (host.strip_suffix(usual).map(str::to_owned).unwrap_or(host), path.trim_end_matches('/').to_owned())
    };
    place(a) == place(b)
}

impl State {
    /// Returns the services that this state belongs to; `None` for a new one, and for one that an older version wrote.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn services(&self) -> Result<Option<Services>, StateError> {
        let Some((text, _)) = self.fact(SERVICES)? else { return Ok(None) };
        let read = serde_json::from_str(&text);
        read.map(Some).map_err(|error| StateError::Nonsense(format!("services: {error}")))
    }

    /// Returns what the pair of services that is called `pair` now was called before, the latest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn former_pairs(&self, pair: &str) -> Result<Vec<String>, StateError> {
        let told = self.fact(FORMER_PAIRS)?.map(|(text, _)| text).unwrap_or_default();
        let mut former: Vec<String> = serde_json::from_str(&told).unwrap_or_default();
        former.extend(self.services()?.map(|services| services.pair));
        let mut named: Vec<String> = Vec::new();
        for one in former.into_iter().rev() {
            if one != pair && !one.is_empty() && !named.contains(&one) {
                named.push(one);
            }
        }
        Ok(named)
    }

    /// Returns true when nothing was read, linked or queued yet: then it is nobody's.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_blank(&self) -> Result<bool, StateError> {
        let any = "SELECT EXISTS (SELECT 1 FROM issue_link) OR EXISTS (SELECT 1 FROM outbox)
                       OR EXISTS (SELECT 1 FROM cursor)";
        let any: bool = self.conn.query_row(any, [], |row| row.get(0))?;
        Ok(!any)
    }
}

/// Returns the Jira accounts that were ours before this one, the latest first.
fn accounts_before(state: &State, services: &Services) -> Result<Vec<String>, StateError> {
    let mut before: Vec<String> = state.services()?.map(|known| known.jira.account).into_iter().collect();
    let known = state.fact(FORMER_ACCOUNTS)?.map(|(text, _)| text).unwrap_or_default();
    before.extend(known.split_whitespace().map(str::to_owned));
    let mut named: Vec<String> = Vec::new();
    for one in before {
        // An id is one word; what is more would be taken for several.
        let is_id = !one.is_empty() && !one.contains(char::is_whitespace);
        if is_id && one != services.jira.account && !named.contains(&one) && named.len() < MAX_ACCOUNTS {
            named.push(one);
        }
    }
    Ok(named)
}

impl Tx<'_> {
    /// Lets the state belong to these services. What the pair was called before is kept, and which account on Jira was ours.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn bind(&self, state: &State, services: &Services, now: DateTime<Utc>) -> Result<(), StateError> {
        let mut former = state.former_pairs(&services.pair)?;
        former.reverse();
        if !former.is_empty() {
            self.set(FORMER_PAIRS, &serde_json::json!(former).to_string(), now)?;
        }
        let accounts = accounts_before(state, services)?;
        if !accounts.is_empty() {
            self.set(FORMER_ACCOUNTS, &accounts.join(" "), now)?;
        }
        self.set(SERVICES, &serde_json::json!(services).to_string(), now)
    }

    /// Forgets what was learnt about the services that the state belonged to, and which they were.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_services(&self) -> Result<(), StateError> {
        let learnt = "DELETE FROM fact WHERE name = ?1 OR name GLOB 'jira.*' OR name GLOB 'guance.*'
                          OR name GLOB 'engine.no-copy.*' OR name GLOB 'engine.screen.*' OR name GLOB 'engine.clock.*' OR name GLOB 'engine.unread.*'
                          OR name GLOB 'away.*' OR name GLOB 'wait.*'";
        self.tx.execute(learnt, [SERVICES])?;
        Ok(())
    }

    /// Forgets which kind of Jira it is and where people find it, for it goes by another address now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget_addresses(&self) -> Result<(), StateError> {
        self.tx.execute("DELETE FROM fact WHERE name IN ('jira.site', 'jira.deployment')", [])?;
        Ok(())
    }

    fn set(&self, name: &str, value: &str, now: DateTime<Utc>) -> Result<(), StateError> {
        let sql = "INSERT OR REPLACE INTO fact (name, value, at) VALUES (?1, ?2, ?3)";
        self.tx.execute(sql, rusqlite::params![name, value, to_ms(now)])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn former_names_are_kept_the_latest_first() {
        let state = State::open_copy(std::path::Path::new("there is no such file")).unwrap();
        let named = |pair: &str| Services { pair: pair.to_owned(), ..Services::default() };
        for pair in ["aa", "bb", "bb", "cc", "aa"] {
            let tx = state.begin().unwrap();
            tx.bind(&state, &named(pair), DateTime::UNIX_EPOCH).unwrap();
            tx.commit().unwrap();
        }
        assert_eq!(state.services().unwrap(), Some(named("aa")));
        assert_eq!(state.former_pairs("aa").unwrap(), ["cc", "bb"]);
        assert_eq!(state.former_pairs("dd").unwrap(), ["aa", "cc", "bb"]);
    }

    #[test]
    fn an_address_is_what_it_reaches() {
        for (a, b, same) in [
            ("https://jira.example.com", "https://JIRA.example.com/", true),
            ("http://jira.example.com:80/jira", "https://jira.example.com:443/jira/", true),
            ("https://jira.example.com", "https://jira.example.com:8443", false),
            ("https://jira.example.com/jira", "https://jira.example.com/test", false),
            ("https://jira.example.com", "https://jira.example.org", false),
            ("https://a.atlassian.net", "https://b.atlassian.net", false),
        ] {
            assert_eq!(is_same_address(a, b), same, "{a} {b}");
        }
    }
}
