//! `guajira check`: one line for each thing that was tested, with how to mend it.

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use clap::Args;

use crate::config::Config;
use crate::domain::Side;
use crate::engine::belongs::{self, Foreign};
use crate::engine::budget::Patience;
use crate::engine::takeover;
use crate::jira::{CheckChanges, CheckRoute, CheckScopes, Jira};
use crate::plan::{Deletes, Policy, Route};
use crate::ports::{ApiError, Facts, Finding, Remote};
use crate::state::State;
use crate::words::{CheckWords, Fine, Mend, Tested, Wrong};

use super::context::Context;
use super::exit::{Exit, Usage, hint_for};
use super::findings::Findings;
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
use super::sides::{self, Opened, Sides};
use super::{explain, named, rooms, signals, term};

/// Most issues of another program's that are named.
const MOST_NAMED: usize = 5;

/// The fact that is written to find out whether the state file can be.
const CHECKED: &str = "cli.checked";

/// What to test.
#[derive(Debug, Default, Args)]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text names a section of the configuration")]
pub(super) struct Options {
    /// Tell which route takes this issue, and what each template gives; write nothing. Its uuid, its Jira key, or an address
    #[arg(long, value_name = "ISSUE")]
    explain: Option<String>,
    /// As one JSON object
    #[arg(long, conflicts_with = "explain")]
    pub(super) json: bool,
    /// Send a test message to this [[notify]], and test nothing else
    #[arg(long, value_name = "NAME", conflicts_with = "explain")]
    message: Option<String>,
}

/// Tests everything that a sync needs.
///
/// # Errors
/// When the configuration is wrong or the state file cannot be opened.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let drafts = context.drafts()?;
    let configs = drafts.into_iter().map(|draft| draft.resolve(&context.env)).collect::<Result<Vec<_>, _>>()?;
    let signals = Signals::listen()?;
    if let (Some(issue), Some(config)) = (&options.explain, configs.first()) {
        return explain::run(config, &signals, &named::item(issue));
    }
    if let (Some(name), Some(config)) = (&options.message, configs.first()) {
        return show(&Findings::new(options.json, context.global.quiet), &[rooms::try_out(config, name.trim())?]);
    }
    let told = Findings::new(options.json, context.global.quiet);
    let mut exit = Exit::Done;
    for (n, config) in configs.iter().enumerate() {
        if n == 0 {
            check_config(&told, config)?;
            show(&told, &rooms::look_at(config)?)?;
            show(&told, &signals::look_at(config))?;
        }
        if configs.len() > 1 {
            told.begin(config.line)?;
        }
        exit = exit.worse(check_line(&told, config, &signals)?);
    }
    told.close(exit)?;
    Ok(exit)
}

/// Tests what a line needs.
fn check_line(told: &Findings, config: &Config, signals: &Signals) -> Result<Exit> {
    let state = open_state(told, config)?;
    let patience = Patience::Until(Utc::now() + TimeDelta::seconds(PATIENCE_SECONDS));
    let scratch = Scratch::default();
    let facts: &dyn Facts = if services::are_known(config, &state)? { &state } else { &scratch };
    sides::with_sides(config, &state, facts, signals, patience, |sides| {
        let reached = check_source(told, sides.kind, config)?.worse(check_jira(told, sides.jira, config)?);
        let exit = check_services(told, (config, &state), sides, reached)?;
        if reached != Exit::SideFailed && exit == reached && matches!(sides.kind, Opened::Issues(_)) {
            check_script(told, sides, &state, config)?;
        }
        Ok(exit)
    })
}

/// Looks whether the state belongs to the services, and returns how the command ends. Where they have not answered it
/// cannot tell.
fn check_services(
    told: &Findings,
    (config, state): (&Config, &State),
    sides: Sides<'_>,
    reached: Exit,
) -> Result<Exit> {
    if state.is_blank()? {
        return Ok(reached);
    }
    let what = Tested::State { path: config.sync.state.display().to_string() };
    let now = services::of(config);
    let foreign = match (belongs::compare(state, &now)?, reached) {
        (None, Exit::SideFailed) => return Ok(reached),
        (None, _) => match belongs::verify(state, sides.source, sides.jira, &now) {
            Ok(services) => {
                let guance = belongs::guance_words(&services.guance);
                let jira = belongs::jira_words(&services.jira);
                told.add(&Finding::good(what, Fine::BelongsTo { guance, jira }))?;
                return Ok(reached);
            }
            Err(error) if error.is::<ApiError>() => return Ok(reached.worse(Exit::SideFailed)),
            Err(error) => error.downcast::<Foreign>()?,
        },
        (Some(foreign), _) => foreign,
    };
    let hint = Some(Mend::Said(foreign.hint.clone()));
    told.add(&Finding::bad(what, Wrong::Said(foreign.to_string()), hint, true))?;
    Ok(Exit::Usage)
}

fn check_config(told: &Findings, config: &Config) -> Result<()> {
    let what = match &config.path {
        Some(path) => Tested::Config { place: path.display().to_string() },
        None => Tested::ConfigOfEnvironment,
    };
    for warning in config.warnings.iter().chain(&config.advice) {
        told.add(&Finding::bad(what.clone(), Wrong::Config(warning.clone()), None, false))?;
    }
    told.add(&Finding::good(what, Fine::NoMistakes))
}

/// Opens the state file where there is one, for its record of requests; makes none.
fn open_state(told: &Findings, config: &Config) -> Result<State> {
    let path = &config.sync.state;
    let exists = path.exists();
    let state = if exists { sides::open_state(config) } else { sides::copy_state(config) };
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
    told.add(&finding)?;
    if finding.result.is_err() {
        return Err(Usage::new(term::words(CheckWords::CannotMakeState)).into());
    }
    Ok(state)
}

fn check_source(told: &Findings, source: &Opened<'_>, config: &Config) -> Result<Exit> {
    let policy = &config.policy;
    let findings = match source {
        Opened::Issues(guance) => guance.check_with(&|level| policy.flow.issues && policy.leaves_out(level)),
        Opened::Events(events) => events.check(),
        Opened::Incidents(incidents) => incidents.check(),
        Opened::Alerts(alerts) => alerts.check(policy.uses("on_call")),
        // What is accepted is in the state, which was looked at.
        Opened::Piped(_) => Vec::new(),
    };
    // The first one is whether it answers and takes our key.
    let reached = findings.first().is_none_or(|finding| finding.result.is_ok());
    let exit = show(told, &findings)?;
    Ok(if reached { exit } else { Exit::SideFailed })
}

fn check_jira(told: &Findings, jira: &Jira<'_>, config: &Config) -> Result<Exit> {
    let scopes = scopes(&config.policy);
    if let Some(gateway) = jira.check_gateway() {
        told.add(&gateway)?;
        if gateway.result.is_err() {
            return Ok(Exit::SideFailed);
        }
    }
    if reach(told, jira)? != Exit::Done {
        // A token that lacks the first scope is refused at once: then all are named.
        show(told, jira.needed_scopes(&scopes).as_slice())?;
        return Ok(Exit::SideFailed);
    }
    let changes = changes(&config.policy);
    // The permissions of a project are looked at once.
    let is_reused =
        |project: &str| config.policy.routes.iter().any(|one| one.project == project && one.reuse.is_some());
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
            request_type: route.request_type.clone(),
            assigns: route.assignee.is_some(),
            fields: route.fields.iter().map(|(field, made)| (field.clone(), made.constant())).collect(),
            transition: route.transition.iter().map(|(field, _)| field.clone()).collect(),
            statuses: named_statuses(route, changes.status),
            reuse: route.reuse.as_ref().map(|reuse| reuse.unless_resolution.clone()),
            changes: CheckChanges { reuse: is_reused(&route.project), ..changes },
        })
        .collect();
    let mut findings = jira.check(&routes);
    findings.extend(jira.check_scopes(&scopes));
    if config.policy.flow.links.writes(Side::JIRA) {
        findings.extend(jira.check_links(&config.jira.projects));
    }
    if config.policy.flow.attachments.writes(Side::JIRA) {
        findings.extend(jira.check_attachments(&config.jira.projects, config.policy.flow.max_attachment));
    }
    show(told, &findings)
}

/// Tells of Jira issues that another program may have made of the last day's Guance issues.
fn check_script(told: &Findings, sides: Sides<'_>, state: &State, config: &Config) -> Result<()> {
    if config.no_script {
        return Ok(());
    }
    let from = Utc::now() - TimeDelta::from_std(config.sync.limits.sweep_back).unwrap_or(TimeDelta::days(1));
    let found = match takeover::notice((sides.source, sides.jira), state, &config.policy, from) {
        Ok(found) => found,
        Err(error) => {
            let wrong = Wrong::TakeoverUnclear { why: format!("{error:#}") };
            return told.add(&Finding::bad(Tested::Takeover, wrong, None, false));
        }
    };
    if found.is_empty() {
        return Ok(());
    }
    let named = found.iter().take(MOST_NAMED).map(|(issue, maker)| match maker {
        Some(maker) => CheckWords::MadeBy { issue, account: takeover::name_of(maker) }.in_lang(told.lang()),
        None => CheckWords::MadeByUs { issue }.in_lang(told.lang()),
    });
    let named: Vec<String> = named.collect();
    let more = if found.len() > MOST_NAMED { ", …" } else { "" };
    let maker = found.iter().find_map(|(_, maker)| maker.as_ref());
    let account = maker.map(|maker| takeover::quotable(&maker.id).unwrap_or("ACCOUNT").to_owned());
    let wrong = Wrong::MadeByOthers { count: found.len().to_string(), named: named.join(", ") + more };
    told.add(&Finding::bad(Tested::Takeover, wrong, Some(Mend::Adopt { account }), false))
}

/// Returns what a sync changes in Jira issues that exist.
fn changes(policy: &Policy) -> CheckChanges {
    let flow = &policy.flow;
    let assignee = flow.assignee.writes(Side::JIRA) || policy.routes.iter().any(|route| route.assignee.is_some());
    CheckChanges {
        status: flow.status.writes(Side::JIRA),
        assignee,
        texts: flow.updates || flow.level || policy.has_followers(),
        deletes: flow.deletes == Deletes::Delete,
        reuse: false,
        people: assignee || !policy.people.pairs.is_empty(),
    }
}

/// Returns what a policy needs scopes of a token for.
fn scopes(policy: &Policy) -> CheckScopes {
    let flow = &policy.flow;
    let writes = [
        (flow.issues, "issues"),
        (flow.replies, "replies"),
        (flow.status.writes(Side::JIRA), "status"),
        (flow.assignee.writes(Side::JIRA), "assignee"),
        (flow.level, "level"),
        (flow.updates, "updates"),
        (flow.attachments.writes(Side::JIRA), "attachments"),
        (flow.links.writes(Side::JIRA), "links"),
    ];
    let writes = writes.into_iter().filter(|(is_on, _)| *is_on).map(|(_, key)| format!("[flow].{key}"));
    CheckScopes {
        writes: writes.collect(),
        request_types: policy.routes.iter().any(|route| route.request_type.is_some()),
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
fn reach(told: &Findings, remote: &dyn Remote) -> Result<Exit> {
    let Err(error) = remote.identify() else { return Ok(Exit::Done) };
    let what = Tested::Side(remote.about().side.into());
    let hint = hint_for(&error).map(Mend::Said);
    told.add(&Finding::bad(what, Wrong::Said(error.message), hint, true))?;
    Ok(Exit::SideFailed)
}

fn show(told: &Findings, findings: &[Finding]) -> Result<Exit> {
    let mut exit = Exit::Done;
    for finding in findings {
        told.add(finding)?;
        if finding.fatal && finding.result.is_err() {
            exit = Exit::ItemsFailed;
        }
    }
    Ok(exit)
}
