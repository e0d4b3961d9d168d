//! The Jira adapter against the fake Cloud and the fake Server.

mod changing;
mod extra;
mod files;
mod golden;
mod links;
mod login;
mod lookup;
mod openapi;
mod read;
mod write;

use std::time::Duration;

use guajira::domain::{Action, CommentId, Fingerprint, Issue, IssueId, Key, NewIssue, Push, Receipt, Side};
use guajira::http::Http;
use guajira::jira::{Auth, Deployment, Jira, Settings};
use guajira::ports::{ApiError, Batch, Lookup, Remote as _, Span, Wanted, Writes as _};
use guajira::secret::Secret;
use guajira::text::{Block, Doc, Inline};
use guajira::words::Lang;
use guajira_fakes::clock::SimClock;
use guajira_fakes::jira::{FakeJira, Flavour, Options, Project, Switches};
use guajira_fakes::server::{Fault, What};
use serde_json::Value;

use super::rig::{Memory, NoStop, OurClock, http, start};

const BOTH: [Flavour; 2] = [Flavour::Cloud, Flavour::Server];
const PAIR: &str = "0011223344556677";

/// A Jira, and everything a side needs to talk to it.
struct Rig {
    fake: FakeJira,
    settings: Settings,
    http: Http,
    facts: Memory,
    clock: OurClock,
    sim: SimClock,
}

impl Rig {
    fn new(flavour: Flavour) -> Self {
        Self::with(flavour, Options::default())
    }

    fn service(flavour: Flavour) -> Self {
        Self::with(flavour, Options { projects: vec![Project::service_desk("OPS", "Help")], ..Options::default() })
    }

    fn with(flavour: Flavour, options: Options) -> Self {
        let sim = SimClock::fixed(start());
        let fake = FakeJira::start(flavour, Options { clock: sim.clone(), ..options });
        let (user, secret) = fake.basic("bot");
        let settings = Settings {
            line: guajira::domain::ServiceName::GUANCE,
            base_url: fake.base_url(),
            deployment: None,
            auth: Auth::Basic { user, token: Secret::new(secret) },
            projects: vec!["OPS".into()],
            polled: vec!["OPS".into()],
            followed: Vec::new(),
            pair_id: PAIR.into(),
            former_accounts: Vec::new(),
            former_pairs: Vec::new(),
            lang: Lang::En,
        };
        Self { settings, http: http(), facts: Memory::new(sim.clone()), clock: OurClock(sim.clone()), sim, fake }
    }

    fn switched(flavour: Flavour, change: impl FnOnce(&mut Switches)) -> Self {
        let rig = Self::new(flavour);
        rig.fake.switch(change);
        rig
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    fn run(&self) -> Jira<'_> {
        Jira::new(self.settings.clone(), &self.http, &self.facts, &self.clock, &NoStop)
    }

    fn minutes(&self, minutes: u64) {
        self.sim.advance(Duration::from_mins(minutes));
    }

    /// The issues and comments that people make are `count` issues, one second apart.
    fn people_open(&self, count: usize) {
        for n in 0..count {
            self.sim.advance(Duration::from_secs(1));
            self.fake.create_issue("OPS", "alice", guajira_fakes::jira::Draft::new(&format!("issue {n}")));
        }
    }

    fn requests(&self) -> Vec<String> {
        let seen = self.fake.recorded().into_iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        self.fake.clear_recorded();
        seen
    }

    fn changed(&self, minutes_back: i64) -> Batch {
        self.run().changed(&self.span(minutes_back)).unwrap()
    }

    fn span(&self, minutes_back: i64) -> Span {
        let from = self.sim.now() - chrono::TimeDelta::minutes(minutes_back);
        Span::since(from)
    }

    fn push(&self, push: Push) -> Result<Receipt, ApiError> {
        self.run().push(&[push]).remove(0)
    }

    fn find_issue(&self, push: &Push) -> Lookup {
        find_in(&self.run(), push)
    }

    fn id(&self, key: &str) -> IssueId {
        IssueId::new(self.fake.issue(key).unwrap().id.to_string())
    }

    /// The answer to the next fitting write is lost.
    fn lose(&self, method: &str, path_part: &str, what: What) {
        self.fake.fail(Fault::new(what).method(method).path_contains(path_part));
    }
}

fn uuid(n: usize) -> IssueId {
    IssueId::new(format!("issue_{n:032x}"))
}

fn reply(n: usize) -> CommentId {
    CommentId::new(format!("repim_{n:032x}"))
}

fn text(words: &str) -> Doc {
    Doc::from_plain(words)
}

/// The creation of the copy of Guance issue number `n`.
/// Asks a run for an issue.
fn find_in(run: &Jira<'_>, push: &Push) -> Lookup {
    let wanted = Wanted { key: push.key.clone(), issue: None, project: Some("OPS".into()), content: None };
    run.find(&[wanted], &|_, _| false).unwrap().remove(0)
}

fn create(n: usize) -> Push {
    let id = uuid(n);
    Push {
        key: Key::issue(Side::GUANCE, &id),
        pair: id,
        target: Side::JIRA,
        action: Action::CreateIssue(NewIssue {
            project: "OPS".into(),
            issue_type: "Bug".into(),
            title: format!("disk {n} full"),
            body: text("all of it"),
            labels: vec!["on call".into()],
            priority: Some("High".into()),
            origin_url: "https://guance.example/issue".into(),
            ..NewIssue::default()
        }),
        content: Fingerprint::of(&["issue"]),
        summary: String::new(),
        seal: None,
    }
}

/// The same with something else about it.
fn create_with(n: usize, change: impl FnOnce(&mut NewIssue)) -> Push {
    let mut push = create(n);
    if let Action::CreateIssue(issue) = &mut push.action {
        change(issue);
    }
    push
}

/// A comment as it is really rendered: a first line with the marker, then the words.
fn rendered(n: usize, words: &str) -> Doc {
    let content = Fingerprint::of(&[words]);
    let address = format!("https://guance.example/x#guajira-{}-{content}", reply(n));
    let line = vec![Inline::strong("张三"), Inline::text(" · "), Inline::link("Guance", address)];
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(text(words).blocks);
    Doc { blocks }
}

fn comment_push(n: usize, words: &str, action: Action) -> Push {
    Push {
        key: Key::comment(Side::GUANCE, &reply(n)),
        pair: uuid(1),
        target: Side::JIRA,
        action,
        content: Fingerprint::of(&[words]),
        summary: String::new(),
        seal: None,
    }
}

/// The copy of Guance reply number `n`.
fn add(n: usize, words: &str, issue: &IssueId, internal: bool) -> Push {
    let action = Action::AddComment {
        issue: issue.clone(),
        body: rendered(n, words),
        origin_url: "https://guance.example/x".into(),
        internal,
    };
    comment_push(n, words, action)
}

/// Its edit to other words.
fn edit(n: usize, words: &str, issue: &IssueId, comment: &str, internal: bool) -> Push {
    let action = Action::EditComment {
        issue: issue.clone(),
        comment: CommentId::new(comment),
        body: rendered(n, words),
        origin_url: "https://guance.example/x".into(),
        internal,
    };
    let push = comment_push(n, words, action);
    Push { key: push.key.edit(&push.content), ..push }
}

fn names(issues: &[Issue]) -> Vec<&str> {
    let mut names: Vec<&str> = issues.iter().map(|issue| issue.name.as_str()).collect();
    names.sort_unstable_by_key(|name| name.rsplit('-').next().unwrap().parse::<u32>().unwrap());
    names
}

fn numbered(from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|n| format!("OPS-{n}")).collect()
}

fn words_of(body: &Value) -> String {
    guajira_fakes::jira::plain(body)
}

fn deployment(flavour: Flavour) -> Deployment {
    match flavour {
        Flavour::Cloud => Deployment::Cloud,
        Flavour::Server => Deployment::Server,
    }
}
