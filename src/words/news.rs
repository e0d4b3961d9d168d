//! What `sync -q` says: what is new, what still fails, what works again.

use super::Service;

messages! {
    /// What `sync -q` says: what is new, what still fails, what works again.
    pub enum NewsWords<'a> => news {
        StillSince { since: &'a str },
        AndMore { count: usize },
        WorksAgain { what: &'a str, since: &'a str },
        Side(Service),
        ReadingProject { project: &'a str },
        ReadingRecord { record: &'a str },
        IsWritten { summary: &'a str },
    }
}
