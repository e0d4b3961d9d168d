//! How far a long run has come, for a person who watches.

use std::cell::Cell;
use std::io::Write as _;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::engine::Progress;
use crate::engine::report::Planned;
use crate::state::HeldForLabel;
use crate::words::RunWords;

use super::{plan, term};

/// A run that is over sooner shows nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// Width of the bar, in characters.
const WIDTH: u64 = 24;

/// A bar on stderr.
pub(super) struct Bar {
    started: Instant,
    /// False when nobody watches, or when log lines would break it.
    enabled: bool,
    drawn: Cell<bool>,
    plan: Plan,
}

/// What becomes of the plan of a part of a backfill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It stands in the report.
    Kept,
    /// It is printed as it comes.
    Shown,
    /// Nobody asks for it.
    Dropped,
}

impl Bar {
    /// Returns a bar that is not shown yet.
    pub(super) fn new(enabled: bool, plan: Plan) -> Self {
        Self { started: Instant::now(), enabled: enabled && term::is_watched(), drawn: Cell::new(false), plan }
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if self.drawn.replace(false) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl Progress for Bar {
    fn delivered(&self, done: u64, left: u64) {
        let elapsed = self.started.elapsed();
        if self.enabled && elapsed >= SHOWN_AFTER {
            self.drawn.set(true);
            let _ = write!(std::io::stderr(), "\r\x1b[K{}", picture(done, left, elapsed));
        }
    }

    fn planned(&self, planned: &[Planned], held: &[HeldForLabel]) -> bool {
        if self.plan == Plan::Shown {
            self.clear();
            // Where stdout is closed the end of the run says so.
            let _ = planned.iter().try_for_each(|planned| plan::show(planned, held));
        }
        self.plan != Plan::Kept
    }
}

fn picture(done: u64, left: u64, elapsed: Duration) -> String {
    let all = done.saturating_add(left).max(1);
    let full = usize::try_from(WIDTH.saturating_mul(done) / all).unwrap_or_default();
    let empty = usize::try_from(WIDTH).unwrap_or_default().saturating_sub(full);
    let seconds = elapsed.as_secs().saturating_mul(left).checked_div(done).filter(|_| left > 0);
    let time = seconds.map(|seconds| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        term::span(TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX))
    });
    let said = term::words(RunWords::Progress { done, all, left: time.as_deref() });
    format!("[{}{}] {said}", "=".repeat(full), " ".repeat(empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_estimates_what_is_left() {
        let minute = Duration::from_mins(1);
        assert_eq!(picture(0, 4, minute), "[                        ] 0 of 4");
        assert_eq!(picture(10, 30, minute), "[======                  ] 10 of 40, about 3m 0s left");
        assert_eq!(picture(40, 0, minute), "[========================] 40 of 40");
    }
}
