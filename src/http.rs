//! One blocking HTTP client for both sides: timeouts, proxy from the environment, TLS roots, no credentials across hosts.
//!
//! It decides nothing about services: status codes and bodies are the adapters' business.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::secret::Secret;

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
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body, at most [`MAX_BODY_BYTES`].
    pub body: Vec<u8>,
    /// The service's clock, from the `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// `Retry-After`, given in seconds or as a date, as a time to wait.
    pub retry_after: Option<Duration>,
    headers: Vec<(String, String)>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request certainly did not reach the service (no connection).
    NotSent(String),
    /// It left, and no complete answer came.
    NoAnswer(String),
}

/// Longest answer that is read, in bytes.
pub const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// The client.
#[derive(Debug)]
pub struct Http {}

impl Http {
    /// Builds the client.
    ///
    /// # Errors
    /// When `ca_file` cannot be read or holds no certificate.
    pub fn new(_settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {})
    }

    /// Sends one request once.
    ///
    /// # Errors
    /// When no complete answer came; the kind says whether the request may have taken effect.
    pub fn send(&self, _call: &Call<'_>) -> Result<Answer, Failure> {
        Err(Failure::NotSent(String::new()))
    }
}

impl Answer {
    /// Returns a header's value; names are compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    /// With the body's first words when it is something else (a login page, a proxy's message).
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|_| String::from_utf8_lossy(&self.body).chars().take(80).collect())
    }
}
