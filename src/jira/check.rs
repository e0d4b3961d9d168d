//! `guajira check` on the Jira side: everything a sync needs, tried out, and what to do where it fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::jira::api::{Ask, segment};
use crate::jira::workflow::statuses_in;
use crate::jira::{Deployment, Jira, wire};
use crate::ports::{ApiError, Finding, Register};

/// How far our clock may be off before it is worth a word, in seconds.
const MAX_SKEW_S: i64 = 120;

/// What a route needs of Jira.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckRoute {
    /// Project key.
    pub project: String,
    /// Issue type, by name or id.
    pub issue_type: String,
    /// Priorities that the route may set, by name or id.
    pub priorities: Vec<String>,
    /// True when the route sets labels of its own; the marker label is wanted in any case.
    pub labels: bool,
    /// Statuses that the route names, by name or id.
    pub statuses: Vec<String>,
    /// What is changed in issues that exist.
    pub changes: CheckChanges,
}

/// What a sync changes in Jira issues that exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each follows from flows of its own")]
pub struct CheckChanges {
    /// Their status.
    pub status: bool,
    /// Their assignee.
    pub assignee: bool,
    /// Their title, description or priority.
    pub texts: bool,
    /// Accounts are looked for by address or name.
    pub people: bool,
}

/// A permission the bot needs, whether nothing works without it, and what it is for.
type Permission = (&'static str, bool, &'static str);

const PERMISSIONS: [Permission; 4] = [
    ("BROWSE_PROJECTS", true, "to see the project"),
    ("CREATE_ISSUES", true, "to create issues"),
    ("ADD_COMMENTS", true, "to carry replies over"),
    ("EDIT_OWN_COMMENTS", false, "to carry edits over"),
];

/// The permission to look for accounts; a global one.
const BROWSE_USERS: &str = "USER_PICKER";

impl CheckChanges {
    fn permissions(self) -> impl Iterator<Item = Permission> {
        let Self { status, assignee, texts, people } = self;
        let optional = [
            (status, ("TRANSITION_ISSUES", true, "to carry statuses over")),
            (texts, ("EDIT_ISSUES", true, "to carry titles, descriptions and levels over")),
            (assignee, ("ASSIGN_ISSUES", true, "to carry assignees over")),
            (people, (BROWSE_USERS, false, "to find people by e-mail address or name")),
        ];
        PERMISSIONS.into_iter().chain(optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, one)| one))
    }
}

/// Fields that a create always fills in, or that Jira fills in itself.
const FILLED: [&str; 5] = ["project", "issuetype", "summary", "description", "reporter"];

impl Jira<'_> {
    /// Tries out everything a sync needs, and says how to mend what fails.
    pub fn check(&self, wanted: &[CheckRoute]) -> Vec<Finding> {
        let mut findings = vec![self.check_server()];
        let login = self.check_login();
        let is_lost = login.iter().any(|finding| finding.fatal && finding.result.is_err());
        findings.extend(login);
        if is_lost {
            return findings;
        }
        let mut seen = BTreeSet::new();
        for route in wanted {
            if seen.insert(&route.project) {
                let (visible, project) = self.check_project(&route.project);
                findings.push(visible);
                if project.is_some() {
                    findings.extend(self.check_permissions(&route.project, route.changes));
                }
            }
            findings.extend(self.check_issue_type(route));
            findings.extend(self.check_statuses(route));
        }
        findings.push(self.check_time_search());
        findings.push(self.check_register());
        findings
    }

    fn check_server(&self) -> Finding {
        let what = format!("jira at {}", self.settings.base_url);
        let info = match self.server_info() {
            Ok(info) => info,
            Err(failed) => {
                let fatal = failed.status.is_none();
                return bad(what, failed.error.message, failed.error.hint, fatal);
            }
        };
        let told = if info.deployment == "Cloud" { Deployment::Cloud } else { Deployment::Server };
        if self.settings.deployment.is_some_and(|wanted| wanted != told) && !info.deployment.is_empty() {
            let hint = "set [jira].deployment = \"auto\"".to_owned();
            return bad(what, format!("it says that it is Jira {}", info.deployment), Some(hint), true);
        }
        let kind = if info.deployment.is_empty() { "unknown" } else { &info.deployment };
        good(what, format!("version {}, deployment {kind}", info.version))
    }

    fn check_login(&self) -> Vec<Finding> {
        let me = match self.log_in() {
            Ok(me) => me,
            Err(error) => return vec![bad("jira login", error.message, error.hint, true)],
        };
        let mut out = vec![good("jira login", format!("{} ({})", me.user.display_name, me.user.id()))];
        if let Some(clock) = me.clock {
            let skew = (me.at - clock).num_seconds();
            out.push(if skew.abs() <= MAX_SKEW_S {
                good("jira clock", format!("within {} s of ours", skew.abs() + 1))
            } else {
                let hint = Some("nothing is lost by it; set this machine's clock all the same".to_owned());
                bad("jira clock", format!("our clock is {skew} s ahead of Jira's"), hint, false)
            });
        }
        let zone = if me.user.time_zone.is_empty() { "not told" } else { &me.user.time_zone };
        out.push(good("jira time zone", format!("{zone} (guajira does not depend on it)")));
        out
    }

    fn check_project(&self, key: &str) -> (Finding, Option<wire::Project>) {
        let what = format!("project {key}");
        match self.read(&format!("project/{}", segment(key)), &[]) {
            Ok(value) => {
                let project: wire::Project = wire::read(value).unwrap_or_default();
                let note = match project.type_key.as_str() {
                    "service_desk" => "a service project: what guajira writes there are internal notes".to_owned(),
                    "" => "visible".to_owned(),
                    kind => format!("visible ({kind})"),
                };
                (good(what, note), Some(project))
            }
            Err(error) => {
                let hint = "check [[route]].project, and give the bot Browse Projects there".to_owned();
                (bad(what, error.message, error.hint.or(Some(hint)), true), None)
            }
        }
    }

    fn check_permissions(&self, project: &str, changes: CheckChanges) -> Vec<Finding> {
        let wanted: Vec<Permission> = changes.permissions().collect();
        let names: Vec<&str> = wanted.iter().map(|(name, _, _)| *name).collect();
        let mut query = vec![("projectKey", project.to_owned())];
        if self.is_cloud().unwrap_or(false) {
            // Required there; Server answers with all of them and does not know the parameter.
            query.push(("permissions", names.join(",")));
        }
        let what = |name: &str| format!("permission {name} in {project}");
        let told = match self.read("mypermissions", &query) {
            Ok(told) => told,
            Err(error) => return vec![bad(what("list"), error.message, error.hint, false)],
        };
        let has = |name: &str| told.get("permissions")?.get(name)?.get("havePermission")?.as_bool();
        let finding = |(name, fatal, purpose): &Permission| match has(name) {
            Some(true) => good(what(name), "granted".to_owned()),
            Some(false) => {
                let place = if *name == BROWSE_USERS {
                    "grant the bot the global permission Browse users and groups"
                } else {
                    "grant it to the bot in the project's permission scheme"
                };
                let hint = format!("{place}: it is needed {purpose}");
                bad(what(name), "not granted".to_owned(), Some(hint), *fatal)
            }
            None => bad(what(name), "this Jira does not tell".to_owned(), None, false),
        };
        wanted.iter().map(finding).collect()
    }

    /// Looks whether the workflow of the route's issues has every status that the route names.
    fn check_statuses(&self, route: &CheckRoute) -> Option<Finding> {
        let CheckRoute { project, issue_type, statuses, .. } = route;
        if statuses.is_empty() {
            return None;
        }
        let what = format!("statuses of {issue_type} in {project}");
        let types = match self.read(&format!("project/{}/statuses", segment(project)), &[]) {
            Ok(types) => types,
            Err(error) => {
                let hint = "check [[route]].project, and give the bot Browse Projects there".to_owned();
                return Some(bad(what, error.message, error.hint.or(Some(hint)), false));
            }
        };
        let is_it = |one: &&Value| text(one, "name") == *issue_type || text(one, "id") == *issue_type;
        let known = types.as_array().into_iter().flatten().find(is_it).and_then(statuses_in);
        // That the issue type does not exist is said already.
        let known = known?;
        let missing = statuses.iter().filter(|wanted| !known.iter().any(|status| status.is(wanted)));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if missing.is_empty() {
            return Some(good(what, format!("{} are there", statuses.join(", "))));
        }
        let names: Vec<&str> = known.iter().map(|status| status.name.as_str()).collect();
        let hint = format!("use one of these in [route.status] and closed_status: {}", names.join(", "));
        Some(bad(what, format!("its workflow has no {}", missing.join(", ")), Some(hint), false))
    }

    fn check_issue_type(&self, route: &CheckRoute) -> Vec<Finding> {
        let CheckRoute { project, issue_type, .. } = route;
        let what = format!("issue type {issue_type} in {project}");
        let path = format!("issue/createmeta/{}/issuetypes", segment(project));
        let types = match self.read_list(&path, &["issueTypes", "values"]) {
            Ok(types) => types,
            Err(error) => {
                let hint = "give the bot Create Issues there (Jira before 8.4 cannot be asked)".to_owned();
                return vec![bad(what, error.message, error.hint.or(Some(hint)), false)];
            }
        };
        let is_it = |one: &&Value| text(one, "name") == *issue_type || text(one, "id") == *issue_type;
        let Some(id) = types.iter().find(is_it).map(|one| text(one, "id")) else {
            let names: Vec<String> = types.iter().map(|one| text(one, "name")).collect();
            let hint = format!("set [[route]].issue_type to one of: {}", names.join(", "));
            return vec![bad(
                what,
                "it does not exist there, or cannot be created by the bot".to_owned(),
                Some(hint),
                true,
            )];
        };
        let mut out = vec![good(what, "can be created".to_owned())];
        match self.read_list(&format!("{path}/{}", segment(&id)), &["fields", "values"]) {
            Ok(fields) => out.extend(check_fields(route, &fields)),
            Err(error) => {
                out.push(bad(format!("fields of {issue_type} in {project}"), error.message, error.hint, false));
            }
        }
        out
    }

    fn check_time_search(&self) -> Finding {
        let what = "jira search by time";
        match self.epoch() {
            Ok(Some(true)) => good(what, "exact times are understood".to_owned()),
            Ok(Some(false)) => good(what, "by relative minutes".to_owned()),
            Ok(None) => good(what, "by relative minutes until the projects hold an issue".to_owned()),
            Err(error) => bad(what, error.message, error.hint, true),
        }
    }

    /// Writes a property of our own user and removes it again.
    fn check_register(&self) -> Finding {
        let what = "jira write counter";
        let hint = "without it, a state file restored from an old copy is not noticed; let the bot edit its own profile \
                    (scope write:jira-work)";
        let is_writable = || -> Result<bool, ApiError> {
            if self.register()? == Register::Unsupported {
                return Ok(false);
            }
            let path = self.rest("user/properties/guajira.check")?;
            let owner = if self.is_cloud()? { "accountId" } else { "username" };
            let me = self.me()?.user;
            let put = Ask::put(path.clone(), json!({"v": 1})).with(owner, me.id()).repeatable();
            if self.api.send(&put).is_err() {
                return Ok(false);
            }
            if let Err(failed) = self.api.send(&Ask::delete(path).with(owner, me.id()).repeatable()) {
                tracing::debug!(side = "jira", error = %failed.error, "Test property not removed.");
            }
            Ok(true)
        };
        match is_writable() {
            Ok(true) => good(what, "can be kept".to_owned()),
            Ok(false) => bad(what, "the bot may not keep properties".to_owned(), Some(hint.to_owned()), false),
            Err(error) => bad(what, error.message, error.hint, false),
        }
    }

    fn read(&self, resource: &str, query: &[(&'static str, String)]) -> Result<Value, ApiError> {
        let ask = Ask::get(self.rest(resource)?);
        let ask = query.iter().fold(ask, |ask, (name, value)| ask.with(name, value.clone()));
        Ok(self.api.send(&ask)?.json)
    }

    /// Reads every page of a list that stands under one of these names: they differ between Cloud and Server.
    fn read_list(&self, resource: &str, names: &[&str]) -> Result<Vec<Value>, ApiError> {
        let mut all = Vec::new();
        for _ in 0..50 {
            let query = [("startAt", all.len().to_string()), ("maxResults", "200".to_owned())];
            let page = self.read(resource, &query)?;
            let list = names.iter().find_map(|name| page.get(*name)?.as_array()).cloned().unwrap_or_default();
            let is_empty = list.is_empty();
            all.extend(list);
            let total = page.get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
            if is_empty || total.is_none_or(|total| all.len() >= total) {
                break;
            }
        }
        Ok(all)
    }
}

/// Looks at the fields of a create screen.
fn check_fields(route: &CheckRoute, fields: &[Value]) -> Vec<Finding> {
    let CheckRoute { project, issue_type, priorities, labels, statuses: _, changes: _ } = route;
    let name_of = |field: &Value| [text(field, "fieldId"), text(field, "key")].into_iter().find(|id| !id.is_empty());
    let find = |id: &str| fields.iter().find(|field| name_of(field).as_deref() == Some(id));
    let mut out = Vec::new();
    let what = |name: &str| format!("field {name} of {issue_type} in {project}");
    out.push(if find("labels").is_some() {
        good(what("labels"), "on the create screen".to_owned())
    } else {
        let own = if *labels { ", and the route's labels are not set" } else { "" };
        let hint = "add Labels to the create screen: by label a copy is found again when the state file is lost";
        let why = format!("not on the create screen: the marker label may be dropped{own}");
        bad(what("labels"), why, Some(hint.to_owned()), false)
    });
    if !priorities.is_empty() {
        out.push(check_priorities(&what("priority"), priorities, find("priority")));
    }
    let known = |id: &str| FILLED.contains(&id) || (id == "priority" && !priorities.is_empty()) || id == "labels";
    for field in fields {
        let is_required = field.get("required") == Some(&Value::Bool(true));
        let has_default = field.get("hasDefaultValue") == Some(&Value::Bool(true));
        let id = name_of(field).unwrap_or_default();
        if is_required && !has_default && !known(&id) {
            let hint = "give the field a default value, or make it optional for this issue type".to_owned();
            let why = format!("{} is required, and guajira does not set it", text(field, "name"));
            out.push(bad(what(&id), why, Some(hint), true));
        }
    }
    out
}

fn check_priorities(what: &str, wanted: &[String], field: Option<&Value>) -> Finding {
    let Some(field) = field else {
        let hint = "add Priority to the create screen, or leave [route.priority] out".to_owned();
        return bad(what, "not on the create screen: issues get the default".to_owned(), Some(hint), false);
    };
    let Some(allowed) = field.get("allowedValues").and_then(Value::as_array) else {
        return good(what, "on the create screen".to_owned());
    };
    let is_allowed =
        |one: &&String| allowed.iter().any(|value| text(value, "name") == **one || text(value, "id") == **one);
    let missing: Vec<&str> = wanted.iter().filter(|one| !is_allowed(one)).map(String::as_str).collect();
    if missing.is_empty() {
        return good(what, format!("{} are there", wanted.join(", ")));
    }
    let names: Vec<String> = allowed.iter().map(|value| text(value, "name")).collect();
    let hint = format!("use one of these in [route.priority]: {}", names.join(", "));
    bad(what, format!("unknown there: {}", missing.join(", ")), Some(hint), false)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(wire::id_text).unwrap_or_default()
}

fn good(what: impl Into<String>, detail: String) -> Finding {
    Finding { what: what.into(), result: Ok(detail), hint: None, fatal: false }
}

fn bad(what: impl Into<String>, why: String, hint: Option<String>, fatal: bool) -> Finding {
    Finding { what: what.into(), result: Err(why), hint, fatal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_create_screen_is_judged_by_its_fields() {
        let route = CheckRoute {
            project: "OPS".into(),
            issue_type: "Bug".into(),
            priorities: vec!["High".into(), "P9".into()],
            labels: true,
            ..CheckRoute::default()
        };
        let fields = [
            json!({"fieldId": "summary", "required": true}),
            json!({"fieldId": "priority", "allowedValues": [{"id": "2", "name": "High"}, {"id": "3", "name": "Low"}]}),
            json!({"fieldId": "customfield_1", "name": "Team", "required": true}),
            json!({"fieldId": "customfield_2", "name": "Site", "required": true, "hasDefaultValue": true}),
        ];
        let found: Vec<(String, bool, bool)> =
            check_fields(&route, &fields).into_iter().map(|f| (f.what, f.result.is_ok(), f.fatal)).collect();
        let of = |name: &str| format!("field {name} of Bug in OPS");
        assert_eq!(
            found,
            [(of("labels"), false, false), (of("priority"), false, false), (of("customfield_1"), false, true)]
        );
    }
}
