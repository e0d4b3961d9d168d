//! The three statuses of an alert.

use crate::domain::{SourceStatus, SourceStatuses, Status, StatusCategory};

/// Nobody has looked at it.
pub(super) const OPEN: &str = "open";
/// Somebody is at it.
pub(super) const ACKNOWLEDGED: &str = "acknowledged";
/// It is over, for ever: neither service opens an alert again.
pub(super) const CLOSED: &str = "closed";

/// Every status. That an alert sleeps (`snoozed`) only says when people are called: such an alert is open, or acknowledged.
///
/// Source: Opsgenie API, `GET /v2/alerts/{identifier}`: `status` is `open` or `closed`, and `acknowledged` stands beside it. JSM
/// Operations REST API, `GET /v1/alerts/{id}`: `status` is one of `open`, `acked`, `resolved`, `snoozed`, `closed`.
pub(super) const STATUSES: SourceStatuses = SourceStatuses(&[
    status(OPEN, "Open", StatusCategory::Todo),
    status(ACKNOWLEDGED, "Acknowledged", StatusCategory::InProgress),
    status(CLOSED, "Closed", StatusCategory::Done),
]);

const fn status(id: &'static str, name: &'static str, category: StatusCategory) -> SourceStatus {
    SourceStatus { id, name, category, older: None }
}

/// Returns the status of an alert, by its own word and by whether somebody has acknowledged it.
pub(super) fn of(word: &str, acknowledged: bool) -> Status {
    let id = match word.to_ascii_lowercase().as_str() {
        "closed" | "resolved" => CLOSED,
        "acked" => ACKNOWLEDGED,
        _ if acknowledged => ACKNOWLEDGED,
        _ => OPEN,
    };
    let known = STATUSES.of(id).map(|known| (known.name, known.category));
    let (name, category) = known.unwrap_or((id, StatusCategory::Todo));
    Status { id: id.to_owned(), name: name.to_owned(), category, also: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_status() {
        for (word, acknowledged, want) in [
            ("open", false, OPEN),
            ("open", true, ACKNOWLEDGED),
            ("acked", false, ACKNOWLEDGED),
            ("snoozed", false, OPEN),
            ("snoozed", true, ACKNOWLEDGED),
            ("closed", true, CLOSED),
            ("Closed", false, CLOSED),
            ("resolved", false, CLOSED),
            ("", false, OPEN),
            ("brand new", true, ACKNOWLEDGED),
        ] {
            assert_eq!(of(word, acknowledged).id, want, "{word} {acknowledged}");
        }
    }
}
