//! `guajira check` on the Jira side: everything a sync needs, tried out, and what to do where it fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::{Ask, segment};
use super::form::Choice;
use super::names::both_names;
use super::service::Jira;
use super::settings::Deployment;
use super::wire;
use super::wire::text;
use super::workflow::statuses_in;
use crate::domain::{FieldValue, marker};
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
    /// Components that it sets, by name or id.
    pub components: Vec<String>,
    /// The security level that it sets, by name or id.
    pub security: Option<String>,
    /// The key of the parent that it sets.
    pub parent: Option<String>,
    /// Other fields that it sets, by id or name, and what to, where that is the same for every issue.
    pub fields: Vec<(String, Option<FieldValue>)>,
    /// Fields that it sets where a transition's screen has them, by id or name.
    pub transition: Vec<String>,
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
    /// Copies of deleted replies are deleted.
    pub deletes: bool,
}

/// A permission the bot needs, whether nothing works without it, and what it is for.
pub(super) type Permission = (&'static str, bool, &'static str);

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
        let Self { status, assignee, texts, people, deletes } = self;
        let optional = [
            (deletes, ("DELETE_OWN_COMMENTS", false, "for [flow].deletes = \"delete\"")),
            (status, ("TRANSITION_ISSUES", true, "to carry statuses over")),
            (texts, ("EDIT_ISSUES", true, "to carry titles, descriptions and levels over")),
            (assignee, ("ASSIGN_ISSUES", true, "to carry assignees over")),
            (people, (BROWSE_USERS, false, "to find people by e-mail address or name")),
        ];
        PERMISSIONS.into_iter().chain(optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, one)| one))
    }
}

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
                    let needed: Vec<Permission> = route.changes.permissions().collect();
                    findings.extend(self.check_permissions(&route.project, &needed));
                }
            }
            findings.extend(self.check_issue_type(route));
            findings.extend(self.check_statuses(route));
            findings.extend(self.check_ways(route));
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
                if project.archived {
                    let hint = "restore it, or take it out of [[route]].project; what is for it waits".to_owned();
                    return (bad(what, "it is archived".to_owned(), Some(hint), true), None);
                }
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

    pub(super) fn check_permissions(&self, project: &str, needed: &[Permission]) -> Vec<Finding> {
        let names: Vec<&str> = needed.iter().map(|(name, _, _)| *name).collect();
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
        needed.iter().map(finding).collect()
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
        self.learn_workflows(&types);
        let types = types.as_array().map(Vec::as_slice).unwrap_or_default();
        // That the issue type does not exist is said already.
        let kind = self.type_of(types, issue_type)?;
        let mut known = types.iter().find(|one| text(one, "id") == kind.id).and_then(statuses_in)?;
        self.learn_statuses(known.iter_mut());
        let missing = statuses.iter().filter(|wanted| !known.iter().any(|status| status.is(wanted)));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if missing.is_empty() {
            return Some(good(what, format!("{} are there", statuses.join(", "))));
        }
        let names: Vec<String> = known.iter().map(|status| both_names(&status.name, &status.also)).collect();
        let hint = format!("use one of these in [route.status] and closed_status: {}", names.join(", "));
        Some(bad(what, format!("its workflow has no {}", missing.join(", ")), Some(hint), false))
    }

    fn check_issue_type(&self, route: &CheckRoute) -> Vec<Finding> {
        let CheckRoute { project, issue_type, .. } = route;
        let what = format!("issue type {issue_type} in {project}");
        let types = match self.create_types(project) {
            Ok(types) => types,
            Err(error) => {
                let hint = "give the bot Create Issues there (Jira before 8.4 cannot be asked)".to_owned();
                return vec![bad(what, error.message, error.hint.or(Some(hint)), false)];
            }
        };
        let Some(kind) = self.type_of(&types, issue_type) else {
            let names: Vec<String> = types.iter().map(Choice::read).map(|one| one.shown()).collect();
            let hint = format!("set [[route]].issue_type to one of: {}", names.join(", "));
            return vec![bad(
                what,
                "it does not exist there, or cannot be created by the bot".to_owned(),
                Some(hint),
                true,
            )];
        };
        let mut out = vec![good(what, format!("can be created as {} (id {})", kind.shown(), kind.id))];
        match self.screen_of(project, &kind.id) {
            Ok(screen) => out.extend(self.check_screen(route, &screen)),
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
            if self.register()? == Register::NotKept {
                return Ok(false);
            }
            let path = self.rest(&format!("user/properties/{}", segment(&marker::trial())))?;
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
}

pub(super) fn good(what: impl Into<String>, detail: String) -> Finding {
    Finding { what: what.into(), result: Ok(detail), hint: None, fatal: false }
}

pub(super) fn bad(what: impl Into<String>, why: String, hint: Option<String>, fatal: bool) -> Finding {
    Finding { what: what.into(), result: Err(why), hint, fatal }
}
