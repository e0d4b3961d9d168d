//! The state file: `guajira state`, and a file that cannot be opened.

use super::Service;

messages! {
    /// The state file: `guajira state`, and a file that cannot be opened.
    pub enum StateWords<'a> => state {
        CannotOpen { path: &'a str, why: &'a str },
        StateFile { path: &'a str, bytes: u64, version: i64 },
        StateOf { side: Service, what: &'a str },
        StatePair { pair: &'a str, formerly: Option<&'a str> },
        BelongsToNobody,
        Markers { proven: usize, missing: usize },
        BelongedTo { jira: &'a str, guance: &'a str },
        BelongsTo { jira: &'a str, guance: &'a str, dry_run: bool },
        Copied { from: &'a str, to: &'a str },
        CannotCopy { from: &'a str, to: &'a str, why: &'a str },
        StateBusy,
        StateBusyHint,
    }
}
