//! `guajira check` for the events: one request.

use chrono::TimeDelta;

use super::source::Events;
use crate::ports::{ApiErrorKind, Finding, Remote as _, Span};
use crate::words::{Fine, Tested};

impl Events<'_> {
    /// Tests the credential by reading the events of the last hour, and tells how many alarms they are of. A key that may see
    /// only a part of them is not told from one that may see all.
    pub fn check(&self) -> Vec<Finding> {
        match self.changed(&Span::since(self.present() - TimeDelta::hours(1))) {
            Ok(batch) => vec![
                Finding::good(Tested::GuanceCredential, Fine::Accepted),
                Finding::good(Tested::GuanceIssues, Fine::IssuesReadable { count: batch.issues.len().to_string() }),
            ],
            Err(error) if error.kind == ApiErrorKind::Unrecorded => {
                vec![Finding::failed(Tested::StateFile, error, true)]
            }
            Err(error) => vec![Finding::failed(Tested::GuanceCredential, error, true)],
        }
    }
}
