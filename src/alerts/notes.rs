//! The thread of an alert: its notes, and how often it occurred again.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::answer::Cause;
use super::api::PAGE;
use super::convert;
use super::service::Alerts;
use super::settings::Kind;
use super::whole::Found;
use super::wire::{AlertRow, NoteRow};
use crate::domain::{Comment, CommentId, IssueId, Key, Side};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind, Presence, Walk, seal_keys};
use crate::words::ListFault;

/// A thread as it was read.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// Oldest first.
    pub(super) comments: Vec<Comment>,
    /// False where a note could not be understood.
    pub(super) whole: bool,
    /// The services' own ids of notes, where they have some (JSM).
    pub(super) ids: HashMap<CommentId, String>,
    /// Later notes that stand for the words of an earlier one: their ids, and the earlier one's.
    folded: HashMap<CommentId, CommentId>,
}

impl Alerts<'_> {
    /// Reads a thread; `None` where there is no such alert.
    ///
    /// # Errors
    /// When it could not be read to its end.
    pub(super) fn read_thread(&self, alert: &IssueId) -> Result<Option<Thread>, ApiError> {
        let seen = self.seen.borrow().get(alert.as_str()).cloned();
        let row = match seen {
            Some(row) => row,
            None => match self.by_id(alert.as_str())? {
                Found::Whole(row) => *row,
                Found::Gone => return Ok(None),
                Found::Odd(unreadable) => {
                    return Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, unreadable.why));
                }
            },
        };
        let Some(rows) = self.read_notes(alert)? else { return Ok(None) };
        Ok(Some(self.thread_of(alert, &row, rows)))
    }

    /// Reads all notes, newest first; `None` where there is no such alert.
    fn read_notes(&self, alert: &IssueId) -> Result<Option<Vec<Value>>, ApiError> {
        let mut walk = Walk::new(Side::GUANCE, "notes", self.api.stop);
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        let mut from: Option<String> = None;
        loop {
            walk.next_page()?;
            let page = match self.api.notes(alert.as_str(), from.as_deref()) {
                Ok(page) => page,
                Err(fault) if fault.cause == Cause::Gone => return Ok(None),
                Err(fault) => return Err(fault.error),
            };
            walk.took(&page.rows)?;
            let count = page.rows.len();
            let last = page.rows.last().map(|row| handle(row, self.api.kind()));
            let mut fresh = 0;
            for row in page.rows {
                // Whether the next page begins with the last row of the one before is not documented.
                let name = handle(&row, self.api.kind());
                if name.is_empty() || known.insert(name) {
                    fresh += 1;
                    all.push(row);
                }
            }
            let next = parameter(&page.next, self.api.kind()).or(last.filter(|name| !name.is_empty()));
            let goes_on = count >= PAGE || !page.next.is_empty();
            match next {
                _ if count == 0 || !goes_on => return Ok(Some(all)),
                _ if fresh == 0 && page.next.is_empty() => return Ok(Some(all)),
                Some(next) if fresh > 0 && from.as_ref() != Some(&next) => from = Some(next),
                _ => return Err(walk.endless(ListFault::NoNextPage)),
            }
        }
    }

    fn thread_of(&self, alert: &IssueId, row: &AlertRow, rows: Vec<Value>) -> Thread {
        let keys = seal_keys(self.facts);
        let mut thread = Thread { whole: true, ..Thread::default() };
        let mut equal: HashMap<CommentId, usize> = HashMap::new();
        // Newest first is what was asked for.
        for value in rows.into_iter().rev() {
            let read = serde_json::from_value::<NoteRow>(value).map_err(|error| clean(&error.to_string()));
            let read = read.and_then(|note| {
                let nth = equal.entry(convert::note_id(alert, &note, 0)).or_default();
                let id = convert::note_id(alert, &note, *nth);
                *nth += 1;
                let comment = convert::comment(&note, id.clone(), alert, &self.api.settings, &keys)?;
                if !note.id.is_empty() {
                    thread.ids.insert(id, note.id);
                }
                Ok(comment)
            });
            match read {
                Ok(comment) => thread.comments.push(comment),
                Err(error) => {
                    tracing::warn!(source = self.api.settings.name, id = %alert, error, "Note could not be read.");
                    thread.whole = false;
                }
            }
        }
        thread.comments.sort_by_key(|comment| comment.created);
        if self.api.kind() == Kind::Opsgenie {
            thread.fold();
        }
        thread.comments.extend(convert::occurrences(row, &self.api.settings));
        thread.comments.sort_by_key(|comment| comment.created);
        thread
    }

    /// Tells which notes are still there: the thread is read once more.
    ///
    /// # Errors
    /// When it could not be read.
    pub(super) fn look_for_notes(&self, alert: &IssueId, notes: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        // Whether the alert is still to be seen is asked anew.
        self.seen.borrow_mut().remove(alert.as_str());
        let thread = match self.read_thread(alert) {
            Err(error) if error.kind == ApiErrorKind::Refused => None,
            read => read?,
        };
        let Some(thread) = thread.filter(|thread| thread.whole) else {
            return Ok(vec![Presence::Unknown; notes.len()]);
        };
        let there: HashSet<&CommentId> =
            thread.comments.iter().map(|comment| &comment.id).chain(thread.folded.keys()).collect();
        let is_there = |id: &CommentId| if there.contains(id) { Presence::There } else { Presence::Gone };
        Ok(notes.iter().map(is_there).collect())
    }
}

impl Thread {
    /// Makes one comment of all our notes that copy one original. Opsgenie's notes cannot be changed: what a copy reads after
    /// an edit is another note, with the same original in its marker.
    fn fold(&mut self) {
        let mut first: HashMap<Key, usize> = HashMap::new();
        let mut kept: Vec<Comment> = Vec::new();
        for comment in std::mem::take(&mut self.comments) {
            let key = comment.claim.as_ref().map(|claim| claim.key.clone());
            match key.as_ref().and_then(|key| first.get(key)).and_then(|at| kept.get_mut(*at)) {
                Some(copy) => {
                    self.folded.insert(comment.id, copy.id.clone());
                    (copy.body, copy.claim) = (comment.body, comment.claim);
                    copy.updated = copy.updated.max(comment.updated);
                }
                None => {
                    if let Some(key) = key {
                        first.insert(key, kept.len());
                    }
                    kept.push(comment);
                }
            }
        }
        self.comments = kept;
    }
}

/// Returns what names a note for paging: `offset` on Opsgenie, the id on JSM.
fn handle(row: &Value, kind: Kind) -> String {
    let name = if kind == Kind::Jsm { "id" } else { "offset" };
    match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Returns where the next page begins, by its address. Nothing else of the address is used: it may hold a key.
fn parameter(next: &str, kind: Kind) -> Option<String> {
    let name = if kind == Kind::Jsm { "after" } else { "offset" };
    let (_, query) = next.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_-.:".contains(&b);
    (!value.is_empty() && value.bytes().all(legal)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_taken_out_of_an_address_and_nothing_else() {
        for (next, kind, want) in [
            ("https://api.opsgenie.com/v2/alerts/a/notes?offset=1_2&apiKey=x", Kind::Opsgenie, Some("1_2")),
            ("/v1/alerts/a/notes?after=1492000072838", Kind::Jsm, Some("1492000072838")),
            ("/v1/alerts/a/notes?after=%2e%2e", Kind::Jsm, None),
            ("/v1/alerts/a/notes?size=5", Kind::Jsm, None),
            ("", Kind::Jsm, None),
        ] {
            assert_eq!(parameter(next, kind).as_deref(), want, "{next}");
        }
    }
}
