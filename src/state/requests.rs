//! What was read of the request ledger: as long as nobody else writes to the file, a request costs the same however many
//! came before it.

use std::collections::{HashMap, VecDeque};

/// The requests that are known, for each credential.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Changes when another program has written to the file.
    version: i64,
    /// For each credential: since when its requests are here, and their times, oldest first.
    made: HashMap<String, (i64, VecDeque<i64>)>,
}

impl Requests {
    /// Forgets what may have changed in the file.
    pub(super) fn keep_up(&mut self, version: i64) {
        if self.version != version {
            *self = Self { version, made: HashMap::new() };
        }
    }

    /// Returns true when the requests of a credential after this time are known.
    pub(super) fn knows(&self, credential: &str, from: i64) -> bool {
        self.made.get(credential).is_some_and(|(since, _)| *since <= from)
    }

    /// Learns the requests of a credential after this time, oldest first.
    pub(super) fn learn(&mut self, credential: &str, from: i64, times: VecDeque<i64>) {
        self.made.insert(credential.to_owned(), (from, times));
    }

    /// Returns the requests of a credential after this time, oldest first, and forgets older ones.
    pub(super) fn after(&mut self, credential: &str, from: i64) -> &mut VecDeque<i64> {
        let (since, times) = self.made.entry(credential.to_owned()).or_default();
        *since = from;
        while times.front().is_some_and(|at| *at <= from) {
            times.pop_front();
        }
        times
    }

    /// Takes note of a request.
    pub(super) fn add(&mut self, credential: &str, at: i64) {
        if let Some((_, times)) = self.made.get_mut(credential) {
            let place = times.partition_point(|before| *before <= at);
            times.insert(place, at);
        }
    }
}
