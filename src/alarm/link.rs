//! Where people see a round in the console.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

/// How far before a round's beginning the console's window opens, and how far behind it ends.
///
/// Source: `df_event_link` in the published webhook: the event's time less 15 minutes, and a minute more.
const WINDOW: (TimeDelta, TimeDelta) = (TimeDelta::minutes(15), TimeDelta::minutes(1));

/// Returns the address of a round's first event in the console at `console`, without a trailing slash.
///
/// Source: `df_event_link` in the published webhook: `time`, `tags` and `w`.
pub(super) fn of_event(console: &str, event: &str, at: Option<DateTime<Utc>>, workspace: &str) -> String {
    let mut url = format!("{console}/keyevents/monitor?");
    if let Some(at) = at {
        let [from, until] = [at - WINDOW.0, at + WINDOW.1].map(|time| time.timestamp_millis());
        let _ = write!(url, "time={from}%2C{until}&");
    }
    let _ = write!(url, "tags=%7B%22df_event_id%22%3A%22{event}%22%7D");
    let plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !workspace.is_empty() && plain(workspace) {
        let _ = write!(url, "&w={workspace}");
    }
    url
}

/// Returns scheme and host of an address of the web; `None` for anything else.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    url.get(..url.len() - rest.len() + host.len())
}
