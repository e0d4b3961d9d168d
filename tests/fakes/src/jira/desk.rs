//! The service desk API: service projects, and the request types that a customer may choose.

use serde_json::{Value, json};

use super::call::{Call, cut, ok};
use super::errors::{self, Answer};
use super::model::{Project, RequestType};

impl Call<'_> {
    /// `/rest/servicedeskapi/…`.
    pub(super) fn service_desk_api(&self, path: &[&str]) -> Answer {
        let me = self.user()?;
        let switches = &self.site.switches;
        if switches.no_service_desk_api {
            return Err(errors::message(403, "The user does not have a Jira Service Management agent licence."));
        }
        let opted_in = self.request.header("x-experimentalapi").is_some();
        if !self.cloud() && switches.experimental_desk && !opted_in {
            let text = "This is an experimental API. To use it, set the header X-ExperimentalApi.";
            return Err(errors::message(412, text));
        }
        let number = |name: &str, usual: usize| self.request.query(name).and_then(|n| n.parse().ok()).unwrap_or(usual);
        let (start, limit) = (number("start", 0), number("limit", 50).min(switches.desk_page));
        let page = |all: Vec<Value>| {
            let total = all.len();
            let values = cut(all, start, limit);
            let is_last = start + values.len() >= total;
            ok(&json!({"size": values.len(), "start": start, "limit": limit, "isLastPage": is_last, "values": values}))
        };
        let desks =
            || self.site.projects.iter().filter(|p| p.kind == "service_desk" && self.site.sees_project(p, Some(&me)));
        match path {
            ["servicedesk"] => page(
                desks()
                    .map(|p| json!({"id": desk_id(p), "projectId": p.id.to_string(), "projectKey": p.key, "projectName": p.name}))
                    .collect(),
            ),
            ["servicedesk", id, "requesttype"] => {
                let desk = desks().find(|p| desk_id(p) == *id);
                let desk = desk.ok_or_else(|| errors::message(404, "The Service Desk you are trying to view does not exist."))?;
                let tells_key = !self.cloud() && switches.request_types_tell_key;
                let one = |one: &RequestType| {
                    let mut json = json!({"id": one.id, "name": one.name, "issueTypeId": desk.types[0].id, "serviceDeskId": id,
                        "portalId": id, "groupIds": []});
                    if tells_key {
                        json["key"] = json!(one.key);
                    }
                    json
                };
                page(desk.request_types.iter().map(one).collect())
            }
            _ => Err(errors::message(404, "null for uri")),
        }
    }

    /// What the field of the request type takes: on Cloud the id as a text, on Server the keys of portal and type.
    pub(super) fn request_type(&self, project: &Project, value: &Value) -> Result<Value, String> {
        let text = value.as_str().ok_or("Operation value must be a string")?;
        let portal = project.key.to_lowercase();
        let takes_id = self.cloud() || self.site.switches.request_type_takes_id;
        let is_it = |one: &&RequestType| {
            (takes_id && one.id == text) || (!self.cloud() && text == format!("{portal}/{}", one.key))
        };
        let found = project.request_types.iter().find(is_it);
        found
            .map(|one| json!({"id": one.id, "name": one.name}))
            .ok_or_else(|| format!("Request type '{text}' is not valid."))
    }
}

/// Its id differs from that of its project.
fn desk_id(project: &Project) -> String {
    (project.id % 1000 + 1).to_string()
}
