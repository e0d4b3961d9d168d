//! What the configuration says, once it is read, and its secrets, once they are fetched.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ConfigError;
use super::notify::{Room, RoomDraft};
use super::parts::{SecretAt, Vault};
use super::tree::Environment;
use crate::guance::ReplyFormat;
use crate::jira::Deployment;
use crate::plan::{Direction, Policy};
use crate::ports::Limits;
use crate::secret::Redactor;
use crate::words::{ConfigWarning, Lang};
use crate::{guance, http, jira};

/// Everything a run needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it came from; `None` when all of it came from the environment.
    pub path: Option<PathBuf>,
    /// How to talk to Guance.
    pub guance: guance::Settings,
    /// How to reach Guance.
    pub guance_http: http::Settings,
    /// How to talk to Jira.
    pub jira: jira::Settings,
    /// How to reach Jira.
    pub jira_http: http::Settings,
    /// Whether it is said that no program made Jira issues of Guance's before guajira: `[jira].script`.
    pub no_script: bool,
    /// Requests that one Guance key may make in a minute.
    pub requests_per_minute: u32,
    /// Requests that all Guance keys of the workspace may make in a minute.
    pub workspace_requests_per_minute: u32,
    /// How a run goes.
    pub sync: SyncSettings,
    /// What is carried, and where to.
    pub policy: Policy,
    /// The chat rooms that are told of it: `[[notify]]`.
    pub rooms: Vec<Room>,
    /// What works and should be known, as sentences for the log.
    pub warnings: Vec<ConfigWarning>,
    /// What could be better on this machine, as sentences for `guajira check` and for the log of a run.
    pub advice: Vec<ConfigWarning>,
}

/// How a run goes: `[sync]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSettings {
    /// The state file.
    pub state: PathBuf,
    /// Windows and limits of a run.
    pub limits: Limits,
    /// How often a quiet run repeats what still fails.
    pub remind: Duration,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self { state: PathBuf::from("guajira.db"), limits: Limits::default(), remind: Duration::from_hours(24) }
    }
}

/// A checked configuration whose secrets have not been fetched.
#[derive(Clone, Debug)]
pub struct Draft {
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
    pub(super) guance: Guance,
    pub(super) jira: Jira,
    pub(super) rooms: Vec<RoomDraft>,
}

/// `[guance]`.
#[derive(Clone, Debug)]
pub(super) struct Guance {
    pub(super) base_url: String,
    pub(super) console_url: String,
    pub(super) api_keys: Vec<SecretAt>,
    pub(super) channel: String,
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
    /// With basic authentication; a personal access token has no user.
    pub(super) user: Option<String>,
    pub(super) token: SecretAt,
    pub(super) projects: Vec<String>,
    pub(super) pair_id: String,
    pub(super) no_script: bool,
    pub(super) former_accounts: Vec<String>,
    pub(super) http: http::Settings,
}

impl Draft {
    /// Returns how many Guance requests a minute all keys may make together.
    pub fn requests_per_minute(&self) -> u64 {
        let keys = u64::try_from(self.guance.api_keys.len()).unwrap_or(1).max(1);
        keys.saturating_mul(u64::from(self.guance.requests_per_minute))
            .min(u64::from(self.guance.workspace_requests_per_minute))
    }

    /// Returns the addresses of Guance and Jira, the channel, and the id of this pair of services.
    pub fn services(&self) -> [&str; 4] {
        [&self.guance.base_url, &self.guance.channel, &self.jira.base_url, &self.jira.pair_id]
    }

    /// Fetches the secrets.
    ///
    /// # Errors
    /// Names the key and the source of every secret that is missing, empty or cannot be fetched.
    pub fn resolve(self, env: &Environment) -> Result<Config, ConfigError> {
        let Self { path, sync, policy, mut warnings, advice, lang: _, base, guance, jira, rooms } = self;
        let mut vault = Vault::new(base, env);
        let api_keys = guance.api_keys.iter().map(|key| vault.fetch(key)).collect();
        let token = vault.fetch(&jira.token);
        let auth = match jira.user {
            Some(user) => jira::Auth::Basic { user, token },
            None => jira::Auth::Pat { token },
        };
        let rooms = rooms.into_iter().map(|room| room.resolve(&mut vault, &mut warnings)).collect();
        vault.finish()?;
        Ok(Config {
            guance: guance::Settings {
                base_url: guance.base_url,
                console_url: guance.console_url,
                api_keys,
                channel: guance.channel,
                reply_format: guance.reply_format,
                former_accounts: guance.former_accounts,
                names_managers: policy.flow.assignee != Direction::Off || policy.uses("managers"),
                names_channels: policy.uses("channels") || policy.uses("channel_uuids"),
                lang: policy.voice.lang,
            },
            guance_http: guance.http,
            jira: jira::Settings {
                base_url: jira.base_url,
                deployment: jira.deployment,
                auth,
                projects: jira.projects,
                pair_id: jira.pair_id,
                former_accounts: jira.former_accounts,
                former_pairs: Vec::new(),
                lang: policy.voice.lang,
            },
            jira_http: jira.http,
            no_script: jira.no_script,
            requests_per_minute: guance.requests_per_minute,
            workspace_requests_per_minute: guance.workspace_requests_per_minute,
            path,
            sync,
            policy,
            rooms,
            warnings,
            advice,
        })
    }
}

impl Config {
    /// Returns what knows the credentials of both sides and of the chat rooms, so that none of them is told by what a service
    /// says.
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        self.guance.api_keys.iter().for_each(|key| redactor.hide(key));
        match &self.jira.auth {
            jira::Auth::Basic { user, token } => redactor.hide_login(user, token),
            jira::Auth::Pat { token } => redactor.hide(token),
        }
        self.rooms.iter().flat_map(|room| room.settings.credentials()).for_each(|secret| redactor.hide(&secret));
        redactor
    }
}
