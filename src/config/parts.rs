//! What several sections have: where their secrets are, and how their service is reached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{ConfigError, Problem};
use super::reader::{self, Reader};
use super::secret::SecretSource;
use super::tree::Environment;
use crate::http;
use crate::secret::Secret;
use crate::words::{ConfigFault, ConfigPlace, Flaw};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The shortest time that it may be given.
const LEAST_TIMEOUT: Duration = Duration::from_secs(1);

/// A secret's key, for messages, and where it is.
#[derive(Clone, Debug)]
pub(super) struct SecretAt {
    pub(super) key: String,
    pub(super) place: ConfigPlace,
    pub(super) source: SecretSource,
}

/// Fetches secrets and collects what went wrong.
pub(super) struct Vault<'a> {
    base: PathBuf,
    env: &'a Environment,
    problems: Vec<Problem>,
}

impl<'a> Vault<'a> {
    /// Returns one for a configuration in this folder.
    pub(super) fn new(base: PathBuf, env: &'a Environment) -> Self {
        Self { base, env, problems: Vec::new() }
    }

    /// Returns a secret; the empty one stands for a problem that was noted.
    pub(super) fn fetch(&mut self, secret: &SecretAt) -> Secret {
        secret.source.fetch(&self.base, self.env).unwrap_or_else(|fault| {
            let fault = ConfigFault::NoSecret { key: secret.key.clone(), fault };
            self.problems.push(Problem::new(fault).in_place(secret.place.clone()));
            Secret::new("")
        })
    }

    /// Returns a secret of several lines; `None` stands for a problem that was noted.
    pub(super) fn fetch_lines(&mut self, secret: &SecretAt) -> Option<Secret> {
        let fetched = secret.source.fetch_lines(&self.base, self.env);
        let problem = |fault| {
            let fault = ConfigFault::NoSecret { key: secret.key.clone(), fault };
            self.problems.push(Problem::new(fault).in_place(secret.place.clone()));
        };
        fetched.map_err(problem).ok()
    }

    /// Notes what is wrong with a secret that was fetched, without showing it.
    pub(super) fn refuse(&mut self, secret: &SecretAt, flaw: Flaw) {
        let fault = ConfigFault::At { key: secret.key.clone(), flaw };
        self.problems.push(Problem::new(fault).in_place(secret.place.clone()));
    }

    /// Ends the fetching.
    ///
    /// # Errors
    /// Everything that went wrong.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.problems }) }
    }
}

/// Reads how a service is reached.
pub(super) fn http_settings(reader: &Reader, section: &str, base: &Path) -> http::Settings {
    http::Settings {
        ca_file: reader.text(&format!("{section}.ca_file")).map(|path| base.join(path)),
        timeout: reader.duration(&format!("{section}.timeout"), TIMEOUT, LEAST_TIMEOUT),
    }
}

/// Reads where a secret is, or several; at least one.
pub(super) fn secrets(reader: &Reader, path: &str, many: bool) -> Vec<SecretAt> {
    let (key, place) = (reader::shown(path), reader.place(path));
    let at = |source| SecretAt { key: key.clone(), place: place.clone(), source };
    reader.secrets(path, many).into_iter().map(at).collect()
}
