//! The stage: both services on loopback, a folder with `sync.toml`, a clock that the story moves, and the real sync.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use guajira::alerts::Alerts;
use guajira::config::{self, Config, Draft, Environment, Source};
use guajira::domain::{Fingerprint, SealKey, SealKeys};
use guajira::engine::budget::{Ledger, Patience};
use guajira::engine::{self, Askers, Order, Quiet, Report, Rooms, Settings, World};
use guajira::guance::Guance;
use guajira::guance::events::Events;
use guajira::guance::incidents::Incidents;
use guajira::http::Http;
use guajira::jira::Jira;
use guajira::notify;
use guajira::ports::{Clock, InLine, NoFailpoints, Remote, Stop};
use guajira::secret::Secret;
use guajira::state::{Installation, Services, State, Workspace};
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{self, ApiKey, FakeGuance};
use guajira_fakes::jira::{self, FakeJira, Flavour, User};
use guajira_fakes::server::Recorded;
use tempfile::TempDir;

use crate::further::{self, Further};

/// The key that guajira uses.
pub(crate) const GUANCE_KEY: &str = "guance-key-of-guajira";
/// A key of somebody else, for trying by hand.
pub(crate) const SOMEBODYS_KEY: &str = "guance-key-of-somebody";
/// The Jira account that guajira uses.
pub(crate) const BOT: &str = "bot";

/// How long before the present the story begins: so long that all of it is over, and in the report, with every further part.
const STORY: TimeDelta = TimeDelta::minutes(30);

/// Two services, a configuration, a state file.
pub(crate) struct Stage {
    /// The fake Guance.
    pub(crate) guance: FakeGuance,
    /// The fake Jira.
    pub(crate) jira: FakeJira,
    /// The time that all of them live in.
    pub(crate) clock: SimClock,
    /// The services of the further parts.
    pub(crate) further: further::Services,
    with: Vec<Further>,
    dir: TempDir,
}

/// What a run did and what it cost.
pub(crate) struct Ran {
    /// guajira's own report.
    pub(crate) report: Report,
    /// Requests that Guance answered.
    pub(crate) guance_requests: usize,
    /// Requests that Jira answered.
    pub(crate) jira_requests: usize,
    /// What was asked of Guance more than once.
    pub(crate) asked_twice: Vec<String>,
}

impl Stage {
    /// Starts both services on free ports and writes `sync.toml`; the story ends shortly before the present.
    pub(crate) fn set(flavour: Flavour, with: &[Further]) -> Result<Self> {
        let clock = SimClock::real();
        clock.set_offset(-STORY);
        Self::set_at(flavour, clock, with)
    }

    /// Does the same with the story's own clock.
    pub(crate) fn set_at(flavour: Flavour, clock: SimClock, with: &[Further]) -> Result<Self> {
        let key = |name: &str, secret: &str| ApiKey { name: name.to_owned(), secret: secret.to_owned() };
        let guance = FakeGuance::start(guance::Options {
            clock: clock.clone(),
            keys: vec![key("guajira", GUANCE_KEY), key("somebody", SOMEBODYS_KEY)],
            ..guance::Options::default()
        });
        let people = [("lilei", "李雷"), ("mia", "Mia Krystof"), ("hanmeimei", "韩梅梅")];
        let users = people.map(|(login, name)| User::new(login, name)).to_vec();
        let jira = FakeJira::start(flavour, jira::Options { clock: clock.clone(), users, ..jira::Options::default() });
        jira.with_user(BOT, |bot| "guajira".clone_into(&mut bot.display_name));
        let dir = tempfile::Builder::new().prefix("guajira-sandbox-").tempdir().context("cannot make a folder")?;
        let further = further::Services::start(with, &clock);
        let stage = Self { guance, jira, clock, further, with: with.to_vec(), dir };
        std::fs::write(stage.config_path(), stage.config_text()).context("cannot write sync.toml")?;
        Ok(stage)
    }

    /// Where `sync.toml` is.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.dir.path().join("sync.toml")
    }

    /// The secret that `sync.toml` takes from `JIRA_API_TOKEN`.
    pub(crate) fn jira_token(&self) -> String {
        match self.jira.flavour() {
            Flavour::Cloud => self.jira.basic(BOT).1,
            Flavour::Server => self.jira.pat(BOT),
        }
    }

    fn config_text(&self) -> String {
        let auth = match self.jira.flavour() {
            Flavour::Cloud => format!("method = \"basic\"\nuser = \"{}\"", self.jira.basic(BOT).0),
            Flavour::Server => "method = \"pat\"".to_owned(),
        };
        let (guance, jira) = (self.guance.base_url(), self.jira.base_url());
        let further = self.further.config_text(&self.with);
        format!(
            r#"[guance]
base_url = "{guance}"
api_key = {{ env = "GUANCE_API_KEY" }}

[jira]
base_url = "{jira}"

[jira.auth]
{auth}
token = {{ env = "JIRA_API_TOKEN" }}

[[route]]
project = "OPS"
issue_type = "Bug"
labels = ["guance"]

[route.priority]            # a level that is not listed stays in Guance
P0 = "Highest"
P1 = "High"
P2 = "Medium"
{further}"#
        )
    }

    /// The configurations of the lines, that of Guance's issues first.
    fn configs(&self) -> Result<Vec<Config>> {
        let (token, further) = (self.jira_token(), self.further.variables());
        let of = |name: &str| further.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
        let env = Environment::from([
            ("GUANCE_API_KEY", GUANCE_KEY),
            ("JIRA_API_TOKEN", &token),
            (further::TOKEN, of(further::TOKEN)),
            (further::ROOM, of(further::ROOM)),
        ]);
        let drafts = Draft::load(Some(&self.config_path()), &env)?;
        drafts.into_iter().map(|draft| Ok(draft.resolve(&env)?)).collect()
    }

    fn config(&self) -> Result<Config> {
        self.configs()?.into_iter().next().context("no source")
    }

    /// Does one run of the line of this source.
    pub(crate) fn sync_line(&self, name: &str) -> Result<Ran> {
        let configs = self.configs()?;
        let config = configs.iter().find(|config| config.line.as_str() == name);
        self.run(config.with_context(|| format!("no source called {name}"))?)
    }

    /// Does one run, as `guajira sync` does it, but by the story's clock.
    pub(crate) fn sync(&self) -> Result<Ran> {
        let config = self.config()?;
        self.run(&config)
    }

    /// Does the same with a new state file.
    pub(crate) fn sync_without_state(&self) -> Result<Ran> {
        let mut config = self.config()?;
        config.sync.state.set_file_name("another.db");
        self.run(&config)
    }

    fn run(&self, config: &Config) -> Result<Ran> {
        let before = (self.guance.recorded().len(), self.jira.recorded().len());
        let (clock, stop) = (StoryClock(self.clock.clone()), Never);
        let state = State::open(&config.sync.state)?.of_line(config.line);
        let redactor = Arc::new(config.redactor());
        let guance_http = Http::new(&config.source_http, Arc::clone(&redactor))?;
        let jira_http = Http::new(&config.jira_http, redactor)?;
        let patience = Patience::Until(clock.now() + config.sync.limits.max_runtime);
        let (keys, limit) = match config.source.guance() {
            Some(guance) => (guance.settings.api_keys.as_slice(), guance.requests_per_minute),
            None => (&[][..], 1),
        };
        let budget = Ledger::new(&state, &clock, &stop, keys, limit, patience).for_line(config.line, config.polls);
        let (http, clock, stop): (_, &dyn Clock, &dyn Stop) = (&guance_http, &clock, &stop);
        let source: Box<dyn Remote + '_> = match &config.source {
            Source::Issues(guance) => {
                Box::new(Guance::new(guance.settings.clone(), http, &budget, &state, clock, stop))
            }
            Source::Events(guance) => {
                Box::new(Events::new(guance.settings.clone(), http, &budget, &state, clock, stop))
            }
            Source::Incidents(guance) => {
                Box::new(Incidents::new(guance.settings.clone(), http, &budget, &state, clock, stop))
            }
            Source::Alerts(settings) => Box::new(Alerts::new(settings.clone(), http, &state, clock, stop)),
            Source::Piped => anyhow::bail!("nothing is piped in here"),
        };
        let source = InLine::new(config.line, &*source);
        let told = |one: &config::Room| Http::new(&one.http, Arc::new(config.redactor()));
        let clients = config.rooms.iter().map(told).collect::<Result<Vec<_>>>()?;
        let rooms = config.rooms.iter().zip(&clients);
        let rooms: Vec<_> = rooms.map(|(one, http)| notify::Room::new(one.settings.clone(), http, clock)).collect();
        let rooms = config.rooms.iter().zip(&rooms);
        let rooms: Vec<_> = rooms.map(|(one, room)| engine::Room { sink: room, wants: &one.subscription }).collect();
        let jira = Jira::new(config.jira.clone(), &jira_http, &state, clock, stop);
        let world = World {
            guance: &source,
            jira: &jira,
            budget: &budget,
            state: &state,
            rooms: Rooms { all: &rooms, record: None },
            policy: &config.policy,
            settings: &settings(config),
            clock,
            stop,
            failpoints: &NoFailpoints,
            progress: &Quiet,
        };
        let report = engine::sync_once(&world, &Order::default())?;
        let asked = self.guance.recorded().split_off(before.0);
        let mut reads: Vec<String> =
            asked.iter().filter(|r| !r.write).map(|r| format!("{} {}", r.path, r.body)).collect();
        reads.sort();
        let asked_twice =
            reads.windows(2).filter(|two| two.first() == two.last()).filter_map(<[String]>::first).cloned();
        let asked_twice = asked_twice.collect();
        let jira_requests = self.jira.recorded().len() - before.1;
        Ok(Ran { report, guance_requests: asked.len(), jira_requests, asked_twice })
    }

    /// What `guajira why` tells last about an item.
    pub(crate) fn why(&self, item: &str) -> Result<Option<String>> {
        let state = State::open_copy(&self.config()?.sync.state)?;
        Ok(state.events(&[item.to_owned()])?.pop().map(|(_, _, what)| what))
    }

    /// How many pairs of issues and of comments the state file of Guance's issues holds.
    pub(crate) fn pairs(&self) -> Result<(u64, u64)> {
        let status = State::open_copy(&self.config()?.sync.state)?.status()?;
        Ok((status.issue_pairs, status.comment_pairs))
    }

    /// Requests that either service refused.
    pub(crate) fn refused(&self) -> Vec<Recorded> {
        let all = self.guance.recorded().into_iter().chain(self.jira.recorded());
        all.filter(|request| request.write && request.status.is_none_or(|status| status >= 400)).collect()
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        no_script: config.no_script,
        limits: config.sync.limits,
        projects: config.jira.projects.clone(),
        services: services(config),
        seal_keys: SealKeys::default().followed_by(&SealKey::derive(&Secret::new("sandbox"))),
        askers: Askers { guance: Fingerprint::of(&["sandbox"]), jira: Fingerprint::of(&["sandbox"]) },
    }
}

fn services(config: &Config) -> Services {
    let Config { address, selection, jira, .. } = config;
    Services {
        guance: Workspace { address: address.clone(), channel: selection.clone(), workspace: String::new() },
        jira: Installation { address: jira.base_url.clone(), ..Installation::default() },
        pair: jira.pair_id.clone(),
    }
}

/// Waiting costs no time here: the clock jumps.
struct StoryClock(SimClock);

impl Clock for StoryClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn sleep(&self, time: Duration) {
        self.0.advance(time);
    }
}

struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}
