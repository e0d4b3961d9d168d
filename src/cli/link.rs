//! `guajira link` and `guajira unlink`: pairs that a person makes, and takes apart.

use anyhow::Result;
use clap::Args;

use crate::config::{Config, Draft};
use crate::domain::{Claim, IssueId, Side};
use crate::engine::by_hand::ByHand;
use crate::ports::{NamedIssue, Pairing};
use crate::state::{State, project_of};
use crate::words::{HandError, HandWords};

use super::by_hand::{self, Meant};
use super::context::Context;
use super::exit::{Exit, Usage};
use super::services::Signals;
use super::{adopt, named, term};

/// What is to be a pair.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The id that the source gives the item: issue_…, or the id of an event or alert
    item: String,
    /// The Jira issue, such as OPS-12
    #[arg(value_name = "JIRA-KEY")]
    key: String,
}

/// What is to be no pair any more.
#[derive(Debug, Args)]
pub(super) struct UnlinkOptions {
    /// The item, or its Jira issue, such as OPS-12
    item: String,
}

/// Pairs an item with a Jira issue.
///
/// # Errors
/// When no source has the item, or a service or the state file failed.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let (item, key) = (&*named::item(&options.item), &*named::item(&options.key));
    let drafts = context.drafts()?;
    let signals = Signals::listen()?;
    let _lock = match drafts.first() {
        Some(draft) => Some(adopt::lock(&draft.sync.main, &signals)?),
        None => None,
    };
    let mut failed = None;
    for draft in drafts.clone() {
        let config = by_hand::resolved(context, draft)?;
        let done = by_hand::on_line(&config, &signals, true, |hand, sides, state| {
            on_line((hand, sides.jira), state, &config, &drafts, (item, key))
        });
        match done {
            Ok(Some(exit)) => return Ok(exit),
            Ok(None) => {}
            Err(error) => match error.downcast::<HandError>() {
                Ok(why) => return Ok(refuse(&why)),
                // Another source may have it.
                Err(error) => failed = failed.or(Some(error.context(config.line.to_string()))),
            },
        }
    }
    let unknown = || by_hand::usage(&HandError::NoItem { item: by_hand::shown(item) }, &HandError::NoItemHint).into();
    Err(failed.unwrap_or_else(unknown))
}

/// Does so on one line; `None` where its source does not have the item.
fn on_line(
    (hand, jira): (&mut ByHand<'_>, &dyn Pairing),
    state: &State,
    config: &Config,
    drafts: &[Draft],
    (item, key): (&str, &str),
) -> Result<Option<Exit>> {
    if item.is_empty() || item.len() > by_hand::MAX_ITEM {
        return Ok(None);
    }
    let id = IssueId::new(item);
    let Some(issue) = hand.item(&id)? else { return Ok(None) };
    let is_name = !key.is_empty() && key.len() <= by_hand::MAX_ITEM && !key.chars().any(char::is_whitespace);
    let named = if is_name { jira.named(key)? } else { None };
    let Some(named) = named else {
        return Err(HandError::NoJiraIssue { name: by_hand::shown(key) }.into());
    };
    let source = Side::Source(config.line);
    let own = state.issue_link(source, &id)?.filter(|link| !link.rests());
    if let Some(link) = own.as_ref().filter(|link| link.jira != named.id) {
        return Err(HandError::ItemPaired { item: item.to_owned(), name: link.jira_name.clone() }.into());
    }
    if let Some(other) = pair_on_jira(drafts, &named.id)?.filter(|other| own.is_none() || *other != id) {
        return Err(HandError::JiraPaired { name: named.name, item: other.to_string() }.into());
    }
    let name = named.name.as_str();
    let is_marked = |claim: &Claim| claim.proven && claim.key.issue_on(source).as_ref() == Some(&id);
    if own.is_some() && named.claim.as_ref().is_some_and(is_marked) {
        term::tell(HandWords::LinkedBefore { item, name })?;
        return Ok(Some(Exit::Done));
    }
    let unmarked = hand.link(&issue, &named, jira)?;
    term::tell(HandWords::Linked { item, name })?;
    warn_of_project(config, &named)?;
    if let Some(why) = unmarked {
        term::tell(HandWords::NotMarked { name, why: &term::kept(&why.message) })?;
        term::advice(Some(&term::words(HandWords::NotMarkedHint)))?;
    }
    term::tell(HandWords::LinkedNext)?;
    Ok(Some(Exit::Done))
}

/// Returns the item that is in a pair with this Jira issue, in whatever line.
fn pair_on_jira(drafts: &[Draft], jira: &IssueId) -> Result<Option<IssueId>> {
    for draft in drafts.iter().filter(|draft| draft.sync.state.exists()) {
        let path = &draft.sync.state;
        let state = State::open_to_read(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
        let link = state.issue_link(Side::Tracker(draft.line), jira)?;
        if let Some(link) = link.filter(|link| !link.rests()) {
            return Ok(Some(link.guance));
        }
    }
    Ok(None)
}

fn warn_of_project(config: &Config, named: &NamedIssue) -> Result<()> {
    let projects = &config.jira.projects;
    if !projects.iter().any(|project| project.eq_ignore_ascii_case(project_of(&named.name))) {
        term::tell(HandWords::OtherProject { name: &named.name, projects: &projects.join(", ") })?;
        term::advice(Some(&term::words(HandWords::OtherProjectHint)))?;
    }
    Ok(())
}

fn refuse(why: &HandError) -> Exit {
    let hint = match why {
        HandError::NoJiraIssue { .. } => HandError::NoJiraIssueHint,
        HandError::MarkedForAnother { .. } => HandError::MarkedHint,
        HandError::AnswerLost { .. } => HandError::AnswerLostHint,
        HandError::JiraPaired { item, .. } | HandError::ItemPaired { item, .. } => {
            HandError::PairedHint { item: item.clone() }
        }
        _ => return by_hand::refuse(why, None),
    };
    by_hand::refuse(why, Some(&hint))
}

/// Takes a pair apart.
///
/// # Errors
/// When there is no such pair, or the state file failed.
pub(super) fn unlink(context: &Context, options: &UnlinkOptions) -> Result<Exit> {
    let item = options.item.trim();
    let Some(Meant { draft, .. }) = by_hand::pair(context.drafts()?, item)? else {
        let why = HandError::Unknown { item: by_hand::shown(item) };
        return Err(by_hand::usage(&why, &HandError::UnknownHint).into());
    };
    let signals = Signals::listen()?;
    let _lock = adopt::lock(&draft.sync.main, &signals)?;
    // A run that was waited for may have changed it.
    let Some(Meant { draft, pair }) = by_hand::pair(vec![draft], item)? else {
        let why = HandError::Unknown { item: by_hand::shown(item) };
        return Err(by_hand::usage(&why, &HandError::UnknownHint).into());
    };
    if pair.retired {
        let (item, name) = (pair.guance.to_string(), pair.jira_name);
        return Ok(by_hand::refuse(&HandError::TakenOver { item, name }, None));
    }
    let config = by_hand::resolved(context, draft)?;
    by_hand::on_line(&config, &signals, true, |hand, sides, _| {
        let (item, name) = (pair.guance.as_str(), pair.jira_name.as_str());
        let left = hand.unlink(&pair, sides.jira)?;
        term::tell(if pair.unlinked {
            HandWords::UnlinkedBefore { item, name }
        } else {
            HandWords::Unlinked { item, name }
        })?;
        if let Some(why) = left {
            term::tell(HandWords::MarkStays { name, why: &term::kept(&why.message) })?;
            let command = format!("guajira unlink {item}");
            term::advice(Some(&term::words(HandWords::MarkStaysHint { command: &command })))?;
        }
        Ok(Exit::Done)
    })
}
