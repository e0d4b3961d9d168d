//! Fields that both sides keep: what people do to them, and how the services take a change. `truth` keeps what no service
//! tells, `judge` knows what must hold.

use std::collections::{BTreeMap, BTreeSet};

use guajira::domain::{
    Change, Field, FieldValue, Follower, IssueId, Key, NewIssue, Person, Priority, Push, Side, Status, StatusCategory,
};
use guajira::guance::ABOUT;
use guajira::plan::{Direction, FieldTemplate, Flow, NAMES, Policy, Route, sample};
use guajira::template::{Kind, Template};
use serde_json::{Value, json};

use super::again;
use super::gallery::Bug;
use super::guance::GuanceIssue;
use super::history::{Deed, Event, Run, What};
use super::jira::JiraIssue;
use super::rng::{Rng, mix};
use super::world::World;

mod judge;
mod truth;

use judge::trampled;
pub(super) use judge::{closed, settled};
use truth::agreed;
pub(super) use truth::{Truth, attempted, compared, forget, guance_was_read, jira_listed, jira_was_read, made, opened};

/// Which fields are carried in this world, and how the services are.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the world, independent of the others")]
pub(super) struct FieldSetup {
    pub(super) status: Direction,
    pub(super) assignee: Direction,
    pub(super) updates: bool,
    pub(super) level: bool,
    /// The route has a closed status.
    pub(super) closed: bool,
    /// Guance knows the statuses 10, 20 and 30 only.
    pub(super) old_guance: bool,
}

/// What a person does to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldDeed {
    Status { side: Side, to: usize },
    Assign { side: Side, whom: usize },
    Describe,
    Grave { grave: bool },
    JiraTitle,
    JiraBody,
    JiraPriority,
    JiraRegion,
}

/// The field of Jira that follows the level, where levels are carried at all.
const REGION: &str = "Region";

/// Jira's statuses.
const JIRA: [(&str, &str, StatusCategory); 4] = [
    ("1", "To Do", StatusCategory::Todo),
    ("2", "In Progress", StatusCategory::InProgress),
    ("3", "Done", StatusCategory::Done),
    ("4", "Closed", StatusCategory::Done),
];
pub(super) const CLOSED: usize = 3;

/// A team and an address without an account are Guance's managers too.
const ENTRIES: [&str; 4] = ["acnt_0", "acnt_1", "group_1", "ext@x"];

impl FieldSetup {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let on = rng.chance(40);
        let way = |rng: &mut Rng| {
            let way =
                rng.pick(&[Direction::Off, Direction::ToJira, Direction::ToGuance, Direction::Both, Direction::Both]);
            if on { way } else { Direction::Off }
        };
        Self {
            status: way(rng),
            assignee: way(rng),
            updates: on && rng.chance(60),
            level: on && rng.chance(50),
            closed: on && rng.chance(25),
            old_guance: rng.chance(25),
        }
    }

    pub(super) fn on(self) -> bool {
        Policy { flow: self.flow(), ..Policy::default() }.carries_fields()
    }

    pub(super) fn flow(self) -> Flow {
        let Self { status, assignee, updates, level, .. } = self;
        Flow { status, assignee, updates, level, ..Flow::default() }
    }

    pub(super) fn route(self, route: Route) -> Route {
        let status = if self.closed { vec![("Closed".to_owned(), "Closed".to_owned())] } else { Vec::new() };
        let template = Template::compile(Kind::Text, "{{ level }}", &NAMES, &sample).expect("a good template");
        let region = self.level.then(|| (REGION.to_owned(), FieldTemplate::Text(template)));
        let followers = region.iter().map(|(field, _)| Follower::called(field)).collect();
        let (fields, closed) = (region.into_iter().collect(), self.closed.then(|| "Closed".to_owned()));
        Route { status, closed_status: closed, fields, followers, ..route }
    }
}

impl FieldDeed {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let side = rng.pick(&Side::BOTH);
        match rng.below(100) {
            0..40 => Self::Status { side, to: rng.below(5) as usize },
            40..60 => Self::Assign { side, whom: rng.below(5) as usize },
            60..72 => Self::Describe,
            72..82 => Self::Grave { grave: rng.chance(50) },
            82..89 => Self::JiraTitle,
            89..95 => Self::JiraBody,
            95..98 => Self::JiraPriority,
            _ => Self::JiraRegion,
        }
    }
}

/// Returns true for a status that an older Guance knows too.
pub(super) fn is_old(status: &str) -> bool {
    !["15", "25"].contains(&status)
}

/// Carries out a deed on one issue of each side.
pub(super) fn on_guance(w: &mut World, at: usize, deed: FieldDeed, token: &str, uid: u32) {
    let (now, true_now, old) = (w.guance_now(), w.now, w.setup.fields.old_guance);
    let texts = w.setup.texts;
    let issue = &mut w.guance.issues[at];
    let changed = match deed {
        FieldDeed::Status { to, .. } => {
            let id = ABOUT.statuses.0[to].id;
            let known = !old || is_old(id);
            (known && issue.status != id).then(|| {
                issue.status = id;
                Field::Status
            })
        }
        FieldDeed::Assign { whom, .. } => {
            let before = issue.managers.clone();
            match ENTRIES.get(whom) {
                Some(entry) if entry.starts_with("acnt_") => {
                    issue.managers.retain(|one| !one.starts_with("acnt_"));
                    issue.managers.push((*entry).to_owned());
                }
                Some(entry) if !issue.managers.iter().any(|one| one == entry) => {
                    issue.managers.push((*entry).to_owned());
                }
                Some(_) => {}
                None => issue.managers.clear(),
            }
            // In another order they are the same.
            let sorted = |managers: &[String]| managers.iter().cloned().collect::<BTreeSet<_>>();
            (sorted(&before) != sorted(&issue.managers)).then_some(Field::Assignee)
        }
        FieldDeed::Describe => {
            issue.body = guajira::text::Doc::from_plain(&texts.say(Side::GUANCE, &format!("it is full, {token}"), uid));
            Some(Field::Body)
        }
        FieldDeed::Grave { grave } => (issue.grave != grave).then(|| {
            issue.grave = grave;
            Field::Priority
        }),
        _ => None,
    };
    let Some(field) = changed else { return };
    issue.updated = now;
    issue.truth.hand_at.insert(field, true_now);
    w.public.insert(token.to_owned());
}

pub(super) fn on_jira(w: &mut World, at: usize, deed: FieldDeed, token: &str) {
    let now = w.now;
    let JiraIssue { now: issue, truth, .. } = &mut w.jira.issues[at];
    let changed = match deed {
        FieldDeed::Status { to, .. } => {
            let to = to % JIRA.len();
            (issue.status != to).then(|| {
                issue.status = to;
                Field::Status
            })
        }
        FieldDeed::Assign { whom, .. } => {
            let to = (whom < 3).then_some(whom);
            (issue.assignee != to).then(|| {
                issue.assignee = to;
                Field::Assignee
            })
        }
        FieldDeed::JiraTitle => {
            issue.title = format!("rather {token}");
            Some(Field::Title)
        }
        FieldDeed::JiraBody => {
            issue.body = guajira::text::Doc::from_plain(&format!("rather {token}"));
            Some(Field::Body)
        }
        FieldDeed::JiraPriority => {
            issue.priority = "Lowest";
            Some(Field::Priority)
        }
        FieldDeed::JiraRegion if issue.region.is_some() => {
            issue.region = Some(format!("rather {token}"));
            Some(region())
        }
        FieldDeed::Describe | FieldDeed::Grave { .. } | FieldDeed::JiraRegion => None,
    };
    if let Some(field) = changed {
        truth.hand_at.insert(field, now);
    }
}

pub(super) fn guance_status(issue: &GuanceIssue) -> Status {
    let known = ABOUT.statuses.of(issue.status).unwrap_or(&ABOUT.statuses.0[0]);
    Status { id: known.id.into(), name: known.name.into(), category: known.category, also: Vec::new() }
}

pub(super) fn jira_status(status: usize) -> Status {
    let (id, name, category) = JIRA[status];
    Status { id: id.into(), name: name.into(), category, also: Vec::new() }
}

pub(super) fn managers(issue: &GuanceIssue) -> Vec<Person> {
    let person = |id: &String| match id.strip_prefix("acnt_") {
        Some(n) => account(Side::GUANCE, n.parse().unwrap_or(0)),
        None => Person { id: id.clone(), name: id.clone(), email: id.contains('@').then(|| id.clone()) },
    };
    issue.managers.iter().map(person).collect()
}

/// People are called otherwise on either side; their addresses tell.
pub(super) fn account(side: Side, n: usize) -> Person {
    let (id, name) = match side {
        Side::Source(_) => (format!("acnt_{n}"), format!("张{n}")),
        Side::Tracker(_) => (format!("user-{n}"), format!("Zhang {n}")),
    };
    Person { id, name, email: Some(format!("p{n}@x")) }
}

/// Looks for an account by its address. The last of Jira's people has none on Guance.
pub(super) fn find(side: Side, who: &Person) -> Option<Person> {
    let known = if side.is_source() { 2 } else { 3 };
    (0..known).map(|n| account(side, n)).find(|one| one.email == who.email)
}

pub(super) fn priority(name: &str) -> Priority {
    Priority { id: name.to_lowercase(), name: name.to_owned(), also: Vec::new() }
}

/// The field that follows its source.
pub(super) fn region() -> Field {
    Field::Follower(Follower::called(REGION))
}

/// Returns what a new issue is to say in it.
pub(super) fn region_of(new: &NewIssue) -> Option<String> {
    let value = new.fields.iter().find(|field| field.field == REGION).map(|field| &field.value)?;
    if let FieldValue::Text(text) = value { Some(text.clone()) } else { None }
}

/// Returns what Jira tells of it.
pub(super) fn followers(region: Option<&String>) -> BTreeMap<Follower, Value> {
    region.map(|region| (Follower::called(REGION), json!(region))).into_iter().collect()
}

/// Jira takes a change. A status two steps away is left half-way when the answer is lost in some worlds.
pub(super) fn change_on_jira(w: &mut World, at: usize, push: &Push, change: &Change, lost: bool) -> Result<(), String> {
    let (seed, bug, texts) = (w.setup.seed, w.bug, w.setup.texts);
    trampled(w, at, push, change);
    if matches!(change, Change::Status(target) if target.category == StatusCategory::Done) {
        again::closes(w, at, push);
    }
    let JiraIssue { now: issue, truth, .. } = &mut w.jira.issues[at];
    match change {
        Change::Title(title) => {
            // One line, and no double spaces.
            issue.title = texts.kept_title(&title.split_whitespace().collect::<Vec<_>>().join(" "));
            truth.leave(Field::Title, issue.title.clone());
        }
        Change::Body { body, origin_url } => {
            issue.body = texts.kept(Side::JIRA, &body.clone().written(), origin_url);
            truth.leave(Field::Body, issue.body.canonical());
        }
        Change::Priority(name) => {
            issue.priority = ["Highest", "High"].into_iter().find(|known| known == name).ok_or("no such priority")?;
            truth.leave(Field::Priority, name.clone());
        }
        Change::Follower(new) => {
            let FieldValue::Text(text) = &new.value else { return Err("not a text".to_owned()) };
            issue.region = Some(text.clone());
            truth.leave(region(), text.clone());
        }
        Change::Assignee { set, .. } => {
            let number = |person: &Person| (0..3).find(|n| account(Side::JIRA, *n).id == person.id);
            issue.assignee = set.as_ref().map(|person| number(person).ok_or("no such account")).transpose()?;
        }
        Change::Status(target) => {
            let names = |name: &String| JIRA.iter().position(|(id, known, _)| id == name || known == name);
            let to = match target.names.as_slice() {
                [] if JIRA[issue.status].2 == target.category => return Ok(()),
                [] => JIRA.iter().position(|(.., category)| *category == target.category),
                some => some.iter().find_map(names),
            };
            let to = to.ok_or("no such status")?;
            let half_way = lost && issue.status == 0 && to > 1 && mix(seed, u64::from(w.requests)).is_multiple_of(2);
            issue.status = if half_way && bug != Some(Bug::FieldSentAgain) { 1 } else { to };
        }
    }
    let field = change.field();
    if matches!(field, Field::Status | Field::Assignee) {
        agreed(w, w.guance.place(push.pair.as_str()), Some(at), field);
    }
    Ok(())
}

/// Guance takes a change.
pub(super) fn change_on_guance(w: &mut World, at: usize, push: &Push, change: &Change) -> Result<(), String> {
    trampled(w, at, push, change);
    let (now, old) = (w.guance_now(), w.setup.fields.old_guance);
    let issue = &mut w.guance.issues[at];
    match change {
        Change::Status(target) => {
            let taken = target.names.iter().find(|id| !old || is_old(id));
            let to = taken.and_then(|id| ABOUT.statuses.of(id));
            issue.status = to.ok_or("statusType is not allowed")?.id;
        }
        Change::Assignee { set, instead_of } => {
            issue.managers.retain(|one| Some(one) != instead_of.as_ref());
            let set = set.as_ref().map(|person| person.id.clone());
            issue.managers.extend(set.filter(|id| !issue.managers.contains(id)));
        }
        Change::Title(_) | Change::Body { .. } | Change::Priority(_) | Change::Follower(_) => {
            w.blame(format!("shortened: {} would write over what it is the copy of", push.key));
            return Err("not a field of Guance's".to_owned());
        }
    }
    issue.updated = now;
    agreed(w, Some(at), copy_of(w, push.pair.as_str()), change.field());
    Ok(())
}

fn copy_of(w: &World, pair: &str) -> Option<usize> {
    let key = Key::issue(w.source(), &IssueId::new(pair));
    w.jira.issues.iter().position(|issue| issue.now.born.as_ref() == Some(&key) && !issue.now.deleted)
}

/// Two people change one field, one on each side, while what guajira writes is not answered.
pub(super) fn quarrel(rng: &mut Rng, uid: u32) -> [Event; 4] {
    let (side, pick, assigns) = (rng.pick(&Side::BOTH), rng.below(1000), rng.chance(30));
    let mut person = |side| {
        let to = rng.below(5) as usize;
        let deed = if assigns { FieldDeed::Assign { side, whom: to } } else { FieldDeed::Status { side, to } };
        What::Person(Deed::Field(deed), pick)
    };
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let told = [person(side), unheard, person(side.opposite()), What::Run(Run::default())];
    let mut uid = uid;
    told.map(|what| {
        uid += 1;
        Event { uid, after_s: 60, what }
    })
}
