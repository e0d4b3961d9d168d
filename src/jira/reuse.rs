//! Tickets that go on as the Jira issue of another item.

use serde_json::{Value, json};

use super::api::{Ask, Failed, Reply, segment};
use super::convert::{person, status, time};
use super::fault::{dropped, refused};
use super::names::Thing;
use super::pairing::allowed;
use super::search::BRIEF;
use super::service::Jira;
use super::wire;
use crate::domain::marker::{self, Aside};
use crate::domain::{
    Continued, DroppedField, IssueId, Joined, Key, Onward, Push, Receipt, StatusCategory, StatusTarget, Ticket,
};
use crate::ports::{ApiError, ApiErrorKind, Tickets};

/// What is read of a ticket.
const FIELDS: [&str; 12] = [
    "labels",
    "creator",
    "created",
    "updated",
    "status",
    "resolution",
    "resolutiondate",
    "statuscategorychangedate",
    "security",
    "project",
    "archiveddate",
    "archivedby",
];

impl Tickets for Jira<'_> {
    fn tickets(&self, ids: &[IssueId]) -> Result<Vec<Ticket>, ApiError> {
        let names: Vec<&str> = ids.iter().map(IssueId::as_str).collect();
        let mut tickets = Vec::new();
        for row in self.fetch(&names, &FIELDS)? {
            tickets.extend(self.ticket(row)?);
        }
        Ok(tickets)
    }
}

impl Jira<'_> {
    fn ticket(&self, row: Value) -> Result<Option<Ticket>, ApiError> {
        let field = |name: &str| row.pointer(&format!("/fields/{name}")).cloned().unwrap_or_default();
        // Data Center does not know when the category of the status changed, and not every workflow sets a resolution.
        let resolved = ["resolutiondate", "statuscategorychangedate"].into_iter().find_map(|name| time(&field(name)));
        let resolution = self.resolution(&field("resolution"));
        let raw: wire::Issue = match wire::read(row) {
            Ok(raw) => raw,
            Err(why) => {
                tracing::warn!(side = "jira", error = %why, "Ticket not understood: it is not continued.");
                return Ok(None);
            }
        };
        let Some(updated) = time(&raw.fields.updated) else { return Ok(None) };
        let mut at = status(&raw.fields.status);
        self.learn_statuses(std::iter::once(&mut at));
        let (claim, kin) = self.with_reader(|reader| (reader.issue_claim(&raw), reader.kin(&raw)))?;
        Ok(Some(Ticket {
            creator: raw.fields.creator.as_ref().map(person).unwrap_or_default().id,
            status: at,
            resolution,
            resolved: resolved.unwrap_or(updated),
            updated,
            secured: !raw.fields.security.is_null(),
            archived: raw.fields.is_archived(),
            claim,
            kin,
            name: if raw.key.is_empty() { raw.id.clone() } else { raw.key },
            id: IssueId::new(raw.id),
        }))
    }

    /// Returns the id of a resolution and what it is called, as far as Jira has told.
    fn resolution(&self, told: &Value) -> Vec<String> {
        let Ok(named) = wire::read::<wire::Named>(told.clone()) else { return Vec::new() };
        let also = self.with_names(|names| {
            let is_new = names.learn(Thing::Resolution, &named.id, &named.name, "");
            (is_new, names.also(Thing::Resolution, &named.id))
        });
        [named.id, named.name].into_iter().filter(|word| !word.is_empty()).chain(also).collect()
    }

    /// Continues a ticket: the property names the new item, then its label is put on, then the ticket is opened again.
    ///
    /// In this order: where the property does not name the new item yet, nobody takes the opening for somebody's wish. Each
    /// step may be done twice. What Jira does not let us do is undone as far as it was done.
    ///
    /// # Errors
    /// `Refused` when the ticket is as it was; otherwise all of it is to be done again.
    pub(super) fn continue_issue(&self, push: &Push, continued: &Continued) -> Result<Receipt, ApiError> {
        let Continued { issue, new, .. } = continued;
        let Some(reuse) = &new.reuse else { return Err(refused(format!("{}: continued without a key", push.key))) };
        let source = self.source();
        let before = continued.before.as_ref().map(|item| Key::issue(source, item));
        let onward = Onward { reuse: &reuse.key, before: before.as_ref(), since: continued.since };
        let told = self.our_property(issue.as_str())?;
        let named = Aside::property(&push.key, &push.content, &self.settings.pair_id, push.seal.as_ref());
        let value = |told: &Value, opening| Aside::continued(named.clone(), &onward, told, opening);
        let opening = value(&told, true);
        allowed(self.put_property(issue, &opening))?;
        let dropped = match self.mark_and_open(issue, push, &reuse.status) {
            Ok(dropped) => dropped,
            Err(error) if error.kind == ApiErrorKind::Refused => {
                self.undo(issue, &push.key, Aside::before_continued(&opening).unwrap_or(&told))?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        allowed(self.put_property(issue, &value(&opening, false)))?;
        let row = self.fetch_one(issue.as_str(), &BRIEF)?;
        let key = row.as_ref().and_then(|row| row.get("key")?.as_str()).filter(|key| !key.is_empty());
        let at = row.as_ref().and_then(|row| time(row.pointer("/fields/updated")?));
        Ok(Receipt::of(issue.as_str(), at).named(key.unwrap_or(&continued.name)).without(dropped))
    }

    /// Names items in the property of the ticket in which they are counted.
    ///
    /// # Errors
    /// `Refused` where the ticket has no property of ours, or Jira does not let us write it.
    pub(super) fn join_issue(&self, issue: &IssueId, name: &str, items: &[Joined]) -> Result<Receipt, ApiError> {
        let told = self.our_property(issue.as_str())?;
        if !told.is_object() {
            return Err(refused(format!("{name} has no property of guajira's")));
        }
        let value = Aside::joined(told.clone(), items);
        if value != told {
            allowed(self.put_property(issue, &value))?;
        }
        Ok(Receipt::of(issue.as_str(), None).named(name))
    }

    fn mark_and_open(
        &self,
        issue: &IssueId,
        push: &Push,
        target: &StatusTarget,
    ) -> Result<Vec<DroppedField>, ApiError> {
        let mut left_out = Vec::new();
        if let Err(error) = self.change_label(issue.as_str(), "add", &push.key) {
            // Where no item could ever put its label on, the property alone is the marker.
            if error.kind != ApiErrorKind::Refused || self.is_labelled(issue)? {
                return Err(error);
            }
            left_out.push(dropped("labels", error.message));
        }
        left_out.extend(self.reach(issue, target)?);
        if target.category != StatusCategory::Done {
            // An earlier try may have ended before it came to that.
            left_out.extend(self.clear_resolution(issue));
        }
        Ok(left_out)
    }

    fn is_labelled(&self, issue: &IssueId) -> Result<bool, ApiError> {
        let row = self.fetch_one(issue.as_str(), &["labels"])?;
        let raw = row.and_then(|row| wire::read::<wire::Issue>(row).ok());
        Ok(raw.is_none_or(|raw| raw.fields.labels.iter().any(|label| marker::labelled(label, self.source()).is_some())))
    }

    fn put_property(&self, issue: &IssueId, value: &Value) -> Result<Reply, Failed> {
        self.api.send(&Ask::put(self.property_of(issue.as_str())?, value.clone()).repeatable())
    }

    /// Lets a ticket be what it was: its property says what it said, and the label is gone.
    fn undo(&self, issue: &IssueId, key: &Key, before: &Value) -> Result<(), ApiError> {
        let put = if before.is_null() {
            self.api.send(&Ask::delete(self.property_of(issue.as_str())?).repeatable())
        } else {
            self.put_property(issue, before)
        };
        match put {
            Err(failed) if failed.status == Some(404) => return Ok(()),
            put => again(put)?,
        };
        let Some(label) = marker::label(key) else { return Ok(()) };
        let path = self.rest(&format!("issue/{}", segment(issue.as_str())))?;
        match self.send_edit(&Ask::put(path, json!({"update": {"labels": [{"remove": label}]}}))) {
            // What could not be put on is not there.
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Ok(()),
            sent => again(sent).map(drop),
        }
    }
}

/// Says of what is to be undone that it is still to be done.
fn again(sent: Result<Reply, Failed>) -> Result<Reply, ApiError> {
    sent.map_err(|failed| match ApiError::from(failed) {
        error if error.kind == ApiErrorKind::Refused => ApiError { kind: ApiErrorKind::InDoubt, ..error },
        error => error,
    })
}
