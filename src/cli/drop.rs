//! `guajira drop`: a person gives dead items up.

use anyhow::Result;
use chrono::Utc;
use clap::Args;

use crate::state::State;
use crate::words::ItemWords;

use super::context::Context;
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
    let path = context.draft()?.sync.state;
    if !path.exists() {
        return Err(Usage::new(term::words(ItemWords::NoStateFile { path: &path.display().to_string() })).into());
    }
    let state = State::open(&path).map_err(|error| Usage::state(&path, &error))?;
    let tx = state.begin()?;
    let mut count = 0;
    for id in &options.ids {
        match tx.give_up(id.trim(), &because, Utc::now())? {
            0 => {
                let usage = Usage::new(term::words(ItemWords::NoSuchToDrop { id }));
                return Err(usage.hint(term::words(ItemWords::StatusListsDead)).into());
            }
            n => count += n,
        }
    }
    tx.commit()?;
    term::tell(ItemWords::Dropped { count })?;
    Ok(Exit::Done)
}
