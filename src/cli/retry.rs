//! `guajira retry`: dead items go back in the queue, for the next run.

use anyhow::Result;
use clap::Args;

use crate::state::State;
use crate::words::ItemWords;

use super::context::Context;
use super::exit::{Exit, Usage};
use super::term;

/// Which items.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Keys as `guajira status` shows them, or the ids of what they are about
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Everything that is dead or waits after a failure
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

/// Puts items back in the queue.
///
/// # Errors
/// When the configuration is wrong, the state file cannot be written, or an id names nothing.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    if options.ids.is_empty() && !options.all {
        return Err(Usage::new(term::words(ItemWords::WhatToRetry))
            .hint(term::words(ItemWords::WhatToRetryHint))
            .into());
    }
    let path = context.draft()?.sync.state;
    if !path.exists() {
        return Err(Usage::new(term::words(ItemWords::NoStateFile { path: &path.display().to_string() })).into());
    }
    let state = State::open(&path).map_err(|error| Usage::state(&path, &error))?;
    let tx = state.begin()?;
    let mut count = 0;
    if options.all {
        count = tx.revive(None)?;
    }
    for id in &options.ids {
        match tx.revive(Some(id))? {
            0 => {
                let usage = Usage::new(term::words(ItemWords::NoSuchToRetry { id }));
                return Err(usage.hint(term::words(ItemWords::StatusLists)).into());
            }
            n => count += n,
        }
    }
    tx.commit()?;
    term::tell(if count == 0 { ItemWords::NothingToRetry } else { ItemWords::BackInQueue { count } })?;
    Ok(Exit::Done)
}
