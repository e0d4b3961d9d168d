//! The Jira side: implements `ports::Remote` over Jira Cloud REST v3 (ADF) and Server / Data Center REST v2 (wiki).
//!
//! It moves facts and carries out single writes; what to write is decided elsewhere. Nothing is kept beyond a run
//! but what goes through [`Facts`].

mod answer;
mod api;
mod auth;
mod change;
mod check;
mod check_screen;
mod check_ways;
mod claim;
mod comments;
mod convert;
mod create;
mod dates;
mod draft;
mod files;
mod find;
mod fit;
#[cfg(test)]
mod golden_tests;
mod jql;
mod limits;
mod links;
mod moved;
mod names;
mod needs;
mod pace;
mod paging;
mod people;
mod projects;
mod screen;
mod search;
mod session;
mod shape;
mod standing;
mod steps;
mod takeover;
mod wire;
mod workflow;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use crate::domain::{
    Action, Comment, CommentId, File, Fingerprint, IssueId, Key, Person, Push, Receipt, SealKey, Side, Visibility,
};
use crate::http::Http;
use crate::ports::{
    ApiError, ApiErrorKind, Batch, Clock, Content, Facts, Identity, Lookup, Presence, Register, Remote, Span, Standing,
    Stop, Wanted,
};
use crate::secret::Secret;
use crate::words::Lang;

pub use check::{CheckChanges, CheckRoute};
pub use pace::Pace;

/// Which kind of Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// Jira Cloud: REST v3, ADF, `search/jql`.
    Cloud,
    /// Jira Server or Data Center: REST v2, wiki markup, `search`.
    Server,
}

/// How to log in.
#[derive(Clone, Debug)]
pub enum Auth {
    /// E-mail and API token (Cloud), user name and password (Server).
    Basic {
        /// E-mail or user name.
        user: String,
        /// Token or password.
        token: Secret,
    },
    /// Personal access token (Server ≥ 8.14), sent as Bearer.
    Pat {
        /// The token.
        token: Secret,
    },
}

/// How to talk to Jira.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address with its context path, without a trailing slash.
    pub base_url: String,
    /// `None`: find out from `serverInfo`.
    pub deployment: Option<Deployment>,
    /// How to log in.
    pub auth: Auth,
    /// Projects of the routes, by key: the usual selection of a poll.
    pub projects: Vec<String>,
    /// Distinguishes this pair of services from others that use the same bot account: hex digits.
    pub pair_id: String,
    /// Accounts that guajira wrote with before: account ids (Cloud), user keys or login names (Server).
    pub former_accounts: Vec<String>,
    /// What the same pair was called before one of its services was renamed, the latest first.
    pub former_pairs: Vec<String>,
    /// The language of what guajira adds to texts and links.
    pub lang: Lang,
}

/// A Jira, for the length of one run.
pub struct Jira<'a> {
    settings: Settings,
    api: api::Api<'a>,
    facts: &'a dyn Facts,
    clock: &'a dyn Clock,
    site: OnceCell<session::Site>,
    me: RefCell<Option<session::Me>>,
    /// Whether search understands unquoted milliseconds, once asked.
    epoch: Cell<Option<bool>>,
    /// What this run has seen of issues that comments may hang on.
    seen: RefCell<HashMap<IssueId, session::SeenIssue>>,
    /// Project id → is it a service project.
    services: RefCell<HashMap<String, bool>>,
    /// Project key → what reading its newest issues by key has found.
    probes: RefCell<HashMap<String, find::Probe>>,
    /// Issues that this run created, by name: a probe need not read them again.
    made: RefCell<HashMap<String, find::Copy>>,
    /// Create screens, and whether this run has asked for them.
    screens: RefCell<HashMap<String, screen::Asked>>,
    /// What things are called, once read from the facts.
    names: RefCell<Option<names::Names>>,
    /// Projects that this run has asked for such names.
    named: RefCell<HashSet<String>>,
    /// Whether this run has tried which characters are stored.
    tried_characters: Cell<bool>,
    /// Projects that could not be read by this run, or an earlier one.
    lost: RefCell<BTreeSet<String>>,
    /// What this pair of services was called before, as far as it is known.
    former_pairs: RefCell<Vec<String>>,
}

impl<'a> Jira<'a> {
    /// Returns the Jira that the settings name. Nothing is sent yet.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let credential = auth::Credential::new(&settings.auth);
        let api = api::Api::new(http, clock, stop, &settings.base_url, credential);
        let former_pairs = RefCell::new(settings.former_pairs.clone());
        Self {
            settings,
            api,
            facts,
            clock,
            site: OnceCell::new(),
            me: RefCell::new(None),
            epoch: Cell::new(None),
            seen: RefCell::default(),
            services: RefCell::default(),
            probes: RefCell::default(),
            made: RefCell::default(),
            screens: RefCell::default(),
            names: RefCell::default(),
            named: RefCell::default(),
            tried_characters: Cell::new(false),
            lost: RefCell::default(),
            former_pairs,
        }
    }

    fn write_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        match &push.action {
            Action::CreateIssue(_) => Err(refused(format!("{}: a create outside its batch; this is a bug", push.key))),
            Action::AddComment { issue, body, origin_url, internal } => {
                self.add_comment(push, issue, &comments::Text { body, origin_url }, *internal)
            }
            Action::EditComment { issue, comment, internal, .. } => self.edit_comment(push, issue, comment, *internal),
            Action::DeleteComment { issue, comment } => self.delete_comment(push, issue, comment),
            Action::ChangeIssue { issue, change, value: _ } => self.change_issue(issue, change),
            Action::LinkIssue { .. } => self.link_issue(push),
            Action::AddFile { .. } => self.attach(push, None),
        }
    }
}

impl Remote for Jira<'_> {
    fn side(&self) -> Side {
        Side::Jira
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        let me = self.log_in()?;
        let service = self.site()?.id.clone();
        Ok(Identity { account: me.user.id().to_owned(), name: me.user.display_name, clock: me.clock, service })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.read_changed(span)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.read_by_id(ids)
    }

    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.read_visible_thread(issue)
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.look_for_comments(issue, comments)
    }

    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError> {
        self.issue_standing(issues)
    }

    fn project_standing(&self, project: &str) -> Result<Standing, ApiError> {
        self.standing_of_project(project)
    }

    fn spare(&self) -> usize {
        usize::MAX
    }

    fn knows_status(&self, _status: &str) -> bool {
        true
    }

    fn batch_size(&self) -> usize {
        create::MAX_BULK
    }

    fn creates_at_once(&self) -> usize {
        self.at_once()
    }

    fn create_screen(&self, project: &str, issue_type: &str) -> Result<Option<Fingerprint>, ApiError> {
        self.stamp(project, issue_type).map(Some)
    }

    fn is_near_limit(&self) -> bool {
        self.api.is_near_limit()
    }

    fn create_takes(&self) -> Duration {
        self.longest_create()
    }

    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let mut results: Vec<Option<Result<Receipt, ApiError>>> = batch.iter().map(|_| None).collect();
        let is_create = |push: &Push| matches!(push.action, Action::CreateIssue(_));
        let creates: Vec<usize> =
            batch.iter().enumerate().filter(|(_, push)| is_create(push)).map(|(index, _)| index).collect();
        for (index, result) in creates.iter().zip(self.create_issues(batch)) {
            if let Some(slot) = results.get_mut(*index) {
                *slot = Some(result);
            }
        }
        let mut logged_out = results.iter().flatten().find_map(|result| match result {
            Err(error) if error.kind == ApiErrorKind::Unauthorized => Some(error.clone()),
            _ => None,
        });
        let mut out = Vec::with_capacity(batch.len());
        for (push, done) in batch.iter().zip(results) {
            let result = match (done, &logged_out) {
                (Some(result), _) => result,
                // Another try with refused credentials could lock the account.
                (None, Some(error)) => Err(error.clone()),
                (None, None) => self.write_one(push),
            };
            if let Err(error) = &result
                && error.kind == ApiErrorKind::Unauthorized
            {
                logged_out = Some(error.clone());
            }
            out.push(result);
        }
        out
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        self.look_up(wanted, taken)
    }

    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.find_person(who)
    }

    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.list_files(issue)
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        self.open_attachment(file)
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        self.attach(push, content)
    }

    fn issue_url(&self, name: &str) -> String {
        let base = self.site.get().map_or(self.settings.base_url.as_str(), |site| &site.base);
        format!("{}/browse/{name}", base.trim_end_matches('/'))
    }

    fn read_register(&self) -> Result<Register, ApiError> {
        self.register()
    }

    fn write_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError> {
        self.set_register(counter, key)
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::Jira, ApiErrorKind::Refused, message)
}

fn unavailable(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::Jira, ApiErrorKind::Unavailable { retry_after: None }, message)
}

/// Returns the host of an address, without port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found_in_an_address() {
        for (url, want) in [
            ("https://x.atlassian.net", "x.atlassian.net"),
            ("https://jira.example.com:8443/jira", "jira.example.com"),
            ("https://api.atlassian.com/ex/jira/1-2", "api.atlassian.com"),
            ("http://127.0.0.1:80", "127.0.0.1"),
        ] {
            assert_eq!(host_of(url), want);
        }
    }
}
