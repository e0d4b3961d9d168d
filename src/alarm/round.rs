//! A round of failure: its events become an item and its thread.
//!
//! Events come late, twice and in any order. What a round says follows from the set of its events alone, so that reading
//! them again, or in another order, changes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::event::{Event, SIDE, State};
use super::link;
use crate::domain::{
    Comment, CommentId, Detail, Issue, IssueId, Level, Person, SourceDetail, SourceStatus, SourceStatuses, Status,
    StatusCategory, Visibility,
};
use crate::text::{Block, Doc, Inline, ListItem, html, markdown};

/// What can be said of a round.
///
/// Source: Guance documentation, "events", `df_fault_status`.
pub const STATUSES: SourceStatuses = SourceStatuses(&[
    SourceStatus { id: "fault", name: "Fault", category: StatusCategory::Todo, older: None },
    SourceStatus { id: "ok", name: "Recovered", category: StatusCategory::Done, older: None },
]);

/// An event within this time of its round's beginning is the first one, where no id tells: checks are whole minutes.
const FIRST: TimeDelta = TimeDelta::seconds(60);

/// How a round ended of which nothing was heard any more.
const SILENT: &str = "silent";

/// The events of one round that are known, oldest first, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    events: Vec<Event>,
}

/// Sorts events by the rounds that they are of.
pub fn rounds(events: impl IntoIterator<Item = Event>) -> BTreeMap<IssueId, Round> {
    let mut all: BTreeMap<IssueId, Vec<Event>> = BTreeMap::new();
    for event in events {
        all.entry(event.item.clone()).or_default().push(event);
    }
    all.into_iter().map(|(item, events)| (item, Round::of(events))).collect()
}

impl Round {
    /// Puts events in order; of one that was delivered more than once the delivery that was stored first counts.
    fn of(mut events: Vec<Event>) -> Self {
        events.sort_by(|a, b| (&a.id, a.stored).cmp(&(&b.id, b.stored)));
        events.dedup_by(|later, first| later.id == first.id);
        events.sort_by(|a, b| (a.at, a.stored, &a.id).cmp(&(b.at, b.stored, &b.id)));
        Self { events }
    }

    /// Returns the event that began the round, as far as it is known.
    pub fn first(&self) -> Option<&Event> {
        let is_first = |event: &&Event| {
            let near = event.started.is_some_and(|started| (event.at - started).abs() < FIRST);
            event.begins() || event.state == State::Fault && event.item.as_str() != event.id && near
        };
        self.events.iter().find(|event| event.begins()).or_else(|| self.events.iter().find(is_first))
    }

    /// Returns the event that says what the round is: its first one, else the oldest failure that is known.
    fn opening(&self) -> Option<&Event> {
        self.first().or_else(|| self.faults().next())
    }

    /// Returns when the newest of its events was stored.
    pub fn stored(&self) -> Option<DateTime<Utc>> {
        self.events.iter().map(|event| event.stored).max()
    }

    fn faults(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(|event| event.state == State::Fault)
    }

    /// Returns the event that ended the round. A late failure of a round that is over changes nothing; where the rounds of
    /// an alarm are one item, the latest check counts.
    fn end(&self) -> Option<&Event> {
        let last = self.events.last()?;
        let end =
            if last.names_round { self.events.iter().find(|event| event.state == State::Over) } else { Some(last) };
        end.filter(|event| event.state == State::Over)
    }

    /// Returns the item; `console` is the console's address, where it is known. `whole` says whether all of its events are
    /// here. `None` for a round without events.
    pub fn issue(&self, console: Option<&str>, whole: bool) -> Option<Issue> {
        let last = self.events.last()?;
        let opening = self.opening().unwrap_or(last);
        let url = self.url(console);
        let end = self.end();
        let status = STATUSES.of(if end.is_some() { "ok" } else { "fault" })?;
        let level = self.faults().next_back().map(|event| event.level.clone()).filter(|level| !level.is_empty());
        let detail = SourceDetail {
            level: level.map(|level| Level { id: level.clone(), name: level }),
            resource: opening.monitor.name.clone(),
            resource_type: if opening.monitor.id.is_empty() { String::new() } else { "checker".to_owned() },
            resource_id: opening.monitor.id.clone(),
            tags: opening.tags.clone(),
            extend: self.extend(opening, end.unwrap_or(last)),
            updated_by: end.map(|end| end.by.clone()).unwrap_or_default(),
            ..SourceDetail::default()
        };
        Some(Issue {
            line: SIDE.line(),
            id: opening.item.clone(),
            name: opening.item.to_string(),
            url,
            title: title(opening),
            body: body(opening),
            status: Status {
                id: status.id.to_owned(),
                name: status.name.to_owned(),
                category: status.category,
                also: Vec::new(),
            },
            assignees: Vec::new(),
            author: monitor(opening),
            created: self.created(),
            updated: self.stored().unwrap_or(last.stored),
            claim: None,
            thread: whole.then(|| self.thread(console)),
            detail: Detail::Source(detail),
        })
    }

    /// Returns what came after the first event, oldest first. A failure that goes on was written by the monitor; an end is
    /// told whatever becomes of those.
    pub fn thread(&self, console: Option<&str>) -> Vec<Comment> {
        let url = self.url(console);
        let opening = self.opening().map(|event| event.id.as_str());
        let later = self.events.iter().filter(|event| Some(event.id.as_str()) != opening);
        later.map(|event| comment(event, &url)).collect()
    }

    /// Returns what is known of the thread where only a part of the round was read: nothing else than the first event is left
    /// out.
    pub fn part(&self, console: Option<&str>) -> Vec<Comment> {
        let url = self.url(console);
        let first = self.first().map(|event| event.id.as_str());
        self.events.iter().filter(|event| Some(event.id.as_str()) != first).map(|event| comment(event, &url)).collect()
    }

    /// Lets the round end where nothing was heard of it for so long: for monitors that never tell that a failure is over. An
    /// event that comes later takes that back.
    pub fn end_when_silent(&mut self, after: TimeDelta, now: DateTime<Utc>) {
        let (Some(last), Some(opening), Some(stored)) = (self.events.last(), self.opening(), self.stored()) else {
            return;
        };
        if !self.fails() || now - stored < after {
            return;
        }
        let at = stored + after;
        let end = Event {
            id: format!("silent-{}", last.id),
            state: State::Over,
            level: String::new(),
            word: SILENT.to_owned(),
            at,
            stored: at,
            text: String::new(),
            by: Person::default(),
            ..opening.clone()
        };
        self.events.push(end);
    }

    /// Returns true where a failure of this very round is known that was stored at or after a time. Of a round that is over
    /// the level is that of the last one.
    pub fn failed_since(&self, time: DateTime<Utc>) -> bool {
        self.faults().any(|event| event.stored >= time)
    }

    /// Returns true where the item is this round alone.
    pub fn has_name(&self) -> bool {
        self.events.iter().any(|event| event.names_round)
    }

    /// Returns true while nothing says that it is over.
    pub fn fails(&self) -> bool {
        self.end().is_none()
    }

    /// Returns when the round began. One of which only the end is known began before every window: a recovery opens nothing.
    fn created(&self) -> DateTime<Utc> {
        let told = self.opening().map(|opening| opening.started.unwrap_or(opening.at).min(opening.at));
        told.unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Returns where people see the round: the same address for each of its events.
    pub fn url(&self, console: Option<&str>) -> String {
        let Some(event) = self.opening().or(self.events.first()) else { return String::new() };
        let Some(console) = console.or_else(|| link::host(&event.url).filter(|_| event.url.contains("/keyevents/")))
        else {
            return link::host(&event.url).map(|_| event.url.clone()).unwrap_or_default();
        };
        let known = event.item.as_str().starts_with("event-");
        let id = if known { event.item.as_str() } else { event.id.as_str() };
        link::of_event(console, id, Some(event.started.unwrap_or(event.at)), &event.workspace)
    }

    fn extend(&self, opening: &Event, last: &Event) -> serde_json::Value {
        json!({
            "alarm": opening.alarm,
            "labels": opening.labels,
            "silent": self.faults().next_back().unwrap_or(last).silent,
            "status": last.word,
            "workspace": opening.workspace,
        })
    }
}

/// Returns where people see a round of which only the name is known.
pub fn url_of(console: &str, item: &str) -> String {
    link::of_event(console, item, None, "")
}

fn title(event: &Event) -> String {
    let named = [&event.title, &event.monitor.name].into_iter().find(|title| !title.is_empty());
    named.cloned().unwrap_or_else(|| event.item.to_string())
}

/// Returns what a round is about: its message, and those dimensions that the message does not name.
fn body(event: &Event) -> Doc {
    let mut doc = message(event);
    let said = doc.plain_text();
    let more: Vec<ListItem> = event
        .tags
        .iter()
        .filter(|(_, value)| !said.contains(value.as_str()))
        .map(|(name, value)| ListItem { task: None, blocks: vec![Block::paragraph(&format!("{name}: {value}"))] })
        .collect();
    if !more.is_empty() {
        doc.blocks.push(Block::List { start: None, items: more });
    }
    doc
}

/// A monitor writes Markdown, the console's editor HTML.
fn message(event: &Event) -> Doc {
    if html::looks_like_html(&event.text) { html::read(&event.text) } else { markdown::read(&event.text) }
}

fn comment(event: &Event, url: &str) -> Comment {
    let by_hand = !event.by.id.is_empty() || !event.by.name.is_empty();
    let mut head = vec![Inline::strong(title(event))];
    if !event.word.is_empty() {
        head.push(Inline::text(format!(" · {}", event.word)));
    }
    let mut body = message(event);
    if body.plain_text().trim() == title(event).trim() {
        body.blocks.clear();
    }
    body.blocks.insert(0, Block::Paragraph { content: head });
    Comment {
        side: SIDE,
        id: CommentId::standing_for("event", &event.id),
        issue: event.item.clone(),
        url: url.to_owned(),
        author: if event.state == State::Over && by_hand { event.by.clone() } else { monitor(event) },
        body,
        created: event.at,
        // When an event became known, as for the round: up to then a thread counts as read. A monitor's own time may lie ahead.
        updated: event.stored,
        visibility: Visibility::Public,
        claim: None,
        by_monitor: event.state == State::Fault,
    }
}

fn monitor(event: &Event) -> Person {
    Person { id: event.monitor.id.clone(), name: event.monitor.name.clone(), email: None }
}
