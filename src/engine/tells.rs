//! Whether Guance's list tells that somebody has replied: that a reply moves its issue's update time, and that the list is by
//! that time, is not documented.
//!
//! It is learnt from threads that are read anyway, and every reading goes on asking. Where the list tells, a thread is read when
//! it does, and now and then besides; where it does not, or nobody knows yet, threads are read in every run.
//!
//! INVARIANT: one reply of which the list told nothing outweighs all those of which it did. That it tells is believed only
//! after several replies in a row.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::run::{Run, Trouble};
use crate::domain::{Comment, Issue, IssueLink};
use crate::state::{State, StateError};

/// Fact: what is believed.
const FACT: &str = "engine.list-tells-replies";

/// So many replies in a row make it believed.
const ENOUGH: usize = 3;

/// A reply and the change of its issue that it made carry times that differ by this at most.
const SAME: TimeDelta = TimeDelta::seconds(2);

/// So long after a reply a list has come to know of it.
const LATE: TimeDelta = TimeDelta::minutes(1);

/// What is believed, and what speaks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Belief {
    /// Whether the list tells.
    tells: bool,
    /// While that is not believed: the replies in a row of which it told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    told: Vec<String>,
}

/// Returns whether the list tells of replies; `None` where that is not known yet.
///
/// # Errors
/// When the file cannot be read.
pub fn known(state: &State) -> Result<Option<bool>, StateError> {
    Ok(recall(state)?.filter(|belief| belief.tells || belief.told.is_empty()).map(|belief| belief.tells))
}

fn recall(state: &State) -> Result<Option<Belief>, StateError> {
    Ok(state.fact(FACT)?.and_then(|(belief, _)| serde_json::from_str(&belief).ok()))
}

/// Takes note of issues that the poll has listed.
pub(super) fn listed(run: &mut Run<'_>, reading: &Reading, issues: &[Issue]) {
    if reading.sweep || run.order.backfill.is_some() {
        return;
    }
    let from = reading.span.from - SAME;
    for issue in issues {
        if issue.created < from {
            run.poll.changed.insert(issue.id.clone());
        }
        if issue.updated <= issue.created + SAME {
            run.poll.untouched.insert(issue.id.clone());
        }
    }
}

/// Takes note that the poll has listed everything.
pub(super) fn polled(run: &mut Run<'_>, reading: &Reading) {
    let clock = run.identities.get(&run.source()).and_then(|identity| identity.clock);
    run.poll.span = clock.filter(|_| !reading.turned_back).map(|clock| (reading.span.from, clock));
}

/// Returns up to which change of its issue a thread counts as read that shows one of this time: what was written within the
/// same second may have come later.
pub(super) fn read_up_to(run: &Run<'_>, updated: DateTime<Utc>) -> DateTime<Utc> {
    match run.poll.span {
        Some((_, clock)) if clock < updated + SAME => updated - SAME,
        _ => updated,
    }
}

/// What a reply says about the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Witness {
    /// The list told of it.
    For,
    /// The list would have told of it by now.
    Against,
    /// Nothing.
    None,
}

/// Learns from a thread that was read. `is_called` is whether the list, or what is known of the thread, called for that;
/// `brings` whether its last words were not known.
pub(super) fn learn(
    run: &Run<'_>,
    link: &IssueLink,
    comments: &[Comment],
    is_called: bool,
    brings: bool,
) -> Result<(), Trouble> {
    let Some(last) = comments.iter().max_by_key(|comment| comment.updated) else { return Ok(()) };
    let Some(span) = run.poll.span else { return Ok(()) };
    let listed = run.guance_updated.get(&link.guance).copied();
    let has_changed = run.poll.changed.contains(&link.guance);
    // What guajira wrote, and what a monitor did, need not be as what people write.
    let is_persons = last.claim.is_none() && !last.by_monitor;
    match witness(span, last.updated, listed, has_changed, (brings, is_called)) {
        Witness::None => Ok(()),
        Witness::For if !is_persons => Ok(()),
        Witness::For => speaks_for(run, format!("{}@{}", last.id, last.updated.timestamp())),
        Witness::Against => {
            let now = run.world.clock.now();
            let before = recall(run.world.state)?;
            if before.as_ref().is_some_and(|belief| belief.tells) {
                tracing::warn!(id = %link.guance, "Guance's list told nothing of a reply: threads are read in every run again.");
            }
            if before.is_none_or(|belief| belief != Belief::default()) {
                keep(run, &Belief::default(), now)?;
            }
            Ok(())
        }
    }
}

fn witness(
    (from, clock): (DateTime<Utc>, DateTime<Utc>),
    at: DateTime<Utc>,
    listed: Option<DateTime<Utc>>,
    has_changed: bool,
    (brings, is_called): (bool, bool),
) -> Witness {
    let is_same = listed.is_some_and(|listed| (listed - at).abs() <= SAME);
    let is_silent = listed.is_none_or(|listed| listed < at - SAME);
    match () {
        // What was known before tells how the list was then.
        () if is_same && has_changed && brings => Witness::For,
        () if is_silent && at <= clock - LATE && (at >= from + SAME || brings && !is_called) => Witness::Against,
        () => Witness::None,
    }
}

fn speaks_for(run: &Run<'_>, reply: String) -> Result<(), Trouble> {
    let mut belief = recall(run.world.state)?.unwrap_or_default();
    if belief.tells || belief.told.contains(&reply) {
        return Ok(());
    }
    belief.told.push(reply);
    if belief.told.len() >= ENOUGH {
        belief = Belief { tells: true, told: Vec::new() };
    }
    keep(run, &belief, run.world.clock.now())
}

fn keep(run: &Run<'_>, belief: &Belief, now: DateTime<Utc>) -> Result<(), Trouble> {
    Ok(run.world.state.set_fact(FACT, &serde_json::json!(belief).to_string(), now)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_list_must_have_told_speaks_against_it() {
        let at = |seconds: i64| DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap_or_default();
        // The poll has listed everything of ten minutes.
        let span = (at(-600), at(0));
        let (news, unheard, known) = ((true, true), (true, false), (false, true));
        for (reply, listed, has_changed, how, want) in [
            (-90, Some(-90), true, news, Witness::For),
            (-90, Some(-91), true, unheard, Witness::For),
            (-90, Some(-90), true, known, Witness::None),
            // Listed because it was opened then, or changed by somebody later.
            (-90, Some(-90), false, news, Witness::None),
            (-90, Some(-10), true, news, Witness::None),
            (-90, Some(-300), true, news, Witness::Against),
            (-90, Some(-300), false, known, Witness::Against),
            (-90, None, false, news, Witness::Against),
            // The list may not know of it yet.
            (-30, None, false, unheard, Witness::None),
            (-30, Some(-300), true, news, Witness::None),
            // The list was not asked so far back, but an earlier run's was.
            (-4000, None, false, news, Witness::None),
            (-4000, None, false, unheard, Witness::Against),
        ] {
            let got = witness(span, at(reply), listed.map(at), has_changed, how);
            assert_eq!(got, want, "{reply} {listed:?} {has_changed} {how:?}");
        }
    }
}
