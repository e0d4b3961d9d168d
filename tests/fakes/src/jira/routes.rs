//! From a request to an endpoint: prefix, credentials, limits, version, path.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::auth::Caller;
use super::call::Call;
use super::errors::{self, Answer};
use super::state::Site;
use crate::server::{Handler, Request, Response};

/// The fake behind its server.
pub(super) struct Desk(pub(super) Mutex<Site>);

const DEAD_LINK: &str =
    "<!DOCTYPE html><html><head><title>Oops, you've found a dead link. - JIRA</title></head></html>";
/// Longest path and query, in bytes, before a web server in front refuses.
const LONGEST_ADDRESS: usize = 8000;
const REMOVED: &str = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration \
    guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046";

/// Paths whose POST only reads.
const READING_POSTS: [&str; 6] =
    ["/search", "/search/jql", "/search/approximate-count", "/issue/bulkfetch", "/comment/list", "/jql/parse"];

impl Handler for Desk {
    fn handle(&self, request: &Request) -> Response {
        let takes = self.lock().switches.create_takes;
        if !takes.is_zero() && request.method == "POST" {
            if request.path.ends_with("/issue/bulk") {
                return self.create_slowly(request, takes);
            }
            if request.path.ends_with("/issue") {
                std::thread::sleep(takes);
            }
        }
        let mut site = self.lock();
        let answer = site.handle(request).unwrap_or_else(|refusal| refusal);
        if site.switches.near_limit { answer.with_header("X-RateLimit-NearLimit", "true") } else { answer }
    }

    fn is_write(&self, request: &Request) -> bool {
        let reads = request.method == "POST" && READING_POSTS.iter().any(|p| request.path.ends_with(p));
        !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !reads
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Site> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates the issues of a bulk one after the other, each after its time.
    fn create_slowly(&self, request: &Request, takes: Duration) -> Response {
        let body = request.json().unwrap_or_default();
        let updates = body["issueUpdates"].as_array().cloned().unwrap_or_default();
        if updates.is_empty() {
            return self.lock().handle(request).unwrap_or_else(|refusal| refusal);
        }
        let (mut issues, mut failures) = (Vec::new(), Vec::new());
        for (index, update) in updates.iter().enumerate() {
            std::thread::sleep(takes);
            let body = json!({"issueUpdates": [update]}).to_string().into_bytes();
            let one = Request { body, ..request.clone() };
            let answer = self.lock().handle(&one).unwrap_or_else(|refusal| refusal);
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let list = |name: &str| told[name].as_array().cloned();
            let (Some(made), Some(failed)) = (list("issues"), list("errors")) else { return answer };
            issues.extend(made);
            failures.extend(failed.into_iter().map(|mut failure| {
                failure["failedElementNumber"] = json!(index);
                failure
            }));
        }
        let status = if issues.is_empty() { 400 } else { 201 };
        Response::json(status, &json!({"issues": issues, "errors": failures}))
    }
}

impl Site {
    fn handle(&mut self, request: &Request) -> Answer {
        let segments = request.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let cloud_id = self.cloud_id.clone();
        let gateway = ["ex", "jira", cloud_id.as_str()];
        let through_gateway = self.cloud() && parts.starts_with(&gateway);
        let context_path = self.context_path.clone();
        let context: Vec<&str> = context_path.split('/').filter(|s| !s.is_empty()).collect();
        let (prefix, rest) = if through_gateway {
            (format!("/{}", gateway.join("/")), parts.get(3..))
        } else {
            (context_path.clone(), parts.strip_prefix(context.as_slice()))
        };
        let rest = rest.unwrap_or_default().to_vec();
        if self.cloud() && rest == ["_edge", "tenant_info"] {
            return Ok(Response::json(200, &serde_json::json!({"cloudId": self.cloud_id})));
        }
        if let (false, ["plugins", "servlet", "oauth", step]) = (self.cloud(), rest.as_slice()) {
            return self.oauth_step(request, step);
        }
        if let ["media", ..] | ["secure", "attachment", ..] = rest.as_slice() {
            let viewer = if rest[0] == "media" { None } else { self.caller(request, false)?.name().map(str::to_owned) };
            return self.bytes(request, &rest, viewer.as_deref()).ok_or_else(dead_link);
        }
        if let ["rest", "servicedeskapi", path @ ..] = rest.as_slice() {
            let caller = self.caller(request, through_gateway)?;
            let call = Call { site: self, request, v3: false, caller, api: String::new() };
            return call.service_desk_api(path);
        }
        let (["rest", "api", version], path) = rest.split_at(rest.len().min(3)) else { return Err(dead_link()) };
        let v3 = match (*version, self.cloud()) {
            ("3", true) => true,
            ("2" | "latest", _) => false,
            _ => return Err(dead_link()),
        };
        refuse_browsers(request)?;
        let asked: usize = request.query.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        if request.path.len() + asked > LONGEST_ADDRESS {
            return Err(Response::text(414, "text/html", "<html><title>414 Request-URI Too Large</title></html>"));
        }
        let astral = || String::from_utf8_lossy(&request.body).chars().any(|c| c > '\u{ffff}');
        if self.switches.three_byte_charset && matches!(request.method.as_str(), "POST" | "PUT") && astral() {
            let words = match self.switches.three_byte_status {
                400 => {
                    "We can't create this issue for you right now, it could be due to unsupported content you've entered into \
                     one or more of the issue fields."
                }
                _ => "Incorrect string value",
            };
            return Err(errors::message(self.switches.three_byte_status, words));
        }
        let caller = self.caller(request, through_gateway)?;
        let mut extra = Vec::new();
        if self.cloud() {
            self.check_burst(&request.method)?;
        } else if let Some(name) = caller.name() {
            extra = self.take_token(name)?;
        }
        let own_host = request.header("host").unwrap_or("127.0.0.1");
        let api = format!("http://{own_host}{prefix}/rest/api/{version}");
        let mut call = Call { site: self, request, v3, caller: caller.clone(), api };
        let mut answer = call.dispatch(path).unwrap_or_else(|refusal| refusal);
        answer.headers.extend(extra);
        match &caller {
            Caller::User(name) if !call.cloud() => {
                answer.headers.push(("X-AUSERNAME".into(), name.clone()));
                answer.headers.push(("X-Seraph-LoginReason".into(), "OK".into()));
            }
            Caller::Rejected if call.cloud() => {
                answer.headers.push(("X-Seraph-LoginReason".into(), "AUTHENTICATED_FAILED".into()));
            }
            _ => {}
        }
        Ok(answer)
    }
}

fn dead_link() -> Response {
    Response::text(404, "text/html;charset=UTF-8", DEAD_LINK)
}

/// Jira takes a POST with a browser's user agent for a forged one.
fn refuse_browsers(request: &Request) -> Answer<()> {
    let browser = request.header("user-agent").is_some_and(|a| a.starts_with("Mozilla/"));
    let excused = request.header("x-atlassian-token").is_some_and(|t| t == "no-check");
    if browser && !excused && request.method != "GET" {
        return Err(Response::text(403, "text/plain", "XSRF check failed"));
    }
    Ok(())
}

impl Call<'_> {
    fn dispatch(&mut self, path: &[&str]) -> Answer {
        let searches = matches!(path, ["search"]);
        if !self.cloud() && self.caller == Caller::Rejected && !searches {
            return Err(errors::unauthenticated());
        }
        let json = self.request.header("content-type").is_some_and(|t| t.starts_with("application/json"));
        let form = matches!(path, ["issue", _, "attachments"]);
        if !self.request.body.is_empty() && !json && !form {
            return Err(Response::empty(415));
        }
        let method = self.request.method.clone();
        let both = self.shared(&method, path);
        both.or_else(|| if self.cloud() { self.cloud_only(&method, path) } else { self.server_only(&method, path) })
            .unwrap_or_else(|| Err(self.nothing_here(path)))
    }

    fn nothing_here(&self, path: &[&str]) -> Response {
        let known = matches!(
            path,
            ["issue" | "myself" | "serverInfo" | "mypermissions" | "priority" | "field" | "issuetype" | "search"]
                | ["issue", _]
                | ["issue", _, "comment" | "transitions" | "remotelink"]
                | ["issue", _, "comment", _]
        );
        if known {
            return Response::empty(405);
        }
        let text = format!("null for uri: {}/{}", self.api, path.join("/"));
        Response::json(404, &serde_json::json!({"message": text, "status-code": 404}))
    }

    fn shared(&mut self, method: &str, path: &[&str]) -> Option<Answer> {
        Some(match (method, path) {
            ("GET", ["serverInfo"]) => self.server_info(),
            ("GET", ["myself"]) => self.myself(),
            ("GET", ["mypermissions"]) => self.my_permissions(),
            ("GET", ["project"]) => self.projects(),
            ("GET", ["project", key]) => self.get_project(key),
            ("GET", ["project", key, "statuses"]) => self.project_statuses(key),
            ("GET", ["status"]) => self.all_statuses(),
            ("GET", ["statuscategory"]) => self.status_categories(),
            ("GET", ["user"]) => self.get_user(),
            ("GET", ["priority"]) => self.priorities(),
            ("GET", ["issuetype"]) => self.issue_types(),
            ("GET", ["field"]) => self.fields_list(),
            ("GET", ["attachment", "meta"]) => self.attachment_meta(),
            (_, ["issue", "createmeta", ..]) if self.site.version.as_slice() < [8, 4].as_slice() => return None,
            ("GET", ["issue", "createmeta", project, "issuetypes"]) => self.create_meta(project, None),
            ("GET", ["issue", "createmeta", project, "issuetypes", id]) => self.create_meta(project, Some(id)),
            ("POST", ["issue"]) => self.create_issue(),
            ("POST", ["issue", "bulk"]) => self.create_bulk(),
            ("GET", ["user", "search"]) => self.find_users(),
            ("GET", ["user", "assignable", "search"]) => self.assignable_users(),
            (_, ["user", "properties"]) => self.user_properties(None),
            (_, ["user", "properties", key]) => self.user_properties(Some(key)),
            (_, ["comment", id, "properties"]) => self.comment_properties(id, None),
            (_, ["comment", id, "properties", key]) => self.comment_properties(id, Some(key)),
            (_, ["issue", key, rest @ ..]) if !matches!(*key, "bulk" | "createmeta" | "bulkfetch") => {
                return self.of_issue(method, key, rest);
            }
            _ => return None,
        })
    }

    fn of_issue(&mut self, method: &str, key: &str, rest: &[&str]) -> Option<Answer> {
        Some(match (method, rest) {
            ("GET", []) => self.get_issue(key),
            ("PUT", []) => self.edit_issue(key),
            ("DELETE", []) => self.delete_issue(key),
            ("PUT", ["assignee"]) => self.put_assignee(key),
            ("GET", ["comment"]) => self.list_comments(key),
            ("POST", ["comment"]) => self.post_comment(key),
            ("GET", ["comment", id]) => self.get_comment(key, id),
            ("PUT", ["comment", id]) => self.put_comment(key, id),
            ("DELETE", ["comment", id]) => self.delete_comment(key, id),
            (_, ["properties"]) => self.issue_properties(key, None),
            (_, ["properties", property]) => self.issue_properties(key, Some(property)),
            ("POST", ["attachments"]) => self.post_attachment(key),
            ("GET", ["remotelink"]) => self.remote_links(key),
            ("POST", ["remotelink"]) => self.post_remote_link(key),
            ("DELETE", ["remotelink"]) => self.delete_remote_link(key, None),
            ("DELETE", ["remotelink", id]) => self.delete_remote_link(key, Some(id)),
            ("GET", ["editmeta"]) => self.edit_meta(key),
            ("GET", ["transitions"]) => self.transitions(key),
            ("POST", ["transitions"]) => self.transition(key),
            _ => return None,
        })
    }

    fn cloud_only(&mut self, method: &str, path: &[&str]) -> Option<Answer> {
        Some(match (method, path) {
            ("GET", ["attachment", "content", id]) => self.attachment_content(id),
            ("GET" | "POST", ["search"]) => Err(errors::message(410, REMOVED)),
            ("GET" | "POST", ["search", "jql"]) => self.search_by_token(),
            ("POST", ["search", "approximate-count"]) => self.approximate_count(),
            ("POST", ["jql", "parse"]) => self.parse_jql(),
            ("POST", ["comment", "list"]) => self.comments_by_id(),
            ("POST", ["issue", "bulkfetch"]) => self.bulk_fetch(),
            _ => return None,
        })
    }

    fn server_only(&mut self, method: &str, path: &[&str]) -> Option<Answer> {
        Some(match (method, path) {
            ("GET" | "POST", ["search"]) => self.search_by_offset(),
            _ => return None,
        })
    }
}
