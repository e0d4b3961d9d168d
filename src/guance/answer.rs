//! What an answer of the Guance Open API means: its envelope, and the table from status and `errorCode` to what to do.
//!
//! Pure. Source: Guance Open API, "error definition" and "response envelope"; where the pages and observations differ,
//! both are understood.

use std::time::Duration;

use serde_json::Value;

use crate::domain::Side;
use crate::http::{self, Failure, clean};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::{CallFault, Hint};

/// A failed request.
pub(super) type Fault = http::Fault<Cause>;

/// Why, as far as the adapter itself cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cause {
    /// The service said "slow down"; `per_key` when another key may still be served.
    SlowDown { per_key: bool },
    /// The thing the request names does not exist.
    Gone,
    /// The service has no such call.
    NoRoute,
    /// The request's content was refused for another reason.
    BadRequest,
    /// The answer was larger than is taken: fewer rows may be asked for.
    TooMuch,
    /// Worth a second try within this run, if it was a read.
    Transient,
    /// Anything else.
    #[default]
    Other,
}

/// A request as errors name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct What<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) write: bool,
}

/// How long a key rests when the service says "slow down" without a time: its window is a minute.
///
/// Source: Guance Open API, "API limits": 20 requests a minute per key, 200 per workspace.
pub(super) const REST: Duration = Duration::from_mins(1);

/// Returns the `content` of a good answer.
///
/// # Errors
/// What the answer, or the lack of one, means.
pub(super) fn judge(
    what: What<'_>,
    status: u16,
    body: Result<Value, String>,
    retry_after: Option<Duration>,
) -> Result<Value, Fault> {
    let mut envelope = match body {
        Ok(Value::Object(envelope)) => envelope,
        Ok(other) => return Err(not_an_envelope(what, status, &other.to_string(), retry_after)),
        Err(words) => return Err(not_an_envelope(what, status, &words, retry_after)),
    };
    let text = |key: &str| envelope.get(key).and_then(Value::as_str).unwrap_or_default();
    // `code` repeats the HTTP status; a gateway may have flattened the status itself to 200.
    let code = envelope.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = if (200..300).contains(&status) { code.filter(|code| *code >= 400).unwrap_or(status) } else { status };
    let said_no = envelope.get("success").and_then(Value::as_bool) == Some(false);
    let error_code = text("errorCode");
    if (200..300).contains(&status) && !said_no && error_code.is_empty() {
        return match envelope.remove("content") {
            Some(content) => Ok(with_page_info(content, envelope.remove("pageInfo"))),
            None => Err(not_an_envelope(what, status, "an object without content", retry_after)),
        };
    }
    let words = [error_code, text("message")].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(": ");
    let trace = match text("traceId") {
        "" => String::new(),
        id => format!(" (trace {})", clean(id)),
    };
    Err(fault(what, status, error_code, &format!("{status} {}{trace}", clean(&words)), retry_after))
}

/// As [`judge`], where the published examples show some answers without an envelope: then the whole of it is the content.
///
/// Source: Guance Open API, `GET /api/v1/incidents/{incident_uuid}/get`, the example.
pub(super) fn judge_bare(
    what: What<'_>,
    status: u16,
    body: Result<Value, String>,
    retry_after: Option<Duration>,
) -> Result<Value, Fault> {
    let is_content = |body: &Value| match body {
        Value::Array(_) | Value::Bool(true) => true,
        Value::Object(object) => {
            let is_envelope = ["code", "content", "errorCode", "success"].iter().any(|key| object.contains_key(*key));
            !is_envelope && ["uuid", "workspaceUUID", "data"].iter().any(|key| object.contains_key(*key))
        }
        _ => false,
    };
    match body {
        Ok(body) if (200..300).contains(&status) && is_content(&body) => Ok(body),
        body => judge(what, status, body, retry_after),
    }
}

/// Returns what a request without a complete answer means.
pub(super) fn unanswered(what: What<'_>, failure: &Failure) -> Fault {
    let mut error = ApiError::new(Side::GUANCE, failure.kind(!what.write), failure.words());
    error.hint = failure.hint("guance", "Guance");
    let cause = if matches!(failure, Failure::TooMuch { .. }) { Cause::TooMuch } else { Cause::Transient };
    Fault { error, cause }
}

fn fault(what: What<'_>, status: u16, error_code: &str, words: &str, retry_after: Option<Duration>) -> Fault {
    let come_back = ApiErrorKind::Unavailable { retry_after };
    let unknown = if what.write { ApiErrorKind::InDoubt } else { come_back };
    let endless = retry_after.is_some_and(|wait| wait > http::LONGEST_WAIT);
    let named = if endless { Some(http::INSTEAD_OF_ENDLESS) } else { retry_after };
    // A write that met a limit without a time failed, and is tried again like any other; the key rests.
    let slow_down = ApiErrorKind::Unavailable { retry_after: if what.write { named } else { named.or(Some(REST)) } };
    // No limit of ours asks for that.
    let crowded = ApiErrorKind::Crowded { retry_after: http::LONGEST_WAIT };
    let (kind, cause, hint) = match (error_code.strip_prefix("ft.").unwrap_or(error_code), status) {
        // Source: "error definition": both come with status 401, as does a bad key: the code decides.
        ("TriggerApiAkCurrentLimiting", _) => (slow_down, Cause::SlowDown { per_key: true }, Some(Hint::GuanceLimit)),
        (code, _) if code.contains("CurrentLimiting") => {
            (slow_down, Cause::SlowDown { per_key: false }, Some(Hint::GuanceLimit))
        }
        (_, 429) if endless && what.write => (crowded, Cause::Other, None),
        (_, 429) => (slow_down, Cause::SlowDown { per_key: true }, Some(Hint::GuanceLimit)),
        (code, _) if code.eq_ignore_ascii_case("InvalidAPIKey") => {
            (ApiErrorKind::Unauthorized, Cause::Other, Some(Hint::CheckGuanceKey))
        }
        ("RouterNotFound", _) => (come_back, Cause::NoRoute, Some(Hint::CheckGuanceAddress)),
        (_, 401) => (ApiErrorKind::Unauthorized, Cause::Other, Some(Hint::CheckGuanceKey)),
        (_, 502..=504) => (unknown, Cause::Transient, None),
        (_, 408 | 500..) => (unknown, Cause::Other, None),
        (code, status) if status == 404 || code.contains("NotFound") => (ApiErrorKind::Refused, Cause::Gone, None),
        (_, 403) if what.path.starts_with("/api/v1/incidents/") => {
            (ApiErrorKind::Refused, Cause::Other, Some(Hint::GiveKeyIncidents))
        }
        (_, 403) => (ApiErrorKind::Refused, Cause::Other, Some(Hint::GiveKeyPermission)),
        (_, 300..=399) => (come_back, Cause::Other, Some(Hint::CheckGuanceAddress)),
        _ => (ApiErrorKind::Refused, Cause::BadRequest, None),
    };
    let mut error = ApiError::new(Side::GUANCE, kind, format!("{} {}: {words}", what.method, what.path));
    error.hint = hint.map(String::from);
    Fault { error, cause }
}

/// Something between us and the service answered, or something that is not this service.
fn not_an_envelope(what: What<'_>, status: u16, words: &str, retry_after: Option<Duration>) -> Fault {
    let words = CallFault::NotTheOpenApi { status: status.to_string(), words: clean(words) }.to_string();
    match status {
        // Certain in any form: too much, slow down, elsewhere.
        413 | 429 | 300..=399 => fault(what, status, "", &words, retry_after),
        _ => {
            let assumed = if (502..=504).contains(&status) { status } else { 500 };
            let mut fault = fault(what, assumed, "", &words, retry_after);
            if !(500..600).contains(&status) {
                fault.error.hint = Some(Hint::CheckGuanceAddress.into());
            }
            fault
        }
    }
}

/// Puts a top-level `pageInfo` where the nested ones are, so that one reader serves both.
fn with_page_info(content: Value, page_info: Option<Value>) -> Value {
    match (content, page_info) {
        (content @ Value::Array(_), Some(info)) => {
            Value::Object([("data".to_owned(), content), ("pageInfo".to_owned(), info)].into_iter().collect())
        }
        (Value::Object(mut object), Some(info)) if object.contains_key("data") && !object.contains_key("pageInfo") => {
            object.insert("pageInfo".to_owned(), info);
            Value::Object(object)
        }
        (content, _) => content,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    const READ: What<'_> = What { method: "POST", path: "/api/v1/issue/list", write: false };
    const WRITE: What<'_> = What { method: "POST", path: "/api/v1/issue/reply/create", write: true };

    const NO_TIME: ApiErrorKind = ApiErrorKind::Unavailable { retry_after: None };
    const A_MINUTE: ApiErrorKind = ApiErrorKind::Unavailable { retry_after: Some(REST) };

    #[test]
    fn an_answer_without_an_envelope_is_taken_where_one_is_published_so() {
        let what = What { method: "GET", path: "/api/v1/incidents/incident_1/get", write: false };
        for (body, is_content) in [
            (json!({"uuid": "incident_1"}), true),
            (json!({"workspaceUUID": "wksp_1", "name": "x"}), true),
            (json!({"data": []}), true),
            (json!([]), true),
            (json!(true), true),
            (json!({}), false),
            (json!({"error": "no"}), false),
            (json!({"uuid": "incident_1", "code": 500}), false),
            (json!("x"), false),
        ] {
            assert_eq!(judge_bare(what, 200, Ok(body.clone()), None).is_ok(), is_content, "{body}");
            assert!(judge_bare(what, 502, Ok(body.clone()), None).is_err(), "{body}");
        }
        let envelope = json!({"code": 200, "content": {"uuid": "incident_1"}, "success": true, "errorCode": ""});
        assert_eq!(judge_bare(what, 200, Ok(envelope), None), Ok(json!({"uuid": "incident_1"})));
    }

    #[test]
    fn the_error_code_decides_and_then_the_status() {
        use ApiErrorKind::{InDoubt, Refused, Unauthorized};
        for (status, code, read, write, cause) in [
            (401, "ft.TriggerApiAkCurrentLimiting", A_MINUTE, NO_TIME, Cause::SlowDown { per_key: true }),
            (401, "ft.TriggerApiWorkspaceCurrentLimiting", A_MINUTE, NO_TIME, Cause::SlowDown { per_key: false }),
            (200, "ft.TriggerApiAkCurrentLimiting", A_MINUTE, NO_TIME, Cause::SlowDown { per_key: true }),
            (429, "", A_MINUTE, NO_TIME, Cause::SlowDown { per_key: true }),
            (403, "ft.InvalidAPIKey", Unauthorized, Unauthorized, Cause::Other),
            (401, "ft.InvalidAPIKey", Unauthorized, Unauthorized, Cause::Other),
            (403, "InvalidApiKey", Unauthorized, Unauthorized, Cause::Other),
            (401, "ft.Whatever", Unauthorized, Unauthorized, Cause::Other),
            (400, "RouterNotFound", NO_TIME, NO_TIME, Cause::NoRoute),
            (400, "ft.NotFoundIssue", Refused, Refused, Cause::Gone),
            (404, "", Refused, Refused, Cause::Gone),
            (200, "ft.NotFoundIssue", Refused, Refused, Cause::Gone),
            (400, "ft.CheckObject", Refused, Refused, Cause::BadRequest),
            (403, "ft.NoPermission", Refused, Refused, Cause::Other),
            (413, "", Refused, Refused, Cause::BadRequest),
            (200, "", Refused, Refused, Cause::BadRequest),
            (500, "InternalError", NO_TIME, InDoubt, Cause::Other),
            (503, "InternalError", NO_TIME, InDoubt, Cause::Transient),
            (502, "", NO_TIME, InDoubt, Cause::Transient),
        ] {
            let body =
                json!({"code": status, "content": null, "errorCode": code, "message": "words", "success": false});
            for (what, kind) in [(READ, read), (WRITE, write)] {
                let fault = judge(what, status, Ok(body.clone()), None).unwrap_err();
                assert_eq!((fault.error.kind, fault.cause), (kind, cause), "{status} {code} {what:?}");
            }
        }
    }

    #[test]
    fn an_error_names_the_request_the_words_and_the_trace() {
        let body = json!({"code": 403, "errorCode": "ft.InvalidAPIKey", "message": "bad\nkey", "success": false,
            "traceId": "TRACE-1"});
        let error = judge(READ, 403, Ok(body), None).unwrap_err().error;
        assert_eq!(error.message, "POST /api/v1/issue/list: 403 ft.InvalidAPIKey: bad key (trace TRACE-1)");
        let hint = error.hint.unwrap();
        assert!(hint.contains("Key ID") && hint.contains("Key (Secret)"));
    }

    #[test]
    fn what_is_not_an_envelope_is_not_believed() {
        for (status, body, read, write) in [
            (200, Err("<html> Sign in".to_owned()), NO_TIME, ApiErrorKind::InDoubt),
            (200, Ok(json!({})), NO_TIME, ApiErrorKind::InDoubt),
            (200, Ok(json!([])), NO_TIME, ApiErrorKind::InDoubt),
            (403, Err("<html> Cloudflare".to_owned()), NO_TIME, ApiErrorKind::InDoubt),
            (502, Err("Bad Gateway".to_owned()), NO_TIME, ApiErrorKind::InDoubt),
            (302, Err(String::new()), NO_TIME, NO_TIME),
            (413, Err("too large".to_owned()), ApiErrorKind::Refused, ApiErrorKind::Refused),
            (429, Err("slow".to_owned()), A_MINUTE, NO_TIME),
        ] {
            for (what, kind) in [(READ, read), (WRITE, write)] {
                let fault = judge(what, status, body.clone(), None).unwrap_err();
                assert_eq!(fault.error.kind, kind, "{status} {body:?} {what:?}");
            }
        }
        let fault = judge(READ, 200, Err("<html> Sign in".to_owned()), None).unwrap_err();
        assert!(fault.error.message.contains("Sign in") && fault.error.hint.unwrap().contains("base_url"));
    }

    #[test]
    fn a_code_in_the_body_counts_where_the_status_was_flattened() {
        let body = json!({"code": 503, "content": null, "errorCode": "", "message": "", "success": true});
        assert_eq!(judge(WRITE, 200, Ok(body), None).unwrap_err().error.kind, ApiErrorKind::InDoubt);
    }

    #[test]
    fn a_named_wait_is_kept() {
        let wait = Some(Duration::from_secs(7));
        let fault = judge(READ, 503, Err(String::new()), wait).unwrap_err();
        assert_eq!(fault.error.kind, ApiErrorKind::Unavailable { retry_after: wait });
    }

    #[test]
    fn page_info_is_found_at_either_place() {
        let info = json!({"totalCount": 1});
        let nested = json!({"code": 200, "content": {"data": [1], "pageInfo": info}, "success": true});
        let beside = json!({"code": 200, "content": {"data": [1]}, "pageInfo": info, "success": true});
        let bare = json!({"code": 200, "content": [1], "pageInfo": info, "success": true});
        for body in [nested, beside, bare] {
            assert_eq!(judge(READ, 200, Ok(body), None).unwrap(), json!({"data": [1], "pageInfo": {"totalCount": 1}}));
        }
        let boolean = json!({"code": 200, "content": true, "errorCode": "", "success": true});
        assert_eq!(judge(READ, 200, Ok(boolean), None).unwrap(), json!(true));
    }

    #[test]
    fn no_answer_leaves_a_write_in_doubt_and_a_refused_connection_does_not() {
        let lost = || Failure::NoAnswer("reset".to_owned());
        assert_eq!(unanswered(WRITE, &lost()).error.kind, ApiErrorKind::InDoubt);
        assert_eq!(unanswered(READ, &lost()).error.kind, NO_TIME);
        assert_eq!(unanswered(WRITE, &Failure::NotSent("refused".to_owned())).error.kind, NO_TIME);
    }
}
