//! `guajira push`: creates the Jira issue of one item now.

use anyhow::Result;
use clap::Args;

use crate::config::Config;
use crate::domain::{IssueId, Key, Side};
use crate::engine::by_hand::ByHand;
use crate::state::State;
use crate::words::{HandError, HandWords, RunWords};

use super::context::Context;
use super::exit::{self, Exit};
use super::services::Signals;
use super::{adopt, by_hand, term};

/// Which item.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The id that the source gives it: issue_…, or the id of an event or alert
    item: String,
    /// By which route, counted from 1 [default: the one that would take it, else the first]
    #[arg(long, value_name = "N")]
    route: Option<usize>,
}

/// Creates the issue, or says which one there is.
///
/// # Errors
/// When no source has the item, or a service or the state file failed.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let item = options.item.trim();
    let drafts = context.drafts()?;
    if let Some(meant) = by_hand::pair(drafts.clone(), item)?.filter(|meant| !meant.pair.rests()) {
        let (item, name) = (meant.pair.guance.as_str(), meant.pair.jira_name.as_str());
        term::tell(HandWords::HasIssue { item, name })?;
        return Ok(Exit::Done);
    }
    let signals = Signals::listen()?;
    let _lock = match drafts.first() {
        Some(draft) => Some(adopt::lock(&draft.sync.main, &signals)?),
        None => None,
    };
    let mut failed = None;
    for draft in drafts {
        let config = by_hand::resolved(context, draft)?;
        let done =
            by_hand::on_line(&config, &signals, true, |hand, _, state| on_line(hand, state, &config, item, options));
        match done {
            Ok(Some(exit)) => return Ok(exit),
            Ok(None) => {}
            Err(error) if error.is::<exit::Usage>() => return Err(error),
            // Another source may have it.
            Err(error) => failed = failed.or(Some(error.context(config.line.to_string()))),
        }
    }
    let unknown = || by_hand::usage(&HandError::NoItem { item: by_hand::shown(item) }, &HandError::NoItemHint).into();
    Err(failed.unwrap_or_else(unknown))
}

/// Does so on one line; `None` where its source does not have the item.
fn on_line(
    hand: &mut ByHand<'_>,
    state: &State,
    config: &Config,
    item: &str,
    options: &Options,
) -> Result<Option<Exit>> {
    if item.is_empty() || item.len() > by_hand::MAX_ITEM {
        return Ok(None);
    }
    let id = IssueId::new(item);
    let Some(issue) = hand.item(&id)? else { return Ok(None) };
    let count = config.policy.routes.len();
    let route = match options.route {
        Some(number) if number == 0 || number > count => {
            let why = HandError::NoSuchRoute { number, count };
            return Err(by_hand::usage(&why, &HandError::NoSuchRouteHint).into());
        }
        route => route.map(|number| number - 1),
    };
    hand.push(&issue, route)?;
    hand.deliver(&id)?;
    if let Some(link) = state.issue_link(Side::Source(config.line), &id)?.filter(|link| !link.rests()) {
        hand.pushed(&id)?;
        term::tell(HandWords::Created { item, name: &link.jira_name })?;
        return Ok(Some(Exit::Done));
    }
    if let Some(link) = state.issue_link(Side::Source(config.line), &id)?.filter(|link| link.attached) {
        hand.pushed(&id)?;
        term::tell(HandWords::Joined { item, name: &link.jira_name })?;
        return Ok(Some(Exit::Done));
    }
    let key = Key::issue(Side::Source(config.line), &id).to_string();
    let stuck = state.stuck_about([key].iter())?.into_iter().next();
    let error = stuck.as_ref().and_then(|stuck| stuck.error.as_deref());
    let why = error.map_or_else(|| term::words(HandWords::NextRun), term::kept);
    term::tell(HandWords::CreateWaits { item, why: &why })?;
    term::advice(stuck.as_ref().and_then(|stuck| stuck.hint.as_deref()))?;
    Ok(Some(match hand.failed() {
        _ if hand.interrupted() => Exit::Interrupted,
        Some((side, message, hint)) => {
            term::error(&term::words(RunWords::CannotSync { side: side.into(), why: &message }));
            term::hint(hint.as_deref());
            Exit::SideFailed
        }
        None if error.is_some() => Exit::ItemsFailed,
        None => Exit::Done,
    }))
}
