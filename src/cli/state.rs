//! `guajira state`: what the state file holds, and to which services it belongs.

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::engine::belongs::{self, Rebound};
use crate::engine::budget::Patience;
use crate::state::{RunLock, State};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
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
    let draft = context.draft()?;
    let path = there(&draft.sync.state)?;
    let cannot_open = |error| Usage::state(path, &error);
    let version = State::version_of(path).map_err(cannot_open)?;
    let state = State::open_copy(path).map_err(cannot_open)?;
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
        return Ok(Exit::Done);
    }
    term::line(&format!("file    {}, {bytes} bytes, version {version}", path.display()))?;
    term::line(&format!("linked  {} issues, {} comments", status.issue_pairs, status.comment_pairs))?;
    let left = &status.backlog;
    term::line(&format!(
        "outbox  {} pending, {} held, {} in doubt, {} dead",
        left.pending, left.held, left.in_doubt, left.dead
    ))?;
    match &known {
        Some(known) => {
            term::line(&format!("guance  {}", belongs::guance_words(&known.guance)))?;
            term::line(&format!("jira    {}", belongs::jira_words(&known.jira)))?;
            term::line(&format!("pair    {}{}", known.pair, formerly(&former)))?;
        }
        None => term::line("belongs to no services yet: the next run finds out")?,
    }
    if let Some(foreign) = foreign {
        term::line(&format!("refused: {foreign}"))?;
        term::line(&format!("         {}", foreign.hint))?;
    }
    Ok(Exit::Done)
}

fn formerly(former: &[String]) -> String {
    if former.is_empty() { String::new() } else { format!(", formerly {}", former.join(", ")) }
}

fn rebind(context: &Context, options: &Rebind) -> Result<Exit> {
    let mut config = context.draft()?.resolve(&context.env)?;
    let path = config.sync.state.clone();
    let path = there(&path)?;
    let cannot_open = |error| Usage::state(path, &error);
    let _lock = locked(path)?;
    let state = if options.dry_run { State::open_copy(path) } else { State::open(path) }.map_err(cannot_open)?;
    let signals = Signals::listen()?;
    let now = services::of(&config);
    let patience = Patience::Until(Utc::now() + TimeDelta::seconds(PATIENCE_SECONDS));
    // Markers name the pair as it was called when they were written.
    config.jira.former_pairs = state.former_pairs(&now.pair)?;
    // What the state remembers may be another service's.
    let scratch = Scratch::default();
    let rebound = services::with_sides(&config, &state, &scratch, &signals, patience, |guance, jira| {
        belongs::rebind(&state, guance, jira, &now, Utc::now(), options.dry_run)
    })?;
    show(&rebound, options.dry_run)?;
    Ok(Exit::Done)
}

fn show(rebound: &Rebound, dry_run: bool) -> Result<()> {
    let Rebound { from, to, proven, missing } = rebound;
    let pairs = |n: &usize| if *n == 1 { "1 pair".to_owned() } else { format!("{n} pairs") };
    let missing =
        if *missing == 0 { String::new() } else { format!("; the issues of {} are not there", pairs(missing)) };
    term::line(&format!("on Jira {} carry their markers{missing}", pairs(proven)))?;
    if let Some(from) = from {
        let (guance, jira) = (belongs::guance_words(&from.guance), belongs::jira_words(&from.jira));
        term::line(&format!("the state belonged to {jira} and {guance}"))?;
    }
    let (guance, jira) = (belongs::guance_words(&to.guance), belongs::jira_words(&to.jira));
    let verb = if dry_run { "would belong" } else { "belongs now" };
    term::line(&format!("the state {verb} to {jira} and {guance}"))?;
    Ok(())
}

fn copy(options: &Copy) -> Result<Exit> {
    let Copy { from, to } = options;
    let from = there(from)?;
    let lock = locked(from)?;
    State::copy(from, to)
        .map_err(|error| Usage::new(format!("cannot copy {} to {}: {error}", from.display(), to.display())))?;
    drop(lock);
    term::line(&format!(
        "copied {} to {}; let [sync].state name the one that is to go on",
        from.display(),
        to.display()
    ))?;
    Ok(Exit::Done)
}

/// Takes the lock of a state file; a run under way has it.
fn locked(path: &Path) -> Result<RunLock> {
    let lock = RunLock::take(path).map_err(|error| Usage::state(path, &error))?;
    Ok(lock.ok_or_else(|| {
        Usage::new("another run works with this state: nothing was changed").hint("try again when it has ended")
    })?)
}

fn there(path: &Path) -> Result<&Path> {
    if path.exists() {
        return Ok(path);
    }
    Err(Usage::new(format!("there is no state file {}", path.display())).into())
}
