//! Files: received and sent as streams, never whole in memory.

use std::fmt;
use std::time::Instant;

use reqwest::blocking::Response;
use reqwest::blocking::multipart::{Form, Part};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{StatusCode, Url};

use super::answer::Answer;
use super::call::{Call, Method, address, shown};
use super::client::{Http, failure};
use super::failure::Failure;
use super::redirect::{MAX_REDIRECTS, onward_to};
use crate::ports::Content;
use crate::words::CallFault;

/// A file may take so many times longer than another request.
const PATIENCE: u32 = 4;

/// The first half of an answer: its body is still on its way.
pub struct Opened<'a> {
    http: &'a Http,
    response: Response,
    what: String,
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("url", &self.call.url).field("content", &self.content).finish_non_exhaustive()
    }
}

/// A file to be sent as `multipart/form-data`.
pub struct Upload<'a> {
    /// The request without its body; always a POST.
    pub call: Call<'a>,
    /// Further headers.
    pub headers: &'a [(&'static str, &'static str)],
    /// The form's field.
    pub field: &'static str,
    /// The file's name, sent as plain UTF-8.
    pub name: &'a str,
    /// Its media type, where it is known.
    pub mime: Option<&'a str>,
    /// Its bytes.
    pub content: Content,
}

impl Http {
    /// Asks for a file and returns as soon as its headers are there.
    ///
    /// Unlike [`Http::send`] it follows a redirect to another host too, without the credential; only never from
    /// `https` to `http`.
    ///
    /// # Errors
    /// When no answer came.
    pub fn open(&self, call: &Call<'_>) -> Result<Opened<'_>, Failure> {
        self.open_onward(call).map_err(|failure| self.clean(failure))
    }

    fn open_onward(&self, call: &Call<'_>) -> Result<Opened<'_>, Failure> {
        let start = Instant::now();
        let patience = self.timeout * PATIENCE;
        let mut url = address(call)?;
        let mut auth = call.auth.as_ref();
        for _ in 0..=MAX_REDIRECTS {
            let what = format!("GET {}", shown(&url));
            let client = self.client_for(&url).map_err(|why| Failure::NotSent(format!("{what}: {why:#}")))?;
            let left = patience.saturating_sub(start.elapsed());
            let mut request = client.get(url.clone()).timeout(left);
            // What is packed on the way has no length.
            request = request.header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "identity");
            if let Some(login) = auth {
                let signed = login.header(Method::Get, &url);
                let (name, value) = signed.map_err(|why| Failure::NotSent(format!("{what}: {why}")))?;
                request = request.header(name, value);
            }
            let response = request.send().map_err(|error| failure(error, &what, patience))?;
            let Some(next) = target(&url, response.status(), response.headers()) else {
                return Ok(Opened { http: self, response, what });
            };
            if !onward_to(&url, &next) {
                auth = None;
            }
            url = next;
        }
        Err(Failure::NoAnswer(format!("GET {}: {}", shown(&url), CallFault::TooManyRedirects)))
    }

    /// Sends a file once.
    ///
    /// # Errors
    /// As for [`Http::send`]; also when the file's bytes break off.
    pub fn upload(&self, upload: Upload<'_>) -> Result<Answer, Failure> {
        self.upload_once(upload).map_err(|failure| self.clean(failure))
    }

    fn upload_once(&self, upload: Upload<'_>) -> Result<Answer, Failure> {
        let Upload { call, headers, field, name, mime, content } = upload;
        let url = address(&call)?;
        let what = format!("{} {}", Method::Post.as_str(), shown(&url));
        let not_sent = |why: String| Failure::NotSent(format!("{what}: {why}"));
        let client = self.client_for(&url).map_err(|why| not_sent(format!("{why:#}")))?;
        let bytes = || Part::reader(std::io::empty());
        let mut part = match content.size {
            Some(size) => Part::reader_with_length(content.data, size),
            None => Part::reader(content.data),
        };
        part = part.file_name(name.to_owned());
        if let Some(mime) = mime.filter(|mime| bytes().mime_str(mime).is_ok()) {
            part = part.mime_str(mime).map_err(|why| not_sent(why.to_string()))?;
        }
        let patience = self.timeout * PATIENCE;
        let signed = call.auth.as_ref().map(|login| login.header(Method::Post, &url)).transpose();
        let signed = signed.map_err(|why| not_sent(why.to_string()))?;
        let mut request = client.post(url).timeout(patience).multipart(Form::new().part(field, part));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((name, value)) = signed {
            request = request.header(name, value);
        }
        let response = request.send().map_err(|error| failure(error, &what, patience))?;
        let answer = self.read(response, &what)?;
        tracing::debug!(method = "POST", url = what, status = answer.status, "File answered.");
        Ok(answer)
    }
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("what", &self.what).field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Opened<'_> {
    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Returns the media type without its parameters, in lower case; empty where none was told.
    pub fn media_type(&self) -> String {
        let told = self.response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns true when the service says that this is a file to be saved.
    pub fn is_attachment(&self) -> bool {
        let told = self.response.headers().get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
        told.is_some_and(|told| told.trim_start().to_ascii_lowercase().starts_with("attachment"))
    }

    /// Returns how many bytes follow, where it is told.
    pub fn size(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Returns true for a page where a file called `name` was wanted: somebody's login.
    pub fn is_page(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let wanted = [".html", ".htm", ".xhtml"].iter().any(|end| lower.ends_with(end));
        self.media_type().contains("html") && !self.is_attachment() && !wanted
    }

    /// Takes the body as a file.
    pub fn into_content(self) -> Content {
        Content { size: self.response.content_length(), data: Box::new(self.response) }
    }

    /// Reads the body to its end, as that of any other answer.
    ///
    /// # Errors
    /// When it breaks off.
    pub fn into_answer(self) -> Result<Answer, Failure> {
        self.http.read(self.response, &self.what).map_err(|failure| self.http.clean(failure))
    }
}

/// Where a redirect leads; `None` for any other answer, and where it must not be followed.
fn target(from: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status.as_u16(), 301..=303 | 307 | 308) {
        return None;
    }
    let to = from.join(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    let plain_text = to.scheme() == "http" && from.scheme() == "https";
    (matches!(to.scheme(), "http" | "https") && !plain_text).then_some(to)
}
