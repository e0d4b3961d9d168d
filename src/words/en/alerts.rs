//! What is said of sources of alerts: hints, and what a check finds. What is changed here is not found any more in state files that hold the former sentence.

use crate::words::{AlertsFine, AlertsHint, AlertsMend, AlertsTested, AlertsWrong};

pub(in crate::words) fn alerts_hint(hint: &AlertsHint) -> String {
    match hint {
        AlertsHint::CheckKey { section } => format!(
            "check the API key of the source {section}: it is that of an API integration that is switched on; the key of one \
             region is refused by the other, so base_url must be https://api.opsgenie.com or https://api.eu.opsgenie.com"
        ),
        AlertsHint::CheckToken { section } => format!(
            "check user and API token of the source {section}: the token may have expired or been revoked; id.atlassian.com > \
             Security > API tokens shows when"
        ),
        AlertsHint::CheckAddress { section } => format!(
            "check base_url of the source {section}: https://SITE.atlassian.net for jsm-alerts, https://api.opsgenie.com or \
             https://api.eu.opsgenie.com for opsgenie-alerts"
        ),
        AlertsHint::GrantScope { section, scope } => {
            format!("give the API token of the source {section} the scope {scope}: make a new token with it")
        }
        AlertsHint::GrantKey { section, right } => format!(
            "give the API key of the source {section} the access right {right:?}: Opsgenie, Settings > Integrations (or API key \
             management), and look whether the alert's team is one that the key may see"
        ),
        AlertsHint::CannotDelete => "Atlassian's API tokens carry no right to delete notes: set deletes = \"mark\" or \
                                     \"keep\" for this source"
            .to_owned(),
        AlertsHint::KeepCopies => {
            "Opsgenie has no call to delete a note: set deletes = \"mark\" or \"keep\" for this source".to_owned()
        }
        AlertsHint::Plan => {
            "the plan of this site or account does not include it: leave it out, or ask whoever pays for the service"
                .to_owned()
        }
        AlertsHint::Limit => {
            "the service's limit of requests is used up, perhaps by another program: nothing to do, later \
                              runs go on by themselves"
                .to_owned()
        }
        AlertsHint::ClosedStays => {
            "when the alarm comes again, it is another alert with the same alias and an issue of its own; \
                                    `guajira drop` gives this change up"
                .to_owned()
        }
        AlertsHint::UseStatuses => "use Open, Acknowledged or Closed in [route.status]".to_owned(),
    }
}

pub(in crate::words) fn alerts_tested(what: &AlertsTested) -> String {
    match what {
        AlertsTested::Login { service } => format!("{service} login"),
        AlertsTested::List { service } => format!("{service} alerts"),
        AlertsTested::Schedules { service } => format!("{service} schedules"),
        AlertsTested::Doubles { service } => format!("{service} integrations with Jira"),
        AlertsTested::Clock { service } => format!("clock against {service}"),
    }
}

pub(in crate::words) fn alerts_fine(fine: &AlertsFine) -> String {
    match fine {
        AlertsFine::Readable { count } => format!("readable, {count} on the first page"),
        AlertsFine::NothingElse => "none that makes Jira issues of alerts".to_owned(),
    }
}

pub(in crate::words) fn alerts_wrong(wrong: &AlertsWrong) -> String {
    match wrong {
        AlertsWrong::NoAlerts => "not one alert is shown: there is none, or this login may see none".to_owned(),
        AlertsWrong::NoSuchSchedule => "no schedule that tells who is on call".to_owned(),
        AlertsWrong::AlsoMakesIssues { names } => {
            format!("these make Jira issues of alerts too, so each alert has two: {names}")
        }
        AlertsWrong::OfJira { count, names } => {
            format!(
                "{count} of the newest alerts have a Jira issue that guajira did not make, or were made of one: {names}"
            )
        }
    }
}

pub(in crate::words) fn alerts_mend(mend: &AlertsMend) -> String {
    match mend {
        AlertsMend::GiveOperations => {
            "give the account access to Operations: add it to the teams whose alerts are to be read \
                                 (Jira Service Management, Operations, Teams)"
                .to_owned()
        }
        AlertsMend::UseGlobalKey => {
            "if there are alerts: use the key of an API integration that belongs to no team, or to the team \
                               whose alerts are to be read"
                .to_owned()
        }
        AlertsMend::SetSchedule { names } => format!("set schedule to one of: {names}"),
        AlertsMend::SwitchSyncOff => {
            "switch off the service's own sync or integration that makes Jira issues, or leave its alerts \
                                out by `when` in the routes of this source"
                .to_owned()
        }
    }
}
