//! Carrying out one write.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Cause, Fault, shown};
use super::convert;
use super::requests::Outcome;
use super::service::Alerts;
use super::settings::Kind;
use super::statuses::{ACKNOWLEDGED, CLOSED, OPEN, STATUSES};
use super::whole::Found;
use super::wire::NoteRow;
use crate::domain::{
    Action, Change, Comment, CommentId, Fingerprint, Issue, IssueId, Key, Push, Receipt, Side, StatusTarget,
};
use crate::ports::{ApiError, ApiErrorKind};
use crate::text::{Doc, Rest, plain};
use crate::words::AlertsHint;

/// Longest note, in bytes. No limit is documented for notes; a description may have so many characters.
///
/// Source: Opsgenie API, "Alert fields": `description` has 15,000 characters.
const MAX_NOTE_BYTES: usize = 15_000;

/// Longest entry of the details that leads to the Jira issue, in characters.
const MAX_LINK: usize = 1_000;

/// Who writes, as Opsgenie shows it: it knows no account behind a key.
const USER: &str = "guajira (Jira)";

/// How often an alert, or its notes, are read to see what was just written, and how long before each.
const LOOKS: [u64; 4] = [0, 500, 1_000, 2_000];

impl Alerts<'_> {
    pub(super) fn push_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        match &push.action {
            Action::AddComment { issue, body, origin_url, internal: _ } => {
                self.add_note(push, issue, &self.note_text(body, origin_url))
            }
            Action::EditComment { issue, comment, body, origin_url, internal: _ } => {
                let text = self.note_text(body, origin_url);
                match self.api.kind() {
                    // Its notes stay as they are: what the copy reads now is another one.
                    Kind::Opsgenie => {
                        self.add_note(push, issue, &text)?;
                        Ok(Receipt::of(comment.as_str(), self.api.server_clock()))
                    }
                    Kind::Jsm => self.edit_note(push, issue, comment, &text),
                }
            }
            Action::DeleteComment { issue, comment } => self.delete_note(push, issue, comment),
            Action::ChangeIssue { issue, change: Change::Status(target), value: _ } => {
                self.set_status(push, issue, target)
            }
            Action::ChangeIssue { change, .. } => {
                let field = change.field();
                Err(refused(format!("the {field} of an alert is not changed from Jira; this is a bug")))
            }
            Action::LinkIssue { issue, to: _, title, url } => self.link(push, issue, title, url),
            Action::AddFile { .. } => Err(refused("an alert takes no files; this is a bug")),
            Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::JoinIssue { .. } => {
                Err(refused("alerts are not created from Jira; this is a bug"))
            }
        }
    }

    fn note_text(&self, body: &Doc, url: &str) -> String {
        plain::write(body, MAX_NOTE_BYTES, Rest { url, lang: self.api.settings.lang })
    }

    /// Adds a note. Its id is made of what it reads and when it was written, or given by the service: so it is looked for.
    fn add_note(&self, push: &Push, alert: &IssueId, text: &str) -> Result<Receipt, ApiError> {
        if push.seal.is_none() {
            return Err(refused("a note without a seal would not be recognised as ours; this is a bug"));
        }
        let body = match self.api.kind() {
            Kind::Jsm => json!({ "note": text }),
            Kind::Opsgenie => json!({"note": text, "user": USER, "source": USER}),
        };
        let answer = self.send(&push.key, || self.api.act(alert.as_str(), "notes", Some(body)))?;
        if let Ok(note) = serde_json::from_value::<NoteRow>(answer.clone())
            && !note.id.is_empty()
        {
            self.settled(&push.key);
            let id = convert::note_id(alert, &note, 0);
            return Ok(Receipt::of(id.as_str(), note.created_at.or_else(|| self.api.server_clock())));
        }
        self.carried_out(&push.key, &answer)?;
        let origin = push.key.origin();
        let copy = self.look(|| self.copy_of(alert, &origin, Some(&push.content)));
        let Some(copy) = copy else {
            return Err(in_doubt("the note was added, and is not shown yet"));
        };
        self.settled(&push.key);
        Ok(Receipt::of(copy.id.as_str(), Some(copy.created)))
    }

    /// Returns our copy of an original among the notes of an alert.
    fn copy_of(
        &self,
        alert: &IssueId,
        origin: &Key,
        content: Option<&Fingerprint>,
    ) -> Result<Option<Comment>, ApiError> {
        let thread = self.read_thread(alert)?.unwrap_or_default();
        let is_it = |comment: &Comment| {
            let claim = comment.claim.as_ref().filter(|claim| claim.key == *origin);
            claim.is_some_and(|claim| content.is_none() || claim.written.as_ref() == content)
        };
        Ok(thread.comments.into_iter().find(is_it))
    }

    /// Returns the service's own id of a note that is our copy of the write's original; `None` where it is not there.
    ///
    /// # Errors
    /// `NotOurs` where somebody else wrote it, or has written over it.
    fn own_note(&self, push: &Push, alert: &IssueId, comment: &CommentId) -> Result<Option<String>, ApiError> {
        let thread = self.read_thread(alert)?.unwrap_or_default();
        let Some(found) = thread.comments.iter().find(|one| one.id == *comment) else { return Ok(None) };
        if found.claim.as_ref().is_none_or(|claim| claim.key != push.key.origin()) {
            let whose = format!("note {comment} was written by {}, and bears no seal of guajira", found.author.name);
            return Err(ApiError::new(Side::GUANCE, ApiErrorKind::NotOurs, whose));
        }
        Ok(thread.ids.get(comment).cloned())
    }

    fn edit_note(&self, push: &Push, alert: &IssueId, comment: &CommentId, text: &str) -> Result<Receipt, ApiError> {
        let Some(note) = self.own_note(push, alert, comment)? else {
            return Err(refused(format!("note {comment} is not in the thread of {alert}")));
        };
        self.api.edit_note(alert.as_str(), &note, text)?;
        Ok(Receipt::of(comment.as_str(), self.api.server_clock()))
    }

    fn delete_note(&self, push: &Push, alert: &IssueId, comment: &CommentId) -> Result<Receipt, ApiError> {
        if self.api.kind() == Kind::Opsgenie {
            let words = format!("note {comment} stays: Opsgenie's notes cannot be deleted");
            return Err(refused(words).with_hint(AlertsHint::KeepCopies));
        }
        let gone = || Ok(Receipt::of(comment.as_str(), None));
        let Some(note) = self.own_note(push, alert, comment)? else { return gone() };
        match self.api.delete_note(alert.as_str(), &note) {
            Ok(_) => Ok(Receipt::of(comment.as_str(), self.api.server_clock())),
            Err(fault) if fault.cause == Cause::Gone => gone(),
            Err(fault) => Err(fault.error),
        }
    }

    /// Sets a status, and tells what the alert reads then. An alert that is closed stays closed: neither service opens one
    /// again, and the next occurrence is another alert of the same alias.
    fn set_status(&self, push: &Push, alert: &IssueId, target: &StatusTarget) -> Result<Receipt, ApiError> {
        let now = self.issue_now(alert)?;
        let named = target.names.iter().find_map(|name| STATUSES.called(name)).or_else(|| {
            let any = target.names.is_empty();
            STATUSES.usual(target.category).filter(|_| any)
        });
        let Some(wanted) = named else {
            return Err(
                refused(format!("an alert has no status {:?}", target.names)).with_hint(AlertsHint::UseStatuses)
            );
        };
        let fits = |issue: &Issue| {
            issue.status.id == wanted.id || (target.names.is_empty() && issue.status.category == target.category)
        };
        let receipt = |issue: Issue| Receipt::of(alert.as_str(), Some(issue.updated)).reads(Some(issue));
        if fits(&now) {
            return Ok(receipt(now));
        }
        let verb = match (now.status.id.as_str(), wanted.id) {
            (CLOSED, _) => {
                let words = format!("alert {alert} is closed, and {} opens none again", shown(self.api.kind()));
                return Err(refused(words).with_hint(AlertsHint::ClosedStays));
            }
            (_, CLOSED) => "close",
            (OPEN, ACKNOWLEDGED) => "acknowledge",
            _ => "unacknowledge",
        };
        let body = match self.api.kind() {
            Kind::Jsm => None,
            Kind::Opsgenie => Some(json!({"user": USER, "source": USER})),
        };
        let answer = self.send(&push.key, || self.api.act(alert.as_str(), verb, body))?;
        let outcome = self.carried_out(&push.key, &answer);
        // A monitor may have closed it meanwhile, which some call a failure.
        let read = self.look(|| Ok(Some(self.issue_now(alert)?).filter(&fits)));
        match (outcome, read) {
            (Ok(()) | Err(ApiError { kind: ApiErrorKind::Refused, .. }), Some(issue)) => {
                self.settled(&push.key);
                Ok(receipt(issue))
            }
            (Err(error), _) => Err(error),
            // It was carried out, and the next reading shows it.
            (Ok(()), _) => {
                self.settled(&push.key);
                Ok(Receipt::of(alert.as_str(), self.api.server_clock()))
            }
        }
    }

    /// Lets the alert's details lead to the Jira issue. Setting the entry again changes nothing.
    fn link(&self, push: &Push, alert: &IssueId, title: &str, url: &str) -> Result<Receipt, ApiError> {
        let entry: String = format!("{title} {url}").chars().take(MAX_LINK).collect();
        let (verb, body) = match self.api.kind() {
            Kind::Jsm => ("extra-properties", json!({"extraProperties": {convert::LINK: entry}})),
            Kind::Opsgenie => ("details", json!({"details": {convert::LINK: entry}, "user": USER, "source": USER})),
        };
        let answer = self.send(&push.key, || self.api.act(alert.as_str(), verb, Some(body)))?;
        self.carried_out(&push.key, &answer)?;
        self.settled(&push.key);
        Ok(Receipt::of(alert.as_str(), self.api.server_clock()))
    }

    /// Reads an alert by its id, as it is now.
    fn issue_now(&self, alert: &IssueId) -> Result<Issue, ApiError> {
        match self.by_id(alert.as_str())? {
            Found::Whole(row) => convert::issue(&row, &self.api.settings).map_err(refused),
            Found::Gone => Err(refused(format!("there is no alert {alert}"))),
            Found::Odd(unreadable) => Err(refused(unreadable.why)),
        }
    }

    /// Sends a write, and remembers that it is on its way until it is certain what became of it.
    fn send(&self, key: &Key, send: impl FnOnce() -> Result<Value, Fault>) -> Result<Value, ApiError> {
        self.leaves(key);
        send().map_err(|fault| {
            if fault.error.kind != ApiErrorKind::InDoubt {
                self.settled(key);
            }
            fault.error
        })
    }

    /// Waits for an accepted write.
    ///
    /// # Errors
    /// `Refused` with the service's words where it was not carried out; `InDoubt` where it is not known yet.
    fn carried_out(&self, key: &Key, accepted: &Value) -> Result<(), ApiError> {
        match self.await_outcome(key, accepted)? {
            Outcome::Done => Ok(()),
            Outcome::Failed(why) => {
                self.settled(key);
                Err(refused(format!("{} did not carry it out: {why}", shown(self.api.kind()))))
            }
            Outcome::Waiting => Err(in_doubt("accepted, and not carried out yet")),
        }
    }

    /// Looks for what was just written until it is shown: a reading right after a write may show what was before.
    fn look<T>(&self, look: impl Fn() -> Result<Option<T>, ApiError>) -> Option<T> {
        for wait in LOOKS {
            if wait > 0 {
                if self.api.stop.requested() {
                    break;
                }
                self.api.clock.sleep(Duration::from_millis(wait));
            }
            // What cannot be read now is looked for by a later run.
            if let Ok(Some(found)) = look() {
                return Some(found);
            }
        }
        None
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::GUANCE, ApiErrorKind::Refused, message)
}

fn in_doubt(message: &str) -> ApiError {
    ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, message)
}
