//! What a page shows.

use chrono::{DateTime, Utc};

use crate::words::{Lang, Service, Stage, Voice};

/// The whole page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The language of its words.
    pub lang: Lang,
    /// How it tells times.
    pub voice: Voice,
    /// Where its period begins.
    pub since: DateTime<Utc>,
    /// When it was made.
    pub until: DateTime<Utc>,
    /// One for each source.
    pub lines: Vec<Line>,
}

/// How many writes took effect within a bin: to Jira, and to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Where it begins.
    pub at: DateTime<Utc>,
    /// To Jira.
    pub jira: u64,
    /// To the source.
    pub source: u64,
}

/// What is told of a source.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Pairs of issues.
    pub pairs: u64,
    /// Pairs of comments.
    pub comments: u64,
    /// What was written, over the period.
    pub carried: Vec<Bin>,
    /// How long writes waited, as upper limits and how many; the last one has no limit. The limits are already told in words.
    pub delays: Vec<(Option<String>, u64)>,
    /// Within how long half of the writes, and nine of ten, were written; `None` without any.
    pub typical: Option<[String; 2]>,
    /// Pending, of them failing, held, in doubt, dead, messages that wait.
    pub waiting: [u64; 6],
    /// Writes and messages that a person has to do something about.
    pub person: u64,
    /// What is not done, what needs a person first.
    pub stuck: Vec<Stuck>,
    /// How many more there are.
    pub more: u64,
    /// Sides that fail: since when, why, and what to do.
    pub failing: Vec<(Service, DateTime<Utc>, String, Option<String>)>,
    /// Requests of the last hour: lists, threads, single issues, writes, files, names.
    pub requests: [u64; 6],
    /// The last runs, latest first.
    pub runs: Vec<Run>,
    /// How many runs of the period were good, and how many were not.
    pub ran: [u64; 2],
    /// When the last good run ended.
    pub last_good: Option<DateTime<Utc>>,
}

/// A write or a message that is not done.
#[derive(Clone, Debug)]
pub struct Stuck {
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

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it began.
    pub began: DateTime<Utc>,
    /// How long it took, in words.
    pub took: String,
    /// Whether it was good.
    pub good: bool,
    /// What it did, in words.
    pub result: String,
}

impl Page {
    /// Returns how many writes and messages need a person.
    pub fn person(&self) -> u64 {
        self.lines.iter().map(|line| line.person).sum()
    }
}

impl Line {
    /// Returns how many writes took effect: to Jira, and to the source.
    pub fn sums(&self) -> [u64; 2] {
        [self.carried.iter().map(|bin| bin.jira).sum(), self.carried.iter().map(|bin| bin.source).sum()]
    }

    /// Returns how many writes and messages are not done.
    pub fn left(&self) -> u64 {
        let [pending, _, held, in_doubt, dead, messages] = self.waiting;
        pending + held + in_doubt + dead + messages
    }
}
