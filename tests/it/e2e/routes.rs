//! Several routes, over HTTP: conditions, templates, fields, secrecy; pairs keep their place; `check --explain`.

use std::fs;
use std::time::Duration;

use guajira_fakes::jira::{CustomField, CustomKind, Project, Workflow, named, plain};

use super::world::{Flavour, World};

const ROUTES: &str = r#"[[route]]
when = "level == 'P0'"
project = "OPS"
issue_type = "Task"
labels = ["grave"]
security = "Staff"
components = ["Storage"]
summary = "[{{ level }}] {{ title }}"
[route.priority]
P0 = "Highest"

[[route]]
when = "tags.team == 'dev' or 'deploy' in title"
project = "DEV"
issue_type = "Story"
summary = "{{ tags.host or 'somewhere' }}: {{ title }}"
description = """
## {{ title }}

{{ description }}

Seen on **{{ tags.host or 'an unknown host' }}**, level {{ level }}.
"""
[route.fields]
Host = "{{ tags.host }}"
customfield_10011 = "{{ description }}"
Colour = "{{ {'P1': 'Red', 'P2': 'Blue'}[level] }}"
"On call" = "alice@example.com"

[[route]]
when = "level != 'P3'"
project = "OPS"
issue_type = "Bug"
[route.priority]
P1 = "High"
P2 = "Medium"
"#;

fn world(flavour: Flavour, flow: &str) -> World {
    let colours = CustomKind::Select(named(&[("301", "Red"), ("302", "Blue")]));
    let dev = Project {
        custom_fields: vec![
            CustomField::new("customfield_10010", "Host", CustomKind::Text),
            CustomField::new("customfield_10011", "Notes", CustomKind::TextArea),
            CustomField::new("customfield_10012", "Colour", colours),
            CustomField::new("customfield_10013", "On call", CustomKind::User),
        ],
        ..Project::new("DEV", "Development")
    };
    let ops = Project {
        security_levels: named(&[("701", "Staff")]),
        components: named(&[("501", "Storage")]),
        ..Project::new("OPS", "Operations")
    };
    let world = World::with_projects(flavour, vec![ops, dev]);
    let text = fs::read_to_string(world.path("sync.toml")).unwrap();
    let (head, _) = text.split_once("[[route]]").unwrap();
    world.write("sync.toml", &format!("{head}[flow]\n{flow}\n\n{ROUTES}"));
    world
}

fn on_both(flow: &str, story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        story(world(flavour, flow));
    }
}

fn is_quiet(world: &World) {
    world.forget_requests();
    for _ in 0..2 {
        world.pass(Duration::from_mins(6));
        world.sync();
    }
    assert_eq!(world.writes(), 0);
}

#[test]
fn each_issue_goes_where_the_first_route_that_holds_sends_it() {
    on_both("", |world| {
        let grave = world.guance.open_issue("disk full", "<p>team: dev</p>", "P0", "张三");
        let dev = world.guance.open_issue(
            "queue <b>long</b> *very*",
            "<p>host: web-01</p><p>team: dev</p><p><b>act</b> now</p>",
            "P1",
            "张三",
        );
        let ops = world.guance.open_issue("cpu busy", "<p>it is</p>", "P2", "张三");
        let deploy = world.guance.open_issue("deploy failed", "", "P3", "张三");
        let nobody = world.guance.open_issue("all well", "", "P3", "张三");
        world.settle();

        let of = |issue: &str| world.jira.issue(&world.key_of(issue)).unwrap();
        let copy = of(&grave);
        assert!(copy.key.starts_with("OPS-") && copy.labels.contains(&"grave".to_owned()));
        assert_eq!((copy.summary.as_str(), copy.security.unwrap().name.as_str()), ("[P0] disk full", "Staff"));
        assert_eq!((copy.issue_type.as_str(), copy.priority.as_deref()), ("10002", Some("1")));
        assert_eq!(copy.other["components"][0]["name"], "Storage");

        let copy = of(&dev);
        assert!(copy.key.starts_with("DEV-"));
        assert_eq!(copy.summary, "web-01: queue <b>long</b> *very*");
        // Wiki markup has its signs, and escapes what is none.
        let bare = |text: &str| text.replace(['\\', '{', '}', '*', '_'], "");
        let words = bare(&plain(&copy.description));
        for part in ["queue <b>long</b> *very*", "act now", "Seen on web-01, level P1.", "Guance: "] {
            assert!(words.contains(&bare(part)), "{part}: {words}");
        }
        assert_eq!(copy.other["customfield_10010"], "web-01");
        assert_eq!(copy.other["customfield_10011"].is_object(), world.flavour == Flavour::Cloud);
        assert_eq!(copy.other["customfield_10012"]["value"], "Red");
        assert_eq!(copy.other["customfield_10013"]["name"], "alice");

        let copy = of(&ops);
        assert_eq!((copy.summary.as_str(), copy.issue_type.as_str()), ("cpu busy", "10001"));
        assert!(copy.key.starts_with("OPS-") && copy.security.is_none());

        let copy = of(&deploy);
        assert_eq!((copy.summary.as_str(), copy.other.get("customfield_10010")), ("somewhere: deploy failed", None));
        assert!(!copy.other.contains_key("customfield_10012"), "a level without a colour leaves the field alone");

        assert!(world.copies_of(&nobody).is_empty());
        let why = world.run(&["why", &nobody]);
        assert!(why.stdout.contains("no [[route]] takes it"), "{why}");
        is_quiet(&world);
    });
}

#[test]
fn comments_and_replies_travel_in_every_project() {
    on_both("", |world| {
        let dev = world.guance.open_issue("deploy failed", "", "P1", "张三");
        let ops = world.guance.open_issue("cpu busy", "", "P1", "张三");
        world.settle();
        for issue in [&dev, &ops] {
            world.jira.comment(&world.key_of(issue), "alice", "on it".to_owned());
            world.guance.reply(issue, "李四", "<p>thanks</p>");
        }
        world.settle();
        for issue in [&dev, &ops] {
            assert_eq!(world.copied_replies(issue).len(), 1);
            assert_eq!(world.copied_comments(&world.key_of(issue)).len(), 1);
        }
        is_quiet(&world);
    });
}

#[test]
fn a_pair_stays_where_it_is_and_reads_as_its_route_says() {
    on_both("updates = true\nlevel = true\nstatus = \"both\"", |world| {
        let dev = world.guance.open_issue("deploy failed", "<p>host: web-01</p>", "P1", "张三");
        let ops = world.guance.open_issue("cpu busy", "<p>it is</p>", "P1", "张三");
        world.settle();
        let (dev_key, ops_key) = (world.key_of(&dev), world.key_of(&ops));
        assert_eq!(world.jira.priority_of(&ops_key).as_deref(), Some("High"));

        // No route, or another one, would take them now.
        world.guance.retitle(&dev, "rollout failed", "张三");
        world.guance.describe(&dev, "<p>host: web-02</p>", "张三");
        world.guance.set_level(&ops, "P2", "张三");
        world.guance.retitle(&ops, "deploy slow", "张三");
        world.settle();
        assert_eq!((world.key_of(&dev), world.key_of(&ops)), (dev_key.clone(), ops_key.clone()));
        assert_eq!(world.jira.issues().len(), 2, "nothing is made twice");
        let issue = world.jira.issue(&dev_key).unwrap();
        assert_eq!(issue.summary, "web-02: rollout failed");
        assert!(plain(&issue.description).contains("web-02"), "{}", plain(&issue.description));
        assert_eq!(issue.other["customfield_10010"], "web-01", "fields are set once");
        assert_eq!(world.jira.issue(&ops_key).unwrap().summary, "deploy slow");
        assert_eq!(world.jira.priority_of(&ops_key).as_deref(), Some("Medium"));
        is_quiet(&world);

        // A level that its route does not list changes nothing, and says so.
        world.guance.set_level(&ops, "P3", "张三");
        world.settle();
        assert_eq!(world.jira.priority_of(&ops_key).as_deref(), Some("Medium"));
        let why = world.run(&["why", &ops]);
        assert!(why.stdout.contains("level P3 is not listed"), "{why}");
        assert!(world.jira.comments(&dev_key).is_empty() && world.jira.comments(&ops_key).is_empty());

        // Moved by hand to the other project: it stays there, and its title with it.
        world.guance.set_status(&ops, 15, "张三");
        world.settle();
        assert_eq!(world.jira.status_of(&ops_key), "In Progress");
        world.lose_state();
        world.settle();
        assert_eq!(world.jira.issues().len(), 2);
        is_quiet(&world);
    });
}

#[test]
fn an_issue_is_sent_when_its_level_comes_to_be_listed() {
    on_both("", |world| {
        let issue = world.guance.open_issue("cpu busy", "", "P3", "张三");
        world.settle();
        assert!(world.copies_of(&issue).is_empty());
        world.guance.set_level(&issue, "P2", "张三");
        world.settle();
        assert_eq!(world.copies_of(&issue).len(), 1);
        assert_eq!(world.jira.priority_of(&world.key_of(&issue)).as_deref(), Some("Medium"));
    });
}

#[test]
fn a_level_that_is_not_listed_is_not_sent_and_why_says_so() {
    on_both("", |world| {
        world.reconfigure("when = \"level != 'P3'\"", "when = \"true\"");
        let issue = world.guance.open_issue("cpu busy", "", "P3", "张三");
        world.settle();
        assert!(world.copies_of(&issue).is_empty());
        let why = world.run(&["why", &issue]);
        assert!(why.stdout.contains("level P3 is not listed in [route.priority]"), "{why}");
        world.guance.set_level(&issue, "P1", "张三");
        world.settle();
        assert_eq!(world.jira.priority_of(&world.key_of(&issue)).as_deref(), Some("High"));
    });
}

#[test]
fn an_issue_that_cannot_be_kept_secret_is_not_made() {
    on_both("", |world| {
        world.reconfigure("security = \"Staff\"", "security = \"Boss\"");
        let grave = world.guance.open_issue("disk full", "", "P0", "张三");
        let plain = world.guance.open_issue("cpu busy", "", "P1", "张三");
        assert_eq!(world.run(&["sync"]).code, 3);
        assert!(world.copies_of(&grave).is_empty());
        assert_eq!(world.copies_of(&plain).len(), 1);
        let why = world.run(&["why", &grave]);
        assert!(why.stdout.contains("dead") && why.stdout.contains("security level \"Boss\""), "{why}");
        // A mended configuration sends it, without a retry by hand.
        world.reconfigure("security = \"Boss\"", "security = \"Staff\"");
        world.settle();
        assert_eq!(world.jira.issue(&world.key_of(&grave)).unwrap().security.unwrap().name, "Staff");
    });
}

#[test]
fn channels_are_asked_for_once_where_a_route_uses_them() {
    let world = world(Flavour::Cloud, "");
    world.reconfigure("when = \"level == 'P0'\"", "when = \"'default' not in channels\"");
    world.settle();
    let issue = world.guance.open_issue("cpu busy", "", "P1", "张三");
    world.settle();
    assert!(world.key_of(&issue).starts_with("OPS-"));
    let is_read = |path: &str| path.contains("/issue/") && path.ends_with("/get");
    let reads = || world.guance.recorded().iter().filter(|request| is_read(&request.path)).count();
    assert_eq!(reads(), 1);
    world.forget_requests();
    world.pass(Duration::from_mins(1));
    world.sync();
    assert_eq!(reads(), 0, "an idle run does not ask");
}

#[test]
fn a_lost_state_finds_the_copies_of_every_route() {
    on_both("", |world| {
        let issues: Vec<String> = [("disk full", "P0"), ("deploy failed", "P1"), ("cpu busy", "P2")]
            .map(|(title, level)| world.guance.open_issue(title, "", level, "张三"))
            .into();
        world.settle();
        let before: Vec<String> = issues.iter().map(|issue| world.key_of(issue)).collect();
        world.lose_state();
        // Another route would take it now.
        world.guance.set_level(&issues[2], "P0", "张三");
        world.guance.retitle(&issues[1], "rollout failed", "张三");
        world.jira.switch(|jira| jira.index_lag = Duration::from_secs(90));
        world.settle();
        assert_eq!(issues.iter().map(|issue| world.key_of(issue)).collect::<Vec<_>>(), before);
        assert_eq!(world.jira.issues().len(), 3);
    });
}

#[test]
fn two_workflows_in_one_project_are_told_by_the_issue_type() {
    on_both("status = \"both\"", |world| {
        world.jira.with_project("OPS", |project| {
            project.workflows.insert("Bug".into(), Workflow::classic());
        });
        world.reconfigure(
            "P2 = \"Medium\"",
            "P2 = \"Medium\"\n[route.status]\nResolved = \"Resolved\"\nClosed = \"Closed\"",
        );
        let bug = world.guance.open_issue("cpu busy", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&bug);
        world.guance.set_status(&bug, 20, "张三");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Resolved");
        world.guance.set_status(&bug, 25, "张三");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Closed");
    });
}

#[test]
fn an_explanation_shows_routes_templates_and_what_jira_would_get() {
    on_both("", |world| {
        let issue = world.guance.open_issue("deploy failed", "<p>host: web-01</p>", "P2", "张三");
        let told = world.run(&["check", "--explain", &issue]);
        assert_eq!(told.code, 0, "{told}");
        for line in [
            "route 1: Task in OPS: does not hold",
            "  when \"level == 'P0'\"",
            "  summary -> \"[P2] deploy failed\"",
            "route 2: Story in DEV: takes it",
            "  fields.Host -> \"web-01\"",
            "route 3: Bug in OPS: would take it, but route 2 comes first",
            "  tags = {\"host\":\"web-01\"}",
            "  level = \"P2\"",
            "Jira would get, as Story in DEV:",
            "  summary = \"web-01: deploy failed\"",
            "  customfield_10010 = \"web-01\"",
            "  customfield_10012 = {\"id\":\"302\"}",
        ] {
            assert!(told.stdout.lines().any(|said| said == line), "{line:?}: {told}");
        }
        assert_eq!(world.writes(), 0);
        assert!(world.guance.recorded().len() <= 2, "one request for the issue, one for its level at most");
        assert!(!world.path("guajira.db").exists());

        let untaken = world.guance.open_issue("all well", "", "P3", "张三");
        let told = world.run(&["check", "--explain", &untaken]);
        assert!(told.code == 0 && told.stdout.contains("not sent: no [[route]] takes it"), "{told}");

        for unknown in ["issue_00000000000000000000000000000000", "../../etc"] {
            let told = world.run(&["check", "--explain", unknown]);
            assert!(told.code == 3 && told.stdout.is_empty() && told.stderr.contains("no issue"), "{told}");
        }
        world.settle();
        let told = world.run(&["check", "--explain", &issue]);
        assert!(told.stdout.contains("already synced as DEV-1"), "{told}");
    });
}

#[test]
fn a_check_tests_every_route() {
    on_both("", |world| {
        let told = world.run(&["check"]);
        assert_eq!(told.code, 0, "{told}");
        for line in [
            "ok   issue type Task in OPS",
            "ok   issue type Story in DEV",
            "ok   issue type Bug in OPS",
            "ok   field security of Task in OPS: Staff (id 701)",
            "ok   field components of Task in OPS: Storage are there",
            "ok   field Host of Story in DEV: customfield_10010 (string)",
            "ok   field On call of Story in DEV: customfield_10013 (user)",
        ] {
            assert!(told.stdout.contains(line), "{line:?}: {told}");
        }
        world.reconfigure("security = \"Staff\"", "security = \"Boss\"");
        world.reconfigure("Host = ", "Hots = ");
        let told = world.run(&["check"]);
        assert_eq!(told.code, 3, "{told}");
        assert!(told.stdout.contains("FAIL field security of Task in OPS: \"Boss\" is none of Staff"), "{told}");
        assert!(told.stdout.contains("warn field Hots of Story in DEV: it is not on the create screen"), "{told}");
    });
}
