//! `guajira status`: where everything stands, from the state file alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clap::Args;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::engine::belongs;
use crate::engine::pace::{self, Pace};
use crate::state::{Away, Backlog, FailingSide, GoneIssue, LastRun, State, Status, StuckItem};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::{services, term};

/// Longest text of a table's cell, in characters; `--json` and `why` show all of it.
const MAX_CELL_CHARS: usize = 100;

/// What to show.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// As one JSON object
    #[arg(long)]
    json: bool,
    /// Exit with 3 when the last good run is older, e.g. 10m
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    max_age: Option<Duration>,
}

/// Shows the status.
///
/// # Errors
/// When the configuration is wrong or the state file cannot be read.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let draft = context.draft()?;
    let path = &draft.sync.state;
    let state = State::open_copy(path).map_err(|error| Usage::state(path, &error))?;
    let status = state.status()?;
    let foreign = belongs::compare(&state, &services::named(draft.services()))?;
    let paces = pace::of(&state, &draft.policy.flow, draft.requests_per_minute(), Utc::now())?;
    if options.json {
        let mut told = as_json(&status, &paces);
        let waits = status.waits.iter().map(|(side, until)| (side.to_string(), json!(until)));
        let waits: serde_json::Map<String, Value> = waits.collect();
        if let Some(told) = told.as_object_mut().filter(|_| !waits.is_empty()) {
            told.insert("waiting".to_owned(), waits.into());
        }
        if let (Some(foreign), Some(told)) = (&foreign, told.as_object_mut()) {
            told.insert("refused".to_owned(), json!(foreign.to_string()));
        }
        term::json(&told)?;
    } else {
        show(&status, &paces, path)?;
        if let Some(foreign) = &foreign {
            term::line(&format!("refused: {foreign}"))?;
        }
    }
    let Some(max_age) = options.max_age else { return Ok(Exit::Done) };
    let Some(last_good) = status.last_good else {
        term::say("there is no good run yet");
        return Ok(Exit::ItemsFailed);
    };
    let age = Utc::now().signed_duration_since(last_good);
    if age < TimeDelta::zero() {
        term::say(&format!(
            "the last good run ended at {}, which lies ahead: the clock was wrong then, or is wrong now",
            term::time(last_good)
        ));
        return Ok(Exit::ItemsFailed);
    }
    if age > TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX) {
        term::say(&format!("the last good run ended {} ago", term::span(age)));
        return Ok(Exit::ItemsFailed);
    }
    Ok(Exit::Done)
}

#[allow(clippy::too_many_lines, reason = "one line of the page after the other")]
fn show(status: &Status, paces: &[Pace], path: &Path) -> Result<()> {
    let Status {
        cursors,
        waits,
        issue_pairs,
        comment_pairs,
        backlog,
        items,
        failing_sides,
        gone,
        away,
        unreadable,
        runs,
        last_good,
    } = status;
    if runs.is_empty() {
        term::line(&format!("no run yet in {}", path.display()))?;
    }
    for (side, at, floor) in cursors {
        let side = side.as_str();
        term::line(&format!("{side:<7} read up to {}, from {} on", term::time(*at), term::time(*floor)))?;
    }
    for (side, until) in waits {
        term::line(&format!("wait    {side} asked to be left alone until {}", term::time(*until)))?;
    }
    term::line(&format!("linked  {issue_pairs} issues, {comment_pairs} comments"))?;
    for line in paces.iter().filter_map(pace_line) {
        term::line(&line)?;
    }
    for one in gone {
        let GoneIssue { side, guance, jira, since } = one;
        let since = term::time(*since);
        term::line(&format!("gone    the {side} issue of {jira} ({guance}), since {since}: nothing is written to it"))?;
    }
    for Away { name: _, why, since, hint, .. } in away {
        term::line(&format!("waits   {why} (since {})", term::time(*since)))?;
        term::advice(hint.as_deref())?;
    }
    let good = last_good.map_or("none yet".to_owned(), |at| {
        let age = Utc::now().signed_duration_since(at);
        let ago =
            if age < TimeDelta::zero() { "by a clock that was ahead".to_owned() } else { term::span(age) + " ago" };
        format!("{}, {ago}", term::time(at))
    });
    let dropped = if backlog.dropped > 0 { format!(", {} dropped", backlog.dropped) } else { String::new() };
    term::line(&format!(
        "outbox  {} pending ({} failing), {} held, {} in doubt, {} dead{dropped}",
        backlog.pending,
        backlog.failing,
        backlog.held + backlog.labelled,
        backlog.in_doubt,
        backlog.dead
    ))?;
    if backlog.labelled > 0 {
        let count = backlog.labelled;
        let what = if count == 1 { "1 new issue has" } else { &format!("{count} new issues have") };
        term::line(&format!("held    {what} a Jira issue already that guajira did not make, by the label on it"))?;
        term::line(services::DECIDE)?;
    }
    term::line(&format!("last good run: {good}"))?;
    for side in failing_sides {
        failing_side(side)?;
    }
    let items: Vec<&StuckItem> = items.iter().filter(|item| item.because.is_none()).collect();
    if !items.is_empty() {
        table(&["stage", "item", "tries", "next try", "what", "why"], items.iter().map(|item| item_row(item)))?;
        reasons(&items)?;
        next_steps(backlog)?;
    }
    if !unreadable.is_empty() {
        let rows = unreadable.iter().map(|(side, issue, why)| vec![side.to_string(), issue.to_string(), why.clone()]);
        table(&["unreadable on", "item", "why"], rows)?;
    }
    if !runs.is_empty() {
        table(&["run", "began", "took", "result"], runs.iter().map(run_row))?;
    }
    let last = runs.iter().find(|run| !run.failures.is_empty()).filter(|_| failing_sides.is_empty());
    for (side, failure) in last.iter().flat_map(|run| &run.failures) {
        let began = last.map(|run| term::time(run.started)).unwrap_or_default();
        term::line(&format!("the run of {began} failed on {side}, which works again: {}", failure.message))?;
        term::advice(failure.hint.as_deref())?;
    }
    Ok(())
}

/// Says why a side fails, since when, and what to do.
fn failing_side(failing: &FailingSide) -> Result<()> {
    let FailingSide { side, since, at: _, message, hint } = failing;
    let ago = term::span(Utc::now().signed_duration_since(*since));
    term::line(&format!("{:<7} fails since {}, {ago} ago: {message}", side.as_str(), term::time(*since)))?;
    match hint {
        Some(_) => Ok(term::advice(hint.as_deref())?),
        None => Ok(term::advice(Some("the next run tries again; `guajira check` says more"))?),
    }
}

/// Says below the table what does not fit into it: the whole reason, and how to mend it.
fn reasons(items: &[&StuckItem]) -> Result<()> {
    let mut by_reason: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for item in items {
        let Some(why) = item.error.as_deref() else { continue };
        if item.hint.is_some() || cell_text(why) != why {
            by_reason.entry((why, item.hint.as_deref())).or_default().push(&item.key);
        }
    }
    for ((why, hint), keys) in by_reason {
        let more = if keys.len() > 1 { format!(" and {} more", keys.len() - 1) } else { String::new() };
        term::line("")?;
        term::line(&format!("{}{more}: {why}", keys.first().copied().unwrap_or_default()))?;
        term::advice(hint)?;
    }
    Ok(())
}

/// Says what to do about what waits.
fn next_steps(backlog: &Backlog) -> Result<()> {
    let Backlog { failing, held, in_doubt, dead, .. } = *backlog;
    term::line("")?;
    for (count, what) in [
        (dead, "dead: mend the cause, then `guajira retry ID`; or give it up with `guajira drop ID --because TEXT`"),
        (held, "held: `guajira sync --release` sends them"),
        (in_doubt, "in doubt: nothing to do; the next run looks whether they arrived"),
        (
            failing,
            "pending after a failure: nothing to do; they are tried again, `guajira retry ID` lets them go at once",
        ),
    ] {
        if count > 0 {
            term::line(what)?;
        }
    }
    Ok(())
}

/// Says how often pairs are read that Guance tells no news of.
fn pace_line(pace: &Pace) -> Option<String> {
    let Pace { active_within_hours, pairs, replies_minutes, fields_minutes } = pace;
    let minutes = replies_minutes.or(*fields_minutes).filter(|_| *pairs > 0)?;
    let what = match (replies_minutes, fields_minutes) {
        (Some(_), Some(_)) => "replies and fields",
        (Some(_), None) => "replies",
        _ => "fields",
    };
    let within = match active_within_hours {
        1 => "hour".to_owned(),
        hours if *hours < 48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    };
    let pairs = if *pairs == 1 { "1 issue".to_owned() } else { format!("{pairs} issues") };
    let every = if minutes % 60 == 0 { format!("{} hours", minutes / 60) } else { format!("{minutes} minutes") };
    Some(format!("reading {what} of {pairs} active in the last {within}: every {every} or sooner"))
}

fn item_row(item: &StuckItem) -> Vec<String> {
    let StuckItem { key, stage, summary, attempts, enqueued: _, not_before, error, hint: _, because: _ } = item;
    let next = not_before.map(term::time).unwrap_or_default();
    vec![
        stage.replace('_', " "),
        key.clone(),
        attempts.to_string(),
        next,
        summary.clone(),
        error.clone().unwrap_or_default(),
    ]
}

fn run_row(run: &LastRun) -> Vec<String> {
    let LastRun { kind, started, ended, good, summary, failures: _ } = run;
    let (took, mark) = match (ended, good) {
        (None, _) => (String::new(), "still at work, or cut off"),
        (Some(ended), Some(true)) => (term::span(ended.signed_duration_since(*started)), ""),
        (Some(ended), _) => (term::span(ended.signed_duration_since(*started)), "not good: "),
    };
    vec![kind.clone(), term::time(*started), took, format!("{mark}{summary}")]
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| cell_text(cell)));
    }
    term::line("")?;
    for line in table.lines() {
        term::line(line.trim_end())?;
    }
    Ok(())
}

/// One line, without what could move the cursor, cut where it gets too long for a table.
fn cell_text(text: &str) -> String {
    let text = term::printable(text);
    match text.char_indices().nth(MAX_CELL_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// Names every field: this is read by programs.
fn as_json(status: &Status, paces: &[Pace]) -> Value {
    let Status {
        cursors,
        waits: _,
        issue_pairs,
        comment_pairs,
        backlog,
        items,
        failing_sides,
        gone,
        away,
        unreadable,
        runs,
        last_good,
    } = status;
    let cursors: serde_json::Map<String, Value> = cursors
        .iter()
        .map(|(side, at, floor)| (side.to_string(), json!({ "read_up_to": at, "since": floor })))
        .collect();
    let unreadable: Vec<Value> =
        unreadable.iter().map(|(side, issue, why)| json!({ "side": side, "issue": issue, "why": why })).collect();
    json!({
        "cursors": cursors,
        "issue_pairs": issue_pairs,
        "comment_pairs": comment_pairs,
        "reading": paces,
        "backlog": backlog,
        "items": items,
        "failing_sides": failing_sides,
        "gone": gone,
        "away": away,
        "unreadable": unreadable,
        "runs": runs,
        "last_good": last_good,
    })
}
