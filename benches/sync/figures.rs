//! What one scenario costs, and how that is shown and kept.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// The figures of one scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// The scenario, such as `idle over TLS`.
    pub(crate) name: String,
    /// Requests by kind: service, method and path, with `*` for ids and keys.
    pub(crate) requests: BTreeMap<String, usize>,
    /// Issues, comments and edits that came into being on either side.
    pub(crate) deliveries: usize,
    /// Runs of the program.
    pub(crate) runs: usize,
    /// Instructions in user mode, where valgrind counted them.
    pub(crate) instructions: Option<u64>,
    /// Time of the processor, user and system together.
    pub(crate) cpu: Duration,
    /// The largest resident set, in KiB.
    pub(crate) peak: u64,
    /// Time that passed.
    pub(crate) wall: Duration,
}

impl Figures {
    /// Returns how many requests went to a service.
    pub(crate) fn requests_to(&self, service: &str) -> usize {
        self.requests.iter().filter(|(kind, _)| kind.starts_with(service)).map(|(_, count)| count).sum()
    }

    /// Adds what another run cost.
    pub(crate) fn add(&mut self, other: &Self) {
        for (kind, count) in &other.requests {
            *self.requests.entry(kind.clone()).or_default() += count;
        }
        self.runs += other.runs;
        self.cpu += other.cpu;
        self.wall += other.wall;
        self.peak = self.peak.max(other.peak);
    }

    /// Returns the figures as a line of the table.
    pub(crate) fn line(&self) -> String {
        let instructions = self.instructions.map_or_else(|| "-".to_owned(), |n| format!("{:.1}", n as f64 / 1e6));
        format!(
            "{:<44} {:>4} {:>8} {:>8} {:>10} {:>9} {:>9.0} {:>8.1} {:>9.0}",
            self.name,
            self.runs,
            self.requests_to("guance"),
            self.requests_to("jira"),
            self.deliveries,
            instructions,
            self.cpu.as_secs_f64() * 1e3,
            self.peak as f64 / 1024.0,
            self.wall.as_secs_f64() * 1e3,
        )
    }

    /// Returns what must be the same on every machine.
    pub(crate) fn counts(&self) -> Value {
        json!({"runs": self.runs, "deliveries": self.deliveries, "requests": self.requests})
    }

    /// Returns everything.
    pub(crate) fn json(&self) -> Value {
        let per_guance_request = self.deliveries as f64 / self.requests_to("guance").max(1) as f64;
        json!({
            "name": self.name,
            "runs": self.runs,
            "deliveries": self.deliveries,
            "requests": self.requests,
            "deliveries_per_guance_request": per_guance_request,
            "instructions": self.instructions,
            "cpu_ms": self.cpu.as_secs_f64() * 1e3,
            "peak_kib": self.peak,
            "wall_ms": self.wall.as_secs_f64() * 1e3,
        })
    }
}

/// The table's head; the columns are those of [`Figures::line`].
pub(crate) fn head() -> String {
    format!(
        "{:<44} {:>4} {:>8} {:>8} {:>10} {:>9} {:>9} {:>8} {:>9}",
        "scenario", "runs", "guance", "jira", "deliveries", "M instr.", "CPU ms", "MiB", "wall ms"
    )
}
