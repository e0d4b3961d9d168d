//! An answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use serde_json::Value;

use super::call::{Method, shown};
use super::failure::Failure;
use super::json;
use crate::secret::Redactor;
use crate::words::CallFault;

/// A complete answer, whatever its status.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The service's clock, from the `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// `Retry-After`, given in seconds or as a date, as a time to wait; [`ENDLESS_WAIT`](super::ENDLESS_WAIT) for more than
    /// [`LONGEST_WAIT`](super::LONGEST_WAIT).
    pub retry_after: Option<Duration>,
    /// At most [`MAX_BODY_BYTES`], as it came.
    pub(super) body: Vec<u8>,
    /// Whether the body may be parsed, once that was looked at.
    pub(super) is_bounded: bool,
    pub(super) headers: Vec<(String, String)>,
    pub(super) redactor: Arc<Redactor>,
}

/// Longest answer that is read, in bytes.
pub const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// So much of a body is looked at when it is not JSON.
const HEAD_BYTES: usize = 16 * 1024;

impl Answer {
    /// Returns the answer if it may be parsed.
    pub(super) fn bounded(self, method: Method, url: &Url) -> Result<Self, Failure> {
        match json::excess(&self.body) {
            None => Ok(Self { is_bounded: true, ..self }),
            Some(why) => {
                let fault = CallFault::Answered { status: self.status.to_string(), why };
                let words = format!("{} {}: {fault}", method.as_str(), shown(url));
                Err(Failure::TooMuch { status: self.status, words })
            }
        }
    }

    /// Returns a header's value; names are compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns true when nothing but blanks came.
    pub fn is_blank(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// Returns the beginning of the body as text.
    pub fn head(&self) -> String {
        let head = self.body.get(..HEAD_BYTES).unwrap_or(&self.body);
        self.redactor.clean(&String::from_utf8_lossy(head)).into_owned()
    }

    /// Returns the body as it came, where it is somebody's file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// Parses the body as JSON. One broken character does not make it none: half of a surrogate pair is left out, and what
    /// is no UTF-8 reads as U+FFFD.
    ///
    /// # Errors
    /// With the body's first words when it is something else (a login page, a proxy's message); with the reason when it
    /// holds more than is taken.
    pub fn json(&self) -> Result<Value, String> {
        if !self.is_bounded
            && let Some(why) = json::excess(&self.body)
        {
            return Err(why);
        }
        match json::parse(&self.body) {
            Ok(mut value) => {
                self.redactor.clean_json(&mut value);
                Ok(value)
            }
            Err(_) => {
                let words: String = self.head().split_whitespace().collect::<Vec<_>>().join(" ");
                Err(words.chars().filter(|c| !c.is_control()).take(80).collect())
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, body, date, retry_after, is_bounded: _, headers: _, redactor: _ } = self;
        f.debug_struct("Answer")
            .field("status", status)
            .field("body_bytes", &body.len())
            .field("date", date)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}
