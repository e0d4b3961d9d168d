//! Fields that both sides keep: which pairs are compared, when, and with what readings.
//!
//! A reading that differs from the merge base makes its pair *due*, in the transaction that moves the cursor. Pairs that
//! are due are read by id on both sides, so that no lagging index and no old list decides, and then decided in
//! `plan::merge`. What becomes of what is to be written is `change`'s.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Run, Trouble, away, change, gone, pings, pull, trust};
use crate::domain::{Action, CommentId, Field, Issue, IssueId, IssueLink, Key, NewIssue, Person, Push, Side, Stage};
use crate::plan::merge::{self, Counterpart, Pair};
use crate::plan::{Step, people};
use crate::ports::ApiError;
use crate::state::Tx;

/// Most pairs that one run compares.
const MAX_PAIRS: usize = 500;
/// How soon a pair of which one side could not be understood is compared again.
pub(super) const UNREADABLE_WAIT: TimeDelta = TimeDelta::minutes(10);

/// A reading by id, and when it was made.
pub(super) type Readings = HashMap<(Side, IssueId), (DateTime<Utc>, Issue)>;

/// Makes pairs due of which this reading says something else than the base. What it says is closed is written to no
/// more from now on: if only a late index has it so, the comparison finds out.
pub(super) fn notice(run: &Run<'_>, tx: &Tx<'_>, issues: &[Issue], now: DateTime<Utc>) -> Result<(), Trouble> {
    let policy = run.world.policy;
    let compared = policy.flow.carries_fields() || policy.routes.iter().any(|route| route.closed_status.is_some());
    if !compared {
        return Ok(());
    }
    let state = run.world.state;
    for issue in issues {
        let Some(link) = state.issue_link(issue.side, &issue.id)? else { continue };
        if issue.side == Side::Guance {
            tx.fields_read(&link.guance, Some(issue.created), now)?;
        }
        if issue.side == Side::Jira && trust::may_have_forgotten(run, &link, issue.updated)? {
            // Who changed a status last cannot be told from an old base: the sides are compared as of a pair found again.
            tx.forget_base(&link.guance, Field::Status)?;
        }
        let (fields, turned) = merge::differs(issue, &link, &state.bases(&link.guance)?, policy);
        if turned || is_news(run, issue, &link, &fields)? || is_overtaken(run, issue, &link)? {
            tx.compare(&link.guance, Some(DateTime::UNIX_EPOCH))?;
        }
        if is_closed(run, issue) {
            turn(tx, &link, true, now)?;
        }
    }
    Ok(())
}

/// Does so with Jira issues that were read by id, in a transaction of its own.
pub(super) fn noticed(run: &Run<'_>, issues: &[Issue]) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    notice(run, &tx, issues, now)?;
    Ok(tx.commit()?)
}

/// A Jira issue that is closed is written to no more, also before its pair is compared.
fn is_closed(run: &Run<'_>, issue: &Issue) -> bool {
    issue.side == Side::Jira && run.world.policy.closed(issue).is_some()
}

/// What is on its way already is no news.
fn is_news(run: &Run<'_>, issue: &Issue, link: &IssueLink, fields: &[Field]) -> Result<bool, Trouble> {
    if fields.is_empty() {
        return Ok(false);
    }
    let queued = run.world.state.field_writes(&link.guance)?;
    let new = merge::carried(issue, &link.jira_name, run.world.policy);
    Ok(fields.iter().any(|field| {
        let (key, _) = merge::write_of(link, *field, issue.side, &merge::value(issue, *field, &new));
        !queued.contains_key(&key)
    }))
}

/// Returns true when a write waits that carries what this side does not say any more.
fn is_overtaken(run: &Run<'_>, issue: &Issue, link: &IssueLink) -> Result<bool, Trouble> {
    let waiting = run.world.state.waiting_fields(&link.guance, issue.side.opposite())?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let new = merge::carried(issue, &link.jira_name, run.world.policy);
    let says = |field| merge::write_of(link, field, issue.side, &merge::value(issue, field, &new)).1;
    Ok(waiting.into_iter().any(|(field, content)| says(field) != content))
}

/// Compares the pairs that are due.
pub(super) fn due(run: &mut Run<'_>) -> Result<()> {
    let due = run.world.state.fields_due(run.world.clock.now(), away::enough_for(run, MAX_PAIRS)?)?;
    let mut due = away::without_lost(run, &due)?;
    due.truncate(MAX_PAIRS);
    for some in due.chunks(100) {
        if run.is_down(Side::Jira) || run.must_stop() {
            return Ok(());
        }
        let links = match guance_side(run, some) {
            Ok(links) => links,
            Err(trouble) => return run.absorb(Side::Guance, trouble),
        };
        if let Err(trouble) = jira_side(run, &links) {
            return run.absorb(Side::Jira, trouble);
        }
        if let Err((side, trouble)) = compare(run, &links) {
            return run.absorb(side, trouble);
        }
    }
    Ok(())
}

/// Reads the Guance issues that this run has not read yet; returns the pairs of which that side is at hand.
fn guance_side(run: &mut Run<'_>, links: &[IssueLink]) -> Result<Vec<IssueLink>, Trouble> {
    let mut at_hand = Vec::new();
    for link in links {
        let key = (Side::Guance, link.guance.clone());
        if !run.readings.contains_key(&key) {
            if run.is_down(Side::Guance) || run.must_stop() || !run.has_room(Side::Guance, 1) {
                continue;
            }
            run.identify(Side::Guance)?;
            read(run, Side::Guance, std::slice::from_ref(&link.guance))?;
        }
        if run.readings.contains_key(&key) {
            at_hand.push(link.clone());
        } else {
            let absent = !run.unreadable.contains(&key);
            if absent {
                gone::issues_missed(run, std::slice::from_ref(link), Side::Guance)?;
            }
            settle_unread(run, link, absent)?;
        }
    }
    Ok(at_hand)
}

fn jira_side(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), Trouble> {
    if links.is_empty() {
        return Ok(());
    }
    run.identify(Side::Jira)?;
    let ids: Vec<IssueId> = links.iter().map(|link| link.jira.clone()).collect();
    for id in &ids {
        run.readings.remove(&(Side::Jira, id.clone()));
    }
    read(run, Side::Jira, &ids)?;
    let missing = |link: &&IssueLink| !run.readings.contains_key(&(Side::Jira, link.jira.clone()));
    let missing: Vec<IssueLink> = links.iter().filter(missing).cloned().collect();
    let is_absent = |run: &Run<'_>, link: &IssueLink| !run.unreadable.contains(&(Side::Jira, link.jira.clone()));
    let absent: Vec<IssueLink> = missing.iter().filter(|link| is_absent(run, link)).cloned().collect();
    gone::issues_missed(run, &absent, Side::Jira)?;
    for link in missing {
        settle_unread(run, &link, is_absent(run, &link))?;
    }
    Ok(())
}

/// An issue that is gone or hidden calls for no comparison until it is seen again; one that could not be understood is
/// read again later.
fn settle_unread(run: &Run<'_>, link: &IssueLink, absent: bool) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    tx.compare(&link.guance, (!absent).then_some(now + UNREADABLE_WAIT))?;
    if absent {
        tx.fields_read(&link.guance, None, now)?;
    }
    tx.commit()?;
    Ok(())
}

/// Reads issues by id.
pub(super) fn read(run: &mut Run<'_>, side: Side, ids: &[IssueId]) -> Result<(), Trouble> {
    let batch = run.remote(side).issues(ids)?;
    if side == Side::Jira {
        away::noticed(run, &batch, false)?;
    }
    let now = run.world.clock.now();
    for record in &batch.unreadable {
        tracing::warn!(%side, error = %record.why, "Record not understood.");
        run.report.unreadable(side, record);
        run.unreadable.extend(record.issue.clone().map(|id| (side, id)));
    }
    let closed: Vec<&Issue> = batch.issues.iter().filter(|issue| is_closed(run, issue)).collect();
    if !closed.is_empty() {
        let tx = run.world.state.begin()?;
        for issue in closed {
            if let Some(link) = run.world.state.issue_link(side, &issue.id)? {
                turn(&tx, &link, true, now)?;
            }
        }
        tx.commit()?;
    }
    run.readings.extend(batch.issues.into_iter().map(|issue| ((side, issue.id.clone()), (now, issue))));
    Ok(())
}

/// Compares pairs whose both sides were read.
fn compare(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), (Side, Trouble)> {
    for link in links {
        let sides =
            Side::BOTH.map(|side| run.readings.get(&(side, link.id(side).clone())).map(|(_, issue)| issue.clone()));
        let [Some(guance), Some(jira)] = sides else { continue };
        let fatal = |trouble: Trouble| (Side::Jira, trouble);
        let state = run.world.state;
        let bases = state.bases(&link.guance).map_err(|err| fatal(err.into()))?;
        let queued = state.field_writes(&link.guance).map_err(|err| fatal(err.into()))?;
        let mut found = Vec::new();
        loop {
            let pair = Pair { link, guance: &guance, jira: &jira, bases: &bases, queued: &queued, found: &found };
            let Some((on, of)) =
                people::stranger(&pair, &merge::carried(&guance, &jira.name, run.world.policy), run.world.policy)
            else {
                break;
            };
            let is = who(run, on, &of).map_err(|err| (on, err.into()))?;
            found.push(Counterpart { on, of, is });
        }
        let pair = Pair { link, guance: &guance, jira: &jira, bases: &bases, queued: &queued, found: &found };
        conclude(run, &pair).map_err(fatal)?;
    }
    Ok(())
}

/// Looks for a person on a side, once per run.
fn who(run: &mut Run<'_>, on: Side, of: &Person) -> Result<Option<Person>, ApiError> {
    if let Some(known) = run.people.iter().find(|known| known.on == on && known.of == *of) {
        return Ok(known.is.clone());
    }
    let by_address_or_name = || Person { id: String::new(), ..of.clone() };
    let asked = pings::told(run, on, of)?.unwrap_or_else(by_address_or_name);
    let is = run.remote(on).person(&asked)?;
    run.people.push(Counterpart { on, of: of.clone(), is: is.clone() });
    Ok(is)
}

/// Decides about a pair and takes the decision over.
fn conclude(run: &mut Run<'_>, pair: &Pair<'_>) -> Result<(), Trouble> {
    let (state, policy) = (run.world.state, run.world.policy);
    let now = run.world.clock.now();
    let steps = pings::name_people_in_descriptions(run, merge::decide(pair, policy));
    let in_doubt = pair.queued.values().any(|(stage, _)| *stage == Stage::InFlight);
    let tx = state.begin()?;
    if let Some(link) = state.issue_link(Side::Guance, &pair.link.guance)? {
        turn(&tx, &link, policy.closed(pair.jira).is_some(), now)?;
    }
    for step in &steps {
        if let Step::Push(push) = step
            && let Some(id) = push.key.comment_on(Side::Guance).filter(CommentId::is_notice)
            && (state.comment_link(Side::Guance, &id)?.is_some() || state.is_queued(&push.key)?)
        {
            // This notice was given already.
            continue;
        }
        pull::apply(run, &tx, step, false, now)?;
    }
    tx.fields_read(&pair.link.guance, Some(pair.guance.created), now)?;
    tx.compare(&pair.link.guance, in_doubt.then_some(now))?;
    tx.commit()?;
    run.world.failpoints.hit("compared")?;
    Ok(())
}

/// Records that the Jira issue has come into its closed status, or left it.
fn turn(tx: &Tx<'_>, link: &IssueLink, closed: bool, now: DateTime<Utc>) -> Result<(), Trouble> {
    if closed == link.closed {
        return Ok(());
    }
    let taken_back = tx.set_closed(&link.guance, closed)?;
    let what = if closed { change::CLOSED } else { "its copy is open again" };
    tx.note(Key::issue(Side::Guance, &link.guance).as_str(), what, now)?;
    tracing::debug!(id = %link.guance, closed, taken_back, "Closed status reached or left.");
    Ok(())
}

/// Returns what an issue says about a field, in the words of the base; the Jira issue's name tells the pair's route.
pub(super) fn said(run: &Run<'_>, issue: &Issue, field: Field, jira_name: &str) -> String {
    merge::value(issue, field, &merge::carried(issue, jira_name, run.world.policy))
}

/// A pair that was just made: its base is what the create carried. What Jira made of it is read next.
pub(super) fn begin(run: &Run<'_>, tx: &Tx<'_>, lane: &IssueId, new: &NewIssue) -> Result<(), Trouble> {
    let bases = merge::fresh(new, run.world.policy);
    for (field, base) in &bases {
        tx.set_base(lane, *field, base)?;
    }
    if !bases.is_empty() {
        tx.compare(lane, Some(DateTime::UNIX_EPOCH))?;
    }
    Ok(())
}

/// A pair that was recognised: where this state itself was making it, the base is what that create carried; else both
/// sides are taken as they are.
pub(super) fn adopted(
    run: &Run<'_>,
    tx: &Tx<'_>,
    lane: &IssueId,
    own: Option<Push>,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    if !run.world.policy.flow.carries_fields() {
        return Ok(());
    }
    match own.map(|push| push.action) {
        Some(Action::CreateIssue(new)) => begin(run, tx, lane, &new),
        // Behind what is known to have changed.
        _ => Ok(tx.compare(lane, Some(now))?),
    }
}

/// Keeps what a list said, for the comparisons of this run.
pub(super) fn keep(run: &mut Run<'_>, issues: &[Issue]) {
    if run.world.policy.flow.carries_fields() {
        let now = run.world.clock.now();
        run.readings.extend(issues.iter().map(|issue| ((issue.side, issue.id.clone()), (now, issue.clone()))));
    }
}
