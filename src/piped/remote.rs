//! The inbox as a source: what is unread is what changed.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::take::event;
use crate::alarm::{Event, Round, SIDE, STATUSES, rounds};
use crate::domain::{Comment, CommentId, IssueId};
use crate::ports::{
    Abilities, Ability, About, ApiError, Batch, Clock, Identity, Inbox, InboxRow, Listing, Presence, Remote, Span,
    Threads, Unreadable,
};

/// What is known of a piped source without asking it.
pub const ABOUT: About = About {
    side: SIDE,
    shown: "Alarms",
    abilities: &[Ability::Threads],
    batch: 1,
    is_metered: false,
    tells_account: false,
    statuses: STATUSES,
    listing: Listing::ByUpdate,
    threads_in_turn: false,
    comments_once: false,
    marks_files: false,
    reads_comments: true,
    hides_addresses: false,
    statuses_in_steps: false,
};

/// Most unread rows of one run; the next one goes on behind them.
const MOST_UNREAD: usize = 10_000;

/// Rows asked for at once.
const PAGE: usize = 500;

/// Most rows of one item: of a longer round the first event and the newest ones are read.
const MOST_OF_ITEM: usize = 10_000;

/// A source whose events are piped in.
pub struct Piped<'a> {
    name: String,
    inbox: &'a dyn Inbox,
    /// After how long without an event an item is over, and by whose clock.
    close_after: Option<(TimeDelta, &'a dyn Clock)>,
}

impl std::fmt::Debug for Piped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piped").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Piped<'a> {
    /// Returns the source of this name.
    pub fn new(name: impl Into<String>, inbox: &'a dyn Inbox) -> Self {
        Self { name: name.into(), inbox, close_after: None }
    }

    /// Lets items end of which nothing was heard for so long, when they are read by id.
    #[must_use]
    pub fn close_after(mut self, silence: Option<Duration>, clock: &'a dyn Clock) -> Self {
        self.close_after =
            silence.and_then(|silence| TimeDelta::from_std(silence).ok()).map(|silence| (silence, clock));
        self
    }

    /// Returns the round of an item, whether all of its rows could be read, and what was wrong with those that could not.
    fn round(&self, item: &IssueId) -> Result<(Option<Round>, bool, Vec<Unreadable>), ApiError> {
        let rows = self.inbox.rows_of(&self.name, item, MOST_OF_ITEM)?;
        let is_whole = rows.len() < MOST_OF_ITEM;
        let (events, odd) = events(rows);
        let mut round = rounds(events).remove(item);
        if let (Some(round), Some((silence, clock))) = (&mut round, self.close_after) {
            round.end_when_silent(silence, clock.now());
        }
        Ok((round, is_whole && odd.is_empty(), odd))
    }

    fn unread(&self, span: &Span) -> Result<(Vec<InboxRow>, Option<u64>), ApiError> {
        let mut rows: Vec<InboxRow> = Vec::new();
        let mut after = 0;
        while rows.len() < MOST_UNREAD {
            let page = self.inbox.unread(&self.name, after, PAGE)?;
            let Some(last) = page.last().filter(|last| last.number > after) else { break };
            after = last.number;
            let is_last = page.len() < PAGE;
            rows.extend(page);
            if is_last {
                break;
            }
        }
        let Some(until) = span.until else { return Ok((rows, Some(after).filter(|after| *after > 0))) };
        // What a window leaves out is read by the next ordinary run.
        rows.retain(|row| row.arrived >= span.from && row.arrived < until);
        Ok((rows, None))
    }
}

impl Remote for Piped<'_> {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { threads: Some(self), ..Abilities::default() }
    }

    /// There is nobody to ask.
    fn identify(&self) -> Result<Identity, ApiError> {
        Ok(Identity::default())
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        if span.ours_only {
            return Ok(Batch::default());
        }
        let (rows, read_to) = self.unread(span)?;
        let mut batch = Batch { watermark: rows.iter().map(|row| row.arrived).max(), read_to, ..Batch::default() };
        let items: BTreeSet<IssueId> = rows.iter().map(|row| row.item.clone()).collect();
        for item in items {
            let (round, is_whole, odd) = self.round(&item)?;
            batch.unreadable.extend(odd);
            batch.issues.extend(round.and_then(|round| round.issue(None, is_whole)));
        }
        let begun = batch.issues.iter().filter(|issue| issue.created > chrono::DateTime::UNIX_EPOCH);
        batch.handed_over = begun.map(|issue| issue.id.clone()).collect();
        Ok(batch)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for id in ids {
            let (round, is_whole, odd) = self.round(id)?;
            batch.unreadable.extend(odd);
            batch.issues.extend(round.and_then(|round| round.issue(None, is_whole)));
        }
        Ok(batch)
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        let round = self.round(&IssueId::new(name)).ok().and_then(|(round, ..)| round);
        round.map(|round| round.url(None)).unwrap_or_default()
    }
}

impl Threads for Piped<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        Ok(self.round(issue)?.0.map(|round| round.thread(None)))
    }

    /// An event that is not kept any more was not taken back by anybody.
    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let thread = self.thread(issue)?.unwrap_or_default();
        let is_there = |id: &CommentId| thread.iter().any(|comment| comment.id == *id);
        Ok(comments.iter().map(|id| if is_there(id) { Presence::There } else { Presence::Unknown }).collect())
    }
}

/// Reads rows; those that are no alarms are left out.
fn events(rows: Vec<InboxRow>) -> (Vec<Event>, Vec<Unreadable>) {
    let (mut events, mut odd) = (Vec::new(), Vec::new());
    for row in rows {
        match event(&row.payload, row.arrived) {
            Ok(event) => events.extend(event),
            Err(why) => odd.push(Unreadable { issue: Some(row.item), why: why.to_string() }),
        }
    }
    (events, odd)
}
