//! What some services can do and others cannot.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::content::Content;
use super::error::ApiError;
use super::lookup::{Lookup, Presence, Wanted};
use super::parts::{ThreadPage, ThreadPart};
use super::register::Register;
use super::span::{Batch, Span};
use super::standing::Standing;
use super::tickets::Tickets;
use crate::domain::{Comment, CommentId, File, Fingerprint, IssueId, Key, Person, Push, Receipt, SealKey, Visibility};

/// What a service can do, besides what every [`Remote`](super::Remote) can. What is missing is `None`: nothing answers
/// that it is unsupported.
#[derive(Clone, Copy, Default)]
pub struct Abilities<'a> {
    /// Issues have threads of comments.
    pub threads: Option<&'a dyn Threads>,
    /// Long lists and threads can be read in parts, by those who count their requests.
    pub parts: Option<&'a dyn Parts>,
    /// Something can be written, and looked for.
    pub writes: Option<&'a dyn Writes>,
    /// Issues can be created.
    pub creates: Option<&'a dyn Creates>,
    /// What is asked for when an issue is created may change.
    pub screens: Option<&'a dyn Screens>,
    /// Files are attached to issues.
    pub files: Option<&'a dyn Files>,
    /// People can be looked for.
    pub people: Option<&'a dyn Directory>,
    /// Not every installation knows every status.
    pub statuses: Option<&'a dyn Statuses>,
    /// Issues and projects can be archived: then they can be read, and take nothing more.
    pub archive: Option<&'a dyn Archive>,
    /// It says when its limit of requests is near.
    pub quota: Option<&'a dyn Quota>,
    /// A write counter can be kept there, to notice a state that is older than the world.
    pub register: Option<&'a dyn Registry>,
    /// What was resolved can be continued.
    pub tickets: Option<&'a dyn Tickets>,
}

impl Abilities<'_> {
    /// Returns the names of those that are there.
    pub fn names(&self) -> Vec<Ability> {
        let Self {
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
        } = self;
        let all = [
            (Ability::Threads, threads.is_some()),
            (Ability::Parts, parts.is_some()),
            (Ability::Writes, writes.is_some()),
            (Ability::Creates, creates.is_some()),
            (Ability::Screens, screens.is_some()),
            (Ability::Files, files.is_some()),
            (Ability::People, people.is_some()),
            (Ability::Statuses, statuses.is_some()),
            (Ability::Archive, archive.is_some()),
            (Ability::Quota, quota.is_some()),
            (Ability::Register, register.is_some()),
            (Ability::Tickets, tickets.is_some()),
        ];
        all.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
    }
}

/// The name of one of the [`Abilities`]: which ones a kind of service has is known before anything is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// [`Abilities::threads`].
    Threads,
    /// [`Abilities::parts`].
    Parts,
    /// [`Abilities::writes`].
    Writes,
    /// [`Abilities::creates`].
    Creates,
    /// [`Abilities::screens`].
    Screens,
    /// [`Abilities::files`].
    Files,
    /// [`Abilities::people`].
    People,
    /// [`Abilities::statuses`].
    Statuses,
    /// [`Abilities::archive`].
    Archive,
    /// [`Abilities::quota`].
    Quota,
    /// [`Abilities::register`].
    Register,
    /// [`Abilities::tickets`].
    Tickets,
}

/// Issues have threads of comments.
pub trait Threads {
    /// Reads the whole thread of one issue, oldest first; `None` when the issue cannot be read by id (404). What each
    /// comment says about who may see it is not older than the comment.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError>;

    /// Asks for comments of one issue by id, or, where there is no such call, reads the issue and its whole thread
    /// once more (two requests); one answer per comment, in order.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed); `Unauthorized` where the remote would show nothing to
    /// those it does not know.
    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError>;
}

/// Long lists and threads can be read in parts, by those who count their requests.
pub trait Parts {
    /// Reads the issues that changed in the span with at most so many requests. Tells beside them, where the list was not
    /// read to its end, into how many parts the span is to be divided so that each fits: at least two.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed); `OutOfBudget` only when nothing could be read.
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError>;

    /// Reads a thread from its newest comments on with at most so many requests: to its end, or until everything on a page
    /// is older than `down_to`; `None` as for [`Threads::thread`]. Where the first page tells that the whole thread takes
    /// more requests, no other is read.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed); `OutOfBudget` only when nothing could be read.
    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError>;

    /// Reads one page of a thread, with one request; the newest page is number 1. Only where a part was not all.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError>;
}

/// Something can be written, and looked for.
pub trait Writes {
    /// Carries out writes; one result per push, in order. A write whose answer was lost is not repeated.
    ///
    /// A status may take several steps (a workflow's transitions): `InDoubt` when a step after the first fails, so that
    /// what the issue says then is read before anything else is tried.
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>>;

    /// Looks for the markers of writes; one result per wanted thing, in order. `taken` tells of a thing's id that it is
    /// known as the copy of another original than the key's: then it is not what is looked for.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError>;
}

/// Issues can be created.
pub trait Creates {
    /// Returns how many issues one request may create now, so that it is answered in time.
    fn creates_at_once(&self) -> usize;

    /// Returns how long this side may be at work on one issue that it creates, as far as it has shown. After a create
    /// without an answer, nothing is absent before two looks so far apart have found the same.
    fn create_takes(&self) -> Duration;
}

/// What is asked for when an issue is created may change.
pub trait Screens {
    /// Returns what stands for the create screen of an issue type, which is another one once the screen is: asked for at
    /// most once an hour.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn create_screen(&self, project: &str, issue_type: &str) -> Result<Fingerprint, ApiError>;
}

/// Files are attached to issues.
pub trait Files {
    /// Lists the files attached to an issue, and to what people wrote in its thread, oldest first, and says who may see
    /// the issue; none where it cannot be read.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError>;

    /// Opens a file of this side.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed); `Refused` when it is gone or ours to see no more.
    fn open_file(&self, file: &File) -> Result<Content, ApiError>;

    /// Carries out an [`Action::AddFile`](crate::domain::Action::AddFile). Without content it only says that there is a
    /// file, where this side can say that.
    ///
    /// # Errors
    /// As for [`Writes::push`].
    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError>;
}

/// People can be looked for.
pub trait Directory {
    /// Finds the one account of this side that is this person: by its id where one is given (it is an id of this side),
    /// else by exactly this e-mail address, else by exactly this name. `None` when there is none, or more than one. People
    /// choose their names: an account whose known address is another than this one is not this person.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError>;
}

/// Not every installation knows every status.
pub trait Statuses {
    /// Returns false for a status that this service has refused as one that it does not know (an older version), so that
    /// another is set in its place. Asks nothing.
    fn knows_status(&self, status: &str) -> bool;
}

/// Issues and projects can be archived: then they can be read, and take nothing more.
pub trait Archive {
    /// Asks whether issues that a write was refused for, or that a read did not bring, can be written to; one answer per
    /// issue, in order.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError>;

    /// Asks whether a project takes new issues.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn project_standing(&self, project: &str) -> Result<Standing, ApiError>;
}

/// It says when its limit of requests is near.
pub trait Quota {
    /// Returns true once the side has said that its limit of requests is near: then a run writes only what is new.
    fn is_near_limit(&self) -> bool;
}

/// A write counter can be kept there, to notice a state that is older than the world.
pub trait Registry {
    /// Reads the write counter.
    ///
    /// # Errors
    /// As for [`Remote::changed`](super::Remote::changed).
    fn read_register(&self) -> Result<Register, ApiError>;

    /// Writes the counter, and the key of our seals. Called before the first write of a run.
    ///
    /// # Errors
    /// As for [`Writes::push`]; `Refused` when it may not be kept.
    fn write_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError>;
}
