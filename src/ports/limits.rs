//! How far a run looks, and how much it does.

use std::time::Duration;

/// Windows and limits of a run: `[sync]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How far back the very first run looks.
    pub window: Duration,
    /// How much before the cursor every run reads again.
    pub overlap: Duration,
    /// How often a run also looks far back.
    pub sweep_every: Duration,
    /// How far back that is.
    pub sweep_back: Duration,
    /// When an ordinary run stops and leaves the rest.
    pub max_runtime: Duration,
    /// The most creates of an ordinary run; more are all held.
    pub max_creates: usize,
    /// How old a write without an answer must be before a look-up may say that it did not happen.
    pub in_doubt_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            window: Duration::from_mins(1),
            overlap: Duration::from_mins(10),
            sweep_every: Duration::from_hours(1),
            sweep_back: Duration::from_hours(24),
            max_runtime: Duration::from_secs(50),
            max_creates: 200,
            in_doubt_wait: Duration::from_secs(5),
        }
    }
}
