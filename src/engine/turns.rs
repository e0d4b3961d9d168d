//! How often Guance's threads and fields come round again, and in which order.

use chrono::{DateTime, TimeDelta, Utc};

use crate::plan::Deletes;
use crate::ports::LIST_PAGE;
use crate::state::{InTurn, State, StateError};

/// How soon a Guance thread comes round again, by how long ago something happened in the pair.
pub(super) const TURNS: [(TimeDelta, TimeDelta); 3] = [
    (TimeDelta::hours(1), TimeDelta::minutes(5)),
    (TimeDelta::days(1), TimeDelta::minutes(30)),
    (TimeDelta::days(30), TimeDelta::hours(6)),
];

/// How soon a thread comes round again where Guance's list tells that somebody has replied: nobody waits for that look, which
/// asks whether the list still tells.
const SLOW_TURNS: [(TimeDelta, TimeDelta); 3] = [
    (TimeDelta::hours(1), TimeDelta::minutes(30)),
    (TimeDelta::days(1), TimeDelta::hours(3)),
    (TimeDelta::days(30), TimeDelta::days(1)),
];

/// Returns how soon a thread comes round again where the list tells of replies. Nothing is known of whether it tells of
/// deletions: where those are followed, threads are looked at for them.
pub(super) fn slow_turns(deletes: Deletes) -> [(TimeDelta, TimeDelta); 3] {
    if deletes == Deletes::Keep { SLOW_TURNS } else { TURNS }
}

/// Within what time of the last words a thread is read in every run where no list tells of a reply.
pub(super) const FRESH: TimeDelta = TimeDelta::hours(1);

/// The others, which are read with what is left of the minute.
pub(super) const REST: [TimeDelta; 2] = [TimeDelta::days(1), TimeDelta::days(30)];

/// A thread that was read within this time is not read again in turn: runs may follow each other faster than minutes.
pub(super) const ONE_RUN: TimeDelta = TimeDelta::seconds(30);

/// Of the threads of a run so many are those whose turn it is, where there are more fresh ones than requests.
pub(super) const FOR_TURNS: usize = 2;

/// How many issues a page of Guance's list holds, unless it was met otherwise.
const PAGE: u64 = 100;

/// Returns how much a thread wants to be read: more, the longer nobody has looked, and the less time has passed since
/// something was said in the pair. After twice the silence it is about half as likely that somebody speaks; replies wait
/// least, taken together, where a thread is read as often as the square root of that. For the same reason a thread is read
/// twice as often where somebody on Jira had the last word, which a reply is four times as likely to follow, and half as
/// often again where somebody on Guance is responsible. These two are estimates; nobody has measured them.
pub(super) fn urge(now: DateTime<Utc>, thread: &InTurn) -> u64 {
    let seconds = |since: DateTime<Utc>| u64::try_from((now - since).num_seconds()).unwrap_or_default();
    let silent_for_minutes = (seconds(thread.times.active) / 60).max(1);
    let weight = if thread.awaits_answer { 2000 } else { 1000 } * if thread.is_assigned { 3 } else { 2 } / 2;
    seconds(thread.times.read).saturating_mul(weight) / silent_for_minutes.isqrt().max(1)
}

/// Fact: how many requests the reading of a thread takes, in hundredths.
pub(super) const COST: &str = "engine.thread-cost";

/// Returns how many requests the reading of a thread has taken, in hundredths; `None` where none was read yet.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn cost(state: &State) -> Result<Option<u64>, StateError> {
    Ok(state.fact(COST)?.and_then(|(cost, _)| cost.parse().ok()))
}

/// Returns how many issues a page of Guance's list holds.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn page(state: &State) -> Result<u64, StateError> {
    let met = state.fact(LIST_PAGE)?.and_then(|(rows, _)| rows.parse().ok());
    Ok(met.filter(|rows| *rows > 0).unwrap_or(PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IssueId, IssueLink};
    use crate::state::PairTimes;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(1000) + TimeDelta::minutes(minutes)
    }

    /// A thread in which somebody spoke so many minutes ago.
    fn thread(ago: i64, awaits_answer: bool, is_assigned: bool) -> InTurn {
        let link = IssueLink::new(IssueId::new("issue_1"), IssueId::new("1"), "OPS-1");
        let times = PairTimes { active: at(-ago), read: at(-1) };
        InTurn { link, times, was_missed: false, is_dear: false, awaits_answer, is_assigned }
    }

    /// How often each thread is read in ten hours, where one is in each minute.
    fn reads<const N: usize>(mut threads: [InTurn; N]) -> [usize; N] {
        let mut reads = [0; N];
        for minute in 0..600 {
            let all = threads.iter_mut().zip(&mut reads);
            let Some((thread, reads)) = all.max_by_key(|(thread, _)| urge(at(minute), thread)) else { break };
            thread.times.read = at(minute);
            *reads += 1;
        }
        reads
    }

    #[test]
    fn fresh_threads_are_read_more_often_and_none_is_forgotten() {
        // In one somebody spoke a minute ago, in others an hour, a day and a month ago.
        let reads = reads([1, 60, 1440, 43_200].map(|ago| thread(ago, false, false)));
        assert!(reads.is_sorted_by(|more, less| more > less), "{reads:?}");
        assert!(reads.last() >= Some(&5), "{reads:?}");
    }

    #[test]
    fn threads_in_which_somebody_waits_for_an_answer_are_read_more_often_and_none_is_forgotten() {
        let all = [(true, true), (true, false), (false, true), (false, false)];
        let reads = reads(all.map(|(awaits_answer, is_assigned)| thread(60, awaits_answer, is_assigned)));
        assert!(reads.is_sorted_by(|more, less| more > less), "{reads:?}");
        assert!(reads.last() >= Some(&80), "{reads:?}");
    }
}
