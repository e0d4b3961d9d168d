//! Guance's five statuses.

use crate::domain::{SourceStatus, SourceStatuses, StatusCategory};

/// Every status.
///
/// Source: Guance Open API, `statusType` of `POST /api/v1/issue/{issue_uuid}/modify`; older versions of the page know 10,
/// 20 and 30 only.
pub(super) const STATUSES: SourceStatuses = SourceStatuses(&[
    status("10", "Open", StatusCategory::Todo, None),
    status("15", "Working", StatusCategory::InProgress, Some("10")),
    status("20", "Resolved", StatusCategory::Done, None),
    status("25", "Closed", StatusCategory::Done, Some("20")),
    status("30", "Pending", StatusCategory::Todo, None),
]);

const fn status(
    id: &'static str,
    name: &'static str,
    category: StatusCategory,
    older: Option<&'static str>,
) -> SourceStatus {
    SourceStatus { id, name, category, older }
}
