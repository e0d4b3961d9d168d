//! Writes that are carried out later: a service accepts them, and tells by the id of the request what became of them.
//!
//! Before a write leaves, that it leaves is remembered; with the answer, the id of its request. So a later run can tell a note
//! that is not there from one that waits in the service's queue.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Cause;
use super::service::Alerts;
use super::wire::{Id, moment};
use crate::domain::{Fingerprint, Key, Side};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind};

/// How long to wait before each question after what became of a write, in milliseconds: together as long as a run can wait.
///
/// Source: Opsgenie's own SDK asks again and again while the answer is 404.
const WAITS: [u64; 6] = [0, 300, 700, 1_500, 2_500, 3_000];

/// How long an accepted write may wait in the service's queue. Neither service says; both process within seconds.
const QUEUED: Duration = Duration::from_mins(15);

/// How long a write whose answer was lost may be on its way into that queue, and through it.
const LOST: Duration = Duration::from_mins(2);

/// What became of an accepted write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was carried out.
    Done,
    /// It was not, and why.
    Failed(String),
    /// It waits, or nothing is known of it.
    Waiting,
}

impl Alerts<'_> {
    /// Remembers that a write is about to leave.
    pub(super) fn leaves(&self, key: &Key) {
        self.facts.remember(&self.sent_fact(key), "{}");
    }

    /// Forgets a write: it is certain what became of it.
    pub(super) fn settled(&self, key: &Key) {
        self.facts.forget(&self.sent_fact(key));
    }

    /// Remembers the request of an accepted write, and waits a while for what becomes of it.
    ///
    /// # Errors
    /// When the answer to the write does not name its request: then it may be carried out.
    pub(super) fn await_outcome(&self, key: &Key, accepted: &Value) -> Result<Outcome, ApiError> {
        let id = accepted.get("requestId").and_then(Value::as_str).and_then(Id::parse);
        let Some(id) = id else {
            let words = "the write was accepted, and the answer names no request";
            return Err(ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, words));
        };
        self.facts.remember(&self.sent_fact(key), &json!({ "request": id.as_str() }).to_string());
        for wait in WAITS {
            if wait > 0 {
                if self.api.stop.requested() {
                    break;
                }
                self.api.clock.sleep(Duration::from_millis(wait));
            }
            match self.outcome(id.as_str()) {
                Outcome::Waiting => {}
                known => return Ok(known),
            }
        }
        Ok(Outcome::Waiting)
    }

    /// Returns true while a write that is not to be seen may still appear.
    pub(super) fn may_come(&self, key: &Key) -> bool {
        let fact = self.sent_fact(key);
        let Some(sent) = self.facts.recall(&fact, QUEUED) else { return false };
        let request = serde_json::from_str::<Value>(&sent).ok();
        let request = request.as_ref().and_then(|sent| Id::parse(sent.get("request")?.as_str()?));
        match request {
            None => self.facts.recall(&fact, LOST).is_some(),
            Some(id) => match self.outcome(id.as_str()) {
                Outcome::Failed(_) => {
                    self.facts.forget(&fact);
                    false
                }
                // What was carried out may be shown with a delay.
                Outcome::Done | Outcome::Waiting => true,
            },
        }
    }

    /// Asks what became of a request. While it waits the answer is 404; whatever else is no clear answer tells nothing.
    fn outcome(&self, request: &str) -> Outcome {
        let answer = match self.api.request(request) {
            Ok(answer) => answer,
            Err(fault) => {
                if fault.cause != Cause::Gone {
                    tracing::debug!(error = %fault.error, "What became of a write could not be asked.");
                }
                return Outcome::Waiting;
            }
        };
        let is_processed = answer.get("processedAt").is_some_and(|at| moment(at).is_some());
        match answer.get("isSuccess").and_then(Value::as_bool) {
            Some(true) => Outcome::Done,
            Some(false) if is_processed => {
                Outcome::Failed(clean(answer.get("status").and_then(Value::as_str).unwrap_or("no reason told")))
            }
            _ => Outcome::Waiting,
        }
    }

    fn sent_fact(&self, key: &Key) -> String {
        self.api.fact(&format!("sent.{}", Fingerprint::of(&[key.origin().as_str()])))
    }
}
