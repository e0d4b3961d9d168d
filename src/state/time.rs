//! Times as the file holds them: milliseconds since 1970.

use chrono::{DateTime, TimeZone as _, Utc};

/// A wait beyond this, far longer than any back-off, was set by a clock that has been set back since; milliseconds.
pub(super) const LONGEST_WAIT: i64 = 7_200_000;

pub(super) fn to_ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

pub(super) fn from_ms(ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(ms).single().unwrap_or_default()
}
