//! What an answer to a write says.

use serde_json::Value;

use super::api;
use super::wire::ReplyRow;
use crate::domain::{Receipt, Side};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::GuanceFault;

pub(super) fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::GUANCE, ApiErrorKind::Refused, message)
}

/// Reads the object that a reply write returns.
///
/// # Errors
/// `InDoubt` when it does not name the reply: it may be there, and only a look-up can tell.
pub(super) fn receipt(answer: &Value) -> Result<Receipt, ApiError> {
    let row: ReplyRow = api::row(answer.clone())
        .map_err(|(_, why)| ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, GuanceFault::ReplyNotNamed { why }))?;
    Ok(Receipt::of(row.uuid.as_str(), row.update_at.or(row.create_at)))
}
