//! The gateway of Jira Cloud: which scope each request needs, and how it is refused without.
//!
//! Source: `x-atlassian-oauth2-scopes` of Atlassian's `OpenAPI` document, the classic scopes. A path that is not listed there is refused
//! to every scoped token.

use serde_json::json;

use super::auth::Caller;
use super::errors::{self, Answer};
use super::state::Site;
use crate::server::{Request, Response};

/// How a gateway says that a scope is lacking: that is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScopeRefusal {
    /// 401 in JSON of its own.
    #[default]
    Gateway401,
    /// 403 in JSON of its own.
    Gateway403,
    /// 403 as Jira words it.
    Jira403,
}

impl ScopeRefusal {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Gateway401, Self::Gateway403, Self::Jira403];

    fn answer(self) -> Response {
        let words = "Unauthorized; scope does not match";
        match self {
            Self::Gateway401 => Response::json(401, &json!({"code": 401, "message": words})),
            Self::Gateway403 => Response::json(403, &json!({"code": 403, "message": words})),
            Self::Jira403 => errors::message(403, words),
        }
    }
}

/// What a request needs.
enum Need {
    Nothing,
    Scope(&'static str),
    /// No scope opens it.
    Closed,
}

fn need(method: &str, path: &[&str]) -> Need {
    let by = |read: &'static str| Need::Scope(if method == "GET" { read } else { "write:jira-work" });
    match path {
        ["rest", "api", _, "serverInfo"] => Need::Nothing,
        ["rest", "api", _, "myself" | "user"] if method == "GET" => Need::Scope("read:jira-user"),
        ["rest", "api", _, "user", "search"] | ["rest", "api", _, "user", "assignable", "search"] => {
            Need::Scope("read:jira-user")
        }
        ["rest", "api", _, "user", "properties", _] => by("read:jira-user"),
        ["rest", "api", _, "search", "jql" | "approximate-count"]
        | ["rest", "api", _, "issue", "bulkfetch"]
        | ["rest", "api", _, "comment", "list"]
        | ["rest", "api", _, "jql", "parse"] => Need::Scope("read:jira-work"),
        ["rest", "api", _, "issue" | "comment", ..] => by("read:jira-work"),
        ["rest", "api", _, "mypermissions" | "project" | "priority" | "field" | "issuetype" | "attachment", ..]
            if method == "GET" =>
        {
            Need::Scope("read:jira-work")
        }
        ["rest", "servicedeskapi", ..] if method == "GET" => Need::Scope("read:servicedesk-request"),
        ["rest", "servicedeskapi", ..] => Need::Scope("write:servicedesk-request"),
        _ => Need::Closed,
    }
}

impl Site {
    /// Lets a request through the gateway as far as the scopes of its token reach.
    pub(super) fn pass_gateway(&mut self, request: &Request, path: &[&str]) -> Answer<()> {
        let caller = self.caller(request, true)?;
        let Some(user) = caller.name().and_then(|name| self.user(name)) else {
            let is_open = matches!(need(&request.method, path), Need::Nothing) && caller == Caller::Anonymous;
            let refusal = Response::json(401, &json!({"code": 401, "message": "Unauthorized"}));
            return if is_open { Ok(()) } else { Err(refusal) };
        };
        let scope = match need(&request.method, path) {
            Need::Nothing => return Ok(()),
            Need::Scope(scope) => scope,
            Need::Closed => return Err(self.switches.scope_refusal.answer()),
        };
        let has_it = user.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope));
        self.scopes_asked.push((format!("{} /{}", request.method, path.join("/")), scope.to_owned()));
        if has_it { Ok(()) } else { Err(self.switches.scope_refusal.answer()) }
    }
}
