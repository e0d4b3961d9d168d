//! Statuses: what they mean, and Guance's five.

use serde::{Deserialize, Serialize};

use super::item::is_called;

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

/// One of Guance's own statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuanceStatus {
    /// The value of `statusType`.
    pub id: &'static str,
    /// The name people see.
    pub name: &'static str,
    /// What it means.
    pub category: StatusCategory,
    /// The id of what an older service knows in its place; `None` where every service knows it.
    pub older: Option<&'static str>,
}

const fn guance(
    id: &'static str,
    name: &'static str,
    category: StatusCategory,
    older: Option<&'static str>,
) -> GuanceStatus {
    GuanceStatus { id, name, category, older }
}

impl GuanceStatus {
    /// Every status; the first of a category is what the category usually means.
    ///
    /// Source: Guance Open API, `statusType` of `POST /api/v1/issue/{issue_uuid}/modify`; older versions of the page
    /// know 10, 20 and 30 only.
    pub const ALL: [Self; 5] = [
        guance("10", "Open", StatusCategory::Todo, None),
        guance("15", "Working", StatusCategory::InProgress, Some("10")),
        guance("20", "Resolved", StatusCategory::Done, None),
        guance("25", "Closed", StatusCategory::Done, Some("20")),
        guance("30", "Pending", StatusCategory::Todo, None),
    ];

    /// Returns the status of this id.
    pub fn of(id: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|status| status.id == id)
    }

    /// Returns the status that a word of the config names: its id, or its name in any case.
    pub fn called(word: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|status| status.id == word || status.name.eq_ignore_ascii_case(word))
    }

    /// Returns what a category usually means.
    pub fn usual(category: StatusCategory) -> Option<&'static Self> {
        Self::ALL.iter().find(|status| status.category == category)
    }
}
