//! A source as the engine sees it: in its line.

use super::abilities::{Abilities, Directory, Files, Parts, Quota, Statuses, Threads, Writes};
use super::about::About;
use super::content::Content;
use super::error::ApiError;
use super::lookup::{Lookup, Presence, Wanted};
use super::parts::{ThreadPage, ThreadPart};
use super::remote::Remote;
use super::span::{Batch, Identity, Span};
use crate::domain::{
    Comment, CommentId, File, Issue, IssueId, Key, Person, Push, Receipt, ServiceName, Side, Visibility,
};
use chrono::{DateTime, Utc};

/// A source under the name that the configuration gives it. An adapter does not know which line it serves: whatever it brings is
/// put into the line here.
#[derive(Clone, Copy)]
pub struct InLine<'a> {
    source: &'a dyn Remote,
    about: About,
}

impl std::fmt::Debug for InLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InLine").field("about", &self.about).finish_non_exhaustive()
    }
}

impl<'a> InLine<'a> {
    /// Returns the source of this line.
    pub fn new(line: ServiceName, source: &'a dyn Remote) -> Self {
        Self { source, about: About { side: Side::Source(line), ..*source.about() } }
    }

    fn told<T>(&self, told: Result<T, ApiError>) -> Result<T, ApiError> {
        told.map_err(|error| ApiError { side: self.about.side, ..error })
    }

    fn issue(&self, mut issue: Issue) -> Issue {
        issue.line = self.about.side.line();
        issue.thread = issue.thread.map(|thread| self.thread_of(thread));
        issue
    }

    fn thread_of(&self, thread: Vec<Comment>) -> Vec<Comment> {
        thread.into_iter().map(|comment| Comment { side: self.about.side, ..comment }).collect()
    }

    fn batch(&self, batch: Batch) -> Batch {
        let issues = batch.issues.into_iter().map(|issue| self.issue(issue)).collect();
        Batch { issues, ..batch }
    }

    fn part(&self, part: ThreadPart) -> ThreadPart {
        ThreadPart { comments: self.thread_of(part.comments), ..part }
    }
}

impl Remote for InLine<'_> {
    fn about(&self) -> &About {
        &self.about
    }

    fn abilities(&self) -> Abilities<'_> {
        let Abilities {
            threads,
            parts,
            writes,
            creates,
            screens,
            files,
            people,
            statuses,
            archive,
            quota,
            register,
            tickets,
        } = self.source.abilities();
        Abilities {
            threads: threads.map(|_| self as &dyn Threads),
            parts: parts.map(|_| self as &dyn Parts),
            writes: writes.map(|_| self as &dyn Writes),
            files: files.map(|_| self as &dyn Files),
            people: people.map(|_| self as &dyn Directory),
            statuses: statuses.map(|_| self as &dyn Statuses),
            quota: quota.map(|_| self as &dyn Quota),
            creates,
            screens,
            archive,
            register,
            tickets,
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.told(self.source.identify())
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.told(self.source.changed(span)).map(|batch| self.batch(batch))
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.told(self.source.issues(ids)).map(|batch| self.batch(batch))
    }

    fn forget(&self) {
        self.source.forget();
    }

    fn on_call(&self, issue: &Issue) -> Result<Vec<String>, ApiError> {
        self.told(self.source.on_call(issue))
    }

    fn issue_url(&self, name: &str) -> String {
        self.source.issue_url(name)
    }
}

/// What is asked for only where the source has the ability, which [`InLine::abilities`] tells.
fn absent(side: Side) -> ApiError {
    ApiError::new(side, super::error::ApiErrorKind::Refused, "the source cannot do that; this is a bug")
}

impl Threads for InLine<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        let threads = self.source.abilities().threads.ok_or_else(|| absent(self.about.side))?;
        Ok(self.told(threads.thread(issue))?.map(|thread| self.thread_of(thread)))
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let threads = self.source.abilities().threads.ok_or_else(|| absent(self.about.side))?;
        self.told(threads.presence(issue, comments))
    }
}

impl Parts for InLine<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let parts = self.source.abilities().parts.ok_or_else(|| absent(self.about.side))?;
        let (batch, rest) = self.told(parts.changed_within(span, requests))?;
        Ok((self.batch(batch), rest))
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let parts = self.source.abilities().parts.ok_or_else(|| absent(self.about.side))?;
        Ok(self.told(parts.thread_part(issue, down_to, requests))?.map(|part| self.part(part)))
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        let parts = self.source.abilities().parts.ok_or_else(|| absent(self.about.side))?;
        let page = self.told(parts.thread_page(issue, page))?;
        Ok(page.map(|page| ThreadPage { comments: self.thread_of(page.comments), ..page }))
    }
}

impl Writes for InLine<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        match self.source.abilities().writes {
            Some(writes) => writes.push(batch).into_iter().map(|done| self.told(done)).collect(),
            None => batch.iter().map(|_| Err(absent(self.about.side))).collect(),
        }
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        let writes = self.source.abilities().writes.ok_or_else(|| absent(self.about.side))?;
        self.told(writes.find(wanted, taken))
    }
}

impl Files for InLine<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        let files = self.source.abilities().files.ok_or_else(|| absent(self.about.side))?;
        let (visibility, found) = self.told(files.files(issue))?;
        Ok((visibility, found.into_iter().map(|file| File { side: self.about.side, ..file }).collect()))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        let files = self.source.abilities().files.ok_or_else(|| absent(self.about.side))?;
        self.told(files.open_file(file))
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let files = self.source.abilities().files.ok_or_else(|| absent(self.about.side))?;
        self.told(files.push_file(push, content))
    }
}

impl Directory for InLine<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        let people = self.source.abilities().people.ok_or_else(|| absent(self.about.side))?;
        self.told(people.person(who))
    }
}

impl Statuses for InLine<'_> {
    fn knows_status(&self, status: &str) -> bool {
        self.source.abilities().statuses.is_none_or(|statuses| statuses.knows_status(status))
    }
}

impl Quota for InLine<'_> {
    fn is_near_limit(&self) -> bool {
        self.source.abilities().quota.is_some_and(Quota::is_near_limit)
    }
}
