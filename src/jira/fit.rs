//! What the create screen decides about an issue on its way: the shapes of its fields, its parent, its security level.

use serde_json::{Value, json};

use super::desk::{Late, REQUEST_TYPE};
use super::draft::{Draft, SECURITY, by_id_or_name};
use super::fault::refused;
use super::form::Screen;
use super::service::Jira;
use super::shape::chosen;
use super::{form, jql};
use crate::domain::{DroppedField, People, Push};
use crate::ports::ApiError;
use crate::words::{FieldReason, ItemHint, JiraFault};

/// The field of the assignee, and what the configuration calls it.
pub(super) const ASSIGNEE: &str = "assignee";

impl Jira<'_> {
    /// Returns the fields that a create would send, and what it would leave out. Nothing is written.
    ///
    /// # Errors
    /// When Jira cannot be asked, and where the issue would not be created.
    pub fn preview(&self, push: &Push) -> Result<(Value, Vec<DroppedField>), ApiError> {
        let Some(mut draft) = Draft::new(push) else { return Ok((Value::Null, Vec::new())) };
        self.fit(&mut draft)?;
        let mut body = draft.body(self.is_cloud()?, &self.settings.pair_id);
        Ok((body.get_mut("fields").map(Value::take).unwrap_or_default(), draft.dropped))
    }

    /// Fits a draft to its create screen. A field that does not fit is left out and named. Where something does not fit a
    /// screen that is merely remembered, Jira is asked anew: somebody may have changed it.
    ///
    /// # Errors
    /// When Jira cannot be asked, and where the security level cannot be set: nobody else may see the issue.
    pub(super) fn fit(&self, draft: &mut Draft<'_>) -> Result<(), ApiError> {
        draft.know(self.takes()?);
        let before = draft.dropped.len();
        let fits = self.fit_to_form(draft);
        let is_well = fits.is_ok() && draft.dropped.len() == before;
        if is_well || !self.doubt_form(&draft.issue.project, &draft.issue.issue_type) {
            return fits;
        }
        draft.unfit();
        self.fit_to_form(draft)
    }

    /// Looks for the first of those who may be the assignee that has an account.
    fn fit_assignee(&self, draft: &mut Draft<'_>, screen: Option<&Screen>) -> Result<(), ApiError> {
        for word in &draft.issue.assignees {
            let Some(person) = self.find_person(&People::asked(word))? else { continue };
            let member = if self.is_cloud()? { "accountId" } else { "name" };
            let late = Late { field: ASSIGNEE.to_owned(), name: ASSIGNEE, values: vec![json!({ member: person.id })] };
            set_late(draft, screen, late);
            return Ok(());
        }
        if !draft.issue.assignees.is_empty() {
            let word = draft.issue.assignees.join(", ");
            let is_address = word.contains('@');
            let why =
                if is_address { FieldReason::NoAccountByAddress { word } } else { FieldReason::NoAccount { word } };
            draft.note(ASSIGNEE, why.to_string());
        }
        Ok(())
    }

    /// Fits a draft to its create screen as far as that is known.
    pub(super) fn fit_to_form(&self, draft: &mut Draft<'_>) -> Result<(), ApiError> {
        let issue = draft.issue;
        let form = self.form(&issue.project, &issue.issue_type)?;
        let screen = form.as_ref().map(|form| &form.fields);
        if let Some(form) = &form {
            draft.ids.insert("issuetype".to_owned(), json!({"id": form.type_id}));
            self.learn_followed(&issue.project, &issue.issue_type, &form.fields);
            set_named(draft, &form.fields);
        }
        if let Some(level) = &issue.security {
            let id = security_id(screen, level).map_err(|why| unsafe_without(level, &why))?;
            draft.extra.insert(SECURITY.to_owned(), json!({"id": id}));
        }
        if let Some(key) = &issue.parent {
            set_parent(draft, screen, key);
        }
        if let Some(word) = &issue.request_type {
            match self.request_type(&issue.project, word, screen)? {
                Ok(late) => set_late(draft, screen, late),
                Err(why) => draft.note(REQUEST_TYPE, why),
            }
        }
        self.fit_assignee(draft, screen)?;
        for new in &issue.fields {
            let found = screen.map(|screen| form::field(screen, &new.field));
            match found {
                None => draft.note(&new.field, FieldReason::ScreenUnknown.to_string()),
                Some(None) => draft.note(&new.field, FieldReason::NotOnScreen.to_string()),
                Some(Some(field)) => match self.shaped(field, &new.value, &issue.origin_url)? {
                    Ok(value) => {
                        draft.extra.insert(field.id.clone(), value);
                    }
                    Err(why) => draft.note(&new.field, why),
                },
            }
        }
        Ok(())
    }
}

/// Puts a value on the create where the screen has its field; it is set afterwards where that is not so, or is not enough.
fn set_late(draft: &mut Draft<'_>, screen: Option<&Screen>, late: Late) {
    let is_there = screen.is_none_or(|screen| screen.iter().any(|field| field.id == late.field));
    if let (true, Some(value)) = (is_there, late.values.first()) {
        draft.extra.insert(late.field.clone(), value.clone());
    }
    draft.late.push(late);
}

/// Puts the ids of the priority and of the components into a draft; what is not there is left out and named.
fn set_named(draft: &mut Draft<'_>, screen: &Screen) {
    let issue = draft.issue;
    if let Some(word) = &issue.priority {
        match id_on(screen, "priority", word) {
            Ok(id) => draft.ids.extend(id.map(|id| ("priority".to_owned(), json!({"id": id})))),
            Err(why) => leave_out(draft, "priority", why),
        }
    }
    let found: Vec<_> = issue.components.iter().map(|word| (word, id_on(screen, "components", word))).collect();
    let missing: Vec<&str> = found.iter().filter_map(|(_, id)| id.as_ref().err()).map(String::as_str).collect();
    let there = found.iter().filter_map(|(word, id)| Some((*word, id.as_ref().ok()?.clone())));
    let there: Vec<Value> =
        there.map(|(word, id)| id.map_or_else(|| by_id_or_name(word), |id| json!({"id": id}))).collect();
    match missing.first() {
        Some(why) if there.is_empty() => leave_out(draft, "components", (*why).to_owned()),
        Some(_) => draft.note("components", missing.join("; ")),
        None => {}
    }
    if !there.is_empty() {
        draft.ids.insert("components".to_owned(), there.into());
    }
}

fn leave_out(draft: &mut Draft<'_>, field: &str, why: String) {
    draft.omitted.insert(field.to_owned());
    draft.note(field, why);
}

/// Returns the id of what a word means in a field of a screen; `None` where the screen does not list what it takes.
pub(super) fn id_on(screen: &Screen, field: &str, word: &str) -> Result<Option<String>, String> {
    let field = screen.iter().find(|one| one.id == field).ok_or_else(|| FieldReason::NotOnScreen.to_string())?;
    Ok(chosen(field.allowed.as_deref(), word)?.map(|choice| choice.id.clone()))
}

/// Puts the parent where this screen has it: an epic of classic Jira is no parent, but a field of its own.
fn set_parent(draft: &mut Draft<'_>, screen: Option<&Screen>, key: &str) {
    let has_parent = screen.is_none_or(|screen| form::field(screen, "parent").is_some());
    let epic = screen.and_then(|screen| screen.iter().find(|field| field.is_epic_link()));
    match epic {
        _ if has_parent => draft.extra.insert("parent".to_owned(), json!({"key": key})),
        Some(epic) => draft.extra.insert(epic.id.clone(), json!(key)),
        None => {
            draft.note("parent", FieldReason::NotOnScreen.to_string());
            None
        }
    };
}

/// Returns the id of a security level, which a screen gives by its name.
pub(super) fn security_id(screen: Option<&Screen>, level: &str) -> Result<String, String> {
    let allowed = match screen {
        Some(screen) => {
            form::field(screen, SECURITY).ok_or_else(|| FieldReason::NotOnScreen.to_string())?.allowed.as_deref()
        }
        None => None,
    };
    match chosen(allowed, level)? {
        Some(choice) => Ok(choice.id.clone()),
        None if jql::is_number(level) => Ok(level.to_owned()),
        None => Err(FieldReason::NoId.to_string()),
    }
}

/// The issue is not created without its security level.
fn unsafe_without(level: &str, why: &str) -> ApiError {
    let fault = JiraFault::NoSecurity { level: level.to_owned(), why: why.to_owned() };
    refused(fault).with_hint(ItemHint::CheckSecurity)
}
