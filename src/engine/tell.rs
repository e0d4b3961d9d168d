//! What chat rooms are told: a message waits from the transaction on that settles what it tells of.

use chrono::{DateTime, Utc};

use super::report::Foretold;
use super::run::{Run, Trouble};
use crate::domain::{Action, Change, CommentId, Event, Issue, IssueId, Key, Message, Push, Side};
use crate::plan::messages::{Happening, of_copy};
use crate::plan::{Step, kept};
use crate::ports::ApiError;
use crate::state::{NewMessage, Tx};
use crate::words::Summary;

/// The facts that tell how items read last: their names end with the item's id.
const ITEM: &str = "engine.item.";

/// Returns true where this run tells rooms of what it carries. What a backfill carries is no news.
fn tells(run: &Run<'_>) -> bool {
    !run.world.rooms.all.is_empty() && run.order.backfill.is_none()
}

/// Keeps how the items of pairs, and those that are to become some, read now.
pub(super) fn remember(run: &Run<'_>, issues: &[Issue], steps: &[Step], now: DateTime<Utc>) -> Result<(), Trouble> {
    if run.world.rooms.all.is_empty() {
        return Ok(());
    }
    let state = run.world.state;
    let becomes_one = |step: &Step, issue: &Issue| matches!(step, Step::Push(push) if push.pair == issue.id);
    for issue in issues.iter().filter(|issue| issue.side().is_source()) {
        let is_paired = run.pair(run.source(), &issue.id)?.is_some();
        let is_wanted = is_paired
            || steps.iter().any(|step| becomes_one(step, issue))
            || state.stage_of(&Key::issue(run.source(), &issue.id))?.is_some();
        if is_wanted {
            keep(run, issue, !is_paired, now)?;
        }
    }
    Ok(())
}

fn keep(run: &Run<'_>, issue: &Issue, with_text: bool, now: DateTime<Utc>) -> Result<(), Trouble> {
    let Some(value) = kept::stored(issue, with_text) else { return Ok(()) };
    let name = format!("{ITEM}{}", issue.id);
    if run.world.state.fact(&name)?.is_none_or(|(known, _)| known != value) {
        run.world.state.set_fact(&name, &value, now)?;
    }
    Ok(())
}

/// Returns an item as it was read last.
fn item(run: &Run<'_>, id: &IssueId) -> Result<Option<Issue>, Trouble> {
    let kept = run.world.state.fact(&format!("{ITEM}{id}"))?;
    Ok(kept.and_then(|(value, _)| kept::read(&value, run.source(), id)))
}

/// What a write was that has happened, as far as the write itself does not say it.
#[derive(Clone, Copy, Default)]
pub(super) struct Came<'a> {
    /// What people call the Jira issue, where the state does not know it yet.
    pub(super) jira_name: Option<&'a str>,
    /// The status that the issue came into.
    pub(super) status: Option<&'a str>,
}

/// Tells of a write that has happened, where this state has sent it: what was there before is no news.
pub(super) fn settled(
    run: &Run<'_>,
    tx: &Tx<'_>,
    push: &Push,
    came: Came<'_>,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let Some(event) = event_of(push).filter(|_| tells(run)) else { return Ok(()) };
    if run.world.state.was_sent(&push.key)? {
        let issue = of_write(run, tx, event, push, came, now)?;
        if event == Event::Created
            && let Some(issue) = issue
        {
            keep(run, &issue, false, now)?;
        }
    }
    Ok(())
}

/// Tells of a write; returns the item that it is about.
fn of_write(
    run: &Run<'_>,
    tx: &Tx<'_>,
    event: Event,
    push: &Push,
    came: Came<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Issue>, Trouble> {
    let issue = item(run, &push.pair)?;
    let named = jira_name(run, push, came)?;
    let url = named.as_deref().map(|name| run.world.jira.issue_url(name)).unwrap_or_default();
    let words = Words::of(push, issue.as_ref());
    let line = run.source();
    let happening = Happening {
        event,
        key: push.key.as_str(),
        at: now,
        source: line.as_str(),
        issue: issue.as_ref(),
        jira: named.as_deref().map(|name| (name, url.as_str())),
        who: words.who.as_deref(),
        status: came.status.or(words.status.as_deref()),
        said: &words.said,
    };
    let place = named.as_deref().unwrap_or(push.pair.as_str());
    enqueue(run, tx, &happening, push.key.origin().as_str(), place, now)?;
    Ok(issue)
}

fn jira_name(run: &Run<'_>, push: &Push, came: Came<'_>) -> Result<Option<String>, Trouble> {
    if let Some(name) = came.jira_name {
        return Ok(Some(name.to_owned()));
    }
    Ok(run.pair(push.target.source(), &push.pair)?.map(|link| link.jira_name))
}

/// Returns what a write is told as; nothing where nobody wants to know.
fn event_of(push: &Push) -> Option<Event> {
    match &push.action {
        // The item has its ticket.
        Action::CreateIssue(_) | Action::ContinueIssue(_) => Some(Event::Created),
        // Guajira's own words are nobody's comment.
        Action::AddComment { .. } if !is_notice(push) => Some(Event::Comment),
        Action::ChangeIssue { change: Change::Status(_), .. } => Some(Event::Status),
        _ => None,
    }
}

fn is_notice(push: &Push) -> bool {
    let origin = push.target.opposite();
    push.key.comment_on(origin).as_ref().is_some_and(CommentId::is_notice)
}

/// What a write itself tells.
#[derive(Default)]
struct Words {
    who: Option<String>,
    status: Option<String>,
    said: String,
}

impl Words {
    fn of(push: &Push, item: Option<&Issue>) -> Self {
        match &push.action {
            Action::AddComment { body, .. } => {
                let (who, said) = of_copy(body);
                Self { who, said, status: None }
            }
            Action::ChangeIssue { change: Change::Status(target), .. } => {
                // Guance tells who changed an issue last; Jira does not.
                let by = item.filter(|_| !push.target.is_source()).and_then(Issue::source).map(|own| &own.updated_by);
                Self {
                    who: by.map(|by| by.name.clone()).filter(|name| !name.is_empty()),
                    status: target.names.first().cloned().or_else(|| Some(target.category.to_string())),
                    ..Self::default()
                }
            }
            _ => Self::default(),
        }
    }
}

/// Tells of a write that was refused for good. It may die again after a person has put it back.
pub(super) fn dead(run: &Run<'_>, tx: &Tx<'_>, push: &Push, err: &ApiError, now: DateTime<Utc>) -> Result<(), Trouble> {
    if run.world.rooms.all.is_empty() {
        return Ok(());
    }
    let issue = item(run, &push.pair)?;
    let named = jira_name(run, push, Came::default())?;
    let url = named.as_deref().map(|name| run.world.jira.issue_url(name)).unwrap_or_default();
    let line = run.source();
    let happening = Happening {
        event: Event::Dead,
        key: &format!("{}#{}", push.key, now.timestamp_millis()),
        at: now,
        source: line.as_str(),
        issue: issue.as_ref(),
        jira: named.as_deref().map(|name| (name, url.as_str())),
        who: None,
        status: None,
        said: &err.message,
    };
    let place = named.as_deref().unwrap_or(push.pair.as_str());
    enqueue(run, tx, &happening, push.key.origin().as_str(), place, now)
}

/// Lets a message to each room wait that wants to know.
fn enqueue(
    run: &Run<'_>,
    tx: &Tx<'_>,
    happening: &Happening<'_>,
    item: &str,
    place: &str,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    for room in run.world.rooms.all {
        let Some(message) = room.wants.message(happening) else { continue };
        let sink = room.sink.about().name.as_str();
        let key = format!("{sink}/message/{}/{}", happening.event.as_str(), happening.key);
        let summary = summary(sink, &message, place);
        tx.enqueue_message(&NewMessage { key: &key, sink, item, summary: &summary, message: &message }, now)?;
    }
    Ok(())
}

/// Returns what a message is, without words of people.
fn summary(sink: &str, message: &Message, place: &str) -> String {
    let event = message.event.as_str().to_owned();
    Summary::Message { name: sink.to_owned(), event, place: place.to_owned() }.to_string()
}

/// What was taken back is told nobody any more, as far as it was not sent.
pub(super) fn taken_back(run: &Run<'_>, tx: &Tx<'_>, push: &Push) -> Result<(), Trouble> {
    if matches!(push.action, Action::DeleteComment { .. }) && !run.world.rooms.all.is_empty() {
        tx.untell(&push.key.origin())?;
    }
    Ok(())
}

/// Notes what a dry run would tell of a write, should it succeed.
pub(super) fn foresee(run: &mut Run<'_>, push: &Push) -> Result<(), Trouble> {
    let Some(event) = event_of(push).filter(|_| run.order.dry_run && tells(run)) else { return Ok(()) };
    let issue = item(run, &push.pair)?;
    let named = jira_name(run, push, Came::default())?;
    let words = Words::of(push, issue.as_ref());
    let line = run.source();
    let happening = Happening {
        event,
        key: push.key.as_str(),
        at: run.world.clock.now(),
        source: line.as_str(),
        issue: issue.as_ref(),
        jira: named.as_deref().map(|name| (name, "")),
        who: words.who.as_deref(),
        status: words.status.as_deref(),
        said: &words.said,
    };
    for room in run.world.rooms.all {
        let Some(message) = room.wants.message(&happening) else { continue };
        let sink = room.sink.about().name.clone();
        let told =
            Foretold { sink, event: event.as_str(), key: push.key.to_string(), heading: message.heading().to_owned() };
        // What is read again before it is written is planned once more.
        let again = |one: &&mut Foretold| one.sink == told.sink && one.key == told.key;
        match run.report.messages.planned.iter_mut().find(again) {
            Some(before) => *before = told,
            None => run.report.messages.planned.push(told),
        }
    }
    Ok(())
}

/// Tells of the sides that fail since this run, and of those that work again, and keeps which they are.
pub(super) fn sides(run: &Run<'_>) -> Result<(), Trouble> {
    let (world, now) = (run.world, run.world.clock.now());
    if world.rooms.all.is_empty() || run.order.dry_run {
        return Ok(());
    }
    let before = world.state.failing_sides()?;
    let report = &run.report;
    let read = report.issues_read.keys().copied().collect();
    let tx = world.state.begin()?;
    for (side, failure) in &report.sides_failed {
        if before.iter().all(|failing| failing.side != *side) {
            of_side(run, &tx, Event::Failing, *side, (now, &failure.message), now)?;
        }
    }
    for failing in &before {
        if report.issues_read.contains_key(&failing.side) && !report.sides_failed.contains_key(&failing.side) {
            of_side(run, &tx, Event::Works, failing.side, (failing.since, ""), now)?;
        }
    }
    tx.side_failures(&report.end("", &read), now)?;
    tx.commit()?;
    world.failpoints.hit("sides told")?;
    Ok(())
}

fn of_side(
    run: &Run<'_>,
    tx: &Tx<'_>,
    event: Event,
    side: Side,
    (since, said): (DateTime<Utc>, &str),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let happening = Happening {
        event,
        key: &format!("{side}@{}", since.timestamp_millis()),
        at: now,
        source: side.as_str(),
        issue: None,
        jira: None,
        who: None,
        status: None,
        said,
    };
    enqueue(run, tx, &happening, side.as_str(), side.as_str(), now)
}
