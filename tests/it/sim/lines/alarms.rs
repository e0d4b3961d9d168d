//! Alarms: monitors fire, repeat themselves and recover; some of it is polled, some is piped in.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::alarm::{self, State as Says};
use guajira::domain::{Comment, CommentId, IssueId, Key, Side};
use guajira::piped;
use guajira::plan::{Flow, Policy, Repeats, Route};
use guajira::ports::{
    Abilities, About, ApiError, Batch, Budget, Identity, Inbox, Parts, Presence, Purpose, Remote, Span, ThreadPage,
    ThreadPart, Threads, Urgency,
};
use guajira::state::{State, StateError};

use super::super::gallery::Bug;
use super::super::history::Setup;
use super::super::passage::{Passage, send};
use super::super::rng::Rng;
use super::super::world::{Killed, World, time};

/// What a monitor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the deed")]
pub(in crate::sim) struct AlarmDeed {
    /// It recovers; else it fires, or goes on to.
    pub(in crate::sim) over: bool,
    /// A monitor that nobody has heard of.
    pub(in crate::sim) fresh: bool,
    /// Of a monitor of Guance's: a webhook brings it before the service stores it. What is no monitor's is always piped.
    pub(in crate::sim) hooked: bool,
    /// The service stores it so much later.
    pub(in crate::sim) late_s: u32,
    /// The webhook calls in the middle of the next run.
    pub(in crate::sim) amid: bool,
}

impl AlarmDeed {
    pub(in crate::sim) fn draw(rng: &mut Rng) -> Self {
        let late_s = rng.pick(&[0, 0, 20, 90, 300]);
        Self { over: rng.chance(35), fresh: rng.chance(40), hooked: rng.chance(40), late_s, amid: rng.chance(35) }
    }
}

/// An event as it truly happened.
#[derive(Clone, Debug)]
struct Happened {
    event: alarm::Event,
    payload: String,
    /// The service stores it, then: by its clock.
    polled: Option<DateTime<Utc>>,
    /// `take` said that it was accepted.
    accepted: bool,
}

impl Happened {
    /// The event as the service has it, once it has.
    fn stored(&self, now: DateTime<Utc>) -> Option<alarm::Event> {
        self.polled.filter(|stored| *stored <= now).map(|stored| alarm::Event { stored, ..self.event.clone() })
    }
}

#[derive(Debug, Default)]
pub(in crate::sim) struct Alarms {
    all: Vec<Happened>,
    items: u32,
    /// Places of events that a webhook will bring in the middle of a run.
    waiting: Vec<usize>,
}

/// What the line of alarms is told to do.
pub(in crate::sim) fn policy(setup: &Setup) -> Policy {
    let route = Route {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        labels: vec!["alarm".into()],
        repeats: setup.deletes.repeats,
        ..Route::default()
    };
    let flow = Flow { comments: false, edits: false, ..Flow::default() };
    Policy { flow, routes: vec![route], statuses: guajira::guance::events::ABOUT.statuses, ..Policy::default() }
}

/// A monitor does something.
pub(in crate::sim) fn act(w: &mut World, deed: AlarmDeed, pick: u32, uid: u32) {
    let token = format!("tok{uid:05}").chars().take(8).collect::<String>();
    w.public.insert(token.clone());
    if deed.fresh || w.lines.alarms.items == 0 {
        w.lines.alarms.items += 1;
    }
    let items = w.lines.alarms.items;
    let item = if deed.fresh { items } else { 1 + pick % items };
    let at = time(w.guance_now());
    let payload = serde_json::json!({
        "id": format!("disk-{item}"),
        "event": uid.to_string(),
        "title": format!("disk {item} full {token}"),
        "status": if deed.over { "resolved" } else { "firing" },
        "level": "critical",
        "at": at.to_rfc3339(),
    });
    let reading = piped::read(payload.to_string().as_bytes(), at);
    let Some(Ok(read)) = reading.events.into_iter().next() else { return w.blame("odd: an alarm is no alarm".into()) };
    w.note(|| format!("alarm: {deed:?} {payload}"));
    // Whatever a monitor tells a webhook, the service stores too, sooner or later.
    let is_monitor = item.is_multiple_of(2);
    let polled = is_monitor.then(|| at + TimeDelta::seconds(i64::from(deed.late_s)));
    w.lines.alarms.all.push(Happened { event: read.event, payload: read.payload, polled, accepted: false });
    if !is_monitor || deed.hooked {
        let place = w.lines.alarms.all.len() - 1;
        w.lines.alarms.waiting.push(place);
    }
}

/// `guajira take`: what waits is accepted.
pub(in crate::sim) fn take(world: &RefCell<World>, inbox: &State) -> Result<(), StateError> {
    let (waiting, now) = {
        let w = &mut *world.borrow_mut();
        (std::mem::take(&mut w.lines.alarms.waiting), time(w.now + w.our_skew))
    };
    for place in waiting {
        let (item, payload) = {
            let w = world.borrow();
            let one = &w.lines.alarms.all[place];
            (one.event.item.clone(), one.payload.clone())
        };
        inbox.accept(&[(item.clone(), payload)], now)?;
        let w = &mut *world.borrow_mut();
        w.note(|| format!("  take: {item}"));
        w.lines.alarms.all[place].accepted = true;
    }
    Ok(())
}

/// The events that the service stored.
pub(in crate::sim) struct SimEvents<'w> {
    pub(in crate::sim) world: &'w RefCell<World>,
    pub(in crate::sim) budget: &'w dyn Budget,
}

impl SimEvents<'_> {
    fn read(&self, what: &str, purpose: Purpose) -> Result<(), ApiError> {
        self.budget.take(Urgency::Read, purpose)?;
        if send(self.world, Side::GUANCE, what, false)? == Passage::DieAfter {
            std::panic::panic_any(Killed);
        }
        Ok(())
    }

    fn round(&self, item: &IssueId) -> Option<alarm::Round> {
        let w = self.world.borrow();
        let of_item = w.lines.alarms.all.iter().filter(|one| one.event.item == *item);
        let now = time(w.guance_now());
        alarm::rounds(of_item.filter_map(|one| one.stored(now))).remove(item)
    }
}

impl Remote for SimEvents<'_> {
    fn about(&self) -> &About {
        &guajira::guance::events::ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { threads: Some(self), parts: Some(self), ..Abilities::default() }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        Ok(Identity { service: super::super::guance_remote::WORKSPACE.to_owned(), ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        if span.ours_only {
            return Ok(Batch::default());
        }
        self.read(&format!("list of events from {}", span.from), Purpose::List)?;
        let within = |at| at >= span.from && span.until.is_none_or(|until| at < until);
        let (hits, clock) = {
            let w = self.world.borrow();
            let now = time(w.guance_now());
            let stored = w.lines.alarms.all.iter().filter_map(|one| one.stored(now));
            let hits: Vec<_> =
                stored.filter(|event| within(event.stored)).map(|event| (event.stored, event.item)).collect();
            (hits, time(w.guance_now()))
        };
        let items: BTreeSet<&IssueId> = hits.iter().map(|(_, item)| item).collect();
        Ok(Batch {
            issues: items.into_iter().filter_map(|item| self.round(item)?.issue(None, true)).collect(),
            watermark: hits.iter().map(|(stored, _)| *stored).max(),
            clock: Some(clock),
            ..Batch::default()
        })
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.read(&format!("get {} rounds", ids.len()), Purpose::Issue)?;
        let clock = Some(time(self.world.borrow().guance_now()));
        Ok(Batch {
            issues: ids.iter().filter_map(|id| self.round(id)?.issue(None, true)).collect(),
            clock,
            ..Batch::default()
        })
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        format!("https://guance.test/{name}")
    }
}

impl Threads for SimEvents<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.read(&format!("events of {issue}"), Purpose::Thread)?;
        Ok(self.round(issue).map(|round| round.thread(None)))
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let thread = self.thread(issue)?.unwrap_or_default();
        let is_there = |id: &CommentId| thread.iter().any(|comment| comment.id == *id);
        Ok(comments.iter().map(|id| if is_there(id) { Presence::There } else { Presence::Unknown }).collect())
    }
}

impl Parts for SimEvents<'_> {
    fn changed_within(&self, span: &Span, _requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        Ok((self.changed(span)?, None))
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        _down_to: Option<DateTime<Utc>>,
        _requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let Some(comments) = self.thread(issue)? else { return Ok(None) };
        let newest = comments.iter().map(|comment| comment.created).max();
        Ok(Some(ThreadPart { comments, next: None, pages: 1, newest, odd: false }))
    }

    fn thread_page(&self, _issue: &IssueId, _page: usize) -> Result<Option<ThreadPage>, ApiError> {
        Ok(None)
    }
}

/// An inbox that a careless program acknowledges before what came of it is stored, or that tells a recovery as a failure.
pub(in crate::sim) struct Careless<'s> {
    pub(in crate::sim) state: &'s State,
    pub(in crate::sim) bug: Option<Bug>,
}

impl Inbox for Careless<'_> {
    fn unread(&self, source: &str, after: u64, most: usize) -> Result<Vec<guajira::ports::InboxRow>, ApiError> {
        let mut rows = Inbox::unread(self.state, source, after, most)?;
        if self.bug == Some(Bug::EventReadBeforeItIsStored)
            && let Some(last) = rows.last()
            && let Ok(tx) = self.state.begin()
        {
            let _ = tx.inbox_read(last.number);
            let _ = tx.commit();
        }
        self.told(&mut rows);
        Ok(rows)
    }

    fn rows_of(&self, source: &str, item: &IssueId, most: usize) -> Result<Vec<guajira::ports::InboxRow>, ApiError> {
        let mut rows = Inbox::rows_of(self.state, source, item, most)?;
        self.told(&mut rows);
        Ok(rows)
    }
}

impl Careless<'_> {
    fn told(&self, rows: &mut [guajira::ports::InboxRow]) {
        if self.bug == Some(Bug::RecoveryOpens) {
            for row in rows {
                row.payload = row.payload.replace("\"resolved\"", "\"firing\"");
            }
        }
    }
}

/// The items that failed since the line began, as far as anybody told us of it.
fn items(w: &World) -> BTreeSet<IssueId> {
    let known = |one: &&Happened| (one.accepted || one.polled.is_some()) && one.event.state == Says::Fault;
    w.lines.alarms.all.iter().filter(known).map(|one| one.event.item.clone()).collect()
}

/// After every run: what `take` accepted is a pair, in the outbox, or still to be read.
pub(in crate::sim) fn kept(w: &World, state: &State) -> anyhow::Result<Vec<String>> {
    let unread = Inbox::unread(state, w.line.as_str(), 0, 10_000)?;
    let mut wrong = Vec::new();
    for one in w.lines.alarms.all.iter().filter(|one| one.accepted && one.event.state == Says::Fault) {
        // What the service stores too the poll brings; whether it did is judged in the end.
        if one.polled.is_some() {
            continue;
        }
        let (item, key) = (&one.event.item, Key::issue(w.source(), &one.event.item));
        if one.event.at < time(w.floor) || unread.iter().any(|row| row.item == *item) {
            continue;
        }
        let known = state.known_issues(w.source(), std::iter::once((item, Some(key.clone()))))?;
        if known.issues.is_empty() && !known.outbox.contains_key(&key) {
            wrong.push(format!("lost: {key} was accepted, and is neither a pair nor in the outbox nor unread"));
        }
    }
    Ok(wrong)
}

/// Once all rests: an issue for each alarm that failed, none for one that only recovered, and what came later beside it.
pub(in crate::sim) fn settled(w: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    let failed = items(w);
    for one in &w.lines.alarms.all {
        let item = &one.event.item;
        let key = Key::issue(w.source(), item);
        let copies: Vec<_> = w.jira.issues.iter().filter(|issue| issue.now.born.as_ref() == Some(&key)).collect();
        let began =
            w.lines.alarms.all.iter().filter(|other| other.event.item == *item && other.event.state == Says::Fault);
        let is_new = began.clone().map(|other| other.event.at).min().is_some_and(|at| at >= time(w.floor));
        let gone = w.copy_deleted.contains_key(&key) || w.refused.contains(&key) || w.is_unsure(&key);
        if failed.contains(item) && is_new && !w.floor_unknown && copies.is_empty() && !gone {
            wrong.push(format!("lost: {key} has no issue"));
        }
        if !failed.contains(item) && !copies.is_empty() {
            wrong.push(format!("odd: {key} only recovered, and has an issue"));
        }
        let id = CommentId::standing_for("event", &one.event.id);
        let event = Key::comment(w.source(), &id);
        let told = one.accepted || one.polled.is_some();
        let travels = one.event.state == Says::Over || w.setup.deletes.repeats == Repeats::Comment;
        let first = began.min_by_key(|other| other.event.at).is_some_and(|first| first.event.at >= one.event.at);
        for copy in copies.iter().filter(|copy| !copy.now.deleted) {
            let is_shut = w.is_closed(copy) || copy.now.secure;
            let there = copy.now.notes.iter().filter(|note| note.born.as_ref() == Some(&event)).count();
            let excused = w.copy_deleted.contains_key(&event) || w.refused.contains(&event) || is_shut || first;
            if there == 0 && told && travels && !excused {
                wrong.push(format!("lost: {event} of {key} has no copy"));
            }
        }
    }
    wrong
}

/// Checks that what became of an event goes to the issue of its alarm.
pub(in crate::sim) fn check_home(w: &mut World, key: &Key, issue: &str) {
    let home = w.jira.issues.iter().find(|one| one.now.id == issue).and_then(|one| one.now.born.clone());
    let item = home.as_ref().and_then(|born| born.issue_on(w.source()));
    let of_item = |one: &Happened| {
        let id = CommentId::standing_for("event", &one.event.id);
        Some(&one.event.item) == item.as_ref() && Key::comment(w.source(), &id) == key.origin()
    };
    if !w.lines.alarms.all.iter().any(of_item) {
        w.blame(format!("astray: {key} went to {issue}, the copy of {home:?}"));
    }
}
