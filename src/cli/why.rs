//! `guajira why`: what is known about one item, under all its names.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use crate::config::Draft;
use crate::domain::{CommentId, CommentLink, Field, FileId, IssueId, IssueLink, Key, ServiceName, Side};
use crate::engine::belongs;
use crate::state::{Away, State, StateError, StuckItem, ToldMessage};
use crate::words::{HealthWords, HistoryWords, Stage};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::{services, term};

/// Which item.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// issue_…, repim_…, OPS-12, or the id of a Jira comment
    item: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Shows the history of one item.
///
/// # Errors
/// When the configuration is wrong or the state file cannot be read.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let drafts = context.drafts()?;
    let mut told = Vec::new();
    let mut is_known = false;
    for draft in &drafts {
        let (known, json) = about(draft, options)?;
        is_known |= known;
        told.extend(json.filter(|_| known || drafts.len() == 1));
    }
    if options.json {
        // What several lines know of one id is told for each.
        match <[Value; 1]>::try_from(told) {
            Ok([one]) => term::json(&one)?,
            Err(told) => term::json(&told)?,
        }
    }
    if is_known {
        return Ok(Exit::Done);
    }
    term::say(&term::words(HistoryWords::NothingKnown { item: &options.item }));
    term::hint(Some(&term::words(HistoryWords::NothingKnownHint)));
    Ok(Exit::ItemsFailed)
}

/// Tells what a line knows of the item; returns whether it knows something, and what as JSON, where that is wanted.
fn about(draft: &Draft, options: &Options) -> Result<(bool, Option<Value>)> {
    let path = &draft.sync.state;
    let state = State::open_to_read(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line);
    if let Some(foreign) = belongs::compare(&state, &services::named(draft.services()))? {
        term::say(&term::words(HealthWords::Refused { why: &term::kept(&foreign.to_string()) }));
        term::hint(Some(&foreign.hint));
    }
    let found = Found::about(&state, options.item.trim())?;
    let queue = found.queue(&state)?;
    let messages = state.messages_about(found.names.iter())?;
    let names: Vec<String> = found.names.iter().cloned().collect();
    let events = state.events(&names)?;
    let is_known =
        found.is_linked() || !found.away.is_empty() || !queue.is_empty() || !events.is_empty() || !messages.is_empty();
    if options.json {
        return Ok((is_known, Some(found.as_json(&queue, &messages, &events))));
    }
    for line in found.links(Side::Source(draft.line)) {
        term::line(&line)?;
    }
    for away in &found.away {
        term::tell(HistoryWords::Since { since: &term::time(away.since), why: &term::kept(&away.why) })?;
        term::advice(away.hint.as_deref())?;
    }
    for item in &queue {
        term::line(&queued(item))?;
        term::advice(item.hint.as_deref())?;
    }
    for message in &messages {
        term::line(&told(message))?;
        term::advice(message.hint.as_deref())?;
    }
    for (at, _, what) in &events {
        term::line(&format!("{}  {}", term::time(*at), term::kept(what)))?;
    }
    Ok((is_known, None))
}

/// What an item is called, and what it is linked to.
struct Found {
    /// Every name under which something may be recorded: ids and keys.
    names: BTreeSet<String>,
    issues: Vec<IssueLink>,
    comments: Vec<CommentLink>,
    /// What their Jira issues wait for.
    away: Vec<Away>,
    /// Items whose Jira issue goes on with another one, and that one.
    taken_over: Vec<(IssueId, IssueId)>,
}

impl Found {
    fn about(state: &State, item: &str) -> Result<Self, StateError> {
        let mut found = Self {
            names: BTreeSet::from([item.to_owned()]),
            issues: Vec::new(),
            comments: Vec::new(),
            away: Vec::new(),
            taken_over: Vec::new(),
        };
        let id = item.parse::<Key>().ok().and_then(|key| key.parts().map(|(_, _, id)| id.to_owned()));
        let id = id.unwrap_or_else(|| item.to_owned());
        // The key of a field names the pair's Guance issue first.
        let id = id.split('/').next().unwrap_or_default().to_owned();
        let named = state.issues_called(&id)?;
        let links = Side::Source(state.line()).both().map(|side| state.issue_link(side, &IssueId::new(id.as_str())));
        for link in links.into_iter().chain(named.into_iter().map(|link| Ok(Some(link)))) {
            found.issues.extend(link?.filter(|link| !found.issues.contains(link)));
        }
        for side in Side::Source(state.line()).both() {
            let link = state.comment_link(side, &CommentId::new(id.as_str()))?;
            found.comments.extend(link.filter(|link| !found.comments.contains(link)));
        }
        found.name(state.line(), &id);
        for link in found.issues.clone() {
            found.name(state.line(), link.guance.as_str());
            if link.retired {
                let by = state.issue_link(Side::Tracker(state.line()), &IssueId::new(link.ticket()))?;
                found.taken_over.extend(by.map(|by| (link.guance.clone(), by.guance)));
                continue;
            }
            for name in [link.jira.as_str(), &link.jira_name] {
                found.name(state.line(), name);
            }
        }
        for link in &found.issues {
            found.comments.extend(state.comments_of(&link.guance)?);
            let fields = state.bases(&link.guance)?.into_keys();
            let keys = fields.map(|field| Key::field(state.line(), &link.guance, field).as_str().to_owned());
            found.names.extend(keys);
        }
        for link in found.comments.clone() {
            for name in [link.origin_id.as_str(), link.copy_id.as_str()] {
                found.name(state.line(), name);
            }
        }
        // What never got a copy is known by its writes alone.
        for link in &found.issues {
            found.names.extend(state.originals_of(&link.guance)?);
        }
        found.names.extend(state.originals_of(&IssueId::new(id.as_str()))?);
        let concerns = |away: &Away| found.issues.iter().any(|link| away.concerns(link)) || away.is_project(&id);
        found.away = state.away()?.into_iter().filter(concerns).collect();
        Ok(found)
    }

    /// Adds an id and the keys that it may stand in.
    fn name(&mut self, line: ServiceName, id: &str) {
        self.names.insert(id.to_owned());
        for side in Side::Source(line).both() {
            self.names.insert(Key::issue(side, &IssueId::new(id)).as_str().to_owned());
            self.names.insert(Key::comment(side, &CommentId::new(id)).as_str().to_owned());
            self.names.insert(Key::file(side, &FileId::new(id)).as_str().to_owned());
            self.names.insert(Key::link(side, &IssueId::new(id)).as_str().to_owned());
        }
        let fields = Field::ALL.map(|field| Key::field(line, &IssueId::new(id), field).as_str().to_owned());
        self.names.extend(fields);
    }

    /// Returns the item that another one's Jira issue goes on with.
    fn goes_on_with(&self, link: &IssueLink) -> Option<&str> {
        self.taken_over.iter().find(|(item, _)| *item == link.guance).map(|(_, by)| by.as_str())
    }

    fn is_linked(&self) -> bool {
        !self.issues.is_empty() || !self.comments.is_empty()
    }

    fn links(&self, source: Side) -> Vec<String> {
        let issues = self.issues.iter().map(|link| {
            let rests = match (link.gone, link.closed) {
                _ if link.unlinked => term::words(HistoryWords::PairUnlinked),
                _ if link.attached => term::words(HistoryWords::PairAttached { by: self.goes_on_with(link) }),
                _ if link.retired => term::words(HistoryWords::PairRetired { by: self.goes_on_with(link) }),
                (true, _) => term::words(HistoryWords::PairGone),
                (false, true) => term::words(HistoryWords::PairClosed),
                (false, false) => String::new(),
            };
            let (guance, name, jira) = (link.guance.as_str(), link.jira_name.as_str(), link.ticket());
            term::words(HistoryWords::PairIs { source: source.into(), guance, name, jira }) + &rests
        });
        let comments = self.comments.iter().map(|link| {
            let (id, copy, pair) = (link.origin_id.as_str(), link.copy_id.as_str(), link.pair.as_str());
            let [origin, other] = [link.origin, link.origin.opposite()].map(Into::into);
            term::words(HistoryWords::CommentIs { id, origin, other, copy, pair })
        });
        issues.chain(comments).collect()
    }

    /// Returns what waits in the outbox about the item, and about an issue's whole thread.
    fn queue(&self, state: &State) -> Result<Vec<StuckItem>, StateError> {
        state.stuck_about(self.names.iter())
    }

    /// Names every field: this is read by programs.
    fn as_json(&self, queue: &[StuckItem], messages: &[ToldMessage], events: &[Event]) -> Value {
        let issues: Vec<Value> = self
            .issues
            .iter()
            .map(|link| {
                let IssueLink { guance, jira_name, closed, gone, unlinked, retired, attached, .. } = link;
                let by = self.goes_on_with(link).filter(|_| *retired);
                json!({ "guance": guance, "jira": link.ticket(), "jira_name": jira_name, "closed": closed, "gone": gone, "unlinked": unlinked, "goes_on_with": by, "attached": attached })
            })
            .collect();
        let comments: Vec<Value> = self
            .comments
            .iter()
            .map(|link| {
                let CommentLink { origin, origin_id, copy_id, pair, .. } = link;
                json!({ "origin": origin, "original": origin_id, "copy": copy_id, "issue": pair })
            })
            .collect();
        let events: Vec<Value> =
            events.iter().map(|(at, item, what)| json!({ "at": at, "item": item, "what": what })).collect();
        json!({ "issues": issues, "comments": comments, "away": self.away, "items": queue, "messages": messages, "events": events })
    }
}

/// When, what it was about, and what happened.
type Event = (DateTime<Utc>, String, String);

/// Says where a write stands, since when, and why.
fn queued(item: &StuckItem) -> String {
    let next = item.not_before.map(term::time);
    let dropped = item.because.as_ref().map(|because| term::words(HistoryWords::DroppedBecause { because }));
    let queued = HistoryWords::Queued {
        stage: Stage::called(&item.stage),
        since: &term::time(item.enqueued),
        not_before: next.as_deref(),
        summary: &term::kept(&item.summary),
        why: item.error.as_deref(),
    };
    term::words(queued) + &dropped.unwrap_or_default()
}

/// Says what became of a message.
fn told(message: &ToldMessage) -> String {
    let ToldMessage { key: _, stage, summary, enqueued, sent, error, hint: _ } = message;
    let (summary, why) = (&term::kept(summary), error.as_deref());
    if let Some(at) = sent.filter(|_| stage == "sent") {
        return term::words(HistoryWords::MessageSent { at: &term::time(at), summary, why });
    }
    let (stage, since) = (Stage::called(stage), &term::time(*enqueued));
    term::words(HistoryWords::Queued { stage, since, not_before: None, summary, why })
}
