//! Names of configured services.

use std::fmt;
use std::str::FromStr;

/// What the tracker is called.
pub const TRACKER: &str = "jira";

/// The most bytes of a name.
const LONGEST: usize = 31;

/// The name of a configured source: `[a-z][a-z0-9-]{0,30}`, and not the tracker's. It stands in keys, in the state file and in
/// the log, so it never changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceName([u8; LONGEST]);

impl ServiceName {
    /// The name of the source that `[guance]` configures.
    pub const GUANCE: Self = {
        let mut name = [0; LONGEST];
        name.split_at_mut(6).0.copy_from_slice(b"guance");
        Self(name)
    };

    /// Returns true for what a source or the tracker may be called.
    pub fn is_one(word: &str) -> bool {
        let may_stand = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let begins = word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        begins && word.len() <= LONGEST && word.bytes().all(may_stand)
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        self.0.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceName {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        if !Self::is_one(word) || word == TRACKER {
            return Err(UnknownWord(word.to_owned()));
        }
        let mut name = [0; LONGEST];
        for (place, byte) in name.iter_mut().zip(word.bytes()) {
            *place = byte;
        }
        Ok(Self(name))
    }
}

/// A word that should have named a side, a kind or a service and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown word {:?}", self.0)
    }
}

impl std::error::Error for UnknownWord {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert_eq!(ServiceName::GUANCE, "guance".parse().unwrap());
        for good in ["a", "alarms", "on-call-2", "abcdefghijklmnopqrstuvwxyz01234"] {
            assert_eq!(good.parse::<ServiceName>().unwrap().as_str(), good);
        }
        for bad in
            ["", "jira", "Alarms", "2nd", "-a", "a_b", "a/b", "观测云", "abcdefghijklmnopqrstuvwxyz012345", "a\0"]
        {
            assert!(bad.parse::<ServiceName>().is_err(), "{bad}");
        }
    }
}
