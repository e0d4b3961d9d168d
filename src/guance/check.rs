//! `guajira check`, the Guance half: three requests, each finding with its way to mend it.

use chrono::{TimeDelta, Utc};

use super::channel::pick;
use super::workspace::Guance;
use crate::domain::Level;
use crate::ports::{ApiError, ApiErrorKind, Finding, Span};

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
                return vec![failed("state file", fault.error, true)];
            }
            Err(fault) => return vec![failed("guance credential", fault.error, true)],
        };
        let mut findings = vec![good("guance credential", "accepted".to_owned())];
        let setting = &self.api.settings.channel;
        let what = format!("guance channel {setting:?}");
        match pick(&channels, setting) {
            Some(channel) => {
                findings.push(good(&what, format!("{} ({})", channel.name, channel.uuid.as_str())));
                findings.push(self.check_issues(channel.uuid.as_str()));
            }
            None => {
                let names = channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
                findings.push(Finding {
                    what,
                    result: Err("there is no such channel".to_owned()),
                    hint: Some(format!("set [guance].channel to one of: {names}")),
                    fatal: true,
                });
            }
        }
        findings.extend(self.check_levels(leaves_out));
        findings.extend(self.check_clock());
        findings
    }

    fn check_issues(&self, channel: &str) -> Finding {
        let from = self.api.server_clock().unwrap_or_else(Utc::now) - TimeDelta::hours(1);
        match self.api.issues(channel, &Span::since(from), None) {
            Ok(rows) => good("guance issues", format!("readable, {} in the last hour", rows.len())),
            Err(fault) => failed("guance issues", fault.error, true),
        }
    }

    fn check_levels(&self, leaves_out: &dyn Fn(&Level) -> bool) -> Vec<Finding> {
        let levels = match self.api.levels() {
            Ok(levels) => levels,
            Err(fault) => return vec![failed("guance levels", fault.error, false)],
        };
        let names = |all: Vec<&str>| all.join(", ");
        let mut findings = vec![good("guance levels", names(levels.iter().map(|level| level.name.as_str()).collect()))];
        let is_left_out = |id: &str, name: &str| leaves_out(&Level { id: id.to_owned(), name: name.to_owned() });
        let left_out = levels.iter().filter(|level| is_left_out(level.uuid.as_str(), &level.name));
        let left_out: Vec<&str> = left_out.map(|level| level.name.as_str()).collect();
        if let Some(first) = left_out.first() {
            let hint =
                format!("add them, such as {first:?} = \"Low\", or leave the table out: then every level is sent");
            findings.push(Finding {
                what: "guance levels in [route.priority]".to_owned(),
                result: Err(format!("{} not listed: issues of these levels are not sent", names(left_out))),
                hint: Some(hint),
                fatal: false,
            });
        }
        findings
    }

    fn check_clock(&self) -> Option<Finding> {
        let skew = self.api.clock_skew()?;
        let seconds = skew.num_seconds();
        let what = "clock against guance";
        if skew.abs() <= MAX_SKEW {
            return Some(good(what, format!("{seconds:+} s")));
        }
        Some(Finding {
            what: what.to_owned(),
            result: Err(format!(
                "this machine is {} s {}",
                seconds.abs(),
                if seconds > 0 { "ahead" } else { "behind" }
            )),
            hint: Some("nothing is lost by it, but times in reports are off: let the machine use NTP".to_owned()),
            fatal: false,
        })
    }
}

fn good(what: &str, detail: String) -> Finding {
    Finding { what: what.to_owned(), result: Ok(detail), hint: None, fatal: false }
}

fn failed(what: &str, error: ApiError, fatal: bool) -> Finding {
    Finding { what: what.to_owned(), result: Err(error.message), hint: error.hint, fatal }
}
