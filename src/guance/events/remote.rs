//! The events as one end of the engine's pairs.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::convert::{self, Read};
use super::query::{Query, start_of};
use super::read::{Listed, SMALL_PAGE, may_be_full};
use super::source::Events;
use super::wire::Row;
use crate::alarm::{self, Round, SIDE, STATUSES};
use crate::domain::{Comment, CommentId, IssueId};
use crate::guance::answer::{Cause, Fault};
use crate::guance::channel::workspace_of;
use crate::ports::{
    Abilities, Ability, About, ApiError, ApiErrorKind, Batch, FOR_EVER, Identity, Listing, Parts, Presence, Remote,
    Span, ThreadPage, ThreadPart, Threads,
};

/// What is known of the events of Guance's monitors without asking.
pub const ABOUT: About = About {
    side: SIDE,
    shown: "Guance",
    abilities: &[Ability::Threads, Ability::Parts],
    batch: 1,
    is_metered: true,
    tells_account: false,
    statuses: STATUSES,
    listing: Listing::ByUpdate,
    threads_in_turn: false,
    comments_once: false,
    marks_files: false,
    reads_comments: false,
    hides_addresses: false,
    statuses_in_steps: false,
};

/// Fact: the rounds that failed when they were last listed: `ID BEGAN LAST`, a line each, in seconds since 1970.
const FAILING: &str = "guance.events.failing";

/// Most rounds whose first events are asked for beside a poll, and by ids at once.
const MOST_FIRST: usize = 200;

/// Fact: two queries in one request are refused.
const ALONE: &str = "guance.events.one_query";

/// That is tried again after this.
const ALONE_AGE: Duration = Duration::from_hours(30 * 24);

/// A round that tells nothing for so long is no longer asked for beside a poll. Twice the longest time between two checks.
const SILENT: TimeDelta = TimeDelta::hours(48);

/// Rounds that are read by id in one request, a query each.
const AT_ONCE: usize = 20;

/// A longer span that is refused is divided.
const LONG: TimeDelta = TimeDelta::hours(24);

/// Into how many parts a span is divided that did not fit.
const PARTS: u32 = 4;

impl Remote for Events<'_> {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { threads: Some(self), parts: Some(self), ..Abilities::default() }
    }

    /// Guance does not tell who we are; which workspace the keys are of is asked once.
    fn identify(&self) -> Result<Identity, ApiError> {
        let service = workspace_of(&self.api, self.facts)?;
        Ok(Identity { clock: self.api.server_clock(), service, ..Identity::default() })
    }

    /// What this minute has no requests for is left to the next run: the watermark is that of what was read, where the rows
    /// came oldest first.
    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        // No alarm was created by us.
        if span.ours_only {
            return Ok(Batch { clock: self.api.server_clock(), ..Batch::default() });
        }
        let (batch, whole, ordered) = self.poll(span, usize::MAX)?;
        if whole || ordered && span.until.is_none() {
            return Ok(batch);
        }
        let message = "events: the list is longer than this minute's requests".to_owned();
        Err(ApiError::new(SIDE, ApiErrorKind::OutOfBudget, message))
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for ids in ids.chunks(AT_ONCE) {
            self.by_id(ids, &mut batch)?;
        }
        batch.clock = self.api.server_clock();
        Ok(batch)
    }

    fn forget(&self) {
        self.urls.borrow_mut().clear();
    }

    fn issue_url(&self, name: &str) -> String {
        let known = self.urls.borrow().get(&IssueId::new(name)).cloned();
        known.unwrap_or_else(|| alarm::url_of(self.console(), name))
    }
}

impl Threads for Events<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        let rows = self.whole(issue, false)?;
        if !rows.whole {
            let message = format!("events of {issue}: the thread is longer than this minute's requests");
            return Err(ApiError::new(SIDE, ApiErrorKind::OutOfBudget, message));
        }
        Ok(Self::round(issue, &rows.rows).map(|round| round.thread(Some(self.console()))))
    }

    /// An event that is not kept any more was not taken back by anybody: nothing is ever gone.
    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let thread = self.thread(issue)?.unwrap_or_default();
        let is_there = |id: &CommentId| thread.iter().any(|comment| comment.id == *id);
        Ok(comments.iter().map(|id| if is_there(id) { Presence::There } else { Presence::Unknown }).collect())
    }
}

impl Parts for Events<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        match self.poll(span, requests) {
            Ok((batch, whole, _)) => Ok((batch, (!whole).then_some(PARTS))),
            // How long a span may be is not documented.
            Err(error) if error.kind == ApiErrorKind::Refused && is_long(span, self.present()) => {
                Ok((Batch { clock: self.api.server_clock(), ..Batch::default() }, Some(PARTS)))
            }
            Err(error) => Err(error),
        }
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        let is_older = |row: &Row| convert::stored(row).zip(down_to).is_some_and(|(stored, down_to)| stored < down_to);
        let enough = |rows: &[Row]| rows.iter().all(is_older);
        let rows = self.newest(issue, requests, &enough)?;
        let Read { mut rounds, unreadable } = convert::rounds(&rows.rows);
        let Some(round) = rounds.remove(issue) else { return Ok(None) };
        let next = (!rows.whole).then_some(rows.pages + 1);
        let pages = if rows.whole { rows.pages } else { 0 };
        let (comments, odd) = (round.part(Some(self.console())), !unreadable.is_empty());
        Ok(Some(ThreadPart { newest: comments.last().map(|last| last.created), comments, next, pages, odd }))
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        let rows = self.in_reach(|since| {
            let query = Query::of(issue, since, self.present(), SMALL_PAGE);
            let offset = page.saturating_sub(1).saturating_mul(SMALL_PAGE);
            self.pages(Query { newest_first: true, offset, ..query }, None, 1, &|_| false)
        })?;
        let Read { mut rounds, unreadable } = convert::rounds(&rows.rows);
        let comments = rounds.remove(issue).map(|round| round.part(Some(self.console()))).unwrap_or_default();
        let times = || comments.iter().map(|comment| comment.created);
        let (oldest, newest) = (times().min(), times().max());
        Ok(Some(ThreadPage { oldest, newest, comments, total: None, odd: !unreadable.is_empty() }))
    }
}

fn is_long(span: &Span, now: DateTime<Utc>) -> bool {
    span.until.unwrap_or(now) - span.from > LONG
}

impl Events<'_> {
    fn console(&self) -> &str {
        &self.api.settings.console_url
    }

    /// Lists what was stored in the span, with at most so many requests. Tells beside it whether that was all, and whether it
    /// came oldest first.
    fn poll(&self, span: &Span, requests: usize) -> Result<(Batch, bool, bool), ApiError> {
        let now = self.present();
        let failing = self.failing(now);
        let (mut rows, mut asked) = self.listed(span, &failing, now, requests)?;
        if span.until.is_none() && self.present() > now + Query::BEYOND {
            // By a clock of ours that is slow what was just stored lay behind the end.
            (rows, asked) = self.listed(span, &failing, self.present(), requests)?;
        }
        let Read { rounds, unreadable } = convert::rounds(&rows.rows);
        let mut found = rows.beside.clone();
        found.extend(self.firsts_of(&rounds, &asked)?);
        let touched: Vec<IssueId> = rounds.into_keys().collect();
        let mut rounds = convert::rounds(rows.rows.iter().chain(&found)).rounds;
        rounds.retain(|id, _| touched.contains(id));
        let silent = if span.until.is_none() { self.learn_failing(failing, &rounds, now) } else { Vec::new() };
        // What such a round last was like stands before the window.
        let is_vague = |round: &Round| !round.fails() && round.has_name() && !round.failed_since(span.from);
        let vague: Vec<IssueId> =
            rounds.iter().filter(|(_, round)| is_vague(round)).map(|(id, _)| id.clone()).collect();
        let ordered = rows.is_oldest_first();
        let is_whole = |round: &Round| rows.whole && round.first().is_some_and(|first| first.stored >= span.from);
        let mut batch = Batch {
            issues: rounds.values().filter_map(|round| round.issue(Some(self.console()), is_whole(round))).collect(),
            watermark: rows.rows.iter().filter_map(convert::stored).max(),
            unreadable,
            clock: self.api.server_clock(),
            ..Batch::default()
        };
        self.add_by_id(&vague, &mut batch)?;
        self.add_by_id(&silent, &mut batch)?;
        let urls = batch.issues.iter().map(|issue| (issue.id.clone(), issue.url.clone()));
        self.urls.borrow_mut().extend(urls);
        Ok((batch, rows.whole, ordered))
    }

    /// Lists what was stored in the span, and beside it the first events of the rounds that failed before. Returns also for
    /// which rounds that was done.
    fn listed(
        &self,
        span: &Span,
        failing: &BTreeMap<IssueId, (DateTime<Utc>, DateTime<Utc>)>,
        now: DateTime<Utc>,
        requests: usize,
    ) -> Result<(Listed, Vec<IssueId>), Fault> {
        let query = |size| Query::stored(span.from, span.until, now, size);
        let since = failing.values().map(|(began, _)| *began).min();
        let since = since.filter(|_| self.facts.recall(ALONE, ALONE_AGE).is_none());
        let mut asked: Vec<IssueId> = failing.keys().take(since.map_or(0, |_| MOST_FIRST)).cloned().collect();
        let firsts = since.map(|since| {
            let ids = asked.iter().map(ToString::to_string).collect();
            Query::named(ids, since.max(now - self.reach()) - TimeDelta::minutes(1), now)
        });
        let rows = match self.list(&query, firsts.as_ref(), requests) {
            // Perhaps it is the query beside it that is refused.
            Err(fault) if fault.cause == Cause::BadRequest && firsts.is_some() => {
                let rows = self.list(&query, None, requests)?;
                self.facts.remember(ALONE, "yes");
                asked.clear();
                rows
            }
            done => done?,
        };
        if firsts.is_some_and(|query| may_be_full(rows.beside.len(), query.limit)) {
            // Those that did not fit are asked for once more.
            let came = convert::rounds(&rows.beside).rounds;
            asked.retain(|id| came.contains_key(id));
        }
        Ok((rows, asked))
    }

    /// Adds rounds, or puts them in the place of those that were made of less. Where there is no request left for that, a
    /// sweep finds them.
    fn add_by_id(&self, ids: &[IssueId], batch: &mut Batch) -> Result<(), ApiError> {
        for ids in ids.chunks(AT_ONCE) {
            let mut read = Batch::default();
            match self.by_id(ids, &mut read) {
                Err(error) if error.kind == ApiErrorKind::OutOfBudget => return Ok(()),
                done => done?,
            }
            batch.issues.retain(|issue| read.issues.iter().all(|known| known.id != issue.id));
            batch.issues.extend(read.issues);
        }
        Ok(())
    }

    /// Asks for the first events of rounds whose later ones were listed, and that were not asked for beside the list: a title
    /// is that of the first.
    fn firsts_of(&self, rounds: &BTreeMap<IssueId, Round>, asked: &[IssueId]) -> Result<Vec<Row>, ApiError> {
        let lacks = |(id, round): &(&IssueId, &Round)| {
            id.as_str().starts_with("event-") && round.first().is_none() && !asked.contains(id)
        };
        let missing: Vec<String> = rounds.iter().filter(lacks).map(|(id, _)| id.to_string()).collect();
        let mut rows = Vec::new();
        for ids in missing.chunks(MOST_FIRST) {
            let query = |since| Query::named(ids.to_vec(), since, self.present());
            match self.in_reach(|since| self.ask(&[&query(since)], &mut self.api.walk())) {
                Ok(tables) => rows.extend(tables.into_iter().flat_map(|table| table.rows)),
                // Without them the oldest event that was listed says what the round is.
                Err(fault) if fault.error.kind == ApiErrorKind::OutOfBudget => break,
                Err(fault) => return Err(fault.error),
            }
        }
        Ok(rows)
    }

    /// Returns the rounds that failed when they were last listed: when each began, and when it was last heard of.
    fn failing(&self, now: DateTime<Utc>) -> BTreeMap<IssueId, (DateTime<Utc>, DateTime<Utc>)> {
        let known = self.facts.recall(FAILING, FOR_EVER).unwrap_or_default();
        let one = |line: &str| {
            let mut words = line.split(' ');
            let id = words.next().filter(|id| id.starts_with("event-"))?;
            let mut time = || DateTime::from_timestamp(words.next()?.parse().ok()?, 0);
            let (began, last) = (time()?, time()?);
            let kept = self.close_after.map_or(SILENT, |after| after + SILENT);
            (now - last < kept).then(|| (IssueId::new(id), (began, last)))
        };
        known.lines().filter_map(one).collect()
    }

    /// Remembers which rounds fail. Returns those of which nothing was heard for too long, each once.
    fn learn_failing(
        &self,
        mut failing: BTreeMap<IssueId, (DateTime<Utc>, DateTime<Utc>)>,
        rounds: &BTreeMap<IssueId, Round>,
        now: DateTime<Utc>,
    ) -> Vec<IssueId> {
        for (id, round) in rounds.iter().filter(|(id, _)| id.as_str().starts_with("event-")) {
            match round.first().filter(|_| round.fails()) {
                Some(first) => drop(failing.insert(id.clone(), (first.at, round.stored().unwrap_or(now)))),
                None => drop(failing.remove(id)),
            }
        }
        // What is remembered is the hour.
        let is_silent =
            |last: DateTime<Utc>| self.close_after.is_some_and(|after| now - last >= after + TimeDelta::hours(1));
        let silent: Vec<IssueId> =
            failing.iter().filter(|(_, (_, last))| is_silent(*last)).map(|(id, _)| id.clone()).collect();
        failing.retain(|id, _| !silent.contains(id));
        let mut lines: Vec<_> = failing.into_iter().collect();
        lines.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
        lines.truncate(MOST_FIRST);
        lines.sort();
        let line = |(id, (began, last)): (IssueId, (DateTime<Utc>, DateTime<Utc>))| {
            // By the hour: an alarm that repeats every minute is no news.
            format!("{id} {} {}\n", began.timestamp(), last.timestamp() / 3600 * 3600)
        };
        let told: String = lines.into_iter().map(line).collect();
        if self.facts.recall(FAILING, FOR_EVER).unwrap_or_default() != told {
            self.facts.remember(FAILING, &told);
        }
        silent
    }

    /// Reads rounds by id, in one request where each has fewer events than a page.
    fn by_id(&self, ids: &[IssueId], batch: &mut Batch) -> Result<(), ApiError> {
        let named: Vec<String> =
            ids.iter().filter(|id| id.as_str().starts_with("event-")).map(ToString::to_string).collect();
        let mut tables = self.in_reach(|since| {
            let newest = |id| Query { newest_first: true, ..Query::of(id, since, self.present(), SMALL_PAGE) };
            let mut queries: Vec<Query> = ids.iter().map(newest).collect();
            if !named.is_empty() {
                queries.push(Query::named(named.clone(), since, self.present()));
            }
            self.ask(&queries.iter().collect::<Vec<_>>(), &mut self.api.walk())
        })?;
        let firsts = if named.is_empty() { Vec::new() } else { tables.pop().unwrap_or_default().rows };
        for (id, table) in ids.iter().zip(tables) {
            let mut rows = table.rows;
            let mut is_whole = !may_be_full(rows.len(), SMALL_PAGE);
            if !is_whole && !rows.iter().filter_map(convert::stored).rev().is_sorted() {
                // Which of its events these are is not certain.
                let all = self.whole(id, true)?;
                (rows, is_whole) = (all.rows, all.whole);
            }
            let Read { mut rounds, unreadable } = convert::rounds(rows.iter().chain(&firsts));
            batch.unreadable.extend(unreadable.into_iter().filter(|odd| odd.issue.as_ref() == Some(id)));
            let Some(mut round) = rounds.remove(id) else { continue };
            if let Some(silence) = self.close_after {
                round.end_when_silent(silence, self.present());
            }
            let is_whole = is_whole && round.first().is_some();
            if let Some(issue) = round.issue(Some(self.console()), is_whole) {
                self.urls.borrow_mut().insert(id.clone(), issue.url.clone());
                batch.issues.push(issue);
            }
        }
        Ok(())
    }

    fn round(id: &IssueId, rows: &[Row]) -> Option<Round> {
        let Read { mut rounds, unreadable } = convert::rounds(rows);
        for odd in unreadable {
            tracing::warn!(side = %SIDE, %id, error = odd.why, "Event could not be read.");
        }
        rounds.remove(id)
    }

    /// Reads all events of a round; where `certain`, it is an error that there are more than this minute has requests for.
    fn whole(&self, id: &IssueId, certain: bool) -> Result<Listed, Fault> {
        let read = |since| {
            let since = start_of(id).map_or(since, |start| start - TimeDelta::hours(24));
            self.list(&|size| Query::of(id, since, self.present(), size), None, usize::MAX)
        };
        let rows = self.in_reach(read)?;
        if certain && !rows.whole {
            let message = format!("events of {id}: more than this minute has requests for");
            return Err(ApiError::new(SIDE, ApiErrorKind::OutOfBudget, message).into());
        }
        Ok(rows)
    }

    fn newest(&self, id: &IssueId, requests: usize, enough: &dyn Fn(&[Row]) -> bool) -> Result<Listed, Fault> {
        self.in_reach(|since| {
            let query = Query { newest_first: true, ..Query::of(id, since, self.present(), SMALL_PAGE) };
            self.pages(query, None, requests, enough)
        })
    }
}
