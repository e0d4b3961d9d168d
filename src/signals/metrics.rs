//! The metrics of a file, and their text.
//!
//! A program that ends after each run has no counters of its own: it reads those of the file that the run before wrote, and
//! adds to them. A lost file is a counter that begins anew, which Prometheus expects.
//!
//! Source of the format: Prometheus, "Exposition formats", text-based format 0.0.4, which is what `node_exporter` reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name, with its unit.
    pub name: &'static str,
    /// `counter` or `gauge`.
    pub kind: &'static str,
    /// What it tells.
    pub help: &'static str,
}

const fn family(name: &'static str, kind: &'static str, help: &'static str) -> Family {
    Family { name, kind, help }
}

/// Every metric that there is, in the order of the file. The texts are the same in every file: `node_exporter` skips a metric
/// of which two files tell different things.
pub const FAMILIES: [Family; 16] = [
    family("guajira_build_info", "gauge", "The version of guajira; always 1."),
    family("guajira_run_last_start_timestamp_seconds", "gauge", "When the last run of the source began."),
    family("guajira_run_duration_seconds", "gauge", "How long the last run of the source took."),
    family("guajira_run_exit_code", "gauge", "How the last run of the source ended, as an exit code."),
    family("guajira_last_success_timestamp_seconds", "gauge", "When the last good run of the source ended."),
    family("guajira_runs_total", "counter", "Runs of the source, by how they ended."),
    family("guajira_writes_total", "counter", "Writes that took effect, by what they were."),
    family("guajira_found_late_total", "counter", "What a sweep found that ordinary reads had missed."),
    family("guajira_items", "gauge", "Writes that are not done, by where they stand."),
    family("guajira_messages", "gauge", "Messages to chat rooms that are not sent, by where they stand."),
    family("guajira_pairs", "gauge", "Items of the source with their Jira issue."),
    family("guajira_pairs_counted_timestamp_seconds", "gauge", "When the pairs were counted."),
    family("guajira_cursor_timestamp_seconds", "gauge", "Up to when a side was read, by the time of that side."),
    family("guajira_side_up", "gauge", "1 where the last run could read and write the side, else 0."),
    family("guajira_out_of_budget", "gauge", "1 where the last run used up the request budget, else 0."),
    family("guajira_source_requests_last_hour", "gauge", "Requests to the source in the last hour, by purpose."),
];

/// How a run of a source ended, by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code.
    pub code: u8,
    /// What it is called as a label.
    pub name: &'static str,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self { code: 0, name: "done" },
        Self { code: 2, name: "usage" },
        Self { code: 3, name: "items_failed" },
        Self { code: 4, name: "side_failed" },
        Self { code: 5, name: "interrupted" },
    ];
}

/// The metrics of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(BTreeMap<(usize, String), f64>);

impl Metrics {
    /// Reads what an earlier run wrote. What is not understood is left out, so that a damaged file ends nothing.
    pub fn parse(text: &str) -> Self {
        let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(sample);
        Self(samples.collect())
    }

    /// Keeps only what is about these sources.
    pub fn keep_sources(&mut self, sources: &[&str]) {
        let labels: Vec<String> = sources.iter().map(|source| label("source", source)).collect();
        self.0.retain(|(_, known), _| labels.iter().any(|label| known == label || begins(known, label)));
    }

    /// Returns a value. The first label is the source, where there is one.
    pub fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.0.get(&key(name, labels)?).copied()
    }

    /// Sets a value.
    pub fn set(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        if let Some(key) = key(name, labels) {
            self.0.insert(key, value);
        }
    }

    /// Adds to a counter, which begins with 0.
    pub fn add(&mut self, name: &str, labels: &[(&str, &str)], count: f64) {
        if let Some(key) = key(name, labels) {
            *self.0.entry(key).or_default() += count;
        }
    }

    /// Returns the text of the file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut last = None;
        for ((at, labels), value) in &self.0 {
            let Some(Family { name, kind, help }) = FAMILIES.get(*at) else { continue };
            if last != Some(at) {
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
                last = Some(at);
            }
            let _ = match labels.as_str() {
                "" => writeln!(text, "{name} {value}"),
                labels => writeln!(text, "{name}{{{labels}}} {value}"),
            };
        }
        text
    }
}

fn begins(known: &str, label: &str) -> bool {
    known.strip_prefix(label).is_some_and(|rest| rest.starts_with(','))
}

/// Returns the place of a sample; `None` for a metric that there is not.
fn key(name: &str, labels: &[(&str, &str)]) -> Option<(usize, String)> {
    let at = FAMILIES.iter().position(|family| family.name == name)?;
    let labels: Vec<String> = labels.iter().map(|(name, value)| label(name, value)).collect();
    Some((at, labels.join(",")))
}

fn label(name: &str, value: &str) -> String {
    let mut text = format!("{name}=\"");
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Reads a line as [`Metrics::text`] writes it.
fn sample(line: &str) -> Option<((usize, String), f64)> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}')?),
        None => (head, ""),
    };
    let at = FAMILIES.iter().position(|family| family.name == name)?;
    let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some(((at, labels.to_owned()), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let mut metrics = Metrics::default();
        metrics.set("guajira_build_info", &[("version", "1.2\"\\\n3")], 1.0);
        metrics.set("guajira_pairs", &[("source", "guance")], 3.0);
        metrics.add("guajira_runs_total", &[("source", "guance"), ("outcome", "done")], 1.0);
        metrics.add("guajira_runs_total", &[("source", "guance-2"), ("outcome", "done")], 1.0);
        metrics.set("guajira_run_duration_seconds", &[("source", "guance")], 0.25);
        let text = metrics.text();
        assert!(text.contains("guajira_build_info{version=\"1.2\\\"\\\\\\n3\"} 1\n"), "{text}");
        assert!(text.contains("# TYPE guajira_pairs gauge\nguajira_pairs{source=\"guance\"} 3\n"), "{text}");
        assert_eq!(text.matches("# TYPE guajira_runs_total counter\n").count(), 1, "{text}");
        let mut again = Metrics::parse(&text);
        assert_eq!(again, metrics);
        again.add("guajira_runs_total", &[("source", "guance"), ("outcome", "done")], 1.0);
        assert_eq!(again.get("guajira_runs_total", &[("source", "guance"), ("outcome", "done")]), Some(2.0));
        again.keep_sources(&["guance"]);
        assert!(!again.text().contains("guance-2") && !again.text().contains("build_info"), "{}", again.text());
    }

    #[test]
    fn a_damaged_file_ends_nothing() {
        for text in
            ["", "guajira_pairs", "guajira_pairs{ 1", "guajira_pairs x", "other 1", "guajira_pairs NaN", "\0} 1"]
        {
            assert_eq!(Metrics::parse(text), Metrics::default(), "{text:?}");
        }
        assert_eq!(
            Metrics::parse("guajira_pairs{source=\"a\"} 1\nx").get("guajira_pairs", &[("source", "a")]),
            Some(1.0)
        );
    }
}
