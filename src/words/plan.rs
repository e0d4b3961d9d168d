//! What `sync --dry-run` would write.

use super::{Hold, Service};

messages! {
    /// What `sync --dry-run` would write.
    pub enum PlanWords<'a> => plan {
        Planned { target: Service, summary: &'a str, key: &'a str, hold: Hold },
        PlannedIssue { project: &'a str, kind: &'a str, labels: &'a str, priority: Option<&'a str> },
        PlannedContinued { name: &'a str },
        PlannedJoined { name: &'a str },
        PlannedTitle { title: &'a str },
        PlannedComment { issue: &'a str, internal: bool },
        PlannedEdit { comment: &'a str, issue: &'a str },
        PlannedDelete { comment: &'a str, issue: &'a str },
        PlannedChange { what: &'a str, issue: &'a str },
        PlannedFile { file: &'a str, issue: &'a str },
        PlannedLink { issue: &'a str, title: &'a str, url: &'a str },
        WishTitle { title: &'a str },
        WishBody,
        WishPriority { priority: &'a str },
        WishNobody,
        WishField { title: &'a str, words: &'a str },
        WishPerson { name: &'a str, id: &'a str },
        WishAnyStatus { category: &'a str },
        WishStatus { name: &'a str, or_else: Option<&'a str> },
    }
}
