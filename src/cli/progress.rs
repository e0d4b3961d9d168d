//! How far a long run has come, for a person who watches.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::Side;
use crate::engine::Progress;
use crate::engine::report::Planned;
use crate::state::HeldForLabel;
use crate::words::RunWords;

use super::{plan, term};

/// A run that is over sooner shows nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// While a side is read nothing else happens that could be shown: the sign turns so often.
const TURNS_EVERY: Duration = Duration::from_millis(200);

/// A bar on stderr, as wide as the terminal has room for.
pub(super) struct Bar {
    began: Instant,
    /// False when nobody watches, or when log lines would break it.
    enabled: bool,
    shown: RefCell<Shown>,
    plan: Plan,
}

/// What is on the screen.
#[derive(Default)]
struct Shown {
    bar: Option<ProgressBar>,
    clock: Clock,
}

/// How long writes have taken, without the reading between them.
#[derive(Debug, Default)]
struct Clock {
    before: Duration,
    since: Option<Instant>,
}

impl Clock {
    fn stop(&mut self, now: Instant) {
        self.before += self.since.take().map(|since| now - since).unwrap_or_default();
    }

    /// Returns how long writes have taken until now; the clock goes on.
    fn go_on(&mut self, now: Instant) -> Duration {
        self.before + (now - *self.since.get_or_insert(now))
    }
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
        let enabled = enabled && term::is_watched();
        Self { began: Instant::now(), enabled, shown: RefCell::default(), plan }
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Some(bar) = self.shown.borrow_mut().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Shows a bar in this form, or changes the one that is there.
    fn show(&self, template: &str, change: impl FnOnce(&ProgressBar)) {
        if !self.enabled || self.began.elapsed() < SHOWN_AFTER {
            return;
        }
        let mut shown = self.shown.borrow_mut();
        let bar = shown.bar.get_or_insert_with(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=  "));
        change(bar);
    }
}

impl Progress for Bar {
    fn reading(&self, side: Side) {
        self.shown.borrow_mut().clock.stop(Instant::now());
        self.show("{spinner} {wide_msg}", |bar| {
            bar.set_message(term::words(RunWords::Reading(side.into())));
            bar.enable_steady_tick(TURNS_EVERY);
        });
    }

    fn delivered(&self, done: u64, left: u64) {
        let taken = self.shown.borrow_mut().clock.go_on(Instant::now());
        self.show("[{bar:24}] {wide_msg}", |bar| {
            bar.disable_steady_tick();
            bar.set_length(done.saturating_add(left).max(1));
            bar.set_message(said(done, left, taken));
            bar.set_position(done);
        });
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

/// Says how many writes are done of how many, and how long the others take where the first ones took so long.
fn said(done: u64, left: u64, taken: Duration) -> String {
    let all = done.saturating_add(left).max(1);
    let seconds = taken.as_secs().saturating_mul(left).checked_div(done).filter(|seconds| left > 0 && *seconds > 0);
    let time = seconds.map(|seconds| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        term::span(TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX))
    });
    term::words(RunWords::Progress { done, all, left: time.as_deref() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_estimates_what_is_left() {
        let minute = Duration::from_mins(1);
        assert_eq!(said(0, 4, minute), "0 of 4 writes");
        assert_eq!(said(10, 30, minute), "10 of 40 writes, about 3m 0s left");
        assert_eq!(said(40, 0, minute), "40 of 40 writes");
    }

    #[test]
    fn the_clock_does_not_count_the_reading() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut clock = Clock::default();
        clock.stop(at(50));
        assert_eq!(clock.go_on(at(60)), Duration::ZERO, "the first write begins it");
        assert_eq!(clock.go_on(at(70)), Duration::from_secs(10));
        clock.stop(at(75));
        assert_eq!(clock.go_on(at(300)), Duration::from_secs(15), "a slice was read in between");
        assert_eq!(clock.go_on(at(302)), Duration::from_secs(17));
    }
}
