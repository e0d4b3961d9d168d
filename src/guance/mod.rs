//! The Guance side: implements `ports::Remote` over the Guance Open API.
//!
//! `api` holds the endpoints, `answer` what their answers mean, `paging` how a list is read to its end, `wire` the rows
//! as they travel, `convert` and `claim` what they mean to us. What is not documented is understood in every form that
//! was seen; what is remembered between runs goes through [`Facts`].

mod answer;
mod api;
mod change;
mod channel;
mod check;
mod claim;
mod convert;
mod extend;
mod files;
#[cfg(test)]
mod golden_tests;
mod level;
mod long;
mod paging;
mod people;
mod plain;
mod takeover;
mod transfer;
mod wire;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt;

use answer::{Cause, Fault};
use api::Api;
use claim::Authors;
use paging::is_about_updates;
use wire::{IssueRow, ReplyRow};

use crate::domain::{
    Action, Comment, CommentId, File, Issue, IssueId, Key, Maker, Person, Push, Receipt, SealKey, Side, Visibility,
};
use crate::http::Http;
use crate::ports::{
    ApiError, ApiErrorKind, Batch, Budget, Clock, Content, FOR_EVER, Facts, Identity, Lookup, Presence, Register,
    Remote, Span, Standing, Stop, ThreadPage, ThreadPart, Unreadable, Wanted, learn_accounts, note_stranger,
};
use crate::secret::Secret;

/// How this workspace shows replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyFormat {
    /// HTML fragments (the editor's own form).
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

/// How to talk to Guance.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address, without a trailing slash.
    pub base_url: String,
    /// Base address of the console, for links people follow, without a trailing slash.
    pub console_url: String,
    /// API keys, used in turn; each has its own request budget.
    pub api_keys: Vec<Secret>,
    /// Channel name or `chan_…` uuid.
    pub channel: String,
    /// How this workspace shows replies.
    pub reply_format: ReplyFormat,
    /// Accounts of keys that guajira wrote with before (`wsak_…`).
    pub former_accounts: Vec<String>,
    /// Whether to find out the names and addresses of managers: now and then it costs a request.
    pub names_managers: bool,
    /// Whether to find out the channels of every issue: it costs a request, once for each.
    pub names_channels: bool,
}

/// How old a reading of a thread may be that tells who wrote a reply.
const FRESH: TimeDelta = TimeDelta::minutes(1);

/// The fact that `issue/list` was seen to select by update time.
const BY_UPDATE: &str = "guance.window_is_about_updates";

/// A thread, and when it was read.
struct Seen {
    at: DateTime<Utc>,
    thread: Vec<Comment>,
}

/// A Guance workspace, as one of the two sides.
pub struct Guance<'a> {
    api: Api<'a>,
    facts: &'a dyn Facts,
    channel: OnceCell<String>,
    levels_asked: Cell<bool>,
    /// What the replies read in this run carry.
    files: RefCell<HashMap<IssueId, Vec<File>>>,
    /// The threads read in this run: before a reply is written over, its author is looked at.
    seen: RefCell<HashMap<IssueId, Seen>>,
    /// Replies read in this run with a part of their thread, and when.
    glimpsed: RefCell<HashMap<CommentId, (DateTime<Utc>, Comment)>>,
    /// Members met in this run, by account.
    members: RefCell<HashMap<String, Person>>,
}

impl fmt::Debug for Guance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guance").field("base_url", &self.api.settings.base_url).finish_non_exhaustive()
    }
}

impl<'a> Guance<'a> {
    /// Returns the side; nothing is contacted yet.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        budget: &'a dyn Budget,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let api = Api::new(settings, http, budget, facts, clock, stop);
        Self {
            api,
            facts,
            channel: OnceCell::new(),
            levels_asked: Cell::new(false),
            files: RefCell::default(),
            seen: RefCell::default(),
            glimpsed: RefCell::default(),
            members: RefCell::default(),
        }
    }

    /// Lists the issues of the span, of whichever time the service takes it to be about.
    fn rows(&self, span: &Span) -> Result<Vec<Value>, Fault> {
        let known = self.facts.recall(BY_UPDATE, FOR_EVER).is_some();
        let rows = self.with_channel(|channel| self.api.issues(channel, span, span.until.filter(|_| !known)))?;
        // An issue from within that changed after the window's end is not there where that is about updates.
        if known || !is_about_updates(span, &rows) {
            return Ok(rows);
        }
        self.facts.remember(BY_UPDATE, "yes");
        if span.until.is_none() { Ok(rows) } else { self.with_channel(|channel| self.api.issues(channel, span, None)) }
    }

    /// Turns a row into an issue, asking for the names of levels when it must.
    fn issue(&self, value: Value) -> Result<Result<Issue, Unreadable>, ApiError> {
        let row: IssueRow = match api::row(value) {
            Ok(row) => row,
            Err((issue, why)) => return Ok(Err(Unreadable { issue, why })),
        };
        let id = IssueId::new(row.uuid.as_str());
        let level = self.level_of(&row)?;
        self.learn_people(&row);
        let tells_channels = row.bind_channels.is_some();
        let mut issue = convert::issue(row, level, &self.api.settings.console_url);
        if let Ok(issue) = &mut issue {
            self.name_managers(issue)?;
            self.name_channels(issue, tells_channels)?;
        }
        Ok(issue.map_err(|why| Unreadable { issue: Some(id), why }))
    }

    fn batch(&self, rows: impl IntoIterator<Item = Value>) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for row in rows {
            let workspace = row.get("workspaceUUID").and_then(Value::as_str).and_then(|id| api::segment(id).ok());
            if let Some(workspace) = workspace.filter(|id| batch.services.iter().all(|known| known != id)) {
                batch.services.push(workspace.to_owned());
            }
            match self.issue(row)? {
                Ok(issue) => batch.issues.push(issue),
                Err(unreadable) => batch.unreadable.push(unreadable),
            }
        }
        batch.clock = self.api.server_clock();
        Ok(batch)
    }

    /// Reads a thread; the flag tells whether every row of it could be read.
    fn read_thread(&self, issue: &IssueId) -> Result<Option<(Vec<Comment>, bool)>, ApiError> {
        let rows = match self.api.replies(issue) {
            Ok(rows) => rows,
            Err(fault) if fault.cause == Cause::Gone => return Ok(None),
            Err(fault) => return Err(fault.error),
        };
        self.files.borrow_mut().insert(issue.clone(), Vec::new());
        let (thread, whole) = self.comments(issue, rows);
        self.seen.borrow_mut().insert(issue.clone(), Seen { at: self.api.now(), thread: thread.clone() });
        Ok(Some((thread, whole)))
    }

    /// Turns rows, newest first, into comments, oldest first; the flag tells whether every row could be read.
    fn comments(&self, issue: &IssueId, rows: Vec<Value>) -> (Vec<Comment>, bool) {
        let authors = Authors::known(self.facts, &self.api.settings.former_accounts);
        let mut whole = true;
        let mut thread = Vec::new();
        // Newest first is what was asked for.
        for row in rows.into_iter().rev() {
            let number = row.get("id").and_then(Value::as_u64);
            let read = match api::row::<ReplyRow>(row) {
                // What the service itself writes about changes is not somebody's words.
                Ok(row) if row.kind == "change" || row.is_deleted() => continue,
                Ok(mut row) => {
                    let attached = std::mem::take(&mut row.attachments_list);
                    let comment = convert::comment(row, &attached, issue, &self.api.settings.console_url, &authors);
                    comment.inspect(|comment| self.note_files(issue, comment, &attached))
                }
                Err((_, why)) => Err(why),
            };
            match read {
                Ok(comment) => thread.push((number, comment)),
                Err(error) => {
                    tracing::warn!(side = "guance", id = %issue, error, "Reply could not be read.");
                    whole = false;
                }
            }
        }
        // Times are whole seconds: within one, the numbers of the rows tell what was written first.
        thread.sort_by_key(|(number, comment)| (comment.created, *number));
        let thread: Vec<Comment> = thread.into_iter().map(|(_, comment)| comment).collect();
        for comment in thread.iter().filter(|comment| claim::is_like_ours(comment)) {
            note_stranger(self.facts, Side::Guance, &comment.author.id);
        }
        (thread, whole)
    }

    /// Tells which replies are still there. There is no read of a reply by id: the thread is read once more, and tells
    /// that one is gone only where every row of it can be read, and the issue itself too.
    fn look_for_replies(&self, issue: &IssueId, replies: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let unknown = || Ok(vec![Presence::Unknown; replies.len()]);
        let read = self.api.replies(issue).and_then(|rows| self.api.issue(issue).map(|_| rows));
        let rows = match read {
            Ok(rows) => rows,
            Err(fault) if fault.cause == Cause::Gone => return unknown(),
            Err(fault) => return Err(fault.error),
        };
        let mut there = HashSet::new();
        for row in rows {
            match api::row::<ReplyRow>(row) {
                Ok(row) if row.is_deleted() => {}
                Ok(row) => drop(there.insert(String::from(row.uuid))),
                Err(_) => return unknown(),
            }
        }
        let is_there = |id: &CommentId| if there.contains(id.as_str()) { Presence::There } else { Presence::Gone };
        Ok(replies.iter().map(is_there).collect())
    }

    /// Remembers which account our key writes as. Guance has no call that tells.
    pub(super) fn learn_account(&self, answer: &Value, field: &str) {
        let account = answer.get(field).and_then(Value::as_str).unwrap_or_default();
        if !account.contains(char::is_whitespace) {
            learn_accounts(self.facts, account);
        }
    }

    /// Makes sure that a reply is ours before it is written over or deleted; `false` when it is not in its thread. A
    /// reply cannot be read by its id: the thread is read, unless this run has just done so.
    ///
    /// # Errors
    /// `NotOurs` when neither our account wrote it nor a marker proves that guajira did; `Refused` with a hint when it
    /// looks like guajira's, for then a person has to say whose key it was.
    fn is_own(&self, push: &Push, issue: &IssueId, reply: &CommentId) -> Result<bool, ApiError> {
        let Some(reply) = self.reply(issue, reply)? else { return Ok(false) };
        let authors = Authors::known(self.facts, &self.api.settings.former_accounts);
        let (maker, key) = (authors.maker(&reply.author.id), push.key.origin());
        let claims = reply.claim.as_ref().is_some_and(|claim| claim.key == key);
        let shows = claim::visible(&reply.body).is_some_and(|(named, _)| named == key);
        // People at the console quote texts together with their links.
        let may_be_ours = maker == Maker::Unknown && !reply.author.id.starts_with("acnt_");
        if matches!(maker, Maker::Us | Maker::Former) || claims || may_be_ours && shows {
            return Ok(true);
        }
        let whose =
            format!("reply {} was written by {}, which is not the account of our key", reply.id, reply.author.id);
        if shows {
            let hint = "if that was the account of an earlier key of guajira's, name it in [guance].former_accounts, \
                        then run `guajira retry`";
            return Err(refused(whose).with_hint(hint));
        }
        Err(ApiError::new(Side::Guance, ApiErrorKind::NotOurs, whose))
    }

    fn push_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        let request = |issue, body, url| convert::reply_request(self.api.settings.reply_format, issue, body, url, push);
        match &push.action {
            Action::AddComment { issue, body, origin_url, internal: _ } => {
                let answer = self.api.create_reply(request(issue, body, origin_url))?;
                self.learn_account(&answer, "creator");
                receipt(&answer)
            }
            Action::EditComment { issue, comment, body, origin_url, internal: _ } => {
                if !self.is_own(push, issue, comment)? {
                    return Err(refused(format!("reply {comment} is not in the thread of {issue}")));
                }
                let answer = self.api.modify_reply(comment.as_str(), request(issue, body, origin_url))?;
                self.learn_account(&answer, "updator");
                // The reply is known by its id whatever the answer holds.
                Ok(receipt(&answer).unwrap_or_else(|_| receipt_for(comment.as_str(), None)))
            }
            Action::DeleteComment { issue, comment } => {
                if !self.is_own(push, issue, comment)? {
                    return Ok(receipt_for(comment.as_str(), None));
                }
                match self.api.delete_reply(comment.as_str()) {
                    Ok(_) => Ok(receipt_for(comment.as_str(), self.api.server_clock())),
                    Err(fault) if fault.cause == Cause::Gone => Ok(receipt_for(comment.as_str(), None)),
                    Err(fault) => Err(fault.error),
                }
            }
            Action::ChangeIssue { issue, change, value: _ } => self.change_issue(issue, change),
            Action::AddFile { .. } => self.add_file(push, None),
            Action::LinkIssue { issue, to: _, title, url } => {
                extend::change(&self.api, issue, |extend| extend::add_link(extend, title, url))?;
                Ok(receipt_for(issue.as_str(), self.api.server_clock()))
            }
            Action::CreateIssue(_) => Err(refused("issues are not created on Guance")),
        }
    }
}

impl Remote for Guance<'_> {
    fn side(&self) -> Side {
        Side::Guance
    }

    /// Guance does not tell who we are. A request with a bad key is answered with an error, never with nothing, so that
    /// a request spent on this would prove no more than the poll itself. Which workspace keys are of is asked once.
    fn identify(&self) -> Result<Identity, ApiError> {
        let service = self.workspace()?;
        self.channel()?;
        Ok(Identity { clock: self.api.server_clock(), service, ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        // No issue here was created by us.
        if span.ours_only {
            return Ok(Batch { clock: self.api.server_clock(), ..Batch::default() });
        }
        let mut batch = self.batch(self.rows(span)?)?;
        batch.watermark = convert::watermark(&batch.issues);
        Ok(batch)
    }

    /// Whichever time a window is about: those who read several, one after the other, read upwards, and an issue that
    /// changes meanwhile is in a later one.
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let (rows, parts) = self.with_channel(|channel| self.api.issues_within(channel, span, requests))?;
        if is_about_updates(span, &rows) && self.facts.recall(BY_UPDATE, FOR_EVER).is_none() {
            self.facts.remember(BY_UPDATE, "yes");
        }
        let mut batch = self.batch(rows)?;
        batch.watermark = convert::watermark(&batch.issues);
        Ok((batch, parts))
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut rows = Vec::new();
        let mut refused = Vec::new();
        for id in ids {
            match self.api.issue(id) {
                Ok(row) => rows.push(row),
                Err(fault) if fault.cause == Cause::Gone => {}
                Err(fault) if fault.error.kind == ApiErrorKind::Refused => {
                    refused.push(Unreadable { issue: Some(id.clone()), why: fault.error.message });
                }
                Err(fault) => return Err(fault.error),
            }
        }
        let mut batch = self.batch(rows)?;
        batch.unreadable.extend(refused);
        Ok(batch)
    }

    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        Ok(self.read_thread(issue)?.map(|(thread, _)| thread))
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        self.read_newest(issue, down_to, requests)
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        self.read_page(issue, page)
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.look_for_replies(issue, comments)
    }

    fn spare(&self) -> usize {
        self.api.budget.spare()
    }

    /// Guance archives nothing, and has no projects.
    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError> {
        Ok(vec![Standing::Open; issues.len()])
    }

    fn project_standing(&self, _project: &str) -> Result<Standing, ApiError> {
        Ok(Standing::Open)
    }

    fn knows_status(&self, status: &str) -> bool {
        self.takes_status(status)
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| self.push_one(push)).collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        let mut threads: HashMap<&IssueId, Option<(Vec<Comment>, bool)>> = HashMap::new();
        let mut found = Vec::new();
        for wanted in wanted {
            let Some(issue) = &wanted.issue else {
                found.push(Lookup::Unsure);
                continue;
            };
            if !threads.contains_key(issue) {
                threads.insert(issue, self.read_affordable(issue)?);
            }
            found.push(threads.get(issue).map_or(Lookup::Unsure, |thread| look_up(wanted, thread.as_ref(), taken)));
        }
        Ok(found)
    }

    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.find_person(who)
    }

    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        Ok((Visibility::Public, self.list_files(issue)?))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        self.api.download(file.id.as_str())
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        self.add_file(push, content)
    }

    fn issue_url(&self, name: &str) -> String {
        convert::issue_url(&self.api.settings.console_url, "", name)
    }

    fn read_register(&self) -> Result<Register, ApiError> {
        Ok(Register::Unsupported)
    }

    fn write_register(&self, _counter: &str, _key: Option<&SealKey>) -> Result<(), ApiError> {
        Err(ApiError::new(Side::Guance, ApiErrorKind::Refused, "Guance keeps no write counter"))
    }
}

fn look_up(wanted: &Wanted, thread: Option<&(Vec<Comment>, bool)>, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
    // An issue that cannot be read by id holds no copy.
    let Some((thread, whole)) = thread else { return Lookup::Absent };
    let key = wanted.key.origin();
    let doubt = |comment: &Comment| {
        let claim = comment.claim.as_ref().filter(|claim| claim.key == key)?;
        let right = wanted.content.is_none() || claim.written == wanted.content;
        right.then_some(claim.doubt())
    };
    let free = thread.iter().filter(|comment| !taken(&key, comment.id.as_str()));
    let found = free.filter_map(|comment| Some((doubt(comment)?, comment))).min_by_key(|(doubt, _)| *doubt);
    match found {
        // A surer one may be in what was not read.
        Some(((maker, _), _)) if !*whole && maker != Maker::Us => Lookup::Unsure,
        Some((_, comment)) => Lookup::Found(receipt_for(comment.id.as_str(), Some(comment.created))),
        None if *whole => Lookup::Absent,
        None => Lookup::Unsure,
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::Guance, ApiErrorKind::Refused, message)
}

/// Reads the object that a reply write returns.
///
/// # Errors
/// `InDoubt` when it does not name the reply: it may be there, and only a look-up can tell.
fn receipt(answer: &Value) -> Result<Receipt, ApiError> {
    let row: ReplyRow = api::row(answer.clone()).map_err(|(_, why)| {
        ApiError::new(Side::Guance, ApiErrorKind::InDoubt, format!("the reply was accepted, but not named: {why}"))
    })?;
    Ok(receipt_for(row.uuid.as_str(), row.update_at.or(row.create_at)))
}

fn receipt_for(id: &str, at: Option<DateTime<Utc>>) -> Receipt {
    Receipt { id: id.to_owned(), name: id.to_owned(), at, dropped: Vec::new(), issue: None }
}
