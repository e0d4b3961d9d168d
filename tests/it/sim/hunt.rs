//! Plays many histories on every core, tells how far it is, and explains what it finds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use guajira::domain::ServiceName;

use super::gallery::Bug;
use super::history::History;
use super::{drive, gallery, shrink, world};
use crate::scratch::scratch;

/// How often a long hunt says how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// What a hunt does when a history fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// No later seed is played any more.
    Stop,
    /// Every seed is played.
    GoOn,
}

/// What came of a hunt.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The broken promises of the histories that failed, by seed. With [`OnFailure::Stop`] the first seed is the first
    /// that fails; later ones are accidents of the race.
    pub(super) failed: BTreeMap<u64, Vec<String>>,
    /// Runs of the program in all histories.
    pub(super) runs: u64,
}

impl Found {
    pub(super) fn first(&self) -> Option<u64> {
        self.failed.keys().next().copied()
    }
}

/// Keeps simulated deaths from printing like failures.
pub(super) fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<world::Killed>() {
                usual(info);
            }
        }));
    });
}

/// Plays these seeds on every core.
pub(super) fn hunt(seeds: Range<u64>, bug: Option<Bug>, on_failure: OnFailure) -> Found {
    hush();
    let progress = Progress::new(seeds.end.saturating_sub(seeds.start));
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(Found::default()));
    // For a hunt in the histories of one line.
    let line: Option<ServiceName> = std::env::var("GUAJIRA_SIM_LINE").ok().and_then(|line| line.parse().ok());
    let has_it = |history: &History| line.is_none_or(|line| history.setup.lines.names().contains(&line));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|threads| {
        for _ in 0..cores {
            threads.spawn(|| {
                let dir = scratch();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let history = gallery::history(bug, seed);
                    if bug.is_none() && !has_it(&history) {
                        progress.tell(found.lock().expect("no panic while it is held").failed.len());
                        continue;
                    }
                    let outcome = drive::play(&history, bug, dir.path(), false);
                    let mut found = found.lock().expect("no panic while it is held");
                    found.runs += u64::from(outcome.runs);
                    if !outcome.wrong.is_empty() {
                        if on_failure == OnFailure::GoOn {
                            println!("seed {seed}: {}", outcome.wrong.join("; "));
                        } else {
                            next.store(seeds.end, Ordering::Relaxed);
                        }
                        found.failed.insert(seed, outcome.wrong);
                    }
                    // The hunts of the gallery are short.
                    if bug.is_none() {
                        progress.tell(found.failed.len());
                    }
                }
            });
        }
    });
    found.into_inner().expect("no panic while it was held")
}

/// Says every ten seconds how far a hunt is.
struct Progress {
    began: Instant,
    all: u64,
    done: AtomicU64,
    told: AtomicU64,
}

impl Progress {
    fn new(all: u64) -> Self {
        Self { began: Instant::now(), all, done: AtomicU64::new(0), told: AtomicU64::new(0) }
    }

    /// One more history is played; so many have failed.
    fn tell(&self, failed: usize) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let took = self.began.elapsed();
        let turn = took.as_secs() / TOLD_EVERY.as_secs();
        if self.told.fetch_max(turn, Ordering::Relaxed) < turn {
            let rate = done as f64 / took.as_secs_f64();
            println!(
                "{:>6.0}s  {done} of {} histories, {rate:.0} a second, {failed} failed",
                took.as_secs_f64(),
                self.all
            );
        }
    }
}

/// Tells a failing history at its shortest, for a person.
pub(super) fn explain(history: History, bug: Option<Bug>) -> String {
    let dir = scratch();
    let seed = history.setup.seed;
    let short = shrink::shrink(history, bug, dir.path());
    let told = drive::play(&short, bug, dir.path(), true);
    let again = format!("GUAJIRA_SIM_SEED={seed} GUAJIRA_SIM_HISTORIES=1 cargo test --test it sim::histories");
    let story =
        format!("seed {seed} (again: {again}), at its shortest\n{short}\nwhat happened\n{}\n", told.log.join("\n"));
    let story = format!("{story}\nwhat is wrong\n  {}\n", told.wrong.join("\n  "));
    // Ids are long on Guance.
    story.replace("0000000000000000000000000000", "…")
}
