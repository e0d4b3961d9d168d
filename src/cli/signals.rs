//! What other programs are told of a run: the textfile of metrics, and the heartbeat.
//!
//! Whatever becomes of it, the run and its exit code are the same.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};

use crate::config::{Config, ConfigError, Draft, Environment, Signals as Configured};
use crate::domain::{ServiceName, Side};
use crate::engine::{Report, spent};
use crate::http::{self, Http};
use crate::notify;
use crate::ports::Purpose;
use crate::secret::Redactor;
use crate::signals::{self, Ended, Heartbeat, Metrics, Outcome, Pinged};
use crate::state::{State, StateError};
use crate::words::{RunWords, SignalsWords};

use super::exit::Exit;
use super::term;

/// What a run tells, from its beginning to its end.
#[derive(Default)]
pub(super) struct RunSignals {
    textfile: Option<(PathBuf, Metrics)>,
    heartbeat: Option<Heartbeat>,
    /// How each line ended, and its one line.
    ends: Vec<(Exit, String)>,
}

impl RunSignals {
    /// Begins: tells the heartbeat that the run has begun. `lines` are all lines, also those that the run leaves out.
    pub(super) fn begin(config: &Config, lines: &[ServiceName]) -> Self {
        let heartbeat = heartbeat(&config.signals, || config.redactor(), true);
        Self { heartbeat, ..Self::of_textfile(&config.signals, lines) }
    }

    fn of_textfile(configured: &Configured, lines: &[ServiceName]) -> Self {
        let names: Vec<&str> = lines.iter().map(ServiceName::as_str).collect();
        let textfile = configured.textfile.clone().map(|path| {
            let mut metrics = signals::read(&path);
            metrics.keep_sources(&names);
            (path, metrics)
        });
        Self { textfile, ..Self::default() }
    }

    /// Notes how a line ended that began at this time.
    pub(super) fn note(&mut self, line: ServiceName, began: DateTime<Utc>, ended: &Noted<'_>) {
        if self.textfile.is_none() && self.heartbeat.is_none() {
            return;
        }
        let summary = ended.report.map_or_else(|| ended.words.clone(), |(report, _)| report.summary_in(term::lang()));
        self.ends.push((ended.exit, format!("[{line}] {summary}")));
        let Some((_, metrics)) = &mut self.textfile else { return };
        let source = line.as_str();
        let took = (Utc::now() - began).to_std().unwrap_or_default();
        metrics.set("guajira_run_last_start_timestamp_seconds", &[("source", source)], seconds(began));
        metrics.set("guajira_run_duration_seconds", &[("source", source)], took.as_secs_f64());
        metrics.set("guajira_run_exit_code", &[("source", source)], f64::from(ended.exit as u8));
        for Outcome { code, name } in Outcome::ALL {
            let count = if code == ended.exit as u8 { 1.0 } else { 0.0 };
            metrics.add("guajira_runs_total", &[("source", source), ("outcome", name)], count);
        }
        if let Some((report, state)) = ended.report
            && let Err(error) = of_report(metrics, line, report, state)
        {
            tracing::info!(%error, "Not all of the state is in the metrics.");
        }
    }

    /// Ends: writes the textfile, then tells the heartbeat how the run ended.
    pub(super) fn end(mut self) {
        self.write();
        let Some(heartbeat) = self.heartbeat.take() else { return };
        let exits = || self.ends.iter().map(|(exit, _)| *exit);
        let failed = |exit| matches!(exit, Exit::Usage | Exit::SideFailed);
        let ended = match () {
            () if exits().any(failed) => Ended::Failed,
            () if exits().any(|exit| exit == Exit::Interrupted) || self.ends.is_empty() => Ended::Neither,
            () => Ended::Well,
        };
        let lines: Vec<&str> = self.ends.iter().map(|(_, line)| line.as_str()).collect();
        tell(heartbeat, ended, &lines.join("\n"));
    }

    fn write(&mut self) {
        let Some((path, metrics)) = &mut self.textfile else { return };
        metrics.set("guajira_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        if let Err(error) = signals::write(path, metrics) {
            let (path, why) = (&path.display().to_string(), &error.to_string());
            tracing::warn!("{}", term::words(SignalsWords::TextfileNotWritten { path, why }));
        }
    }
}

/// How a line ended.
pub(super) struct Noted<'a> {
    pub(super) exit: Exit,
    /// What it did, and its state; `None` where it did not come to its end.
    pub(super) report: Option<(&'a Report, &'a State)>,
    /// Why not.
    pub(super) words: String,
}

/// Tells that a run could not begin, because secrets are missing: neither its services nor its state were touched.
pub(super) fn could_not_begin(drafts: &[Draft], lines: &[ServiceName], env: &Environment, why: &ConfigError) {
    let Some(first) = drafts.first() else { return };
    let configured = first.signals(env);
    let mut signals = RunSignals::of_textfile(&configured, lines);
    signals.heartbeat = heartbeat(&configured, || redactor(&configured), false);
    for draft in drafts {
        let words = why.to_string();
        signals.note(draft.line, Utc::now(), &Noted { exit: Exit::Usage, report: None, words });
    }
    signals.end();
}

/// Tells that another run is at work: that is neither a success nor a failure. The textfile is that run's.
pub(super) fn another_run(config: &Config) {
    if let Some(heartbeat) = heartbeat(&config.signals, || config.redactor(), false) {
        tell(heartbeat, Ended::Neither, &term::words(RunWords::AnotherRun));
    }
}

/// Returns what knows the address alone: nothing else is said.
fn redactor(configured: &Configured) -> Redactor {
    let mut redactor = Redactor::default();
    configured.heartbeat.iter().flat_map(notify::Settings::credentials).for_each(|secret| redactor.hide(&secret));
    redactor
}

fn heartbeat(configured: &Configured, redactor: impl FnOnce() -> Redactor, start: bool) -> Option<Heartbeat> {
    let room = configured.heartbeat.clone()?;
    let settings = http::Settings { ca_file: None, timeout: signals::PING };
    match Http::new(&settings, Arc::new(redactor())) {
        Ok(http) => {
            let address = room.address.clone();
            Some(Heartbeat::begin(address, http, start, move |words| room.scrubbed(words)))
        }
        Err(error) => {
            not_told(&format!("{error:#}"));
            None
        }
    }
}

fn tell(heartbeat: Heartbeat, ended: Ended, summary: &str) {
    match heartbeat.end(ended, summary) {
        Pinged::Taken => tracing::debug!("Heartbeat told of the end."),
        Pinged::Refused(why) => not_told(&why),
        Pinged::TooLate => not_told(&term::words(SignalsWords::NoAnswerInTime)),
    }
}

fn not_told(why: &str) {
    tracing::warn!("{}", term::words(SignalsWords::HeartbeatNotTold { why }));
}

/// Sets what a run that came to its end tells. The state is asked only for what a few rows hold; pairs are counted by the first
/// run of a day, and from then on those are added that runs create.
fn of_report(metrics: &mut Metrics, line: ServiceName, report: &Report, state: &State) -> Result<(), StateError> {
    let source = ("source", line.as_str());
    for (kind, count) in writes(report) {
        metrics.add("guajira_writes_total", &[source, ("kind", kind)], whole(count));
    }
    metrics.add("guajira_found_late_total", &[source], whole(report.found_late));
    let left = report.backlog;
    let items = BTreeMap::from([
        ("pending", left.pending),
        ("failing", left.failing),
        ("held", left.held + left.labelled),
        ("in_doubt", left.in_doubt),
        ("dead", left.dead),
    ]);
    for (stage, count) in items {
        metrics.set("guajira_items", &[source, ("state", stage)], whole(count));
    }
    let rooms = &report.messages.backlog;
    for (stage, count) in [("waiting", rooms.waiting), ("failing", rooms.failing), ("dead", rooms.dead)] {
        metrics.set("guajira_messages", &[source, ("state", stage)], whole(count));
    }
    metrics.set("guajira_out_of_budget", &[source], f64::from(u8::from(report.out_of_budget)));
    for side in Side::Source(line).both() {
        let end = ("side", if side.is_source() { "source" } else { "jira" });
        let is_up = !report.sides_failed.contains_key(&side);
        metrics.set("guajira_side_up", &[source, end], f64::from(u8::from(is_up)));
        if let Some(cursor) = state.cursor(side)? {
            metrics.set("guajira_cursor_timestamp_seconds", &[source, end], seconds(cursor.at));
        }
    }
    let spent = spent::of(state, report.ended)?;
    for purpose in Purpose::ALL {
        let labels = [source, ("purpose", purpose_name(purpose))];
        metrics.set("guajira_source_requests_last_hour", &labels, whole(spent.on(purpose)));
    }
    let last = metrics.get("guajira_last_success_timestamp_seconds", &[source]);
    let last = if report.is_good() {
        Some(report.ended)
    } else if last.is_none() {
        state.last_good()?
    } else {
        None
    };
    if let Some(at) = last {
        metrics.set("guajira_last_success_timestamp_seconds", &[source], seconds(at));
    }
    count_pairs(metrics, line, report, state)
}

fn count_pairs(metrics: &mut Metrics, line: ServiceName, report: &Report, state: &State) -> Result<(), StateError> {
    let source = [("source", line.as_str())];
    let today = report.ended.date_naive().and_time(NaiveTime::MIN).and_utc();
    let counted = metrics.get("guajira_pairs_counted_timestamp_seconds", &source);
    let is_old = counted.is_none_or(|at| at < seconds(today) || at > seconds(report.ended));
    if is_old {
        metrics.set("guajira_pairs", &source, whole(state.pairs()?));
        metrics.set("guajira_pairs_counted_timestamp_seconds", &source, seconds(report.ended));
    } else {
        metrics.add("guajira_pairs", &source, whole(report.issues_created));
    }
    Ok(())
}

/// Returns what took effect in a run, by its kind as a label.
fn writes(report: &Report) -> [(&'static str, usize); 8] {
    [
        ("issue_created", report.issues_created),
        ("issue_continued", report.issues_continued),
        ("comment_copied", report.comments_copied),
        ("comment_edited", report.comments_edited),
        ("comment_deleted", report.comments_deleted),
        ("field_changed", report.fields_written),
        ("file_copied", report.files_copied),
        ("link_set", report.links_set),
    ]
}

fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::List => "list",
        Purpose::Thread => "thread",
        Purpose::Issue => "issue",
        Purpose::Delivery => "delivery",
        Purpose::File => "file",
        Purpose::Name => "name",
    }
}

/// Returns a time as Prometheus counts it, to the millisecond.
fn seconds(at: DateTime<Utc>) -> f64 {
    let time = Duration::from_millis(u64::try_from(at.timestamp_millis()).unwrap_or_default());
    time.as_secs_f64()
}

/// A count is exact as long as it is below 2^53.
fn whole(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}
