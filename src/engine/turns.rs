//! How often Guance's threads and fields come round again.

use chrono::TimeDelta;

/// How soon a Guance thread comes round again, by how long ago something happened in the pair.
pub(super) const TURNS: [(TimeDelta, TimeDelta); 3] = [
    (TimeDelta::hours(1), TimeDelta::minutes(5)),
    (TimeDelta::days(1), TimeDelta::minutes(30)),
    (TimeDelta::days(30), TimeDelta::hours(6)),
];

/// How many issues a page of Guance's list holds.
pub(super) const PAGE: u64 = 100;
