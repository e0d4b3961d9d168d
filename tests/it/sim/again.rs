//! The same problem again: which histories have it, how the simulated Jira lets a ticket go on with another item, and what must
//! be true of it.

use std::time::Duration;

use guajira::domain::{
    Continued, Fingerprint, Issue, IssueId, Joined, Key, Kin, NewIssue, Push, Receipt, Side, StatusCategory, Ticket,
    marker,
};
use guajira::plan::{Direction, NAMES, ReuseRule, sample};
use guajira::ports::{ApiError, ApiErrorKind, Tickets};
use guajira::template::{Kind, Template};
use rusqlite::Connection;

use super::fields::{self, FieldDeed, FieldSetup};
use super::gallery::Bug;
use super::guance::GuanceIssue;
use super::history::{Deed, Event, Fault, History, Setup, What};
use super::jira::{IssueState, JiraIssue};
use super::jira_remote::SimJira;
use super::jira_writes::receipt;
use super::rng::{Rng, mix};
use super::world::{Mark, Note, World, time};

/// Jira's status that is done.
const DONE: usize = 2;

/// Guance's status that is done.
const ENDED: usize = 2;

/// Returns the history; in some that have one line, tickets are continued. Luck of its own, so that the rest of a history does
/// not depend on it.
pub(super) fn also(history: History) -> History {
    let is_one = !history.setup.lines.on() && Rng::new(mix(history.setup.seed, 0xa9a1)).chance(18);
    if is_one { with_reuse(history) } else { history }
}

/// The same history with tickets that are continued: now and then somebody resolves one, and the problem comes again. What
/// people and faults do to markers and to other fields is another story.
pub(super) fn with_reuse(mut history: History) -> History {
    let setup = &mut history.setup;
    setup.reuse = true;
    let off = Direction::Off;
    let status = if Rng::new(mix(setup.seed, 0xa9a2)).chance(50) { Direction::ToJira } else { off };
    setup.fields = FieldSetup { status, assignee: off, updates: false, level: false, closed: false, ..setup.fields };
    setup.files = off;
    let flows = status == Direction::ToJira;
    history.events.retain(|event| is_played(&event.what));
    for mut event in std::mem::take(&mut history.events) {
        let uid = event.uid;
        if let What::Run(run) = &mut event.what {
            run.faults.retain(|_, fault| !matches!(fault, Fault::Meanwhile(deed, _) if !is_done(*deed)));
        }
        history.events.push(event);
        // What names texts is short.
        if uid >= 1000 {
            continue;
        }
        let rng = &mut Rng::new(mix(history.setup.seed ^ 0xa9a1_0001, u64::from(uid)));
        let mut n = 0;
        let mut then = |after_s, deed, pick| {
            n += 1;
            history.events.push(Event { uid: 80_000 + uid * 10 + n, after_s, what: What::Person(deed, pick) });
        };
        if rng.chance(30) {
            then(1 + rng.below(60), Deed::Field(FieldDeed::Status { side: Side::JIRA, to: DONE }), rng.below(1000));
        }
        if rng.chance(30) {
            then(1 + rng.below(60), Deed::OpenGuance { listed: true }, 0);
        }
        if flows && rng.chance(25) {
            let to = rng.pick(&[ENDED, ENDED, ENDED, 0]);
            then(1 + rng.below(60), Deed::Field(FieldDeed::Status { side: Side::GUANCE, to }), rng.below(1000));
        }
    }
    history
}

fn is_played(what: &What) -> bool {
    match what {
        What::Fail(_) | What::Mend | What::MoveBot | What::RotateKey | What::Believe { .. } => false,
        What::Person(deed, _) => is_done(*deed),
        _ => true,
    }
}

fn is_done(deed: Deed) -> bool {
    !matches!(deed, Deed::Forge(_) | Deed::CloneIssue { .. } | Deed::Quote { .. } | Deed::Attach(_))
}

/// What a route says of it.
pub(super) fn rule(setup: &Setup) -> Option<ReuseRule> {
    let key = Template::compile(Kind::Text, "{{ level }}", &NAMES, &sample).expect("a good template");
    let within = Duration::from_hours(6);
    setup.reuse.then(|| ReuseRule { key, within, unless_resolution: Vec::new() })
}

/// Returns true for an item whose ticket is another one's: it had it before, or is counted in it.
pub(super) fn has_left_its_ticket(w: &World, key: &Key) -> bool {
    let is_there = |issue: &IssueState| issue.before.contains(key) || issue.joined.contains(key);
    w.jira.issues.iter().any(|issue| issue.now.born.as_ref() != Some(key) && is_there(&issue.now))
}

/// Returns true for what was said in a ticket about an item that it is not the copy of any more.
pub(super) fn is_past(issue: &IssueState, note: &Note) -> bool {
    let since = issue.kin.as_ref().and_then(|kin| kin.since).filter(|_| !issue.before.is_empty());
    since.is_some_and(|since| time(note.created) <= since)
}

/// Edits the state as if who had a ticket before did not rest.
pub(super) fn unretire(file: &Connection) -> rusqlite::Result<()> {
    file.execute_batch(
        "UPDATE issue_link SET role = 'retired', jira = jira || '/' || guance, jira_name = '' WHERE role IS NULL AND EXISTS
             (SELECT 1 FROM issue_link o WHERE o.role = 'retired' AND o.rowid < issue_link.rowid
                  AND o.jira = issue_link.jira || '/' || o.guance);
         UPDATE OR IGNORE issue_link SET role = NULL, jira = substr(jira, 1, instr(jira, '/') - 1), jira_name = 'OPS-1',
             closed = 0, active = 1795000000000, guance_seen = NULL, jira_seen = NULL, polled = 0
         WHERE role = 'retired';",
    )
}

/// Edits the state as if it were kept nowhere that an item is counted in a ticket.
pub(super) fn unjoin(file: &Connection) -> rusqlite::Result<()> {
    file.execute_batch(
        "DELETE FROM outbox WHERE key IN
             (SELECT 'guance/issue/' || guance FROM issue_link WHERE role = 'retired' AND title IS NOT NULL);
         DELETE FROM issue_link WHERE role = 'retired' AND title IS NOT NULL;",
    )
}

fn level(w: &World, key: &Key) -> Option<(bool, bool)> {
    let issue = w.guance.issues.iter().find(|issue| key.as_str().ends_with(&issue.id))?;
    Some((issue.listed, issue.grave))
}

/// Returns true for an item that was counted in a ticket which a new state cannot find for it: the item's level tells of another
/// problem now, or the ticket has lost its labels, and no search gives its property.
pub(super) fn is_hard_to_find(w: &World, key: &Key) -> bool {
    let is_in = |issue: &&JiraIssue| issue.now.joined.contains(key);
    let unlabelled = |issue: &JiraIssue| issue.now.labels.is_empty() && !w.setup.search_properties;
    let is_hidden = w.jira.issues.iter().filter(is_in).any(unlabelled);
    w.joined_as.get(key).is_some_and(|then| is_hidden || level(w, key) != Some(*then))
}

/// A ticket is not closed for its own item while one that is counted in it is open, which can be known.
pub(super) fn closes(w: &mut World, at: usize, push: &Push) {
    let state = &w.jira.issues[at].now;
    let is_open = |key: &&Key| {
        let issue = w.guance.issues.iter().find(|issue| key.as_str().ends_with(&issue.id));
        issue.is_some_and(|issue| fields::guance_status(issue).category != StatusCategory::Done)
    };
    let open = state.joined.iter().filter(|key| state.born.as_ref() != Some(key)).find(is_open).cloned();
    if let Some(open) = open.filter(|key| !state.before.contains(key) && !w.state_lost && !w.troubled) {
        w.blame(format!("closed: {} closes a ticket in which {open} is counted, which is open", push.key));
    }
}

/// What the property of a new ticket says besides.
pub(super) fn made(new: &NewIssue) -> Option<Kin> {
    let reuse = new.reuse.as_ref()?.key.clone();
    Some(Kin { reuse, earlier: Vec::new(), joined: Vec::new(), since: None, opening: false, creator: String::new() })
}

/// Lets a ticket go on with the item of this write: a step after the other, of which a lost answer may hide that only some were
/// made.
pub(super) fn go_on(w: &mut World, push: &Push, continued: &Continued) -> Result<Receipt, ApiError> {
    let refused = |why: &str| Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, why.to_owned()));
    let Some(at) = w.jira.place(continued.issue.as_str()) else {
        // An earlier try may have named it, before somebody deleted it.
        let is_it =
            |issue: &JiraIssue| issue.now.id == continued.issue.as_str() && issue.now.born.as_ref() == Some(&push.key);
        if w.jira.issues.iter().any(is_it) {
            w.copies.remove(&push.key);
        }
        return refused("404 no such issue");
    };
    let Some(reuse) = &continued.new.reuse else { return refused("no key") };
    w.note(|| format!("     continues {} with {}", continued.name, push.pair));
    let steps = if w.answer_lost { mix(w.setup.seed, u64::from(w.requests)) % 5 } else { 4 };
    let creator = w.jira.issues[at].now.author.id.clone();
    robbed(w, at, (push, continued));
    if steps > 0 && w.bug != Some(Bug::ReopenedWithoutProperty) {
        named(w, at, (push, continued), reuse.key.clone(), creator);
    }
    let target = &reuse.status;
    let state = &mut w.jira.issues[at].now;
    if steps > 1 {
        state.labels.extend(marker::label(&push.key).filter(|label| !state.labels.contains(label)));
    }
    let is_done = fields::jira_status(state.status).category == StatusCategory::Done;
    if steps > 2 && is_done && target.category != StatusCategory::Done {
        state.status = usize::from(target.category == StatusCategory::InProgress);
    }
    if steps > 3
        && let Some(kin) = &mut state.kin
    {
        kin.opening = false;
    }
    w.touched(at, 70_000 + w.requests);
    w.writes += 1;
    Ok(receipt(w, at, None))
}

/// Nobody takes a ticket that is open, and another item's, unless somebody has just opened it again.
fn robbed(w: &mut World, at: usize, (push, continued): (&Push, &Continued)) {
    let state = &w.jira.issues[at].now;
    let is_done = fields::jira_status(state.status).category == StatusCategory::Done;
    let is_own = state.born.as_ref() == Some(&push.key);
    // An item has ended, and its ticket goes on with one that was counted in it, be it only in the state.
    let ended = |key: &Key| {
        let is_it = |issue: &&GuanceIssue| key.as_str().ends_with(&issue.id);
        let issue = w.guance.issues.iter().find(is_it);
        issue.is_some_and(|issue| fields::guance_status(issue).category == StatusCategory::Done)
    };
    let is_heir = continued.was_open && state.born.as_ref().is_some_and(ended);
    if !is_own && !is_done && !is_heir && time(state.updated) <= continued.since {
        w.blame(format!("robbed: {} takes a ticket that is open, and another item's", push.key));
    }
}

/// Returns the ticket that says that an item is counted in it, among the newest, which are read by their keys.
pub(super) fn counts(w: &World, item: &Key) -> Option<IssueId> {
    let newest = w.jira.issues.iter().filter(|issue| !issue.now.deleted && w.now - issue.now.created < 15 * 60_000);
    let told = newest.map(|issue| w.jira_issue(&issue.now, None, false));
    let is_it = |issue: &Issue| {
        let is_proven = issue.claim.as_ref().is_some_and(|claim| claim.proven && claim.key != *item);
        is_proven
            && issue
                .tracker()
                .and_then(|detail| detail.kin.as_ref())
                .is_some_and(|kin| kin.joined.iter().any(|joined| joined.key == *item))
    };
    told.into_iter().find(is_it).map(|issue| issue.id)
}

/// Names items in the property of the ticket in which they are counted.
pub(super) fn join(w: &mut World, issue: &IssueId, items: &[Joined]) -> Result<Receipt, ApiError> {
    let refused = |why: &str| Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, why.to_owned()));
    let Some(at) = w.jira.place(issue.as_str()) else { return refused("404 no such issue") };
    w.note(|| format!("     counts {} items in {issue}", items.len()));
    let state = &mut w.jira.issues[at].now;
    let own = state.property.as_ref().map(|mark| mark.key.clone());
    let Some(kin) = &mut state.kin else { return refused("no property") };
    let mut new = Vec::new();
    for item in items {
        if Some(&item.key) != own.as_ref() && kin.joined.iter().all(|known| known.key != item.key) {
            kin.joined.push(item.clone());
        }
        let item = &item.key;
        if !state.before.contains(item) && !state.joined.contains(item) && state.born.as_ref() != Some(item) {
            state.joined.push(item.clone());
            new.push(item.clone());
        }
    }
    // From now on a ticket of its own is one too many.
    for item in &new {
        if let Some(level) = level(w, item) {
            w.joined_as.insert(item.clone(), level);
        }
        w.copied(item);
    }
    w.touched(at, 71_000 + w.requests);
    w.writes += 1;
    Ok(receipt(w, at, None))
}

fn named(w: &mut World, at: usize, (push, continued): (&Push, &Continued), reuse: Fingerprint, creator: String) {
    let source = w.source();
    let state = &mut w.jira.issues[at].now;
    let before = state.property.as_ref().map(|mark| mark.key.clone());
    let again = before.as_ref() == Some(&push.key);
    let known = state.kin.take();
    let of = |kin: Kin| (kin.earlier, kin.joined, kin.since.filter(|_| again));
    let (mut earlier, mut joined, since) = known.map(of).unwrap_or_default();
    joined.retain(|item| item.key != push.key);
    let told = continued.before.as_ref().map(|item| Key::issue(source, item));
    for key in before.into_iter().filter(|_| !again).chain(told) {
        if key != push.key && !earlier.contains(&key) {
            earlier.insert(0, key);
        }
    }
    state.kin = Some(Kin { reuse, earlier, joined, since: since.or(Some(continued.since)), opening: true, creator });
    state.property = Some(Mark::of(push));
    let born = Some(Key::issue(source, &push.pair));
    if state.born != born {
        state.before.extend(std::mem::replace(&mut state.born, born));
        if !state.joined.contains(&push.key) {
            w.copied(&push.key);
        }
    }
}

/// Tells which labels may stand on a ticket that is just going on with another item, whose own is put on after the property.
pub(super) fn is_on_the_way(state: &IssueState) -> impl Fn(&Key) -> bool {
    let kin = state.kin.as_ref().filter(|kin| kin.opening);
    move |label| kin.is_some_and(|kin| kin.earlier.iter().any(|key| marker::as_labelled(key) == *label))
}

impl Tickets for SimJira<'_> {
    fn tickets(&self, ids: &[IssueId]) -> Result<Vec<Ticket>, ApiError> {
        self.read(&format!("tickets {}", ids.len()))?;
        self.somebody()?;
        let w = self.0.borrow();
        let states = ids.iter().filter_map(|id| w.jira.place(id.as_str())).map(|at| &w.jira.issues[at].now);
        let ticket = |state: &IssueState| {
            let issue = w.jira_issue(state, None, false);
            let kin = issue.tracker().and_then(|detail| detail.kin.clone());
            Ticket {
                id: issue.id,
                name: issue.name,
                creator: state.author.id.clone(),
                status: if w.bug == Some(Bug::OpenTicketTaken) { fields::jira_status(DONE) } else { issue.status },
                resolution: Vec::new(),
                resolved: time(state.updated),
                updated: time(state.updated),
                secured: state.secure,
                // Whoever looks for a ticket finds another one.
                archived: w.bug == Some(Bug::JoinedForgotten) && !state.joined.is_empty(),
                claim: issue.claim,
                kin,
            }
        };
        Ok(states.map(ticket).collect())
    }
}

/// Returns true for a ticket that was the copy of this item before.
pub(super) fn had(state: &IssueState, key: &Key) -> bool {
    state.kin.as_ref().is_some_and(|kin| kin.earlier.contains(key))
}
