//! What a client asks before it starts: the server, itself, permissions, projects, fields, people.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::auth::Caller;
use super::call::{Call, cut, ok};
use super::custom::named;
use super::errors::{self, Answer};
use super::model::{Named, Project};

const PERMISSIONS: [&str; 22] = [
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "RESOLVE_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "LINK_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "EDIT_ALL_COMMENTS",
    "DELETE_ALL_COMMENTS",
    "DELETE_ISSUES",
    "CREATE_ATTACHMENTS",
    "ADMINISTER_PROJECTS",
    "SET_ISSUE_SECURITY",
    "MODIFY_REPORTER",
    "MANAGE_WATCHERS",
    "ADMINISTER",
    "USER_PICKER",
    "MOVE_ISSUES",
];

impl Call<'_> {
    pub(super) fn server_info(&self) -> Answer {
        if !self.cloud() && self.caller == Caller::Rejected {
            return Err(errors::unauthenticated());
        }
        let version: Vec<_> = self.site.version.iter().map(u32::to_string).collect();
        let mut json = json!({
            "baseUrl": self.site.base_url,
            "version": version.join(".") + if self.cloud() { "-SNAPSHOT" } else { "" },
            "versionNumbers": self.site.version,
            "deploymentType": if self.cloud() { "Cloud" } else { "Server" },
            "buildNumber": 100_300,
            "buildDate": "2026-10-01T00:00:00.000+0000",
            "serverTime": self.site.stamp(self.site.now()),
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Fake Jira",
        });
        if self.cloud() {
            json["displayUrl"] = json!(self.site.base_url);
            json["serverTimeZone"] = json!(self.site.server_zone.name());
        } else {
            json["databaseBuildNumber"] = json!(100_300);
        }
        if let Some(id) = &self.site.switches.server_id {
            json["serverId"] = json!(id);
        }
        ok(&json)
    }

    pub(super) fn myself(&self) -> Answer {
        let me = self.user()?;
        let mut json = self.site.user(&me).map_or(Value::Null, |u| self.user_json(u));
        json["locale"] = json!("en_US");
        ok(&json)
    }

    pub(super) fn my_permissions(&self) -> Answer {
        let asked = self.list("permissions");
        if self.cloud() {
            if asked.is_empty() {
                return Err(errors::message(400, "The 'permissions' query parameter is required."));
            }
            if let Some(unknown) = asked.iter().find(|p| !PERMISSIONS.contains(&p.as_str())) {
                return Err(errors::message(400, &format!("Unrecognized permission '{unknown}'.")));
            }
        }
        let project = match self.request.query("projectKey").or_else(|| self.request.query("projectId")) {
            Some(key) => Some(self.project(key)?),
            None => None,
        };
        if let Some(key) = self.request.query("issueKey").or_else(|| self.request.query("issueId")) {
            self.issue(key)?;
        }
        let shown = PERMISSIONS.iter().filter(|p| !self.cloud() || asked.iter().any(|a| a == *p));
        let entries: Map<_, _> = shown
            .enumerate()
            .map(|(id, key)| {
                let global = matches!(*key, "ADMINISTER" | "USER_PICKER");
                let seen = project.as_ref().is_none_or(|p| self.site.sees_project(p, self.viewer()));
                let entry = json!({
                    "id": id.to_string(), "key": key, "name": key, "description": "",
                    "type": if global { "GLOBAL" } else { "PROJECT" },
                    "havePermission": seen && self.site.may(self.viewer(), key),
                });
                ((*key).to_owned(), entry)
            })
            .collect();
        ok(&json!({"permissions": entries}))
    }

    pub(super) fn get_project(&self, key: &str) -> Answer {
        let project = self.project(key)?;
        let mut json = self.project_json(&project);
        json["description"] = json!("");
        json["issueTypes"] = self.types_of(&project);
        json["components"] = json!([]);
        json["versions"] = json!([]);
        json["roles"] = json!({});
        if self.cloud() {
            json["style"] = json!("classic");
            json["isPrivate"] = json!(false);
        }
        ok(&json)
    }

    fn types_of(&self, project: &Project) -> Value {
        project.types.iter().map(|t| self.type_json(t)).collect()
    }

    pub(super) fn projects(&self) -> Answer {
        let seen = self.site.projects.iter().filter(|p| self.site.sees_project(p, self.viewer()));
        let list: Vec<_> = seen.map(|p| self.project_json(p)).collect();
        ok(&json!(list))
    }

    /// Cloud: `project/search`, a page of the projects that the caller may act on.
    pub(super) fn search_projects(&self) -> Answer {
        let needed = match self.request.query("action").unwrap_or("view") {
            "view" | "browse" => "BROWSE_PROJECTS",
            "edit" => "ADMINISTER_PROJECTS",
            "create" => "CREATE_ISSUES",
            _ => return Err(errors::message(400, "The action is not valid.")),
        };
        let order = self.request.query("orderBy").unwrap_or("key");
        if !matches!(order, "key" | "+key" | "name" | "+name") {
            return Err(errors::message(400, "The order is not valid."));
        }
        let (start, most) = self.paging(50, 100)?;
        let wanted = self.request.query("query").unwrap_or_default().to_lowercase();
        let seen = self.site.projects.iter().filter(|p| {
            self.site.sees_project(p, self.viewer())
                && self.site.may(self.viewer(), needed)
                && !self.site.is_archived_project(p)
                && [&p.key, &p.name].into_iter().any(|text| text.to_lowercase().contains(&wanted))
        });
        let mut seen: Vec<&Project> = seen.collect();
        seen.sort_by_key(|p| if order.ends_with("name") { p.name.clone() } else { p.key.clone() });
        let total = seen.len();
        let page = cut(seen, start, most);
        let is_last = start + page.len() >= total;
        let values: Vec<Value> = page.into_iter().map(|p| self.project_json(p)).collect();
        ok(
            &json!({"self": format!("{}/project/search", self.api), "startAt": start, "maxResults": most, "total": total,
            "isLast": is_last, "values": values}),
        )
    }

    pub(super) fn project_statuses(&self, key: &str) -> Answer {
        let project = self.project(key)?;
        let list: Vec<_> = project
            .types
            .iter()
            .map(|t| {
                let own = format!("{}/issueType/{}", self.api, t.id);
                let statuses = project.workflow_of(&t.id).statuses.iter();
                let statuses: Vec<_> = statuses.map(|s| self.status_json(s)).collect();
                let json = json!({"self": own, "id": t.id, "name": self.shown(&t.name), "subtask": t.name == "Sub-task",
                    "statuses": statuses});
                self.translated(json, &t.name)
            })
            .collect();
        ok(&json!(list))
    }

    pub(super) fn priorities(&self) -> Answer {
        self.user()?;
        let mut all: Vec<_> = self.site.projects.iter().flat_map(|p| p.priorities.iter()).collect();
        all.sort_by_key(|p| p.id.parse::<u64>().unwrap_or(u64::MAX));
        all.dedup_by_key(|p| p.id.clone());
        ok(&all.iter().map(|p| self.priority_json(p)).collect())
    }

    /// `GET /resolution`: those of the whole site, in a list.
    pub(super) fn resolutions(&self) -> Answer {
        self.user()?;
        ok(&self.all_resolutions().into())
    }

    /// `GET /resolution/search` on Cloud: the same in pages.
    pub(super) fn resolution_page(&self) -> Answer {
        self.user()?;
        let number = |name: &str| self.request.query(name).and_then(|given| given.parse::<usize>().ok());
        let all = self.all_resolutions();
        let (from, most) = (number("startAt").unwrap_or(0), number("maxResults").unwrap_or(50).clamp(1, 50));
        let page: Vec<Value> = all.iter().skip(from).take(most).cloned().collect();
        let is_last = from + page.len() >= all.len();
        ok(&json!({"startAt": from, "maxResults": most, "total": all.len(), "isLast": is_last, "values": page}))
    }

    fn all_resolutions(&self) -> Vec<Value> {
        let mut all: Vec<_> = self.site.projects.iter().flat_map(|p| p.resolutions.iter()).collect();
        all.sort_by_key(|p| p.id.parse::<u64>().unwrap_or(u64::MAX));
        all.dedup_by_key(|p| p.id.clone());
        let one = |named: &Named| {
            let own = format!("{}/resolution/{}", self.api, named.id);
            json!({"self": own, "id": named.id, "description": "", "name": self.shown(&named.name)})
        };
        all.into_iter().map(one).collect()
    }

    pub(super) fn all_statuses(&self) -> Answer {
        self.user()?;
        let mut all: Vec<_> = self.site.projects.iter().flat_map(Project::statuses).collect();
        all.sort_by_key(|s| s.id.clone());
        all.dedup_by_key(|s| s.id.clone());
        ok(&all.iter().map(|s| self.status_json(s)).collect())
    }

    pub(super) fn status_categories(&self) -> Answer {
        use super::workflow::Category::{Done, Indeterminate, New};
        self.user()?;
        let none = (1, "undefined", "No Category", "medium-gray");
        let all = [none, New.words(), Indeterminate.words(), Done.words()];
        let all = all.map(|(id, key, name, colour)| {
            let own = format!("{}/statuscategory/{id}", self.api);
            json!({"self": own, "id": id, "key": key, "colorName": colour, "name": name})
        });
        ok(&json!(all))
    }

    pub(super) fn get_user(&self) -> Answer {
        self.user()?;
        let wire = self.request.query(if self.cloud() { "accountId" } else { "username" }).unwrap_or_default();
        let by_key = self.request.query("key").and_then(|key| self.site.users.iter().find(|u| u.key == key));
        let user = by_key.filter(|_| !self.cloud()).or_else(|| self.site.user_by_wire_id(wire));
        let missing = || errors::message(404, "The user named does not exist.");
        user.map(|u| self.user_json(u)).ok_or_else(missing).and_then(|json| ok(&json))
    }

    pub(super) fn issue_types(&self) -> Answer {
        self.user()?;
        let mut all: Vec<_> = self.site.projects.iter().flat_map(|p| p.types.iter()).collect();
        all.sort_by_key(|t| t.id.clone());
        all.dedup_by_key(|t| t.id.clone());
        ok(&all.iter().map(|t| self.type_json(t)).collect())
    }

    pub(super) fn fields_list(&self) -> Answer {
        let system = [
            "summary",
            "description",
            "labels",
            "priority",
            "status",
            "assignee",
            "reporter",
            "creator",
            "created",
            "updated",
            "project",
            "issuetype",
            "resolution",
            "comment",
            "duedate",
            "environment",
            "components",
            "fixVersions",
            "versions",
            "security",
            "parent",
        ];
        let mut list: Vec<_> = system
            .iter()
            .map(|id| {
                json!({"id": id, "key": id, "name": title(id), "custom": false, "orderable": true, "navigable": *id != "comment",
                       "searchable": true, "clauseNames": [id], "schema": schema_of(id)})
            })
            .collect();
        let custom = self.site.projects.iter().flat_map(|p| p.custom_fields.iter());
        list.extend(custom.map(|c| {
            json!({"id": c.id, "key": c.id, "name": c.name, "custom": true, "orderable": true, "navigable": true,
                   "searchable": true, "clauseNames": [c.name], "schema": c.schema()})
        }));
        ok(&json!(list))
    }

    /// `issue/createmeta/{project}/issuetypes`, without or with an issue type.
    pub(super) fn create_meta(&self, project: &str, kind: Option<&str>) -> Answer {
        self.user()?;
        let project = self.project(project)?;
        let allowed = self.site.may(self.viewer(), "CREATE_ISSUES");
        let (start, most) = self.paging(50, 200)?;
        let (all, member) = match kind {
            None => (project.types.iter().map(|t| self.type_json(t)).collect(), "issueTypes"),
            Some(id) => match project.types.iter().find(|t| t.id == id) {
                Some(kind) => (self.screen(&project, kind, &self.site.switches.off_create_screen), "fields"),
                None => return Err(errors::message(400, "The issue type selected is invalid.")),
            },
        };
        let all: Vec<Value> = if allowed { all } else { Vec::new() };
        let total = all.len();
        let page = cut(all, start, most);
        let last = start + page.len() >= total;
        let mut json = json!({"startAt": start, "maxResults": most, "total": total});
        if self.cloud() {
            json[member] = json!(page);
        } else {
            json["isLast"] = json!(last);
            json["values"] = json!(page);
        }
        ok(&json)
    }

    /// `issue/{key}/editmeta`: what the edit screen holds.
    pub(super) fn edit_meta(&self, key: &str) -> Answer {
        let issue = self.issue(key)?;
        let project = self.site.project(issue.project).clone();
        let may = self.site.may(self.viewer(), "EDIT_ISSUES");
        let kind = project.types.iter().find(|t| t.id == issue.issue_type).filter(|_| may);
        let held =
            kind.map(|kind| self.screen(&project, kind, &self.site.switches.off_edit_screen)).unwrap_or_default();
        let without = ["project", "parent"];
        let fields: Map<_, _> = held
            .into_iter()
            .filter_map(|mut field| {
                let id = field["fieldId"].as_str()?.to_owned();
                field.as_object_mut()?.remove("fieldId");
                (!without.contains(&id.as_str())).then_some((id, field))
            })
            .collect();
        ok(&json!({"fields": fields}))
    }

    fn screen(&self, project: &Project, kind: &Named, off: &BTreeSet<String>) -> Vec<Value> {
        let mut fields = vec![
            ("summary", true),
            ("issuetype", true),
            ("project", true),
            ("description", false),
            ("labels", false),
            ("assignee", false),
            ("duedate", false),
            ("environment", false),
            ("components", false),
            ("fixVersions", false),
            ("versions", false),
        ];
        if self.cloud() || kind.name == "Sub-task" {
            fields.push(("parent", kind.name == "Sub-task"));
        }
        if !project.priorities.is_empty() {
            fields.push(("priority", false));
        }
        for (field, permission) in [("reporter", "MODIFY_REPORTER"), ("security", "SET_ISSUE_SECURITY")] {
            let has_levels = field != "security" || !project.security_levels.is_empty();
            if has_levels && self.site.may(self.viewer(), permission) {
                fields.push((field, false));
            }
        }
        let system = fields.into_iter().filter(|(id, _)| !off.contains(*id)).map(|(id, required)| {
            let mut json = json!({"fieldId": id, "key": id, "name": title(id), "required": required,
                "hasDefaultValue": id == "priority", "operations": ["set"], "schema": schema_of(id)});
            match id {
                "priority" => {
                    json["allowedValues"] = project.priorities.iter().map(|p| self.priority_json(p)).collect();
                }
                "components" => json["allowedValues"] = named(&project.components),
                "fixVersions" | "versions" => json["allowedValues"] = named(&project.versions),
                "security" => json["allowedValues"] = named(&project.security_levels),
                "issuetype" => json["allowedValues"] = self.types_of(project),
                "labels" => json["operations"] = json!(["add", "set", "remove"]),
                _ => {}
            }
            json
        });
        let custom = project.custom_fields.iter().filter(|c| !off.contains(&c.id)).map(|c| {
            let mut json = json!({"fieldId": c.id, "key": c.id, "name": c.name, "required": c.required,
                "hasDefaultValue": false, "operations": ["set"], "schema": c.schema()});
            if let Some(allowed) = c.allowed(project) {
                json["allowedValues"] = allowed;
            }
            json
        });
        system.chain(custom).collect()
    }

    pub(super) fn find_users(&self) -> Answer {
        self.user()?;
        let wanted = if self.cloud() {
            let id = self.request.query("accountId");
            if let Some(id) = id {
                return ok(&self.site.users.iter().filter(|u| u.account_id == id).map(|u| self.user_json(u)).collect());
            }
            self.request.query("query")
        } else {
            self.request.query("username")
        };
        let Some(wanted) = wanted else {
            let text = if self.cloud() {
                "Either the query, property or accountId parameter is required."
            } else {
                "The username query parameter was not provided"
            };
            return Err(errors::message(400, text));
        };
        let (start, most) = self.paging(50, 1000)?;
        if !self.site.may(self.viewer(), "USER_PICKER") {
            return ok(&json!([]));
        }
        let found: Vec<_> = self.site.users.iter().filter(|u| u.active && self.matches(u, wanted)).collect();
        ok(&cut(found, start, most).iter().map(|u| self.user_json(u)).collect())
    }

    fn matches(&self, user: &super::model::User, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        let starts = |text: &str| text.to_lowercase().split_whitespace().any(|w| w.starts_with(&wanted));
        starts(&user.display_name)
            || user.display_name.to_lowercase().starts_with(&wanted)
            || user.email.eq_ignore_ascii_case(&wanted)
            || ((user.email_visible || self.site.switches.hidden_address_beginnings) && starts(&user.email))
            || (!self.cloud() && starts(&user.name))
    }

    pub(super) fn assignable_users(&self) -> Answer {
        self.user()?;
        let project = match (self.request.query("project"), self.request.query("issueKey")) {
            (Some(key), _) => self.project(key)?.id,
            (None, Some(key)) => self.issue(key)?.project,
            (None, None) => return Err(errors::message(400, "Either 'project' or 'issueKey' must be given.")),
        };
        let wanted = self.request.query(if self.cloud() { "query" } else { "username" }).unwrap_or_default();
        let by_id = self.request.query("accountId").filter(|_| self.cloud());
        let (start, most) = self.paging(50, 1000)?;
        let found = self.site.users.iter().filter(|u| {
            self.assignable(&u.name, project) && by_id.map_or_else(|| self.matches(u, wanted), |id| u.account_id == id)
        });
        let found: Vec<_> = found.collect();
        ok(&cut(found, start, most).iter().map(|u| self.user_json(u)).collect())
    }
}

fn title(id: &str) -> String {
    match id {
        "issuetype" => "Issue Type".into(),
        "duedate" => "Due date".into(),
        "fixVersions" => "Fix versions".into(),
        "versions" => "Affects versions".into(),
        "security" => "Security Level".into(),
        other => other[..1].to_uppercase() + &other[1..],
    }
}

fn schema_of(id: &str) -> Value {
    let kind = match id {
        "labels" => return json!({"type": "array", "items": "string", "system": "labels"}),
        "components" => return json!({"type": "array", "items": "component", "system": id}),
        "fixVersions" | "versions" => return json!({"type": "array", "items": "version", "system": id}),
        "priority" | "status" | "project" | "issuetype" | "resolution" => id,
        "assignee" | "reporter" | "creator" => "user",
        "created" | "updated" => "datetime",
        "duedate" => "date",
        "security" => "securitylevel",
        "parent" => "issuelink",
        "comment" => "comments-page",
        _ => "string",
    };
    json!({"type": kind, "system": id})
}
