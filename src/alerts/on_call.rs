//! Who is on call. It costs requests of its own, and is asked for only by those who need it.

use std::time::Duration;

use serde_json::Value;

use super::api::SCHEDULES_PAGE;
use super::service::Alerts;
use super::settings::Kind;
use super::wire::Named;
use crate::domain::{Issue, Side};
use crate::ports::{ApiError, FOR_EVER, Walk};

/// How long the list of schedules is believed.
const SCHEDULES_AGE: Duration = Duration::from_hours(1);

/// Most schedules that are asked who is on call, for one alert.
const MAX_SCHEDULES: usize = 5;

/// Most people that are taken of one schedule.
const MAX_PEOPLE: usize = 50;

/// Fact: the schedules, as JSON.
const SCHEDULES: &str = "schedules";

impl Alerts<'_> {
    /// Returns who is on call for an alert now, each once: by the schedule that the configuration names, else by those of the
    /// teams that the alert calls. Nobody is a real answer.
    ///
    /// On JSM a person has the id of an Atlassian account, which is that of Jira; on Opsgenie an e-mail address.
    ///
    /// # Errors
    /// When it could not be asked: the login may not read schedules, for example. An issue is created all the same then.
    pub(super) fn who_is_on_call(&self, alert: &Issue) -> Result<Vec<String>, ApiError> {
        let teams: Vec<&str> =
            alert.source().map(|detail| &detail.channels).into_iter().flatten().map(|team| team.id.as_str()).collect();
        let mut people: Vec<String> = Vec::new();
        for schedule in self.schedules_for(&teams)?.into_iter().take(MAX_SCHEDULES) {
            for person in self.on_call_of(&schedule)? {
                if !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        Ok(people)
    }

    fn schedules_for(&self, teams: &[&str]) -> Result<Vec<Named>, ApiError> {
        let all = self.schedules()?;
        let is_it = |one: &Named| match &self.api.settings.schedule {
            Some(wanted) => one.id == *wanted || one.name.eq_ignore_ascii_case(wanted),
            None => one.enabled != Some(false) && teams.contains(&one.team()),
        };
        Ok(all.into_iter().filter(is_it).collect())
    }

    /// Returns all schedules that the login may see.
    pub(super) fn schedules(&self) -> Result<Vec<Named>, ApiError> {
        if let Some(known) = self.schedules.borrow().as_ref() {
            return Ok(known.clone());
        }
        let fact = self.api.fact(SCHEDULES);
        let kept = self.facts.recall(&fact, SCHEDULES_AGE).and_then(|kept| serde_json::from_str(&kept).ok());
        let rows: Vec<Value> = match kept {
            Some(kept) => kept,
            None => {
                let rows = self.read_schedules()?;
                self.facts.remember(&fact, &Value::Array(rows.clone()).to_string());
                rows
            }
        };
        let all: Vec<Named> = rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect();
        Ok(self.schedules.borrow_mut().insert(all).clone())
    }

    fn read_schedules(&self) -> Result<Vec<Value>, ApiError> {
        let mut walk = Walk::new(Side::GUANCE, "schedules", self.api.stop);
        let mut all: Vec<Value> = Vec::new();
        loop {
            walk.next_page()?;
            let page = self.api.schedules(all.len())?;
            walk.took(&page.rows)?;
            let count = page.rows.len();
            // What is needed of them, and no more: it is kept.
            let named = |row: Value| {
                let team = row.get("teamId").or_else(|| row.get("ownerTeam")?.get("id")).cloned().unwrap_or_default();
                serde_json::json!({"id": row.get("id"), "name": row.get("name"), "enabled": row.get("enabled"), "teamId": team})
            };
            all.extend(page.rows.into_iter().map(named));
            let is_last = count < SCHEDULES_PAGE && page.next.is_empty();
            if count == 0 || is_last || self.api.kind() == Kind::Opsgenie {
                return Ok(all);
            }
        }
    }

    /// Source: Opsgenie API, `GET /v2/schedules/{id}/on-calls?flat=true`: `onCallRecipients`, e-mail addresses. JSM Operations
    /// REST API, `GET /v1/schedules/{id}/on-calls?flat=true`: `onCallUsers`, account ids.
    fn on_call_of(&self, schedule: &Named) -> Result<Vec<String>, ApiError> {
        if let Some(known) = self.on_call.borrow().get(&schedule.id) {
            return Ok(known.clone());
        }
        let answer = self.api.on_calls(&schedule.id)?;
        let names = ["onCallRecipients", "onCallUsers"].into_iter().find_map(|key| answer.get(key)?.as_array());
        let legal = |who: &&str| !who.is_empty() && who.len() <= 254 && !who.contains(|c: char| c.is_control());
        let people: Vec<String> = names
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(legal)
            .take(MAX_PEOPLE)
            .map(str::to_owned)
            .collect();
        self.on_call.borrow_mut().insert(schedule.id.clone(), people.clone());
        Ok(people)
    }

    /// Forgets which schedules there are: the configuration may name one that is new.
    pub(super) fn forget_schedules(&self) {
        if self.facts.recall(&self.api.fact(SCHEDULES), FOR_EVER).is_some() {
            self.facts.forget(&self.api.fact(SCHEDULES));
        }
    }
}
