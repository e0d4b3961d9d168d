//! `guajira check` for the Incident Center.

use chrono::TimeDelta;

use super::calls::Asked;
use super::source::Incidents;
use crate::ports::{ApiErrorKind, Finding};
use crate::words::{Fine, Mend, Tested, Wrong};

/// A larger difference between the clocks is worth telling; it loses nothing.
const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

impl Incidents<'_> {
    /// Tests the credential by reading the incidents of the last hour; then the clock. Whether the key may change incidents and
    /// write comments only a write would show.
    pub fn check(&self) -> Vec<Finding> {
        let api = &self.guance.api;
        let now = api.server_clock().unwrap_or_else(|| api.now());
        let times = Some((now - TimeDelta::hours(1), now + TimeDelta::days(1)));
        let rows = match self.list(Asked { times, open: false }, 1) {
            Ok((rows, _)) => rows,
            Err(fault) if fault.error.kind == ApiErrorKind::Unrecorded => {
                return vec![Finding::failed(Tested::StateFile, fault.error, true)];
            }
            Err(fault) => return vec![Finding::failed(Tested::GuanceCredential, fault.error, true)],
        };
        let mut findings = vec![Finding::good(Tested::GuanceCredential, Fine::Accepted)];
        let count = rows.len().to_string();
        findings.push(match self.batch(rows) {
            Ok(batch) if batch.unreadable.is_empty() => {
                Finding::good(Tested::GuanceIncidents, Fine::IssuesReadable { count })
            }
            Ok(batch) => {
                let why = batch.unreadable.first().map(|one| one.why.clone()).unwrap_or_default();
                Finding::bad(Tested::GuanceIncidents, Wrong::Said(why), None, false)
            }
            Err(error) => Finding::failed(Tested::GuanceIncidents, error, false),
        });
        if let Some(skew) = api.clock_skew() {
            let seconds = skew.num_seconds();
            findings.push(if skew.abs() <= MAX_SKEW {
                Finding::good(Tested::GuanceClock, Fine::ClockOff { seconds: format!("{seconds:+}") })
            } else {
                Finding::bad(Tested::GuanceClock, Wrong::clock(seconds), Some(Mend::UseNtp), false)
            });
        }
        findings
    }
}
