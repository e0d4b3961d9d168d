//! A service of alerts, and what this run has read of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use super::api::Api;
use super::settings::Settings;
use super::wire::{AlertRow, Named};
use crate::http::Http;
use crate::ports::{Clock, Facts, Stop};

/// JSM Operations or Opsgenie, for the length of one run.
pub struct Alerts<'a> {
    pub(super) api: Api<'a>,
    pub(super) facts: &'a dyn Facts,
    /// Whole alerts that this run has read: a thread tells how often its alert occurred.
    pub(super) seen: RefCell<HashMap<String, AlertRow>>,
    /// The schedules, once asked for.
    pub(super) schedules: RefCell<Option<Vec<Named>>>,
    /// Who is on call, by schedule.
    pub(super) on_call: RefCell<HashMap<String, Vec<String>>>,
}

impl fmt::Debug for Alerts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts").field("base_url", &self.api.settings.base_url).finish_non_exhaustive()
    }
}

impl<'a> Alerts<'a> {
    /// Returns the service that the settings name; nothing is contacted yet.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        Self {
            api: Api::new(settings, http, facts, clock, stop),
            facts,
            seen: RefCell::default(),
            schedules: RefCell::default(),
            on_call: RefCell::default(),
        }
    }
}
