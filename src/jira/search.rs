//! Reading issues: what changed in a span, and single issues by id.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::IssueId;
use crate::jira::api::{Ask, Failed, segment};
use crate::jira::convert::{PROPERTY, time};
use crate::jira::jql::Dialect;
use crate::jira::{Jira, jql, unavailable, wire};
use crate::ports::{ApiError, ApiErrorKind, Batch, Span, Unreadable};

/// What we ask of an issue. Cloud gives only ids unless asked, Server leaves `comment` out unless asked.
const FIELDS: [&str; 12] = [
    "summary",
    "description",
    "status",
    "created",
    "updated",
    "labels",
    "security",
    "project",
    "creator",
    "reporter",
    "comment",
    "priority",
];

/// What is enough to recognise a copy.
const BRIEF: [&str; 8] = ["summary", "status", "created", "updated", "labels", "security", "project", "creator"];

/// Rows asked for in one page; servers may give fewer.
const PAGE: u64 = 100;

/// A search longer than this is a fault of the server's paging.
const MAX_PAGES: u32 = 10_000;

/// Rows read twice at a seam of offset pages, to see that nothing slipped through it.
const SEAM: u64 = 5;

/// Most strays named in one query; more are read by id.
const MAX_STRAYS: usize = 300;

/// Most issues in one bulk fetch.
///
/// Source: Jira Cloud REST v3, `POST /rest/api/3/issue/bulkfetch`.
pub(super) const MAX_FETCH: usize = 100;

/// How long it is believed that search does or does not understand milliseconds.
const EPOCH_AGE: Duration = Duration::from_hours(30 * 24);

/// After this time the question is put again where an empty project could not answer it.
const UNSURE_AGE: Duration = Duration::from_hours(24);

/// Rows of a walk, each issue once, the latest reading of each.
#[derive(Default)]
struct Rows {
    rows: Vec<Value>,
    index: HashMap<String, usize>,
}

impl Rows {
    /// Adds a page; returns how many of its rows were new, and whether its first row was known.
    fn add(&mut self, page: Vec<Value>) -> (usize, bool) {
        let mut new = 0;
        let mut first_known = false;
        for (position, row) in page.into_iter().enumerate() {
            // A row without an id cannot be told from another: all are kept, and reported as unreadable.
            let id = row.get("id").and_then(wire::id_text);
            let known = id.as_ref().and_then(|id| self.index.get(id)).copied();
            if let Some(slot) = known.and_then(|at| self.rows.get_mut(at)) {
                *slot = row;
                first_known |= position == 0;
                continue;
            }
            if let Some(id) = id {
                self.index.insert(id, self.rows.len());
                new += 1;
            }
            self.rows.push(row);
        }
        (new, first_known)
    }
}

impl Jira<'_> {
    /// Reads what changed in the span. The upper bound is not applied: an issue that changed again later may still
    /// hold comments from inside the window.
    pub(super) fn read_changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let me = self.me()?;
        if span.ours_only {
            // Enough to recognise a copy: its thread is read when it is paired.
            let mut batch = self.batch(self.walk_scope(jql::OURS, span.from, &BRIEF)?)?;
            batch.clock = me.clock;
            return Ok(batch);
        }
        let mut strays: Vec<String> = span.strays.iter().map(|id| id.as_str().to_owned()).collect();
        let mut by_id = Vec::new();
        if strays.len() > MAX_STRAYS {
            by_id = std::mem::take(&mut strays);
        }
        let rows = match self.walk_changed(span.from, &strays) {
            // One stray that was deleted makes the whole query invalid.
            Err(failed) if failed.status == Some(400) && !strays.is_empty() => {
                by_id = std::mem::take(&mut strays);
                self.walk_changed(span.from, &[])
            }
            other => other,
        };
        let rows = rows.map_err(|failed| match failed.status {
            Some(400) => failed.error.with_hint(
                "check [[route]].project: each must exist and be visible to the bot (a dead token is told the same)",
            ),
            _ => failed.error,
        })?;
        let mut batch = self.batch(rows)?;
        let ids: Vec<IssueId> = by_id.into_iter().map(IssueId::new).collect();
        let apart = self.read_by_id(&ids)?;
        let fresh = |id: &IssueId| !batch.issues.iter().any(|issue| issue.id == *id);
        let late: Vec<_> =
            apart.issues.into_iter().filter(|issue| issue.updated >= span.from && fresh(&issue.id)).collect();
        batch.watermark = late.iter().map(|issue| issue.updated).chain(batch.watermark).max();
        batch.issues.extend(late);
        batch.unreadable.extend(apart.unreadable);
        batch.clock = me.clock;
        Ok(batch)
    }

    /// Reads issues past the search index; what cannot be read is left out.
    pub(super) fn read_by_id(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let names: Vec<&str> = ids.iter().map(IssueId::as_str).collect();
        self.batch(self.fetch(&names, &FIELDS)?)
    }

    /// Reads issues by id or key, with our property.
    pub(super) fn fetch(&self, names: &[&str], fields: &[&str]) -> Result<Vec<Value>, ApiError> {
        let mut rows = Vec::new();
        if self.is_cloud()? {
            for chunk in names.chunks(MAX_FETCH) {
                let body = json!({"issueIdsOrKeys": chunk, "fields": fields, "properties": [PROPERTY]});
                let reply = self.api.send(&Ask::post(self.rest("issue/bulkfetch")?, body).repeatable())?;
                rows.extend(page_of(reply.json)?.issues);
            }
            return Ok(rows);
        }
        for name in names {
            rows.extend(self.fetch_one(name, fields)?);
        }
        Ok(rows)
    }

    /// Reads one issue by id or key, with our property; `None` when it is not there for us.
    pub(super) fn fetch_one(&self, name: &str, fields: &[&str]) -> Result<Option<Value>, ApiError> {
        let path = self.rest(&format!("issue/{}", segment(name)))?;
        let ask = Ask::get(path).with("fields", fields.join(",")).with("properties", PROPERTY);
        match self.api.send(&ask) {
            Ok(reply) => Ok(Some(reply.json)),
            Err(failed) if matches!(failed.status, Some(403 | 404)) && failed.error.kind == ApiErrorKind::Refused => {
                Ok(None)
            }
            Err(failed) => Err(failed.into()),
        }
    }

    fn batch(&self, rows: Vec<Value>) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for row in rows {
            let id = row.get("id").and_then(wire::id_text).map(IssueId::new);
            let read = match wire::read::<wire::Issue>(row) {
                Ok(raw) => {
                    let service = self.is_service(&raw.fields.project)?;
                    self.note(IssueId::new(&raw.id), &raw, service);
                    self.with_reader(|reader| reader.issue(&raw, service))?
                }
                Err(why) => Err(why),
            };
            match read {
                Ok(issue) => {
                    batch.watermark = batch.watermark.max(Some(issue.updated));
                    batch.issues.push(issue);
                }
                Err(why) => batch.unreadable.push(Unreadable { issue: id, why }),
            }
        }
        Ok(batch)
    }

    fn walk_changed(&self, from: DateTime<Utc>, strays: &[String]) -> Result<Vec<Value>, Failed> {
        match jql::scope(&self.settings.projects, strays) {
            Some(scope) => self.walk_scope(&scope, from, &FIELDS),
            None => Ok(Vec::new()),
        }
    }

    fn walk_scope(&self, scope: &str, from: DateTime<Utc>, fields: &[&str]) -> Result<Vec<Value>, Failed> {
        let dialect = self.dialect()?;
        let query = |since: DateTime<Utc>| -> Result<String, Failed> {
            let since = if since <= DateTime::UNIX_EPOCH { None } else { Some(self.dialect()?.literal(since)) };
            Ok(jql::changed(scope, since.as_deref()))
        };
        if self.is_cloud()? {
            return self.walk_tokens(&query(from)?, fields);
        }
        self.walk_window(from, dialect == Dialect::EpochMillis, &query, fields)
    }

    /// Reads every row of a query.
    pub(super) fn walk(&self, jql: &str, fields: &[&str]) -> Result<Vec<Value>, ApiError> {
        if self.is_cloud()? {
            return Ok(self.walk_tokens(jql, fields)?);
        }
        let mut rows = Rows::default();
        self.walk_offsets(&mut rows, fields, &|| Ok(jql.to_owned()))?;
        Ok(rows.rows)
    }

    /// Reads at most `max` rows of a query.
    pub(super) fn first_rows(&self, jql: &str, fields: &[&str], max: u64) -> Result<Vec<Value>, Failed> {
        let page = if self.is_cloud()? {
            self.token_page(jql, fields, max, None)?
        } else {
            self.offset_page(jql, fields, 0, max)?
        };
        Ok(page.issues)
    }

    /// Cloud: follows page tokens; nothing else says whether there is more.
    fn walk_tokens(&self, jql: &str, fields: &[&str]) -> Result<Vec<Value>, Failed> {
        let mut rows = Rows::default();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.token_page(jql, fields, PAGE, token.as_deref())?;
            rows.add(page.issues);
            match page.next.filter(|next| !next.is_empty()) {
                None => return Ok(rows.rows),
                next if next == token => return Err(endless("a page token came twice")),
                next => token = next,
            }
        }
        Err(endless("it does not end"))
    }

    fn token_page(
        &self,
        jql: &str,
        fields: &[&str],
        max: u64,
        token: Option<&str>,
    ) -> Result<wire::SearchPage, Failed> {
        let mut body = json!({"jql": jql, "maxResults": max, "fields": fields, "properties": [PROPERTY]});
        if let (Some(token), Some(map)) = (token, body.as_object_mut()) {
            map.insert("nextPageToken".to_owned(), Value::from(token));
        }
        let reply = self.api.send(&Ask::post(self.rest("search/jql")?, body).repeatable())?;
        Ok(page_of(reply.json)?)
    }

    /// Server: reads on from the last update time seen (keyset), so that an issue that moves to the end meanwhile
    /// shifts nothing; by offset where the server's clock literals are too coarse for that.
    fn walk_window(
        &self,
        from: DateTime<Utc>,
        keyset: bool,
        query: &dyn Fn(DateTime<Utc>) -> Result<String, Failed>,
        fields: &[&str],
    ) -> Result<Vec<Value>, Failed> {
        let mut rows = Rows::default();
        let mut since = from;
        for _ in 0..MAX_PAGES {
            if !keyset {
                break;
            }
            let page = self.offset_page(&query(since)?, fields, 0, PAGE)?;
            let received = u64::try_from(page.issues.len()).unwrap_or(u64::MAX);
            let times: Vec<_> = page.issues.iter().filter_map(|row| time(row.get("fields")?.get("updated")?)).collect();
            let last = times.last().copied().filter(|_| times.is_sorted());
            let (new, _) = rows.add(page.issues);
            if received == 0 || page.total.is_some_and(|total| total <= received) {
                return Ok(rows.rows);
            }
            match last {
                // More rows at one instant, or in one unit of the server's accuracy, than a page holds, or rows in
                // no order: offsets go on.
                Some(last) if last > since && new > 0 => since = last,
                _ => break,
            }
        }
        self.walk_offsets(&mut rows, fields, &|| query(since))?;
        Ok(rows.rows)
    }

    /// Server: pages by offset. Each page begins with a few rows of the one before; when they are not there, the
    /// rows have shifted and the walk steps back.
    fn walk_offsets(
        &self,
        rows: &mut Rows,
        fields: &[&str],
        query: &dyn Fn() -> Result<String, Failed>,
    ) -> Result<(), Failed> {
        let mut start = 0;
        let mut steps_back = 0;
        for _ in 0..MAX_PAGES {
            let page = self.offset_page(&query()?, fields, start, PAGE)?;
            let received = u64::try_from(page.issues.len()).unwrap_or(u64::MAX);
            let (_, held) = rows.add(page.issues);
            if start > 0 && received > 0 && !held && steps_back < 50 {
                steps_back += 1;
                start = start.saturating_sub(PAGE);
                continue;
            }
            let end = start + received;
            if received == 0 || page.total.is_some_and(|total| total <= end) {
                return Ok(());
            }
            start = end - SEAM.min(received - 1);
        }
        Err(endless("it does not end"))
    }

    fn offset_page(&self, jql: &str, fields: &[&str], start: u64, max: u64) -> Result<wire::SearchPage, Failed> {
        let body = json!({"jql": jql, "startAt": start, "maxResults": max, "fields": fields});
        let reply = self.api.send(&Ask::post(self.rest("search")?, body).repeatable())?;
        Ok(page_of(reply.json)?)
    }

    /// Returns how to tell this server a point in time.
    pub(super) fn dialect(&self) -> Result<Dialect, ApiError> {
        if self.epoch()? == Some(true) {
            return Ok(Dialect::EpochMillis);
        }
        // Without Jira's clock, ours has to do, with room for error.
        let now = self.remote_now()?.unwrap_or_else(|| self.clock.now() + TimeDelta::hours(1));
        Ok(Dialect::Relative { now })
    }

    /// Returns whether search understands unquoted milliseconds; `None` where the projects are empty.
    pub(super) fn epoch(&self) -> Result<Option<bool>, ApiError> {
        if let Some(known) = self.epoch.get() {
            return Ok(Some(known));
        }
        let known = match self.facts.recall("jira.epoch", EPOCH_AGE).as_deref() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ if self.facts.recall("jira.epoch", UNSURE_AGE).is_some() => return Ok(None),
            _ => {
                let known = self.probe_epoch()?;
                let word = known.map_or("unsure", |known| if known { "yes" } else { "no" });
                self.facts.remember("jira.epoch", word);
                known
            }
        };
        self.epoch.set(known);
        Ok(known)
    }

    /// Asks with a time far ahead, which must give nothing, and with 1970, which must give something.
    fn probe_epoch(&self) -> Result<Option<bool>, ApiError> {
        let Some(scope) = jql::scope(&self.settings.projects, &[]) else { return Ok(None) };
        let any_since = |millis: &str| -> Result<Option<bool>, ApiError> {
            let jql = format!("({scope}) AND updated >= {millis} ORDER BY updated ASC");
            match self.first_rows(&jql, &["updated"], 1) {
                Ok(rows) => Ok(Some(!rows.is_empty())),
                Err(failed) if failed.status == Some(400) => Ok(None),
                Err(failed) => Err(failed.into()),
            }
        };
        match any_since("4102444800000")? {
            Some(false) => {}
            Some(true) | None => return Ok(Some(false)),
        }
        Ok(match any_since("0")? {
            Some(true) => Some(true),
            Some(false) => None,
            None => Some(false),
        })
    }
}

fn page_of(value: Value) -> Result<wire::SearchPage, ApiError> {
    wire::read(value).map_err(|why| unavailable(format!("a search page that cannot be read: {why}")))
}

fn endless(why: &str) -> Failed {
    Failed::from(unavailable(format!("search: {why}")))
}
