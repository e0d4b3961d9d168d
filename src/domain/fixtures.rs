//! Issues, comments and files for tests: everything that a test does not name is as plain as it can be.
//!
//! A test says what matters with the rest of a struct: `Comment { author, ..fixtures::comment(side, "10042") }`. So a
//! field that is new, or another one, changes this file alone. The integration tests read it too, which is why it calls the
//! library by its name.

use chrono::{DateTime, Utc};
use guajira::domain::{
    Comment, CommentId, Detail, File, FileId, Issue, IssueId, Person, Side, SourceDetail, Status, StatusCategory,
    TrackerDetail, Visibility,
};
use guajira::text::Doc;

/// The Guance issue of the pair that tests speak of, unless they say otherwise.
pub(crate) const ISSUE: &str = "issue_a";

/// The id of its Jira issue, which is called `OPS-1`.
pub(crate) const JIRA_ISSUE: &str = "10001";

/// When everything happened, in seconds since 1970: early, so that a test can count from there.
pub(crate) const TIME: i64 = 1000;

/// Returns a time by its seconds since 1970.
///
/// # Panics
/// When no calendar has it.
#[allow(clippy::unwrap_used, reason = "tests")]
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

/// Returns the status that an issue begins with on this side.
pub(crate) fn open(side: Side) -> Status {
    let (id, name) = if side == Side::GUANCE { ("10", "Open") } else { ("1", "To Do") };
    Status { id: id.to_owned(), name: name.to_owned(), category: StatusCategory::Todo, also: Vec::new() }
}

/// Returns one issue of the pair.
pub(crate) fn issue(side: Side) -> Issue {
    let (id, name) = if side == Side::GUANCE { (ISSUE, ISSUE) } else { (JIRA_ISSUE, "OPS-1") };
    Issue {
        line: side.line(),
        id: IssueId::new(id),
        name: name.to_owned(),
        url: format!("https://{side}.example/{id}"),
        title: "disk full".to_owned(),
        body: Doc::from_plain("it is full"),
        status: open(side),
        assignees: Vec::new(),
        author: Person::default(),
        created: at(TIME),
        updated: at(TIME),
        claim: None,
        thread: None,
        detail: Detail::unknown(side),
    }
}

/// Returns the Guance issue of the pair with these details.
pub(crate) fn source(detail: SourceDetail) -> Issue {
    Issue { detail: Detail::Source(detail), ..issue(Side::GUANCE) }
}

/// Returns the Jira issue of the pair with these details.
pub(crate) fn tracker(detail: TrackerDetail) -> Issue {
    Issue { detail: Detail::Tracker(detail), ..issue(Side::JIRA) }
}

/// Returns a comment of the pair's issue on this side, that nobody in particular wrote and everybody may see.
pub(crate) fn comment(side: Side, id: &str) -> Comment {
    let issue = if side == Side::GUANCE { ISSUE } else { JIRA_ISSUE };
    Comment {
        side,
        id: CommentId::new(id),
        issue: IssueId::new(issue),
        url: String::new(),
        author: Person::default(),
        body: Doc::default(),
        created: at(TIME),
        updated: at(TIME),
        visibility: Visibility::Public,
        claim: None,
        by_monitor: false,
    }
}

/// Returns a file of the pair's issue on this side, of which nothing is known but its name.
pub(crate) fn file(side: Side, id: &str) -> File {
    let issue = if side == Side::GUANCE { ISSUE } else { JIRA_ISSUE };
    File {
        side,
        id: FileId::new(id),
        issue: IssueId::new(issue),
        name: "trace.txt".to_owned(),
        size: None,
        mime: None,
        url: None,
        author: Person::default(),
        created: None,
        ours: false,
    }
}
