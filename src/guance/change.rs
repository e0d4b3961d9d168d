//! Changing an issue: its status, and who is in charge of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Cause, Fault};
use super::statuses::STATUSES;
use super::workspace::Guance;
use super::{convert, extend};
use crate::domain::{Change, Field, IssueId, Person, Receipt, Side, StatusTarget};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::{GuanceFault, Hint};

/// The fact that the service knows the older statuses only.
const OLD_STATUSES: &str = "guance.old_statuses";

/// After this it is tried again.
const OLD_STATUSES_AGE: Duration = Duration::from_hours(30 * 24);

impl Guance<'_> {
    /// Makes an issue say this. The receipt says what it reads afterwards.
    pub(super) fn change_issue(&self, issue: &IssueId, change: &Change) -> Result<Receipt, ApiError> {
        match change {
            Change::Status(target) => self.set_status(issue, target),
            Change::Assignee { set, instead_of } => self.set_manager(issue, set.as_ref(), instead_of.as_deref()),
            Change::Title(_) | Change::Body { .. } | Change::Priority(_) | Change::Follower(_) => {
                let field: Field = change.field();
                Err(refused(GuanceFault::NotChanged { field: field.to_string() }))
            }
        }
    }

    /// Sends nothing but the status, as the vendor's own example does: an `extend` might replace the old one.
    fn set_status(&self, issue: &IssueId, target: &StatusTarget) -> Result<Receipt, ApiError> {
        if target.names.is_empty() {
            let now = self.api.issue(issue)?;
            let receipt = self.issue_receipt(issue, now);
            if receipt.issue.as_ref().is_some_and(|now| now.status.category == target.category) {
                return Ok(receipt);
            }
        }
        let codes = codes(target)?;
        let is_old = self.knows_older_only();
        let mut refusal: Option<Fault> = None;
        let mut was_new_refused = false;
        for (code, is_new) in codes {
            if is_old && is_new {
                continue;
            }
            match self.api.modify_issue(issue, json!({"statusType": code})) {
                Ok(answer) => {
                    if was_new_refused {
                        self.facts.remember(OLD_STATUSES, "yes");
                    }
                    return Ok(self.issue_receipt(issue, answer));
                }
                Err(fault) if fault.cause == Cause::BadRequest && is_new => {
                    was_new_refused = true;
                    refusal = refusal.or(Some(fault));
                }
                Err(fault) => return Err(refusal.unwrap_or(fault).error),
            }
        }
        Err(refusal.map_or_else(|| refused(GuanceFault::NoStatusToSet), |fault| fault.error))
    }

    /// Returns false for a status that this service does not know.
    pub(super) fn takes_status(&self, status: &str) -> bool {
        let is_new = STATUSES.called(status).is_some_and(|status| status.older.is_some());
        !(is_new && self.knows_older_only())
    }

    fn knows_older_only(&self) -> bool {
        self.facts.recall(OLD_STATUSES, OLD_STATUSES_AGE).is_some()
    }

    fn set_manager(
        &self,
        issue: &IssueId,
        set: Option<&Person>,
        instead_of: Option<&str>,
    ) -> Result<Receipt, ApiError> {
        let set = set.map(|person| person.id.as_str());
        let answer = extend::change(&self.api, issue, |extend| {
            let before: Vec<String> = convert::managers(&Value::Object(extend.clone())).map(str::to_owned).collect();
            let after = exchanged(&before, set, instead_of);
            let differs = after != before;
            if differs {
                extend.insert("manager".to_owned(), after.into());
            }
            differs
        })?;
        Ok(self.issue_receipt(issue, answer))
    }

    /// Returns proof of a change, with what the issue reads now where the answer can be understood.
    fn issue_receipt(&self, issue: &IssueId, answer: Value) -> Receipt {
        let now = self.issue(answer).ok().and_then(Result::ok).filter(|now| now.id == *issue);
        let at = now.as_ref().map(|now| now.updated).or_else(|| self.api.server_clock());
        Receipt::of(issue.as_str(), at).reads(now)
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(Side::GUANCE, ApiErrorKind::Refused, message)
}

/// Returns the values of `statusType` to try, in turn, and whether an older service may not know the value.
fn codes(target: &StatusTarget) -> Result<Vec<(i64, bool)>, ApiError> {
    let find = |word: &String| {
        STATUSES
            .called(word)
            .ok_or_else(|| refused(GuanceFault::NoStatus { word: word.clone() }).with_hint(Hint::UseGuanceStatuses))
    };
    let wanted: Vec<_> = match target.names.as_slice() {
        [] => STATUSES.usual(target.category).into_iter().collect(),
        names => names.iter().map(find).collect::<Result<_, _>>()?,
    };
    let substitutes = wanted.iter().filter_map(|status| STATUSES.of(status.older?));
    let mut codes: Vec<(i64, bool)> = Vec::new();
    for status in wanted.iter().copied().chain(substitutes) {
        let code =
            status.id.parse().map_err(|_| refused(format!("status {} is no number; this is a bug", status.id)))?;
        if !codes.iter().any(|(known, _)| *known == code) {
            codes.push((code, status.older.is_some()));
        }
    }
    Ok(codes)
}

/// Puts one manager into another's place; everybody else stays.
pub(super) fn exchanged(before: &[String], set: Option<&str>, instead_of: Option<&str>) -> Vec<String> {
    let mut after: Vec<String> = Vec::with_capacity(before.len() + 1);
    let mut waiting = set.filter(|id| !before.iter().any(|known| known == id));
    for known in before {
        if Some(known.as_str()) == instead_of && Some(known.as_str()) != set {
            after.extend(waiting.take().map(str::to_owned));
        } else {
            after.push(known.clone());
        }
    }
    after.extend(waiting.map(str::to_owned));
    after
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::StatusCategory;

    #[test]
    fn only_the_one_manager_changes() {
        let all = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        for (before, set, instead_of, want) in [
            (&["a"][..], Some("b"), Some("a"), &["b"][..]),
            (&["g", "a", "x@y"], Some("b"), Some("a"), &["g", "b", "x@y"]),
            (&["g", "a"], None, Some("a"), &["g"]),
            (&["g", "a"], None, None, &["g", "a"]),
            (&["g"], Some("b"), None, &["g", "b"]),
            (&["g"], Some("b"), Some("gone"), &["g", "b"]),
            (&["b", "a"], Some("b"), Some("a"), &["b"]),
            (&["a"], Some("a"), Some("a"), &["a"]),
        ] {
            assert_eq!(exchanged(&all(before), set, instead_of), all(want), "{before:?} {set:?} {instead_of:?}");
        }
    }

    #[test]
    fn a_newer_status_has_an_older_one_behind_it() {
        let of = |names: &[&str], category| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            codes(&StatusTarget { names, category, resolution: None, fields: Vec::new() })
        };
        let todo = StatusCategory::Todo;
        assert_eq!(of(&["Working"], todo).unwrap(), [(15, true), (10, false)]);
        assert_eq!(of(&["closed", "20"], todo).unwrap(), [(25, true), (20, false)]);
        assert_eq!(of(&["Pending"], todo).unwrap(), [(30, false)]);
        assert_eq!(of(&[], StatusCategory::InProgress).unwrap(), [(15, true), (10, false)]);
        assert_eq!(of(&["Frozen"], todo).unwrap_err().kind, ApiErrorKind::Refused);
    }
}
