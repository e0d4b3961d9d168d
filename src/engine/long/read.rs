//! Reading a thread, or what one run can afford of it.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::kept::{Came, Long, Read, Reading, Rows, SHOWN_LATE, add, keep, recall, recall_rows};
use crate::domain::{Comment, CommentId, IssueLink};
use crate::engine::run::{Run, Trouble, delta};
use crate::ports::{ApiErrorKind, ThreadPart};

/// For each of its pages a long thread is read whole this much less often: for edits, deletions and repeats.
const WHOLE_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A reading that goes on reads one page again, and one more: fewer would never bring it to its end. They may be some of
/// those that are kept for the next poll, which uses one.
const ENOUGH: usize = 2;

/// Reads a Guance thread, or what this run can afford of it; `None` when its issue cannot be read by id.
pub(in crate::engine) fn read(run: &mut Run<'_>, link: &IssueLink) -> Result<Option<Read>, Trouble> {
    let now = run.world.clock.now();
    if run.order.backfill.is_some() {
        let thread = run.read_thread(run.source(), &link.guance)?;
        return Ok(thread.map(|comments| Read { comments, came: Came::All, kept: None }));
    }
    let most = affordable(run);
    let Some(mut long) = recall(run, &link.guance)? else { return first(run, link, most) };
    let mut rows = recall_rows(run, &link.guance)?;
    let is_trusted = link.seen(run.source()).is_some();
    if long.reading.is_none() && (!is_trusted || is_due(run, link, &long)?) {
        if long.pages <= most {
            return first(run, link, most);
        }
        long.begin(now);
        rows.reading.clear();
    }
    let spare = run.spare(run.source());
    let mut newer = Vec::new();
    // Where hardly a request is left, the newest pages and the rest take turns.
    let takes_turns = long.reading.is_some() && most <= ENOUGH && run.number % 2 == 0;
    if long.known && !takes_turns {
        let Some(part) = run.thread_part(run.source(), &link.guance, Some(long.newest - SHOWN_LATE), most)? else {
            return Ok(None);
        };
        let meets = part.comments.iter().any(|comment| rows.known.iter().any(|row| row.id == comment.id));
        match part.next.filter(|_| !meets) {
            None => {
                long.newest = part.newest.unwrap_or(long.newest).max(long.newest);
                newer = part.comments;
                add(&mut rows.known, &newer);
            }
            // More came than this run can read. The reading under way will come to it,
            Some(_) if long.reading.is_some() => {
                long.known = false;
                rows.known.clear();
            }
            // or it is read in the order in which it was written.
            Some(next) => {
                rows.reading = std::mem::take(&mut rows.known);
                let (reached, began) = (long.newest, long.began);
                long.known = false;
                long.reading = Some(Reading { page: next, seeks: None, reached, began, odd: false, unsettled: false });
                return Ok(Some(Read { comments: Vec::new(), came: Came::Part, kept: Some((long, rows)) }));
            }
        }
    }
    let left = most.saturating_sub(spare.saturating_sub(run.spare(run.source())));
    let left = if long.reading.is_some() { left.max(ENOUGH) } else { left };
    let Some((older, has_ended)) = onwards(run, link, &mut long, &mut rows, left)? else { return Ok(None) };
    let came = match long.reading.as_ref().is_some_and(|reading| reading.odd) {
        _ if !has_ended && long.known && is_trusted && !takes_turns => Came::Known,
        _ if !has_ended => Came::Part,
        // What could not be read may be anything, also what seems not to be there.
        true => Came::Known,
        false => Came::Completed,
    };
    if has_ended {
        rows.known = std::mem::take(&mut rows.reading);
        add(&mut rows.known, &newer);
    }
    Ok(Some(Read { comments: joined(older, newer), came, kept: Some((long, rows)) }))
}

/// Reads a thread that is not known to be long. One that is longer than what the minute has left is noted as long, to be
/// read in parts when its turn comes.
pub(in crate::engine) fn whole(run: &Run<'_>, link: &IssueLink) -> Result<Entire, Trouble> {
    let requests = run.spare(run.source()).max(1);
    let Some(part) = run.thread_part(run.source(), &link.guance, None, requests)? else { return Ok(Entire::NoIssue) };
    let Some(next) = part.next else { return Ok(Entire::Thread(part.comments)) };
    let now = run.world.clock.now();
    let pages = part.pages.max(next - 1).max(1);
    let long = unknown(pages, part.newest.unwrap_or(DateTime::UNIX_EPOCH), now);
    let read = Read { comments: Vec::new(), came: Came::Part, kept: Some((long, Rows::default())) };
    keep(run, &link.guance, read, true)?;
    Ok(Entire::TooLong)
}

/// What came of reading a thread at one go.
pub(in crate::engine) enum Entire {
    /// All of it, oldest first.
    Thread(Vec<Comment>),
    /// Its issue cannot be read by id.
    NoIssue,
    /// It is longer than what the minute has left.
    TooLong,
}

/// A thread of which nothing is known but its length.
fn unknown(pages: usize, newest: DateTime<Utc>, now: DateTime<Utc>) -> Long {
    let mut long = Long { pages, known: false, newest, began: now, reading: None, read: now };
    long.begin(now);
    long
}

/// How many requests one thread may take of what the minute has left.
fn affordable(run: &Run<'_>) -> usize {
    (run.spare(run.source()) / 3 * 2).max(1)
}

/// Tells whether a thread is to be read whole again: now and then, when something in it was missed, and when it is asked
/// what became of a write.
fn is_due(run: &Run<'_>, link: &IssueLink, long: &Long) -> Result<bool, Trouble> {
    let (state, now) = (run.world.state, run.world.clock.now());
    let age = now.signed_duration_since(long.read);
    let every = WHOLE_EVERY * i32::try_from(long.pages).unwrap_or(i32::MAX);
    if age < TimeDelta::zero() || age >= every || state.was_missed(&link.guance, run.source(), run.number)? {
        return Ok(true);
    }
    let doubtful = state.in_flight(run.source())?;
    let settled = long.began - delta(run.world.settings.limits.in_doubt_wait);
    Ok(doubtful.iter().any(|queued| queued.push.pair == link.guance && queued.sent_at.is_some_and(|at| at >= settled)))
}

impl Long {
    /// Begins to read it from its oldest page on. Replies that come meanwhile make one more page.
    fn begin(&mut self, now: DateTime<Utc>) {
        let low = self.pages.max(1);
        self.reading = Some(Reading {
            page: low + 1,
            seeks: Some((low, None)),
            reached: DateTime::UNIX_EPOCH,
            began: now,
            odd: false,
            unsettled: false,
        });
    }
}

/// Reads a thread of which nothing is known, or that is to be read whole: whole, if this run can afford it.
fn first(run: &mut Run<'_>, link: &IssueLink, most: usize) -> Result<Option<Read>, Trouble> {
    let now = run.world.clock.now();
    let spare = run.spare(run.source());
    let Some(part) = run.thread_part(run.source(), &link.guance, None, most)? else { return Ok(None) };
    let ThreadPart { comments, next, pages, newest, odd } = part;
    let newest = newest.unwrap_or(DateTime::UNIX_EPOCH);
    let known = next.is_none();
    let mut long = Long { pages, known, newest, began: now, reading: None, read: now };
    let mut rows = Rows::default();
    if known {
        add(&mut rows.known, &comments);
        // What could not be read may be anything, also what seems not to be there.
        let came = if odd { Came::Known } else { Came::All };
        return Ok(Some(Read { comments, came, kept: Some((long, rows)) }));
    }
    // Where the service does not tell how long it is, at least what came was there.
    long = unknown(pages.max(next.unwrap_or(2) - 1).max(1), newest, now);
    let left = most.saturating_sub(spare.saturating_sub(run.spare(run.source())));
    let Some((comments, has_ended)) = onwards(run, link, &mut long, &mut rows, left)? else { return Ok(None) };
    let came = if has_ended { Came::Known } else { Came::Part };
    if has_ended {
        rows.known = std::mem::take(&mut rows.reading);
    }
    Ok(Some(Read { comments, came, kept: Some((long, rows)) }))
}

/// Goes on with a reading from the oldest replies on: pages are numbered from the newest, so that replies that come or go
/// meanwhile move the others. What was read before must meet what is read now.
fn onwards(
    run: &mut Run<'_>,
    link: &IssueLink,
    long: &mut Long,
    rows: &mut Rows,
    requests: usize,
) -> Result<Option<(Vec<Comment>, bool)>, Trouble> {
    let mut comments = Vec::new();
    let Some(mut reading) = long.reading.take() else { return Ok(Some((comments, false))) };
    let mut has_met = rows.reading.is_empty() && reading.reached == DateTime::UNIX_EPOCH;
    let mut total = None;
    let mut has_ended = false;
    if let Some((low, Some(high))) = reading.seeks {
        // It held nothing when an earlier run asked.
        (reading.seeks, reading.page) = (Some((low, None)), high);
    }
    if requests > 0 && reading.seeks.is_none() {
        // Nothing was read of it yet: what came since may have made older pages.
        reading.seeks = has_met.then_some((reading.page, None));
        reading.page += 1;
    }
    for _ in 0..requests {
        if has_ended || run.must_stop() {
            break;
        }
        let one = match run.thread_page(run.source(), &link.guance, reading.page) {
            Ok(Some(one)) => one,
            Ok(None) => return Ok(None),
            Err(err) if err.kind == ApiErrorKind::OutOfBudget => break,
            Err(err) => return Err(err.into()),
        };
        if reading.seek(one.newest.is_some()) {
            total = one.total.or(total);
            continue;
        }
        if rows.reading.is_empty() {
            long.pages = reading.page;
        }
        // Replies that came since the last page move those between the two pages onto the one before.
        has_met &= total.zip(one.total).is_none_or(|(before, now)| now <= before);
        total = one.total.or(total);
        let is_known = |comment: &Comment| rows.reading.iter().any(|row| row.id == comment.id);
        let meets = one.oldest.is_none_or(|oldest| oldest < reading.reached) || one.comments.iter().any(is_known);
        if !has_met && !meets {
            reading.page += 1;
            continue;
        }
        has_met = true;
        reading.odd |= one.odd;
        reading.reached = one.newest.unwrap_or(reading.reached).max(reading.reached);
        add(&mut rows.reading, &one.comments);
        comments = joined(comments, one.comments);
        reading.page -= 1;
        has_ended = reading.page == 0;
    }
    if has_ended {
        long.newest = long.newest.max(reading.reached);
        (long.known, long.read, long.began) = (true, run.world.clock.now(), reading.began);
    }
    // `keep` takes away what has ended: until then it tells what was left open.
    long.reading = Some(reading);
    Ok(Some((comments, has_ended)))
}

impl Reading {
    /// Looks for the oldest page: returns true while another page is to be asked for.
    fn seek(&mut self, holds_some: bool) -> bool {
        let Some((low, high)) = self.seeks else { return false };
        let (low, high) = if holds_some { (low.max(self.page), high) } else { (low, Some(self.page)) };
        let next = match high {
            None => Some(low * 2),
            Some(high) if high > low + 1 => Some(low + (high - low) / 2),
            Some(_) => None,
        };
        self.seeks = next.map(|_| (low, high));
        let is_there = next.is_none() && self.page == low;
        self.page = next.unwrap_or(low).max(1);
        !is_there
    }
}

/// Two parts of one thread, each comment once, oldest first.
fn joined(older: Vec<Comment>, newer: Vec<Comment>) -> Vec<Comment> {
    let known: HashSet<CommentId> = newer.iter().map(|comment| comment.id.clone()).collect();
    let mut all: Vec<Comment> = older.into_iter().filter(|comment| !known.contains(&comment.id)).collect();
    all.extend(newer);
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_oldest_page_is_found_whatever_the_service_tells_of_their_number() {
        for (told, pages) in [(1, 1), (1, 2), (1, 23), (2, 100), (23, 23), (23, 24), (23, 40), (23, 20), (5, 1)] {
            let mut long = Long {
                pages: told,
                known: false,
                newest: DateTime::UNIX_EPOCH,
                began: DateTime::UNIX_EPOCH,
                reading: None,
                read: DateTime::UNIX_EPOCH,
            };
            long.begin(DateTime::UNIX_EPOCH);
            let mut reading = long.reading.unwrap();
            let mut requests = 1;
            while reading.seek(reading.page <= pages) {
                requests += 1;
                assert!(requests < 20, "{told} {pages}");
            }
            // Pages beyond the oldest hold nothing, and are passed by one by one.
            assert_eq!(reading.page, pages.max(told.min(reading.page)), "{told} {pages}");
            assert!(told != pages || requests <= 2, "{told}: {requests} requests");
        }
    }
}
