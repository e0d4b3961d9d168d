//! Reading issues and threads.

use std::collections::HashSet;

use serde_json::Value;

use super::answer::{Cause, Fault};
use super::claim::Authors;
use super::paging::is_about_updates;
use super::wire::{IssueRow, ReplyRow};
use super::workspace::{Guance, Seen};
use super::{api, claim, convert};
use crate::domain::{Comment, CommentId, Issue, IssueId};
use crate::ports::{ApiError, Batch, FOR_EVER, Presence, Span, Unreadable, note_stranger};

/// The fact that `issue/list` was seen to select by update time.
pub(super) const BY_UPDATE: &str = "guance.window_is_about_updates";

impl Guance<'_> {
    /// Lists the issues of the span, of whichever time the service takes it to be about.
    pub(super) fn rows(&self, span: &Span) -> Result<Vec<Value>, Fault> {
        let known = self.facts.recall(BY_UPDATE, FOR_EVER).is_some();
        let rows = self.with_channel(|channel| self.api.issues(channel, span, span.until.filter(|_| !known)))?;
        // An issue from within that changed after the window's end is not there where that is about updates.
        if known || !is_about_updates(span, &rows) {
            return Ok(rows);
        }
        self.facts.remember(BY_UPDATE, "yes");
        if span.until.is_none() { Ok(rows) } else { self.with_channel(|channel| self.api.issues(channel, span, None)) }
    }

    /// Turns a row into an issue, asking for the names of levels when it must.
    pub(super) fn issue(&self, value: Value) -> Result<Result<Issue, Unreadable>, ApiError> {
        let row: IssueRow = match api::row(value) {
            Ok(row) => row,
            Err((issue, why)) => return Ok(Err(Unreadable { issue, why })),
        };
        let id = IssueId::new(row.uuid.as_str());
        let level = self.level_of(&row)?;
        self.learn_people(&row);
        let tells_channels = row.bind_channels.is_some();
        let mut issue = convert::issue(row, level, self.place());
        if let Ok(issue) = &mut issue {
            self.name_managers(issue)?;
            self.name_channels(issue, tells_channels)?;
        }
        Ok(issue.map_err(|why| Unreadable { issue: Some(id), why }))
    }

    pub(super) fn batch(&self, rows: impl IntoIterator<Item = Value>) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for row in rows {
            let workspace = row.get("workspaceUUID").and_then(Value::as_str).and_then(|id| api::segment(id).ok());
            if let Some(workspace) = workspace.filter(|id| batch.services.iter().all(|known| known != id)) {
                batch.services.push(workspace.to_owned());
            }
            match self.issue(row)? {
                Ok(issue) => batch.issues.push(issue),
                Err(unreadable) => batch.unreadable.push(unreadable),
            }
        }
        batch.clock = self.api.server_clock();
        Ok(batch)
    }

    /// Reads a thread; the flag tells whether every row of it could be read.
    pub(super) fn read_thread(&self, issue: &IssueId) -> Result<Option<(Vec<Comment>, bool)>, ApiError> {
        let rows = match self.api.replies(issue) {
            Ok(rows) => rows,
            Err(fault) if fault.cause == Cause::Gone => return Ok(None),
            Err(fault) => return Err(fault.error),
        };
        self.files.borrow_mut().insert(issue.clone(), Vec::new());
        let (thread, whole) = self.comments(issue, rows);
        self.seen.borrow_mut().insert(issue.clone(), Seen { at: self.api.now(), thread: thread.clone() });
        Ok(Some((thread, whole)))
    }

    /// Turns rows, newest first, into comments, oldest first; the flag tells whether every row could be read.
    pub(super) fn comments(&self, issue: &IssueId, rows: Vec<Value>) -> (Vec<Comment>, bool) {
        let authors = Authors::known(self.facts, &self.api.settings.former_accounts);
        let mut whole = true;
        let mut thread = Vec::new();
        // Newest first is what was asked for.
        for row in rows.into_iter().rev() {
            let number = row.get("id").and_then(Value::as_u64);
            let read = match api::row::<ReplyRow>(row) {
                // What the service itself writes about changes is not somebody's words.
                Ok(row) if row.kind == "change" || row.is_deleted() => continue,
                Ok(mut row) => {
                    let attached = std::mem::take(&mut row.attachments_list);
                    let comment = convert::comment(row, &attached, issue, self.place(), &authors);
                    comment.inspect(|comment| self.note_files(issue, comment, &attached))
                }
                Err((_, why)) => Err(why),
            };
            match read {
                Ok(comment) => thread.push((number, comment)),
                Err(error) => {
                    tracing::warn!(side = "guance", id = %issue, error, "Reply could not be read.");
                    whole = false;
                }
            }
        }
        // Times are whole seconds: within one, the numbers of the rows tell what was written first.
        thread.sort_by_key(|(number, comment)| (comment.created, *number));
        let thread: Vec<Comment> = thread.into_iter().map(|(_, comment)| comment).collect();
        for comment in thread.iter().filter(|comment| claim::is_like_ours(comment)) {
            note_stranger(self.facts, self.about.side, &comment.author.id);
        }
        (thread, whole)
    }

    /// Tells which replies are still there. There is no read of a reply by id: the thread is read once more, and tells
    /// that one is gone only where every row of it can be read, and the issue itself too.
    pub(super) fn look_for_replies(&self, issue: &IssueId, replies: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let unknown = || Ok(vec![Presence::Unknown; replies.len()]);
        let read = self.api.replies(issue).and_then(|rows| self.api.issue(issue).map(|_| rows));
        let rows = match read {
            Ok(rows) => rows,
            Err(fault) if fault.cause == Cause::Gone => return unknown(),
            Err(fault) => return Err(fault.error),
        };
        let mut there = HashSet::new();
        for row in rows {
            match api::row::<ReplyRow>(row) {
                Ok(row) if row.is_deleted() => {}
                Ok(row) => drop(there.insert(String::from(row.uuid))),
                Err(_) => return unknown(),
            }
        }
        let is_there = |id: &CommentId| if there.contains(id.as_str()) { Presence::There } else { Presence::Gone };
        Ok(replies.iter().map(is_there).collect())
    }
}
