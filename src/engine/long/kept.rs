//! What is kept of a long thread from run to run, and what a reading of it brought.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{Comment, IssueId};
use crate::engine::run::{Run, Trouble};
use crate::plan::{Extent, Row};
use crate::state::{LONG_THREAD, THREAD_ROWS};

/// A reply may be shown so much later than others that were written after it; what comes later still is found when the
/// thread is read whole.
pub(super) const SHOWN_LATE: TimeDelta = TimeDelta::minutes(1);

/// What is known of a long thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Long {
    /// How many pages it had.
    pub(super) pages: usize,
    /// True when everything is known that was written until `newest`.
    pub(super) known: bool,
    /// When the newest reply was written that is known.
    pub(super) newest: DateTime<Utc>,
    /// When the reading began that came to its end last, by our clock.
    pub(super) began: DateTime<Utc>,
    /// A reading that has not come to its end.
    pub(super) reading: Option<Reading>,
    /// When it was last read to its end, by our clock: the fact's own time.
    #[serde(skip)]
    pub(super) read: DateTime<Utc>,
}

/// A reading from the oldest replies on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    /// The page to go on with; the newest page is number 1.
    pub(super) page: usize,
    /// While the oldest page is not found: one that holds something, and one that holds nothing.
    pub(super) seeks: Option<(usize, Option<usize>)>,
    /// When the newest reply was written that was reached.
    pub(super) reached: DateTime<Utc>,
    /// When it began, by our clock.
    pub(super) began: DateTime<Utc>,
    /// True when a reply could not be read.
    pub(super) odd: bool,
    /// True when something in it could not be decided: it is read once more.
    pub(super) unsettled: bool,
}

/// What a thread holds, without the words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rows {
    /// Where all is known.
    pub(super) known: Vec<Row>,
    /// What the reading under way has brought.
    pub(super) reading: Vec<Row>,
}

/// What a reading of a thread brought.
pub(in crate::engine) struct Read {
    /// Oldest first.
    pub(in crate::engine) comments: Vec<Comment>,
    pub(super) came: Came,
    /// What to keep once this was taken over.
    pub(super) kept: Option<(Long, Rows)>,
}

/// What that is of the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    All,
    Completed,
    Known,
    Part,
}

impl Read {
    /// Returns what the comments are of the thread.
    pub(in crate::engine) fn extent(&self) -> Extent<'_> {
        let rows = self.kept.as_ref().map(|(_, rows)| rows.known.as_slice()).unwrap_or_default();
        match self.came {
            Came::All => Extent::All,
            Came::Completed => Extent::Completed(rows),
            Came::Known => Extent::Known(rows),
            Came::Part => Extent::Part,
        }
    }

    /// Returns true when all of the thread is known now, from this reading or from those before.
    pub(in crate::engine) fn is_known(&self) -> bool {
        self.came != Came::Part
    }

    /// Returns how many pages the thread has.
    pub(in crate::engine) fn pages(&self) -> usize {
        self.kept.as_ref().map_or(1, |(long, _)| long.pages.max(1))
    }

    /// Returns true when something of a reading that has come to its end was left undecided before.
    pub(in crate::engine) fn was_unsettled(&self) -> bool {
        let Some((long, _)) = &self.kept else { return false };
        long.reading.as_ref().is_some_and(|reading| reading.page == 0 && reading.unsettled)
    }
}

/// Keeps how far a thread is known, once what came was taken over.
pub(in crate::engine) fn keep(run: &Run<'_>, pair: &IssueId, read: Read, settled: bool) -> Result<(), Trouble> {
    let Some((mut long, rows)) = read.kept else { return Ok(()) };
    match read.came {
        Came::All | Came::Completed => long.reading = None,
        Came::Known | Came::Part => {
            // One that has come to page 0 has come to its end.
            long.reading = long.reading.filter(|reading| reading.page > 0);
            if let Some(reading) = &mut long.reading {
                reading.unsettled |= !settled;
            }
        }
    }
    let state = run.world.state;
    let names = [format!("{THREAD_ROWS}{pair}"), format!("{LONG_THREAD}{pair}")];
    if long.pages <= 1 && long.known && long.reading.is_none() {
        if recall(run, pair)?.is_some() {
            for name in &names {
                state.forget_fact(name)?;
            }
        }
        return Ok(());
    }
    let values = [serde_json::json!(rows).to_string(), serde_json::json!(long).to_string()];
    for (name, value) in names.iter().zip(values) {
        state.set_fact(name, &value, long.read)?;
    }
    Ok(())
}

pub(super) fn recall(run: &Run<'_>, pair: &IssueId) -> Result<Option<Long>, Trouble> {
    let fact = run.world.state.fact(&format!("{LONG_THREAD}{pair}"))?;
    Ok(fact.and_then(|(value, read)| Some(Long { read, ..serde_json::from_str(&value).ok()? })))
}

pub(super) fn recall_rows(run: &Run<'_>, pair: &IssueId) -> Result<Rows, Trouble> {
    let fact = run.world.state.fact(&format!("{THREAD_ROWS}{pair}"))?;
    Ok(fact.and_then(|(value, _)| serde_json::from_str(&value).ok()).unwrap_or_default())
}

/// Returns true for a thread that was of more than one page when it was last read.
pub(in crate::engine) fn is_long(run: &Run<'_>, pair: &IssueId) -> Result<bool, Trouble> {
    Ok(recall(run, pair)?.is_some())
}

/// The long threads, and whether there is a rest of each that is not known.
pub(in crate::engine) fn threads(run: &Run<'_>) -> Result<BTreeMap<IssueId, bool>, Trouble> {
    let facts = run.world.state.facts_of(LONG_THREAD)?;
    let has_rest = |value: &str| serde_json::from_str::<Long>(value).is_ok_and(|long| long.reading.is_some());
    Ok(facts.into_iter().map(|(name, value, _)| (IssueId::new(name), has_rest(&value))).collect())
}

/// Adds rows that are not there yet, and puts new readings into the place of older ones.
pub(super) fn add(rows: &mut Vec<Row>, comments: &[Comment]) {
    let fresh: HashSet<_> = comments.iter().map(|comment| &comment.id).collect();
    rows.retain(|row| !fresh.contains(&row.id));
    rows.extend(comments.iter().map(Row::from));
    rows.sort_by_key(|row| row.created);
}
