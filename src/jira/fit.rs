//! What the create screen decides about an issue on its way: the shapes of its fields, its parent, its security level.

use serde_json::{Value, json};

use crate::domain::{DroppedField, NewIssue, Push};
use crate::jira::draft::{Draft, SECURITY};
use crate::jira::screen::{self, Screen};
use crate::jira::shape::chosen;
use crate::jira::{Jira, jql, refused};
use crate::ports::ApiError;

/// What is said of a field that a create screen lacks.
pub(super) const NOT_ON_SCREEN: &str = "it is not on the create screen";

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

    /// Fits a draft to its create screen. A field that does not fit is left out and named.
    ///
    /// # Errors
    /// When Jira cannot be asked, and where the security level cannot be set: nobody else may see the issue.
    pub(super) fn fit(&self, draft: &mut Draft<'_>) -> Result<(), ApiError> {
        let issue = draft.issue;
        let NewIssue { fields, security, parent, .. } = issue;
        if fields.is_empty() && security.is_none() && parent.is_none() {
            return Ok(());
        }
        let screen = self.screen(&issue.project, &issue.issue_type)?;
        let screen = screen.as_deref();
        if let Some(level) = security {
            let id = security_id(screen, level).map_err(|why| unsafe_without(level, &why))?;
            draft.extra.insert(SECURITY.to_owned(), json!({"id": id}));
        }
        if let Some(key) = parent {
            set_parent(draft, screen, key);
        }
        for new in fields {
            let found = screen.map(|screen| screen::field(screen, &new.field));
            match found {
                None => draft.note(&new.field, "this Jira does not tell what its create screen holds".to_owned()),
                Some(None) => draft.note(&new.field, NOT_ON_SCREEN.to_owned()),
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

/// Puts the parent where this screen has it: an epic of classic Jira is no parent, but a field of its own.
fn set_parent(draft: &mut Draft<'_>, screen: Option<&Screen>, key: &str) {
    let has_parent = screen.is_none_or(|screen| screen::field(screen, "parent").is_some());
    let epic = screen.and_then(|screen| screen.iter().find(|field| field.is_epic_link()));
    match epic {
        _ if has_parent => draft.extra.insert("parent".to_owned(), json!({"key": key})),
        Some(epic) => draft.extra.insert(epic.id.clone(), json!(key)),
        None => {
            draft.note("parent", NOT_ON_SCREEN.to_owned());
            None
        }
    };
}

/// Returns the id of a security level, which a screen gives by its name.
pub(super) fn security_id(screen: Option<&Screen>, level: &str) -> Result<String, String> {
    let allowed = match screen {
        Some(screen) => screen::field(screen, SECURITY).ok_or(NOT_ON_SCREEN)?.allowed.as_deref(),
        None => None,
    };
    match chosen(allowed, level)? {
        Some(choice) => Ok(choice.id.clone()),
        None if jql::is_number(level) => Ok(level.to_owned()),
        None => Err("Jira does not tell its id".to_owned()),
    }
}

/// The issue is not created without its security level.
fn unsafe_without(level: &str, why: &str) -> ApiError {
    let message =
        format!("security level {level:?} cannot be set, and without it more people would see the issue: {why}");
    refused(message).with_hint("check [[route]].security, and give the bot the permission Set Issue Security")
}
