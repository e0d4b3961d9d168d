//! What an answer means: the service's words in every shape they come in, and what a caller should do about them.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::auth::LoginRefusal;
use crate::http::{self, clean};
use crate::ports::ApiErrorKind;

/// What Jira said about a failure, in whichever shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// Free sentences.
    pub(super) messages: Vec<String>,
    /// What was wrong with which field.
    pub(super) fields: Vec<(String, String)>,
}

/// What an answer looked like, as far as its meaning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) status: u16,
    /// A read, or a write that may be carried out twice.
    pub(super) repeatable: bool,
    /// It would have changed something.
    pub(super) writes: bool,
    /// The limit is that of one issue.
    pub(super) per_issue: bool,
    pub(super) login: Option<LoginRefusal>,
    pub(super) shape: Shape,
    pub(super) retry_after: Option<Duration>,
}

/// What kind of body came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Jira's own JSON.
    Jira,
    /// JSON of the gateway in front of Jira Cloud.
    Gateway,
    /// HTML or plain text.
    Page,
    /// Nothing.
    Empty,
}

/// Decides what a caller should do about an answer that is not a plain success.
pub(super) fn kind_of(seen: &Seen) -> ApiErrorKind {
    let later = ApiErrorKind::Unavailable { retry_after: None };
    let unclear = if seen.repeatable { later } else { ApiErrorKind::InDoubt };
    match (seen.status, seen.shape) {
        // Carried out for somebody, or answered by a page: only a look-up can tell.
        (200..=299, _) if !seen.repeatable => ApiErrorKind::InDoubt,
        _ if seen.login.is_some() => ApiErrorKind::Unauthorized,
        (403, Shape::Jira) | (413, _) => ApiErrorKind::Refused,
        // A firewall that dislikes one text must not silence the whole side.
        (403, Shape::Page) if !seen.repeatable => later,
        (401 | 403, _) => ApiErrorKind::Unauthorized,
        (429, _) => too_much(seen),
        (500..=599, _) if seen.repeatable => ApiErrorKind::Unavailable { retry_after: seen.retry_after },
        (500..=599, _) => ApiErrorKind::InDoubt,
        (408, _) => unclear,
        (409 | 425 | 200..=399, _) | (_, Shape::Page) => later,
        _ => ApiErrorKind::Refused,
    }
}

/// How long Jira is left alone that said "slow down" without a time.
pub(super) const REST: Duration = Duration::from_secs(30);

/// Tells whom a "slow down" is about: us, or one issue that is written to. A wait without end speaks for no limit of ours.
///
/// Source: Jira Cloud, "Rate limiting": `RateLimit-Reason: jira-per-issue-on-write`.
fn too_much(seen: &Seen) -> ApiErrorKind {
    let is_endless = seen.retry_after.is_some_and(|wait| wait > http::LONGEST_WAIT);
    match seen.retry_after {
        _ if seen.writes && (seen.per_issue || is_endless) => {
            let retry_after = seen.retry_after.unwrap_or(REST).min(http::LONGEST_WAIT);
            ApiErrorKind::Crowded { retry_after }
        }
        _ if is_endless => ApiErrorKind::Unavailable { retry_after: Some(http::INSTEAD_OF_ENDLESS) },
        retry_after => ApiErrorKind::Unavailable { retry_after },
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(|(field, why)| format!("{field}: {why}"));
        let all: Vec<String> = self.messages.iter().cloned().chain(fields).collect();
        f.write_str(clean(&all.join("; ")).trim_end_matches('.'))
    }
}

pub(super) fn shape_of(value: &Value) -> Shape {
    let has = |name: &str| value.get(name).is_some();
    let gateway = has("code") && !has("errorMessages") && !has("errors");
    if gateway { Shape::Gateway } else { Shape::Jira }
}

/// Reads every error shape seen in the wild; what it does not know it shows whole.
pub(super) fn words_of(value: &Value) -> Words {
    let mut words = Words::default();
    match value.get("errorMessages") {
        Some(Value::Array(list)) => words.messages.extend(list.iter().map(plain)),
        Some(Value::String(one)) => words.messages.push(one.clone()),
        _ => {}
    }
    for name in ["message", "errorMessage", "error_description", "error"] {
        if let Some(Value::String(one)) = value.get(name) {
            words.messages.push(one.clone());
        }
    }
    match value.get("errors") {
        Some(Value::Object(map)) => words.fields.extend(map.iter().map(|(field, why)| (field.clone(), plain(why)))),
        Some(Value::Array(list)) => {
            for inner in list.iter().map(|one| words_of(one.get("elementErrors").unwrap_or(one))) {
                words.messages.extend(inner.messages);
                words.fields.extend(inner.fields);
            }
        }
        Some(Value::String(one)) => words.messages.push(one.clone()),
        _ => {}
    }
    if words == Words::default() {
        match value {
            Value::String(one) => words.messages.push(one.clone()),
            Value::Object(map) if !map.is_empty() => words.messages.push(value.to_string()),
            _ => {}
        }
    }
    words.messages.retain(|text| !text.trim().is_empty());
    words.messages.iter_mut().for_each(|text| *text = clean(text));
    words.fields.iter_mut().for_each(|(field, why)| (*field, *why) = (clean(field), clean(why)));
    words
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the first words of a page that came instead of JSON: its title, else its text without tags.
pub(super) fn page_words(page: &str) -> String {
    let head: String = page.chars().take(8000).collect();
    let lower = head.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let rest = head.get(start + "<title>".len()..)?;
        rest.split('<').next().map(str::trim).filter(|title| !title.is_empty())
    });
    if let Some(title) = title {
        return clean(title);
    }
    let mut text = String::new();
    let mut inside = false;
    for c in head.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    clean(&text).chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;

    const LATER: ApiErrorKind = ApiErrorKind::Unavailable { retry_after: None };

    #[test]
    fn an_answer_means_one_thing() {
        use ApiErrorKind::{InDoubt, Refused, Unauthorized};
        use Shape::{Empty, Gateway, Jira, Page};
        let captcha = Some(LoginRefusal::Captcha);
        for (status, shape, login, read, write) in [
            (200, Page, None, LATER, InDoubt),
            (200, Jira, captcha, Unauthorized, InDoubt),
            (302, Empty, None, LATER, LATER),
            (400, Jira, None, Refused, Refused),
            (400, Jira, captcha, Unauthorized, Unauthorized),
            (400, Page, None, LATER, LATER),
            (401, Jira, None, Unauthorized, Unauthorized),
            (401, Page, None, Unauthorized, Unauthorized),
            (401, Gateway, None, Unauthorized, Unauthorized),
            (403, Jira, None, Refused, Refused),
            (403, Gateway, None, Unauthorized, Unauthorized),
            (403, Page, None, Unauthorized, LATER),
            (403, Page, captcha, Unauthorized, Unauthorized),
            (404, Jira, None, Refused, Refused),
            (404, Page, None, LATER, LATER),
            (405, Empty, None, Refused, Refused),
            (408, Empty, None, LATER, InDoubt),
            (409, Jira, None, LATER, LATER),
            (410, Jira, None, Refused, Refused),
            (413, Page, None, Refused, Refused),
            (429, Empty, None, LATER, LATER),
            (500, Jira, None, LATER, InDoubt),
            (502, Page, None, LATER, InDoubt),
            (503, Jira, None, LATER, InDoubt),
        ] {
            for (repeatable, want) in [(true, read), (false, write)] {
                let (writes, per_issue) = (!repeatable, false);
                let seen = Seen { status, repeatable, writes, per_issue, login, shape, retry_after: None };
                assert_eq!(kind_of(&seen), want, "{seen:?}");
            }
        }
    }

    #[test]
    fn a_limit_of_one_issue_or_without_end_is_about_one_write() {
        let hour = Duration::from_hours(1);
        let later = |wait| ApiErrorKind::Unavailable { retry_after: Some(wait) };
        let crowded = |retry_after| ApiErrorKind::Crowded { retry_after };
        for (writes, per_issue, wait, want) in [
            (true, false, Some(hour), later(hour)),
            (true, true, Some(REST * 2), crowded(REST * 2)),
            (true, true, None, crowded(REST)),
            (true, false, Some(http::ENDLESS_WAIT), crowded(hour)),
            (false, true, Some(REST), later(REST)),
            (false, false, Some(http::ENDLESS_WAIT), later(http::INSTEAD_OF_ENDLESS)),
        ] {
            let (login, shape) = (None, Shape::Jira);
            let seen = Seen { status: 429, repeatable: !writes, writes, per_issue, login, shape, retry_after: wait };
            assert_eq!(kind_of(&seen), want, "{seen:?}");
        }
    }

    #[test]
    fn every_error_shape_keeps_the_services_own_words() {
        for (value, want) in [
            (json!({"errorMessages": ["No."], "errors": {}}), "No"),
            (json!({"errorMessages": [], "errors": {"summary": "You must."}}), "summary: You must"),
            (json!({"message": "Client must be authenticated.", "status-code": 401}), "Client must be authenticated"),
            (json!({"errorMessage": "busy"}), "busy"),
            (
                json!({"code": 401, "message": "Unauthorized; scope does not match"}),
                "Unauthorized; scope does not match",
            ),
            (json!({"errorMessages": "one\ntwo", "errors": "three"}), "one two; three"),
            (json!({"errors": [{"elementErrors": {"errors": {"labels": "no"}}}]}), "labels: no"),
            (json!({"surprise": 7}), r#"{"surprise":7}"#),
            (json!([]), ""),
        ] {
            assert_eq!(words_of(&value).to_string(), want);
        }
    }

    #[test]
    fn a_page_shows_its_title_or_its_first_words() {
        assert_eq!(page_words("<html><head><TITLE> Log in \n- Jira</TITLE>"), "Log in - Jira");
        assert_eq!(page_words("<h1>502</h1><p>Bad gateway"), "502 Bad gateway");
        assert_eq!(page_words("XSRF check failed"), "XSRF check failed");
    }
}
