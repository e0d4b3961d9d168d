//! What continuing a ticket needs of the tracker.

use super::error::ApiError;
use crate::domain::{IssueId, Ticket};

/// Tickets can be continued: [`Action::ContinueIssue`](crate::domain::Action::ContinueIssue).
pub trait Tickets {
    /// Reads tickets by id, past the search index. What is not there for us, or cannot be understood, is left out.
    ///
    /// # Errors
    /// As for [`Remote::issues`](super::Remote::issues).
    fn tickets(&self, ids: &[IssueId]) -> Result<Vec<Ticket>, ApiError>;
}
