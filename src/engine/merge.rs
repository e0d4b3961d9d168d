//! Fields that both sides keep: which pairs are compared, when, and with what readings.
//!
//! A reading that differs from the merge base makes its pair *due*, in the transaction that moves the cursor. Pairs that
//! are due are read by id on both sides, so that no lagging index and no old list decides, and then decided in
//! `plan::merge`. A field is written only onto what was just read.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::deliver::put_back;
use super::{Run, Trouble, gone, pings, pull, trust};
use crate::domain::{
    Action, Base, CommentId, Field, Issue, IssueId, IssueLink, Key, NewIssue, Person, Push, Receipt, Side, Stage,
};
use crate::plan::merge::{self, Counterpart, Pair, Says};
use crate::plan::{Step, people};
use crate::ports::{ApiError, ApiErrorKind};
use crate::state::{Deferral, Queued, Tx};

/// Most pairs that one run compares.
const MAX_PAIRS: usize = 500;
/// How old a reading may be on which a field is written.
const FRESH: TimeDelta = TimeDelta::seconds(10);
/// How soon a pair of which one side could not be understood is compared again.
const UNREADABLE_WAIT: TimeDelta = TimeDelta::minutes(10);

/// A reading by id, and when it was made.
pub(super) type Readings = HashMap<(Side, IssueId), (DateTime<Utc>, Issue)>;

/// Makes pairs due of which this reading says something else than the base.
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
    }
    Ok(())
}

/// Does so with Jira issues that were read by id, in a transaction of its own.
pub(super) fn noticed(run: &Run<'_>, issues: &[Issue]) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    notice(run, &tx, issues, now)?;
    shut(run, &tx, issues, now)?;
    Ok(tx.commit()?)
}

/// What is closed now, and not as a late index has it, is written to no more, also before the pair is compared.
fn shut(run: &Run<'_>, tx: &Tx<'_>, issues: &[Issue], now: DateTime<Utc>) -> Result<(), Trouble> {
    for issue in issues.iter().filter(|issue| run.world.policy.closed(issue).is_some()) {
        if let Some(link) = run.world.state.issue_link(Side::Jira, &issue.id)? {
            turn(tx, &link, true, now)?;
        }
    }
    Ok(())
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

/// This state has turned out to be behind the world: a status that waits to be written was decided on an old base, which
/// does not tell who changed it last.
pub(super) fn doubt_statuses(run: &mut Run<'_>) -> Result<(), Trouble> {
    for queued in run.world.state.unsettled()? {
        let Some((lane, Field::Status)) = queued.push.key.field_of() else { continue };
        if queued.stage == Stage::Pending {
            let tx = run.world.state.begin()?;
            tx.forget_base(&lane, Field::Status)?;
            tx.commit()?;
            decide_anew(run, &queued.push.key)?;
        }
    }
    Ok(())
}

/// Compares the pairs that are due.
pub(super) fn due(run: &mut Run<'_>) -> Result<()> {
    let due = run.world.state.fields_due(run.world.clock.now(), MAX_PAIRS)?;
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
fn read(run: &mut Run<'_>, side: Side, ids: &[IssueId]) -> Result<(), Trouble> {
    let batch = run.remote(side).issues(ids)?;
    let now = run.world.clock.now();
    for record in &batch.unreadable {
        tracing::warn!(%side, error = %record.why, "Record not understood.");
        run.report.unreadable(side, record);
        run.unreadable.extend(record.issue.clone().map(|id| (side, id)));
    }
    if side == Side::Jira {
        let tx = run.world.state.begin()?;
        shut(run, &tx, &batch.issues, now)?;
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
    let is = run.remote(on).person(&people::description(on, of, run.world.policy))?;
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
    let what = if closed { "its copy is closed: nothing is written to it" } else { "its copy is open again" };
    tx.note(Key::issue(Side::Guance, &link.guance).as_str(), what, now)?;
    tracing::debug!(id = %link.guance, closed, taken_back, "Closed status reached or left.");
    Ok(())
}

/// Returns what an issue says about a field, in the words of the base; the Jira issue's name tells the pair's route.
fn said(run: &Run<'_>, issue: &Issue, field: Field, jira_name: &str) -> String {
    merge::value(issue, field, &merge::carried(issue, jira_name, run.world.policy))
}

/// Makes sure that a field is written onto what was decided about; `false` when that has changed, and the pair is to be
/// compared again.
pub(super) fn still_holds(run: &mut Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, .. }, Some((lane, field))) = (&push.action, push.key.field_of()) else {
        return Ok(true);
    };
    let state = run.world.state;
    let key = (push.target, issue.clone());
    let is_fresh = |run: &Run<'_>| {
        let age = run.readings.get(&key).map(|(at, _)| run.world.clock.now() - *at);
        age.is_some_and(|age| age >= TimeDelta::zero() && age < FRESH)
    };
    if !is_fresh(run) {
        if !run.has_room(push.target, 1) {
            return Err(
                ApiError::new(push.target, ApiErrorKind::OutOfBudget, "no request left to read an issue").into()
            );
        }
        run.readings.remove(&key);
        read(run, push.target, std::slice::from_ref(issue))?;
    }
    let link = state.issue_link(Side::Guance, &lane)?;
    let name = link.as_ref().map(|link| link.jira_name.clone()).unwrap_or_default();
    let Some((_, now)) = run.readings.get(&key) else {
        let is_odd = run.unreadable.contains(&key);
        let later = Deferral { not_before: run.world.clock.now() + UNREADABLE_WAIT, counts: is_odd };
        put_back(run, &push.key, later, Some("the issue could not be read by id"))?;
        if !is_odd {
            gone::issues_missed(run, link.as_slice(), push.target)?;
        }
        return Ok(false);
    };
    let said = said(run, now, field, &name);
    let bases = state.bases(&lane)?;
    let expected = bases.get(&field).and_then(|base| base.on(push.target));
    let closed = push.target == Side::Jira && run.world.policy.closed(now).is_some();
    if !closed && expected.is_none_or(|expected| merge::same_value(field, push.target, expected, &said)) {
        return Ok(true);
    }
    decide_anew(run, &push.key)?;
    Ok(false)
}

/// Returns what a write in doubt has left, where the issue says what was sent. That may be somebody's doing as well: then
/// both mean the same. Not knowing it, guajira would take its own writing for a change. What stands in for a status is proof
/// only on a service that does not know that one, and nothing is that was there before.
pub(super) fn took_effect(run: &mut Run<'_>, queued: &Queued) -> Result<Option<Receipt>, Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, change, .. }, Some((lane, field))) = (&push.action, push.key.field_of()) else {
        return Ok(None);
    };
    let key = (push.target, issue.clone());
    run.readings.remove(&key);
    read(run, push.target, std::slice::from_ref(issue))?;
    let state = run.world.state;
    let name = state.issue_link(Side::Guance, &lane)?.map(|link| link.jira_name).unwrap_or_default();
    let bases = state.bases(&lane)?;
    let before = bases.get(&field).and_then(|base| base.on(push.target));
    let is_new = |now: &Issue| {
        before.is_none_or(|before| !merge::same_value(field, push.target, before, &said(run, now, field, &name)))
    };
    let proves = |now: &&Issue| match merge::says(now, change) {
        Says::This => is_new(now),
        Says::Substitute(status) => is_new(now) && !run.remote(push.target).knows_status(status),
        Says::Other => false,
    };
    let now = run.readings.get(&key).map(|(_, now)| now);
    Ok(now.filter(proves).map(|now| Receipt {
        id: now.id.to_string(),
        name: now.name.clone(),
        at: None,
        dropped: Vec::new(),
        issue: Some(Box::new(now.clone())),
    }))
}

/// A status may be reached in several steps, and a write that was cut off may have left the issue half-way: that is not
/// somebody's change. What the issue said no later than such a write could take effect counts as ours, and then what Guance
/// says is to be brought over, be it what it said before the write.
pub(super) fn own_traces(run: &Run<'_>, queued: &Queued) -> Result<(), Trouble> {
    let push = &queued.push;
    let (Action::ChangeIssue { issue, .. }, Some((lane, Field::Status))) = (&push.action, push.key.field_of()) else {
        return Ok(());
    };
    if push.target != Side::Jira {
        return Ok(());
    }
    let Some((_, now)) = run.readings.get(&(push.target, issue.clone())) else { return Ok(()) };
    if !may_be_ours(run, queued, now) {
        return Ok(());
    }
    let Some(base) = run.world.state.bases(&lane)?.remove(&Field::Status) else { return Ok(()) };
    let said = said(run, now, Field::Status, &now.name);
    if base.on(push.target) == Some(said.as_str()) {
        return Ok(());
    }
    let base = base.with(push.target, Some(said)).with(push.target.opposite(), Some(String::new()));
    let tx = run.world.state.begin()?;
    tx.set_base(&lane, Field::Status, &base)?;
    tx.commit()?;
    Ok(())
}

/// Returns true when an issue last changed no later than a write in doubt could take effect.
fn may_be_ours(run: &Run<'_>, queued: &Queued, now: &Issue) -> bool {
    let ours = run.world.clock.now();
    let side = queued.push.target;
    let ahead = run.identities.get(&side).and_then(|who| who.clock).map_or(TimeDelta::zero(), |it| it - ours);
    let latest = |sent| sent + ahead + super::delta(run.world.settings.in_doubt_wait);
    queued.sent_at.is_some_and(|sent| now.updated <= latest(sent))
}

/// Forgets a write and makes its pair due: what both sides say then decides.
pub(super) fn decide_anew(run: &mut Run<'_>, key: &Key) -> Result<(), Trouble> {
    let Some((lane, field)) = key.field_of() else { return Ok(()) };
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    tx.forget_write(key)?;
    tx.compare(&lane, Some(DateTime::UNIX_EPOCH))?;
    tx.note(key.origin().as_str(), &format!("the {field} is compared anew"), now)?;
    tx.commit()?;
    run.readings.retain(|(_, id), _| *id != lane);
    run.world.failpoints.hit("to be compared")?;
    Ok(())
}

/// Records that a change arrived, and what the issue says since; without that, it is learnt from the next reading.
pub(super) fn arrived(run: &Run<'_>, tx: &Tx<'_>, push: &Push, now: Option<&Issue>) -> Result<(), Trouble> {
    let Some((lane, field, base)) = brought_over(run, push)? else { return Ok(()) };
    let said = now.map(|now| said(run, now, field, &now.name));
    if said.is_none() {
        tx.compare(&lane, Some(DateTime::UNIX_EPOCH))?;
    }
    if now.is_some_and(|now| now.side == Side::Jira && run.world.policy.closed(now).is_some()) {
        // We closed it ourselves: what this run still finds to say is too late.
        tx.set_closed(&lane, true)?;
    }
    Ok(tx.set_base(&lane, field, &base.with(push.target, said))?)
}

/// Records that a change was refused: it counts as brought over, and is not tried again.
pub(super) fn given_up(run: &Run<'_>, tx: &Tx<'_>, push: &Push) -> Result<(), Trouble> {
    let Some((lane, field, base)) = brought_over(run, push)? else { return Ok(()) };
    Ok(tx.set_base(&lane, field, &base)?)
}

/// Returns the base on whose origin's side a change is no news any more.
fn brought_over(run: &Run<'_>, push: &Push) -> Result<Option<(IssueId, Field, Base)>, Trouble> {
    let (Action::ChangeIssue { value, .. }, Some((lane, field))) = (&push.action, push.key.field_of()) else {
        return Ok(None);
    };
    let base = run.world.state.bases(&lane)?.remove(&field).unwrap_or_default();
    let mut base = base.with(push.target.opposite(), Some(value.clone()));
    base.version = base.version.saturating_add(1);
    Ok(Some((lane, field, base)))
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

/// Keeps what a write's answer said, or forgets what is no longer true.
pub(super) fn written(run: &mut Run<'_>, push: &Push, receipt: &Receipt) {
    let Action::ChangeIssue { issue, .. } = &push.action else { return };
    let key = (push.target, issue.clone());
    match &receipt.issue {
        Some(now) => run.readings.insert(key, (run.world.clock.now(), (**now).clone())),
        None => run.readings.remove(&key),
    };
}
