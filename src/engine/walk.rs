//! How far a backfill has come, and the part of its window that is at hand.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Side;
use crate::ports::Batch;

/// So many issues of either side are about as many as a slice should bring.
const ENOUGH: usize = 200;

/// The narrowest slice: the services' times are whole seconds.
pub(super) const NARROWEST: TimeDelta = TimeDelta::seconds(1);

/// How wide a slice is at least that reads what the backfill itself has written, much of it in a short time: not all
/// services tell times apart that are less than a minute apart.
const OWN_WRITES: TimeDelta = TimeDelta::seconds(5);

/// How far a backfill has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// Where its window begins.
    pub(super) from: DateTime<Utc>,
    /// Where it ends; `None` is now.
    pub(super) until: Option<DateTime<Utc>>,
    /// What Jira's clock said when it began: what it writes carries later times.
    pub(super) began: DateTime<Utc>,
    /// When Jira had been read up to when it began: what it wrote itself carries earlier times.
    pub(super) wrote: Option<DateTime<Utc>>,
    /// Everything before this was read, planned, and put into the outbox.
    pub(super) next: DateTime<Utc>,
    /// How many milliseconds the next slice is wide.
    pub(super) width: i64,
    /// The latest times that were seen on Guance and on Jira.
    pub(super) seen: [Option<DateTime<Utc>>; 2],
}

/// A part of the window.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) walk: Walk,
    /// Exclusive; `None` is open.
    pub(super) until: Option<DateTime<Utc>>,
    /// True for the first one of this run.
    pub(super) is_first: bool,
    /// Where Jira need not be read on: the runs to come read what was changed since. `None` where no run reads it.
    pub(super) jira_ends: Option<DateTime<Utc>>,
    /// What Guance listed for it; taken out when it is taken over.
    pub(super) listed: Option<Batch>,
    /// How many issues one side brought, where the other brought fewer.
    pub(super) issues: usize,
}

impl Slice {
    /// Returns the slice that begins where the walk has come, at this time of Jira's clock.
    ///
    /// Guance is read to the window's end. Jira is read beyond it: an issue that changed again later may still hold comments
    /// from inside the window.
    pub(super) fn of(mut walk: Walk, is_first: bool, jira_ends: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        if walk.next >= walk.began && jira_ends.is_none() {
            walk.wrote = walk.wrote.or(Some(now));
        }
        let end = walk.next + TimeDelta::milliseconds(walk.width);
        let stops = [Some(walk.began), walk.until, walk.wrote].into_iter().flatten().filter(|stop| *stop > walk.next);
        let until = stops.chain([end]).min().unwrap_or(end);
        let reads_guance = walk.until.is_none_or(|until| walk.next < until);
        // What is opened while a short window is read is in it.
        let is_short = walk.next == walk.from && end >= walk.began && walk.until.is_none();
        let is_behind_own = walk.next >= walk.began && walk.wrote.is_none_or(|wrote| walk.next >= wrote);
        let is_open = is_short || is_behind_own && (walk.until.is_none() || !reads_guance);
        let until = (!is_open).then_some(until);
        Self { walk, until, is_first, jira_ends, listed: None, issues: 0 }
    }

    /// Returns true when a side is to be read for it.
    pub(super) fn reads(&self, side: Side) -> bool {
        let Walk { from, until, next, .. } = self.walk;
        match side {
            Side::Source(_) => until.is_none_or(|until| next < until),
            Side::Tracker(_) => next == from || self.jira_ends.is_none_or(|end| next < end),
        }
    }

    /// Returns true when nothing is left to be read behind this slice.
    pub(super) fn is_last(&self) -> bool {
        let Some(until) = self.until else { return true };
        self.walk.until.is_some_and(|end| until >= end) && self.jira_ends.is_some_and(|end| until >= end)
    }

    /// Takes note of what a side brought, and puts the latest time of all slices so far in the place of that of this one.
    pub(super) fn brought(&mut self, side: Side, batch: &mut Batch) {
        self.issues = self.issues.max(batch.issues.len());
        let [guance, jira] = &mut self.walk.seen;
        let seen = if side.is_source() { guance } else { jira };
        *seen = (*seen).max(batch.watermark);
        batch.watermark = *seen;
    }

    /// Returns where the walk goes on behind this slice.
    pub(super) fn then(&self) -> Walk {
        let Self { walk, until, issues, .. } = self;
        let width = TimeDelta::milliseconds(walk.width);
        let next = until.unwrap_or(walk.next);
        let meets_own_writes = self.jira_ends.is_none() && walk.next < walk.began && next >= walk.began;
        let width = match issues {
            _ if meets_own_writes => OWN_WRITES,
            many if *many > 2 * ENOUGH => width / i32::try_from(many / ENOUGH).unwrap_or(i32::MAX),
            many if *many > ENOUGH => width / 2,
            some if *some > ENOUGH / 2 => width,
            some if *some > ENOUGH / 5 => width * 2,
            0 => width * 16,
            _ => width * 4,
        };
        let least = if next >= walk.began { OWN_WRITES } else { NARROWEST };
        Walk { next, width: width.max(least).num_milliseconds(), ..*walk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn walk(next: i64, until: Option<i64>) -> Walk {
        let (from, until, began) = (at(0), until.map(at), at(10_000));
        Walk { from, until, began, wrote: None, next: at(next), width: 1_000_000, seen: [None, None] }
    }

    #[test]
    fn the_width_follows_what_came() {
        for (issues, seconds) in [(0, 16_000), (1, 4_000), (50, 2_000), (150, 1_000), (300, 500), (2_000, 100)] {
            let slice = Slice { issues, ..Slice::of(walk(1_000, None), false, None, at(11_000)) };
            assert_eq!((slice.then().next, slice.then().width), (at(2_000), seconds * 1_000), "{issues}");
        }
        let last_before = |ends| Slice::of(walk(9_500, None), false, ends, at(11_000)).then();
        assert_eq!(last_before(None).width, 5_000, "what comes then was written here");
        assert_eq!(last_before(Some(at(10_000))).width, 16_000_000);
    }

    /// The slices of a walk: where each begins and ends, and whether Guance and Jira are read for it.
    fn slices(until: Option<i64>, jira_ends: Option<i64>) -> Vec<(i64, Option<i64>, bool, bool)> {
        let mut walk = Walk { width: 6_000_000, ..walk(0, until) };
        let mut slices = Vec::new();
        loop {
            let slice = Slice { issues: 150, ..Slice::of(walk, false, jira_ends.map(at), at(10_015)) };
            let (next, until) = (slice.walk.next.timestamp(), slice.until.map(|until| until.timestamp()));
            slices.push((next, until, slice.reads(Side::GUANCE), slice.reads(Side::JIRA)));
            if slice.is_last() {
                return slices;
            }
            walk = slice.then();
        }
    }

    #[test]
    fn each_side_is_read_to_its_end() {
        // No run reads Jira yet: it is read to the present.
        let part = |from, until| (from, Some(until), true, true);
        let own = [part(10_000, 10_005), part(10_005, 10_010), part(10_010, 10_015), (10_015, None, true, true)];
        let to_now = [vec![(0, Some(6_000), true, true), (6_000, Some(10_000), true, true)], own.to_vec()].concat();
        assert_eq!(slices(None, None), to_now);
        // Runs read Jira: they read what was written here.
        let want = [(0, Some(6_000), true, true), (6_000, Some(10_000), true, true), (10_000, None, true, false)];
        assert_eq!(slices(None, Some(10_000)), want);
        // Guance is read to the window's end, and Jira beyond it.
        let want = [(0, Some(4_000), true, true), (4_000, Some(10_000), false, true)];
        assert_eq!(slices(Some(4_000), Some(10_000)), want);
        // A window that ends in the future.
        let want =
            [(0, Some(6_000), true, true), (6_000, Some(10_000), true, true), (10_000, Some(12_000), true, false)];
        assert_eq!(slices(Some(12_000), Some(10_000)), want);
    }
}
