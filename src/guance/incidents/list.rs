//! Which incidents changed.
//!
//! Which time `timeRange` is about is not documented. Where it is about changes, one list tells everything, and that is noticed:
//! it holds an incident from before the range. Until then a second list of what is open shows what changed of it, and an
//! incident that was open and is not any more is read by its id. The engine reads pairs in turn besides.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::calls::Asked;
use super::convert;
use super::source::Incidents;
use super::wire::IncidentRow;
use crate::domain::{Issue, IssueId, Side};
use crate::guance::answer::{Cause, Fault};
use crate::guance::api::{row, segment};
use crate::guance::paging::{Part, is_about_updates};
use crate::ports::{ApiError, ApiErrorKind, Batch, FOR_EVER, Span, Unreadable};
use crate::words::GuanceFault;

/// Fact: the list was seen to select by update time.
const BY_UPDATE: &str = "guance.incidents.by_update";

/// Fact: how many days back a list of what is open is asked for, where the service wants a range.
const RANGE: &str = "guance.incidents.range";

/// A service that wanted a range is asked again without one after this.
const RANGE_AGE: Duration = Duration::from_hours(30 * 24);

/// How many days back what is open is listed; that no range is needed is documented, how long one may be is not.
const RANGES: [Option<i64>; 4] = [None, Some(365), Some(30), Some(7)];

/// A longer span that is refused is divided.
const LONG: TimeDelta = TimeDelta::hours(24);

/// Into how many parts.
const PARTS: u32 = 4;

/// How many pages of open incidents a run reads. Where there are more, a change is found by reading its pair.
const OPEN_PAGES: usize = 3;

/// Fact: the incidents that were open, and those that ended since and were told of once.
const OPEN: &str = "guance.incidents.open";

/// Stands behind an incident that was told of as ended: it is told of twice, should the first time have been in vain.
const TOLD: char = '*';

/// How many incidents that are open no more are read in a run: each is a request.
const MAX_ENDED: usize = 5;

impl Incidents<'_> {
    /// Reads the incidents that changed in the span. Where it has an end and the list is about changes, to the present: what
    /// was opened in it and changed since is not there otherwise.
    pub(super) fn read_changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let known = self.guance.facts.recall(BY_UPDATE, FOR_EVER).is_some();
        let mut rows = self.listed(span, span.until.filter(|_| !known), usize::MAX)?;
        if !known && self.learns_updates(span, &rows.0) && span.until.is_some() {
            rows = self.listed(span, None, usize::MAX)?;
        }
        if rows.1.is_some() {
            let message = "incidents/list: the list is longer than this minute's requests".to_owned();
            return Err(ApiError::new(Side::GUANCE, ApiErrorKind::OutOfBudget, message));
        }
        self.taken(span, rows.0)
    }

    /// Reads the incidents of exactly this span with at most so many requests.
    pub(super) fn read_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let (rows, parts) = match self.listed(span, span.until, requests) {
            // How long a range may be is not documented.
            Err(fault) if fault.cause == Cause::BadRequest && self.is_long(span) => {
                return Ok((Batch { clock: self.guance.api.server_clock(), ..Batch::default() }, Some(PARTS)));
            }
            done => done?,
        };
        self.learns_updates(span, &rows);
        let batch = if parts.is_none() { self.taken(span, rows)? } else { self.batch(rows)? };
        Ok((batch, parts))
    }

    fn is_long(&self, span: &Span) -> bool {
        span.until.unwrap_or_else(|| self.guance.api.now()) - span.from > LONG
    }

    fn listed(&self, span: &Span, until: Option<DateTime<Utc>>, requests: usize) -> Result<Part, Fault> {
        let api = &self.guance.api;
        let mut end = until.unwrap_or_else(|| api.horizon(span));
        loop {
            let part = self.list(Asked { times: Some((span.from, end)), open: false }, requests)?;
            // A clock of ours that is more than a day slow would have cut off what is new.
            if until.is_some() || api.server_clock().is_none_or(|server| server < end) {
                return Ok(part);
            }
            end = api.horizon(span);
        }
    }

    fn learns_updates(&self, span: &Span, rows: &[Value]) -> bool {
        let is = is_about_updates(span, rows);
        if is && self.guance.facts.recall(BY_UPDATE, FOR_EVER).is_none() {
            self.guance.facts.remember(BY_UPDATE, "yes");
        }
        is
    }

    /// Makes a batch of a list, with what is open beside it where the list does not tell of changes.
    fn taken(&self, span: &Span, rows: Vec<Value>) -> Result<Batch, ApiError> {
        let watermark = |batch: &Batch| batch.issues.iter().map(|issue| issue.created).max();
        let mut batch = self.batch(rows)?;
        batch.watermark = watermark(&batch);
        let tells = span.until.is_some() || self.guance.facts.recall(BY_UPDATE, FOR_EVER).is_some();
        if !tells && !self.open_listed.replace(true) {
            self.add_open(&mut batch)?;
        }
        Ok(batch)
    }

    /// Adds what is open, and what was open and is not any more. The list has told what is new: where this one cannot be read,
    /// or there are no requests left, pairs that are read in turn show what changed.
    fn add_open(&self, batch: &mut Batch) -> Result<(), ApiError> {
        let (rows, is_cut) = match self.open() {
            Ok((rows, parts)) => (rows, parts.is_some()),
            Err(fault) if fault.error.kind == ApiErrorKind::Unauthorized => return Err(fault.error),
            Err(fault) => {
                tracing::debug!(side = "guance", error = %fault.error, "Open incidents could not be listed.");
                return Ok(());
            }
        };
        let ids = |rows: &[Value]| -> HashSet<String> {
            rows.iter().filter_map(|row| Some(segment(row.get("uuid")?.as_str()?).ok()?.to_owned())).collect()
        };
        let open = ids(&rows);
        let more = self.batch(rows)?;
        let ended = if is_cut { Vec::new() } else { self.ended(&open, batch)? };
        let more = more.issues.into_iter().chain(ended);
        let known: HashSet<IssueId> = batch.issues.iter().map(|issue| issue.id.clone()).collect();
        batch.issues.extend(more.filter(|issue| !known.contains(&issue.id)));
        Ok(())
    }

    fn open(&self) -> Result<Part, Fault> {
        let api = &self.guance.api;
        let known: Option<i64> = self.guance.facts.recall(RANGE, RANGE_AGE).and_then(|days| days.parse().ok());
        let mut refusal = None;
        for days in RANGES.into_iter().skip_while(|days| *days != known) {
            let now = api.server_clock().unwrap_or_else(|| api.now());
            let times = days.map(|days| (now - TimeDelta::days(days), now + TimeDelta::days(1)));
            match self.list(Asked { times, open: true }, OPEN_PAGES) {
                Err(fault) if fault.cause == Cause::BadRequest => refusal = refusal.or(Some(fault)),
                done => {
                    if let (Some(days), true) = (days.filter(|_| days != known), done.is_ok()) {
                        self.guance.facts.remember(RANGE, &days.to_string());
                    }
                    return done;
                }
            }
        }
        Err(refusal.unwrap_or_else(|| ApiError::new(Side::GUANCE, ApiErrorKind::Refused, "no range").into()))
    }

    /// Reads the incidents by id that were open and are not any more. One that cannot be read now is left alone: the absence
    /// from a list ends nothing.
    fn ended(&self, open: &HashSet<String>, batch: &Batch) -> Result<Vec<Issue>, ApiError> {
        let before = self.guance.facts.recall(OPEN, FOR_EVER).unwrap_or_default();
        let mut now: Vec<String> = open.iter().cloned().collect();
        let is_id = |word: &&str| segment(word.trim_end_matches(TOLD)).is_ok();
        let listed = |id: &str| batch.issues.iter().any(|issue| issue.id.as_str() == id);
        let left = before.split(' ').filter(is_id).filter(|word| !open.contains(word.trim_end_matches(TOLD)));
        let (again, fresh): (Vec<&str>, Vec<&str>) = left.partition(|word| word.ends_with(TOLD));
        let mut rows = Vec::new();
        for (n, word) in fresh.into_iter().chain(again).enumerate() {
            let id = word.trim_end_matches(TOLD);
            if listed(id) {
                continue;
            }
            let read = if n < MAX_ENDED { Some(self.incident(&IssueId::new(id))) } else { None };
            match read {
                Some(Ok(row)) => rows.push(row),
                Some(Err(fault)) if fault.error.kind == ApiErrorKind::Refused => {}
                // What a run cannot read is the next one's.
                _ => {
                    now.push(word.to_owned());
                    continue;
                }
            }
            if !word.ends_with(TOLD) {
                now.push(format!("{id}{TOLD}"));
            }
        }
        now.sort();
        let now = now.join(" ");
        if now != before {
            self.guance.facts.remember(OPEN, &now);
        }
        Ok(self.batch(rows)?.issues)
    }

    /// Turns rows into incidents, each once.
    pub(super) fn batch(&self, rows: impl IntoIterator<Item = Value>) -> Result<Batch, ApiError> {
        let mut batch = Batch { clock: self.guance.api.server_clock(), ..Batch::default() };
        for value in rows {
            let workspace = value.get("workspaceUUID").and_then(Value::as_str).and_then(|id| segment(id).ok());
            if let Some(workspace) = workspace.filter(|id| batch.services.iter().all(|known| known != id)) {
                batch.services.push(workspace.to_owned());
            }
            match self.issue(value)? {
                Ok(issue) => batch.issues.push(issue),
                Err(unreadable) => batch.unreadable.push(unreadable),
            }
        }
        Ok(batch)
    }

    /// Turns a row into an incident.
    pub(super) fn issue(&self, value: Value) -> Result<Result<Issue, Unreadable>, ApiError> {
        let incident: IncidentRow = match row(value) {
            Ok(incident) => incident,
            Err((issue, why)) => return Ok(Err(Unreadable { issue, why })),
        };
        let id = IssueId::new(incident.uuid.as_str());
        Ok(match convert::incident(&incident, self.place()) {
            Ok(mut issue) => {
                self.name_assigners(&mut issue, &incident.assigner_infos)?;
                Ok(issue)
            }
            Err(why) => Err(Unreadable { issue: Some(id), why }),
        })
    }

    /// Reads incidents by id.
    pub(super) fn by_id(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        for id in ids {
            match self.incident(id) {
                Ok(row) if row.get("uuid").and_then(Value::as_str) == Some(id.as_str()) => rows.push(row),
                Ok(_) => refused.push(Unreadable { issue: Some(id.clone()), why: GuanceFault::NoId.into() }),
                Err(fault) if fault.cause == Cause::Gone => {}
                Err(fault) if fault.error.kind == ApiErrorKind::Refused => {
                    refused.push(Unreadable { issue: Some(id.clone()), why: fault.error.message });
                }
                Err(fault) => return Err(fault.error),
            }
        }
        let mut batch = self.batch(rows)?;
        batch.unreadable.extend(refused);
        Ok(batch)
    }
}
