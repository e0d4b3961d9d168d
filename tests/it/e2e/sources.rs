//! Kinds of sources other than Guance's issues, through the whole program: monitor events, what is piped in, alerts.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use guajira_fakes::alerts::{self, FakeAlerts};
use guajira_fakes::guance::Check;
use guajira_fakes::jira::Issue;
use serde_json::json;

use super::agree::jira_words;
use super::world::{Flavour, Outcome, World, on_both};

pub(super) const EVENTS: &str = "\n[[source]]\nname = \"alarms\"\nkind = \"guance-events\"\nservice = \"guance\"\n\n[source.flow]\nlevel = true\n\n\
                      [[source.route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n[source.route.priority]\ncritical = \"Highest\"\n\
                      warning = \"Low\"\n";

pub(super) const PIPED: &str =
    "\n[[source]]\nname = \"hook\"\nkind = \"piped\"\n\n[[source.route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n";

impl World {
    pub(super) fn with_source(self, text: &str) -> Self {
        let file = self.path("sync.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + text).unwrap();
        self
    }

    /// Pipes this into `guajira take`.
    pub(super) fn take(&self, source: &str, input: &str) -> Outcome {
        let mut child = self.program(&["take", source]).stdin(Stdio::piped()).spawn().unwrap();
        // A refused source is told before anything is read.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        child.wait_with_output().unwrap().into()
    }

    pub(super) fn run_later(&self, minutes: u64) -> Outcome {
        self.pass(Duration::from_mins(minutes));
        self.sync()
    }

    pub(super) fn only_issue(&self) -> Issue {
        let mut issues = self.jira.issues();
        assert_eq!(issues.len(), 1, "{:?}", issues.iter().map(|issue| &issue.summary).collect::<Vec<_>>());
        issues.remove(0)
    }

    pub(super) fn is_done(&self, issue: &Issue) -> bool {
        self.jira.status_of(&issue.key) == "Done"
    }
}

#[test]
fn a_round_of_failure_is_one_issue_that_recovery_ends() {
    on_both(|world| {
        let world = world.with_source(EVENTS);
        world.sync();
        world.guance.check(&Check::default());
        world.run_later(2);
        let issue = world.only_issue();
        assert_eq!(issue.summary, "disk is full");
        assert!(!world.is_done(&issue));
        world.guance.check(&Check { level: "warning", ..Check::default() });
        world.run_later(2);
        world.run_later(2);
        assert_eq!(world.jira.comments(&issue.key).len(), 1, "the failure goes on");
        world.guance.end_by_hand(&Check::default(), "李四");
        world.run_later(2);
        world.run_later(6);
        assert!(world.is_done(&world.only_issue()));
        let told: Vec<String> = world.jira.comments(&issue.key).iter().map(|one| jira_words(&one.body)).collect();
        assert!(told.iter().any(|words| words.contains("李四")), "{told:?}");

        // Without any state nothing is written again; the next failure is another round.
        world.lose_state();
        world.run_later(6);
        world.run_later(6);
        assert_eq!((world.only_issue().key, world.jira.comments(&issue.key).len()), (issue.key.clone(), told.len()));
        world.guance.check(&Check::default());
        world.run_later(2);
        assert_eq!(world.jira.issues().len(), 2);
    });
}

#[test]
fn polled_and_piped_events_of_a_round_meet_in_one_issue() {
    let world = World::new(Flavour::Cloud).with_source(EVENTS);
    world.sync();
    let event = world.guance.check(&Check { lag: chrono::TimeDelta::minutes(5), ..Check::default() });
    let taken = world.take("alarms", &world.guance.webhook(&event, "https://console.guance.example").to_string());
    assert_eq!(taken.code, 0, "{taken}");
    world.run_later(1);
    let issue = world.only_issue();
    for _ in 0..3 {
        world.run_later(6);
    }
    assert_eq!(world.only_issue().key, issue.key, "what is stored late is the same round");
    assert_eq!(world.jira.comments(&issue.key).len(), 0);
    let end = world.guance.check(&Check { level: "ok", lag: chrono::TimeDelta::minutes(5), ..Check::default() });
    world.take("alarms", &world.guance.webhook(&end, "https://console.guance.example").to_string());
    world.run_later(1);
    assert_eq!(world.jira.comments(&issue.key).len(), 1, "what was accepted does not wait for the service to store it");
    world.run_later(6);
    world.run_later(6);
    assert!(world.is_done(&world.only_issue()));
    assert_eq!(world.jira.comments(&issue.key).len(), 1);
}

#[test]
fn what_is_piped_in_is_durable_and_arrives_once() {
    on_both(|world| {
        let world = world.with_source(PIPED);
        world.sync();
        let one = json!({"id": "a-1", "title": "queue is long", "status": "fault", "level": "warning", "text": "12,000 wait"});
        let broken = "{\"id\": \"a-2\"}\nnot json\n";
        let taken = world.take("hook", &format!("{one}\n{broken}"));
        assert_eq!(taken.code, 3, "what is broken is told, and the rest is kept: {taken}");
        assert!(taken.stderr.lines().filter(|line| line.contains("error: ")).count() == 2, "{taken}");
        let again = world.take("hook", &one.to_string());
        assert_eq!(again.code, 0, "{again}");
        world.run_later(1);
        world.run_later(6);
        let issue = world.only_issue();
        assert_eq!(issue.summary, "queue is long");
        let over = json!({"id": "a-1", "title": "queue is short", "status": "ok"});
        world.take("hook", &json!([over]).to_string());
        world.run_later(1);
        world.run_later(6);
        assert!(world.is_done(&world.only_issue()));
    });
}

#[test]
fn what_was_piped_in_before_the_first_run_is_synced() {
    let world = World::new(Flavour::Cloud).with_source(PIPED);
    let lines = [
        json!({"id": "a-1", "title": "queue is long", "status": "fault", "level": "warning", "text": "12,000 wait"}),
        json!({"id": "a-2", "title": "of long ago", "status": "ok", "text": "whose failure nobody piped in"}),
    ];
    let taken = world.take("hook", &format!("{}\n{}\n", lines[0], lines[1]));
    assert_eq!(taken.code, 0, "{taken}");
    world.run_later(30);
    world.run_later(6);
    let issue = world.only_issue();
    assert_eq!(issue.summary, "queue is long");
    assert!(
        jira_words(&issue.description).contains("Alarm source: a-1 · warning"),
        "{}",
        jira_words(&issue.description)
    );
    world.take("hook", &json!({"id": "a-1", "status": "ok", "text": "none wait", "by": "李四"}).to_string());
    world.run_later(6);
    world.run_later(6);
    assert!(world.is_done(&world.only_issue()));
    let told: Vec<String> = world.jira.comments(&issue.key).iter().map(|one| jira_words(&one.body)).collect();
    assert!(
        told.len() == 1 && told[0].starts_with("李四 · alarm source · ") && told[0].contains("none wait · ok"),
        "{told:?}"
    );
}

#[test]
fn a_backfill_leaves_what_is_older_than_its_window_to_the_next_run() {
    on_both(|world| {
        let world = world.with_source(PIPED);
        world.sync();
        let at = (chrono::Utc::now() - chrono::TimeDelta::hours(3)).to_rfc3339();
        world.take("hook", &json!({"id": "a-1", "title": "queue is long", "status": "fault", "at": at}).to_string());
        let outcome = world.run(&["sync", "--since", "1h"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.run_later(1);
        assert_eq!(world.only_issue().summary, "queue is long");
    });
}

#[test]
fn taking_for_nobody_says_what_there_is() {
    let world = World::new(Flavour::Cloud).with_source(PIPED);
    let outcome = world.take("hok", "{}");
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("there is hook"), "{outcome}");
    let outcome = world.run(&["take", "hook", "nothing.json"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("nothing.json"), "{outcome}");
}

#[test]
fn alerts_become_issues_and_words_travel_both_ways() {
    for kind in [alerts::Kind::Jsm, alerts::Kind::Opsgenie] {
        let fake = FakeAlerts::start(alerts::Options::of(kind));
        let login = match kind {
            alerts::Kind::Jsm => format!(
                "kind = \"jsm-alerts\"\nuser = \"{}\"\napi_key = {{ env = \"ALERTS\" }}\ngateway_url = \"{}\"",
                alerts::USER,
                fake.base_url()
            ),
            alerts::Kind::Opsgenie => "kind = \"opsgenie-alerts\"\napi_key = { env = \"ALERTS\" }".to_owned(),
        };
        let source = format!(
            "\n[[source]]\nname = \"oncall\"\n{login}\nbase_url = \"{}\"\n\n[source.flow]\nstatus = \"both\"\n\n\
             [[source.route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n[source.route.fields]\n\
             environment = \"{{{{ on_call | first }}}}\"\n",
            fake.base_url()
        );
        let mut world = World::new(Flavour::Cloud).with_source(&source);
        world.set("ALERTS", if kind == alerts::Kind::Jsm { alerts::TOKEN } else { alerts::KEY });
        let pass = |world: &World, minutes: u64| {
            fake.clock().advance(Duration::from_mins(minutes));
            world.run_later(minutes)
        };
        pass(&world, 1);
        fake.add_schedule("Database", "t-1", &["li@example.com"]);
        let alert = fake.fire("db-1", "database is slow");
        fake.edit(&alert, |alert| alert.teams = vec![("t-1".to_owned(), String::new())]);
        fake.note(&alert, "alice@example.com", "looking at it");
        pass(&world, 2);
        pass(&world, 6);
        let issue = world.only_issue();
        assert_eq!(issue.summary, "database is slow");
        assert!(issue.other["environment"].to_string().contains("li@example.com"), "{:?}", issue.other);
        let told: Vec<String> = world.jira.comments(&issue.key).iter().map(|one| jira_words(&one.body)).collect();
        assert!(told.iter().any(|words| words.contains("looking at it")), "{told:?}");
        let name = if kind == alerts::Kind::Jsm { "JSM" } else { "Opsgenie" };
        let words = jira_words(&issue.description);
        assert!(
            words.contains(&format!("{name}: ")) && !words.contains("Guance") && told[0].contains(name),
            "{words} {told:?}"
        );
        world.jira.comment(&issue.key, "bob", "restarted it".to_owned());
        pass(&world, 2);
        pass(&world, 6);
        assert!(fake.notes(&alert).iter().any(|note| note.text.contains("restarted it")), "{kind:?}");
        world.lose_state();
        pass(&world, 6);
        pass(&world, 6);
        assert_eq!((world.jira.issues().len(), fake.notes(&alert).len()), (1, 2), "{kind:?}");
        fake.close(&alert, "alice@example.com");
        pass(&world, 6);
        pass(&world, 6);
        assert!(world.is_done(&world.only_issue()), "{kind:?}");
    }
}
