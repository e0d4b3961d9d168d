//! Which Guance issues become Jira issues, and which Jira issues are recognised as their copies.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::{Action, Fingerprint, Issue, IssueId, Key, Known, NewIssue, Push, Side, Stage};
use crate::plan::{NoRoute, Policy, SkipReason, Step};
use crate::render;

/// The opening times that are in scope: `from <= created < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive; `None` is open.
    pub until: Option<DateTime<Utc>>,
}

impl Scope {
    /// Returns true when an issue opened then is in scope.
    pub fn holds(&self, created: DateTime<Utc>) -> bool {
        created >= self.from && self.until.is_none_or(|until| created < until)
    }
}

/// Decides about Guance issues; the steps come oldest issue first.
pub fn originals(issues: &[Issue], known: &Known, policy: &Policy, scope: Scope) -> Vec<Step> {
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    sorted.into_iter().map(|issue| original(issue, known, policy, scope)).collect()
}

fn original(issue: &Issue, known: &Known, policy: &Policy, scope: Scope) -> Step {
    let skip = |reason| Step::Skip { item: issue.id.to_string(), reason };
    if known.issues.contains_key(&(Side::Guance, issue.id.clone())) {
        return skip(SkipReason::Unchanged);
    }
    let key = Key::issue(Side::Guance, &issue.id);
    let content = content(issue);
    match known.outbox.get(&key) {
        Some((Stage::Done, _)) => return skip(SkipReason::Unchanged),
        Some((Stage::InFlight, _)) => return skip(SkipReason::InDoubt),
        Some((Stage::Pending | Stage::Held, carried)) if *carried == content => return skip(SkipReason::Queued),
        Some((Stage::Dead, carried)) if *carried == content => return skip(SkipReason::Dead),
        None if !policy.flow.issues => return skip(SkipReason::FlowOff("issues")),
        None if !scope.holds(issue.created) => return skip(SkipReason::OutsideWindow),
        Some(_) | None => {}
    }
    let (route, priority) = match policy.route(issue.level.as_ref()) {
        Ok(found) => found,
        Err(NoRoute::NoneMatches) => return skip(SkipReason::NoRoute),
        Err(NoRoute::LevelNotListed(level)) => return skip(SkipReason::LevelNotListed(level)),
    };
    Step::Push(Push {
        lane: issue.id.clone(),
        target: Side::Jira,
        action: Action::CreateIssue(NewIssue {
            project: route.project.clone(),
            issue_type: route.issue_type.clone(),
            title: issue.title.clone(),
            body: render::issue(issue),
            labels: route.labels.clone(),
            priority: priority.map(str::to_owned),
            origin_url: issue.url.clone(),
        }),
        summary: format!("issue \"{}\" in {}", issue.title, route.project),
        key,
        content,
    })
}

/// The level is part of what a create carries: it decides route and priority.
fn content(issue: &Issue) -> Fingerprint {
    let level = issue.level.as_ref().map_or("", |l| l.id.as_str());
    Fingerprint::of(&[issue.fingerprint().as_str(), level])
}

/// Recognises Jira issues as copies by their proven markers, and notices new names.
///
/// A label alone proves nothing here, since people clone issues with their labels; it counts only in a look-up.
/// Of several that claim one original the oldest (lowest id) is the copy.
pub fn copies(issues: &[Issue], known: &Known) -> Vec<Step> {
    let mut oldest: HashMap<IssueId, &Issue> = HashMap::new();
    for issue in issues {
        if let Some(guance) = proven(issue) {
            let first = oldest.entry(guance).or_insert(issue);
            if age_rank(&issue.id) < age_rank(&first.id) {
                *first = issue;
            }
        }
    }
    let mut steps = Vec::new();
    for issue in issues {
        if let Some(link) = known.issues.get(&(Side::Jira, issue.id.clone())) {
            if link.jira_name != issue.name {
                steps.push(Step::Rename { guance: link.guance.clone(), jira_name: issue.name.clone() });
            }
            continue;
        }
        let Some(guance) = proven(issue) else { continue };
        let taken = known.issues.contains_key(&(Side::Guance, guance.clone()));
        let first = oldest.get(&guance).is_some_and(|first| first.id == issue.id);
        steps.push(if taken || !first {
            Step::Skip { item: issue.name.clone(), reason: SkipReason::SecondClaim }
        } else {
            Step::AdoptIssue { guance, jira: issue.id.clone(), jira_name: issue.name.clone() }
        });
    }
    steps
}

fn proven(issue: &Issue) -> Option<IssueId> {
    let claim = issue.claim.as_ref().filter(|claim| claim.proven)?;
    claim.key.issue_on(Side::Guance)
}

/// Jira's ids are numbers in the order of creation.
fn age_rank(id: &IssueId) -> (u64, &str) {
    (id.as_str().parse().unwrap_or(u64::MAX), id.as_str())
}
