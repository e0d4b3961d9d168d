//! `guajira retry`: dead items go back in the queue, for the next run.

use anyhow::Result;
use clap::Args;

use crate::state::{State, StateError, Tx};
use crate::words::ItemWords;

use super::context::{self, Context};
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
    let states = context::states(&context.drafts()?)?;
    let open = states.iter().map(State::begin).collect::<Result<Vec<_>, _>>()?;
    let revive = |id: Option<&str>| {
        let one = |tx: &Tx<'_>| Ok::<_, StateError>(tx.revive(id)? + tx.revive_messages(id)?);
        open.iter().map(one).sum::<Result<usize, _>>()
    };
    let mut count = if options.all { revive(None)? } else { 0 };
    for id in &options.ids {
        match revive(Some(id))? {
            0 => {
                let usage = Usage::new(term::words(ItemWords::NoSuchToRetry { id }));
                return Err(usage.hint(term::words(ItemWords::StatusLists)).into());
            }
            n => count += n,
        }
    }
    open.into_iter().try_for_each(Tx::commit)?;
    term::tell(if count == 0 { ItemWords::NothingToRetry } else { ItemWords::BackInQueue { count } })?;
    Ok(Exit::Done)
}
