//! A source that is polled, and whose events may be piped in as well: both tell of the same items.

use chrono::{DateTime, Utc};

use super::remote::Piped;
use crate::domain::{Comment, CommentId, IssueId};
use crate::ports::{
    Abilities, About, ApiError, Batch, Identity, Parts, Presence, Remote, Span, ThreadPage, ThreadPart, Threads,
};

/// A polled source and its inbox. Of an item that both know, what the poll brought counts: it is complete, and says what the
/// service says now. A cursor follows the poll alone.
pub struct Beside<'a> {
    polled: &'a dyn Remote,
    piped: Piped<'a>,
}

impl std::fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Beside").field("polled", self.polled.about()).field("piped", &self.piped).finish()
    }
}

impl<'a> Beside<'a> {
    /// Returns both as one source.
    pub fn new(polled: &'a dyn Remote, piped: Piped<'a>) -> Self {
        Self { polled, piped }
    }

    /// Adds what was piped in and the poll has not brought: items, and events of items that the poll knows.
    ///
    /// What is read for the first time changed now, by the clock of the service: when it arrived is told by this machine's
    /// clock, and by one of another hour what the service stores next would count as read.
    fn with_piped(&self, mut batch: Batch, span: &Span) -> Result<Batch, ApiError> {
        let piped = self.piped.changed(span)?;
        for mut issue in piped.issues {
            issue.updated = batch.clock.unwrap_or(issue.updated);
            let Some(polled) = batch.issues.iter_mut().find(|polled| polled.id == issue.id) else {
                batch.issues.push(issue);
                continue;
            };
            // A thread that is not here whole is read by its id, since the item changed.
            polled.updated = polled.updated.max(issue.updated);
            let whole = polled.thread.take().zip(issue.thread);
            polled.thread = whole.map(|(thread, more)| merged(thread, more));
        }
        batch.unreadable.extend(piped.unreadable);
        batch.read_to = piped.read_to;
        batch.handed_over = piped.handed_over;
        Ok(batch)
    }
}

impl Remote for Beside<'_> {
    fn about(&self) -> &About {
        self.polled.about()
    }

    fn abilities(&self) -> Abilities<'_> {
        let Abilities { threads, parts, .. } = self.polled.abilities();
        Abilities {
            threads: threads.map(|_| self as &dyn Threads),
            parts: parts.map(|_| self as &dyn Parts),
            ..self.polled.abilities()
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.polled.identify()
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.with_piped(self.polled.changed(span)?, span)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = self.polled.issues(ids)?;
        let known = |id: &IssueId| {
            batch.issues.iter().any(|issue| issue.id == *id)
                || batch.unreadable.iter().any(|odd| odd.issue.as_ref() == Some(id))
        };
        // What was piped in may not be stored by the service yet, or not any more.
        let missing: Vec<IssueId> = ids.iter().filter(|id| !known(id)).cloned().collect();
        let piped = self.piped.issues(&missing)?;
        batch.issues.extend(piped.issues);
        batch.unreadable.extend(piped.unreadable);
        Ok(batch)
    }

    fn forget(&self) {
        self.polled.forget();
        self.piped.forget();
    }

    fn issue_url(&self, name: &str) -> String {
        self.polled.issue_url(name)
    }
}

impl Threads for Beside<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        let polled = match self.polled.abilities().threads {
            Some(threads) => threads.thread(issue)?,
            None => None,
        };
        let Some(piped) = self.piped.thread(issue)? else { return Ok(polled) };
        Ok(Some(merged(polled.unwrap_or_default(), piped)))
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let thread = self.thread(issue)?.unwrap_or_default();
        let is_there = |id: &CommentId| thread.iter().any(|comment| comment.id == *id);
        // An event that is not kept any more was not taken back by anybody.
        Ok(comments.iter().map(|id| if is_there(id) { Presence::There } else { Presence::Unknown }).collect())
    }
}

impl Parts for Beside<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let (batch, rest) = match self.polled.abilities().parts {
            Some(parts) => parts.changed_within(span, requests)?,
            None => (self.polled.changed(span)?, None),
        };
        Ok((self.with_piped(batch, span)?, rest))
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let part = match self.polled.abilities().parts {
            Some(parts) => parts.thread_part(issue, down_to, requests)?,
            None => None,
        };
        let Some(piped) = self.piped.thread(issue)? else { return Ok(part) };
        let part = part.unwrap_or_default();
        Ok(Some(ThreadPart { comments: merged(part.comments, piped), ..part }))
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        match self.polled.abilities().parts {
            Some(parts) => parts.thread_page(issue, page),
            None => Ok(None),
        }
    }
}

/// Returns both threads as one, oldest first; what is in both is there once.
fn merged(polled: Vec<Comment>, piped: Vec<Comment>) -> Vec<Comment> {
    let mut thread = polled;
    for comment in piped {
        if thread.iter().all(|known| known.id != comment.id) {
            thread.push(comment);
        }
    }
    thread.sort_by_key(|comment| comment.created);
    thread
}
