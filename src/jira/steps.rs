//! Which way leads nearer to a status, by what is known of a workflow. Pure.
//!
//! Jira tells only the ways from where an issue stands, and only those that this account may go. What was seen before
//! is remembered as a map, which may be out of date: it chooses among the ways that are really open, no more.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::form::{Choice, Screen};
use crate::domain::{Status, StatusCategory, StatusTarget};

/// One way that is open now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    /// The transition's id.
    pub(super) id: String,
    /// What people call the transition.
    pub(super) name: String,
    /// Other fields of its screen.
    pub(super) screen: Screen,
    /// Those of them that it insists on: ids and names.
    pub(super) asks: Vec<(String, String)>,
    /// Where it leads.
    pub(super) to: Status,
    /// What its screen wants as a resolution; `None` when it must not be sent.
    pub(super) resolution: Option<Resolution>,
}

/// The resolution on a transition's screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Resolution {
    /// True when the transition does not work without.
    pub(super) required: bool,
    /// What may be chosen; empty when Jira does not say.
    pub(super) allowed: Vec<Choice>,
}

impl Way {
    /// Returns what people call a field of the screen.
    pub(super) fn called(&self, id: &str) -> String {
        let name = self.asks.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name);
        format!("{name:?}")
    }

    /// Names what the screen insists on.
    pub(super) fn wanted(&self) -> String {
        self.asks.iter().map(|(_, name)| format!("{name:?}")).collect::<Vec<_>>().join(" and ")
    }
}

/// Where a walk is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// A status of this name or id.
    Named(String),
    /// Any status that means this.
    Meaning(StatusCategory),
}

impl Goal {
    /// Returns the goals of a target, the first to be tried first.
    pub(super) fn of(target: &StatusTarget) -> Vec<Self> {
        if target.names.is_empty() {
            return vec![Self::Meaning(target.category)];
        }
        target.names.iter().map(|name| Self::Named(name.clone())).collect()
    }

    /// Returns true when this status is where the walk was to end.
    pub(super) fn is(&self, status: &Status) -> bool {
        match self {
            Self::Named(word) => status.is(word),
            Self::Meaning(category) => status.category == *category,
        }
    }
}

/// What was seen of a workflow: from each status (by id), the statuses that ways led to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Map(BTreeMap<String, BTreeSet<String>>);

impl Map {
    /// Writes down the ways that are open from a status. Others may have been open to another issue.
    pub(super) fn learn(&mut self, from: &str, ways: &[Way]) {
        let known = self.0.entry(from.to_owned()).or_default();
        known.extend(ways.iter().map(|way| way.to.id.clone()));
    }

    /// Returns how many steps lead from a status to one of the goals; `Err(true)` when none do and every place on the
    /// way is known, `Err(false)` when some are not.
    fn steps(&self, from: &str, goals: &BTreeSet<String>) -> Result<usize, bool> {
        let mut seen = BTreeSet::from([from]);
        let mut queue = VecDeque::from([(from, 0)]);
        let mut all_known = true;
        while let Some((at, steps)) = queue.pop_front() {
            if goals.contains(at) {
                return Ok(steps);
            }
            match self.0.get(at) {
                Some(next) => {
                    let fresh: Vec<&str> = next.iter().map(String::as_str).filter(|to| seen.insert(to)).collect();
                    queue.extend(fresh.into_iter().map(|to| (to, steps + 1)));
                }
                None => all_known = false,
            }
        }
        Err(all_known)
    }
}

/// Where a walk stands.
pub(super) struct Stand<'s> {
    /// The ways that are open and were not refused.
    pub(super) ways: Vec<&'s Way>,
    /// Ids of statuses that the walk came through.
    pub(super) visited: &'s BTreeSet<String>,
    /// Ids of the statuses that the workflow has and that are goals, as far as known.
    pub(super) goals: &'s BTreeSet<String>,
    /// What the goal means, as far as known.
    pub(super) meaning: StatusCategory,
}

/// Returns the way to go next: straight to the goal, else by the map, else to the status that means most nearly what
/// the goal means. `None` when no way is worth a step. Nothing is closed on the way to a status that is not closed.
pub(super) fn next<'s>(stand: &Stand<'s>, goal: &Goal, map: &Map) -> Option<&'s Way> {
    if let Some(way) = stand.ways.iter().filter(|way| goal.is(&way.to)).min_by_key(|way| must_choose(way)) {
        return Some(way);
    }
    let may_close = stand.meaning == StatusCategory::Done;
    let open = stand
        .ways
        .iter()
        .filter(|way| !stand.visited.contains(&way.to.id) && (may_close || way.to.category != StatusCategory::Done));
    // Steps that are known come before guesses; a place from which everything is known and nothing leads is no guess.
    let ranked = open.enumerate().filter_map(|(order, way)| match map.steps(&way.to.id, stand.goals) {
        Ok(steps) => Some(((0, steps, order), way)),
        Err(true) => None,
        Err(false) => Some(((1, detour(way.to.category, stand.meaning), order), way)),
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, way)| *way)
}

/// Returns how much a way asks for: one that asks for nothing is preferred.
fn must_choose(way: &Way) -> (usize, bool) {
    (way.asks.len(), way.resolution.as_ref().is_some_and(|resolution| resolution.required))
}

/// Returns how far a step is from what the goal means. To close on the way to another closed status comes last.
fn detour(to: StatusCategory, goal: StatusCategory) -> usize {
    let place = |category| match category {
        StatusCategory::Todo => 0_usize,
        StatusCategory::InProgress => 1,
        StatusCategory::Done => 2,
    };
    if to == StatusCategory::Done { 3 } else { place(to).abs_diff(place(goal)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use StatusCategory::{Done, InProgress, Todo};

    fn way(to: &str, category: StatusCategory) -> Way {
        let to = Status { id: to.to_lowercase(), name: to.to_owned(), category, also: Vec::new() };
        Way {
            id: format!("to {}", to.name),
            name: String::new(),
            screen: Vec::new(),
            asks: Vec::new(),
            to,
            resolution: None,
        }
    }

    fn choose(ways: &[Way], visited: &[&str], goal: &Goal, meaning: StatusCategory, map: &Map) -> Option<String> {
        let visited = visited.iter().map(|v| (*v).to_owned()).collect();
        let goals = BTreeSet::from(["done".to_owned()]);
        let stand = Stand { ways: ways.iter().collect(), visited: &visited, goals: &goals, meaning };
        next(&stand, goal, map).map(|way| way.to.name.clone())
    }

    #[test]
    fn the_nearest_way_is_taken() {
        let named = |name: &str| Goal::Named(name.to_owned());
        let (todo, work, review) = (way("To Do", Todo), way("Work", InProgress), way("Review", InProgress));
        let (done, closed) = (way("Done", Done), way("Closed", Done));
        let none = Map::default();
        let mut map = Map::default();
        map.learn("review", std::slice::from_ref(&done));
        map.learn("work", &[todo.clone(), review.clone()]);
        let mut dead_end = Map::default();
        dead_end.learn("work", std::slice::from_ref(&todo));
        dead_end.learn("to do", std::slice::from_ref(&work));
        for (ways, visited, goal, meaning, map, want) in [
            (vec![&work, &done], vec![], named("done"), Done, &none, Some("Done")),
            (vec![&work, &closed, &done], vec![], Goal::Meaning(Done), Done, &none, Some("Closed")),
            (vec![&todo, &work], vec![], named("Done"), Done, &none, Some("Work")),
            (vec![&closed, &todo], vec![], named("Done"), Done, &none, Some("To Do")),
            (vec![&closed], vec![], named("Done"), Done, &none, Some("Closed")),
            (vec![&closed], vec![], named("Review"), InProgress, &none, None),
            (vec![&todo, &work], vec!["work"], named("Done"), Done, &none, Some("To Do")),
            (vec![&todo, &work], vec![], named("Done"), Done, &map, Some("Work")),
            (vec![&work, &review], vec![], named("Done"), Done, &map, Some("Review")),
            (vec![&work], vec![], named("Done"), Done, &dead_end, None),
            (vec![], vec![], named("Done"), Done, &none, None),
        ] {
            let ways: Vec<Way> = ways.into_iter().cloned().collect();
            assert_eq!(choose(&ways, &visited, &goal, meaning, map).as_deref(), want, "{ways:?} {goal:?}");
        }
        let mut asking = done.clone();
        asking.resolution = Some(Resolution { required: true, allowed: Vec::new() });
        let mut wanting = closed.clone();
        wanting.asks = vec![("customfield_1".to_owned(), "Root cause".to_owned())];
        let chosen = choose(&[wanting, asking.clone()], &[], &Goal::Meaning(Done), Done, &none);
        assert_eq!(chosen.as_deref(), Some("Done"), "a resolution can be set");
        let chosen = choose(&[asking, closed], &[], &Goal::Meaning(Done), Done, &none);
        assert_eq!(chosen.as_deref(), Some("Closed"), "a screen that asks for nothing is preferred");
    }
}
