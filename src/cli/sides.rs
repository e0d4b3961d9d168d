//! Opens the two sides of a line: its source, of whatever kind, and Jira.

use std::sync::Arc;

use anyhow::Result;
use chrono::Utc;

use super::exit::Usage;
use super::services::{InTime, Scratch, Signals, SystemClock, are_known, of, settings};
use super::term;
use crate::alerts::Alerts;
use crate::config::{Config, Source};
use crate::engine::budget::{Ledger, Patience};
use crate::engine::{Progress, Rooms, World, belongs};
use crate::guance::Guance;
use crate::guance::events::Events;
use crate::guance::incidents::Incidents;
use crate::http::{self, Http};
use crate::jira::{Jira, Shared};
use crate::piped::{Beside, Piped};
use crate::ports::{Budget, Facts, InLine, NoFailpoints, Remote, Stop};
use crate::secret::Redactor;
use crate::state::{State, StateError};
use crate::words::RunWords;

/// A source that is open, by its kind.
pub(super) enum Opened<'a> {
    Issues(Guance<'a>),
    Events(Events<'a>),
    Incidents(Incidents<'a>),
    Piped(Piped<'a>),
    Alerts(Alerts<'a>),
}

impl Opened<'_> {
    fn remote(&self) -> &dyn Remote {
        match self {
            Self::Issues(guance) => guance,
            Self::Events(events) => events,
            Self::Incidents(incidents) => incidents,
            Self::Piped(piped) => piped,
            Self::Alerts(alerts) => alerts,
        }
    }
}

/// The two sides of a line.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    /// What the source can do that not every kind can.
    pub(super) kind: &'a Opened<'a>,
    /// The source as the engine sees it.
    pub(super) source: &'a dyn Remote,
    pub(super) jira: &'a Jira<'a>,
}

/// Hands the two sides to `work`; nothing is contacted before it asks them to. `facts` is the state itself, unless it is
/// uncertain whether the state belongs to these services.
///
/// # Errors
/// When a client cannot be built from the configuration, and whatever `work` fails with.
pub(super) fn with_sides<T>(
    config: &Config,
    state: &State,
    facts: &dyn Facts,
    stop: &dyn Stop,
    patience: Patience,
    work: impl FnOnce(Sides<'_>) -> Result<T>,
) -> Result<T> {
    open(config, state, facts, stop, patience, None, |sides, _, _| work(sides))
}

/// The same, with the request budget of the source, and the state file that records requests.
fn open<T>(
    config: &Config,
    state: &State,
    facts: &dyn Facts,
    stop: &dyn Stop,
    patience: Patience,
    shared: Option<&Shared>,
    work: impl FnOnce(Sides<'_>, &dyn Budget, &State) -> Result<T>,
) -> Result<T> {
    let clock = SystemClock;
    let stop = &InTime { stop, patience };
    let redactor = Arc::new(config.redactor());
    let source_http = client(config.line.as_str(), &config.address, &config.source_http, &redactor)?;
    let jira_http = client("jira", &config.jira.base_url, &config.jira_http, &redactor)?;
    let common = common_ledger(config, state)?;
    let ledger = common.as_ref().unwrap_or(state);
    let budget = match &config.source {
        Source::Issues(guance) | Source::Events(guance) | Source::Incidents(guance) => {
            Ledger::new(ledger, &clock, stop, &guance.settings.api_keys, guance.requests_per_minute, patience)
                .with_workspace_limit(guance.workspace_requests_per_minute)
        }
        // Its requests are not counted.
        Source::Piped | Source::Alerts(_) => Ledger::new(ledger, &clock, stop, &[], 1, patience),
    }
    .for_line(config.line, config.polls);
    let kind = match &config.source {
        Source::Issues(guance) => {
            Opened::Issues(Guance::new(guance.settings.clone(), &source_http, &budget, facts, &clock, stop))
        }
        Source::Events(guance) => {
            let events = Events::new(guance.settings.clone(), &source_http, &budget, facts, &clock, stop);
            Opened::Events(events.close_after(config.close_after))
        }
        Source::Incidents(guance) => {
            Opened::Incidents(Incidents::new(guance.settings.clone(), &source_http, &budget, facts, &clock, stop))
        }
        Source::Piped => Opened::Piped(Piped::new(config.line.as_str(), state).close_after(config.close_after, &clock)),
        Source::Alerts(settings) => Opened::Alerts(Alerts::new(settings.clone(), &source_http, facts, &clock, stop)),
    };
    let mut settings = config.jira.clone();
    if are_known(config, state)? {
        settings.former_pairs = state.former_pairs(&settings.pair_id)?;
    }
    let jira = Jira::new(settings, &jira_http, facts, &clock, stop).sharing(shared);
    // Events may be piped in as well: both tell of the same rounds.
    let beside =
        matches!(kind, Opened::Events(_)).then(|| Beside::new(kind.remote(), Piped::new(config.line.as_str(), state)));
    let source = InLine::new(config.line, beside.as_ref().map_or(kind.remote(), |beside| beside as &dyn Remote));
    work(Sides { kind: &kind, source: &source, jira: &jira }, &budget, ledger)
}

/// Hands the engine's whole world, with the two sides in it and without chat rooms, to `work`.
///
/// # Errors
/// As [`with_sides`].
pub(super) fn with_world<T>(
    config: &Config,
    state: &State,
    stop: &dyn Stop,
    patience: Patience,
    progress: &dyn Progress,
    shared: Option<&Shared>,
    work: impl FnOnce(World<'_>, Sides<'_>) -> Result<T>,
) -> Result<T> {
    open(config, state, state, stop, patience, shared, |sides, budget, ledger| {
        let (policy, settings) = (&config.policy, &settings(config));
        let (clock, failpoints) = (&SystemClock, &NoFailpoints);
        let (guance, jira) = (sides.source, sides.jira);
        let rooms = Rooms { all: &[], record: Some(ledger) };
        let world = World { guance, jira, budget, state, rooms, policy, settings, clock, stop, failpoints, progress };
        work(world, sides)
    })
}

/// Opens the state file of the line.
///
/// # Errors
/// Says what is wrong with the file.
pub(super) fn open_state(config: &Config) -> Result<State, StateError> {
    Ok(State::open(&config.sync.state)?.of_line(config.line))
}

/// Opens a copy of it in memory.
///
/// # Errors
/// As for [`open_state`].
pub(super) fn copy_state(config: &Config) -> Result<State, StateError> {
    Ok(State::open_copy(&config.sync.state)?.of_line(config.line))
}

/// Opens the record of requests where another file than the line's own state keeps it: lines may use the same keys.
fn common_ledger(config: &Config, state: &State) -> Result<Option<State>> {
    let (own, main) = (&config.sync.state, &config.sync.main);
    if own == main {
        return Ok(None);
    }
    // A dry run leaves no trace.
    let opened = if state.path().is_some() { State::open(main) } else { State::open_copy(main) };
    opened.map(Some).map_err(|error| Usage::state(main, &error).into())
}

/// Returns the client of a service, by what its section says.
///
/// # Errors
/// When the environment names a proxy that is none, or a file of certificates cannot be used.
pub(super) fn client(
    section: &str,
    base_url: &str,
    settings: &http::Settings,
    redactor: &Arc<Redactor>,
) -> Result<Http> {
    if let Err(name) = http::check_proxy(base_url) {
        let variable = name;
        let usage = Usage::new(term::words(RunWords::BadProxy { variable, section }));
        return Err(usage.hint(term::words(RunWords::BadProxyHint { variable })).into());
    }
    Http::new(settings, Arc::clone(redactor)).map_err(|error| {
        let why = &format!("{error:#}");
        let usage = Usage::new(term::words(RunWords::CannotSetUp { section, why }));
        usage.hint(term::words(RunWords::CheckCaFile { section })).into()
    })
}

/// Proves that a state which does not say what services it belongs to belongs to these: an older version wrote it.
/// Until then nothing that it remembers of them is believed.
pub(super) fn prove(config: &Config, state: &State, signals: &Signals, patience: Patience) -> Result<()> {
    if state.services()?.is_some() || state.is_blank()? {
        return Ok(());
    }
    let scratch = Scratch::default();
    with_sides(config, state, &scratch, signals, patience, |sides| {
        let bound = belongs::verify(state, sides.source, sides.jira, &of(config))?;
        let tx = state.begin()?;
        tx.bind(state, &bound, Utc::now())?;
        Ok(tx.commit()?)
    })?;
    scratch.tell(state);
    Ok(())
}
