//! Assignees: Guance has several people, teams and bare addresses, Jira one account.

use super::pair::{Counterpart, Outcome, Pair};
use super::said::person_in;
use crate::domain::{Base, Change, Field, Person, Said, Side};
use crate::plan::policy::{Direction, Policy};
use crate::plan::step::SkipReason;
use crate::render;

/// What the id of a Guance team begins with.
const TEAM: &str = "group_";

/// Returns the next person who has to be looked for, and where, before a decision can be made.
pub fn stranger(pair: &Pair<'_>, policy: &Policy) -> Option<(Side, Person)> {
    let direction = policy.flow.direction(Field::Assignee)?;
    let base = pair.bases.get(&Field::Assignee)?;
    let (leader, _) = pair.leader(direction, pair.moved(Field::Assignee, base))?;
    let view = View { pair, policy };
    match leader {
        Side::Source(_) => {
            if view.fits() {
                return None;
            }
            let mut asked = view.candidates();
            asked
                .find(|one| view.counterpart(pair.tracker(), one).is_none_or(|found| found.is.is_some()))
                .filter(|one| view.counterpart(pair.tracker(), one).is_none())
                .map(|one| (pair.tracker(), one.clone()))
        }
        Side::Tracker(_) => {
            let now = pair.jira.assignees.first();
            if now.is_some_and(|person| view.entry_of(person).is_some()) {
                return None;
            }
            let before = base.on(pair.tracker()).map(Said::words).and_then(person_in);
            let unknown =
                |person: &Person| view.entry_of(person).is_none() && view.counterpart(pair.source(), person).is_none();
            let wanted = [now.cloned(), before.filter(|_| !pair.guance.assignees.is_empty())];
            wanted.into_iter().flatten().find(unknown).map(|person| (pair.source(), person))
        }
    }
}

pub(super) fn decide(pair: &Pair<'_>, direction: Direction, now: &Base, policy: &Policy) -> Outcome {
    let base = pair.bases.get(&Field::Assignee);
    let Some(base) = base else { return Outcome::agree(None, now, pair) };
    let Some((leader, both)) = pair.leader(direction, pair.moved(Field::Assignee, base)) else {
        return Outcome::rest(base, now);
    };
    let view = View { pair, policy };
    let outcome = match leader {
        Side::Source(_) => view.to_jira(base, now),
        Side::Tracker(_) => view.to_guance(base, now),
    };
    match outcome.carry {
        Some(_) if both => outcome.over_the_other(Field::Assignee, leader),
        _ => outcome,
    }
}

struct View<'p> {
    pair: &'p Pair<'p>,
    policy: &'p Policy,
}

impl View<'_> {
    fn counterpart(&self, on: Side, of: &Person) -> Option<&Counterpart> {
        self.pair.found.iter().find(|found| found.on == on && found.of == *of)
    }

    /// The people among Guance's managers: a team is nobody on Jira.
    fn candidates(&self) -> impl Iterator<Item = &Person> {
        self.pair.guance.assignees.iter().filter(|person| !person.id.starts_with(TEAM))
    }

    /// Returns true when Jira's assignee is one of Guance's managers, or there is none on either side.
    fn fits(&self) -> bool {
        match self.pair.jira.assignees.first() {
            None => self.pair.guance.assignees.is_empty(),
            Some(person) => self.entry_of(person).is_some(),
        }
    }

    /// Returns which of Guance's managers this Jira account is.
    fn entry_of(&self, jira: &Person) -> Option<&Person> {
        let found = self.counterpart(self.pair.source(), jira).and_then(|found| found.is.as_ref());
        self.candidates().find(|one| {
            let account = self.counterpart(self.pair.tracker(), one).and_then(|found| found.is.as_ref());
            self.policy.people.same(one, jira)
                || found.is_some_and(|found| found.id == one.id)
                || account.is_some_and(|account| account.id == jira.id)
        })
    }

    fn to_jira(&self, base: &Base, now: &Base) -> Outcome {
        if self.fits() {
            return Outcome::agree(Some(base), now, self.pair);
        }
        let account = |one| self.counterpart(self.pair.tracker(), one).and_then(|found| found.is.clone());
        let set = self.candidates().find_map(account);
        if set.is_none() && !self.pair.guance.assignees.is_empty() {
            return nobody(
                Outcome::agree(Some(base), now, self.pair),
                self.pair.tracker(),
                &self.pair.guance.assignees,
            );
        }
        Outcome::carry(Some(base), now, self.pair.tracker(), Change::Assignee { set, instead_of: None })
    }

    fn to_guance(&self, base: &Base, now: &Base) -> Outcome {
        let before = base.on(self.pair.tracker()).map(Said::words).and_then(person_in);
        let instead_of = before.and_then(|person| self.entry_of(&person)).map(|entry| entry.id.clone());
        let agree = || Outcome::agree(Some(base), now, self.pair);
        let set = match self.pair.jira.assignees.first() {
            None if instead_of.is_none() => return agree(),
            None => None,
            Some(person) if self.entry_of(person).is_some() => return agree(),
            Some(person) => match self.counterpart(self.pair.source(), person).and_then(|found| found.is.clone()) {
                Some(account) => Some(account),
                None => return nobody(agree(), self.pair.source(), std::slice::from_ref(person)),
            },
        };
        Outcome::carry(Some(base), now, self.pair.source(), Change::Assignee { set, instead_of })
    }
}

fn nobody(outcome: Outcome, on: Side, people: &[Person]) -> Outcome {
    let name = |person: &Person| match (render::name_of(person), &person.email) {
        (Some(name), Some(email)) if name != email => format!("{name} <{email}>"),
        (Some(name), _) => name.to_owned(),
        (None, _) => "?".to_owned(),
    };
    let names: Vec<String> = people.iter().map(name).collect();
    outcome.because(SkipReason::NobodyFound(on, names.join(", ")))
}
