//! How a write ends: it has happened, it is given up, or what it was for turns out to be somebody else's.

use chrono::{DateTime, Utc};

use super::made::{self, Made};
use super::queue::try_later;
use super::run::{Run, Trouble};
use super::tell::Came;
use super::{base, optional, reuse, screens, tell};
use crate::domain::{Action, CommentId, CommentLink, FileLink, IssueId, IssueLink, Push, Receipt};
use crate::ports::ApiError;
use crate::state::{Queued, Tx};
use crate::words::Note;

/// How a write is known to have happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// The remote answered our request.
    Answered,
    /// Its marker was found.
    Found,
    /// It may have happened, and nobody can look: it counts as sent.
    Nothing,
}

/// Records a write that has happened: link and outbox row in one transaction.
pub(super) fn settle(run: &mut Run<'_>, push: &Push, receipt: &Receipt, evidence: Evidence) -> Result<(), Trouble> {
    let world = run.world;
    let now = world.clock.now();
    let tx = world.state.begin()?;
    let (name, what) = (receipt.name.clone(), push.summary.clone());
    let note = match evidence {
        Evidence::Answered => Note::Written { name, what },
        Evidence::Found => Note::Found { name, what },
        Evidence::Nothing => Note::CountsAsSent { what },
    };
    tx.note(push.key.origin().as_str(), &note.to_string(), now)?;
    if !link(run, &tx, push, receipt, evidence, now)? && evidence == Evidence::Found {
        drop(tx);
        let why = format!("{} was found for it, and is the copy of something else", receipt.name);
        return try_later(run, &push.key, &why);
    }
    reuse::counted_anew(run, &tx, push, now)?;
    let makes_pair = matches!(push.action, Action::CreateIssue(_) | Action::ContinueIssue(_));
    let jira_name = makes_pair.then_some(receipt.name.as_str());
    let status = receipt.issue.as_deref().map(|issue| issue.status.name.as_str());
    tell::settled(run, &tx, push, Came { jira_name, status }, now)?;
    tx.done(&push.key, now)?;
    for field in &receipt.dropped {
        let (name, why) = (field.field.clone(), field.why.clone());
        let what = Note::LeftOut { field: name, side: push.target.into(), why }.to_string();
        tx.note(push.key.origin().as_str(), &what, now)?;
    }
    tx.commit()?;
    tracing::info!(key = %push.key, id = %receipt.name, "Write settled.");
    if evidence != Evidence::Nothing {
        run.report.delivered(push, receipt, evidence == Evidence::Found);
    }
    if evidence == Evidence::Answered {
        note_made(run, push, receipt)?;
    }
    if evidence == Evidence::Answered && matches!(push.action, Action::CreateIssue(_)) {
        // Both threads of a pair that is just made hold nothing of ours.
        run.read_whole.extend(run.source().both().map(|side| (side, push.pair.clone())));
    }
    base::written(run, push, receipt);
    world.failpoints.hit("settled")?;
    let left = run.left.after_one(now, || world.state.pending())?;
    world.progress.delivered(run.report.written(), left);
    Ok(())
}

/// Names in the report what was made, with the addresses of the pair.
fn note_made(run: &mut Run<'_>, push: &Push, receipt: &Receipt) -> Result<(), Trouble> {
    let Some(kind) = made::kind(&push.action) else { return Ok(()) };
    let jira = match push.action {
        Action::CreateIssue(_) | Action::ContinueIssue(_) => Some(receipt.name.clone()),
        _ => run.pair(run.source(), &push.pair)?.map(|pair| pair.jira_name),
    };
    let jira_url = jira.as_deref().map(|name| run.world.jira.issue_url(name));
    let made = Made {
        kind,
        key: push.key.as_str().to_owned(),
        target: push.target,
        id: receipt.id.clone(),
        item: push.pair.to_string(),
        jira,
        item_url: run.world.guance.issue_url(push.pair.as_str()),
        jira_url,
    };
    run.report.made.add(made);
    Ok(())
}

/// Records what is one thing now; false when one of both is another's already.
fn link(
    run: &Run<'_>,
    tx: &Tx<'_>,
    push: &Push,
    receipt: &Receipt,
    evidence: Evidence,
    now: DateTime<Utc>,
) -> Result<bool, Trouble> {
    match &push.action {
        Action::CreateIssue(new) => {
            // What we have just made holds nothing of ours yet; what was found may hold anything.
            let seen = (evidence == Evidence::Answered).then_some(DateTime::UNIX_EPOCH);
            let jira = IssueId::new(receipt.id.clone());
            let link = IssueLink::new(push.pair.clone(), jira, &receipt.name);
            let link = IssueLink { guance_seen: seen, jira_seen: seen, ..link };
            if !tx.link_issues(&link, receipt.at.unwrap_or(now), now)? {
                return Ok(false);
            }
            if let Some(reuse) = &new.reuse {
                tx.set_reuse(&push.pair, &reuse.key)?;
            }
            optional::of_new_pair_in(run, tx, push, (&link.jira, &link.jira_name), now)?;
            let receipt = Some(receipt).filter(|_| evidence == Evidence::Answered);
            base::begin(run, tx, &push.pair, new, receipt)?;
        }
        Action::ContinueIssue(continued) => return reuse::settled(run, tx, push, (continued, receipt), now),
        Action::AddComment { .. } => {
            let origin = push.target.opposite();
            let Some(origin_id) = push.key.comment_on(origin) else { return Ok(true) };
            return Ok(tx.link_comments(
                &CommentLink {
                    origin,
                    origin_id,
                    copy_id: CommentId::new(receipt.id.clone()),
                    pair: push.pair.clone(),
                    written: Some(push.content.clone()),
                },
                now,
            )?);
        }
        Action::AddFile { file, .. } => {
            let (origin_id, copy_id, pair) = (file.id.clone(), receipt.id.clone(), push.pair.clone());
            return Ok(tx.link_files(&FileLink { origin: file.side, origin_id, copy_id, pair }, now)?);
        }
        Action::EditComment { .. } => {
            let origin = push.target.opposite();
            if let Some(origin_id) = push.key.comment_on(origin) {
                tx.set_written(origin, &origin_id, &push.content)?;
            }
        }
        Action::ChangeIssue { .. } => base::arrived(run, tx, push, receipt.issue.as_deref())?,
        Action::DeleteComment { .. } => {
            let origin = push.target.opposite();
            let link = push.key.comment_on(origin).map(|id| run.world.state.comment_link(origin, &id)).transpose()?;
            if let Some(link) = link.flatten() {
                tx.forget_comments(&link)?;
            }
        }
        Action::JoinIssue { .. } => reuse::named(run, tx, push, now)?,
        Action::LinkIssue { .. } => {}
    }
    Ok(true)
}

/// Gives a write up, and keeps it for a person with the service's own words.
pub(super) fn bury(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<(), Trouble> {
    let (world, key) = (run.world, &queued.push.key);
    let now = world.clock.now();
    tracing::warn!(%key, error = %err, "Write refused for good.");
    let tx = world.state.begin()?;
    tx.bury(key, &err.message, now)?;
    tx.advise(key, err.hint.as_deref())?;
    base::given_up(run, &tx, &queued.push)?;
    reuse::buried(&tx, &queued.push)?;
    tell::dead(run, &tx, &queued.push, err, now)?;
    tx.note(
        key.origin().as_str(),
        &Note::RefusedForGood { what: queued.push.summary.clone(), why: err.message.clone() }.to_string(),
        now,
    )?;
    tx.commit()?;
    screens::refused(run, &queued.push);
    run.report.item_failed(&queued.push, err);
    world.failpoints.hit("buried")?;
    Ok(())
}

/// What was taken for a copy is somebody else's writing: it is left alone, and its original is carried as a new one.
pub(super) fn disown(run: &mut Run<'_>, push: &Push, err: &ApiError) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let origin = push.target.opposite();
    let link = push.key.comment_on(origin).map(|id| run.world.state.comment_link(origin, &id)).transpose()?.flatten();
    tracing::warn!(key = %push.key, error = %err, "Not written over: it is somebody else's.");
    let tx = run.world.state.begin()?;
    tx.forget_write(&push.key)?;
    if let Some(link) = link {
        tx.forget_comments(&link)?;
    }
    tx.read_anew(&push.pair)?;
    tx.note(push.key.origin().as_str(), &Note::NotWrittenOver { why: err.message.clone() }.to_string(), now)?;
    tx.commit()?;
    run.originals.forget(&push.pair);
    run.read_whole.retain(|(_, pair)| *pair != push.pair);
    run.world.failpoints.hit("disowned")?;
    Ok(())
}
