//! What an answer means: the table from status and words to what to do, for both services.
//!
//! Pure. Sources: Opsgenie API documentation, "Response" and "API Rate Limiting"; JSM Operations REST API, the answers of each
//! call. That JSM says 401 also where a token only lacks a scope was observed by public clients.

use std::time::Duration;

use serde_json::Value;

use super::settings::Kind;
use crate::domain::Side;
use crate::http::{self, Failure, clean};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::AlertsHint;

/// A failed request.
pub(super) type Fault = http::Fault<Cause>;

/// Why, as far as the adapter itself cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cause {
    /// The service said "slow down".
    SlowDown,
    /// The thing that the request names does not exist, or not yet.
    Gone,
    /// It is there, or may be, and is not ours to see or to change.
    Forbidden,
    /// The request's content was refused.
    BadRequest,
    /// Worth a second try within this run, if it was a read.
    Transient,
    /// Anything else.
    #[default]
    Other,
}

/// What a request needs to be allowed, as either service calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// To read alerts and notes.
    Read,
    /// To write notes, and to acknowledge and close alerts.
    Write,
    /// To delete notes.
    Delete,
    /// To read schedules, integrations and syncs.
    Config,
}

impl Right {
    /// Returns the name of the scope (JSM), or of the access of an API key (Opsgenie).
    fn name(self, kind: Kind) -> &'static str {
        match (kind, self) {
            (Kind::Jsm, Self::Read) => "read:ops-alert:jira-service-management",
            (Kind::Jsm, Self::Write) => "write:ops-alert:jira-service-management",
            (Kind::Jsm, Self::Delete) => "delete:ops-alert:jira-service-management",
            (Kind::Jsm, Self::Config) => "read:ops-config:jira-service-management",
            (Kind::Opsgenie, Self::Read) => "Read",
            (Kind::Opsgenie, Self::Write) => "Create and Update",
            (Kind::Opsgenie, Self::Delete) => "Delete",
            (Kind::Opsgenie, Self::Config) => "Configuration Access",
        }
    }
}

/// A request as errors name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct What<'a> {
    pub(super) kind: Kind,
    /// The section of the configuration.
    pub(super) section: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) right: Right,
    /// True where it may change something: without an answer it may have.
    pub(super) write: bool,
}

/// How long to wait where a service says "slow down" and names no time: the buckets are filled by the minute.
///
/// Source: Opsgenie API documentation, "API Rate Limiting".
pub(super) const REST: Duration = Duration::from_mins(1);

/// Returns the JSON of a good answer; null where nothing came.
///
/// # Errors
/// What the answer means.
pub(super) fn judge(
    what: What<'_>,
    status: u16,
    body: Result<Value, String>,
    wait: Option<Duration>,
) -> Result<Value, Fault> {
    match body {
        Ok(answer @ (Value::Object(_) | Value::Array(_) | Value::Null)) if (200..300).contains(&status) => Ok(answer),
        Ok(answer @ Value::Object(_)) => Err(fault(what, status, &answer, &said(status, &answer), wait)),
        Ok(other) => Err(no_answer(what, status, &other.to_string(), wait)),
        Err(words) => Err(no_answer(what, status, &words, wait)),
    }
}

/// Returns what a request without a complete answer means.
pub(super) fn unanswered(what: What<'_>, failure: &Failure) -> Fault {
    let mut error = ApiError::new(Side::GUANCE, failure.kind(!what.write), failure.words());
    error.hint = failure.hint(&format!("source {}", what.section), shown(what.kind));
    Fault { error, cause: Cause::Transient }
}

/// What people call the service.
pub(super) fn shown(kind: Kind) -> &'static str {
    match kind {
        Kind::Jsm => "JSM Operations",
        Kind::Opsgenie => "Opsgenie",
    }
}

/// Returns the service's own words: `{"message", "requestId"}`, or `{"errors": [{"title", "code"}]}`.
fn said(status: u16, answer: &Value) -> String {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = match answer.get("errors") {
        Some(Value::Array(all)) => all.iter().map(|one| text(one, "title")).collect::<Vec<_>>().join("; "),
        Some(Value::Object(all)) => {
            let one = |(field, why): (&String, &Value)| format!("{field}: {}", why.as_str().unwrap_or_default());
            all.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        _ => String::new(),
    };
    let words = [text(answer, "message"), errors];
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
    let request = match text(answer, "requestId") {
        id if id.is_empty() => String::new(),
        id => format!(" (request {})", clean(&id)),
    };
    format!("{status} {}{request}", clean(&words.join(": ")))
}

fn fault(what: What<'_>, status: u16, answer: &Value, words: &str, wait: Option<Duration>) -> Fault {
    let section = || what.section.to_owned();
    let come_back = ApiErrorKind::Unavailable { retry_after: wait.filter(|wait| *wait <= http::LONGEST_WAIT) };
    let unknown = if what.write { ApiErrorKind::InDoubt } else { come_back };
    let lacks_scope = what.kind == Kind::Jsm && words.to_ascii_lowercase().contains("scope");
    // Opsgenie's own code for what the plan does not include.
    let lacks_plan = status == 402 || answer.get("code").and_then(Value::as_u64) == Some(40302);
    let (kind, cause, hint) = match status {
        429 => (slow_down(what, wait), Cause::SlowDown, Some(AlertsHint::Limit)),
        _ if lacks_plan => (ApiErrorKind::Refused, Cause::Forbidden, Some(AlertsHint::Plan)),
        // The credentials are good: what else they may do goes on, as long as alerts can be read.
        401 | 403 if lacks_scope && what.right != Right::Read => {
            (ApiErrorKind::Refused, Cause::Forbidden, Some(right(what)))
        }
        401 | 403 if lacks_scope => (ApiErrorKind::Unauthorized, Cause::Forbidden, Some(right(what))),
        401 if what.kind == Kind::Jsm => {
            (ApiErrorKind::Unauthorized, Cause::Other, Some(AlertsHint::CheckToken { section: section() }))
        }
        401 => (ApiErrorKind::Unauthorized, Cause::Other, Some(AlertsHint::CheckKey { section: section() })),
        403 => (ApiErrorKind::Refused, Cause::Forbidden, Some(right(what))),
        404 => (ApiErrorKind::Refused, Cause::Gone, None),
        300..=399 | 410 => (come_back, Cause::Other, Some(AlertsHint::CheckAddress { section: section() })),
        502..=504 => (unknown, Cause::Transient, None),
        408 | 500.. => (unknown, Cause::Other, None),
        _ => (ApiErrorKind::Refused, Cause::BadRequest, None),
    };
    let mut error = ApiError::new(Side::GUANCE, kind, format!("{} {}: {words}", what.method, what.path));
    error.hint = hint.map(String::from);
    Fault { error, cause }
}

fn right(what: What<'_>) -> AlertsHint {
    let (section, name) = (what.section.to_owned(), what.right.name(what.kind).to_owned());
    match (what.kind, what.right) {
        // API tokens carry no such scope at all.
        (Kind::Jsm, Right::Delete) => AlertsHint::CannotDelete,
        (Kind::Jsm, _) => AlertsHint::GrantScope { section, scope: name },
        (Kind::Opsgenie, _) => AlertsHint::GrantKey { section, right: name },
    }
}

/// A read waits as long as the service asks for, or as its buckets take to fill; a write that met the limit failed like any
/// other, and is tried again later.
fn slow_down(what: What<'_>, wait: Option<Duration>) -> ApiErrorKind {
    let endless = wait.is_some_and(|wait| wait > http::LONGEST_WAIT);
    let named = if endless { Some(http::INSTEAD_OF_ENDLESS) } else { wait };
    ApiErrorKind::Unavailable { retry_after: if what.write { named } else { named.or(Some(REST)) } }
}

/// Something between us and the service answered, or something that is not this service.
fn no_answer(what: What<'_>, status: u16, words: &str, wait: Option<Duration>) -> Fault {
    let words = format!("{status}, not an answer of {}: {:?}", shown(what.kind), clean(words));
    let certain = matches!(status, 300..=399 | 401 | 403 | 404 | 413 | 429);
    let assumed = if certain || (502..=504).contains(&status) { status } else { 500 };
    let mut fault = fault(what, assumed, &Value::Null, &words, wait);
    // A page that says 404 comes from whatever stands at this address, and says nothing about one alert.
    if status == 404 {
        fault.cause = Cause::Other;
        fault.error.kind = ApiErrorKind::Unavailable { retry_after: None };
    }
    if !(500..600).contains(&status) && fault.error.hint.is_none() {
        fault.error.hint = Some(AlertsHint::CheckAddress { section: what.section.to_owned() }.into());
    }
    fault
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn what(kind: Kind, right: Right) -> What<'static> {
        let write = matches!(right, Right::Write | Right::Delete);
        What { kind, section: "oncall", method: "GET", path: "/v2/alerts", right, write }
    }

    #[test]
    fn status_and_words_decide_what_to_do() {
        use ApiErrorKind::{InDoubt, Refused, Unauthorized};
        let later = |seconds: Option<u64>| ApiErrorKind::Unavailable { retry_after: seconds.map(Duration::from_secs) };
        let scope = json!({"code": 401, "message": "Unauthorized; scope does not match"});
        let none = json!({"message": "no"});
        for (kind, status, answer, read, write, cause, hint) in [
            (Kind::Opsgenie, 401, &none, Unauthorized, Unauthorized, Cause::Other, "region"),
            (Kind::Jsm, 401, &none, Unauthorized, Unauthorized, Cause::Other, "API token"),
            (Kind::Jsm, 401, &scope, Unauthorized, Refused, Cause::Forbidden, "ops-alert"),
            (Kind::Jsm, 403, &scope, Unauthorized, Refused, Cause::Forbidden, "ops-alert"),
            (Kind::Opsgenie, 403, &none, Refused, Refused, Cause::Forbidden, "API key"),
            (Kind::Opsgenie, 403, &json!({"code": 40302}), Refused, Refused, Cause::Forbidden, "plan"),
            (Kind::Jsm, 402, &none, Refused, Refused, Cause::Forbidden, "plan"),
            (Kind::Jsm, 404, &none, Refused, Refused, Cause::Gone, ""),
            (Kind::Opsgenie, 422, &none, Refused, Refused, Cause::BadRequest, ""),
            (Kind::Opsgenie, 429, &none, later(Some(60)), later(None), Cause::SlowDown, "limit"),
            (Kind::Opsgenie, 500, &none, later(None), InDoubt, Cause::Other, ""),
            (Kind::Jsm, 503, &none, later(None), InDoubt, Cause::Transient, ""),
            (Kind::Opsgenie, 302, &none, later(None), later(None), Cause::Other, "base_url"),
        ] {
            for (right, want) in [(Right::Read, read), (Right::Write, write)] {
                let fault = judge(what(kind, right), status, Ok(answer.clone()), None).unwrap_err();
                assert_eq!((fault.error.kind, fault.cause), (want, cause), "{kind:?} {status} {right:?}");
                let told = fault.error.hint.unwrap_or_default();
                assert!(told.contains(hint) && told.is_empty() == hint.is_empty(), "{kind:?} {status}: {told}");
            }
        }
    }

    #[test]
    fn the_service_says_why_in_either_shape() {
        let words =
            |answer: Value| judge(what(Kind::Jsm, Right::Read), 404, Ok(answer), None).unwrap_err().error.message;
        assert_eq!(
            words(json!({"message": "no", "took": 1, "requestId": "r-1"})),
            "GET /v2/alerts: 404 no (request r-1)"
        );
        assert_eq!(
            words(json!({"errors": [{"title": "Alert not found", "code": "404"}]})),
            "GET /v2/alerts: 404 Alert not found"
        );
        assert_eq!(
            words(json!({"message": "bad", "errors": {"query": "odd\n"}})),
            "GET /v2/alerts: 404 bad: query: odd"
        );
    }

    #[test]
    fn a_wait_is_as_long_as_the_service_says_and_never_endless() {
        let wait = |seconds| {
            let fault =
                judge(what(Kind::Opsgenie, Right::Read), 429, Ok(json!({})), Some(Duration::from_secs(seconds)));
            fault.unwrap_err().error.kind
        };
        assert_eq!(wait(7), ApiErrorKind::Unavailable { retry_after: Some(Duration::from_secs(7)) });
        assert_eq!(wait(4000), ApiErrorKind::Unavailable { retry_after: Some(http::INSTEAD_OF_ENDLESS) });
    }

    #[test]
    fn a_page_that_is_no_json_says_nothing_about_an_alert() {
        for (status, read, write) in [
            (200, ApiErrorKind::Unavailable { retry_after: None }, ApiErrorKind::InDoubt),
            (404, ApiErrorKind::Unavailable { retry_after: None }, ApiErrorKind::Unavailable { retry_after: None }),
            (401, ApiErrorKind::Unauthorized, ApiErrorKind::Unauthorized),
            (502, ApiErrorKind::Unavailable { retry_after: None }, ApiErrorKind::InDoubt),
        ] {
            for (right, want) in [(Right::Read, read), (Right::Write, write)] {
                let fault = judge(what(Kind::Jsm, right), status, Err("<html>".to_owned()), None).unwrap_err();
                assert_eq!(fault.error.kind, want, "{status}");
                assert!(fault.cause != Cause::Gone);
            }
        }
    }
}
