//! What `sync -q` says: what is new, what still fails, what works again.

use super::{Service, Stage};

messages! {
    /// What `sync -q` says: what is new, what still fails, what works again.
    pub enum NewsWords<'a> => news {
        StillSince { since: &'a str },
        Failed { since: &'a str, stage: Stage, summary: &'a str, item: &'a str, why: Option<&'a str> },
        Unreadable { since: &'a str, record: &'a str, why: &'a str },
        AndMore { count: usize },
        WorksAgain { what: &'a str, since: &'a str },
        Side(Service),
        ReadingProject { project: &'a str },
        ReadingRecord { record: &'a str },
        IsWritten { summary: &'a str },
    }
}
