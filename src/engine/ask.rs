//! What a run asks of a service that not every service can do. Where one cannot, there is nothing of the kind: no thread
//! holds anything, nobody is known, nothing is archived.

use chrono::{DateTime, Utc};

use super::run::Run;
use crate::domain::{Comment, CommentId, File, IssueId, Key, Person, Push, Receipt, Side, Visibility};
use crate::ports::{
    ApiError, ApiErrorKind, Batch, Content, Creates, Lookup, Presence, Quota, Register, Registry, Remote, Span,
    Standing, ThreadPage, ThreadPart, Wanted,
};

impl Run<'_> {
    /// Reads the whole thread of one issue; `None` when the issue cannot be read by id.
    pub(super) fn read_thread(&self, side: Side, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.abilities(side).threads.map_or(Ok(Some(Vec::new())), |threads| threads.thread(issue))
    }

    /// Reads what changed with at most so many requests; all of it, where a service cannot read it in parts.
    pub(super) fn changed_within(
        &self,
        side: Side,
        span: &Span,
        requests: usize,
    ) -> Result<(Batch, Option<u32>), ApiError> {
        match self.abilities(side).parts {
            Some(parts) => parts.changed_within(span, requests),
            None => Ok((self.remote(side).changed(span)?, None)),
        }
    }

    /// Reads a thread from its newest comments on with at most so many requests; all of it, where a service cannot read it
    /// in parts.
    pub(super) fn thread_part(
        &self,
        side: Side,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        if let Some(parts) = self.abilities(side).parts {
            return parts.thread_part(issue, down_to, requests);
        }
        let whole = |comments: Vec<Comment>| {
            let newest = comments.iter().map(|comment| comment.created).max();
            ThreadPart { comments, next: None, pages: 1, newest, odd: false }
        };
        Ok(self.read_thread(side, issue)?.map(whole))
    }

    /// Reads one page of a thread; the newest one is number 1. A thread that is not read in parts has one.
    pub(super) fn thread_page(&self, side: Side, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        if let Some(parts) = self.abilities(side).parts {
            return parts.thread_page(issue, page);
        }
        let whole = |comments: Vec<Comment>| {
            let times = || comments.iter().map(|comment| comment.created);
            ThreadPage { oldest: times().min(), newest: times().max(), total: None, odd: false, comments }
        };
        Ok(self.read_thread(side, issue)?.map(whole))
    }

    /// Asks for comments of one issue by id.
    pub(super) fn presence(&self, side: Side, issue: &IssueId, ids: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let unknown = || Ok(vec![Presence::Unknown; ids.len()]);
        self.abilities(side).threads.map_or_else(unknown, |threads| threads.presence(issue, ids))
    }

    /// Lists the files of an issue.
    pub(super) fn files(&self, side: Side, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.abilities(side).files.map_or(Ok((Visibility::Public, Vec::new())), |files| files.files(issue))
    }

    /// Opens a file.
    pub(super) fn open_file(&self, side: Side, file: &File) -> Result<Content, ApiError> {
        self.abilities(side).files.map_or_else(|| Err(self.cannot(side, "hold files")), |files| files.open_file(file))
    }

    /// Finds the account that is a person.
    pub(super) fn person(&self, side: Side, who: &Person) -> Result<Option<Person>, ApiError> {
        self.abilities(side).people.map_or(Ok(None), |people| people.person(who))
    }

    /// Looks for the markers of writes. `taken` tells of a thing's id that it is known as another original's copy.
    pub(super) fn find(
        &self,
        side: Side,
        wanted: &[Wanted],
        taken: &dyn Fn(&Key, &str) -> bool,
    ) -> Result<Vec<Lookup>, ApiError> {
        let unsure = || Ok(vec![Lookup::Unsure; wanted.len()]);
        self.abilities(side).writes.map_or_else(unsure, |writes| writes.find(wanted, taken))
    }

    /// Carries out writes.
    pub(super) fn push(&self, side: Side, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let refused = || batch.iter().map(|_| Err(self.cannot(side, "be written to"))).collect();
        self.abilities(side).writes.map_or_else(refused, |writes| writes.push(batch))
    }

    /// Carries out the write of a file.
    pub(super) fn push_file(&self, side: Side, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let refused = || Err(self.cannot(side, "hold files"));
        self.abilities(side).files.map_or_else(refused, |files| files.push_file(push, content))
    }

    /// Returns how many issues one request may create now.
    pub(super) fn creates_at_once(&self, side: Side) -> usize {
        self.abilities(side).creates.map_or(self.about(side).batch, Creates::creates_at_once)
    }

    /// Returns true for a status that may be set.
    pub(super) fn knows_status(&self, side: Side, status: &str) -> bool {
        self.abilities(side).statuses.is_none_or(|statuses| statuses.knows_status(status))
    }

    /// Returns true once a side has said that its limit of requests is near.
    pub(super) fn is_near_limit(&self, side: Side) -> bool {
        self.abilities(side).quota.is_some_and(Quota::is_near_limit)
    }

    /// Asks whether an issue of Jira can be written to; `None` where nothing tells.
    pub(super) fn standing(&self, issue: &IssueId) -> Result<Option<Standing>, ApiError> {
        let Some(archive) = self.abilities(self.tracker()).archive else { return Ok(None) };
        Ok(archive.standing(std::slice::from_ref(issue))?.into_iter().next())
    }

    /// Asks whether a project takes new issues.
    pub(super) fn project_standing(&self, project: &str) -> Result<Standing, ApiError> {
        self.abilities(self.tracker()).archive.map_or(Ok(Standing::Open), |archive| archive.project_standing(project))
    }

    /// The configuration has asked for something that the service has no ability for.
    fn cannot(&self, side: Side, what: &str) -> ApiError {
        ApiError::new(side, ApiErrorKind::Refused, format!("{} cannot {what}", self.about(side).shown))
    }
}

/// Reads the write counter.
///
/// # Errors
/// What Jira fails at.
pub(super) fn read_register(jira: &dyn Remote) -> Result<Register, ApiError> {
    jira.abilities().register.map_or(Ok(Register::NotKept), Registry::read_register)
}
