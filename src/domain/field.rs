//! Fields that both issues of a pair have, how one is changed, and who is who.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::create::{NewField, StatusTarget};
use super::follower::Follower;
use super::id::{IssueId, Key, Kind, Side};
use super::item::Person;
use super::name::{ServiceName, UnknownWord};
use crate::text::Doc;
use crate::words::{FieldName, Summary};

/// A field that both issues of a pair have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Guance's title, Jira's summary.
    Title,
    /// The description.
    Body,
    /// Guance's level, Jira's priority.
    Priority,
    /// Guance's managers, Jira's assignee.
    Assignee,
    /// The status.
    Status,
    /// A field of Jira that follows what the item's route makes of it.
    Follower(Follower),
}

impl Field {
    /// Every field that both sides have, in the order in which changes are written: the status last, since it may close the
    /// issue.
    pub const ALL: [Self; 5] = [Self::Title, Self::Body, Self::Priority, Self::Assignee, Self::Status];

    /// Returns the lower-case word used in keys and the state file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "description",
            Self::Priority => "priority",
            Self::Assignee => "assignee",
            Self::Status => "status",
            Self::Follower(follower) => follower.stored(),
        }
    }

    /// Returns what people call it: the word of the configuration, or the word of keys.
    pub fn word(self) -> &'static str {
        if let Self::Follower(follower) = self { follower.word() } else { self.as_str() }
    }

    /// Returns what a write of it on the Jira issue of this name is about.
    pub fn summary(self, name: &str) -> Summary {
        let name = name.to_owned();
        let field = match self {
            Self::Title => FieldName::Title,
            Self::Body => FieldName::Description,
            Self::Status => FieldName::Status,
            Self::Assignee => FieldName::Assignee,
            Self::Priority => FieldName::Priority,
            Self::Follower(follower) => return Summary::Follower { title: follower.word().to_owned(), name },
        };
        Summary::Field { field, name }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Field {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let shared = Self::ALL.into_iter().find(|field| field.as_str() == word);
        shared.map_or_else(|| Follower::parse(word).map(Self::Follower), Ok)
    }
}

impl Key {
    /// Returns the key of a field that both issues of a pair have; `pair` is the item of the line's source.
    pub fn field(line: ServiceName, pair: &IssueId, field: Field) -> Self {
        Self(format!("{line}/field/{pair}/{}", field.as_str()))
    }

    /// Returns the pair's item and the field when this is the key of a field.
    pub fn field_of(&self) -> Option<(IssueId, Field)> {
        let Some((_, Kind::Field, id)) = self.parts() else { return None };
        let (pair, field) = id.split_once('/')?;
        Some((IssueId::new(pair), field.parse().ok()?))
    }
}

/// What a side said about a field when the sides last agreed, in that side's own words (see `plan::fields::value`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// These words: a text or its fingerprint, an id, a list of ids; none where it said nothing.
    Words(String),
    /// What a person wrote on Jira by hand, where Guance leads. Whatever it is, guajira did not leave it there.
    ByHand,
    /// A level of Guance's that the route's priority table does not list.
    Unlisted(String),
    /// These words. What the side says now is to be brought over even where it has gone back to them: the other side has
    /// changed as well, and lost.
    Outdated(String),
}

impl Said {
    /// Stands before words that are outdated.
    const OUTDATED: char = '\u{1}';
    /// Stands before the name of a level that is not listed; no priority is called so.
    const UNLISTED: char = '\u{7f}';
    /// Stands for what was written by hand; no text reads so, and no priority is called so.
    const BY_HAND: &str = "\u{7f}by hand";

    /// Returns what stands for a side that said nothing: whatever it says counts as a change.
    pub fn nothing() -> Self {
        Self::Words(String::new())
    }

    /// Returns the words, also where they are outdated; none where there are no words that could be compared.
    pub fn words(&self) -> &str {
        match self {
            Self::Words(words) | Self::Outdated(words) => words,
            Self::ByHand | Self::Unlisted(_) => "",
        }
    }

    /// Returns the text that the state file keeps.
    pub fn stored(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::ByHand => Self::BY_HAND.to_owned(),
            Self::Unlisted(level) => format!("{}{level}", Self::UNLISTED),
            Self::Outdated(words) => format!("{}{words}", Self::OUTDATED),
        }
    }

    /// Reads the text that the state file keeps of what this side said.
    pub fn parse(side: Side, text: &str) -> Self {
        if let Some(words) = text.strip_prefix(Self::OUTDATED) {
            return Self::Outdated(words.to_owned());
        }
        match (side, text.strip_prefix(Self::UNLISTED)) {
            (Side::Tracker(_), Some(_)) if text == Self::BY_HAND => Self::ByHand,
            (Side::Source(_), Some(level)) => Self::Unlisted(level.to_owned()),
            (_, _) => Self::Words(text.to_owned()),
        }
    }
}

impl From<&str> for Said {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

/// What both sides said about one field when they last agreed: what a change is measured against.
///
/// `None`: not known. It is learnt from the next reading, which is then taken as what guajira left there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// What Guance said.
    pub guance: Option<Said>,
    /// What Jira said.
    pub jira: Option<Said>,
    /// How often the sides have come to agree anew: tells one resolve from the next.
    pub version: u32,
}

impl Base {
    /// Returns what this side said.
    pub fn on(&self, side: Side) -> Option<&Said> {
        match side {
            Side::Source(_) => self.guance.as_ref(),
            Side::Tracker(_) => self.jira.as_ref(),
        }
    }

    /// Returns the base with what this side says now.
    #[must_use]
    pub fn with(mut self, side: Side, said: Option<Said>) -> Self {
        match side {
            Side::Source(_) => self.guance = said,
            Side::Tracker(_) => self.jira = said,
        }
        self
    }

    /// Returns the base with the change that this side made as one that is still to be brought over, even if the side goes
    /// back on it: the other side has changed as well, and lost.
    #[must_use]
    pub fn outdated(self, side: Side) -> Self {
        let before = self.on(side).map(Said::words).unwrap_or_default().to_owned();
        self.with(side, Some(Said::Outdated(before)))
    }
}

/// The merge base of a pair, field by field; a field that was never compared is not in it.
pub type Bases = BTreeMap<Field, Base>;

/// What an issue is to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its title; the adapter makes it one line and cuts it to the service's limit (Jira).
    Title(String),
    /// Its description, complete with the link back (Jira).
    Body {
        /// The whole text.
        body: Doc,
        /// Address of the original, for "the rest is there" when the text must be cut.
        origin_url: String,
    },
    /// Its priority by name or id (Jira).
    Priority(String),
    /// Who is responsible.
    Assignee {
        /// The account on the target side, as [`crate::ports::Directory::person`] found it; `None`: nobody.
        set: Option<Person>,
        /// The id on the target side of who was responsible until now: on Guance this entry alone gives way, and every
        /// other one (teams, other people, bare e-mail addresses) stays.
        instead_of: Option<String>,
    },
    /// Its status.
    Status(StatusTarget),
    /// A field that follows its source (Jira).
    Follower(NewField),
}

impl Change {
    /// Returns the field that it is about.
    pub fn field(&self) -> Field {
        match self {
            Self::Title(_) => Field::Title,
            Self::Body { .. } => Field::Body,
            Self::Priority(_) => Field::Priority,
            Self::Assignee { .. } => Field::Assignee,
            Self::Status(_) => Field::Status,
            Self::Follower(new) => Field::Follower(Follower::called(&new.field)),
        }
    }
}

/// Who is who, where e-mail addresses and names do not tell: `[people]`. A word that is a name counts only where one account
/// alone bears it, which a service has to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// On Guance, on Jira: an e-mail address, a name or an account id each.
    pub pairs: Vec<(String, String)>,
}

impl People {
    /// Returns the rows of the table as one side reads them: its own word first, then the other side's.
    pub fn rows(&self, from: Side) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(move |(guance, jira)| match from {
            Side::Source(_) => (guance.as_str(), jira.as_str()),
            Side::Tracker(_) => (jira.as_str(), guance.as_str()),
        })
    }

    /// Returns how to ask for the person that a word of the table means.
    pub fn asked(word: &str) -> Person {
        if word.contains('@') {
            Person { email: Some(word.to_owned()), ..Person::default() }
        } else {
            Person { id: word.to_owned(), name: word.to_owned(), email: None }
        }
    }

    /// Returns true when these two, one of each side, are certainly one person. False where a service has to be asked
    /// first: people choose their names themselves, so a name alone decides only where nothing else is known.
    pub fn same(&self, guance: &Person, jira: &Person) -> bool {
        let told = |(here, there): &(String, String)| (is_proof(guance, here), is_proof(jira, there));
        if self.pairs.iter().any(|row| told(row) == (true, true)) {
            return true;
        }
        let is_named = |(here, there): &(String, String)| may_mean(guance, here) || may_mean(jira, there);
        if self.pairs.iter().any(is_named) {
            return false;
        }
        match (&guance.email, &jira.email) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => !guance.name.is_empty() && guance.name == jira.name,
            _ => false,
        }
    }
}

/// Returns true when a word of the table is this account's id or address, which nobody chooses for himself.
fn is_proof(who: &Person, word: &str) -> bool {
    let email = who.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(word));
    !word.is_empty() && (email || who.id == word)
}

fn may_mean(who: &Person, word: &str) -> bool {
    is_proof(who, word) || (!word.is_empty() && who.name == word)
}
