//! What a run has learnt of a Jira.

use chrono::{DateTime, Utc};

use super::settings::Deployment;
use super::wire;

/// What `serverInfo` tells.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) deployment: Deployment,
    /// Base address for people; differs from the API's behind Atlassian's gateway.
    pub(super) base: String,
    /// Its own id, where it tells one.
    pub(super) id: String,
}

/// Our account.
#[derive(Clone, Debug)]
pub(super) struct Me {
    pub(super) user: wire::User,
    /// Jira's clock when it told us who we are.
    pub(super) clock: Option<DateTime<Utc>>,
    /// Our clock at that moment.
    pub(super) at: DateTime<Utc>,
}

/// What is needed to make sense of a comment.
#[derive(Clone, Debug)]
pub(super) struct SeenIssue {
    pub(super) name: String,
    pub(super) service: bool,
}
