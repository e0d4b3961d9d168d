//! One blocking HTTP client for both sides: timeouts, proxy from the environment, TLS roots, no credentials across hosts.
//!
//! It decides nothing about services: status codes and bodies are the adapters' business. It never prints a header's
//! value, a query or a body. Whatever a service says passes the [`Redactor`] here, after JSON was decoded: no
//! credential of either side gets further, be it as a person's text, as an error or into a log.

use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use reqwest::Url;
use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::secret::{Redactor, Secret};

mod failure;
mod json;
mod proxy;
mod stream;
mod trust;
mod words;

pub use failure::Failure;
pub use proxy::check as check_proxy;
pub use stream::{Opened, Upload};
pub use words::clean;

use trust::Trust;

/// How to reach a service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A PEM bundle to trust in addition to the system's roots.
    pub ca_file: Option<PathBuf>,
    /// Longest time for one request, from connecting to the last byte.
    pub timeout: Duration,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The whole address without query; built by concatenation so that a context path stays.
    pub url: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(&'a str, String)>,
    /// The credential header: name and value.
    pub auth: Option<(&'a str, Secret)>,
    /// A JSON body.
    pub body: Option<Value>,
}

/// A complete answer, whatever its status.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The service's clock, from the `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// `Retry-After`, given in seconds or as a date, as a time to wait; [`ENDLESS_WAIT`] for more than [`LONGEST_WAIT`].
    pub retry_after: Option<Duration>,
    /// At most [`MAX_BODY_BYTES`], as it came.
    body: Vec<u8>,
    headers: Vec<(String, String)>,
    redactor: Arc<Redactor>,
}

/// Longest answer that is read, in bytes.
pub const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// So much of a body is looked at when it is not JSON.
const HEAD_BYTES: usize = 16 * 1024;

/// Longest time to get a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An idle connection is not used again after this. A server closes idle ones too (Jira's Tomcat after 20 s), and a
/// write that crosses its closing is in doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest chain of redirects that is followed.
const MAX_REDIRECTS: usize = 5;

/// The client.
///
/// Connections are set up at the first request. The system's TLS roots are read when a server shows a certificate that needs
/// them: a run against plain `http://` costs nothing for TLS.
pub struct Http {
    timeout: Duration,
    redactor: Arc<Redactor>,
    trust: Trust,
    plain: OnceLock<Client>,
    secure: OnceLock<Client>,
}

impl Http {
    /// Builds the client. The redactor knows the credentials of *both* sides: texts travel, and so does what one
    /// service was told by the other.
    ///
    /// # Errors
    /// When `ca_file` cannot be read, or holds no certificate, or one that cannot be used.
    pub fn new(settings: &Settings, redactor: Arc<Redactor>) -> anyhow::Result<Self> {
        install_crypto_provider();
        let trust = Trust::new(settings.ca_file.as_deref())?;
        let (plain, secure) = (OnceLock::new(), OnceLock::new());
        Ok(Self { timeout: settings.timeout, redactor, trust, plain, secure })
    }

    /// Returns the longest time for one request.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends one request once.
    ///
    /// A redirect is followed only within the same scheme, host and port, or from `http` to `https` on the same host,
    /// and for anything but a GET only where the method stays (307, 308); every other one is returned as the answer.
    ///
    /// # Errors
    /// When no complete answer came; the kind says whether the request may have taken effect.
    pub fn send(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        self.send_onward(call).map_err(|failure| self.clean(failure))
    }

    fn send_onward(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let start = Instant::now();
        let mut url = address(call)?;
        let mut hops = 0;
        loop {
            let left = self.timeout.saturating_sub(start.elapsed());
            let answer = self.send_to(call, &url, left)?;
            tracing::debug!(
                method = call.method.as_str(),
                url = &*self.redactor.clean(&shown(&url)),
                status = answer.status,
                elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                "Request answered."
            );
            match onward(call.method, &url, &answer) {
                Some(next) if hops < MAX_REDIRECTS => url = next,
                _ => return answer.bounded(call.method, &url),
            }
            hops += 1;
        }
    }

    fn send_to(&self, call: &Call<'_>, url: &Url, left: Duration) -> Result<Answer, Failure> {
        let what = format!("{} {}", call.method.as_str(), shown(url));
        let client = self.client_for(url).map_err(|why| Failure::NotSent(format!("{what}: {why:#}")))?;
        let mut request = client.request(call.method.wire(), url.clone()).timeout(left);
        if let Some((name, value)) = &call.auth {
            let (name, value) = credential(name, value).map_err(|why| Failure::NotSent(format!("{what}: {why}")))?;
            request = request.header(name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().map_err(|error| failure(error, &what, self.timeout))?;
        self.read(response, &what)
    }

    fn read(&self, response: Response, what: &str) -> Result<Answer, Failure> {
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), self.redactor.clean(&value).into_owned())
            })
            .collect();
        let mut body = Vec::new();
        response.take(MAX_BODY_BYTES + 1).read_to_end(&mut body).map_err(|error| {
            Failure::NoAnswer(format!("{what}: status {status}, and the answer broke off: {error}"))
        })?;
        if body.len() as u64 > MAX_BODY_BYTES {
            let limit = MAX_BODY_BYTES / (1024 * 1024);
            let words = format!("{what}: status {status}, and the answer is longer than {limit} MiB");
            return Err(Failure::TooMuch { status, words });
        }
        let redactor = Arc::clone(&self.redactor);
        let mut answer = Answer { status, date: None, retry_after: None, body, headers, redactor };
        answer.date = answer.header("date").and_then(http_date);
        answer.retry_after =
            answer.header("retry-after").and_then(|v| wait_time(v, answer.date.unwrap_or_else(Utc::now)));
        Ok(answer)
    }

    /// Returns the failure without credentials: its words may be those of the other end, or of an address that a
    /// redirect named.
    fn clean(&self, failure: Failure) -> Failure {
        let words = self.redactor.clean(failure.words()).into_owned();
        failure.with_words(words)
    }

    fn client_for(&self, url: &Url) -> anyhow::Result<&Client> {
        let (cell, secure) = if needs_tls(url) { (&self.secure, true) } else { (&self.plain, false) };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = if secure {
            let tls = self.trust.client().context("cannot set up TLS")?;
            builder().tls_backend_preconfigured(tls).build().context("cannot set up TLS")?
        } else {
            builder().tls_certs_only([]).build().context("cannot set up the client")?
        };
        Ok(cell.get_or_init(|| client))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Method {
    /// Returns the method's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    fn wire(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

impl Answer {
    /// Returns the answer if it may be parsed.
    fn bounded(self, method: Method, url: &Url) -> Result<Self, Failure> {
        match json::excess(&self.body) {
            None => Ok(self),
            Some(why) => {
                let words = format!("{} {}: status {}, and {why}", method.as_str(), shown(url), self.status);
                Err(Failure::TooMuch { status: self.status, words })
            }
        }
    }

    /// Returns a header's value; names are compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns true when nothing but blanks came.
    pub fn is_blank(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// Returns the beginning of the body as text.
    pub fn head(&self) -> String {
        let head = self.body.get(..HEAD_BYTES).unwrap_or(&self.body);
        self.redactor.clean(&String::from_utf8_lossy(head)).into_owned()
    }

    /// Returns the body as it came, where it is somebody's file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// Parses the body as JSON. One broken character does not make it none: half of a surrogate pair is left out, and what
    /// is no UTF-8 reads as U+FFFD.
    ///
    /// # Errors
    /// With the body's first words when it is something else (a login page, a proxy's message); with the reason when it
    /// holds more than is taken.
    pub fn json(&self) -> Result<Value, String> {
        if let Some(why) = json::excess(&self.body) {
            return Err(why);
        }
        match json::parse(&self.body) {
            Ok(mut value) => {
                self.redactor.clean_json(&mut value);
                Ok(value)
            }
            Err(_) => {
                let words: String = self.head().split_whitespace().collect::<Vec<_>>().join(" ");
                Err(words.chars().filter(|c| !c.is_control()).take(80).collect())
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, body, date, retry_after, headers: _, redactor: _ } = self;
        f.debug_struct("Answer")
            .field("status", status)
            .field("body_bytes", &body.len())
            .field("date", date)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) | Self::NoAnswer(why) | Self::TooMuch { words: why, .. } => f.write_str(why),
        }
    }
}

fn install_crypto_provider() {
    static INSTALLED: Once = Once::new();
    // Somebody else's provider is as good as ours.
    INSTALLED.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

fn builder() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("guajira/", env!("CARGO_PKG_VERSION")))
        .default_headers([(ACCEPT, HeaderValue::from_static("application/json"))].into_iter().collect())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(Policy::none())
        .referer(false)
}

/// True when a connection for this address may speak TLS: to the service, or to a proxy on the way.
fn needs_tls(url: &Url) -> bool {
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    url.scheme() != "http" || proxies.iter().any(|name| std::env::var(name).is_ok_and(|p| p.starts_with("https:")))
}

fn address(call: &Call<'_>) -> Result<Url, Failure> {
    let mut url = Url::parse(&call.url).map_err(|why| {
        // What stands before an @ may be a password.
        let safe = call.url.split('?').next().and_then(|u| u.rsplit('@').next()).unwrap_or_default();
        Failure::NotSent(format!("{} {safe:?}: not an address: {why}", call.method.as_str()))
    })?;
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    Ok(url)
}

/// The address without user, password and query.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn credential(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is not a header name"))?;
    let mut value = HeaderValue::from_str(value.expose())
        .map_err(|_| "the credential holds a character that no header can carry (a line break?)".to_owned())?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// Where a redirect may be followed to.
fn onward(method: Method, from: &Url, answer: &Answer) -> Option<Url> {
    let keeps_method = matches!(answer.status, 307 | 308);
    let reads_on = method == Method::Get && matches!(answer.status, 301..=303);
    if !keeps_method && !reads_on {
        return None;
    }
    let to = from.join(answer.header(LOCATION.as_str())?).ok()?;
    onward_to(from, &to).then_some(to)
}

/// Whether what leads to one place may go to another with its credential.
fn onward_to(from: &Url, to: &Url) -> bool {
    let same_host = to.host_str() == from.host_str();
    let same_place = to.scheme() == from.scheme() && to.port_or_known_default() == from.port_or_known_default();
    let upgrade = from.scheme() == "http" && to.scheme() == "https" && to.port() == from.port();
    same_host && (same_place || upgrade)
}

fn failure(error: reqwest::Error, what: &str, timeout: Duration) -> Failure {
    let certain = error.is_builder() || error.is_connect();
    if !certain && error.is_timeout() {
        return Failure::NoAnswer(format!("{what}: no answer within {timeout:?}"));
    }
    let error = error.without_url();
    // The innermost cause says it in the system's own words; what wraps it only says that something failed.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let cannot = if error.is_connect() { "cannot connect: " } else { "" };
    let words = format!("{what}: {cannot}{cause}");
    if certain { Failure::NotSent(words) } else { Failure::NoAnswer(words) }
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.with_timezone(&Utc))
}

/// The longest wait that a service may ask for: nothing is added to a clock that could overflow it, and it is well below
/// what the outbox takes for the trace of a clock that was set back.
pub const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Stands for every longer wait. No limit asks for that, and nothing of it tells when to come again.
pub const ENDLESS_WAIT: Duration = Duration::from_secs(LONGEST_WAIT.as_secs() + 1);

/// How long a service is left alone that asked for an endless wait.
pub const INSTEAD_OF_ENDLESS: Duration = Duration::from_mins(10);

fn wait_time(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let wait = if is_number {
        // More digits than fit are a longer wait than any.
        text.parse::<u64>().map_or(Duration::MAX, Duration::from_secs)
    } else {
        let date = http_date(text)?;
        date.signed_duration_since(now).to_std().unwrap_or_default()
    };
    Some(wait.min(ENDLESS_WAIT))
}

#[cfg(test)]
mod tests;
