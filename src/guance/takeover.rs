//! What taking over from another program asks of Guance: our markers on replies that it wrote.

use serde_json::{Map, Value, json};

use super::api;
use super::claim::{self, Authors};
use super::workspace::Guance;
use crate::domain::{IssueId, Side};
use crate::guance::wire::ReplyRow;
use crate::ports::{ApiError, ApiErrorKind, LabelledIssue, Mark, Takeover};
use crate::words::GuanceFault;

impl Takeover for Guance<'_> {
    fn own_accounts(&self) -> Vec<String> {
        Authors::known(self.facts, &self.api.settings.former_accounts).accounts()
    }

    /// Guance's issues have no labels.
    fn labelled(&self) -> Result<Vec<LabelledIssue>, ApiError> {
        Ok(Vec::new())
    }

    fn mark_issue(&self, mark: &Mark) -> Result<(), ApiError> {
        Err(refused(GuanceFault::NobodysCopies { issue: mark.copy.clone() }))
    }

    fn mark_comments(&self, issue: &IssueId, marks: &[Mark]) -> Result<Vec<Result<(), ApiError>>, ApiError> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.api.replies(issue).map_err(|fault| fault.error)?;
        Ok(marks.iter().map(|mark| self.mark_reply(issue, &rows, mark)).collect())
    }
}

impl Guance<'_> {
    /// Writes a reply as it is, with our object in its `extend`.
    fn mark_reply(&self, issue: &IssueId, rows: &[Value], mark: &Mark) -> Result<(), ApiError> {
        let is_it = |row: &&Value| row.get("uuid").and_then(Value::as_str) == Some(mark.copy.as_str());
        let Some(row) = rows.iter().find(is_it) else {
            let (reply, issue) = (mark.copy.clone(), issue.to_string());
            return Err(refused(GuanceFault::ReplyGone { reply, issue }));
        };
        let content = row.get("content").and_then(Value::as_str);
        let read: Option<ReplyRow> = api::row(row.clone()).ok();
        let (Some(content), Some(read)) = (content, read) else {
            return Err(refused(GuanceFault::CannotRewrite { copy: mark.copy.clone() }));
        };
        // What a modify without the list of files does to them is not documented.
        if !read.attachments_list.is_empty() {
            return Err(refused(GuanceFault::CarriesFiles { copy: mark.copy.clone() }));
        }
        let mut extend = read.extend.as_object().cloned().unwrap_or_default();
        let ours: Map<String, Value> = claim::extend_of(&mark.key, &mark.content, mark.seal.as_ref());
        if ours.iter().all(|(name, value)| extend.get(name) == Some(value)) {
            return Ok(());
        }
        extend.extend(ours);
        let body = json!({"issueUUID": issue.as_str(), "content": content, "extend": extend});
        let answer = self.api.modify_reply(&mark.copy, body).map_err(|fault| fault.error)?;
        self.learn_account(&answer, "updator");
        Ok(())
    }
}

fn refused(message: GuanceFault) -> ApiError {
    ApiError::new(Side::GUANCE, ApiErrorKind::Refused, message)
}
