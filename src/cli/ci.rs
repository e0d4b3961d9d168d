//! What a run tells the CI system that started it.
//!
//! Whatever becomes of it, the run and its exit code are the same.

use std::path::PathBuf;

use chrono::Utc;

use crate::config::{Environment, Signals};
use crate::domain::ServiceName;
use crate::engine::Report;
use crate::page::Stuck;
use crate::signals;
use crate::signals::ci::{self, Failing, Item, Line, New, System, Told};
use crate::state::{State, StateError};
use crate::words::{CiWords, RunWords, Stage};

use super::exit::Exit;
use super::{stuck, term};

/// Most things of each source that are listed.
const MOST_ITEMS: usize = 100;

/// Most new Jira issues of each source that are listed.
const MOST_NEW: usize = 20;

/// Where lines for the system go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Channel {
    /// Nowhere: with `-q`, and where each line has to be JSON.
    #[default]
    Nowhere,
    Stdout,
    /// Where stdout is one JSON object.
    Stderr,
}

/// What is told of a run, from its beginning to its end.
#[derive(Default)]
pub(super) struct Ci {
    system: Option<System>,
    junit: Option<PathBuf>,
    channel: Channel,
    lines: Vec<Line>,
}

impl Ci {
    /// Returns what tells the system of an environment, where the configuration lets it.
    pub(super) fn of(configured: &Signals, env: &Environment, channel: Channel) -> Self {
        let system = configured.ci.then(|| System::of(|name| env.get(name))).flatten();
        Self { system, junit: configured.junit.clone(), channel, lines: Vec::new() }
    }

    /// Notes how a line ended: what it did, or why it did not come to its end.
    pub(super) fn note(&mut self, line: ServiceName, exit: Exit, done: Result<(&Report, &State), &str>) {
        if self.system.is_none() && self.junit.is_none() {
            return;
        }
        let mut told = Line { name: line.to_string(), exit: exit as u8, ..Line::default() };
        match done {
            Ok((report, state)) => {
                of_report(&mut told, report);
                if let Err(error) = of_state(&mut told, report, state) {
                    tracing::info!(%error, "Not all of the state is told to the CI system.");
                }
            }
            Err(words) if exit == Exit::Done => shown(words).clone_into(&mut told.result),
            Err(words) => {
                let what = term::words(CiWords::NotRun);
                told.result.clone_from(&what);
                told.failing.push(Failing { what, why: shown(words), hint: None });
            }
        }
        self.lines.push(told);
    }

    /// Tells it.
    pub(super) fn end(self) {
        let told = Told { lang: term::lang(), lines: self.lines };
        if told.lines.is_empty() {
            return;
        }
        if let Some(path) = &self.junit
            && let Err(error) = signals::replace(path, &ci::junit(&told))
        {
            let (path, why) = (&path.display().to_string(), &error.to_string());
            tracing::warn!("{}", term::words(CiWords::JunitNotWritten { path, why }));
        }
        let Some(system) = &self.system else { return };
        if let System::GitHub { summary: Some(path) } = system
            && let Err(error) = ci::append(path, &ci::summary(&told))
        {
            let (path, why) = (&path.display().to_string(), &error.to_string());
            tracing::warn!("{}", term::words(CiWords::SummaryNotWritten { path, why }));
        }
        let lines = match system {
            System::GitHub { .. } => ci::annotations(&told),
            System::GitLab | System::Jenkins => ci::section(&told, system, Utc::now()),
        };
        let written = match self.channel {
            Channel::Nowhere => Ok(()),
            Channel::Stdout => term::commands(&lines, std::io::stdout().lock()),
            Channel::Stderr => term::commands(&lines, std::io::stderr().lock()),
        };
        if let Err(error) = written {
            tracing::info!(%error, "The CI system was not told.");
        }
    }
}

/// Returns what somebody else may have said, in the language of the program, harmless in a log.
fn shown(text: &str) -> String {
    term::printable(&term::kept(text)).into_owned()
}

fn of_report(told: &mut Line, report: &Report) {
    told.result = shown(&report.summary_in(term::lang()));
    let new = report.made.made.iter().filter(|made| matches!(made.kind, "issue_created" | "issue_continued"));
    let new = new.filter_map(|made| Some(New { name: made.jira.clone()?, url: made.jira_url.clone()? }));
    told.new = new.take(MOST_NEW).collect();
    told.more_new = (report.issues_created + report.issues_continued).saturating_sub(told.new.len());
    let hint = |hint: &Option<String>| hint.as_deref().map(shown);
    let sides = report.sides_failed.iter().map(|(side, failure)| Failing {
        what: term::words(CiWords::SideFails((*side).into())),
        why: shown(&failure.message),
        hint: hint(&failure.hint),
    });
    let projects = report.projects_lost.iter().map(|lost| Failing {
        what: shown(&term::words(RunWords::ProjectNotRead { project: &lost.project })),
        why: shown(&lost.message),
        hint: hint(&lost.hint),
    });
    told.failing = sides.chain(projects).collect();
}

fn of_state(told: &mut Line, report: &Report, state: &State) -> Result<(), StateError> {
    let (items, more) = stuck::stuck(&state.stuck_items()?, MOST_ITEMS);
    told.items = items.into_iter().map(item).collect();
    told.more = more;
    // What could not be read is no row of the outbox.
    let unread = report.items_failed.iter().chain(&report.messages.failed).filter(|failure| failure.stage.is_none());
    let unread = unread.map(|failure| Item {
        stage: Stage::Failed,
        what: shown(&failure.summary),
        key: shown(&failure.item),
        why: shown(&failure.message),
        hint: failure.hint.as_deref().map(shown),
        command: None,
    });
    told.items.extend(unread.take(MOST_ITEMS));
    Ok(())
}

fn item(stuck: Stuck) -> Item {
    let Stuck { stage, what, key, why, hint, command } = stuck;
    Item {
        stage,
        what: shown(&what),
        key: shown(&key),
        why: shown(&why),
        hint: hint.as_deref().map(shown),
        command: command.as_deref().map(shown),
    }
}
