//! `[jira.auth]`: how to log in to Jira.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::error::ConfigError;
use super::parts::{SecretAt, Vault, secrets};
use super::reader::Reader;
use super::secret::SecretSource;
use super::tree::Environment;
use crate::http;
use crate::jira::{AccessToken, Auth, PrivateKey};
use crate::secret::Secret;
use crate::words::{ConfigPlace, ConfigWarning, Flaw};

/// So long before its end a credential is warned of.
const WARN_BEFORE: TimeDelta = TimeDelta::days(14);

/// The access token's key.
const TOKEN: &str = "jira.auth.token";

/// The private key's key.
const PRIVATE_KEY: &str = "jira.auth.private_key";

/// How to log in to Jira, with the secrets not fetched.
#[derive(Clone, Debug)]
pub(super) struct Login {
    method: Method,
    user: String,
    consumer: String,
    key: Option<SecretAt>,
    token: SecretAt,
    /// The day at whose beginning, in UTC, the token ends.
    expires: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Basic,
    Pat,
    OAuth1,
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
        let methods = [("basic", Method::Basic), ("pat", Method::Pat), ("oauth1", Method::OAuth1)];
        let method = reader.one_of("jira.auth.method", &methods, Method::Basic);
        let required = |key: &str, by: Method| if method == by { reader.required_text(key) } else { String::new() };
        let user = required("jira.auth.user", Method::Basic);
        let consumer = required("jira.auth.consumer_key", Method::OAuth1);
        let is_signed = method == Method::OAuth1;
        if reader.has("jira.auth.user") && method == Method::Pat {
            warnings.push(ConfigWarning::UserNotUsed);
        }
        for key in ["jira.auth.user", "jira.auth.consumer_key", PRIVATE_KEY] {
            let is_used = is_signed != key.ends_with("user");
            if reader.has(key) && !is_used && (method != Method::Pat || !key.ends_with("user")) {
                warnings.push(ConfigWarning::KeyNotUsed { key: super::reader::shown(key) });
            }
        }
        let key = if is_signed { secrets(reader, PRIVATE_KEY, false).pop() } else { None };
        let token = secrets(reader, TOKEN, false).pop();
        let nothing =
            || SecretAt { key: String::new(), place: ConfigPlace::Environment, source: SecretSource::Given("".into()) };
        let expires = reader.day("jira.auth.expires");
        Self { method, user, consumer, key, token: token.unwrap_or_else(nothing), expires }
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
        (base_url, http): (&str, &http::Settings),
        base: &Path,
        env: &Environment,
    ) -> Result<Option<Approval>, ConfigError> {
        let Some(at) = self.key.as_ref().filter(|_| self.method == Method::OAuth1) else { return Ok(None) };
        let (key_file, token_file) = (at.source.file(base), self.token.source.file(base));
        let is_missing = key_file.as_ref().is_some_and(|path| !path.exists());
        let mut vault = Vault::new(base.to_owned(), env);
        let key = if is_missing { None } else { fetch_key(&mut vault, at) };
        vault.finish()?;
        let (base_url, consumer, http) = (base_url.to_owned(), self.consumer.clone(), http.clone());
        Ok(Some(Approval { base_url, consumer, key, key_file, token_file, http }))
    }
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
