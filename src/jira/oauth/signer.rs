//! Signing requests.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;

use super::base::{base_string, encode};
use super::key::{PrivateKey, nonce};
use crate::http::{Method, Sign};
use crate::ports::Clock;
use crate::secret::Secret;
use crate::words::CallFault;

/// Clocks that differ by less are as good as the same. Source: Jira refuses times that are five minutes off.
const SAME_TIME: TimeDelta = TimeDelta::seconds(30);

/// Signs requests in the name of one consumer, with the token of an account where there is one.
pub(in crate::jira) struct Signer<'a> {
    clock: &'a dyn Clock,
    consumer: String,
    key: PrivateKey,
    token: Option<Secret>,
    /// What only one request of the dance carries.
    extra: Option<(&'static str, String)>,
    /// How far Jira's clock is ahead of ours, once it has refused a time.
    ahead: Cell<TimeDelta>,
    /// The base string of the request that was signed last.
    last: RefCell<String>,
}

impl<'a> Signer<'a> {
    pub(in crate::jira) fn new(clock: &'a dyn Clock, consumer: &str, key: PrivateKey, token: Option<Secret>) -> Self {
        let (ahead, last) = (Cell::new(TimeDelta::zero()), RefCell::default());
        Self { clock, consumer: consumer.to_owned(), key, token, extra: None, ahead, last }
    }

    /// Adds a parameter: `oauth_callback` or `oauth_verifier`.
    pub(in crate::jira) fn with(self, name: &'static str, value: &str) -> Self {
        Self { extra: Some((name, value.to_owned())), ..self }
    }

    /// Learns Jira's clock from an answer that refused our time. Returns true when another time is sent from now on.
    pub(in crate::jira) fn learn(&self, theirs: Option<DateTime<Utc>>) -> bool {
        let Some(ahead) = theirs.map(|theirs| theirs - self.clock.now()) else { return false };
        let is_new = (ahead - self.ahead.get()).abs() > SAME_TIME;
        self.ahead.set(ahead);
        is_new
    }

    /// Returns the base string of the request that was signed last.
    pub(in crate::jira) fn last(&self) -> String {
        self.last.borrow().clone()
    }

    fn header(&self, method: Method, url: &Url, nonce: String, seconds: i64) -> Result<Secret, CallFault> {
        let mut pairs = vec![
            ("oauth_consumer_key", self.consumer.clone()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "RSA-SHA1".to_owned()),
            ("oauth_timestamp", seconds.to_string()),
            ("oauth_version", "1.0".to_owned()),
        ];
        pairs.extend(self.token.as_ref().map(|token| ("oauth_token", token.expose().to_owned())));
        pairs.extend(self.extra.clone());
        let base = base_string(method.as_str(), url, &pairs);
        pairs.push(("oauth_signature", self.key.sign(&base)?));
        self.last.replace(base);
        // Jira refuses values without quotes.
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        Ok(Secret::new(format!("OAuth {}", pairs.join(", "))))
    }
}

impl Sign for Signer<'_> {
    fn authorization(&self, method: Method, url: &Url) -> Result<Secret, CallFault> {
        let now = self.clock.now() + self.ahead.get();
        self.header(method, url, nonce()?, now.timestamp())
    }
}

#[cfg(test)]
#[path = "vectors.rs"]
mod vectors;
