//! Threads and lists of more pages than a minute's requests: what a world of small pages looks like, and how it is read.

use chrono::{DateTime, Utc};
use guajira::domain::{Comment, IssueId, Side};
use guajira::ports::{ApiError, ApiErrorKind, ThreadPage, ThreadPart};

use super::gallery::{self, Bug};
use super::guance_remote::SimGuance;
use super::history::{Deed, Event, Setup, What};
use super::rng::{Rng, mix};

/// How small Guance's pages are, and how few of them a minute allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageSetup {
    /// Rows of a thread on a page; 0: as many as there are.
    pub(super) rows: usize,
    /// Requests a minute.
    pub(super) budget: u32,
    /// A page tells how many rows there are in all.
    pub(super) totals: bool,
    /// Lists have pages as large as the true ones.
    pub(super) large: bool,
}

impl PageSetup {
    /// A minute that lists its issues, reads a thread whole before each write to it, and carries a file, needs that many
    /// requests: where no counter is kept, every run reads a thread before it writes.
    const LEAST_WITH_FILES: u32 = 16;

    /// Gives a world enough requests for what it has to do.
    pub(super) fn enough(self, files: bool, register: bool) -> Self {
        let least = if files && !register { Self::LEAST_WITH_FILES } else { 0 };
        Self { budget: self.budget.max(least), ..self }
    }

    /// Every seventh world or so has small pages.
    pub(super) fn draw(seed: u64) -> Self {
        let rng = &mut Rng::new(mix(seed, 0x9a6e));
        if !rng.chance(14) {
            return Self { rows: 0, budget: 20, totals: true, large: false };
        }
        Self { rows: 3 + rng.below(3) as usize, budget: rng.pick(&[10, 12, 16]), totals: rng.chance(70), large: false }
    }

    pub(super) fn narrow(self) -> bool {
        self.rows > 0
    }
}

/// Storms: many issues at once, or many replies to one of them.
pub(super) fn also(setup: &Setup, uid: u32) -> Vec<Event> {
    let rng = &mut Rng::new(mix(setup.seed ^ 0x5709, u64::from(uid)));
    if !setup.pages.narrow() || !rng.chance(12) {
        return Vec::new();
    }
    let pick = rng.below(1000);
    let deed = match rng.below(100) {
        0..60 => Deed::Reply,
        60..75 => Deed::Repeat,
        _ => Deed::OpenGuance { listed: true },
    };
    let count = if matches!(deed, Deed::OpenGuance { .. }) { 3 + rng.below(4) } else { 4 + rng.below(14) };
    let event = |n| Event { uid: 80_000 + uid * 20 + n, after_s: n % 3, what: What::Person(deed, pick) };
    (0..count).map(event).collect()
}

impl SimGuance<'_> {
    /// The rows of a thread as they are now, newest first; `None` where there is no issue.
    fn rows(&self, issue: &IssueId) -> Option<Vec<Comment>> {
        let w = self.world.borrow();
        let issue = &w.guance.issues[w.guance.place(issue.as_str())?];
        let shown = issue.notes.iter().filter(|note| !note.deleted && !gallery::is_cut(&w, note));
        let mut rows: Vec<Comment> = shown.map(|note| w.guance_reply(issue, note)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.created, row.id.clone())));
        Some(rows)
    }

    /// A page of a thread as it is now, and how many rows there are; `None` where there is no issue.
    fn page(&self, issue: &IssueId, number: usize) -> Result<Option<(Vec<Comment>, usize)>, ApiError> {
        self.read_replies(issue, number)?;
        let Some(rows) = self.rows(issue) else { return Ok(None) };
        let size = match self.world.borrow().setup.pages.rows {
            0 => usize::MAX,
            size => size,
        };
        let page: Vec<Comment> = rows.iter().skip((number - 1).saturating_mul(size)).take(size).cloned().collect();
        self.world.borrow_mut().shown_thread(&page);
        Ok(Some((page, rows.len())))
    }

    /// A thread from its newest row on, as far as so many requests go.
    pub(super) fn newest(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let (size, totals, bug) = {
            let w = self.world.borrow();
            (w.setup.pages.rows, w.setup.pages.totals, w.bug)
        };
        let mut all: Vec<Comment> = Vec::new();
        for number in 1.. {
            let (page, total) = match self.page(issue, number) {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(None),
                Err(error) if error.kind == ApiErrorKind::OutOfBudget && number > 1 => {
                    return Ok(Some(part(all, Some(number), 0)));
                }
                Err(error) => return Err(error),
            };
            let is_old = page.first().zip(down_to).is_some_and(|(newest, down_to)| newest.created < down_to);
            let is_last = size == 0 || page.len() < size || is_old;
            all.extend(page.into_iter().filter(|row| all.iter().all(|known| known.id != row.id)).collect::<Vec<_>>());
            let pages = match size {
                0 => 1,
                _ if totals => total.div_ceil(size),
                _ => 0,
            };
            if is_last || totals && number >= pages {
                return Ok(Some(part(all, None, pages.max(number))));
            }
            if number >= requests || down_to.is_none() && pages > requests {
                let next = (bug != Some(Bug::PartForTheWhole)).then_some(number + 1);
                return Ok(Some(part(all, next, pages)));
            }
        }
        Ok(None)
    }

    pub(super) fn one_page(&self, issue: &IssueId, number: usize) -> Result<Option<ThreadPage>, ApiError> {
        let totals = self.world.borrow().setup.pages.totals;
        let Some((mut comments, total)) = self.page(issue, number)? else { return Ok(None) };
        comments.reverse();
        let times = || comments.iter().map(|comment| comment.created);
        let (oldest, newest) = (times().min(), times().max());
        Ok(Some(ThreadPage { oldest, newest, total: totals.then_some(total), odd: false, comments }))
    }

    /// The whole thread, oldest first, whatever it costs.
    pub(super) fn whole(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        match self.newest(issue, None, usize::MAX)? {
            // As a careful adapter: nothing is had of what was not read to its end.
            Some(part) if part.next.is_some() => {
                Err(ApiError::new(Side::GUANCE, ApiErrorKind::OutOfBudget, "a thread longer than the budget"))
            }
            part => Ok(part.map(|part| part.comments)),
        }
    }

    /// Reads as much of a thread as a look for a write may cost; `Some(false)` where that is not all of it.
    pub(super) fn can_look(&self, issue: Option<&IssueId>) -> Result<bool, ApiError> {
        let Some(issue) = issue.filter(|_| self.world.borrow().setup.pages.narrow()) else { return Ok(true) };
        Ok(self.newest(issue, None, self.budget.spare().max(1))?.is_none_or(|part| part.next.is_none()))
    }
}

fn part(mut comments: Vec<Comment>, next: Option<usize>, pages: usize) -> ThreadPart {
    comments.reverse();
    let newest = comments.iter().map(|comment| comment.created).max();
    debug_assert!(comments.iter().all(|comment| comment.side.is_source()));
    ThreadPart { comments, next, pages, newest, odd: false }
}
