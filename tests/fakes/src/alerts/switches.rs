//! What the pages do not say, as switches; the first value of each is the default.

use std::time::Duration;

use crate::clock::SimClock;

/// Which of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSM Operations, behind the gateway and for one site.
    Jsm,
    /// Opsgenie.
    Opsgenie,
}

/// The key of Opsgenie that the fake takes.
pub const KEY: &str = "opsgenie-test-key";
/// The user of JSM that the fake takes.
pub const USER: &str = "bot@example.com";
/// That user's API token.
pub const TOKEN: &str = "jsm-test-token";
/// The id of the site.
pub const CLOUD: &str = "1324a887-45db-1bf4-1e99-ef0ff456d421";

/// How a fake begins.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which service.
    pub kind: Kind,
    /// What it lives by.
    pub clock: SimClock,
    /// Port of 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// The undocumented.
    pub switches: Switches,
}

impl Options {
    /// A service with every switch at its default.
    pub fn of(kind: Kind) -> Self {
        Self { kind, clock: SimClock::real(), port: 0, switches: Switches::default() }
    }
}

/// Under which key a list answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `values` and `links` on JSM, `data` and `paging` on Opsgenie.
    Documented,
    /// `data`.
    Data,
    /// No object at all.
    Bare,
}

/// How a list names its next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// From the root of the API.
    Relative,
    /// Whole, with a key in it.
    Absolute,
    /// `null`, also where there is one.
    Null,
    /// Not at all.
    Missing,
}

/// How a refused request for lack of a right looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// 401, "scope does not match".
    Scope,
    /// 403.
    Forbidden,
    /// 403 with the code of what the plan does not include.
    Plan,
}

/// How a service names the time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// `X-RateLimit-Period-In-Sec`.
    Period(u64),
    /// `Retry-After`.
    RetryAfter(u64),
    /// Not at all.
    Unnamed,
}

/// The undocumented.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question")]
pub struct Switches {
    /// How long an accepted write waits before it is carried out; `None`: for ever.
    pub delay: Option<Duration>,
    /// How long after that it is shown.
    pub shown_after: Duration,
    /// How long a new alert is missing in lists, though it is there by its id.
    pub search_lag: Duration,
    /// `sort=updatedAt` is honoured; else it means `createdAt`.
    pub sorts_by_update: bool,
    /// A note moves the update time of its alert.
    pub note_moves_update: bool,
    /// A repeat moves the update time of its alert.
    pub repeat_moves_update: bool,
    /// `count` stops at 100.
    pub count_stops: bool,
    /// offset + size may be no larger.
    pub window: usize,
    /// Most rows of a page, whatever is asked for.
    pub page: usize,
    /// Times have 0 to 3 digits of a second; else always 3.
    pub mixed_fractions: bool,
    /// The integration of an alert is a text.
    pub integration_as_text: bool,
    /// Notes have the handle that names them: `id` on JSM, `offset` on Opsgenie.
    pub note_handles: bool,
    /// A page of notes begins with the last row of the one before.
    pub notes_inclusive: bool,
    /// Rows of a JSM list leave out what Opsgenie's do.
    pub thin_rows: bool,
    /// JSM answers to a new note with the note; else it accepts it like any other write.
    pub note_at_once: bool,
    /// JSM spells `lastOccurredAt` with two `r`.
    pub spelled_right: bool,
    /// JSM tells all its statuses; else `open` and `closed`.
    pub all_statuses: bool,
    /// Errors are `{"errors": […]}`.
    pub listed_errors: bool,
    /// To close a closed alert fails; else it does nothing.
    pub refuses_closed: bool,
    /// What login and key may not do: any of `read`, `write`, `delete`, `config`.
    pub lacks: Vec<&'static str>,
    /// How that is said.
    pub lack: Lack,
    /// The account sees nothing: lists are empty, and an alert by its id has this status.
    pub sees_nothing: Option<u16>,
    /// Requests a minute.
    pub limit: usize,
    /// What is said beyond that.
    pub wait: Wait,
    /// Shape of lists.
    pub shape: Shape,
    /// The next page of lists.
    pub next: Next,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            delay: Some(Duration::ZERO),
            shown_after: Duration::ZERO,
            search_lag: Duration::ZERO,
            sorts_by_update: true,
            note_moves_update: true,
            repeat_moves_update: true,
            count_stops: true,
            window: 20_000,
            page: 100,
            mixed_fractions: false,
            integration_as_text: false,
            note_handles: true,
            notes_inclusive: false,
            thin_rows: false,
            note_at_once: true,
            spelled_right: false,
            all_statuses: false,
            listed_errors: false,
            refuses_closed: false,
            lacks: Vec::new(),
            lack: Lack::Scope,
            sees_nothing: None,
            limit: 1_000,
            wait: Wait::Period(60),
            shape: Shape::Documented,
            next: Next::Relative,
        }
    }
}
