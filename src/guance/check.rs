//! `guajira check`, the Guance half: three requests, each finding with its way to mend it.

use chrono::{TimeDelta, Utc};

use super::Guance;
use super::channel::pick;
use crate::ports::{ApiError, Finding, Span};

/// A larger difference between the clocks is worth telling; it loses nothing.
const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

impl Guance<'_> {
    /// Tests credential, channel, levels, reading of issues and the clock.
    pub fn check(&self) -> Vec<Finding> {
        let channels = match self.api.channels() {
            Ok(channels) => channels,
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
        findings.push(self.check_levels());
        findings.extend(self.check_clock());
        findings
    }

    fn check_issues(&self, channel: &str) -> Finding {
        let from = self.api.server_clock().unwrap_or_else(Utc::now) - TimeDelta::hours(1);
        match self.api.issues(channel, &Span { from, until: None, strays: Vec::new(), ours_only: false }, None) {
            Ok(rows) => good("guance issues", format!("readable, {} in the last hour", rows.len())),
            Err(fault) => failed("guance issues", fault.error, true),
        }
    }

    fn check_levels(&self) -> Finding {
        match self.api.levels() {
            Ok(levels) => {
                let names = levels.iter().map(|level| level.name.as_str()).collect::<Vec<_>>().join(", ");
                good("guance levels", names)
            }
            Err(fault) => failed("guance levels", fault.error, false),
        }
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
