//! The end: `check` and a dry run of what was just written, and what to do next.

use std::path::Path;

use anyhow::Result;

use super::fill::Answers;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::{check, sync, term};
use crate::config::{ConfigError, Draft};
use crate::words::{InitWords, Message as _};

/// What the answers lead to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Each was tested.
    Tested,
    /// Not each could be tested.
    Untested,
    /// The account has to approve the login to Jira first.
    ToApprove,
}

/// Tests the configuration where it is whole and was tested so far.
///
/// # Errors
/// As `check` and `sync`.
pub(super) fn finish(context: &Context, path: &Path, answers: &Answers, end: End) -> Result<Exit> {
    let options = options(context);
    let options = options.as_str();
    for name in answers.unset.iter().filter(|name| context.env.get(name).is_none()) {
        term::tell(InitWords::SetVariable { name })?;
    }
    let next = match end {
        End::Tested => None,
        End::Untested => Some(InitWords::CheckNext { options }),
        End::ToApprove => Some(InitWords::ApproveNext { options }),
    };
    if let Some(next) = next {
        term::tell(next)?;
        return Ok(Exit::Done);
    }
    if let Err(missing) = whole(context, path) {
        term::tell(InitWords::StillNeeds { path: &path.display().to_string() })?;
        for problem in &missing.problems {
            term::line(&format!("     {}", problem.fault.in_lang(term::lang())))?;
        }
        term::tell(InitWords::MendNext { options })?;
        return Ok(Exit::Done);
    }
    term::tell(InitWords::Checks)?;
    let checked = check::run(context, &check::Options::default())?;
    if checked != Exit::Done {
        term::tell(InitWords::MendNext { options })?;
        return Ok(checked);
    }
    term::tell(InitWords::Rehearses)?;
    let rehearsed = sync::run(context, &sync::Options::rehearsal())?;
    term::tell(InitWords::SyncNext { options })?;
    Ok(rehearsed)
}

/// Returns what the configuration still needs, secrets included.
fn whole(context: &Context, path: &Path) -> Result<(), ConfigError> {
    for draft in Draft::load(Some(path), &context.env)? {
        draft.resolve(&context.env)?;
    }
    Ok(())
}

/// Returns how a command names the file, where it must.
fn options(context: &Context) -> String {
    let Some(path) = &context.global.config else { return String::new() };
    let path = path.display().to_string();
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "/._-~+".contains(c));
    if is_plain { format!(" --config {path}") } else { format!(" --config '{}'", path.replace('\'', "'\\''")) }
}
