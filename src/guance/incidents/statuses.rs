//! The four statuses of an incident.

use crate::domain::{SourceStatus, SourceStatuses, Status, StatusCategory};

/// Every status, in the order in which an incident goes through them.
///
/// Source: Guance Open API, `incidentsStatus` of `POST /api/v1/incidents/{incident_uuid}/modify`; Guance documentation,
/// "Incident Center": `open` → `working` → `resolved` → `closed`.
pub(super) const STATUSES: SourceStatuses = SourceStatuses(&[
    status("open", "Open", StatusCategory::Todo),
    status("working", "Working", StatusCategory::InProgress),
    status("resolved", "Resolved", StatusCategory::Done),
    status("closed", "Closed", StatusCategory::Done),
]);

const fn status(id: &'static str, name: &'static str, category: StatusCategory) -> SourceStatus {
    SourceStatus { id, name, category, older: None }
}

/// Returns what an incident's own word for its status means; one that is not documented means that there is something to do.
pub(super) fn of(word: &str) -> Status {
    let known = STATUSES.called(word.trim());
    let (id, name, category) =
        known.map_or((word.trim(), word.trim(), StatusCategory::Todo), |known| (known.id, known.name, known.category));
    Status { id: id.to_owned(), name: name.to_owned(), category, also: Vec::new() }
}

/// Returns the statuses between two, and the second one at the end: the way that people go in the console.
pub(super) fn way(from: &str, to: &str) -> Vec<&'static str> {
    let place = |id: &str| STATUSES.0.iter().position(|status| status.id == id);
    let (Some(from), Some(to)) = (place(from), place(to)) else { return Vec::new() };
    let ids = |range: std::ops::RangeInclusive<usize>| range.filter_map(|n| Some(STATUSES.0.get(n)?.id));
    if from < to { ids(from + 1..=to).collect() } else { ids(to..=from.saturating_sub(1)).rev().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_status() {
        for (word, id, category) in [
            ("open", "open", StatusCategory::Todo),
            ("Working", "working", StatusCategory::InProgress),
            (" resolved ", "resolved", StatusCategory::Done),
            ("closed", "closed", StatusCategory::Done),
            ("snoozed", "snoozed", StatusCategory::Todo),
        ] {
            let status = of(word);
            assert_eq!((status.id.as_str(), status.category), (id, category), "{word}");
        }
    }

    #[test]
    fn a_way_leads_through_what_is_between() {
        for (from, to, want) in [
            ("open", "closed", &["working", "resolved", "closed"][..]),
            ("open", "working", &["working"]),
            ("closed", "open", &["resolved", "working", "open"]),
            ("working", "working", &[]),
            ("odd", "closed", &[]),
        ] {
            assert_eq!(way(from, to), want, "{from} {to}");
        }
    }
}
