//! What the configuration says, once it is read, and its secrets, once they are fetched.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::ConfigError;
use super::kinds::SourceKind;
use super::login::{self, Approval, Login};
use super::notify::{Room, RoomDraft};
use super::parts::{SecretAt, Vault};
use super::signals::{Signals, SignalsDraft};
use super::tree::Environment;
use crate::domain::ServiceName;
use crate::guance::ReplyFormat;
use crate::jira::Deployment;
use crate::plan::{Direction, Policy};
use crate::ports::Limits;
use crate::secret::{Redactor, Secret};
use crate::words::{ConfigWarning, Lang};
use crate::{alerts, guance, http, jira, notify};

/// Everything a run needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// The line, which is called as its source is.
    pub line: ServiceName,
    /// How many lines use the same keys: each needs a request to poll.
    pub polls: usize,
    /// The file it came from; `None` when all of it came from the environment.
    pub path: Option<PathBuf>,
    /// Where the source is, and what of it is read: as the state names it.
    pub address: String,
    /// See [`Config::address`].
    pub selection: String,
    /// How long an alarm may tell nothing before it counts as over; `None`: for ever.
    pub close_after: Option<Duration>,
    /// What the source is, and how to talk to it.
    pub source: Source,
    /// How to reach the source.
    pub source_http: http::Settings,
    /// How to talk to Jira.
    pub jira: jira::Settings,
    /// When the login to Jira ends, where the configuration or Jira told.
    pub login_ends: Option<DateTime<Utc>>,
    /// How to reach Jira.
    pub jira_http: http::Settings,
    /// Whether it is said that no program made Jira issues of Guance's before guajira: `[jira].script`.
    pub no_script: bool,
    /// How a run goes.
    pub sync: SyncSettings,
    /// What is carried, and where to.
    pub policy: Policy,
    /// The chat rooms that are told of it: `[[notify]]`.
    pub rooms: Vec<Room>,
    /// What tells other programs how a run went: `[signals]`.
    pub signals: Signals,
    /// What works and should be known, as sentences for the log.
    pub warnings: Vec<ConfigWarning>,
    /// What could be better on this machine, as sentences for `guajira check` and for the log of a run.
    pub advice: Vec<ConfigWarning>,
}

/// What a source is, and how to talk to it.
#[derive(Clone, Debug)]
pub enum Source {
    /// Issues of a Guance workspace.
    Issues(GuanceSource),
    /// Events of a Guance workspace's monitors.
    Events(GuanceSource),
    /// Incidents of a Guance workspace's Incident Center.
    Incidents(GuanceSource),
    /// What `guajira take` accepts.
    Piped,
    /// Alerts of JSM Operations or of Opsgenie.
    Alerts(alerts::Settings),
}

/// A Guance workspace, and what may be asked of it.
#[derive(Clone, Debug)]
pub struct GuanceSource {
    /// How to talk to it.
    pub settings: guance::Settings,
    /// Requests that one key may make in a minute.
    pub requests_per_minute: u32,
    /// Requests that all keys of the workspace may make in a minute.
    pub workspace_requests_per_minute: u32,
}

/// How a run goes: `[sync]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSettings {
    /// The state file of the line.
    pub state: PathBuf,
    /// The state file that `[sync].state` names. It holds the lock of a run and the record of requests for all lines.
    pub main: PathBuf,
    /// Windows and limits of a run.
    pub limits: Limits,
    /// How often a quiet run repeats what still fails.
    pub remind: Duration,
}

impl Default for SyncSettings {
    fn default() -> Self {
        let state = PathBuf::from("guajira.db");
        Self { main: state.clone(), state, limits: Limits::default(), remind: Duration::from_hours(24) }
    }
}

/// A checked configuration whose secrets have not been fetched.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The line, which is called as its source is.
    pub line: ServiceName,
    /// How many lines use the same keys.
    pub(super) polls: usize,
    /// The file it came from; `None` when all of it came from the environment.
    pub path: Option<PathBuf>,
    /// How a run goes.
    pub sync: SyncSettings,
    /// What is carried, and where to.
    pub policy: Policy,
    /// What works and should be known, as sentences for the log.
    pub warnings: Vec<ConfigWarning>,
    /// What could be better on this machine, as sentences for `guajira check` and for the log of a run.
    pub advice: Vec<ConfigWarning>,
    /// The language of `[text].language`, where it is set.
    pub lang: Option<Lang>,
    pub(super) base: PathBuf,
    pub(super) kind: SourceKind,
    pub(super) close_after: Option<Duration>,
    pub(super) source: SourceAt,
    pub(super) jira: Jira,
    pub(super) rooms: Vec<RoomDraft>,
    pub(super) signals: SignalsDraft,
}

/// Where a source is, with its secrets not fetched.
#[derive(Clone, Debug)]
pub(super) enum SourceAt {
    Guance(Guance),
    Piped,
    Alerts(Alerts),
}

/// A source of alerts.
#[derive(Clone, Debug)]
pub(super) struct Alerts {
    pub(super) base_url: String,
    /// JSM: the account's e-mail address.
    pub(super) user: String,
    pub(super) api_keys: Vec<SecretAt>,
    pub(super) cloud_id: Option<String>,
    pub(super) gateway: String,
    pub(super) schedule: Option<String>,
    pub(super) http: http::Settings,
}

impl SourceAt {
    pub(super) fn api_keys(&self) -> &[SecretAt] {
        match self {
            Self::Guance(Guance { api_keys, .. }) | Self::Alerts(Alerts { api_keys, .. }) => api_keys,
            Self::Piped => &[],
        }
    }

    /// Returns the source with its secrets, and how it is reached; `None` where nothing is asked for over a network.
    fn resolve(
        self,
        line: ServiceName,
        kind: SourceKind,
        mut keys: Vec<Secret>,
        policy: &Policy,
    ) -> Option<(Source, http::Settings)> {
        match self {
            Self::Guance(at) => {
                let http = at.http.clone();
                let guance = guance_source(line, at, keys, policy);
                let source = match kind {
                    SourceKind::Events => Source::Events(guance),
                    SourceKind::Incidents => Source::Incidents(guance),
                    _ => Source::Issues(guance),
                };
                Some((source, http))
            }
            Self::Piped => None,
            Self::Alerts(at) => {
                let key = keys.pop().unwrap_or_else(|| Secret::new(""));
                let login = match kind {
                    SourceKind::Jsm => {
                        alerts::Login::Jsm { user: at.user, token: key, cloud_id: at.cloud_id, gateway: at.gateway }
                    }
                    _ => alerts::Login::Opsgenie { key },
                };
                let (name, lang) = (line.to_string(), policy.voice.lang);
                let settings = alerts::Settings { name, base_url: at.base_url, login, schedule: at.schedule, lang };
                Some((Source::Alerts(settings), at.http))
            }
        }
    }

    /// Returns its address, and what of that service it is.
    pub(super) fn place(&self, line: &ServiceName, kind: SourceKind) -> (String, String) {
        match self {
            Self::Guance(guance) if kind == SourceKind::Issues => (guance.base_url.clone(), guance.channel.clone()),
            Self::Guance(Guance { base_url, .. }) | Self::Alerts(Alerts { base_url, .. }) => {
                (base_url.clone(), kind.as_str().to_owned())
            }
            Self::Piped => (kind.as_str().to_owned(), line.to_string()),
        }
    }
}

/// `[guance]`.
#[derive(Clone, Debug)]
pub(super) struct Guance {
    pub(super) base_url: String,
    pub(super) console_url: String,
    pub(super) api_keys: Vec<SecretAt>,
    pub(super) channel: String,
    /// The source that these address and keys were given for.
    pub(super) keys_of: ServiceName,
    pub(super) requests_per_minute: u32,
    pub(super) workspace_requests_per_minute: u32,
    pub(super) reply_format: ReplyFormat,
    pub(super) former_accounts: Vec<String>,
    pub(super) http: http::Settings,
}

/// `[jira]`.
#[derive(Clone, Debug)]
pub(super) struct Jira {
    pub(super) base_url: String,
    pub(super) deployment: Option<Deployment>,
    pub(super) login: Login,
    /// Projects of the line.
    pub(super) projects: Vec<String>,
    /// Projects of all lines: each poll reads them for all.
    pub(super) polled: Vec<String>,
    /// Fields that follow their source, of all lines.
    pub(super) followed: Vec<jira::Followed>,
    pub(super) pair_id: String,
    pub(super) no_script: bool,
    pub(super) former_accounts: Vec<String>,
    pub(super) http: http::Settings,
}

impl Draft {
    /// Returns what kind of source it is.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// Returns how many requests a minute the keys of the source may make together, where they are counted.
    pub fn requests_per_minute(&self) -> Option<u64> {
        let SourceAt::Guance(guance) = &self.source else { return None };
        let keys = u64::try_from(guance.api_keys.len()).unwrap_or(1).max(1);
        let all = keys.saturating_mul(u64::from(guance.requests_per_minute));
        Some(all.min(u64::from(guance.workspace_requests_per_minute)))
    }

    /// Returns the address of the source, what of it is read, the address of Jira, and the id of this pair of services.
    pub fn services(&self) -> [String; 4] {
        let (address, selection) = self.source.place(&self.line, self.kind);
        [address, selection, self.jira.base_url.clone(), self.jira.pair_id.clone()]
    }

    /// Returns when the login to Jira ends, where that is known without contacting anybody.
    pub fn login_ends(&self, env: &Environment) -> Option<DateTime<Utc>> {
        self.jira.login.ends(&self.base, env)
    }

    /// Returns what to say of a login to Jira that ends soon, or has ended.
    pub fn login_warning(&self, env: &Environment) -> Option<ConfigWarning> {
        login::end_of("[jira.auth].token", self.login_ends(env)?, Utc::now())
    }

    /// Returns what the steps to an access token of Jira need; `None` where `[jira.auth]` has another method than OAuth 1.0a.
    ///
    /// # Errors
    /// When the private key cannot be fetched, or is none. A file that is not there yet is no error.
    pub fn approval(&self, env: &Environment) -> Result<Option<Approval>, ConfigError> {
        self.jira.login.approval((&self.jira.base_url, &self.jira.http), &self.base, env)
    }

    /// Returns what tells other programs how a run went, where the secrets of the services cannot be fetched.
    pub fn signals(&self, env: &Environment) -> Signals {
        self.signals.alone(&self.base, env)
    }

    /// Fetches the secrets.
    ///
    /// # Errors
    /// Names the key and the source of every secret that is missing, empty or cannot be fetched.
    pub fn resolve(self, env: &Environment) -> Result<Config, ConfigError> {
        let Self {
            line,
            polls,
            path,
            sync,
            policy,
            mut warnings,
            mut advice,
            lang: _,
            base,
            kind,
            close_after,
            source,
            jira,
            rooms,
            signals,
        } = self;
        let mut vault = Vault::new(base, env);
        let (address, selection) = source.place(&line, kind);
        let keys: Vec<Secret> = source.api_keys().iter().map(|key| vault.fetch(key)).collect();
        let (auth, login_ends) = jira.login.resolve(&mut vault);
        advice.extend(login_ends.and_then(|ends| login::end_of("[jira.auth].token", ends, Utc::now())));
        let rooms = rooms.into_iter().map(|room| room.resolve(&mut vault, &mut warnings)).collect();
        let signals = signals.resolve(&mut vault, &mut warnings);
        vault.finish()?;
        let (source, source_http) =
            source.resolve(line, kind, keys, &policy).unwrap_or((Source::Piped, jira.http.clone()));
        Ok(Config {
            line,
            polls,
            address,
            selection,
            close_after,
            source,
            source_http,
            jira: jira::Settings {
                line,
                base_url: jira.base_url,
                deployment: jira.deployment,
                auth,
                projects: jira.projects,
                polled: jira.polled,
                followed: jira.followed,
                pair_id: jira.pair_id,
                former_accounts: jira.former_accounts,
                former_pairs: Vec::new(),
                lang: policy.voice.lang,
            },
            login_ends,
            jira_http: jira.http,
            no_script: jira.no_script,
            path,
            sync,
            policy,
            rooms,
            signals,
            warnings,
            advice,
        })
    }
}

fn guance_source(line: ServiceName, at: Guance, api_keys: Vec<Secret>, policy: &Policy) -> GuanceSource {
    let settings = guance::Settings {
        line,
        base_url: at.base_url,
        console_url: at.console_url,
        api_keys,
        channel: at.channel,
        reply_format: at.reply_format,
        former_accounts: at.former_accounts,
        names_managers: policy.flow.assignee != Direction::Off || policy.uses("managers"),
        names_channels: policy.uses("channels") || policy.uses("channel_uuids"),
        lang: policy.voice.lang,
    };
    let (requests_per_minute, workspace_requests_per_minute) =
        (at.requests_per_minute, at.workspace_requests_per_minute);
    GuanceSource { settings, requests_per_minute, workspace_requests_per_minute }
}

impl Source {
    /// Returns the Guance workspace that it is of.
    pub fn guance(&self) -> Option<&GuanceSource> {
        match self {
            Self::Issues(guance) | Self::Events(guance) | Self::Incidents(guance) => Some(guance),
            Self::Piped | Self::Alerts(_) => None,
        }
    }

    /// Returns its credentials.
    pub fn credentials(&self) -> Vec<&Secret> {
        match self {
            Self::Issues(guance) | Self::Events(guance) | Self::Incidents(guance) => {
                guance.settings.api_keys.iter().collect()
            }
            Self::Piped => Vec::new(),
            Self::Alerts(alerts) => {
                let (alerts::Login::Jsm { token: key, .. } | alerts::Login::Opsgenie { key }) = &alerts.login;
                vec![key]
            }
        }
    }
}

impl Config {
    /// Returns what knows the credentials of both sides, of the chat rooms and of the heartbeat, so that none of them is told by what a service
    /// says.
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        self.source.credentials().into_iter().for_each(|key| redactor.hide(key));
        match &self.jira.auth {
            jira::Auth::Basic { user, token } => redactor.hide_login(user, token),
            jira::Auth::Pat { token } | jira::Auth::OAuth1 { token, .. } => redactor.hide(token),
        }
        self.rooms.iter().flat_map(|room| room.settings.credentials()).for_each(|secret| redactor.hide(&secret));
        self.signals.heartbeat.iter().flat_map(notify::Settings::credentials).for_each(|secret| redactor.hide(&secret));
        redactor
    }
}
