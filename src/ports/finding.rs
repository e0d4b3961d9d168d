//! What a check of a service found.

/// One line of `guajira check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was tested: `project OPS`.
    pub what: String,
    /// `Ok` with a detail for people, or `Err` with what is wrong.
    pub result: Result<String, String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// True when a sync cannot work until it is mended; false for a warning.
    pub fatal: bool,
}
