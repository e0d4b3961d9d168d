//! What a service can do.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::content::Content;
use super::error::ApiError;
use super::lookup::{Lookup, Presence, Wanted};
use super::parts::{ThreadPage, ThreadPart};
use super::register::Register;
use super::span::{Batch, Identity, Span};
use super::standing::Standing;
use crate::domain::{
    Comment, CommentId, File, Fingerprint, IssueId, Key, Person, Push, Receipt, SealKey, Side, Visibility,
};

/// One of the two services.
///
/// Implementations do not decide anything and keep no truth: they may cache within one run only, and facts that
/// may outlive it (a channel's uuid, what the server understands) go through [`Facts`](super::Facts).
pub trait Remote {
    /// Returns which side this is.
    fn side(&self) -> Side;

    /// Proves who we are. Called once per run before an answer may move a cursor.
    ///
    /// # Errors
    /// `Unauthorized` when the credentials are refused, also where the remote would answer other calls with nothing.
    fn identify(&self) -> Result<Identity, ApiError>;

    /// Reads the issues that changed in the span.
    ///
    /// # Errors
    /// Any kind but `InDoubt`; then nothing of the span counts as read.
    fn changed(&self, span: &Span) -> Result<Batch, ApiError>;

    /// Reads the issues that changed in the span with at most so many requests. Tells beside them, where the list was not
    /// read to its end, into how many parts the span is to be divided so that each fits: at least two. A side without a
    /// budget reads all.
    ///
    /// # Errors
    /// As for [`Remote::changed`]; `OutOfBudget` only when nothing could be read.
    fn changed_within(&self, span: &Span, _requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        Ok((self.changed(span)?, None))
    }

    /// Reads issues by id, not through a search index. Ids that are missing from the answer are unknown, not gone.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError>;

    /// Reads the whole thread of one issue, oldest first; `None` when the issue cannot be read by id (404). What each
    /// comment says about who may see it is not older than the comment.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError>;

    /// Reads a thread from its newest comments on with at most so many requests: to its end, or until everything on a page
    /// is older than `down_to`; `None` as for [`Remote::thread`]. Where the first page tells that the whole thread takes
    /// more requests, no other is read. A side without a budget reads all.
    ///
    /// # Errors
    /// As for [`Remote::changed`]; `OutOfBudget` only when nothing could be read.
    fn thread_part(
        &self,
        issue: &IssueId,
        _down_to: Option<DateTime<Utc>>,
        _requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let part = |comments: Vec<Comment>| {
            let newest = comments.iter().map(|comment| comment.created).max();
            ThreadPart { comments, next: None, pages: 1, newest, odd: false }
        };
        Ok(self.thread(issue)?.map(part))
    }

    /// Reads one page of a thread, with one request; the newest page is number 1. Only where a part was not all.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn thread_page(&self, issue: &IssueId, _page: usize) -> Result<Option<ThreadPage>, ApiError> {
        let page = |comments: Vec<Comment>| {
            let times = || comments.iter().map(|comment| comment.created);
            ThreadPage { oldest: times().min(), newest: times().max(), total: None, odd: false, comments }
        };
        Ok(self.thread(issue)?.map(page))
    }

    /// Asks for comments of one issue by id, or, where there is no such call, reads the issue and its whole thread
    /// once more (two requests); one answer per comment, in order.
    ///
    /// # Errors
    /// As for [`Remote::changed`]; `Unauthorized` where the remote would show nothing to those it does not know.
    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError>;

    /// Asks whether issues that a write was refused for, or that a read did not bring, can be written to; one answer per
    /// issue, in order.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError>;

    /// Asks whether a project takes new issues.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn project_standing(&self, project: &str) -> Result<Standing, ApiError>;

    /// Returns false for a status that this service has refused as one that it does not know (an older Guance), so that
    /// another is set in its place. Asks nothing.
    fn knows_status(&self, status: &str) -> bool;

    /// Returns how many writes one request can carry.
    fn batch_size(&self) -> usize;

    /// Returns how many issues one request may create now, so that it is answered in time.
    fn creates_at_once(&self) -> usize {
        self.batch_size()
    }

    /// Returns how long this side may be at work on one issue that it creates, as far as it has shown. After a create
    /// without an answer, nothing is absent before two looks so far apart have found the same.
    fn create_takes(&self) -> Duration {
        Duration::ZERO
    }

    /// Returns true once the side has said that its limit of requests is near: then a run writes only what is new.
    fn is_near_limit(&self) -> bool {
        false
    }

    /// Returns what stands for the create screen of an issue type, which is another one once the screen is: asked for at
    /// most once an hour. `None` where the side has no such thing.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn create_screen(&self, _project: &str, _issue_type: &str) -> Result<Option<Fingerprint>, ApiError> {
        Ok(None)
    }

    /// Returns how many more requests this side can take right now, without waiting and without the slots that the
    /// next run's polls need.
    fn spare(&self) -> usize;

    /// Carries out writes; one result per push, in order. A write whose answer was lost is not repeated.
    ///
    /// A status may take several steps (a workflow's transitions): `InDoubt` when a step after the first fails, so that
    /// what the issue says then is read before anything else is tried.
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>>;

    /// Looks for the markers of writes; one result per wanted thing, in order. `taken` tells of a thing's id that it is
    /// known as the copy of another original than the key's: then it is not what is looked for.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError>;

    /// Finds the one account of this side that is this person: by its id where one is given (it is an id of this side),
    /// else by exactly this e-mail address, else by exactly this name. `None` when there is none, or more than one. People
    /// choose their names: an account whose known address is another than this one is not this person.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError>;

    /// Lists the files attached to an issue, and to what people wrote in its thread, oldest first, and says who may see
    /// the issue; none where it cannot be read.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError>;

    /// Opens a file of this side.
    ///
    /// # Errors
    /// As for [`Remote::changed`]; `Refused` when it is gone or ours to see no more.
    fn open_file(&self, file: &File) -> Result<Content, ApiError>;

    /// Carries out an [`Action::AddFile`](crate::domain::Action::AddFile). Without content it only says that there is a
    /// file, where this side can say that.
    ///
    /// # Errors
    /// As for [`Remote::push`].
    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError>;

    /// Returns where people see the issue of this name (`OPS-12`, a Guance uuid). Asks nothing.
    fn issue_url(&self, name: &str) -> String;

    /// Reads the write counter that guajira keeps on this side, to notice a state that is older than the world.
    /// `Ok(None)` when none was ever written; `Unknown` inside when this side cannot keep one.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn read_register(&self) -> Result<Register, ApiError>;

    /// Writes the counter, and the key of our seals. Called before the first write of a run.
    ///
    /// # Errors
    /// As for [`Remote::push`]; `Refused` when this side cannot keep one.
    fn write_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError>;
}
