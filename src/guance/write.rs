//! Carrying out one write.

use serde_json::Value;

use super::answer::Cause;
use super::claim::{self, Authors};
use super::receipt::{receipt, refused};
use super::workspace::Guance;
use super::{convert, extend};
use crate::domain::{Action, CommentId, IssueId, Maker, Push, Receipt, Side};
use crate::ports::{ApiError, ApiErrorKind, learn_accounts};
use crate::text::Rest;
use crate::words::{GuanceFault, Hint};

impl Guance<'_> {
    /// Remembers which account our key writes as. Guance has no call that tells.
    pub(super) fn learn_account(&self, answer: &Value, field: &str) {
        let account = answer.get(field).and_then(Value::as_str).unwrap_or_default();
        if !account.contains(char::is_whitespace) {
            learn_accounts(self.facts, account);
        }
    }

    /// Makes sure that a reply is ours before it is written over or deleted; `false` when it is not in its thread. A
    /// reply cannot be read by its id: the thread is read, unless this run has just done so.
    ///
    /// # Errors
    /// `NotOurs` when neither our account wrote it nor a marker proves that guajira did; `Refused` with a hint when it
    /// looks like guajira's, for then a person has to say whose key it was.
    pub(super) fn is_own(&self, push: &Push, issue: &IssueId, reply: &CommentId) -> Result<bool, ApiError> {
        let Some(reply) = self.reply(issue, reply)? else { return Ok(false) };
        let authors = Authors::known(self.facts, &self.api.settings.former_accounts);
        let (maker, key) = (authors.maker(&reply.author.id), push.key.origin());
        let claims = reply.claim.as_ref().is_some_and(|claim| claim.key == key);
        let shows = claim::visible(&reply.body).is_some_and(|(named, _)| named == key);
        // People at the console quote texts together with their links.
        let may_be_ours = maker == Maker::Unknown && !reply.author.id.starts_with("acnt_");
        if matches!(maker, Maker::Us | Maker::Former) || claims || may_be_ours && shows {
            return Ok(true);
        }
        let (id, account) = (reply.id.to_string(), reply.author.id.clone());
        let whose = GuanceFault::NotOurKeys { reply: id, account };
        if shows {
            return Err(refused(whose).with_hint(Hint::FormerKey));
        }
        Err(ApiError::new(Side::GUANCE, ApiErrorKind::NotOurs, whose))
    }

    pub(super) fn push_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        let settings = &self.api.settings;
        let request = |issue, body, url: &str| {
            convert::reply_request(settings.reply_format, issue, body, Rest { url, lang: settings.lang }, push)
        };
        match &push.action {
            Action::AddComment { issue, body, origin_url, internal: _ } => {
                let answer = self.api.create_reply(request(issue, body, origin_url))?;
                self.learn_account(&answer, "creator");
                receipt(&answer)
            }
            Action::EditComment { issue, comment, body, origin_url, internal: _ } => {
                if !self.is_own(push, issue, comment)? {
                    let (reply, issue) = (comment.to_string(), issue.to_string());
                    return Err(refused(GuanceFault::ReplyNotInThread { reply, issue }));
                }
                let answer = self.api.modify_reply(comment.as_str(), request(issue, body, origin_url))?;
                self.learn_account(&answer, "updator");
                // The reply is known by its id whatever the answer holds.
                Ok(receipt(&answer).unwrap_or_else(|_| Receipt::of(comment.as_str(), None)))
            }
            Action::DeleteComment { issue, comment } => {
                if !self.is_own(push, issue, comment)? {
                    return Ok(Receipt::of(comment.as_str(), None));
                }
                match self.api.delete_reply(comment.as_str()) {
                    Ok(_) => Ok(Receipt::of(comment.as_str(), self.api.server_clock())),
                    Err(fault) if fault.cause == Cause::Gone => Ok(Receipt::of(comment.as_str(), None)),
                    Err(fault) => Err(fault.error),
                }
            }
            Action::ChangeIssue { issue, change, value: _ } => self.change_issue(issue, change),
            Action::AddFile { .. } => self.add_file(push, None),
            Action::LinkIssue { issue, to: _, title, url } => {
                extend::change(&self.api, issue, |extend| extend::add_link(extend, title, url))?;
                Ok(Receipt::of(issue.as_str(), self.api.server_clock()))
            }
            Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::JoinIssue { .. } => {
                Err(refused(GuanceFault::NotCreatedThere))
            }
        }
    }
}
