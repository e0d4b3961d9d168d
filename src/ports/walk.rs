//! A walk through the pages of a list: how much of it is taken, and for how long it may go on.

use serde_json::Value;

use super::error::{ApiError, ApiErrorKind};
use super::run::Stop;
use crate::domain::Side;
use crate::words::{Hint, ListFault};

/// Most rows of one answer. A hundred are asked for; a service that knows no pages gives all it has.
const MAX_PAGE_ROWS: usize = 10_000;

/// Most rows of a walk: beyond it no machine that runs this from a scheduler could hold them.
const MAX_ROWS: usize = 100_000;

/// Most values (objects, lists, texts, numbers) in the rows of a walk: a row of Jira has some hundred.
const MAX_VALUES: usize = 10_000_000;

/// A longer list is a fault of the service's paging.
const MAX_PAGES: usize = 10_000;

/// Counts what a walk has brought, and asks between two pages whether it may go on.
pub struct Walk<'a> {
    side: Side,
    what: &'a str,
    stop: &'a dyn Stop,
    pages: usize,
    rows: usize,
    values: usize,
}

impl std::fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { side, what, pages, rows, values, stop: _ } = self;
        write!(f, "Walk({side} {what}: {pages} pages, {rows} rows, {values} values)")
    }
}

impl<'a> Walk<'a> {
    /// Begins a walk through a list, which messages call `what`.
    pub fn new(side: Side, what: &'a str, stop: &'a dyn Stop) -> Self {
        Self { side, what, stop, pages: 0, rows: 0, values: 0 }
    }

    /// Says whether the next page may be asked for. The first one always may: whether a run has time at all is asked
    /// before it begins to read something.
    ///
    /// # Errors
    /// `Stopped` when the run was asked to stop; `Unavailable` when its time is over, or the list does not end.
    pub fn next_page(&mut self) -> Result<(), ApiError> {
        let pages = self.pages;
        self.pages += 1;
        if pages == 0 {
            return Ok(());
        }
        if self.stop.requested() {
            let message = format!("{}: {}", self.what, ListFault::AskedToStop { pages: pages.to_string() });
            return Err(ApiError::new(self.side, ApiErrorKind::Stopped, message));
        }
        if self.stop.out_of_time() {
            let why = ListFault::TimeWasOver { pages: pages.to_string(), rows: self.rows.to_string() };
            return Err(self.failed(why, Hint::RaiseMaxRuntime));
        }
        if pages >= MAX_PAGES {
            return Err(self.endless(ListFault::NoEnd { pages: pages.to_string() }));
        }
        Ok(())
    }

    /// Counts the rows of a page.
    ///
    /// # Errors
    /// `Unavailable` when there are too many of them in one answer, or now in all.
    pub fn took(&mut self, rows: &[Value]) -> Result<(), ApiError> {
        if rows.len() > MAX_PAGE_ROWS {
            let (rows, most) = (rows.len().to_string(), MAX_PAGE_ROWS.to_string());
            return Err(self.endless(ListFault::ManyRowsAtOnce { rows, most }));
        }
        self.rows += rows.len();
        if self.rows > MAX_ROWS {
            return Err(self.failed(ListFault::ManyRows { most: MAX_ROWS.to_string() }, Hint::ReadLess));
        }
        for row in rows {
            self.values += size(row, MAX_VALUES.saturating_sub(self.values));
        }
        if self.values >= MAX_VALUES {
            let (rows, most) = (self.rows.to_string(), MAX_VALUES.to_string());
            return Err(self.failed(ListFault::ManyValues { rows, most }, Hint::ReadLess));
        }
        Ok(())
    }

    /// Returns what to say of a list whose pages make no sense.
    pub fn endless(&self, why: ListFault) -> ApiError {
        self.failed(why, Hint::NotWhatWasAsked)
    }

    fn failed(&self, why: ListFault, hint: Hint) -> ApiError {
        let kind = ApiErrorKind::Unavailable { retry_after: None };
        let fault = ListFault::NotReadToItsEnd { why: why.into() };
        ApiError::new(self.side, kind, format!("{}: {fault}", self.what)).with_hint(hint)
    }
}

/// Returns how many values one holds, itself included; no more than is asked for matters.
fn size(value: &Value, most: usize) -> usize {
    let inside = |values: &mut dyn Iterator<Item = &Value>| {
        let mut sum: usize = 1;
        for value in values {
            if sum > most {
                break;
            }
            sum += size(value, most - sum.min(most));
        }
        sum
    };
    match value {
        Value::Array(list) => inside(&mut list.iter()),
        Value::Object(map) => inside(&mut map.values()),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Told {
        stop: Cell<bool>,
        late: Cell<bool>,
    }

    impl Stop for Told {
        fn requested(&self) -> bool {
            self.stop.get()
        }

        fn out_of_time(&self) -> bool {
            self.late.get()
        }
    }

    #[test]
    fn a_walk_ends_when_the_run_does() {
        let told = Told::default();
        told.late.set(true);
        let mut walk = Walk::new(Side::JIRA, "GET list", &told);
        walk.next_page().unwrap();
        walk.took(&[json!({})]).unwrap();
        let error = walk.next_page().unwrap_err();
        assert_eq!(error.message, "GET list: not read to its end: the run's time was over after 1 pages, 1 rows");
        assert!(error.hint.unwrap().contains("max_runtime"));
        told.stop.set(true);
        assert_eq!(walk.next_page().unwrap_err().kind, ApiErrorKind::Stopped);
    }

    #[test]
    fn a_walk_takes_so_much_and_no_more() {
        let told = Told::default();
        let mut walk = Walk::new(Side::JIRA, "GET list", &told);
        assert!(
            walk.took(&vec![json!({}); MAX_PAGE_ROWS + 1]).unwrap_err().message.contains("10001 rows in one answer")
        );
        let page = vec![json!({}); MAX_PAGE_ROWS];
        for _ in 0..MAX_ROWS / MAX_PAGE_ROWS {
            walk.took(&page).unwrap();
        }
        assert!(walk.took(&page).unwrap_err().message.contains("more than 100000 rows"));

        let mut walk = Walk::new(Side::JIRA, "GET list", &told);
        let row = [json!({"a": vec![0; 999_998]})];
        for _ in 0..9 {
            walk.took(&row).unwrap();
        }
        assert!(walk.took(&row).unwrap_err().message.contains("its 10 rows hold more than 10000000 values"));

        let mut walk = Walk::new(Side::JIRA, "GET list", &told);
        for _ in 0..MAX_PAGES {
            walk.next_page().unwrap();
        }
        assert!(walk.next_page().unwrap_err().message.contains("did not end after 10000 pages"));
    }

    #[test]
    fn values_are_counted_at_any_depth() {
        assert_eq!(size(&json!({"a": [1, "b", {}], "c": null}), 100), 6);
        assert!(size(&json!(vec![0; 1000]), 10) <= 12);
    }
}
