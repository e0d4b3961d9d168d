//! What a service can be read of and written to, and what not.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A project that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostProject {
    /// Its key.
    pub project: String,
    /// What was tried, and the service's own words.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// Whether an issue, or a project, can be written to, as far as the service tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing speaks against it.
    Open,
    /// It can be read, and takes nothing more: it is archived, or its project is, whose key this is.
    Archived(Option<String>),
    /// It cannot be told before this time, by the service's clock: an index may lag.
    Unclear(DateTime<Utc>),
    /// It is not there for us.
    Missing,
}
