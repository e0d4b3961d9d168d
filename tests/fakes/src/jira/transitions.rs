//! Endpoints of the workflow: which transitions there are from here, and going through one.

use serde_json::{Value, json};

use super::call::{Call, ok};
use super::errors::{self, Answer, FieldErrors};
use super::fields::{Screen, find_named};
use super::issues::UPDATE_MEMBERS;
use super::model::Issue;
use super::workflow::{Asks, Transition};
use crate::server::Response;

const NOT_NOW: &str = "It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.";

impl Call<'_> {
    pub(super) fn transitions(&self, key: &str) -> Answer {
        let issue = self.issue(key)?;
        let list: Vec<_> = self.open_ways(&issue).iter().map(|way| self.transition_json(&issue, way)).collect();
        ok(&json!({"expand": "transitions", "transitions": list}))
    }

    fn open_ways(&self, issue: &Issue) -> Vec<Transition> {
        if !self.site.may(self.viewer(), "TRANSITION_ISSUES") {
            return Vec::new();
        }
        let all = &self.site.project(issue.project).workflow_of(&issue.issue_type).transitions;
        all.iter().filter(|w| w.from.is_empty() || w.from.contains(&issue.status)).cloned().collect()
    }

    fn transition_json(&self, issue: &Issue, way: &Transition) -> Value {
        let to = self.site.status(issue.project, &way.to);
        let mut json = json!({"id": way.id, "name": way.name, "to": self.status_json(&to)});
        if self.cloud() {
            json["hasScreen"] = json!(way.asks != Asks::Nothing);
            json["isGlobal"] = json!(way.from.is_empty());
            json["isAvailable"] = json!(true);
        }
        if self.expands("transitions.fields") {
            json["fields"] = match way.asks {
                Asks::Nothing => json!({}),
                asks => json!({"resolution": self.resolution_field(issue, asks)}),
            };
            if let Some((id, name)) = &way.needs {
                json["fields"][id] = json!({"required": true, "hasDefaultValue": false, "name": name, "key": id,
                    "operations": ["set"], "schema": {"type": "string"}});
            }
        }
        json
    }

    fn resolution_field(&self, issue: &Issue, asks: Asks) -> Value {
        let allowed = self.site.project(issue.project).resolutions.iter();
        let allowed = allowed.map(|r| self.translated(json!({"id": r.id, "name": self.shown(&r.name)}), &r.name));
        let allowed: Vec<Value> = allowed.collect();
        json!({"required": asks == Asks::ResolutionRequired, "name": "Resolution", "key": "resolution",
            "operations": ["set"], "schema": {"type": "resolution", "system": "resolution"}, "allowedValues": allowed})
    }

    pub(super) fn transition(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        let me = self.user()?;
        let body = self.object(&UPDATE_MEMBERS)?;
        let id = body.get("transition").and_then(|t| t.get("id"));
        let Some(id) = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)) else {
            return Err(errors::message(400, "Missing 'transition' identifier"));
        };
        self.refuse_conflict()?;
        let Some(way) = self.open_ways(&issue).into_iter().find(|w| w.id == id) else {
            let all = &self.site.project(issue.project).workflow_of(&issue.issue_type).transitions;
            let known = all.iter().any(|w| w.id == id);
            return Err(errors::message(
                400,
                if known { NOT_NOW } else { "Transition id is not valid for this issue." },
            ));
        };
        let chosen = self.chosen_resolution(&issue, &way, body.get("fields").and_then(|f| f.get("resolution")))?;
        if let Some((id, name)) = &way.needs
            && body.get("fields").and_then(|fields| fields.get(id)).is_none()
        {
            return Err(errors::field(id, &format!("{name} is required.")));
        }
        if let Some(words) = &way.refuses {
            return Err(errors::message(400, words));
        }
        let mut errors = FieldErrors::default();
        let mut rest = body.clone();
        let mut needed = None;
        if let Some(fields) = rest.get_mut("fields").and_then(Value::as_object_mut) {
            fields.shift_remove("resolution");
            if let Some((id, _)) = &way.needs {
                needed = fields.shift_remove(id).map(|value| (id.clone(), value));
            }
        }
        let mut after = Issue::clone(&issue);
        let comments = self.apply(&mut after, &rest, Screen::Edit, &mut errors);
        if !errors.is_empty() {
            return Err(errors.into_response());
        }
        after.other.extend(needed);
        self.site.edit(issue.id, &me, |i| *i = after);
        self.site.go(issue.id, &me, &way.to, chosen);
        self.add_from_update(issue.id, &me, &comments);
        Ok(Response::empty(204))
    }

    fn chosen_resolution(&self, issue: &Issue, way: &Transition, sent: Option<&Value>) -> Answer<Option<String>> {
        let refuse = |text: &str| Err(errors::field("resolution", text));
        let resolutions = &self.site.project(issue.project).resolutions;
        match sent {
            Some(_) if way.asks == Asks::Nothing => refuse(&errors::not_on_screen("resolution")),
            Some(value) => match find_named(&self.all_shown(resolutions), value) {
                Some(found) => Ok(resolutions.iter().find(|one| one.id == found.id).map(|one| one.name.clone())),
                None => {
                    refuse(&format!("Resolution name '{}' is not valid", value["name"].as_str().unwrap_or_default()))
                }
            },
            None if way.asks == Asks::ResolutionRequired => refuse("Resolution is required."),
            None => Ok(None),
        }
    }
}
