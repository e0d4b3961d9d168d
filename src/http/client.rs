//! The client.

use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::Utc;
use reqwest::Url;
use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::redirect::Policy;

use super::answer::{Answer, MAX_BODY_BYTES};
use super::call::{Call, address, shown};
use super::failure::Failure;
use super::redirect::{MAX_REDIRECTS, onward};
use super::trust::Trust;
use super::wait::{http_date, wait_time};
use crate::secret::Redactor;
use crate::words::CallFault;

/// How to reach a service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A PEM bundle to trust in addition to the system's roots.
    pub ca_file: Option<PathBuf>,
    /// Longest time for one request, from connecting to the last byte.
    pub timeout: Duration,
}

/// Longest time to get a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An idle connection is not used again after this. A server closes idle ones too (Jira's Tomcat after 20 s), and a
/// write that crosses its closing is in doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The client.
///
/// Connections are set up at the first request. The system's TLS roots are read when a server shows a certificate that needs
/// them: a run against plain `http://` costs nothing for TLS.
pub struct Http {
    pub(super) timeout: Duration,
    pub(super) redactor: Arc<Redactor>,
    pub(super) trust: Trust,
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
        if let Some(login) = &call.auth {
            let signed = login.header(call.method, url);
            let (name, value) = signed.map_err(|why| Failure::NotSent(format!("{what}: {why}")))?;
            request = request.header(name, value);
        }
        if let Some((name, value)) = call.header {
            request = request.header(name, value);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let response = request.send().map_err(|error| failure(error, &what, self.timeout))?;
        self.read(response, &what)
    }

    pub(super) fn read(&self, response: Response, what: &str) -> Result<Answer, Failure> {
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
            let fault = CallFault::BrokeOff { status: status.to_string(), why: error.to_string() };
            Failure::NoAnswer(format!("{what}: {fault}"))
        })?;
        if body.len() as u64 > MAX_BODY_BYTES {
            let mebibytes = (MAX_BODY_BYTES / (1024 * 1024)).to_string();
            let fault = CallFault::TooLong { status: status.to_string(), mebibytes };
            return Err(Failure::TooMuch { status, words: format!("{what}: {fault}") });
        }
        let redactor = Arc::clone(&self.redactor);
        let mut answer = Answer { status, date: None, retry_after: None, body, is_bounded: false, headers, redactor };
        answer.date = answer.header("date").and_then(http_date);
        answer.retry_after =
            answer.header("retry-after").and_then(|v| wait_time(v, answer.date.unwrap_or_else(Utc::now)));
        Ok(answer)
    }

    /// Returns the failure without credentials: its words may be those of the other end, or of an address that a
    /// redirect named.
    pub(super) fn clean(&self, failure: Failure) -> Failure {
        let words = self.redactor.clean(failure.words()).into_owned();
        failure.with_words(words)
    }

    pub(super) fn client_for(&self, url: &Url) -> anyhow::Result<&Client> {
        let (cell, secure) = if needs_tls(url) { (&self.secure, true) } else { (&self.plain, false) };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = if secure {
            let tls = self.trust.client().context(CallFault::CannotSetUpTls)?;
            builder().tls_backend_preconfigured(tls).build().context(CallFault::CannotSetUpTls)?
        } else {
            builder().tls_certs_only([]).build().context(CallFault::CannotSetUp)?
        };
        Ok(cell.get_or_init(|| client))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

pub(super) fn install_crypto_provider() {
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

pub(super) fn failure(error: reqwest::Error, what: &str, timeout: Duration) -> Failure {
    let certain = error.is_builder() || error.is_connect();
    if !certain && error.is_timeout() {
        let fault = CallFault::NoAnswerWithin { within: format!("{timeout:?}") };
        return Failure::NoAnswer(format!("{what}: {fault}"));
    }
    let error = error.without_url();
    // The innermost cause says it in the system's own words; what wraps it only says that something failed.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let words = if error.is_connect() {
        format!("{what}: {}", CallFault::CannotConnect { why: cause.to_string() })
    } else {
        format!("{what}: {cause}")
    };
    if certain { Failure::NotSent(words) } else { Failure::NoAnswer(words) }
}
