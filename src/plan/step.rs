//! Decisions, and why something is not carried.

use crate::domain::{Base, CommentLink, Field, FileLink, IssueId, Key, Push, Side};

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
        lane: IssueId,
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
    /// The copy carries no marker of guajira's any more.
    NotOurs,
    /// The field was changed on both sides, and this side's change is the newer one.
    BothChanged(Field, Side),
    /// The field was changed on Jira by hand, and is left as it is.
    ByHand(Field),
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

impl std::fmt::Display for SkipReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FlowOff(flow) => write!(f, "flow.{flow} is off"),
            Self::Echo => f.write_str("our own writing"),
            Self::Unchanged => f.write_str("already carried"),
            Self::Queued => f.write_str("already waiting to be sent"),
            Self::InDoubt => f.write_str("an earlier write about it may have happened; it is looked up first"),
            Self::Restricted(why) => write!(f, "restricted: {why}"),
            Self::NoRoute => f.write_str("no [[route]] takes it (see guajira check --explain)"),
            Self::RouteUnclear(n, why) => write!(f, "the `when` of [[route]] number {n} goes wrong: {why}"),
            Self::LevelNotListed(level) => write!(f, "level {level} is not listed in [route.priority]"),
            Self::OutsideWindow => f.write_str(
                "opened before the time this sync begins at; `guajira sync --since 7d` takes 7 days of them",
            ),
            Self::SecondClaim => f.write_str("carries the marker of something that has another copy, or is not there"),
            Self::TooLarge(what) => write!(f, "attachment {what} (flow.max_attachment)"),
            Self::Dead => f.write_str("refused earlier and unchanged since (see guajira retry)"),
            Self::Closed(status) => write!(f, "the Jira issue is in the closed status {status}"),
            Self::Deleted => f.write_str("it was deleted before it was sent"),
            Self::Repeat => f.write_str("a monitor's repeated alarm (route.repeats)"),
            Self::Gone => f.write_str("one of the two issues is gone"),
            Self::NotOurs => f.write_str("the copy carries guajira's marker no more, and is left alone"),
            Self::BothChanged(field, newer) => {
                write!(f, "the {field} was changed on both sides; the newer change, on {newer}, wins")
            }
            Self::ByHand(Field::Priority) => f.write_str("the priority was changed on Jira by hand, and stays"),
            Self::ByHand(field) => {
                write!(f, "the {field} was changed on Jira by hand, and stays; a comment tells the new one")
            }
            Self::NobodyFound(side, names) => write!(f, "no account on {side} is {names} (see [people])"),
        }
    }
}
