//! `guajira init`: a commented sync.toml, from answers that are tested when they are given.
//!
//! `ask` reads answers, `fill` holds what they make of the file, `desk` joins both with the clients that test an answer.
//! `guance`, `jira`, `login` and `route` ask about one thing each; `defaults` asks nothing. `write` and `finish` end it.

mod ask;
mod fill;
mod levels;
mod desk;
mod address;
mod secret;
mod guance;
mod jira;
mod login;
mod route;
mod defaults;
mod write;
mod finish;

use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::context::Context;
use super::exit::{Exit, Usage};
use super::term;
use crate::config::{DEFAULT_FILE, Draft};
use crate::words::InitWords;

use desk::Desk;
use fill::Answers;
use finish::End;
use login::Login;

/// How to make the file.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ask nothing: take what the GUAJIRA_… variables say, and leave the rest as comments
    #[arg(long)]
    defaults: bool,
    /// Write over the file if it is there
    #[arg(long)]
    force: bool,
}

/// Asks, writes the file, and tests it.
///
/// # Errors
/// When the file is there already, the input ends, or a file cannot be written. Nothing was written then.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let path = context.global.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
    may_write(path, options.force)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut answers = Answers::default();
    let shown = path.display().to_string();
    let mut end = End::Tested;
    if options.defaults {
        defaults::take(&context.env, &mut answers);
    } else {
        let desk = Desk::new(&context.env, folder);
        desk.ask.show(&term::words(InitWords::Begin { path: &shown }));
        let workspace = guance::ask(&desk, &mut answers)?;
        let kind = jira::ask(&desk, &mut answers)?;
        let login = login::ask(&desk, &mut answers, kind)?;
        let is_routed = route::ask(&desk, &mut answers, &workspace.levels, login == Login::Accepted)?;
        end = match login {
            Login::ToApprove => End::ToApprove,
            _ if is_routed && workspace.is_tested => End::Tested,
            _ => End::Untested,
        };
        // Each answer was looked at. Should they make no configuration together, that is said before anything is written.
        Draft::of_text(&shown, &answers.text())?;
    }
    write::write(path, folder, &answers, options.force)?;
    finish::finish(context, path, &answers, end)
}

/// Refuses before anything is asked what could not be written in the end.
fn may_write(path: &Path, force: bool) -> Result<()> {
    let shown = &path.display().to_string();
    if path.exists() && (!force || !path.is_file()) {
        let usage = Usage::new(term::words(InitWords::FileExists { path: shown }));
        return Err(usage.hint(term::words(InitWords::FileExistsHint)).into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        let usage = Usage::new(term::words(InitWords::NoFolder { path: shown }));
        return Err(usage.hint(term::words(InitWords::NoFolderHint)).into());
    }
    Ok(())
}
