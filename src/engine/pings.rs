//! Mentions of people whom `[people]` names become real mentions on the other side; everybody else stays plain text.
//!
//! Nobody is guessed: a name that two people have, or one that the table does not hold, pings nobody. Names are chosen by
//! those who bear them, so who somebody is gets decided by account or address wherever these are known.

use std::collections::HashMap;

use super::run::Run;
use crate::domain::{Action, Change, People, Person, Push, Side};
use crate::plan::Step;
use crate::ports::ApiError;

/// Puts real mentions into the comments that are to be written. The flag says that a service could not be asked now who
/// somebody is: then the steps end before that comment, and the thread is to be read again.
pub(super) fn name_people(run: &Run<'_>, from: Side, steps: Vec<Step>) -> (Vec<Step>, bool) {
    if run.world.policy.people.pairs.is_empty() {
        return (steps, false);
    }
    let mut named = Vec::with_capacity(steps.len());
    for step in steps {
        let step = match step {
            Step::Push(push) => match with_people(run, from, push) {
                Ok(push) => Step::Push(push),
                Err(error) => {
                    tracing::warn!(side = %error.side, error = %error, "Mentioned person not found now.");
                    return (named, true);
                }
            },
            step => step,
        };
        named.push(step);
    }
    (named, false)
}

/// Puts real mentions into the descriptions that are to be written. Where a service cannot be asked now who somebody is,
/// the mention stays plain text: an issue does not wait for it.
pub(super) fn name_people_in_descriptions(run: &Run<'_>, steps: Vec<Step>) -> Vec<Step> {
    if run.world.policy.people.pairs.is_empty() {
        return steps;
    }
    let named = |push: Push| {
        let plain = push.clone();
        with_people(run, run.source(), push).unwrap_or_else(|error| {
            tracing::warn!(side = %error.side, error = %error, "Mentioned person not found now.");
            plain
        })
    };
    let is_description = |push: &Push| {
        matches!(push.action, Action::CreateIssue(_) | Action::ChangeIssue { change: Change::Body { .. }, .. })
    };
    steps
        .into_iter()
        .map(|step| match step {
            Step::Push(push) if is_description(&push) => Step::Push(named(push)),
            step => step,
        })
        .collect()
}

fn with_people(run: &Run<'_>, from: Side, mut push: Push) -> Result<Push, ApiError> {
    let target = push.target;
    if target != from
        && let Some(body) = push.action.body_mut()
    {
        let mut accounts = HashMap::new();
        for id in body.mentions() {
            if let Some(person) = account(run, target, &id)? {
                accounts.insert(id, (person.id, person.name));
            }
        }
        if !accounts.is_empty() {
            *body = std::mem::take(body).pinging(|id| accounts.get(id).cloned());
        }
    }
    Ok(push)
}

/// Returns the account on `target` of the person with this id on the other side.
fn account(run: &Run<'_>, target: Side, id: &str) -> Result<Option<Person>, ApiError> {
    let who = Person { id: id.to_owned(), ..Person::default() };
    told(run, target, &who)?.map_or(Ok(None), |asked| run.person(target, &asked))
}

/// Returns how to ask on `target` for the person whom `[people]` names for this account of the other side. First count
/// the table's ids, then its addresses, and names last: those only where one account alone bears the name.
pub(super) fn told(run: &Run<'_>, target: Side, who: &Person) -> Result<Option<Person>, ApiError> {
    let from = target.opposite();
    let mut rows: Vec<(Word, &str, &str)> = Vec::new();
    for (here, there) in run.world.policy.people.rows(from) {
        rows.extend(word(who, here).map(|word| (word, here, there)));
    }
    rows.sort_by_key(|(word, ..)| *word);
    for (word, here, there) in rows {
        let found = match word {
            Word::Sure => Some(who.clone()),
            _ => run.person(from, &People::asked(here))?.filter(|one| one.id == who.id),
        };
        if let Some(one) = found {
            let asked = People::asked(there);
            // A profile that hides its address is known by its address and its name together.
            let is_helped = run.about(target).hides_addresses && asked.email.is_some();
            return Ok(Some(if is_helped { Person { name: one.name, ..asked } } else { asked }));
        }
    }
    Ok(None)
}

/// What a word of the table may be of an account; the service is asked about all but what is sure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// Its id or its address, as the service told them.
    Sure,
    /// Its id, as a text mentions it: anything may stand there.
    Id,
    /// Its address, which is not known.
    Address,
    /// A name, which others may bear too.
    Name,
}

fn word(who: &Person, here: &str) -> Option<Word> {
    let is_met = !who.name.is_empty() || who.email.is_some();
    if here == who.id {
        return Some(if is_met { Word::Sure } else { Word::Id });
    }
    match (&who.email, here.contains('@')) {
        (Some(email), true) => email.eq_ignore_ascii_case(here).then_some(Word::Sure),
        (None, true) => Some(Word::Address),
        (_, false) => (who.name.is_empty() || who.name == here).then_some(Word::Name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str, email: Option<&str>) -> Person {
        Person { id: id.into(), name: name.into(), email: email.map(str::to_owned) }
    }

    #[test]
    fn only_ids_and_addresses_are_sure() {
        let known = person("acnt_1", "张三", Some("ZS@x"));
        let hidden = person("5b10", "Li", None);
        let mentioned = person("5b10", "", None);
        for (who, here, want) in [
            (&known, "acnt_1", Some(Word::Sure)),
            (&known, "zs@x", Some(Word::Sure)),
            (&known, "zs@x.cn", None),
            (&known, "张三", Some(Word::Name)),
            (&known, "张", None),
            (&hidden, "5b10", Some(Word::Sure)),
            (&hidden, "li@x", Some(Word::Address)),
            (&hidden, "Li", Some(Word::Name)),
            (&hidden, "Li Si", None),
            (&mentioned, "5b10", Some(Word::Id)),
            (&mentioned, "li@x", Some(Word::Address)),
            (&mentioned, "Li", Some(Word::Name)),
        ] {
            assert!(word(who, here) == want, "{who:?} {here}");
        }
    }
}
