//! The fields of an issue as a caller sets them, with Jira's objections.

use serde_json::{Map, Value};

use super::call::Call;
use super::errors::{FieldErrors, not_on_screen};
use super::model::{Issue, Named, SecurityLevel};
use super::switches::OffScreen;

/// Which screen the fields are set on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    Create,
    Edit,
}

/// One member of a body's `fields` or `update`.
pub(super) enum Set<'a> {
    To(&'a Value),
    Add(&'a Value),
    Remove(&'a Value),
}

impl Call<'_> {
    /// Applies a body's `fields` and `update` to `issue`; gives the comments that `update` adds.
    pub(super) fn apply(
        &self,
        issue: &mut Issue,
        body: &Map<String, Value>,
        screen: Screen,
        errors: &mut FieldErrors,
    ) -> Vec<Value> {
        let empty = Map::new();
        let fields = body.get("fields").and_then(Value::as_object).unwrap_or(&empty);
        let update = body.get("update").and_then(Value::as_object).unwrap_or(&empty);
        let mut comments = Vec::new();
        for (name, value) in fields {
            if update.contains_key(name) {
                errors.add(name, format!("Field '{name}' cannot be set. It is present in both 'fields' and 'update'."));
            } else if !(screen == Screen::Create && matches!(name.as_str(), "project" | "issuetype")) {
                self.set(issue, name, &Set::To(value), screen, errors);
            }
        }
        for (name, operations) in update {
            for operation in operations.as_array().into_iter().flatten() {
                for (verb, value) in operation.as_object().into_iter().flatten() {
                    match (name.as_str(), verb.as_str()) {
                        ("comment", "add") => comments.push(value.clone()),
                        (_, "set") => self.set(issue, name, &Set::To(value), screen, errors),
                        (_, "add") => self.set(issue, name, &Set::Add(value), screen, errors),
                        (_, "remove") => self.set(issue, name, &Set::Remove(value), screen, errors),
                        _ => errors.add(name, format!("Unrecognized operation '{verb}'.")),
                    }
                }
            }
        }
        comments
    }

    fn set(&self, issue: &mut Issue, name: &str, set: &Set, screen: Screen, errors: &mut FieldErrors) {
        let switches = &self.site.switches;
        if screen == Screen::Edit && switches.off_edit_screen.contains(name) {
            errors.add(name, not_on_screen(name));
            return;
        }
        if screen == Screen::Create && switches.off_create_screen.contains(name) {
            if switches.off_screen == OffScreen::Refused {
                errors.add(name, not_on_screen(name));
            }
            return;
        }
        let outcome = match (name, set) {
            ("labels", set) => set_labels(&mut issue.labels, set),
            ("summary", Set::To(value)) => set_summary(issue, value),
            ("description", Set::To(Value::Null)) => {
                issue.description = Value::Null;
                Ok(())
            }
            ("description", Set::To(value)) => self.rich(value).map(|text| issue.description = text),
            ("priority", Set::To(value)) => self.set_priority(issue, value),
            ("assignee", Set::To(value)) => self.set_assignee(issue, value),
            ("reporter", Set::To(value)) => self.set_reporter(issue, value),
            ("resolution", Set::To(Value::Null)) if screen == Screen::Edit => {
                issue.resolution = None;
                issue.resolved = None;
                Ok(())
            }
            ("security", Set::To(value)) => self.set_security(issue, value),
            (_, Set::To(value)) => self.set_other(issue, name, value),
            (_, Set::Add(_) | Set::Remove(_)) => Err(format!("The operation is not supported by the field '{name}'.")),
        };
        if let Err(text) = outcome {
            errors.add(name, text);
        }
    }

    fn rich(&self, value: &Value) -> Result<Value, String> {
        self.text_in(value).map_err(|bad| bad.for_field())
    }

    fn set_priority(&self, issue: &mut Issue, value: &Value) -> Result<(), String> {
        let priorities = &self.site.project(issue.project).priorities;
        if priorities.is_empty() {
            return Err(not_on_screen("priority"));
        }
        if value.is_null() {
            issue.priority = None;
            return Ok(());
        }
        let shown = self.all_shown(priorities);
        let found = find_named(&shown, value).ok_or("The priority selected is invalid.")?;
        issue.priority = Some(found.id.clone());
        Ok(())
    }

    /// A user by the flavour's way of naming one.
    pub(super) fn wire_user(&self, value: &Value) -> Result<String, String> {
        let members: &[&str] = if self.cloud() { &["accountId", "id"] } else { &["name", "key"] };
        let id = members.iter().find_map(|m| value.get(m)?.as_str());
        let Some(id) = id else {
            return Err(if self.cloud() { "Specify a valid value for the user" } else { "expected Object" }.into());
        };
        let by_key = self.site.users.iter().find(|u| !self.cloud() && value.get("name").is_none() && u.key == id);
        let found = by_key.or_else(|| self.site.user_by_wire_id(id));
        found.map(|u| u.name.clone()).ok_or_else(|| format!("User '{id}' does not exist."))
    }

    pub(super) fn set_assignee(&self, issue: &mut Issue, value: &Value) -> Result<(), String> {
        if !self.site.may(self.viewer(), "ASSIGN_ISSUES") {
            return Err(not_on_screen("assignee"));
        }
        let automatic = ["id", "accountId", "name"].iter().any(|m| value.get(m).and_then(Value::as_str) == Some("-1"));
        if value.is_null() || automatic || (!self.cloud() && value.get("name") == Some(&Value::Null)) {
            issue.assignee = None;
            return Ok(());
        }
        let name = self.wire_user(value)?;
        if !self.assignable(&name, issue.project) {
            let shown = self.site.user(&name).map_or(name.clone(), |u| u.display_name.clone());
            return Err(format!("User '{shown}' cannot be assigned issues."));
        }
        issue.assignee = Some(name);
        Ok(())
    }

    /// Whether a user may be assigned issues of a project.
    pub(super) fn assignable(&self, name: &str, project: u64) -> bool {
        let project = self.site.project(project);
        self.site.user(name).is_some_and(|u| u.active && u.account_type != "customer")
            && self.site.may(Some(name), "ASSIGNABLE_USER")
            && self.site.sees_project(project, Some(name))
    }

    fn set_reporter(&self, issue: &mut Issue, value: &Value) -> Result<(), String> {
        if !self.site.may(self.viewer(), "MODIFY_REPORTER") {
            return Err(not_on_screen("reporter"));
        }
        issue.reporter = Some(self.wire_user(value)?);
        Ok(())
    }

    fn set_security(&self, issue: &mut Issue, value: &Value) -> Result<(), String> {
        if !self.site.may(self.viewer(), "SET_ISSUE_SECURITY") {
            return Err(not_on_screen("security"));
        }
        let levels = &self.site.project(issue.project).security_levels;
        if levels.is_empty() {
            return Err(not_on_screen("security"));
        }
        let found = find_named(levels, value).ok_or("The security level is not valid.")?;
        let members = self.viewer().map(str::to_owned).into_iter().collect();
        issue.security = Some(SecurityLevel { name: found.name.clone(), members });
        Ok(())
    }

    fn set_other(&self, issue: &mut Issue, name: &str, value: &Value) -> Result<(), String> {
        let project = self.site.project(issue.project);
        let custom = project.custom_fields.iter().find(|c| c.id == name).map(|c| &c.kind);
        let subtask = project.types.iter().any(|t| t.id == issue.issue_type && t.name == "Sub-task");
        let stored = match (name, custom) {
            (_, Some(_)) | ("duedate" | "environment", None) if value.is_null() => None,
            ("environment", None) => Some(self.rich(value)?),
            (_, Some(kind)) => Some(self.custom_value(project, kind, value)?),
            ("parent", None) if !self.cloud() && !subtask => return Err(not_on_screen("parent")),
            ("duedate", None) => Some(due_date(value)?),
            ("components", None) => Some(pick_all(&project.components, value, "Component")?),
            ("fixVersions" | "versions", None) => Some(pick_all(&project.versions, value, "Version")?),
            ("parent", None) => {
                let key = value.get("key").or_else(|| value.get("id")).and_then(Value::as_str).unwrap_or_default();
                let parent = self.issue(key).map_err(|_| "Could not find issue by id or key.".to_owned())?;
                Some(serde_json::json!({"id": parent.id.to_string(), "key": parent.key}))
            }
            _ => return Err(not_on_screen(name)),
        };
        match stored {
            Some(value) => issue.other.insert(name.to_owned(), value),
            None => issue.other.remove(name),
        };
        Ok(())
    }
}

/// Finds by `id` or `name`.
pub(super) fn find_named<'a>(all: &'a [Named], value: &Value) -> Option<&'a Named> {
    match (value.get("id"), value.get("name")) {
        (Some(id), _) => all.iter().find(|n| id.as_str().map_or_else(|| id.to_string(), str::to_owned) == n.id),
        (None, Some(name)) => all.iter().find(|n| name.as_str().is_some_and(|s| s.eq_ignore_ascii_case(&n.name))),
        _ => None,
    }
}

fn pick_all(all: &[Named], value: &Value, what: &str) -> Result<Value, String> {
    let asked = value.as_array().ok_or("data was not an array")?;
    let found = asked.iter().map(|one| {
        let named = find_named(all, one).ok_or_else(|| format!("{what} name '{}' is not valid", one["name"]))?;
        Ok(serde_json::json!({"id": named.id, "name": named.name}))
    });
    found.collect::<Result<Vec<_>, String>>().map(Value::from)
}

pub(super) fn text_line(value: &Value) -> Result<Value, String> {
    let text = value.as_str().ok_or("Operation value must be a string")?;
    if text.encode_utf16().count() > 255 {
        return Err("The entered text is too long. It exceeds the allowed limit of 255 characters.".into());
    }
    Ok(value.clone())
}

pub(super) fn due_date(value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default();
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    date.map(|_| value.clone()).map_err(|_| "Error parsing date string: ".to_owned() + text)
}

fn set_summary(issue: &mut Issue, value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or("Operation value must be a string")?;
    text.trim().clone_into(&mut issue.summary);
    check_summary(text)
}

pub(super) fn check_summary(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("You must specify a summary of the issue.".into());
    }
    if text.contains(['\n', '\r']) {
        return Err("The summary is invalid because it contains newline characters.".into());
    }
    if text.encode_utf16().count() > 255 {
        return Err("Summary must be less than 255 characters.".into());
    }
    Ok(())
}

fn set_labels(labels: &mut Vec<String>, set: &Set) -> Result<(), String> {
    match set {
        Set::To(Value::Null) => labels.clear(),
        Set::To(value) => {
            let given = value.as_array().ok_or("data was not an array")?;
            labels.clear();
            for label in given {
                labels.push(check_label(label)?);
            }
        }
        Set::Add(label) => labels.push(check_label(label)?),
        Set::Remove(label) => labels.retain(|l| Some(l.as_str()) != label.as_str()),
    }
    labels.sort_unstable();
    labels.dedup();
    Ok(())
}

pub(super) fn label(label: &Value) -> Result<Value, String> {
    check_label(label).map(Value::from)
}

fn check_label(label: &Value) -> Result<String, String> {
    let text = label.as_str().ok_or("string expected at index 0")?;
    if text.contains(char::is_whitespace) {
        return Err(format!("The label '{text}' contains spaces which is invalid."));
    }
    if text.encode_utf16().count() > 255 {
        return Err(format!("The label '{text}' exceeds the maximum length for a label which is 255 characters."));
    }
    Ok(text.to_owned())
}
