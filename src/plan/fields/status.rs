//! Statuses: which of one side go with which of the other.

use super::pair::{Outcome, Pair, notice};
use crate::domain::{Base, Change, Field, Said, Side, SourceStatuses, Status, StatusCategory, StatusTarget};
use crate::plan::issues;
use crate::plan::policy::{Direction, Policy, Route};
use crate::render;
use crate::text::{Block, Inline};
use crate::words::{Summary, Voice, Written};

pub(super) fn decide(pair: &Pair<'_>, direction: Direction, now: &Base, policy: &Policy) -> Outcome {
    let (guance, jira) = (&pair.guance.status, &pair.jira.status);
    let none = Route::default();
    let route = policy.route_of(pair.jira).unwrap_or(&none);
    let base = pair.bases.get(&Field::Status);
    let leader = match base {
        Some(base) => match pair.moved(Field::Status, base) {
            // Nobody has set the status in which a Guance issue begins.
            (true, true) if base.guance == Some(Said::nothing()) && is_first(guance, policy.statuses) => {
                pair.leader(direction, (direction == Direction::ToJira, true))
            }
            moved => pair.leader(direction, moved),
        },
        // A pair that was found again: what does not fit goes the way that is open.
        None if jira_fits(route, guance, jira) || guance_fits(route, guance, jira) => None,
        // Nothing is written to a closed one: then that is what stands.
        None if direction.writes(pair.source()) && policy.closed(pair.jira).is_some() => Some((pair.tracker(), false)),
        None => pair.leader(direction, (true, true)).map(|(side, _)| (side, false)),
    };
    let Some((leader, both)) = leader else {
        return base.map_or_else(|| Outcome::agree(None, now, pair), |base| Outcome::rest(base, now));
    };
    let fits = match leader {
        Side::Source(_) => jira_fits(route, guance, jira),
        Side::Tracker(_) => guance_fits(route, guance, jira),
    };
    if fits {
        return Outcome::agree(base, now, pair);
    }
    let target = match leader {
        Side::Source(_) => issues::jira_status(route, pair.guance),
        Side::Tracker(_) => for_guance(route, jira, policy.statuses),
    };
    let mut outcome = Outcome::carry(base, now, leader.opposite(), Change::Status(target));
    if both {
        outcome = outcome.over_the_other(Field::Status, leader);
    }
    if leader.is_source() {
        outcome.notices.extend(base.and_then(|base| resolved(pair, base, policy)));
    }
    outcome
}

/// Returns true for the status in which an issue of the source begins.
fn is_first(guance: &Status, statuses: SourceStatuses) -> bool {
    let first = statuses.usual(StatusCategory::Todo);
    guance.category == StatusCategory::Todo && first.is_none_or(|first| guance.is(first.id))
}

/// Returns true when the Jira status goes with what Guance says.
fn jira_fits(route: &Route, guance: &Status, jira: &Status) -> bool {
    route.listed(guance).map_or(guance.category == jira.category, |name| jira.is(name))
}

/// Returns true when the Guance status goes with what Jira says.
fn guance_fits(route: &Route, guance: &Status, jira: &Status) -> bool {
    let mut from = route.status.iter().filter(|(_, to)| jira.is(to)).map(|(from, _)| from).peekable();
    if from.peek().is_none() { guance.category == jira.category } else { from.any(|from| guance.is(from)) }
}

fn for_guance(route: &Route, jira: &Status, statuses: SourceStatuses) -> StatusTarget {
    let listed = |(from, to): &(String, String)| if jira.is(to) { statuses.called(from) } else { None };
    let names = match route.status.iter().find_map(listed).or_else(|| statuses.usual(jira.category)) {
        Some(status) => [Some(status.id), status.older].into_iter().flatten().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    StatusTarget { names, category: jira.category, resolution: None, fields: Vec::new() }
}

/// Somebody has resolved the issue on the source: a comment tells who and when. A thread that comes with its issue tells that
/// itself.
fn resolved(pair: &Pair<'_>, base: &Base, policy: &Policy) -> Option<crate::domain::Push> {
    let status = &pair.guance.status;
    let before = base.on(pair.source()).map(Said::words).and_then(|id| policy.statuses.of(id));
    let was_done = before.is_some_and(|before| before.category == StatusCategory::Done);
    if was_done || status.category != StatusCategory::Done || pair.guance.thread.is_some() {
        return None;
    }
    let voice = policy.voice;
    let who = pair.guance.source().and_then(|detail| render::name_of(&detail.updated_by));
    let what = |voice: Voice| {
        let who = who.map_or_else(|| voice.say(Written::Somebody), str::to_owned);
        let set = Written::StatusSet { on: voice.source, status: &status.name, at: &voice.minute(pair.guance.updated) };
        vec![Block::Paragraph { content: vec![Inline::strong(who), Inline::text(voice.say(set))] }]
    };
    let parts = ["resolved", &base.version.to_string(), &status.id];
    let summary = Summary::Resolved { who: who.unwrap_or("somebody").to_owned(), name: pair.link.jira_name.clone() };
    Some(notice(pair, &parts, what, voice, &summary))
}
