//! Threads: when a pair's comments are read, and how far they are known.

use chrono::{DateTime, TimeDelta, Utc};

use super::adopt::adopt;
use super::apply::apply;
use super::long::Entire;
use super::run::{Run, Trouble};
use super::{away, fields, files, gone, long, once, pings, reuse, tells, trust, unread};
use crate::domain::{Claim, Comment, Issue, IssueLink, Key, Side};
use crate::plan::comments;
use crate::plan::{Deletes, Extent, Held, Step, Thread, claims, repeats};
use crate::ports::{ApiError, ApiErrorKind, Batch};
use crate::state::DEAR_THREAD;

/// An issue's `updated` is taken as final only this long after it, since some servers keep whole seconds.
pub(super) const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(2);

/// After so many threads that could not be read a side is left alone.
const MAX_FAILED_THREADS: usize = 3;

/// What the threads of a batch brought.
#[derive(Default)]
pub(super) struct Taken {
    /// Steps of every thread that could be read.
    pub(super) steps: Vec<Step>,
    /// Every thread that was read, or should have been.
    pub(super) seen: Vec<Seen>,
}

impl Taken {
    /// Adds what other threads brought.
    pub(super) fn extend(&mut self, more: Self) {
        self.steps.extend(more.steps);
        self.seen.extend(more.seen);
    }
}

/// How far a thread is known.
pub(super) struct Seen {
    pub(super) link: IssueLink,
    /// Up to which `updated` it is known whole; `None`: to be read again.
    pub(super) whole: Option<DateTime<Utc>>,
    /// `updated` of its issue, or of its latest comment.
    pub(super) updated: DateTime<Utc>,
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
pub(super) enum ReadFrom {
    /// A search index, which may lag.
    Index,
    /// The issues themselves, by id, because their threads are to be read.
    Item,
    /// The issues themselves, by id, in a sweep.
    Swept,
    /// The issues themselves, by id, because what was planned for them is about to be written.
    Again,
}

/// Reads the Jira threads that changed since they were last read whole.
pub(super) fn read_threads(run: &mut Run<'_>, batch: &Batch, source: ReadFrom) -> Result<Taken, Trouble> {
    let mut taken = Taken::default();
    let mut failed = 0;
    for issue in &batch.issues {
        let Some(link) = run.pair(run.tracker(), &issue.id)? else { continue };
        // A search index that lags may show an older state than what was read before: that is no news. An issue read
        // by id is asked for because its thread is to be written into.
        let news = link.jira_seen.is_none_or(|seen| seen < issue.updated);
        let wanted = match source {
            ReadFrom::Index => false,
            ReadFrom::Item => !trust::holds(run, &link, run.tracker()) || was_missed(run, &link, run.tracker())?,
            // That a comment was deleted may not have moved its issue's `updated`.
            ReadFrom::Again => true,
            ReadFrom::Swept => link.gone || run.world.policy.flow.deletes != Deletes::Keep,
        };
        if !news && !wanted {
            continue;
        }
        let is_starved = source == ReadFrom::Item && run.originals.starved;
        if run.must_stop() || is_starved || unread::waits(run, &link) {
            taken.seen.push(Seen { link, whole: None, updated: issue.updated });
            continue;
        }
        let now = run.world.clock.now();
        match one_thread(run, issue, &link, source) {
            Ok(Some((steps, whole))) => {
                unread::was_read(run, &link);
                let seen = settled_until(issue.updated, batch.clock.unwrap_or(issue.updated));
                taken.steps.extend(steps);
                if source != ReadFrom::Index {
                    run.originals.read(&link.guance, now);
                }
                taken.seen.push(Seen { link, whole: whole.then_some(seen), updated: issue.updated });
            }
            // Gone, hidden, or shown to nobody because our token has just died: due, and then read by id.
            Ok(None) => taken.seen.push(Seen { link, whole: None, updated: issue.updated }),
            Err(Trouble::Api(err)) if matches!(err.kind, ApiErrorKind::Unavailable { .. } | ApiErrorKind::Refused) => {
                failed += 1;
                unread::failed(run, &link)?;
                run.report.thread_failed(run.tracker(), &link.jira_name, &err);
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

/// Plans the threads that a list of the source brought whole, where there is something new in them.
pub(super) fn listed(run: &mut Run<'_>, batch: &Batch) -> Result<Taken, Trouble> {
    let mut taken = Taken::default();
    if !files::reads_guance(run) {
        return Ok(taken);
    }
    for issue in &batch.issues {
        let Some(comments) = &issue.thread else { continue };
        let Some(link) = run.pair(issue.side(), &issue.id)? else { continue };
        if link.gone || link.guance_seen.is_some_and(|seen| seen >= issue.updated) {
            continue;
        }
        let (steps, whole) = plan_thread(run, &link, issue.side(), issue.updated, comments, Extent::All)?;
        let seen = settled_until(issue.updated, batch.clock.unwrap_or(issue.updated));
        taken.steps.extend(steps);
        taken.seen.push(Seen { link, whole: whole.then_some(seen), updated: issue.updated });
    }
    Ok(taken)
}

/// Returns up to which time a thread counts as read that was last changed then, at this time of the service's clock.
///
/// What was changed a moment ago is not final yet, but everything in it is known: the next read finds the same or more. What
/// lies ahead of the service's clock, since that was set back, is not final before the clock has come that far again.
fn settled_until(updated: DateTime<Utc>, clock: DateTime<Utc>) -> DateTime<Utc> {
    let early = clock < updated + SETTLED_AFTER;
    updated.min(if early { clock } else { updated }) - TimeDelta::milliseconds(i64::from(early))
}

/// Plans one Jira thread; `None` when its issue cannot be read. The flag says whether all of it is settled.
fn one_thread(
    run: &mut Run<'_>,
    issue: &Issue,
    link: &IssueLink,
    source: ReadFrom,
) -> Result<Option<(Vec<Step>, bool)>, Trouble> {
    let fetched;
    // A thread that is not trusted is read from the issue itself, not from a search index that may lag.
    let by_id = source != ReadFrom::Index;
    let trusted = !link.gone && (link.jira_seen.is_some() || by_id);
    let comments = match issue.thread.as_ref().filter(|_| trusted) {
        Some(comments) => comments,
        None => match run.read_thread(issue.side(), &issue.id)? {
            Some(comments) => {
                fetched = comments;
                &fetched
            }
            None => return Ok(None),
        },
    };
    let (mut steps, mut whole) = plan_thread(run, link, issue.side(), issue.updated, comments, Extent::All)?;
    if by_id || link.gone {
        let found = gone::issue_found(run, link, issue.side())?;
        // Nothing was carried yet: it counted as gone.
        whole &= found.is_none() || !link.gone;
        steps.extend(found);
    }
    Ok(Some((steps, whole)))
}

fn was_missed(run: &Run<'_>, link: &IssueLink, side: Side) -> Result<bool, Trouble> {
    Ok(run.world.state.was_missed(&link.guance, side, run.number)?)
}

fn plan_thread(
    run: &mut Run<'_>,
    link: &IssueLink,
    side: Side,
    updated: DateTime<Utc>,
    comments: &[Comment],
    extent: Extent<'_>,
) -> Result<(Vec<Step>, bool), Trouble> {
    let said = claims::said(comments, extent);
    let ids = said.clone().map(|(id, claim)| (id, claim.map(|Claim { key, .. }| key)));
    let number = repeats::notice_id(&link.guance);
    let ids = ids.chain([(&number, None)]);
    let mut known = run.world.state.known_comments(side, ids.clone())?;
    if let Some(kept) = reuse::without_the_past(run, link, comments, &known)? {
        return plan_thread(run, link, side, updated, &kept, extent);
    }
    let name = match side {
        Side::Tracker(_) => link.jira_name.as_str(),
        Side::Source(_) => link.guance.as_str(),
    };
    let url = run.remote(side).issue_url(name);
    let elsewhere = !claims::homeless(side, said, &known).is_empty();
    if side.is_source() {
        dear(run, link, elsewhere)?;
    }
    let originals = if elsewhere { held(run, link, side.opposite())? } else { None };
    if elsewhere {
        // What was read of the other thread may have been taken over.
        known = run.world.state.known_comments(side, ids)?;
    }
    known.sure_from = once::sure_from(run, side)?;
    let thread = Thread { link, side, url: &url, comments, extent, originals: originals.as_ref() };
    let decision = comments::thread(&thread, &known, run.world.policy);
    let (mut steps, unnamed) = pings::name_people(run, side, decision.steps);
    if let Some(whole) = thread.whole() {
        steps.extend(gone::comments(run, &whole)?);
    }
    steps.extend(files::plan(run, &thread, updated)?);
    Ok((steps, !decision.unfinished && !unnamed))
}

/// Notes whether the Jira thread has to be read whenever the Guance thread of this pair is: then that is not read only
/// because there are requests left.
fn dear(run: &Run<'_>, link: &IssueLink, is: bool) -> Result<(), Trouble> {
    let (state, name) = (run.world.state, format!("{DEAR_THREAD}{}", link.guance));
    match state.fact(&name)?.is_some() {
        was if was == is => {}
        true => state.forget_fact(&name)?,
        false => state.set_fact(&name, "", run.world.clock.now())?,
    }
    Ok(())
}

/// Reads Jira threads from their issues once more, and plans them, before what was planned for them is written.
pub(super) fn look_again(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), Trouble> {
    from_issues(run, links, ReadFrom::Again)
}

pub(super) fn due_on_jira(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), Trouble> {
    from_issues(run, links, ReadFrom::Item)
}

/// Jira's issues come many at a time, and with them who may see them.
fn from_issues(run: &mut Run<'_>, links: &[IssueLink], source: ReadFrom) -> Result<(), Trouble> {
    let links = &away::without_lost(run, links)?;
    if links.is_empty() || run.must_stop() {
        return Ok(());
    }
    run.identify(run.tracker())?;
    let ids: Vec<_> = links.iter().map(|link| link.jira.clone()).collect();
    let mut batch = run.world.jira.issues(&ids)?;
    batch.clock = batch.clock.or_else(|| run.identities.get(&run.tracker()).and_then(|i| i.clock));
    away::noticed(run, &batch, false)?;
    adopt(run, &mut batch.issues)?;
    fields::noticed(run, &batch.issues)?;
    let mut taken = read_threads(run, &batch, source)?;
    let unreadable = |link: &IssueLink| batch.unreadable.iter().any(|record| record.issue.as_ref() == Some(&link.jira));
    let read = |link: &IssueLink| batch.issues.iter().any(|issue| issue.id == link.jira);
    let absent: Vec<IssueLink> = links.iter().filter(|link| !read(link) && !unreadable(link)).cloned().collect();
    gone::issues_missed(run, &absent, run.tracker())?;
    taken.seen.extend(absent.iter().map(Seen::absent));
    settle_threads(run, run.tracker(), &taken)
}

/// Reads one thread, or what this run can afford of it, and takes over what it brings.
pub(super) fn thread(run: &mut Run<'_>, link: &IssueLink, side: Side) -> Result<(), Trouble> {
    if !side.is_source() {
        return due_on_jira(run, std::slice::from_ref(link));
    }
    run.identify(side)?;
    let id = link.id(side);
    let now = run.world.clock.now();
    let read = match long::read(run, link) {
        Ok(Some(read)) => read,
        Ok(None) => {
            gone::issues_missed(run, std::slice::from_ref(link), side)?;
            return settle_threads(run, side, &Taken { steps: Vec::new(), seen: vec![Seen::absent(link)] });
        }
        Err(Trouble::Api(err)) => return not_read(run, link, side, err),
        Err(trouble) => return Err(trouble),
    };
    run.has_got_on = true;
    run.thread_pages = read.pages();
    if read.extent() == Extent::All {
        run.originals.saw_copies(&link.guance, now);
    }
    run.originals.saw_replies(read.comments.iter().map(|comment| &comment.id), now);
    let latest = read.comments.iter().map(|c| c.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
    let (mut steps, mut settled) = plan_thread(run, link, side, latest, &read.comments, read.extent())?;
    let is_called = !run.poll.nothing_calls;
    tells::learn(run, link, &read.comments, is_called, brings_last(&steps, &read.comments))?;
    let found = gone::issue_found(run, link, side)?;
    settled &= (found.is_none() || !link.gone) && !read.was_unsettled();
    steps.extend(found);
    let updated = tells::read_up_to(run, run.guance_updated.get(id).copied().unwrap_or(latest));
    // What was piped in carries times of our clock: by one that is ahead, what the service stores next would count as read.
    let clock = run.identities.get(&side).and_then(|identity| identity.clock);
    let updated = clock.map_or(updated, |clock| updated.min(clock));
    let before = link.seen(side);
    let whole = if read.is_known() {
        settled.then_some(updated.max(before.unwrap_or(updated)))
    } else {
        // A part tells nothing about the rest: nothing of ours in it has become unknown.
        before
    };
    let was_read = run.read_whole.contains(&(side, link.guance.clone()));
    let was_long = long::is_long(run, &link.guance)?;
    let taken = Taken { steps, seen: vec![Seen { link: link.clone(), whole, updated: latest }] };
    settle_threads(run, side, &taken)?;
    if !read.is_known() && !was_read {
        run.read_whole.remove(&(side, link.guance.clone()));
    }
    // What the steps have put in doubt is forgotten: it is read anew.
    let is_forgotten = was_long && !long::is_long(run, &link.guance)?;
    if is_forgotten || read.extent() == Extent::All && !settled {
        return Ok(());
    }
    long::keep(run, &link.guance, read, settled)
}

/// Returns true when the last words of a thread are about to travel.
fn brings_last(steps: &[Step], comments: &[Comment]) -> bool {
    let Some(last) = comments.iter().max_by_key(|comment| comment.updated) else { return false };
    let key = Key::comment(last.side, &last.id);
    steps.iter().any(|step| matches!(step, Step::Push(push) if push.key.origin() == key))
}

/// Goes on without a thread that cannot be read: it is due, behind the others. After a few it is taken for the side's fault.
fn not_read(run: &mut Run<'_>, link: &IssueLink, side: Side, err: ApiError) -> Result<(), Trouble> {
    if !matches!(err.kind, ApiErrorKind::Unavailable { .. } | ApiErrorKind::Refused) {
        return Err(err.into());
    }
    run.report.thread_failed(side, &link.jira_name, &err);
    let seen = Seen { link: link.clone(), whole: None, updated: DateTime::UNIX_EPOCH };
    settle_threads(run, side, &Taken { steps: Vec::new(), seen: vec![seen] })?;
    run.threads_failed += 1;
    // Who asks to wait may mean us, not this thread.
    let asks_to_wait = matches!(err.kind, ApiErrorKind::Unavailable { retry_after: Some(_) });
    if asks_to_wait || run.threads_failed >= MAX_FAILED_THREADS { Err(err.into()) } else { Ok(()) }
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
    let whole = taken.seen.iter().filter(|seen| seen.whole.is_some());
    run.read_whole.extend(whole.map(|seen| (side, seen.link.guance.clone())));
    run.world.failpoints.hit("thread read")?;
    Ok(())
}

/// Returns what a pair's issue on `side` holds, by key; `None` when it cannot be read now. A long thread is taken over as
/// far as it is read.
fn held(run: &mut Run<'_>, link: &IssueLink, side: Side) -> Result<Option<Held>, Trouble> {
    let place = (side, link.guance.clone());
    if let Some(known) = run.originals.held.get(&place) {
        return Ok(Some(known.clone()));
    }
    // In a project that cannot be read nothing is seen, and it may be there.
    if run.is_down(side) || !side.is_source() && away::is_lost(run, link).unwrap_or(true) {
        return Ok(None);
    }
    if !run.has_room(side, 2) {
        run.originals.starved = true;
        return Ok(None);
    }
    let held = match read_held(run, link, side) {
        Err(Trouble::Api(error)) => {
            tracing::info!(%side, %error, "Originals not read: their copies are not recognised now.");
            run.originals.starved |= error.kind == ApiErrorKind::OutOfBudget;
            return Ok(None);
        }
        read => read?,
    };
    run.originals.held.extend(held.clone().map(|held| (place, held)));
    Ok(held)
}

fn read_held(run: &mut Run<'_>, link: &IssueLink, side: Side) -> Result<Option<Held>, Trouble> {
    run.identify(side)?;
    let thread = if run.reads_in_parts(side) {
        if long::is_long(run, &link.guance)? {
            // It goes on where it is; what it has come to is what is known.
            thread(run, link, side)?;
            return long::held(run, &link.guance);
        }
        match long::whole(run, link)? {
            Entire::Thread(thread) => Some(thread),
            Entire::NoIssue => None,
            Entire::TooLong => return long::held(run, &link.guance),
        }
    } else {
        run.read_thread(side, link.id(side))?
    };
    let files = if thread.is_some() { run.files(side, link.id(side))?.1 } else { Vec::new() };
    if !run.about(side).reads_comments {
        run.originals.saw_copies(&link.guance, run.world.clock.now());
    }
    let thread = thread.unwrap_or_default();
    let comments = thread.iter().map(|comment: &Comment| Key::comment(side, &comment.id));
    Ok(Some(Held::all(comments.chain(files.iter().map(|file| Key::file(side, &file.id))).collect())))
}
