//! `guajira why`.

use super::{Service, Stage};

messages! {
    /// `guajira why`.
    pub enum HistoryWords<'a> => history {
        NothingKnown { item: &'a str },
        NothingKnownHint,
        PairIs { source: Service, guance: &'a str, name: &'a str, jira: &'a str },
        PairGone,
        PairUnlinked,
        /// `by`: the item that the Jira issue goes on with.
        PairRetired { by: Option<&'a str> },
        /// `by`: the item whose Jira issue it is.
        PairAttached { by: Option<&'a str> },
        PairClosed,
        CommentIs { id: &'a str, origin: Service, other: Service, copy: &'a str, pair: &'a str },
        Since { since: &'a str, why: &'a str },
        Queued { stage: Stage, since: &'a str, not_before: Option<&'a str>, summary: &'a str, why: Option<&'a str> },
        MessageSent { at: &'a str, summary: &'a str, why: Option<&'a str> },
        DroppedBecause { because: &'a str },
    }
}
