//! Which of a pair's fields call for a comparison, and what is decided about each.

use super::pair::{Outcome, Pair};
use super::said::{same_value, value};
use super::{follow, people, status, texts};
use crate::domain::{Action, Base, Bases, Field, Fingerprint, Issue, IssueLink, Key, Push, Said, Side, Stage};
use crate::plan::policy::{Direction, Policy};
use crate::plan::step::{SkipReason, Step};

/// Returns the fields for which this reading of one side calls for a comparison, and whether the Jira issue has come
/// into its closed status or left it. `says` gives what the reading says about a field; it is asked only where that matters.
pub fn differs(
    issue: &Issue,
    says: impl Fn(Field) -> Said,
    link: &IssueLink,
    bases: &Bases,
    policy: &Policy,
) -> (Vec<Field>, bool) {
    let side = issue.side();
    let turned = !side.is_source() && policy.closed(issue).is_some() != link.closed;
    if !link.is_writable(side.opposite()) {
        // Nothing is written to the Jira issue; when it is open again, both are compared.
        return (Vec::new(), turned);
    }
    let differs = |field: &Field| {
        let Some(direction) = policy.flow.direction(*field) else { return false };
        match bases.get(field).map(|base| base.on(side)) {
            // What was not brought to a closed issue has no base, and waits until the issue is open again.
            None | Some(None) => !link.closed || turned,
            Some(Some(before)) => direction.writes(side.opposite()) && !same_value(*field, side, before, &says(*field)),
        }
    };
    // Of a field that follows its source, what Jira says is read once the source says something else.
    let followers = if side.is_source() { policy.followers(issue, &link.jira_name) } else { &[] };
    let all = Field::ALL.into_iter().chain(followers.iter().map(|one| Field::Follower(*one)));
    (all.filter(differs).collect(), turned)
}

/// Returns the key and the content of the write that carries what `origin` says about a field.
pub fn write_of(link: &IssueLink, field: Field, origin: Side, said: &Said) -> (Key, Fingerprint) {
    let content = Fingerprint::of(&[origin.as_str(), &said.stored()]);
    (Key::field(origin.line(), &link.guance, field).edit(&content), content)
}

/// Decides about every field of a pair.
pub fn decide(pair: &Pair<'_>, policy: &Policy) -> Vec<Step> {
    let on = |field: Field| Some((field, policy.flow.direction(field)?));
    let followers = pair.carried.followers.keys().map(|one| Field::Follower(*one));
    let all = followers.chain(Field::ALL).filter_map(on);
    all.flat_map(|(field, way)| one(pair, field, way, policy)).collect()
}

fn one(pair: &Pair<'_>, field: Field, direction: Direction, policy: &Policy) -> Vec<Step> {
    let id = &pair.link.guance;
    let skip = |reason| Step::Skip { item: id.to_string(), reason };
    let key = Key::field(pair.source().line(), id, field);
    let about = |(other, _): &(&Key, &(Stage, Fingerprint))| other.origin() == key;
    if pair.queued.iter().filter(about).any(|(_, (stage, _))| *stage == Stage::InFlight) {
        return vec![skip(SkipReason::InDoubt)];
    }
    let [guance, jira] = pair.sides().map(|side| value(pair.on(side), field, pair.carried));
    let now = Base { guance: Some(guance.clone()), jira: Some(jira.clone()), version: 0 };
    let outcome = match field {
        Field::Status => status::decide(pair, direction, &now, policy),
        Field::Assignee => people::decide(pair, direction, &now, policy),
        Field::Title | Field::Body => texts::text(pair, field, &now, policy.voice),
        Field::Priority => texts::priority(pair, &now),
        Field::Follower(one) => follow::decide(pair, one, &now),
    };
    let Outcome { carry, notices, base, why } = outcome;
    let to_jira = !notices.is_empty() || matches!(carry, Some((Side::Tracker(_), _)));
    if let Some(status) = policy.closed(pair.jira).filter(|_| to_jira) {
        let weighed = weighed(pair, field, direction, jira);
        let weighed = weighed.map(|base| Step::Base { guance: id.clone(), field, base });
        // What Jira said before that, and did not leave yet, is overtaken too.
        let overtaken = overtaken(pair, field, &now).into_iter();
        return overtaken.chain(weighed).chain([skip(SkipReason::Closed(status))]).collect();
    }
    let mut steps = Vec::new();
    let wanted = carry.map(|(to, change)| {
        let origin = to.opposite();
        let value = if origin.is_source() { &guance } else { &jira };
        (to, change, value.stored(), write_of(pair.link, field, origin, value))
    });
    match &wanted {
        Some((.., (key, _))) if matches!(pair.queued.get(key), Some((Stage::Pending | Stage::Held, _))) => {
            return vec![skip(SkipReason::Queued)];
        }
        Some(_) => {}
        None => steps.extend(overtaken(pair, field, &now)),
    }
    steps.extend(notices.into_iter().map(Step::Push));
    steps.extend(base.map(|base| Step::Base { guance: id.clone(), field, base }));
    steps.extend(why.map(skip));
    if let Some((target, change, value, (key, content))) = wanted {
        let summary = field.summary(&pair.link.jira_name).to_string();
        let issue = pair.link.id(target).clone();
        let action = Action::ChangeIssue { issue, change, value };
        steps.push(Step::Push(Push { key, pair: id.clone(), target, action, content, summary, seal: None }));
    }
    steps
}

/// Guance's change is newer, and waits until the Jira issue is open again. What Jira says is weighed by that: it is no
/// news in the next run. Of a field that goes to Jira only, the base says what guajira left there, and stays.
fn weighed(pair: &Pair<'_>, field: Field, direction: Direction, jira: Said) -> Option<Base> {
    let base = pair.bases.get(&field).filter(|_| direction.writes(pair.source()))?;
    let weighed = base.clone().with(pair.tracker(), Some(jira));
    (weighed != *base).then_some(weighed)
}

/// A write that waits though nothing is to be written any more. One that a person put back in the queue may go while
/// it says what its side still says: it was given up, so that the base counts it as brought over.
fn overtaken(pair: &Pair<'_>, field: Field, now: &Base) -> Vec<Step> {
    let origin = Key::field(pair.source().line(), &pair.link.guance, field);
    let base = pair.bases.get(&field);
    let put_back = pair.sides().into_iter().filter_map(|side| {
        let said = now.on(side)?;
        let given_up = base.and_then(|base| base.on(side)) == Some(said);
        given_up.then(|| Fingerprint::of(&[side.as_str(), &said.stored()]))
    });
    let put_back: Vec<Fingerprint> = put_back.collect();
    let waits = |(key, (stage, content)): &(&Key, &(Stage, Fingerprint))| {
        key.origin() == origin && matches!(stage, Stage::Pending | Stage::Held) && !put_back.contains(content)
    };
    let withdraw = |(key, _): (&Key, _)| Step::Withdraw { key: key.clone(), reason: SkipReason::Unchanged };
    pair.queued.iter().filter(waits).map(withdraw).collect()
}
