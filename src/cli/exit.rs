//! Exit codes and hints: the only place that knows either.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::engine::Report;
use crate::engine::belongs::Foreign;
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::StateError;
use crate::words::{Message as _, RunWords, StateWords};

use super::term;

/// How a command ended. The numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done; what is left waits only for the request budget, for a time that a service asked for, or the next run.
    Done = 0,
    /// Usage or configuration, or a state that belongs to other services; nothing was written.
    Usage = 2,
    /// It finished, and something failed.
    ItemsFailed = 3,
    /// A side could not be reached or refused the credentials, or told us while it was read to come back later.
    SideFailed = 4,
    /// Asked to stop, after the request in flight; the rest is pending.
    Interrupted = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Returns the worse of two ends.
    pub(super) fn worse(self, other: Self) -> Self {
        if self as u8 >= other as u8 { self } else { other }
    }

    /// Returns how a run of several lines ended. Where some of the sources failed, the others did what they could.
    pub(super) fn of_lines(ends: &[(Self, bool)]) -> Self {
        let failed = |end: &&(Self, bool)| end.0 == Self::SideFailed;
        let is_down = ends.iter().filter(failed).count() == ends.len() || ends.iter().filter(failed).any(|end| end.1);
        let worst = ends.iter().map(|(end, _)| *end).fold(Self::Done, Self::worse);
        match worst {
            Self::SideFailed if !is_down => Self::ItemsFailed,
            Self::Usage if ends.iter().any(|(end, _)| *end != Self::Usage) => Self::ItemsFailed,
            worst => worst,
        }
    }

    /// Returns how a run ended that came to its end.
    pub(super) fn of_run(report: &Report) -> Self {
        let left = &report.backlog;
        let waits_for_a_person_or_a_retry = left.failing + left.held + left.labelled + left.in_doubt + left.dead > 0;
        if report.interrupted {
            Self::Interrupted
        } else if !report.sides_failed.is_empty() {
            Self::SideFailed
        } else if waits_for_a_person_or_a_retry
            || report.messages.needs_somebody()
            || !report.items_failed.is_empty()
            || !report.projects_lost.is_empty()
        {
            Self::ItemsFailed
        } else {
            Self::Done
        }
    }
}

/// What the user asked for cannot be done, and nothing was contacted.
#[derive(Debug)]
pub(super) struct Usage {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

impl Usage {
    /// Returns an error with this message.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::Usage }
    }

    /// Says how to mend it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The state file could not be opened. For a full disk nobody has to change what was asked for.
    pub(super) fn state(path: &Path, error: &StateError) -> Self {
        let exit = if matches!(error, StateError::Full(_)) { Exit::ItemsFailed } else { Exit::Usage };
        let said = StateWords::CannotOpen { path: &path.display().to_string(), why: &term::kept(&error.to_string()) };
        let usage = Self::new(term::words(said)).hint(error.hint());
        Self { exit, ..usage }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Usage {}

/// Names the state file in an error that is about it.
pub(super) fn at_state(path: &Path, error: anyhow::Error) -> anyhow::Error {
    let unrecorded = |api: &ApiError| api.kind == ApiErrorKind::Unrecorded;
    if error.is::<StateError>() || error.downcast_ref::<ApiError>().is_some_and(unrecorded) {
        return error.context(path.display().to_string());
    }
    error
}

/// Returns the exit that stands for what went wrong.
pub(super) fn of(error: &anyhow::Error) -> Exit {
    if error.is::<ConfigError>() || error.is::<Foreign>() {
        return Exit::Usage;
    }
    if let Some(usage) = error.downcast_ref::<Usage>() {
        return usage.exit;
    }
    match error.downcast_ref::<ApiError>().map(|api| api.kind) {
        Some(ApiErrorKind::Stopped) => Exit::Interrupted,
        None | Some(ApiErrorKind::Unrecorded) => Exit::ItemsFailed,
        Some(_) => Exit::SideFailed,
    }
}

/// Says what went wrong and how to mend it, and returns the exit that stands for it.
pub(super) fn explain(error: &anyhow::Error) -> Exit {
    let exit = of(error);
    if let Some(config) = error.downcast_ref::<ConfigError>() {
        for problem in &config.problems {
            term::error(&problem.in_lang(term::lang()));
            term::hint(problem.hint.as_ref().map(|hint| hint.in_lang(term::lang())).as_deref());
        }
        return exit;
    }
    term::error(&said(error));
    if let Some(usage) = error.downcast_ref::<Usage>() {
        term::hint(usage.hint.as_deref());
    } else if let Some(foreign) = error.downcast_ref::<Foreign>() {
        term::hint(Some(&foreign.hint));
    } else if let Some(api) = error.downcast_ref::<ApiError>() {
        term::hint(hint_for(api).as_deref());
    } else if let Some(state) = error.downcast_ref::<StateError>() {
        term::hint(Some(&state.hint().to_string()));
    }
    exit
}

/// Returns what went wrong as one sentence.
pub(super) fn said(error: &anyhow::Error) -> String {
    let chain: Vec<String> = error.chain().map(|cause| term::kept(&cause.to_string())).collect();
    chain.join(&term::words(RunWords::Colon))
}

/// Returns how to mend a failed call: in its own words, or by what kind it is.
pub(super) fn hint_for(error: &ApiError) -> Option<String> {
    let unauthorized = error.kind == ApiErrorKind::Unauthorized;
    let by_kind = || unauthorized.then(|| term::words(RunWords::CheckLogin(error.side.into())));
    error.hint.clone().or_else(by_kind)
}
