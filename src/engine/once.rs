//! Comments for a side that takes them and shows them to nobody afterwards: each is sent once at most.
//!
//! A copy there can neither be looked for nor recognised. So a write whose answer was lost counts as sent. And what was written
//! before this state began, or before it was last found older than the world, may have a copy that it does not know of: that is
//! not written.

use chrono::{DateTime, Utc};

use super::run::{Run, Trouble};
use super::settle::{Evidence, settle};
use crate::domain::{Action, CommentId, Proof, Push, Receipt, Side};

/// Fact: from when on, by Jira's clock, this state knows of everything that was written there, and what the write counter said
/// then.
const SURE_FROM: &str = "engine.sure-from";

/// Returns what tells whether a write has happened.
pub(super) fn proof(run: &Run<'_>, push: &Push) -> Proof {
    let about = run.about(push.target);
    let is_comment = matches!(push.action, Action::AddComment { .. } | Action::EditComment { .. });
    if about.comments_once && is_comment { Proof::Nothing } else { push.action.proof(about.marks_files) }
}

/// Returns from when on a comment that was written on `side` certainly has no copy that this state does not know of; `None`
/// where copies can be looked for.
pub(super) fn sure_from(run: &Run<'_>, side: Side) -> Result<Option<DateTime<Utc>>, Trouble> {
    if !run.about(side.opposite()).comments_once {
        return Ok(None);
    }
    let known = run.world.state.fact(SURE_FROM)?;
    let time = known.and_then(|(value, _)| DateTime::parse_from_rfc3339(value.split(' ').next()?).ok());
    Ok(time.map(|time| time.with_timezone(&Utc)))
}

/// Notes, when a state begins, and when it turns out to be older than the world, that what was written until now may have been
/// sent. A counter that nobody has raised since tells of no other write.
pub(super) fn begin(run: &mut Run<'_>, behind: bool, counter: &str) -> Result<(), Trouble> {
    let state = run.world.state;
    if !run.about(run.source()).comments_once {
        return Ok(());
    }
    let known = state.fact(SURE_FROM)?.map(|(value, _)| value);
    let is_same = |value: &String| value.split_once(' ').is_some_and(|(_, known)| known == counter);
    if known.is_some_and(|known| !behind || is_same(&known)) {
        return Ok(());
    }
    let now = run.world.clock.now();
    let theirs = run.identities.get(&run.tracker()).and_then(|who| who.clock).unwrap_or(now);
    state.set_fact(SURE_FROM, &format!("{} {counter}", theirs.to_rfc3339()), now)?;
    // What waits is read once more from its issue, and left out where it is older.
    run.originals.forget_all();
    Ok(())
}

/// Counts a write as sent of which nobody can tell what became.
pub(super) fn count_as_sent(run: &mut Run<'_>, push: &Push) -> Result<(), Trouble> {
    tracing::warn!(key = %push.key, "Its answer was lost, and nobody can look for it: it counts as sent.");
    let copy = match &push.action {
        Action::EditComment { comment, .. } => comment.clone(),
        _ => CommentId::standing_for("unseen", push.key.as_str()),
    };
    settle(run, push, &Receipt::of(copy.as_str(), None), Evidence::Nothing)
}
