//! Attached files. How they are uploaded and downloaded is hardly documented: every plausible form is understood.

use serde_json::{Value, json};

use super::answer::{Cause, Fault};
use super::convert;
use super::receipt::receipt;
use super::transfer::Uploaded;
use super::workspace::Guance;
use crate::domain::{Action, Comment, DroppedField, File, FileId, IssueId, Person, Push, Receipt, Side, portable_name};
use crate::ports::{ApiError, ApiErrorKind, Content};
use crate::text::Rest;
use crate::words::GuanceFault;

impl Guance<'_> {
    /// Lists what is attached to an issue and to the replies that people wrote.
    ///
    /// Source: Guance Open API, `GET /api/v1/issue/{issue_uuid}/get`, `attachments`.
    pub(super) fn list_files(&self, issue: &IssueId) -> Result<Vec<File>, ApiError> {
        if !self.files.borrow().contains_key(issue) {
            self.read_affordable(issue)?;
        }
        let mut files = match self.api.issue(issue) {
            Ok(row) => {
                let list = row.get("attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                list.iter().filter_map(|one| file(one, self.about.side, issue, &Person::default())).collect()
            }
            Err(fault) if fault.cause == Cause::Gone => Vec::new(),
            Err(fault) => return Err(fault.error),
        };
        let of_replies = self.files.borrow().get(issue).cloned().unwrap_or_default();
        files.extend(
            of_replies
                .into_iter()
                .filter(|file| !files.iter().any(|known: &File| known.id == file.id))
                .collect::<Vec<_>>(),
        );
        Ok(files)
    }

    /// Remembers for this run what a reply carries, unless the reply is ours.
    pub(super) fn note_files(&self, issue: &IssueId, comment: &Comment, attached: &[Value]) {
        if comment.claim.is_none() {
            let read = attached.iter().filter_map(|one| file(one, self.about.side, issue, &comment.author));
            let read = read.map(|file| File { created: Some(comment.created), ..file });
            self.files.borrow_mut().entry(issue.clone()).or_default().extend(read);
        }
    }

    /// Uploads a file and writes the reply that shows it. Where the service does not take the file, the reply names it
    /// and leads to where it is.
    pub(super) fn add_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let Action::AddFile { issue, file, note, origin_url } = &push.action else {
            return Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, "no file; this is a bug"));
        };
        let uploaded = match content {
            Some(content) => self.api.upload(&file.name, file.mime.as_deref(), content)?,
            None => Uploaded::Refused(GuanceFault::FailedTooOften.into()),
        };
        let settings = &self.api.settings;
        let rest = Rest { url: origin_url, lang: settings.lang };
        let mut request = convert::reply_request(settings.reply_format, issue, note, rest, push);
        let mut refusal = match uploaded {
            Uploaded::As(id) => {
                set(&mut request, json!([id]));
                None
            }
            Uploaded::Refused(why) => Some(why),
        };
        let answer = match self.api.create_reply(request.clone()) {
            Err(Fault { error, cause: Cause::BadRequest }) if refusal.is_none() => {
                refusal = Some(error.message);
                set(&mut request, Value::Null);
                self.api.create_reply(request)?
            }
            other => other?,
        };
        self.learn_account(&answer, "creator");
        let dropped = refusal.map(|why| DroppedField { field: format!("attachment {}", file.name), why });
        Ok(receipt(&answer)?.without(dropped.into_iter().collect()))
    }
}

/// Names the uploaded file in a reply's request, or names none.
///
/// Source: Guance Open API, `POST /api/v1/issue/reply/create`, `attachmentUuids`.
fn set(request: &mut Value, uuids: Value) {
    if let Some(request) = request.as_object_mut() {
        if uuids.is_null() {
            request.remove("attachmentUuids");
        } else {
            request.insert("attachmentUuids".to_owned(), uuids);
        }
    }
}

/// Reads an element of `attachments` or `attachmentsList`: an object with `uuid` and `fileName`, or a bare uuid.
fn file(one: &Value, side: Side, issue: &IssueId, author: &Person) -> Option<File> {
    let text = |names: &[&str]| names.iter().find_map(|name| one.get(name)?.as_str()).filter(|text| !text.is_empty());
    let id = one.as_str().or_else(|| text(&["uuid", "attachmentUUID", "attachmentUuid"]))?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if id.is_empty() || !id.bytes().all(legal) {
        return None;
    }
    let mut name = portable_name(text(&["fileName", "filename", "name"]).unwrap_or(id));
    let suffix = text(&["fileSuffix"]).unwrap_or_default().trim_start_matches('.');
    if !suffix.is_empty() && !name.to_lowercase().ends_with(&format!(".{}", suffix.to_lowercase())) {
        name = portable_name(&format!("{name}.{suffix}"));
    }
    Some(File {
        side,
        id: FileId::new(id),
        issue: issue.clone(),
        name,
        size: ["size", "fileSize"].iter().find_map(|name| one.get(name)?.as_u64()),
        mime: None,
        url: None,
        author: author.clone(),
        created: None,
        ours: false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_attachment_is_read_in_every_form() {
        for (one, want) in [
            (
                json!({"fileName": "观测云图标2.png", "fileSuffix": "png", "uuid": "att_1"}),
                Some(("att_1", "观测云图标2.png")),
            ),
            (json!({"fileName": "\\图标\\1.png", "fileSuffix": "png", "uuid": "att_1"}), Some(("att_1", "1.png"))),
            (json!({"fileName": "trace", "fileSuffix": "log", "uuid": "att_1"}), Some(("att_1", "trace.log"))),
            (json!({"name": "a.txt", "attachmentUUID": "att_2"}), Some(("att_2", "a.txt"))),
            (json!("att_3"), Some(("att_3", "att_3"))),
            (json!({"fileName": "a.txt"}), None),
            (json!("../x"), None),
            (json!(7), None),
        ] {
            let read = file(&one, Side::GUANCE, &IssueId::new("issue_1"), &Person::default());
            assert_eq!(read.as_ref().map(|file| (file.id.as_str(), file.name.as_str())), want, "{one}");
        }
    }
}
