//! Statuses: which of one side go with which of the other.

use crate::domain::{Base, Change, Field, NewIssue, Side, Status, StatusCategory, StatusTarget};
use crate::plan::merge::{Outcome, Pair, notice};
use crate::plan::{Direction, Policy, Route, SkipReason};
use crate::render;
use crate::text::{Block, Inline};

/// Guance's statuses: id, name, what it means, and what an older service knows in its place.
///
/// Source: Guance Open API, `statusType` of `POST /api/v1/issue/{issue_uuid}/modify`; older versions of the page know
/// 10, 20 and 30 only.
pub const GUANCE: [(&str, &str, StatusCategory, Option<&str>); 5] = [
    ("10", "Open", StatusCategory::Todo, None),
    ("15", "Working", StatusCategory::InProgress, Some("10")),
    ("20", "Resolved", StatusCategory::Done, None),
    ("25", "Closed", StatusCategory::Done, Some("20")),
    ("30", "Pending", StatusCategory::Todo, None),
];

/// Returns true when a word of the config names a Guance status.
pub fn is_guance(word: &str) -> bool {
    GUANCE.iter().any(|(id, name, ..)| *id == word || name.eq_ignore_ascii_case(word))
}

pub(super) fn decide(pair: &Pair<'_>, direction: Direction, now: &Base, new: &NewIssue, policy: &Policy) -> Outcome {
    let (guance, jira) = (&pair.guance.status, &pair.jira.status);
    let none = Route::default();
    let route = policy.route_of(&pair.jira.name).unwrap_or(&none);
    let base = pair.bases.get(&Field::Status);
    let leader = match base {
        Some(base) => pair.leader(direction, pair.moved(Field::Status, base, new)),
        // A pair that was found again: what does not fit goes the way that is open.
        None if jira_fits(route, guance, jira) || guance_fits(route, guance, jira) => None,
        None => pair.leader(direction, (true, true)).map(|(side, _)| (side, false)),
    };
    let Some((leader, both)) = leader else {
        return base.map_or_else(|| Outcome::agree(None, now, pair), |base| Outcome::rest(base, now));
    };
    let fits = match leader {
        Side::Guance => jira_fits(route, guance, jira),
        Side::Jira => guance_fits(route, guance, jira),
    };
    if fits {
        return Outcome::agree(base, now, pair);
    }
    let target = match leader {
        Side::Guance => for_jira(route, guance),
        Side::Jira => for_guance(route, jira),
    };
    let mut outcome = Outcome::carry(base, now, leader.opposite(), Change::Status(target));
    if both {
        outcome = outcome.because(SkipReason::BothChanged(Field::Status, leader));
    }
    if leader == Side::Guance {
        outcome.notices.extend(base.and_then(|base| resolved(pair, base)));
    }
    outcome
}

fn listed<'r>(route: &'r Route, guance: &Status) -> Option<&'r str> {
    route.status.iter().find(|(from, _)| guance.is(from)).map(|(_, to)| to.as_str())
}

/// Returns true when the Jira status goes with what Guance says.
fn jira_fits(route: &Route, guance: &Status, jira: &Status) -> bool {
    listed(route, guance).map_or(guance.category == jira.category, |name| jira.is(name))
}

/// Returns true when the Guance status goes with what Jira says.
fn guance_fits(route: &Route, guance: &Status, jira: &Status) -> bool {
    let mut from = route.status.iter().filter(|(_, to)| jira.is(to)).map(|(from, _)| from).peekable();
    if from.peek().is_none() { guance.category == jira.category } else { from.any(|from| guance.is(from)) }
}

fn for_jira(route: &Route, guance: &Status) -> StatusTarget {
    StatusTarget {
        names: listed(route, guance).map(str::to_owned).into_iter().collect(),
        category: guance.category,
        resolution: route.resolution.clone().filter(|_| guance.category == StatusCategory::Done),
    }
}

fn for_guance(route: &Route, jira: &Status) -> StatusTarget {
    let listed = |(from, to): &(String, String)| {
        let is_it = |(id, name, ..): &&(&str, &str, _, _)| *id == from || name.eq_ignore_ascii_case(from);
        if jira.is(to) { GUANCE.iter().find(is_it) } else { None }
    };
    // The first of a category is what it usually means: Open, Working, Resolved.
    let usual = || GUANCE.iter().find(|(_, _, category, _)| *category == jira.category);
    let names = match route.status.iter().find_map(listed).or_else(usual) {
        Some((id, _, _, older)) => [Some(*id), *older].into_iter().flatten().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    StatusTarget { names, category: jira.category, resolution: None }
}

/// Somebody has resolved the issue on Guance: a comment tells who and when.
fn resolved(pair: &Pair<'_>, base: &Base) -> Option<crate::domain::Push> {
    let status = &pair.guance.status;
    let was_done = GUANCE
        .iter()
        .any(|(id, _, category, _)| base.on(Side::Guance) == Some(id) && *category == StatusCategory::Done);
    if was_done || status.category != StatusCategory::Done {
        return None;
    }
    let who = render::name_of(&pair.guance.updated_by).unwrap_or("somebody");
    let when = pair.guance.updated.format("%Y-%m-%d %H:%M UTC");
    let content =
        vec![Inline::strong(who), Inline::text(format!(" set the issue to {} on Guance · {when}", status.name))];
    let parts = ["resolved", &base.version.to_string(), &status.id];
    Some(notice(pair, &parts, &[Block::Paragraph { content }], &format!("note that {who} resolved it")))
}
