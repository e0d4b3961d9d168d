//! Looking for our own writes before repeating them: by label through search, and past the lagging search index by
//! reading the newest issues one key after another.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use serde_json::Value;

use super::claim::as_labelled;
use super::copies::{Candidate, Choice, Probe, choose, number_of, project_of};
use super::search::MAX_FETCH;
use super::service::Jira;
use super::{jql, wire};
use crate::domain::{Comment, IssueId, Key, Receipt, marker};
use crate::ports::{ApiError, ApiErrorKind, Lookup, Wanted};

/// Most labels in one query.
const MAX_LABELS: usize = 50;

/// What is read of an issue to recognise a copy.
const FIELDS: [&str; 3] = ["labels", "creator", "created"];

/// Most bulk fetches of one probe.
const MAX_PAGES: u32 = 60;

/// Most single reads of one probe (Server has no bulk fetch).
const MAX_READS: u64 = 500;

/// Missing keys in a row that mean the end, on Server.
const MAX_MISSES: u32 = 5;

/// Longest project that is read from its first key.
const MAX_WHOLE: u64 = 5_000;

/// Most issues of ours that are read one by one on Server where our label cannot be searched for.
const MAX_UNLABELLED: usize = 100;

/// So long what reading the newest issues by key has found holds while this run creates one issue after the other: what else
/// of ours comes meanwhile was sent before this run began.
const PROBED_FOR: TimeDelta = TimeDelta::seconds(30);

/// How old an issue must be for search to know it for certain.
const INDEXED: &str = "\"-15m\"";

/// What reading a project's newest issues by key came to.
enum Probed {
    Whole(Probe),
    /// They are too many.
    Endless,
    /// The project is not there for us, or archived: a search shows nothing of it.
    Hidden,
}

impl Jira<'_> {
    /// Looks for the markers of writes; one result per wanted thing, in order.
    pub(super) fn look_up(
        &self,
        wanted: &[Wanted],
        taken: &dyn Fn(&Key, &str) -> bool,
    ) -> Result<Vec<Lookup>, ApiError> {
        let mut out = vec![Lookup::Unsure; wanted.len()];
        self.look_up_comments(wanted, taken, &mut out)?;
        let issues: Vec<(usize, &Wanted, String)> = wanted
            .iter()
            .enumerate()
            .filter(|(_, want)| want.issue.is_none())
            .filter_map(|(index, want)| Some((index, want, marker::label(&want.key)?)))
            .collect();
        let labelled = self.by_label(&issues.iter().map(|(_, _, id)| id.as_str()).collect::<Vec<_>>())?;
        let mut open = Vec::new();
        for (index, want, _) in issues {
            match (self.chosen(&labelled, want, taken), out.get_mut(index)) {
                (Some(found), Some(slot)) => *slot = found,
                _ => open.push((index, want)),
            }
        }
        self.look_past_the_index(&open, &labelled, taken, &mut out)?;
        self.has_just_created.set(false);
        Ok(out)
    }

    /// Looks for issues that search does not know yet, in every project of a route: the issue may have been another
    /// route's when it was written, by a state that is lost.
    fn look_past_the_index(
        &self,
        open: &[(usize, &Wanted)],
        labelled: &[Candidate],
        taken: &dyn Fn(&Key, &str) -> bool,
        out: &mut [Lookup],
    ) -> Result<(), ApiError> {
        let wanted = |want: &Wanted| want.project.clone();
        let projects: BTreeSet<String> = open.iter().filter_map(|(_, want)| wanted(want)).collect();
        if projects.is_empty() {
            return Ok(());
        }
        let mut probes = Vec::new();
        for project in projects.into_iter().chain(self.settings.projects.clone()) {
            if !probes.iter().any(|(known, _)| *known == project) {
                let probe = self.probe(&project)?;
                probes.push((project, probe));
            }
        }
        for (index, want) in open.iter().filter(|(_, want)| want.project.is_some()) {
            let made = self
                .made
                .borrow()
                .of(&want.key.origin())
                .map(|copy| self.chosen(std::slice::from_ref(copy), want, taken));
            let found = probes.iter().find_map(|(_, probe)| match probe {
                Probed::Whole(probe) => self.chosen(&probe.copies, want, taken),
                Probed::Endless | Probed::Hidden => None,
            });
            let found = made.flatten().or(found);
            // In a project that the bot does not see it has written nothing; where it is to write now, it must be sure.
            let is_sure = |(project, probe): &(String, Probed)| match probe {
                Probed::Whole(_) => true,
                Probed::Endless => false,
                Probed::Hidden => want.project.as_ref() != Some(project),
            };
            if let Some(slot) = out.get_mut(*index) {
                let newest = probes.iter().filter_map(|(_, probe)| match probe {
                    Probed::Whole(probe) => Some(probe.copies.as_slice()),
                    Probed::Endless | Probed::Hidden => None,
                });
                let foreign =
                    || std::iter::once(labelled).chain(newest.clone()).find_map(|copies| self.foreign(copies, want));
                let counted = newest.clone().flatten().find(|copy| copy.counts(&want.key.origin()));
                *slot = match (found, counted) {
                    (Some(found), _) => found,
                    (None, Some(ticket)) => Lookup::Counted(IssueId::new(ticket.id.as_str())),
                    (None, None) if probes.iter().all(is_sure) => foreign().unwrap_or(Lookup::Absent),
                    (None, None) => Lookup::Unsure,
                };
            }
        }
        Ok(())
    }

    fn chosen(&self, copies: &[Candidate], want: &Wanted, taken: &dyn Fn(&Key, &str) -> bool) -> Option<Lookup> {
        match choose(copies, &want.key.origin(), &self.projects_of(want), taken) {
            Choice::One(copy) if copy.claim.is_some() => Some(Lookup::Found(receipt(copy))),
            Choice::One(copy) => Some(Lookup::Labelled(receipt(copy))),
            Choice::Contested(copy) => {
                tracing::warn!(side = "jira", id = copy.name, key = %want.key, "Markers contradict each other.");
                Some(Lookup::Unsure)
            }
            Choice::None => None,
        }
    }

    /// Returns the first issue that carries the label, that somebody else made, and that is nobody's copy.
    fn foreign(&self, copies: &[Candidate], want: &Wanted) -> Option<Lookup> {
        let (key, projects) = (want.key.origin(), self.projects_of(want));
        copies.iter().find_map(|copy| {
            let (labels, creator) = copy.foreign.as_ref()?;
            let fits = copy.claim.is_none()
                && labels.contains(&as_labelled(&key))
                && projects.iter().any(|p| project_of(&copy.name) == p);
            fits.then(|| Lookup::Foreign(receipt(copy), creator.clone()))
        })
    }

    fn projects_of(&self, want: &Wanted) -> Vec<String> {
        want.project.iter().chain(&self.settings.projects).cloned().collect()
    }

    fn look_up_comments(
        &self,
        wanted: &[Wanted],
        taken: &dyn Fn(&Key, &str) -> bool,
        out: &mut [Lookup],
    ) -> Result<(), ApiError> {
        let issues: BTreeSet<&IssueId> = wanted.iter().filter_map(|want| want.issue.as_ref()).collect();
        for issue in issues {
            let thread = match self.read_thread(issue)? {
                Some(thread) => thread,
                // No issue, no comment on it; but a token that has just died is told the same.
                None => {
                    self.log_in()?;
                    Vec::new()
                }
            };
            for (want, slot) in wanted.iter().zip(out.iter_mut()).filter(|(want, _)| want.issue.as_ref() == Some(issue))
            {
                *slot = comment_in(&thread, want, taken);
            }
        }
        Ok(())
    }

    /// Asks the search index for labels, in every project: a copy may have been moved.
    fn by_label(&self, labels: &[&str]) -> Result<Vec<Candidate>, ApiError> {
        let mut copies = Vec::new();
        for chunk in labels.chunks(MAX_LABELS) {
            let query = format!("labels in ({}) ORDER BY created ASC, key ASC", jql::list(chunk.iter().copied()));
            let mut rows = self.walk(&query, &FIELDS)?;
            if !self.is_cloud()? {
                rows = self.with_properties(&rows)?;
            }
            copies.extend(self.copies(rows)?);
        }
        Ok(copies)
    }

    fn copies(&self, rows: Vec<Value>) -> Result<Vec<Candidate>, ApiError> {
        let read = rows.into_iter().filter_map(|row| wire::read::<wire::Issue>(row).ok());
        self.with_reader(|reader| read.map(|raw| Candidate::new(&raw, reader)).collect())
    }

    /// Reads a project's newest issues by key, which no index delays.
    fn probe(&self, project: &str) -> Result<Probed, ApiError> {
        if self.is_lost(project) {
            return Ok(Probed::Hidden);
        }
        let mut known = self.probes.borrow_mut().remove(project);
        // Before what was created is forgotten, of which there may be very much in a backfill.
        let made = self.made.borrow_mut().take_unpassed(project);
        if let Some(known) = &mut known {
            known.pass(&made);
        }
        let is_fresh = |at: DateTime<Utc>| (self.clock.now() - at).abs() < PROBED_FOR;
        if let Some(known) =
            known.as_ref().filter(|known| self.has_just_created.get() && known.at.is_some_and(is_fresh))
        {
            self.probes.borrow_mut().insert(project.to_owned(), known.clone());
            return Ok(Probed::Whole(known.clone()));
        }
        let now = self.clock.now();
        let mut probe = match known.map_or_else(|| self.first_probe(project), |known| Ok(Probed::Whole(known)))? {
            Probed::Whole(probe) => probe,
            other => return Ok(other),
        };
        let whole =
            if self.is_cloud()? { self.read_pages(project, &mut probe)? } else { self.read_keys(project, &mut probe)? };
        if whole {
            probe.at = Some(now);
            self.probes.borrow_mut().insert(project.to_owned(), probe.clone());
        }
        Ok(if whole { Probed::Whole(probe) } else { Probed::Endless })
    }

    /// Finds where to begin: after an issue old enough for search to know all before it.
    fn first_probe(&self, project: &str) -> Result<Probed, ApiError> {
        let quoted = jql::quote(project);
        let numbers = |condition: &str| -> Result<Option<Vec<u64>>, ApiError> {
            let query = format!("project = {quoted}{condition} ORDER BY created DESC, key DESC");
            match self.first_rows(&query, &["created"], 5) {
                Ok(rows) => {
                    let names = rows.iter().filter_map(|row| row.get("key")?.as_str());
                    Ok(Some(names.filter_map(number_of).collect()))
                }
                Err(failed) if failed.status == Some(400) && failed.error.kind == ApiErrorKind::Refused => Ok(None),
                Err(failed) => Err(failed.into()),
            }
        };
        // The lowest of a few: an issue that was moved in is old and has a new key.
        let Some(old) = numbers(&format!(" AND created <= {INDEXED}"))? else { return Ok(Probed::Hidden) };
        let Some(newest) = numbers("")? else { return Ok(Probed::Hidden) };
        // No search shows what is archived, and to read all of it by its keys would take long.
        if newest.is_empty() && self.project_facts(project)?.is_some_and(|told| told.archived) {
            return Ok(Probed::Hidden);
        }
        let ceiling = newest.into_iter().max().unwrap_or(0);
        let next = match old.into_iter().min() {
            Some(anchor) => anchor + 1,
            None if ceiling > MAX_WHOLE => return Ok(Probed::Endless),
            None => 1,
        };
        let copies = if self.is_unlabelled(project) { self.unlabelled_copies(&quoted)? } else { Vec::new() };
        Ok(Probed::Whole(Probe { next, ceiling, copies, ..Probe::default() }))
    }

    /// Where Jira once refused our label, the older copies are among what we created.
    fn unlabelled_copies(&self, project: &str) -> Result<Vec<Candidate>, ApiError> {
        let mut rows = self.of_our_accounts(|ours| {
            self.walk(&format!("project = {project} AND {ours} ORDER BY created DESC, key DESC"), &FIELDS)
        })?;
        if !self.is_cloud()? {
            rows.truncate(MAX_UNLABELLED);
            rows = self.with_properties(&rows)?;
        }
        Ok(self.copies(rows)?.into_iter().filter(Candidate::is_marked).collect())
    }

    /// Server's search gives no properties: reads the issues one by one.
    fn with_properties(&self, rows: &[Value]) -> Result<Vec<Value>, ApiError> {
        let ids: Vec<String> = rows.iter().filter_map(|row| wire::id_text(row.get("id")?)).collect();
        self.fetch(&ids.iter().map(String::as_str).collect::<Vec<_>>(), &FIELDS)
    }

    /// Cloud: a hundred keys at a time, until a page is empty. Returns false when it does not end, or not
    /// in the run's time.
    fn read_pages(&self, project: &str, probe: &mut Probe) -> Result<bool, ApiError> {
        let holes = std::mem::take(&mut probe.holes);
        self.read_numbers(project, probe, &holes)?;
        let (mut start, mut pages) = (probe.next, 0);
        while pages < MAX_PAGES && !self.api.out_of_time() {
            let size = u64::try_from(MAX_FETCH).unwrap_or(u64::MAX);
            let page: Vec<u64> = (start..start.saturating_add(size)).collect();
            // What this run has made is not read, and any number of it may follow.
            pages += u32::from(!page.iter().all(|number| self.has_made(project, *number)));
            let found = self.read_numbers(project, probe, &page)?;
            start = start.saturating_add(size);
            if found == 0 && start > probe.ceiling {
                probe.holes.retain(|hole| *hole < probe.next);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads these keys in one go; notes copies, holes and the highest key seen. Returns how many issues came.
    fn read_numbers(&self, project: &str, probe: &mut Probe, numbers: &[u64]) -> Result<usize, ApiError> {
        let names: Vec<String> = numbers.iter().map(|number| format!("{project}-{number}")).collect();
        let (made, unread): (Vec<_>, Vec<_>) = names.iter().partition(|name| self.made.borrow().holds(name));
        let rows = self.fetch(&unread.into_iter().map(String::as_str).collect::<Vec<_>>(), &FIELDS)?;
        let copies = self.copies(rows)?;
        let came = copies.iter().map(|copy| &copy.name).chain(made);
        let seen: BTreeSet<u64> = came.filter_map(|name| number_of(name)).collect();
        let came = seen.len();
        probe.next = numbers.iter().filter(|n| seen.contains(n)).max().map_or(probe.next, |n| probe.next.max(n + 1));
        probe.holes.extend(numbers.iter().filter(|n| !seen.contains(n)));
        probe.copies.extend(copies.into_iter().filter(Candidate::is_marked));
        Ok(came)
    }

    /// Server: one key at a time, until several in a row are missing. Returns false when it does not end, or not in
    /// the run's time.
    fn read_keys(&self, project: &str, probe: &mut Probe) -> Result<bool, ApiError> {
        let holes = std::mem::take(&mut probe.holes);
        for hole in holes {
            self.read_number(project, probe, hole)?;
        }
        let (mut misses, mut number, mut reads) = (0, probe.next, 0);
        while reads < MAX_READS && !self.api.out_of_time() {
            // What this run has made is not read, and any number of it may follow.
            reads += u64::from(!self.has_made(project, number));
            misses = if self.read_number(project, probe, number)? { 0 } else { misses + 1 };
            if misses >= MAX_MISSES && number >= probe.ceiling {
                probe.holes.retain(|hole| *hole < probe.next);
                return Ok(true);
            }
            number += 1;
        }
        Ok(false)
    }

    /// Returns true for the key of an issue that this run has created.
    fn has_made(&self, project: &str, number: u64) -> bool {
        self.made.borrow().holds(&format!("{project}-{number}"))
    }

    fn read_number(&self, project: &str, probe: &mut Probe, number: u64) -> Result<bool, ApiError> {
        let name = format!("{project}-{number}");
        let is_made = self.made.borrow().holds(&name);
        let row = if is_made { None } else { self.fetch_one(&name, &FIELDS)? };
        let copies = self.copies(row.into_iter().collect())?;
        if copies.is_empty() && !is_made {
            probe.holes.push(number);
            return Ok(false);
        }
        probe.next = probe.next.max(number + 1);
        probe.copies.extend(copies.into_iter().filter(Candidate::is_marked));
        Ok(true)
    }
}

fn receipt(copy: &Candidate) -> Receipt {
    Receipt::of(&copy.id, copy.created).named(&copy.name)
}

/// Finds our comment in a thread; our own account's before one that only a seal speaks for.
fn comment_in(thread: &[Comment], want: &Wanted, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
    let origin = want.key.origin();
    let doubt = |comment: &Comment| {
        let claim = comment.claim.as_ref().filter(|claim| claim.key == origin)?;
        let right = want.content.as_ref().is_none_or(|content| claim.written.as_ref() == Some(content));
        right.then_some(claim.doubt())
    };
    let free = thread.iter().filter(|comment| !taken(&origin, comment.id.as_str()));
    let found = free.filter_map(|comment| Some((doubt(comment)?, comment))).min_by_key(|(doubt, _)| *doubt);
    found.map_or(Lookup::Absent, |(_, comment)| Lookup::Found(Receipt::of(comment.id.as_str(), Some(comment.updated))))
}
