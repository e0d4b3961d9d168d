//! `guajira check --explain`: which route takes an issue, why the others do not, and what Jira would get.

use anyhow::Result;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::config::Config;
use crate::domain::{Action, Issue, IssueId, IssueLink, Push};
use crate::engine::budget::Patience;
use crate::engine::{Foretold, belongs, foretell};
use crate::jira::Jira;
use crate::plan::explain::{self, Explanation, Opinion};
use crate::plan::issues;
use crate::ports::{ApiErrorKind, Facts, Remote};
use crate::state::State;
use crate::text::is_issue_key;
use crate::words::{ExplainWords, HistoryWords, told};

use super::by_hand;
use super::exit::{Exit, Usage};
use super::services::{self, PATIENCE_SECONDS, Scratch, Signals};
use super::sides;
use super::term;

/// Longest value that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// Explains one issue. Nothing is written anywhere.
///
/// # Errors
/// When the state file cannot be read, or a side cannot be asked.
pub(super) fn run(config: &Config, signals: &Signals, item: &str) -> Result<Exit> {
    let path = &config.sync.state;
    // A request is recorded where a sync will see it.
    let state = if path.exists() { sides::open_state(config) } else { sides::copy_state(config) };
    let state = state.map_err(|error| Usage::state(path, &error))?;
    if let Some(foreign) = belongs::compare(&state, &services::of(config))? {
        return Err(foreign.into());
    }
    let pairs = by_hand::called(&state, item)?;
    let uuid = match pairs.first() {
        Some(pair) => pair.guance.as_str(),
        // Guance would call a Jira key a wrong address.
        None if is_issue_key(item) => {
            term::say(&term::words(HistoryWords::NothingKnown { item }));
            term::hint(Some(&term::words(HistoryWords::NothingKnownHint)));
            return Ok(Exit::ItemsFailed);
        }
        None => item,
    };
    let scratch = Scratch::default();
    let facts: &dyn Facts = if services::are_known(config, &state)? { &state } else { &scratch };
    let patience = Patience::Until(Utc::now() + TimeDelta::seconds(PATIENCE_SECONDS));
    sides::with_sides(config, &state, facts, signals, patience, |sides| {
        let jira = sides.jira;
        let Some(issue) = fetch(sides.source, uuid)? else { return Ok(Exit::ItemsFailed) };
        show_issue(&issue)?;
        let known = state.issue_link(issue.side(), &issue.id)?;
        show_known(known.as_ref())?;
        let explanation = explain::explain(&issue, &config.policy);
        show_routes(&explanation)?;
        match explanation.taken.clone() {
            Ok(new) => {
                let taker = explanation.taker().and_then(|n| explanation.routes.get(n));
                let has_rule = taker.is_some_and(|opinion| opinion.route.reuse.is_some());
                let push = issues::push(&issue, new);
                if known.is_none() && has_rule {
                    show_fate(&state, jira, &push)?;
                }
                show_create(jira, &push)
            }
            Err(reason) => {
                term::tell(ExplainWords::NotSent { why: &reason.in_lang(term::lang()) })?;
                Ok(Exit::Done)
            }
        }
    })
}

fn fetch(source: &dyn Remote, uuid: &str) -> Result<Option<Issue>> {
    let mut batch = source.issues(&[IssueId::new(uuid)])?;
    if let Some(issue) = batch.issues.pop() {
        return Ok(Some(issue));
    }
    let why = batch.unreadable.pop().map(|record| record.why);
    term::say(&term::words(ExplainWords::NoSuchIssue { uuid, why: why.as_deref() }));
    term::hint(Some(&term::words(ExplainWords::NoSuchIssueHint)));
    Ok(None)
}

fn show_issue(issue: &Issue) -> Result<()> {
    term::line(&format!("{} {}", issue.id, shown(&json!(issue.title))))?;
    for (name, value) in explain::names(issue) {
        term::line(&format!("  {name} = {}", shown(&value)))?;
    }
    Ok(())
}

fn show_routes(explanation: &Explanation<'_>) -> Result<()> {
    let taker = explanation.taker();
    for (n, opinion) in explanation.routes.iter().enumerate() {
        let (issue_type, project) = (&opinion.route.issue_type, &opinion.route.project);
        let verdict = &verdict(opinion, n, taker);
        term::tell(ExplainWords::Route { number: n + 1, issue_type, project, verdict })?;
        if let Some(when) = &opinion.route.when {
            term::line(&format!("  when {}", shown(&json!(when.source()))))?;
        }
        for (key, made) in &opinion.made {
            let made = match made {
                Ok(Some(value)) => shown(&json!(value)),
                Ok(None) => term::words(ExplainWords::MakesNothing),
                Err(why) => term::words(ExplainWords::MakesNothingBecause { why }),
            };
            term::line(&format!("  {key} -> {made}"))?;
        }
    }
    Ok(())
}

fn verdict(opinion: &Opinion<'_>, n: usize, taker: Option<usize>) -> String {
    match (&opinion.holds, taker) {
        (Ok(false), _) => term::words(ExplainWords::DoesNotHold),
        (Err(why), _) => term::words(ExplainWords::CannotBeTold { why }),
        (Ok(true), Some(first)) if first == n => term::words(ExplainWords::Takes),
        (Ok(true), Some(first)) => term::words(ExplainWords::ComesLater { first: first + 1 }),
        (Ok(true), None) => term::words(ExplainWords::Holds),
    }
}

fn show_known(known: Option<&IssueLink>) -> Result<()> {
    let Some(link) = known else { return Ok(()) };
    let name = link.jira_name.as_str();
    Ok(term::tell(match (link.attached, link.retired) {
        (true, _) => ExplainWords::CountedIn { name },
        (false, true) => ExplainWords::LeftTo { name },
        (false, false) => ExplainWords::AlreadyIs { name },
    })?)
}

/// Shows whether the issue would have the ticket of another one with the same problem.
fn show_fate(state: &State, jira: &Jira<'_>, push: &Push) -> Result<()> {
    let now = jira.identify()?.clock.unwrap_or_else(Utc::now);
    let fate = foretell(state, jira, push, now)?;
    Ok(term::tell(match &fate {
        Foretold::NoKey => ExplainWords::ReuseNoKey,
        Foretold::Own => ExplainWords::ReuseOwn,
        Foretold::Continues(name) => ExplainWords::ReuseContinues { name },
        Foretold::Joins(name) => ExplainWords::ReuseJoins { name },
        Foretold::Awaits => ExplainWords::ReuseAwaits,
    })?)
}

/// Shows what a create would send, field by field, and what it would leave out.
fn show_create(jira: &Jira<'_>, push: &Push) -> Result<Exit> {
    if let Action::CreateIssue(new) = &push.action {
        term::tell(ExplainWords::WouldGet { issue_type: &new.issue_type, project: &new.project })?;
    }
    let (fields, dropped) = match jira.preview(push) {
        Ok(preview) => preview,
        Err(error) if error.kind == ApiErrorKind::Refused => {
            term::tell(ExplainWords::WouldGetNothing { why: &error.message })?;
            term::hint(error.hint.as_deref());
            return Ok(Exit::ItemsFailed);
        }
        Err(error) => return Err(error.into()),
    };
    for (field, value) in fields.as_object().into_iter().flatten() {
        term::line(&format!("  {field} = {}", shown(value)))?;
    }
    for left_out in dropped {
        term::tell(ExplainWords::Without { field: &left_out.field, why: &told(&left_out.why, term::lang()) })?;
    }
    Ok(Exit::Done)
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
