//! What happened to others in the wild and goes well here: so that it stays so.

use std::time::Duration;

use guajira_fakes::guance::{self, ApiKey, FakeGuance};
use guajira_fakes::jira::{Asks, Flavour, Project, Visibility, Workflow};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::json;

use super::agree::{jira_words, words};
use super::world::{World, on_both};

#[test]
fn a_comment_for_a_role_does_not_travel_though_customers_see_it() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::with_projects(flavour, vec![Project::service_desk("HELP", "Help desk")]);
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        let role = Visibility::Role("Administrators".into());
        let secret = world.jira.comment_for(&key, "alice", "SECRET of a role", Some(role));
        // It says of itself that it is no internal note.
        world.jira.set_comment_property(secret, "alice", "sd.public.comment", json!({"internal": false}));
        world.jira.comment(&key, "bob", "for everybody");
        world.guance.reply(&issue, "李四", "<p>a reply</p>");
        world.settle();
        assert_eq!(world.copied_replies(&issue).len(), 1);
        assert!(!world.sent_to_guance().contains("SECRET"));
        let ours = world.copied_comments(&key);
        assert!(ours.len() == 1 && ours[0].internal(), "{ours:#?}");
    }
}

#[test]
fn tables_braces_and_code_on_one_line_arrive_as_they_read() {
    let world = World::new(Flavour::Server);
    let issue = world.guance.open_issue("disk full", "", "P1", "张三");
    world.settle();
    let key = world.key_of(&issue);
    let texts = [
        ("|web-1|{noformat}a | b\nc {x}{noformat}|", &["web-1", "a | b", "c {x}"][..]),
        ("{code:bash}$ ssh-keygen -t ed25519\n$ cat id.pub{code}", &["$ ssh-keygen -t ed25519", "$ cat id.pub"]),
        ("see {a: 1} there", &["see {a: 1} there"]),
        ("{{ {\"id\": 1} }}", &["{\"id\": 1}"]),
        ("from 2026-03-28 to 2026-03-29, web-1-a-b", &["from 2026-03-28 to 2026-03-29, web-1-a-b"]),
    ];
    for (text, _) in texts {
        world.jira.comment(&key, "alice", text);
    }
    let html = "<table><tr><td>host</td><td><pre>a | b\nc {x}</pre></td></tr></table><p>{a: 1} and 2026-03-28</p>";
    world.guance.reply(&issue, "李四", html);
    world.settle();
    let replies = world.copied_replies(&issue);
    assert_eq!(replies.len(), texts.len());
    for (reply, (text, wanted)) in replies.iter().zip(texts) {
        let told = words(&reply.content);
        for want in wanted {
            assert!(told.contains(want), "{text:?}: {}", reply.content);
        }
        assert!(!reply.content.contains("<s>") && !reply.content.contains("<del>"), "{}", reply.content);
    }
    let copies = world.copied_comments(&key);
    let told = jira_words(&copies[0].body);
    for want in ["host", "c {x}", "2026-03-28"] {
        assert!(told.replace('\\', "").contains(want), "{told}");
    }
}

#[test]
fn a_resolution_is_set_where_a_way_has_it_and_not_where_it_has_not() {
    for asks in [[Asks::Nothing, Asks::Resolution], [Asks::ResolutionRequired, Asks::Nothing]] {
        on_both(|world| {
            world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nresolution = \"Won't Fix\"");
            world.reconfigure("[[route]]", "[flow]\nstatus = \"to-jira\"\n\n[[route]]");
            let mut workflow = Workflow::simple();
            let mut other = workflow.way_mut("31").clone();
            workflow.way_mut("31").asks = asks[0];
            (other.id, other.asks) = ("41".to_owned(), asks[1]);
            workflow.transitions.push(other);
            world.jira.with_project("OPS", |project| project.workflow = workflow.clone());
            let issue = world.guance.open_issue("disk full", "", "P1", "张三");
            world.settle();
            world.guance.set_status(&issue, 20, "李四");
            world.settle();
            assert_eq!(world.jira.status_of(&world.key_of(&issue)), "Done", "{asks:?}");
            let resolution = world.copy_of(&issue).resolution;
            // The fake's own choice where none is sent is "Done".
            assert!(matches!(resolution.as_deref(), Some("Won't Fix" | "Done")), "{resolution:?}");
            assert_eq!(world.staged("dead"), 0);
        });
    }
}

#[test]
fn a_priority_that_no_screen_has_is_refused_once_and_not_every_minute() {
    on_both(|world| {
        world.jira.switch(|switches| {
            for screen in [&mut switches.off_create_screen, &mut switches.off_edit_screen] {
                screen.insert("priority".into());
            }
        });
        world.reconfigure("[[route]]", "[flow]\nlevel = true\n\n[[route]]");
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        let told = world.run(&["sync"]);
        assert!(told.stdout.contains("left out: priority"), "{told}");
        world.settle();
        assert_eq!(world.copies_of(&issue).len(), 1);
        world.guance.set_level(&issue, "P0", "李四");
        world.forget_requests();
        for _ in 0..4 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        let is_edit = |method: &str, path: &str| method == "PUT" && !path.contains("properties");
        let edits = world.jira.recorded().iter().filter(|r| is_edit(&r.method, &r.path)).count();
        assert!(edits <= 1, "{edits} tries");
    });
}

#[test]
fn an_outage_while_issues_are_made_makes_each_once_on_cloud() {
    outage(World::new(Flavour::Cloud));
}

#[test]
fn an_outage_while_issues_are_made_makes_each_once_on_server() {
    outage(World::new(Flavour::Server));
}

fn outage(mut world: World) {
    world.set("GUAJIRA_SYNC__WINDOW", "3h");
    let issues: Vec<String> =
        (0..3).map(|n| world.guance.open_issue(&format!("alarm {n}"), "", "P1", "张三")).collect();
    let page = "<html><title>502 Bad Gateway</title></html>".to_owned();
    let outage = Fault::new(What::StatusAfter(502, page, Vec::new())).method("POST").path_contains("/issue").writes();
    world.jira.fail(outage.times(Times::N(4)));
    for run in 0..5 {
        world.run(&["sync"]);
        if run == 2 {
            world.lose_state();
        }
        world.pass(Duration::from_mins(6));
    }
    world.jira.clear_faults();
    world.settle();
    for issue in &issues {
        assert_eq!(world.copies_of(issue).len(), 1, "{issue}");
    }
}

#[test]
fn two_workspaces_with_monitors_of_one_name_share_a_project() {
    on_both(|world| {
        let keys = vec![ApiKey { name: "Jira 系统".to_owned(), secret: "guance-test-key".to_owned() }];
        let stage = FakeGuance::start(guance::Options {
            keys,
            per_key: 100_000,
            per_workspace: 100_000,
            workspace: format!("wksp_{}", "f".repeat(32)),
            ..guance::Options::default()
        });
        // The fakes count their ids alike, and real ones do not.
        stage.open_issue("of no interest", "", "P1", "张三");
        stage.clock().advance(Duration::from_hours(2));
        world.pass(Duration::from_hours(2));
        let config = std::fs::read_to_string(world.path("sync.toml")).unwrap();
        let config = config.replace(&world.guance.base_url(), &stage.base_url());
        world.write("stage.toml", &config.replace("[sync]", "[sync]\nstate = \"stage.db\""));
        let ours = world.guance.open_issue("磁盘满 on web 1", "<p>TEST</p>", "P1", "张三");
        let theirs = stage.open_issue("磁盘满 on web 1", "<p>STAGE</p>", "P1", "张三");
        let both = |world: &World| {
            for config in ["sync.toml", "stage.toml"] {
                let told = world.run(&["--config", config, "sync"]);
                assert_eq!(told.code, 0, "{told}");
            }
        };
        both(&world);
        let copies = [world.key_of(&ours), world.key_of(&theirs)];
        assert_ne!(copies[0], copies[1]);
        world.jira.comment(&copies[0], "alice", "about TEST");
        world.jira.comment(&copies[1], "alice", "about STAGE");
        for _ in 0..2 {
            world.jira.clock().advance(Duration::from_mins(6));
            both(&world);
        }
        let said =
            |replies: Vec<guance::Reply>| replies.iter().map(|r| words(&r.content)).collect::<Vec<_>>().join(" ");
        let (ours, theirs) = (said(world.guance.replies(&ours)), said(stage.replies(&theirs)));
        assert!(ours.contains("about TEST") && !ours.contains("about STAGE"), "{ours}");
        assert!(theirs.contains("about STAGE") && !theirs.contains("about TEST"), "{theirs}");
        // With both states lost nothing is made anew, and neither takes the other's for its own.
        for name in ["guajira.db", "stage.db"] {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(world.path(&format!("{name}{suffix}")));
            }
        }
        let before = world.jira.issues().len();
        for _ in 0..2 {
            both(&world);
        }
        assert_eq!(world.jira.issues().len(), before);
    });
}
