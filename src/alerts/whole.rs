//! From a row of a list to the whole alert: a list leaves out the description, and what programs have put beside it.
//!
//! Each alert costs a request, and the overlap of a run reads the same rows again. So what a list leaves out is kept for an
//! hour under the fingerprint of the row that it belongs to: an alert that did not change is not asked for again, and a run
//! that was cut off in the middle of many alerts goes on where it ended.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Cause;
use super::api::List;
use super::service::Alerts;
use super::settings::Kind;
use super::wire::{AlertRow, Id};
use crate::domain::{Fingerprint, IssueId, Side};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER, Unreadable, Walk};

/// How long the rest of an alert is believed while its row reads the same.
const AGE: Duration = Duration::from_hours(1);

/// Of how many alerts the rest is kept; of more it is asked for anew.
const MAX_KEPT: usize = 500;

/// The fact that holds the ids of those alerts.
const KEPT: &str = "kept";

/// What a list leaves out.
#[derive(Debug, Deserialize, Serialize)]
struct Rest {
    /// Fingerprint of the row of the list.
    row: String,
    description: String,
    entity: String,
    details: Map<String, Value>,
}

/// What became of reading one alert by its id.
pub(super) enum Found {
    /// It is there.
    Whole(Box<AlertRow>),
    /// There is none of this id, or none that we may know of.
    Gone,
    /// It cannot be read, or not be understood.
    Odd(Unreadable),
}

impl Alerts<'_> {
    /// Returns the alerts of these rows, whole, and those that could not be read.
    ///
    /// # Errors
    /// When one of them could not be asked for, or the run is to end.
    pub(super) fn whole(&self, rows: Vec<AlertRow>) -> Result<(Vec<AlertRow>, Vec<Unreadable>), ApiError> {
        self.keep_only(&rows);
        let mut walk = Walk::new(Side::GUANCE, "alerts by id", self.api.stop);
        let (mut whole, mut odd) = (Vec::new(), Vec::new());
        for row in rows {
            if let Some(row) = self.completed(&row) {
                whole.push(row);
                continue;
            }
            walk.next_page()?;
            match self.by_id(row.id.as_str())? {
                Found::Whole(read) => {
                    self.keep_rest(&row, &read);
                    whole.push(*read);
                }
                Found::Gone => {}
                Found::Odd(unreadable) => odd.push(unreadable),
            }
        }
        for row in &whole {
            self.seen.borrow_mut().insert(row.id.as_str().to_owned(), row.clone());
        }
        Ok((whole, odd))
    }

    /// Reads one alert by its id.
    ///
    /// # Errors
    /// When it could not be asked for.
    pub(super) fn by_id(&self, id: &str) -> Result<Found, ApiError> {
        let odd = |why| Found::Odd(Unreadable { issue: Some(IssueId::new(id)), why });
        let answer = match self.api.alert(id) {
            Ok(answer) => answer,
            Err(fault) if fault.cause == Cause::Gone && self.sees_nothing()? => {
                return Ok(odd(format!("{}, and this account sees no alert at all", fault.error.message)));
            }
            Err(fault) if fault.cause == Cause::Gone => return Ok(Found::Gone),
            Err(fault) if fault.error.kind == ApiErrorKind::Refused => return Ok(odd(fault.error.message)),
            Err(fault) => return Err(fault.error),
        };
        Ok(match serde_json::from_value::<AlertRow>(answer) {
            Ok(row) if row.id.as_str() != id => odd(format!("another alert was answered: {}", row.id.as_str())),
            Ok(mut row) => {
                // An alert without a description need not say so.
                row.description.get_or_insert_default();
                self.seen.borrow_mut().insert(id.to_owned(), row.clone());
                Found::Whole(Box::new(row))
            }
            Err(error) => odd(clean(&error.to_string())),
        })
    }

    /// Returns true for an account that sees nothing: on JSM that is what one without access to any team's operations is told,
    /// and a 404 of it says nothing about the alert.
    fn sees_nothing(&self) -> Result<bool, ApiError> {
        if self.api.kind() == Kind::Opsgenie || !self.seen.borrow().is_empty() {
            return Ok(false);
        }
        Ok(self.api.alerts(&List { query: "", sort: "insertedAt", offset: 0 })?.rows.is_empty())
    }

    /// Returns the whole alert of a row, where the row itself or what is kept tells it.
    fn completed(&self, row: &AlertRow) -> Option<AlertRow> {
        if row.is_whole() {
            return Some(row.clone());
        }
        let kept = self.facts.recall(&self.rest_fact(row.id.as_str()), AGE)?;
        let rest: Rest = serde_json::from_str(&kept).ok().filter(|rest: &Rest| rest.row == print(row))?;
        let Rest { row: _, description, entity, details } = rest;
        Some(AlertRow { description: Some(description), entity, details, ..row.clone() })
    }

    fn keep_rest(&self, row: &AlertRow, read: &AlertRow) {
        let index = self.facts.recall(&self.api.fact(KEPT), FOR_EVER).unwrap_or_default();
        // It was read later than the list: kept is only what belongs to the row.
        if row.updated_at != read.updated_at || !index.split(' ').any(|id| id == row.id.as_str()) {
            return;
        }
        let rest = Rest {
            row: print(row),
            description: read.description.clone().unwrap_or_default(),
            entity: read.entity.clone(),
            details: read.details.clone(),
        };
        if let Ok(text) = serde_json::to_string(&rest) {
            self.facts.remember(&self.rest_fact(row.id.as_str()), &text);
        }
    }

    /// Forgets what is kept of alerts that are not read any more. Which ones something is kept of is noted before it is kept.
    fn keep_only(&self, rows: &[AlertRow]) {
        let fact = self.api.fact(KEPT);
        let before = self.facts.recall(&fact, FOR_EVER).unwrap_or_default();
        let thin = rows.iter().filter(|row| !row.is_whole());
        let now: Vec<&str> = thin.map(|row| row.id.as_str()).take(MAX_KEPT).collect();
        for id in before.split(' ').filter(|id| Id::parse(id).is_some() && !now.contains(id)) {
            self.facts.forget(&self.rest_fact(id));
        }
        let now = now.join(" ");
        if now != before {
            self.facts.remember(&fact, &now);
        }
    }

    fn rest_fact(&self, id: &str) -> String {
        self.api.fact(&format!("rest.{id}"))
    }
}

fn print(row: &AlertRow) -> String {
    Fingerprint::of(&[&serde_json::to_string(row).unwrap_or_default()]).as_str().to_owned()
}
