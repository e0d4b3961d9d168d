//! `guajira retry`: dead items go back in the queue, for the next run.

use anyhow::Result;
use clap::Args;

use crate::state::State;

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
        let hint = "name items as `guajira status` shows them, or take everything with --all";
        return Err(Usage::new("it is not said what to retry").hint(hint).into());
    }
    let path = context.draft()?.sync.state;
    if !path.exists() {
        return Err(Usage::new(format!("there is no state file {}", path.display())).into());
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
                let usage = Usage::new(format!("no dead or waiting item is called {id:?}; nothing was changed"));
                return Err(usage.hint("`guajira status` lists them").into());
            }
            n => count += n,
        }
    }
    tx.commit()?;
    term::line(&match count {
        0 => "nothing is dead or waits after a failure".to_owned(),
        1 => "1 item is back in the queue; the next run sends it".to_owned(),
        n => format!("{n} items are back in the queue; the next run sends them"),
    })?;
    Ok(Exit::Done)
}
