//! `guajira check`: one line for each thing that was tested, with how to mend it.

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clap::Args;

use crate::config::Config;
use crate::domain::Side;
use crate::engine::belongs::{self, Foreign};
use crate::engine::budget::Patience;
use crate::engine::takeover;
use crate::guance::Guance;
use crate::jira::{CheckChanges, CheckRoute, Jira};
use crate::plan::{Deletes, Policy, Route};
use crate::ports::{ApiError, Facts, Finding, Remote};
use crate::state::State;

use super::context::Context;
use super::exit::{Exit, Usage, hint_for};
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
use super::{explain, term};

/// Most issues of another program's that are named.
const MOST_NAMED: usize = 5;

/// The fact that is written to find out whether the state file can be.
const CHECKED: &str = "cli.checked";

/// What to test.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Tell which route takes this issue, and what each template gives; write nothing
    #[arg(long, value_name = "ISSUE_UUID")]
    explain: Option<String>,
}

/// Tests everything that a sync needs.
///
/// # Errors
/// When the configuration is wrong or the state file cannot be opened.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let config = context.draft()?.resolve(&context.env)?;
    let signals = Signals::listen()?;
    if let Some(issue) = &options.explain {
        return explain::run(&config, &signals, issue.trim());
    }
    check_config(&config)?;
    let state = open_state(&config)?;
    let patience = Patience::Until(Utc::now() + TimeDelta::seconds(PATIENCE_SECONDS));
    let scratch = Scratch::default();
    let facts: &dyn Facts = if services::are_known(&config, &state)? { &state } else { &scratch };
    services::with_sides(&config, &state, facts, &signals, patience, |guance, jira| {
        let sides = worse(check_guance(guance, &config.policy)?, check_jira(jira, &config)?);
        let exit = check_services(&config, &state, guance, jira, sides)?;
        if sides != Exit::SideFailed && exit == sides {
            check_script(guance, jira, &state, &config)?;
        }
        Ok(exit)
    })
}

/// Looks whether the state belongs to the services, and returns how the command ends. Where they have not answered it
/// cannot tell.
fn check_services(config: &Config, state: &State, guance: &Guance<'_>, jira: &Jira<'_>, sides: Exit) -> Result<Exit> {
    if state.is_blank()? {
        return Ok(sides);
    }
    let what = format!("state {}", config.sync.state.display());
    let now = services::of(config);
    let foreign = match (belongs::compare(state, &now)?, sides) {
        (None, Exit::SideFailed) => return Ok(sides),
        (None, _) => match belongs::verify(state, guance, jira, &now) {
            Ok(services) => {
                let words =
                    format!("{} and {}", belongs::guance_words(&services.guance), belongs::jira_words(&services.jira));
                print(&Finding { what, result: Ok(format!("belongs to {words}")), hint: None, fatal: true })?;
                return Ok(sides);
            }
            Err(error) if error.is::<ApiError>() => return Ok(worse(sides, Exit::SideFailed)),
            Err(error) => error.downcast::<Foreign>()?,
        },
        (Some(foreign), _) => foreign,
    };
    let hint = Some(foreign.hint.clone());
    print(&Finding { what, result: Err(foreign.to_string()), hint, fatal: true })?;
    Ok(Exit::Usage)
}

fn check_config(config: &Config) -> Result<()> {
    let place = config.path.as_ref().map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
    let what = format!("config {place}");
    for warning in config.warnings.iter().chain(&config.advice) {
        print(&Finding { what: what.clone(), result: Err(warning.clone()), hint: None, fatal: false })?;
    }
    print(&Finding { what, result: Ok("no mistakes".to_owned()), hint: None, fatal: true })
}

/// Opens the state file where there is one, for its record of requests; makes none.
fn open_state(config: &Config) -> Result<State> {
    let path = &config.sync.state;
    let exists = path.exists();
    let state = if exists { State::open(path) } else { State::open_copy(path) };
    let state = state.map_err(|error| Usage::state(path, &error))?;
    // A full disk shows only when something is written.
    state.set_fact(CHECKED, "yes", Utc::now()).map_err(|error| Usage::state(path, &error))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let result = match folder {
        _ if exists => Ok("readable and writable".to_owned()),
        Some(folder) if !folder.is_dir() => Err(format!("there is no folder {}", folder.display())),
        _ => Ok("none yet, the first sync makes one".to_owned()),
    };
    let hint = Some("make the folder, or change [sync].state".to_owned());
    let finding = Finding { what: format!("state {}", path.display()), result, hint, fatal: true };
    print(&finding)?;
    if finding.result.is_err() {
        return Err(Usage::new("the state file cannot be made").into());
    }
    Ok(state)
}

fn check_guance(guance: &Guance<'_>, policy: &Policy) -> Result<Exit> {
    let findings = guance.check_with(&|level| policy.flow.issues && policy.leaves_out(level));
    // The first one is whether it answers and takes our key.
    let reached = findings.first().is_none_or(|finding| finding.result.is_ok());
    let exit = show(&findings)?;
    Ok(if reached { exit } else { Exit::SideFailed })
}

fn check_jira(jira: &Jira<'_>, config: &Config) -> Result<Exit> {
    if reach(jira)? != Exit::Done {
        return Ok(Exit::SideFailed);
    }
    let changes = changes(&config.policy);
    let routes: Vec<CheckRoute> = config
        .policy
        .routes
        .iter()
        .map(|route| CheckRoute {
            project: route.project.clone(),
            issue_type: route.issue_type.clone(),
            priorities: route.priority.iter().flatten().map(|(_, to)| to.clone()).collect(),
            labels: !route.labels.is_empty(),
            components: route.components.clone(),
            security: route.security.clone(),
            parent: route.parent.clone(),
            fields: route.fields.iter().map(|(field, made)| (field.clone(), made.constant())).collect(),
            transition: route.transition.iter().map(|(field, _)| field.clone()).collect(),
            statuses: named_statuses(route, changes.status),
            changes,
        })
        .collect();
    let mut findings = jira.check(&routes);
    if config.policy.flow.links.writes(Side::Jira) {
        findings.extend(jira.check_links(&config.jira.projects));
    }
    if config.policy.flow.attachments.writes(Side::Jira) {
        findings.extend(jira.check_attachments(&config.jira.projects, config.policy.flow.max_attachment));
    }
    show(&findings)
}

/// Tells of Jira issues that another program may have made of the last day's Guance issues.
fn check_script(guance: &Guance<'_>, jira: &Jira<'_>, state: &State, config: &Config) -> Result<()> {
    if config.no_script {
        return Ok(());
    }
    let from = Utc::now() - TimeDelta::from_std(config.sync.limits.sweep_back).unwrap_or(TimeDelta::days(1));
    let found = match takeover::notice((guance, jira), state, &config.policy, from) {
        Ok(found) => found,
        Err(error) => {
            let result = Err(format!("cannot tell whether another program made Jira issues of Guance's: {error:#}"));
            return print(&Finding { what: "takeover".to_owned(), result, hint: None, fatal: false });
        }
    };
    if found.is_empty() {
        return Ok(());
    }
    let named = found.iter().take(MOST_NAMED).map(|(issue, maker)| match maker {
        Some(maker) => format!("{issue} of {}", takeover::name_of(maker)),
        None => format!("{issue} of our own account"),
    });
    let named: Vec<String> = named.collect();
    let more = if found.len() > MOST_NAMED { ", …" } else { "" };
    let maker = found.iter().find_map(|(_, maker)| maker.as_ref());
    let account = maker.map(|maker| takeover::quotable(&maker.id).unwrap_or("ACCOUNT"));
    let option = account.map(|account| format!(" --created-by {account}")).unwrap_or_default();
    let result = Err(format!(
        "{} Jira issues carry the uuid of a Guance issue, and guajira did not make them: {}{more}; their creates will be \
         held",
        found.len(),
        named.join(", ")
    ));
    let hint = Some(format!(
        "stop the script, then `guajira adopt --script{option} --dry-run`; where they mean nothing, [jira].script = \"none\""
    ));
    print(&Finding { what: "takeover".to_owned(), result, hint, fatal: false })
}

/// Returns what a sync changes in Jira issues that exist.
fn changes(policy: &Policy) -> CheckChanges {
    let flow = &policy.flow;
    let assignee = flow.assignee.writes(Side::Jira);
    CheckChanges {
        status: flow.status.writes(Side::Jira),
        assignee,
        texts: flow.updates || flow.level,
        deletes: flow.deletes == Deletes::Delete,
        people: assignee || !policy.people.pairs.is_empty(),
    }
}

/// Returns the Jira statuses that a route names, as far as they matter.
fn named_statuses(route: &Route, are_written: bool) -> Vec<String> {
    let written = route.status.iter().filter(|_| are_written).map(|(_, jira)| jira);
    let mut names: Vec<String> = Vec::new();
    for name in written.chain(&route.closed_status) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Finds out whether a side answers and takes our credentials; what else is wrong there its own check tells.
fn reach(remote: &dyn Remote) -> Result<Exit> {
    let Err(error) = remote.identify() else { return Ok(Exit::Done) };
    let hint = hint_for(&error);
    print(&Finding { what: remote.about().side.to_string(), result: Err(error.message), hint, fatal: true })?;
    Ok(Exit::SideFailed)
}

fn show(findings: &[Finding]) -> Result<Exit> {
    let mut exit = Exit::Done;
    for finding in findings {
        print(finding)?;
        if finding.fatal && finding.result.is_err() {
            exit = Exit::ItemsFailed;
        }
    }
    Ok(exit)
}

fn print(finding: &Finding) -> Result<()> {
    term::line(&text(finding))?;
    match &finding.hint {
        Some(hint) if finding.result.is_err() => Ok(term::line(&format!("     → {hint}"))?),
        _ => Ok(()),
    }
}

fn text(finding: &Finding) -> String {
    let Finding { what, result, hint: _, fatal } = finding;
    match result {
        Ok(detail) if detail.is_empty() => format!("ok   {what}"),
        Ok(detail) => format!("ok   {what}: {detail}"),
        Err(wrong) if *fatal => format!("FAIL {what}: {wrong}"),
        Err(wrong) => format!("warn {what}: {wrong}"),
    }
}

fn worse(a: Exit, b: Exit) -> Exit {
    if a as u8 >= b as u8 { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(result: Result<&str, &str>, fatal: bool, want: &str) {
        let finding = Finding {
            what: "project OPS".to_owned(),
            result: result.map(str::to_owned).map_err(str::to_owned),
            hint: Some("do this".to_owned()),
            fatal,
        };
        assert_eq!(text(&finding), want);
    }

    #[test]
    fn a_finding_is_one_line() {
        check(Ok("Operations"), true, "ok   project OPS: Operations");
        check(Ok(""), true, "ok   project OPS");
        check(Err("not found"), true, "FAIL project OPS: not found");
        check(Err("odd"), false, "warn project OPS: odd");
    }
}
