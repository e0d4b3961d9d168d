//! Attachments: listing, reading and adding files.

use std::time::Duration;

use serde_json::Value;

use super::api::{Ask, Failed, segment};
use super::convert::{Reader, issue_visibility, person, time};
use super::fault::{refused, unavailable};
use super::service::Jira;
use super::wire;
use crate::domain::{Action, File, FileId, IssueId, Maker, Push, Receipt, Side, Visibility, portable_name, shown_size};
use crate::ports::{ApiError, ApiErrorKind, Content};
use crate::words::{GuanceFault, JiraFault};

/// The fact: the largest file that this Jira takes, in bytes; `off` where it takes none.
pub(super) const LIMIT: &str = "jira.upload_limit";

/// After this the limit is asked for again.
const LIMIT_AGE: Duration = Duration::from_hours(24);

impl Jira<'_> {
    /// Lists what is attached to an issue, oldest first, and says who may see the issue; nothing where it cannot be read.
    pub(super) fn list_files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        let Some(row) = self.fetch_one(issue.as_str(), &["attachment", "security"])? else {
            // A login that has just died is told the same.
            self.log_in()?;
            return Ok((Visibility::Public, Vec::new()));
        };
        let list = row.get("fields").and_then(|fields| fields.get("attachment")).and_then(Value::as_array);
        let read = |reader: Reader<'_>| list.into_iter().flatten().filter_map(|one| file(one, issue, reader)).collect();
        let mut files: Vec<File> = self.with_reader(read)?;
        files.sort_by_key(|file| (file.created, file.id.as_str().parse::<u64>().unwrap_or(u64::MAX)));
        Ok((issue_visibility(&row), files))
    }

    /// Opens an attachment.
    ///
    /// Source: Jira Cloud REST v3, `GET /attachment/content/{id}`: 303 to another host, which must not see our login;
    /// Data Center: the attachment's `content` address, with it.
    pub(super) fn open_attachment(&self, file: &File) -> Result<Content, ApiError> {
        let path = if self.is_cloud()? {
            self.rest(&format!("attachment/content/{}", segment(file.id.as_str())))?
        } else {
            let told = file.url.as_deref().and_then(|url| self.own_path(url));
            let made = || format!("/secure/attachment/{}/{}", segment(file.id.as_str()), segment(&file.name));
            told.unwrap_or_else(made)
        };
        match self.api.open(&path, &file.name) {
            Ok(content) => Ok(content),
            // A login that has just died is told the same, and a file that is refused is given up.
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => {
                self.log_in()?;
                Err(failed.into())
            }
            Err(failed) => Err(failed.into()),
        }
    }

    /// Returns the part of an address below our base address; `None` when it leads elsewhere.
    fn own_path(&self, url: &str) -> Option<String> {
        let bases = [Some(self.settings.base_url.as_str()), self.site.get().map(|site| site.base.as_str())];
        let path = bases.into_iter().flatten().find_map(|base| url.strip_prefix(base.trim_end_matches('/')))?;
        path.starts_with('/').then(|| path.to_owned())
    }

    /// Attaches a file to an issue.
    pub(super) fn attach(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let (Action::AddFile { issue, file, .. }, Some(content)) = (&push.action, content) else {
            return Err(refused(format!("{}: no file; this is a bug", push.key)));
        };
        match self.seen_issue(issue)? {
            Some(seen) if seen.service => {
                return Err(refused(JiraFault::ServiceProject { issue: seen.name }));
            }
            Some(_) => {}
            None => {
                self.log_in()?;
                return Err(refused(JiraFault::IssueUnreadable { issue: issue.to_string() }));
            }
        }
        self.may_take(file, content.size)?;
        let path = self.rest(&format!("issue/{}/attachments", segment(issue.as_str())))?;
        let json = match self.api.upload(&path, &file.name, file.mime.as_deref(), content) {
            Ok(reply) => reply.json,
            Err(failed) if is_about_files(&failed) => {
                self.log_in()?;
                let lack = failed.error.hint.filter(|_| failed.lacks_scope);
                return Err(ApiError { hint: lack, ..refused(failed.error.message) });
            }
            Err(failed) => return Err(failed.into()),
        };
        let made = json.get(0).unwrap_or(&json);
        let Some(id) = made.get("id").and_then(wire::id_text) else {
            let message = format!("POST {path}: {}", GuanceFault::NoAttachment);
            return Err(ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, message));
        };
        let at = made.get("created").and_then(time);
        Ok(Receipt::of(id, at))
    }

    /// Refuses a file that this Jira is known not to take: a broken upload would tell less.
    fn may_take(&self, file: &File, size: Option<u64>) -> Result<(), ApiError> {
        match self.upload_limit()? {
            Some(limit) if size.or(file.size).is_some_and(|size| size > limit) => {
                Err(refused(JiraFault::LargerThan { file: file.name.clone(), size: shown_size(limit) }))
            }
            None => Err(refused(JiraFault::AttachmentsOff)),
            Some(_) => Ok(()),
        }
    }

    /// Returns the largest file that this Jira takes, in bytes; `None` where it takes none.
    pub(super) fn upload_limit(&self) -> Result<Option<u64>, ApiError> {
        if let Some(known) = self.facts.recall(LIMIT, LIMIT_AGE) {
            return Ok(known.parse().ok());
        }
        let path = self.rest("attachment/meta")?;
        let meta = match self.api.send(&Ask::get(path.clone())) {
            Ok(reply) => reply.json,
            // It does not tell: then the upload will.
            Err(failed) if is_about_files(&failed) => return Ok(Some(u64::MAX)),
            Err(failed) => return Err(failed.into()),
        };
        let enabled = meta.get("enabled").and_then(Value::as_bool);
        let limit = meta.get("uploadLimit").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let Some(enabled) = enabled else { return Err(unavailable(format!("GET {path}: unexpected answer"))) };
        let limit = enabled.then_some(limit);
        self.facts.remember(LIMIT, &limit.map_or_else(|| "off".to_owned(), |limit| limit.to_string()));
        Ok(limit)
    }
}

/// Returns true for answers that, given a good login, mean that this file is not taken.
///
/// Source: Jira Data Center REST v2, `POST /issue/{issueIdOrKey}/attachments`: 404 when it is too large.
fn is_about_files(failed: &Failed) -> bool {
    !failed.login_refused && matches!(failed.status, Some(400 | 401 | 403 | 404 | 405 | 413 | 415))
}

fn file(one: &Value, issue: &IssueId, reader: Reader<'_>) -> Option<File> {
    let author: wire::User = wire::read(one.get("author")?.clone()).unwrap_or_default();
    let text = |name: &str| one.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(File {
        side: reader.source.tracker(),
        id: FileId::new(one.get("id").and_then(wire::id_text)?),
        issue: issue.clone(),
        name: portable_name(&text("filename").unwrap_or_default()),
        size: one.get("size").and_then(Value::as_u64),
        mime: text("mimeType"),
        url: text("content"),
        ours: reader.maker(Some(&author)) != Maker::Other,
        author: person(&author),
        created: one.get("created").and_then(time),
    })
}
