//! Search: Server's pages by offset, Cloud's by token, both over the index as it was a while ago.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::call::{Call, cut, ok};
use super::errors::{self, Answer};
use super::issues::string_list;
use super::jql::{self, Plan, Query, Reader, Rows};
use super::model::Issue;
use super::switches::{DeadSearch, LastToken};
use super::view::{Fields, Shape};
use crate::server::Response;

const MOST_ROWS: usize = 5000;
/// What a page holds at most once more than ids and keys are asked for.
const MOST_FULL_ROWS: usize = 100;

/// Where a Cloud page token continues.
pub(super) struct Page {
    jql: String,
    viewer: Option<String>,
    /// The last row shown, as it was then.
    last: Arc<Issue>,
    made: DateTime<Utc>,
    /// An empty page comes first.
    pause: bool,
}

/// A search as asked, whichever way.
struct Asked {
    jql: String,
    fields: Vec<String>,
    properties: Vec<String>,
    expand: Vec<String>,
    most: Option<usize>,
    start: usize,
    strict: bool,
    token: Option<String>,
    reconcile: Vec<u64>,
}

impl Call<'_> {
    fn asked_by_query(&self) -> Answer<Asked> {
        let (start, most) = self.paging(50, MOST_ROWS)?;
        let get = |name: &str| self.request.query(name).map(str::to_owned);
        Ok(Asked {
            jql: get("jql").unwrap_or_default(),
            fields: self.list("fields"),
            properties: self.list("properties"),
            expand: self.list("expand"),
            most: Some(most),
            start,
            strict: get("validateQuery").is_none_or(|v| v != "false"),
            token: get("nextPageToken").filter(|t| !t.is_empty()),
            reconcile: self.list("reconcileIssues").iter().filter_map(|id| id.parse().ok()).collect(),
        })
    }

    fn asked_by_body(&self) -> Answer<Asked> {
        let cloud = self.cloud();
        let members: &[&str] = if cloud {
            &["jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys", "reconcileIssues"]
        } else {
            &["jql", "startAt", "maxResults", "fields", "expand", "validateQuery", "properties"]
        };
        let body = self.object(members)?;
        let bad = |what: &str| errors::bad_payload(cloud, what);
        let text = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().map(|s| Some(s.to_owned())).ok_or_else(|| bad(name)),
        };
        let strings = |name: &str| string_list(&body, name).ok_or_else(|| bad(name));
        let expand = if cloud {
            text("expand")?.unwrap_or_default().split(',').map(str::to_owned).collect()
        } else {
            strings("expand")?
        };
        Ok(Asked {
            jql: text("jql")?.unwrap_or_default(),
            fields: strings("fields")?,
            properties: strings("properties")?,
            expand,
            most: number(&body, "maxResults").map_err(|()| bad("maxResults"))?,
            start: number(&body, "startAt").map_err(|()| bad("startAt"))?.unwrap_or(0),
            strict: body.get("validateQuery") != Some(&json!(false)),
            token: text("nextPageToken")?.filter(|t| !t.is_empty()),
            reconcile: numbers(&body, "reconcileIssues").ok_or_else(|| bad("reconcileIssues"))?,
        })
    }

    fn asked(&self) -> Answer<Asked> {
        let asked = if self.request.method == "GET" { self.asked_by_query()? } else { self.asked_by_body()? };
        if asked.properties.len() > 5 {
            return Err(errors::message(400, "A maximum of 5 issue property keys can be specified."));
        }
        if asked.reconcile.len() > 50 {
            return Err(errors::message(400, "A maximum of 50 issue ids can be reconciled."));
        }
        Ok(asked)
    }

    fn parsed(&self, text: &str) -> Answer<Query> {
        let query = jql::parse(text).map_err(|text| errors::message(400, &text))?;
        if self.site.switches.bounded && query.filter.is_none() {
            let text = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.";
            return Err(errors::message(400, text));
        }
        if self.cloud() && query.order.len() > 7 {
            return Err(errors::message(400, "The ORDER BY clause can contain a maximum of 7 fields."));
        }
        Ok(query)
    }

    /// What a search finds for nobody: nothing, or (as switched) no such project.
    fn search_as_nobody(&self, query: &Query) -> Answer<()> {
        if self.site.switches.dead_search == DeadSearch::UnknownProject {
            let reader = Reader { site: self.site, viewer: None };
            Plan::new(query, reader, true).map_err(|all| refused(&all))?;
        }
        Ok(())
    }

    /// Everything the query finds in the index, unordered pages aside.
    fn found(&self, query: &Query, strict: bool, reconcile: &[u64]) -> Answer<(Rows, Vec<String>)> {
        let reader = Reader { site: self.site, viewer: self.viewer() };
        let (plan, warnings) = Plan::new(query, reader, strict).map_err(|all| refused(&all))?;
        let hidden = &self.site.switches.unindexed;
        let mut seen: BTreeMap<u64, Arc<Issue>> = self
            .site
            .as_of(self.site.indexed_until())
            .filter(|i| !hidden.contains(&i.key))
            .map(|i| (i.id, Arc::clone(i)))
            .collect();
        for id in reconcile {
            match self.site.issue(*id) {
                Some(issue) => seen.insert(*id, Arc::clone(issue)),
                None => seen.remove(id),
            };
        }
        let mut rows: Rows =
            seen.into_values().filter(|i| self.site.sees_issue(i, self.viewer()) && plan.holds(i)).collect();
        rows.retain(|i| !self.site.is_archived(i));
        rows.sort_by(|a, b| plan.compare(a, b));
        Ok((rows, warnings))
    }

    /// Server: `search`.
    pub(super) fn search_by_offset(&self) -> Answer {
        let asked = self.asked()?;
        let most = asked.most.unwrap_or(50).min(self.site.switches.max_results);
        let query = self.parsed(&asked.jql)?;
        let (rows, warnings) = if self.viewer().is_none() {
            self.search_as_nobody(&query)?;
            (Rows::new(), Vec::new())
        } else {
            self.found(&query, asked.strict, &[])?
        };
        let total = rows.len();
        let shown = most.min(self.site.switches.page_cap.unwrap_or(usize::MAX));
        let repeat = asked.start.checked_sub(1).filter(|_| self.site.switches.duplicate_rows);
        let mut page: Rows = repeat.and_then(|at| rows.get(at).cloned()).into_iter().collect();
        page.extend(cut(rows, asked.start, shown));
        let shape = Shape {
            fields: Fields::parse(&asked.fields, "*navigable"),
            properties: asked.properties,
            expand: asked.expand,
            comments: self.site.switches.inline_comments,
        };
        let issues: Vec<_> = page.iter().map(|i| self.issue_json(i, &shape)).collect();
        let mut json = json!({
            "expand": "schema,names", "startAt": asked.start, "maxResults": shown, "total": total, "issues": issues,
        });
        if !warnings.is_empty() {
            json["warningMessages"] = json!(warnings);
        }
        ok(&json)
    }

    /// Cloud: `search/jql`.
    pub(super) fn search_by_token(&mut self) -> Answer {
        let asked = self.asked()?;
        let query = self.parsed(&asked.jql)?;
        if self.viewer().is_none() {
            self.search_as_nobody(&query)?;
            return ok(&json!({"issues": [], "isLast": true}));
        }
        let resumed = match &asked.token {
            Some(token) => Some(self.resume(token, &asked.jql)?),
            None => None,
        };
        if let Some((last, true)) = &resumed {
            let token = self.new_token(&asked.jql, last, false);
            return ok(&json!({"issues": [], "nextPageToken": token, "isLast": false}));
        }
        let (rows, _) = self.found(&query, true, &asked.reconcile)?;
        let rows = match &resumed {
            Some((last, _)) => self.after(&query, rows, last),
            None => rows,
        };
        let shape = Shape {
            fields: Fields::parse(&asked.fields, "id"),
            properties: asked.properties,
            expand: asked.expand,
            comments: self.site.switches.inline_comments,
        };
        let ids_only = asked.fields.iter().all(|f| f == "id" || f == "key") && shape.properties.is_empty();
        let ceiling = if ids_only { MOST_ROWS } else { MOST_FULL_ROWS };
        let most = asked.most.unwrap_or(50).clamp(1, ceiling).min(self.site.switches.page_cap.unwrap_or(usize::MAX));
        let more = rows.len() > most;
        let page = cut(rows, 0, most);
        let repeated = resumed.filter(|_| self.site.switches.duplicate_rows).map(|(last, _)| last);
        let issues: Vec<_> = repeated.iter().chain(&page).map(|i| self.issue_json(i, &shape)).collect();
        let mut json = json!({"issues": issues});
        if let Some(last) = page.last().filter(|_| more) {
            let pause = self.site.switches.empty_pages;
            json["nextPageToken"] = json!(self.new_token(&asked.jql, last, pause));
        } else if self.site.switches.last_token == LastToken::Null {
            json["nextPageToken"] = Value::Null;
        }
        if !self.site.switches.no_is_last {
            json["isLast"] = json!(!more);
        }
        ok(&json)
    }

    fn after(&self, query: &Query, rows: Rows, last: &Issue) -> Rows {
        let reader = Reader { site: self.site, viewer: self.viewer() };
        match Plan::new(query, reader, false) {
            Ok((plan, _)) => rows.into_iter().filter(|row| plan.compare(row, last).is_gt()).collect(),
            Err(_) => rows,
        }
    }

    fn new_token(&mut self, jql: &str, last: &Arc<Issue>, pause: bool) -> String {
        let token = format!("CAEa{:x}", self.site.new_id());
        let viewer = self.viewer().map(str::to_owned);
        let page = Page { jql: jql.to_owned(), viewer, last: Arc::clone(last), made: self.site.now(), pause };
        self.site.pages.insert(token.clone(), page);
        token
    }

    fn resume(&self, token: &str, jql: &str) -> Answer<(Arc<Issue>, bool)> {
        let page = self.site.pages.get(token).filter(|p| {
            p.jql == jql && p.viewer.as_deref() == self.viewer() && self.site.now() - p.made < TimeDelta::days(7)
        });
        let invalid = || errors::message(400, "The provided nextPageToken is invalid or has expired.");
        page.map(|p| (Arc::clone(&p.last), p.pause)).ok_or_else(invalid)
    }

    pub(super) fn approximate_count(&self) -> Answer {
        let body = self.object(&["jql"])?;
        let query = self.parsed(body.get("jql").and_then(Value::as_str).unwrap_or_default())?;
        if self.viewer().is_none() {
            return ok(&json!({"count": 0}));
        }
        let (rows, _) = self.found(&query, true, &[])?;
        ok(&json!({"count": rows.len()}))
    }

    /// Cloud: `jql/parse`.
    pub(super) fn parse_jql(&self) -> Answer {
        let validation = self.request.query("validation").unwrap_or("strict");
        if !["strict", "warn", "none"].contains(&validation) {
            return Err(errors::message(400, "Invalid validation mode."));
        }
        let body = self.object(&["queries"])?;
        let queries = string_list(&body, "queries").ok_or_else(|| errors::bad_payload(true, "queries"))?;
        if queries.is_empty() {
            return Err(errors::message(400, "The list of queries is empty."));
        }
        let parsed = queries.iter().map(|text| {
            let reader = Reader { site: self.site, viewer: self.viewer() };
            let checked = jql::parse(text).map_err(|e| vec![e]).and_then(|query| {
                if validation == "none" {
                    Ok(())
                } else {
                    Plan::new(&query, reader, validation == "strict").map(|_| ())
                }
            });
            match checked {
                Ok(()) => json!({"query": text, "structure": {}}),
                Err(all) => json!({"query": text, "errors": all}),
            }
        });
        let parsed: Vec<_> = parsed.collect();
        ok(&json!({"queries": parsed}))
    }
}

fn refused(all: &[String]) -> Response {
    Response::json(400, &json!({"errorMessages": all, "errors": {}}))
}

fn number(body: &Map<String, Value>, name: &str) -> Result<Option<usize>, ()> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().and_then(|n| usize::try_from(n).ok()).map(Some).ok_or(()),
    }
}

fn numbers(body: &Map<String, Value>, name: &str) -> Option<Vec<u64>> {
    match body.get(name) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(list) => list.as_array()?.iter().map(Value::as_u64).collect(),
    }
}
