//! The parts of sentences that are one of a few.

use super::Service;

messages! {
    /// Things that a run counts.
    pub enum Count {
        /// Issues created.
        IssuesCreated,
        /// Tickets that go on with another item.
        IssuesContinued,
        /// Items counted in the ticket of another one.
        IssuesJoined,
        /// Comments and replies copied.
        CommentsCopied,
        /// Comments and replies edited.
        CommentsEdited,
        /// Comments and replies deleted.
        CommentsDeleted,
        /// Attached files brought over.
        FilesCopied,
        /// Fields changed.
        FieldsChanged,
        /// Fields changed on both sides, or by hand.
        Conflicts,
        /// Links set between the issues of a pair.
        LinksSet,
        /// Writes without an answer that had taken effect.
        FoundDone,
        /// Copies recognised by their markers.
        Recognised,
        /// What a sweep found.
        FoundLate,
        /// What the brake let go.
        Released,
        /// Messages that rooms were sent.
        MessagesSent,
        /// Messages that were refused for good.
        MessagesDead,
        /// Items that failed.
        Failed,
        /// Writes that wait.
        Pending,
        /// Creates that the brake holds.
        Held,
        /// Writes without an answer.
        InDoubt,
        /// Writes that were refused for good.
        Dead,
        /// Creates held for an issue that carries their uuid.
        HeldForLabel,
        /// Writes of a dry run.
        Planned,
    }
}

messages! {
    /// Where a write stands.
    pub enum Stage {
        /// It waits.
        Pending,
        /// The brake holds it, or a label.
        Held,
        /// It was sent, and its answer was lost.
        InDoubt,
        /// On its way.
        InFlight,
        /// Refused for good.
        Dead,
        /// Given up by a person.
        Dropped,
        /// No write: something could not be read.
        Failed,
    }
}

impl Stage {
    /// Returns the stage that the state calls so.
    pub fn called(name: &str) -> Self {
        match name {
            "pending" => Self::Pending,
            "held" => Self::Held,
            "in_doubt" => Self::InDoubt,
            "in_flight" => Self::InFlight,
            "dead" => Self::Dead,
            "dropped" => Self::Dropped,
            _ => Self::Failed,
        }
    }
}

messages! {
    /// Why something is not carried.
    pub enum Why<'a> => why {
        FlowOff(&'a str),
        Echo,
        Unchanged,
        Queued,
        InDoubt,
        MayBeThere,
        Restricted { hidden: &'a str },
        NoRoute,
        RouteUnclear { number: usize, template: &'a str },
        LevelNotListed(&'a str),
        OutsideWindow,
        SecondClaim,
        TooLarge(&'a str),
        Dead,
        Closed(&'a str),
        Deleted,
        Repeat,
        Gone,
        Unlinked,
        NotOurs,
        BothChanged { field: &'a str, newer: Service },
        PriorityByHand,
        FieldByHand { name: &'a str },
        FieldNotTold { name: &'a str },
        ByHand(&'a str),
        NobodyFound { names: &'a str, on: Service },
    }
}

messages! {
    /// Why a planned create waits.
    pub enum Hold {
        /// It does not.
        No,
        /// The brake holds it.
        Brake,
        /// An issue of another program carries its uuid.
        Label,
    }
}

messages! {
    /// What `guajira init` asks.
    pub enum Question {
        GuanceAddress,
        GuanceVariable,
        JiraAddress,
        JiraUser,
        JiraVariable,
        JiraProject,
        IssueType,
    }
}

messages! {
    /// What of pairs is read in turn.
    pub enum Read {
        Replies,
        Fields,
        Both,
    }
}

messages! {
    /// The head of a table's column.
    pub enum Column {
        Stage,
        Item,
        Tries,
        NextTry,
        What,
        Why,
        UnreadableOn,
        Run,
        Began,
        Took,
        Result,
    }
}
