//! Rate limits: Cloud's three kinds and DC's token bucket, all by the fake's clock.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::Site;
use crate::server::Response;

/// What has been counted so far.
#[derive(Default)]
pub(super) struct Windows {
    writes: HashMap<u64, Vec<DateTime<Utc>>>,
    bursts: HashMap<String, (i64, u32)>,
    buckets: HashMap<String, (DateTime<Utc>, u32)>,
}

/// The answer to a request over a limit. `reason` is the `RateLimit-Reason`.
pub fn too_many(reason: &str, retry_after: u64, reset: DateTime<Utc>) -> Response {
    Response::text(429, "text/plain", "Rate limit exceeded.")
        .with_header("Retry-After", &retry_after.to_string())
        .with_header("RateLimit-Reason", reason)
        .with_header("X-RateLimit-Remaining", "0")
        .with_header("X-RateLimit-Reset", &reset.format("%Y-%m-%dT%H:%MZ").to_string())
}

impl Site {
    /// Cloud's limits that hold before anything is looked at.
    pub(super) fn check_burst(&mut self, method: &str) -> Result<(), Response> {
        let now = self.now();
        if let Some(left) = &mut self.switches.quota {
            if *left == 0 {
                return Err(too_many("jira-quota-tenant-based", 1800, now + TimeDelta::minutes(30)));
            }
            *left -= 1;
        }
        if let Some(most) = self.switches.burst {
            let window = self.limits.bursts.entry(method.to_owned()).or_default();
            if window.0 != now.timestamp() {
                *window = (now.timestamp(), 0);
            }
            window.1 += 1;
            if window.1 > most {
                return Err(too_many("jira-burst-based", 1, now + TimeDelta::seconds(1)));
            }
        }
        Ok(())
    }

    /// Cloud: 20 writes in 2 s, 100 in 30 s on one issue.
    pub(super) fn check_issue_write(&mut self, issue: u64) -> Result<(), Response> {
        if !self.switches.per_issue_writes {
            return Ok(());
        }
        let now = self.now();
        let writes = self.limits.writes.entry(issue).or_default();
        writes.retain(|at| now - *at < TimeDelta::seconds(30));
        let recent = writes.iter().filter(|at| now - **at < TimeDelta::seconds(2)).count();
        if recent >= 20 || writes.len() >= 100 {
            let wait = if writes.len() >= 100 { 30 } else { 2 };
            return Err(too_many("jira-per-issue-on-write", wait, now + TimeDelta::seconds(2)));
        }
        writes.push(now);
        Ok(())
    }

    /// DC: takes a token; gives the headers for the answer, or the refusal.
    pub(super) fn take_token(&mut self, user: &str) -> Result<Vec<(String, String)>, Response> {
        let Some(rule) = self.switches.dc_limit else { return Ok(Vec::new()) };
        let now = self.now();
        let (since, left) = self.limits.buckets.entry(user.to_owned()).or_insert((now, rule.limit));
        let seconds = i64::try_from(rule.interval.as_secs()).unwrap_or(1).max(1);
        let intervals = (now - *since).num_seconds() / seconds;
        if intervals > 0 {
            let filled = u32::try_from(intervals).unwrap_or(u32::MAX).saturating_mul(rule.fill);
            *left = left.saturating_add(filled).min(rule.limit);
            *since += TimeDelta::seconds(intervals * seconds);
        }
        let refused = *left == 0;
        *left = left.saturating_sub(1);
        let wait = if refused { seconds - (now - *since).num_seconds() } else { 0 };
        let headers = vec![
            ("X-RateLimit-Limit".to_owned(), rule.limit.to_string()),
            ("X-RateLimit-Remaining".to_owned(), left.to_string()),
            ("X-RateLimit-Interval-Seconds".to_owned(), seconds.to_string()),
            ("X-RateLimit-FillRate".to_owned(), rule.fill.to_string()),
            ("retry-after".to_owned(), wait.to_string()),
        ];
        if refused {
            let mut answer = Response::text(429, "text/plain", "");
            answer.headers.extend(headers);
            return Err(answer);
        }
        Ok(headers)
    }
}
