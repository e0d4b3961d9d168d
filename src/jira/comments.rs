//! Comments: whole threads, and writing single comments so that each carries its marker from the first moment.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::api::{Ask, segment};
use super::claim::{PROPERTY, property, visible};
use super::convert::{issue_visibility, narrow, sort, time};
use super::fault::{dropped, refused, unavailable};
use super::service::Jira;
use super::wire;
use super::words::{Text, marker};
use crate::domain::marker::Aside;
use crate::domain::{Action, Comment, CommentId, DroppedField, IssueId, Kind, Maker, Push, Receipt, Side, Visibility};
use crate::ports::{ApiError, ApiErrorKind, Presence, note_stranger, seal_keys};
use crate::words::{ItemHint, JiraFault};

/// Comments asked for in one page.
const PAGE: usize = 100;

/// The property of a service project's internal note.
const INTERNAL: &str = "sd.public.comment";

impl Jira<'_> {
    /// Reads a whole thread, and who may see it; `None` when the issue answers 404. A search may show an older security
    /// level than the issue has: it is asked for here, and after the comments, so that none of them is newer.
    pub(super) fn read_visible_thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        let Some(mut thread) = self.read_thread(issue)? else { return Ok(None) };
        if thread.iter().any(|comment| comment.visibility == Visibility::Public) {
            let Some(row) = self.fetch_one(issue.as_str(), &["security"])? else { return Ok(None) };
            narrow(&mut thread, &issue_visibility(&row));
        }
        Ok(Some(thread))
    }

    /// Reads a whole thread, oldest first; `None` when the issue answers 404. Of who may see the issue it tells nothing.
    pub(super) fn read_thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        let Some(seen) = self.seen_issue(issue)? else { return Ok(None) };
        let Some(raws) = self.raw_thread(issue)? else { return Ok(None) };
        let mut thread: Vec<Comment> = self.with_reader(|reader| {
            raws.iter().map(|raw| reader.comment(raw, issue, &seen.name, seen.service)).collect()
        })?;
        sort(&mut thread);
        for comment in thread.iter().filter(|one| one.claim.is_none() && visible(&one.body, self.source()).is_some()) {
            note_stranger(self.facts, Side::JIRA, &comment.author.id);
        }
        Ok(Some(thread))
    }

    /// Pages through a thread. A comment deleted meanwhile shifts the pages, so a walk that comes out short is
    /// made once more.
    fn raw_thread(&self, issue: &IssueId) -> Result<Option<Vec<wire::Comment>>, ApiError> {
        let mut found: HashMap<String, wire::Comment> = HashMap::new();
        let what = format!("GET comments of {issue}");
        for _ in 0..2 {
            let mut start = 0;
            let mut walk = self.api.walk(&what);
            let total = loop {
                walk.next_page()?;
                let Some(page) = self.comment_page(issue, start)? else { return Ok(None) };
                walk.took(&page.comments)?;
                let received = page.comments.len();
                let total = page.total.and_then(|total| usize::try_from(total).ok()).unwrap_or(start + received);
                for value in page.comments {
                    match wire::read::<wire::Comment>(value) {
                        Ok(raw) => {
                            found.insert(raw.id.clone(), raw);
                        }
                        Err(why) => tracing::warn!(side = "jira", id = %issue, error = why, "Comment cannot be read."),
                    }
                }
                start += received;
                if received == 0 || start >= total {
                    break total;
                }
            };
            if found.len() >= total {
                break;
            }
        }
        Ok(Some(found.into_values().collect()))
    }

    fn comment_page(&self, issue: &IssueId, start: usize) -> Result<Option<wire::CommentPage>, ApiError> {
        let path = self.rest(&format!("issue/{}/comment", segment(issue.as_str())))?;
        let ask = Ask::get(path)
            .with("startAt", start.to_string())
            .with("maxResults", PAGE.to_string())
            .with("orderBy", "created")
            .with("expand", "properties");
        match self.api.send(&ask) {
            Ok(reply) => {
                let unreadable = |why| unavailable(format!("GET comments of {issue}: {why}"));
                wire::read(reply.json).map(Some).map_err(unreadable)
            }
            Err(failed) if failed.status == Some(404) => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Adds a comment; text and marker are one write.
    pub(super) fn add_comment(
        &self,
        push: &Push,
        issue: &IssueId,
        text: &Text<'_>,
        internal: bool,
    ) -> Result<Receipt, ApiError> {
        let mut properties = vec![json!({"key": PROPERTY, "value": marker(push, &self.settings.pair_id)})];
        if internal {
            properties.push(json!({"key": INTERNAL, "value": {"internal": true}}));
        }
        let path = self.rest(&format!("issue/{}/comment", segment(issue.as_str())))?;
        let send = |body: Value| {
            let body = json!({"body": body, "properties": properties});
            self.api.send(&Ask::post(path.clone(), body).with("expand", "properties"))
        };
        let (reply, said) = self.send_text(*text, send)?;
        let comment: wire::Comment = wire::read(reply.json).map_err(|why| {
            let message = format!("{path}: the new comment's answer cannot be read: {why}");
            ApiError::new(crate::domain::Side::JIRA, ApiErrorKind::InDoubt, message)
        })?;
        if internal && comment.internal() != Some(true) && self.has_customers(issue) {
            self.hide_or_take_back(issue, &comment.id)?;
        }
        Ok(receipt(&comment).without(changed(said)))
    }

    /// Returns a comment of ours before it is written over or deleted; `None` when it is not there.
    ///
    /// # Errors
    /// `NotOurs` when neither our account wrote it nor a seal proves that guajira did; `Refused` with a hint when it
    /// looks like guajira's, for then a person has to say whose account it was.
    fn read_own(&self, push: &Push, issue: &IssueId, path: &str) -> Result<Option<wire::Comment>, ApiError> {
        let raw = match self.read_comment(path) {
            Ok(raw) => raw,
            Err(error) if error.kind == ApiErrorKind::Refused => return Ok(None),
            Err(error) => return Err(error),
        };
        let (maker, comment) = self.with_reader(|reader| {
            (reader.maker(raw.author.as_ref()), reader.comment(&raw, issue, issue.as_str(), false))
        })?;
        let key = push.key.origin();
        let claims = comment.claim.as_ref().is_some_and(|claim| claim.key == key);
        if matches!(maker, Maker::Us | Maker::Former) || claims {
            return Ok(Some(raw));
        }
        let (id, account) = (raw.id.clone(), comment.author.id.clone());
        let whose = JiraFault::NotOurAccounts { comment: id, account };
        if visible(&comment.body, self.source()).is_some_and(|(named, _)| named == key) {
            return Err(refused(whose).with_hint(ItemHint::FormerJiraAccount));
        }
        Err(ApiError::new(Side::JIRA, ApiErrorKind::NotOurs, whose))
    }

    /// Rewrites a comment of ours, with the visibility it has now; leaves it alone when it already says this.
    pub(super) fn edit_comment(
        &self,
        push: &Push,
        issue: &IssueId,
        comment: &CommentId,
        internal: bool,
    ) -> Result<Receipt, ApiError> {
        let path = self.comment_path(issue, comment.as_str())?;
        let Some(now) = self.read_own(push, issue, &path)? else {
            return Err(refused(format!("PUT {path}: {}", JiraFault::CommentUnreadable)));
        };
        // It may have been another account of ours that wrote the comment, and the seal names whoever did.
        let author = now.author.as_ref().map(wire::User::id).unwrap_or_default();
        let push = &push.clone().sealed(&seal_keys(self.facts), &self.settings.pair_id, author);
        let Action::EditComment { body, origin_url, .. } = &push.action else {
            return Err(refused(format!("{}: no edit of a comment; this is a bug", push.key)));
        };
        let carried = now.property(PROPERTY).and_then(|value| property(value, self.source(), Kind::Comment));
        let is_it = |it: &Aside| it.key == push.key.origin() && it.written.as_ref() == Some(&push.content);
        if carried.as_ref().is_some_and(is_it) {
            return Ok(receipt(&now));
        }
        if internal && now.internal() != Some(true) && self.has_customers(issue) && !self.hide(&path, &now.id)? {
            return Err(refused(format!("PUT {path}: {}", JiraFault::ShownToCustomers)));
        }
        let send = |body: Value| {
            let mut body = json!({"body": body});
            // Left out, a restricted comment could become public.
            if let (false, Some(map)) = (now.visibility.is_null(), body.as_object_mut()) {
                map.insert("visibility".to_owned(), now.visibility.clone());
            }
            self.api.send(&Ask::put(path.clone(), body))
        };
        let (reply, said) = self.send_text(Text { body, origin_url }, send)?;
        let property = format!("comment/{}/properties/{PROPERTY}", segment(comment.as_str()));
        let marked = Ask::put(self.rest(&property)?, marker(push, &self.settings.pair_id)).repeatable().finishing();
        if let Err(failed) = self.api.send(&marked) {
            // The visible marker was renewed with the text; this one is the second witness.
            tracing::warn!(side = "jira", id = %comment, error = %failed.error, "Comment property not renewed.");
        }
        let written = wire::read(reply.json).map_or_else(|_| receipt(&now), |comment| receipt(&comment));
        Ok(written.without(changed(said)))
    }

    /// Deletes a comment of ours; one that is gone already counts as done.
    pub(super) fn delete_comment(
        &self,
        push: &Push,
        issue: &IssueId,
        comment: &CommentId,
    ) -> Result<Receipt, ApiError> {
        let path = self.comment_path(issue, comment.as_str())?;
        let gone = match self.read_own(push, issue, &path)? {
            Some(_) => match self.api.send(&Ask::delete(path).repeatable()) {
                Ok(_) => false,
                Err(failed) if failed.status == Some(404) => true,
                Err(failed) => return Err(failed.into()),
            },
            None => true,
        };
        if gone {
            // A token that has just died is told the same.
            self.log_in()?;
        }
        Ok(Receipt::of(comment.as_str(), None))
    }

    /// Tells which comments are still there. What answers 404 is gone only where the issue can be read after it, by
    /// somebody whom Jira knows; one that is merely hidden from us may answer 403, or 404 like one that is gone.
    pub(super) fn look_for_comments(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let mut found = Vec::with_capacity(comments.len());
        for comment in comments {
            found.push(match self.api.send(&Ask::get(self.comment_path(issue, comment.as_str())?)) {
                Ok(_) => Presence::There,
                Err(failed) if failed.status == Some(404) => Presence::Gone,
                Err(failed) if failed.error.kind == ApiErrorKind::Refused => Presence::Unknown,
                Err(failed) => return Err(failed.into()),
            });
        }
        if found.contains(&Presence::Gone) {
            self.log_in()?;
            let path = self.rest(&format!("issue/{}", segment(issue.as_str())))?;
            match self.api.send(&Ask::get(path).with("fields", "project")) {
                Ok(_) => {}
                Err(failed) if failed.status == Some(404) => found.fill(Presence::Unknown),
                Err(failed) => return Err(failed.into()),
            }
        }
        Ok(found)
    }

    fn comment_path(&self, issue: &IssueId, comment: &str) -> Result<String, ApiError> {
        self.rest(&format!("issue/{}/comment/{}", segment(issue.as_str()), segment(comment)))
    }

    fn read_comment(&self, path: &str) -> Result<wire::Comment, ApiError> {
        let reply = self.api.send(&Ask::get(path).with("expand", "properties").finishing())?;
        wire::read(reply.json).map_err(|why| unavailable(format!("GET {path}: {why}")))
    }

    /// Returns whether the issue's project may be a service project. Elsewhere an internal note is nothing special, and
    /// a Jira that does not show the note's mark again must not cost the comment.
    fn has_customers(&self, issue: &IssueId) -> bool {
        !matches!(self.seen_issue(issue), Ok(Some(seen)) if !seen.service)
    }

    /// Makes a comment an internal note; returns whether Jira then says that it is one.
    fn hide(&self, path: &str, comment: &str) -> Result<bool, ApiError> {
        let property = self.rest(&format!("comment/{}/properties/{INTERNAL}", segment(comment)))?;
        let ask = Ask::put(property, json!({"internal": true})).repeatable().finishing();
        if self.api.send(&ask).is_err() {
            return Ok(false);
        }
        Ok(self.read_comment(path)?.internal() == Some(true))
    }

    /// Sees to it that a comment just made is an internal note; if it cannot be one, it must not stay.
    fn hide_or_take_back(&self, issue: &IssueId, comment: &str) -> Result<(), ApiError> {
        let path = self.comment_path(issue, comment)?;
        let told = self.read_comment(&path).is_ok_and(|now| now.internal() == Some(true));
        if told || self.hide(&path, comment).unwrap_or(false) {
            return Ok(());
        }
        let fault = match self.api.send(&Ask::delete(path.clone()).repeatable().finishing()) {
            Ok(_) => JiraFault::NotInternalDeleted,
            Err(failed) => JiraFault::NotInternalLeft { why: failed.error.message },
        };
        Err(refused(format!("POST {path}: {fault}")).with_hint(ItemHint::MustBeAgent))
    }
}

/// Names what of a comment was not written as it was meant.
fn changed(said: Vec<String>) -> Vec<DroppedField> {
    said.into_iter().map(|why| dropped("text", why)).collect()
}

fn receipt(comment: &wire::Comment) -> Receipt {
    let at = time(&comment.updated).or_else(|| time(&comment.created));
    Receipt::of(&comment.id, at)
}
