//! `guajira check`: whether a create screen takes what a route sets.

use serde_json::Value;

use super::api::{Ask, segment};
use super::check::CheckRoute;
use super::desk::REQUEST_TYPE;
use super::fit::{id_on, security_id};
use super::form;
use super::form::{Choice, Screen, ScreenField};
use super::service::Jira;
use super::shape::is_known;
use crate::domain::FieldValue;
use crate::ports::Finding;
use crate::words::{Fine, Mend, Tested, Wrong};

/// Fields that a create always fills in, or that Jira fills in itself.
const FILLED: [&str; 6] = ["project", "issuetype", "summary", "description", "reporter", "labels"];

impl Jira<'_> {
    /// Looks at the fields of a route's create screen.
    pub(super) fn check_screen(&self, route: &CheckRoute, screen: &Screen) -> Vec<Finding> {
        let mut out = check_fields(route, screen);
        for (name, value) in &route.fields {
            out.push(self.check_field(route, screen, name, value.as_ref()));
        }
        out.extend(self.check_parent(route, screen));
        out
    }

    /// Looks whether a field is there and of a type that can be set, and where its value is known, whether it takes it.
    fn check_field(&self, route: &CheckRoute, screen: &Screen, name: &str, value: Option<&FieldValue>) -> Finding {
        let what = what(route, name);
        let Some(field) = form::field(screen, name) else {
            let names = screen.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            return Finding::bad(what, Wrong::NotOnScreen, Some(Mend::PutOnScreen { names }), false);
        };
        let kind =
            if field.items.is_empty() { field.kind.clone() } else { format!("{} of {}", field.kind, field.items) };
        let is_raw = matches!(value, Some(FieldValue::Json { .. }));
        if !is_raw && !is_known(field) {
            return Finding::bad(what, Wrong::FieldTypeUnknown { kind }, Some(Mend::LeaveFieldOut), false);
        }
        match value.map(|value| self.shaped(field, value, "")) {
            Some(Err(error)) => Finding::failed(what, error, false),
            Some(Ok(Err(why))) => Finding::bad(what, Wrong::Said(why), Some(Mend::ChangeFieldValue), false),
            Some(Ok(Ok(_))) | None => Finding::good(what, Fine::FieldOf { id: field.id.clone(), kind }),
        }
    }

    /// Looks whether issues get a request type where queues go by it.
    pub(super) fn check_request_type(&self, route: &CheckRoute, is_service: bool) -> Option<Finding> {
        let what = what(route, REQUEST_TYPE);
        let Some(word) = &route.request_type else {
            let names =
                if is_service { self.request_names(&route.project).ok()?.unwrap_or_default() } else { Vec::new() };
            let mend = Mend::SetRequestType { names: names.join(", ") };
            return is_service.then(|| Finding::bad(what, Wrong::NoRequestType, Some(mend), false));
        };
        if !is_service {
            return Some(Finding::bad(what, Wrong::NoServiceProject, Some(Mend::LeaveFieldOut), false));
        }
        Some(match self.request_type(&route.project, word, None) {
            Err(error) => Finding::failed(what, error, false),
            Ok(Err(why)) => Finding::bad(what, Wrong::Said(why), Some(Mend::ChangeFieldValue), false),
            Ok(Ok(late)) => {
                let id = late.values.first().and_then(Value::as_str).unwrap_or_default().to_owned();
                Finding::good(what, Fine::WithId { name: word.clone(), id })
            }
        })
    }

    /// Looks whether the parent is there, and whether the screen has a place for one.
    fn check_parent(&self, route: &CheckRoute, screen: &Screen) -> Option<Finding> {
        let key = route.parent.as_ref()?;
        let what = what(route, "parent");
        let place = form::field(screen, "parent").or_else(|| screen.iter().find(|field| field.is_epic_link()));
        let Some(place) = place else {
            return Some(Finding::bad(what, Wrong::NotOnScreen, Some(Mend::PutParentOnScreen), false));
        };
        let path = self.rest(&format!("issue/{}", segment(key)));
        let read = path.and_then(|path| Ok(self.api.send(&Ask::get(path).with("fields", "summary"))?));
        Some(match read {
            Ok(_) => Finding::good(what, Fine::ParentAs { key: key.clone(), field: place.name.clone() }),
            Err(error) => {
                let hint = Mend::CheckParent { key: key.clone() };
                Finding::bad(what, Wrong::Said(error.message), Some(hint), false)
            }
        })
    }
}

fn what(route: &CheckRoute, field: &str) -> Tested {
    let (issue_type, project) = (route.issue_type.clone(), route.project.clone());
    Tested::Field { name: field.to_owned(), issue_type, project }
}

fn check_fields(route: &CheckRoute, screen: &Screen) -> Vec<Finding> {
    let find = |id: &str| screen.iter().find(|field| field.id == id);
    let mut out = Vec::new();
    out.push(if find("labels").is_some() {
        Finding::good(what(route, "labels"), Fine::OnCreateScreen)
    } else {
        let wrong = Wrong::NoLabels { own_too: route.labels };
        Finding::bad(what(route, "labels"), wrong, Some(Mend::AddLabels), false)
    });
    let named = [("priority", &route.priorities, "[route.priority]"), ("components", &route.components, "components")];
    for (id, wanted, key) in named.into_iter().filter(|(_, wanted, _)| !wanted.is_empty()) {
        out.push(check_choices(route, id, screen, wanted, key));
    }
    if let Some(level) = &route.security {
        let what = what(route, "security");
        out.push(match security_id(Some(screen), level) {
            Ok(id) => Finding::good(what, Fine::WithId { name: level.clone(), id }),
            Err(why) => Finding::bad(what, Wrong::Said(why), Some(Mend::CheckSecurity), true),
        });
    }
    out.extend(screen.iter().filter(|field| !is_filled(route, field)).map(|field| {
        let wrong = Wrong::FieldRequired { name: field.name.clone() };
        Finding::bad(what(route, &field.id), wrong, Some(Mend::GiveValue), true)
    }));
    out
}

/// Returns true when a field need not be filled in, or is.
fn is_filled(route: &CheckRoute, field: &ScreenField) -> bool {
    let set = |wanted: bool, id: &str| wanted && field.id == id;
    !field.required
        || field.has_default
        || FILLED.contains(&field.id.as_str())
        || set(!route.priorities.is_empty(), "priority")
        || set(!route.components.is_empty(), "components")
        || set(route.security.is_some(), "security")
        || route.parent.is_some() && (field.id == "parent" || field.is_epic_link())
        || set(route.assigns, "assignee")
        || route.request_type.is_some() && field.custom == "vp-origin"
        || route.fields.iter().any(|(name, _)| field.is(name))
}

fn check_choices(route: &CheckRoute, id: &str, screen: &Screen, wanted: &[String], key: &str) -> Finding {
    let what = what(route, id);
    let Some(field) = screen.iter().find(|field| field.id == id) else {
        let hint = Some(Mend::PutOnScreenOrLeaveOut { key: key.to_owned() });
        return Finding::bad(what, Wrong::CreatedWithout, hint, false);
    };
    let missing: Vec<&str> =
        wanted.iter().filter(|word| id_on(screen, id, word).is_err()).map(String::as_str).collect();
    if missing.is_empty() {
        let names = wanted.join(", ");
        let is_listed = field.allowed.is_some();
        let fine = if is_listed { Fine::AreThere { names } } else { Fine::NamedOnCreateScreen { names } };
        return Finding::good(what, fine);
    }
    let names: Vec<String> = field.allowed.iter().flatten().map(Choice::shown).collect();
    let hint = Mend::UseChoices { key: key.to_owned(), names: names.join(", ") };
    Finding::bad(what, Wrong::UnknownThere { names: missing.join(", ") }, Some(hint), false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_create_screen_is_judged_by_its_fields() {
        let route = CheckRoute {
            project: "OPS".into(),
            issue_type: "Bug".into(),
            priorities: vec!["High".into(), "P9".into()],
            labels: true,
            security: Some("Staff".into()),
            fields: vec![("Squad".into(), None)],
            ..CheckRoute::default()
        };
        let screen: Screen = [
            json!({"fieldId": "summary", "required": true}),
            json!({"fieldId": "priority", "allowedValues": [{"id": "2", "name": "High"}, {"id": "3", "name": "Low"}]}),
            json!({"fieldId": "customfield_1", "name": "Team", "required": true}),
            json!({"fieldId": "customfield_2", "name": "Site", "required": true, "hasDefaultValue": true}),
            json!({"fieldId": "customfield_3", "name": "Squad", "required": true}),
        ]
        .iter()
        .map(ScreenField::read)
        .collect();
        let found: Vec<(Tested, bool, bool)> =
            check_fields(&route, &screen).into_iter().map(|f| (f.what, f.result.is_ok(), f.fatal)).collect();
        let of = |name: &str| what(&route, name);
        let want = [("labels", false), ("priority", false), ("security", true), ("customfield_1", true)];
        assert_eq!(found, want.map(|(name, fatal)| (of(name), false, fatal)));
    }
}
