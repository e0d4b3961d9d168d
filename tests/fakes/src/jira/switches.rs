//! Everything about Jira that is undocumented, disputed or configurable, as switches a test can throw.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the server makes of an unquoted number in a date clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochMs {
    /// Milliseconds since 1970.
    Understood,
    /// 400, as for any malformed date.
    Refused,
    /// The clause holds for every issue.
    AlwaysTrue,
}

/// What happens to a field that is not on the create screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffScreen {
    /// 400 `Field 'x' cannot be set. It is not on the appropriate screen, or unknown.`
    Refused,
    /// The issue is created without it, and nothing is said.
    Dropped,
}

/// How a Cloud search says that there is no further page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastToken {
    /// No `nextPageToken` at all.
    Absent,
    /// `"nextPageToken": null`.
    Null,
}

/// What a search answers to credentials that no longer count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadSearch {
    /// 200 with an empty list.
    Empty,
    /// 400 `The value 'X' does not exist for the field 'project'.`
    UnknownProject,
}

/// What becomes of archived issues and projects; which of it holds for a Jira is mostly not documented.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "a board of independent switches")]
pub struct Archive {
    /// Archived issues, by key.
    pub issues: BTreeSet<String>,
    /// Archived projects, by key.
    pub projects: BTreeSet<String>,
    /// An issue's own JSON tells, in `archiveddate` and `archivedby`, when the issue itself or its project is archived.
    pub issue_tells: bool,
    /// `GET project` tells, in `archived`.
    pub project_tells: bool,
    /// A search that names an archived project is refused, as for one that is not there; else it finds nothing in it.
    pub unknown_to_search: bool,
    /// A search for the id or key of an archived issue is refused; else it finds nothing.
    pub unknown_id: bool,
    /// Cloud: a bulk fetch leaves archived issues out.
    pub not_in_bulk: bool,
    /// What a write is answered.
    pub status: u16,
    /// In which words.
    pub words: String,
}

/// DC's token bucket per user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DcLimit {
    /// Bucket size.
    pub limit: u32,
    /// Tokens added per interval.
    pub fill: u32,
    /// The interval.
    pub interval: Duration,
}

/// The switches. The default is a well-meaning server of its flavour.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "a board of independent switches")]
pub struct Switches {
    /// Server: refuses every signed request with this `oauth_problem`.
    pub oauth_problem: Option<String>,
    /// Server: scheme, host and port that it computes signatures for, where a proxy hides another one.
    pub oauth_site: Option<String>,
    /// Search sees the issues as they were this long ago, by the fake's clock.
    pub index_lag: Duration,
    /// Every answer says that the limit of requests is near: `X-RateLimit-NearLimit: true`.
    pub near_limit: bool,
    /// Issues (by key) that search does not show at all, whatever their age; `reconcileIssues` does.
    pub unindexed: BTreeSet<String>,
    /// Unquoted numbers in date clauses.
    pub epoch_ms: EpochMs,
    /// Cloud: `isLast` is left out of search answers.
    pub no_is_last: bool,
    /// Cloud: how the last page says so.
    pub last_token: LastToken,
    /// Search pages hold at most this many rows, whatever was asked (Cloud: a short page that is not the last).
    pub page_cap: Option<usize>,
    /// Cloud: every page that has a successor is followed by an empty one.
    pub empty_pages: bool,
    /// A page starts with the last row of the page before.
    pub duplicate_rows: bool,
    /// `ORDER BY` is ignored; rows come in a fixed shuffled order.
    pub unsorted: bool,
    /// How many comments a search row or a bulk fetch carries inline.
    pub inline_comments: usize,
    /// Whether the inline comments are the newest ones rather than the oldest.
    pub inline_newest: bool,
    /// Whether editing a comment moves its issue's `updated`.
    pub comment_edit_bumps: bool,
    /// Whether deleting a comment moves its issue's `updated`.
    pub comment_delete_bumps: bool,
    /// A comment PUT without `visibility` makes a restricted comment public.
    pub put_drops_visibility: bool,
    /// Whether a user may write properties on the own user record.
    pub user_properties: bool,
    /// The installation's own id in `serverInfo`; not every Jira tells one.
    pub server_id: Option<String>,
    /// Fields (by id) that are not on the create screen.
    pub off_create_screen: BTreeSet<String>,
    /// What happens to those.
    pub off_screen: OffScreen,
    /// Fields (by id) that are not on the edit screen; setting one is refused.
    pub off_edit_screen: BTreeSet<String>,
    /// Cloud: so many edits, assignments and transitions are answered by 409 first.
    pub edit_conflicts: u32,
    /// Leaving *done* does not clear the resolution.
    pub reopening_keeps_resolution: bool,
    /// Server: `jira.search.views.default.max`.
    pub max_results: usize,
    /// `jira.text.field.character.limit`.
    pub text_limit: usize,
    /// Whether the refusal of a longer text names it.
    pub names_limit: bool,
    /// A search with dead credentials.
    pub dead_search: DeadSearch,
    /// Server: basic authentication is off, as Jira 11 ships.
    pub basic_auth_off: bool,
    /// Cloud: enforces 20 writes in 2 s and 100 in 30 s on one issue, by the fake's clock.
    pub per_issue_writes: bool,
    /// Cloud: at most so many requests per second and method, by the fake's clock.
    pub burst: Option<u32>,
    /// Cloud: requests left in the hourly quota; none is 429 with a long `Retry-After`.
    pub quota: Option<u32>,
    /// Server: rate limiting is on.
    pub dc_limit: Option<DcLimit>,
    /// `ORDER BY`-less searches and searches without a restriction are refused (Cloud only).
    pub bounded: bool,
    /// `properties` and `expand=properties` work on comment lists.
    pub comment_properties_expand: bool,
    /// What is stored is not quite what was sent: Cloud adds local ids, merges text nodes and makes cards of bare
    /// addresses; Server ends lines as its web editor does, with CR LF.
    pub rewrites_text: bool,
    /// Every issue that is created takes this long (real time). Those of a bulk take effect one after the other, also when
    /// whoever asked has gone meanwhile, and other requests are answered between them.
    pub create_takes: Duration,
    /// An issue with this in its summary cannot be created: 500. Those before it in a bulk are made.
    pub poison: Option<String>,
    /// How the bot's language calls things that Jira translates: types, priorities, statuses, resolutions.
    pub tongue: BTreeMap<String, String>,
    /// Whether lists tell the names that things have in no language.
    pub untranslated: bool,
    /// Issue types (by shown name) that other projects have as well: a create by that name is refused.
    pub shared_type_names: BTreeSet<String>,
    /// Server: the database holds no character beyond U+FFFF, and one is answered by `three_byte_status`.
    pub three_byte_charset: bool,
    /// What is answered to such a character.
    pub three_byte_status: u16,
    /// The largest attachment, in bytes; `None` when attachments are switched off.
    pub upload_limit: Option<u64>,
    /// The search for users finds a hidden address by its beginning too, as Atlassian's page says of addresses.
    pub hidden_address_beginnings: bool,
    /// What is archived.
    pub archive: Archive,
    /// The service desk API refuses us.
    pub no_service_desk_api: bool,
    /// Server: it answers only to those who say that they know it may change.
    pub experimental_desk: bool,
    /// Most rows of its pages.
    pub desk_page: usize,
    /// Server: its list tells the keys of request types.
    pub request_types_tell_key: bool,
    /// Server: an issue takes the id of a request type too.
    pub request_type_takes_id: bool,
    /// ADF is checked against the published schema; a real Cloud is laxer.
    pub strict_adf: bool,
}

impl Switches {
    pub(super) fn new(cloud: bool) -> Self {
        Self {
            oauth_problem: None,
            oauth_site: None,
            near_limit: false,
            index_lag: Duration::ZERO,
            unindexed: BTreeSet::new(),
            epoch_ms: EpochMs::Understood,
            no_is_last: false,
            last_token: LastToken::Absent,
            page_cap: None,
            empty_pages: false,
            duplicate_rows: false,
            unsorted: false,
            inline_comments: if cloud { 20 } else { usize::MAX },
            inline_newest: false,
            comment_edit_bumps: true,
            comment_delete_bumps: true,
            put_drops_visibility: true,
            user_properties: true,
            server_id: None,
            off_create_screen: BTreeSet::new(),
            off_screen: OffScreen::Refused,
            off_edit_screen: BTreeSet::new(),
            edit_conflicts: 0,
            reopening_keeps_resolution: false,
            max_results: 1000,
            text_limit: 32_767,
            names_limit: true,
            dead_search: DeadSearch::Empty,
            basic_auth_off: false,
            per_issue_writes: false,
            burst: None,
            quota: None,
            dc_limit: None,
            bounded: cloud,
            comment_properties_expand: true,
            rewrites_text: false,
            tongue: BTreeMap::new(),
            untranslated: true,
            shared_type_names: BTreeSet::new(),
            create_takes: Duration::ZERO,
            poison: None,
            three_byte_charset: false,
            three_byte_status: 500,
            upload_limit: Some(10_485_760),
            hidden_address_beginnings: false,
            no_service_desk_api: false,
            experimental_desk: true,
            desk_page: 50,
            request_types_tell_key: true,
            request_type_takes_id: false,
            archive: Archive {
                issues: BTreeSet::new(),
                projects: BTreeSet::new(),
                issue_tells: !cloud,
                project_tells: true,
                unknown_to_search: true,
                unknown_id: false,
                not_in_bulk: false,
                status: 403,
                words: "This issue is archived, you cannot edit it.".to_owned(),
            },
            strict_adf: true,
        }
    }
}
