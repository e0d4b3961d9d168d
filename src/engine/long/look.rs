//! Looking for one reply of a long thread: its page is known by when it was written.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::kept::{Long, SHOWN_LATE, is_long, recall, recall_rows};
use crate::domain::{Comment, CommentId, IssueId, IssueLink, Key, Maker, Receipt};
use crate::engine::run::{Run, Trouble, delta};
use crate::plan::{Held, Row};
use crate::ports::{ApiErrorKind, Lookup, Wanted};

/// Most pages that are asked for one reply.
const MOST_PAGES: usize = 3;

/// What a look for one reply brought.
pub(in crate::engine) enum Glimpse {
    /// It is there, and says this.
    There(Box<Comment>),
    /// It was not there when the whole thread was read last.
    Gone,
    /// It is not where it was to be, or there is no request left to look.
    NotFound,
    /// Not all of the thread is known.
    Unknown,
}

/// Looks for one reply of a long thread.
pub(in crate::engine) fn glimpse(run: &mut Run<'_>, link: &IssueLink, id: &CommentId) -> Result<Glimpse, Trouble> {
    // Before all of a thread is known its requests go into reading it.
    let Some(long) = recall(run, &link.guance)?.filter(|long| long.known) else { return Ok(Glimpse::Unknown) };
    let rows = recall_rows(run, &link.guance)?.known;
    let Some((place, row)) = rows.iter().rev().enumerate().find(|(_, row)| row.id == *id) else {
        return among_newest(run, link, &long, &rows, id);
    };
    let size = rows.len().div_ceil(long.pages.max(1)).max(1);
    let mut page = place / size + 1;
    let mut tried = HashSet::new();
    while tried.len() < MOST_PAGES && tried.insert(page) && !run.must_stop() && run.has_room(run.source(), 1) {
        let one = match run.thread_page(run.source(), &link.guance, page) {
            Ok(Some(one)) => one,
            Ok(None) => break,
            Err(err) if err.kind == ApiErrorKind::OutOfBudget => break,
            Err(err) => return Err(err.into()),
        };
        run.originals.saw_replies(one.comments.iter().map(|comment| &comment.id), run.world.clock.now());
        if let Some(found) = one.comments.into_iter().find(|comment| comment.id == *id) {
            return Ok(Glimpse::There(Box::new(found)));
        }
        // Many are written within one second: then it may be on either side.
        let is_older = one.oldest.is_some_and(|oldest| row.created <= oldest);
        let is_newer = one.newest.is_none_or(|newest| row.created >= newest);
        let (older, newer) = (page + 1, page.saturating_sub(1).max(1));
        page = match () {
            () if is_older && !tried.contains(&older) => older,
            () if is_newer && !tried.contains(&newer) => newer,
            () => break,
        };
    }
    Ok(Glimpse::NotFound)
}

/// Looks for a reply that was not there when the thread was read last: it may have been written since.
fn among_newest(
    run: &mut Run<'_>,
    link: &IssueLink,
    long: &Long,
    rows: &[Row],
    id: &CommentId,
) -> Result<Glimpse, Trouble> {
    let requests = run.spare(run.source()).min(MOST_PAGES);
    if requests == 0 {
        return Ok(Glimpse::NotFound);
    }
    let down_to = Some(long.newest - SHOWN_LATE);
    let Some(part) = run.thread_part(run.source(), &link.guance, down_to, requests)? else {
        return Ok(Glimpse::NotFound);
    };
    run.originals.saw_replies(part.comments.iter().map(|comment| &comment.id), run.world.clock.now());
    let is_whole = part.next.is_none();
    let meets = part.comments.iter().any(|one| rows.iter().any(|row| row.id == one.id));
    Ok(match part.comments.into_iter().find(|comment| comment.id == *id) {
        Some(found) => Glimpse::There(Box::new(found)),
        None if !part.odd && (is_whole || meets && long.reading.is_none()) => Glimpse::Gone,
        None => Glimpse::NotFound,
    })
}

/// Returns what is known of what a long thread holds, by key.
pub(in crate::engine) fn held(run: &Run<'_>, pair: &IssueId) -> Result<Option<Held>, Trouble> {
    let Some(long) = recall(run, pair)? else { return Ok(None) };
    let rows = recall_rows(run, pair)?;
    let keys: HashSet<Key> =
        rows.known.iter().chain(&rows.reading).map(|row| Key::comment(run.source(), &row.id)).collect();
    // While a reading is under way the newest ones may not be among them.
    let is_all = long.known && long.reading.is_none();
    Ok(Some(if is_all { Held::all(keys) } else { Held::some(keys) }))
}

/// Looks for a write without an answer among what is known of a long thread. It is absent only once the whole thread was
/// read by a reading that began after the write can have taken effect.
pub(in crate::engine) fn look_for(
    run: &Run<'_>,
    pair: &IssueId,
    wanted: &Wanted,
    sent: Option<DateTime<Utc>>,
) -> Result<Lookup, Trouble> {
    if !is_long(run, pair)? {
        return Ok(Lookup::Unsure);
    }
    let Some(long) = recall(run, pair)? else { return Ok(Lookup::Unsure) };
    let rows = recall_rows(run, pair)?;
    let key = wanted.key.origin();
    let mut found: Option<(&Row, (Maker, bool))> = None;
    for row in rows.known.iter().chain(&rows.reading) {
        let Some(claim) = row.claim.as_ref().filter(|claim| claim.proven && claim.key == key) else { continue };
        let says_it = wanted.content.is_none() || claim.written == wanted.content;
        if !says_it || run.world.state.is_copy_of_another(run.source(), &key, row.id.as_str())? {
            continue;
        }
        if found.is_none_or(|(_, doubt)| claim.doubt() < doubt) {
            found = Some((row, claim.doubt()));
        }
    }
    let settled = sent.map(|sent| sent + delta(run.world.settings.limits.in_doubt_wait));
    let is_whole = long.known && settled.is_some_and(|settled| long.began > settled);
    Ok(match found {
        // A surer one may be in the rest.
        Some((row, (maker, _))) if is_whole || maker == Maker::Us => {
            Lookup::Found(Receipt::of(row.id.as_str(), Some(row.created)))
        }
        None if is_whole => Lookup::Absent,
        _ => Lookup::Unsure,
    })
}
