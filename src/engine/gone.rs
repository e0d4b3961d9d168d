//! What is not there any more: comments whose copies are marked or deleted, issues to which nothing is written.
//!
//! One run misses a thing, a later one must agree. Nothing is concluded from a search, nor by somebody whom the remote
//! may not know.

use chrono::{DateTime, Utc};

use super::away;
use super::long::{self, Entire, Glimpse};
use super::queue::try_later;
use super::reuse;
use super::run::{Run, Trouble};
use crate::domain::{Absence, Action, CommentId, CommentLink, IssueId, IssueLink, Key, Side, Stage};
use crate::plan::gone::{self, Originals};
use crate::plan::{Deletes, Extent, SkipReason, Step, Thread, Whereabouts, Whole};
use crate::ports::{ApiError, Presence};
use crate::state::{Queued, Tx};
use crate::words::Note;

/// What it costs to ask for comments that a thread of one page does not hold, where there is no read of them by id, and to
/// read their copies' thread.
const COST: usize = 2;

/// Decides about what a whole thread does not hold any more.
pub(super) fn comments(run: &mut Run<'_>, whole: &Whole<'_>) -> Result<Vec<Step>, Trouble> {
    let thread = whole.thread;
    let (state, policy, pair) = (run.world.state, run.world.policy, &thread.link.guance);
    let mut links = Vec::new();
    if policy.flow.deletes != Deletes::Keep {
        links = state.comments_of(pair)?;
        links.retain(|link| link.origin == thread.side);
    }
    let originals = Originals {
        links,
        waiting: state.waiting_comments(pair, thread.side)?,
        edits: state.waiting_edits(pair, thread.side)?,
        absences: state.absences(pair)?,
    };
    let gone::Look { mut steps, ask } = gone::look(whole, &originals, run.number, policy);
    if ask.is_empty() {
        return Ok(steps);
    }
    let cost = if run.about(thread.side).reads_comments { 1 } else { COST - 1 + run.thread_pages };
    let is_affordable = run.has_room(thread.side, cost);
    let is_long = run.abilities(thread.side).parts.is_some() && run.thread_pages > 1;
    // Who is shown replies of an issue can read it: that need not be asked, and a reading that used up the minute's last
    // requests tells it too.
    let is_readable = !thread.comments.is_empty() || is_listed(run, thread.link);
    if !(is_affordable || is_long && (is_readable || run.has_room(thread.side, 1))) {
        // It is noted as missed, so that the thread is due in the next run, which asks.
        let keys = ask.iter().map(|id| Key::comment(thread.side, id));
        let new = keys.filter(|key| !originals.absences.contains_key(key));
        steps.extend(new.map(|key| gone::absence(thread, key, Whereabouts::Missed)));
        return Ok(steps);
    }
    let mut certain: Vec<&CommentLink> = Vec::new();
    // A long thread cannot be read once more now; a later reading to its end must miss the same.
    let in_parts = matches!(thread.extent, Extent::Completed(_)) || !is_affordable;
    let found = match in_parts {
        true if is_readable => vec![Presence::Gone; ask.len()],
        true => not_in_long(run, thread.link, ask.len())?,
        false => run.presence(thread.side, thread.link.id(thread.side), &ask)?,
    };
    for (id, presence) in ask.into_iter().zip(found) {
        let key = Key::comment(thread.side, &id);
        let before = originals.absences.get(&key);
        match (presence, before) {
            (Presence::There, Some(_)) => steps.push(gone::absence(thread, key, Whereabouts::Back)),
            (Presence::Gone, Some(Absence::Missed(by))) if *by < run.number => {
                certain.extend(originals.links.iter().find(|link| link.origin_id == id));
            }
            (Presence::Gone, None) => steps.push(gone::absence(thread, key, Whereabouts::Missed)),
            _ => {}
        }
    }
    steps.extend(copies_of(run, thread, &certain)?);
    Ok(steps)
}

/// Tells that so many replies are not there, where a long thread was read to its end: if its issue can be read.
fn not_in_long(run: &Run<'_>, link: &IssueLink, count: usize) -> Result<Vec<Presence>, ApiError> {
    let read = run.world.guance.issues(std::slice::from_ref(&link.guance))?;
    let presence = if read.issues.is_empty() { Presence::Unknown } else { Presence::Gone };
    Ok(vec![presence; count])
}

/// Returns true when this run's list has shown the issue: then it can be read, and need not be asked for.
fn is_listed(run: &Run<'_>, link: &IssueLink) -> bool {
    run.guance_updated.contains_key(&link.guance)
}

/// Decides about the copies of what is gone, once their thread can be read.
fn copies_of(run: &mut Run<'_>, thread: &Thread<'_>, certain: &[&CommentLink]) -> Result<Vec<Step>, Trouble> {
    let there = thread.side.opposite();
    if certain.is_empty() || run.is_down(there) || !run.has_room(there, 1) {
        return Ok(Vec::new());
    }
    if run.abilities(there).parts.is_some() && long::is_long(run, &thread.link.guance)? {
        return copies_in_long(run, thread, certain);
    }
    let now = run.world.clock.now();
    let read = if run.reads_in_parts(there) {
        match long::whole(run, thread.link) {
            // It is read in parts from now on.
            Ok(Entire::TooLong) => return Ok(Vec::new()),
            Ok(Entire::Thread(copies)) => Ok(Some(copies)),
            Ok(Entire::NoIssue) => Ok(None),
            Err(Trouble::Api(error)) => Err(error),
            Err(trouble) => return Err(trouble),
        }
    } else {
        run.read_thread(there, thread.link.id(there))
    };
    let copies = match read {
        Ok(Some(copies)) => {
            if !run.about(there).reads_comments {
                run.originals.saw_copies(&thread.link.guance, now);
            }
            copies
        }
        // Without the issue there are no copies: once that is certain, nothing is asked about them.
        Ok(None) => match issues_missed(run, std::slice::from_ref(thread.link), there) {
            Err(Trouble::Api(error)) => return Ok(not_read(there, &error)),
            missed => return missed.map(|()| Vec::new()),
        },
        Err(error) => return Ok(not_read(there, &error)),
    };
    Ok(certain.iter().flat_map(|link| gone::settle(thread, link, &copies, run.world.policy)).collect())
}

/// The same for a long thread, of which the pages are read that hold the copies; what is not found is asked for by a later run.
fn copies_in_long(run: &mut Run<'_>, thread: &Thread<'_>, certain: &[&CommentLink]) -> Result<Vec<Step>, Trouble> {
    let mut steps = Vec::new();
    let asked = certain.iter().map(|link| (&link.origin_id, None));
    let waiting = run.world.state.known_comments(thread.side, asked)?.outbox;
    for link in certain {
        // What waits to be written into the thread needs the requests that it would take to look for the copy again.
        let origin = Key::comment(thread.side, &link.origin_id);
        let waits = |stage: &Stage| matches!(stage, Stage::Pending | Stage::InFlight);
        if waiting.iter().any(|(key, (stage, _))| key.origin() == origin && waits(stage)) {
            continue;
        }
        let copies = match long::glimpse(run, thread.link, &link.copy_id) {
            Ok(Glimpse::There(copy)) => vec![*copy],
            Ok(Glimpse::Gone) => Vec::new(),
            Ok(Glimpse::NotFound | Glimpse::Unknown) => continue,
            Err(Trouble::Api(error)) => {
                steps.extend(not_read(run.source(), &error));
                break;
            }
            Err(trouble) => return Err(trouble),
        };
        steps.extend(gone::settle(thread, link, &copies, run.world.policy));
    }
    Ok(steps)
}

/// It is the other side's trouble: the thread at hand goes on, and the next run asks again.
fn not_read(side: Side, error: &ApiError) -> Vec<Step> {
    tracing::info!(%side, %error, "Copies of deleted comments not read.");
    Vec::new()
}

/// Records that an issue could not be read by id, by somebody whom the remote knows.
fn issue_missed(run: &mut Run<'_>, link: &IssueLink, side: Side) -> Result<(), Trouble> {
    let (state, now) = (run.world.state, run.world.clock.now());
    let key = Key::issue(side, link.id(side));
    let before = state.absences(&link.guance)?.remove(&key);
    let tx = state.begin()?;
    match before {
        None => tx.missed(&key, &link.guance, run.number, now)?,
        Some(Absence::Missed(by)) if by < run.number => {
            tx.gone(&key)?;
            if side.is_source() {
                reuse::bereave(state, link, now)?;
            }
            tx.forget_missed(&link.guance, side)?;
            // What waits for the other issue copies what stood in this one.
            let taken_back = tx.abandon(&link.guance, side)? + tx.abandon(&link.guance, side.opposite())?;
            let what = Note::Gone { name: name_on(link, side).to_owned(), side: side.into() }.to_string();
            tx.note(Key::issue(run.source(), &link.guance).as_str(), &what, now)?;
            tracing::warn!(%side, id = %link.id(side), taken_back, "Issue is gone: its pair is left alone.");
            run.report.step(&Step::Skip { item: link.guance.to_string(), reason: SkipReason::Gone }, false);
        }
        Some(_) => {}
    }
    tx.commit()?;
    run.world.failpoints.hit("issue missed")?;
    Ok(())
}

fn name_on(link: &IssueLink, side: Side) -> &str {
    match side {
        Side::Tracker(_) => &link.jira_name,
        Side::Source(_) => link.guance.as_str(),
    }
}

/// Returns what follows from an issue having been read by id, if it was missed before.
pub(super) fn issue_found(run: &Run<'_>, link: &IssueLink, side: Side) -> Result<Option<Step>, Trouble> {
    let key = Key::issue(side, link.id(side));
    let was_missed = run.world.state.absences(&link.guance)?.contains_key(&key);
    Ok(was_missed.then(|| Step::Absence { key, pair: link.guance.clone(), now: Whereabouts::Back }))
}

/// Records where something is now.
pub(super) fn apply(
    run: &Run<'_>,
    tx: &Tx<'_>,
    key: &Key,
    pair: &IssueId,
    now: Whereabouts,
    at: DateTime<Utc>,
) -> Result<(), Trouble> {
    match now {
        Whereabouts::Missed => tx.missed(key, pair, run.number, at)?,
        Whereabouts::Gone => {
            tx.gone(key)?;
            tx.note(key.as_str(), &Note::Deleted.to_string(), at)?;
        }
        Whereabouts::Back => {
            let is_issue = run.source().both().into_iter().any(|side| key.issue_on(side).is_some());
            if tx.found(key)? {
                tx.note(key.as_str(), &Note::ThereAgain.to_string(), at)?;
                if is_issue {
                    tx.read_anew(pair)?;
                }
            }
        }
    }
    Ok(())
}

/// A write that was refused may have been about something that is not there any more: then it is no failure. Returns
/// whether it was, and the write is settled.
pub(super) fn was_about_nothing(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let Some(issue) = issue_of(&push.action) else { return Ok(false) };
    let Some(link) = run.pair(run.source(), &push.pair)? else { return Ok(false) };
    if run.about(push.target).comments_once {
        // A thread that shows nothing tells of no copy that it is gone.
        return Ok(false);
    }
    if !run.has_room(push.target, 1) {
        // It is asked for when a later run is told the same.
        try_later(run, &push.key, "refused, and no request was left to see whether it is still there")?;
        return Ok(true);
    }
    let is_long = run.abilities(push.target).parts.is_some() && long::is_long(run, &push.pair)?;
    let thread = if is_long {
        // One page tells whether the issue is there.
        run.thread_part(push.target, issue, Some(run.world.clock.now()), 1)?.map(|part| part.comments)
    } else {
        run.read_thread(push.target, issue)?
    };
    let Some(thread) = thread else {
        issues_missed(run, std::slice::from_ref(&link), push.target)?;
        let gone = run.pair(run.source(), &push.pair)?.is_some_and(|link| link.gone);
        if gone {
            let tx = run.world.state.begin()?;
            tx.forget_write(&push.key)?;
            tx.commit()?;
        } else {
            try_later(run, &push.key, "its issue could not be found")?;
        }
        return Ok(true);
    };
    let is_there = |id: &CommentId| thread.iter().any(|comment| comment.id == *id);
    match &push.action {
        Action::EditComment { comment, .. } if is_long => match long::glimpse(run, &link, comment)? {
            Glimpse::Gone => copy_is_gone(run, queued),
            Glimpse::NotFound => {
                try_later(run, &push.key, "refused, and its copy was not found in its long thread")?;
                Ok(true)
            }
            Glimpse::There(_) | Glimpse::Unknown => Ok(false),
        },
        Action::EditComment { comment, .. } if !is_there(comment) => copy_is_gone(run, queued),
        _ => Ok(false),
    }
}

/// A write that was in doubt and did not happen is not sent again where its original was missed meanwhile: the thread is
/// read again by the next run. Returns whether it was.
pub(super) fn take_back(run: &Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let state = run.world.state;
    if push.key != push.key.origin() || !state.absences(&push.pair)?.contains_key(&push.key) {
        return Ok(false);
    }
    let now = run.world.clock.now();
    let tx = state.begin()?;
    tx.forget_write(&push.key)?;
    tx.note(push.key.as_str(), &Note::NotSentAfterAll { why: SkipReason::Deleted.to_string() }.to_string(), now)?;
    tx.commit()?;
    run.world.failpoints.hit("taken back")?;
    Ok(true)
}

/// Somebody deleted the copy by hand: it is not made again, and its original's edits are not carried any more.
pub(super) fn copy_is_gone(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    if let Some(id) = push.key.comment_on(push.target.opposite()) {
        tx.set_written(push.target.opposite(), &id, &push.content)?;
    }
    tx.done(&push.key, now)?;
    tx.note(push.key.origin().as_str(), &Note::CopyDeleted.to_string(), now)?;
    tx.commit()?;
    run.world.failpoints.hit("copy gone")?;
    Ok(true)
}

fn issue_of(action: &Action) -> Option<&IssueId> {
    match action {
        // Nobody misses what only names an item.
        Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::JoinIssue { .. } => None,
        Action::AddComment { issue, .. }
        | Action::EditComment { issue, .. }
        | Action::DeleteComment { issue, .. }
        | Action::ChangeIssue { issue, .. }
        | Action::AddFile { issue, .. }
        | Action::LinkIssue { issue, .. } => Some(issue),
    }
}

/// Records issues of pairs that a read by id did not bring, once it is certain that we are somebody.
pub(super) fn issues_missed(run: &mut Run<'_>, links: &[IssueLink], side: Side) -> Result<(), Trouble> {
    if links.is_empty() {
        return Ok(());
    }
    // A service may show nothing to those it takes for nobody: are we still somebody?
    run.remote(side).identify()?;
    let has_archive = run.abilities(side).archive.is_some();
    let links = if has_archive { away::really_missed(run, links)? } else { links.to_vec() };
    for link in &links {
        issue_missed(run, link, side)?;
    }
    Ok(())
}
