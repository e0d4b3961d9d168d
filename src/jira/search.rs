//! Reading issues: what changed in a span, and single issues by id.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::api::{Ask, Failed, segment};
use super::claim::PROPERTY;
use super::fault::unavailable;
use super::jql::Dialect;
use super::paging::{PAGE, SMALL_PAGE};
use super::service::Jira;
use super::shared::Kept;
use super::{jql, paging, wire};
use crate::domain::{Issue, IssueId};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind, Batch, Span, Unreadable};
use crate::words::{ItemHint, JiraFault};

/// What we ask of every issue: enough to recognise a copy, and to say what an issue reads after a change. Cloud gives only ids
/// unless asked.
pub(super) const BRIEF: [&str; 15] = [
    "summary",
    "description",
    "status",
    "assignee",
    "priority",
    "issuetype",
    "created",
    "updated",
    "labels",
    "security",
    "project",
    "creator",
    "reporter",
    "archiveddate",
    "archivedby",
];

/// What holds an issue's thread. Server leaves it out unless asked.
pub(super) const THREAD: &str = "comment";

/// What messages call a search.
const SEARCH: &str = "search";

/// Most strays named in one query; more are read by id.
const MAX_STRAYS: usize = 300;

/// Most issues in one bulk fetch.
///
/// Source: Jira Cloud REST v3, `POST /rest/api/3/issue/bulkfetch`.
pub(super) const MAX_FETCH: usize = 100;

/// A row of a search, and the issue that could be made of it.
#[derive(Debug)]
pub(super) struct Row {
    /// The issue's id; `None` where it has none that can be told.
    pub(super) id: Option<IssueId>,
    /// The issue, or why it is not understood.
    issue: Result<Issue, String>,
    /// True when the issue itself says that it is archived.
    is_archived: bool,
}

fn batch(rows: Vec<Row>) -> Batch {
    let mut batch = Batch::default();
    for Row { id, issue, is_archived } in rows {
        batch.archived.extend(id.clone().filter(|_| is_archived));
        match issue {
            Ok(issue) => {
                batch.watermark = batch.watermark.max(Some(issue.updated));
                batch.issues.push(issue);
            }
            Err(why) => batch.unreadable.push(Unreadable { issue: id, why }),
        }
    }
    batch
}

impl Jira<'_> {
    /// Reads what changed in the span: an issue that changed again later is not in it, though it may hold comments from
    /// inside.
    pub(super) fn read_changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let me = self.me()?;
        if span.ours_only {
            // Enough to recognise a copy: its thread is read when it is paired.
            let brief = self.brief()?;
            let rows = self
                .of_our_accounts(|ours| self.walk_scope(ours, (span.from, None), &brief, |row| self.read_row(row)))?;
            let mut batch = batch(rows);
            batch.clock = me.clock;
            return Ok(batch);
        }
        let mut strays: Vec<String> = span.strays.iter().map(|id| id.as_str().to_owned()).collect();
        let mut by_id = Vec::new();
        if strays.len() > MAX_STRAYS {
            by_id = std::mem::take(&mut strays);
        }
        self.mind_lost(span);
        let mut rows = self.walk_changed(span, &strays);
        // One stray that was deleted makes the whole query invalid.
        if is_invalid(&rows) && !strays.is_empty() {
            by_id = std::mem::take(&mut strays);
            rows = self.walk_changed(span, &[]);
        }
        let mut read = self.read_apart(rows, span);
        // Milliseconds are understood by everybody we know, and promised by nobody.
        if is_invalid(&read) && self.doubt_epoch() {
            self.mind_lost(span);
            read = self.read_apart(self.walk_changed(span, &[]), span);
        }
        let (rows, lost) = read.map_err(|failed| match failed.status {
            Some(400) => failed.error.with_hint(ItemHint::CheckProjectsOrToken),
            _ => failed.error,
        })?;
        let mut batch = batch(rows);
        batch.lost = lost;
        let ids: Vec<IssueId> = by_id.into_iter().map(IssueId::new).collect();
        let apart = self.read_by_id(&ids)?;
        let fresh = |id: &IssueId| !batch.issues.iter().any(|issue| issue.id == *id);
        let late: Vec<_> =
            apart.issues.into_iter().filter(|issue| span.holds(issue.updated) && fresh(&issue.id)).collect();
        batch.watermark = late.iter().map(|issue| issue.updated).chain(batch.watermark).max();
        batch.issues.extend(late);
        batch.unreadable.extend(apart.unreadable);
        batch.archived.extend(apart.archived);
        batch.clock = me.clock;
        Ok(batch)
    }

    /// Reads issues past the search index; what cannot be read is left out.
    pub(super) fn read_by_id(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let names: Vec<&str> = ids.iter().map(IssueId::as_str).collect();
        let rows: Result<Vec<Row>, Failed> =
            self.fetch(&names, &self.whole()?)?.into_iter().map(|row| self.read_row(row)).collect();
        Ok(batch(rows?))
    }

    /// Reads issues by id or key, with our property.
    pub(super) fn fetch(&self, names: &[&str], fields: &[impl AsRef<str>]) -> Result<Vec<Value>, ApiError> {
        let mut rows = Vec::new();
        if self.is_cloud()? {
            for chunk in names.chunks(MAX_FETCH) {
                let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
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
    pub(super) fn fetch_one(&self, name: &str, fields: &[impl AsRef<str>]) -> Result<Option<Value>, ApiError> {
        let path = self.rest(&format!("issue/{}", segment(name)))?;
        let ask = Ask::get(path).with("fields", joined(fields)).with("properties", PROPERTY);
        match self.api.send(&ask) {
            Ok(reply) => Ok(Some(reply.json)),
            Err(failed) if matches!(failed.status, Some(403 | 404)) && failed.error.kind == ApiErrorKind::Refused => {
                Ok(None)
            }
            Err(failed) => Err(failed.into()),
        }
    }

    /// Makes an issue of a row, if it can be understood.
    pub(super) fn read_row(&self, row: Value) -> Result<Row, Failed> {
        let id = row.get("id").and_then(wire::id_text).map(IssueId::new);
        let raw = match wire::Issue::read(row) {
            Ok(raw) => raw,
            Err(why) => return Ok(Row { id, issue: Err(why), is_archived: false }),
        };
        let service = self.is_service(&raw.fields.project)?;
        self.note(IssueId::new(&raw.id), &raw, service);
        Ok(Row { id, issue: self.read_record(&raw, service)?, is_archived: raw.fields.is_archived() })
    }

    /// Searches for what our accounts created, former ones included. A Jira that knows a former account no more refuses
    /// the whole query: then our present account has to do.
    pub(super) fn of_our_accounts<T>(&self, search: impl Fn(&str) -> Result<T, Failed>) -> Result<T, Failed> {
        let former = self.former_accounts();
        match search(&jql::ours(&former)) {
            Err(failed) if !former.is_empty() && failed.status == Some(400) && !failed.login_refused => {
                tracing::warn!(
                    side = "jira",
                    error = %failed.error,
                    "Jira does not know a former account of ours: its issues are found by their seals alone."
                );
                search(&jql::ours(&[]))
            }
            other => other,
        }
    }

    fn walk_changed(&self, span: &Span, strays: &[String]) -> Result<Vec<Row>, Failed> {
        match jql::scope(&self.searched(), strays) {
            Some(scope) => self.walk_shared(&scope, span),
            None => Ok(Vec::new()),
        }
    }

    /// Reads what changed in a scope, unless that was read for another line of this run: then its rows are made into issues once
    /// more, for whose copy an issue is depends on the line.
    fn walk_shared(&self, scope: &str, span: &Span) -> Result<Vec<Row>, Failed> {
        let (range, whole) = ((span.from, span.until), self.whole()?);
        let Some(shared) = self.shared else {
            return self.walk_scope(scope, range, &whole, |row| self.read_row(row));
        };
        // Lines may know different ids of one field.
        let query = format!("{} {}", self.changed_query(scope, range)?, joined(&whole));
        if let Some(rows) = shared.recall(&query) {
            return rows.iter().map(|row| self.read_row(row.clone())).collect();
        }
        let kept = RefCell::new(Kept::default());
        let rows = self.walk_scope(scope, range, &whole, |row| {
            kept.borrow_mut().add(&row);
            self.read_row(row)
        })?;
        shared.keep(query, kept.into_inner());
        Ok(rows)
    }

    /// Reads what changed in these projects.
    pub(super) fn walk_projects(
        &self,
        projects: &[String],
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<Row>, Failed> {
        match jql::scope(projects, &[]) {
            Some(scope) => self.walk_scope(&scope, (from, until), &self.whole()?, |row| self.read_row(row)),
            None => Ok(Vec::new()),
        }
    }

    fn walk_scope(
        &self,
        scope: &str,
        (from, until): (DateTime<Utc>, Option<DateTime<Utc>>),
        fields: &[String],
        make: impl Fn(Value) -> Result<Row, Failed>,
    ) -> Result<Vec<Row>, Failed> {
        let dialect = self.dialect()?;
        let query = |since: DateTime<Utc>| self.changed_query(scope, (since, until));
        if self.is_cloud()? {
            let jql = query(from)?;
            let page = |token: Option<&str>| self.sized(|max| self.token_page(&jql, fields, max, token));
            return paging::by_token(self.api.walk(SEARCH), page, make);
        }
        let page = |since: DateTime<Utc>, start: u64| {
            let jql = query(since)?;
            self.sized(|max| self.offset_page(&jql, fields, start, max))
        };
        match dialect {
            Dialect::EpochMillis => paging::by_time(self.api.walk(SEARCH), from, page, make),
            Dialect::Relative { now: _ } => paging::by_offset(self.api.walk(SEARCH), |start| page(from, start), make),
        }
    }

    /// Returns the query for what changed in a scope. Where Jira has to be asked by how long ago something changed, it is the same
    /// for a minute.
    fn changed_query(
        &self,
        scope: &str,
        (since, until): (DateTime<Utc>, Option<DateTime<Utc>>),
    ) -> Result<String, Failed> {
        let since = if since <= DateTime::UNIX_EPOCH { None } else { Some(self.dialect()?.literal(since)) };
        let until = until.map(|until| Ok::<_, Failed>(self.dialect()?.literal_after(until))).transpose()?.flatten();
        Ok(jql::changed(scope, since.as_deref(), until.as_deref()))
    }

    /// Reads every row of a query.
    pub(super) fn walk(&self, jql: &str, fields: &[impl AsRef<str>]) -> Result<Vec<Value>, Failed> {
        if self.is_cloud()? {
            let page = |token: Option<&str>| self.sized(|max| self.token_page(jql, fields, max, token));
            paging::by_token(self.api.walk(SEARCH), page, Ok)
        } else {
            let page = |start| self.sized(|max| self.offset_page(jql, fields, start, max));
            paging::by_offset(self.api.walk(SEARCH), page, Ok)
        }
    }

    /// Asks for a page, and for a small one where that was more than is taken: issues may carry much text.
    fn sized(&self, ask: impl Fn(u64) -> Result<wire::SearchPage, Failed>) -> Result<wire::SearchPage, Failed> {
        match ask(PAGE) {
            Err(failed) if failed.too_much && !self.api.out_of_time() => ask(SMALL_PAGE),
            other => other,
        }
    }

    /// Reads at most `max` rows of a query.
    pub(super) fn first_rows(&self, jql: &str, fields: &[impl AsRef<str>], max: u64) -> Result<Vec<Value>, Failed> {
        let page = if self.is_cloud()? {
            self.token_page(jql, fields, max, None)?
        } else {
            self.offset_page(jql, fields, 0, max)?
        };
        Ok(page.issues)
    }

    fn token_page(
        &self,
        jql: &str,
        fields: &[impl AsRef<str>],
        max: u64,
        token: Option<&str>,
    ) -> Result<wire::SearchPage, Failed> {
        let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
        let mut body = json!({"jql": jql, "maxResults": max, "fields": fields, "properties": [PROPERTY]});
        if let (Some(token), Some(map)) = (token, body.as_object_mut()) {
            map.insert("nextPageToken".to_owned(), Value::from(token));
        }
        let reply = self.api.send(&Ask::post(self.rest("search/jql")?, body).repeatable())?;
        Ok(page_of(reply.json)?)
    }

    fn offset_page(
        &self,
        jql: &str,
        fields: &[impl AsRef<str>],
        start: u64,
        max: u64,
    ) -> Result<wire::SearchPage, Failed> {
        let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
        let body = json!({"jql": jql, "startAt": start, "maxResults": max, "fields": fields});
        let reply = self.api.send(&Ask::post(self.rest("search")?, body).repeatable())?;
        Ok(page_of(reply.json)?)
    }
}

fn joined(fields: &[impl AsRef<str>]) -> String {
    fields.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(",")
}

/// Returns true for a search that was refused, not for want of a login.
pub(super) fn is_invalid<T>(read: &Result<T, Failed>) -> bool {
    read.as_ref().is_err_and(Failed::is_invalid)
}

fn page_of(value: Value) -> Result<wire::SearchPage, ApiError> {
    let page = wire::SearchPage::read(value).map_err(|why| unavailable(JiraFault::PageUnreadable { why }))?;
    for warnings in [&page.warnings, &page.warning_messages] {
        if warnings.as_array().is_some_and(|list| !list.is_empty()) {
            tracing::warn!(side = "jira", warnings = clean(&warnings.to_string()), "Search came with a warning.");
        }
    }
    Ok(page)
}
