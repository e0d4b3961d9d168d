//! `guajira status`: where everything stands, from the state file alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::config::Draft;
use crate::domain::Side;
use crate::engine::pace::{self, Pace};
use crate::engine::spent::{self, Spent};
use crate::engine::{belongs, tells};
use crate::ports::Purpose;
use crate::state::{Away, Backlog, FailingSide, GoneIssue, LastRun, MessageBacklog, State, Status, StuckItem};
use crate::words::{Column, HealthWords, Read, Stage, StatusWords, SyncWords};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::{services, term, when};

/// Longest text of a table's cell, in characters; `--json` and `why` show all of it.
const MAX_CELL_CHARS: usize = 100;

/// So many items are listed, unless all are asked for.
const MOST_ROWS: usize = 20;

/// What to show.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// As one JSON object
    #[arg(long)]
    json: bool,
    /// List everything that waits or failed, not only the first 20
    #[arg(long)]
    all: bool,
    /// Exit with 3 when the last good run is older, e.g. 10m
    #[arg(long, value_name = "DURATION", value_parser = when::duration)]
    max_age: Option<Duration>,
}

/// Shows the status.
///
/// # Errors
/// When the configuration is wrong or the state file cannot be read.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let drafts = context.drafts()?;
    let mut told = serde_json::Map::new();
    let mut exit = Exit::Done;
    if let Some(warning) = drafts.first().and_then(|draft| draft.login_warning(&context.env)) {
        term::say(&term::words(warning));
    }
    for draft in &drafts {
        if drafts.len() > 1 && !options.json {
            term::line(&format!("[{}]", draft.line))?;
        }
        let (line, mut json) = of_line(draft, options)?;
        if let (Some(json), Some(ends)) = (json.as_object_mut(), draft.login_ends(&context.env)) {
            json.insert("login_ends".to_owned(), json!(ends));
        }
        exit = exit.worse(line);
        told.insert(draft.line.to_string(), json);
        if drafts.len() > 1 && !options.json {
            term::line("")?;
        }
    }
    if options.json {
        match drafts.as_slice() {
            [draft] => term::json(&told.remove(draft.line.as_str()))?,
            _ => term::json(&json!({ "sources": told }))?,
        }
    }
    Ok(exit)
}

/// Shows where a line stands; returns how the command ends for it, and its status as JSON.
fn of_line(draft: &Draft, options: &Options) -> Result<(Exit, Value)> {
    let path = &draft.sync.state;
    let state = State::open_to_read(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
    let status = state.status()?;
    let foreign = belongs::compare(&state, &services::named(draft.services()))?;
    let paces = match draft.requests_per_minute() {
        Some(limit) => pace::of(&state, &draft.policy, limit, Utc::now())?,
        None => Vec::new(),
    };
    let spent = spent::of(&state, Utc::now())?;
    let tells = tells::known(&state)?;
    let mut told = Value::Null;
    if options.json {
        told = as_json(&status, &paces);
        if let Some(told) = told.as_object_mut() {
            told.insert("guance_requests_last_hour".to_owned(), json!(spent));
            told.insert("list_tells_replies".to_owned(), json!(tells));
        }
        let waits = status.waits.iter().map(|(side, until)| (side.to_string(), json!(until)));
        let waits: serde_json::Map<String, Value> = waits.collect();
        if let Some(told) = told.as_object_mut().filter(|_| !waits.is_empty()) {
            told.insert("waiting".to_owned(), waits.into());
        }
        if let (Some(foreign), Some(told)) = (&foreign, told.as_object_mut()) {
            told.insert("refused".to_owned(), json!(foreign.to_string()));
        }
    } else {
        let reading = Reading { paces: &paces, replies: draft.policy.flow.replies, tells, spent: &spent };
        show(&status, &reading, path, options.all)?;
        if let Some(foreign) = &foreign {
            term::tell(HealthWords::Refused { why: &term::kept(&foreign.to_string()) })?;
        }
    }
    Ok((age(&status, options.max_age), told))
}

/// Returns how the command ends where the last good run may be so old at most.
fn age(status: &Status, max_age: Option<Duration>) -> Exit {
    let Some(max_age) = max_age else { return Exit::Done };
    let Some(last_good) = status.last_good else {
        term::say(&term::words(HealthWords::NoGoodRun));
        return Exit::ItemsFailed;
    };
    let age = Utc::now().signed_duration_since(last_good);
    if age < TimeDelta::zero() {
        term::say(&term::words(HealthWords::LastGoodAhead { at: &term::time(last_good) }));
        return Exit::ItemsFailed;
    }
    if age > TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX) {
        term::say(&term::words(HealthWords::LastGoodAgo { ago: &term::span(age) }));
        return Exit::ItemsFailed;
    }
    Exit::Done
}

/// How Guance is read.
struct Reading<'a> {
    paces: &'a [Pace],
    /// Whether replies are carried.
    replies: bool,
    /// Whether its list tells of them, if that is known.
    tells: Option<bool>,
    spent: &'a Spent,
}

/// Says how often pairs are read that Guance tells no news of, and what the requests were for.
fn show_reading(reading: &Reading<'_>) -> Result<()> {
    for line in reading.paces.iter().flat_map(pace_lines) {
        term::line(&line)?;
    }
    if reading.replies && reading.paces.iter().any(|pace| pace.pairs > 0) {
        term::tell(StatusWords::ListTells(reading.tells))?;
    }
    let [lists, threads, issues, writes, files, names] = Purpose::ALL.map(|purpose| reading.spent.on(purpose));
    if lists + threads + issues + writes + files + names > 0 {
        term::tell(StatusWords::Spent { lists, threads, issues, writes, files, names })?;
    }
    Ok(())
}

fn show(status: &Status, reading: &Reading<'_>, path: &Path, all: bool) -> Result<()> {
    let Status {
        cursors,
        waits,
        issue_pairs,
        continued,
        joined,
        comment_pairs,
        backlog,
        messages,
        items,
        failing_sides,
        gone,
        away,
        unreadable,
        runs,
        last_good,
    } = status;
    if runs.is_empty() {
        term::tell(StatusWords::NoRunYet { path: &path.display().to_string() })?;
    }
    for (side, at, floor) in cursors {
        let age = Utc::now().signed_duration_since(*at);
        let ago = (age >= TimeDelta::zero()).then(|| term::span(age));
        let (at, from) = (term::time(*at), term::time(*floor));
        term::tell(StatusWords::ReadUpTo { side: (*side).into(), at: &at, ago: ago.as_deref(), from: &from })?;
    }
    for (side, until) in waits {
        term::tell(StatusWords::StatusWaits { side: (*side).into(), until: &term::time(*until) })?;
    }
    term::tell(StatusWords::Linked {
        issues: *issue_pairs,
        comments: *comment_pairs,
        continued: *continued,
        joined: *joined,
    })?;
    show_reading(reading)?;
    missing_issues(gone, away)?;
    outbox(backlog)?;
    rooms(messages)?;
    last_good_run(*last_good)?;
    for side in failing_sides {
        failing_side(side)?;
    }
    stuck(items, (backlog, messages), all)?;
    if !unreadable.is_empty() {
        let side = |side: Side| term::words(StatusWords::Side(side.into()));
        let rows = unreadable.iter().map(|(of, issue, why)| vec![side(*of), issue.to_string(), term::kept(why)]);
        table(&[Column::UnreadableOn, Column::Item, Column::Why], rows)?;
    }
    if !runs.is_empty() {
        table(&[Column::Run, Column::Began, Column::Took, Column::Result], runs.iter().map(run_row))?;
    }
    if failing_sides.is_empty() { failed_before(runs) } else { Ok(()) }
}

/// Says which issues are gone, and what cannot be read for now.
fn missing_issues(gone: &[GoneIssue], away: &[Away]) -> Result<()> {
    for GoneIssue { side, guance, jira, since } in gone {
        let since = term::time(*since);
        term::tell(StatusWords::Gone { side: (*side).into(), jira, guance: guance.as_str(), since: &since })?;
    }
    for Away { name: _, why, since, hint, .. } in away {
        term::tell(StatusWords::Away { why: &term::kept(why), since: &term::time(*since) })?;
        term::advice(hint.as_deref())?;
    }
    Ok(())
}

/// Says how much waits to be written.
fn outbox(backlog: &Backlog) -> Result<()> {
    let Backlog { pending, failing, held, labelled, in_doubt, dead, dropped } = *backlog;
    term::tell(StatusWords::Outbox { pending, failing, held: held + labelled, in_doubt, dead, dropped })?;
    if labelled > 0 {
        term::tell(StatusWords::Labelled { count: labelled })?;
        term::tell(SyncWords::Decide)?;
    }
    Ok(())
}

/// Says how many messages wait for chat rooms; nothing where none does.
fn rooms(messages: &MessageBacklog) -> Result<()> {
    let MessageBacklog { waiting, failing, dead, dropped } = *messages;
    if *messages == MessageBacklog::default() {
        return Ok(());
    }
    Ok(term::tell(StatusWords::Messages { waiting, failing, dead, dropped })?)
}

fn last_good_run(last_good: Option<DateTime<Utc>>) -> Result<()> {
    let Some(at) = last_good else { return Ok(term::tell(HealthWords::NoGoodYet)?) };
    let age = Utc::now().signed_duration_since(at);
    let ago = (age >= TimeDelta::zero()).then(|| term::span(age));
    Ok(term::tell(HealthWords::LastGood { at: &term::time(at), ago: ago.as_deref() })?)
}

/// Shows what failed, is held or in doubt, and what to do about it.
fn stuck(items: &[StuckItem], (backlog, messages): (&Backlog, &MessageBacklog), all: bool) -> Result<()> {
    let mut items: Vec<&StuckItem> = items.iter().filter(|item| item.because.is_none()).collect();
    if items.is_empty() {
        return Ok(());
    }
    // What needs a person comes first.
    items.sort_by_key(|item| ["dead", "held", "in_doubt"].iter().position(|stage| item.stage == *stage).unwrap_or(3));
    let left_out = if all { 0 } else { items.len().saturating_sub(MOST_ROWS) };
    items.truncate(items.len() - left_out);
    let columns = [Column::Stage, Column::Item, Column::Tries, Column::NextTry, Column::What, Column::Why];
    table(&columns, items.iter().map(|item| item_row(item)))?;
    if left_out > 0 {
        term::tell(StatusWords::MoreRows { count: left_out })?;
    }
    reasons(&items)?;
    next_steps(backlog, messages)
}

/// Says why the last run with a failure failed, where all works again.
fn failed_before(runs: &[LastRun]) -> Result<()> {
    let Some(run) = runs.iter().find(|run| !run.failures.is_empty()) else { return Ok(()) };
    for (side, failure) in &run.failures {
        let began = term::time(run.started);
        term::tell(HealthWords::FailedBefore { began: &began, side: (*side).into(), why: &failure.message })?;
        term::advice(failure.hint.as_deref())?;
    }
    Ok(())
}

/// Says why a side fails, since when, and what to do.
fn failing_side(failing: &FailingSide) -> Result<()> {
    let FailingSide { side, since, at: _, message, hint } = failing;
    let ago = term::span(Utc::now().signed_duration_since(*since));
    term::tell(HealthWords::Fails { side: (*side).into(), since: &term::time(*since), ago: &ago, why: message })?;
    match hint {
        Some(_) => Ok(term::advice(hint.as_deref())?),
        None => Ok(term::advice(Some(&term::words(HealthWords::TriesAgain)))?),
    }
}

/// Says below the table what does not fit into it: the whole reason, and how to mend it.
fn reasons(items: &[&StuckItem]) -> Result<()> {
    let mut by_reason: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for item in items {
        let Some(why) = item.error.as_deref() else { continue };
        if item.hint.is_some() || cell_text(&term::kept(why)) != term::kept(why) {
            by_reason.entry((why, item.hint.as_deref())).or_default().push(&item.key);
        }
    }
    for ((why, hint), keys) in by_reason {
        term::line("")?;
        let key = keys.first().copied().unwrap_or_default();
        term::tell(StatusWords::Reason { key, more: keys.len().saturating_sub(1), why })?;
        term::advice(hint)?;
    }
    Ok(())
}

/// Says what to do about what waits.
fn next_steps(backlog: &Backlog, messages: &MessageBacklog) -> Result<()> {
    let Backlog { held, in_doubt, .. } = *backlog;
    let (dead, failing) = (backlog.dead + messages.dead, backlog.failing + messages.failing);
    term::line("")?;
    for (count, what) in [
        (dead, StatusWords::DeadNext),
        (held, StatusWords::HeldNext),
        (in_doubt, StatusWords::InDoubtNext),
        (failing, StatusWords::FailingNext),
    ] {
        if count > 0 {
            term::tell(what)?;
        }
    }
    Ok(())
}

/// Says how often pairs are read.
fn pace_lines(pace: &Pace) -> Vec<String> {
    let Pace { active_within_hours: hours, pairs, replies_minutes, fields_minutes } = *pace;
    let read = match (replies_minutes, fields_minutes) {
        (replies, fields) if replies == fields => vec![(Read::Both, replies)],
        (replies, fields) => vec![(Read::Replies, replies), (Read::Fields, fields)],
    };
    let read = read.into_iter().filter_map(|(what, minutes)| Some((what, minutes.filter(|_| pairs > 0)?)));
    read.map(|(what, minutes)| term::words(StatusWords::ReadingEvery { what, pairs, hours, minutes })).collect()
}

fn item_row(item: &StuckItem) -> Vec<String> {
    let StuckItem { key, stage, summary, attempts, enqueued: _, not_before, error, hint: _, because: _ } = item;
    let next = not_before.map(term::time).unwrap_or_default();
    vec![
        term::words(StatusWords::Stage(Stage::called(stage))),
        key.clone(),
        attempts.to_string(),
        next,
        term::kept(summary),
        error.as_deref().map(term::kept).unwrap_or_default(),
    ]
}

fn run_row(run: &LastRun) -> Vec<String> {
    let LastRun { kind, started, ended, good, summary, failures: _ } = run;
    let took = ended.map(|ended| term::span(ended.signed_duration_since(*started))).unwrap_or_default();
    let result = match (ended, good) {
        (None, _) => term::words(HealthWords::StillAtWork),
        (Some(_), Some(true)) => term::summary(summary),
        (Some(_), _) => term::words(HealthWords::NotGood { summary: &term::summary(summary) }),
    };
    vec![term::words(HealthWords::RunKind { backfill: kind == "backfill" }), term::time(*started), took, result]
}

fn table(header: &[Column], rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(header.iter().map(|column| term::words(StatusWords::Column(*column))));
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
        continued,
        joined,
        comment_pairs,
        backlog,
        messages,
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
        "continued": continued,
        "joined": joined,
        "comment_pairs": comment_pairs,
        "reading": paces,
        "backlog": backlog,
        "messages": messages,
        "items": items,
        "failing_sides": failing_sides,
        "gone": gone,
        "away": away,
        "unreadable": unreadable,
        "runs": runs,
        "last_good": last_good,
    })
}
