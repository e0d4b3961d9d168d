//! The page of `guajira status`.

use super::{Column, Read, Service, Stage};

messages! {
    /// The page of `guajira status`.
    pub enum StatusWords<'a> => status {
        NoRunYet { path: &'a str },
        ReadUpTo { side: Service, at: &'a str, ago: Option<&'a str>, from: &'a str },
        StatusWaits { side: Service, until: &'a str },
        /// `continued`: how many issues have left their Jira issue to a later one. `joined`: how many are counted in that of another.
        Linked { issues: u64, comments: u64, continued: u64, joined: u64 },
        ReadingEvery { what: Read, pairs: u64, hours: i64, minutes: u64 },
        /// Whether Guance's list tells that somebody has replied; `None`: nobody knows yet.
        ListTells(Option<bool>),
        /// What the last hour's requests to Guance were for.
        Spent { lists: u64, threads: u64, issues: u64, writes: u64, files: u64, names: u64 },
        Gone { side: Service, jira: &'a str, guance: &'a str, since: &'a str },
        Away { why: &'a str, since: &'a str },
        Outbox { pending: u64, failing: u64, held: u64, in_doubt: u64, dead: u64, dropped: u64 },
        Messages { waiting: u64, failing: u64, dead: u64, dropped: u64 },
        Labelled { count: u64 },
        Stage(Stage),
        Side(Service),
        Column(Column),
        MoreRows { count: usize },
        DeadNext,
        HeldNext,
        InDoubtNext,
        FailingNext,
        Reason { key: &'a str, more: usize, why: &'a str },
    }
}
