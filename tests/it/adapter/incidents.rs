//! The Incident Center against the fake workspace: every corner that is not documented, what is written, every failure.

mod reading;
mod writing;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::domain::{
    Action, Change, CommentId, Fingerprint, Issue, IssueId, Key, Person, Push, Receipt, ServiceName, Side,
    StatusCategory, StatusTarget,
};
use guajira::guance::incidents::Incidents;
use guajira::guance::{ReplyFormat, Settings};
use guajira::http::Http;
use guajira::ports::{
    ApiError, ApiErrorKind, Batch, Directory as _, Lookup, Parts as _, Remote as _, Span, Wanted, Writes as _,
};
use guajira::render;
use guajira::secret::Secret;
use guajira::text::{Block, Doc, Inline};
use guajira::words::{Lang, Voice};
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{
    FakeGuance, IncidentList, IncidentOrder, IncidentRange, IncidentSwitches, ModifyAnswer, Options, PageLimit,
    Transitions,
};
use guajira_fakes::server::{Fault, Times, What};

use super::rig::{Memory, NoStop, OurClock, Slots, http, start};
use crate::fixtures;

const CONSOLE: &str = "https://console.example.com";

/// A workspace with an Incident Center, and everything a source needs to talk to it.
struct Rig {
    fake: FakeGuance,
    settings: Settings,
    http: Http,
    slots: Slots,
    facts: Memory,
    clock: OurClock,
}

impl Rig {
    fn new() -> Self {
        let clock = SimClock::fixed(start());
        let options = Options { clock: clock.clone(), per_key: 1000, per_workspace: 1000, ..Options::default() };
        let fake = FakeGuance::start(options);
        let settings = Settings {
            line: ServiceName::GUANCE,
            base_url: fake.base_url(),
            console_url: CONSOLE.to_owned(),
            api_keys: vec![Secret::new("guance-test-key")],
            channel: String::new(),
            reply_format: ReplyFormat::Html,
            former_accounts: Vec::new(),
            names_managers: true,
            names_channels: false,
            lang: Lang::En,
        };
        let slots = Slots::new(Side::GUANCE, 1);
        Self { settings, http: http(), slots, facts: Memory::new(clock.clone()), clock: OurClock(clock), fake }
    }

    fn switched(change: impl FnOnce(&mut IncidentSwitches)) -> Self {
        let rig = Self::new();
        rig.fake.switch(|switches| change(&mut switches.incidents));
        rig
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    fn run(&self) -> Incidents<'_> {
        Incidents::new(self.settings.clone(), &self.http, &self.slots, &self.facts, &self.clock, &NoStop)
    }

    fn pass(&self, minutes: u64) {
        self.clock.0.advance(Duration::from_mins(minutes));
    }

    fn read(&self, from: DateTime<Utc>) -> Batch {
        self.run().changed(&Span::since(from)).unwrap()
    }

    /// What a poll of the last ten minutes brings: titles and statuses, sorted.
    fn poll(&self) -> Vec<(String, String)> {
        let batch = self.read(self.clock.0.now() - TimeDelta::minutes(10));
        assert_eq!(batch.unreadable, []);
        let mut all: Vec<_> = batch.issues.into_iter().map(|issue| (issue.title, issue.status.id)).collect();
        all.sort();
        all
    }

    fn issue(&self, id: &str) -> Issue {
        self.run().issues(&[IssueId::new(id)]).unwrap().issues.remove(0)
    }

    fn push(&self, push: Push) -> Result<Receipt, ApiError> {
        self.run().push(&[push]).remove(0)
    }

    /// Requests since the last call.
    fn requests(&self) -> Vec<String> {
        let seen = self.fake.recorded().into_iter();
        let seen = seen.map(|one| format!("{} {}", one.method, one.path.trim_start_matches("/api/v1/"))).collect();
        self.fake.clear_recorded();
        seen
    }
}

fn told(title: &str, status: &str) -> (String, String) {
    (title.to_owned(), status.to_owned())
}
