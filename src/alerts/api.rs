//! The endpoints: one method each, and the one place a request goes through: credential, retry of reads, limits.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::{Cause, Fault, Right, What, judge, shown, unanswered};
use super::settings::{Kind, Login, Settings};
use super::wire::{Id, Page};
use crate::domain::Side;
use crate::http::{self, Answer, Call, Http, Method};
use crate::ports::{ApiError, ApiErrorKind, Clock, FOR_EVER, Facts, Stop};
use crate::secret::{Secret, base64};
use crate::words::AlertsHint;

/// How often a failed read is tried again within one run.
const RETRIES: u32 = 2;

/// Longest wait before a read is tried again within one run; a longer one is the next run's.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Longest a failed read may have taken to be tried again: two time-outs in a row would eat the run.
const MAX_RETRIED: TimeDelta = TimeDelta::seconds(10);

/// Most rows of a page.
///
/// Source: Opsgenie API, `GET /v2/alerts` (`limit`) and `…/notes` (`limit`); JSM Operations REST API, `GET /v1/alerts` (`size`).
pub(super) const PAGE: usize = 100;

/// Most schedules of a page of JSM. Source: JSM Operations REST API, `GET /v1/schedules`.
pub(super) const SCHEDULES_PAGE: usize = 50;

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// Below the base of the API.
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    right: Right,
}

/// A page of alerts: which, in which order, from where.
#[derive(Clone, Debug)]
pub(super) struct List<'q> {
    pub(super) query: &'q str,
    pub(super) sort: &'static str,
    pub(super) offset: usize,
}

/// The endpoints.
pub(super) struct Api<'a> {
    pub(super) settings: Settings,
    http: &'a Http,
    facts: &'a dyn Facts,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a dyn Stop,
    auth: Secret,
    section: String,
    cloud: OnceCell<String>,
    server_clock: Cell<Option<DateTime<Utc>>>,
    near_limit: Cell<bool>,
}

impl<'a> Api<'a> {
    pub(super) fn new(
        settings: Settings,
        http: &'a Http,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let auth = match &settings.login {
            Login::Jsm { user, token, .. } => {
                let pair = format!("{user}:{}", token.expose());
                format!("Basic {}", base64(pair.as_bytes()))
            }
            Login::Opsgenie { key } => format!("GenieKey {}", key.expose()),
        };
        let section = settings.name.clone();
        Self {
            settings,
            http,
            facts,
            clock,
            stop,
            auth: Secret::new(auth),
            section,
            cloud: OnceCell::new(),
            server_clock: Cell::new(None),
            near_limit: Cell::new(false),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.settings.kind()
    }

    /// Returns the service's clock at its last answer.
    pub(super) fn server_clock(&self) -> Option<DateTime<Utc>> {
        self.server_clock.get()
    }

    /// Returns true once an answer has said that the limit of requests is near.
    pub(super) fn is_near_limit(&self) -> bool {
        self.near_limit.get()
    }

    /// Returns the name of a fact of this source.
    pub(super) fn fact(&self, name: &str) -> String {
        format!("alerts.{}.{name}", self.settings.name)
    }

    /// `GET …/alerts`, one page, newest first.
    pub(super) fn alerts(&self, list: &List<'_>) -> Result<Page, Fault> {
        let (path, size) = match self.kind() {
            Kind::Jsm => ("/alerts", "size"),
            Kind::Opsgenie => ("/v2/alerts", "limit"),
        };
        let mut ask = read(path.to_owned());
        if !list.query.is_empty() {
            ask.query.push(("query", list.query.to_owned()));
        }
        ask.query.push(("sort", list.sort.to_owned()));
        ask.query.push(("order", "desc".to_owned()));
        ask.query.push(("offset", list.offset.to_string()));
        ask.query.push((size, PAGE.to_string()));
        // The list is there wherever the service is: a 404 is another service's, or another site's.
        self.page(&ask).map_err(|fault| match fault.cause {
            Cause::Gone => self.odd(&fault.error.message, "no alerts at this address"),
            _ => fault,
        })
    }

    /// `GET …/alerts/{id}`.
    pub(super) fn alert(&self, id: &str) -> Result<Value, Fault> {
        let answer = self.send(&self.about(id, "")?)?;
        Ok(opened(answer))
    }

    /// `GET …/alerts/{id}/notes`, one page, newest first; `from` is where the page before ended.
    pub(super) fn notes(&self, id: &str, from: Option<&str>) -> Result<Page, Fault> {
        let mut ask = self.about(id, "/notes")?;
        let (size, next) = match self.kind() {
            Kind::Jsm => ("size", "after"),
            Kind::Opsgenie => {
                ask.query.push(("direction", "next".to_owned()));
                ask.query.push(("order", "desc".to_owned()));
                ("limit", "offset")
            }
        };
        ask.query.push((size, PAGE.to_string()));
        if let Some(from) = from {
            ask.query.push((next, from.to_owned()));
        }
        self.page(&ask)
    }

    /// `POST …/alerts/{id}/{verb}`: acknowledge, unacknowledge, close, notes, details. JSM takes no body for the first three.
    pub(super) fn act(&self, id: &str, verb: &str, body: Option<Value>) -> Result<Value, Fault> {
        let ask = self.about(id, &format!("/{verb}"))?;
        self.send(&Ask { method: Method::Post, body, right: Right::Write, ..ask })
    }

    /// `PATCH …/alerts/{id}/notes/{note}` (JSM).
    pub(super) fn edit_note(&self, id: &str, note: &str, text: &str) -> Result<Value, Fault> {
        let ask = self.about(id, &format!("/notes/{}", segment(note)?))?;
        self.send(&Ask { method: Method::Patch, body: Some(json!({ "note": text })), right: Right::Write, ..ask })
    }

    /// `DELETE …/alerts/{id}/notes/{note}` (JSM).
    pub(super) fn delete_note(&self, id: &str, note: &str) -> Result<Value, Fault> {
        let ask = self.about(id, &format!("/notes/{}", segment(note)?))?;
        self.send(&Ask { method: Method::Delete, right: Right::Delete, ..ask })
    }

    /// `GET …/alerts/requests/{id}`: what became of a write.
    pub(super) fn request(&self, id: &str) -> Result<Value, Fault> {
        let path = format!("{}/requests/{}", self.root(), segment(id)?);
        let answer = self.send_once(&read(path))?;
        Ok(opened(answer))
    }

    /// `GET …/schedules`, one page.
    pub(super) fn schedules(&self, offset: usize) -> Result<Page, Fault> {
        match self.kind() {
            Kind::Jsm => {
                let mut ask = config("/schedules".to_owned());
                ask.query = vec![("size", SCHEDULES_PAGE.to_string()), ("offset", offset.to_string())];
                self.page(&ask)
            }
            // Opsgenie answers with all of them.
            Kind::Opsgenie => self.page(&config("/v2/schedules".to_owned())),
        }
    }

    /// `GET …/schedules/{id}/on-calls`, flat.
    pub(super) fn on_calls(&self, schedule: &str) -> Result<Value, Fault> {
        let schedule = segment(schedule)?;
        let mut ask = match self.kind() {
            Kind::Jsm => config(format!("/schedules/{schedule}/on-calls")),
            Kind::Opsgenie => config(format!("/v2/schedules/{schedule}/on-calls")),
        };
        if self.kind() == Kind::Opsgenie {
            ask.query.push(("scheduleIdentifierType", "id".to_owned()));
        }
        ask.query.push(("flat", "true".to_owned()));
        let answer = self.send(&ask)?;
        Ok(opened(answer))
    }

    /// `GET /v1/syncs` (JSM), `GET /v2/integrations` (Opsgenie): what may make Jira issues of alerts, first page.
    pub(super) fn integrations(&self) -> Result<Page, Fault> {
        let path = if self.kind() == Kind::Jsm { "/syncs" } else { "/v2/integrations" };
        self.page(&config(path.to_owned()))
    }

    /// `GET /v1/syncs/{id}/actions` (JSM).
    pub(super) fn sync_actions(&self, sync: &str) -> Result<Page, Fault> {
        self.page(&config(format!("/syncs/{}/actions", segment(sync)?)))
    }

    /// Returns the id of the site (JSM), which is asked for once in the life of a state; empty for Opsgenie.
    ///
    /// Source: `GET https://SITE/_edge/tenant_info`, which takes no login and answers `{"cloudId": "…"}`.
    pub(super) fn cloud(&self) -> Result<&str, Fault> {
        if let Some(known) = self.cloud.get() {
            return Ok(known);
        }
        let found = match &self.settings.login {
            Login::Opsgenie { .. } => String::new(),
            Login::Jsm { cloud_id: Some(id), .. } => segment(id)?.to_owned(),
            Login::Jsm { cloud_id: None, .. } => self.ask_cloud()?,
        };
        Ok(self.cloud.get_or_init(|| found))
    }

    fn ask_cloud(&self) -> Result<String, Fault> {
        // An address that is changed in the configuration may be that of another site.
        let fact = self.fact(&format!("cloud-id.{}", self.settings.base_url));
        if let Some(known) = self.facts.recall(&fact, FOR_EVER).and_then(|id| Id::parse(&id)) {
            return Ok(known.as_str().to_owned());
        }
        let path = "/_edge/tenant_info";
        let url = format!("{}{path}", self.settings.base_url);
        let answer = self.try_again(|| self.exchange(&read(path.to_owned()), url.clone(), None))?;
        let id = answer.get("cloudId").and_then(Value::as_str).and_then(Id::parse);
        let id = id.ok_or_else(|| self.odd(path, "no cloudId in it"))?;
        self.facts.remember(&fact, id.as_str());
        Ok(id.as_str().to_owned())
    }

    fn root(&self) -> &'static str {
        if self.kind() == Kind::Jsm { "/alerts" } else { "/v2/alerts" }
    }

    /// Returns a read of an alert, or of what stands below it.
    fn about(&self, id: &str, below: &str) -> Result<Ask, Fault> {
        let mut ask = read(format!("{}/{}{below}", self.root(), segment(id)?));
        if self.kind() == Kind::Opsgenie {
            ask.query.push(("identifierType", "id".to_owned()));
        }
        Ok(ask)
    }

    fn page(&self, ask: &Ask) -> Result<Page, Fault> {
        let answer = self.send(ask)?;
        Page::read(answer).ok_or_else(|| self.odd(&ask.path, "no list in it"))
    }

    /// Sends a request; a failed read again where a second try soon is likely to help, a write never.
    fn send(&self, ask: &Ask) -> Result<Value, Fault> {
        if is_write(ask) { self.send_once(ask) } else { self.try_again(|| self.send_once(ask)) }
    }

    fn try_again(&self, send: impl Fn() -> Result<Value, Fault>) -> Result<Value, Fault> {
        let mut retries = RETRIES;
        loop {
            let start = self.clock.now();
            let fault = match send() {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let wait = wait_before_retry(&fault).filter(|wait| *wait <= MAX_WAIT && retries > 0);
            let Some(wait) = wait.filter(|_| self.clock.now() - start < MAX_RETRIED && !self.stop.requested()) else {
                return Err(fault);
            };
            self.clock.sleep(wait);
            retries -= 1;
        }
    }

    fn send_once(&self, ask: &Ask) -> Result<Value, Fault> {
        let base = match &self.settings.login {
            Login::Jsm { gateway, .. } => format!("{gateway}/jsm/ops/api/{}/v1", self.cloud()?),
            Login::Opsgenie { .. } => self.settings.base_url.clone(),
        };
        self.exchange(ask, format!("{base}{}", ask.path), Some(http::Login::Header("Authorization", self.auth.clone())))
    }

    fn exchange(&self, ask: &Ask, url: String, auth: Option<http::Login<'_>>) -> Result<Value, Fault> {
        let what = What {
            kind: self.kind(),
            section: &self.section,
            method: ask.method.as_str(),
            path: &ask.path,
            right: ask.right,
            write: is_write(ask),
        };
        let call =
            Call { method: ask.method, url, query: ask.query.clone(), auth, body: ask.body.as_ref(), header: None };
        let answer = self.http.send(&call).map_err(|failure| unanswered(what, &failure))?;
        self.server_clock.set(answer.date.or(self.server_clock.get()));
        self.note_limit(&answer);
        // JSM answers to some writes with 204 and nothing else.
        let is_nothing = answer.status == 204 || (is_write(ask) && answer.status == 202 && answer.is_blank());
        let body = if is_nothing { Ok(Value::Null) } else { answer.json() };
        judge(what, answer.status, body, wait_named(&answer))
    }

    /// Source: Opsgenie API, the headers of each answer: `X-RateLimit-State` is `OK`, or `THROTTLED`.
    fn note_limit(&self, answer: &Answer) {
        if answer.header("X-RateLimit-State").is_some_and(|state| !state.eq_ignore_ascii_case("OK")) {
            self.near_limit.set(true);
        }
    }

    /// An answer that is none; only reads get here.
    pub(super) fn odd(&self, path: &str, why: &str) -> Fault {
        let kind = ApiErrorKind::Unavailable { retry_after: None };
        let words = format!("{path}: unexpected answer of {}: {why}", shown(self.kind()));
        let hint = AlertsHint::CheckAddress { section: self.section.clone() };
        ApiError::new(Side::GUANCE, kind, words).with_hint(hint).into()
    }
}

/// Takes what was asked for out of the envelope that Opsgenie puts it into.
fn opened(mut answer: Value) -> Value {
    match answer.get_mut("data") {
        Some(data) => data.take(),
        None => answer,
    }
}

fn read(path: String) -> Ask {
    Ask { method: Method::Get, path, query: Vec::new(), body: None, right: Right::Read }
}

fn config(path: String) -> Ask {
    Ask { right: Right::Config, ..read(path) }
}

fn is_write(ask: &Ask) -> bool {
    ask.method != Method::Get
}

/// Returns how long the service wants to be left alone.
///
/// Source: `Retry-After` is HTTP's; Opsgenie documents `X-RateLimit-Period-In-Sec` in its place.
fn wait_named(answer: &Answer) -> Option<Duration> {
    let period = || answer.header("X-RateLimit-Period-In-Sec")?.trim().parse().ok().map(Duration::from_secs);
    answer.retry_after.or_else(period)
}

/// Tells how long to wait before the same read is worth another try; `None` when it is not.
fn wait_before_retry(fault: &Fault) -> Option<Duration> {
    let named = match fault.error.kind {
        ApiErrorKind::Unavailable { retry_after } => retry_after,
        _ => None,
    };
    match fault.cause {
        Cause::SlowDown => named,
        Cause::Transient => Some(named.unwrap_or(Duration::from_secs(1))),
        Cause::Gone | Cause::Forbidden | Cause::BadRequest | Cause::Other => None,
    }
}

/// An id as a part of an address; one that could lead elsewhere is refused.
fn segment(id: &str) -> Result<&str, Fault> {
    if Id::parse(id).is_some() {
        return Ok(id);
    }
    let error = ApiError::new(Side::GUANCE, ApiErrorKind::Refused, format!("{id:?} is not the id of an alert"));
    Err(Fault { error, cause: Cause::Gone })
}
