//! Fields of Jira that follow their source: `keep = true` in `[route.fields]`.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::name::UnknownWord;

/// Stands before the word in keys and in the state file. No field that both sides keep is called so.
const PREFIX: &str = "follows:";

/// A field of Jira that follows its source, by the word that `[route.fields]` has for it: its id or its name.
///
/// It goes wherever a field goes, so it is as small as one: its texts are kept once for the length of the program. There are as
/// many as the configuration and the state file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Follower {
    word: &'static str,
    stored: &'static str,
}

static KNOWN: LazyLock<Mutex<HashMap<String, Follower>>> = LazyLock::new(Mutex::default);

impl Follower {
    /// Returns the field that a word of `[route.fields]` means.
    pub fn called(word: &str) -> Self {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(word.to_owned()).or_insert_with(|| {
            let stored = format!("{PREFIX}{}", escaped(word));
            Self { word: word.to_owned().leak(), stored: stored.leak() }
        })
    }

    /// Reads the text of keys and of the state file.
    ///
    /// # Errors
    /// When it names no such field.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let word = text.strip_prefix(PREFIX).and_then(plain);
        word.filter(|word| !word.is_empty()).map(|word| Self::called(&word)).ok_or_else(|| UnknownWord(text.to_owned()))
    }

    /// Returns the word of the configuration.
    pub fn word(self) -> &'static str {
        self.word
    }

    /// Returns the text of keys and of the state file.
    pub fn stored(self) -> &'static str {
        self.stored
    }
}

impl fmt::Display for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)
    }
}

/// Returns a word without the characters that mean something in a key.
fn escaped(word: &str) -> String {
    word.chars().fold(String::new(), |mut text, c| {
        if matches!(c, '%' | '@' | '/') || c.is_control() {
            let _ = write!(text, "%{:02x}", u32::from(c));
        } else {
            text.push(c);
        }
        text
    })
}

fn plain(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut word = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = (part.get(..2)?, part.get(2..)?);
        word.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        word.push_str(rest);
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_word_comes_back_from_what_is_stored() {
        for (word, stored) in [
            ("Region", "follows:Region"),
            ("customfield_10050", "follows:customfield_10050"),
            ("50% @ A/B", "follows:50%25 %40 A%2fB"),
            ("地区\t一", "follows:地区%09一"),
        ] {
            let one = Follower::called(word);
            assert_eq!((one.word(), one.stored()), (word, stored));
            assert_eq!(Follower::parse(stored).unwrap(), one);
        }
        for odd in ["follows:", "follows:%", "follows:%zz", "title", "Follows:x", "follows:%満"] {
            assert!(Follower::parse(odd).is_err(), "{odd}");
        }
    }
}
