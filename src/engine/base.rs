//! Merge bases: what both sides said when they last agreed, from the write that begins a pair to the one that arrived last.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::run::{Run, Trouble};
use crate::domain::{Action, Base, Field, Issue, IssueId, Key, NewIssue, Push, Receipt, Said, Stage};
use crate::plan::fields;
use crate::state::Tx;
use crate::words::Note;

/// What the history says of a pair whose Jira issue came into its closed status.
pub(super) const CLOSED: &str = "its copy is closed: nothing is written to it";

/// Returns what an issue says about a field, in the words of the base; the Jira issue's name tells the pair's route.
pub(super) fn said(run: &Run<'_>, issue: &Issue, field: Field, jira_name: &str) -> Said {
    fields::value(issue, field, &run.readings.carried(issue, jira_name, run.world.policy))
}

/// A pair that was just made: its base is what the create carried. What Jira made of it is read next.
///
/// `receipt` tells what the create left out, and what the new issue says; `None` where only its marker was found.
pub(super) fn begin(
    run: &Run<'_>,
    tx: &Tx<'_>,
    pair: &IssueId,
    new: &NewIssue,
    receipt: Option<&Receipt>,
) -> Result<(), Trouble> {
    let bases = fields::fresh(new, receipt, run.world.policy);
    for (field, base) in &bases {
        tx.set_base(pair, *field, base)?;
    }
    let is_settled = |(field, base): (&Field, &Base)| {
        let Field::Follower(one) = field else { return false };
        let is_asked = new.fields.iter().any(|new| new.field == one.word());
        let is_brought = base.guance.as_ref().is_some_and(|said| !said.words().is_empty());
        base.jira.is_some() && is_brought == is_asked
    };
    if !bases.iter().all(is_settled) {
        tx.compare(pair, Some(DateTime::UNIX_EPOCH))?;
    }
    Ok(())
}

/// A pair that was recognised: where this state itself was making it, the base is what that create carried; else both
/// sides are taken as they are.
pub(super) fn adopted(
    run: &Run<'_>,
    tx: &Tx<'_>,
    pair: &IssueId,
    own: Option<Push>,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    if !run.world.policy.carries_fields() {
        return Ok(());
    }
    match own.map(|push| push.action) {
        Some(Action::CreateIssue(new)) => begin(run, tx, pair, &new, None),
        // Behind what is known to have changed.
        _ => Ok(tx.compare(pair, Some(now))?),
    }
}

/// Forgets a write and makes its pair due: what both sides say then decides.
pub(super) fn decide_anew(run: &mut Run<'_>, key: &Key) -> Result<(), Trouble> {
    let Some((pair, field)) = key.field_of() else { return Ok(()) };
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    tx.forget_write(key)?;
    tx.compare(&pair, Some(DateTime::UNIX_EPOCH))?;
    tx.note(key.origin().as_str(), &Note::ComparedAnew { field: field.to_string() }.to_string(), now)?;
    tx.commit()?;
    run.readings.forget(run.source(), &pair);
    run.world.failpoints.hit("to be compared")?;
    Ok(())
}

/// Records that a change arrived, and what the issue says since; without that, it is learnt from the next reading.
pub(super) fn arrived(run: &Run<'_>, tx: &Tx<'_>, push: &Push, now: Option<&Issue>) -> Result<(), Trouble> {
    let Some((pair, field, base)) = brought_over(run, push)? else { return Ok(()) };
    let said = now.filter(|now| fields::is_told(now, field)).map(|now| said(run, now, field, &now.name));
    if said.is_none() {
        tx.compare(&pair, Some(DateTime::UNIX_EPOCH))?;
    }
    if now.is_some_and(|now| !now.side().is_source() && run.world.policy.closed(now).is_some()) {
        // We closed it ourselves: what this run still finds to say is too late.
        tx.set_closed(&pair, true)?;
        tx.note(Key::issue(run.source(), &pair).as_str(), CLOSED, run.world.clock.now())?;
    }
    Ok(tx.set_base(&pair, field, &base.with(push.target, said))?)
}

/// Records that a change was refused: it counts as brought over, and is not tried again.
pub(super) fn given_up(run: &Run<'_>, tx: &Tx<'_>, push: &Push) -> Result<(), Trouble> {
    let Some((pair, field, base)) = brought_over(run, push)? else { return Ok(()) };
    Ok(tx.set_base(&pair, field, &base)?)
}

/// Returns the base on whose origin's side a change is no news any more.
fn brought_over(run: &Run<'_>, push: &Push) -> Result<Option<(IssueId, Field, Base)>, Trouble> {
    let (Action::ChangeIssue { value, .. }, Some((pair, field))) = (&push.action, push.key.field_of()) else {
        return Ok(None);
    };
    let base = run.world.state.bases(&pair)?.remove(&field).unwrap_or_default();
    let mut base = base.with(push.target.opposite(), Some(Said::parse(push.target.opposite(), value)));
    base.version = base.version.saturating_add(1);
    Ok(Some((pair, field, base)))
}

/// This state has turned out to be behind the world: a status that waits to be written was decided on an old base, which
/// does not tell who changed it last.
pub(super) fn doubt_statuses(run: &mut Run<'_>) -> Result<(), Trouble> {
    for queued in run.world.state.unsettled()? {
        let Some((pair, Field::Status)) = queued.push.key.field_of() else { continue };
        if queued.stage == Stage::Pending {
            let tx = run.world.state.begin()?;
            tx.forget_base(&pair, Field::Status)?;
            tx.commit()?;
            decide_anew(run, &queued.push.key)?;
        }
    }
    Ok(())
}

/// Keeps what a write's answer said, or forgets what is no longer true.
pub(super) fn written(run: &mut Run<'_>, push: &Push, receipt: &Receipt) {
    let Action::ChangeIssue { issue, .. } = &push.action else { return };
    let at = run.world.clock.now();
    match &receipt.issue {
        Some(now) => run.readings.keep((**now).clone(), at),
        None => run.readings.forget(push.target, issue),
    }
}
