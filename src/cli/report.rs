//! `guajira report`: what happened in a period, as a page for people, as data, or in a few lines. From the state files alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use crate::config::Draft;
use crate::domain::Side;
use crate::engine::spent;
use crate::page::{self, Bin, Line, Page, Run, Stuck};
use crate::ports::Purpose;
use crate::state::{LastRun, Settled, State, Status, StuckItem};
use crate::words::{HealthWords, Lang, PageWords, RunWords, Stage, StatusWords, Voice};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::{term, when};

/// Most things that are not done on one page, all sources together: a page stays small whatever waits.
const MOST_STUCK: usize = 100;

/// The period unless one is given.
const USUAL: &str = "7d";

/// Bins are so long, for a period of at most so long.
const BINS: [(TimeDelta, TimeDelta); 3] = [
    (TimeDelta::hours(1), TimeDelta::hours(48)),
    (TimeDelta::hours(6), TimeDelta::days(12)),
    (TimeDelta::days(1), TimeDelta::days(48)),
];

/// How long writes waited at most, in seconds.
const LIMITS: [i64; 6] = [10, 60, 300, 1800, 7200, 86_400];

/// Which period, and in what form.
#[derive(Debug, Args)]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text's brackets mean an optional part")]
pub(super) struct Options {
    /// From when on. RFC 3339, "YYYY-MM-DD[ HH:MM]" local, or how long ago: "12h", "7d" [default: 7d]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// One self-contained page; "-" is stdout [default: guajira-report.html]
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "guajira-report.html", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
}

/// Makes the report.
///
/// # Errors
/// When the configuration is wrong, no state file can be read, or the page cannot be written.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let drafts = context.drafts()?;
    let until = Utc::now();
    let since = when::parse(options.since.as_deref().unwrap_or(USUAL), until)
        .map_err(|why| Usage::new(format!("--since{}{why}", term::words(RunWords::Colon))))?;
    if since >= until {
        return Err(Usage::new(term::words(RunWords::InFuture { at: &term::time(since) })).into());
    }
    let voice = drafts.first().map_or_else(Voice::default, |draft| draft.policy.voice);
    let share = MOST_STUCK / drafts.len().max(1);
    let mut lines = Vec::new();
    // A source that was never synced has nothing to tell, unless it is the only one: then the missing file is the news.
    for draft in drafts.iter().filter(|draft| drafts.len() == 1 || draft.sync.state.exists()) {
        lines.push(line(draft, (since, until), share)?);
    }
    let page = Page { lang: term::lang(), voice, since, until, lines };
    match &options.html {
        Some(path) => write(path, &page::page(&page))?,
        None if options.json => term::json(&as_json(&page))?,
        None => page.lines.iter().try_for_each(brief)?,
    }
    Ok(Exit::Done)
}

fn write(path: &Path, html: &str) -> Result<()> {
    if path == Path::new("-") {
        return Ok(term::out(html)?);
    }
    let shown = path.display().to_string();
    if let Err(error) = std::fs::write(path, html) {
        let why = &error.to_string();
        return Err(Usage::new(term::words(PageWords::CannotWrite { path: &shown, why })).into());
    }
    Ok(term::tell(PageWords::Written { path: &shown })?)
}

fn brief(line: &Line) -> Result<()> {
    let half = line.typical.as_ref().map_or("–", |[half, _]| half.as_str());
    let [jira, source] = line.sums();
    let (waiting, person) = (line.left(), line.person);
    Ok(term::tell(PageWords::Brief { line: &line.name, carried: jira + source, half, waiting, person })?)
}

/// Reads what is told of a line.
fn line(draft: &Draft, period: (DateTime<Utc>, DateTime<Utc>), most: usize) -> Result<Line> {
    let path = &draft.sync.state;
    let state = State::open_to_read(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
    let status = state.status()?;
    let spent = spent::of(&state, period.1)?;
    let (carried, waits) = carried(&state, period)?;
    let (stuck, more) = stuck(&status, most);
    let Status { backlog, messages, .. } = &status;
    Ok(Line {
        name: draft.line.to_string(),
        pairs: status.issue_pairs,
        comments: status.comment_pairs,
        carried,
        delays: delays(&waits),
        typical: typical(waits),
        waiting: [
            backlog.pending,
            backlog.failing,
            backlog.held + backlog.labelled,
            backlog.in_doubt,
            backlog.dead,
            messages.waiting,
        ],
        person: backlog.held + backlog.labelled + backlog.dead + messages.dead,
        stuck,
        more,
        failing: status
            .failing_sides
            .iter()
            .map(|side| (side.side.into(), side.since, term::kept(&side.message), side.hint.as_deref().map(term::kept)))
            .collect(),
        requests: Purpose::ALL.map(|purpose| spent.on(purpose)),
        runs: status.runs.iter().map(shown_run).collect(),
        ran: state.runs_since(period.0)?,
        last_good: status.last_good,
    })
}

/// Returns how long a bin is in a period.
fn bin(period: TimeDelta) -> TimeDelta {
    let fitting = BINS.iter().find(|(_, most)| period <= *most).map(|(bin, _)| *bin);
    // Half a hundred bins, whatever the period.
    fitting.unwrap_or_else(|| TimeDelta::days((period.num_days() / 48 + 1).max(1)))
}

/// Returns what was written, in bins that end with the period, and how long each write waited, in seconds.
fn carried(state: &State, (since, until): (DateTime<Utc>, DateTime<Utc>)) -> Result<(Vec<Bin>, Vec<i64>)> {
    let long = bin(until - since);
    let place = |at: DateTime<Utc>| (until - at).num_milliseconds().max(0) / long.num_milliseconds().max(1);
    let last = place(since + TimeDelta::milliseconds(1));
    let mut counts: BTreeMap<i64, [u64; 2]> = BTreeMap::new();
    let mut waits = Vec::new();
    state.settled_within((since, until), |one: Settled| {
        let [jira, source] = counts.entry(place(one.done).min(last)).or_default();
        *(if matches!(one.target, Side::Tracker(_)) { jira } else { source }) += 1;
        waits.push((one.done - one.found).num_seconds().max(0));
    })?;
    let bins = (0..=last).rev().map(|n| {
        let [jira, source] = counts.get(&n).copied().unwrap_or_default();
        let begins = i32::try_from(n + 1).ok().and_then(|n| until.checked_sub_signed(long * n)).unwrap_or(since);
        Bin { at: begins.max(since), jira, source }
    });
    Ok((bins.collect(), waits))
}

fn delays(waits: &[i64]) -> Vec<(Option<String>, u64)> {
    let mut least = -1;
    let limits = LIMITS.into_iter().map(Some).chain([None]);
    let counted = limits.map(|limit| {
        let most = limit.unwrap_or(i64::MAX);
        let count = waits.iter().filter(|wait| **wait > least && **wait <= most).count();
        least = most;
        (limit.map(short), u64::try_from(count).unwrap_or(u64::MAX))
    });
    counted.collect()
}

/// A limit in one unit.
fn short(seconds: i64) -> String {
    let told = term::span(TimeDelta::seconds(seconds));
    let parts: Vec<&str> = told.split(' ').collect();
    match term::lang() {
        Lang::En => parts.first().copied().unwrap_or_default().to_owned(),
        Lang::Zh => parts.iter().take(2).copied().collect::<Vec<_>>().join(" "),
    }
}

/// Returns within how long half of the writes were written, and nine of ten.
fn typical(mut waits: Vec<i64>) -> Option<[String; 2]> {
    waits.sort_unstable();
    let last = waits.len().checked_sub(1)?;
    let at = |tenths: usize| waits.get(last * tenths / 10).copied().unwrap_or_default();
    Some([at(5), at(9)].map(|seconds| term::span(TimeDelta::seconds(seconds))))
}

/// Returns what is not done, what needs a person first, and how much of it is left out.
fn stuck(status: &Status, most: usize) -> (Vec<Stuck>, u64) {
    let mut items: Vec<&StuckItem> = status.items.iter().filter(|item| tells_something(item)).collect();
    items.sort_by_key(|item| ["dead", "held", "in_doubt"].iter().position(|stage| item.stage == *stage).unwrap_or(3));
    let more = u64::try_from(items.len().saturating_sub(most)).unwrap_or(u64::MAX);
    (items.into_iter().take(most).map(shown_item).collect(), more)
}

/// What waits for its turn, and has not failed, needs no row.
fn tells_something(item: &StuckItem) -> bool {
    item.because.is_none() && (!matches!(item.stage.as_str(), "pending" | "in_flight") || item.attempts > 0)
}

fn shown_item(item: &StuckItem) -> Stuck {
    let stage = Stage::called(&item.stage);
    let by_stage = match stage {
        Stage::Dead => Some(StatusWords::DeadNext),
        Stage::InDoubt => Some(StatusWords::InDoubtNext),
        Stage::Held if item.hint.is_none() => Some(StatusWords::HeldNext),
        _ if item.hint.is_none() => Some(StatusWords::FailingNext),
        _ => None,
    };
    let command = match stage {
        Stage::Dead => Some(format!("guajira retry {}", quoted(&item.key))),
        Stage::Held => Some("guajira sync --release".to_owned()),
        _ => None,
    };
    Stuck {
        stage,
        what: term::kept(&item.summary),
        key: item.key.clone(),
        why: item.error.as_deref().map(term::kept).unwrap_or_default(),
        hint: item.hint.as_deref().map(term::kept).or_else(|| by_stage.map(term::words)),
        command,
    }
}

/// Returns a word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.@:-".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn shown_run(run: &LastRun) -> Run {
    let took = run.ended.map(|ended| term::span(ended.signed_duration_since(run.started))).unwrap_or_default();
    let result = match run.ended {
        None => term::words(HealthWords::StillAtWork),
        Some(_) => term::summary(&run.summary),
    };
    Run { began: run.started, took, good: run.good == Some(true), result }
}

/// Names every field: this is read by programs.
fn as_json(page: &Page) -> Value {
    let lines = page.lines.iter().map(|line| {
        let [pending, failing, held, in_doubt, dead, messages] = line.waiting;
        let [to_jira, to_source] = line.sums();
        let [good, bad] = line.ran;
        let carried = line.carried.iter().filter(|bin| bin.jira + bin.source > 0);
        let carried = carried.map(|bin| json!({ "from": bin.at, "to_jira": bin.jira, "to_source": bin.source }));
        let told = json!({
            "pairs": line.pairs,
            "comment_pairs": line.comments,
            "written": { "to_jira": to_jira, "to_source": to_source, "when": carried.collect::<Vec<_>>() },
            "waiting": {
                "pending": pending, "failing": failing, "held": held, "in_doubt": in_doubt, "dead": dead,
                "messages": messages,
            },
            "need_a_person": line.person,
            "runs": { "good": good, "other": bad },
            "last_good": line.last_good,
        });
        (line.name.clone(), told)
    });
    json!({ "since": page.since, "until": page.until, "sources": lines.collect::<serde_json::Map<_, _>>() })
}
