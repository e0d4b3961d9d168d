//! The adapter of alerts against the fake JSM Operations and the fake Opsgenie: every undocumented corner, every failure.

mod checking;
mod failing;
mod notes;
mod reading;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::alerts::{Alerts, Login, Settings};
use guajira::domain::{
    Action, Change, Comment, CommentId, Fingerprint, Issue, IssueId, Key, Push, Receipt, SealKey, SealKeys, Side,
    StatusCategory, StatusTarget,
};
use guajira::http::Http;
use guajira::ports::{
    ApiError, ApiErrorKind, Batch, Facts as _, Lookup, Presence, Remote as _, SEAL_KEYS, Span, Threads as _, Wanted,
    Writes as _,
};
use guajira::render;
use guajira::secret::{Redactor, Secret};
use guajira::text::{Block, Doc, Inline};
use guajira::words::{Lang, Voice};
use guajira_fakes::alerts::{FakeAlerts, KEY, Kind, Lack, Next, Options, Shape, Switches, TOKEN, USER, Wait};
use guajira_fakes::clock::SimClock;
use guajira_fakes::server::{Fault, Times, What};
use serde_json::json;

use super::rig::{Memory, NoStop, OurClock, start};
use crate::fixtures;

const BOTH: [Kind; 2] = [Kind::Jsm, Kind::Opsgenie];

/// A service, and everything a side needs to talk to it.
struct Rig {
    fake: FakeAlerts,
    settings: Settings,
    http: Http,
    facts: Memory,
    clock: OurClock,
    keys: SealKeys,
}

impl Rig {
    fn new(kind: Kind) -> Self {
        let clock = SimClock::fixed(start());
        let fake = FakeAlerts::start(Options { clock: clock.clone(), ..Options::of(kind) });
        let login = match kind {
            Kind::Jsm => Login::Jsm {
                user: USER.to_owned(),
                token: Secret::new(TOKEN),
                cloud_id: None,
                gateway: fake.base_url(),
            },
            Kind::Opsgenie => Login::Opsgenie { key: Secret::new(KEY) },
        };
        let settings =
            Settings { name: "oncall".to_owned(), base_url: fake.base_url(), login, schedule: None, lang: Lang::En };
        let keys = SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap());
        let facts = Memory::new(clock.clone());
        facts.remember(SEAL_KEYS, &keys.reveal());
        Self { settings, http: http(), facts, clock: OurClock(clock), keys, fake }
    }

    fn switched(kind: Kind, change: impl FnOnce(&mut Switches)) -> Self {
        let rig = Self::new(kind);
        rig.fake.switch(change);
        rig
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    fn run(&self) -> Alerts<'_> {
        Alerts::new(self.settings.clone(), &self.http, &self.facts, &self.clock, &NoStop)
    }

    /// Requests since the last call, without the one for the id of the site.
    fn requests(&self) -> Vec<String> {
        let seen = self.fake.recorded().into_iter().map(|r| format!("{} {}", r.method, r.path));
        let seen = seen.filter(|request| !request.ends_with("tenant_info")).collect();
        self.fake.clear_recorded();
        seen
    }

    fn pass(&self, seconds: u64) {
        self.clock.0.advance(Duration::from_secs(seconds));
    }

    fn read(&self, from: DateTime<Utc>) -> Batch {
        self.run().changed(&Span::since(from)).unwrap()
    }

    /// The titles of what changed since a time, sorted.
    fn changed(&self, from: DateTime<Utc>) -> Vec<String> {
        let mut titles: Vec<String> = self.read(from).issues.into_iter().map(|issue| issue.title).collect();
        titles.sort();
        titles
    }

    fn issue(&self, id: &str) -> Issue {
        self.run().issues(&[IssueId::new(id)]).unwrap().issues.remove(0)
    }

    fn thread(&self, alert: &str) -> Vec<Comment> {
        self.run().thread(&IssueId::new(alert)).unwrap().unwrap()
    }

    fn push(&self, push: Push) -> Result<Receipt, ApiError> {
        self.run().push(&[push.sealed(&self.keys, "services", "")]).remove(0)
    }

    fn find(&self, alert: &str, content: Option<&Fingerprint>) -> Lookup {
        let wanted = Wanted { key: key(), issue: Some(IssueId::new(alert)), project: None, content: content.cloned() };
        self.run().find(&[wanted], &|_, _| false).unwrap().remove(0)
    }

    /// Writes that the service was sent.
    fn writes(&self) -> usize {
        self.fake.recorded().iter().filter(|one| one.write).count()
    }
}

fn http() -> Http {
    let mut redactor = Redactor::default();
    for secret in [KEY, TOKEN] {
        redactor.hide(&Secret::new(secret));
    }
    let settings = guajira::http::Settings { ca_file: None, identity: None, timeout: Duration::from_secs(20) };
    Http::new(&settings, Arc::new(redactor)).unwrap()
}

fn key() -> Key {
    Key::comment(Side::JIRA, &CommentId::new("10042"))
}

fn content() -> Fingerprint {
    Fingerprint::of(&["what was written"])
}

/// The copy of Jira comment 10042, as the engine would have it written.
fn copy(alert: &str, text: &str) -> Push {
    let original = Comment {
        url: "https://jira.example.com/browse/OPS-12?focusedCommentId=10042".to_owned(),
        author: guajira::domain::Person { id: "5b1".to_owned(), name: "李四".to_owned(), email: None },
        body: Doc { blocks: vec![Block::Paragraph { content: vec![Inline::text(text)] }] },
        created: start(),
        updated: start(),
        ..fixtures::comment(Side::JIRA, "10042")
    };
    push(
        Action::AddComment {
            issue: IssueId::new(alert),
            body: render::comment(&original, "OPS-12", &content(), Voice::default()),
            origin_url: original.url.clone(),
            internal: false,
        },
        alert,
    )
}

fn push(action: Action, pair: &str) -> Push {
    Push {
        key: key(),
        pair: IssueId::new(pair),
        target: Side::GUANCE,
        action,
        content: content(),
        summary: "comment by 李四 on OPS-12".to_owned(),
        seal: None,
    }
}

/// An edit of that comment: its copy is to read this.
fn edit(alert: &str, note: &str, text: &str) -> (Push, Fingerprint) {
    let Action::AddComment { issue, mut body, origin_url, internal } = copy(alert, text).action else { panic!() };
    let content = Fingerprint::of(&[text]);
    assert!(guajira::domain::marker::renew(&mut body, |marker| marker.content = content.clone()));
    let action = Action::EditComment { issue, comment: CommentId::new(note), body, origin_url, internal };
    let push = push(action, alert);
    (Push { key: push.key.edit(&content), content: content.clone(), ..push }, content)
}

fn delete(alert: &str, note: &str) -> Push {
    push(Action::DeleteComment { issue: IssueId::new(alert), comment: CommentId::new(note) }, alert)
}

fn set_status(alert: &str, name: &str) -> Push {
    let category = match name {
        "Open" => StatusCategory::Todo,
        "Acknowledged" => StatusCategory::InProgress,
        _ => StatusCategory::Done,
    };
    let target = StatusTarget { names: vec![name.to_owned()], category, resolution: None, fields: Vec::new() };
    let change = Change::Status(target);
    push(Action::ChangeIssue { issue: IssueId::new(alert), change, value: String::new() }, alert)
}
