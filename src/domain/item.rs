//! Issues and comments as both sides share them, and what the issues of one side have besides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::follower::Follower;
use super::id::{CommentId, Fingerprint, IssueId, Key, Side};
use super::kin::Kin;
use super::name::ServiceName;
use super::status::{Status, is_called};
use crate::text::Doc;

/// Who did something, as far as the remote tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The remote's own id (`acnt_…`, `wsak_…`, Jira account id or user name); empty when unknown.
    pub id: String,
    /// The name people see; empty when unknown.
    pub name: String,
    /// The e-mail address, where the remote shows it.
    pub email: Option<String>,
}

/// Who may see a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Everybody who sees the issue.
    Public,
    /// Fewer people than that; the text says which restriction was seen, for `guajira why`.
    Restricted(String),
}

/// Who made a marker, as far as the service tells. The surer one comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Maker {
    /// Our own account.
    Us,
    /// An account that the configuration names as a former one of ours.
    Former,
    /// It cannot be told: which account is ours is not known yet.
    Unknown,
    /// Somebody else's account.
    Other,
}

/// What a remote object says about being our copy of something, where guajira can have said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The original's key.
    pub key: Key,
    /// False for a label alone, which a clone copies.
    pub proven: bool,
    /// Fingerprint of the original's content when this copy was written, where the marker carries it.
    pub written: Option<Fingerprint>,
    /// Whose account made the object.
    pub maker: Maker,
    /// True when the marker's seal holds: guajira wrote it in this very place.
    pub sealed: bool,
}

/// Where a marker was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Beside the text, where only programs write: a property, a key of `extend`.
    Hidden,
    /// In the text's first line.
    Visible,
}

impl Claim {
    /// Returns the claim that a marker makes; `None` when it need not be guajira's. Everybody can see markers and copy
    /// them: what another account wrote counts by its seal alone, and so do words where our account is not known.
    pub fn credible(
        key: Key,
        written: Option<Fingerprint>,
        maker: Maker,
        sealed: bool,
        witness: Witness,
    ) -> Option<Self> {
        let is_credible = match maker {
            Maker::Us | Maker::Former => true,
            Maker::Unknown => sealed || witness == Witness::Hidden,
            Maker::Other => sealed,
        };
        is_credible.then_some(Self { key, proven: true, written, maker, sealed })
    }

    /// Returns how much speaks against it: of several claims to one original the least doubtful counts. Where it is not
    /// known which account is ours, anybody's marker may be older than our own, but only guajira seals.
    pub fn doubt(&self) -> (Maker, bool) {
        (self.maker, !self.sealed)
    }

    /// Returns true when the object is our own account's, now or formerly.
    pub fn is_ours(&self) -> bool {
        matches!(self.maker, Maker::Us | Maker::Former)
    }
}

/// A Guance issue's level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The remote's id: `system_level_1`, `issl_…`.
    pub id: String,
    /// The name people see: `P1`.
    pub name: String,
}

/// A Jira issue's priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priority {
    /// The remote's id.
    pub id: String,
    /// The name people see: `High`.
    pub name: String,
    /// Its name in other languages, and those it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl Priority {
    /// Returns true when a word of the configuration means this priority.
    pub fn is(&self, word: &str) -> bool {
        is_called(word, &self.id, &self.name, &self.also)
    }
}

/// A Jira issue's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueType {
    /// The remote's id.
    pub id: String,
    /// The name people see: `Bug`.
    pub name: String,
    /// Its name in other languages, and those it had before.
    pub also: Vec<String>,
}

impl IssueType {
    /// Returns true when a word of the configuration means this type.
    pub fn is(&self, word: &str) -> bool {
        is_called(word, &self.id, &self.name, &self.also)
    }
}

/// A Guance channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// `chan_…`.
    pub id: String,
    /// The name people see; empty when unknown.
    pub name: String,
}

/// One issue as read from either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// The line that it was read for.
    pub line: ServiceName,
    /// Its id there.
    pub id: IssueId,
    /// What people call it: `OPS-12` on Jira, the uuid on Guance.
    pub name: String,
    /// Address for people.
    pub url: String,
    /// One-line title.
    pub title: String,
    /// Description.
    pub body: Doc,
    /// Where its work stands.
    pub status: Status,
    /// Who is responsible: at most one on Jira; on Guance people, teams (`group_…`) and bare e-mail addresses.
    pub assignees: Vec<Person>,
    /// Who opened it.
    pub author: Person,
    /// When it was opened, remote time.
    pub created: DateTime<Utc>,
    /// When it last changed, remote time.
    pub updated: DateTime<Utc>,
    /// What it says about being our copy.
    pub claim: Option<Claim>,
    /// The whole thread, oldest first, when the answer carried all of it.
    pub thread: Option<Vec<Comment>>,
    /// What only issues of its side have; so it tells where the issue was read.
    pub detail: Detail,
}

/// What the issues of one side have and those of the other do not.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// It was read where issues begin: on Guance.
    Source(SourceDetail),
    /// It was read where their copies are: on Jira.
    Tracker(TrackerDetail),
}

impl Detail {
    /// Returns the detail of an issue of this side of which nothing of the kind is known.
    pub fn unknown(side: Side) -> Self {
        match side {
            Side::Source(_) => Self::Source(SourceDetail::default()),
            Side::Tracker(_) => Self::Tracker(TrackerDetail::default()),
        }
    }
}

/// What only a Guance issue has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceDetail {
    /// How grave it is.
    pub level: Option<Level>,
    /// Where it came from, for people: a monitor, dashboard or viewer; empty when it came from none.
    pub resource: String,
    /// The kind of that: `checker` (a monitor), `event`, `dashboard`, `viewer`, or empty.
    pub resource_type: String,
    /// Its id; empty when there is none.
    pub resource_id: String,
    /// The channels it is in, as far as they are known.
    pub channels: Vec<Channel>,
    /// Its tags, where the service keeps them apart from the text: name and value, the first of one name counts. They go
    /// before those that the text names.
    pub tags: Vec<(String, String)>,
    /// Who is on call for it, by id; empty where nobody was asked.
    pub on_call: Vec<String>,
    /// Its `extend`, as it came.
    pub extend: serde_json::Value,
    /// Who changed it last.
    pub updated_by: Person,
}

/// What only a Jira issue has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackerDetail {
    /// Its type.
    pub issue_type: Option<IssueType>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// True in a Jira service project: what we write there must be an internal note.
    pub service: bool,
    /// What it says in fields that follow their source, as Jira tells it; those that Jira does not tell are not there.
    pub fields: BTreeMap<Follower, serde_json::Value>,
    /// The originals that its markers name, whether they are believed or not.
    pub names: Vec<Key>,
    /// What it is found again by when its problem comes again; nothing where no route said so, or its markers are not proof.
    pub kin: Option<Kin>,
}

/// One Jira comment or Guance reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Where it was read.
    pub side: Side,
    /// Its id there.
    pub id: CommentId,
    /// The issue it belongs to, on the same side.
    pub issue: IssueId,
    /// Address for people.
    pub url: String,
    /// Who wrote it.
    pub author: Person,
    /// What was written.
    pub body: Doc,
    /// When, remote time.
    pub created: DateTime<Utc>,
    /// When it was last edited, remote time; equals `created` until then.
    pub updated: DateTime<Utc>,
    /// Who may see it: `Restricted` by a restriction of its own, or by the security level of its issue (Jira).
    pub visibility: Visibility,
    /// What it says about being our copy.
    pub claim: Option<Claim>,
    /// True when a monitor appended it to its issue (Guance). Never true of what a person, or a program with a key, wrote.
    pub by_monitor: bool,
}

impl Comment {
    /// Returns the fingerprint of what was written.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[&self.body.canonical()])
    }
}

impl Issue {
    /// Returns where it was read.
    pub fn side(&self) -> Side {
        match self.detail {
            Detail::Source(_) => Side::Source(self.line),
            Detail::Tracker(_) => Side::Tracker(self.line),
        }
    }

    /// Returns what only a Guance issue has.
    pub fn source(&self) -> Option<&SourceDetail> {
        if let Detail::Source(detail) = &self.detail { Some(detail) } else { None }
    }

    /// As [`Issue::source`], to be completed.
    pub fn source_mut(&mut self) -> Option<&mut SourceDetail> {
        if let Detail::Source(detail) = &mut self.detail { Some(detail) } else { None }
    }

    /// Returns what only a Jira issue has.
    pub fn tracker(&self) -> Option<&TrackerDetail> {
        if let Detail::Tracker(detail) = &self.detail { Some(detail) } else { None }
    }

    /// As [`Issue::tracker`], to be completed.
    pub fn tracker_mut(&mut self) -> Option<&mut TrackerDetail> {
        if let Detail::Tracker(detail) = &mut self.detail { Some(detail) } else { None }
    }

    /// Returns the level of a Guance issue.
    pub fn level(&self) -> Option<&Level> {
        self.source()?.level.as_ref()
    }

    /// Returns the type of a Jira issue.
    pub fn issue_type(&self) -> Option<&IssueType> {
        self.tracker()?.issue_type.as_ref()
    }

    /// Returns the priority of a Jira issue.
    pub fn priority(&self) -> Option<&Priority> {
        self.tracker()?.priority.as_ref()
    }

    /// Returns true for an issue of a Jira service project: what we write there must be an internal note.
    pub fn is_in_service_project(&self) -> bool {
        self.tracker().is_some_and(|detail| detail.service)
    }

    /// Returns the originals that the markers of a Jira issue name, whether they are believed or not.
    pub fn names(&self) -> &[Key] {
        self.tracker().map_or(&[], |detail| &detail.names)
    }

    /// Returns the fingerprint of title and description.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&[&self.title, &self.body.canonical()])
    }
}
