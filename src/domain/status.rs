//! Statuses: what they mean, and those that a source itself has.

use serde::{Deserialize, Serialize};

/// What a status means, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusCategory {
    /// Nobody is at it: Guance's Open and Pending, Jira's `new`.
    Todo,
    /// Somebody is at it: Guance's Working, Jira's `indeterminate`.
    InProgress,
    /// It is over: Guance's Resolved and Closed, Jira's `done`.
    Done,
}

impl std::fmt::Display for StatusCategory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Todo => "to do",
            Self::InProgress => "in progress",
            Self::Done => "done",
        })
    }
}

/// An issue's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The remote's id: `10` on Guance, a number on Jira.
    pub id: String,
    /// The name people see: `Open`, `In Review`.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
    /// Its name in other languages, and those it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl Status {
    /// Returns true when a word of the config names this status: its id, or one of its names in any case.
    pub fn is(&self, word: &str) -> bool {
        is_called(word, &self.id, &self.name, &self.also)
    }
}

/// Returns true when a word of the configuration means a thing: its id, or one of its names in any case.
pub(super) fn is_called(word: &str, id: &str, name: &str, also: &[String]) -> bool {
    let wanted = word.to_lowercase();
    !word.is_empty()
        && (id == word || name.to_lowercase() == wanted || also.iter().any(|one| one.to_lowercase() == wanted))
}

/// One of the statuses that a source itself has: people cannot make others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// The remote's id.
    pub id: &'static str,
    /// The name people see.
    pub name: &'static str,
    /// What it means.
    pub category: StatusCategory,
    /// The id of what an older service knows in its place; `None` where every service knows it.
    pub older: Option<&'static str>,
}

/// All statuses of a source; the first of a category is what the category usually means. None where people make their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceStatuses(pub &'static [SourceStatus]);

impl SourceStatuses {
    /// Returns the status of this id.
    pub fn of(self, id: &str) -> Option<&'static SourceStatus> {
        self.0.iter().find(|status| status.id == id)
    }

    /// Returns the status that a word of the config names: its id, or its name in any case.
    pub fn called(self, word: &str) -> Option<&'static SourceStatus> {
        self.0.iter().find(|status| status.id == word || status.name.eq_ignore_ascii_case(word))
    }

    /// Returns what a category usually means.
    pub fn usual(self, category: StatusCategory) -> Option<&'static SourceStatus> {
        self.0.iter().find(|status| status.category == category)
    }
}
