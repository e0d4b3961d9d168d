//! Seals: the keyed part of a marker, by which guajira recognises its own writing whoever's account wrote it.
//!
//! People see markers and may copy them, so a marker alone proves nothing. A seal is a MAC over what the marker says and
//! over the place that it stands in. Its key is made once for a pair of services, of the first credential that the
//! configuration held; it is kept in the state and in our own user property on Jira. So it is found again when the state
//! is lost, when the credential is another, and when the Jira account is another.

use std::fmt::Write as _;

use ring::hmac;

use super::id::{Fingerprint, IssueId, Key};
use crate::secret::Secret;

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of the MAC that a marker carries: half of HMAC-SHA256, more than anybody can guess.
const SEAL_BYTES: usize = 16;

/// What stands before everything else in what is sealed: another use of the key must never give the same seal.
const DOMAIN: &str = "guajira marker 1";

/// The seal of a marker: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal(String);

impl Seal {
    /// Reads a seal as written by [`Seal::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        is_hex(text, SEAL_BYTES).then(|| Self(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key that seals are made with.
#[derive(Clone, Debug)]
pub struct SealKey(Secret);

impl PartialEq for SealKey {
    fn eq(&self, other: &Self) -> bool {
        self.reveal() == other.reveal()
    }
}

impl Eq for SealKey {}

impl SealKey {
    /// Makes the key that belongs to a credential: it is found again with nothing but the configuration, and tells nothing
    /// of the credential.
    pub fn derive(credential: &Secret) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, credential.expose().as_bytes());
        Self(Secret::new(hex(hmac::sign(&key, b"guajira seal key 1").as_ref())))
    }

    /// Reads a key as written by [`SealKey::reveal`].
    pub fn parse(text: &str) -> Option<Self> {
        is_hex(text, KEY_BYTES).then(|| Self(Secret::new(text)))
    }

    /// Returns the digits, for the two places that keep the key.
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }

    fn seal(&self, key: &Key, content: &Fingerprint, place: &str) -> Seal {
        let hmac_key = hmac::Key::new(hmac::HMAC_SHA256, self.reveal().as_bytes());
        let mut mac = hmac::Context::with_key(&hmac_key);
        for part in [DOMAIN, key.origin().as_str(), content.as_str(), place] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            mac.update(part.as_bytes());
        }
        Seal(hex(mac.sign().as_ref().get(..SEAL_BYTES).unwrap_or_default()))
    }
}

/// Returns the place of an issue that is a copy itself: a pair of services, and the account that creates the issue.
/// Nobody can change who created an issue, so a seal that somebody copies onto an issue of his own does not hold there.
pub fn issue_place(services: &str, creator: &str) -> String {
    format!("{services} {creator}")
}

/// Returns the place of a copy in a thread: the issue whose thread it is, and the account that writes the copy, where the
/// service tells which account that is. Nobody can change who wrote a comment, so a seal that somebody copies onto a
/// comment of his own does not hold there, even in the same thread.
pub fn comment_place(issue: &IssueId, author: &str) -> String {
    if author.is_empty() { issue.to_string() } else { format!("{issue} {author}") }
}

/// The keys of a pair of services: the first seals, each of them recognises. There are several where two states of the
/// same services made one each before either knew of the other.
#[derive(Clone, Debug, Default)]
pub struct SealKeys(Vec<SealKey>);

impl SealKeys {
    /// Reads keys as written by [`SealKeys::reveal`]; what is no key is left out.
    pub fn parse(text: &str) -> Self {
        Self(text.split_whitespace().filter_map(SealKey::parse).collect())
    }

    /// Returns the keys for the place that keeps them.
    pub fn reveal(&self) -> String {
        self.0.iter().map(SealKey::reveal).collect::<Vec<_>>().join(" ")
    }

    /// Returns the key that seals; `None` while there is none.
    pub fn first(&self) -> Option<&SealKey> {
        self.0.first()
    }

    /// Returns the keys with this one last, unless they hold it already.
    #[must_use]
    pub fn followed_by(mut self, key: &SealKey) -> Self {
        if !self.0.contains(key) {
            self.0.push(key.clone());
        }
        self
    }

    /// Returns all keys, the one that seals first.
    pub fn all(&self) -> &[SealKey] {
        &self.0
    }

    /// Returns the keys with this one first.
    #[must_use]
    pub fn led_by(mut self, key: SealKey) -> Self {
        self.0.retain(|known| *known != key);
        self.0.insert(0, key);
        self
    }

    /// Returns the seal of a marker that names `key`'s original and `content`, and stands in `place`: a [`comment_place`],
    /// or an [`issue_place`] where the issue itself is the copy.
    pub fn seal(&self, key: &Key, content: &Fingerprint, place: &str) -> Option<Seal> {
        Some(self.first()?.seal(key, content, place))
    }

    /// Returns true when one of these keys made the seal of a comment in this issue's thread, written by an account with
    /// one of these ids. The first seals named the issue alone; they hold for ever.
    pub fn made_in_thread<'a>(
        &self,
        seal: &Seal,
        (key, content): (&Key, &Fingerprint),
        issue: &IssueId,
        authors: impl IntoIterator<Item = &'a str>,
    ) -> bool {
        let mut places = authors.into_iter().map(|author| comment_place(issue, author));
        places.any(|place| self.made(seal, key, content, &place)) || self.made(seal, key, content, issue.as_str())
    }

    /// Returns true when one of these keys made the seal for exactly this. The comparison takes no care of its time: who
    /// writes a marker learns hours later, if at all, what a scheduled run made of it.
    pub fn made(&self, seal: &Seal, key: &Key, content: &Fingerprint, place: &str) -> bool {
        self.0.iter().any(|known| known.seal(key, content, place) == *seal)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn key(n: u8) -> SealKey {
        SealKey::parse(&hex(&[n; KEY_BYTES])).unwrap()
    }

    #[test]
    fn a_seal_holds_for_exactly_what_was_sealed() {
        let keys = SealKeys::default().led_by(key(1));
        let (of, content) = ("jira/comment/10042".parse().unwrap(), Fingerprint::of(&["hi"]));
        let seal = keys.seal(&of, &content, "issue_a").unwrap();
        assert_eq!(Seal::parse(seal.as_str()), Some(seal.clone()));
        assert!(keys.made(&seal, &of, &content, "issue_a"));
        assert!(keys.made(&seal, &of.edit(&content), &content, "issue_a"), "an edit seals for the same original");
        let other: Key = "jira/comment/10043".parse().unwrap();
        assert!(!keys.made(&seal, &other, &content, "issue_a"));
        assert!(!keys.made(&seal, &of, &Fingerprint::of(&["ho"]), "issue_a"));
        assert!(!keys.made(&seal, &of, &content, "issue_b"));
        assert!(!SealKeys::default().led_by(key(2)).made(&seal, &of, &content, "issue_a"));
        assert!(SealKeys::default().led_by(key(1)).led_by(key(2)).made(&seal, &of, &content, "issue_a"));
    }

    #[test]
    fn a_seal_in_a_thread_holds_for_its_author_and_the_first_seals_for_every_one() {
        let keys = SealKeys::default().led_by(key(1));
        let (of, content, issue) =
            ("guance/comment/r".parse().unwrap(), Fingerprint::of(&["hi"]), IssueId::new("10001"));
        let holds = |place: &str, authors: &[&str]| {
            let seal = keys.seal(&of, &content, place).unwrap();
            keys.made_in_thread(&seal, (&of, &content), &issue, authors.iter().copied())
        };
        assert!(holds(&comment_place(&issue, "bot"), &["key-7", "bot"]));
        assert!(!holds(&comment_place(&issue, "bot"), &["mia"]));
        assert!(!holds(&comment_place(&issue, "bot"), &[]));
        assert!(!holds(&comment_place(&IssueId::new("10002"), "bot"), &["bot"]));
        assert!(holds(&comment_place(&issue, ""), &["mia"]));
    }

    #[test]
    fn keys_are_kept_as_text_and_never_shown() {
        let keys = SealKeys::default().led_by(key(1)).led_by(key(2)).led_by(key(1));
        let text = keys.reveal();
        assert_eq!(text.split(' ').count(), 2);
        assert_eq!(SealKeys::parse(&format!("x {text} 0a")).reveal(), text);
        assert!(!format!("{keys:?}").contains("0101"), "{keys:?}");
        let derived = |credential: &str| SealKey::derive(&Secret::new(credential));
        assert_eq!(derived("a"), derived("a"));
        assert_ne!(derived("a"), derived("b"));
        assert_eq!(SealKey::parse(derived("a").reveal()), Some(derived("a")));
    }

    /// A change of any byte here makes every marker that is out there look like somebody else's.
    #[test]
    fn the_seal_of_a_marker_never_changes() {
        let keys = SealKeys::default().led_by(key(7));
        let of = "guance/comment/repim_0123456789abcdef0123456789abcdef".parse().unwrap();
        let seal = keys.seal(&of, &Fingerprint::parse("00112233aabbccdd").unwrap(), "10001").unwrap();
        assert_eq!(seal.as_str(), "50ff7c4aabf4df01db7a6760c30b9c8f");
    }
}
