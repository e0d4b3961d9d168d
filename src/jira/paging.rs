//! Walking through pages of rows that may change underneath. Pure: fetching a page is the caller's business.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::api::Failed;
use super::convert::time;
use super::wire;
use crate::ports::Walk;
use crate::words::ListFault;

/// Rows asked for in one page; servers may give fewer.
pub(super) const PAGE: u64 = 100;

/// Rows asked for where a page was more than is taken.
pub(super) const SMALL_PAGE: u64 = 10;

/// Rows read twice at a seam of offset pages, to see that nothing slipped through it.
const SEAM: u64 = 5;

/// How often a walk by offset goes back because of rows that moved.
const MAX_STEPS_BACK: u32 = 50;

/// What is made of the rows of a walk, each issue once, the latest reading of each. A page is dealt with before the next is
/// asked for: a row as it came takes several times the memory of what is made of it.
struct Rows<T, F> {
    kept: Vec<T>,
    index: HashMap<String, usize>,
    make: F,
}

impl<T, F: Fn(Value) -> Result<T, Failed>> Rows<T, F> {
    fn new(make: F) -> Self {
        Self { kept: Vec::new(), index: HashMap::new(), make }
    }

    /// Adds a page; returns how many of its rows were new, and whether its first row was known.
    fn add(&mut self, page: Vec<Value>) -> Result<(usize, bool), Failed> {
        let mut new = 0;
        let mut first_known = false;
        for (position, row) in page.into_iter().enumerate() {
            // A row without an id cannot be told from another: all are kept, and reported as unreadable.
            let id = row.get("id").and_then(wire::id_text);
            let known = id.as_ref().and_then(|id| self.index.get(id)).copied();
            let row = (self.make)(row)?;
            if let Some(slot) = known.and_then(|at| self.kept.get_mut(at)) {
                *slot = row;
                first_known |= position == 0;
                continue;
            }
            if let Some(id) = id {
                self.index.insert(id, self.kept.len());
                new += 1;
            }
            self.kept.push(row);
        }
        Ok((new, first_known))
    }
}

/// Follows page tokens (Cloud); nothing else says whether there is more. `make` says what a row becomes.
pub(super) fn by_token<T>(
    mut walk: Walk<'_>,
    fetch: impl Fn(Option<&str>) -> Result<wire::SearchPage, Failed>,
    make: impl Fn(Value) -> Result<T, Failed>,
) -> Result<Vec<T>, Failed> {
    let mut rows = Rows::new(make);
    let mut token: Option<String> = None;
    loop {
        let page = next(&mut walk, || fetch(token.as_deref()))?;
        rows.add(page.issues)?;
        match page.next.filter(|next| !next.is_empty()) {
            None => return Ok(rows.kept),
            next if next == token => return Err(walk.endless(ListFault::TokenTwice).into()),
            next => token = next,
        }
    }
}

/// Fetches one page, if the walk may go on, and counts it.
fn next(
    walk: &mut Walk<'_>,
    fetch: impl FnOnce() -> Result<wire::SearchPage, Failed>,
) -> Result<wire::SearchPage, Failed> {
    walk.next_page()?;
    let page = fetch()?;
    walk.took(&page.issues)?;
    Ok(page)
}

/// Reads on from the last update time seen (Server), so that an issue that moves to the end meanwhile shifts nothing.
/// Where more rows share one instant, or one unit of the server's accuracy, than a page holds, and where they come in
/// no order, offsets go on.
pub(super) fn by_time<T>(
    mut walk: Walk<'_>,
    from: DateTime<Utc>,
    fetch: impl Fn(DateTime<Utc>, u64) -> Result<wire::SearchPage, Failed>,
    make: impl Fn(Value) -> Result<T, Failed>,
) -> Result<Vec<T>, Failed> {
    let mut rows = Rows::new(make);
    let mut since = from;
    loop {
        let page = next(&mut walk, || fetch(since, 0))?;
        let received = count(&page);
        let times: Vec<_> = page.issues.iter().filter_map(|row| time(row.get("fields")?.get("updated")?)).collect();
        let last = times.last().copied().filter(|_| times.is_sorted());
        let (new, _) = rows.add(page.issues)?;
        if received == 0 || page.total.is_some_and(|total| total <= received) {
            return Ok(rows.kept);
        }
        match last {
            Some(last) if last > since && new > 0 => since = last,
            _ => break,
        }
    }
    offsets(walk, rows, |start| fetch(since, start))
}

/// Pages by offset (Server).
pub(super) fn by_offset<T>(
    walk: Walk<'_>,
    fetch: impl Fn(u64) -> Result<wire::SearchPage, Failed>,
    make: impl Fn(Value) -> Result<T, Failed>,
) -> Result<Vec<T>, Failed> {
    offsets(walk, Rows::new(make), fetch)
}

/// Each page begins with a few rows of the one before; when they are not there, the rows have shifted and the walk
/// steps back.
fn offsets<T, F: Fn(Value) -> Result<T, Failed>>(
    mut walk: Walk<'_>,
    mut rows: Rows<T, F>,
    fetch: impl Fn(u64) -> Result<wire::SearchPage, Failed>,
) -> Result<Vec<T>, Failed> {
    let mut start = 0;
    let mut steps_back = 0;
    loop {
        let page = next(&mut walk, || fetch(start))?;
        let received = count(&page);
        let (_, held) = rows.add(page.issues)?;
        if start > 0 && !held && steps_back < MAX_STEPS_BACK && (received > 0 || page.total.is_some_and(|t| t > 0)) {
            steps_back += 1;
            start = start.saturating_sub(PAGE);
            continue;
        }
        let end = start + received;
        if received == 0 || page.total.is_some_and(|total| total <= end) {
            return Ok(rows.kept);
        }
        start = end - SEAM.min(received - 1);
    }
}

fn count(page: &wire::SearchPage) -> u64 {
    u64::try_from(page.issues.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use std::cell::RefCell;

    use serde_json::json;

    use super::*;
    use crate::domain::Side;
    use crate::ports::Stop;

    struct Never;

    impl Stop for Never {
        fn requested(&self) -> bool {
            false
        }
    }

    fn walk() -> Walk<'static> {
        Walk::new(Side::JIRA, "search", &Never)
    }

    /// Issues with their update times in seconds; after each page, some change and so move to the end.
    struct Moving {
        issues: RefCell<Vec<(u64, i64)>>,
        clock: RefCell<i64>,
        moves: Vec<u64>,
        size: usize,
        truncate: i64,
    }

    impl Moving {
        fn new(count: u64, size: usize, moves: &[u64]) -> Self {
            let issues = (0..count).map(|id| (id, i64::try_from(id).unwrap())).collect();
            let clock = RefCell::new(i64::try_from(count).unwrap());
            Self { issues: RefCell::new(issues), clock, moves: moves.to_vec(), size, truncate: 1 }
        }

        fn page(&self, since: DateTime<Utc>, start: u64) -> wire::SearchPage {
            let floor = since.timestamp() / self.truncate * self.truncate;
            let mut issues = self.issues.borrow_mut();
            issues.sort_by_key(|(id, updated)| (*updated, *id));
            let found: Vec<(u64, i64)> = issues.iter().copied().filter(|(_, updated)| *updated >= floor).collect();
            let row = |(id, updated): &(u64, i64)| {
                let updated = DateTime::from_timestamp(*updated, 0).unwrap().to_rfc3339();
                json!({"id": id.to_string(), "fields": {"updated": updated}})
            };
            let start = usize::try_from(start).unwrap();
            let rows = found.iter().skip(start).take(self.size).map(row).collect();
            for id in &self.moves {
                let mut clock = self.clock.borrow_mut();
                *clock += 1;
                if let Some(slot) = issues.iter_mut().find(|(other, _)| other == id) {
                    slot.1 = *clock;
                }
            }
            wire::SearchPage { issues: rows, total: Some(found.len() as u64), ..Default::default() }
        }
    }

    fn ids(rows: &[Value]) -> Vec<u64> {
        let mut ids: Vec<u64> = rows.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_row_that_moves_to_the_end_hides_no_other() {
        for moves in [&[][..], &[0], &[3], &[0, 5, 11], &[1, 2, 3, 4, 6, 7, 8, 9]] {
            for size in [7, 10, 100] {
                let all: Vec<u64> = (0..40).collect();
                let moving = Moving::new(40, size, moves);
                assert_eq!(
                    ids(&by_time(walk(), DateTime::UNIX_EPOCH, |t, s| Ok(moving.page(t, s)), Ok).unwrap()),
                    all,
                    "{moves:?} {size}"
                );
                let moving = Moving::new(40, size, moves);
                let rows = by_offset(walk(), |start| Ok(moving.page(DateTime::UNIX_EPOCH, start)), Ok).unwrap();
                assert_eq!(ids(&rows), all, "{moves:?} {size}");
            }
        }
    }

    #[test]
    fn coarse_times_do_not_stop_the_walk() {
        for truncate in [10, 60] {
            let moving = Moving { truncate, ..Moving::new(200, 7, &[0]) };
            assert_eq!(
                ids(&by_time(walk(), DateTime::UNIX_EPOCH, |t, s| Ok(moving.page(t, s)), Ok).unwrap()).len(),
                200
            );
        }
    }

    #[test]
    fn a_row_without_an_id_is_kept() {
        let page = || wire::SearchPage { issues: vec![json!({}), json!({"id": 1})], ..Default::default() };
        assert_eq!(by_token(walk(), |_| Ok(page()), Ok).unwrap().len(), 2);
    }
}
