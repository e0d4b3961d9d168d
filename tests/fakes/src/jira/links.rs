//! Remote links: an upsert by `globalId`.

use serde_json::{Map, Value, json};

use super::call::{Call, ok};
use super::errors::{self, Answer, FieldErrors};
use crate::server::Response;

const MEMBERS: [&str; 4] = ["globalId", "application", "relationship", "object"];

impl Call<'_> {
    pub(super) fn remote_links(&self, key: &str) -> Answer {
        let issue = self.issue(key)?;
        let links: Vec<_> = issue.remote_links.iter().map(|(id, link)| self.link_json(issue.id, *id, link)).collect();
        let Some(global_id) = self.request.query("globalId") else { return ok(&json!(links)) };
        match links.into_iter().find(|l| l["globalId"].as_str() == Some(global_id)) {
            Some(link) => ok(&link),
            None => Err(errors::message(404, &format!("Remote link with globalId '{global_id}' does not exist."))),
        }
    }

    fn link_json(&self, issue: u64, id: u64, link: &Value) -> Value {
        let mut json = json!({"id": id, "self": format!("{}/issue/{issue}/remotelink/{id}", self.api)});
        for member in MEMBERS {
            if !link[member].is_null() {
                json[member] = link[member].clone();
            }
        }
        json
    }

    pub(super) fn post_remote_link(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        if !self.site.may(self.viewer(), "LINK_ISSUES") {
            return Err(errors::message(403, "You do not have the permission to link issues."));
        }
        let body = self.object(&MEMBERS)?;
        check(&body)?;
        let global_id = body.get("globalId").and_then(Value::as_str);
        let known = issue.remote_links.iter().find(|(_, l)| global_id.is_some() && l["globalId"].as_str() == global_id);
        let known = known.map(|(id, _)| *id);
        let id = known.unwrap_or_else(|| self.site.new_id());
        let link = Value::Object(body.clone());
        let now = self.site.now();
        self.site.change(issue.id, |i| {
            i.remote_links.retain(|(old, _)| *old != id);
            i.remote_links.push((id, link));
            i.updated = now;
        });
        let status = if known.is_some() { 200 } else { 201 };
        let own = format!("{}/issue/{}/remotelink/{id}", self.api, issue.id);
        Ok(Response::json(status, &json!({"id": id, "self": own})))
    }

    pub(super) fn delete_remote_link(&mut self, key: &str, link: Option<&str>) -> Answer {
        let issue = self.issue_to_write(key)?;
        let global_id = self.request.query("globalId");
        let named = |id: u64, body: &Value| match link {
            Some(link) => id.to_string() == link,
            None => global_id.is_some() && body["globalId"].as_str() == global_id,
        };
        let Some((id, _)) = issue.remote_links.iter().find(|(id, body)| named(*id, body)) else {
            return Err(errors::message(404, "Remote link does not exist."));
        };
        let id = *id;
        self.site.change(issue.id, |i| i.remote_links.retain(|(old, _)| *old != id));
        Ok(Response::empty(204))
    }
}

fn check(body: &Map<String, Value>) -> Answer<()> {
    let mut errors = FieldErrors::default();
    let object = body.get("object").unwrap_or(&Value::Null);
    for member in ["title", "url"] {
        if object[member].as_str().is_none_or(str::is_empty) {
            errors.add(member, format!("'{member}' is required."));
        }
    }
    if body.get("globalId").and_then(Value::as_str).is_some_and(|g| g.chars().count() > 255) {
        errors.add("globalId", "'globalId' must be less than 255 characters.");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into_response()) }
}
