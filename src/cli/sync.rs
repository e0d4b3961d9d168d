//! `guajira sync`: one run, and what it did.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use crate::config::{Config, Draft};
use crate::domain::{ServiceName, Side};
use crate::engine::budget::Patience;
use crate::engine::report::ItemFailure;
use crate::engine::{self, Backfill, Order, Report};
use crate::jira::Shared;
use crate::ports::{ApiError, ApiErrorKind, LostProject};
use crate::state::{News, RunLock, State};
use crate::words::{RunWords, Stage, SyncWords};

use super::context::{Context, LogFormat};
use super::exit::{self, Exit, Usage};
use super::news::{self, Failures};
use super::plan;
use super::progress::{Bar, Plan};
use super::rooms;
use super::services::{Signals, SystemClock};
use super::sides;
use super::signals::{self, Noted, RunSignals};
use super::{term, when};

/// Most creates held for a label that a run names; `guajira status` names all.
const MOST_HELD: usize = 10;

/// So long a run waits for the answer of a chat room.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);

/// What kind of run.
#[derive(Debug, Args)]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text's brackets mean an optional part")]
pub(super) struct Options {
    /// Backfill: read both sides from here on, instead of from the cursors. RFC 3339, "YYYY-MM-DD[ HH:MM]" local,
    /// or how long ago: "90m", "2h", "7d"
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Where the backfill ends [default: now]
    #[arg(long, value_name = "WHEN", requires = "since")]
    until: Option<String>,
    /// This source only; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the plan, write nothing anywhere
    #[arg(long)]
    dry_run: bool,
    /// Send the new issues that the brake holds, and those held because another program made issues for them
    #[arg(long)]
    release: bool,
    /// The run's report as one JSON object on stdout
    #[arg(long)]
    json: bool,
}

/// Does one run: every line in turn.
///
/// # Errors
/// When it could not begin, or, with a single line, the state file failed.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let order = Order { backfill: backfill(options)?, dry_run: options.dry_run, release: options.release };
    let (configs, names) = configs(context, options)?;
    let Some(first) = configs.first() else { return Ok(Exit::Done) };
    for warning in &first.warnings {
        tracing::warn!("{}", term::words(warning.clone()));
    }
    let signals = Signals::listen()?;
    let main = &first.sync.main;
    let lock =
        if order.dry_run { None } else { Some(RunLock::take(main).map_err(|error| Usage::state(main, &error))?) };
    if let Some(None) = lock {
        if !context.global.quiet {
            term::say(&term::words(RunWords::AnotherRun));
        }
        signals::another_run(first);
        return Ok(Exit::Done);
    }
    for advice in &first.advice {
        tracing::warn!("{}", term::words(advice.clone()));
    }
    let told = if order.dry_run { RunSignals::default() } else { RunSignals::begin(first, &names) };
    let lines = Lines { context, options, order, signals, told: RefCell::new(told) };
    let ended = lines.run(configs);
    lines.told.into_inner().end();
    ended
}

/// Returns the configurations of the lines that are to be synced, and the names of all lines.
fn configs(context: &Context, options: &Options) -> Result<(Vec<Config>, Vec<ServiceName>)> {
    let drafts = context.drafts()?;
    let lines: Vec<ServiceName> = drafts.iter().map(|draft| draft.line).collect();
    let names: Vec<String> = lines.iter().map(ToString::to_string).collect();
    if let Some(name) = options.only.iter().find(|name| !names.contains(name)) {
        return Err(Usage::new(term::words(RunWords::NoSuchSource { name, names: &names.join(", ") })).into());
    }
    let is_meant =
        |draft: &Draft| options.only.is_empty() || options.only.iter().any(|name| draft.line.as_str() == name);
    let drafts: Vec<Draft> = drafts.into_iter().filter(is_meant).collect();
    let configs = drafts.iter().map(|draft| draft.clone().resolve(&context.env)).collect::<Result<_, _>>();
    if let (Err(why), false) = (&configs, options.dry_run) {
        signals::could_not_begin(&drafts, &lines, &context.env, why);
    }
    Ok((configs?, lines))
}

/// The lines of one run.
struct Lines<'a> {
    context: &'a Context,
    options: &'a Options,
    order: Order,
    signals: Signals,
    /// What other programs are told.
    told: RefCell<RunSignals>,
}

/// A line that was synced.
struct Ended {
    config: Config,
    state: State,
    report: Report,
    exit: Exit,
    /// What failed, and what of it is new; `None` for a dry run, and where nothing can be recorded.
    news: Option<(Failures, News)>,
}

impl Lines<'_> {
    /// Syncs them, and tells what each did.
    fn run(&self, configs: Vec<Config>) -> Result<Exit> {
        let [config] = configs.as_slice() else { return self.all(configs) };
        let Some(ended) = self.one(config, None)? else { return Ok(Exit::Done) };
        self.tell(&ended)?;
        Ok(ended.exit)
    }

    /// Syncs a line, and notes how it ended for other programs.
    fn one(&self, config: &Config, shared: Option<&Shared>) -> Result<Option<Ended>> {
        let began = Utc::now();
        let done = self.sync(config, shared);
        let noted = match &done {
            Ok(Some(line)) => {
                Noted { exit: line.exit, report: Some((&line.report, &line.state)), words: String::new() }
            }
            Ok(None) => Noted { exit: Exit::Done, report: None, words: term::words(RunWords::BudgetUsedUp) },
            Err(error) => Noted { exit: exit::of(error), report: None, words: exit::said(error) },
        };
        self.told.borrow_mut().note(config.line, began, &noted);
        drop(noted);
        done
    }

    /// Syncs every line, and tells what each did. One that fails leaves the others as they are.
    fn all(&self, configs: Vec<Config>) -> Result<Exit> {
        let shared = self.order.backfill.is_none().then(Shared::default);
        let until = configs.first().map(|config| Utc::now() + delta(config.sync.limits.max_runtime));
        let (mut ended, mut ends) = (Vec::new(), Vec::new());
        let mut left = configs.len();
        for mut config in in_turn(configs, Utc::now()) {
            // What a line does not need of its time is there for those that follow.
            let rest = until.map(|until| until - Utc::now()).and_then(|rest| rest.to_std().ok()).unwrap_or_default();
            config.sync.limits.max_runtime = rest / u32::try_from(left).unwrap_or(u32::MAX).max(1);
            left = left.saturating_sub(1);
            match self.one(&config, shared.as_ref()) {
                Ok(Some(line)) => {
                    let on_jira = line.report.sides_failed.keys().any(|side| !side.is_source());
                    ends.push((line.exit, on_jira));
                    ended.push(line);
                }
                Ok(None) => ends.push((Exit::Done, false)),
                Err(error) => ends.push((exit::explain(&error.context(config.line.to_string())), false)),
            }
        }
        self.tell_all(&ended)?;
        Ok(Exit::of_lines(&ends))
    }

    fn tell_all(&self, ended: &[Ended]) -> Result<()> {
        if self.options.json {
            let reports: BTreeMap<&str, &Report> =
                ended.iter().map(|line| (line.config.line.as_str(), &line.report)).collect();
            return term::json(&serde_json::json!({ "sources": reports }));
        }
        let global = &self.context.global;
        let is_dull = |line: &Ended| line.exit == Exit::Done && line.report.is_idle() && global.verbose == 0;
        for line in ended.iter().filter(|line| !is_dull(line)) {
            if !global.quiet || line.exit != Exit::Done {
                term::line(&format!("[{}]", line.config.line))?;
            }
            self.tell(line)?;
        }
        if !global.quiet && !ended.is_empty() && ended.iter().all(is_dull) {
            term::line(&term::words(RunWords::NothingToDo))?;
        }
        Ok(())
    }

    fn tell(&self, line: &Ended) -> Result<()> {
        let Ended { config, state, report, exit: _, news } = line;
        show(report, (self.context, config), self.options, news.as_ref().map(|(told, news)| (told, news)))?;
        if let Some((_, news)) = news.as_ref().filter(|_| !self.options.json) {
            news::over(news, state)?;
        }
        Ok(())
    }

    /// Syncs a line; `None` where the request budget lets it not even prove whose its state is.
    fn sync(&self, config: &Config, shared: Option<&Shared>) -> Result<Option<Ended>> {
        let (order, signals, path) = (self.order, &self.signals, &config.sync.state);
        let state = if order.dry_run { sides::copy_state(config) } else { sides::open_state(config) };
        let state = state.map_err(|error| Usage::state(path, &error))?;
        clear_remains(&state, order);
        let patience = match order.backfill {
            Some(_) => Patience::Endless,
            None => Patience::Until(Utc::now() + delta(config.sync.limits.max_runtime)),
        };
        let bar = bar(self.context, self.options);
        tracing::info!(line = %config.line, dry_run = order.dry_run, backfill = order.backfill.is_some(), "Run begins.");
        if let Err(error) = sides::prove(config, &state, signals, patience) {
            if error.downcast_ref::<ApiError>().is_some_and(|api| api.kind == ApiErrorKind::OutOfBudget) {
                if !self.context.global.quiet {
                    term::say(&term::words(RunWords::BudgetUsedUp));
                }
                return Ok(None);
            }
            return Err(error);
        }
        let clients = rooms::clients(config, Some(LONGEST_ANSWER))?;
        let rooms = rooms::open(config, &clients, &SystemClock);
        let told = rooms::told(config, &rooms);
        let report = sides::with_world(config, &state, signals, patience, &bar, shared, |world, _| {
            let rooms = engine::Rooms { all: &told, ..world.rooms };
            let report = engine::sync_once(&engine::World { rooms, ..world }, &order);
            bar.clear();
            report
        })
        .map_err(|error| exit::at_state(path, error))?;
        clear_remains(&state, order);
        let elapsed_ms = report.ended.signed_duration_since(report.started).num_milliseconds();
        tracing::info!(line = %config.line, report = report.summary(), elapsed_ms, "Run ended.");
        let mut news = None;
        if !order.dry_run {
            let told = Failures::of(&state, &report).map_err(|error| exit::at_state(path, error.into()))?;
            // Where nothing can be recorded, silence would be the worse.
            news = told.news(&state, config.sync.remind, report.ended).ok().map(|news| (told, news));
        }
        let exit = Exit::of_run(&report);
        Ok(Some(Ended { config: config.clone(), state, report, exit, news }))
    }
}

/// Returns the lines in the order of this run: each minute another one is the first, so that none of those that use the same keys
/// has all of their requests.
fn in_turn(mut configs: Vec<Config>, now: DateTime<Utc>) -> Vec<Config> {
    let first = usize::try_from(now.timestamp() / 60).unwrap_or(0) % configs.len().max(1);
    configs.rotate_left(first);
    configs
}

fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}

/// Returns what shows how far the run has come.
fn bar(context: &Context, options: &Options) -> Bar {
    let global = &context.global;
    let plan = match (options.json, options.dry_run) {
        (true, _) => Plan::Kept,
        (false, true) => Plan::Shown,
        (false, false) => Plan::Dropped,
    };
    Bar::new(!global.quiet && global.verbose == 0 && matches!(global.log_format, LogFormat::Text), plan)
}

/// Clears what is left in the state file of texts that were taken back, in this run or before.
fn clear_remains(state: &State, order: Order) {
    if !order.dry_run
        && let Err(error) = state.clear_remains()
    {
        tracing::info!(%error, "Texts that were taken back not cleared from the state file; tried again later.");
    }
}

fn backfill(options: &Options) -> Result<Option<Backfill>> {
    let now = Utc::now();
    let colon = term::words(RunWords::Colon);
    let read =
        |name: &str, text: &str| when::parse(text, now).map_err(|why| Usage::new(format!("--{name}{colon}{why}")));
    let Some(since) = &options.since else { return Ok(None) };
    let from = read("since", since)?;
    let until = options.until.as_deref().map(|text| read("until", text)).transpose()?;
    if from > now {
        return Err(Usage::new(term::words(RunWords::InFuture { at: &term::time(from) })).into());
    }
    if let Some(until) = until.filter(|until| *until <= from) {
        let said = RunWords::NotAfter { until: &term::time(until), since: &term::time(from) };
        return Err(Usage::new(term::words(said)).into());
    }
    Ok(Some(Backfill { from, until }))
}

/// Prints the report: results on stdout, sides that failed on stderr. A quiet run prints only what is new of them.
fn show(
    report: &Report,
    (context, config): (&Context, &Config),
    options: &Options,
    news: Option<(&Failures, &News)>,
) -> Result<()> {
    let news = news.filter(|_| context.global.quiet);
    for (side, failure) in &report.sides_failed {
        if news.is_none_or(|(_, news)| news::is_about(news, *side)) {
            term::error(&term::words(RunWords::CannotSync { side: (*side).into(), why: &failure.message }));
            term::hint(failure.hint.as_deref());
        }
    }
    if options.json {
        return term::json(report);
    }
    if let Some((told, news)) = news {
        return told.show(news, report, config);
    }
    if report.dry_run {
        for planned in &report.planned {
            plan::show(planned, &report.held_for_labels)?;
        }
        for told in &report.messages.planned {
            term::tell(SyncWords::WouldTell { room: &told.sink, text: &told.heading })?;
        }
    }
    let is_dull = Exit::of_run(report) == Exit::Done && !report.dry_run;
    if !(context.global.quiet && is_dull) {
        term::line(&term::summary(&report.summary()))?;
        details(report, config, context.global.verbose > 0 || report.dry_run)?;
        if let Some(begins) = report.begins_at {
            let begins = term::time(begins);
            term::say(&term::words(RunWords::FirstRun { begins: &begins }));
            term::hint(Some(&term::words(RunWords::FirstRunHint)));
        }
    }
    Ok(())
}

fn details(report: &Report, config: &Config, all: bool) -> Result<()> {
    for LostProject { project: _, message, hint } in &report.projects_lost {
        term::line(&format!("  {}", term::kept(message)))?;
        term::advice(hint.as_deref())?;
    }
    for failure in report.items_failed.iter().chain(&report.messages.failed) {
        let ItemFailure { item, summary, stage, message, hint } = failure;
        let stage = stage.map_or(Stage::Failed, Stage::called);
        term::tell(SyncWords::ItemFailed { stage, summary: &term::kept(summary), item, why: message })?;
        term::advice(hint.as_deref())?;
    }
    if report.not_listed() > 0 {
        term::tell(SyncWords::MoreUnreadable { count: report.not_listed() })?;
    }
    for dropped in &report.dropped_fields {
        term::tell(SyncWords::LeftOut { what: &left_out(dropped) })?;
    }
    for names in &report.not_found {
        term::tell(SyncWords::NobodyFound { names: &nobody(names) })?;
    }
    for (side, seconds) in &report.clock_skew_seconds {
        let (seconds, behind) = (seconds.unsigned_abs(), *seconds > 0);
        term::tell(SyncWords::Clock { side: (*side).into(), seconds, behind })?;
    }
    if report.backlog.held > 0 {
        term::line(&news::over_the_brake(config))?;
    }
    if report.backlog.in_doubt > 0 {
        term::tell(SyncWords::WhatOfDoubt)?;
    }
    if report.backlog.failing > 0 {
        term::tell(SyncWords::WhatOfFailing)?;
    }
    for held in report.held_for_labels.iter().take(MOST_HELD) {
        term::tell(SyncWords::HeldForLabel { summary: &term::kept(&held.summary), why: &held.why })?;
    }
    if !report.held_for_labels.is_empty() {
        term::tell(SyncWords::Decide)?;
    }
    for (why, count) in &report.files_kept {
        term::tell(SyncWords::FilesStay { count: *count, why })?;
    }
    lost_messages(report)?;
    if report.backlog.dead + report.messages.backlog.dead > 0 {
        term::tell(SyncWords::WhatOfDead)?;
    }
    for (side, until) in &report.waiting {
        let until = term::time(*until);
        term::tell(SyncWords::WaitsUntil { side: (*side).into(), until: &until })?;
    }
    if report.interrupted {
        term::tell(SyncWords::Interrupted)?;
    }
    if report.out_of_budget || report.out_of_time {
        term::tell(if report.out_of_budget { RunWords::BudgetLeftSome } else { RunWords::TimeLeftSome })?;
    }
    for (reason, count) in if all { &report.skipped } else { &report.left_out } {
        term::tell(SyncWords::NotCarried { count: *count, why: &report.reason_in(reason, term::lang()) })?;
    }
    Ok(())
}

/// Says that messages were sent of which nobody knows whether they arrived.
fn lost_messages(report: &Report) -> Result<()> {
    match report.messages.lost {
        0 => Ok(()),
        count => Ok(term::tell(SyncWords::AnswersLost { count })?),
    }
}

/// Returns what was left out, `field: why`, in the language of the program.
fn left_out(what: &str) -> String {
    match what.split_once(": ") {
        Some((field, why)) => format!("{}{}{}", term::kept(field), term::words(RunWords::Colon), term::kept(why)),
        None => term::kept(what),
    }
}

/// Returns who was not found, `names on side`, in the language of the program.
fn nobody(who: &str) -> String {
    let known =
        who.rsplit_once(" on ").and_then(|(names, side)| Some((names, Side::of_line(ServiceName::GUANCE, side).ok()?)));
    known.map_or_else(|| who.to_owned(), |(names, side)| term::words(SyncWords::PeopleOn { names, side: side.into() }))
}
