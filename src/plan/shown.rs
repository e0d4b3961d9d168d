//! Which attached files a comment shows.
//!
//! Doubts are decided for the restriction: what a restricted comment may show stays, and what a public one shows must be
//! certain.

use crate::domain::{Comment, File, portable_name};
use crate::text::{Shown, flat};

/// Letters and digits of a name that are enough to find it by, whatever signs a format took out of it.
const ENOUGH: usize = 8;

/// A comment, and what it shows.
pub(super) struct Showing<'c> {
    pub(super) comment: &'c Comment,
    shown: Shown,
    /// What people read and where it leads, as it is and by its letters and digits alone.
    texts: Vec<(String, String)>,
}

impl<'c> Showing<'c> {
    pub(super) fn of(comment: &'c Comment) -> Self {
        let shown = comment.body.shown();
        let addresses = shown.addresses.iter().map(|url| flat(&decoded(url)));
        let texts = std::iter::once(shown.words.clone()).chain(addresses);
        let texts = texts
            .map(|text| {
                let letters = letters(&text);
                (text, letters)
            })
            .collect();
        Self { comment, shown, texts }
    }

    /// Returns true when the comment may well show this file, by its name or its id.
    pub(super) fn may_name(&self, file: &File) -> bool {
        let name = flat(&file.name);
        let by_letters = Some(letters(&name)).filter(|letters| letters.chars().count() >= ENOUGH);
        let is_in = |(text, letters): &(String, String)| {
            text.contains(&name) || by_letters.as_ref().is_some_and(|name| letters.contains(name))
        };
        self.texts.iter().any(is_in) || self.calls(file) || self.leads_to(file)
    }

    /// Returns true when the comment certainly names this file, and no other of the issue.
    pub(super) fn names(&self, file: &File, all: &[File]) -> bool {
        let is_only_one = all.iter().filter(|other| flat(&other.name) == flat(&file.name)).count() < 2;
        let is_named = self.calls(file) || has_word(&self.shown.words, &flat(&file.name));
        self.leads_to(file) || (is_only_one && is_named)
    }

    /// Returns true when the comment shows a file and does not say which: it has no name, or one that no file has.
    pub(super) fn is_unclear(&self, all: &[File]) -> bool {
        self.shown.names.iter().any(|name| name.is_empty() || !all.iter().any(|file| is_called(file, name)))
    }

    fn calls(&self, file: &File) -> bool {
        self.shown.names.iter().any(|name| !name.is_empty() && is_called(file, name))
    }

    /// Returns true when a link or an image leads to the file by its id: `/secure/attachment/10009/trace.txt`.
    fn leads_to(&self, file: &File) -> bool {
        self.shown.addresses.iter().any(|url| {
            let lower = url.to_lowercase();
            let is_about_files = lower.contains("attachment") || lower.contains("thumbnail");
            is_about_files && url.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == file.id.as_str())
        })
    }
}

fn is_called(file: &File, name: &str) -> bool {
    flat(&portable_name(name)) == flat(&file.name)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns true when a name stands in a text as a word of its own, and not as a part of another name.
fn has_word(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let mut after = text.get(at + name.len()..).unwrap_or_default().chars();
            let ends = match after.next() {
                Some('.') => !after.next().is_some_and(goes_on),
                next => !next.is_some_and(goes_on),
            };
            ends && !before.is_some_and(|c| goes_on(c) || c == '.')
        })
}

/// Returns an address with its percent signs resolved.
fn decoded(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if digit(high).is_some() && digit(low).is_some() => {
                let value = digit(high).unwrap_or_default() * 16 + digit(low).unwrap_or_default();
                bytes.push(u8::try_from(value).unwrap_or_default());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_a_part_of_another() {
        for (text, name, want) in [
            ("see a.png", "a.png", true),
            ("a.png.", "a.png", true),
            ("(a.png), b", "a.png", true),
            ("ba.png", "a.png", false),
            ("x.a.png", "a.png", false),
            ("a.png.gpg", "a.png", false),
            ("a.pngs", "a.png", false),
            ("my-a.png", "a.png", false),
            ("新日志.txt", "日志.txt", false),
            ("a.pngx and a.png", "a.png", true),
            ("anything", "", false),
        ] {
            assert_eq!(has_word(text, name), want, "{text} {name}");
        }
    }

    #[test]
    fn addresses_are_decoded() {
        for (url, want) in
            [("a%20b%E7%A3%81", "a b磁"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%", "%"), ("%ff", "\u{fffd}")]
        {
            assert_eq!(decoded(url), want);
        }
    }
}
