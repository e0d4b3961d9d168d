//! A Jira, and what this run has read of it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};

use super::about::ABOUT;
use super::api::Api;
use super::auth::Credential;
use super::copies::{Made, Probe};
use super::form::Asked;
use super::names::Names;
use super::seen::{Me, SeenIssue, Site};
use super::settings::{Known, Settings};
use super::shared::Shared;
use crate::domain::{IssueId, Side};
use crate::http::Http;
use crate::ports::{About, Clock, Facts, Stop};

/// A Jira, for the length of one run.
pub struct Jira<'a> {
    pub(super) about: About,
    pub(super) settings: Settings,
    /// What was asked for another line of this run, where there are several.
    pub(super) shared: Option<&'a Shared>,
    pub(super) api: Api<'a>,
    pub(super) facts: &'a dyn Facts,
    pub(super) clock: &'a dyn Clock,
    pub(super) site: OnceCell<Site>,
    pub(super) me: RefCell<Option<Me>>,
    /// Whether search understands unquoted milliseconds, once asked.
    pub(super) epoch: Cell<Option<bool>>,
    /// What this run has seen of issues that comments may hang on.
    pub(super) seen: RefCell<HashMap<IssueId, SeenIssue>>,
    /// Project id → is it a service project.
    pub(super) services: RefCell<HashMap<String, bool>>,
    /// Project key → what reading its newest issues by key has found.
    pub(super) probes: RefCell<HashMap<String, Probe>>,
    /// Issues that this run created: a probe need not read them again.
    pub(super) made: RefCell<Made>,
    /// Whether an issue was seen to have kept the property that it was created with.
    pub(super) keeps_properties: Cell<bool>,
    /// Whether nothing was looked for since this run created issues, and all of that was answered.
    pub(super) has_just_created: Cell<bool>,
    /// Create screens, and whether this run has asked for them.
    pub(super) screens: RefCell<HashMap<String, Asked>>,
    /// The ids of the fields that follow their source, once known.
    pub(super) followed: RefCell<Option<Known>>,
    /// What things are called, once read from the facts.
    pub(super) names: RefCell<Option<Names>>,
    /// Projects that this run has asked for such names.
    pub(super) named: RefCell<HashSet<String>>,
    /// Whether this run has tried which characters are stored.
    pub(super) tried_characters: Cell<bool>,
    /// Projects that could not be read by this run, or an earlier one.
    pub(super) lost: RefCell<BTreeSet<String>>,
    /// What this pair of services was called before, as far as it is known.
    pub(super) former_pairs: RefCell<Vec<String>>,
}

impl<'a> Jira<'a> {
    /// Asks nothing again that was asked for another line of this run.
    #[must_use]
    pub fn sharing(mut self, shared: Option<&'a Shared>) -> Self {
        self.shared = shared;
        self
    }

    /// Returns the source whose items have their copies here.
    pub(super) fn source(&self) -> Side {
        self.about.side.source()
    }

    /// Returns the Jira that the settings name. Nothing is sent yet.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let about = About { side: Side::Tracker(settings.line), ..ABOUT };
        let credential = Credential::new(&settings.auth, clock);
        let api = Api::new(http, clock, stop, &settings.base_url, credential);
        let former_pairs = RefCell::new(settings.former_pairs.clone());
        Self {
            about,
            settings,
            shared: None,
            api,
            facts,
            clock,
            site: OnceCell::new(),
            me: RefCell::new(None),
            epoch: Cell::new(None),
            seen: RefCell::default(),
            services: RefCell::default(),
            probes: RefCell::default(),
            made: RefCell::default(),
            keeps_properties: Cell::new(false),
            has_just_created: Cell::new(false),
            screens: RefCell::default(),
            followed: RefCell::default(),
            names: RefCell::default(),
            named: RefCell::default(),
            tried_characters: Cell::new(false),
            lost: RefCell::default(),
            former_pairs,
        }
    }
}
