//! Pairing by hand: an issue that a person names, and our markers on it.

use serde_json::{Value, json};

use super::api::{Ask, Failed, Reply, segment};
use super::claim::PROPERTY;
use super::convert::person;
use super::fault::{refused, unavailable};
use super::service::Jira;
use super::wire;
use crate::domain::marker::{self, Aside};
use crate::domain::{IssueId, Key};
use crate::ports::{ApiError, Mark, NamedIssue, Pairing};

/// What is read of an issue.
const FIELDS: [&str; 3] = ["labels", "creator", "created"];

impl Pairing for Jira<'_> {
    fn named(&self, name: &str) -> Result<Option<NamedIssue>, ApiError> {
        let Some(row) = self.fetch_one(name, &FIELDS)? else {
            // A token that has just died is told the same.
            self.log_in()?;
            return Ok(None);
        };
        let raw: wire::Issue = wire::read(row).map_err(|why| unavailable(format!("GET issue {name}: {why}")))?;
        let claim = self.with_reader(|reader| reader.issue_claim(&raw))?;
        let creator = raw.fields.creator.as_ref().map(person).unwrap_or_default();
        let name = if raw.key.is_empty() { raw.id.clone() } else { raw.key.clone() };
        Ok(Some(NamedIssue { id: IssueId::new(raw.id), name, creator, claim }))
    }

    fn pair(&self, mark: &Mark) -> Result<(), ApiError> {
        let Mark { copy, key, content, seal } = mark;
        let before = self.our_property(copy)?;
        let value = Aside::paired(key, content, &self.settings.pair_id, seal.as_ref(), &before);
        allowed(self.api.send(&Ask::put(self.property_of(copy)?, value).repeatable()))?;
        self.change_label(copy, "add", key)
    }

    fn unpair(&self, issue: &IssueId, key: &Key) -> Result<(), ApiError> {
        let property = Aside::read(&self.our_property(issue.as_str())?);
        if property.is_some_and(|property| property.key == key.origin()) {
            match self.api.send(&Ask::delete(self.property_of(issue.as_str())?).repeatable()) {
                Err(failed) if failed.status == Some(404) => {}
                sent => allowed(sent)?,
            }
        }
        self.change_label(issue.as_str(), "remove", key)
    }
}

impl Jira<'_> {
    pub(super) fn property_of(&self, issue: &str) -> Result<String, ApiError> {
        self.rest(&format!("issue/{}/properties/{PROPERTY}", segment(issue)))
    }

    /// Returns the value of our property on an issue; null where there is none.
    pub(super) fn our_property(&self, issue: &str) -> Result<Value, ApiError> {
        match self.api.send(&Ask::get(self.property_of(issue)?)) {
            Ok(mut reply) => Ok(reply.json.get_mut("value").map(Value::take).unwrap_or_default()),
            Err(failed) if failed.status == Some(404) => Ok(Value::Null),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Adds the label of an item, or removes it: neither depends on what other labels there are.
    ///
    /// Source: Jira Cloud REST v3 and Data Center REST v2, `PUT /issue/{issueIdOrKey}`, `update`.
    pub(super) fn change_label(&self, issue: &str, verb: &str, key: &Key) -> Result<(), ApiError> {
        let Some(label) = marker::label(key) else { return Ok(()) };
        let path = self.rest(&format!("issue/{}", segment(issue)))?;
        let body = json!({"update": {"labels": [{ verb: label }]}});
        allowed(self.api.send(&Ask::put(path, body).repeatable()))
    }
}

/// Says that Jira does not let us, where it says so; the account itself was accepted in this run.
pub(super) fn allowed(sent: Result<Reply, Failed>) -> Result<(), ApiError> {
    match sent {
        Ok(_) => Ok(()),
        Err(failed) if !failed.login_refused && matches!(failed.status, Some(400 | 401 | 403 | 404)) => {
            Err(refused(failed.error.message))
        }
        Err(failed) => Err(failed.into()),
    }
}
