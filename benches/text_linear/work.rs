//! How long a thread has worked: on a machine that others use too, waiting is no fault of the code.

use std::time::{Duration, Instant};

/// Measures what something takes: the work of the processor where the system tells it (Linux), else the time.
pub(crate) fn measure<T>(act: impl FnOnce() -> T) -> Duration {
    let (start, before) = (Instant::now(), worked());
    std::hint::black_box(act());
    let elapsed = start.elapsed();
    worked().zip(before).map_or(elapsed, |(now, before)| elapsed.min(now.saturating_sub(before)))
}

fn worked() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
