//! `guajira check` on the Jira side: everything a sync needs, tried out, and what to do where it fails.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::api::{Ask, Failed, segment};
use super::form::Choice;
use super::names::both_names;
use super::service::Jira;
use super::settings::Deployment;
use super::wire;
use super::wire::text;
use super::workflow::statuses_in;
use crate::domain::{FieldValue, marker};
use crate::ports::{ApiError, Finding, Register};
use crate::words::{Fine, Mend, Purpose, Tested, Wrong};

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
    /// The request type that it sets, by name or id.
    pub request_type: Option<String>,
    /// True when it names the assignee of a new issue.
    pub assigns: bool,
    /// Other fields that it sets, by id or name, and what to, where that is the same for every issue.
    pub fields: Vec<(String, Option<FieldValue>)>,
    /// Fields that it sets where a transition's screen has them, by id or name.
    pub transition: Vec<String>,
    /// Statuses that the route names, by name or id.
    pub statuses: Vec<String>,
    /// Where tickets go on with the same problem: the resolutions that it excepts, by name or id.
    pub reuse: Option<Vec<String>>,
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
    /// Tickets are opened again, and marked, for the same problem.
    pub reuse: bool,
}

/// A permission the bot needs, whether nothing works without it, and what it is for.
pub(super) type Permission = (&'static str, bool, Purpose);

const PERMISSIONS: [Permission; 4] = [
    ("BROWSE_PROJECTS", true, Purpose::See),
    ("CREATE_ISSUES", true, Purpose::Create),
    ("ADD_COMMENTS", true, Purpose::Comment),
    ("EDIT_OWN_COMMENTS", false, Purpose::EditComments),
];

/// The permission to look for accounts; a global one.
const BROWSE_USERS: &str = "USER_PICKER";

impl CheckChanges {
    fn permissions(self) -> impl Iterator<Item = Permission> {
        let Self { status, assignee, texts, people, deletes, reuse } = self;
        let optional = [
            (deletes, ("DELETE_OWN_COMMENTS", false, Purpose::DeleteComments)),
            (status, ("TRANSITION_ISSUES", true, Purpose::Transition)),
            (texts, ("EDIT_ISSUES", true, Purpose::EditIssues)),
            // Without them each item gets a ticket of its own.
            (reuse && !status, ("TRANSITION_ISSUES", false, Purpose::Continue)),
            (reuse && !texts, ("EDIT_ISSUES", false, Purpose::Continue)),
            (assignee, ("ASSIGN_ISSUES", true, Purpose::Assign)),
            (people, (BROWSE_USERS, false, Purpose::FindPeople)),
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
        let mut seen = BTreeMap::new();
        for route in wanted {
            if !seen.contains_key(&route.project) {
                let (visible, project) = self.check_project(&route.project);
                findings.push(visible);
                seen.insert(&route.project, project.as_ref().map(|told| told.type_key == "service_desk"));
                if project.is_some() {
                    let needed: Vec<Permission> = route.changes.permissions().collect();
                    findings.extend(self.check_permissions(&route.project, &needed));
                }
            }
            findings.extend(self.check_issue_type(route));
            let is_service = seen.get(&route.project).copied().flatten();
            findings.extend(is_service.and_then(|is_service| self.check_request_type(route, is_service)));
            findings.extend(self.check_statuses(route));
            findings.extend(self.check_ways(route));
            findings.extend(self.check_reuse(route));
        }
        findings.push(self.check_time_search());
        findings.push(self.check_register());
        findings
    }

    fn check_server(&self) -> Finding {
        let what = Tested::JiraAt { address: self.settings.base_url.clone() };
        let info = match self.server_info() {
            Ok(info) => info,
            Err(failed) => {
                let fatal = failed.status.is_none();
                return Finding::failed(what, failed.error, fatal);
            }
        };
        let told = if info.deployment == "Cloud" { Deployment::Cloud } else { Deployment::Server };
        if self.settings.deployment.is_some_and(|wanted| wanted != told) && !info.deployment.is_empty() {
            let wrong = Wrong::OtherDeployment { told: info.deployment };
            return Finding::bad(what, wrong, Some(Mend::SetDeployment), true);
        }
        let deployment = if info.deployment.is_empty() { "unknown".to_owned() } else { info.deployment };
        Finding::good(what, Fine::JiraVersion { version: info.version, deployment })
    }

    fn check_login(&self) -> Vec<Finding> {
        let me = match self.log_in() {
            Ok(me) => me,
            Err(error) => return vec![Finding::failed(Tested::JiraLogin, error, true)],
        };
        let fine = Fine::Called { name: me.user.display_name.clone(), id: me.user.id().to_owned() };
        let mut out = vec![Finding::good(Tested::JiraLogin, fine)];
        if let Some(clock) = me.clock {
            let skew = (me.at - clock).num_seconds();
            out.push(if skew.abs() <= MAX_SKEW_S {
                Finding::good(Tested::JiraClock, Fine::ClockWithin { seconds: (skew.abs() + 1).to_string() })
            } else {
                Finding::bad(Tested::JiraClock, Wrong::clock(skew), Some(Mend::UseNtp), false)
            });
        }
        let zone = me.user.time_zone;
        let fine = if zone.is_empty() { Fine::TimeZoneUnknown } else { Fine::TimeZone { zone } };
        out.push(Finding::good(Tested::JiraTimeZone, fine));
        out
    }

    fn check_project(&self, key: &str) -> (Finding, Option<wire::Project>) {
        let what = Tested::Project { key: key.to_owned() };
        match self.read(&format!("project/{}", segment(key)), &[]) {
            Ok(value) => {
                let project: wire::Project = wire::read(value).unwrap_or_default();
                if project.archived {
                    return (Finding::bad(what, Wrong::Archived, Some(Mend::Restore), true), None);
                }
                let fine = match project.type_key.as_str() {
                    "service_desk" => Fine::ServiceProject,
                    "" => Fine::Visible,
                    kind => Fine::VisibleAs { kind: kind.to_owned() },
                };
                (Finding::good(what, fine), Some(project))
            }
            Err(error) => (Finding::failed_or(what, error, Mend::CheckProject, true), None),
        }
    }

    pub(super) fn check_permissions(&self, project: &str, needed: &[Permission]) -> Vec<Finding> {
        let names: Vec<&str> = needed.iter().map(|(name, _, _)| *name).collect();
        let mut query = vec![("projectKey", project.to_owned())];
        if self.is_cloud().unwrap_or(false) {
            // Required there; Server answers with all of them and does not know the parameter.
            query.push(("permissions", names.join(",")));
        }
        let told = match self.read("mypermissions", &query) {
            Ok(told) => told,
            Err(error) => {
                return vec![Finding::failed(Tested::Permissions { project: project.to_owned() }, error, false)];
            }
        };
        let has = |name: &str| told.get("permissions")?.get(name)?.get("havePermission")?.as_bool();
        let finding = |(name, fatal, purpose): &Permission| {
            let what = Tested::Permission { name: (*name).to_owned(), project: project.to_owned() };
            let purpose = *purpose;
            match has(name) {
                Some(true) => Finding::good(what, Fine::Granted),
                Some(false) => {
                    let is_global = *name == BROWSE_USERS;
                    let hint =
                        if is_global { Mend::GrantGlobally { purpose } } else { Mend::GrantInScheme { purpose } };
                    Finding::bad(what, Wrong::NotGranted, Some(hint), *fatal)
                }
                None => Finding::bad(what, Wrong::NotTold, None, false),
            }
        };
        needed.iter().map(finding).collect()
    }

    /// Looks whether the workflow of the route's issues has every status that the route names.
    fn check_statuses(&self, route: &CheckRoute) -> Option<Finding> {
        let CheckRoute { project, issue_type, statuses, .. } = route;
        if statuses.is_empty() {
            return None;
        }
        let what = Tested::Statuses { issue_type: issue_type.clone(), project: project.clone() };
        let types = match self.read(&format!("project/{}/statuses", segment(project)), &[]) {
            Ok(types) => types,
            Err(error) => return Some(Finding::failed_or(what, error, Mend::CheckProject, false)),
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
            return Some(Finding::good(what, Fine::AreThere { names: statuses.join(", ") }));
        }
        let names: Vec<String> = known.iter().map(|status| both_names(&status.name, &status.also)).collect();
        let hint = Some(Mend::UseStatuses { names: names.join(", ") });
        Some(Finding::bad(what, Wrong::NoSuchStatus { names: missing.join(", ") }, hint, false))
    }

    fn check_issue_type(&self, route: &CheckRoute) -> Vec<Finding> {
        let (issue_type, project) = (route.issue_type.clone(), route.project.clone());
        let what = Tested::IssueType { issue_type: issue_type.clone(), project: project.clone() };
        let types = match self.create_types(&project) {
            Ok(types) => types,
            Err(error) => return vec![Finding::failed_or(what, error, Mend::GrantCreate, false)],
        };
        let Some(kind) = self.type_of(&types, &issue_type) else {
            let names: Vec<String> = types.iter().map(Choice::read).map(|one| one.shown()).collect();
            let hint = Some(Mend::SetType { names: names.join(", ") });
            return vec![Finding::bad(what, Wrong::NoSuchType, hint, true)];
        };
        let mut out = vec![Finding::good(what, Fine::CreatableAs { shown: kind.shown(), id: kind.id.clone() })];
        match self.screen_of(&project, &kind.id) {
            Ok(screen) => out.extend(self.check_screen(route, &screen)),
            Err(error) => out.push(Finding::failed(Tested::Fields { issue_type, project }, error, false)),
        }
        out
    }

    fn check_time_search(&self) -> Finding {
        let what = Tested::TimeSearch;
        match self.epoch() {
            Ok(Some(true)) => Finding::good(what, Fine::ExactTimes),
            Ok(Some(false)) => Finding::good(what, Fine::MinutesOnly),
            Ok(None) => Finding::good(what, Fine::MinutesForNow),
            Err(error) => Finding::failed(what, error, true),
        }
    }

    /// Looks whether our own user may keep the write counter.
    fn check_register(&self) -> Finding {
        let what = Tested::WriteCounter;
        let is_writable = || -> Result<bool, ApiError> {
            if self.register()? == Register::NotKept {
                return Ok(false);
            }
            Ok(self.try_property().is_ok())
        };
        match is_writable() {
            Ok(true) => Finding::good(what, Fine::CounterKept),
            Ok(false) => Finding::bad(what, Wrong::MayNotKeep, Some(Mend::LetBotEditProfile), false),
            Err(error) => Finding::failed(what, error, false),
        }
    }

    /// Writes a property of our own user and removes it again.
    pub(super) fn try_property(&self) -> Result<(), Failed> {
        let path = self.rest(&format!("user/properties/{}", segment(&marker::trial())))?;
        let owner = if self.is_cloud()? { "accountId" } else { "username" };
        let me = self.me()?.user;
        self.api.send(&Ask::put(path.clone(), json!({"v": 1})).with(owner, me.id()).repeatable())?;
        if let Err(failed) = self.api.send(&Ask::delete(path).with(owner, me.id()).repeatable()) {
            tracing::debug!(side = "jira", error = %failed.error, "Test property not removed.");
        }
        Ok(())
    }

    fn read(&self, resource: &str, query: &[(&'static str, String)]) -> Result<Value, ApiError> {
        let ask = Ask::get(self.rest(resource)?);
        let ask = query.iter().fold(ask, |ask, (name, value)| ask.with(name, value.clone()));
        Ok(self.api.send(&ask)?.json)
    }
}
