//! What a run's failures have of news in them: with `-q` nothing else is said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::domain::Side;
use crate::engine::Report;
use crate::engine::report::ItemFailure;
use crate::state::{Away, FLEETING, News, State, StateError, StuckItem};
use crate::words::{NewsWords, Stage, SyncWords};

use super::term;

/// So many failures are listed one by one.
const MOST_LISTED: usize = 20;

const SIDE: &str = "side ";
const PROJECT: &str = "project ";
const UNREADABLE: &str = "unreadable ";

/// Says why new issues are held, and what to do.
pub(super) fn over_the_brake(config: &Config) -> String {
    term::words(SyncWords::OverTheBrake { most: config.sync.limits.max_creates })
}

/// The failures that there are after a run, by names that the next run uses too.
pub(super) struct Failures {
    items: BTreeMap<String, StuckItem>,
    unreadable: BTreeMap<String, String>,
    sides: BTreeSet<String>,
    projects: BTreeMap<String, Away>,
    fleeting: BTreeMap<String, ItemFailure>,
}

impl Failures {
    /// Collects them.
    ///
    /// # Errors
    /// When the state file cannot be read.
    pub(super) fn of(state: &State, report: &Report) -> Result<Self, StateError> {
        let fails = |item: &StuckItem| item.because.is_none() && (item.stage != "pending" || item.attempts > 0);
        let items = state.stuck_items()?.into_iter().filter(fails).map(|item| (name(&item), item)).collect();
        let unreadable: BTreeMap<String, String> = state
            .unreadable()?
            .into_iter()
            .map(|(side, issue, why)| (format!("{UNREADABLE}{side} {issue}"), why))
            .collect();
        let sides = state.failing_sides()?.iter().map(|failing| format!("{SIDE}{}", failing.side)).collect();
        let lost = state.away()?.into_iter().filter(Away::is_lost);
        let projects = lost.map(|away| (format!("{PROJECT}{}", away.name), away)).collect();
        let fleeting = report
            .items_failed
            .iter()
            .chain(&report.messages.failed)
            .filter(|failure| failure.stage.is_none())
            .filter(|failure| !unreadable.keys().any(|name| name.ends_with(&format!(" {}", failure.item))))
            .map(|failure| (format!("{FLEETING}{} {}", failure.item, failure.summary), failure.clone()))
            .collect();
        Ok(Self { items, unreadable, sides, projects, fleeting })
    }

    /// Returns what is new about them, and records that it is told.
    ///
    /// # Errors
    /// When the state file cannot be written.
    pub(super) fn news(&self, state: &State, remind: Duration, now: DateTime<Utc>) -> Result<News, StateError> {
        let lasting = self.items.keys().chain(self.unreadable.keys()).chain(self.projects.keys());
        let lasting = lasting.chain(&self.sides).cloned().collect();
        state.tell(&lasting, &self.fleeting.keys().cloned().collect(), remind, now)
    }

    /// Prints what failed newly, and what has been failing for long; nothing where there is no such thing. What failed of
    /// the sides is told on stderr.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn show(&self, news: &News, report: &Report, config: &Config) -> Result<()> {
        let told: Vec<&String> =
            news.new.iter().chain(news.still.keys()).filter(|what| !self.sides.contains(*what)).collect();
        if told.is_empty() {
            return Ok(());
        }
        term::line(&term::summary(&report.summary()))?;
        for what in told.iter().take(MOST_LISTED) {
            let since =
                news.still.get(*what).map(|since| term::words(NewsWords::StillSince { since: &term::time(*since) }));
            let since = since.unwrap_or_default();
            if let Some(item) = self.items.get(*what) {
                let StuckItem { key, stage, summary, error, hint, .. } = item;
                let failed = NewsWords::Failed {
                    since: &since,
                    stage: Stage::called(stage),
                    summary: &term::kept(summary),
                    item: key,
                    why: error.as_deref(),
                };
                term::tell(failed)?;
                term::advice(hint.as_deref())?;
            } else if let Some(away) = self.projects.get(*what) {
                term::line(&format!("  {since}{}", term::kept(&away.why)))?;
                term::advice(away.hint.as_deref())?;
            } else if let Some(why) = self.unreadable.get(*what) {
                let record = what.strip_prefix(UNREADABLE).unwrap_or(what);
                term::tell(NewsWords::Unreadable { since: &since, record, why })?;
            } else if let Some(ItemFailure { item, summary, message, hint, .. }) = self.fleeting.get(*what) {
                let (summary, why) = (term::kept(summary), Some(message.as_str()));
                term::tell(NewsWords::Failed { since: &since, stage: Stage::Failed, summary: &summary, item, why })?;
                term::advice(hint.as_deref())?;
            }
        }
        if let Some(more) = told.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
            term::tell(NewsWords::AndMore { count: more })?;
        }
        if told.iter().any(|what| what.starts_with("dead ")) {
            term::tell(SyncWords::WhatOfDead)?;
        }
        let held = |is_labelled: bool| {
            let fits = |item: &&StuckItem| item.stage == "held" && item.error.is_some() == is_labelled;
            told.iter().filter_map(|what| self.items.get(*what)).any(|item| fits(&item))
        };
        if held(false) {
            term::line(&over_the_brake(config))?;
        }
        if held(true) {
            term::tell(SyncWords::Decide)?;
        }
        Ok(())
    }
}

/// Returns true where something about this side is to be told.
pub(super) fn is_about(news: &News, side: Side) -> bool {
    let name = format!("{SIDE}{side}");
    news.new.contains(&name) || news.still.contains_key(&name)
}

/// Says what works again.
///
/// # Errors
/// When stdout cannot be written, or the state file cannot be read.
pub(super) fn over(news: &News, state: &State) -> Result<()> {
    let mut listed = 0;
    for (what, since) in &news.over {
        let summary = match what.split_once(' ') {
            Some(("side", side)) => {
                let known =
                    Side::of_line(state.line(), side).ok().map(|side| term::words(NewsWords::Side(side.into())));
                known.or_else(|| Some(side.to_owned()))
            }
            Some(("project", project)) => Some(term::words(NewsWords::ReadingProject { project })),
            Some(("unreadable", record)) => Some(term::words(NewsWords::ReadingRecord { record })),
            // What was dropped, or is not to be sent any more, has not worked.
            Some((_, key)) => state
                .done_write(key)?
                .map(|summary| term::words(NewsWords::IsWritten { summary: &term::kept(&summary) })),
            None => None,
        };
        if let Some(summary) = summary.filter(|_| listed < MOST_LISTED) {
            term::tell(NewsWords::WorksAgain { what: &summary, since: &term::time(*since) })?;
            listed += 1;
        }
    }
    Ok(())
}

/// Names a failure of a write: what was tried again and is dead now is news.
fn name(item: &StuckItem) -> String {
    let kind = match item.stage.as_str() {
        "dead" => "dead",
        "held" => "held",
        _ => "waits",
    };
    format!("{kind} {}", item.key)
}
