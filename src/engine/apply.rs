//! What a step of the plan does to the state.

use chrono::{DateTime, Utc};

use super::run::{Run, Trouble};
use super::tell::Came;
use super::{base, gone, optional, references, reuse, tell};
use crate::domain::{Action, CommentLink, IssueId, IssueLink, Key, Kin, NewIssue, Push, Stage};
use crate::plan::{SkipReason, Step};
use crate::state::Tx;
use crate::words::Note;

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
            tell::taken_back(run, tx, push)?;
            tell::foresee(run, push)?;
            tx.enqueue(&references::settled(run, push)?, held, now)?;
            let what = push.summary.clone();
            let note = if held { Note::HeldByBrake { what } } else { Note::Enqueued { what } };
            tx.note(push.key.origin().as_str(), &note.to_string(), now)?;
        }
        Step::AdoptIssue { guance, jira, jira_name, kin } => {
            adopt_issue(run, tx, guance, (jira, jira_name, kin.as_ref()), now)?;
        }
        Step::AdoptComment(link) => adopt_comment(run, tx, link, now)?,
        Step::AdoptFile(link) => {
            if tx.link_files(link, now)? {
                let key = Key::file(link.origin, &link.origin_id);
                tx.note(key.as_str(), &Note::Recognised { name: link.copy_id.clone() }.to_string(), now)?;
            }
        }
        Step::Disown(link) => {
            tx.forget_comments(link)?;
            // What was taken for the copy is somebody's own writing there.
            tx.read_anew(&link.pair)?;
            let what = Note::Disowned { name: link.copy_id.to_string() }.to_string();
            tx.note(Key::comment(link.origin, &link.origin_id).as_str(), &what, now)?;
        }
        Step::Rename { guance, jira_name } => {
            tx.rename(guance, jira_name)?;
            tx.note(
                Key::issue(run.source(), guance).as_str(),
                &Note::Renamed { name: jira_name.clone() }.to_string(),
                now,
            )?;
        }
        Step::Absence { key, pair, now: where_now } => gone::apply(run, tx, key, pair, *where_now, now)?,
        Step::Base { guance, field, base } => tx.set_base(guance, *field, base)?,
        Step::Withdraw { key, reason } => {
            tx.withdraw(key)?;
            tx.note(key.origin().as_str(), &Note::NotSentAfterAll { why: reason.to_string() }.to_string(), now)?;
        }
        Step::Skip { item, reason } => {
            if !reason.is_routine() && *reason != SkipReason::InDoubt {
                let is_new = tx.note(item, &Note::NotCarried { why: reason.to_string() }.to_string(), now)?;
                // A backfill is told which window to read.
                if is_new && (run.order.backfill.is_none() || *reason != SkipReason::OutsideWindow) {
                    run.report.first_met(reason);
                }
            }
        }
    }
    Ok(())
}

/// Links a comment to the copy of it that was recognised.
fn adopt_comment(run: &Run<'_>, tx: &Tx<'_>, link: &CommentLink, now: DateTime<Utc>) -> Result<(), Trouble> {
    let key = Key::comment(link.origin, &link.origin_id);
    let own = run.world.state.unsettled_write(&key)?;
    if !tx.link_comments(link, now)? {
        return Ok(());
    }
    if let Some(push) = &own {
        tell::settled(run, tx, push, Came::default(), now)?;
    }
    // The copy may say something older than what is waiting to be sent: the original is planned again.
    tx.thread_read(&link.pair, link.origin, None, DateTime::UNIX_EPOCH, now)?;
    tx.note(key.as_str(), &Note::Recognised { name: link.copy_id.to_string() }.to_string(), now)?;
    Ok(())
}

/// Pairs an issue with the copy of it that was recognised.
fn adopt_issue(
    run: &Run<'_>,
    tx: &Tx<'_>,
    guance: &IssueId,
    (jira, jira_name, kin): (&IssueId, &str, Option<&Kin>),
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    let known = run.world.state.issue_link(run.source(), guance)?;
    let waits = known.as_ref().is_some_and(|known| known.waits_for(jira));
    if waits {
        tx.detach(guance)?;
    }
    let has_another = known.is_some() && !waits;
    if let Some(kin) = kin.filter(|_| !has_another) {
        reuse::recognised(run, tx, guance, (jira, kin), now)?;
    }
    let link = IssueLink::new(guance.clone(), jira.clone(), jira_name);
    let key = Key::issue(run.source(), guance);
    let own = run.world.state.unsettled_write(&key)?;
    let was_sent = run.world.state.stage_of(&key)? == Some(Stage::InFlight);
    if !tx.link_issues(&link, now, now)? {
        let what = Note::NotRecognised { name: jira_name.to_owned() }.to_string();
        tx.note(key.as_str(), &what, now)?;
        return Ok(());
    }
    if was_sent {
        // Jira is still at work on what else it was asked for then.
        tx.look_anew(run.tracker())?;
    }
    if let Some(push) = &own {
        tell::settled(run, tx, push, Came { jira_name: Some(jira_name), status: None }, now)?;
    }
    // Where a search gives no properties, this state knows what it was to be called.
    if let Some(Action::CreateIssue(NewIssue { reuse: Some(reuse), .. })) = own.as_ref().map(|push| &push.action) {
        tx.set_reuse(guance, &reuse.key)?;
    }
    optional::of_adopted(run, tx, own.as_ref(), (jira, jira_name), now)?;
    base::adopted(run, tx, guance, own, now)?;
    if let Some(kin) = kin {
        reuse::resume(run, tx, &link, kin, now)?;
    }
    tx.note(key.as_str(), &Note::Recognised { name: jira_name.to_owned() }.to_string(), now)?;
    Ok(())
}

pub(super) fn is_create(push: &Push) -> bool {
    matches!(push.action, Action::CreateIssue(_))
}
