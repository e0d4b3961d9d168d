//! What a run did, as data; text and JSON are made of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

pub use super::told::{Foretold, ItemFailure, Messages};
use crate::domain::{Action, Key, Kind, Push, Receipt, Side};
use crate::plan::{SkipReason, Step};
use crate::ports::{ApiError, ApiErrorKind, LostProject, Unreadable};
use crate::state::{Away, Backlog, HeldForLabel, RunEnd, SideFailure, State, StateError};
use crate::words::{Count, Hint, Lang, RunWords, Summary, SyncWords};

/// A clock that differs by more than this is reported.
const TOLERATED_SKEW: TimeDelta = TimeDelta::seconds(30);

/// So many records that could not be understood are listed, the rest is counted.
const MOST_UNREADABLE: usize = 20;

/// The stage of a write that was sent and whose answer was lost.
const IN_DOUBT: &str = "in_doubt";

/// What a run did. Counts receipts, never plans.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the run")]
pub struct Report {
    /// ordinary or backfill.
    pub kind: &'static str,
    /// True when nothing was written anywhere.
    pub dry_run: bool,
    /// When it began, by our clock.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// Issues read, by side.
    pub issues_read: BTreeMap<Side, usize>,
    /// What the plan would write or wrote into the outbox: one line each.
    pub planned: Vec<Planned>,
    /// Issues created.
    pub issues_created: usize,
    /// Tickets that go on with another item.
    pub issues_continued: usize,
    /// Items that are counted in the ticket of another one, instead of having one of their own.
    pub issues_joined: usize,
    /// Comments and replies copied.
    pub comments_copied: usize,
    /// Comments and replies edited.
    pub comments_edited: usize,
    /// Comments and replies deleted.
    pub comments_deleted: usize,
    /// Fields changed.
    pub fields_written: usize,
    /// Attached files brought over.
    pub files_copied: usize,
    /// Why attached files stay on Jira for which a restriction holds, and how many.
    pub files_kept: BTreeMap<String, usize>,
    /// Links set between the issues of a pair.
    pub links_set: usize,
    /// Fields that were changed on both sides, or by hand on Jira where Guance leads.
    pub conflicts: usize,
    /// People for whom the other side has no account.
    pub not_found: BTreeSet<String>,
    /// Writes that turned out to have happened before.
    pub found_done: usize,
    /// Copies recognised by their markers.
    pub adopted: usize,
    /// What a sweep found that ordinary reads had missed.
    pub found_late: usize,
    /// Writes that the brake let go.
    pub released: usize,
    /// Why things were not carried, and how many.
    pub skipped: BTreeMap<String, usize>,
    /// Why issues are left out that no run has met before, and how many.
    pub left_out: BTreeMap<String, usize>,
    /// In the first run of all: issues opened before this were left.
    pub begins_at: Option<DateTime<Utc>>,
    /// Optional fields that a service refused.
    pub dropped_fields: BTreeSet<String>,
    /// What chat rooms were told.
    pub messages: Messages,
    /// Sides that could not be read or written to the end, and why.
    pub sides_failed: BTreeMap<Side, SideFailure>,
    /// Projects that could not be read, though others could.
    pub projects_lost: Vec<LostProject>,
    /// Sides that asked to be left alone, and until when.
    pub waiting: BTreeMap<Side, DateTime<Utc>>,
    /// Items that failed in this run, and why.
    pub items_failed: Vec<ItemFailure>,
    /// How many records could not be understood; the first twenty are among `items_failed`.
    pub unreadable: usize,
    /// Differences between our clock and theirs worth mending, in seconds; positive when theirs is ahead.
    pub clock_skew_seconds: BTreeMap<Side, i64>,
    /// True when the minute's request budget was used up.
    pub out_of_budget: bool,
    /// True when `max_runtime` was reached.
    pub out_of_time: bool,
    /// True when the run was asked to stop.
    pub interrupted: bool,
    /// How many writes stand where, after the run.
    pub backlog: Backlog,
    /// Creates that are held because a Jira issue that guajira did not make carries their uuid.
    pub held_for_labels: Vec<HeldForLabel>,
    /// Writes whose answer was lost in this run.
    #[serde(skip)]
    pub(super) left_in_doubt: HashSet<String>,
    /// How many writes were planned that are not among those: they were told, or need not be.
    #[serde(skip)]
    planned_before: usize,
    /// Where each write stands among those planned, by its key.
    #[serde(skip)]
    planned_at: HashMap<String, usize>,
    /// What was told of an item already: a thread may be read twice in a run.
    #[serde(skip)]
    told: HashSet<(String, String)>,
    /// The reasons behind their English words.
    #[serde(skip)]
    reasons: BTreeMap<String, SkipReason>,
}

/// One planned write.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// Its key.
    pub key: String,
    /// Where it goes.
    pub target: Side,
    /// What it is.
    pub summary: String,
    /// True when the brake holds it.
    pub held: bool,
    /// The whole write.
    pub action: Action,
}

impl Report {
    pub(super) fn new(started: DateTime<Utc>) -> Self {
        Self {
            kind: "ordinary",
            dry_run: false,
            started,
            ended: started,
            issues_read: BTreeMap::new(),
            planned: Vec::new(),
            issues_created: 0,
            issues_continued: 0,
            issues_joined: 0,
            comments_copied: 0,
            comments_edited: 0,
            comments_deleted: 0,
            fields_written: 0,
            files_copied: 0,
            links_set: 0,
            conflicts: 0,
            not_found: BTreeSet::new(),
            found_done: 0,
            adopted: 0,
            found_late: 0,
            released: 0,
            files_kept: BTreeMap::new(),
            skipped: BTreeMap::new(),
            left_out: BTreeMap::new(),
            begins_at: None,
            dropped_fields: BTreeSet::new(),
            messages: Messages::default(),
            sides_failed: BTreeMap::new(),
            projects_lost: Vec::new(),
            waiting: BTreeMap::new(),
            items_failed: Vec::new(),
            unreadable: 0,
            clock_skew_seconds: BTreeMap::new(),
            out_of_budget: false,
            out_of_time: false,
            interrupted: false,
            backlog: Backlog::default(),
            held_for_labels: Vec::new(),
            left_in_doubt: HashSet::new(),
            planned_before: 0,
            planned_at: HashMap::new(),
            told: HashSet::new(),
            reasons: BTreeMap::new(),
        }
    }

    /// Returns true when both sides were read and nothing failed.
    pub fn is_good(&self) -> bool {
        let all_read = self.sides_failed.is_empty() && self.projects_lost.is_empty() && self.waiting.is_empty();
        all_read && self.items_failed.is_empty() && !self.interrupted
    }

    /// Returns how many records could not be understood beyond those among the failed items.
    pub fn not_listed(&self) -> usize {
        self.unreadable.saturating_sub(MOST_UNREADABLE)
    }

    /// Returns how many writes took effect in this run.
    pub fn written(&self) -> u64 {
        let issues =
            self.issues_created + self.issues_continued + self.fields_written + self.links_set + self.files_copied;
        u64::try_from(issues + self.comments_copied + self.comments_edited + self.comments_deleted).unwrap_or(u64::MAX)
    }

    /// Returns the one line of a run, in English: so it stands in the state and in the log.
    pub fn summary(&self) -> String {
        self.summary_in(Lang::En)
    }

    /// Returns true where there was nothing to do.
    pub fn is_idle(&self) -> bool {
        self.parts(Lang::En).is_empty()
    }

    /// Returns the one line that a run prints.
    pub fn summary_in(&self, lang: Lang) -> String {
        let mut parts = self.parts(lang);
        if parts.is_empty() {
            parts.push(RunWords::NothingToDo.in_lang(lang));
        } else if self.dry_run {
            parts.push(RunWords::NothingWritten.in_lang(lang));
        }
        parts.join(&RunWords::Comma.in_lang(lang))
    }

    /// Returns what was done, what waits and what failed, each in a few words.
    fn parts(&self, lang: Lang) -> Vec<String> {
        let mut parts = Vec::new();
        let mut count = |n: usize, what: Count| {
            if n > 0 {
                parts.push(RunWords::Count(what, n).in_lang(lang));
            }
        };
        count(self.issues_created, Count::IssuesCreated);
        count(self.issues_continued, Count::IssuesContinued);
        count(self.issues_joined, Count::IssuesJoined);
        count(self.comments_copied, Count::CommentsCopied);
        count(self.comments_edited, Count::CommentsEdited);
        count(self.comments_deleted, Count::CommentsDeleted);
        count(self.files_copied, Count::FilesCopied);
        count(self.fields_written, Count::FieldsChanged);
        count(self.conflicts, Count::Conflicts);
        // A new issue's links are part of its making.
        let late = if self.issues_created + self.issues_continued == 0 { self.links_set } else { 0 };
        count(late, Count::LinksSet);
        count(self.found_done, Count::FoundDone);
        count(self.adopted, Count::Recognised);
        count(self.found_late, Count::FoundLate);
        count(self.released, Count::Released);
        count(self.messages.sent + self.messages.lost, Count::MessagesSent);
        // What is in doubt may have arrived.
        let failed = self.items_failed.iter().filter(|failure| failure.stage != Some(IN_DOUBT)).count();
        count(failed + self.not_listed() + self.messages.failed.len(), Count::Failed);
        let waiting = [
            (self.backlog.pending, Count::Pending),
            (self.backlog.held, Count::Held),
            (self.backlog.in_doubt, Count::InDoubt),
            (self.backlog.dead, Count::Dead),
        ];
        // A dry run's backlog is that of a copy: what is planned is there as pending.
        for (n, what) in waiting.into_iter().filter(|_| !self.dry_run) {
            count(usize::try_from(n).unwrap_or(usize::MAX), what);
        }
        count(self.messages.dead(), Count::MessagesDead);
        count(self.held_for_labels.len(), Count::HeldForLabel);
        if self.dry_run {
            count(self.planned_before + self.planned.len(), Count::Planned);
        }
        let mut said = |said: RunWords<'_>| parts.push(said.in_lang(lang));
        self.sides_failed.keys().for_each(|side| said(RunWords::SideFailed((*side).into())));
        self.projects_lost.iter().for_each(|lost| said(RunWords::ProjectNotRead { project: &lost.project }));
        self.waiting.keys().for_each(|side| said(RunWords::SideAskedToWait((*side).into())));
        parts
    }

    /// Returns a reason of [`Self::skipped`] or [`Self::left_out`] in a language.
    pub fn reason_in(&self, shown: &str, lang: Lang) -> String {
        match self.reasons.get(shown) {
            Some(SkipReason::Restricted(_)) => SyncWords::Restricted.in_lang(lang),
            Some(reason) => reason.in_lang(lang),
            None => shown.to_owned(),
        }
    }

    pub(super) fn read(&mut self, side: Side, issues: usize) {
        *self.issues_read.entry(side).or_default() += issues;
    }

    pub(super) fn step(&mut self, step: &Step, held: bool) {
        match step {
            Step::Push(push) => {
                let planned = Planned {
                    key: push.key.as_str().to_owned(),
                    target: push.target,
                    summary: push.summary.clone(),
                    held: held && matches!(push.action, Action::CreateIssue(_)),
                    action: push.action.clone(),
                };
                // What is read again before it is written is planned once more.
                let at = *self.planned_at.entry(planned.key.clone()).or_insert(self.planned.len());
                match self.planned.get_mut(at) {
                    Some(before) => *before = planned,
                    None => self.planned.push(planned),
                }
            }
            Step::AdoptComment(link) => {
                self.adopted += 1;
                // A write whose answer was lost, and which this run has come upon since, is in doubt no more.
                let key = Key::comment(link.origin, &link.origin_id);
                self.items_failed.retain(|failure| failure.stage != Some(IN_DOUBT) || failure.item != key.as_str());
            }
            Step::AdoptIssue { .. } | Step::AdoptFile(_) => self.adopted += 1,
            Step::Skip { reason, .. } if reason.is_routine() => {}
            Step::Skip { reason: SkipReason::TooLarge(what), .. } => {
                self.dropped_fields.insert(format!("attachment {what}"));
            }
            Step::Skip { reason, .. } | Step::Withdraw { reason, .. } => {
                let item = if let Step::Skip { item, .. } = step { item.clone() } else { format!("{step:?}") };
                if !self.told.insert((item, reason.to_string())) {
                    return;
                }
                match reason {
                    SkipReason::Restricted(why) if is_about_a_file(step) => {
                        *self.files_kept.entry(why.clone()).or_default() += 1;
                    }
                    SkipReason::BothChanged(..) | SkipReason::ByHand(_) => self.conflicts += 1,
                    SkipReason::NobodyFound(side, names) => {
                        self.not_found.insert(format!("{names} on {side}"));
                    }
                    _ => {}
                }
                let shown = match reason {
                    SkipReason::Restricted(_) => SyncWords::Restricted.in_lang(Lang::En),
                    other => other.to_string(),
                };
                self.reasons.entry(shown.clone()).or_insert_with(|| reason.clone());
                *self.skipped.entry(shown).or_default() += 1;
            }
            Step::Rename { .. } | Step::Base { .. } | Step::Absence { .. } | Step::Disown(_) => {}
        }
    }

    /// Counts an issue that is left out, and that no run has met before.
    pub(super) fn first_met(&mut self, reason: &SkipReason) {
        if reason.leaves_out_an_issue() {
            *self.left_out.entry(reason.to_string()).or_default() += 1;
            self.reasons.entry(reason.to_string()).or_insert_with(|| reason.clone());
        }
    }

    pub(super) fn delivered(&mut self, push: &Push, receipt: &Receipt, found: bool) {
        if found {
            self.found_done += 1;
        } else {
            match push.action {
                Action::CreateIssue(_) => self.issues_created += 1,
                Action::ContinueIssue(_) => self.issues_continued += 1,
                Action::AddComment { .. } => self.comments_copied += 1,
                Action::EditComment { .. } => self.comments_edited += 1,
                Action::DeleteComment { .. } => self.comments_deleted += 1,
                Action::ChangeIssue { .. } => self.fields_written += 1,
                Action::LinkIssue { .. } => self.links_set += 1,
                // Counted when it was decided.
                Action::JoinIssue { .. } => {}
                Action::AddFile { .. } => self.files_copied += 1,
            }
        }
        for field in &receipt.dropped {
            self.dropped_fields.insert(format!("{}: {}", field.field, field.why));
        }
    }

    pub(super) fn side_failed(&mut self, side: Side, err: &ApiError) {
        let unauthorized = err.kind == ApiErrorKind::Unauthorized;
        let by_kind = || match side {
            _ if !unauthorized => None,
            Side::Source(_) => Some("check [guance].api_key".to_owned()),
            Side::Tracker(_) => Some("check [jira.auth]".to_owned()),
        };
        self.sides_failed.entry(side).or_insert_with(|| SideFailure {
            message: err.message.clone(),
            hint: err.hint.clone().or_else(by_kind),
            unauthorized,
        });
    }

    pub(super) fn lost(&mut self, away: &Away) {
        if !self.projects_lost.iter().any(|lost| away.is_project(&lost.project)) {
            let (project, message, hint) = (away.name.clone(), away.why.clone(), away.hint.clone());
            self.projects_lost.push(LostProject { project, message, hint });
        }
    }

    pub(super) fn item_failed(&mut self, push: &Push, err: &ApiError) {
        self.items_failed.push(ItemFailure {
            item: push.key.as_str().to_owned(),
            summary: push.summary.clone(),
            stage: Some(match err.kind {
                ApiErrorKind::Refused => "dead",
                ApiErrorKind::InDoubt => IN_DOUBT,
                _ => "pending",
            }),
            message: err.message.clone(),
            hint: err.hint.clone(),
        });
    }

    pub(super) fn thread_failed(&mut self, side: Side, issue: &str, err: &ApiError) {
        let summary = Summary::Thread { issue: issue.to_owned(), side: side.into() }.to_string();
        // A run may come by it more than once.
        if !self.items_failed.iter().any(|failure| failure.summary == summary) {
            let (message, hint) = (err.message.clone(), err.hint.clone());
            self.items_failed.push(ItemFailure { item: issue.to_owned(), summary, stage: None, message, hint });
        }
    }

    /// So many runs in a row could read nothing: somebody has to know.
    pub(super) fn starved(&mut self, side: Side, runs: u32) {
        self.items_failed.push(ItemFailure {
            item: side.to_string(),
            summary: Summary::Reading { side: side.into() }.to_string(),
            stage: None,
            message: format!("the request budget was used up before anything was done, in {runs} runs in a row"),
            hint: Some(Hint::MoreKeys.into()),
        });
    }

    pub(super) fn unreadable(&mut self, side: Side, record: &Unreadable) {
        self.unreadable += 1;
        if self.unreadable > MOST_UNREADABLE {
            return;
        }
        let item = record.issue.as_ref().map_or_else(|| format!("{side} record"), ToString::to_string);
        let summary = Summary::Record { side: side.into() }.to_string();
        let message = record.why.clone();
        self.items_failed.push(ItemFailure { item, summary, stage: None, message, hint: None });
    }

    pub(super) fn skew(&mut self, side: Side, theirs_ahead: TimeDelta) {
        if theirs_ahead.abs() > TOLERATED_SKEW {
            self.clock_skew_seconds.insert(side, theirs_ahead.num_seconds());
        }
    }

    /// Returns how the run ended, for the state.
    pub(super) fn end<'r>(&'r self, summary: &'r str, read: &'r BTreeSet<Side>) -> RunEnd<'r> {
        RunEnd { good: self.is_good(), summary, failures: &self.sides_failed, read }
    }

    pub(super) fn close(&mut self, state: &State, interrupted: bool, now: DateTime<Utc>) -> Result<(), StateError> {
        self.interrupted = interrupted;
        self.backlog = state.backlog()?;
        self.note_held(state)?;
        self.ended = now;
        Ok(())
    }

    /// Forgets what only tells one thing from another within a slice of a backfill, and its plan, if that need not be kept.
    pub(super) fn slice_ends(
        &mut self,
        state: &State,
        tell: impl FnOnce(&[Planned], &[HeldForLabel]) -> bool,
    ) -> Result<(), StateError> {
        self.note_held(state)?;
        if tell(&self.planned, &self.held_for_labels) {
            self.planned_before += self.planned.len();
            self.planned = Vec::new();
            self.planned_at = HashMap::new();
        }
        self.told = HashSet::new();
        Ok(())
    }

    /// Notes the creates that are held for a label: in a dry run, those of all slices.
    fn note_held(&mut self, state: &State) -> Result<(), StateError> {
        let held = state.held_for_labels()?;
        if !self.dry_run {
            self.held_for_labels.clear();
        }
        let new: Vec<HeldForLabel> = held.into_iter().filter(|held| !self.held_for_labels.contains(held)).collect();
        self.held_for_labels.extend(new);
        Ok(())
    }
}
/// Returns true for a step about an attached file.
fn is_about_a_file(step: &Step) -> bool {
    let key = match step {
        Step::Skip { item, .. } => item.parse().ok(),
        Step::Withdraw { key, .. } => Some(key.clone()),
        _ => None,
    };
    key.is_some_and(|key: Key| matches!(key.parts(), Some((_, Kind::Attachment, _))))
}
