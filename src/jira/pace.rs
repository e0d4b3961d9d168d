//! How many issues one request creates: so many that this Jira, as far as it has shown, is done well within the time-out.
//! A create that outlasts it leaves everything of its request in doubt.

use std::time::Duration;

use serde_json::Value;

use super::about::MAX_BULK;
use super::api::{Ask, Failed, Reply};
use super::service::Jira;
use crate::ports::{ApiErrorKind, FOR_EVER};

/// The fact that holds what is known of it.
const FACT: &str = "jira.create_pace";

/// So many issues go into the first request of all.
const FIRST: usize = 3;

/// So many times more than ever before go into the next one.
const GROWTH: usize = 4;

/// This part of the time-out is all that a request may need.
const SHARE: u32 = 3;

/// How long one issue may take where that was never measured.
const UNKNOWN: Duration = Duration::from_secs(1);

/// What this Jira has shown. It is public for the simulation, which paces its creates by the same rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Milliseconds for one issue; 0 when none was ever measured.
    each: u64,
    /// The most issues that one request has made, or so many that it should.
    most: usize,
    /// Milliseconds after which the last create was given up without an answer; 0 when it was answered.
    lost: u64,
}

impl Pace {
    /// Reads what [`Pace::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let each = parts.next()?.parse().ok()?;
        Some(Self { each, most: parts.next()?.parse().ok()?, lost: parts.next()?.parse().ok()? })
    }

    /// Returns it as a fact is kept.
    pub fn text(self) -> String {
        let Self { each, most, lost } = self;
        format!("{each} {most} {lost}")
    }

    /// Returns what is known after a request that made so many issues in so many milliseconds.
    #[must_use]
    pub fn made(self, count: usize, took: u64) -> Self {
        let each = took.div_ceil(u64::try_from(count).unwrap_or(u64::MAX).max(1)).max(1);
        // Slower is believed at once, faster little by little.
        let each = each.max((self.each * 3 + each) / 4);
        Self { each, most: self.most.max(count), lost: 0 }
    }

    /// Returns what is known after a request for so many issues that was given up after so many milliseconds.
    #[must_use]
    pub fn lost(self, count: usize, took: u64) -> Self {
        let each = took.div_ceil(u64::try_from(count).unwrap_or(u64::MAX).max(1));
        Self { each: self.each.max(each), most: (count / GROWTH).max(1), lost: took.max(1) }
    }

    /// Returns how many issues one request may create where one is waited for so long.
    pub fn at_once(self, timeout: Duration) -> usize {
        let time = u64::try_from((timeout / SHARE).as_millis()).unwrap_or(u64::MAX);
        let in_time = time.checked_div(self.each).map_or(MAX_BULK, |n| usize::try_from(n).unwrap_or(MAX_BULK));
        let known = if self.most == 0 { FIRST } else { self.most.saturating_mul(GROWTH) };
        in_time.min(known).clamp(1, MAX_BULK)
    }

    /// Returns how long Jira may be at work on one issue.
    pub fn takes(self) -> Duration {
        match self.each.max(self.lost) {
            0 => UNKNOWN,
            most => Duration::from_millis(most),
        }
    }

    /// Returns true where the difference is not worth a write.
    pub fn is_like(self, other: Self) -> bool {
        self.most == other.most && self.lost == other.lost && self.each.abs_diff(other.each) * 4 <= other.each
    }
}

impl Jira<'_> {
    fn pace(&self) -> Pace {
        self.facts.recall(FACT, FOR_EVER).and_then(|text| Pace::parse(&text)).unwrap_or_default()
    }

    /// Returns how many issues one request may create.
    pub(super) fn at_once(&self) -> usize {
        self.pace().at_once(self.api.timeout())
    }

    /// Returns how long Jira may be at work on one issue.
    pub(super) fn longest_create(&self) -> Duration {
        self.pace().takes()
    }

    /// Sends a request that creates so many issues, and remembers how long that took.
    pub(super) fn send_timed(&self, resource: &str, body: Value, count: usize) -> Result<Reply, Failed> {
        let ask = Ask::post(self.rest(resource)?, body);
        let began = self.clock.now();
        let sent = self.api.send(&ask);
        let took = u64::try_from((self.clock.now() - began).num_milliseconds()).unwrap_or(0);
        let before = self.pace();
        let after = match &sent {
            Ok(_) => before.made(count, took),
            Err(failed) if failed.error.kind == ApiErrorKind::InDoubt => before.lost(count, took),
            Err(_) => before,
        };
        if !after.is_like(before) {
            self.facts.remember(FACT, &after.text());
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_grows_until_it_needs_a_third_of_the_time_out() {
        let timeout = Duration::from_secs(30);
        let sizes = |each: u64| {
            let mut pace = Pace::default();
            let mut sizes = Vec::new();
            for _ in 0..5 {
                let count = pace.at_once(timeout);
                sizes.push(count);
                pace = pace.made(count, each * u64::try_from(count).unwrap_or(0));
            }
            sizes
        };
        assert_eq!(sizes(20), [3, 12, 48, 50, 50]);
        assert_eq!(sizes(1600), [3, 6, 6, 6, 6]);
        assert_eq!(sizes(60_000), [3, 1, 1, 1, 1]);
    }

    #[test]
    fn without_an_answer_one_issue_may_have_taken_all_the_time() {
        let pace = Pace::default().made(3, 300).lost(12, 30_000);
        assert_eq!(pace.takes(), Duration::from_secs(30));
        assert_eq!(pace.at_once(Duration::from_secs(30)), 4);
        assert_eq!(pace.made(4, 400).takes(), Duration::from_millis(1900));
        assert_eq!(Pace::parse(&pace.text()), Some(pace));
        assert_eq!(Pace::default().takes(), UNKNOWN);
    }
}
