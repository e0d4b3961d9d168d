//! Several sources with one Jira: each has its own line, and none costs another anything.

use std::fs;
use std::time::Duration;

use guajira_fakes::guance::{self, FakeGuance};
use guajira_fakes::jira::Project;
use guajira_fakes::server::{Fault, Times, What};

use super::agree::{jira_words, words};
use super::world::{Flavour, Outcome, World};

/// A world with a second workspace, whose line is called `eu`.
pub(super) struct Two {
    pub(super) world: World,
    pub(super) eu: FakeGuance,
}

pub(super) fn on_both(story: impl Fn(Two)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        story(Two::new(flavour));
    }
}

impl Two {
    pub(super) fn new(flavour: Flavour) -> Self {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("EU", "Europe")];
        let world = World::with_projects(flavour, projects);
        let eu = FakeGuance::start(guance::Options {
            per_key: 100_000,
            per_workspace: 100_000,
            keys: vec![guance::ApiKey { name: "Jira EU".to_owned(), secret: "guance-test-key-2".to_owned() }],
            ..guance::Options::default()
        });
        let more = format!(
            "\n[[source]]\nname = \"eu\"\nkind = \"guance-issues\"\nbase_url = \"{}\"\nconsole_url = \"https://console.eu.example\"\n\
             api_key = {{ env = \"EU_KEY\" }}\nrequests_per_minute = 200\n\n[[source.route]]\nproject = \"EU\"\nissue_type = \"Bug\"\n",
            eu.base_url()
        );
        let file = world.path("sync.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + &more).unwrap();
        let mut two = Self { world, eu };
        two.world.set("EU_KEY", "guance-test-key-2");
        two
    }

    fn pass(&self, time: Duration) {
        self.eu.clock().advance(time);
        self.world.pass(time);
    }

    pub(super) fn run(&self, args: &[&str]) -> Outcome {
        self.pass(Duration::from_mins(6));
        self.world.run(args)
    }

    pub(super) fn sync(&self) -> Outcome {
        let outcome = self.run(&["sync"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        outcome
    }

    /// Titles of the Jira issues of a project, sorted.
    fn titles(&self, project: &str) -> Vec<String> {
        let issues = self.world.jira.issues().into_iter().filter(|issue| issue.key.starts_with(&format!("{project}-")));
        let mut titles: Vec<String> = issues.map(|issue| issue.summary).collect();
        titles.sort();
        titles
    }

    pub(super) fn key_in(&self, project: &str) -> String {
        self.world.jira.issues().into_iter().find(|issue| issue.key.starts_with(&format!("{project}-"))).unwrap().key
    }

    /// What people read in the replies of the second workspace.
    pub(super) fn replies(&self, issue: &str) -> Vec<String> {
        self.eu.replies(issue).iter().map(|reply| words(&reply.content)).collect()
    }
}

#[test]
fn two_workspaces_share_one_jira() {
    on_both(|two| {
        two.sync();
        let here = two.world.guance.open_issue("disk full", "<p>here</p>", "P1", "张三");
        let there = two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
        two.eu.reply(&there, "李四", "<p>looking at it</p>");
        two.sync();
        two.sync();
        assert_eq!(
            (two.titles("OPS"), two.titles("EU")),
            (vec!["disk full".to_owned()], vec!["slow checkout".to_owned()])
        );
        let (ops, eu) = (two.key_in("OPS"), two.key_in("EU"));
        let copied: Vec<String> = two.world.jira.comments(&eu).iter().map(|one| jira_words(&one.body)).collect();
        assert!(copied.len() == 1 && copied[0].contains("looking at it"), "{copied:?}");
        two.world.jira.comment(&ops, "alice", "for the one".to_owned());
        two.world.jira.comment(&eu, "bob", "for the other".to_owned());
        two.sync();
        two.sync();
        let (own, other) = (two.world.copied_replies(&here), two.replies(&there));
        assert!(own.len() == 1, "{own:?}");
        assert!(other.len() == 2 && other.iter().any(|reply| reply.contains("for the other")), "{other:?}");

        // Without any state nothing is written again.
        two.world.lose_state();
        let counts =
            |two: &Two| (two.world.jira.issues().len(), two.world.jira.comments(&eu).len(), two.replies(&there).len());
        let before = counts(&two);
        for _ in 0..3 {
            two.sync();
        }
        assert_eq!(counts(&two), before);
    });
}

#[test]
fn an_idle_run_asks_each_source_once_and_jira_twice() {
    on_both(|two| {
        two.sync();
        two.sync();
        two.pass(Duration::from_mins(1));
        two.world.forget_requests();
        two.eu.clear_recorded();
        let outcome = two.world.run(&["sync"]);
        let paths = |recorded: Vec<guajira_fakes::server::Recorded>| {
            recorded.into_iter().map(|one| format!("{} {}", one.path, one.body)).collect::<Vec<_>>()
        };
        let (guance, eu, jira) =
            (paths(two.world.guance.recorded()), paths(two.eu.recorded()), paths(two.world.jira.recorded()));
        assert_eq!((guance.len(), eu.len(), jira.len()), (1, 1, 2), "{guance:?} {eu:?} {jira:?}");
        assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 1), "{outcome}");
    });
}

#[test]
fn a_source_that_is_down_costs_the_others_nothing() {
    on_both(|two| {
        two.sync();
        two.world.guance.open_issue("disk full", "<p>here</p>", "P1", "张三");
        two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
        two.world.guance.fail(Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always));
        let outcome = two.run(&["sync"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert_eq!((two.titles("OPS").len(), two.titles("EU").len()), (0, 1), "{outcome}");
        assert!(outcome.stdout.contains("[guance]") && outcome.stdout.contains("[eu]"), "{outcome}");
        two.eu.fail(Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always));
        let outcome = two.run(&["sync"]);
        assert_eq!(outcome.code, 4, "both are down: {outcome}");
        two.world.guance.clear_faults();
        two.eu.clear_faults();
        two.sync();
        assert_eq!((two.titles("OPS").len(), two.titles("EU").len()), (1, 1));
    });
}

#[test]
fn one_source_alone_is_synced_where_that_is_asked_for() {
    let two = Two::new(Flavour::Cloud);
    two.sync();
    two.world.guance.open_issue("disk full", "<p>here</p>", "P1", "张三");
    two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
    let outcome = two.run(&["sync", "--only", "eu"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!((two.titles("OPS").len(), two.titles("EU").len()), (0, 1));
    let outcome = two.run(&["sync", "--only", "us"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("there is guance, eu"), "{outcome}");
    two.sync();
    assert_eq!(two.titles("OPS").len(), 1);
}

#[test]
fn every_command_knows_every_line() {
    let two = Two::new(Flavour::Cloud);
    two.sync();
    two.world.guance.open_issue("disk full", "<p>here</p>", "P1", "张三");
    let there = two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
    two.sync();
    two.sync();
    let status = two.world.run(&["status"]);
    assert!(status.stdout.contains("[guance]") && status.stdout.contains("[eu]"), "{status}");
    let json: serde_json::Value = serde_json::from_str(&two.world.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(json["sources"]["eu"]["issue_pairs"], 1);
    for item in [there.as_str(), &two.key_in("EU"), &two.key_in("OPS")] {
        let why = two.world.run(&["why", item]);
        assert_eq!(why.code, 0, "{item}: {why}");
    }
    assert_eq!(two.world.run(&["why", "EU-99"]).code, 3);
    let check = two.world.run(&["check"]);
    assert!(check.code == 0 && check.stdout.contains("[eu]"), "{check}");
    let copied = two.world.run(&["state", "copy", "guajira.db", "moved.db"]);
    assert!(copied.code == 0 && two.world.path("moved.eu.db").exists(), "{copied}");
    let json: serde_json::Value = serde_json::from_str(&two.run(&["sync", "--json"]).stdout).unwrap();
    assert!(json["sources"]["eu"].is_object() && json["sources"]["guance"].is_object(), "{json}");
}

#[test]
fn a_source_that_is_wrong_is_named_with_its_line() {
    let two = Two::new(Flavour::Cloud);
    for (from, to, said) in [
        ("name = \"eu\"", "name = \"jira\"", "[[source]].name must be unique"),
        ("name = \"eu\"", "name = \"EU\"", "[[source]].name"),
        ("name = \"eu\"", "name = \"guance\"", "[[source]].name must be unique"),
        ("kind = \"guance-issues\"", "kind = \"guance\"", "[[source]].kind"),
        (
            "kind = \"guance-issues\"",
            "kind = \"guance-issues\"\nservice = \"us\"",
            "names no source that stands before this one",
        ),
        ("kind = \"guance-issues\"", "kind = \"guance-issues\"\nservice = \"guance\"", "leave it out"),
        ("[[source.route]]", "[[source.rout]]", "source.rout"),
    ] {
        let file = two.world.path("sync.toml");
        let good = fs::read_to_string(&file).unwrap();
        two.world.reconfigure(from, to);
        let outcome = two.world.run(&["sync"]);
        assert_eq!(outcome.code, 2, "{to}: {outcome}");
        assert!(outcome.stderr.contains(said), "{to}: {outcome}");
        fs::write(&file, good).unwrap();
    }
}
