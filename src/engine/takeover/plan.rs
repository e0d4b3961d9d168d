//! What taking over is: what is to be done, what was done, and the takeover under way.

use chrono::TimeDelta;

use crate::domain::{CommentId, Fingerprint, IssueId, Person, Side};
use crate::engine::run::Run;
use crate::plan::takeover::Copied;
use crate::ports::Takeover;
use crate::words::Left;

/// What is to be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// The accounts that were named, by the word that named each.
    pub accounts: Vec<(String, Side, Person)>,
    /// Words that name no account, or more than one; then with the ids of those.
    pub unresolved: Vec<(String, Vec<String>)>,
    /// Pairs to be made, oldest first.
    pub pairs: Vec<PairPlan>,
    /// Issues that carry a uuid and are left alone, and why.
    pub left: Vec<(String, Left)>,
    /// Who made such issues and was not named, and how many.
    pub makers: Vec<(Person, usize)>,
    /// API keys that were not named and whose replies repeat comments, and how many.
    pub copiers: Vec<(Person, usize)>,
}

/// One pair to be made.
#[derive(Debug)]
pub struct PairPlan {
    /// The Jira issue.
    pub jira: IssueId,
    /// What people call it.
    pub jira_name: String,
    /// Who made it.
    pub maker: Person,
    /// The Guance issue.
    pub guance: IssueId,
    /// Its title.
    pub title: String,
    /// The Jira issue's own.
    pub jira_title: String,
    /// Comments and their copies.
    pub copied: Vec<Copied>,
    /// Copies of which it cannot be told whose they are, or that are there twice: they are not carried.
    pub doubtful: Vec<(Side, CommentId)>,
    /// How many comments and replies have no copy: the next runs carry them.
    pub uncopied: usize,
    pub(super) content: Fingerprint,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// Pairs made.
    pub pairs: usize,
    /// Comments whose copies were recognised.
    pub comments: usize,
    /// What could not be marked, and why: only the state file knows of it.
    pub unmarked: Vec<(String, String)>,
    /// True when it was asked to stop before the end.
    pub interrupted: bool,
}

/// A takeover under way.
pub struct Handover<'a> {
    pub(in crate::engine) run: Run<'a>,
    pub(super) guance: &'a dyn Takeover,
    pub(super) jira: &'a dyn Takeover,
    /// How far Jira's clock is ahead of Guance's.
    pub(super) jira_ahead: TimeDelta,
}
