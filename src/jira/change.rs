//! Changing a field of an issue, and reading back what it says then.

use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Ask, Failed, Reply, segment};
use super::claim::PROPERTY;
use super::draft::{by_id_or_name, summary};
use super::fault::{dropped, unavailable};
use super::service::Jira;
use super::wire;
use super::words::Text;
use crate::domain::{Change, DroppedField, Issue, IssueId, Person, Receipt};
use crate::ports::{ApiError, ApiErrorKind};

/// How often an edit that met another one is sent again.
const CONFLICTS: u32 = 2;

/// How long it waits before that.
const CONFLICT_WAIT: Duration = Duration::from_millis(500);

impl Jira<'_> {
    /// Makes an issue say this. The receipt says what it reads afterwards.
    pub(super) fn change_issue(&self, issue: &IssueId, change: &Change) -> Result<Receipt, ApiError> {
        let done = match change {
            Change::Title(title) => self.put_title(issue, title),
            Change::Body { body, origin_url } => self.put_description(issue, Text { body, origin_url }),
            Change::Priority(word) => {
                let priority = self.priority_id(word)?.map_or_else(|| by_id_or_name(word), |id| json!({"id": id}));
                self.optional(issue, "priority", || self.put_fields(issue, &json!({"priority": priority})))
            }
            Change::Assignee { set, instead_of: _ } => {
                self.optional(issue, "assignee", || self.put_assignee(issue, set.as_ref()))
            }
            Change::Status(target) => self.reach(issue, target),
            Change::Follower(new) => self.put_follower(issue, new),
        };
        let dropped = done?;
        // The change is made; that it cannot be read back now must not undo that.
        let now = self.read_one(issue).unwrap_or_else(|error| {
            tracing::warn!(side = "jira", id = %issue, error = %error, "Changed issue not read back.");
            None
        });
        let name = now.as_ref().map_or_else(|| issue.to_string(), |now| now.name.clone());
        let at = now.as_ref().map(|now| now.updated);
        Ok(Receipt::of(issue.as_str(), at).named(name).without(dropped).reads(now))
    }

    /// Reads one issue past the search index and without its thread; `None` when it is not there for us.
    fn read_one(&self, issue: &IssueId) -> Result<Option<Issue>, ApiError> {
        let path = self.rest(&format!("issue/{}", segment(issue.as_str())))?;
        let ask = Ask::get(path).with("fields", self.brief()?.join(",")).with("properties", PROPERTY).finishing();
        let reply = match self.api.send(&ask) {
            Ok(reply) => reply,
            Err(failed) if failed.status == Some(404) => return Ok(None),
            Err(failed) => return Err(failed.into()),
        };
        let raw = wire::Issue::read(reply.json).map_err(|why| unavailable(format!("GET issue {issue}: {why}")))?;
        let service = self.is_service(&raw.fields.project)?;
        self.read_record(&raw, service)?.map(Some).map_err(unavailable)
    }

    pub(super) fn put_fields(&self, issue: &IssueId, fields: &Value) -> Result<Reply, Failed> {
        let path = self.rest(&format!("issue/{}", segment(issue.as_str())))?;
        self.send_edit(&Ask::put(path, json!({"fields": fields})))
    }

    /// Assigns by the endpoint that no screen limits.
    fn put_assignee(&self, issue: &IssueId, person: Option<&Person>) -> Result<Reply, Failed> {
        let path = self.rest(&format!("issue/{}/assignee", segment(issue.as_str())))?;
        let member = if self.is_cloud()? { "accountId" } else { "name" };
        let id = person.map(|person| person.id.as_str());
        self.send_edit(&Ask::put(path, json!({ member: id })))
    }

    /// Sends the title; without characters that this Jira does not store.
    fn put_title(&self, issue: &IssueId, title: &str) -> Result<Vec<DroppedField>, ApiError> {
        let sent = self.send_words(json!({"summary": summary(title)}), |fields| self.put_fields(issue, &fields));
        let (_, said) = sent?;
        Ok(said.map(|why| dropped("summary", why)).into_iter().collect())
    }

    /// Sends the description, or what of it this Jira takes: a text that says less is better than an old one.
    fn put_description(&self, issue: &IssueId, text: Text<'_>) -> Result<Vec<DroppedField>, ApiError> {
        let (_, said) = self.send_text(text, |form| self.put_fields(issue, &json!({"description": form})))?;
        Ok(said.into_iter().map(|why| dropped("description", why)).collect())
    }

    /// Sets a field that is named rather than insisted on where Jira refuses it.
    pub(super) fn optional(
        &self,
        issue: &IssueId,
        field: &str,
        set: impl Fn() -> Result<Reply, Failed>,
    ) -> Result<Vec<DroppedField>, ApiError> {
        match set() {
            Ok(_) => Ok(Vec::new()),
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => {
                // The account, the value or the permission is missing; or the issue is, which no other value mends.
                match self.read_one(issue)? {
                    Some(_) => Ok(vec![dropped(field, failed.words.to_string())]),
                    None => Err(failed.into()),
                }
            }
            Err(failed) => Err(failed.into()),
        }
    }

    /// Sends an edit; again, after a moment, where Jira says that another one was under way: then it did nothing.
    pub(super) fn send_edit(&self, ask: &Ask) -> Result<Reply, Failed> {
        for _ in 0..CONFLICTS {
            match self.api.send(ask) {
                Err(failed) if failed.status == Some(409) => self.clock.sleep(CONFLICT_WAIT),
                done => return done,
            }
        }
        self.api.send(ask)
    }
}
