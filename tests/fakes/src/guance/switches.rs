//! What the real service leaves open, as switches; the defaults are what its documentation says.

use super::events::EventSwitches;
use super::incidents::IncidentSwitches;
use crate::clock::SimClock;

/// How a fake is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The clock it lives by.
    pub clock: SimClock,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The workspace's API keys.
    pub keys: Vec<ApiKey>,
    /// Requests a minute for one key. Documented: 20.
    pub per_key: usize,
    /// Requests a minute for all keys together. Documented: 200.
    pub per_workspace: usize,
    /// The workspace's own uuid, which its rows name.
    pub workspace: String,
    /// Channels besides `default`.
    pub channels: Vec<String>,
    /// Names of the workspace's own levels.
    pub levels: Vec<String>,
    /// The rest.
    pub switches: Switches,
}

/// An API key: its secret is the credential, its uuid and name are what its writings show.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// What people called it.
    pub name: String,
    /// The credential.
    pub secret: String,
}

/// Undocumented or contradictory behaviour, one switch each.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Switches {
    /// Where `issue/list` puts its rows.
    pub list_shape: ListShape,
    /// Which time `startTime` and `endTime` are about.
    pub window: Window,
    /// The order of `issue/list`.
    pub order: Order,
    /// How a level is told in `issue/list`.
    pub level_form: LevelForm,
    /// Whether `statusType` 15 and 25 exist.
    pub new_statuses: bool,
    /// Whether a reply moves its issue's `updateAt`.
    pub reply_bumps_issue: bool,
    /// Whether `extend` of a modify is merged into the old one; else it replaces it.
    pub merge_extend: bool,
    /// Whether a modify whose `extend` names no channels leaves the issue in the default channel only.
    pub modify_unbinds_channels: bool,
    /// What the search for members looks at.
    pub member_search: MemberSearch,
    /// Whether unknown keys of `extend` are kept.
    pub keep_extend: bool,
    /// HTTP status of a bad key: documented 403, observed 401.
    pub bad_key_status: u16,
    /// Whether `updateAt` is a float.
    pub float_times: bool,
    /// What happens to a page size above the limit.
    pub page_limit: PageLimit,
    /// Page size of `issue/list` when none is asked for.
    pub issue_page: usize,
    /// Page size of the reply list when none is asked for.
    pub reply_page: usize,
    /// `Retry-After` of a rate limit, in seconds.
    pub retry_after: Option<u64>,
    /// What an upload answers.
    pub upload: UploadAnswer,
    /// What a download answers.
    pub download: Download,
    /// Whether lists of attachments hold nothing but uuids.
    pub bare_attachments: bool,
    /// Whether a deleted reply stays in the list, with the time of its deletion.
    pub deleted_replies_listed: bool,
    /// What a monitor's repeated alarm looks like in a thread.
    pub repeats: RepeatForm,
    /// Whether a text's `=` and `#` come back as HTML entities, as from a careful sanitizer.
    pub entities: bool,
    /// How events of monitors are queried, and what they hold.
    pub events: EventSwitches,
    /// What the Incident Center answers, and what it takes.
    pub incidents: IncidentSwitches,
}

/// Where `issue/list` puts its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListShape {
    /// `content.data` and `content.pageInfo`: the reference page.
    Nested,
    /// `content` is the array, `pageInfo` beside it.
    Bare,
    /// `content` is the array, and nothing tells about pages: the vendor's JIRA script.
    BareWithoutPages,
}

/// What an upload answers, which is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadAnswer {
    /// `{"uuid": …}`.
    Uuid,
    /// `{"attachmentUUID": …}`.
    AttachmentUuid,
    /// `[{"uuid": …}]`.
    List,
    /// The uuid itself.
    Text,
    /// `true`.
    Unnamed,
    /// 400.
    Refused,
    /// There is no such call.
    NoRoute,
}

/// What a download answers, which is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Download {
    /// The bytes.
    Bytes,
    /// The bytes, called JSON.
    Json,
    /// 302 to another host.
    Redirect,
    /// An envelope with an address on another host.
    Address,
    /// An envelope with an object that holds it.
    AddressObject,
}

/// What a monitor's repeated alarm looks like, which is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatForm {
    /// A reply by the system.
    System,
    /// A reply by the monitor's own id.
    Monitor,
    /// A row of another type, by the system.
    OtherType,
    /// A row of another type, by whoever made the monitor.
    OtherTypeByOwner,
    /// A row of another type, by nobody.
    OtherTypeByNobody,
    /// A reply like that of a person.
    LikeAPerson,
}

/// Which time a window is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `createAt`.
    Created,
    /// `updateAt`.
    Updated,
}

/// The order of `issue/list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By `createAt`, newest first.
    NewestFirst,
    /// By `createAt`, oldest first.
    OldestFirst,
    /// By `updateAt`, newest first.
    UpdatedFirst,
}

/// What the search for members looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberSearch {
    /// Part of a name or an e-mail address.
    NameOrEmail,
    /// Part of a name.
    Name,
    /// Nothing: everybody is listed.
    Ignored,
}

/// How a level is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelForm {
    /// Its uuid.
    Uuid,
    /// A system level as an integer, as the first API generation does.
    Integer,
    /// Not at all: `""`.
    Empty,
}

/// What happens to a page size above the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLimit {
    /// It is granted.
    None,
    /// 400.
    Refuse(usize),
    /// Silently that many rows.
    Clamp(usize),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: SimClock::real(),
            port: 0,
            keys: vec![ApiKey { name: "Jira 系统".to_owned(), secret: "guance-test-key".to_owned() }],
            per_key: 20,
            per_workspace: 200,
            workspace: "wksp_1776556484b7412db06d6c428d3aaa6e".to_owned(),
            channels: Vec::new(),
            levels: Vec::new(),
            switches: Switches::default(),
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            list_shape: ListShape::Nested,
            window: Window::Created,
            order: Order::NewestFirst,
            level_form: LevelForm::Uuid,
            new_statuses: true,
            reply_bumps_issue: false,
            merge_extend: false,
            modify_unbinds_channels: false,
            member_search: MemberSearch::NameOrEmail,
            keep_extend: true,
            bad_key_status: 403,
            float_times: false,
            page_limit: PageLimit::None,
            issue_page: 20,
            reply_page: 10,
            retry_after: None,
            upload: UploadAnswer::Uuid,
            download: Download::Bytes,
            bare_attachments: false,
            deleted_replies_listed: false,
            repeats: RepeatForm::System,
            entities: false,
            events: EventSwitches::default(),
            incidents: IncidentSwitches::default(),
        }
    }
}
