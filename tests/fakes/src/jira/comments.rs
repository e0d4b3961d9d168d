//! Comments: listing, reading, writing, Cloud's reading by id, and what they do to their issue.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::call::{Call, cut, ok};
use super::errors::{self, Answer};
use super::issues::properties_in;
use super::model::{Comment, Issue, Visibility};
use super::state::Site;
use crate::server::Response;

/// What a comment body may hold; what Jira itself put into an answer is read past.
const MEMBERS: [&str; 13] = [
    "body",
    "visibility",
    "properties",
    "id",
    "self",
    "author",
    "updateAuthor",
    "created",
    "updated",
    "renderedBody",
    "jsdPublic",
    "jsdAuthorCanSeeRequest",
    "public",
];
const MOST_PER_ISSUE: usize = 5000;

impl Site {
    pub(super) fn add_comment(
        &mut self,
        issue: u64,
        author: &str,
        body: Value,
        visibility: Option<Visibility>,
        properties: BTreeMap<String, Value>,
    ) -> u64 {
        let (id, now) = (self.new_id(), self.now());
        let comment = Comment {
            id,
            author: Some(author.to_owned()),
            update_author: Some(author.to_owned()),
            body,
            created: now,
            updated: now,
            visibility,
            properties,
        };
        self.comment_homes.insert(id, issue);
        self.change(issue, |i| {
            i.comments.push(Arc::new(comment));
            i.updated = now;
        });
        id
    }

    /// Changes one comment; `bumps` says whether that moves the issue's `updated`.
    pub(super) fn change_comment(&mut self, issue: u64, id: u64, bumps: bool, act: impl FnOnce(&mut Comment)) {
        let now = self.now();
        self.change(issue, |i| {
            if let Some(slot) = i.comments.iter_mut().find(|c| c.id == id) {
                let mut comment = Comment::clone(slot);
                act(&mut comment);
                *slot = Arc::new(comment);
            }
            if bumps {
                i.updated = now;
            }
        });
    }

    /// Removes a comment; its text goes into the history, masked when it was restricted.
    pub(super) fn remove_comment(&mut self, issue: u64, id: u64, author: &str) {
        let (now, history) = (self.now(), self.new_id());
        let bumps = self.switches.comment_delete_bumps;
        self.change(issue, |i| {
            let Some(at) = i.comments.iter().position(|c| c.id == id) else { return };
            let gone = i.comments.remove(at);
            let text = match &gone.visibility {
                Some(Visibility::Role(who) | Visibility::Group(who)) => {
                    format!("A comment with security level '{who}' was removed.")
                }
                None => super::text::plain(&gone.body),
            };
            let items = vec![("Comment".to_owned(), Some(text), None)];
            i.history.push(super::model::History { id: history, author: author.to_owned(), created: now, items });
            if bumps {
                i.updated = now;
            }
        });
    }
}

impl Call<'_> {
    fn shows_properties(&self) -> bool {
        self.expands("properties") && self.site.switches.comment_properties_expand
    }

    fn one_comment(&self, issue: &Issue, comment: &Comment) -> Value {
        self.comment_json(issue, comment, self.shows_properties(), self.expands("renderedBody"))
    }

    pub(super) fn list_comments(&self, key: &str) -> Answer {
        let issue = self.issue(key)?;
        let (start, most) = self.paging(if self.cloud() { 100 } else { 50 }, 5000)?;
        let mut seen: Vec<_> =
            issue.comments.iter().filter(|c| self.site.sees_comment(c, self.viewer())).cloned().collect();
        match self.request.query("orderBy") {
            None | Some("created" | "+created" | " created") => {}
            Some("-created") => seen.reverse(),
            Some(other) => return Err(errors::message(400, &format!("Invalid orderBy value '{other}'."))),
        }
        let total = seen.len();
        let page: Vec<_> = cut(seen, start, most).iter().map(|c| self.one_comment(&issue, c)).collect();
        ok(&json!({"startAt": start, "maxResults": most, "total": total, "comments": page}))
    }

    fn comment(&self, key: &str, id: &str) -> Answer<(Arc<Issue>, Arc<Comment>)> {
        let issue = self.issue(key)?;
        let found = issue.comments.iter().find(|c| c.id.to_string() == id);
        let found = found.filter(|c| self.site.sees_comment(c, self.viewer())).cloned();
        let missing = || errors::message(404, &format!("Can not find a comment for the id: {id}."));
        found.map(|c| (issue, c)).ok_or_else(missing)
    }

    pub(super) fn get_comment(&self, key: &str, id: &str) -> Answer {
        let (issue, comment) = self.comment(key, id)?;
        ok(&self.one_comment(&issue, &comment))
    }

    pub(super) fn post_comment(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        let me = self.user()?;
        if !self.site.may(Some(&me), "ADD_COMMENTS") {
            let shown = self.site.user(&me).map_or("", |u| u.display_name.as_str());
            return Err(errors::message(
                400,
                &format!("{shown}, you do not have the permission to comment on this issue."),
            ));
        }
        if issue.comments.len() >= MOST_PER_ISSUE {
            return Err(errors::message(413, "The issue has reached the limit of comments."));
        }
        let sent = self.object(&MEMBERS)?;
        let body = self.comment_text(&sent)?;
        let visibility = self.visibility_in(&sent)?;
        let properties = properties_in(&sent).map_err(|text| errors::message(400, &text))?;
        let id = self.site.add_comment(issue.id, &me, body, visibility, properties);
        self.answer_with(201, issue.id, id)
    }

    fn answer_with(&self, status: u16, issue: u64, id: u64) -> Answer {
        let issue = self.site.issue(issue).ok_or_else(errors::no_issue)?;
        let comment = issue.comments.iter().find(|c| c.id == id).ok_or_else(errors::no_issue)?;
        Ok(Response::json(status, &self.one_comment(issue, comment)))
    }

    fn comment_text(&self, sent: &Map<String, Value>) -> Answer<Value> {
        let empty = || errors::field("comment", "Comment body can not be empty!");
        let body = sent.get("body").filter(|b| !b.is_null()).ok_or_else(empty)?;
        let stored = self.text_in(body).map_err(|bad| errors::field("comment", &bad.for_comment()))?;
        if body.as_str().is_some_and(|text| text.trim().is_empty()) || body["content"] == json!([]) {
            return Err(empty());
        }
        Ok(stored)
    }

    fn visibility_in(&self, sent: &Map<String, Value>) -> Answer<Option<Visibility>> {
        let Some(visibility) = sent.get("visibility").filter(|v| !v.is_null()) else { return Ok(None) };
        let refuse = |text: &str| errors::field("commentLevel", text);
        let kind = visibility["type"].as_str().unwrap_or_default();
        let value = visibility["value"].as_str().or_else(|| visibility["identifier"].as_str()).unwrap_or_default();
        let me = self.viewer().and_then(|v| self.site.user(v)).ok_or_else(errors::unauthenticated)?;
        match kind {
            "role" if me.roles.contains(value) => Ok(Some(Visibility::Role(value.to_owned()))),
            "group" if me.groups.contains(value) => Ok(Some(Visibility::Group(value.to_owned()))),
            "role" => Err(refuse(&format!("You are currently not a member of the project role: {value}."))),
            "group" => Err(refuse(&format!("You are currently not a member of the group: {value}."))),
            _ => Err(refuse("Invalid visibility type.")),
        }
    }

    fn may_touch(&self, comment: &Comment, verb: &str) -> Answer<()> {
        let own = comment.author.as_deref() == self.viewer();
        let verb_upper = verb.to_uppercase();
        let allowed = self.site.may(self.viewer(), &format!("{verb_upper}_ALL_COMMENTS"))
            || (own && self.site.may(self.viewer(), &format!("{verb_upper}_OWN_COMMENTS")));
        let text = format!("You do not have permission to {verb} comment with id: {}", comment.id);
        allowed.then_some(()).ok_or_else(|| errors::message(400, &text))
    }

    pub(super) fn put_comment(&mut self, key: &str, id: &str) -> Answer {
        let (issue, comment) = self.comment(key, id)?;
        let me = self.user()?;
        self.site.check_issue_write(issue.id)?;
        self.may_touch(&comment, "edit")?;
        let sent = self.object(&MEMBERS)?;
        let body = self.comment_text(&sent)?;
        let keeps = !sent.contains_key("visibility") && !self.site.switches.put_drops_visibility;
        let visibility = if keeps { comment.visibility.clone() } else { self.visibility_in(&sent)? };
        let properties = properties_in(&sent).map_err(|text| errors::message(400, &text))?;
        let same = body == comment.body && visibility == comment.visibility;
        if !same || (self.cloud() && !properties.is_empty()) {
            let now = self.site.now();
            let bumps = self.site.switches.comment_edit_bumps && !same;
            self.site.change_comment(issue.id, comment.id, bumps, |c| {
                if !same {
                    c.body = body;
                    c.visibility = visibility;
                    c.update_author = Some(me);
                    c.updated = now;
                }
                c.properties.extend(properties);
            });
        }
        self.answer_with(200, issue.id, comment.id)
    }

    pub(super) fn delete_comment(&mut self, key: &str, id: &str) -> Answer {
        if self.viewer().is_none() {
            self.issue(key)?;
            return Err(Response::empty(405));
        }
        let (issue, comment) = self.comment(key, id)?;
        let me = self.user()?;
        self.site.check_issue_write(issue.id)?;
        self.may_touch(&comment, "delete")?;
        self.site.remove_comment(issue.id, comment.id, &me);
        Ok(Response::empty(204))
    }

    /// Cloud: comments by id, whatever issue they are on.
    pub(super) fn comments_by_id(&self) -> Answer {
        let body = self.object(&["ids"])?;
        let ids = body.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
        let numbers: Option<Vec<u64>> = ids.iter().map(Value::as_u64).collect();
        let numbers = numbers.ok_or_else(|| errors::bad_payload(true, "ids"))?;
        if numbers.is_empty() || numbers.len() > 1000 {
            return Err(errors::message(400, "The number of comment ids must be between 1 and 1000."));
        }
        let found = numbers.iter().filter_map(|id| self.comment_anywhere(&id.to_string()));
        let values: Vec<_> = found.map(|(issue, comment)| self.one_comment(&issue, &comment)).collect();
        let total = values.len();
        ok(&json!({"startAt": 0, "maxResults": 1_048_576, "total": total, "isLast": true, "values": values}))
    }

    /// For property endpoints: the comment, and that it may be changed.
    pub(super) fn comment_for_properties(&self, id: &str, writes: bool) -> Answer<(u64, Arc<Comment>)> {
        let missing = || errors::message(404, &format!("Can not find a comment for the id: {id}."));
        let (issue, comment) = self.comment_anywhere(id).ok_or_else(missing)?;
        if writes {
            self.user()?;
            self.may_touch(&comment, "edit").map_err(|mut refused| {
                refused.status = 403;
                refused
            })?;
        }
        Ok((issue.id, comment))
    }
}
