//! Threads of many pages, read in parts.

use chrono::{DateTime, Utc};

use super::answer::{Cause, Fault};
use super::paging::times;
use super::wire::Page;
use super::workspace::{FRESH, Guance, Seen};
use crate::domain::{Comment, CommentId, IssueId, Side};
use crate::ports::{ApiError, ApiErrorKind, ThreadPage, ThreadPart};
use crate::words::GuanceFault;

impl Guance<'_> {
    pub(super) fn read_newest(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let Some((rows, next, pages)) = there(self.api.newest_replies(issue, down_to, requests))? else {
            return Ok(None);
        };
        let newest = times(&rows).max().and_then(|at| DateTime::from_timestamp(at, 0));
        let whole = next.is_none() && down_to.is_none();
        self.begin_files(issue, whole);
        let (comments, readable) = self.comments(issue, rows);
        if whole {
            // Only a whole thread tells that a reply is not in it.
            self.seen.borrow_mut().insert(issue.clone(), Seen { at: self.api.now(), thread: comments.clone() });
        } else {
            self.saw(&comments);
        }
        Ok(Some(ThreadPart { comments, next, pages, newest, odd: !readable }))
    }

    /// Reads a thread whole, or as much of it as the minute has requests left for; the flag tells whether it is the whole
    /// and every row of it could be read.
    pub(super) fn read_affordable(&self, issue: &IssueId) -> Result<Option<(Vec<Comment>, bool)>, ApiError> {
        let read = self.read_newest(issue, None, self.api.budget.spare().max(1))?;
        Ok(read.map(|part| (part.comments, !part.odd && part.next.is_none())))
    }

    pub(super) fn read_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        let Some(Page { rows, total, .. }) = there(self.api.page_of_replies(issue, page))? else { return Ok(None) };
        let time = |at: Option<i64>| at.and_then(|at| DateTime::from_timestamp(at, 0));
        let (oldest, newest) = (time(times(&rows).min()), time(times(&rows).max()));
        self.begin_files(issue, false);
        let (comments, all) = self.comments(issue, rows);
        self.saw(&comments);
        Ok(Some(ThreadPage { comments, oldest, newest, total, odd: !all }))
    }

    /// Remembers replies of a part of a thread, which tell who wrote them.
    fn saw(&self, comments: &[Comment]) {
        let at = self.api.now();
        let fresh = comments.iter().map(|comment| (comment.id.clone(), (at, comment.clone())));
        self.glimpsed.borrow_mut().extend(fresh);
    }

    /// Returns a reply as it was read within the last minute; `None` when it was not in the thread then.
    ///
    /// # Errors
    /// `Unavailable` where the thread is longer than this minute's requests, and no part that was read holds it.
    pub(super) fn reply(&self, issue: &IssueId, reply: &CommentId) -> Result<Option<Comment>, ApiError> {
        let is_fresh = |at: DateTime<Utc>| (self.api.now() - at).abs() < FRESH;
        let is_it = |comment: &&Comment| comment.id == *reply;
        if let Some(seen) = self.seen.borrow().get(issue).filter(|seen| is_fresh(seen.at)) {
            return Ok(seen.thread.iter().find(is_it).cloned());
        }
        if let Some((_, comment)) = self.glimpsed.borrow().get(reply).filter(|(at, _)| is_fresh(*at)) {
            return Ok(Some(comment.clone()));
        }
        let Some(part) = self.read_newest(issue, None, self.api.budget.spare().max(1))? else { return Ok(None) };
        match part.comments.iter().find(is_it) {
            None if part.next.is_some() => {
                let message = GuanceFault::ReplyNotRead { reply: reply.to_string() };
                Err(ApiError::new(Side::GUANCE, ApiErrorKind::Unavailable { retry_after: None }, message))
            }
            found => Ok(found.cloned()),
        }
    }

    /// What replies carry is noted as they are read: anew for a whole thread, beside what is known for a part.
    fn begin_files(&self, issue: &IssueId, whole: bool) {
        let mut files = self.files.borrow_mut();
        let known = files.entry(issue.clone()).or_default();
        if whole {
            known.clear();
        }
    }
}

/// `None` where the issue is not there.
fn there<T>(read: Result<T, Fault>) -> Result<Option<T>, ApiError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(fault) if fault.cause == Cause::Gone => Ok(None),
        Err(fault) => Err(fault.error),
    }
}
