//! Who is who in the workspace: managers, and members found by exactly their address or name.

use std::time::Duration;

use serde_json::{Value, json};

use super::api;
use super::convert::person;
use super::wire::{IssueRow, Member};
use super::workspace::Guance;
use crate::domain::{Fingerprint, Issue, IssueId, Person};
use crate::ports::{ApiError, ApiErrorKind, known_person};

/// How long an account's name and address are believed.
const MEMBER_AGE: Duration = Duration::from_hours(30 * 24);

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
        drop(members);
        for member in &row.manager_infos {
            self.learn_member(member);
        }
    }

    /// Remembers somebody who is in charge.
    pub(super) fn learn_member(&self, member: &Member) {
        let Member { uuid, info } = member;
        if is_account(uuid) {
            let known = person(uuid.clone(), info.clone(), &Value::Null);
            let text = json!(known).to_string();
            if self.facts.recall(&member_fact(uuid), MEMBER_AGE).as_ref() != Some(&text) {
                self.facts.remember(&member_fact(uuid), &text);
            }
            self.members.borrow_mut().insert(uuid.clone(), known);
        }
    }

    /// Gives the people in charge of an issue the names that are known.
    pub(super) fn name_known(&self, issue: &mut Issue) {
        for person in &mut issue.assignees {
            if let Some(known) = self.member(&person.id) {
                *person = known;
            }
        }
    }

    /// Returns true for an account whose name would have to be asked for.
    pub(super) fn is_stranger(&self, person: &Person) -> bool {
        is_account(&person.id) && self.member(&person.id).is_none()
    }

    /// Remembers that nobody tells who an account is: one that left the workspace is not asked for again.
    pub(super) fn remember_stranger(&self, person: &Person) {
        self.facts.remember(&member_fact(&person.id), &json!(person).to_string());
    }

    pub(super) fn member(&self, id: &str) -> Option<Person> {
        let met = self.members.borrow().get(id).cloned();
        met.or_else(|| serde_json::from_str(&self.facts.recall(&member_fact(id), MEMBER_AGE)?).ok())
    }

    /// Gives an issue's managers their names and addresses, reading the issue by id when one of them is not known.
    pub(super) fn name_managers(&self, issue: &mut Issue) -> Result<(), ApiError> {
        if self.api.settings.names_managers && issue.assignees.iter().any(|person| self.is_stranger(person)) {
            self.ask_for_managers(&issue.id)?;
            let left: Vec<&Person> = issue.assignees.iter().filter(|person| self.is_stranger(person)).collect();
            for person in left {
                self.remember_stranger(person);
            }
        }
        self.name_known(issue);
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
        // Version 0.1 kept people whom it found by their names alone in facts that were called otherwise.
        let fact = format!("guance.account.{}", Fingerprint::of(&[email, &who.name]));
        known_person(self.facts, &fact, || self.ask_for(email, who.name.trim()))
    }

    /// Members choose their nicknames themselves, so a name is weak: one whose address is known to be another is ruled out,
    /// and the others count where one of them alone bears the name.
    fn ask_for(&self, email: &str, name: &str) -> Result<Option<Person>, ApiError> {
        let has_address =
            |person: &Person| person.email.as_ref().is_some_and(|shown| shown.eq_ignore_ascii_case(email));
        if !email.is_empty() {
            let (members, _) = self.search(email)?;
            if let Some(found) = one_of(&members, |person, _| has_address(person)) {
                return Ok(Some(found));
            }
        }
        if name.is_empty() {
            return Ok(None);
        }
        let is_named = |_: &Person, Member { uuid: _, info }: &Member| {
            [&info.acnt_ws_nickname, &info.name, &info.username].into_iter().any(|known| known.trim() == name)
        };
        let (members, more) = self.search(name)?;
        if let Some(found) = one_of(&members, |person, member| is_named(person, member) && has_address(person)) {
            return Ok(Some(found));
        }
        // What is not unique by nature must not go on on another page.
        let alone = one_of(&members, is_named).filter(|_| !more);
        Ok(alone.filter(|person| email.is_empty() || person.email.is_none()))
    }

    /// Searches members; the search brings strangers too. The flag tells whether the service says that there is more.
    fn search(&self, words: &str) -> Result<(Vec<(Person, Member)>, bool), ApiError> {
        let (rows, more) = match self.api.members(words) {
            Ok(found) => found,
            Err(fault) if fault.error.kind == ApiErrorKind::Refused => return Ok((Vec::new(), false)),
            Err(fault) => return Err(fault.error),
        };
        let members = rows.into_iter().filter_map(|row| serde_json::from_value::<Member>(row).ok());
        let told = |member: Member| (person(member.uuid.clone(), member.info.clone(), &Value::Null), member);
        Ok((members.filter(|member| is_account(&member.uuid)).map(told).collect(), more))
    }
}

fn one_of(members: &[(Person, Member)], is_it: impl Fn(&Person, &Member) -> bool) -> Option<Person> {
    let mut fitting = members.iter().filter(|(person, member)| is_it(person, member));
    let (first, _) = fitting.next()?;
    fitting.next().is_none().then(|| first.clone())
}
