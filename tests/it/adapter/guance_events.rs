//! The events of Guance's monitors against the fake workspace: what a poll brings, and every corner that is not documented.

mod corners;
mod reading;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::domain::{Issue, IssueId, Side};
use guajira::guance::events::Events;
use guajira::guance::{ReplyFormat, Settings};
use guajira::http::Http;
use guajira::ports::{Batch, Remote as _, Span, Threads as _};
use guajira::secret::Secret;
use guajira::words::Lang;
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{
    Check, EventOrder, EventPaging, EventSwitches, FakeGuance, OkForm, Options, PageLimit, SeriesForm,
};
use serde_json::Value;

use super::rig::{Memory, NoStop, OurClock, Slots, http, start};

const CONSOLE: &str = "https://console.example.com";

/// A workspace with monitors, and everything a source needs to talk to it.
pub(super) struct Rig {
    pub(super) fake: FakeGuance,
    settings: Settings,
    http: Http,
    slots: Slots,
    facts: Memory,
    pub(super) clock: OurClock,
}

impl Rig {
    pub(super) fn new() -> Self {
        let clock = SimClock::fixed(start());
        let fake = FakeGuance::start(Options {
            clock: clock.clone(),
            per_key: 1000,
            per_workspace: 1000,
            ..Options::default()
        });
        let settings = Settings {
            line: guajira::domain::ServiceName::GUANCE,
            base_url: fake.base_url(),
            console_url: CONSOLE.to_owned(),
            api_keys: vec![Secret::new("guance-test-key")],
            channel: String::new(),
            reply_format: ReplyFormat::Html,
            former_accounts: Vec::new(),
            names_managers: false,
            names_channels: false,
            lang: Lang::En,
        };
        let slots = Slots::new(Side::GUANCE, 1);
        Self { settings, http: http(), slots, facts: Memory::new(clock.clone()), clock: OurClock(clock), fake }
    }

    fn switched(change: impl FnOnce(&mut EventSwitches)) -> Self {
        let rig = Self::new();
        rig.fake.switch(|switches| change(&mut switches.events));
        rig
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    pub(super) fn run(&self) -> Events<'_> {
        Events::new(self.settings.clone(), &self.http, &self.slots, &self.facts, &self.clock, &NoStop)
    }

    fn poll(&self, from: DateTime<Utc>) -> Batch {
        self.run().changed(&Span::since(from)).unwrap()
    }

    /// What a poll of the last ten minutes brings.
    fn recent(&self) -> Vec<Issue> {
        self.poll(self.clock.0.now() - TimeDelta::minutes(10)).issues
    }

    fn by_id(&self, id: &str) -> Option<Issue> {
        self.run().issues(&[IssueId::new(id)]).unwrap().issues.pop()
    }

    fn wait(&self, minutes: i64) {
        self.clock.0.shift(TimeDelta::minutes(minutes));
    }

    /// How many requests there were, and how many queries in each.
    fn queries(&self) -> Vec<usize> {
        let all = self.fake.recorded();
        self.fake.clear_recorded();
        let queries = |body: &Value| body["queries"].as_array().map_or(0, Vec::len);
        all.iter().map(|one| queries(&one.body)).collect()
    }

    /// A check every minute that finds the same; returns the events.
    fn fail(&self, minutes: usize) -> Vec<String> {
        let one = |_| {
            let event = self.fake.check(&Check::default());
            self.wait(1);
            event
        };
        (0..minutes).map(one).collect()
    }
}

/// What a test looks at: title, status, level, and how many comments the thread has, where it came with it.
fn seen(issue: &Issue) -> (&str, &str, &str, Option<usize>) {
    let level = issue.level().map_or("", |level| level.name.as_str());
    (&issue.title, &issue.status.id, level, issue.thread.as_ref().map(Vec::len))
}
