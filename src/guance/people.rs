//! Who is who in the workspace: managers, and members found by exactly their address or name.

use std::time::Duration;

use serde_json::{Value, json};

use super::convert::person;
use super::wire::{IssueRow, Member};
use super::{Guance, api};
use crate::domain::{Fingerprint, Issue, IssueId, Person};
use crate::ports::{ApiError, ApiErrorKind, known_person};

/// How long an account's name and address are believed.
const MEMBER_AGE: Duration = Duration::from_hours(30 * 24);

/// Returns the entries of `extend.manager`: accounts, teams (`group_…`) and bare e-mail addresses.
///
/// Source: Guance Open API, `POST /api/v1/issue/add`, `extend.manager`.
pub(super) fn managers(extend: &Value) -> impl Iterator<Item = &str> {
    let list = extend.get("manager").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).filter(|who| !who.is_empty())
}

/// Returns a manager as far as its entry tells.
pub(super) fn bare(who: &str) -> Person {
    let email = who.contains('@').then(|| who.to_owned());
    Person { id: who.to_owned(), name: email.clone().unwrap_or_default(), email }
}

fn is_account(id: &str) -> bool {
    id.starts_with("acnt_")
}

fn member_fact(id: &str) -> String {
    format!("guance.member.{id}")
}

impl Guance<'_> {
    /// Remembers the people that a row tells about: for this run, and those who are in charge for longer.
    pub(super) fn learn_people(&self, row: &IssueRow) {
        let mut members = self.members.borrow_mut();
        for (id, info) in [(&row.creator, &row.creator_info), (&row.updator, &row.updator_info)] {
            let known = person(id.clone(), info.clone(), &Value::Null);
            if is_account(id) && known.email.is_some() {
                members.insert(id.clone(), known);
            }
        }
        for Member { uuid, info } in &row.manager_infos {
            if is_account(uuid) {
                let known = person(uuid.clone(), info.clone(), &Value::Null);
                let text = json!(known).to_string();
                if self.facts.recall(&member_fact(uuid), MEMBER_AGE).as_ref() != Some(&text) {
                    self.facts.remember(&member_fact(uuid), &text);
                }
                members.insert(uuid.clone(), known);
            }
        }
    }

    fn member(&self, id: &str) -> Option<Person> {
        let met = self.members.borrow().get(id).cloned();
        met.or_else(|| serde_json::from_str(&self.facts.recall(&member_fact(id), MEMBER_AGE)?).ok())
    }

    /// Gives an issue's managers their names and addresses, reading the issue by id when one of them is not known.
    pub(super) fn name_managers(&self, issue: &mut Issue) -> Result<(), ApiError> {
        let unknown = |person: &Person| is_account(&person.id) && self.member(&person.id).is_none();
        if self.api.settings.names_managers && issue.assignees.iter().any(unknown) {
            self.ask_for_managers(&issue.id)?;
            for person in issue.assignees.iter().filter(|person| unknown(person)) {
                // An account that left the workspace is not asked for again.
                self.facts.remember(&member_fact(&person.id), &json!(person).to_string());
            }
        }
        for person in &mut issue.assignees {
            if let Some(known) = self.member(&person.id) {
                *person = known;
            }
        }
        Ok(())
    }

    fn ask_for_managers(&self, issue: &IssueId) -> Result<(), ApiError> {
        match self.api.issue(issue) {
            Ok(answer) => {
                if let Ok(row) = api::row::<IssueRow>(answer) {
                    self.learn_people(&row);
                }
                Ok(())
            }
            Err(fault) if fault.error.kind == ApiErrorKind::Refused => Ok(()),
            Err(fault) => Err(fault.error),
        }
    }

    /// Returns the one member that is this person; `None` when there is none, or more than one.
    pub(super) fn find_person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        if is_account(&who.id) || who.id.starts_with("group_") {
            return Ok(Some(self.member(&who.id).unwrap_or_else(|| who.clone())));
        }
        let email = who.email.as_deref().unwrap_or_default();
        let fact = format!("guance.person.{}", Fingerprint::of(&[email, &who.name]));
        known_person(self.facts, &fact, || self.ask_for(email, who.name.trim()))
    }

    fn ask_for(&self, email: &str, name: &str) -> Result<Option<Person>, ApiError> {
        if !email.is_empty() {
            let is_it = |person: &Person, _: &Member| {
                person.email.as_ref().is_some_and(|shown| shown.eq_ignore_ascii_case(email))
            };
            if let Some(found) = self.one_of(email, true, is_it)? {
                return Ok(Some(found));
            }
        }
        if name.is_empty() {
            return Ok(None);
        }
        self.one_of(name, false, |_, Member { uuid: _, info }| {
            [&info.acnt_ws_nickname, &info.name, &info.username].into_iter().any(|known| known.trim() == name)
        })
    }

    /// Searches members; the search brings strangers too. What is not unique by nature must not go on on another page.
    fn one_of(
        &self,
        search: &str,
        is_unique: bool,
        is_it: impl Fn(&Person, &Member) -> bool,
    ) -> Result<Option<Person>, ApiError> {
        let (rows, more) = match self.api.members(search) {
            Ok(found) => found,
            Err(fault) if fault.error.kind == ApiErrorKind::Refused => return Ok(None),
            Err(fault) => return Err(fault.error),
        };
        let members = rows.into_iter().filter_map(|row| serde_json::from_value::<Member>(row).ok());
        let people = members.filter(|member| is_account(&member.uuid)).filter_map(|member| {
            let known = person(member.uuid.clone(), member.info.clone(), &Value::Null);
            is_it(&known, &member).then_some(known)
        });
        let mut people = people.peekable();
        let first = people.next();
        let others = people.peek().is_some();
        Ok(first.filter(|_| !others && (is_unique || !more)))
    }
}
