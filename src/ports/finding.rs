//! What a check of a service found.

use super::error::ApiError;
use crate::words::{Fine, Mend, Tested, Wrong};

/// One line of `guajira check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was tested: `project OPS`.
    pub what: Tested,
    /// What is well, or what is wrong.
    pub result: Result<Fine, Wrong>,
    /// What to do about it.
    pub hint: Option<Mend>,
    /// True when a sync cannot work until it is mended; false for a warning.
    pub fatal: bool,
}

impl Finding {
    /// Returns that something is well.
    pub fn good(what: Tested, detail: Fine) -> Self {
        Self { what, result: Ok(detail), hint: None, fatal: false }
    }

    /// Returns that something is wrong.
    pub fn bad(what: Tested, why: Wrong, hint: Option<Mend>, fatal: bool) -> Self {
        Self { what, result: Err(why), hint, fatal }
    }

    /// Returns that a call failed that was made to find out.
    pub fn failed(what: Tested, error: ApiError, fatal: bool) -> Self {
        Self::bad(what, Wrong::Said(error.message), error.hint.map(Mend::Said), fatal)
    }

    /// The same, with what to do where the call does not say.
    pub fn failed_or(what: Tested, error: ApiError, hint: Mend, fatal: bool) -> Self {
        let hint = error.hint.map_or(hint, Mend::Said);
        Self::bad(what, Wrong::Said(error.message), Some(hint), fatal)
    }
}
