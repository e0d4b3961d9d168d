//! Carrying out one write.

use serde_json::{Value, json};

use super::source::Incidents;
use super::statuses::{STATUSES, way};
use super::wire::IncidentRow;
use crate::domain::{Action, Change, CommentId, IssueId, Key, Person, Push, Receipt, Side, SourceStatus, StatusTarget};
use crate::guance::answer::{Cause, Fault};
use crate::guance::api::row;
use crate::guance::change::exchanged;
use crate::guance::convert::MAX_REPLY_BYTES;
use crate::guance::extend::add_link;
use crate::guance::receipt::refused;
use crate::ports::{ApiError, ApiErrorKind};
use crate::text::{Doc, Rest, html};
use crate::words::{GuanceFault, Hint};

impl Incidents<'_> {
    pub(super) fn push_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        match &push.action {
            // What is there cannot be changed, since nothing tells the id of a comment: what the copy reads now is one more.
            Action::AddComment { issue, body, origin_url, .. }
            | Action::EditComment { issue, body, origin_url, .. } => self.comment(&push.key, issue, body, origin_url),
            Action::DeleteComment { .. } => {
                Err(refused(GuanceFault::IncidentCommentStays).with_hint(Hint::KeepIncidentComments))
            }
            Action::ChangeIssue { issue, change: Change::Status(target), value: _ } => self.set_status(issue, target),
            Action::ChangeIssue { issue, change: Change::Assignee { set, instead_of }, value: _ } => {
                self.set_assigner(issue, set.as_ref(), instead_of.as_deref())
            }
            Action::ChangeIssue { change, .. } => {
                Err(refused(GuanceFault::NotChanged { field: change.field().to_string() }))
            }
            Action::LinkIssue { issue, to: _, title, url } => self.link(issue, title, url),
            Action::AddFile { .. } => Err(refused(GuanceFault::NotChanged { field: "files".to_owned() })),
            Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::JoinIssue { .. } => {
                Err(refused(GuanceFault::NotCreatedThere))
            }
        }
    }

    /// Adds a comment. The answer tells no id, and there is no list of comments: the id is made of the write's key.
    ///
    /// # Errors
    /// `InDoubt` where the answer is something else than `true`: it may be there, and nobody can look.
    fn comment(&self, key: &Key, issue: &IssueId, body: &Doc, url: &str) -> Result<Receipt, ApiError> {
        let text = html::write(body, MAX_REPLY_BYTES, Rest { url, lang: self.guance.api.settings.lang });
        let member = |id: String| json!({"uuid": id, "name": self.name_of(&id), "type": "@"});
        let members: Vec<Value> = body.pings().into_iter().map(member).collect();
        let extend = if members.is_empty() { json!({}) } else { json!({"links": [], "members": members}) };
        let request = json!({"comment": text, "attachmentUUIDs": [], "extend": extend});
        let answer = self.add_comment(issue, request)?;
        let is_taken = answer.as_bool() == Some(true) || answer.is_object();
        if !is_taken {
            return Err(ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, GuanceFault::CommentNotConfirmed));
        }
        let id = CommentId::standing_for("inccmt", key.as_str());
        Ok(Receipt::of(id.as_str(), self.guance.api.server_clock()))
    }

    fn name_of(&self, account: &str) -> String {
        self.guance.member(account).map(|person| person.name).unwrap_or_default()
    }

    /// Sets a status: at once, or, where that is refused, by the way that people go in the console. Which ways are open is not
    /// documented.
    fn set_status(&self, issue: &IssueId, target: &StatusTarget) -> Result<Receipt, ApiError> {
        if target.names.is_empty() {
            let receipt = self.receipt(issue, self.incident_to_change(issue)?);
            if receipt.issue.as_ref().is_some_and(|now| now.status.category == target.category) {
                return Ok(receipt);
            }
        }
        let mut refusal: Option<Fault> = None;
        for status in wanted(target)? {
            match self.modify(issue, json!({"incidentsStatus": status.id})) {
                Ok(answer) => return Ok(self.receipt(issue, answer)),
                Err(fault) if fault.cause == Cause::BadRequest => refusal = refusal.or(Some(fault)),
                Err(fault) => return Err(refusal.unwrap_or(fault).error),
            }
            if let Some(receipt) = self.step_by_step(issue, status)? {
                return Ok(receipt);
            }
        }
        Err(refusal.map_or_else(|| refused(GuanceFault::NoStatusToSet), |fault| fault.error))
    }

    /// Goes from status to status; `None` where there is no other way than the one that was refused.
    ///
    /// # Errors
    /// `InDoubt` where the way ends half-way: what the incident says then is read before anything else is tried.
    fn step_by_step(&self, issue: &IssueId, wanted: &SourceStatus) -> Result<Option<Receipt>, ApiError> {
        let now = self.receipt(issue, self.incident_to_change(issue)?);
        let Some(from) = now.issue.as_ref().map(|now| now.status.id.clone()) else { return Ok(None) };
        if from == wanted.id {
            return Ok(Some(now));
        }
        let steps = way(&from, wanted.id);
        if steps.len() < 2 {
            return Ok(None);
        }
        let mut last = Value::Null;
        for (n, step) in steps.into_iter().enumerate() {
            last = match self.modify(issue, json!({"incidentsStatus": step})) {
                Ok(answer) => answer,
                Err(fault) if n == 0 && fault.cause == Cause::BadRequest => return Ok(None),
                Err(fault) if n == 0 => return Err(fault.error),
                Err(fault) => return Err(ApiError { kind: ApiErrorKind::InDoubt, ..fault.error }),
            };
        }
        Ok(Some(self.receipt(issue, last)))
    }

    /// Exchanges one of those in charge, and leaves the others; accounts and teams may be among them.
    fn set_assigner(
        &self,
        issue: &IssueId,
        set: Option<&Person>,
        instead_of: Option<&str>,
    ) -> Result<Receipt, ApiError> {
        let now = self.incident_to_change(issue)?;
        let incident: IncidentRow = row(now.clone()).map_err(|(_, why)| refused(why))?;
        let before = incident.assigners();
        let after = exchanged(&before, set.map(|person| person.id.as_str()), instead_of);
        let answer = if after == before { now } else { self.modify(issue, json!({ "assigner": after }))? };
        Ok(self.receipt(issue, answer))
    }

    /// Adds the Jira issue to the links of an incident. Whether an `extend` is merged into the old one or replaces it is not
    /// documented: what is sent is right in both cases.
    ///
    /// Source: Guance Open API, `POST /api/v1/incidents/{incident_uuid}/modify`, `extend.linkList`.
    fn link(&self, issue: &IssueId, title: &str, url: &str) -> Result<Receipt, ApiError> {
        let now = self.incident_to_change(issue)?;
        let mut extend = now.get("extend").and_then(Value::as_object).cloned().unwrap_or_default();
        if add_link(&mut extend, title, url) {
            self.modify(issue, json!({ "extend": extend }))?;
        }
        Ok(Receipt::of(issue.as_str(), self.guance.api.server_clock()))
    }

    /// Returns proof of a change, with what the incident reads now where the answer tells. Whether it does is not documented.
    fn receipt(&self, issue: &IssueId, answer: Value) -> Receipt {
        let tells = answer.get("incidentsStatus").is_some();
        let now = if tells { self.issue(answer).ok().and_then(Result::ok) } else { None };
        let now = now.filter(|now| now.id == *issue);
        let at = now.as_ref().map(|now| now.updated).or_else(|| self.guance.api.server_clock());
        Receipt::of(issue.as_str(), at).reads(now)
    }
}

/// Returns the statuses to try, in turn.
fn wanted(target: &StatusTarget) -> Result<Vec<&'static SourceStatus>, ApiError> {
    let find = |word: &String| {
        STATUSES
            .called(word)
            .ok_or_else(|| refused(GuanceFault::NoStatus { word: word.clone() }).with_hint(Hint::UseIncidentStatuses))
    };
    match target.names.as_slice() {
        [] => Ok(STATUSES.usual(target.category).into_iter().collect()),
        names => names.iter().map(find).collect(),
    }
}
