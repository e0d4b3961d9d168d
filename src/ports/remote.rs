//! What every service can do.

use super::abilities::Abilities;
use super::about::About;
use super::error::ApiError;
use super::span::{Batch, Identity, Span};
use crate::domain::{Issue, IssueId};

/// One of the two services.
///
/// Implementations do not decide anything and keep no truth: they may cache within one run only, and facts that
/// may outlive it (a channel's uuid, what the server understands) go through [`Facts`](super::Facts).
pub trait Remote {
    /// Returns what is known of it without asking it.
    fn about(&self) -> &About;

    /// Returns what it can do besides. Asks nothing.
    fn abilities(&self) -> Abilities<'_>;

    /// Proves who we are. Called once per run before an answer may move a cursor.
    ///
    /// # Errors
    /// `Unauthorized` when the credentials are refused, also where the remote would answer other calls with nothing.
    fn identify(&self) -> Result<Identity, ApiError>;

    /// Reads the issues that changed in the span.
    ///
    /// # Errors
    /// Any kind but `InDoubt`; then nothing of the span counts as read.
    fn changed(&self, span: &Span) -> Result<Batch, ApiError>;

    /// Reads issues by id, not through a search index. Ids that are missing from the answer are unknown, not gone.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError>;

    /// Returns who is on call for an issue now, by id. Nobody is a real answer, and that of services that know no such thing.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn on_call(&self, _issue: &Issue) -> Result<Vec<String>, ApiError> {
        Ok(Vec::new())
    }

    /// Forgets what issues and threads said that were read so far; it is read again where it is needed. So a long run does
    /// not take more memory the more it has read.
    fn forget(&self);

    /// Returns where people see the issue of this name (`OPS-12`, a Guance uuid). Asks nothing.
    fn issue_url(&self, name: &str) -> String;
}
