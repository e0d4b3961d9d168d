//! How long a service asks to be left alone.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The longest wait that a service may ask for: nothing is added to a clock that could overflow it, and it is well below
/// what the outbox takes for the trace of a clock that was set back.
pub const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Stands for every longer wait. No limit asks for that, and nothing of it tells when to come again.
pub const ENDLESS_WAIT: Duration = Duration::from_secs(LONGEST_WAIT.as_secs() + 1);

/// How long a service is left alone that asked for an endless wait.
pub const INSTEAD_OF_ENDLESS: Duration = Duration::from_mins(10);

pub(super) fn wait_time(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let wait = if is_number {
        // More digits than fit are a longer wait than any.
        text.parse::<u64>().map_or(Duration::MAX, Duration::from_secs)
    } else {
        let date = http_date(text)?;
        date.signed_duration_since(now).to_std().unwrap_or_default()
    };
    Some(wait.min(ENDLESS_WAIT))
}

pub(super) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.with_timezone(&Utc))
}
