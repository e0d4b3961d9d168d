//! Attachments: uploaded first, then named by an issue or a reply. The pages tell hardly more than the paths.

use serde_json::{Value, json};

use super::FakeGuance;
use super::strict::Refusal;
use super::switches::{Download, UploadAnswer};
use super::world::{Stored, World};
use crate::server::{Request, Response};

impl World {
    pub(super) fn stored(&self, uuid: &str) -> Option<&Stored> {
        self.store.iter().find(|file| file.uuid == uuid)
    }

    pub(super) fn keep(&mut self, name: &str, data: &[u8]) -> String {
        let uuid = self.uuid("att").1;
        self.store.push(Stored { uuid: uuid.clone(), name: name.to_owned(), data: data.to_vec() });
        uuid
    }

    /// An element of `attachments` or `attachmentsList`.
    pub(super) fn attached(&self, uuid: &str) -> Value {
        let Some(file) = self.stored(uuid) else { return json!(uuid) };
        if self.switches().bare_attachments {
            return json!(uuid);
        }
        let suffix = file.name.rsplit_once('.').map_or("", |(_, end)| end);
        json!({"fileName": file.name, "fileSuffix": suffix, "uuid": uuid})
    }

    /// The uuids that a body names; all must have been uploaded.
    pub(super) fn named(&self, uuids: Option<&Value>) -> Result<Vec<String>, Refusal> {
        let uuids: Vec<String> = uuids
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        match uuids.iter().find(|uuid| self.stored(uuid).is_none()) {
            Some(unknown) => Err(Refusal(400, "ft.NotFoundAttachment", format!("attachment {unknown} not found"))),
            None => Ok(uuids),
        }
    }
}

/// `POST /api/v1/attachment/upload`.
pub(super) fn upload(world: &mut World, request: &Request) -> Result<(Value, Option<Value>), Refusal> {
    if world.switches().upload == UploadAnswer::NoRoute {
        return Err(Refusal(400, "RouterNotFound", "no route".to_owned()));
    }
    let refused = |why: &str| Err(Refusal(400, "ft.InvalidParams", why.to_owned()));
    let Some(parts) = request.multipart() else { return refused("the body is not a form") };
    let [part] = parts.as_slice() else { return refused("one file at a time") };
    let Some(name) = request.query("filename").filter(|name| Some(*name) == part.file_name.as_deref()) else {
        return refused("filename is required");
    };
    if part.name != "file" {
        return refused("file is required");
    }
    let answer = world.switches().upload;
    if answer == UploadAnswer::Refused {
        return refused("file type not supported");
    }
    let uuid = world.keep(name, &part.data);
    let content = match answer {
        UploadAnswer::Uuid => json!({"uuid": uuid, "fileName": name}),
        UploadAnswer::AttachmentUuid => json!({"attachmentUUID": uuid}),
        UploadAnswer::List => json!([{"uuid": uuid}]),
        UploadAnswer::Text => json!(uuid),
        UploadAnswer::Unnamed | UploadAnswer::Refused | UploadAnswer::NoRoute => json!(true),
    };
    Ok((content, None))
}

/// `GET /api/v1/attachment/{uuid}/download`, and the store behind it.
pub(super) fn download(world: &World, request: &Request, path: &[&str]) -> Option<Response> {
    let (uuid, is_store) = match path {
        ["api", "v1", "attachment", uuid, "download"] => (uuid, false),
        ["store", uuid] => (uuid, true),
        _ => return None,
    };
    if is_store && request.header("DF-API-KEY").is_some() {
        return Some(Response::text(400, "text/plain", "a key came here"));
    }
    let Some(file) = world.stored(uuid) else {
        let refusal = Refusal(404, "ft.NotFoundAttachment", "attachment not found".to_owned());
        return Some(super::routes::bad(&refusal));
    };
    let place = request.header("host").unwrap_or_default().replace("127.0.0.1", "localhost");
    let elsewhere = format!("http://{place}/store/{uuid}");
    let envelope = |content: Value| {
        Response::json(200, &json!({"code": 200, "content": content, "errorCode": "", "message": "", "success": true}))
    };
    Some(match world.switches().download {
        Download::Redirect if !is_store => Response::empty(302).with_header("Location", &elsewhere),
        Download::Address if !is_store => envelope(json!(elsewhere)),
        Download::AddressObject if !is_store => envelope(json!({"url": elsewhere})),
        Download::Json => {
            let mut response = Response::empty(200);
            response.body.clone_from(&file.data);
            response.with_header("Content-Type", "application/json")
        }
        _ => {
            let mut response = Response::empty(200);
            response.body.clone_from(&file.data);
            response.with_header("Content-Type", "application/octet-stream")
        }
    })
}

impl FakeGuance {
    /// A person attaches a file to an issue; gives its uuid.
    pub fn attach_to_issue(&self, issue: &str, author: &str, name: &str, data: &[u8]) -> String {
        let mut world = self.world();
        let author = world.account(author);
        let uuid = world.keep(name, data);
        world.touch(issue, &author, |issue| issue.files.push(uuid.clone()));
        uuid
    }

    /// A person replies with a file; gives the reply's uuid and the file's.
    pub fn reply_with_file(&self, issue: &str, author: &str, html: &str, name: &str, data: &[u8]) -> (String, String) {
        let reply = self.reply(issue, author, html);
        let mut world = self.world();
        let uuid = world.keep(name, data);
        world.reply_mut(&reply).expect("a reply").files.push(uuid.clone());
        (reply, uuid)
    }

    /// Name and bytes of a stored file.
    pub fn stored(&self, uuid: &str) -> Option<(String, Vec<u8>)> {
        self.world().stored(uuid).map(|file| (file.name.clone(), file.data.clone()))
    }

    /// How many files were ever stored.
    pub fn stored_files(&self) -> usize {
        self.world().store.len()
    }

    /// Removes a stored file.
    pub fn lose_file(&self, uuid: &str) {
        self.world().store.retain(|file| file.uuid != uuid);
    }
}
