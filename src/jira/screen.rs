//! Create screens: which fields an issue of a type may be given, and what values they take.

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::api::{Ask, segment};
use super::form::{Form, Screen, ScreenField};
use super::names::Thing;
use super::service::Jira;
use crate::domain::Fingerprint;
use crate::ports::{ApiError, ApiErrorKind};

/// How long a screen is believed: who changes it waits so long for guajira to notice.
const SCREEN_AGE: Duration = Duration::from_hours(1);

impl Jira<'_> {
    /// Returns the create screen of an issue type; `None` where Jira does not tell: it is too old, or the bot may not
    /// create such issues.
    pub(super) fn form(&self, project: &str, issue_type: &str) -> Result<Option<Rc<Form>>, ApiError> {
        let fact = screen_fact(project, issue_type);
        if let Some((form, _)) = self.screens.borrow().get(&fact) {
            return Ok(form.clone());
        }
        let known = self.facts.recall(&fact, SCREEN_AGE).and_then(|known| serde_json::from_str::<Form>(&known).ok());
        if let Some(form) = known.map(Rc::new) {
            self.screens.borrow_mut().insert(fact, (Some(Rc::clone(&form)), false));
            return Ok(Some(form));
        }
        let form = match self.ask_for_form(project, issue_type) {
            Err(error) if error.kind == ApiErrorKind::Refused => None,
            form => form?,
        };
        if let Some(form) = &form {
            self.facts.remember(&fact, &serde_json::json!(form).to_string());
        }
        let form = form.map(Rc::new);
        self.screens.borrow_mut().insert(fact, (form.clone(), true));
        Ok(form)
    }

    /// Returns what stands for a create screen, also for one that is not there.
    pub(super) fn stamp(&self, project: &str, issue_type: &str) -> Result<Fingerprint, ApiError> {
        let fact = format!("jira.no-screen.{project}.{issue_type}");
        let is_known = self.facts.recall(&screen_fact(project, issue_type), SCREEN_AGE).is_some();
        let is_missing = !is_known && self.facts.recall(&fact, SCREEN_AGE).is_some();
        let form = if is_missing { None } else { self.form(project, issue_type)? };
        if form.is_none() && !is_missing {
            self.facts.remember(&fact, "yes");
        }
        Ok(Fingerprint::of(&["create screen", &serde_json::json!(form.as_deref()).to_string()]))
    }

    /// Forgets a remembered screen, so that it is asked for again; false where this run has asked for it already.
    pub(super) fn doubt_form(&self, project: &str, issue_type: &str) -> bool {
        let fact = screen_fact(project, issue_type);
        let is_old = self.screens.borrow().get(&fact).is_some_and(|(_, asked)| !asked);
        if is_old {
            self.facts.forget(&fact);
            self.screens.borrow_mut().remove(&fact);
        }
        is_old
    }

    /// Asks for a screen again in the next run: what it said was not true.
    pub(super) fn forget_screen(&self, project: &str, issue_type: &str) {
        self.facts.forget(&screen_fact(project, issue_type));
    }

    fn ask_for_form(&self, project: &str, issue_type: &str) -> Result<Option<Form>, ApiError> {
        let types = self.create_types(project)?;
        let Some(kind) = self.type_of(&types, issue_type) else { return Ok(None) };
        let fields = self.screen_of(project, &kind.id)?;
        Ok(Some(Form { type_id: kind.id, fields }))
    }

    /// Asks for the fields of a type's create screen.
    pub(super) fn screen_of(&self, project: &str, type_id: &str) -> Result<Screen, ApiError> {
        let path = format!("issue/createmeta/{}/issuetypes/{}", segment(project), segment(type_id));
        let mut screen: Screen = self.read_list(&path, &["fields", "values"])?.iter().map(ScreenField::read).collect();
        for field in &mut screen {
            if let (Some(thing), Some(allowed)) = (Thing::of(&field.kind), &mut field.allowed) {
                self.learn_choices(thing, allowed);
            }
        }
        Ok(screen)
    }

    /// Lists the issue types that the bot may create in a project.
    pub(super) fn create_types(&self, project: &str) -> Result<Vec<Value>, ApiError> {
        self.read_list(&format!("issue/createmeta/{}/issuetypes", segment(project)), &["issueTypes", "values"])
    }

    /// Reads every page of a list that stands under one of these names: they differ between Cloud and Server.
    fn read_list(&self, resource: &str, names: &[&str]) -> Result<Vec<Value>, ApiError> {
        let mut all = Vec::new();
        let mut walk = self.api.walk(resource);
        for _ in 0..50 {
            walk.next_page()?;
            let ask = Ask::get(self.rest(resource)?).with("startAt", all.len().to_string()).with("maxResults", "200");
            let mut page = self.api.send(&ask)?.json;
            let list = names.iter().find(|name| page.get(**name).is_some_and(Value::is_array));
            let list =
                list.and_then(|name| page.get_mut(*name)?.as_array_mut()).map(std::mem::take).unwrap_or_default();
            walk.took(&list)?;
            let is_empty = list.is_empty();
            all.extend(list);
            let total = page.get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
            if is_empty || total.is_none_or(|total| all.len() >= total) {
                break;
            }
        }
        Ok(all)
    }
}

fn screen_fact(project: &str, issue_type: &str) -> String {
    format!("jira.screen.{project}.{issue_type}")
}
