//! Fields that both sides keep: what people do to them, how the services take a change, and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use guajira::domain::{
    Action, Change, Field, GuanceStatus, IssueId, Key, Person, Priority, Push, Side, Status, StatusCategory,
};
use guajira::plan::{Direction, Flow, Route};
use guajira::state::{State, StateError};

use super::gallery::Bug;
use super::guance::GuanceIssue;
use super::jira::JiraIssue;
use super::rng::{Rng, mix};
use super::world::World;

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
}

/// What no service tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Truth {
    /// When a person last changed the field, in true time.
    hand_at: BTreeMap<Field, i64>,
    /// What guajira last left there.
    left: BTreeMap<Field, String>,
    /// What the field said before guajira last wrote it.
    before: BTreeMap<Field, String>,
    /// The kind of status that guajira last asked for.
    asked: Option<StatusCategory>,
    /// Every text that guajira ever left there.
    told: String,
    /// All that it ever left in each field.
    ever_left: BTreeSet<(Field, String)>,
    /// When the issue itself was last shown to guajira, in true time.
    read_at: i64,
    /// What it said then.
    seen: BTreeMap<Field, String>,
    /// What it had said, the last time before a person changed it, and whenever.
    seen_before: BTreeMap<Field, String>,
    seen_earlier: BTreeSet<(Field, String)>,
}

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

impl Truth {
    fn was_read(&mut self, now: i64, said: impl Fn(Field) -> String) {
        for field in [Field::Status, Field::Assignee] {
            let before = self.seen.insert(field, said(field));
            if self.hand_at.get(&field).is_some_and(|at| *at > self.read_at) {
                self.seen_earlier.extend(before.clone().map(|before| (field, before)));
                self.seen_before.extend(before.map(|before| (field, before)));
            }
        }
        self.read_at = now;
    }

    fn leave(&mut self, field: Field, said: String) {
        self.told.push_str(&said);
        self.ever_left.insert((field, said.clone()));
        self.left.insert(field, said);
    }
}

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
        self.flow().carries_fields()
    }

    pub(super) fn flow(self) -> Flow {
        let Self { status, assignee, updates, level, .. } = self;
        Flow { status, assignee, updates, level, ..Flow::default() }
    }

    pub(super) fn route(self, route: Route) -> Route {
        let status = if self.closed { vec![("Closed".to_owned(), "Closed".to_owned())] } else { Vec::new() };
        Route { status, closed_status: self.closed.then(|| "Closed".to_owned()), ..route }
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
            _ => Self::JiraPriority,
        }
    }
}

/// Carries out a deed on one issue of each side.
pub(super) fn on_guance(w: &mut World, at: usize, deed: FieldDeed, token: &str) {
    let (now, true_now, old) = (w.guance_now(), w.now, w.setup.fields.old_guance);
    let issue = &mut w.guance.issues[at];
    let changed = match deed {
        FieldDeed::Status { to, .. } => {
            let id = GuanceStatus::ALL[to].id;
            let known = !old || !["15", "25"].contains(&id);
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
            issue.body = guajira::text::Doc::from_plain(&format!("it is full, {token}"));
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
        FieldDeed::Describe | FieldDeed::Grave { .. } => None,
    };
    if let Some(field) = changed {
        truth.hand_at.insert(field, now);
    }
}

/// An issue itself was shown to guajira.
pub(super) fn guance_was_read(issue: &mut GuanceIssue, now: i64) {
    let mut truth = std::mem::take(&mut issue.truth);
    truth.was_read(now, |field| said_on_guance(issue, field));
    issue.truth = truth;
}

/// An issue itself was shown to guajira.
pub(super) fn jira_was_read(issue: &mut JiraIssue, now: i64) {
    let mut truth = std::mem::take(&mut issue.truth);
    truth.was_read(now, |field| said_on_jira(issue, field));
    issue.truth = truth;
}

pub(super) fn guance_status(issue: &GuanceIssue) -> Status {
    let known = GuanceStatus::of(issue.status).unwrap_or(&GuanceStatus::ALL[0]);
    Status { id: known.id.into(), name: known.name.into(), category: known.category }
}

pub(super) fn jira_status(status: usize) -> Status {
    let (id, name, category) = JIRA[status];
    Status { id: id.into(), name: name.into(), category }
}

pub(super) fn managers(issue: &GuanceIssue) -> Vec<Person> {
    let person = |id: &String| match id.strip_prefix("acnt_") {
        Some(n) => account(Side::Guance, n.parse().unwrap_or(0)),
        None => Person { id: id.clone(), name: id.clone(), email: id.contains('@').then(|| id.clone()) },
    };
    issue.managers.iter().map(person).collect()
}

/// People are called otherwise on either side; their addresses tell.
pub(super) fn account(side: Side, n: usize) -> Person {
    let (id, name) = match side {
        Side::Guance => (format!("acnt_{n}"), format!("张{n}")),
        Side::Jira => (format!("user-{n}"), format!("Zhang {n}")),
    };
    Person { id, name, email: Some(format!("p{n}@x")) }
}

/// Looks for an account by its address. The last of Jira's people has none on Guance.
pub(super) fn find(side: Side, who: &Person) -> Option<Person> {
    let known = if side == Side::Guance { 2 } else { 3 };
    (0..known).map(|n| account(side, n)).find(|one| one.email == who.email)
}

pub(super) fn priority(name: &str) -> Priority {
    Priority { id: name.to_lowercase(), name: name.to_owned() }
}

/// How a Guance issue stands at first.
pub(super) fn opened(issue: &mut GuanceIssue) {
    for field in [Field::Status, Field::Assignee] {
        let said = said_on_guance(issue, field);
        issue.truth.before.insert(field, said);
    }
}

/// What guajira writes when it makes an issue.
pub(super) fn made(issue: &mut JiraIssue) {
    issue.truth.leave(Field::Title, issue.now.title.clone());
    issue.truth.leave(Field::Body, issue.now.body.canonical());
    issue.truth.leave(Field::Priority, issue.now.priority.into());
    issue.truth.before.insert(Field::Status, issue.now.status.to_string());
    issue.truth.before.insert(Field::Assignee, format!("{:?}", issue.now.assignee));
}

/// Jira takes a change. A status two steps away is left half-way when the answer is lost in some worlds.
pub(super) fn change_on_jira(w: &mut World, at: usize, push: &Push, change: &Change, lost: bool) -> Result<(), String> {
    let (seed, bug) = (w.setup.seed, w.bug);
    trampled(w, at, push, change);
    let JiraIssue { now: issue, truth, .. } = &mut w.jira.issues[at];
    match change {
        Change::Title(title) => {
            // One line, and no double spaces.
            issue.title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            truth.leave(Field::Title, issue.title.clone());
        }
        Change::Body { body, .. } => {
            issue.body = body.clone().written();
            truth.leave(Field::Body, issue.body.canonical());
        }
        Change::Priority(name) => {
            issue.priority = ["Highest", "High"].into_iter().find(|known| known == name).ok_or("no such priority")?;
            truth.leave(Field::Priority, name.clone());
        }
        Change::Assignee { set, .. } => {
            let number = |person: &Person| (0..3).find(|n| account(Side::Jira, *n).id == person.id);
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
        agreed(w, w.guance.place(push.lane.as_str()), Some(at), field);
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
            let taken = target.names.iter().find(|id| !old || !["15", "25"].contains(&id.as_str()));
            let to = taken.and_then(|id| GuanceStatus::of(id));
            issue.status = to.ok_or("statusType is not allowed")?.id;
        }
        Change::Assignee { set, instead_of } => {
            issue.managers.retain(|one| Some(one) != instead_of.as_ref());
            let set = set.as_ref().map(|person| person.id.clone());
            issue.managers.extend(set.filter(|id| !issue.managers.contains(id)));
        }
        _ => return Err("not a field of Guance's".to_owned()),
    }
    issue.updated = now;
    agreed(w, Some(at), copy_of(w, push.lane.as_str()), change.field());
    Ok(())
}

/// Both sides say the same once a change was brought over: who sets it back to that cannot be told from nobody.
fn agreed(w: &mut World, on_guance: Option<usize>, on_jira: Option<usize>, field: Field) {
    if let Some(at) = on_guance {
        let said = said_on_guance(&w.guance.issues[at], field);
        w.guance.issues[at].truth.leave(field, said);
    }
    if let Some(at) = on_jira {
        let said = said_on_jira(&w.jira.issues[at], field);
        w.jira.issues[at].truth.leave(field, said);
    }
}

/// A pair whose sides are compared, and say the same without guajira's doing, agrees too.
pub(super) fn compared(w: &mut World, at: usize) {
    let issue = &w.jira.issues[at].now;
    let original = issue.born.as_ref().and_then(|key| key.issue_on(Side::Guance));
    let Some(on_guance) = original.and_then(|id| w.guance.place(id.as_str())) else { return };
    let guance = &w.guance.issues[on_guance];
    let one_status = guance_status(guance).category == jira_status(issue.status).category;
    let entry = issue.assignee.map(|n| format!("acnt_{n}"));
    let account = guance.managers.iter().find(|one| one.starts_with("acnt_"));
    for (field, fits) in [(Field::Status, one_status), (Field::Assignee, account == entry.as_ref())] {
        if fits {
            agreed(w, Some(on_guance), Some(at), field);
        }
    }
}

fn said_on_jira(issue: &JiraIssue, field: Field) -> String {
    let now = &issue.now;
    match field {
        Field::Title => now.title.clone(),
        Field::Body => now.body.canonical(),
        Field::Priority => now.priority.to_owned(),
        Field::Status => now.status.to_string(),
        Field::Assignee => format!("{:?}", now.assignee),
    }
}

fn said_on_guance(issue: &GuanceIssue, field: Field) -> String {
    if field == Field::Status { issue.status.to_owned() } else { issue.managers.join(",") }
}

/// A person's work must not be written over: a text or a priority never, and a newer change not by an older one, as far
/// as guajira has seen it.
fn trampled(w: &mut World, at: usize, push: &Push, change: &Change) {
    let field = change.field();
    let (said, origin) = match push.target {
        Side::Jira => {
            let origin = w.guance.place(push.lane.as_str()).map(|at| w.guance.issues[at].updated);
            (said_on_jira(&w.jira.issues[at], field), origin)
        }
        Side::Guance => {
            let origin = copy_of(w, push.lane.as_str()).map(|at| w.jira.issues[at].now.updated);
            (said_on_guance(&w.guance.issues[at], field), origin)
        }
    };
    let two_ways = w.setup.fields.flow().direction(field) == Some(Direction::Both) && w.setup.jira_skew_s == 0;
    // Of a pair that was found again, the closed side stands.
    let copy = copy_of(w, push.lane.as_str()).map(|at| &w.jira.issues[at]);
    let stands = w.state_lost && push.target == Side::Guance && copy.is_some_and(|copy| w.is_closed(copy));
    // An older state takes what it remembers for the last that was left there; the counter tells it about statuses.
    let forgot = w.state_restored && (field != Field::Status || !w.setup.register);
    let troubled = w.troubled;
    let truth = match push.target {
        Side::Jira => &mut w.jira.issues[at].truth,
        Side::Guance => &mut w.guance.issues[at].truth,
    };
    let by_hand = truth.hand_at.get(&field).copied().filter(|at| *at < truth.read_at);
    // Who puts back what stood there at first, before a write that was cut off, when it was last seen, or when both sides
    // last agreed, cannot be told from nobody.
    let put_back = [&truth.before, &truth.left, &truth.seen_before].into_iter().any(|known| known.get(&field) == Some(&said))
        || forgot && truth.ever_left.contains(&(field, said.clone()))
        // What is seen while a write is in doubt is weighed when that is resolved.
        || troubled && truth.seen_earlier.contains(&(field, said.clone()));
    // Of a write without an answer it is known what kind of status it asked for, and not which was reached.
    let alike =
        troubled && field == Field::Status && truth.asked.is_some() && truth.asked == category(push.target, &said);
    if let Change::Status(target) = change {
        truth.asked = Some(target.category);
    }
    truth.before.insert(field, said.clone());
    let Some(by_hand) = by_hand else { return };
    let wrong = match field {
        Field::Title | Field::Body | Field::Priority => truth.left.get(&field).is_some_and(|left| *left != said),
        // Guance's times are whole seconds.
        Field::Status | Field::Assignee if stands || says_so_already(push.target, &said, change) => false,
        Field::Status | Field::Assignee => {
            two_ways && !put_back && !alike && origin.is_some_and(|other| other + 1000 < by_hand)
        }
    };
    if wrong {
        w.blame(format!("trampled: a person's {field} was written over by {}", push.key));
    }
}

/// What kind of status it is that a side says.
fn category(side: Side, said: &str) -> Option<StatusCategory> {
    match side {
        Side::Guance => GuanceStatus::of(said).map(|status| status.category),
        Side::Jira => said.parse().ok().and_then(|at: usize| JIRA.get(at)).map(|(.., category)| *category),
    }
}

/// Returns true when a person has assigned whom guajira is about to assign, or set a status that means what it is about
/// to set.
fn says_so_already(target: Side, said: &str, change: &Change) -> bool {
    if let (Change::Status(to), Side::Jira) = (change, target) {
        let now = said.parse().ok().and_then(|at: usize| JIRA.get(at));
        return now.is_some_and(|(_, name, category)| match to.names.first() {
            Some(wanted) => wanted == name,
            None => *category == to.category,
        });
    }
    let Change::Assignee { set, .. } = change else { return false };
    let number =
        |person: &Person| (0..3).find(|n| Side::BOTH.into_iter().any(|side| account(side, *n).id == person.id));
    let number = set.as_ref().and_then(number);
    said == format!("{number:?}") || number.is_some_and(|n| said.split(',').any(|one| one == format!("acnt_{n}")))
}

fn copy_of(w: &World, lane: &str) -> Option<usize> {
    let key = Key::issue(Side::Guance, &IssueId::new(lane));
    w.jira.issues.iter().position(|issue| issue.now.born.as_ref() == Some(&key) && !issue.now.deleted)
}

/// Nothing is written to a closed issue once guajira has seen that it is.
pub(super) fn closed(w: &mut World, at: usize, push: &Push) {
    let JiraIssue { now, truth, .. } = &w.jira.issues[at];
    let seen = truth.hand_at.get(&Field::Status).is_some_and(|closed| *closed < truth.read_at);
    let writes = !matches!(push.action, Action::CreateIssue(_));
    if w.setup.fields.closed && now.status == CLOSED && seen && writes {
        w.blame(format!("closed: {} was written to a closed issue", push.key));
    }
}

impl World {
    /// Returns true when the route's closed status keeps guajira from writing to this Jira issue.
    pub(super) fn is_closed(&self, issue: &JiraIssue) -> bool {
        self.setup.fields.closed && issue.now.status == CLOSED
    }
}

/// What must hold of a pair's fields when everything has settled.
pub(super) fn settled(
    w: &World,
    state: &State,
    guance: &GuanceIssue,
    jira: &JiraIssue,
) -> Result<Vec<String>, StateError> {
    let lane = IssueId::new(&guance.id);
    let Some(link) = state.issue_link(Side::Guance, &lane)? else { return Ok(Vec::new()) };
    let flow = w.setup.fields.flow();
    let mut wrong = Vec::new();
    if link.jira.as_str() != jira.now.id {
        return Ok(wrong);
    }
    let notice = |key: &Key| key.comment_on(Side::Guance).is_some_and(|id| id.is_notice());
    let mut check = |field: Field, holds: bool, what: String| {
        // What is told in a notice goes with the notice.
        let told = matches!(field, Field::Title | Field::Body);
        let refused = w.refused.contains(&Key::field(&lane, field)) || told && w.refused.iter().any(notice);
        if !holds && !refused && flow.direction(field).is_some() {
            wrong.push(format!("apart: {field} of {lane}: {what}"));
        }
    };
    let shut = w.is_closed(jira);
    let by_hand = |field| [guance.truth.hand_at.contains_key(&field), jira.truth.hand_at.contains_key(&field)];
    check(
        Field::Status,
        statuses(w, guance, jira, by_hand(Field::Status)),
        format!("{} and {}", guance.status, JIRA[jira.now.status].1),
    );
    if w.state_lost {
        // A pair that was found again takes what both say.
        return Ok(wrong);
    }
    let said = format!("{:?} and {:?}", guance.managers, jira.now.assignee);
    check(Field::Assignee, assignees(w, guance, jira, by_hand(Field::Assignee)), said);
    if shut {
        return Ok(wrong);
    }
    let told = |token: &str| {
        let in_a_note = jira.now.notes.iter().any(|note| note.deleted || note.body.canonical().contains(token));
        in_a_note || jira.truth.told.contains(token)
    };
    for (field, here, there) in [
        (Field::Title, guance.title.clone(), jira.now.title.clone()),
        (Field::Body, guance.body.plain_text(), jira.now.body.plain_text()),
    ] {
        let Some(token) = super::world::tokens(&here).last().map(str::to_owned) else { continue };
        // What was written and could not be read since, before it changed again, may be somebody's: then it is told too.
        let holds = there.contains(&token) || (by_hand(field)[1] || w.troubled) && told(&token);
        check(field, holds, format!("{token} is not told: {there}"));
    }
    let want = if guance.grave { "Highest" } else { "High" };
    let holds = !guance.listed || by_hand(Field::Priority)[1] || jira.now.priority == want;
    check(Field::Priority, holds, format!("{} is not {want}", jira.now.priority));
    Ok(wrong)
}

fn statuses(w: &World, guance: &GuanceIssue, jira: &JiraIssue, [on_guance, on_jira]: [bool; 2]) -> bool {
    let (here, there) = (guance_status(guance), jira_status(jira.now.status));
    let downgraded = w.setup.fields.old_guance && here.id == "10" && there.category == StatusCategory::InProgress;
    let fit = here.category == there.category || downgraded;
    let shut = w.is_closed(jira);
    // Only the counter, which is looked at before a write and in every sweep, tells an older state that what it remembers
    // was not the last that both sides said.
    let forgot = w.state_restored
        && !(w.setup.register && w.setup.sweep)
        && jira.truth.ever_left.contains(&(Field::Status, jira.now.status.to_string()));
    match w.setup.fields.status {
        Direction::Off => true,
        Direction::Both => fit || shut && on_guance,
        Direction::ToJira => fit || on_jira || shut,
        Direction::ToGuance => fit || on_guance || !on_jira || forgot,
    }
}

fn assignees(w: &World, guance: &GuanceIssue, jira: &JiraIssue, [on_guance, on_jira]: [bool; 2]) -> bool {
    let entry = |n: usize| guance.managers.contains(&format!("acnt_{n}"));
    let people = (0..2).any(entry);
    let arrived = match w.setup.fields.assignee {
        Direction::Off => return true,
        // Only where one side alone was changed can it be said who must be there.
        Direction::ToJira | Direction::Both if on_guance && !on_jira => match jira.now.assignee {
            Some(n) => entry(n) || !people,
            None => !people,
        },
        Direction::ToGuance | Direction::Both if on_jira && !on_guance => match jira.now.assignee {
            Some(2) | None => true,
            Some(n) => entry(n),
        },
        _ => true,
    };
    arrived || w.is_closed(jira)
}
