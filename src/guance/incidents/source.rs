//! A workspace's Incident Center, and what this run has read of it.

use std::cell::Cell;
use std::fmt;

use crate::domain::Side;
use crate::guance::convert::Place;
use crate::guance::settings::Settings;
use crate::guance::workspace::Guance;
use crate::http::Http;
use crate::ports::{Budget, Clock, Facts, Stop};

/// The Incident Center of a workspace.
pub struct Incidents<'a> {
    /// The workspace: its keys, its budget, its members.
    pub(super) guance: Guance<'a>,
    /// Whether this run has listed what is open.
    pub(super) open_listed: Cell<bool>,
    /// Whether this run has asked for the members of the workspace.
    pub(super) members_asked: Cell<bool>,
}

impl fmt::Debug for Incidents<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incidents").field("base_url", &self.guance.api.settings.base_url).finish_non_exhaustive()
    }
}

impl<'a> Incidents<'a> {
    /// Returns the source; nothing is contacted yet. Of the settings channel and format of replies do not matter here.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        budget: &'a dyn Budget,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let guance = Guance::new(settings, http, budget, facts, clock, stop);
        Self { guance, open_listed: Cell::new(false), members_asked: Cell::new(false) }
    }

    /// Returns where people see incidents.
    pub(super) fn place(&self) -> Place<'_> {
        Place { line: Side::GUANCE.line(), console_url: &self.guance.api.settings.console_url }
    }
}
