//! Attachments: a form with the XSRF header goes in; on Cloud the bytes come from another host, without a login.

use serde_json::{Value, json};

use super::FakeJira;
use super::call::{Call, ok};
use super::errors::{self, Answer};
use super::model::{Attachment, Issue};
use super::state::Site;
use crate::server::{Request, Response};

impl Site {
    fn attachment(&self, id: &str) -> Option<(&Issue, &Attachment)> {
        let id: u64 = id.parse().ok()?;
        self.current().find_map(|issue| Some((&**issue, issue.attachments.iter().find(|file| file.id == id)?)))
    }

    fn attach(&mut self, issue: u64, author: &str, name: &str, mime: &str, data: Vec<u8>) -> u64 {
        let (id, created) = (self.new_id(), self.now());
        let (author, name, mime) = (author.to_owned(), name.to_owned(), mime.to_owned());
        self.change(issue, |i| {
            i.attachments.push(Attachment { id, author, name, mime, data, created });
            i.updated = created;
        });
        id
    }

    /// `/secure/attachment/{id}/{name}` and the store that Cloud sends people to.
    pub(super) fn bytes(&self, request: &Request, path: &[&str], viewer: Option<&str>) -> Option<Response> {
        let id = match path {
            ["media", id] if request.header("authorization").is_some() => {
                return Some(Response::text(400, "text/plain", &format!("{id}: only one auth mechanism allowed")));
            }
            ["media", id] => id,
            ["secure", "attachment", id, _] if !self.cloud() => {
                let seen = self.attachment(id).is_some_and(|(issue, _)| self.sees_issue(issue, viewer));
                if !seen {
                    let page = "<!DOCTYPE html><html><head><title>Log in - Jira</title></head></html>";
                    return Some(Response::text(200, "text/html;charset=UTF-8", page));
                }
                id
            }
            _ => return None,
        };
        let Some((_, file)) = self.attachment(id) else { return Some(Response::empty(404)) };
        let mut response = Response::empty(200);
        response.body.clone_from(&file.data);
        Some(response.with_header("Content-Type", &file.mime).with_header("Content-Disposition", "attachment"))
    }
}

impl Call<'_> {
    pub(super) fn attachment_json(&self, file: &Attachment) -> Value {
        let content = if self.cloud() {
            format!("{}/attachment/content/{}", self.api, file.id)
        } else {
            format!("{}/secure/attachment/{}/{}", self.site.base_url, file.id, file.name)
        };
        json!({
            "self": format!("{}/attachment/{}", self.api, file.id),
            "id": file.id.to_string(),
            "filename": file.name,
            "author": self.person(Some(&file.author)),
            "created": self.site.stamp(file.created),
            "size": file.data.len(),
            "mimeType": file.mime,
            "content": content,
        })
    }

    pub(super) fn attachment_meta(&self) -> Answer {
        let limit = self.site.switches.upload_limit;
        ok(&json!({"enabled": limit.is_some(), "uploadLimit": limit.unwrap_or(0)}))
    }

    pub(super) fn attachment_content(&self, id: &str) -> Answer {
        let seen = self.site.attachment(id).is_some_and(|(issue, _)| self.site.sees_issue(issue, self.viewer()));
        if !seen {
            return Err(errors::message(404, "The attachment with the given id does not exist"));
        }
        // The same server under another name: for a client it is another host.
        let place = self.request.header("host").unwrap_or_default().replace("127.0.0.1", "localhost");
        Ok(Response::empty(303).with_header("Location", &format!("http://{place}/media/{id}")))
    }

    pub(super) fn post_attachment(&mut self, key: &str) -> Answer {
        let issue = self.issue_to_write(key)?;
        let author = self.user()?;
        if self.request.header("x-atlassian-token") != Some("no-check") {
            return Err(Response::text(403, "text/plain", "XSRF check failed"));
        }
        if !self.site.may(Some(&author), "CREATE_ATTACHMENTS") {
            return Err(errors::message(403, "You do not have permission to create attachments for this issue."));
        }
        let parts = self.request.multipart().unwrap_or_default();
        let files: Vec<_> = parts.into_iter().filter(|part| part.name == "file" && part.file_name.is_some()).collect();
        if files.is_empty() {
            return Err(errors::message(400, "No file was attached"));
        }
        let mut made = Vec::new();
        for part in files {
            let name = part.file_name.unwrap_or_default();
            if name.chars().any(|c| "\\/\"%:$?*".contains(c)) {
                return Err(errors::message(400, "The file name contains an invalid character"));
            }
            let limit = self.site.switches.upload_limit.unwrap_or(0);
            if part.data.len() as u64 > limit {
                let status = if self.cloud() { 413 } else { 404 };
                return Err(errors::message(status, "The attachment exceeds its maximum permitted size"));
            }
            let mime = part.mime.unwrap_or_else(|| "application/octet-stream".to_owned());
            made.push(self.site.attach(issue.id, &author, &name, &mime, part.data));
        }
        let files = made.iter().filter_map(|id| self.site.attachment(&id.to_string()));
        ok(&files.map(|(_, file)| self.attachment_json(file)).collect())
    }
}

impl FakeJira {
    /// A person attaches a file; gives its id.
    pub fn attach(&self, key: &str, author: &str, name: &str, mime: &str, data: &[u8]) -> u64 {
        let mut site = self.site();
        let id = site.issue_named(key).expect("a known issue").id;
        site.attach(id, author, name, mime, data.to_vec())
    }

    /// What is attached to an issue, oldest first.
    pub fn attachments(&self, key: &str) -> Vec<Attachment> {
        self.issue(key).expect("a known issue").attachments
    }

    /// A person deletes an attachment.
    pub fn delete_attachment(&self, key: &str, id: u64) {
        let mut site = self.site();
        let issue = site.issue_named(key).expect("a known issue").id;
        let now = site.now();
        site.change(issue, |i| {
            i.attachments.retain(|file| file.id != id);
            i.updated = now;
        });
    }
}
