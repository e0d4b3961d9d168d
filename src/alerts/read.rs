//! Which alerts changed: the lists that are read, in which order, and where reading ends.
//!
//! Opsgenie sorts by update time: pages are read from the newest change on, until one is older than what is asked for. So an
//! alert that changes meanwhile moves to the front, where the next run finds it; read upwards it would be passed over.
//!
//! JSM cannot sort by update time. There the newest alerts are read, and all that are open, which shows what changed of them;
//! an alert that was open and is not any more is read by its id. The engine reads pairs in turn besides.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::answer::Cause;
use super::api::{List, PAGE};
use super::convert;
use super::service::Alerts;
use super::settings::Kind;
use super::whole::Found;
use super::wire::{AlertRow, Id};
use crate::domain::{IssueId, Side};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind, Batch, FOR_EVER, Span, Unreadable, Walk};
use crate::words::{Hint, ListFault};

/// How deep a list is read: both services refuse what lies beyond 20,000 rows.
///
/// Source: JSM Operations REST API, `GET /v1/alerts`; Opsgenie refuses it with 422, as public clients met.
const WINDOW: usize = 19_900;

/// How many pages of open alerts a run reads. Where there are more, an alert that closed is found by reading its pair.
const OPEN_PAGES: usize = 10;

/// Fact: the service does not sort by update time, though asked to.
const UNSORTED: &str = "unsorted";

/// How long that is believed.
const UNSORTED_AGE: Duration = Duration::from_hours(24);

/// Fact: the alerts that were open, and those that closed since and were told of once.
const OPEN: &str = "open";

/// Stands behind an alert that was told of as closed: it is told of twice, should the first time have been in vain.
const TOLD: char = '*';

/// How many alerts that are open no more are read in a run.
const MAX_CLOSED: usize = 100;

/// Most alerts that one reading holds: a list by itself is no longer either.
const MAX_ALERTS: usize = 100_000;

/// Into how many halves of halves a span is divided whose list is too long.
const MAX_HALVINGS: u32 = 40;

/// How far beyond the clock an open span reaches.
const HORIZON: TimeDelta = TimeDelta::days(1);

/// The rows of the lists, each once.
#[derive(Default)]
struct Rows {
    kept: Vec<AlertRow>,
    ids: HashSet<String>,
    /// Alerts that closed, read by their ids.
    closed: Vec<AlertRow>,
    unreadable: Vec<Unreadable>,
}

/// How a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing that is asked for is left in it.
    Reached,
    /// It goes on beyond what the service shows, or beyond the pages that were to be read.
    Cut,
}

/// What is done with a page: whether to go on, or not.
type More<'p> = dyn Fn(&[AlertRow]) -> Result<bool, Unsorted> + 'p;

/// A page whose rows do not stand in the order that was asked for.
struct Unsorted;

impl Alerts<'_> {
    /// Reads the alerts that changed in the span.
    ///
    /// # Errors
    /// When a list could not be read to its end, or an alert in it not by its id.
    pub(super) fn read_changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let mut rows = Rows::default();
        let by_update =
            self.api.kind() == Kind::Opsgenie && self.facts.recall(&self.api.fact(UNSORTED), UNSORTED_AGE).is_none();
        let watermark = match span.until {
            Some(until) => self.read_created(&mut rows, span.from, until)?,
            None if by_update => match self.read_updated(&mut rows, span)? {
                Ok(watermark) => watermark,
                Err(Unsorted) => self.read_new_and_open(&mut rows, span)?,
            },
            None => self.read_new_and_open(&mut rows, span)?,
        };
        let Rows { kept, ids: _, closed, mut unreadable } = rows;
        let original = |row: &AlertRow| !convert::is_from_jira(row);
        let in_span = |row: &AlertRow| {
            let times = [row.created_at, row.changed_at()];
            times.into_iter().flatten().any(|time| span.holds(time)) || row.created_at.is_none()
        };
        let asked = kept.into_iter().filter(|row| original(row) && in_span(row)).collect();
        let (mut whole, odd) = self.whole(asked)?;
        whole.extend(closed);
        // Only the whole alert holds what tells it for certain.
        whole.retain(original);
        unreadable.extend(odd);
        Ok(Batch { watermark, ..self.batch(whole, unreadable) })
    }

    /// Turns whole rows into issues.
    pub(super) fn batch(&self, rows: Vec<AlertRow>, unreadable: Vec<Unreadable>) -> Batch {
        let mut batch = Batch { unreadable, clock: self.api.server_clock(), ..Batch::default() };
        for row in rows {
            match convert::issue(&row, &self.api.settings) {
                Ok(issue) => batch.issues.push(issue),
                Err(why) => {
                    batch.unreadable.push(Unreadable { issue: Some(IssueId::new(row.id.as_str())), why });
                }
            }
        }
        batch
    }

    /// Reads what changed at or after a time, newest first, as far as the service sorts by update time.
    fn read_updated(&self, rows: &mut Rows, span: &Span) -> Result<Result<Option<DateTime<Utc>>, Unsorted>, ApiError> {
        let more = |page: &[AlertRow]| {
            let times: Vec<DateTime<Utc>> = page.iter().filter_map(|row| row.updated_at).collect();
            if times.windows(2).any(|pair| pair.first() < pair.last()) {
                return Err(Unsorted);
            }
            Ok(page.is_empty() || page.iter().any(|row| row.updated_at.is_none_or(|time| time >= span.from)))
        };
        let list = List { query: "", sort: "updatedAt", offset: 0 };
        let Ok(end) = self.pages(rows, &list, usize::MAX, &more)? else {
            tracing::warn!(
                "[source {}] The alerts do not come in the order of their last change: the new and the open ones are read \
                 in its place.",
                self.api.settings.name
            );
            self.facts.remember(&self.api.fact(UNSORTED), "yes");
            *rows = Rows::default();
            return Ok(Err(Unsorted));
        };
        let watermark = rows.kept.iter().filter_map(|row| row.updated_at).max();
        if end == End::Cut {
            // What changed longer ago than the newest 19,900 and is new stands in lists by creation.
            let now = self.api.server_clock().unwrap_or_else(|| self.api.clock.now());
            self.read_created(rows, span.from, now + HORIZON)?;
        }
        Ok(Ok(watermark))
    }

    /// Reads what was made at or after a time, and what is open.
    fn read_new_and_open(&self, rows: &mut Rows, span: &Span) -> Result<Option<DateTime<Utc>>, ApiError> {
        let more = |page: &[AlertRow]| {
            Ok(page.is_empty() || page.iter().any(|row| row.created_at.is_none_or(|time| time >= span.from)))
        };
        let sort = if self.api.kind() == Kind::Jsm { "insertedAt" } else { "createdAt" };
        let end = self.pages(rows, &List { query: "", sort, offset: 0 }, usize::MAX, &more)?;
        let watermark = rows.kept.iter().filter_map(|row| row.created_at).max();
        if end.unwrap_or(End::Cut) == End::Cut {
            let now = self.api.server_clock().unwrap_or_else(|| self.api.clock.now());
            self.read_created(rows, span.from, now + HORIZON)?;
        }
        let mut open = Rows::default();
        let list = List { query: "status:open", sort, offset: 0 };
        let end = self.pages(&mut open, &list, OPEN_PAGES, &|_| Ok(true))?.unwrap_or(End::Cut);
        if end == End::Reached {
            self.read_closed(rows, &open)?;
        }
        for row in open.kept {
            rows.add(row);
        }
        rows.unreadable.append(&mut open.unreadable);
        Ok(watermark)
    }

    /// Reads the alerts that were open and are not any more. What cannot be read by its id now is left alone: it may be hidden
    /// from us, and is no closed alert.
    fn read_closed(&self, rows: &mut Rows, open: &Rows) -> Result<(), ApiError> {
        let fact = self.api.fact(OPEN);
        let before = self.facts.recall(&fact, FOR_EVER).unwrap_or_default();
        let mut now: Vec<String> = open.kept.iter().map(|row| row.id.as_str().to_owned()).collect();
        let words = before.split(' ').filter(|word| Id::parse(word.trim_end_matches(TOLD)).is_some());
        let left = words.filter(|word| !open.ids.contains(word.trim_end_matches(TOLD)));
        let (again, fresh): (Vec<&str>, Vec<&str>) = left.partition(|word| word.ends_with(TOLD));
        for (n, word) in fresh.into_iter().chain(again).enumerate() {
            // What a run cannot read is the next one's.
            if n >= MAX_CLOSED || self.api.stop.requested() || self.api.stop.out_of_time() {
                now.push(word.to_owned());
                continue;
            }
            let id = word.trim_end_matches(TOLD);
            if let Found::Whole(row) = self.by_id(id)? {
                rows.ids.insert(id.to_owned());
                rows.kept.retain(|known| known.id != row.id);
                rows.closed.push(*row);
            }
            if !word.ends_with(TOLD) {
                now.push(format!("{id}{TOLD}"));
            }
        }
        let now = now.join(" ");
        if now != before {
            self.facts.remember(&fact, &now);
        }
        Ok(())
    }

    /// Reads what was made in a span, in as many parts as it takes for each to be shown to its end.
    fn read_created(
        &self,
        rows: &mut Rows,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, ApiError> {
        let mut parts = vec![(from, until, 0)];
        while let Some((from, until, halvings)) = parts.pop() {
            if rows.kept.len() > MAX_ALERTS {
                let words = format!("alerts: not read to their end: more than {MAX_ALERTS}");
                let kind = ApiErrorKind::Unavailable { retry_after: None };
                return Err(ApiError::new(Side::GUANCE, kind, words).with_hint(Hint::ReadLess));
            }
            let (start, end) = (from.timestamp_millis(), until.timestamp_millis());
            let query = format!("createdAt>={start} AND createdAt<{end}");
            let list = List { query: &query, sort: "createdAt", offset: 0 };
            let got = self.pages(rows, &list, usize::MAX, &|_| Ok(true))?.unwrap_or(End::Cut);
            if got == End::Reached {
                continue;
            }
            let middle = from + (until - from) / 2;
            if halvings >= MAX_HALVINGS || middle.timestamp_millis() <= start {
                return Err(self.api.odd("alerts", "one millisecond holds more than the service shows").error);
            }
            parts.extend([(from, middle, halvings + 1), (middle, until, halvings + 1)]);
        }
        Ok(rows.kept.iter().filter_map(|row| row.created_at).max())
    }

    /// Reads pages while they are wanted.
    fn pages(
        &self,
        rows: &mut Rows,
        list: &List<'_>,
        most: usize,
        more: &More<'_>,
    ) -> Result<Result<End, Unsorted>, ApiError> {
        let mut walk = Walk::new(Side::GUANCE, "alerts", self.api.stop);
        let mut offset = 0;
        let mut seen = HashSet::new();
        for page in 0.. {
            if page == most || offset + PAGE > WINDOW {
                return Ok(Ok(End::Cut));
            }
            walk.next_page()?;
            let answer = match self.api.alerts(&List { offset, ..list.clone() }) {
                Ok(answer) => answer,
                // A window that is smaller than it is said to be.
                Err(fault) if fault.cause == Cause::BadRequest && offset > 0 => return Ok(Ok(End::Cut)),
                Err(fault) => return Err(fault.error),
            };
            walk.took(&answer.rows)?;
            let (count, next) = (answer.rows.len(), answer.next);
            let read = rows.read(answer.rows);
            let is_new = |row: &AlertRow| seen.insert(row.id.as_str().to_owned());
            if !read.is_empty() && read.iter().map(is_new).filter(|is_new| *is_new).count() == 0 {
                return Err(walk.endless(ListFault::NothingNew));
            }
            let is_wanted = match more(&read) {
                Ok(is_wanted) => is_wanted,
                Err(unsorted) => return Ok(Err(unsorted)),
            };
            for row in read {
                rows.add(row);
            }
            // A service may give fewer rows than were asked for, and say that there are more; or say nothing.
            if !is_wanted || count == 0 || (count < PAGE && next.is_empty()) {
                return Ok(Ok(End::Reached));
            }
            offset += count;
        }
        Ok(Ok(End::Reached))
    }
}

impl Rows {
    fn read(&mut self, rows: Vec<Value>) -> Vec<AlertRow> {
        let mut read = Vec::new();
        for row in rows {
            let id = row.get("id").and_then(Value::as_str).and_then(Id::parse);
            match serde_json::from_value::<AlertRow>(row) {
                Ok(row) => read.push(row),
                Err(error) => {
                    let issue = id.map(|id| IssueId::new(id.as_str()));
                    self.unreadable.push(Unreadable { issue, why: clean(&error.to_string()) });
                }
            }
        }
        read
    }

    /// Keeps a row; of an alert that moved between two pages, or two lists, the first reading.
    fn add(&mut self, row: AlertRow) {
        if self.ids.insert(row.id.as_str().to_owned()) {
            self.kept.push(row);
        }
    }
}
