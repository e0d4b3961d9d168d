//! Fields that follow their source: under which ids Jira tells them, and how they are changed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::api::{Ask, segment};
use super::fault::dropped;
use super::form::{self, Screen, ScreenField};
use super::search::{BRIEF, THREAD};
use super::service::Jira;
use super::settings::{Followed, Known};
use super::wire;
use crate::domain::{DroppedField, Follower, IssueId, NewField};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER};
use crate::words::FieldReason;

/// How long it is believed that a create screen does not have a field.
const MISSING_AGE: Duration = Duration::from_hours(1);

impl Jira<'_> {
    /// Returns the ids of the fields that follow their source, as far as the create screens tell them. An id is asked for once,
    /// and believed for ever: a field keeps it whatever it is called.
    pub(super) fn followed(&self) -> Result<Known, ApiError> {
        if let Some(known) = self.followed.borrow().as_ref() {
            return Ok(Rc::clone(known));
        }
        let mut known = Vec::new();
        for one in &self.settings.followed {
            known.extend(self.id_of(one)?.map(|id| (one.clone(), id)));
        }
        let known = Rc::new(known);
        self.followed.replace(Some(Rc::clone(&known)));
        Ok(known)
    }

    fn id_of(&self, one: &Followed) -> Result<Option<String>, ApiError> {
        let word = one.field.word();
        let is_custom = word.strip_prefix("customfield_").is_some_and(|number| number.parse::<u64>().is_ok());
        if is_custom || wire::OTHER.contains(&word) {
            return Ok(Some(word.to_owned()));
        }
        let fact = fact(one);
        if let Some(id) = self.facts.recall(&fact, FOR_EVER).filter(|id| !id.is_empty()) {
            return Ok(Some(id));
        }
        if self.facts.recall(&fact, MISSING_AGE).is_some() {
            return Ok(None);
        }
        let form = self.form(&one.project, &one.issue_type)?;
        let id = form.and_then(|form| form::field(&form.fields, word).map(|field| field.id.clone()));
        self.facts.remember(&fact, id.as_deref().unwrap_or_default());
        Ok(id)
    }

    /// Learns from a create screen which ids its fields have.
    pub(super) fn learn_followed(&self, project: &str, issue_type: &str, screen: &Screen) {
        let here = self.settings.followed.iter().filter(|one| one.project == project && one.issue_type == issue_type);
        for one in here {
            let Some(field) = form::field(screen, one.field.word()) else { continue };
            if self.facts.recall(&fact(one), FOR_EVER).as_deref() != Some(field.id.as_str()) {
                self.facts.remember(&fact(one), &field.id);
                self.followed.replace(None);
            }
        }
    }

    /// Returns what is asked of an issue without its thread.
    pub(super) fn brief(&self) -> Result<Vec<String>, ApiError> {
        let mut fields: Vec<String> = BRIEF.iter().map(|field| (*field).to_owned()).collect();
        fields.extend(self.followed_ids()?);
        Ok(fields)
    }

    /// Returns what is asked of an issue.
    pub(super) fn whole(&self) -> Result<Vec<String>, ApiError> {
        let mut fields = self.brief()?;
        fields.push(THREAD.to_owned());
        Ok(fields)
    }

    /// Returns the ids of the fields that follow their source, each once.
    pub(super) fn followed_ids(&self) -> Result<BTreeSet<String>, ApiError> {
        Ok(self.followed()?.iter().map(|(_, id)| id.clone()).collect())
    }

    /// Returns what an issue, of which all of that was asked, says in fields that follow their source. Where two fields of a
    /// project have one name, that of the issue's own type counts.
    pub(super) fn told(&self, raw: &wire::Issue) -> Result<BTreeMap<Follower, Value>, ApiError> {
        let known = self.followed()?;
        let project = raw.key.rsplit_once('-').map_or("", |(project, _)| project);
        let kind = &raw.fields.issue_type;
        let is_of_type = |one: &Followed| one.issue_type == kind.id || one.issue_type.eq_ignore_ascii_case(&kind.name);
        let rank = |one: &Followed| (one.project == project, is_of_type(one));
        let mut best: BTreeMap<Follower, (&Followed, &String)> = BTreeMap::new();
        for (one, id) in known.iter() {
            let first = best.entry(one.field).or_insert((one, id));
            if rank(one) > rank(first.0) {
                *first = (one, id);
            }
        }
        let said = |id: &String| raw.other.get(id).cloned().unwrap_or_default();
        Ok(best.into_iter().map(|(field, (_, id))| (field, said(id))).collect())
    }

    /// Sets a field that follows its source. What the edit screen does not have, or Jira does not take, is left as it is and
    /// named.
    pub(super) fn put_follower(&self, issue: &IssueId, new: &NewField) -> Result<Vec<DroppedField>, ApiError> {
        let path = self.rest(&format!("issue/{}/editmeta", segment(issue.as_str())))?;
        let screen = match self.api.send(&Ask::get(path)) {
            Ok(reply) => edit_screen(&reply.json),
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => {
                return self.optional(issue, &new.field, || Err(failed.clone()));
            }
            Err(failed) => return Err(failed.into()),
        };
        let known = self.followed()?;
        let mut ids = known.iter().filter(|(one, _)| one.field.word() == new.field).map(|(_, id)| id.as_str());
        let found = ids.find_map(|id| screen.iter().find(|field| field.id == id));
        let Some(field) = found.or_else(|| form::field(&screen, &new.field)) else {
            return Ok(vec![dropped(&new.field, FieldReason::NotOnEditScreen.to_string())]);
        };
        match self.shaped(field, &new.value, "")? {
            Ok(value) => {
                let body = Value::Object([(field.id.clone(), value)].into_iter().collect());
                let said = RefCell::new(None);
                let mut left_out = self.optional(issue, &new.field, || {
                    let (reply, less) = self.send_words(body.clone(), |fields| self.put_fields(issue, &fields))?;
                    said.replace(less);
                    Ok(reply)
                })?;
                left_out.extend(said.into_inner().map(|less| dropped(&new.field, less)));
                Ok(left_out)
            }
            Err(why) => Ok(vec![dropped(&new.field, why)]),
        }
    }
}

/// Reads the fields of an edit screen.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, `GET /issue/{key}/editmeta`.
fn edit_screen(meta: &Value) -> Screen {
    let fields = meta.get("fields").and_then(Value::as_object).into_iter().flatten();
    fields.map(|(id, field)| ScreenField { id: id.clone(), ..ScreenField::read(field) }).collect()
}

fn fact(one: &Followed) -> String {
    format!("jira.follows.{}.{}.{}", one.project, one.issue_type, one.field.word())
}
