//! One call on its way through the fake: who calls, under which API version, and what most endpoints need.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::auth::Caller;
use super::errors::{self, Answer};
use super::model::{Comment, Issue, Project};
use super::state::Site;
use crate::server::{Request, Response};

pub(super) struct Call<'a> {
    pub(super) site: &'a mut Site,
    pub(super) request: &'a Request,
    /// Rich text is ADF (v3) rather than a string (v2).
    pub(super) v3: bool,
    pub(super) caller: Caller,
    /// The base of `self` links, `…/rest/api/N`.
    pub(super) api: String,
}

impl Call<'_> {
    pub(super) fn viewer(&self) -> Option<&str> {
        self.caller.name()
    }

    /// The caller's login name; 401 for anybody else.
    pub(super) fn user(&self) -> Answer<String> {
        self.viewer().map(str::to_owned).ok_or_else(errors::unauthenticated)
    }

    pub(super) fn cloud(&self) -> bool {
        self.site.cloud()
    }

    /// An issue the caller sees, by any key it ever had; 404 otherwise.
    pub(super) fn issue(&self, id_or_key: &str) -> Answer<Arc<Issue>> {
        let issue = self.site.issue_named(id_or_key).filter(|i| self.site.sees_issue(i, self.viewer()));
        issue.cloned().ok_or_else(errors::no_issue)
    }

    /// An issue the caller is about to write to: visible, and inside the rate limits.
    pub(super) fn issue_to_write(&mut self, id_or_key: &str) -> Answer<Arc<Issue>> {
        let issue = self.issue(id_or_key)?;
        self.user()?;
        if self.site.is_archived(&issue) {
            return Err(self.archived());
        }
        self.site.check_issue_write(issue.id)?;
        Ok(issue)
    }

    /// What a write to something archived is answered.
    pub(super) fn archived(&self) -> Response {
        let archive = &self.site.switches.archive;
        errors::message(archive.status, &archive.words)
    }

    /// A comment the caller sees, by id alone.
    pub(super) fn comment_anywhere(&self, id: &str) -> Option<(Arc<Issue>, Arc<Comment>)> {
        let id: u64 = id.parse().ok()?;
        let issue = self.site.issue(*self.site.comment_homes.get(&id)?)?;
        let comment = issue.comments.iter().find(|c| c.id == id)?;
        let seen = self.site.sees_issue(issue, self.viewer()) && self.site.sees_comment(comment, self.viewer());
        seen.then(|| (Arc::clone(issue), Arc::clone(comment)))
    }

    /// A project the caller sees.
    pub(super) fn project(&self, key_or_id: &str) -> Answer<Project> {
        let project = self.site.project_named(key_or_id).filter(|p| self.site.sees_project(p, self.viewer()));
        project
            .cloned()
            .ok_or_else(|| errors::message(404, &format!("No project could be found with key '{key_or_id}'.")))
    }

    /// The body as a JSON object with none but the given members; 400 otherwise.
    pub(super) fn object(&self, known: &[&str]) -> Answer<Map<String, Value>> {
        let Some(Value::Object(body)) = self.request.json() else {
            let text = if self.cloud() { "INVALID_INPUT" } else { "No content to map to Object due to end of input" };
            return Err(errors::message(400, text));
        };
        match body.keys().find(|k| !known.contains(&k.as_str())) {
            Some(unknown) => Err(errors::bad_payload(self.cloud(), unknown)),
            None => Ok(body),
        }
    }

    /// Query parameters given once, repeatedly, or comma-separated.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let given = self.request.query.iter().filter(|(n, _)| n == name);
        let parts = given.flat_map(|(_, v)| v.split(','));
        parts.map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn expands(&self, what: &str) -> bool {
        self.list("expand").iter().any(|e| e == what || e.starts_with(&format!("{what}.")))
    }

    /// `startAt` and `maxResults`, the latter within `most`.
    pub(super) fn paging(&self, default: usize, most: usize) -> Answer<(usize, usize)> {
        let number = |name: &str, default: usize| match self.request.query(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<i64>()
                .map(|n| usize::try_from(n).unwrap_or(default))
                .map_err(|_| errors::message(400, &format!("For input string: \"{text}\" ({name})"))),
        };
        Ok((number("startAt", 0)?, number("maxResults", default)?.min(most)))
    }

    /// Rich text as the API version shows it.
    pub(super) fn text_out(&self, stored: &Value) -> Value {
        match stored {
            Value::Object(_) if !self.v3 => json!(super::text::plain(stored)),
            other => other.clone(),
        }
    }

    /// Rich text as sent, checked and brought into the site's form.
    pub(super) fn text_in(&self, sent: &Value) -> Result<Value, super::text::BadText> {
        let switches = &self.site.switches;
        let stored = super::text::accept(sent, self.v3, self.cloud(), switches.text_limit, switches.strict_adf);
        let stored = stored.map_err(|bad| match bad {
            super::text::BadText::TooLong(_) if !switches.names_limit => super::text::BadText::TooLong(0),
            bad => bad,
        })?;
        Ok(if switches.rewrites_text { super::text::rewritten(stored) } else { stored })
    }
}

/// A slice of a list as `startAt` and `maxResults` cut it.
pub(super) fn cut<T>(all: Vec<T>, start: usize, most: usize) -> Vec<T> {
    all.into_iter().skip(start).take(most).collect()
}

/// 200 with JSON.
#[allow(clippy::unnecessary_wraps, reason = "ends most endpoints")]
pub(super) fn ok(body: &Value) -> Answer {
    Ok(Response::json(200, body))
}
