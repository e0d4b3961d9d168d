//! `guajira retry` and `guajira drop`.

messages! {
    /// `guajira retry` and `guajira drop`.
    pub enum ItemWords<'a> => items {
        WhatToRetry,
        WhatToRetryHint,
        NothingToRetry,
        BackInQueue { count: usize },
        NoSuchToRetry { id: &'a str },
        StatusLists,
        NoStateFile { path: &'a str },
        WhyDropHint,
        WhyDrop,
        NoSuchToDrop { id: &'a str },
        StatusListsDead,
        Dropped { count: usize },
    }
}
