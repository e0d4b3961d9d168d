//! `[jira.auth]`: how to log in to Jira.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::common::url;
use super::error::ConfigError;
use super::parts::{SecretAt, Vault, secrets};
use super::reader::Reader;
use super::secret::SecretSource;
use super::tree::Environment;
use crate::http;
use crate::jira::{AccessToken, Auth, Deployment, GATEWAY, PrivateKey};
use crate::secret::Secret;
use crate::words::{ConfigPlace, ConfigWarning, Flaw};

/// So long before its end a credential is warned of.
const WARN_BEFORE: TimeDelta = TimeDelta::days(14);

/// The access token's key.
const TOKEN: &str = "jira.auth.token";

/// The user's key.
const USER: &str = "jira.auth.user";

/// The private key's key.
const PRIVATE_KEY: &str = "jira.auth.private_key";

/// The key of the client's certificate.
const CLIENT_CERT: &str = "jira.client_cert";

/// The key of the client's private key.
const CLIENT_KEY: &str = "jira.client_key";

/// How to log in to Jira, with the secrets not fetched.
#[derive(Clone, Debug)]
pub(super) struct Login {
    method: Method,
    user: String,
    consumer: String,
    key: Option<SecretAt>,
    token: SecretAt,
    /// Where a scoped token counts.
    gateway: String,
    cloud_id: Option<String>,
    /// The day at whose beginning, in UTC, the token ends.
    expires: Option<NaiveDate>,
}

/// A method of `[jira.auth]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A user with a password, or with an API token without scopes.
    Basic,
    /// A token with scopes, through the gateway.
    Scoped,
    /// A personal access token.
    Pat,
    /// OAuth 1.0a, through an application link.
    OAuth1,
}

impl Method {
    const ALL: [Self; 4] = [Self::Basic, Self::Pat, Self::OAuth1, Self::Scoped];

    /// Returns how the configuration calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Scoped => "scoped",
            Self::Pat => "pat",
            Self::OAuth1 => "oauth1",
        }
    }
}

/// What the steps to an access token need.
#[derive(Debug)]
pub struct Approval {
    /// Base address of Jira.
    pub base_url: String,
    /// The consumer key of the application link.
    pub consumer: String,
    /// The private key, unless its file is not there yet.
    pub key: Option<PrivateKey>,
    /// The file of the private key, where it is in one.
    pub key_file: Option<PathBuf>,
    /// The file of the token, where it is to be in one.
    pub token_file: Option<PathBuf>,
    /// How Jira is reached.
    pub http: http::Settings,
}

impl Login {
    pub(super) fn read(reader: &Reader, warnings: &mut Vec<ConfigWarning>) -> Self {
        let methods = Method::ALL.map(|method| (method.word(), method));
        let method = reader.one_of("jira.auth.method", &methods, Method::Basic);
        let required = |key: &str, by: &[Method]| {
            if by.contains(&method) { reader.required_text(key) } else { String::new() }
        };
        let user = required(USER, &[Method::Basic, Method::Scoped]);
        let consumer = required("jira.auth.consumer_key", &[Method::OAuth1]);
        let is_signed = method == Method::OAuth1;
        if reader.has(USER) && method == Method::Pat {
            warnings.push(ConfigWarning::UserNotUsed);
        }
        let (gateway, cloud_id) = gateway(reader, method == Method::Scoped, warnings);
        warnings.extend(not_used(reader, method));
        let key = if is_signed { secrets(reader, PRIVATE_KEY, false).pop() } else { None };
        let token = secrets(reader, TOKEN, false).pop();
        let nothing =
            || SecretAt { key: String::new(), place: ConfigPlace::Environment, source: SecretSource::Given("".into()) };
        let expires = reader.day("jira.auth.expires");
        Self { method, user, consumer, key, token: token.unwrap_or_else(nothing), gateway, cloud_id, expires }
    }

    /// Refuses what a token cannot be used with that counts only through the gateway.
    pub(super) fn refuse_elsewhere(&self, reader: &Reader, base_url: &str, deployment: Option<Deployment>) {
        if self.method != Method::Scoped {
            return;
        }
        if base_url.contains("/ex/jira/") {
            reader.refuse("jira.base_url", Flaw::IsGateway);
        }
        if deployment == Some(Deployment::Server) {
            reader.refuse("jira.auth.method", Flaw::OnlyCloud);
        }
    }

    /// Returns where its secrets are, and their keys.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (String, &SecretAt)> {
        let key = self.key.iter().map(|key| (PRIVATE_KEY.to_owned(), key));
        key.chain([(TOKEN.to_owned(), &self.token)])
    }

    /// Fetches the secrets. Returns the login, and when it ends where that is known.
    pub(super) fn resolve(self, vault: &mut Vault<'_>) -> (Auth, Option<DateTime<Utc>>) {
        let configured = self.expires.map(|day| day.and_time(NaiveTime::MIN).and_utc());
        let token = vault.fetch(&self.token);
        match (self.method, self.key) {
            (Method::OAuth1, Some(at)) => {
                let AccessToken { token, secret: _, expires } = AccessToken::parse(&token);
                let consumer = self.consumer;
                let key = fetch_key(vault, &at);
                let auth = key.map_or_else(
                    || Auth::Pat { token: Secret::new("") },
                    |key| Auth::OAuth1 { consumer, key: Box::new(key), token },
                );
                (auth, configured.or(expires))
            }
            (Method::Basic, _) => (Auth::Basic { user: self.user, token }, configured),
            (Method::Scoped, _) => {
                (Auth::Scoped { user: self.user, token, gateway: self.gateway, cloud_id: self.cloud_id }, configured)
            }
            _ => (Auth::Pat { token }, configured),
        }
    }

    /// Returns when the login ends, as far as that is known without asking a program for the token.
    pub(super) fn ends(&self, base: &Path, env: &Environment) -> Option<DateTime<Utc>> {
        let told = || {
            let is_known = self.method == Method::OAuth1 && !self.token.source.is_command();
            let token = is_known.then(|| self.token.source.fetch(base, env).ok()).flatten()?;
            AccessToken::parse(&token).expires
        };
        self.expires.map(|day| day.and_time(NaiveTime::MIN).and_utc()).or_else(told)
    }

    /// Returns what the steps to an access token need; `None` with another method.
    pub(super) fn approval(
        &self,
        (base_url, http, certificate): (&str, &http::Settings, Option<&Certificate>),
        base: &Path,
        env: &Environment,
    ) -> Result<Option<Approval>, ConfigError> {
        let Some(at) = self.key.as_ref().filter(|_| self.method == Method::OAuth1) else { return Ok(None) };
        let (key_file, token_file) = (at.source.file(base), self.token.source.file(base));
        let is_missing = key_file.as_ref().is_some_and(|path| !path.exists());
        let mut vault = Vault::new(base.to_owned(), env);
        let key = if is_missing { None } else { fetch_key(&mut vault, at) };
        let identity = certificate.and_then(|certificate| certificate.resolve(&mut vault));
        vault.finish()?;
        let http = http::Settings { identity, ..http.clone() };
        let (base_url, consumer) = (base_url.to_owned(), self.consumer.clone());
        Ok(Some(Approval { base_url, consumer, key, key_file, token_file, http }))
    }
}

/// Reads where a scoped token counts: the gateway, and the id of the site where the site is not to be asked.
fn gateway(reader: &Reader, is_used: bool, warnings: &mut Vec<ConfigWarning>) -> (String, Option<String>) {
    if !is_used {
        return (String::new(), None);
    }
    // Whoever answers at this address is shown the token.
    let address = url(reader, "jira.auth.gateway_url", false, warnings);
    let cloud_id = reader.text("jira.auth.cloud_id");
    if cloud_id
        .as_deref()
        .is_some_and(|id| id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    {
        reader.refuse("jira.auth.cloud_id", Flaw::NoCloudId);
    }
    (if address.is_empty() { GATEWAY.to_owned() } else { address }, cloud_id)
}

/// Returns what to say of keys that another method needs.
fn not_used(reader: &Reader, method: Method) -> Vec<ConfigWarning> {
    let of_method = |key: &str| match key {
        USER => method != Method::OAuth1,
        "jira.auth.gateway_url" | "jira.auth.cloud_id" => method == Method::Scoped,
        _ => method == Method::OAuth1,
    };
    let keys = [USER, "jira.auth.consumer_key", PRIVATE_KEY, "jira.auth.gateway_url", "jira.auth.cloud_id"];
    let unused = keys.into_iter().filter(|key| !of_method(key) && reader.has(key));
    unused.map(|key| ConfigWarning::KeyNotUsed { key: super::reader::shown(key) }).collect()
}

fn fetch_key(vault: &mut Vault<'_>, at: &SecretAt) -> Option<PrivateKey> {
    let pem = vault.fetch_lines(at)?;
    match PrivateKey::parse(&pem) {
        Ok(key) => Some(key),
        Err(flaw) => {
            vault.refuse(at, Flaw::Key(flaw));
            None
        }
    }
}

/// Returns what to say of a credential that ends soon, or has ended.
pub(super) fn end_of(key: &str, ends: DateTime<Utc>, now: DateTime<Utc>) -> Option<ConfigWarning> {
    let (key, date) = (key.to_owned(), ends.format("%Y-%m-%d").to_string());
    match ends - now {
        left if left <= TimeDelta::zero() => Some(ConfigWarning::CredentialEnded { key, date }),
        left if left <= WARN_BEFORE => {
            Some(ConfigWarning::CredentialEnds { key, date, days: left.num_days().to_string() })
        }
        _ => None,
    }
}

/// The certificate that is shown to Jira, not yet read.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// Not a secret; it is fetched like one, from its file.
    chain: SecretAt,
    key: SecretAt,
    /// The address of Jira: nobody else is shown it.
    address: String,
}

impl Certificate {
    /// Reads `[jira].client_cert` and `[jira].client_key`: both or none.
    pub(super) fn read(reader: &Reader, address: &str) -> Option<Self> {
        let chain = reader.text(CLIENT_CERT);
        let key = if reader.has(CLIENT_KEY) { secrets(reader, CLIENT_KEY, false).pop() } else { None };
        for (one, other) in [(CLIENT_CERT, CLIENT_KEY), (CLIENT_KEY, CLIENT_CERT)] {
            if reader.has(one) && !reader.has(other) {
                reader.missing(other);
                return None;
            }
        }
        let (source, key) = (SecretSource::File(chain?.into()), key?);
        let chain = SecretAt { key: super::reader::shown(CLIENT_CERT), place: reader.place(CLIENT_CERT), source };
        Some(Self { chain, key, address: address.to_owned() })
    }

    /// Returns where its key is.
    pub(super) fn secret(&self) -> (String, &SecretAt) {
        (CLIENT_KEY.to_owned(), &self.key)
    }

    /// Reads it.
    pub(super) fn resolve(&self, vault: &mut Vault<'_>) -> Option<http::Identity> {
        let (chain, key) = (vault.fetch_lines(&self.chain), vault.fetch_lines(&self.key));
        match http::Identity::read(chain?.expose(), &key?, &self.address) {
            Ok(identity) => Some(identity),
            Err(flaw) => {
                let at = if flaw.is_of_key() { &self.key } else { &self.chain };
                vault.refuse(at, Flaw::Identity(flaw));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_warned_of_two_weeks_before() {
        let now = Utc::now();
        let said = |left| end_of("[jira.auth].token", now + left, now).map(|warning| warning.to_string());
        assert_eq!(said(TimeDelta::days(15)), None);
        assert!(said(TimeDelta::days(14)).is_some_and(|said| said.contains("14 days")));
        assert!(said(TimeDelta::hours(-1)).is_some_and(|said| said.contains("ended")));
    }
}
