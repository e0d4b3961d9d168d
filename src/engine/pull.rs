//! What the sides say becomes outbox rows, links and a new cursor.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::reading::{self, Reading};
use super::threads::{self, Seen, Source, Taken};
use super::{Run, Trouble, away, belongs, delta, files, gone, merge, optional, pings, references, slices, trust};
use crate::domain::{Action, Fingerprint, Issue, IssueId, IssueLink, Key, Push, Side, Stage};
use crate::plan::{Deletes, SkipReason, Step, issues};
use crate::ports::{Batch, Unreadable};
use crate::state::Tx;

/// How many pairs a sweep reads by id.
const PAIRS_CHECKED: usize = 100;

/// Reads one side from its cursor, or the backfill's window, and takes over what came.
pub(super) fn side(run: &mut Run<'_>, side: Side) -> Result<()> {
    // It was asked already who it is.
    if run.is_down(side) {
        return Ok(());
    }
    match read(run, side) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(side, trouble),
    }
}

fn read(run: &mut Run<'_>, side: Side) -> Result<(), Trouble> {
    let identity = run.identify(side)?;
    let mut reading = Reading::plan(run, side, &identity)?;
    if side == Side::Jira {
        reading.follow_back(run, identity.clock)?;
    }
    if reading.first {
        match side {
            Side::Jira => {
                trust::learn_key(run)?;
                reading::rebuild(run, DateTime::UNIX_EPOCH)?;
            }
            // Where to begin is told by the copies on Jira; without them a lost state would leave a gap.
            Side::Guance if run.world.state.cursor(Side::Jira)?.is_none() && run.is_down(Side::Jira) => return Ok(()),
            Side::Guance => {}
        }
    }
    if side == Side::Jira {
        run.jira_from = Some(reading.cursor.at - delta(run.world.settings.overlap));
    }
    if side == Side::Jira && reading.sweep {
        trust::look(run)?;
        // A copy that search showed late, and that had left the routes' projects before this state knew it.
        reading::rebuild(run, reading.span.from)?;
    }
    if side == Side::Guance && run.order.backfill.is_none() {
        return slices::poll(run, reading);
    }
    if side == Side::Guance {
        let mut batch = run.world.guance.changed(&reading.span)?;
        return guance(run, &mut reading, &mut batch, 0, true).map(drop);
    }
    away::ask_again(run)?;
    let mut batch = run.world.jira.changed(&reading.span)?;
    belongs::rows(run, &batch)?;
    reading.begin_by(run, batch.clock)?;
    run.report.read(side, batch.issues.len());
    away::learn_copies(run, &batch)?;
    away::noticed(run, &batch, true)?;
    reread(run, side, &mut batch)?;
    let checked = if reading.sweep { check_pairs(run, &mut batch)? } else { Batch::default() };
    adopt(run, &mut batch.issues)?;
    let mut taken = threads::read_threads(run, &batch, Source::Index)?;
    taken.extend(threads::read_threads(run, &checked, Source::Swept)?);
    batch.issues.extend(checked.issues);
    batch.unreadable.extend(checked.unreadable);
    take_over(run, &reading, &batch, taken, 0).map(drop)
}

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
    run.report.read(Side::Guance, batch.issues.len());
    if first && reading.is_beginning(run)? {
        run.report.begins_at = Some(reading.scope.from);
    }
    if first {
        reread(run, Side::Guance, batch)?;
    }
    run.guance_updated.extend(batch.issues.iter().map(|issue| (issue.id.clone(), issue.updated)));
    merge::keep(run, &batch.issues);
    take_over(run, reading, batch, Taken::default(), creates_before)
}

/// Recognises copies by their markers, in a transaction of its own: it says nothing about what was read.
pub(super) fn adopt(run: &mut Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    let state = run.world.state;
    prove(run, issues)?;
    let claims = issues.iter().map(|issue| (&issue.id, issue.claim.as_ref().map(|claim| claim.key.clone())));
    let known = state.known_issues(Side::Jira, claims)?;
    let steps = issues::copies(issues, &known);
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

/// Most issues of other accounts that one run reads because of their labels: anybody may put one on.
const MAX_STRANGERS: usize = 20;

/// How long a marker that a reading by id has not confirmed is not asked for again, unless its issue changes.
const DISPROVED_FOR: TimeDelta = TimeDelta::hours(1);

/// Reads the markers that a search does not give: of issues that only claim to be copies of what has no copy yet. What
/// does not prove true (a clone of a copy that is gone) is remembered, or a quiet project would cost a request a run.
fn prove(run: &Run<'_>, issues: &mut [Issue]) -> Result<(), Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mut doubtful = Vec::new();
    let mut strangers = 0;
    for issue in issues.iter() {
        let Some(claim) = issue.claim.as_ref().filter(|claim| !claim.proven) else { continue };
        let Some(original) = claim.key.issue_on(Side::Guance) else { continue };
        if !claim.is_ours() && strangers == MAX_STRANGERS {
            continue;
        }
        let disproved = state.fact(&disproved(issue))?;
        let is_known = disproved
            .is_some_and(|(at, told)| at == issue.updated.to_rfc3339() && now >= told && now - told < DISPROVED_FOR);
        if !is_known
            && state.issue_link(Side::Jira, &issue.id)?.is_none()
            && state.issue_link(Side::Guance, &original)?.is_none()
        {
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
        issue.claim = proof.claim;
    }
    Ok(())
}

/// The fact that an issue, as it was then, only claimed to be a copy.
fn disproved(issue: &Issue) -> String {
    format!("engine.no-copy.{}", issue.id)
}

/// Tries again, by id, to read what an earlier run could not; what still cannot be read stays on the list. An issue of a
/// pair that is not there any more is missed, and that has rules of its own.
fn reread(run: &mut Run<'_>, side: Side, batch: &mut Batch) -> Result<(), Trouble> {
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
        match run.world.state.issue_link(side, &id)? {
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

/// Reads the pairs that were active last by id: a search index cannot hide what happened in them. Where deletions are
/// followed, that goes for those that the search showed too: they are taken out of its batch.
fn check_pairs(run: &mut Run<'_>, batch: &mut Batch) -> Result<Batch, Trouble> {
    let latest = run.world.state.recent_links(away::enough_for(run, PAIRS_CHECKED)?)?;
    let mut links = away::without_lost(run, &latest)?;
    links.truncate(PAIRS_CHECKED);
    if run.world.policy.flow.deletes == Deletes::Keep {
        links.retain(|link| batch.issues.iter().all(|issue| issue.id != link.jira));
    }
    if links.is_empty() {
        return Ok(Batch::default());
    }
    let ids: Vec<IssueId> = links.iter().map(|link| link.jira.clone()).collect();
    let checked = run.world.jira.issues(&ids)?;
    away::noticed(run, &checked, false)?;
    let read: HashSet<&IssueId> = checked.issues.iter().map(|issue| &issue.id).collect();
    batch.issues.retain(|issue| !read.contains(&issue.id));
    let odd: HashSet<&IssueId> = checked.unreadable.iter().filter_map(|record| record.issue.as_ref()).collect();
    links.retain(|link| !read.contains(&link.jira) && !odd.contains(&link.jira) && !link.gone);
    gone::issues_missed(run, &links, Side::Jira)?;
    Ok(Batch { clock: batch.clock, ..checked })
}

/// Takes over what a read brought: outbox rows, links and the new cursor in one transaction.
/// Returns how many new issues it brought; the brake counts those that came before with them.
fn take_over(
    run: &mut Run<'_>,
    reading: &Reading,
    batch: &Batch,
    taken: Taken,
    creates_before: usize,
) -> Result<usize, Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mut steps = taken.steps;
    if reading.side == Side::Guance {
        let keys = batch.issues.iter().map(|issue| (&issue.id, Some(Key::issue(Side::Guance, &issue.id))));
        let known = state.known_issues(Side::Guance, keys)?;
        let originals = issues::originals(&batch.issues, &known, run.world.policy, reading.scope);
        steps.extend(pings::name_people_in_descriptions(run, originals));
        stay_dropped(run, batch, &mut steps)?;
    }
    let creates = steps.iter().filter(|step| matches!(step, Step::Push(push) if is_create(push))).count();
    let held = run.order.backfill.is_none() && creates_before + creates > run.world.settings.max_creates;
    run.world.failpoints.hit("planned")?;
    let tx = state.begin()?;
    for step in &steps {
        apply(run, &tx, step, held, now)?;
    }
    let issues = by_id(batch);
    for issue in steps.iter().filter_map(|step| created(step, &issues)) {
        tx.set_original(&Key::issue(Side::Guance, &issue.id), &original(issue))?;
    }
    if reading.sweep {
        run.report.found_late += late(run, reading, batch, &taken.seen, &steps);
    }
    // Before the threads count as read: whether a pair is trusted tells what its base is worth.
    merge::notice(run, &tx, &batch.issues, now)?;
    for Seen { link, whole, updated } in &taken.seen {
        tx.thread_read(&link.guance, Side::Jira, *whole, *updated, now)?;
    }
    if reading.side == Side::Guance && files::reads_guance(run) {
        for issue in &batch.issues {
            tx.touch(&issue.id, issue.updated)?;
        }
    }
    remember_unreadable(run, &tx, reading.side, batch, now)?;
    away::read(run, &tx, reading, batch, now)?;
    if reading.moves_cursor(run) && !run.interrupted {
        let clock = run.identities.get(&reading.side).and_then(|identity| identity.clock);
        let cursor = reading.next_cursor(batch, clock, now);
        if reading.turned_back {
            tx.go_back(reading.side, &cursor)?;
        }
        tx.advance(reading.side, &cursor)?;
        reading.note_clock(run)?;
    }
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
        let dropped = run.world.state.dropped_original(&Key::issue(Side::Guance, &issue.id))?;
        if dropped.is_some_and(|dropped| dropped == original(issue)) {
            *step = Step::Skip { item: issue.id.to_string(), reason: SkipReason::Dead };
        }
    }
    Ok(())
}

/// Returns the Guance issue of which a step makes one on Jira.
fn created<'b>(step: &Step, issues: &HashMap<&IssueId, &'b Issue>) -> Option<&'b Issue> {
    let Step::Push(push) = step else { return None };
    issues.get(&push.lane).copied().filter(|_| is_create(push))
}

fn by_id(batch: &Batch) -> HashMap<&IssueId, &Issue> {
    batch.issues.iter().filter(|issue| issue.side == Side::Guance).map(|issue| (&issue.id, issue)).collect()
}

/// Returns the fingerprint of what an issue says itself.
fn original(issue: &Issue) -> Fingerprint {
    let level = issue.level.as_ref().map(|level| level.id.as_str()).unwrap_or_default();
    Fingerprint::of(&[issue.fingerprint().as_str(), level])
}

fn is_create(push: &Push) -> bool {
    matches!(push.action, Action::CreateIssue(_))
}

/// Counts what a sweep found that the ordinary reads should have found before.
fn late(run: &Run<'_>, reading: &Reading, batch: &Batch, threads: &[Seen], steps: &[Step]) -> usize {
    let before = reading.cursor.at - delta(run.world.settings.overlap);
    let mut lanes: HashSet<&IssueId> = HashSet::new();
    match reading.side {
        Side::Guance => lanes.extend(batch.issues.iter().filter(|i| i.created < before).map(|i| &i.id)),
        Side::Jira => lanes.extend(threads.iter().filter(|seen| seen.updated < before).map(|seen| &seen.link.guance)),
    }
    steps.iter().filter(|step| matches!(step, Step::Push(push) if lanes.contains(&push.lane))).count()
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

/// Carries out one decision in the state.
pub(super) fn apply(
    run: &mut Run<'_>,
    tx: &Tx<'_>,
    step: &Step,
    held: bool,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    run.report.step(step, held);
    match step {
        Step::Push(push) => {
            let held = held && is_create(push);
            tx.enqueue(&references::settled(run, push)?, held, now)?;
            let what = if held { "held by the brake" } else { "enqueued" };
            tx.note(push.key.origin().as_str(), &format!("{what}: {}", push.summary), now)?;
        }
        Step::AdoptIssue { guance, jira, jira_name } => {
            let link = IssueLink::new(guance.clone(), jira.clone(), jira_name);
            let key = Key::issue(Side::Guance, guance);
            let own = run.world.state.unsettled_write(&key)?;
            let was_sent = run.world.state.stage_of(&key)? == Some(Stage::InFlight);
            if !tx.link_issues(&link, now, now)? {
                let what = format!("{jira_name} is another's copy, or it has another copy: not recognised");
                tx.note(Key::issue(Side::Guance, guance).as_str(), &what, now)?;
                return Ok(());
            }
            if was_sent {
                // Jira is still at work on what else it was asked for then.
                tx.look_anew(Side::Jira)?;
            }
            optional::of_adopted(run, tx, own.as_ref(), (jira, jira_name), now)?;
            merge::adopted(run, tx, guance, own, now)?;
            tx.note(Key::issue(Side::Guance, guance).as_str(), &format!("recognised {jira_name} as its copy"), now)?;
        }
        Step::AdoptComment(link) => {
            let key = Key::comment(link.origin, &link.origin_id);
            if !tx.link_comments(link, now)? {
                return Ok(());
            }
            // The copy may say something older than what is waiting to be sent: the original is planned again.
            tx.thread_read(&link.lane, link.origin, None, DateTime::UNIX_EPOCH, now)?;
            tx.note(key.as_str(), &format!("recognised {} as its copy", link.copy_id), now)?;
        }
        Step::AdoptFile(link) => {
            if tx.link_files(link, now)? {
                let key = Key::file(link.origin, &link.origin_id);
                tx.note(key.as_str(), &format!("recognised {} as its copy", link.copy_id), now)?;
            }
        }
        Step::Disown(link) => {
            tx.forget_comments(link)?;
            // What was taken for the copy is somebody's own writing there.
            tx.read_anew(&link.lane)?;
            let what = format!("{} is no copy of it, as was believed: it is in another issue", link.copy_id);
            tx.note(Key::comment(link.origin, &link.origin_id).as_str(), &what, now)?;
        }
        Step::Rename { guance, jira_name } => {
            tx.rename(guance, jira_name)?;
            tx.note(Key::issue(Side::Guance, guance).as_str(), &format!("its copy is now {jira_name}"), now)?;
        }
        Step::Absence { key, lane, now: where_now } => gone::apply(run, tx, key, lane, *where_now, now)?,
        Step::Base { guance, field, base } => tx.set_base(guance, *field, base)?,
        Step::Withdraw { key, reason } => {
            tx.withdraw(key)?;
            tx.note(key.origin().as_str(), &format!("not sent after all: {reason}"), now)?;
        }
        Step::Skip { item, reason } => {
            if !reason.is_routine() && *reason != SkipReason::InDoubt {
                let is_new = tx.note(item, &format!("not carried: {reason}"), now)?;
                // A backfill is told which window to read.
                if is_new && (run.order.backfill.is_none() || *reason != SkipReason::OutsideWindow) {
                    run.report.first_met(reason);
                }
            }
        }
    }
    Ok(())
}
