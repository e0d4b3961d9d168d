//! Whether a marker in a thread makes a comment the copy of something, and of what.
//!
//! The adapters leave out what guajira cannot have written. Here it is asked whether the original belongs to the same
//! pair, and whether it has a copy already: knowing an id proves nothing, since everybody can read them.

use std::collections::HashSet;

use crate::domain::{Claim, Comment, CommentId, Key, Known, Maker, Side};
use crate::plan::thread::{Extent, Row, Thread};

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
pub(super) fn judge(thread: &Thread<'_>, id: &CommentId, claim: &Claim, known: &Known) -> Verdict {
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
        (Some(id), _) => match known.comments.get(&(origin, id)) {
            // We copied it once, and take it for a copy now: this state has believed somebody's marker.
            Some(link) if claim.sealed && link.origin != origin => return Verdict::Ours,
            link => link.is_some(),
        },
        (None, Some(file)) => known.files.contains(&(origin, file)),
        (None, None) => true,
    };
    if has_copy {
        return refused;
    }
    match best(thread, claim, known) {
        None => Verdict::Undecided,
        Some(best) if best != *id => refused,
        Some(_) => Verdict::Copy,
    }
}

/// Returns the copies that a reading over several runs met before it had come to its end.
pub(super) fn late(thread: &Thread<'_>, known: &Known) -> Vec<(CommentId, Claim)> {
    let Extent::Completed(rows) = thread.extent else { return Vec::new() };
    let is_here = |row: &Row| thread.comments.iter().any(|comment| comment.id == row.id);
    let is_open = |row: &&Row| {
        let is_known = known.comments.contains_key(&(thread.side, row.id.clone())) || known.carriers.contains(&row.id);
        row.claim.is_some() && !is_known && !is_here(row)
    };
    let is_copy = |row: &Row| row.claim.as_ref().is_some_and(|c| judge(thread, &row.id, c, known) == Verdict::Copy);
    let copies = rows.iter().filter(is_open).filter(|row| is_copy(row));
    copies.filter_map(|row| Some((row.id.clone(), row.claim.clone()?))).collect()
}

/// Returns the originals whose pair is not known, by the markers of a thread: the other thread has to be read for them.
pub fn homeless<'t>(side: Side, rows: impl Iterator<Item = Said<'t>>, known: &Known) -> HashSet<&'t Key> {
    let rows = rows.filter(|(id, _)| !known.comments.contains_key(&(side, (*id).clone())));
    let rows = rows.filter(|(id, _)| !known.carriers.contains(*id));
    let open = |claim: &&Claim| !claim.sealed && !known.homes.contains_key(&claim.key) && !claim.key.is_about_notice();
    rows.filter_map(|(_, claim)| claim).filter(open).map(|claim| &claim.key).collect()
}

/// A comment's id, and what it says about being a copy.
pub type Said<'t> = (&'t CommentId, Option<&'t Claim>);

/// Returns what the comments at hand say, and what those said that a reading over several runs met before.
pub fn said<'t>(comments: &'t [Comment], extent: Extent<'t>) -> impl Iterator<Item = Said<'t>> + Clone {
    let earlier = if let Extent::Completed(rows) = extent { rows } else { &[] };
    let earlier = earlier.iter().filter(|row| row.claim.is_some()).map(|row| (&row.id, row.claim.as_ref()));
    comments.iter().map(|comment| (&comment.id, comment.claim.as_ref())).chain(earlier)
}

/// Tells whether a marker's original belongs to the thread's pair; `None` when that is not known. A seal holds in one
/// issue alone; a notice has no original.
fn in_pair(thread: &Thread<'_>, claim: &Claim, known: &Known) -> Option<bool> {
    if claim.sealed || claim.key.is_about_notice() {
        return Some(true);
    }
    match known.homes.get(&claim.key) {
        Some(home) => Some(*home == thread.link.guance),
        None => thread.originals?.holds(&claim.key),
    }
}

/// Returns which of the comments that name one original is its copy: the surest claim, and the oldest of these. What has a
/// copy itself is an original, whatever it says of itself. `None` where a surer claim may be in what was not read.
fn best(thread: &Thread<'_>, claim: &Claim, known: &Known) -> Option<CommentId> {
    let read = || thread.comments.iter().map(Row::from).collect();
    let (rows, is_all) = thread.rows().map_or_else(|| (read(), false), |rows| (rows.into_owned(), true));
    let open = |row: &Row| !known.comments.contains_key(&(thread.side, row.id.clone()));
    let rivals = rows.into_iter().filter(open).filter_map(|row| Some((row.claim?, row.id)));
    let rivals = rivals.filter(|(rival, _)| rival.key == claim.key);
    let (best, id) = rivals.min_by_key(|(rival, _)| rival.doubt())?;
    (is_all || best.maker == Maker::Us).then_some(id)
}
