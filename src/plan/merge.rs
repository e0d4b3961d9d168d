//! Fields that both issues of a pair keep: what changed on one side since the sides last agreed goes to the other.
//!
//! Every field is compared three ways: what Guance says, what Jira says, and the base, which is what each of them said
//! when they last agreed. The base holds each side's own words, as read after a write: our own writing is therefore
//! never taken for a change. `status`, `people` and `texts` know what the fields mean.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::domain::{
    Action, Base, Bases, Change, CommentId, Field, Fingerprint, Issue, IssueLink, Key, NewIssue, Person, Push, Side,
    Stage, StatusCategory,
};
use crate::plan::issues::made;
use crate::plan::{Direction, Flow, NoRoute, Policy, Route, SkipReason, Step, people, status, texts};
use crate::render;
use crate::text::Block;

/// A pair whose sides are compared.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Which issues they are.
    pub link: &'a IssueLink,
    /// The Guance issue as it is now.
    pub guance: &'a Issue,
    /// The Jira issue as it is now.
    pub jira: &'a Issue,
    /// What they said when they last agreed.
    pub bases: &'a Bases,
    /// Writes about the pair's fields that are not done.
    pub queued: &'a HashMap<Key, (Stage, Fingerprint)>,
    /// Who was looked for, and found, on which side.
    pub found: &'a [Counterpart],
}

/// What a look-up of a person found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Where the account was looked for.
    pub on: Side,
    /// Whose.
    pub of: Person,
    /// The account.
    pub is: Option<Person>,
}

impl Pair<'_> {
    /// Returns the issue on this side.
    pub fn on(&self, side: Side) -> &Issue {
        match side {
            Side::Guance => self.guance,
            Side::Jira => self.jira,
        }
    }

    /// Returns which sides have changed the field since they agreed. What is not known has not changed.
    pub(super) fn moved(&self, field: Field, base: &Base, new: &NewIssue) -> (bool, bool) {
        let moved = |side: Side| {
            let now = value(self.on(side), field, new);
            match base.on(side) {
                Some(before) => !same_value(field, side, before, &now),
                None => base.version == 0 && side == Side::Jira && self.taken_up(field),
            }
        };
        (moved(Side::Guance), moved(Side::Jira))
    }

    /// Returns true when somebody has taken up the Jira issue between its making and its first reading: a workflow begins
    /// with something to do, and with nobody or with whom the project names.
    fn taken_up(&self, field: Field) -> bool {
        let touched = self.jira.updated > self.jira.created + TimeDelta::seconds(2);
        let by_somebody = match field {
            Field::Status => self.jira.status.category != StatusCategory::Todo,
            Field::Assignee => !self.jira.assignees.is_empty(),
            Field::Title | Field::Body | Field::Priority => false,
        };
        touched && by_somebody
    }

    /// Returns the side whose change is to be carried, and whether the other one changed as well.
    ///
    /// Where a field goes one way, the side it comes from leads; where it goes both ways, the newer change does.
    pub(super) fn leader(&self, direction: Direction, moved: (bool, bool)) -> Option<(Side, bool)> {
        match (direction, moved) {
            (Direction::ToJira, (true, _)) | (Direction::Both, (true, false)) => Some((Side::Guance, false)),
            (Direction::ToGuance, (_, true)) | (Direction::Both, (false, true)) => Some((Side::Jira, false)),
            (Direction::Both, (true, true)) => Some((self.newer(), true)),
            _ => None,
        }
    }

    /// Returns the side that changed last.
    pub(super) fn newer(&self) -> Side {
        if self.guance.updated > self.jira.updated { Side::Guance } else { Side::Jira }
    }
}

/// What is to become of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// Write this to that side.
    pub(super) carry: Option<(Side, Change)>,
    /// Comments on Jira that go before it.
    pub(super) notices: Vec<Push>,
    /// The base from now on; `None` leaves it.
    pub(super) base: Option<Base>,
    /// What people should know.
    pub(super) why: Option<SkipReason>,
}

impl Outcome {
    /// Nothing to carry: what is unknown of the base is learnt.
    pub(super) fn rest(base: &Base, now: &Base) -> Self {
        let learnt = Base {
            guance: base.guance.clone().or_else(|| now.guance.clone()),
            jira: base.jira.clone().or_else(|| now.jira.clone()),
            version: base.version,
        };
        Self { base: (learnt != *base).then_some(learnt), ..Self::default() }
    }

    /// The sides agree, or what they say is to be left as it is.
    pub(super) fn agree(base: Option<&Base>, now: &Base, pair: &Pair<'_>) -> Self {
        // A pair that was found again begins with a number that no earlier comparison of it had.
        let first = u32::try_from(pair.guance.updated.timestamp()).unwrap_or(u32::MAX);
        let version = base.map_or(first, |base| base.version.saturating_add(1));
        Self { base: Some(Base { version, ..now.clone() }), ..Self::default() }
    }

    /// One side's change goes to the other, which says `now` before.
    pub(super) fn carry(base: Option<&Base>, now: &Base, to: Side, change: Change) -> Self {
        let base = base.cloned().unwrap_or_default();
        // A pair that was found again has no base: whatever is carried counts as a change until it has arrived.
        let before = base.on(to.opposite()).unwrap_or_default().to_owned();
        let base = base.with(to.opposite(), Some(before)).with(to, now.on(to).map(str::to_owned));
        Self { carry: Some((to, change)), base: Some(base), ..Self::default() }
    }

    /// Both sides have changed, and this one's change is carried.
    pub(super) fn over_the_other(self, field: Field, leader: Side) -> Self {
        let base = self.base.map(|base| base.outdated(leader));
        Self { base, ..self }.because(SkipReason::BothChanged(field, leader))
    }

    pub(super) fn because(self, why: SkipReason) -> Self {
        Self { why: Some(why), ..self }
    }
}

impl Flow {
    /// Returns which way a field goes; `None` when it does not go at all.
    pub fn direction(&self, field: Field) -> Option<Direction> {
        let led = |on: bool| if on { Direction::ToJira } else { Direction::Off };
        let direction = match field {
            Field::Title | Field::Body => led(self.updates),
            Field::Priority => led(self.level),
            Field::Assignee => self.assignee,
            Field::Status => self.status,
        };
        (direction != Direction::Off).then_some(direction)
    }

    /// Returns true when any field goes to this side.
    pub fn carries_fields_to(&self, side: Side) -> bool {
        Field::ALL.into_iter().any(|field| self.direction(field).is_some_and(|direction| direction.writes(side)))
    }

    /// Returns true when any field goes anywhere.
    pub fn carries_fields(&self) -> bool {
        Side::BOTH.into_iter().any(|side| self.carries_fields_to(side))
    }
}

impl Policy {
    /// Returns the route whose workflow a Jira issue has: of its project, and of its issue type where several are.
    /// Outside every route's project a status goes by its category.
    pub fn route_of(&self, jira: &Issue) -> Option<&Route> {
        let here = || self.routes_to(&jira.name);
        let of_type = |route: &&Route| jira.issue_type.as_ref().is_some_and(|one| one.is(&route.issue_type));
        here().find(of_type).or_else(|| here().next())
    }

    /// Returns the name of the status for which nothing is written to this Jira issue any more. Where its project has no
    /// route (it was moved, or its project has another key now), any route's word for it counts.
    pub fn closed(&self, jira: &Issue) -> Option<String> {
        let is_word = |route: &Route| route.closed_status.as_ref().is_some_and(|word| jira.status.is(word));
        let closed = self.route_of(jira).map_or_else(|| self.routes.iter().any(is_word), is_word);
        closed.then(|| jira.status.name.clone())
    }

    /// Returns what the closed status of this Jira issue is called.
    pub(super) fn closed_word(&self, jira_name: &str) -> Option<&str> {
        self.routes_to(jira_name).find_map(|route| route.closed_status.as_deref())
    }

    /// Returns the routes to the project that a Jira issue of this name is in.
    pub(super) fn routes_to(&self, jira_name: &str) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(move |route| route.project == project_of(jira_name))
    }

    /// Returns the route that says what a linked Jira issue reads: the first of its project that would take the Guance
    /// issue, else the first of its project; where its project has none, the first that would take it.
    fn home(&self, guance: &Issue, jira_name: &str) -> Option<&Route> {
        let here = || self.routes_to(jira_name);
        let takes = |route: &&Route| route.takes(guance) == Ok(true);
        here().find(takes).or_else(|| here().next()).or_else(|| self.routes.iter().find(takes))
    }
}

/// Returns what an issue says about a field, in the words in which the base keeps it. `new` is what the routes make of
/// the Guance issue: title, description and priority as they are carried.
pub fn value(issue: &Issue, field: Field, new: &NewIssue) -> String {
    match (field, issue.side) {
        (Field::Title, Side::Guance) => new.title.clone(),
        (Field::Title, Side::Jira) => issue.title.clone(),
        (Field::Body, Side::Guance) => texts::print(&render::without_link_back(new.body.clone())),
        (Field::Body, Side::Jira) => texts::print(&issue.body),
        (Field::Priority, Side::Guance) => new.priority.clone().unwrap_or_default(),
        (Field::Priority, Side::Jira) => issue.priority.as_ref().map(|one| one.id.clone()).unwrap_or_default(),
        (Field::Assignee, _) => people::value(issue),
        (Field::Status, _) => issue.status.id.clone(),
    }
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
        Change::Title(title) => texts::same_title(title, &issue.title),
        Change::Body { body, .. } => texts::same_body(body, &issue.body),
        Change::Priority(word) => issue.priority.as_ref().is_some_and(|one| one.is(word)),
        Change::Assignee { set: Some(person), .. } => is_responsible(&person.id),
        Change::Assignee { set: None, instead_of } => !instead_of.as_deref().is_some_and(is_responsible),
        Change::Status(target) if target.names.is_empty() => issue.status.category == target.category,
        Change::Status(target) => match target.names.iter().position(|word| issue.status.is(word)) {
            Some(1..) if issue.side == Side::Guance => {
                return target.names.first().map_or(Says::This, |status| Says::Substitute(status));
            }
            found => found.is_some(),
        },
    };
    if says { Says::This } else { Says::Other }
}

/// Returns true when two values that a side said about a field mean the same.
pub fn same_value(field: Field, side: Side, one: &str, other: &str) -> bool {
    match (field, side) {
        (Field::Assignee, Side::Jira) => people::id_of(one) == people::id_of(other),
        _ => one == other,
    }
}

/// Returns what the pair's route makes of a linked Guance issue now, also where it would take it no more. A level that
/// its table does not list stands in the priority behind `UNLISTED`.
///
/// An issue that was moved elsewhere, or whose project has another key now, goes by the route that would take it. Of a
/// Jira issue nothing is made: it speaks for itself.
pub fn carried(guance: &Issue, jira_name: &str, policy: &Policy) -> NewIssue {
    if guance.side == Side::Jira {
        return NewIssue::default();
    }
    let none = Route::default();
    let route = policy.home(guance, jira_name).unwrap_or(&none);
    match route.priority_of(guance.level.as_ref()) {
        Ok(priority) => made(guance, route, priority),
        Err(NoRoute::LevelNotListed(level)) => made(guance, route, Some(&format!("{UNLISTED}{level}"))),
        Err(_) => made(guance, route, None),
    }
}

/// Stands before the name of a level for which the route has no priority: no priority is called so.
pub(super) const UNLISTED: char = '\u{7f}';

fn project_of(jira_name: &str) -> &str {
    jira_name.rsplit_once('-').map_or(jira_name, |(project, _)| project)
}

/// Returns the base that a create leaves: what it carried, on a Jira issue that nobody has looked at yet.
pub fn fresh(new: &NewIssue, policy: &Policy) -> Bases {
    let carried = |field: Field| match field {
        Field::Title => new.title.clone(),
        Field::Body => texts::print(&render::without_link_back(new.body.clone())),
        Field::Priority => new.priority.clone().unwrap_or_default(),
        // A create says nothing of them: who and where it stands on Guance counts as a change.
        Field::Assignee | Field::Status => String::new(),
    };
    let on = Field::ALL.into_iter().filter(|field| policy.flow.direction(*field).is_some());
    on.map(|field| (field, Base { guance: Some(carried(field)), jira: None, version: 0 })).collect()
}

/// Returns the fields for which this reading of one side calls for a comparison, and whether the Jira issue has come
/// into its closed status or left it.
pub fn differs(issue: &Issue, link: &IssueLink, bases: &Bases, policy: &Policy) -> (Vec<Field>, bool) {
    let side = issue.side;
    let turned = side == Side::Jira && policy.closed(issue).is_some() != link.closed;
    if link.gone || side == Side::Guance && link.closed {
        // Nothing is written to the Jira issue; when it is open again, both are compared.
        return (Vec::new(), turned);
    }
    let new = carried(issue, &link.jira_name, policy);
    let differs = |field: &Field| {
        let Some(direction) = policy.flow.direction(*field) else { return false };
        match bases.get(field).map(|base| base.on(side)) {
            // What was not brought to a closed issue has no base, and waits until the issue is open again.
            None | Some(None) => !link.closed || turned,
            Some(Some(before)) => {
                direction.writes(side.opposite()) && !same_value(*field, side, before, &value(issue, *field, &new))
            }
        }
    };
    (Field::ALL.into_iter().filter(differs).collect(), turned)
}

/// Returns the key and the content of the write that carries what `origin` says about a field.
pub fn write_of(link: &IssueLink, field: Field, origin: Side, value: &str) -> (Key, Fingerprint) {
    let content = Fingerprint::of(&[origin.as_str(), value]);
    (Key::field(&link.guance, field).edit(&content), content)
}

/// Decides about every field of a pair.
pub fn decide(pair: &Pair<'_>, policy: &Policy) -> Vec<Step> {
    let new = carried(pair.guance, &pair.jira.name, policy);
    let on = |field: Field| Some((field, policy.flow.direction(field)?));
    Field::ALL.into_iter().filter_map(on).flat_map(|(field, way)| one(pair, field, way, &new, policy)).collect()
}

fn one(pair: &Pair<'_>, field: Field, direction: Direction, new: &NewIssue, policy: &Policy) -> Vec<Step> {
    let lane = &pair.link.guance;
    let skip = |reason| Step::Skip { item: lane.to_string(), reason };
    let key = Key::field(lane, field);
    let about = |(other, _): &(&Key, &(Stage, Fingerprint))| other.origin() == key;
    if pair.queued.iter().filter(about).any(|(_, (stage, _))| *stage == Stage::InFlight) {
        return vec![skip(SkipReason::InDoubt)];
    }
    let [guance, jira] = Side::BOTH.map(|side| value(pair.on(side), field, new));
    let now = Base { guance: Some(guance.clone()), jira: Some(jira.clone()), version: 0 };
    let outcome = match field {
        Field::Status => status::decide(pair, direction, &now, new, policy),
        Field::Assignee => people::decide(pair, direction, &now, new, policy),
        Field::Title | Field::Body => texts::text(pair, field, &now, new),
        Field::Priority => texts::priority(pair, &now, new),
    };
    let Outcome { carry, notices, base, why } = outcome;
    let to_jira = !notices.is_empty() || matches!(carry, Some((Side::Jira, _)));
    if let Some(status) = policy.closed(pair.jira).filter(|_| to_jira) {
        let weighed = weighed(pair, field, direction, jira);
        let weighed = weighed.map(|base| Step::Base { guance: lane.clone(), field, base });
        return weighed.into_iter().chain([skip(SkipReason::Closed(status))]).collect();
    }
    let mut steps = Vec::new();
    let wanted = carry.map(|(to, change)| {
        let origin = to.opposite();
        let value = if origin == Side::Guance { &guance } else { &jira };
        (to, change, value.clone(), write_of(pair.link, field, origin, value))
    });
    match &wanted {
        Some((.., (key, _))) if matches!(pair.queued.get(key), Some((Stage::Pending | Stage::Held, _))) => {
            return vec![skip(SkipReason::Queued)];
        }
        Some(_) => {}
        None => steps.extend(overtaken(pair, field, &now)),
    }
    steps.extend(notices.into_iter().map(Step::Push));
    steps.extend(base.map(|base| Step::Base { guance: lane.clone(), field, base }));
    steps.extend(why.map(skip));
    if let Some((target, change, value, (key, content))) = wanted {
        let summary = format!("{field} of {}", pair.link.jira_name);
        let issue = pair.link.id(target).clone();
        let action = Action::ChangeIssue { issue, change, value };
        steps.push(Step::Push(Push { key, lane: lane.clone(), target, action, content, summary, seal: None }));
    }
    steps
}

/// Guance's change is newer, and waits until the Jira issue is open again. What Jira says is weighed by that: it is no
/// news in the next run. Of a field that goes to Jira only, the base says what guajira left there, and stays.
fn weighed(pair: &Pair<'_>, field: Field, direction: Direction, jira: String) -> Option<Base> {
    let base = pair.bases.get(&field).filter(|_| direction.writes(Side::Guance))?;
    let weighed = base.clone().with(Side::Jira, Some(jira));
    (weighed != *base).then_some(weighed)
}

/// A write that waits though nothing is to be written any more. One that a person put back in the queue may go while
/// it says what its side still says: it was given up, so that the base counts it as brought over.
fn overtaken(pair: &Pair<'_>, field: Field, now: &Base) -> Vec<Step> {
    let origin = Key::field(&pair.link.guance, field);
    let base = pair.bases.get(&field);
    let put_back = Side::BOTH.into_iter().filter_map(|side| {
        let said = now.on(side)?;
        let given_up = base.and_then(|base| base.on(side)) == Some(said);
        given_up.then(|| Fingerprint::of(&[side.as_str(), said]))
    });
    let put_back: Vec<Fingerprint> = put_back.collect();
    let waits = |(key, (stage, content)): &(&Key, &(Stage, Fingerprint))| {
        key.origin() == origin && matches!(stage, Stage::Pending | Stage::Held) && !put_back.contains(content)
    };
    let withdraw = |(key, _): (&Key, _)| Step::Withdraw { key: key.clone(), reason: SkipReason::Unchanged };
    pair.queued.iter().filter(waits).map(withdraw).collect()
}

/// Makes a notice: a comment of guajira's own on the Jira issue. The parts name for ever what happened.
pub(super) fn notice(pair: &Pair<'_>, parts: &[&str], what: &[Block], summary: &str) -> Push {
    let id = CommentId::notice(&[&[pair.link.guance.as_str()], parts].concat());
    let content = Fingerprint::of(&[&crate::text::Doc { blocks: what.to_vec() }.canonical()]);
    let body = render::notice(&pair.guance.url, &id, what.to_vec(), &content);
    let (issue, origin_url) = (pair.link.jira.clone(), pair.guance.url.clone());
    Push {
        key: Key::comment(Side::Guance, &id),
        lane: pair.link.guance.clone(),
        target: Side::Jira,
        action: Action::AddComment { issue, body, origin_url, internal: true },
        content,
        summary: format!("{summary} on {}", pair.link.jira_name),
        seal: None,
    }
}
