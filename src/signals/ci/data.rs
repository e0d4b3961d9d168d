//! What is told, and whom.

use std::path::PathBuf;

use crate::words::{Lang, Stage};

/// The system that started the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum System {
    /// GitHub Actions, with the file that the summary of the step is appended to.
    GitHub {
        /// `GITHUB_STEP_SUMMARY`.
        summary: Option<PathBuf>,
    },
    /// GitLab CI.
    GitLab,
    /// Jenkins.
    Jenkins,
}

impl System {
    /// Returns the system that an environment is of; `None` where none of these started the run.
    ///
    /// Sources: GitHub, "Default environment variables"; GitLab, "Predefined CI/CD variables"; Jenkins, "Using environment
    /// variables" (`JENKINS_URL`).
    pub fn of<'v>(variable: impl Fn(&str) -> Option<&'v str>) -> Option<Self> {
        let is_true = |name: &str| variable(name) == Some("true");
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        if is_true("GITHUB_ACTIONS") {
            return Some(Self::GitHub { summary: given("GITHUB_STEP_SUMMARY").map(PathBuf::from) });
        }
        if is_true("GITLAB_CI") {
            return Some(Self::GitLab);
        }
        given("JENKINS_URL").map(|_| Self::Jenkins)
    }
}

/// All that is told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The language of its words.
    pub lang: Lang,
    /// One for each source.
    pub lines: Vec<Line>,
}

/// What is told of a source.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// How its run ended.
    pub exit: u8,
    /// What the run did, in a sentence.
    pub result: String,
    /// New Jira issues, and those that go on with another item.
    pub new: Vec<New>,
    /// How many more there are.
    pub more_new: usize,
    /// What could not be read, or written at all.
    pub failing: Vec<Failing>,
    /// What is not done, what needs a person first.
    pub items: Vec<Item>,
    /// How many more there are.
    pub more: u64,
}

/// A Jira issue that the run made.
#[derive(Clone, Debug)]
pub struct New {
    /// What people call it.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// A side or a project that fails.
#[derive(Clone, Debug)]
pub struct Failing {
    /// Which one fails, in a few words.
    pub what: String,
    /// Why.
    pub why: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// A write, a message or a reading that is not done.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it stands.
    pub stage: Stage,
    /// What it is.
    pub what: String,
    /// Its key.
    pub key: String,
    /// Why it is not done.
    pub why: String,
    /// How to mend it, in words.
    pub hint: Option<String>,
    /// The command that goes on with it.
    pub command: Option<String>,
}

impl Item {
    /// Returns true where a person has to do something about it.
    pub(super) fn needs_person(&self) -> bool {
        matches!(self.stage, Stage::Dead | Stage::Held)
    }
}

impl Told {
    /// Returns true where nothing fails and nothing waits.
    pub(super) fn all_is_well(&self) -> bool {
        self.lines.iter().all(|line| line.failing.is_empty() && line.items.is_empty())
    }
}
