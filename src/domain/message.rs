//! What a chat room is told: plain data, whatever service carries it.
//!
//! What people wrote in it is untrusted, and here it is plain text: an adapter escapes it for its service. Everything is
//! bounded, because a message waits in the outbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::Fingerprint;

/// Longest title, in characters.
pub const MAX_TITLE: usize = 250;

/// Longest name of a person, a status, a level or an item, in characters.
pub const MAX_NAME: usize = 100;

/// Longest excerpt of what a person wrote, or of what a service answered, in characters.
pub const MAX_EXCERPT: usize = 500;

/// Longest text, in characters. Adapters cut it further, where their service takes less.
pub const MAX_TEXT: usize = 8000;

/// Longest address, in bytes. A longer one is left out: half of an address leads nowhere.
pub const MAX_ADDRESS: usize = 2000;

/// How many digits of its id a message shows: enough to see that two are the same.
const SHOWN_ID: usize = 6;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A Jira issue was created for an item.
    Created,
    /// A comment was copied from one side to the other.
    Comment,
    /// A status was carried from one side to the other.
    Status,
    /// A write was refused for good, or given up.
    Dead,
    /// A service could not be read or written to.
    Failing,
    /// A service works again that failed: told where failures are told.
    Works,
    /// Many messages in one.
    Digest,
    /// A person tries out whether messages arrive.
    Test,
}

impl Event {
    /// The words of the configuration: what a room can ask for.
    pub const WORDS: [(&str, Self); 5] = [
        ("created", Self::Created),
        ("comment", Self::Comment),
        ("status", Self::Status),
        ("dead", Self::Dead),
        ("failing", Self::Failing),
    ];

    /// Returns its word, as the configuration and a webhook's body have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Comment => "comment",
            Self::Status => "status",
            Self::Dead => "dead",
            Self::Failing => "failing",
            Self::Works => "works",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }
}

/// Something that a message leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What people call it.
    pub name: String,
    /// Its address; empty where it has none.
    pub url: String,
}

impl Place {
    /// Returns a place, with its name and its address within bounds.
    pub fn new(name: &str, url: &str) -> Self {
        let url = if url.len() <= MAX_ADDRESS { url } else { "" };
        Self { name: line(name, MAX_NAME), url: url.to_owned() }
    }
}

/// One message to a chat room.
///
/// INVARIANT: every text in it went through [`line()`] or [`lines()`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The same for the same happening, for ever: a receiver that keeps it can drop a second one. 16 hexadecimal digits.
    pub id: String,
    /// What it is about.
    pub event: Event,
    /// When that happened.
    pub at: DateTime<Utc>,
    /// Of how many happenings it tells: one, unless it is a digest.
    pub count: usize,
    /// The name of the source in the configuration, or of the service that fails.
    pub source: String,
    /// The item, where it is about one.
    pub item: Option<Place>,
    /// Its Jira issue, where it has one: its key and address.
    pub jira: Option<Place>,
    /// The item's title.
    pub title: String,
    /// The item's level.
    pub level: Option<String>,
    /// Who wrote the comment, or changed the status.
    pub who: Option<String>,
    /// The status: the new one, where it was changed.
    pub status: Option<String>,
    /// The beginning of the comment, or why something failed.
    pub excerpt: String,
    /// Whom to mention, by the ids of the chat service. Nobody, unless the configuration names somebody: what people wrote
    /// never mentions anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mention: Vec<String>,
    /// What the room reads: a heading in the first line, then the rest. Plain text.
    pub text: String,
}

impl Message {
    /// Returns the id of the message about a happening, which `key` names for ever.
    pub fn id_of(event: Event, key: &str) -> String {
        Fingerprint::of(&["message", event.as_str(), key]).as_str().to_owned()
    }

    /// Returns the part of its id that people see.
    pub fn shown_id(&self) -> &str {
        self.id.get(..SHOWN_ID).unwrap_or(&self.id)
    }

    /// Returns the first line.
    pub fn heading(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// Returns what follows the first line, without blank lines at its ends.
    pub fn rest(&self) -> &str {
        self.text.split_once('\n').map(|(_, rest)| rest.trim_matches('\n')).unwrap_or_default()
    }
}

/// Returns a text as one line of at most so many characters.
pub fn line(text: &str, max_chars: usize) -> String {
    let words: Vec<String> = text.split_whitespace().map(visible).filter(|word| !word.is_empty()).collect();
    cut(&words.join(" "), max_chars)
}

/// Returns a text of at most so many characters, with at most one blank line between two others.
pub fn lines(text: &str, max_chars: usize) -> String {
    let mut all: Vec<String> = Vec::new();
    for line in text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = visible(line.trim_end());
        if !line.trim().is_empty() || all.last().is_some_and(|last| !last.is_empty()) {
            all.push(if line.trim().is_empty() { String::new() } else { line });
        }
    }
    cut(all.join("\n").trim_end_matches('\n'), max_chars)
}

/// Returns the text without what nobody can see, or what turns the direction of writing. A tabulator is a blank.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect()
}

/// Controls, direction marks, zero-width signs that are not joiners, tags, and what Unicode says is no character.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some(_) => {
            let kept = text.char_indices().nth(max_chars.saturating_sub(1)).map_or(0, |(end, _)| end);
            format!("{}…", text.get(..kept).unwrap_or_default().trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_line_holds_what_people_can_see_and_no_more_than_fits() {
        for (text, max, want) in [
            ("disk\n full\t\u{7} now ", 20, "disk full now"),
            ("a\u{202e}gnp.exe\u{2066}", 20, "agnp.exe"),
            ("@\u{200b}all", 20, "@all"),
            ("磁盘满了", 4, "磁盘满了"),
            ("磁盘满了吗", 4, "磁盘满…"),
            ("👨‍👩‍👧 é", 20, "👨‍👩‍👧 é"),
            ("tag\u{e0041}s \u{ffff}x", 20, "tags x"),
            ("", 4, ""),
            ("ab", 0, "…"),
        ] {
            assert_eq!(line(text, max), want, "{text:?}");
        }
    }

    #[test]
    fn lines_keep_their_breaks_and_lose_what_is_blank_twice() {
        assert_eq!(lines("\n\na\r\n\r\n \r\nb\u{2028}  c\t\n\n", 100), "a\n\nb\n  c");
        assert_eq!(lines("one\ntwo", 5), "one…");
    }

    #[test]
    fn the_id_of_a_happening_is_the_same_for_ever() {
        let id = Message::id_of(Event::Created, "guance/issue/issue_0a");
        assert_eq!(id, Message::id_of(Event::Created, "guance/issue/issue_0a"));
        assert_eq!(id.len(), 16);
        assert_ne!(id, Message::id_of(Event::Dead, "guance/issue/issue_0a"));
        assert_eq!(id, "5547a1827f5ab8fd", "kept in outboxes and by receivers");
    }

    #[test]
    fn a_long_address_is_left_out_rather_than_cut() {
        let long = format!("https://example.com/{}", "a".repeat(MAX_ADDRESS));
        assert_eq!(Place::new("OPS-1", &long), Place { name: "OPS-1".to_owned(), url: String::new() });
    }

    #[test]
    fn every_word_of_the_configuration_is_the_events_own() {
        for (word, event) in Event::WORDS {
            assert_eq!(event.as_str(), word);
            assert_eq!(serde_json::to_value(event).unwrap(), word);
        }
    }
}
