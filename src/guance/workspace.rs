//! A workspace, and what this run has read of it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::about::ABOUT;
use super::api::Api;
use super::convert::Place;
use super::settings::Settings;
use crate::domain::{Comment, CommentId, File, IssueId, Person, Side};
use crate::http::Http;
use crate::ports::{About, Budget, Clock, Facts, Stop};

/// How old a reading of a thread may be that tells who wrote a reply.
pub(super) const FRESH: TimeDelta = TimeDelta::minutes(1);

/// A thread, and when it was read.
pub(super) struct Seen {
    pub(super) at: DateTime<Utc>,
    pub(super) thread: Vec<Comment>,
}

/// A Guance workspace, as one of the two sides.
pub struct Guance<'a> {
    pub(super) about: About,
    pub(super) api: Api<'a>,
    pub(super) facts: &'a dyn Facts,
    pub(super) channel: OnceCell<String>,
    pub(super) levels_asked: Cell<bool>,
    /// What the replies read in this run carry.
    pub(super) files: RefCell<HashMap<IssueId, Vec<File>>>,
    /// The threads read in this run: before a reply is written over, its author is looked at.
    pub(super) seen: RefCell<HashMap<IssueId, Seen>>,
    /// Replies read in this run with a part of their thread, and when.
    pub(super) glimpsed: RefCell<HashMap<CommentId, (DateTime<Utc>, Comment)>>,
    /// Members met in this run, by account.
    pub(super) members: RefCell<HashMap<String, Person>>,
}

impl fmt::Debug for Guance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guance").field("base_url", &self.api.settings.base_url).finish_non_exhaustive()
    }
}

impl<'a> Guance<'a> {
    /// Returns for which line rows are read, and where people see what they tell of.
    pub(super) fn place(&self) -> Place<'_> {
        Place { line: self.about.side.line(), console_url: &self.api.settings.console_url }
    }

    /// Returns the side; nothing is contacted yet.
    pub fn new(
        settings: Settings,
        http: &'a Http,
        budget: &'a dyn Budget,
        facts: &'a dyn Facts,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
    ) -> Self {
        let about = About { side: Side::Source(settings.line), ..ABOUT };
        let api = Api::new(settings, http, budget, facts, clock, stop);
        Self {
            about,
            api,
            facts,
            channel: OnceCell::new(),
            levels_asked: Cell::new(false),
            files: RefCell::default(),
            seen: RefCell::default(),
            glimpsed: RefCell::default(),
            members: RefCell::default(),
        }
    }
}
