//! Bytes to and from Guance.

use std::io::Cursor;

use reqwest::Url;
use serde_json::Value;

use super::answer::{Cause, Fault, What, judge, unanswered};
use super::api::{Api, segment};
use crate::http::{Call, Failure, Method, Opened, Upload};
use crate::ports::{ApiError, ApiErrorKind, Content, Purpose, Urgency};
use crate::words::GuanceFault;

const UPLOAD: &str = "/api/v1/attachment/upload";

/// A longer answer is no message of the service but the file itself.
const LONGEST_MESSAGE: u64 = 1 << 20;

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Uploaded {
    /// The service knows it by this id.
    As(String),
    /// The service does not take it, in its own words.
    Refused(String),
}

impl Api<'_> {
    /// `POST /api/v1/attachment/upload`.
    ///
    /// The page names the path alone. Field and query are those of the vendor's sample for another upload.
    ///
    /// # Errors
    /// When it may work later. An upload that nothing refers to does no harm, so none is ever in doubt.
    pub(super) fn upload(&self, name: &str, mime: Option<&str>, content: Content) -> Result<Uploaded, ApiError> {
        let what = What { method: "POST", path: UPLOAD, write: true };
        let credential = self.take(Urgency::Write, Purpose::File).map_err(|fault| fault.error)?;
        let mut call = self.call(Method::Post, UPLOAD, credential).map_err(|fault| fault.error)?;
        call.query.push(("filename", name.to_owned()));
        let upload = Upload { call, headers: &[], field: "file", name, mime, content };
        let result = match self.http.upload(upload) {
            Ok(answer) => {
                self.server_clock.set(answer.date.or(self.server_clock.get()));
                judge(what, answer.status, answer.json(), answer.retry_after)
            }
            Err(failure) => Err(unanswered(what, &failure)),
        };
        let fault = match result {
            Ok(content) => {
                let id = attachment_id(&content).map(str::to_owned);
                let unnamed = || Uploaded::Refused(format!("POST {UPLOAD}: {}", GuanceFault::NoAttachment));
                return Ok(id.map_or_else(unnamed, Uploaded::As));
            }
            Err(fault) => fault,
        };
        self.rest_after(&fault, credential);
        let Fault { mut error, cause } = fault;
        match error.kind {
            _ if cause == Cause::NoRoute => Ok(Uploaded::Refused(error.message)),
            ApiErrorKind::Refused => Ok(Uploaded::Refused(error.message)),
            ApiErrorKind::InDoubt => {
                error.kind = ApiErrorKind::Unavailable { retry_after: None };
                Err(error)
            }
            _ => Err(error),
        }
    }

    /// `GET /api/v1/attachment/{attachment_uuid}/download`.
    ///
    /// Whether it answers with the bytes, a redirect, or an address in an envelope is not documented. Our key never goes
    /// to another host.
    pub(super) fn download(&self, id: &str) -> Result<Content, ApiError> {
        let path = format!("/api/v1/attachment/{}/download", segment(id).map_err(|fault| fault.error)?);
        let what = What { method: "GET", path: &path, write: false };
        let credential = self.take(Urgency::Write, Purpose::File).map_err(|fault| fault.error)?;
        let call = self.call(Method::Get, &path, credential).map_err(|fault| fault.error)?;
        let read = || -> Result<Content, Fault> {
            let opened = self.http.open(&call).map_err(|failure| unanswered(what, &failure))?;
            let content = match body(opened, what)? {
                Body::File(content) => return Ok(content),
                Body::Message(content) => content,
            };
            let Some(url) = address(&content, &self.settings.base_url) else {
                let error = ApiError::new(
                    crate::domain::Side::GUANCE,
                    ApiErrorKind::Refused,
                    format!("GET {path}: {}", GuanceFault::NoFile),
                );
                return Err(Fault { error, cause: Cause::Other });
            };
            let elsewhere = Call { method: Method::Get, url, query: Vec::new(), auth: None, body: None, header: None };
            let opened = self.http.open(&elsewhere).map_err(|failure| unanswered(what, &failure))?;
            match opened.status() {
                200..=299 => Ok(opened.into_content()),
                status => {
                    let fault = GuanceFault::FromTheStore { status: status.to_string() };
                    Err(unanswered(what, &Failure::NoAnswer(format!("GET {path}: {fault}"))))
                }
            }
        };
        read().map_err(|fault| {
            self.rest_after(&fault, credential);
            fault.error
        })
    }
}

enum Body {
    File(Content),
    Message(Value),
}

/// Tells a file from what the service says in its place.
fn body(opened: Opened, what: What<'_>) -> Result<Body, Fault> {
    let good = (200..300).contains(&opened.status());
    let media = opened.media_type();
    let may_be_message = media.contains("json") || media.contains("html");
    if good && (!may_be_message || opened.is_attachment()) {
        return Ok(Body::File(opened.into_content()));
    }
    if good && opened.size().is_some_and(|size| size > LONGEST_MESSAGE) {
        return Ok(Body::File(opened.into_content()));
    }
    let answer = opened.into_answer().map_err(|failure| unanswered(what, &failure))?;
    let json = answer.json();
    let has = |name: &str| json.as_ref().is_ok_and(|json| json.get(name).is_some());
    let is_envelope = has("code") && (has("success") || has("errorCode"));
    if good && media.contains("json") && !is_envelope {
        let bytes = answer.into_bytes();
        let size = Some(bytes.len() as u64);
        return Ok(Body::File(Content { size, data: Box::new(Cursor::new(bytes)) }));
    }
    judge(what, answer.status, json, answer.retry_after).map(Body::Message)
}

/// Returns the first attachment id anywhere in an answer.
fn attachment_id(content: &Value) -> Option<&str> {
    match content {
        Value::String(text) => Some(text.as_str()).filter(|id| id.starts_with("att_") && segment(id).is_ok()),
        Value::Array(items) => items.iter().find_map(attachment_id),
        Value::Object(map) => map.values().find_map(attachment_id),
        _ => None,
    }
}

/// Returns where an answer says that the file is; never in the clear where the service itself is not.
fn address(content: &Value, base_url: &str) -> Option<String> {
    let url = match content {
        Value::String(text) => text,
        other => ["url", "downloadUrl", "download_url", "link"].iter().find_map(|name| other.get(name)?.as_str())?,
    };
    let parsed = Url::parse(url).ok()?;
    let allowed = parsed.scheme() == "https" || (parsed.scheme() == "http" && base_url.starts_with("http://"));
    allowed.then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn an_uploaded_file_is_named_somewhere() {
        for (content, want) in [
            (json!({"uuid": "att_1", "fileName": "a"}), Some("att_1")),
            (json!({"attachmentUUID": "att_2"}), Some("att_2")),
            (json!([{"uuid": "att_3"}]), Some("att_3")),
            (json!("att_4"), Some("att_4")),
            (json!({"data": [{"fileName": "x", "uuid": "att_5"}]}), Some("att_5")),
            (json!({"uuid": "att_/../x"}), None),
            (json!(true), None),
        ] {
            assert_eq!(attachment_id(&content), want, "{content}");
        }
    }

    #[test]
    fn an_address_in_the_clear_is_followed_only_from_one() {
        let secure = "https://openapi.guance.com";
        assert_eq!(address(&json!("https://oss.example/a?x=1"), secure).as_deref(), Some("https://oss.example/a?x=1"));
        assert_eq!(address(&json!({"url": "https://oss.example/a"}), secure).as_deref(), Some("https://oss.example/a"));
        assert_eq!(address(&json!({"url": "http://oss.example/a"}), secure), None);
        assert_eq!(address(&json!({"url": "file:///etc/passwd"}), secure), None);
        assert_eq!(
            address(&json!({"url": "http://127.0.0.1/a"}), "http://127.0.0.1:1").as_deref(),
            Some("http://127.0.0.1/a")
        );
        assert_eq!(address(&json!(true), secure), None);
    }
}
