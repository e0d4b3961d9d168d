//! What can be wrong with a configuration, and how it is shown: place, sentence, the offending key with a caret.
//!
//! An excerpt never shows more of a line than its key and, where the key cannot hold a secret, its value: a
//! misspelt `token` must not print the token.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::words::{ConfigFault, ConfigHint, ConfigPlace, Lang, Message as _};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `sync.toml:12`, or the name of an environment variable; none when it is nowhere in particular.
    pub place: Option<ConfigPlace>,
    /// What.
    pub fault: ConfigFault,
    /// The offending key, and its value where it may be shown, over a line with a caret.
    pub excerpt: Option<String>,
    /// How to mend it.
    pub hint: Option<ConfigHint>,
}

impl Problem {
    /// Returns a problem without place.
    pub(super) fn new(fault: ConfigFault) -> Self {
        Self { place: None, fault, excerpt: None, hint: None }
    }

    /// Says where it is.
    pub(super) fn at(self, place: impl Into<String>) -> Self {
        self.in_place(ConfigPlace::Named(place.into()))
    }

    /// Says where it is.
    pub(super) fn in_place(mut self, place: ConfigPlace) -> Self {
        self.place = Some(place);
        self
    }

    /// Says how to mend it.
    pub(super) fn hint(mut self, hint: ConfigHint) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Returns all but the hint in a language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let place = self.place.as_ref().map(|place| format!("{}: ", place.in_lang(lang))).unwrap_or_default();
        let excerpt = self.excerpt.as_ref().map(|excerpt| format!("\n{excerpt}")).unwrap_or_default();
        format!("{place}{}{excerpt}", self.fault.in_lang(lang))
    }
}

/// In English.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_lang(Lang::En))
    }
}

/// Everything that is wrong with a configuration, in the order of the file. Holds at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let gap = if n == 0 { "" } else { "\n" };
            write!(f, "{gap}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// The text of a file, to find lines in.
#[derive(Clone, Debug, Default)]
pub(super) struct ConfigText {
    /// The file's name as the user gave it; empty for the environment alone.
    pub(super) name: String,
    /// Its content.
    pub(super) text: String,
}

impl ConfigText {
    /// Returns the number of the line that holds this byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    /// Returns what it is.
    pub(super) fn whole(&self) -> ConfigPlace {
        match self.name.as_str() {
            "" => ConfigPlace::Environment,
            name => ConfigPlace::Named(name.to_owned()),
        }
    }

    /// Returns `name:line`.
    pub(super) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.name, self.line(at))
    }

    /// Draws `key = …` with the caret under the key.
    pub(super) fn point_at_key(&self, key: &Range<usize>) -> String {
        let word = self.words(key);
        let (line, column) = self.line_around(key.start);
        let header = line.rfind(']').and_then(|end| line.get(..=end)).unwrap_or_default();
        if header.starts_with('[') && !header.contains(['=', '\'']) {
            return self.draw(key.start, header, column, word.width());
        }
        self.draw(key.start, &format!("{word} = …"), 0, word.width())
    }

    /// Draws `key = value` with the caret under the value. Not for values that may be secret.
    pub(super) fn point_at_value(&self, key: &Range<usize>, value: &Range<usize>) -> String {
        let (word, shown) = (self.words(key), self.words(value));
        let indent = word.width() + 3;
        self.draw(key.start, &format!("{word} = {shown}"), indent, shown.width())
    }

    /// Returns the number of the line on which the text of a value begins.
    pub(super) fn first_line_of(&self, value: &Range<usize>) -> usize {
        let text = self.text.get(value.clone()).unwrap_or_default();
        // TOML drops the newline that follows three quotes at once.
        let next = ["\"\"\"\n", "\"\"\"\r\n", "'''\n", "'''\r\n"].iter().any(|quotes| text.starts_with(quotes));
        self.line(value.start) + usize::from(next)
    }

    /// Draws a whole line. Not for values that may be secret.
    pub(super) fn point_at_line(&self, number: usize) -> String {
        let line = self.text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
        let gutter = " ".repeat(number.to_string().len());
        format!("{number} | {line}\n{gutter} | {}", "^".repeat(line.width().max(1)))
    }

    /// Draws a line that is not TOML with the caret under the byte; what stands after `=` stays hidden.
    pub(super) fn point_at_byte(&self, at: usize) -> String {
        let (line, column) = self.line_around(at);
        let shown = match line.split_once('=') {
            Some((key, _)) if is_key(key) => format!("{key}= …"),
            None if line.trim_start().starts_with('[') => line.to_owned(),
            _ => "…".to_owned(),
        };
        self.draw(at, &shown, column, 1)
    }

    /// Returns the line that holds a byte, and in which column of a terminal that stands: a Chinese sign takes two.
    fn line_around(&self, at: usize) -> (&str, usize) {
        let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        (line, self.text.get(start..at).map_or(0, UnicodeWidthStr::width))
    }

    fn words(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).and_then(|text| text.lines().next()).unwrap_or("…")
    }

    fn draw(&self, at: usize, shown: &str, indent: usize, width: usize) -> String {
        let number = self.line(at).to_string();
        let gutter = " ".repeat(number.len());
        format!("{number} | {shown}\n{gutter} | {}{}", " ".repeat(indent), "^".repeat(width.max(1)))
    }
}

fn is_key(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"'))
}
