//! `guajira reply`, `push`, `link` and `unlink`.

use super::Service;

messages! {
    /// What `guajira reply`, `push`, `link` and `unlink` have done.
    pub enum HandWords<'a> => by_hand {
        Posted { side: Service, copy: &'a str, name: &'a str },
        PostedAgain { name: &'a str },
        PostedLater { name: &'a str },
        WaitsOn { side: Service, name: &'a str, why: &'a str },
        Created { item: &'a str, name: &'a str },
        /// The ticket of another item counts it.
        Joined { item: &'a str, name: &'a str },
        HasIssue { item: &'a str, name: &'a str },
        CreateWaits { item: &'a str, why: &'a str },
        NextRun,
        Linked { item: &'a str, name: &'a str },
        LinkedBefore { item: &'a str, name: &'a str },
        LinkedNext,
        OtherProject { name: &'a str, projects: &'a str },
        OtherProjectHint,
        NotMarked { name: &'a str, why: &'a str },
        NotMarkedHint,
        Unlinked { item: &'a str, name: &'a str },
        UnlinkedBefore { item: &'a str, name: &'a str },
        MarkStays { name: &'a str, why: &'a str },
        MarkStaysHint { command: &'a str },
    }
}

messages! {
    /// Why what was ordered by hand cannot be.
    pub enum HandError => hand_error {
        NoReply,
        NoReplyHint,
        TooLong { count: usize, most: usize },
        TooLongHint,
        Unknown { item: String },
        UnknownHint,
        ManyPairs { item: String, pairs: String },
        ManyPairsHint,
        NoItem { item: String },
        NoItemHint,
        NoSuchRoute { number: usize, count: usize },
        NoSuchRouteHint,
        TakenApart { item: String, name: String },
        TakenApartHint,
        TakenOver { item: String, name: String },
        PairGone { item: String, name: String },
        PairGoneHint,
        PairClosed { name: String },
        PairClosedHint,
        PairAway { name: String, why: String },
        ItemPaired { item: String, name: String },
        JiraPaired { name: String, item: String },
        PairedHint { item: String },
        MarkedForAnother { name: String, item: String },
        MarkedHint,
        AnswerLost { item: String },
        AnswerLostHint,
        NoJiraIssue { name: String },
        NoJiraIssueHint,
    }
}

impl std::error::Error for HandError {}
