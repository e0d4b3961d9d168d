//! What was read becomes outbox rows, links and a new cursor, in one transaction.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::apply::{apply, is_create};
use super::reading::Reading;
use super::run::{Run, Trouble, delta};
use super::threads::{Seen, Taken};
use super::{backfill, belongs, fields, files, gone, on_call, ordered, pings, recheck, reuse, tell, tells, threads};
use crate::domain::{Fingerprint, Issue, IssueId, Key, Side};
use crate::plan::{SkipReason, Step, issues};
use crate::ports::{Batch, Unreadable};
use crate::state::Tx;

/// Takes over what was read of Guance, a whole list or a part of it: then so many new issues came before. Returns how
/// many this one brought. The first part of a run also reads again what could not be read before.
pub(super) fn guance(
    run: &mut Run<'_>,
    reading: &mut Reading,
    batch: &mut Batch,
    creates_before: usize,
    first: bool,
) -> Result<usize, Trouble> {
    belongs::rows(run, batch)?;
    reading.begin_by(run, batch.clock)?;
    run.report.read(run.source(), batch.issues.len());
    if first && reading.is_beginning(run)? {
        run.report.begins_at = Some(reading.scope.from);
    }
    if first {
        reread(run, run.source(), batch)?;
    }
    run.guance_updated.extend(batch.issues.iter().map(|issue| (issue.id.clone(), issue.updated)));
    tells::listed(run, reading, &batch.issues);
    fields::keep(run, &batch.issues);
    let taken = if run.about(reading.side).threads_in_turn { Taken::default() } else { threads::listed(run, batch)? };
    take_over(run, reading, batch, taken, creates_before)
}

/// Tries again, by id, to read what an earlier run could not; what still cannot be read stays on the list. An issue of a
/// pair that is not there any more is missed, and that has rules of its own.
pub(super) fn reread(run: &mut Run<'_>, side: Side, batch: &mut Batch) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let mut due = run.world.state.unreadable_before(now)?;
    due.retain(|(s, id, _)| *s == side && !batch.issues.iter().any(|issue| issue.id == *id));
    due.truncate(20);
    if due.is_empty() {
        return Ok(());
    }
    let ids: Vec<IssueId> = due.iter().map(|(_, id, _)| id.clone()).collect();
    let again = run.remote(side).issues(&ids)?;
    let mut missed = Vec::new();
    for (_, id, why) in due {
        let told = again.issues.iter().any(|issue| issue.id == id)
            || again.unreadable.iter().any(|record| record.issue.as_ref() == Some(&id));
        if told {
            continue;
        }
        match run.pair(side, &id)? {
            Some(link) => missed.push(link),
            None => batch.unreadable.push(Unreadable { issue: Some(id), why }),
        }
    }
    gone::issues_missed(run, &missed, side)?;
    let tx = run.world.state.begin()?;
    for link in &missed {
        tx.readable_again(side, link.id(side))?;
    }
    tx.commit()?;
    batch.issues.extend(again.issues);
    batch.unreadable.extend(again.unreadable);
    Ok(())
}

/// Takes over what a read brought: outbox rows, links and the new cursor in one transaction.
/// Returns how many new issues it brought; the brake counts those that came before with them.
pub(super) fn take_over(
    run: &mut Run<'_>,
    reading: &Reading,
    batch: &Batch,
    taken: Taken,
    creates_before: usize,
) -> Result<usize, Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mut steps = taken.steps;
    if reading.side.is_source() {
        let keys = batch.issues.iter().map(|issue| (&issue.id, Some(Key::issue(run.source(), &issue.id))));
        let known = run.known_issues(run.source(), keys)?;
        // A backfill is about its own times alone. An ordinary run wants what was handed over too, whenever it began.
        let handed_over = |id: &IssueId| run.order.backfill.is_none() && batch.handed_over.contains(id);
        let wanted = |issue: &Issue| reading.scope.holds(issue.created) || handed_over(&issue.id);
        let new = |issue: &Issue| wanted(issue) && !known.issues.contains_key(&(issue.side(), issue.id.clone()));
        let issues = on_call::named(run, &batch.issues, new);
        let originals = issues::originals(&issues, &known, run.world.policy, wanted);
        steps.extend(pings::name_people_in_descriptions(run, originals));
        stay_dropped(run, batch, &mut steps)?;
        ordered::keep(run, &mut steps)?;
        reuse::foresee(run, &mut steps)?;
    }
    let creates = steps.iter().filter(|step| matches!(step, Step::Push(push) if is_create(push))).count();
    let held = run.order.backfill.is_none() && creates_before + creates > run.world.settings.limits.max_creates;
    run.world.failpoints.hit("planned")?;
    let tx = state.begin()?;
    tell::remember(run, &batch.issues, &steps, now)?;
    for step in &steps {
        apply(run, &tx, step, held, now)?;
    }
    let issues = by_id(batch);
    for issue in steps.iter().filter_map(|step| created(step, &issues)) {
        tx.set_original(&Key::issue(run.source(), &issue.id), &original(issue))?;
    }
    if reading.sweep {
        run.report.found_late += late(run, reading, batch, &taken.seen, &steps);
    }
    // Before the threads count as read: whether a pair is trusted tells what its base is worth.
    fields::notice(run, &tx, &batch.issues, now)?;
    for Seen { link, whole, updated } in &taken.seen {
        tx.thread_read(&link.guance, reading.side, *whole, *updated, now)?;
    }
    if reading.side.is_source() && files::reads_guance(run) {
        for issue in &batch.issues {
            tx.touch(&issue.id, issue.updated)?;
        }
    }
    // What a backfill's window leaves out is still to be read by an ordinary run.
    if let Some(number) = batch.read_to.filter(|_| run.order.backfill.is_none()) {
        tx.inbox_read(number)?;
    }
    remember_unreadable(run, &tx, reading.side, batch, now)?;
    recheck::read(run, &tx, reading, batch, now)?;
    if reading.moves_cursor(run) && !run.interrupted {
        let clock = run.identities.get(&reading.side).and_then(|identity| identity.clock);
        let cursor = reading.next_cursor(run, batch, clock, now);
        if reading.turned_back {
            tx.go_back(reading.side, &cursor)?;
        }
        tx.advance(reading.side, &cursor)?;
        reading.note_clock(run)?;
    }
    backfill::store(run, reading)?;
    run.world.failpoints.hit("enqueueing")?;
    tx.commit()?;
    run.world.failpoints.hit("enqueued")?;
    Ok(creates)
}

/// Takes the creates out that a person gave up and whose originals say the same: other routes are no reason.
fn stay_dropped(run: &Run<'_>, batch: &Batch, steps: &mut [Step]) -> Result<(), Trouble> {
    let issues = by_id(batch);
    for step in steps {
        let Some(issue) = created(step, &issues) else { continue };
        let dropped = run.world.state.dropped_original(&Key::issue(run.source(), &issue.id))?;
        if dropped.is_some_and(|dropped| dropped == original(issue)) {
            *step = Step::Skip { item: issue.id.to_string(), reason: SkipReason::Dead };
        }
    }
    Ok(())
}

/// Returns the Guance issue of which a step makes one on Jira.
fn created<'b>(step: &Step, issues: &HashMap<&IssueId, &'b Issue>) -> Option<&'b Issue> {
    let Step::Push(push) = step else { return None };
    issues.get(&push.pair).copied().filter(|_| is_create(push))
}

fn by_id(batch: &Batch) -> HashMap<&IssueId, &Issue> {
    batch.issues.iter().filter(|issue| issue.side().is_source()).map(|issue| (&issue.id, issue)).collect()
}

/// Returns the fingerprint of what an issue says itself.
pub(super) fn original(issue: &Issue) -> Fingerprint {
    let level = issue.level().map(|level| level.id.as_str()).unwrap_or_default();
    Fingerprint::of(&[issue.fingerprint().as_str(), level])
}

/// Counts what a sweep found that the ordinary reads should have found before.
fn late(run: &Run<'_>, reading: &Reading, batch: &Batch, threads: &[Seen], steps: &[Step]) -> usize {
    let before = reading.cursor.at - delta(run.world.settings.limits.overlap);
    let mut pairs: HashSet<&IssueId> = HashSet::new();
    match reading.side {
        Side::Source(_) => pairs.extend(batch.issues.iter().filter(|i| i.created < before).map(|i| &i.id)),
        Side::Tracker(_) => {
            pairs.extend(threads.iter().filter(|seen| seen.updated < before).map(|seen| &seen.link.guance));
        }
    }
    steps.iter().filter(|step| matches!(step, Step::Push(push) if pairs.contains(&push.pair))).count()
}

fn remember_unreadable(
    run: &mut Run<'_>,
    tx: &Tx<'_>,
    side: Side,
    batch: &Batch,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    for issue in &batch.issues {
        tx.readable_again(side, &issue.id)?;
    }
    for record in &batch.unreadable {
        tracing::warn!(%side, error = %record.why, "Record not understood.");
        run.report.unreadable(side, record);
        if let Some(issue) = &record.issue {
            tx.keep_unreadable(side, issue, &record.why, now)?;
        }
    }
    Ok(())
}
