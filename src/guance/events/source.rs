//! A workspace's events, and what this run has read of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::IssueId;
use crate::guance::api::Api;
use crate::guance::settings::Settings;
use crate::http::Http;
use crate::ports::{Budget, Clock, Facts, Stop};

/// The events of a workspace's monitors.
pub struct Events<'a> {
    pub(super) api: Api<'a>,
    pub(super) facts: &'a dyn Facts,
    /// After how long without an event a round is over; `None`: never.
    pub(super) close_after: Option<TimeDelta>,
    /// Where people see the rounds that were read in this run.
    pub(super) urls: RefCell<HashMap<IssueId, String>>,
}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("base_url", &self.api.settings.base_url).finish_non_exhaustive()
    }
}

impl<'a> Events<'a> {
    /// Returns the source; nothing is contacted yet. Of the settings only addresses and keys matter here.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        budget: &'a dyn Budget,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        Self {
            api: Api::new(settings, http, budget, facts, clock, stop),
            facts,
            close_after: None,
            urls: RefCell::default(),
        }
    }

    /// Lets rounds end of which nothing was heard for so long. Monitors without a condition for recovery never tell an end.
    #[must_use]
    pub fn close_after(mut self, silence: Option<Duration>) -> Self {
        self.close_after = silence.and_then(|silence| TimeDelta::from_std(silence).ok());
        self
    }
}
