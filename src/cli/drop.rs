//! `guajira drop`: a person gives dead items up.

use anyhow::Result;
use chrono::Utc;
use clap::Args;

use crate::state::{State, StateError, Tx};
use crate::words::ItemWords;

use super::context::{self, Context};
use super::exit::{Exit, Usage};
use super::term;

/// Longest reason that is kept, in characters.
const MAX_REASON: usize = 500;

/// Which items, and why.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Keys as `guajira status` shows them, or the ids of what they are about
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Why; it is kept in the history of each
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Gives items up.
///
/// # Errors
/// When the configuration is wrong, the state file cannot be written, or an id names nothing that is dead.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let because = options.because.split_whitespace().collect::<Vec<_>>().join(" ");
    let because: String = because.chars().take(MAX_REASON).collect();
    if because.is_empty() {
        return Err(Usage::new(term::words(ItemWords::WhyDrop)).hint(term::words(ItemWords::WhyDropHint)).into());
    }
    let states = context::states(&context.drafts()?)?;
    let open = states.iter().map(State::begin).collect::<Result<Vec<_>, _>>()?;
    let (mut count, now) = (0, Utc::now());
    for id in &options.ids {
        let give_up = |tx: &Tx<'_>| {
            let id = id.trim();
            Ok::<_, StateError>(tx.give_up(id, &because, now)? + tx.give_up_messages(id, &because, now)?)
        };
        match open.iter().map(give_up).sum::<Result<usize, _>>()? {
            0 => {
                let usage = Usage::new(term::words(ItemWords::NoSuchToDrop { id }));
                return Err(usage.hint(term::words(ItemWords::StatusListsDead)).into());
            }
            n => count += n,
        }
    }
    open.into_iter().try_for_each(Tx::commit)?;
    term::tell(ItemWords::Dropped { count })?;
    Ok(Exit::Done)
}
