//! What the commands by hand share: which pair is meant, the line that it is of, and how a refusal is told.

use anyhow::Result;
use chrono::{TimeDelta, Utc};

use crate::config::{Config, Draft};
use crate::domain::{CommentId, IssueId, IssueLink, Key, Side};
use crate::engine::Quiet;
use crate::engine::budget::Patience;
use crate::engine::by_hand::ByHand;
use crate::state::{State, StateError};
use crate::words::{HandError, Message as _};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::named;
use super::services::Signals;
use super::sides::{self, Sides};
use super::term;

/// Longest name of an item that is looked for, in bytes.
pub(super) const MAX_ITEM: usize = 512;

/// A pair, and the line that it is of.
pub(super) struct Meant {
    pub(super) draft: Draft,
    pub(super) pair: IssueLink,
}

/// Returns the pair that an item names, in whatever line. Pairs that were taken apart count where there is no other.
///
/// # Errors
/// When the configuration or a state file cannot be read, or the name fits several pairs.
pub(super) fn pair(drafts: Vec<Draft>, item: &str) -> Result<Option<Meant>> {
    let item = &named::item(item);
    let mut meant: Vec<Meant> = Vec::new();
    for draft in drafts {
        for pair in pairs_of(&draft, item)? {
            meant.push(Meant { draft: draft.clone(), pair });
        }
    }
    if meant.iter().any(|one| !one.pair.rests()) {
        meant.retain(|one| !one.pair.rests());
    }
    if meant.len() > 1 {
        let names: Vec<&str> = meant.iter().map(|one| one.pair.jira_name.as_str()).collect();
        let (item, pairs) = (shown(item), names.join(", "));
        return Err(usage(&HandError::ManyPairs { item, pairs }, &HandError::ManyPairsHint).into());
    }
    Ok(meant.pop())
}

fn pairs_of(draft: &Draft, item: &str) -> Result<Vec<IssueLink>> {
    let path = &draft.sync.state;
    if !path.exists() || item.is_empty() || item.len() > MAX_ITEM {
        return Ok(Vec::new());
    }
    let state = State::open_to_read(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
    Ok(called(&state, item)?)
}

/// Returns the pairs that go by this name in a state: by a key, an item's id, the name or id of a Jira issue, or the id of a
/// comment on either side.
pub(super) fn called(state: &State, item: &str) -> Result<Vec<IssueLink>, StateError> {
    let id = item.parse::<Key>().ok().and_then(|key| key.parts().map(|(_, _, id)| id.to_owned()));
    let id = id.unwrap_or_else(|| item.to_owned());
    let mut found = state.issues_called(&id)?;
    for side in Side::Source(state.line()).both() {
        found.extend(state.issue_link(side, &IssueId::new(id.as_str()))?);
        if let Some(comment) = state.comment_link(side, &CommentId::new(id.as_str()))? {
            found.extend(state.issue_link(Side::Source(state.line()), &comment.pair)?);
        }
    }
    let mut pairs: Vec<IssueLink> = Vec::new();
    for link in found {
        if !pairs.iter().any(|known| known.guance == link.guance) {
            pairs.push(link);
        }
    }
    Ok(pairs)
}

/// Returns the configuration of a line with its secrets, and says what is odd about it.
pub(super) fn resolved(context: &Context, draft: Draft) -> Result<Config> {
    let config = draft.resolve(&context.env)?;
    for warning in &config.warnings {
        tracing::warn!("{}", term::words(warning.clone()));
    }
    Ok(config)
}

/// Opens a line's state and services, and hands them to `work`. `alone` says that no run is at work: the state may have to be
/// proved to belong to these services, which writes to it.
///
/// # Errors
/// When the state or a client cannot be opened, and whatever `work` fails with.
pub(super) fn on_line<T>(
    config: &Config,
    signals: &Signals,
    alone: bool,
    work: impl FnOnce(&mut ByHand<'_>, Sides<'_>, &State) -> Result<T>,
) -> Result<T> {
    let path = &config.sync.state;
    let state = sides::open_state(config).map_err(|error| Usage::state(path, &error))?;
    let time = TimeDelta::from_std(config.sync.limits.max_runtime).unwrap_or(TimeDelta::MAX);
    let patience = Patience::Until(Utc::now() + time);
    if alone {
        sides::prove(config, &state, signals, patience)?;
    }
    sides::with_world(config, &state, signals, patience, &Quiet, None, |world, sides| {
        work(&mut ByHand::new(world)?, sides, &state)
    })
}

/// Says why something is refused, and how to mend it.
pub(super) fn refuse(why: &HandError, hint: Option<&HandError>) -> Exit {
    term::error(&why.in_lang(term::lang()));
    term::hint(hint.map(|hint| hint.in_lang(term::lang())).as_deref());
    Exit::ItemsFailed
}

/// Returns an error about what was given on the command line.
pub(super) fn usage(why: &HandError, hint: &HandError) -> Usage {
    Usage::new(why.in_lang(term::lang())).hint(hint.in_lang(term::lang()))
}

/// Returns why nothing can be written to a pair now, and how to mend it.
///
/// # Errors
/// When the state file cannot be read.
pub(super) fn closed(pair: &IssueLink, state: &State) -> Result<Option<(HandError, Option<HandError>)>, StateError> {
    let (item, name) = (pair.guance.to_string(), pair.jira_name.clone());
    if pair.unlinked {
        return Ok(Some((HandError::TakenApart { item, name }, Some(HandError::TakenApartHint))));
    }
    if pair.retired {
        return Ok(Some((HandError::TakenOver { item, name }, None)));
    }
    if pair.gone {
        return Ok(Some((HandError::PairGone { item, name }, Some(HandError::PairGoneHint))));
    }
    if pair.closed {
        return Ok(Some((HandError::PairClosed { name }, Some(HandError::PairClosedHint))));
    }
    let away = state.away()?.into_iter().find(|away| away.concerns(pair));
    Ok(away.map(|away| (HandError::PairAway { name, why: term::kept(&away.why) }, None)))
}

/// Returns what somebody gave as a name, short and on one line.
pub(super) fn shown(item: &str) -> String {
    let one: String = item.chars().map(|c| if c.is_control() { ' ' } else { c }).take(80).collect();
    if one.chars().count() < item.chars().count() { format!("{one}…") } else { one }
}
