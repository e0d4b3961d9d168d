//! The Guance adapter against the fake workspace: every undocumented corner, every kind of failure.

mod changing;
mod failing;
mod golden;
mod links;
mod reading;
mod writing;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::domain::{Action, Comment, CommentId, Fingerprint, Issue, IssueId, Key, Push, Receipt, Side};
use guajira::guance::{Guance, ReplyFormat, Settings};
use guajira::http::Http;
use guajira::ports::{
    ApiError, ApiErrorKind, Facts as _, Lookup, Presence, Remote as _, Span, Threads as _, Urgency, Wanted, Writes as _,
};
use guajira::render;
use guajira::secret::Secret;
use guajira::text::{Block, Doc, Inline};
use guajira::words::{Lang, Voice};
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{ApiKey, FakeGuance, LevelForm, ListShape, Options, Order, PageLimit, Switches, Window};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::rig::{Canned, Memory, NoStop, OurClock, Slots, http, published, start};
use crate::fixtures;

const KEY: &str = "guance-test-key";
const LIST: &str = "/api/v1/issue/list";

/// A workspace, and everything a side needs to talk to it.
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
        Self::with(Options::default())
    }

    fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        let rig = Self::new();
        rig.fake.switch(change);
        rig
    }

    fn with(options: Options) -> Self {
        let clock = SimClock::fixed(start());
        let keys = options.keys.iter().map(|key| Secret::new(key.secret.clone())).collect();
        let slots = Slots::new(Side::GUANCE, options.keys.len());
        let fake = FakeGuance::start(Options { clock: clock.clone(), per_key: 1000, per_workspace: 1000, ..options });
        let settings = settings(&fake.base_url(), keys);
        Self { settings, http: http(), slots, facts: Memory::new(clock.clone()), clock: OurClock(clock), fake }
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    fn run(&self) -> Guance<'_> {
        Guance::new(self.settings.clone(), &self.http, &self.slots, &self.facts, &self.clock, &NoStop)
    }

    fn requests(&self) -> Vec<String> {
        let seen = self.fake.recorded().into_iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        self.fake.clear_recorded();
        seen
    }

    fn changed(&self, from: DateTime<Utc>) -> Vec<Issue> {
        self.run().changed(&span(from, None)).unwrap().issues
    }

    fn thread(&self, issue: &str) -> Vec<Comment> {
        self.run().thread(&IssueId::new(issue)).unwrap().unwrap()
    }

    fn push(&self, push: Push) -> Result<Receipt, ApiError> {
        self.run().push(&[push]).remove(0)
    }

    fn find(&self, issue: &str, key: &str, content: Option<&Fingerprint>) -> Lookup {
        let wanted = Wanted {
            key: key.parse().unwrap(),
            issue: Some(IssueId::new(issue)),
            project: None,
            content: content.cloned(),
        };
        self.run().find(&[wanted], &|_, _| false).unwrap().remove(0)
    }

    /// Opens `count` issues ten seconds apart.
    fn open(&self, count: usize) -> Vec<String> {
        let one = |n| {
            self.clock.0.advance(Duration::from_secs(10));
            self.fake.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三")
        };
        (0..count).map(one).collect()
    }
}

fn settings(base_url: &str, api_keys: Vec<Secret>) -> Settings {
    Settings {
        line: guajira::domain::ServiceName::GUANCE,
        base_url: base_url.to_owned(),
        console_url: "https://console.example.com".to_owned(),
        api_keys,
        channel: "default".to_owned(),
        reply_format: ReplyFormat::Html,
        former_accounts: Vec::new(),
        names_managers: true,
        names_channels: false,
        lang: Lang::En,
    }
}

fn span(from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> Span {
    Span { until, ..Span::since(from) }
}

fn content() -> Fingerprint {
    Fingerprint::of(&["what was written"])
}

/// The copy of Jira comment 10042, as the engine would have it written.
fn copy(issue: &str, text: &str) -> Push {
    let person = guajira::domain::Person { id: "5b1".to_owned(), name: "李四".to_owned(), email: None };
    let original = Comment {
        url: "https://jira.example.com/browse/OPS-12?focusedCommentId=10042".to_owned(),
        author: person,
        body: Doc { blocks: vec![Block::Paragraph { content: vec![Inline::text(text)] }] },
        created: start(),
        updated: start(),
        ..fixtures::comment(Side::JIRA, "10042")
    };
    push(
        Action::AddComment {
            issue: IssueId::new(issue),
            body: render::comment(&original, "OPS-12", &content(), Voice::default()),
            origin_url: original.url.clone(),
            internal: false,
        },
        issue,
    )
}

fn push(action: Action, pair: &str) -> Push {
    Push {
        key: Key::comment(Side::JIRA, &CommentId::new("10042")),
        pair: IssueId::new(pair),
        target: Side::GUANCE,
        action,
        content: content(),
        summary: "comment by 李四 on OPS-12".to_owned(),
        seal: None,
    }
}

fn edit(issue: &str, reply: &str, text: &str) -> Push {
    let Action::AddComment { issue, body, origin_url, internal } = copy(issue, text).action else { panic!() };
    let pair = issue.as_str().to_owned();
    push(Action::EditComment { issue, comment: CommentId::new(reply), body, origin_url, internal }, &pair)
}

fn delete(issue: &str, reply: &str) -> Push {
    push(Action::DeleteComment { issue: IssueId::new(issue), comment: CommentId::new(reply) }, issue)
}
