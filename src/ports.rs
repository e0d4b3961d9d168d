//! What the engine needs from outside: remotes, request budget, clock, stop signal, failpoints.
//!
//! These traits sit *below* the decisions: they move facts and carry out one write. Who may create what is
//! `plan::Policy`.

mod parts;
mod standing;
mod walk;

use std::fmt;
use std::io::Read;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{
    Comment, CommentId, File, Fingerprint, Issue, IssueId, Key, Person, Push, Receipt, Seal, SealKey, SealKeys, Side,
    Visibility,
};

pub use parts::{ThreadPage, ThreadPart};
pub use standing::{LostProject, Standing};
pub use walk::Walk;

/// Why a remote call failed, by what the caller should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// Certainly not carried out (no connection, rate limit, any failed read): again, not before `retry_after`.
    Unavailable {
        /// The least time to wait, where the remote named one.
        retry_after: Option<Duration>,
    },
    /// A write left and no usable answer came (timeout, reset, 5xx): it may have happened.
    InDoubt,
    /// Certainly not carried out: this one thing takes no more for now, others may go.
    Crowded {
        /// The least time to wait.
        retry_after: Duration,
    },
    /// Understood and refused (400, 404, 413): no rerun does better; the item is dead.
    Refused,
    /// Not carried out: what was to be written over, or deleted, is not our own account's writing.
    NotOurs,
    /// Our credentials were refused: leave this side alone for this run.
    Unauthorized,
    /// Our own request budget is used up; nothing was sent. Not a failure.
    OutOfBudget,
    /// The run was asked to stop; nothing was sent. Not a failure.
    Stopped,
    /// The request could not be recorded in our own state; nothing was sent, and the run cannot go on.
    Unrecorded,
}

/// A failed remote call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// What to do about it.
    pub kind: ApiErrorKind,
    /// Which side.
    pub side: Side,
    /// What was tried, on what, and the remote's own words; a lower-case fragment without full stop, no secret.
    pub message: String,
    /// How to mend it, when we know.
    pub hint: Option<String>,
}

impl ApiError {
    /// Returns an error of this kind.
    pub fn new(side: Side, kind: ApiErrorKind, message: impl Into<String>) -> Self {
        Self { kind, side, message: message.into(), hint: None }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.side, self.message)
    }
}

impl std::error::Error for ApiError {}

/// Who the remote says we are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The account's id on the remote; empty where the remote has no such call.
    pub account: String,
    /// A name for people.
    pub name: String,
    /// The remote's clock when it answered, if it told.
    pub clock: Option<DateTime<Utc>>,
    /// The id of the installation, or of the workspace, that answered; empty where it does not tell.
    pub service: String,
}

/// What to read: everything that changed at or after `from`, by the remote's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Inclusive lower bound, remote time.
    pub from: DateTime<Utc>,
    /// Exclusive upper bound for a backfill; an ordinary run leaves its window open.
    pub until: Option<DateTime<Utc>>,
    /// Issues to watch that the usual selection no longer covers (moved to another project).
    pub strays: Vec<IssueId>,
    /// Projects that an earlier read could not bring, and from when on each has to be read once it is there again.
    pub lost: Vec<(String, DateTime<Utc>)>,
    /// Only issues that our own account created, in any project: to rebuild a lost state. A side that cannot tell
    /// answers with nothing.
    pub ours_only: bool,
}

impl Span {
    /// Returns everything from this time on, and nothing besides.
    pub fn since(from: DateTime<Utc>) -> Self {
        Self { from, until: None, strays: Vec::new(), lost: Vec::new(), ours_only: false }
    }
}

/// A record that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The issue it is, or belongs to, when that much could be read.
    pub issue: Option<IssueId>,
    /// What was wrong.
    pub why: String,
}

/// What a read of a span brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Issues, in no promised order, each once.
    pub issues: Vec<Issue>,
    /// Highest time really seen in the field the cursor is about; `None` when nothing came.
    pub watermark: Option<DateTime<Utc>>,
    /// Records that could not be understood.
    pub unreadable: Vec<Unreadable>,
    /// The remote's clock, if it told.
    pub clock: Option<DateTime<Utc>>,
    /// Projects of the usual selection that could not be read, though others could.
    pub lost: Vec<LostProject>,
    /// Those of the issues that say that they are archived, or their project is.
    pub archived: Vec<IssueId>,
    /// The workspaces that the records say they are of, each once; empty where they do not tell.
    pub services: Vec<String>,
}

/// What to look for on the other side before (re)sending a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The idempotency key whose marker is looked for.
    pub key: Key,
    /// The issue whose thread would hold it, for a comment.
    pub issue: Option<IssueId>,
    /// For an issue: the project it would be in.
    pub project: Option<String>,
    /// For an edit: the content's fingerprint that the copy would carry.
    pub content: Option<Fingerprint>,
}

/// What a look-up by marker found.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It is there.
    Found(Receipt),
    /// An issue of our own account carries the original's id as a label, and nothing else says that guajira made it.
    Labelled(Receipt),
    /// No copy of ours is there, but an issue that somebody else made carries the original's id as a label.
    Foreign(Receipt, Person),
    /// It is certainly not there.
    Absent,
    /// It cannot be told now (an index lags): ask again later.
    Unsure,
}

/// An issue that carries the id of an issue of the other side as a label, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledIssue {
    /// Its id.
    pub id: IssueId,
    /// What people call it.
    pub name: String,
    /// When it was made, as far as the remote tells.
    pub created: Option<DateTime<Utc>>,
    /// Who made it.
    pub creator: Person,
    /// The ids that its labels name, in their order.
    pub originals: Vec<IssueId>,
}

/// A marker to be put onto a copy that another program made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The copy: the id of a comment, or of the issue itself.
    pub copy: String,
    /// The original's key.
    pub key: Key,
    /// Fingerprint of the original's content.
    pub content: Fingerprint,
    /// Its seal.
    pub seal: Option<Seal>,
}

/// What taking over from another program needs of a service, besides [`Remote`].
pub trait Takeover {
    /// Returns the accounts that are known as ours, or as former ones. Asks nothing.
    fn own_accounts(&self) -> Vec<String>;

    /// Lists the issues of the usual selection that carry the id of an issue of the other side as a label, oldest first.
    ///
    /// # Errors
    /// As for [`Remote::changed`].
    fn labelled(&self) -> Result<Vec<LabelledIssue>, ApiError>;

    /// Marks an issue as the copy of an original; it may be done twice.
    ///
    /// # Errors
    /// As for [`Remote::push`].
    fn mark_issue(&self, mark: &Mark) -> Result<(), ApiError>;

    /// Marks comments of one issue as copies; one result per mark, in order. It may be done twice, and no words change.
    ///
    /// # Errors
    /// As for [`Remote::changed`], when nothing could be tried.
    fn mark_comments(&self, issue: &IssueId, marks: &[Mark]) -> Result<Vec<Result<(), ApiError>>, ApiError>;
}

/// Whether a comment is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    There,
    /// It is not, though its issue is, and the remote knows who asks.
    Gone,
    /// It cannot be told: it is hidden, or its issue cannot be read.
    Unknown,
}

/// One line of `guajira check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was tested: `project OPS`.
    pub what: String,
    /// `Ok` with a detail for people, or `Err` with what is wrong.
    pub result: Result<String, String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// True when a sync cannot work until it is mended; false for a warning.
    pub fatal: bool,
}

/// A file's bytes on their way.
pub struct Content {
    /// How many there are, where the remote tells.
    pub size: Option<u64>,
    /// The bytes.
    pub data: Box<dyn Read + Send>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).finish_non_exhaustive()
    }
}

/// One of the two services.
///
/// Implementations do not decide anything and keep no truth: they may cache within one run only, and facts that
/// may outlive it (a channel's uuid, what the server understands) go through [`Facts`].
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

/// The remote write counter, and what is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// This side keeps no counter (no such ability, or no permission).
    Unsupported,
    /// Nobody has written one yet.
    Empty,
    /// What was last written.
    Value {
        /// The counter.
        counter: String,
        /// The key of our seals; version 0.1 kept none.
        key: Option<SealKey>,
    },
}

/// How urgent a request is, when the minute's budget is nearly used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A poll or a look-up: may use the last slots, and waits for one within the run's time.
    Read,
    /// A delivery: leaves the slots that the next run's polls need.
    Write,
}

/// Hands out request slots of a rate-limited service; each credential has its own.
pub trait Budget {
    /// Takes a slot and records it durably; returns the index of the credential to use.
    ///
    /// # Errors
    /// `OutOfBudget` when none is free in time, `Stopped` when the run was asked to stop while waiting.
    fn take(&self, urgency: Urgency) -> Result<usize, ApiError>;

    /// Returns how many deliveries could go right now.
    fn spare(&self) -> usize;

    /// Records that the service said "slow down" to this credential: it is not used for `wait`.
    fn exhausted(&self, credential: usize, wait: Duration);
}

/// The fact that holds the ids that this pair of services had before one of them was renamed: a JSON array of texts.
pub const FORMER_PAIRS: &str = "jira.former-pairs";

/// Small facts about a remote that outlive a run (a channel's uuid, what a server understands).
pub trait Facts {
    /// Returns the fact, if known and not older than `max_age`.
    fn recall(&self, name: &str, max_age: Duration) -> Option<String>;
    /// Remembers the fact.
    fn remember(&self, name: &str, value: &str);
    /// Forgets the fact.
    fn forget(&self, name: &str);
}

/// A fact that holds until something contradicts it.
pub const FOR_EVER: Duration = Duration::from_hours(10 * 365 * 24);

/// Fact: the keys of our seals.
pub const SEAL_KEYS: &str = "engine.seal-keys";

/// Returns the keys of our seals, as far as this state knows them.
pub fn seal_keys(facts: &dyn Facts) -> SealKeys {
    facts.recall(SEAL_KEYS, FOR_EVER).map(|keys| SealKeys::parse(&keys)).unwrap_or_default()
}

/// Fact: the Guance accounts of the configured keys, as the answers to writes named them. Guance has no call that tells;
/// the register on Jira keeps them for a state that is lost.
pub const OWN_ACCOUNTS: &str = "guance.own_accounts";

/// Fact: the Jira accounts that were ours before the present one, as this state saw them.
pub const FORMER_ACCOUNTS: &str = "jira.former-accounts";

/// Most accounts that are remembered; more keys than this are not used side by side.
const MAX_ACCOUNTS: usize = 50;

/// Remembers accounts as our own on Guance.
pub fn learn_accounts(facts: &dyn Facts, accounts: &str) {
    let known = facts.recall(OWN_ACCOUNTS, FOR_EVER).unwrap_or_default();
    let mut all: Vec<&str> = known.split_whitespace().collect();
    for account in accounts.split_whitespace().filter(|account| account.len() <= 100) {
        if !all.contains(&account) {
            all.push(account);
        }
    }
    let newest = all.split_at(all.len().saturating_sub(MAX_ACCOUNTS)).1.join(" ");
    if newest != known {
        facts.remember(OWN_ACCOUNTS, &newest);
    }
}

/// How often it is said that an account may have been ours.
const SAID_AGE: Duration = Duration::from_hours(24);

/// Says once a day that an account that is not known as ours wrote what looks like guajira's, without a seal: after an
/// upgrade and a change of credentials that may be our own writing, which then is carried once more.
pub fn note_stranger(facts: &dyn Facts, side: Side, account: &str) {
    let fact = format!("{side}.stranger.{account}");
    if account.is_empty() || account.len() > 100 || facts.recall(&fact, SAID_AGE).is_some() {
        return;
    }
    facts.remember(&fact, "said");
    tracing::warn!(
        "[{side}] {account} wrote what looks like copies of guajira's, and is not known as its account: if guajira \
         wrote with it before, name it in [{side}].former_accounts."
    );
}

/// How long it is believed who somebody is.
const PERSON_AGE: Duration = Duration::from_hours(24);

/// How long it is believed that somebody is nobody on a side.
const NOBODY_AGE: Duration = Duration::from_hours(1);

/// Returns the person whom a fact tells of, or nobody; asks and remembers where it tells nothing, or is too old.
///
/// # Errors
/// As for `ask`; then nothing is remembered.
pub fn known_person(
    facts: &dyn Facts,
    fact: &str,
    ask: impl FnOnce() -> Result<Option<Person>, ApiError>,
) -> Result<Option<Person>, ApiError> {
    if let Some(known) = facts.recall(fact, PERSON_AGE) {
        match serde_json::from_str::<Option<Person>>(&known) {
            Ok(Some(person)) => return Ok(Some(person)),
            Ok(None) if facts.recall(fact, NOBODY_AGE).is_some() => return Ok(None),
            _ => {}
        }
    }
    let found = ask()?;
    facts.remember(fact, &serde_json::json!(found).to_string());
    Ok(found)
}

/// Our own clock. Never decides what was read; paces waiting and back-off.
pub trait Clock {
    /// Returns the time on this machine.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// Tells whether the run has to end.
pub trait Stop {
    /// Returns true once SIGINT or SIGTERM has come.
    fn requested(&self) -> bool;

    /// Returns true once an ordinary run's time is over; a backfill has all the time there is.
    fn out_of_time(&self) -> bool {
        false
    }
}

/// Places where a test may let the process die. Every durable step calls one.
pub trait Failpoints {
    /// Returns an error where the test wants the run to end as if the process had been killed.
    ///
    /// # Errors
    /// Only in tests.
    fn hit(&self, name: &'static str) -> Result<(), Crash>;
}

/// The simulated death of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash(pub &'static str);

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "crash injected at {}", self.0)
    }
}

impl std::error::Error for Crash {}

/// No failpoints: the real thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFailpoints;

impl Failpoints for NoFailpoints {
    fn hit(&self, _name: &'static str) -> Result<(), Crash> {
        Ok(())
    }
}
