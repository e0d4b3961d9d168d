//! What a run says of itself: its summary, and why it could not begin or go on.

use super::{Count, Service};

messages! {
    /// What a run says of itself: its summary, and why it could not begin or go on.
    pub enum RunWords<'a> => run {
        /// As it is kept.
        Count(Count, usize),
        /// As it is shown.
        Counted(Count, usize),
        SideFailed(Service),
        ProjectNotRead { project: &'a str },
        SideAskedToWait(Service),
        NothingToDo,
        NothingWritten,
        /// Stands between the parts of a list.
        Comma,
        /// Stands before an error.
        Error,
        Colon,
        /// Stands before a hint.
        Hint,
        /// The message of a log line that holds one.
        WhatToDo,
        AnotherRun,
        NoGuance,
        NoSuchSource { name: &'a str, names: &'a str },
        BudgetUsedUp,
        CannotSync { side: Service, why: &'a str },
        FirstRun { begins: &'a str },
        FirstRunHint,
        BudgetLeftSome,
        TimeLeftSome,
        /// What to look at where a service refused our credentials.
        CheckLogin(Service),
        NotATime { text: &'a str },
        NotALength,
        BadProxy { variable: &'a str, section: &'a str },
        BadProxyHint { variable: &'a str },
        CannotSetUp { section: &'a str, why: &'a str },
        CheckCaFile { section: &'a str },
        InFuture { at: &'a str },
        NotAfter { until: &'a str, since: &'a str },
        Reading(Service),
        Progress { done: u64, all: u64, left: Option<&'a str> },
    }
}
