//! What the property of a ticket says of the items that it is the copy of one after another, and of those counted in it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::id::{Fingerprint, IssueId, Key};
use super::marker::Aside;
use super::seal::{Seal, SealKeys};

/// In our property: the keys of the items that an issue was the copy of before.
const EARLIER: &str = "earlier";

/// Most of them that are kept where an issue is paired by hand.
const MOST_EARLIER: usize = 20;

/// In our property: the items that are counted in a ticket, with a seal each.
const JOINED: &str = "joined";

/// In our property: what stands for the project and the problem of a ticket that may be continued.
const REUSE: &str = "reuse";

/// In the property of a ticket that was continued: when it last changed before, in milliseconds since 1970.
const SINCE: &str = "since";

/// In the property of a ticket that is being continued: it is not known to be open again, and what the property said before.
const OPENING: &str = "opening";

/// Longest list of keys that a property of a continued ticket keeps, in bytes.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, issue properties: a value has at most 32,768 characters.
const MOST_KIN: usize = 12_000;

/// An item that is counted in the ticket of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The item.
    pub key: Key,
    /// Proves that guajira named it in that ticket. It is put on when it is sent, and stands in no row.
    #[serde(skip)]
    pub seal: Option<Seal>,
}

impl Joined {
    /// Returns an item whose seal is put on when it is sent.
    pub fn new(key: Key) -> Self {
        Self { key, seal: None }
    }

    /// Returns the seal that it gets in this ticket, and in no other.
    pub fn sealed(&self, keys: &SealKeys, ticket: &IssueId) -> Option<Seal> {
        keys.seal(&self.key, &Self::content(ticket), ticket.as_str())
    }

    /// Returns true where one of these keys sealed it for this ticket.
    pub fn is_sealed(&self, keys: &SealKeys, ticket: &IssueId) -> bool {
        let made = |seal| keys.made(seal, &self.key, &Self::content(ticket), ticket.as_str());
        self.seal.as_ref().is_some_and(made)
    }

    fn content(ticket: &IssueId) -> Fingerprint {
        Fingerprint::of(&["joined", ticket.as_str()])
    }
}

impl Aside {
    /// Returns the value of our property on an issue that is paired by hand: as [`Aside::property`], and with the keys of the
    /// items that it was the copy of before, the latest first: `{…, "earlier": ["guance/issue/issue_…"]}`.
    pub fn paired(key: &Key, content: &Fingerprint, pair: &str, seal: Option<&Seal>, before: &Value) -> Value {
        let mut value = Self::property(key, content, pair, seal);
        let named = before.get("key").into_iter();
        let named = named.chain(before.get(EARLIER).and_then(Value::as_array).into_iter().flatten());
        let mut earlier: Vec<Key> = Vec::new();
        for one in named.filter_map(|one| one.as_str()?.parse::<Key>().ok()) {
            if one.origin() != key.origin() && !earlier.contains(&one) && earlier.len() < MOST_EARLIER {
                earlier.push(one);
            }
        }
        if let (false, Some(value)) = (earlier.is_empty(), value.as_object_mut()) {
            value.insert(EARLIER.to_owned(), json!(earlier));
        }
        value
    }

    /// Returns the same property with what stands for the project and the problem, if the ticket may be continued.
    pub fn with_reuse(mut value: Value, reuse: Option<&Fingerprint>) -> Value {
        if let (Some(reuse), Some(value)) = (reuse, value.as_object_mut()) {
            value.insert(REUSE.to_owned(), reuse.as_str().into());
        }
        value
    }

    /// Returns the value of our property on a ticket that is continued as the copy of the item that `value` names. `before` is
    /// what the property says, which may be the same already; `opening` until the ticket is known to be open again:
    /// `{…, "reuse": "…", "earlier": ["guance/issue/issue_…"], "since": 1790000000000, "opening": {"v": 1, …}}`.
    pub fn continued(value: Value, onward: &Onward<'_>, before: &Value, opening: bool) -> Value {
        let mut value = Self::with_reuse(value, Some(onward.reuse));
        let again = before.get("key").is_some_and(|key| value.get("key") == Some(key));
        let named = if again { None } else { before.get("key") };
        let known = before.get(EARLIER).and_then(Value::as_array).into_iter().flatten();
        let given = onward.before.map(|key| Value::from(key.as_str()));
        let mut earlier: Vec<Key> = Vec::new();
        let mut size = 0;
        for one in named.into_iter().chain(known).chain(&given).filter_map(|one| one.as_str()?.parse::<Key>().ok()) {
            size += one.as_str().len() + 3;
            let is_own = value.get("key").and_then(Value::as_str) == Some(one.as_str());
            if !is_own && !earlier.contains(&one) && size <= MOST_KIN {
                earlier.push(one);
            }
        }
        let since = before.get(SINCE).filter(|_| again).cloned();
        let was = before.get(OPENING).filter(|_| again).cloned().unwrap_or_else(|| before.clone());
        if let Some(value) = value.as_object_mut() {
            value.insert(EARLIER.to_owned(), json!(earlier));
            value.insert(SINCE.to_owned(), since.unwrap_or_else(|| onward.since.timestamp_millis().into()));
            if opening {
                value.insert(OPENING.to_owned(), was);
            }
        }
        // Who goes on with it is counted in it no more.
        Self::joined(value, &Kin::joined_in(before))
    }

    /// Returns the value of our property on a ticket in which these items are counted too:
    /// `{…, "joined": {"guance/issue/issue_…": "…seal…"}}`.
    pub fn joined(mut value: Value, items: &[Joined]) -> Value {
        let mut all = Kin::joined_in(&value);
        for item in items {
            let is_own = value.get("key").and_then(Value::as_str) == Some(item.key.as_str());
            if !is_own && all.iter().all(|known| known.key != item.key) {
                all.push(item.clone());
            }
        }
        let mut size = 0;
        all.retain(|item| {
            size += item.key.as_str().len() + item.seal.as_ref().map_or(0, |seal| seal.as_str().len()) + 6;
            size <= MOST_KIN
        });
        let seal = |item: &Joined| item.seal.as_ref().map(|seal| seal.as_str().to_owned()).unwrap_or_default();
        let table = all.iter().map(|item| (item.key.as_str().to_owned(), seal(item).into())).collect();
        if let (false, Some(value)) = (all.is_empty(), value.as_object_mut()) {
            value.insert(JOINED.to_owned(), Value::Object(table));
        }
        value
    }

    /// Returns what the property of a ticket said before somebody began to continue it; null where there was none.
    pub fn before_continued(value: &Value) -> Option<&Value> {
        value.get(OPENING)
    }
}

/// What the property of a continued ticket says besides.
#[derive(Clone, Copy, Debug)]
pub struct Onward<'a> {
    /// Stands for the project and the problem.
    pub reuse: &'a Fingerprint,
    /// The item that it was the copy of, as the state knows it.
    pub before: Option<&'a Key>,
    /// When it last changed before, by Jira's clock.
    pub since: DateTime<Utc>,
}

/// What a ticket says of the items that it is the copy of one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// Stands for the project and the problem.
    pub reuse: Fingerprint,
    /// The items that it was the copy of before, the latest first.
    pub earlier: Vec<Key>,
    /// The items that are, or were, counted in it.
    pub joined: Vec<Joined>,
    /// When it last changed, by Jira's clock, before it was continued.
    pub since: Option<DateTime<Utc>>,
    /// True until it is known to have been opened again.
    pub opening: bool,
    /// The id of the account that created it, where the service tells.
    pub creator: String,
}

impl Kin {
    /// Reads what our property says of the items that a ticket was the copy of; nothing where it may not be continued.
    pub fn read(value: &Value) -> Option<Self> {
        let reuse = value.get(REUSE).and_then(Value::as_str).and_then(Fingerprint::parse)?;
        let earlier = value.get(EARLIER).and_then(Value::as_array).into_iter().flatten();
        let earlier = earlier.filter_map(|one| one.as_str()?.parse::<Key>().ok()).collect();
        let since = value.get(SINCE).and_then(Value::as_i64).and_then(DateTime::from_timestamp_millis);
        let (joined, opening) = (Self::joined_in(value), value.get(OPENING).is_some());
        Some(Self { reuse, earlier, joined, since, opening, creator: String::new() })
    }

    fn joined_in(value: &Value) -> Vec<Joined> {
        let table = value.get(JOINED).and_then(Value::as_object).into_iter().flatten();
        let one = |(key, seal): (&String, &Value)| {
            Some(Joined { key: key.parse().ok()?, seal: seal.as_str().and_then(Seal::parse) })
        };
        table.filter_map(one).collect()
    }

    /// Returns true where the ticket names this item as one that it was the copy of before, or that is counted in it.
    pub fn names(&self, item: &Key) -> bool {
        self.earlier.contains(item) || self.joined.iter().any(|joined| joined.key == *item)
    }
}
