//! What a ticket is told of the items that have its problem.

use chrono::{DateTime, Utc};

use crate::domain::{CommentId, Continued, IssueId, Key, Push, Stage};
use crate::engine::references;
use crate::engine::run::{Run, Trouble};
use crate::plan::reuse::{self, Counted};
use crate::state::Tx;

/// Tells a ticket of the item that it goes on with, unless it was told.
pub(super) fn tell(
    run: &Run<'_>,
    tx: &Tx<'_>,
    (push, continued): (&Push, &Continued),
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let notice = reuse::notice(push, continued, name, run.world.policy.voice);
    let id = notice.key.comment_on(run.source());
    let known = id.map(|id| run.world.state.comment_link(run.source(), &id)).transpose()?.flatten();
    if known.is_none() && !run.world.state.is_queued(&notice.key)? {
        tx.enqueue(&references::settled(run, &notice)?, false, now)?;
    }
    Ok(())
}

/// Lets the comment that counts, in a ticket, other items with the same problem say how many are open. Nothing is said before
/// there is one, nor while the ticket has no item that it goes on with.
pub(super) fn count(run: &Run<'_>, tx: &Tx<'_>, ticket: &IssueId, now: DateTime<Utc>) -> Result<(), Trouble> {
    let state = run.world.state;
    let Some(link) = state.issue_link(run.tracker(), ticket)? else { return Ok(()) };
    if !link.is_writable(run.tracker()) {
        return Ok(());
    }
    let (open, last) = state.attached(ticket)?;
    let id = reuse::counted_id(&link);
    let known = state.known_comments(run.source(), std::iter::once((&id, None)))?;
    let copy = known.comments.get(&(run.source(), id.clone()));
    let origin = Key::comment(run.source(), &id);
    let is_told = copy.is_some() || known.outbox.contains_key(&origin);
    if open == 0 && !is_told {
        return Ok(());
    }
    let url_of = |item: &IssueId| run.remote(run.source()).issue_url(item.as_str());
    let (url, address) = (url_of(&link.guance), last.as_ref().map(|(item, _)| url_of(item)).unwrap_or_default());
    let last = last.as_ref().map(|(item, title)| (item, title.as_str(), address.as_str()));
    let copy_id: Option<&CommentId> = copy.map(|copy| &copy.copy_id);
    let place = (run.tracker(), url.as_str());
    let push = reuse::counted(&link, Counted { open, last }, copy_id, place, run.world.policy.voice);
    let waits = known.outbox.iter().any(|(key, (stage, _))| *stage != Stage::Done && *key != push.key);
    let says_so = copy.is_some_and(|copy| copy.written.as_ref() == Some(&push.content));
    if !says_so || waits {
        // The link leads to the item, and not to the ticket, which people are looking at.
        tx.enqueue(&push, false, now)?;
    }
    Ok(())
}
