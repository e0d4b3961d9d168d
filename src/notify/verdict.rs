//! What an answer means, as far as services agree on it.

use std::time::Duration;

use serde_json::Value;

use crate::http::{self, Answer, Failure, INSTEAD_OF_ENDLESS, LONGEST_WAIT};
use crate::ports::SendErrorKind;
use crate::words::NotifyHint;

/// How long a room is left alone whose service says only that it is too much.
pub(super) const PAUSE: Duration = Duration::from_mins(1);

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: SendErrorKind,
    pub(super) words: String,
    pub(super) hint: Option<NotifyHint>,
}

/// What the message is for which a service gave a reason.
pub(super) type Verdict = Result<(), Fault>;

/// What one of a service's own codes means, and how to mend it.
pub(super) type Meaning = (SendErrorKind, Option<NotifyHint>);

/// Certainly not sent; again after this time.
pub(super) fn later(wait: Duration) -> SendErrorKind {
    SendErrorKind::NotSent { retry_after: Some(wait) }
}

impl Fault {
    /// Returns a fault with the service's own words as one line of bounded length.
    pub(super) fn new(kind: SendErrorKind, words: &str, hint: Option<NotifyHint>) -> Self {
        Self { kind, words: http::clean(words), hint }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let (kind, hint) = match &failure {
            Failure::NotSent(words) if words.contains("certificate") => {
                (SendErrorKind::NotSent { retry_after: None }, Some(NotifyHint::SetRoomCaFile))
            }
            Failure::NotSent(_) => (SendErrorKind::NotSent { retry_after: None }, Some(NotifyHint::CheckRoomNetwork)),
            Failure::NoAnswer(_) | Failure::TooMuch { .. } => (SendErrorKind::Lost, Some(NotifyHint::LookIntoRoom)),
        };
        Self { kind, words: failure.words().to_owned(), hint }
    }
}

/// Returns what a status outside 2xx means, of whatever service; `None` for one inside.
///
/// A refusal (4xx) says that nothing happened. After a 5xx nobody knows, but one that says when to come again was told by
/// somebody who turned the message away.
pub(super) fn of_status(answer: &Answer) -> Option<Fault> {
    let status = answer.status;
    let wait = answer.retry_after.map(|wait| if wait > LONGEST_WAIT { INSTEAD_OF_ENDLESS } else { wait });
    let (kind, hint) = match (status, wait) {
        (200..=299, _) => return None,
        (429, wait) => (later(wait.unwrap_or(PAUSE)), Some(NotifyHint::RoomIsBusy)),
        (408 | 425 | 503, Some(wait)) => (later(wait), None),
        (408 | 425, None) => (later(PAUSE), None),
        (300..=399, _) => (SendErrorKind::Unauthorized, Some(NotifyHint::RoomRedirects)),
        (401 | 403 | 404 | 405 | 410, _) => (SendErrorKind::Unauthorized, Some(NotifyHint::CheckRoomAddress)),
        (407, _) => (SendErrorKind::Unauthorized, Some(NotifyHint::CheckRoomNetwork)),
        (400..=499, _) => (SendErrorKind::Refused, None),
        _ => (SendErrorKind::Lost, Some(NotifyHint::LookIntoRoom)),
    };
    Some(Fault::new(kind, &format!("status {status}{}", quoted(answer)), hint))
}

/// Returns the answer of a service that always answers with a JSON object.
pub(super) fn object(answer: &Answer) -> Result<Value, Fault> {
    match answer.json() {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(of_status(answer).unwrap_or_else(|| stranger(answer))),
    }
}

/// Judges the answer of a service that puts a number into a field of a JSON object: zero is success, whatever the status is.
pub(super) fn of_code(
    answer: &Answer,
    (code, words): (&str, &str),
    meaning: impl Fn(i64, &str) -> Option<Meaning>,
) -> Verdict {
    let value = object(answer)?;
    let said = value.get(words).and_then(Value::as_str).unwrap_or_default();
    let Some(number) = value.get(code).and_then(Value::as_i64) else {
        return Err(of_status(answer).unwrap_or_else(|| nothing_told(&value, code)));
    };
    if number == 0 {
        return of_status(answer).map_or(Ok(()), Err);
    }
    let words = format!("{code} {number}: {said}");
    match meaning(number, said) {
        Some((kind, hint)) => Err(Fault::new(kind, &words, hint)),
        // An unknown number is a refusal all the same.
        None if answer.status < 500 => Err(Fault::new(SendErrorKind::Refused, &words, None)),
        None => Err(Fault::new(SendErrorKind::Lost, &words, Some(NotifyHint::LookIntoRoom))),
    }
}

/// A JSON object that does not say whether it was a success is none.
fn nothing_told(value: &Value, code: &str) -> Fault {
    let words = format!("the answer has no {code}: {value}");
    Fault::new(SendErrorKind::Lost, &words, Some(NotifyHint::LookIntoRoom))
}

/// A success of somebody who is not the service: a page of a proxy, or of a login. An answer that is only broken may be the
/// service's own.
pub(super) fn stranger(answer: &Answer) -> Fault {
    let is_page = answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || answer.head().trim_start().starts_with('<');
    let (kind, hint) = if is_page {
        (SendErrorKind::Unauthorized, NotifyHint::RoomIsAPage)
    } else {
        (SendErrorKind::Lost, NotifyHint::LookIntoRoom)
    };
    Fault::new(kind, &format!("status {}, and not the service's answer{}", answer.status, quoted(answer)), Some(hint))
}

/// Returns the first words of an answer, where it has any.
pub(super) fn quoted(answer: &Answer) -> String {
    let words = http::clean(&answer.head());
    if words.is_empty() { String::new() } else { format!(": {words}") }
}
