//! What was said in a ticket about the items that had it before.

use super::markers::since;
use crate::domain::{Comment, IssueLink, Known};
use crate::engine::run::{Run, Trouble};

/// Returns what a ticket's thread says without what was said in it about the items before; `None` where nothing was. It is
/// known as theirs, or, where this state did not know all of it, as old as the ticket was when its item took over.
pub(in crate::engine) fn without_the_past(
    run: &Run<'_>,
    link: &IssueLink,
    comments: &[Comment],
    known: &Known,
) -> Result<Option<Vec<Comment>>, Trouble> {
    let since = since(run, &link.guance)?;
    let (mut kept, mut retired) = (Vec::new(), Vec::new());
    for comment in comments.iter().filter(|comment| !comment.side.is_source()) {
        let pair = known.comments.get(&(comment.side, comment.id.clone())).map(|link| &link.pair);
        let is_past = match pair {
            Some(pair) if *pair == link.guance => false,
            Some(pair) if retired.contains(pair) => true,
            Some(pair) => {
                let other = run.world.state.issue_link(run.source(), pair)?;
                let is_past = other.is_some_and(|other| other.retired && other.ticket() == link.jira.as_str());
                retired.extend(is_past.then(|| pair.clone()));
                is_past
            }
            None => since.is_some_and(|since| comment.created <= since),
        };
        if !is_past {
            kept.push(comment.clone());
        }
    }
    let is_some = kept.len() < comments.len() && comments.iter().any(|comment| !comment.side.is_source());
    Ok(is_some.then_some(kept))
}
