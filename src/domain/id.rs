//! Names of things: sides, ids, idempotency keys and fingerprints.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::name::{ServiceName, TRACKER, UnknownWord};
use crate::words::Service;

/// An end of the pairs of one line. A line is a source and its way to the tracker, and is called as its source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Where the items of the line begin.
    Source(ServiceName),
    /// Jira: Cloud, Server or Data Center; the line's issues there.
    Tracker(ServiceName),
}

impl Side {
    /// The source that `[guance]` configures.
    pub const GUANCE: Self = Self::Source(ServiceName::GUANCE);
    /// Jira, as far as the source is concerned that `[guance]` configures.
    pub const JIRA: Self = Self::Tracker(ServiceName::GUANCE);
    /// Both ends of the line that `[guance]` configures.
    pub const BOTH: [Self; 2] = [Self::GUANCE, Self::JIRA];

    /// Returns the line's other end.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Source(line) => Self::Tracker(line),
            Self::Tracker(line) => Self::Source(line),
        }
    }

    /// Returns both ends of the line, in reading order.
    #[must_use]
    pub fn both(self) -> [Self; 2] {
        [self.source(), self.tracker()]
    }

    /// Returns the line's source.
    #[must_use]
    pub fn source(self) -> Self {
        Self::Source(self.line())
    }

    /// Returns the line's end on Jira.
    #[must_use]
    pub fn tracker(self) -> Self {
        Self::Tracker(self.line())
    }

    /// Returns the name of the line.
    #[must_use]
    pub fn line(self) -> ServiceName {
        match self {
            Self::Source(line) | Self::Tracker(line) => line,
        }
    }

    /// Returns true for the end where items begin.
    #[must_use]
    pub fn is_source(self) -> bool {
        matches!(self, Self::Source(_))
    }

    /// Returns the service's name, which stands in keys, logs and the state file.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Source(line) => line.as_str(),
            Self::Tracker(_) => TRACKER,
        }
    }

    /// Returns the end of a line that is called so.
    ///
    /// # Errors
    /// When it is no name of a service.
    pub fn of_line(line: ServiceName, word: &str) -> Result<Self, UnknownWord> {
        if word == TRACKER { Ok(Self::Tracker(line)) } else { word.parse().map(Self::Source) }
    }
}

impl From<Side> for Service {
    fn from(side: Side) -> Self {
        match side {
            Side::Source(ServiceName::GUANCE) => Self::Guance,
            Side::Source(_) => Self::Source,
            Side::Tracker(_) => Self::Jira,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Side {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The tracker's name does not tell the line: whoever stores a side stores the line beside it.
impl<'de> Deserialize<'de> for Side {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::of_line(ServiceName::GUANCE, &word).map_err(serde::de::Error::custom)
    }
}

/// What kind of thing a key or a link is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An issue on either side.
    Issue,
    /// A Jira comment or a Guance reply.
    Comment,
    /// A field of a pair that both sides keep.
    Field,
    /// The link from one issue of a pair to the other.
    Link,
    /// An attached file.
    Attachment,
}

impl Kind {
    /// Returns the lower-case word used in keys and the state file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Comment => "comment",
            Self::Field => "field",
            Self::Link => "link",
            Self::Attachment => "attachment",
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "issue" => Ok(Self::Issue),
            "comment" => Ok(Self::Comment),
            "field" => Ok(Self::Field),
            "link" => Ok(Self::Link),
            "attachment" => Ok(Self::Attachment),
            _ => Err(UnknownWord(word.to_owned())),
        }
    }
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the remote's own id.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the remote's own id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id_type! {
    /// An issue's own id: `issue_<32 hex>` on Guance, the numeric id on Jira (keys change, ids do not).
    IssueId
}

id_type! {
    /// A comment's own id: `repim_<32 hex>` on Guance, the numeric id on Jira.
    CommentId
}

id_type! {
    /// An attached file's own id: `att_<32 hex>` on Guance, the numeric id on Jira.
    FileId
}

/// An idempotency key: names one original thing for ever, and one write about it.
///
/// `guance/issue/issue_…` is the creation of that issue's copy; `jira/comment/10042` the creation of that
/// comment's copy. A later edit adds `@` and the fingerprint of the new content.
/// `guance/field/issue_…/status` is a field of the pair that this Guance issue belongs to, whichever side changed it;
/// a write adds `@` and the fingerprint of the new value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub(super) String);

impl Key {
    /// Returns the key of an issue that was born on `side`.
    pub fn issue(side: Side, id: &IssueId) -> Self {
        Self(format!("{side}/issue/{id}"))
    }

    /// Returns the key of a comment that was born on `side`.
    pub fn comment(side: Side, id: &CommentId) -> Self {
        Self(format!("{side}/comment/{id}"))
    }

    /// Returns the key of a file that was attached on `side`.
    pub fn file(side: Side, id: &FileId) -> Self {
        Self(format!("{side}/attachment/{id}"))
    }

    /// Returns the key of the link by which the other side's issue shows this one of `side`.
    pub fn link(side: Side, id: &IssueId) -> Self {
        Self(format!("{side}/link/{id}"))
    }

    /// Returns the key of the write that brings the copy to `content`.
    #[must_use]
    pub fn edit(&self, content: &Fingerprint) -> Self {
        Self(format!("{}@{content}", self.origin().0))
    }

    /// Returns the key without what an edit added: the original thing's name.
    #[must_use]
    pub fn origin(&self) -> Self {
        Self(self.0.split('@').next().unwrap_or_default().to_owned())
    }

    /// Returns the key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns service, kind and remote id of the original thing.
    pub fn parts(&self) -> Option<(&str, Kind, &str)> {
        let whole = self.0.split('@').next()?;
        let (service, rest) = whole.split_once('/')?;
        let (kind, id) = rest.split_once('/')?;
        if id.is_empty() || !ServiceName::is_one(service) {
            return None;
        }
        Some((service, kind.parse().ok()?, id))
    }

    /// Returns true where the original thing was born on `side`.
    pub fn is_from(&self, side: Side) -> bool {
        self.parts().is_some_and(|(service, ..)| service == side.as_str())
    }

    /// Returns the issue id when this is the key of an issue born on `side`.
    pub fn issue_on(&self, side: Side) -> Option<IssueId> {
        match self.parts() {
            Some((service, Kind::Issue, id)) if service == side.as_str() => Some(IssueId::new(id)),
            _ => None,
        }
    }

    /// Returns the file's id when this is the key of a file attached on `side`.
    pub fn file_on(&self, side: Side) -> Option<FileId> {
        match self.parts() {
            Some((service, Kind::Attachment, id)) if service == side.as_str() => Some(FileId::new(id)),
            _ => None,
        }
    }

    /// Returns the comment id when this is the key of a comment born on `side`.
    pub fn comment_on(&self, side: Side) -> Option<CommentId> {
        match self.parts() {
            Some((service, Kind::Comment, id)) if service == side.as_str() => Some(CommentId::new(id)),
            _ => None,
        }
    }
}

impl FromStr for Key {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let key = Self(text.to_owned());
        if key.parts().is_some() { Ok(key) } else { Err(UnknownWord(text.to_owned())) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A short digest of content, to tell an edit from a re-read: 16 hexadecimal digits of SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Returns the fingerprint of the parts, in order.
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        Self(digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            use fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// Reads a fingerprint as written by [`Fingerprint::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Self(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
