//! What must hold of the fields.

use guajira::domain::{Action, Change, Field, IssueId, Key, Person, Push, Side, StatusCategory};
use guajira::guance::ABOUT;
use guajira::plan::Direction;
use guajira::state::{State, StateError};

use super::super::guance::GuanceIssue;
use super::super::jira::JiraIssue;
use super::super::lines;
use super::super::world::World;
use super::truth::{said_on_guance, said_on_jira};
use super::{CLOSED, JIRA, account, copy_of, guance_status, jira_status};

/// Milliseconds after the making of a Jira issue in which a change is not told from the making itself.
const AT_ONCE: i64 = 2000;

/// A person's work must not be written over: a text or a priority never, and a newer change not by an older one, as far
/// as guajira has seen it.
pub(super) fn trampled(w: &mut World, at: usize, push: &Push, change: &Change) {
    let field = change.field();
    let (said, origin) = match push.target {
        Side::Tracker(_) => {
            let origin = w.guance.place(push.pair.as_str()).map(|at| w.guance.issues[at].updated);
            (said_on_jira(&w.jira.issues[at], field), origin)
        }
        Side::Source(_) => {
            let origin = copy_of(w, push.pair.as_str()).map(|at| w.jira.issues[at].now.updated);
            (said_on_guance(&w.guance.issues[at], field), origin)
        }
    };
    let two_ways = w.setup.fields.flow().direction(field) == Some(Direction::Both) && w.setup.jira_skew_s == 0;
    // Of a pair that was found again, the closed side stands.
    let copy = copy_of(w, push.pair.as_str()).map(|at| &w.jira.issues[at]);
    // So does that of a pair that another account has to weigh anew, whose first write to its counter had no answer.
    let is_found_again = w.state_lost || w.troubled && w.accounts.has_another_bot();
    let stands = is_found_again && push.target.is_source() && copy.is_some_and(|copy| w.is_closed(copy));
    // An older state takes what it remembers for the last that was left there; the counter tells it about statuses.
    let forgot = w.state_restored && (field != Field::Status || !w.setup.register);
    let troubled = w.troubled;
    // Who takes an issue up within moments of its making cannot be told from the service that makes it.
    let (truth, made_by) = match push.target {
        Side::Tracker(_) => {
            let JiraIssue { now, truth, .. } = &mut w.jira.issues[at];
            (truth, now.created + AT_ONCE)
        }
        Side::Source(_) => (&mut w.guance.issues[at].truth, 0),
    };
    let by_hand = truth.hand_at.get(&field).copied().filter(|at| *at < truth.read_at && *at > made_by);
    // Who puts back what stood there at first, before a write that was cut off, when it was last seen, or when both sides
    // last agreed, cannot be told from nobody.
    let put_back = [&truth.before, &truth.left, &truth.seen_before].into_iter().any(|known| known.get(&field) == Some(&said))
        || forgot && truth.ever_left.contains(&(field, said.clone()))
        // What is seen while a write is in doubt is weighed when that is resolved.
        || troubled && truth.seen_earlier.contains(&(field, said.clone()));
    // Of a write without an answer it is known what kind of status it asked for, and not which was reached.
    let alike =
        troubled && field == Field::Status && truth.asked.is_some() && truth.asked == category(push.target, &said);
    truth.before.insert(field, said.clone());
    let Some(by_hand) = by_hand else { return };
    let wrong = match field {
        Field::Title | Field::Body | Field::Priority | Field::Follower(_) => {
            truth.left.get(&field).is_some_and(|left| *left != said)
        }
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
        Side::Source(_) => ABOUT.statuses.of(said).map(|status| status.category),
        Side::Tracker(_) => said.parse().ok().and_then(|at: usize| JIRA.get(at)).map(|(.., category)| *category),
    }
}

/// Returns true when a person has assigned whom guajira is about to assign, or set a status that means what it is about
/// to set.
fn says_so_already(target: Side, said: &str, change: &Change) -> bool {
    if let (Change::Status(to), Side::Tracker(_)) = (change, target) {
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

/// Nothing is written to a closed issue once guajira has seen that it is.
pub(in crate::sim) fn closed(w: &mut World, at: usize, push: &Push) {
    let JiraIssue { now, truth, .. } = &w.jira.issues[at];
    let seen = truth.hand_at.get(&Field::Status).is_some_and(|closed| *closed < truth.read_at.max(truth.listed_at));
    let writes = !matches!(push.action, Action::CreateIssue(_));
    if w.setup.fields.closed && now.status == CLOSED && seen && writes {
        w.blame(format!("closed: {} was written to a closed issue", push.key));
    }
}

impl World {
    /// Returns true when the route's closed status keeps guajira from writing to this Jira issue.
    pub(in crate::sim) fn is_closed(&self, issue: &JiraIssue) -> bool {
        self.setup.fields.closed && issue.now.status == CLOSED
    }
}

/// What must hold of a pair's fields when everything has settled.
pub(in crate::sim) fn settled(
    w: &World,
    state: &State,
    guance: &GuanceIssue,
    jira: &JiraIssue,
) -> Result<Vec<String>, StateError> {
    let pair = IssueId::new(&guance.id);
    let Some(link) = state.issue_link(w.source(), &pair)? else { return Ok(Vec::new()) };
    let flow = w.setup.fields.flow();
    let mut wrong = Vec::new();
    if link.jira.as_str() != jira.now.id {
        return Ok(wrong);
    }
    let notice = |key: &Key| key.comment_on(w.source()).is_some_and(|id| id.is_notice());
    let mut check = |field: Field, holds: bool, what: String| {
        // What is told in a notice goes with the notice.
        let told = matches!(field, Field::Title | Field::Body);
        let refused = w.refused.contains(&Key::field(w.line, &pair, field)) || told && w.refused.iter().any(notice);
        if !holds && !refused && flow.direction(field).is_some() {
            wrong.push(format!("apart: {field} of {pair}: {what}"));
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
    let is_carried = w.line != lines::alerts();
    check(Field::Assignee, !is_carried || assignees(w, guance, jira, by_hand(Field::Assignee)), said);
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
        let Some(token) = super::super::world::tokens(&here).last().map(str::to_owned) else { continue };
        // What was written and could not be read since, before it changed again, may be somebody's: then it is told too.
        let holds = there.contains(&token) || (by_hand(field)[1] || w.troubled) && told(&token);
        check(field, holds, format!("{token} is not told: {there}"));
        let short = w.setup.texts.falls_short(Side::JIRA, &guance.body, &jira.now.body);
        if let Some(why) = short.filter(|_| field == Field::Body && there.contains(&token)) {
            check(field, false, format!("mutilated: {why}"));
        }
    }
    let want = if guance.grave { "Highest" } else { "High" };
    let holds = !guance.listed || by_hand(Field::Priority)[1] || jira.now.priority == want;
    check(Field::Priority, holds, format!("{} is not {want}", jira.now.priority));
    if let Some(said) = &jira.now.region {
        let want = if guance.grave { "P0" } else { "P1" };
        let holds = !guance.listed || by_hand(super::region())[1] || said == want;
        check(super::region(), holds, format!("{said} is not {want}"));
    }
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
    // Who takes an issue up within moments of its making cannot be told from the service that makes it.
    let skew = i64::from(w.setup.jira_skew_s) * 1000;
    let at_once = jira.truth.hand_at.get(&Field::Status).is_some_and(|at| *at + skew <= jira.now.created + AT_ONCE);
    match w.setup.fields.status {
        Direction::Off => true,
        Direction::Both => fit || shut && on_guance,
        Direction::ToJira => fit || on_jira || shut || forgot,
        Direction::ToGuance => fit || on_guance || !on_jira || at_once || forgot,
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
