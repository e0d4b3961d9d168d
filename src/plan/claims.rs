//! Whether a marker in a thread makes a comment the copy of something, and of what.
//!
//! The adapters leave out what guajira cannot have written. Here it is asked whether the original belongs to the same
//! pair, and whether it has a copy already: knowing an id proves nothing, since everybody can read them.

use std::collections::HashSet;

use crate::domain::{Claim, Comment, CommentId, Key, Known, Maker};
use crate::plan::Thread;

/// What a comment with a marker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The copy of the marker's original.
    Copy,
    /// Our own account's writing, and no copy that counts: of an original that has one already, or that is not there.
    Ours,
    /// Somebody's words.
    Ordinary,
    /// It cannot be told before the other issue's thread was read.
    Undecided,
}

/// Judges what a comment's marker says.
pub(super) fn judge(thread: &Thread<'_>, comment: &Comment, claim: &Claim, known: &Known) -> Verdict {
    // Who copies a seal while it is not known who we are is taken for us until it is.
    let is_ours = claim.is_ours() || claim.sealed && claim.maker == Maker::Unknown;
    let refused = if is_ours { Verdict::Ours } else { Verdict::Ordinary };
    match in_pair(thread, claim, known) {
        None => return Verdict::Undecided,
        Some(false) => return refused,
        Some(true) => {}
    }
    let origin = thread.side.opposite();
    let has_copy = match (claim.key.comment_on(origin), claim.key.file_on(origin)) {
        (Some(id), _) => known.comments.contains_key(&(origin, id)),
        (None, Some(file)) => known.files.contains(&(origin, file)),
        (None, None) => true,
    };
    if has_copy || best(thread, claim, known).is_some_and(|best| best != &comment.id) { refused } else { Verdict::Copy }
}

/// Returns the originals whose pair is not known, by the markers of a thread: the other thread has to be read for them.
pub fn homeless<'t>(comments: &'t [Comment], known: &Known) -> HashSet<&'t Key> {
    let claims = comments.iter().filter(|comment| !known.comments.contains_key(&(comment.side, comment.id.clone())));
    let claims = claims.filter(|comment| !known.carriers.contains(&comment.id));
    let open = |claim: &&Claim| !claim.sealed && !known.homes.contains_key(&claim.key) && !claim.key.is_about_notice();
    claims.filter_map(|comment| comment.claim.as_ref()).filter(open).map(|claim| &claim.key).collect()
}

/// Tells whether a marker's original belongs to the thread's pair; `None` when that is not known. A seal holds in one
/// issue alone; a notice has no original.
fn in_pair(thread: &Thread<'_>, claim: &Claim, known: &Known) -> Option<bool> {
    if claim.sealed || claim.key.is_about_notice() {
        return Some(true);
    }
    match known.homes.get(&claim.key) {
        Some(home) => Some(*home == thread.link.guance),
        None => thread.originals.map(|originals| originals.contains(&claim.key)),
    }
}

/// Returns which of the comments that name one original is its copy: the surest claim, and the oldest of these. What has a
/// copy itself is an original, whatever it says of itself.
fn best<'t>(thread: &Thread<'t>, claim: &Claim, known: &Known) -> Option<&'t CommentId> {
    let open = |comment: &&Comment| !known.comments.contains_key(&(comment.side, comment.id.clone()));
    let rivals = thread.comments.iter().filter(open).filter_map(|comment| Some((comment.claim.as_ref()?, &comment.id)));
    rivals.filter(|(rival, _)| rival.key == claim.key).min_by_key(|(rival, _)| rival.doubt()).map(|(_, id)| id)
}
