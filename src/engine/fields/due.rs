//! The pairs that are due are read by id on both sides, so that no lagging index and no old list decides, and are then
//! compared by `plan::fields`.

use anyhow::Result;

use super::notice::turn;
use super::readings::{UNREADABLE_WAIT, read};
use crate::domain::{CommentId, Issue, IssueId, IssueLink, Person, Side, Stage};
use crate::engine::adopt::adopt;
use crate::engine::apply::apply;
use crate::engine::run::{Run, Trouble};
use crate::engine::{gone, pings};
use crate::plan::Step;
use crate::plan::fields::{self, Counterpart, Pair};
use crate::plan::issues;
use crate::ports::ApiError;

/// Most pairs that one run compares.
const MAX_PAIRS: usize = 500;

/// Compares the pairs that are due.
pub(in crate::engine) fn due(run: &mut Run<'_>) -> Result<()> {
    let due = run.world.state.fields_due(run.world.clock.now(), MAX_PAIRS)?;
    for some in due.chunks(100) {
        if run.is_down(run.tracker()) || run.must_stop() {
            return Ok(());
        }
        let links = match guance_side(run, some) {
            Ok(links) => links,
            Err(trouble) => return run.absorb(run.source(), trouble),
        };
        if let Err(trouble) = jira_side(run, &links) {
            return run.absorb(run.tracker(), trouble);
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
        let key = (run.source(), link.guance.clone());
        let is_read = |run: &Run<'_>| run.readings.of(run.source(), &link.guance).is_some();
        if !is_read(run) {
            if run.is_down(run.source()) || run.must_stop() || !run.has_room(run.source(), 1) {
                continue;
            }
            run.identify(run.source())?;
            read(run, run.source(), std::slice::from_ref(&link.guance))?;
        }
        if is_read(run) {
            at_hand.push(link.clone());
        } else {
            let absent = !run.unreadable.contains(&key);
            if absent {
                gone::issues_missed(run, std::slice::from_ref(link), run.source())?;
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
    run.identify(run.tracker())?;
    let ids: Vec<IssueId> = links.iter().map(|link| link.jira.clone()).collect();
    for id in &ids {
        run.readings.forget(run.tracker(), id);
    }
    read(run, run.tracker(), &ids)?;
    let goes_on = |run: &Run<'_>, link: &IssueLink| {
        let issue = &run.readings.of(run.tracker(), &link.jira)?.issue;
        issues::goes_on(issue, link).then(|| issue.clone())
    };
    let mut taken_over: Vec<Issue> = links.iter().filter_map(|link| goes_on(run, link)).collect();
    if !taken_over.is_empty() {
        // A search index that lags behind has told of the item before.
        adopt(run, &mut taken_over)?;
    }
    let missing = |link: &&IssueLink| run.readings.of(run.tracker(), &link.jira).is_none();
    let missing: Vec<IssueLink> = links.iter().filter(missing).cloned().collect();
    let is_absent = |run: &Run<'_>, link: &IssueLink| !run.unreadable.contains(&(run.tracker(), link.jira.clone()));
    let absent: Vec<IssueLink> = missing.iter().filter(|link| is_absent(run, link)).cloned().collect();
    gone::issues_missed(run, &absent, run.tracker())?;
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

/// Compares pairs whose both sides were read. An error tells which side it speaks against.
fn compare(run: &mut Run<'_>, links: &[IssueLink]) -> Result<(), (Side, Trouble)> {
    for link in links {
        if run
            .pair(run.source(), &link.guance)
            .map_err(|err| (run.tracker(), err.into()))?
            .is_some_and(|link| link.retired)
        {
            continue;
        }
        let sides =
            run.source().both().map(|side| run.readings.of(side, link.id(side)).map(|reading| reading.issue.clone()));
        let [Some(guance), Some(jira)] = sides else { continue };
        let tracker = run.tracker();
        let fatal = |trouble: Trouble| (tracker, trouble);
        let state = run.world.state;
        let bases = state.bases(&link.guance).map_err(|err| fatal(err.into()))?;
        let queued = state.field_writes(&link.guance).map_err(|err| fatal(err.into()))?;
        let mut found = Vec::new();
        let carried = run.readings.carried(&guance, &jira.name, run.world.policy);
        let (guance, jira, bases, queued, carried) = (&guance, &jira, &bases, &queued, carried.as_ref());
        loop {
            let pair = Pair { link, guance, jira, carried, bases, queued, found: &found };
            let Some((on, of)) = fields::stranger(&pair, run.world.policy) else { break };
            let is = who(run, on, &of).map_err(|err| (on, err.into()))?;
            found.push(Counterpart { on, of, is });
        }
        let pair = Pair { link, guance, jira, carried, bases, queued, found: &found };
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
    let is = run.person(on, &asked)?;
    run.people.push(Counterpart { on, of: of.clone(), is: is.clone() });
    Ok(is)
}

/// Decides about a pair and takes the decision over.
fn conclude(run: &mut Run<'_>, pair: &Pair<'_>) -> Result<(), Trouble> {
    let (state, policy) = (run.world.state, run.world.policy);
    let now = run.world.clock.now();
    let steps = pings::name_people_in_descriptions(run, fields::decide(pair, policy));
    let in_doubt = pair.queued.values().any(|(stage, _)| *stage == Stage::InFlight);
    let tx = state.begin()?;
    if let Some(link) = run.pair(run.source(), &pair.link.guance)? {
        turn(&tx, &link, policy.closed(pair.jira).is_some(), now)?;
    }
    for step in &steps {
        if let Step::Push(push) = step
            && let Some(id) = push.key.comment_on(run.source()).filter(CommentId::is_notice)
            && (state.comment_link(run.source(), &id)?.is_some() || state.is_queued(&push.key)?)
        {
            // This notice was given already.
            continue;
        }
        apply(run, &tx, step, false, now)?;
    }
    tx.fields_read(&pair.link.guance, Some(pair.guance.created), now)?;
    tx.compare(&pair.link.guance, in_doubt.then_some(now))?;
    tx.commit()?;
    run.world.failpoints.hit("compared")?;
    Ok(())
}
