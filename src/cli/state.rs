//! `guajira state`: what the state file holds, and to which services it belongs.

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::config::{Config, Draft, lines_beside, state_of_line};
use crate::engine::belongs::{self, Rebound};
use crate::engine::budget::Patience;
use crate::state::{Backlog, RunLock, State};
use crate::words::{HealthWords, ItemWords, Service, StateWords, StatusWords};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
use super::sides;
use super::term;

/// What to do with the state file.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show where it is, what it holds and which services it belongs to
    Info(Info),
    /// Let it belong to the services that the configuration names, after their markers have proven that these are the
    /// same under a new name or address
    Rebind(Rebind),
    /// Copy a state file to a place where nothing is yet
    Copy(Copy),
}

/// Where from and where to.
#[derive(Debug, Args)]
pub(super) struct Copy {
    /// The state file
    from: PathBuf,
    /// The copy's name
    to: PathBuf,
}

/// How to show it.
#[derive(Debug, Args)]
pub(super) struct Info {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// How to bind it again.
#[derive(Debug, Args)]
pub(super) struct Rebind {
    /// Look at the markers and say what would be done; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Carries out the verb.
///
/// # Errors
/// When the configuration is wrong, or the state file cannot be opened or belongs to other services.
pub(super) fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    match verb {
        Verb::Info(options) => info(context, options),
        Verb::Rebind(options) => rebind(context, options),
        Verb::Copy(options) => copy(options),
    }
}

fn info(context: &Context, options: &Info) -> Result<Exit> {
    let drafts = context.drafts()?;
    let is_there = |draft: &&Draft| draft.sync.state.exists();
    let known: Vec<&Draft> = drafts.iter().filter(is_there).collect();
    for draft in if known.is_empty() { drafts.iter().take(1).collect() } else { known } {
        info_of(draft, options)?;
    }
    Ok(Exit::Done)
}

fn info_of(draft: &Draft, options: &Info) -> Result<()> {
    let path = there(&draft.sync.state)?;
    let cannot_open = |error| Usage::state(path, &error);
    let version = State::version_of(path).map_err(cannot_open)?;
    let state = State::open_copy(path).map_err(cannot_open)?.of_line(draft.line);
    let bytes = std::fs::metadata(path).map(|data| data.len()).unwrap_or_default();
    let status = state.status()?;
    let known = state.services()?;
    let named = services::named(draft.services());
    let former = state.former_pairs(&named.pair)?;
    let foreign = belongs::compare(&state, &named)?;
    if options.json {
        term::json(&json!({
            "path": path,
            "version": version,
            "bytes": bytes,
            "issue_pairs": status.issue_pairs,
            "comment_pairs": status.comment_pairs,
            "backlog": status.backlog,
            "services": known,
            "former_pairs": former,
            "refused": foreign.as_ref().map(ToString::to_string),
        }))?;
        return Ok(());
    }
    term::tell(StateWords::StateFile { path: &path.display().to_string(), bytes, version })?;
    term::tell(StatusWords::Linked {
        issues: status.issue_pairs,
        comments: status.comment_pairs,
        continued: status.continued,
        joined: status.joined,
    })?;
    let Backlog { pending, failing, held, labelled, in_doubt, dead, dropped } = status.backlog;
    term::tell(StatusWords::Outbox { pending, failing, held: held + labelled, in_doubt, dead, dropped })?;
    match &known {
        Some(known) => {
            term::tell(StateWords::StateOf {
                side: Service::Guance,
                what: &term::kept(&belongs::guance_words(&known.guance)),
            })?;
            term::tell(StateWords::StateOf {
                side: Service::Jira,
                what: &term::kept(&belongs::jira_words(&known.jira)),
            })?;
            term::tell(StateWords::StatePair { pair: &known.pair, formerly: formerly(&former).as_deref() })?;
        }
        None => term::tell(StateWords::BelongsToNobody)?,
    }
    if let Some(foreign) = foreign {
        term::tell(HealthWords::Refused { why: &term::kept(&foreign.to_string()) })?;
        term::line(&format!("         {}", term::kept(&foreign.hint)))?;
    }
    Ok(())
}

fn formerly(former: &[String]) -> Option<String> {
    (!former.is_empty()).then(|| former.join(", "))
}

fn rebind(context: &Context, options: &Rebind) -> Result<Exit> {
    let drafts = context.drafts()?;
    let signals = Signals::listen()?;
    let main = drafts.first().map(|draft| draft.sync.main.clone()).unwrap_or_default();
    let _lock = locked(there(&main)?)?;
    for draft in drafts.into_iter().filter(|draft| draft.sync.state.exists()) {
        rebind_line(draft.resolve(&context.env)?, &signals, options)?;
    }
    Ok(Exit::Done)
}

fn rebind_line(mut config: Config, signals: &Signals, options: &Rebind) -> Result<()> {
    let path = &config.sync.state;
    let cannot_open = |error| Usage::state(path, &error);
    let state =
        if options.dry_run { sides::copy_state(&config) } else { sides::open_state(&config) }.map_err(cannot_open)?;
    let now = services::of(&config);
    let patience = Patience::Until(Utc::now() + TimeDelta::seconds(PATIENCE_SECONDS));
    // Markers name the pair as it was called when they were written.
    config.jira.former_pairs = state.former_pairs(&now.pair)?;
    // What the state remembers may be another service's.
    let scratch = Scratch::default();
    let rebound = sides::with_sides(&config, &state, &scratch, signals, patience, |both| {
        belongs::rebind(&state, both.source, both.jira, &now, Utc::now(), options.dry_run)
    })?;
    show(&rebound, options.dry_run)
}

fn show(rebound: &Rebound, dry_run: bool) -> Result<()> {
    let Rebound { from, to, proven, missing } = rebound;
    term::tell(StateWords::Markers { proven: *proven, missing: *missing })?;
    if let Some(from) = from {
        let (guance, jira) =
            (term::kept(&belongs::guance_words(&from.guance)), term::kept(&belongs::jira_words(&from.jira)));
        term::tell(StateWords::BelongedTo { jira: &jira, guance: &guance })?;
    }
    let (guance, jira) = (term::kept(&belongs::guance_words(&to.guance)), term::kept(&belongs::jira_words(&to.jira)));
    Ok(term::tell(StateWords::BelongsTo { jira: &jira, guance: &guance, dry_run })?)
}

fn copy(options: &Copy) -> Result<Exit> {
    let Copy { from, to } = options;
    let from = there(from)?;
    let lock = locked(from)?;
    let (old, new) = (from.display().to_string(), to.display().to_string());
    State::copy(from, to).map_err(|error| {
        Usage::new(term::words(StateWords::CannotCopy { from: &old, to: &new, why: &error.to_string() }))
    })?;
    for (line, beside) in lines_beside(from) {
        let there = state_of_line(to, line);
        let (old, new) = (beside.display().to_string(), there.display().to_string());
        State::copy(&beside, &there).map_err(|error| {
            Usage::new(term::words(StateWords::CannotCopy { from: &old, to: &new, why: &error.to_string() }))
        })?;
        term::tell(StateWords::Copied { from: &old, to: &new })?;
    }
    drop(lock);
    term::tell(StateWords::Copied { from: &old, to: &new })?;
    Ok(Exit::Done)
}

/// Takes the lock of a state file; a run under way has it.
fn locked(path: &Path) -> Result<RunLock> {
    let lock = RunLock::take(path).map_err(|error| Usage::state(path, &error))?;
    Ok(lock
        .ok_or_else(|| Usage::new(term::words(StateWords::StateBusy)).hint(term::words(StateWords::StateBusyHint)))?)
}

fn there(path: &Path) -> Result<&Path> {
    if path.exists() {
        return Ok(path);
    }
    Err(Usage::new(term::words(ItemWords::NoStateFile { path: &path.display().to_string() })).into())
}
