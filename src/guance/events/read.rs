//! Reads pages of rows, whatever the service tells about them.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::convert::{name, stored};
use super::query::Query;
use super::source::Events;
use super::wire::{Row, Table};
use crate::guance::answer::{Cause, Fault};
use crate::guance::api::odd;
use crate::ports::{ApiErrorKind, Walk};
use crate::words::{CallFault, Hint, ListFault};

/// Listed asked for at once. The service's maximum is not documented; a refusal is answered with [`SMALL_PAGE`].
pub(super) const LARGE_PAGE: usize = 1000;

/// The largest page that `POST /api/v1/events/abnormal/list` documents.
pub(super) const SMALL_PAGE: usize = 100;

/// Fact: large pages are refused.
const REFUSED: &str = "guance.events.page";

/// Fact: pages are reached by `search_after` only.
const AFTER: &str = "guance.events.search_after";

/// Fact: how many days back one query may reach.
const REACH: &str = "guance.events.reach";

/// A fact about what the service refuses is tried again after this.
const REFUSAL_AGE: Duration = Duration::from_hours(30 * 24);

/// How many days back a round is looked for, and how many where that is refused. How long events are kept is a setting of the
/// workspace; how long a span may be is not documented.
const DAYS: [i64; 3] = [60, 14, 2];

/// Listed, and how far they were read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) rows: Vec<Row>,
    /// What the query beside it brought.
    pub(super) beside: Vec<Row>,
    /// True when nothing is left.
    pub(super) whole: bool,
    /// How many pages were read.
    pub(super) pages: usize,
}

impl Listed {
    /// Returns true where nothing comes before what was stored before it.
    pub(super) fn is_oldest_first(&self) -> bool {
        self.rows.iter().filter_map(stored).is_sorted()
    }
}

impl Events<'_> {
    /// Returns the service's time, or ours where that is later: an open window must not end before what was just stored.
    pub(super) fn present(&self) -> DateTime<Utc> {
        let now = self.api.now();
        self.api.server_clock().map_or(now, |server| server.max(now))
    }

    /// Asks queries in one request.
    pub(super) fn ask(&self, queries: &[&Query], walk: &mut Walk<'_>) -> Result<Vec<Table>, Fault> {
        let asked: Vec<Value> = queries.iter().map(|query| query.json()).collect();
        let mut tables = Vec::new();
        for data in self.api.query(&asked)? {
            let series = data.get("series").and_then(Value::as_array).into_iter().flatten();
            for values in series.filter_map(|one| one.get("values")?.as_array()) {
                walk.took(values)?;
            }
            tables.push(
                Table::read(&data)
                    .map_err(|why| odd("/api/v1/df/query_data_v1", CallFault::Odd { why: why.to_owned() }))?,
            );
        }
        Ok(tables)
    }

    /// Reads a list with large pages, or with small ones where those are refused or are more than is taken.
    pub(super) fn list(
        &self,
        query: &dyn Fn(usize) -> Query,
        beside: Option<&Query>,
        requests: usize,
    ) -> Result<Listed, Fault> {
        let read = |size: usize| self.pages(query(size), beside, requests, &|_| false);
        if self.facts.recall(REFUSED, REFUSAL_AGE).is_some() {
            return read(SMALL_PAGE);
        }
        match read(LARGE_PAGE) {
            Err(fault) if fault.cause == Cause::BadRequest => {
                let rows = read(SMALL_PAGE).map_err(|_| fault)?;
                self.facts.remember(REFUSED, &SMALL_PAGE.to_string());
                Ok(rows)
            }
            Err(fault) if fault.cause == Cause::TooMuch => read(SMALL_PAGE),
            done => done,
        }
    }

    /// Reads pages, each row once: to the end, to the page that is `enough`, at most so many, or as many as there are
    /// requests for. The query beside it is asked with the first page.
    ///
    /// Pages are reached by `offset`; where that is refused, or says nothing, by `search_after`. Both are documented, neither
    /// with its limits.
    pub(super) fn pages(
        &self,
        mut query: Query,
        beside: Option<&Query>,
        requests: usize,
        enough: &dyn Fn(&[Row]) -> bool,
    ) -> Result<Listed, Fault> {
        let mut walk = self.api.walk();
        let (mut got, mut seen) = (Listed::default(), HashSet::new());
        let mut next: Option<Value> = None;
        if self.facts.recall(AFTER, REFUSAL_AGE).is_some() {
            query.after = Some(json!([]));
        }
        loop {
            walk.next_page()?;
            let queries: Vec<&Query> =
                [Some(&query), beside.filter(|_| got.pages == 0)].into_iter().flatten().collect();
            let mut tables = match self.ask(&queries, &mut walk) {
                Err(fault) if got.pages > 0 && fault.error.kind == ApiErrorKind::OutOfBudget => return Ok(got),
                Err(fault) if got.pages > 0 && fault.cause == Cause::BadRequest && query.after.is_none() => {
                    self.go_on_after(&mut query, next.take().ok_or(fault)?);
                    continue;
                }
                done => done?.into_iter(),
            };
            let table = tables.next().unwrap_or_default();
            got.beside.extend(tables.flat_map(|table| table.rows));
            got.pages += 1;
            let (count, before) = (table.rows.len(), got.rows.len());
            let is_enough = enough(&table.rows);
            got.rows.extend(table.rows.into_iter().filter(|row| seen.insert(name(row))));
            if !may_be_full(count, query.limit) || is_enough {
                got.whole = true;
                return Ok(got);
            }
            if got.rows.len() == before {
                // The same page again: the number of rows to skip says nothing there.
                match table.after.or(next.take()).filter(|_| query.after.is_none()) {
                    Some(after) => self.go_on_after(&mut query, after),
                    None => return Err(walk.endless(ListFault::NothingNew).into()),
                }
            } else if got.pages >= requests {
                return Ok(got);
            } else if query.after.is_some() {
                let Some(after) = table.after else {
                    return Err(walk.endless(ListFault::NoNextPage).into());
                };
                query.after = Some(after);
            } else {
                query.offset += count;
                next = table.after;
            }
        }
    }

    fn go_on_after(&self, query: &mut Query, after: Value) {
        self.facts.remember(AFTER, "yes");
        (query.after, query.offset) = (Some(after), 0);
    }

    /// Reads by id, as far back as the service lets us.
    pub(super) fn in_reach<T>(&self, read: impl Fn(DateTime<Utc>) -> Result<T, Fault>) -> Result<T, Fault> {
        let known = self.reach();
        let mut first = None;
        for days in DAYS.into_iter().filter(|days| *days <= known.num_days()) {
            match read(self.present() - TimeDelta::days(days)) {
                Err(fault) if fault.cause == Cause::BadRequest => first = first.or(Some(fault)),
                done => {
                    if days < known.num_days() && done.is_ok() {
                        self.facts.remember(REACH, &days.to_string());
                    }
                    return done;
                }
            }
        }
        Err(first.unwrap_or_else(|| {
            let mut fault = odd("/api/v1/df/query_data_v1", CallFault::Odd { why: "no span is granted".to_owned() });
            fault.error.hint = Some(Hint::ReadLess.into());
            fault
        }))
    }

    /// Returns how far back one query may reach.
    pub(super) fn reach(&self) -> TimeDelta {
        let days = self.facts.recall(REACH, REFUSAL_AGE).and_then(|days| days.parse().ok());
        TimeDelta::days(days.filter(|days| DAYS.contains(days)).unwrap_or(DAYS[0]))
    }
}

/// Returns true where a page of so many rows may not be the last one. A service may silently give fewer rows than were asked
/// for, but where it draws the line is a round number. Ten is none of them: that is what an alarm brings in ten minutes.
pub(super) fn may_be_full(count: usize, asked: usize) -> bool {
    let is_round = count >= 100 && count.is_multiple_of(50) || count >= 64 && count.is_power_of_two();
    count > 0 && (count >= asked || matches!(count, 20 | 50) || is_round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_may_be_cut_is_not_the_last_one() {
        for (count, asked, full) in [
            (0, 100, false),
            (10, 100, false),
            (20, 100, true),
            (50, 100, true),
            (64, 1000, true),
            (99, 100, false),
            (100, 1000, true),
            (110, 1000, false),
            (250, 1000, true),
            (501, 1000, false),
            (512, 1000, true),
            (1000, 1000, true),
            (3, 3, true),
            (1001, 1000, true),
        ] {
            assert_eq!(may_be_full(count, asked), full, "{count} of {asked}");
        }
    }
}
