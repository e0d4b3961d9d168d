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
use crate::words::{CheckWords, Fine, Lang, Mend, Message as _, Tested, Wrong, told};

use super::context::Context;
use super::exit::{Exit, Usage, hint_for};
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
use super::{explain, rooms, term};

/// Most issues of another program's that are named.
const MOST_NAMED: usize = 5;

/// The fact that is written to find out whether the state file can be.
const CHECKED: &str = "cli.checked";

/// What to test.
#[derive(Debug, Args)]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text names a section of the configuration")]
pub(super) struct Options {
    /// Tell which route takes this issue, and what each template gives; write nothing
    #[arg(long, value_name = "ISSUE_UUID")]
    explain: Option<String>,
    /// Send a test message to this [[notify]], and test nothing else
    #[arg(long, value_name = "NAME", conflicts_with = "explain")]
    message: Option<String>,
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
    if let Some(name) = &options.message {
        return show(&[rooms::try_out(&config, name.trim())?]);
    }
    check_config(&config)?;
    show(&rooms::look_at(&config)?)?;
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
    let what = Tested::State { path: config.sync.state.display().to_string() };
    let now = services::of(config);
    let foreign = match (belongs::compare(state, &now)?, sides) {
        (None, Exit::SideFailed) => return Ok(sides),
        (None, _) => match belongs::verify(state, guance, jira, &now) {
            Ok(services) => {
                let guance = told(&belongs::guance_words(&services.guance), term::lang());
                let jira = told(&belongs::jira_words(&services.jira), term::lang());
                print(&Finding::good(what, Fine::BelongsTo { guance, jira }))?;
                return Ok(sides);
            }
            Err(error) if error.is::<ApiError>() => return Ok(worse(sides, Exit::SideFailed)),
            Err(error) => error.downcast::<Foreign>()?,
        },
        (Some(foreign), _) => foreign,
    };
    let hint = Some(Mend::Said(foreign.hint.clone()));
    print(&Finding::bad(what, Wrong::Said(foreign.to_string()), hint, true))?;
    Ok(Exit::Usage)
}

fn check_config(config: &Config) -> Result<()> {
    let what = match &config.path {
        Some(path) => Tested::Config { place: path.display().to_string() },
        None => Tested::ConfigOfEnvironment,
    };
    for warning in config.warnings.iter().chain(&config.advice) {
        print(&Finding::bad(what.clone(), Wrong::Config(warning.clone()), None, false))?;
    }
    print(&Finding::good(what, Fine::NoMistakes))
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
    let what = Tested::State { path: path.display().to_string() };
    let finding = match folder {
        _ if exists => Finding::good(what, Fine::ReadableAndWritable),
        Some(folder) if !folder.is_dir() => {
            let folder = folder.display().to_string();
            Finding::bad(what, Wrong::NoFolder { folder }, Some(Mend::MakeFolder), true)
        }
        _ => Finding::good(what, Fine::NoStateYet),
    };
    print(&finding)?;
    if finding.result.is_err() {
        return Err(Usage::new(term::words(CheckWords::CannotMakeState)).into());
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
            let wrong = Wrong::TakeoverUnclear { why: format!("{error:#}") };
            return print(&Finding::bad(Tested::Takeover, wrong, None, false));
        }
    };
    if found.is_empty() {
        return Ok(());
    }
    let named = found.iter().take(MOST_NAMED).map(|(issue, maker)| match maker {
        Some(maker) => term::words(CheckWords::MadeBy { issue, account: takeover::name_of(maker) }),
        None => term::words(CheckWords::MadeByUs { issue }),
    });
    let named: Vec<String> = named.collect();
    let more = if found.len() > MOST_NAMED { ", …" } else { "" };
    let maker = found.iter().find_map(|(_, maker)| maker.as_ref());
    let account = maker.map(|maker| takeover::quotable(&maker.id).unwrap_or("ACCOUNT").to_owned());
    let wrong = Wrong::MadeByOthers { count: found.len().to_string(), named: named.join(", ") + more };
    print(&Finding::bad(Tested::Takeover, wrong, Some(Mend::Adopt { account }), false))
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
    let what = Tested::Side(remote.about().side.into());
    let hint = hint_for(&error).map(Mend::Said);
    print(&Finding::bad(what, Wrong::Said(error.message), hint, true))?;
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
    term::line(&text(finding, term::lang()))?;
    let hint = finding.hint.as_ref().filter(|_| finding.result.is_err());
    Ok(term::advice(hint.map(|hint| hint.in_lang(term::lang())).as_deref())?)
}

fn text(finding: &Finding, lang: Lang) -> String {
    let Finding { what, result, hint: _, fatal } = finding;
    let what = &what.in_lang(lang);
    match result {
        Ok(fine) => CheckWords::Good { what, detail: &fine.in_lang(lang) }.in_lang(lang),
        Err(wrong) if *fatal => CheckWords::Failure { what, detail: &wrong.in_lang(lang) }.in_lang(lang),
        Err(wrong) => CheckWords::Warning { what, detail: &wrong.in_lang(lang) }.in_lang(lang),
    }
}

fn worse(a: Exit, b: Exit) -> Exit {
    if a as u8 >= b as u8 { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        let project = || Tested::Project { key: "OPS".to_owned() };
        let hint = || Some(Mend::CheckProject);
        for (finding, en, zh) in [
            (
                Finding::good(project(), Fine::Named("Operations".to_owned())),
                "ok   project OPS: Operations",
                "正常 项目 OPS：Operations",
            ),
            (Finding::good(project(), Fine::Named(String::new())), "ok   project OPS", "正常 项目 OPS"),
            (
                Finding::bad(project(), Wrong::Archived, hint(), true),
                "FAIL project OPS: it is archived",
                "失败 项目 OPS：已归档",
            ),
            (
                Finding::bad(project(), Wrong::NotGranted, hint(), false),
                "warn project OPS: not granted",
                "警告 项目 OPS：未授予",
            ),
        ] {
            assert_eq!([text(&finding, Lang::En), text(&finding, Lang::Zh)], [en, zh]);
        }
    }
}
