//! What is said of a failure, and of what was left out.

use crate::domain::{DroppedField, Side};
use crate::ports::{ApiError, ApiErrorKind};

pub(super) fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::JIRA, ApiErrorKind::Refused, message)
}

pub(super) fn unavailable(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::JIRA, ApiErrorKind::Unavailable { retry_after: None }, message)
}

/// Names a field that was left out, or not taken as it was sent.
pub(super) fn dropped(field: &str, why: String) -> DroppedField {
    DroppedField { field: field.to_owned(), why }
}
