//! Decisions, and why something is not carried.

use crate::domain::{Base, CommentLink, Field, FileLink, Follower, IssueId, Key, Kin, Push, Side};
use crate::words::{Lang, Why};

/// One decision.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a write is the step that matters; the others are few, or gone at once")]
pub enum Step {
    /// Write this to the other side.
    Push(Push),
    /// These two issues are one thing: a marker says so.
    AdoptIssue {
        /// The Guance uuid.
        guance: IssueId,
        /// The numeric Jira id.
        jira: IssueId,
        /// What people call the Jira issue.
        jira_name: String,
        /// What the Jira issue says of the items before.
        kin: Option<Kin>,
    },
    /// These two comments are one thing: a marker says so.
    AdoptComment(CommentLink),
    /// This link is wrong, and is forgotten: its original is in another pair's thread.
    Disown(CommentLink),
    /// This file was brought over: the marker of the reply that carries it says so.
    AdoptFile(FileLink),
    /// The Jira issue goes by another name now (moved, project renamed).
    Rename {
        /// The Guance uuid.
        guance: IssueId,
        /// What people call the Jira issue now.
        jira_name: String,
    },
    /// This write, not sent yet, must not be sent any more.
    Withdraw {
        /// The write.
        key: Key,
        /// Why not.
        reason: SkipReason,
    },
    /// Something that was there is missing, gone, or there again.
    Absence {
        /// What it is.
        key: Key,
        /// The Guance issue of its pair.
        pair: IssueId,
        /// Where it is now.
        now: Whereabouts,
    },
    /// What both sides say about a field now, for the next comparison.
    Base {
        /// The Guance uuid.
        guance: IssueId,
        /// The field.
        field: Field,
        /// What they say.
        base: Base,
    },
    /// Nothing to do, and why.
    Skip {
        /// What it is about: an issue or comment id.
        item: String,
        /// Why.
        reason: SkipReason,
    },
}

/// Where something is that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// It could not be found: unknown.
    Missed,
    /// It was deleted.
    Gone,
    /// There, or of no interest any more.
    Back,
}

/// Why something is not carried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The flow is off in the config.
    FlowOff(&'static str),
    /// It is our own writing.
    Echo,
    /// Already carried, and unchanged.
    Unchanged,
    /// Already in the outbox, and unchanged.
    Queued,
    /// A write about it may or may not have happened; to be looked up first.
    InDoubt,
    /// A copy of it may be where none can be looked for: it was written before this state began.
    MayBeThere,
    /// Fewer people may see it than would see the copy.
    Restricted(String),
    /// No route takes it.
    NoRoute,
    /// The route's priority table does not list its level.
    LevelNotListed(String),
    /// The `when` of the route of this number goes wrong.
    RouteUnclear(usize, String),
    /// Opened before the time this state begins at, or outside the backfill's window.
    OutsideWindow,
    /// Our own account wrote it, and it is no copy that counts: of something that already has another copy (a clone, a
    /// quotation), or that is not there.
    SecondClaim,
    /// Refused earlier, and unchanged since.
    Dead,
    /// A file larger than the config allows: name, size and limit.
    TooLarge(String),
    /// The Jira issue is in this status, after which nothing is written to it.
    Closed(String),
    /// Its original was deleted before it was sent.
    Deleted,
    /// A monitor's repeated alarm, which the route does not carry as a comment of its own.
    Repeat,
    /// One of the two issues is gone.
    Gone,
    /// A person took the pair apart.
    Unlinked,
    /// The copy carries no marker of guajira's any more.
    NotOurs,
    /// The field was changed on both sides, and this side's change is the newer one.
    BothChanged(Field, Side),
    /// The field was changed on Jira by hand, and is left as it is.
    ByHand(Field),
    /// Jira does not tell what a field says that follows its source.
    NotTold(Follower),
    /// No account on this side is any of these people.
    NobodyFound(Side, String),
}

impl SkipReason {
    /// Returns true for reasons that say nothing new about the item, so that no history is kept of them.
    pub fn is_routine(&self) -> bool {
        matches!(self, Self::Echo | Self::Unchanged | Self::Queued)
    }

    /// Returns true where a whole issue is left out that somebody may expect on the other side.
    pub fn leaves_out_an_issue(&self) -> bool {
        matches!(self, Self::NoRoute | Self::LevelNotListed(_) | Self::RouteUnclear(..) | Self::OutsideWindow)
    }
}

impl SkipReason {
    /// Returns the reason in a language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let why = match self {
            Self::FlowOff(flow) => Why::FlowOff(flow),
            Self::Echo => Why::Echo,
            Self::Unchanged => Why::Unchanged,
            Self::Queued => Why::Queued,
            Self::InDoubt => Why::InDoubt,
            Self::MayBeThere => Why::MayBeThere,
            Self::Restricted(hidden) => Why::Restricted { hidden },
            Self::NoRoute => Why::NoRoute,
            Self::RouteUnclear(number, template) => Why::RouteUnclear { number: *number, template },
            Self::LevelNotListed(level) => Why::LevelNotListed(level),
            Self::OutsideWindow => Why::OutsideWindow,
            Self::SecondClaim => Why::SecondClaim,
            Self::TooLarge(what) => Why::TooLarge(what),
            Self::Dead => Why::Dead,
            Self::Closed(status) => Why::Closed(status),
            Self::Deleted => Why::Deleted,
            Self::Repeat => Why::Repeat,
            Self::Gone => Why::Gone,
            Self::Unlinked => Why::Unlinked,
            Self::NotOurs => Why::NotOurs,
            Self::BothChanged(field, newer) => Why::BothChanged { field: field.as_str(), newer: (*newer).into() },
            Self::ByHand(Field::Priority) => Why::PriorityByHand,
            Self::ByHand(Field::Follower(one)) => Why::FieldByHand { name: one.word() },
            Self::ByHand(field) => Why::ByHand(field.as_str()),
            Self::NotTold(one) => Why::FieldNotTold { name: one.word() },
            Self::NobodyFound(side, names) => Why::NobodyFound { names, on: (*side).into() },
        };
        why.in_lang(lang)
    }
}

/// In English: so it stands in the history, and in what programs read.
impl std::fmt::Display for SkipReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.in_lang(Lang::En))
    }
}
