//! The endpoints of the Incident Center: one method each.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::source::Incidents;
use crate::domain::IssueId;
use crate::guance::answer::Fault;
use crate::guance::api::{INCIDENTS, Request, segment};
use crate::guance::paging::Part;
use crate::http::Method;
use crate::ports::Urgency;

/// Fact: large pages are refused.
const PAGE_SIZE: &str = "guance.incidents.page_size";

/// The page size of the published example. The greatest one is not documented.
///
/// Source: Guance Open API, `POST /api/v1/incidents/list`.
const EXAMPLE_PAGE: usize = 10;

/// What a list is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// From when until when; `None`: nothing is said of times.
    pub(super) times: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Only what nobody has ended.
    pub(super) open: bool,
}

impl Asked {
    /// `timeRange` is in milliseconds. Rows tell whole seconds, so the range goes from the floor to the ceiling.
    fn body(self, size: usize, index: usize) -> Value {
        let mut body = Map::new();
        let mut say = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
        say("pageSize", size.into());
        say("pageIndex", index.into());
        if let Some((from, until)) = self.times {
            let ceiling = until.timestamp() + i64::from(until.timestamp_subsec_nanos() > 0);
            say("timeRange", json!([from.timestamp() * 1000, ceiling * 1000]));
        }
        if self.open {
            say("incidentsStatus", json!(["open", "working"]));
        }
        Value::Object(body)
    }
}

impl Incidents<'_> {
    /// `POST /api/v1/incidents/list`, at most so many pages.
    pub(super) fn list(&self, asked: Asked, requests: usize) -> Result<Part, Fault> {
        self.guance.api.list_within(PAGE_SIZE, EXAMPLE_PAGE, requests, |size, index| Request {
            method: Method::Post,
            path: format!("{INCIDENTS}list"),
            query: Vec::new(),
            body: Some(asked.body(size, index)),
            write: false,
        })
    }

    /// `GET /api/v1/incidents/{incident_uuid}/get`.
    pub(super) fn incident(&self, id: &IssueId) -> Result<Value, Fault> {
        let answer = self.guance.api.get(format!("{INCIDENTS}{}/get", segment(id.as_str())?))?;
        Ok(named(answer, id))
    }

    /// The same, as the first half of a change: like a write it leaves the slots that the next run's polls need.
    pub(super) fn incident_to_change(&self, id: &IssueId) -> Result<Value, Fault> {
        let path = format!("{INCIDENTS}{}/get", segment(id.as_str())?);
        let request = Request { method: Method::Get, path, query: Vec::new(), body: None, write: false };
        Ok(named(self.guance.api.send_with(&request, Urgency::Write)?, id))
    }

    /// `POST /api/v1/incidents/{incident_uuid}/modify`.
    pub(super) fn modify(&self, id: &IssueId, body: Value) -> Result<Value, Fault> {
        let path = format!("{INCIDENTS}{}/modify", segment(id.as_str())?);
        Ok(named(self.guance.api.write(Method::Post, path, Some(body))?, id))
    }

    /// `POST /api/v1/incidents/comment/{incident_uuid}/add`. It answers `true`, and does not tell the comment's id.
    pub(super) fn add_comment(&self, id: &IssueId, body: Value) -> Result<Value, Fault> {
        let path = format!("{INCIDENTS}comment/{}/add", segment(id.as_str())?);
        self.guance.api.write(Method::Post, path, Some(body))
    }
}

/// Gives an incident the id that it was asked for by, where the answer leaves it out: the published example ends before it.
fn named(mut answer: Value, id: &IssueId) -> Value {
    if let Some(object) = answer.as_object_mut() {
        object.entry("uuid").or_insert_with(|| id.as_str().into());
    }
    answer
}
