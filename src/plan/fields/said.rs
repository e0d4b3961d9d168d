//! What a side says about a field, in the words in which the base keeps it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alike::{same_body, same_title};
use super::values;
use crate::domain::{
    Base, Bases, Change, Field, FieldValue, Fingerprint, Follower, Issue, NewIssue, Person, Receipt, Said, Side,
};
use crate::plan::issues::{self, made};
use crate::plan::policy::{NoRoute, Policy, Route};
use crate::render;
use crate::text::Doc;

/// What the pair's route makes of a Guance issue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carried {
    /// The issue as it would be created on Jira.
    pub new: NewIssue,
    /// Its level, where the route's priority table does not list it.
    pub unlisted: Option<String>,
    /// What its fields are to say that follow it; `None`: the template gives nothing.
    pub followers: BTreeMap<Follower, Option<FieldValue>>,
}

/// Returns what an issue says about a field, in the words in which the base keeps it: of a Guance issue the title,
/// description and priority as they are carried.
pub fn value(issue: &Issue, field: Field, carried: &Carried) -> Said {
    let Carried { new, unlisted, followers } = carried;
    if let (Field::Priority, Side::Source(_), Some(level)) = (field, issue.side(), unlisted) {
        return Said::Unlisted(level.clone());
    }
    Said::Words(match (field, issue.side()) {
        (Field::Title, Side::Source(_)) => new.title.clone(),
        (Field::Title, Side::Tracker(_)) => issue.title.clone(),
        (Field::Body, Side::Source(_)) => print(&render::without_link_back(new.body.clone())),
        (Field::Body, Side::Tracker(_)) => print(&issue.body),
        (Field::Priority, Side::Source(_)) => new.priority.clone().unwrap_or_default(),
        (Field::Priority, Side::Tracker(_)) => issue.priority().map(|one| one.id.clone()).unwrap_or_default(),
        (Field::Assignee, _) => responsible(issue),
        (Field::Status, _) => issue.status.id.clone(),
        (Field::Follower(one), Side::Source(_)) => values::made(followers.get(&one).and_then(Option::as_ref)),
        (Field::Follower(one), Side::Tracker(_)) => told(issue, one).map(values::print).unwrap_or_default(),
    })
}

/// Returns false where a Jira issue was read without what it says about a field.
pub fn is_told(issue: &Issue, field: Field) -> bool {
    if let Field::Follower(one) = field { told(issue, one).is_some() } else { true }
}

fn told(issue: &Issue, one: Follower) -> Option<&Value> {
    issue.tracker()?.fields.get(&one)
}

/// Returns how the base keeps a description.
fn print(body: &Doc) -> String {
    Fingerprint::of(&[&body.canonical()]).as_str().to_owned()
}

/// Stands between the parts of what the base keeps of Jira's assignee.
const BETWEEN: char = '\t';

/// Returns how the base keeps who is responsible: on Guance every id, on Jira all that is known of the one, so that
/// the entry that stands for them on Guance can be told later.
fn responsible(issue: &Issue) -> String {
    match issue.side() {
        Side::Source(_) => {
            let mut ids: Vec<&str> = issue.assignees.iter().map(|person| person.id.as_str()).collect();
            ids.sort_unstable();
            ids.join(",")
        }
        Side::Tracker(_) => issue
            .assignees
            .first()
            .map(|Person { id, name, email }| {
                format!("{id}{BETWEEN}{}{BETWEEN}{}", name.replace(BETWEEN, " "), email.as_deref().unwrap_or_default())
            })
            .unwrap_or_default(),
    }
}

/// Returns the account id in a value of Jira's side.
fn id_of(value: &str) -> &str {
    value.split(BETWEEN).next().unwrap_or_default()
}

pub(super) fn person_in(value: &str) -> Option<Person> {
    let mut parts = value.split(BETWEEN).map(str::to_owned);
    let id = parts.next().filter(|id| !id.is_empty())?;
    let name = parts.next().unwrap_or_default();
    Some(Person { id, name, email: parts.next().filter(|email| !email.is_empty()) })
}

/// Whether an issue says what a change of a field would have it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says<'c> {
    /// It does.
    This,
    /// It says what is asked for in the place of this status on an older service, which does not know it.
    Substitute(&'c str),
    /// It does not.
    Other,
}

/// Returns whether an issue says what a change of a field would have it say.
pub fn says<'c>(issue: &Issue, change: &'c Change) -> Says<'c> {
    let is_responsible = |id: &str| issue.assignees.iter().any(|one| one.id == id);
    let says = match change {
        Change::Title(title) => same_title(title, &issue.title),
        Change::Body { body, .. } => same_body(body, &issue.body),
        Change::Follower(new) => {
            told(issue, Follower::called(&new.field)).is_some_and(|told| values::says(Some(&new.value), told))
        }
        Change::Priority(word) => issue.priority().is_some_and(|one| one.is(word)),
        Change::Assignee { set: Some(person), .. } => is_responsible(&person.id),
        Change::Assignee { set: None, instead_of } => !instead_of.as_deref().is_some_and(is_responsible),
        Change::Status(target) if target.names.is_empty() => issue.status.category == target.category,
        Change::Status(target) => match target.names.iter().position(|word| issue.status.is(word)) {
            Some(1..) if issue.side().is_source() => {
                return target.names.first().map_or(Says::This, |status| Says::Substitute(status));
            }
            found => found.is_some(),
        },
    };
    if says { Says::This } else { Says::Other }
}

/// Returns true when two values that a side said about a field mean the same.
pub fn same_value(field: Field, side: Side, one: &Said, other: &Said) -> bool {
    match (field, side, one, other) {
        (Field::Assignee, Side::Tracker(_), Said::Words(one), Said::Words(other)) => id_of(one) == id_of(other),
        _ => one == other,
    }
}

/// Returns what the pair's route makes of a linked Guance issue now, also where it would take it no more. A level that
/// its table does not list has no priority.
///
/// An issue that was moved elsewhere, or whose project has another key now, goes by the route that would take it. Of a
/// Jira issue nothing is made: it speaks for itself.
pub fn carried(guance: &Issue, jira_name: &str, policy: &Policy) -> Carried {
    if !guance.side().is_source() {
        return Carried::default();
    }
    let none = Route::default();
    let route = policy.home(guance, jira_name).unwrap_or(&none);
    let (priority, unlisted) = match route.priority_of(guance.level()) {
        Ok(priority) => (priority, None),
        Err(NoRoute::LevelNotListed(level)) => (None, Some(level)),
        Err(_) => (None, None),
    };
    let template = |one: &Follower| route.fields.iter().find(|(field, _)| field == one.word()).map(|(_, made)| made);
    let says = |one: &Follower| (*one, template(one).and_then(|made| issues::value(guance, made).ok().flatten()));
    let followers = route.followers.iter().map(says).collect();
    Carried { new: made(guance, route, priority, policy.voice), unlisted, followers }
}

/// Returns the base that a create leaves: what it carried, on a Jira issue that nobody has looked at yet. The
/// receipt tells what was left out of it, and what the new issue says in fields that follow their source: what is empty there was
/// not taken.
pub fn fresh(new: &NewIssue, receipt: Option<&Receipt>, policy: &Policy) -> Bases {
    let carried = |field: Field| match field {
        Field::Title => new.title.clone(),
        Field::Body => print(&render::without_link_back(new.body.clone())),
        Field::Priority => new.priority.clone().unwrap_or_default(),
        // A create says nothing of them: who and where it stands on Guance counts as a change.
        Field::Assignee | Field::Status | Field::Follower(_) => String::new(),
    };
    let on = Field::ALL.into_iter().filter(|field| policy.flow.direction(*field).is_some());
    let shared = on.map(|field| (field, Base { guance: Some(Said::Words(carried(field))), jira: None, version: 0 }));
    let followers = policy.followers_of(new).map(|one| {
        let value = new.fields.iter().find(|field| field.field == one.word()).map(|field| &field.value);
        let jira = receipt.and_then(|receipt| receipt.fields.get(&one));
        let is_left_out =
            receipt.is_some_and(|receipt| receipt.dropped.iter().any(|dropped| dropped.field == one.word()));
        let is_taken = !is_left_out && jira.is_none_or(|told| !told.is_null());
        let guance = values::made(value.filter(|_| is_taken));
        let jira = jira.map(|told| Said::Words(values::print(told)));
        (Field::Follower(one), Base { guance: Some(Said::Words(guance)), jira, version: 0 })
    });
    shared.chain(followers).collect()
}
