//! `guajira take`: accepts what a webhook brought, for a piped source. What it has accepted is on the disk before it ends.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Result;
use chrono::Utc;
use clap::Args;

use crate::config::{Draft, SourceKind};
use crate::piped::{self, MAX_INPUT};
use crate::state::State;
use crate::words::TakeWords;

use super::context::Context;
use super::exit::{Exit, Usage};
use super::term;

/// For which source, and from where.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The source, as the configuration names it
    source: String,
    /// The file with the payloads: an object, an array, or one per line [default: the standard input]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Accepts payloads. The run that comes next makes Jira issues of them; a run that is at work is not waited for.
///
/// # Errors
/// When there is no such source, the input cannot be read, or the state file cannot be written: then nothing was accepted.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let drafts = context.drafts()?;
    let draft = piped_source(&drafts, &options.source)?;
    let now = Utc::now();
    let reading = piped::read(&input(options)?, now);
    let mut accepted = Vec::new();
    let mut exit = Exit::Done;
    for event in reading.events {
        match event {
            Ok(taken) => accepted.push((taken.event.item, taken.payload)),
            Err(fault) => {
                exit = Exit::ItemsFailed;
                term::error(&fault.told(term::lang()));
            }
        }
    }
    if !accepted.is_empty() {
        let path = &draft.sync.state;
        let state = State::open(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
        state.accept(&accepted, now).map_err(|error| Usage::state(path, &error))?;
    }
    if !context.global.quiet {
        term::tell(TakeWords::Accepted { count: accepted.len(), passed_over: reading.passed_over })?;
    }
    Ok(exit)
}

fn piped_source<'d>(drafts: &'d [Draft], name: &str) -> Result<&'d Draft> {
    let piped = || drafts.iter().filter(|draft| takes(draft.kind()));
    if let Some(draft) = piped().find(|draft| draft.line.as_str() == name) {
        return Ok(draft);
    }
    let names = piped().map(|draft| draft.line.to_string()).collect::<Vec<_>>().join(", ");
    let usage = Usage::new(term::words(TakeWords::NoSuchSource { name, names: &names }));
    Err(usage.hint(term::words(TakeWords::AddSource { name })).into())
}

/// Returns true for the kinds whose events may be piped in.
fn takes(kind: SourceKind) -> bool {
    matches!(kind, SourceKind::Piped | SourceKind::Events)
}

/// Reads the input, a little more than what is taken of it at most.
fn input(options: &Options) -> Result<Vec<u8>> {
    let most = u64::try_from(MAX_INPUT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = match options.file.as_deref().filter(|file| file.as_os_str() != "-") {
        Some(file) => File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)),
        None => io::stdin().lock().take(most).read_to_end(&mut bytes),
    };
    let name = options.file.as_ref().map_or_else(|| "-".to_owned(), |file| file.display().to_string());
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            Err(Usage::new(term::words(TakeWords::CannotRead { name: &name, why: &error.to_string() })).into())
        }
    }
}
