//! Opens what a command works with: signals, clock, clients, budget, the two sides.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::config::Config;
use crate::domain::{Fingerprint, SealKey, SealKeys};
use crate::engine::budget::Patience;
use crate::engine::{Askers, Settings};
use crate::jira::Auth;
use crate::ports::{Clock, Facts, Stop};
use crate::secret::Secret;
use crate::state::{Installation, Services, State, Workspace};

/// How long a check waits for the request budget, in seconds: a window of it.
pub(super) const PATIENCE_SECONDS: i64 = 65;

/// What a shell reports of a program that a signal ended.
const KILLED: i32 = 128 + SIGINT;

/// SIGINT and SIGTERM: the first asks, the second ends the program at once.
#[derive(Clone, Debug)]
pub(super) struct Signals(Arc<AtomicBool>);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system does not let us.
    pub(super) fn listen() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down, and only then raises it.
            signal_hook::flag::register_conditional_shutdown(signal, KILLED, Arc::clone(&asked))?;
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }
}

/// Makes a write beyond the system's limit for the size of a file an ordinary failed write. Otherwise a signal would end
/// the program without a word.
pub(super) fn survive_small_files() {
    // Somebody listens, and does nothing: that is enough. Where nobody may listen, the signal stays what it was.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

impl Stop for Signals {
    fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Also ends what an ordinary run has no more time for.
pub(super) struct InTime<'a> {
    pub(super) stop: &'a dyn Stop,
    pub(super) patience: Patience,
}

impl Stop for InTime<'_> {
    fn requested(&self) -> bool {
        self.stop.requested()
    }

    fn out_of_time(&self) -> bool {
        match self.patience {
            Patience::Until(deadline) => Utc::now() >= deadline,
            Patience::Endless => false,
        }
    }
}

/// This machine's clock. It sleeps to the end: who waits for a lost write to settle must not look too early.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What adapters learn while it is not certain that the state belongs to these services: it begins with nothing, and
/// nobody else learns of it.
#[derive(Debug, Default)]
pub(super) struct Scratch(RefCell<HashMap<String, String>>);

impl Scratch {
    /// Tells what was learnt, now that it is certain.
    pub(super) fn tell(self, facts: &dyn Facts) {
        for (name, value) in self.0.into_inner() {
            facts.remember(&name, &value);
        }
    }
}

impl Facts for Scratch {
    fn recall(&self, name: &str, _max_age: Duration) -> Option<String> {
        self.0.borrow().get(name).cloned()
    }

    fn remember(&self, name: &str, value: &str) {
        self.0.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    fn forget(&self, name: &str) {
        self.0.borrow_mut().remove(name);
    }
}

/// Returns the services as a configuration names them: what [`crate::config::Draft::services`] says of it.
pub(super) fn named(names: [String; 4]) -> Services {
    let [guance, channel, jira, pair] = names;
    Services {
        guance: Workspace { address: guance, channel, ..Workspace::default() },
        jira: Installation { address: jira, ..Installation::default() },
        pair,
    }
}

/// Returns the services that the configuration names.
pub(super) fn of(config: &Config) -> Services {
    let Config { address, selection, jira, .. } = config;
    named([address, selection, &jira.base_url, &jira.pair_id].map(String::clone))
}

/// Returns true when what the state remembers was learnt from the services that the configuration names.
///
/// # Errors
/// When the state file cannot be read.
pub(super) fn are_known(config: &Config, state: &State) -> Result<bool> {
    let now = of(config);
    Ok(state.services()?.is_some_and(|known| known.has_jira_of(&now) && known.has_guance_of(&now)))
}

/// Returns the engine's part of the configuration.
pub(super) fn settings(config: &Config) -> Settings {
    Settings {
        limits: config.sync.limits,
        projects: config.jira.projects.clone(),
        no_script: config.no_script,
        services: of(config),
        seal_keys: seal_keys(config),
        askers: askers(config),
    }
}

/// Names who asks the two services, without showing the credentials.
fn askers(config: &Config) -> Askers {
    let source: Vec<&str> = config.source.credentials().into_iter().map(Secret::expose).collect();
    let jira = match &config.jira.auth {
        Auth::Basic { user, token } => vec![user.as_str(), token.expose()],
        Auth::Pat { token } => vec![token.expose()],
        Auth::OAuth1 { consumer, token, .. } => vec![consumer.as_str(), token.expose()],
    };
    let name = |address: &String, credentials: Vec<&str>| {
        Fingerprint::of(&[["asker", address].as_slice(), &credentials].concat())
    };
    Askers { guance: name(&config.address, source), jira: name(&config.jira.base_url, jira) }
}

/// What the id of a Guance key begins with. It names the key wherever something was written with it, and is no secret.
const KEY_ID: &str = "wsak_";

/// Returns the keys of seals that belong to the configured credentials: those of Guance first, which stay the same when
/// Jira's account is another.
fn seal_keys(config: &Config) -> SealKeys {
    let secret = |key: &&Secret| !key.expose().starts_with(KEY_ID);
    let jira = [config.jira.auth.token()];
    let credentials = config.source.credentials().into_iter().filter(secret).chain(jira);
    credentials.fold(SealKeys::default(), |keys, credential| keys.followed_by(&SealKey::derive(credential)))
}
