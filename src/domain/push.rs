//! What is to be written to a remote, and what came of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::create::{Continued, DroppedField, NewIssue};
use super::field::Change;
use super::file::File;
use super::follower::Follower;
use super::id::{CommentId, Fingerprint, IssueId, Key, Side};
use super::item::Issue;
use super::kin::Joined;
use super::marker;
use super::seal::{Seal, SealKeys, comment_place, issue_place};
use crate::text::Doc;

/// One write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Create an issue (Jira only).
    CreateIssue(NewIssue),
    /// Continue a ticket in the place of creating one (Jira only): it is marked as the copy of this item too, and opened
    /// again. To do all of it once more changes nothing.
    ContinueIssue(Box<Continued>),
    /// Name items in the property of a ticket that is another item's and in which they are counted (Jira only).
    JoinIssue {
        /// The ticket.
        issue: IssueId,
        /// What people call it.
        name: String,
        /// The items.
        items: Vec<Joined>,
    },
    /// Add a comment or reply.
    AddComment {
        /// The issue on the target side.
        issue: IssueId,
        /// The text, complete with author line, link and visible marker.
        body: Doc,
        /// Address of the original, for "the rest is there" when the text must be cut.
        origin_url: String,
        /// True when it must not be shown to a service project's customers.
        internal: bool,
    },
    /// Rewrite a comment or reply that we made.
    EditComment {
        /// The issue on the target side.
        issue: IssueId,
        /// Our copy.
        comment: CommentId,
        /// The new text, complete as for [`Action::AddComment`].
        body: Doc,
        /// Address of the original.
        origin_url: String,
        /// As for [`Action::AddComment`].
        internal: bool,
    },
    /// Delete a comment or reply that we made.
    DeleteComment {
        /// The issue on the target side.
        issue: IssueId,
        /// Our copy.
        comment: CommentId,
    },
    /// Change one field of an issue. Setting a field again does no harm, but may undo what a person did since: a write
    /// that is in doubt is not repeated, but decided anew from what both sides say.
    ChangeIssue {
        /// The issue on the target side.
        issue: IssueId,
        /// What it is to say.
        change: Change,
        /// The value on the other side that this write brings over, as the merge base keeps it.
        value: String,
    },
    /// Bring a file over: attached to the issue on Jira, carried by a reply on Guance.
    AddFile {
        /// The issue on the target side.
        issue: IssueId,
        /// The file on the other side, to be opened when it is its turn.
        file: Box<File>,
        /// The reply that carries it, complete with author line, link and visible marker (Guance).
        note: Doc,
        /// Address of the original.
        origin_url: String,
    },
    /// Show people the other issue of the pair. Setting a link again changes nothing.
    LinkIssue {
        /// The issue on the target side that is to show it.
        issue: IssueId,
        /// The issue that is shown, on the other side.
        to: IssueId,
        /// What the link reads: the Guance issue's title, or the Jira issue's key.
        title: String,
        /// Where it leads.
        url: String,
    },
}

impl Action {
    /// Returns the text that it writes in somebody's name.
    pub fn body(&self) -> Option<&Doc> {
        match self {
            Self::CreateIssue(new) => Some(&new.body),
            Self::ContinueIssue(continued) => Some(&continued.new.body),
            Self::AddComment { body, .. }
            | Self::EditComment { body, .. }
            | Self::ChangeIssue { change: Change::Body { body, .. }, .. } => Some(body),
            Self::ChangeIssue { .. }
            | Self::DeleteComment { .. }
            | Self::AddFile { .. }
            | Self::LinkIssue { .. }
            | Self::JoinIssue { .. } => None,
        }
    }

    /// As [`Action::body`], to be changed before it is enqueued.
    pub fn body_mut(&mut self) -> Option<&mut Doc> {
        match self {
            Self::CreateIssue(new) => Some(&mut new.body),
            Self::ContinueIssue(continued) => Some(&mut continued.new.body),
            Self::AddComment { body, .. }
            | Self::EditComment { body, .. }
            | Self::ChangeIssue { change: Change::Body { body, .. }, .. } => Some(body),
            Self::ChangeIssue { .. }
            | Self::DeleteComment { .. }
            | Self::AddFile { .. }
            | Self::LinkIssue { .. }
            | Self::JoinIssue { .. } => None,
        }
    }

    /// Returns what tells whether it has happened. `marks_files`: whether a file's copy bears a marker where it is written.
    pub fn proof(&self, marks_files: bool) -> Proof {
        match self {
            Self::LinkIssue { .. } | Self::DeleteComment { .. } | Self::ContinueIssue(_) | Self::JoinIssue { .. } => {
                Proof::Repeatable
            }
            Self::CreateIssue(_) => Proof::Marker,
            Self::ChangeIssue { .. } => Proof::Reading,
            Self::AddFile { .. } if !marks_files => Proof::Namesake,
            Self::AddComment { .. } | Self::EditComment { .. } | Self::AddFile { .. } => Proof::Thread,
        }
    }

    /// Returns true when people can do without it: refused, it is left out, and nothing waits for it.
    pub fn is_optional(&self) -> bool {
        matches!(self, Self::LinkIssue { .. } | Self::AddFile { .. } | Self::JoinIssue { .. })
    }
}

/// What tells whether a write has happened, before it is sent (again).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing has to: doing it twice is the same as doing it once.
    Repeatable,
    /// Its marker is looked for wherever it may be.
    Marker,
    /// Its marker is in the thread, which is read.
    Thread,
    /// What the issue says, which is read: then both sides are compared anew.
    Reading,
    /// Something of its name and size, of our own account: nothing can be written onto it.
    Namesake,
    /// Nothing: what is written there is shown to nobody. It is sent once at most.
    Nothing,
}

/// One write with its idempotency key: a row of the outbox.
///
/// INVARIANT: what is enqueued is what is sent, but for the seal. Mentions are named while it is planned, since that asks
/// the services; references are settled in the transaction that enqueues it, since they follow the pairs that this
/// transaction knows. Nothing about either is decided afterwards: a write whose original has changed, or may not be shown
/// any more, is withdrawn or planned anew, not changed on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    /// Names the original thing and this write.
    pub key: Key,
    /// Writes of one pair go out in order: the Guance issue they are about.
    pub pair: IssueId,
    /// Where it is to be written.
    pub target: Side,
    /// What is to be written.
    pub action: Action,
    /// Fingerprint of the original's content that this write carries; also put into the marker.
    pub content: Fingerprint,
    /// One line for people: `comment by 张三 on OPS-12`.
    pub summary: String,
    /// The seal of its markers. It is put on when the write is sent, and stands in no row: it holds for the account that
    /// sends, for the pair of services as it is called then, and by the key that the write counter names then, none of which
    /// is sure to be known, or to stay the same, when the write is planned. Rows of earlier versions have none either.
    pub seal: Option<Seal>,
}

impl Push {
    /// Returns the write with the seal of its markers, hidden and visible, and otherwise as it is. `pair` is the pair of
    /// services; `author` the account whose the copy is, empty where the service does not tell.
    #[must_use]
    pub fn sealed(mut self, keys: &SealKeys, pair: &str, author: &str) -> Self {
        if let Action::JoinIssue { issue, items, .. } = &mut self.action {
            for item in items.iter_mut() {
                item.seal = item.sealed(keys, issue);
            }
            return self;
        }
        let place = match &self.action {
            Action::CreateIssue(_) => issue_place(pair, author),
            Action::ContinueIssue(continued) => issue_place(pair, &continued.creator),
            Action::AddComment { issue, .. } | Action::EditComment { issue, .. } | Action::AddFile { issue, .. } => {
                comment_place(issue, author)
            }
            Action::DeleteComment { .. }
            | Action::ChangeIssue { .. }
            | Action::LinkIssue { .. }
            | Action::JoinIssue { .. } => return self,
        };
        let Some(seal) = keys.seal(&self.key, &self.content, &place) else { return self };
        if let Action::AddComment { body, .. } | Action::EditComment { body, .. } | Action::AddFile { note: body, .. } =
            &mut self.action
        {
            marker::renew(body, |marker| marker.seal = Some(seal.clone()));
        }
        self.seal = Some(seal);
        self
    }
}

/// Proof that a write took effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The created or changed thing's id: an issue id or a comment id.
    pub id: String,
    /// What people call it, e.g. `OPS-12`; the id where it has no other name.
    pub name: String,
    /// When the remote says it happened.
    pub at: Option<DateTime<Utc>>,
    /// Optional fields that were left out.
    pub dropped: Vec<DroppedField>,
    /// After [`Action::ChangeIssue`]: the issue as it reads now, where the remote told or was asked. It may say
    /// something else than what was sent, since services normalise texts, and workflows stop half-way.
    pub issue: Option<Box<Issue>>,
    /// After [`Action::CreateIssue`]: what the new issue says in fields that follow their source, where that was read.
    pub fields: BTreeMap<Follower, serde_json::Value>,
}

impl Receipt {
    /// Returns the receipt of a thing that people call by its id.
    pub fn of(id: impl Into<String>, at: Option<DateTime<Utc>>) -> Self {
        let id = id.into();
        Self { name: id.clone(), id, at, dropped: Vec::new(), issue: None, fields: BTreeMap::new() }
    }

    /// Returns the receipt of an issue, or of another thing with a name of its own.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Adds what was left out.
    #[must_use]
    pub fn without(self, dropped: Vec<DroppedField>) -> Self {
        Self { dropped, ..self }
    }

    /// Adds the issue as it reads now.
    #[must_use]
    pub fn reads(self, issue: Option<Issue>) -> Self {
        Self { issue: issue.map(Box::new), ..self }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::marker::{BETWEEN, Marker};
    use crate::domain::{SealKey, fixtures};
    use crate::text::{Block, Inline};

    /// A copy of a comment, as it reads on the other side.
    fn copy(content: &Fingerprint) -> Doc {
        let marker = Marker { address: "https://j/browse/OPS-1", id: None, content: content.clone(), seal: None };
        let line = vec![
            Inline::strong("Mia"),
            Inline::text(BETWEEN),
            Inline::link("OPS-1", marker.url()),
            Inline::text(format!("{BETWEEN}2026-11-22 10:00 UTC")),
        ];
        Doc { blocks: vec![Block::Paragraph { content: line }, Block::paragraph("it is @Jo's, see OPS-2")] }
    }

    #[test]
    fn a_write_leaves_as_it_was_enqueued_but_for_its_seal() {
        let keys = SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap());
        let content = Fingerprint::of(&["x"]);
        let (issue, comment, origin_url) = (IssueId::new("issue_a"), CommentId::new("repim_a"), String::new());
        let (body, file) = (copy(&content), fixtures::file(Side::JIRA, "10009"));
        for action in [
            Action::CreateIssue(NewIssue { body: body.clone(), ..NewIssue::default() }),
            Action::AddComment {
                issue: issue.clone(),
                body: body.clone(),
                origin_url: origin_url.clone(),
                internal: true,
            },
            Action::EditComment {
                issue: issue.clone(),
                comment: comment.clone(),
                body: body.clone(),
                origin_url: origin_url.clone(),
                internal: false,
            },
            Action::AddFile { issue: issue.clone(), file: Box::new(file), note: body, origin_url },
            Action::DeleteComment { issue, comment },
        ] {
            let key = Key::comment(Side::JIRA, &CommentId::new("10042"));
            let (pair, summary) = (IssueId::new("issue_a"), "comment".to_owned());
            let push = Push { key, pair, target: Side::GUANCE, action, content: content.clone(), summary, seal: None };
            let mut sent = push.clone().sealed(&keys, "services", "bot");
            assert_eq!(sent.seal.is_some(), !matches!(push.action, Action::DeleteComment { .. }), "{push:?}");
            sent.seal = None;
            if let Action::AddComment { body, .. }
            | Action::EditComment { body, .. }
            | Action::AddFile { note: body, .. } = &mut sent.action
            {
                assert!(marker::renew(body, |marker| assert!(marker.seal.take().is_some())));
            }
            assert_eq!(sent, push);
        }
    }
}
