//! The scopes of an API token: which one each request needs. Pure.
//!
//! Source: `x-atlassian-oauth2-scopes` in the `OpenAPI` document of Jira Cloud REST v3, the classic scopes; Jira Service Management
//! Cloud, "Scopes for OAuth 2.0 (3LO) and Forge apps".

use super::ask::Ask;
use crate::http::Method;

/// To see projects, issues and what hangs on them.
pub(super) const READ: &str = "read:jira-work";

/// To write anything, the write counter of our own account too.
pub(super) const WRITE: &str = "write:jira-work";

/// To see accounts, our own too.
pub(super) const READ_USERS: &str = "read:jira-user";

/// To see request types.
pub(super) const READ_DESKS: &str = "read:servicedesk-request";

/// Requests that read although they are no GET.
const READING: [&str; 3] = ["/search/jql", "/search", "/issue/bulkfetch"];

/// Returns the scope that a request needs; `None` where it needs none.
pub(super) fn of(ask: &Ask) -> Option<&'static str> {
    if ask.path.starts_with("/rest/servicedeskapi/") {
        return Some(if ask.method == Method::Get { READ_DESKS } else { "write:servicedesk-request" });
    }
    let resource = ask.path.splitn(5, '/').nth(4).unwrap_or_default();
    let is_read = ask.method == Method::Get || READING.iter().any(|path| ask.path.ends_with(path));
    match resource.split('/').next().unwrap_or_default() {
        "serverInfo" => None,
        _ if !is_read => Some(WRITE),
        "myself" | "user" => Some(READ_USERS),
        _ => Some(READ),
    }
}

/// Returns true where an answer says that the token lacks a scope. How it says so is not documented: 401 or 403, in JSON of the
/// gateway's own (`Unauthorized; scope does not match`) or in Jira's.
pub(super) fn is_lacking(status: u16, words: &str) -> bool {
    matches!(status, 401 | 403) && words.to_ascii_lowercase().contains("scope")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn each_request_has_its_scope() {
        let body = || Value::Null;
        for (ask, scope) in [
            (Ask::get("/rest/api/2/serverInfo"), None),
            (Ask::get("/rest/api/3/myself"), Some(READ_USERS)),
            (Ask::get("/rest/api/3/user/search"), Some(READ_USERS)),
            (Ask::get("/rest/api/3/user/properties/p"), Some(READ_USERS)),
            (Ask::put("/rest/api/3/user/properties/p", body()), Some(WRITE)),
            (Ask::get("/rest/api/3/issue/10001"), Some(READ)),
            (Ask::post("/rest/api/3/search/jql", body()), Some(READ)),
            (Ask::post("/rest/api/3/issue/bulkfetch", body()), Some(READ)),
            (Ask::post("/rest/api/3/issue/bulk", body()), Some(WRITE)),
            (Ask::post("/rest/api/3/issue/10001/transitions", body()), Some(WRITE)),
            (Ask::delete("/rest/api/3/issue/10001/comment/1"), Some(WRITE)),
            (Ask::get("/rest/servicedeskapi/servicedesk/1/requesttype"), Some(READ_DESKS)),
        ] {
            assert_eq!(of(&ask), scope, "{}", ask.name());
        }
    }

    #[test]
    fn a_lack_is_seen_in_every_form() {
        let said = "Unauthorized; scope does not match";
        let seen =
            [(401, said), (403, said), (401, "Unauthorized"), (404, said)].map(|(s, words)| is_lacking(s, words));
        assert_eq!(seen, [true, true, false, false]);
    }
}
