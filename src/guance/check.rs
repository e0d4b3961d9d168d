//! `guajira check`, the Guance half: three requests, each finding with its way to mend it.

use chrono::{TimeDelta, Utc};

use super::channel::pick;
use super::workspace::Guance;
use crate::domain::Level;
use crate::ports::{ApiErrorKind, Finding, Span};
use crate::words::{Fine, Mend, Tested, Wrong};

/// A larger difference between the clocks is worth telling; it loses nothing.
const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

impl Guance<'_> {
    /// Tests credential, channel, levels, reading of issues and the clock.
    pub fn check(&self) -> Vec<Finding> {
        self.check_with(&|_| false)
    }

    /// As [`Guance::check`]; names the levels too that `leaves_out` says are not sent.
    pub fn check_with(&self, leaves_out: &dyn Fn(&Level) -> bool) -> Vec<Finding> {
        let channels = match self.api.channels() {
            Ok(channels) => channels,
            // Nothing was sent: that says nothing about the credential.
            Err(fault) if fault.error.kind == ApiErrorKind::Unrecorded => {
                return vec![Finding::failed(Tested::StateFile, fault.error, true)];
            }
            Err(fault) => return vec![Finding::failed(Tested::GuanceCredential, fault.error, true)],
        };
        let mut findings = vec![Finding::good(Tested::GuanceCredential, Fine::Accepted)];
        let setting = &self.api.settings.channel;
        let what = Tested::GuanceChannel { name: setting.clone() };
        match pick(&channels, setting) {
            Some(channel) => {
                let (name, id) = (channel.name.clone(), channel.uuid.as_str().to_owned());
                findings.push(Finding::good(what, Fine::Called { name, id }));
                findings.push(self.check_issues(channel.uuid.as_str()));
            }
            None => {
                let names = channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
                let hint = Some(Mend::SetChannel { names });
                findings.push(Finding::bad(what, Wrong::NoSuchChannel, hint, true));
            }
        }
        findings.extend(self.check_levels(leaves_out));
        findings.extend(self.check_clock());
        findings
    }

    fn check_issues(&self, channel: &str) -> Finding {
        let from = self.api.server_clock().unwrap_or_else(Utc::now) - TimeDelta::hours(1);
        match self.api.issues(channel, &Span::since(from), None) {
            Ok(rows) => Finding::good(Tested::GuanceIssues, Fine::IssuesReadable { count: rows.len().to_string() }),
            Err(fault) => Finding::failed(Tested::GuanceIssues, fault.error, true),
        }
    }

    fn check_levels(&self, leaves_out: &dyn Fn(&Level) -> bool) -> Vec<Finding> {
        let levels = match self.api.levels() {
            Ok(levels) => levels,
            Err(fault) => return vec![Finding::failed(Tested::GuanceLevels, fault.error, false)],
        };
        let names = |all: Vec<&str>| all.join(", ");
        let known = names(levels.iter().map(|level| level.name.as_str()).collect());
        let mut findings = vec![Finding::good(Tested::GuanceLevels, Fine::Named(known))];
        let is_left_out = |id: &str, name: &str| leaves_out(&Level { id: id.to_owned(), name: name.to_owned() });
        let left_out = levels.iter().filter(|level| is_left_out(level.uuid.as_str(), &level.name));
        let left_out: Vec<&str> = left_out.map(|level| level.name.as_str()).collect();
        if let Some(first) = left_out.first() {
            let hint = Some(Mend::ListLevels { example: (*first).to_owned() });
            let wrong = Wrong::LevelsNotListed { names: names(left_out) };
            findings.push(Finding::bad(Tested::ListedLevels, wrong, hint, false));
        }
        findings
    }

    fn check_clock(&self) -> Option<Finding> {
        let skew = self.api.clock_skew()?;
        let seconds = skew.num_seconds();
        if skew.abs() <= MAX_SKEW {
            return Some(Finding::good(Tested::GuanceClock, Fine::ClockOff { seconds: format!("{seconds:+}") }));
        }
        Some(Finding::bad(Tested::GuanceClock, Wrong::clock(seconds), Some(Mend::UseNtp), false))
    }
}
