//! What to ask each side, and how what comes becomes outbox rows and a new cursor.

use std::collections::HashSet;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Run, Trouble, delta};
use crate::domain::{Action, Claim, Comment, Issue, IssueId, IssueLink, Key, Push, Side, Visibility};
use crate::plan::comments::{self, Thread};
use crate::plan::issues::{self, Scope};
use crate::plan::{SkipReason, Step};
use crate::ports::{ApiErrorKind, Batch, Identity, Span};
use crate::state::{Cursor, Tx};

/// An issue's `updated` is taken as final only this long after it, since some servers keep whole seconds.
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(2);
/// After so many threads that could not be read a side is left alone.
const MAX_FAILED_THREADS: usize = 3;
/// How many pairs a sweep reads by id.
const PAIRS_CHECKED: usize = 100;
/// Most threads that one run catches up on.
const MAX_DUE_THREADS: usize = 500;
/// Fact: when the latest copy was made that a rebuild found.
const LATEST_COPY: &str = "engine.latest-copy";
/// How soon a Guance thread comes round again, by how long ago something happened in the pair.
const TURNS: [(TimeDelta, TimeDelta); 3] = [
    (TimeDelta::hours(1), TimeDelta::minutes(5)),
    (TimeDelta::days(1), TimeDelta::minutes(30)),
    (TimeDelta::days(30), TimeDelta::hours(6)),
];

/// Reads one side from its cursor, or the backfill's window, and takes over what came.
pub(super) fn side(run: &mut Run<'_>, side: Side) -> Result<()> {
    match read(run, side) {
        Ok(()) => Ok(()),
        Err(trouble) => run.absorb(side, trouble),
    }
}

fn read(run: &mut Run<'_>, side: Side) -> Result<(), Trouble> {
    let identity = run.identify(side)?;
    let reading = Reading::plan(run, side, &identity)?;
    if reading.first {
        match side {
            Side::Jira => rebuild(run)?,
            // Where to begin is told by the copies on Jira; without them a lost state would leave a gap.
            Side::Guance if run.world.state.cursor(Side::Jira)?.is_none() && run.is_down(Side::Jira) => return Ok(()),
            Side::Guance => {}
        }
    }
    let mut batch = run.remote(side).changed(&reading.span)?;
    run.report.read(side, batch.issues.len());
    reread(run, side, &mut batch)?;
    if side == Side::Jira && reading.sweep {
        check_pairs(run, &mut batch)?;
    }
    let threads = match side {
        Side::Guance => {
            run.guance_updated.extend(batch.issues.iter().map(|issue| (issue.id.clone(), issue.updated)));
            Taken::default()
        }
        Side::Jira => {
            adopt(run, &batch.issues)?;
            read_threads(run, &batch, Source::Index)?
        }
    };
    take_over(run, &reading, &batch, threads)
}

/// What is to be read, and what follows from having read it.
struct Reading {
    side: Side,
    span: Span,
    scope: Scope,
    /// The cursor before the read, or the one that the first read begins.
    cursor: Cursor,
    /// True when there was no cursor.
    first: bool,
    /// True when this read looks far back.
    sweep: bool,
}

impl Reading {
    fn plan(run: &Run<'_>, side: Side, identity: &Identity) -> Result<Self, Trouble> {
        let settings = run.world.settings;
        let ours = run.world.clock.now();
        let theirs = identity.clock.unwrap_or(ours);
        let found = run.world.state.cursor(side)?;
        let first = found.is_none();
        let cursor = match found {
            Some(cursor) => cursor,
            None => {
                let mut start = theirs - delta(settings.window);
                if side == Side::Guance
                    && let Some(copied) = latest_copy(run)?
                {
                    start = start.min(copied - delta(settings.overlap));
                }
                Cursor { at: start, floor: start, swept: ours }
            }
        };
        let strays = if side == Side::Jira { strays(run)? } else { Vec::new() };
        let span = |from, until| Span { from, until, strays, ours_only: false };
        if let Some(backfill) = run.order.backfill {
            let scope = Scope { from: backfill.from, until: backfill.until };
            let span = span(backfill.from, backfill.until);
            return Ok(Self { side, span, scope, cursor, first, sweep: false });
        }
        let since_sweep = ours.signed_duration_since(cursor.swept);
        let sweep = !first && (since_sweep < TimeDelta::zero() || since_sweep >= delta(settings.sweep_every));
        let mut from = cursor.at - delta(settings.overlap);
        if sweep {
            from = from.min(theirs - delta(settings.sweep_back));
        }
        // Jira comments of old pairs are in scope however old the pair is; only a Guance issue's opening is not.
        let from = if first || side == Side::Guance { from.max(cursor.floor) } else { from };
        let scope = Scope { from: cursor.floor, until: None };
        Ok(Self { side, span: span(from, None), scope, cursor, first, sweep })
    }

    /// Returns the cursor after this read: what was really seen, never beyond the remote's own clock.
    fn next_cursor(&self, batch: &Batch, clock: Option<DateTime<Utc>>, ours: DateTime<Utc>) -> Cursor {
        let seen = batch.watermark.unwrap_or(self.cursor.at);
        let at = match batch.clock.or(clock) {
            Some(clock) => seen.min(clock),
            None => seen,
        };
        let swept = if self.sweep { ours } else { self.cursor.swept };
        Cursor { at: at.max(self.cursor.at), floor: self.cursor.floor, swept }
    }
}

/// Pairs whose Jira issue was moved out of the routes' projects: the usual selection does not find them.
fn strays(run: &Run<'_>) -> Result<Vec<IssueId>, Trouble> {
    let inside = |name: &str| {
        let project = name.rsplit_once('-').map_or(name, |(project, _)| project);
        run.world.settings.projects.iter().any(|p| p == project)
    };
    let links = run.world.state.recent_links(5000)?;
    Ok(links.into_iter().filter(|link| !inside(&link.jira_name)).map(|link| link.jira).take(500).collect())
}

/// With no cursor the state is new or lost: every copy that carries our marker is a pair, and the latest of them
/// tells how far Guance had been read.
fn rebuild(run: &mut Run<'_>) -> Result<(), Trouble> {
    let from = DateTime::<Utc>::UNIX_EPOCH;
    let span = Span { from, until: None, strays: Vec::new(), ours_only: true };
    let batch = run.world.jira.changed(&span)?;
    let ours = batch.issues.iter().filter(|issue| issue.claim.as_ref().is_some_and(|claim| claim.proven));
    if let Some(latest) = ours.map(|issue| issue.created).max() {
        run.world.state.set_fact(LATEST_COPY, &latest.to_rfc3339(), run.world.clock.now())?;
    }
    adopt(run, &batch.issues)
}

/// When the latest copy was made that a rebuild found, by Jira's clock.
fn latest_copy(run: &Run<'_>) -> Result<Option<DateTime<Utc>>, Trouble> {
    let fact = run.world.state.fact(LATEST_COPY)?;
    Ok(fact.and_then(|(time, _)| DateTime::parse_from_rfc3339(&time).ok()).map(|time| time.to_utc()))
}

/// Recognises copies by their markers, in a transaction of its own: it says nothing about what was read.
fn adopt(run: &mut Run<'_>, issues: &[Issue]) -> Result<(), Trouble> {
    let state = run.world.state;
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

/// What the threads of a batch brought.
#[derive(Default)]
struct Taken {
    /// Steps of every thread that could be read.
    steps: Vec<Step>,
    /// Every thread that was read, or should have been.
    seen: Vec<Seen>,
}

/// How far a thread is known.
struct Seen {
    link: IssueLink,
    /// Up to which `updated` it is known whole; `None`: to be read again.
    whole: Option<DateTime<Utc>>,
    /// `updated` of its issue, or of its latest comment.
    updated: DateTime<Utc>,
}

impl Seen {
    /// The issue cannot be read by id: gone or hidden. Should it come back, its `updated` is later than this.
    fn absent(link: &IssueLink) -> Self {
        let long_ago = DateTime::UNIX_EPOCH;
        Self { link: link.clone(), whole: Some(long_ago), updated: long_ago }
    }
}

/// Where issues were read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A search index, which may lag.
    Index,
    /// The issues themselves, by id.
    Item,
}

/// Reads the Jira threads that changed since they were last read whole.
fn read_threads(run: &mut Run<'_>, batch: &Batch, source: Source) -> Result<Taken, Trouble> {
    let mut taken = Taken::default();
    let mut failed = 0;
    for issue in &batch.issues {
        let Some(link) = run.world.state.issue_link(Side::Jira, &issue.id)? else { continue };
        // A search index that lags may show an older state than what was read before: that is no news.
        if link.jira_seen.is_some_and(|seen| seen >= issue.updated) {
            continue;
        }
        if run.must_stop() {
            taken.seen.push(Seen { link, whole: None, updated: issue.updated });
            continue;
        }
        match one_thread(run, issue, &link, source) {
            Ok(Some((steps, whole))) => {
                let clock = batch.clock.unwrap_or(issue.updated);
                // Not final yet, but everything in it is known: the next read finds the same or more.
                let early = clock < issue.updated + SETTLED_AFTER;
                let seen = issue.updated - TimeDelta::milliseconds(i64::from(early));
                taken.steps.extend(steps);
                taken.seen.push(Seen { link, whole: whole.then_some(seen), updated: issue.updated });
            }
            Ok(None) => {}
            Err(Trouble::Api(err)) if matches!(err.kind, ApiErrorKind::Unavailable { .. } | ApiErrorKind::Refused) => {
                failed += 1;
                run.report.thread_failed(Side::Jira, &link.jira_name, &err);
                taken.seen.push(Seen { link, whole: None, updated: issue.updated });
                if failed >= MAX_FAILED_THREADS {
                    return Err(Trouble::Api(err));
                }
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(taken)
}

/// Plans one Jira thread; `None` when its issue cannot be read. The flag says whether all of it is settled.
fn one_thread(
    run: &Run<'_>,
    issue: &Issue,
    link: &IssueLink,
    source: Source,
) -> Result<Option<(Vec<Step>, bool)>, Trouble> {
    let fetched;
    // A thread that is not trusted is read from the issue itself, not from a search index that may lag.
    let trusted = link.jira_seen.is_some() || source == Source::Item;
    let comments = match issue.thread.as_ref().filter(|_| trusted) {
        Some(comments) => comments,
        None => match run.remote(issue.side).thread(&issue.id)? {
            Some(comments) => {
                fetched = comments;
                &fetched
            }
            None => return Ok(None),
        },
    };
    plan_thread(run, link, issue.side, &issue.visibility, comments).map(Some)
}

fn plan_thread(
    run: &Run<'_>,
    link: &IssueLink,
    side: Side,
    visibility: &Visibility,
    comments: &[Comment],
) -> Result<(Vec<Step>, bool), Trouble> {
    let ids = comments.iter().map(|c| (&c.id, c.claim.as_ref().map(|Claim { key, .. }| key)));
    let known = run.world.state.known_comments(side, ids)?;
    let thread = Thread { link, side, issue: visibility, comments };
    let decision = comments::thread(&thread, &known, run.world.policy);
    Ok((decision.steps, !decision.unfinished))
}

/// Tries again, by id, to read what an earlier run could not; what still cannot be read stays on the list.
fn reread(run: &mut Run<'_>, side: Side, batch: &mut Batch) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let due: Vec<_> = run
        .world
        .state
        .unreadable_before(now)?
        .into_iter()
        .filter(|(s, id, _)| *s == side && !batch.issues.iter().any(|issue| issue.id == *id))
        .map(|(_, id, _)| id)
        .take(20)
        .collect();
    if due.is_empty() {
        return Ok(());
    }
    let again = run.remote(side).issues(&due)?;
    batch.issues.extend(again.issues);
    batch.unreadable.extend(again.unreadable);
    Ok(())
}

/// Reads the pairs that were active last by id: a search index cannot hide what happened in them.
fn check_pairs(run: &Run<'_>, batch: &mut Batch) -> Result<(), Trouble> {
    let links = run.world.state.recent_links(PAIRS_CHECKED)?;
    let read: HashSet<&IssueId> = batch.issues.iter().map(|issue| &issue.id).collect();
    let ids: Vec<IssueId> = links.into_iter().map(|link| link.jira).filter(|id| !read.contains(id)).collect();
    if !ids.is_empty() {
        let more = run.world.jira.issues(&ids)?;
        batch.issues.extend(more.issues);
        batch.unreadable.extend(more.unreadable);
    }
    Ok(())
}

/// Takes over what a read brought: outbox rows, links and the new cursor in one transaction.
fn take_over(run: &mut Run<'_>, reading: &Reading, batch: &Batch, taken: Taken) -> Result<(), Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mut steps = taken.steps;
    if reading.side == Side::Guance {
        let keys = batch.issues.iter().map(|issue| (&issue.id, Some(Key::issue(Side::Guance, &issue.id))));
        let known = state.known_issues(Side::Guance, keys)?;
        steps.extend(issues::originals(&batch.issues, &known, run.world.policy, reading.scope));
    }
    let creates = steps.iter().filter(|step| matches!(step, Step::Push(push) if is_create(push))).count();
    let held = run.order.backfill.is_none() && creates > run.world.settings.max_creates;
    run.world.failpoints.hit("planned")?;
    let tx = state.begin()?;
    for step in &steps {
        apply(run, &tx, step, held, now)?;
    }
    if reading.sweep {
        run.report.found_late += late(run, reading, batch, &taken.seen, &steps);
    }
    for Seen { link, whole, updated } in &taken.seen {
        tx.thread_read(&link.guance, Side::Jira, *whole, *updated, now)?;
    }
    if reading.side == Side::Guance && run.world.policy.flow.replies {
        for issue in &batch.issues {
            tx.touch(&issue.id, issue.updated)?;
        }
    }
    remember_unreadable(run, &tx, reading.side, batch, now)?;
    if run.order.backfill.is_none() && !run.interrupted {
        let clock = run.identities.get(&reading.side).and_then(|identity| identity.clock);
        tx.advance(reading.side, &reading.next_cursor(batch, clock, now))?;
    }
    run.world.failpoints.hit("enqueueing")?;
    tx.commit()?;
    run.world.failpoints.hit("enqueued")?;
    Ok(())
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
            tx.keep_unreadable(side, issue, &record.why, now, now + TimeDelta::minutes(10))?;
        }
    }
    Ok(())
}

/// Carries out one decision in the state.
fn apply(run: &mut Run<'_>, tx: &Tx<'_>, step: &Step, held: bool, now: DateTime<Utc>) -> Result<(), Trouble> {
    run.report.step(step, held);
    match step {
        Step::Push(push) => {
            let held = held && is_create(push);
            tx.enqueue(push, held, now)?;
            let what = if held { "held by the brake" } else { "enqueued" };
            tx.note(push.key.origin().as_str(), &format!("{what}: {}", push.summary), now)?;
        }
        Step::AdoptIssue { guance, jira, jira_name } => {
            let link = IssueLink {
                guance: guance.clone(),
                jira: jira.clone(),
                jira_name: jira_name.clone(),
                guance_seen: None,
                jira_seen: None,
            };
            tx.link_issues(&link, now, now)?;
            tx.note(Key::issue(Side::Guance, guance).as_str(), &format!("recognised {jira_name} as its copy"), now)?;
        }
        Step::AdoptComment(link) => {
            tx.link_comments(link, now)?;
            let key = Key::comment(link.origin, &link.origin_id);
            tx.note(key.as_str(), &format!("recognised {} as its copy", link.copy_id), now)?;
        }
        Step::Rename { guance, jira_name } => {
            tx.rename(guance, jira_name)?;
            tx.note(Key::issue(Side::Guance, guance).as_str(), &format!("its copy is now {jira_name}"), now)?;
        }
        Step::Withdraw { key, reason } => {
            tx.withdraw(key)?;
            tx.note(key.origin().as_str(), &format!("not sent after all: {reason}"), now)?;
        }
        Step::Skip { item, reason } => {
            if !reason.is_routine() && *reason != SkipReason::InDoubt {
                tx.note(item, &format!("not carried: {reason}"), now)?;
            }
        }
    }
    Ok(())
}

/// Reads the threads that must be read before they can be trusted.
pub(super) fn due_threads(run: &mut Run<'_>) -> Result<()> {
    for side in [Side::Jira, Side::Guance] {
        if side == Side::Guance && !run.world.policy.flow.replies || run.is_down(side) {
            continue;
        }
        if let Err(trouble) = due_on(run, side) {
            run.absorb(side, trouble)?;
        }
    }
    Ok(())
}

fn due_on(run: &mut Run<'_>, side: Side) -> Result<(), Trouble> {
    let due = run.world.state.due_threads(side, MAX_DUE_THREADS)?;
    for some in due.chunks(100) {
        if side == Side::Jira {
            due_on_jira(run, some)?;
            continue;
        }
        for link in some {
            if run.must_stop() {
                return Ok(());
            }
            thread(run, link, side)?;
        }
    }
    Ok(())
}

/// Jira's issues come many at a time, and with them who may see them.
fn due_on_jira(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), Trouble> {
    if links.is_empty() || run.must_stop() {
        return Ok(());
    }
    run.identify(Side::Jira)?;
    let ids: Vec<_> = links.iter().map(|link| link.jira.clone()).collect();
    let mut batch = run.world.jira.issues(&ids)?;
    batch.clock = batch.clock.or_else(|| run.identities.get(&Side::Jira).and_then(|i| i.clock));
    adopt(run, &batch.issues)?;
    let mut taken = read_threads(run, &batch, Source::Item)?;
    for link in links {
        if !batch.issues.iter().any(|issue| issue.id == link.jira) {
            taken.seen.push(Seen::absent(link));
        }
    }
    settle_threads(run, Side::Jira, &taken)
}

/// Reads one thread and takes over what it brings.
pub(super) fn thread(run: &mut Run<'_>, link: &IssueLink, side: Side) -> Result<(), Trouble> {
    if side == Side::Jira {
        return due_on_jira(run, std::slice::from_ref(link));
    }
    run.identify(side)?;
    let id = link.id(side);
    let Some(comments) = run.remote(side).thread(id)? else {
        return settle_threads(run, side, &Taken { steps: Vec::new(), seen: vec![Seen::absent(link)] });
    };
    let (steps, whole) = plan_thread(run, link, side, &Visibility::Public, &comments)?;
    let latest = comments.iter().map(|c| c.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
    let updated = run.guance_updated.get(id).copied().unwrap_or(latest);
    let whole = whole.then_some(updated.max(link.seen(side).unwrap_or(updated)));
    let taken = Taken { steps, seen: vec![Seen { link: link.clone(), whole, updated: latest }] };
    settle_threads(run, side, &taken)
}

fn settle_threads(run: &mut Run<'_>, side: Side, taken: &Taken) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    for step in &taken.steps {
        apply(run, &tx, step, false, now)?;
    }
    for Seen { link, whole, updated } in &taken.seen {
        tx.thread_read(&link.guance, side, *whole, *updated, now)?;
    }
    tx.commit()?;
    run.world.failpoints.hit("thread read")?;
    Ok(())
}

/// Reads Guance threads in turn, with what the deliveries left of the minute's budget: Guance has no "replies since".
pub(super) fn threads_in_turn(run: &mut Run<'_>) -> Result<()> {
    let side = Side::Guance;
    if !run.world.policy.flow.replies || run.is_down(side) {
        return Ok(());
    }
    let now = run.world.clock.now();
    for (active, every) in TURNS {
        for link in run.world.state.threads_in_turn(now - active, now - every, now, 200)? {
            if run.must_stop() {
                return Ok(());
            }
            match thread(run, &link, side) {
                Ok(()) => {}
                Err(Trouble::Api(err)) if err.kind == ApiErrorKind::OutOfBudget => return Ok(()),
                Err(trouble) => return run.absorb(side, trouble),
            }
        }
    }
    Ok(())
}
