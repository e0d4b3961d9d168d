//! Custom fields: what create metadata says of each kind, and what values it takes.

use serde_json::{Value, json};

use super::call::Call;
use super::fields::{find_named, text_line};
use super::model::{CustomField, CustomKind, Named, Project};

impl CustomField {
    /// An optional field.
    pub fn new(id: &str, name: &str, kind: CustomKind) -> Self {
        Self { id: id.into(), name: name.into(), kind, required: false }
    }

    pub(super) fn schema(&self) -> Value {
        let (kind, items, custom) = match &self.kind {
            CustomKind::Text => ("string", None, "textfield"),
            CustomKind::TextArea => ("string", None, "textarea"),
            CustomKind::Url => ("string", None, "url"),
            CustomKind::Number => ("number", None, "float"),
            CustomKind::Date => ("date", None, "datepicker"),
            CustomKind::DateTime => ("datetime", None, "datetime"),
            CustomKind::Labels => ("array", Some("string"), "labels"),
            CustomKind::Select(_) => ("option", None, "select"),
            CustomKind::MultiSelect(_) => ("array", Some("option"), "multiselect"),
            CustomKind::Cascading(_) => ("option-with-child", None, "cascadingselect"),
            CustomKind::User => ("user", None, "userpicker"),
            CustomKind::Users => ("array", Some("user"), "multiuserpicker"),
            CustomKind::Version => ("version", None, "version"),
            CustomKind::Versions => ("array", Some("version"), "multiversion"),
            CustomKind::EpicLink => {
                return json!({"type": "any", "custom": "com.pyxis.greenhopper.jira:gh-epic-link"});
            }
            CustomKind::RequestType => {
                return json!({"type": "sd-customerrequesttype", "custom": "com.atlassian.servicedesk:vp-origin"});
            }
            CustomKind::Odd => return json!({"type": "any", "custom": "com.example.addon:gauge"}),
        };
        let custom = format!("com.atlassian.jira.plugin.system.customfieldtypes:{custom}");
        match items {
            Some(items) => json!({"type": kind, "items": items, "custom": custom}),
            None => json!({"type": kind, "custom": custom}),
        }
    }

    pub(super) fn allowed(&self, project: &Project) -> Option<Value> {
        let option = |one: &Named| json!({"id": one.id, "value": one.name, "self": "https://x/customFieldOption"});
        Some(match &self.kind {
            CustomKind::Select(all) | CustomKind::MultiSelect(all) => all.iter().map(option).collect(),
            CustomKind::Cascading(all) => all
                .iter()
                .map(|(one, below)| {
                    let mut json = option(one);
                    json["children"] = below.iter().map(option).collect();
                    json
                })
                .collect(),
            CustomKind::Version | CustomKind::Versions => named(&project.versions),
            _ => return None,
        })
    }
}

pub(super) fn named(all: &[Named]) -> Value {
    all.iter().map(|one| json!({"id": one.id, "name": one.name})).collect()
}

impl Call<'_> {
    /// Returns a value as it is kept, or Jira's objection.
    pub(super) fn custom_value(&self, project: &Project, kind: &CustomKind, value: &Value) -> Result<Value, String> {
        let each = |one: &dyn Fn(&Value) -> Result<Value, String>| -> Result<Value, String> {
            let all = value.as_array().ok_or("data was not an array")?;
            all.iter().map(one).collect::<Result<Vec<_>, _>>().map(Value::from)
        };
        match kind {
            CustomKind::Text => text_line(value),
            CustomKind::TextArea => self.text_in(value).map_err(|bad| bad.for_field()),
            CustomKind::Url => {
                let text = value.as_str().unwrap_or_default();
                let good = ["http://", "https://", "ftp://"].iter().any(|scheme| text.starts_with(scheme));
                good.then(|| value.clone()).ok_or_else(|| format!("Not a valid URL: {text}"))
            }
            CustomKind::Number if value.is_number() => Ok(value.clone()),
            CustomKind::Number => Err("Operation value must be a number".into()),
            CustomKind::Date => super::fields::due_date(value),
            CustomKind::DateTime => {
                let text = value.as_str().unwrap_or_default();
                chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3f%z")
                    .map(|_| value.clone())
                    .map_err(|_| format!("Error parsing time: {text}"))
            }
            CustomKind::Labels => each(&super::fields::label),
            CustomKind::Select(all) => option(all, value),
            CustomKind::MultiSelect(all) => each(&|one| option(all, one)),
            CustomKind::Cascading(all) => {
                let firsts: Vec<Named> = all.iter().map(|(one, _)| one.clone()).collect();
                let mut chosen = option(&firsts, value)?;
                if let Some(child) = value.get("child") {
                    let below = all.iter().find(|(one, _)| chosen["id"] == one.id.as_str()).map(|(_, below)| below);
                    chosen["child"] = option(below.map_or(&[], Vec::as_slice), child)?;
                }
                Ok(chosen)
            }
            CustomKind::User => self.wire_user(value).map(|name| json!({"name": name})),
            CustomKind::Users => each(&|one| self.wire_user(one).map(|name| json!({"name": name}))),
            CustomKind::Version => named_one(&project.versions, value),
            CustomKind::Versions => each(&|one| named_one(&project.versions, one)),
            CustomKind::EpicLink => {
                let key = value.as_str().ok_or("The value must be the key of an epic.")?;
                self.issue(key).map_err(|_| format!("Epic with key {key} not found."))?;
                Ok(value.clone())
            }
            CustomKind::RequestType => self.request_type(project, value),
            CustomKind::Odd => Err("Invalid value.".into()),
        }
    }
}

impl Call<'_> {
    /// Returns a value as it is shown: an account with all that is known of it, a moment in the site's zone.
    pub(super) fn custom_out(&self, field: &CustomField, value: &Value) -> Value {
        let person = |one: &Value| self.person(one["name"].as_str().map(str::to_owned).as_ref());
        let option = |one: &Value| {
            let mut one = one.clone();
            if one.is_object() {
                one["self"] =
                    json!(format!("{}/customFieldOption/{}", self.api, one["id"].as_str().unwrap_or_default()));
            }
            one
        };
        let each = |show: &dyn Fn(&Value) -> Value| value.as_array().into_iter().flatten().map(show).collect();
        match &field.kind {
            CustomKind::User => person(value),
            CustomKind::Users => each(&person),
            CustomKind::RequestType => json!({"requestType": value, "currentStatus": {"status": "Open"}}),
            CustomKind::Select(_) | CustomKind::Cascading(_) => option(value),
            CustomKind::MultiSelect(_) => each(&option),
            CustomKind::DateTime => {
                let at = value
                    .as_str()
                    .and_then(|text| chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3f%z").ok());
                at.map_or_else(|| value.clone(), |at| json!(self.site.stamp(at.to_utc())))
            }
            _ => self.text_out_field(&field.id, value),
        }
    }
}

fn option(all: &[Named], value: &Value) -> Result<Value, String> {
    let found = match (value.get("id"), value.get("value")) {
        (Some(id), _) => all.iter().find(|one| id == one.id.as_str()),
        (None, Some(name)) => all.iter().find(|one| name == one.name.as_str()),
        _ => return Err("Specify a valid 'id' or 'name' for the option".into()),
    };
    let found = found.ok_or_else(|| format!("Option value '{}' is not valid", value["value"]))?;
    Ok(json!({"id": found.id, "value": found.name}))
}

fn named_one(all: &[Named], value: &Value) -> Result<Value, String> {
    let found = find_named(all, value).ok_or("Version name is not valid")?;
    Ok(json!({"id": found.id, "name": found.name}))
}
