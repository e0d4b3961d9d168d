//! The life of a field's write: what it was decided on must still hold, and a lost answer is made up for.

use chrono::TimeDelta;

use super::readings::{UNREADABLE_WAIT, read};
use crate::domain::{Action, Field, Issue, Receipt, Said};
use crate::engine::base::{decide_anew, said};
use crate::engine::gone;
use crate::engine::memory::Reading;
use crate::engine::queue::put_back;
use crate::engine::run::{Run, Trouble, delta};
use crate::plan::fields::{self, Says};
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::{Deferral, Queued};

/// How old a reading may be on which a field is written.
const FRESH: TimeDelta = TimeDelta::seconds(10);

/// Makes sure that a field is written onto what was decided about; `false` when that has changed, and the pair is to be
/// compared again.
pub(in crate::engine) fn still_holds(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, .. }, Some((pair, field))) = (&push.action, push.key.field_of()) else {
        return Ok(true);
    };
    let state = run.world.state;
    let key = (push.target, issue.clone());
    let is_fresh = |run: &Run<'_>| {
        let age = run.readings.of(push.target, issue).map(|reading| run.world.clock.now() - reading.at);
        age.is_some_and(|age| age >= TimeDelta::zero() && age < FRESH)
    };
    if !is_fresh(run) {
        if !run.has_room(push.target, 1) {
            return Err(
                ApiError::new(push.target, ApiErrorKind::OutOfBudget, "no request left to read an issue").into()
            );
        }
        run.readings.forget(push.target, issue);
        read(run, push.target, std::slice::from_ref(issue))?;
    }
    let link = run.pair(run.source(), &pair)?;
    let name = link.as_ref().map(|link| link.jira_name.clone()).unwrap_or_default();
    let Some(Reading { issue: now, .. }) = run.readings.of(push.target, issue) else {
        let is_odd = run.unreadable.contains(&key);
        let later = Deferral { not_before: run.world.clock.now() + UNREADABLE_WAIT, counts: is_odd };
        put_back(run, &push.key, later, Some("the issue could not be read by id"))?;
        if !is_odd {
            gone::issues_missed(run, link.as_slice(), push.target)?;
        }
        return Ok(false);
    };
    let said = said(run, now, field, &name);
    let bases = state.bases(&pair)?;
    let expected = bases.get(&field).and_then(|base| base.on(push.target));
    let closed = !push.target.is_source() && run.world.policy.closed(now).is_some();
    if !closed && expected.is_none_or(|expected| fields::same_value(field, push.target, expected, &said)) {
        return Ok(true);
    }
    decide_anew(run, &push.key)?;
    Ok(false)
}

/// Returns what a write in doubt has left, where the issue says what was sent. That may be somebody's doing as well: then
/// both mean the same. Not knowing it, guajira would take its own writing for a change. What stands in for a status is proof
/// only on a service that does not know that one, and nothing is that was there before.
pub(in crate::engine) fn took_effect(run: &mut Run<'_>, queued: &Queued) -> Result<Option<Receipt>, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, change, .. }, Some((pair, field))) = (&push.action, push.key.field_of()) else {
        return Ok(None);
    };
    run.readings.forget(push.target, issue);
    read(run, push.target, std::slice::from_ref(issue))?;
    let state = run.world.state;
    let name = run.pair(run.source(), &pair)?.map(|link| link.jira_name).unwrap_or_default();
    let bases = state.bases(&pair)?;
    let before = bases.get(&field).and_then(|base| base.on(push.target));
    let is_new = |now: &Issue| {
        before.is_none_or(|before| !fields::same_value(field, push.target, before, &said(run, now, field, &name)))
    };
    let proves = |now: &&Issue| match fields::says(now, change) {
        Says::This => is_new(now),
        Says::Substitute(status) => is_new(now) && !run.knows_status(push.target, status),
        Says::Other => false,
    };
    let now = run.readings.of(push.target, issue).map(|reading| &reading.issue);
    Ok(now.filter(proves).map(|now| Receipt::of(now.id.as_str(), None).named(&now.name).reads(Some(now.clone()))))
}

/// A status may be reached in several steps, and a write that was cut off may have left the issue half-way: that is not
/// somebody's change. What the issue said no later than such a write could take effect counts as ours, and then what Guance
/// says is to be brought over, be it what it said before the write. Returns whether there was something to count so.
pub(in crate::engine) fn own_traces(run: &Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, .. }, Some((pair, Field::Status))) = (&push.action, push.key.field_of()) else {
        return Ok(false);
    };
    if !run.about(push.target).statuses_in_steps {
        return Ok(false);
    }
    let Some(Reading { issue: now, .. }) = run.readings.of(push.target, issue) else { return Ok(false) };
    if !may_be_ours(run, queued, now) {
        return Ok(false);
    }
    let Some(base) = run.world.state.bases(&pair)?.remove(&Field::Status) else { return Ok(false) };
    let said = said(run, now, Field::Status, &now.name);
    if base.on(push.target) == Some(&said) {
        return Ok(false);
    }
    let base = base.with(push.target, Some(said)).with(push.target.opposite(), Some(Said::nothing()));
    let tx = run.world.state.begin()?;
    tx.set_base(&pair, Field::Status, &base)?;
    tx.commit()?;
    Ok(true)
}

/// Returns true when an issue last changed no later than a write in doubt could take effect.
fn may_be_ours(run: &Run<'_>, queued: &Queued, now: &Issue) -> bool {
    let ours = run.world.clock.now();
    let side = queued.push.target;
    // A service that is asked who we are only once tells its clock with whatever it was asked since.
    let told = || run.remote(side).identify().ok()?.clock;
    let clock = run.identities.get(&side).and_then(|who| who.clock).or_else(told);
    let ahead = clock.map_or(TimeDelta::zero(), |it| it - ours);
    let latest = |sent| sent + ahead + delta(run.world.settings.limits.in_doubt_wait);
    queued.sent_at.is_some_and(|sent| now.updated <= latest(sent))
}
