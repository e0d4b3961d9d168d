//! `guajira check`: whether a create screen takes what a route sets.

use super::api::{Ask, segment};
use super::check::{CheckRoute, bad, good};
use super::fit::{NOT_ON_SCREEN, id_on, security_id};
use super::form;
use super::form::{Choice, Screen, ScreenField};
use super::service::Jira;
use super::shape::is_known;
use crate::domain::FieldValue;
use crate::ports::Finding;

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
            let names: Vec<&str> = screen.iter().map(|field| field.name.as_str()).collect();
            let hint =
                format!("put it on the create screen, or use one of these in [route.fields]: {}", names.join(", "));
            return bad(what, NOT_ON_SCREEN.to_owned(), Some(hint), false);
        };
        let kind =
            if field.items.is_empty() { field.kind.clone() } else { format!("{} of {}", field.kind, field.items) };
        if !is_known(field) {
            let hint = "leave it out of [route.fields]".to_owned();
            return bad(what, format!("guajira cannot set a field of type {kind:?}"), Some(hint), false);
        }
        match value.map(|value| self.shaped(field, value, "")) {
            Some(Err(error)) => bad(what, error.message, error.hint, false),
            Some(Ok(Err(why))) => bad(what, why, Some("change its value in [route.fields]".to_owned()), false),
            Some(Ok(Ok(_))) | None => good(what, format!("{} ({kind})", field.id)),
        }
    }

    /// Looks whether the parent is there, and whether the screen has a place for one.
    fn check_parent(&self, route: &CheckRoute, screen: &Screen) -> Option<Finding> {
        let key = route.parent.as_ref()?;
        let what = what(route, "parent");
        let place = form::field(screen, "parent").or_else(|| screen.iter().find(|field| field.is_epic_link()));
        let Some(place) = place else {
            let hint = "put Parent or Epic Link on the create screen, or leave [[route]].parent out".to_owned();
            return Some(bad(what, NOT_ON_SCREEN.to_owned(), Some(hint), false));
        };
        let path = self.rest(&format!("issue/{}", segment(key)));
        let read = path.and_then(|path| Ok(self.api.send(&Ask::get(path).with("fields", "summary"))?));
        Some(match read {
            Ok(_) => good(what, format!("{key}, as {}", place.name)),
            Err(error) => {
                bad(what, error.message, Some(format!("check [[route]].parent: is {key} there, and visible?")), false)
            }
        })
    }
}

fn what(route: &CheckRoute, field: &str) -> String {
    format!("field {field} of {} in {}", route.issue_type, route.project)
}

fn check_fields(route: &CheckRoute, screen: &Screen) -> Vec<Finding> {
    let find = |id: &str| screen.iter().find(|field| field.id == id);
    let mut out = Vec::new();
    out.push(if find("labels").is_some() {
        good(what(route, "labels"), "on the create screen".to_owned())
    } else {
        let own = if route.labels { ", and the route's labels are not set" } else { "" };
        let hint = "add Labels to the create screen: by label a copy is found again when the state file is lost";
        let why = format!("not on the create screen: the marker label may be dropped{own}");
        bad(what(route, "labels"), why, Some(hint.to_owned()), false)
    });
    let named = [("priority", &route.priorities, "[route.priority]"), ("components", &route.components, "components")];
    for (id, wanted, key) in named.into_iter().filter(|(_, wanted, _)| !wanted.is_empty()) {
        out.push(check_choices(route, id, screen, wanted, key));
    }
    if let Some(level) = &route.security {
        out.push(match security_id(Some(screen), level) {
            Ok(id) => good(what(route, "security"), format!("{level} (id {id})")),
            Err(why) => {
                let hint = "nothing is created without it: check [[route]].security, the create screen, and the bot's \
                            permission Set Issue Security";
                bad(what(route, "security"), why, Some(hint.to_owned()), true)
            }
        });
    }
    out.extend(screen.iter().filter(|field| !is_filled(route, field)).map(|field| {
        let hint = "give it a value in [route.fields] or in Jira, or make it optional for this issue type".to_owned();
        bad(
            what(route, &field.id),
            format!("{} is required, and guajira does not set it", field.name),
            Some(hint),
            true,
        )
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
        || route.fields.iter().any(|(name, _)| field.is(name))
}

fn check_choices(route: &CheckRoute, id: &str, screen: &Screen, wanted: &[String], key: &str) -> Finding {
    let what = what(route, id);
    let Some(field) = screen.iter().find(|field| field.id == id) else {
        let hint = format!("put it on the create screen, or leave {key} out");
        return bad(what, "not on the create screen: issues are created without it".to_owned(), Some(hint), false);
    };
    let missing: Vec<&str> =
        wanted.iter().filter(|word| id_on(screen, id, word).is_err()).map(String::as_str).collect();
    if missing.is_empty() {
        let told = if field.allowed.is_some() { "are there" } else { "on the create screen" };
        return good(what, format!("{} {told}", wanted.join(", ")));
    }
    let names: Vec<String> = field.allowed.iter().flatten().map(Choice::shown).collect();
    let hint = format!("use one of these in {key}: {}", names.join(", "));
    bad(what, format!("unknown there: {}", missing.join(", ")), Some(hint), false)
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
        let found: Vec<(String, bool, bool)> =
            check_fields(&route, &screen).into_iter().map(|f| (f.what, f.result.is_ok(), f.fatal)).collect();
        let of = |name: &str| what(&route, name);
        let want = [("labels", false), ("priority", false), ("security", true), ("customfield_1", true)];
        assert_eq!(found, want.map(|(name, fatal)| (of(name), false, fatal)));
    }
}
