//! Reads a paged list to its end, whatever the service tells about its pages.

use std::collections::HashSet;

use serde_json::Value;

use super::wire::{Page, moment};
use crate::ports::{ApiError, Span, Walk};

/// Rows asked for at once. The service's maximum is not documented; a refusal is answered with [`SMALL_PAGE`].
pub(super) const LARGE_PAGE: usize = 100;

/// The page size of the published examples.
pub(super) const SMALL_PAGE: usize = 20;

/// A page with fewer rows than this is the last one even where the service does not tell its page size: a service may
/// silently give fewer rows than asked for, but none gives fewer than this. Default of `issue/reply/{uuid}/list`: 10.
const LEAST_PAGE: usize = 10;

/// Into how many parts a span is divided whose list did not fit, where nothing tells how long it is.
const PARTS: u32 = 4;

/// The rows of a list, and, where it was not read to its end, into how many parts it is to be divided.
pub(super) type Part = (Vec<Value>, Option<u32>);

/// Collects a list page by page.
///
/// `fetch` gets the 1-based page number. The service documents no order, so rows may move between pages while we read:
/// each row counts once, and where the service tells a total that was not reached, the list is read once more.
///
/// # Errors
/// The first error of `fetch`, or of the walk: where the list does not end, or holds too much.
pub(super) fn collect<E: From<ApiError>>(
    walk: Walk<'_>,
    asked: usize,
    mut fetch: impl FnMut(usize) -> Result<Page, E>,
) -> Result<Vec<Value>, E> {
    collect_within(walk, asked, usize::MAX, |index| fetch(index).map(Some)).map(|(rows, _)| rows)
}

/// The same, with at most so many pages; `fetch` gives none where there is no request left for it. Where the first page
/// tells that the list is longer, no more of it is read: a shorter one is asked for instead.
pub(super) fn collect_within<E: From<ApiError>>(
    mut walk: Walk<'_>,
    asked: usize,
    most: usize,
    mut fetch: impl FnMut(usize) -> Result<Option<Page>, E>,
) -> Result<Part, E> {
    let mut rows = Rows::default();
    let mut again = true;
    let mut index = 1;
    for taken in 1.. {
        walk.next_page()?;
        let Some(page) = fetch(index)? else { break };
        walk.took(&page.rows)?;
        let (total, size) = (page.total, page.rows.len());
        let told = rows.add(page);
        if !told.is_last(&rows, asked) {
            index += 1;
        } else if again && index > 1 && total.is_some_and(|total| rows.kept.len() < total) {
            again = false;
            index = 1;
        } else {
            return Ok((rows.kept, None));
        }
        let pages = total.map_or(0, |total| total.div_ceil(size.max(1)));
        if taken >= most || taken == 1 && pages > most {
            // One more, since rows are not spread evenly.
            let parts = if pages > most { pages.div_ceil(most.max(1)) + 1 } else { 0 };
            return Ok((rows.kept, Some(u32::try_from(parts).ok().filter(|parts| *parts > 0).unwrap_or(PARTS))));
        }
    }
    Ok((rows.kept, Some(PARTS)))
}

/// The rows of some pages, newest first, the page to go on with, and how many pages there are; 0 where nothing tells.
pub(super) type Pages = (Vec<Value>, Option<usize>, usize);

/// Collects a list of newest rows first, with at most so many pages, to its end or until a page holds nothing that is not
/// older than `down_to`. Where the first page tells that the whole list has more, no other is read. `fetch` gives none where there is no request left.
pub(super) fn collect_newest<E: From<ApiError>>(
    mut walk: Walk<'_>,
    asked: usize,
    most: usize,
    down_to: Option<i64>,
    mut fetch: impl FnMut(usize) -> Result<Option<Page>, E>,
) -> Result<Pages, E> {
    let mut rows = Rows::default();
    let (mut largest, mut pages) = (0, 0);
    for index in 1.. {
        walk.next_page()?;
        let Some(page) = fetch(index)? else { return Ok((rows.kept, Some(index), pages)) };
        walk.took(&page.rows)?;
        let (total, newest) = (page.total, times(&page.rows).max());
        largest = largest.max(page.rows.len());
        let told = rows.add(page);
        if told.is_last(&rows, asked) || newest.zip(down_to).is_some_and(|(newest, down_to)| newest < down_to) {
            let pages = total.map_or(index, |total| total.div_ceil(largest.max(1)));
            return Ok((rows.kept, None, pages.max(index)));
        }
        pages = total.map_or(0, |total| total.div_ceil(largest.max(1)));
        if index >= most || down_to.is_none() && pages > most {
            return Ok((rows.kept, Some(index + 1), pages));
        }
    }
    Ok((rows.kept, None, pages))
}

/// When rows were written, in seconds.
pub(super) fn times(rows: &[Value]) -> impl Iterator<Item = i64> {
    rows.iter().filter_map(|row| row.get("createAt").and_then(moment).map(|at| at.timestamp()))
}

#[derive(Default)]
struct Rows {
    kept: Vec<Value>,
    seen: HashSet<String>,
}

/// What one page told.
struct Told {
    rows: usize,
    fresh: usize,
    size: Option<usize>,
    total: Option<usize>,
}

impl Rows {
    fn add(&mut self, page: Page) -> Told {
        let before = self.kept.len();
        let told = Told { rows: page.rows.len(), fresh: 0, size: page.size, total: page.total };
        for row in page.rows {
            // A row without an id cannot be read; it is kept once for the report.
            let name = row.get("uuid").and_then(Value::as_str).map_or_else(|| row.to_string(), str::to_owned);
            if self.seen.insert(name) {
                self.kept.push(row);
            }
        }
        Told { fresh: self.kept.len() - before, ..told }
    }
}

impl Told {
    fn is_last(&self, rows: &Rows, asked: usize) -> bool {
        if self.rows == 0 || self.fresh == 0 {
            return true;
        }
        match self.total {
            Some(total) if rows.kept.len() < total => false,
            Some(total) if rows.kept.len() == total => true,
            // A total below what was read is no total.
            _ => self.rows < self.size.unwrap_or_else(|| asked.min(LEAST_PAGE)),
        }
    }
}

/// An issue from before the window is there because it changed within: so the window is about updates.
pub(super) fn is_about_updates(span: &Span, rows: &[Value]) -> bool {
    let from = span.from.timestamp();
    rows.iter().any(|row| row.get("createAt").and_then(moment).is_some_and(|t| t.timestamp() < from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

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

    type Served = (Vec<u32>, Option<usize>, Option<usize>);

    /// Returns how many distinct rows came, and with how many requests.
    fn read(mut serve: impl FnMut(usize) -> Served) -> Result<(usize, usize), ApiError> {
        let mut requests = 0;
        let fetch = |index| {
            requests += 1;
            let (ids, size, total) = serve(index);
            let rows = ids.iter().map(|id| json!({"uuid": format!("u{id}")})).collect();
            Ok::<_, ApiError>(Page { rows, size, total })
        };
        let rows = collect(Walk::new(Side::GUANCE, "list", &Never), LARGE_PAGE, fetch)?;
        Ok((rows.len(), requests))
    }

    fn slice(count: u32, size: usize, index: usize) -> Vec<u32> {
        (0..count).skip((index - 1) * size).take(size).collect()
    }

    #[test]
    fn a_list_is_read_to_its_end_whatever_it_tells() {
        for (count, size, with_size, with_total, requests) in [
            (0, 100, true, true, 1),
            (0, 100, false, false, 1),
            (3, 100, false, false, 1),
            (3, 100, true, true, 1),
            (100, 100, true, true, 1),
            (100, 100, true, false, 2),
            (250, 100, true, true, 3),
            (250, 100, true, false, 3),
            (250, 20, true, false, 13),
            (250, 20, false, true, 13),
            (45, 20, false, false, 3),
            (250, 20, false, false, 14),
        ] {
            let got = read(|index| {
                let rows = slice(count, size, index);
                (rows, with_size.then_some(size), with_total.then_some(count as usize))
            });
            let (rows, used) = got.unwrap();
            assert_eq!(rows, count as usize, "{count} {size} {with_size} {with_total}");
            assert!(used <= requests.max(1), "{count} {size} {with_size} {with_total}: {used} requests");
        }
    }

    #[test]
    fn a_service_that_ignores_the_page_number_ends() {
        assert_eq!(read(|_| (slice(100, 100, 1), None, None)).unwrap(), (100, 2));
    }

    #[test]
    fn a_total_below_what_came_is_not_believed() {
        assert_eq!(read(|index| (slice(130, 100, index), Some(100), Some(0))).unwrap(), (130, 2));
    }

    #[test]
    fn a_row_that_moved_to_a_page_already_read_is_found_on_a_second_reading() {
        let mut calls = 0;
        let got = read(|index| {
            calls += 1;
            // Row 149 moves to the front after the first page was read.
            let order: Vec<u32> =
                if calls == 1 { (0..150).collect() } else { std::iter::once(149).chain(0..149).collect() };
            (order.into_iter().skip((index - 1) * 100).take(100).collect(), Some(100), Some(150))
        });
        assert_eq!(got.unwrap().0, 150);
    }

    #[test]
    fn a_list_without_end_is_an_error() {
        let mut next = 0;
        let got = read(|_| {
            next += 10;
            ((next - 10..next).collect(), None, None)
        });
        let error = got.unwrap_err();
        assert!(error.message.contains("did not end after 10000 pages"), "{error}");
    }
}
