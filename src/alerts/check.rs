//! `guajira check`, this half: credentials, alerts, schedules, the clock, and what else makes Jira issues of alerts.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::Value;

use super::answer::shown;
use super::api::List;
use super::convert;
use super::service::Alerts;
use super::settings::Kind;
use super::wire::{AlertRow, Named};
use crate::http::clean;
use crate::ports::{ApiErrorKind, Finding};
use crate::words::{AlertsFine, AlertsMend, AlertsTested, AlertsWrong, Fine, Mend, Tested, Wrong};

/// A larger difference between the clocks is worth telling; it loses nothing.
const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

/// How many syncs are asked for what they do.
const MAX_SYNCS: usize = 20;

/// How many names a finding lists.
const MAX_NAMES: usize = 5;

/// What an action of a sync is called that makes a Jira issue of an alert.
///
/// Source: JSM Operations REST API, `GET /v1/syncs/{id}/actions`.
const CREATE: &str = "createIssue";

impl Alerts<'_> {
    /// Tests credentials, reading of alerts, the clock, and whether something else makes Jira issues of alerts. `on_call`:
    /// whether a template asks who is on call.
    pub fn check(&self, on_call: bool) -> Vec<Finding> {
        let service = || shown(self.api.kind()).to_owned();
        let list = List { query: "", sort: "createdAt", offset: 0 };
        let page = match self.api.cloud().map(drop).and_then(|()| self.api.alerts(&list)) {
            Ok(page) => page,
            Err(fault) if fault.error.kind == ApiErrorKind::Unrecorded => {
                return vec![Finding::failed(Tested::StateFile, fault.error, true)];
            }
            Err(fault) => {
                return vec![Finding::failed(
                    Tested::Alerts(AlertsTested::Login { service: service() }),
                    fault.error,
                    true,
                )];
            }
        };
        let mut findings =
            vec![Finding::good(Tested::Alerts(AlertsTested::Login { service: service() }), Fine::Accepted)];
        let what = Tested::Alerts(AlertsTested::List { service: service() });
        // Both services answer with nothing where nothing may be seen.
        findings.push(if page.rows.is_empty() {
            let hint = match self.api.kind() {
                Kind::Jsm => AlertsMend::GiveOperations,
                Kind::Opsgenie => AlertsMend::UseGlobalKey,
            };
            Finding::bad(
                what,
                Wrong::Alerts(AlertsWrong::NoAlerts),
                Some(Mend::Alerts(hint)),
                self.api.kind() == Kind::Jsm,
            )
        } else {
            Finding::good(what, Fine::Alerts(AlertsFine::Readable { count: page.rows.len().to_string() }))
        });
        if on_call {
            findings.push(self.check_schedules());
        }
        findings.extend(self.check_doubles(page.rows));
        findings.extend(self.check_clock());
        findings
    }

    fn check_schedules(&self) -> Finding {
        let what = Tested::Alerts(AlertsTested::Schedules { service: shown(self.api.kind()).to_owned() });
        self.forget_schedules();
        match self.schedules() {
            Err(error) => Finding::failed(what, error, false),
            Ok(all) => {
                let wanted = self.api.settings.schedule.as_ref();
                let is_there =
                    |name: &String| all.iter().any(|one| one.id == *name || one.name.eq_ignore_ascii_case(name));
                let names = names(all.iter().map(|one| one.name.as_str()));
                if wanted.is_none_or(is_there) && !all.is_empty() {
                    Finding::good(what, Fine::Named(names))
                } else {
                    Finding::bad(
                        what,
                        Wrong::Alerts(AlertsWrong::NoSuchSchedule),
                        Some(Mend::Alerts(AlertsMend::SetSchedule { names })),
                        false,
                    )
                }
            }
        }
    }

    /// Finds what makes Jira issues of alerts besides guajira: each alert would have two. First what the service says of its
    /// own integrations, then the signs of one in the newest alerts and in all whose details name a Jira issue.
    pub fn check_doubles(&self, newest: Vec<Value>) -> Vec<Finding> {
        let what = || Tested::Alerts(AlertsTested::Doubles { service: shown(self.api.kind()).to_owned() });
        let mut findings = Vec::new();
        match self.jira_integrations() {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                let wrong =
                    Wrong::Alerts(AlertsWrong::AlsoMakesIssues { names: names(found.iter().map(String::as_str)) });
                findings.push(Finding::bad(what(), wrong, Some(Mend::Alerts(AlertsMend::SwitchSyncOff)), false));
            }
            Err(error) => findings.push(Finding::failed(what(), error, false)),
        }
        let rows: Vec<AlertRow> = newest.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect();
        let signs = rows.iter().filter(|row| convert::has_jira_issue(row)).map(|row| row.id.as_str().to_owned());
        // A list does not show details, but can be searched for them.
        let list = List { query: "details.key:issueKey", sort: "createdAt", offset: 0 };
        let marked = self.api.alerts(&list).map(|page| page.rows).unwrap_or_default();
        let marked = marked.into_iter().filter_map(|row| Some(row.get("id")?.as_str()?.to_owned()));
        let signs: BTreeSet<String> = signs.chain(marked).collect();
        if !signs.is_empty() {
            let (count, examples) = (signs.len().to_string(), names(signs.iter().map(String::as_str)));
            let wrong = Wrong::Alerts(AlertsWrong::OfJira { count, names: examples });
            findings.push(Finding::bad(what(), wrong, Some(Mend::Alerts(AlertsMend::SwitchSyncOff)), false));
        }
        if findings.is_empty() {
            findings.push(Finding::good(what(), Fine::Alerts(AlertsFine::NothingElse)));
        }
        findings
    }

    /// Returns the names of integrations and syncs with Jira that are on and make issues, or may.
    fn jira_integrations(&self) -> Result<Vec<String>, crate::ports::ApiError> {
        let rows = self.api.integrations()?.rows;
        let all = rows.into_iter().filter_map(|row| serde_json::from_value::<Named>(row).ok());
        let jira = all.filter(|one| convert::is_jira(&one.kind) && one.enabled != Some(false));
        let mut found = Vec::new();
        for (n, one) in jira.enumerate() {
            // Of a sync its actions tell; where they cannot be read it may make issues.
            let makes = match self.api.kind() {
                Kind::Jsm if n < MAX_SYNCS => self.api.sync_actions(&one.id).map_or(true, |page| {
                    page.rows.iter().any(|action| action.to_string().contains(CREATE) && is_on(action))
                }),
                _ => true,
            };
            if makes {
                found.push(format!("{} ({})", clean(&one.name), clean(&one.kind)));
            }
        }
        Ok(found)
    }

    fn check_clock(&self) -> Option<Finding> {
        let skew = self.api.clock.now() - self.api.server_clock()?;
        let what = Tested::Alerts(AlertsTested::Clock { service: shown(self.api.kind()).to_owned() });
        let seconds = skew.num_seconds();
        if skew.abs() <= MAX_SKEW {
            return Some(Finding::good(what, Fine::ClockOff { seconds: format!("{seconds:+}") }));
        }
        Some(Finding::bad(what, Wrong::clock(seconds), Some(Mend::UseNtp), false))
    }
}

fn is_on(action: &Value) -> bool {
    action.get("enabled").and_then(Value::as_bool) != Some(false)
}

fn names<'n>(all: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<&str> = all.filter(|name| !name.is_empty()).collect();
    let shown = all.iter().take(MAX_NAMES).map(|name| clean(name)).collect::<Vec<_>>().join(", ");
    if all.len() > MAX_NAMES { format!("{shown}, …") } else { shown }
}
