//! Guance's endpoints: one method each, and the one place a request goes through: budget, credential, retry of reads.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{Cause, Fault, REST, What, judge, judge_bare, unanswered};
use super::paging::{LARGE_PAGE, Pages, Part, SMALL_PAGE, collect, collect_newest, collect_within};
use super::settings::Settings;
use super::wire::{Named, Page};
use crate::domain::{IssueId, Side};
use crate::http::{Call, Http, Login, Method, clean};
use crate::ports::{ApiError, ApiErrorKind, Budget, Clock, FOR_EVER, Facts, Purpose, Span, Stop, Urgency, Walk};
use crate::words::{CallFault, GuanceFault, Hint};

/// The credential's header. Source: Guance Open API, overview.
const KEY_HEADER: &str = "DF-API-KEY";

/// The address of DQL. Source: Guance Open API, `POST /api/v1/df/query_data_v1`.
const QUERY: &str = "/api/v1/df/query_data_v1";

/// What the addresses of the Incident Center begin with.
pub(super) const INCIDENTS: &str = "/api/v1/incidents/";

/// How often a failed read is tried again within one run.
const RETRIES: u32 = 2;

/// Longest wait before a read is tried again within one run; a longer one is the next run's.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Longest a failed read may have taken to be tried again: two time-outs in a row would eat the run.
const MAX_RETRIED: TimeDelta = TimeDelta::seconds(10);

/// A fact that the service refused a large page is asked again after this.
const PAGE_SIZE_AGE: Duration = Duration::from_hours(30 * 24);

/// Ends the names of the facts that tell how many rows a page holds ([`LIST_PAGE`](crate::ports::LIST_PAGE),
/// [`THREAD_PAGE`](crate::ports::THREAD_PAGE)).
const GRANTED: &str = ".granted";

/// How far beyond the clock an open window reaches: new issues must not fall out of it because clocks differ.
const HORIZON: TimeDelta = TimeDelta::days(1);

/// The endpoints.
pub(super) struct Api<'a> {
    pub(super) settings: Settings,
    pub(super) http: &'a Http,
    pub(super) budget: &'a dyn Budget,
    facts: &'a dyn Facts,
    clock: &'a dyn Clock,
    stop: &'a dyn Stop,
    pub(super) server_clock: Cell<Option<DateTime<Utc>>>,
}

/// One request before it has a credential.
pub(super) struct Request<'q> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'q str, String)>,
    pub(super) body: Option<Value>,
    pub(super) write: bool,
}

impl Request<'_> {
    fn purpose(&self) -> Purpose {
        match self.path.strip_prefix("/api/v1/issue/") {
            _ if self.write => Purpose::Delivery,
            Some("list") => Purpose::List,
            Some(path) if path.starts_with("reply/") => Purpose::Thread,
            Some(_) => Purpose::Issue,
            None if self.path == QUERY => Purpose::List,
            None => match self.path.strip_prefix(INCIDENTS) {
                Some("list") => Purpose::List,
                Some(_) => Purpose::Issue,
                None => Purpose::Name,
            },
        }
    }
}

impl<'a> Api<'a> {
    pub(super) fn new(
        settings: Settings,
        http: &'a Http,
        budget: &'a dyn Budget,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        Self { settings, http, budget, facts, clock, stop, server_clock: Cell::new(None) }
    }

    /// Returns the service's clock at its last answer.
    pub(super) fn server_clock(&self) -> Option<DateTime<Utc>> {
        self.server_clock.get()
    }

    /// Returns the time on this machine.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns how far our clock is ahead of the service's, by its last answer.
    pub(super) fn clock_skew(&self) -> Option<TimeDelta> {
        self.server_clock.get().map(|server| self.clock.now() - server)
    }

    /// `POST /api/v1/issue/list`, all pages.
    ///
    /// Which time the window is about is not documented. `startTime` and `endTime` are unix seconds by the vendor's
    /// JIRA script; the issues are asked for from the floor of `from` to the ceiling of `until`.
    pub(super) fn issues(&self, channel: &str, span: &Span, until: Option<DateTime<Utc>>) -> Result<Vec<Value>, Fault> {
        let mut end = until.unwrap_or_else(|| self.horizon(span));
        loop {
            let request = |size, index| list_request(channel, span.from, end, size, index);
            let rows = self.list("guance.page_size", request)?;
            // A clock of ours that is more than a day slow would have cut off what is new.
            if until.is_some() || self.server_clock.get().is_none_or(|server| server < end) {
                return Ok(rows);
            }
            end = self.horizon(span);
        }
    }

    /// The same, with at most so many requests, exactly of this window.
    pub(super) fn issues_within(&self, channel: &str, span: &Span, requests: usize) -> Result<Part, Fault> {
        let mut end = span.until.unwrap_or_else(|| self.horizon(span));
        loop {
            let request = |size, index| list_request(channel, span.from, end, size, index);
            let part = self.list_within("guance.page_size", SMALL_PAGE, requests, request)?;
            if span.until.is_some() || self.server_clock.get().is_none_or(|server| server < end) {
                return Ok(part);
            }
            end = self.horizon(span);
        }
    }

    /// `GET /api/v1/issue/{issue_uuid}/get`.
    pub(super) fn issue(&self, id: &IssueId) -> Result<Value, Fault> {
        self.get(format!("/api/v1/issue/{}/get", segment(id.as_str())?))
    }

    /// The same, as the first half of a change: like a write it leaves the slots that the next run's polls need.
    pub(super) fn issue_to_change(&self, id: &IssueId) -> Result<Value, Fault> {
        let path = format!("/api/v1/issue/{}/get", segment(id.as_str())?);
        let request = Request { method: Method::Get, path, query: Vec::new(), body: None, write: false };
        self.send_with(&request, Urgency::Write)
    }

    /// `GET /api/v1/issue/reply/{issue_uuid}/list`, all pages.
    pub(super) fn replies(&self, issue: &IssueId) -> Result<Vec<Value>, Fault> {
        let path = format!("/api/v1/issue/reply/{}/list", segment(issue.as_str())?);
        self.list("guance.reply_page_size", |size, index| replies_request(&path, size, index))
    }

    /// The same, newest first and not more than is asked for.
    pub(super) fn newest_replies(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Pages, Fault> {
        let path = format!("/api/v1/issue/reply/{}/list", segment(issue.as_str())?);
        let down_to = down_to.map(|time| time.timestamp());
        let request = |size, index| replies_request(&path, size, index);
        self.in_pages("guance.reply_page_size", SMALL_PAGE, request, |walk, size, page| {
            collect_newest(walk, size, requests, down_to, while_budget_lasts(page))
        })
    }

    /// The same, one page.
    pub(super) fn page_of_replies(&self, issue: &IssueId, index: usize) -> Result<Page, Fault> {
        let path = format!("/api/v1/issue/reply/{}/list", segment(issue.as_str())?);
        let request = |size, _| replies_request(&path, size, index);
        self.in_pages("guance.reply_page_size", SMALL_PAGE, request, |mut walk, _, page| {
            let page = page(index)?;
            walk.took(&page.rows)?;
            Ok(page)
        })
    }

    /// `GET /api/v1/channel/quick_list`.
    pub(super) fn channels(&self) -> Result<Vec<Named>, Fault> {
        self.named("/api/v1/channel/quick_list")
    }

    /// `GET /api/v1/workspace/get`: its uuid, if the answer holds one.
    pub(super) fn workspace(&self) -> Result<String, Fault> {
        let told = self.get("/api/v1/workspace/get".to_owned())?;
        let id = told.get("uuid").and_then(Value::as_str).and_then(|id| segment(id).ok());
        Ok(id.unwrap_or_default().to_owned())
    }

    /// `GET /api/v1/issue-level/list`.
    pub(super) fn levels(&self) -> Result<Vec<Named>, Fault> {
        self.named("/api/v1/issue-level/list")
    }

    /// `GET /api/v1/workspace/members/list`: its first page; how it pages is not documented. The flag tells whether the
    /// service says that there is more.
    pub(super) fn members(&self, search: &str) -> Result<(Vec<Value>, bool), Fault> {
        let path = "/api/v1/workspace/members/list".to_owned();
        let query = vec![("search", search.to_owned())];
        let content = self.send(&Request { method: Method::Get, path, query, body: None, write: false })?;
        let page = Page::read(content).ok_or_else(|| odd("workspace/members/list", CallFault::NoList))?;
        Walk::new(Side::GUANCE, "workspace/members/list", self.stop).took(&page.rows)?;
        let more = page.total.is_some_and(|total| total > page.rows.len());
        Ok((page.rows, more))
    }

    /// `POST /api/v1/df/query_data_v1`: the elements of `content.data`, one for each query. It counts as one request.
    pub(super) fn query(&self, queries: &[Value]) -> Result<Vec<Value>, Fault> {
        let body =
            json!({"queries": queries.iter().map(|query| json!({"qtype": "dql", "query": query})).collect::<Vec<_>>()});
        let path = QUERY.to_owned();
        let content =
            self.send(&Request { method: Method::Post, path, query: Vec::new(), body: Some(body), write: false })?;
        match content.get("data") {
            Some(Value::Array(data)) if data.len() == queries.len() => Ok(data.clone()),
            Some(Value::Array(data)) => {
                Err(odd(QUERY, CallFault::Odd { why: format!("{} results for {} queries", data.len(), queries.len()) }))
            }
            _ => Err(odd(QUERY, CallFault::Odd { why: "no results in it".to_owned() })),
        }
    }

    /// Begins to count what a query brings.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk::new(Side::GUANCE, QUERY, self.stop)
    }

    /// `POST /api/v1/issue/{issue_uuid}/modify`.
    pub(super) fn modify_issue(&self, issue: &IssueId, body: Value) -> Result<Value, Fault> {
        self.write(Method::Post, format!("/api/v1/issue/{}/modify", segment(issue.as_str())?), Some(body))
    }

    /// `POST /api/v1/issue/reply/create`.
    pub(super) fn create_reply(&self, body: Value) -> Result<Value, Fault> {
        self.write(Method::Post, "/api/v1/issue/reply/create".to_owned(), Some(body))
    }

    /// `POST /api/v1/issue/reply/{reply_uuid}/modify`.
    pub(super) fn modify_reply(&self, reply: &str, body: Value) -> Result<Value, Fault> {
        self.write(Method::Post, format!("/api/v1/issue/reply/{}/modify", segment(reply)?), Some(body))
    }

    /// `DELETE /api/v1/issue/reply/{reply_uuid}/delete`.
    pub(super) fn delete_reply(&self, reply: &str) -> Result<Value, Fault> {
        self.write(Method::Delete, format!("/api/v1/issue/reply/{}/delete", segment(reply)?), None)
    }

    pub(super) fn horizon(&self, span: &Span) -> DateTime<Utc> {
        let now = self.clock.now().max(span.from);
        self.server_clock.get().map_or(now, |server| server.max(now)) + HORIZON
    }

    pub(super) fn get(&self, path: String) -> Result<Value, Fault> {
        self.send(&Request { method: Method::Get, path, query: Vec::new(), body: None, write: false })
    }

    pub(super) fn write(&self, method: Method, path: String, body: Option<Value>) -> Result<Value, Fault> {
        self.send(&Request { method, path, query: Vec::new(), body, write: true })
    }

    /// Reads a list of things with a uuid and a name; rows that are something else are left out.
    fn named(&self, path: &str) -> Result<Vec<Named>, Fault> {
        let page = Page::read(self.get(path.to_owned())?).ok_or_else(|| odd(path, CallFault::NoList))?;
        Walk::new(Side::GUANCE, path, self.stop).took(&page.rows)?;
        Ok(page.rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect())
    }

    /// Reads all pages.
    fn list<'q>(&self, fact: &str, request: impl Fn(usize, usize) -> Request<'q>) -> Result<Vec<Value>, Fault> {
        self.in_pages(fact, SMALL_PAGE, request, |walk, size, page| collect(walk, size, page))
    }

    /// Reads at most so many pages; what came before the budget was used up is taken.
    pub(super) fn list_within<'q>(
        &self,
        fact: &str,
        small: usize,
        requests: usize,
        request: impl Fn(usize, usize) -> Request<'q>,
    ) -> Result<Part, Fault> {
        self.in_pages(fact, small, request, |walk, size, page| {
            collect_within(walk, size, requests, while_budget_lasts(page))
        })
    }

    /// Reads pages; a service that refuses a large page is asked for small ones, now and later; one whose large page is
    /// more than is taken, now.
    fn in_pages<'q, T>(
        &self,
        fact: &str,
        small: usize,
        request: impl Fn(usize, usize) -> Request<'q>,
        collect: impl Fn(Walk<'_>, usize, &dyn Fn(usize) -> Result<Page, Fault>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let read = |size: usize| {
            let page = |index| {
                let request = request(size, index);
                let content = self.send(&request)?;
                let page = Page::read(content).ok_or_else(|| odd(&request.path, CallFault::NoList))?;
                self.learn_page_size(fact, index, &page);
                Ok(page)
            };
            collect(Walk::new(Side::GUANCE, &request(size, 1).path, self.stop), size, &page)
        };
        if self.facts.recall(fact, PAGE_SIZE_AGE).is_some() {
            return read(small);
        }
        match read(LARGE_PAGE) {
            Err(fault) if fault.cause == Cause::BadRequest => {
                let rows = read(small).map_err(|_| fault)?;
                self.facts.remember(fact, &small.to_string());
                Ok(rows)
            }
            Err(fault) if fault.cause == Cause::TooMuch => read(small),
            done => done,
        }
    }

    /// Takes note of how many rows a page holds that is not the last one: a service may grant fewer than were asked for.
    fn learn_page_size(&self, fact: &str, index: usize, page: &Page) {
        let rows = page.rows.len();
        if index > 1 || rows == 0 || page.total.is_none_or(|total| total <= rows) {
            return;
        }
        let (name, granted) = (format!("{fact}{GRANTED}"), rows.to_string());
        if self.facts.recall(&name, FOR_EVER).as_ref() != Some(&granted) {
            self.facts.remember(&name, &granted);
        }
    }

    /// Sends a request; a failed read again where a second try soon is likely to help, a write never.
    fn send(&self, request: &Request<'_>) -> Result<Value, Fault> {
        self.send_with(request, if request.write { Urgency::Write } else { Urgency::Read })
    }

    pub(super) fn send_with(&self, request: &Request<'_>, urgency: Urgency) -> Result<Value, Fault> {
        // What one key may not write, another may; nothing else that failed is written again.
        let keys = u32::try_from(self.settings.api_keys.len()).unwrap_or(1);
        let mut retries = if request.write { keys.saturating_sub(1) } else { RETRIES };
        let purpose = request.purpose();
        let mut credential = self.take(urgency, purpose)?;
        loop {
            let start = self.clock.now();
            let fault = match self.send_once(request, credential) {
                Ok(content) => return Ok(content),
                Err(fault) => fault,
            };
            let wait = self.wait_before_retry(&fault, credential);
            let wait = wait.filter(|_| !request.write || matches!(fault.cause, Cause::SlowDown { per_key: true }));
            let Some(wait) = wait.filter(|_| retries > 0 && self.clock.now() - start < MAX_RETRIED) else {
                return Err(fault);
            };
            self.clock.sleep(wait);
            // Without a slot left the first failure is what there is to say.
            let Ok(next) = self.take(urgency, purpose) else { return Err(fault) };
            credential = next;
            retries -= 1;
        }
    }

    pub(super) fn take(&self, urgency: Urgency, purpose: Purpose) -> Result<usize, Fault> {
        self.budget.take(urgency, purpose).map_err(|error| Fault { error, cause: Cause::Other })
    }

    /// Tells how long to wait before the same read is worth another try; `None` when it is not. Lets a key rest that
    /// the service does not want to hear from.
    fn wait_before_retry(&self, fault: &Fault, credential: usize) -> Option<Duration> {
        let named = match fault.error.kind {
            ApiErrorKind::Unavailable { retry_after } => retry_after,
            _ => None,
        };
        match fault.cause {
            Cause::SlowDown { per_key } => {
                let wait = named.unwrap_or(REST);
                let keys = self.settings.api_keys.len();
                let resting = if per_key { credential..credential + 1 } else { 0..keys };
                resting.for_each(|key| self.budget.exhausted(key, wait));
                if per_key && keys > 1 { Some(Duration::ZERO) } else { Some(wait).filter(|wait| *wait <= MAX_WAIT) }
            }
            Cause::Transient => Some(named.unwrap_or(Duration::from_secs(1))).filter(|wait| *wait <= MAX_WAIT),
            Cause::Gone | Cause::NoRoute | Cause::BadRequest | Cause::TooMuch | Cause::Other => None,
        }
    }

    fn send_once(&self, request: &Request<'_>, credential: usize) -> Result<Value, Fault> {
        let what = What { method: request.method.as_str(), path: &request.path, write: request.write };
        let empty = self.call(request.method, &request.path, credential)?;
        let call = Call { query: request.query.clone(), body: request.body.as_ref(), ..empty };
        match self.http.send(&call) {
            Ok(answer) => {
                self.server_clock.set(answer.date.or(self.server_clock.get()));
                let judge = if request.path.starts_with(INCIDENTS) { judge_bare } else { judge };
                judge(what, answer.status, answer.json(), answer.retry_after)
            }
            Err(failure) => Err(unanswered(what, &failure)),
        }
    }

    /// Returns a request with its credential, and with nothing in it yet.
    pub(super) fn call<'q>(&self, method: Method, path: &str, credential: usize) -> Result<Call<'q>, Fault> {
        let Some(key) = self.settings.api_keys.get(credential) else {
            let error = ApiError::new(Side::GUANCE, ApiErrorKind::Unauthorized, GuanceFault::NoKey);
            return Err(Fault { error: error.with_hint(Hint::SetGuanceKey), cause: Cause::Other });
        };
        let url = format!("{}{path}", self.settings.base_url);
        Ok(Call {
            method,
            url,
            query: Vec::new(),
            auth: Some(Login::Header(KEY_HEADER, key.clone())),
            body: None,
            header: None,
        })
    }

    /// Lets a key rest that the service does not want to hear from.
    pub(super) fn rest_after(&self, fault: &Fault, credential: usize) {
        let _ = self.wait_before_retry(fault, credential);
    }
}

/// Fetches pages; none after the first one where there is no request left.
fn while_budget_lasts(page: &dyn Fn(usize) -> Result<Page, Fault>) -> impl FnMut(usize) -> Result<Option<Page>, Fault> {
    let mut pages = 0;
    move |index| match page(index) {
        Err(fault) if fault.error.kind == ApiErrorKind::OutOfBudget && pages > 0 => Ok(None),
        done => {
            pages += 1;
            done.map(Some)
        }
    }
}

/// A page of a thread.
fn replies_request(path: &str, size: usize, index: usize) -> Request<'static> {
    let query =
        vec![("ordering", "-createAt".to_owned()), ("pageSize", size.to_string()), ("pageIndex", index.to_string())];
    Request { method: Method::Get, path: path.to_owned(), query, body: None, write: false }
}

/// A page of the issues of a window.
fn list_request(channel: &str, from: DateTime<Utc>, end: DateTime<Utc>, size: usize, index: usize) -> Request<'static> {
    Request {
        method: Method::Post,
        path: "/api/v1/issue/list".to_owned(),
        query: Vec::new(),
        body: Some(json!({
            "channelUUID": channel,
            "startTime": from.timestamp(),
            "endTime": end.timestamp() + i64::from(end.timestamp_subsec_nanos() > 0),
            "pageSize": size,
            "pageIndex": index,
        })),
        write: false,
    }
}

/// Reads a row.
///
/// # Errors
/// In words, with the id where it can be read by.
pub(super) fn row<T: DeserializeOwned>(value: Value) -> Result<T, (Option<IssueId>, String)> {
    let id = value.get("uuid").and_then(Value::as_str).and_then(|id| segment(id).ok()).map(IssueId::new);
    serde_json::from_value(value).map_err(|error| (id, clean(&error.to_string())))
}

/// An answer that is none; only reads get here.
pub(super) fn odd(path: &str, why: CallFault) -> Fault {
    let kind = ApiErrorKind::Unavailable { retry_after: None };
    let fault = CallFault::Unexpected { why: why.into() };
    Fault { error: ApiError::new(Side::GUANCE, kind, format!("{path}: {fault}")), cause: Cause::Other }
}

/// An id as a part of an address; one that could lead elsewhere is refused.
pub(super) fn segment(id: &str) -> Result<&str, Fault> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !id.is_empty() && id.bytes().all(legal) {
        return Ok(id);
    }
    let error = ApiError::new(Side::GUANCE, ApiErrorKind::Refused, GuanceFault::NoGuanceId { id: id.to_owned() });
    Err(Fault { error, cause: Cause::Gone })
}
