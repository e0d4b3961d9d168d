//! Copies that are recognised by their markers: in what was read, and all of them where the state is new or lost.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::apply::apply;
use super::reading::LATEST_COPY;
use super::run::{Run, Trouble};
use super::{reuse, trust};
use crate::domain::{Issue, IssueId, IssueLink, Key};
use crate::plan::issues;
use crate::ports::Span;

/// The most markers that a rebuild reads one by one.
const MOST_PROVED: usize = 500;

/// How many of more than those are read.
const SAMPLE: usize = 20;

/// Most issues of other accounts that one run reads because of their labels: anybody may put one on.
const MAX_STRANGERS: usize = 20;

/// How long a marker that a reading by id has not confirmed is not asked for again, unless its issue changes.
const DISPROVED_FOR: TimeDelta = TimeDelta::hours(1);

/// Recognises copies by their markers, in a transaction of its own: it says nothing about what was read.
pub(super) fn adopt(run: &mut Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    let state = run.world.state;
    prove(run, issues)?;
    let claims = issues.iter().map(|issue| (&issue.id, issue.claim.as_ref().map(|claim| claim.key.clone())));
    let known = run.known_issues(run.tracker(), claims)?;
    let steps = issues::copies(issues, &known);
    reuse::recall(run, issues)?;
    if steps.is_empty() {
        return Ok(());
    }
    let now = run.world.clock.now();
    let tx = state.begin()?;
    for step in &steps {
        apply(run, &tx, step, false, now)?;
    }
    tx.commit()?;
    run.world.failpoints.hit("adopted")?;
    Ok(())
}

/// Reads the markers that a search does not give: of issues that only claim to be copies of what has no copy yet. What
/// does not prove true (a clone of a copy that is gone) is remembered, or a quiet project would cost a request a run.
fn prove(run: &Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mut doubtful = Vec::new();
    let mut strangers = 0;
    for issue in issues.iter() {
        let Some(claim) = issue.claim.as_ref().filter(|claim| !claim.proven) else { continue };
        let Some(original) = claim.key.issue_on(run.source()) else { continue };
        if !claim.is_ours() && strangers == MAX_STRANGERS {
            continue;
        }
        let disproved = state.fact(&disproved(issue))?;
        let is_known = disproved
            .is_some_and(|(at, told)| at == issue.updated.to_rfc3339() && now >= told && now - told < DISPROVED_FOR);
        let is_open = match run.pair(run.tracker(), &issue.id)? {
            Some(link) => may_go_on(run, issue, &link)? || may_have_joined(run, issue, &link)?,
            None => run.pair(run.source(), &original)?.is_none(),
        };
        if !is_known && is_open {
            strangers += usize::from(!claim.is_ours());
            doubtful.push(issue.id.clone());
        }
    }
    if doubtful.is_empty() {
        return Ok(());
    }
    let read = run.world.jira.issues(&doubtful)?;
    for proof in read.issues {
        let Some(issue) = issues.iter_mut().find(|issue| issue.id == proof.id) else { continue };
        if !proof.claim.as_ref().is_some_and(|claim| claim.proven) {
            state.set_fact(&disproved(issue), &issue.updated.to_rfc3339(), now)?;
        }
        if let (Some(here), Some(read)) = (issue.tracker_mut(), proof.tracker()) {
            here.kin.clone_from(&read.kin);
        }
        issue.claim = proof.claim;
    }
    Ok(())
}

/// Returns true for the ticket of a known pair that carries the label of an item of which nothing is known: where tickets are
/// continued, it may go on with that one, which its property tells. A search does not give that everywhere.
fn may_go_on(run: &Run<'_>, issue: &Issue, link: &IssueLink) -> Result<bool, Trouble> {
    if !run.world.policy.reuses_tickets() || issue.tracker().is_none_or(|detail| detail.kin.is_some()) {
        return Ok(false);
    }
    for item in issue.names().iter().filter_map(|key| key.issue_on(run.source())) {
        if item != link.guance && run.pair(run.source(), &item)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns true for the ticket of a known pair in which other items may be counted that this state has forgotten, and of which a
/// search does not tell.
fn may_have_joined(run: &Run<'_>, issue: &Issue, link: &IssueLink) -> Result<bool, Trouble> {
    let is_told = issue.tracker().is_none_or(|detail| detail.kin.is_some());
    Ok(!is_told && run.world.policy.may_be_reused(&issue.name) && trust::may_have_forgotten(run, link, issue.updated)?)
}

/// The fact that an issue, as it was then, only claimed to be a copy.
fn disproved(issue: &Issue) -> String {
    format!("engine.no-copy.{}", issue.id)
}

/// With no cursor the state is new or lost: every copy that carries our marker is a pair, and the latest of them
/// tells how far Guance had been read.
pub(super) fn rebuild(run: &mut Run<'_>, from: DateTime<Utc>) -> Result<(), Trouble> {
    let span = Span { ours_only: true, ..Span::since(from) };
    let mut batch = run.world.jira.changed(&span)?;
    doubt_continued(run, &mut batch.issues)?;
    prove_unique(run, &mut batch.issues)?;
    let ours = batch.issues.iter().filter(|issue| issue.claim.is_some());
    if let Some(latest) = ours.map(|issue| issue.created).max() {
        run.world.state.set_fact(LATEST_COPY, &latest.to_rfc3339(), run.world.clock.now())?;
    }
    adopt(run, &mut batch.issues)
}

/// Lets the tickets that may be continued be read by id, also where a search gives their properties: Jira's index may still
/// show the item that a ticket was the copy of before. Those of known pairs are compared with what the state knows.
fn doubt_continued(run: &Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    for issue in issues.iter_mut().filter(|issue| run.world.policy.may_be_reused(&issue.name)) {
        if run.pair(run.tracker(), &issue.id)?.is_some() {
            continue;
        }
        if let Some(claim) = &mut issue.claim {
            claim.proven = false;
        }
    }
    Ok(())
}

/// Among very many that our account created, a label that only one issue carries is proof enough: it saves reading
/// thousands of properties one by one, where a search does not give them. Fewer are read: a label may also be that of
/// a clone whose original the index does not show yet.
///
/// Another program may have made them all with the same account, with the same labels: a sample is read first. Where
/// none of it carries our property, none counts; where only some do, each is read.
fn prove_unique(run: &Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    // Of a ticket that may be continued the property tells more than the label.
    let is_unproven = |issue: &Issue| {
        issue.claim.as_ref().is_some_and(|claim| !claim.proven) && !run.world.policy.may_be_reused(&issue.name)
    };
    let unproven: Vec<IssueId> =
        issues.iter().filter(|issue| is_unproven(issue)).map(|issue| issue.id.clone()).collect();
    if unproven.len() <= MOST_PROVED {
        return Ok(());
    }
    let sample: Vec<IssueId> = unproven.iter().step_by(unproven.len().div_ceil(SAMPLE)).cloned().collect();
    let read = run.world.jira.issues(&sample)?.issues;
    let proven = read.iter().filter(|issue| issue.claim.as_ref().is_some_and(|claim| claim.proven)).count();
    if proven == 0 {
        issues.iter_mut().filter(|issue| is_unproven(issue)).for_each(|issue| issue.claim = None);
    }
    if proven < read.len() {
        return Ok(());
    }
    let mut carriers: HashMap<Key, usize> = HashMap::new();
    for claim in issues.iter().filter_map(|issue| issue.claim.as_ref()) {
        *carriers.entry(claim.key.clone()).or_default() += 1;
    }
    let by_label = issues.iter_mut().filter(|issue| !run.world.policy.may_be_reused(&issue.name));
    for claim in by_label.filter_map(|issue| issue.claim.as_mut()).filter(|claim| claim.is_ours()) {
        claim.proven |= carriers.get(&claim.key) == Some(&1);
    }
    Ok(())
}
