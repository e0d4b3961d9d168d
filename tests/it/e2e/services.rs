//! A state belongs to the services that it was made with: with others nothing is read, written or remembered.

use std::time::Duration;

use guajira_fakes::guance::{self, ApiKey};
use guajira_fakes::jira::{self, Draft, FakeJira, Flavour};
use serde_json::{Value, json};

use super::agree::words;
use super::copies::three_issues;
use super::world::{Outcome, World, on_both};

/// Pairs that work, and a private reply that has not travelled yet.
pub(super) fn lived_in(world: &World) -> Vec<String> {
    let issues = three_issues(world);
    world.sync();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "one");
    world.settle();
    world.assert_agrees();
    world.guance.reply(&issues[0], "李四", "<p>the password is in the safe</p>");
    world.pass(Duration::from_mins(6));
    world.forget_requests();
    issues
}

/// Another Jira, whose issues happen to have the numeric ids of ours.
pub(super) fn another_jira(world: &World, flavour: Flavour) -> FakeJira {
    let other = FakeJira::start(flavour, jira::Options::default());
    for issue in world.jira.issues() {
        let key = other.create_issue("OPS", "alice", Draft::new("somebody else's"));
        assert_eq!(other.issue(&key).unwrap().id, issue.id);
    }
    other
}

/// Every comment on this Jira.
pub(super) fn comments(jira: &FakeJira) -> Vec<jira::Comment> {
    jira.issues().iter().flat_map(|issue| jira.comments(&issue.key)).collect()
}

/// Cursors, links and outbox, as one text.
pub(super) fn remembered(world: &World) -> String {
    let state = world.state();
    let mut told = String::new();
    for query in [
        "SELECT side || at || floor FROM cursor ORDER BY side",
        "SELECT guance || jira || jira_name FROM issue_link ORDER BY guance",
        "SELECT origin || origin_id || copy_id FROM comment_link ORDER BY origin_id",
        "SELECT key || stage || attempts FROM outbox ORDER BY seq",
        "SELECT name || value FROM fact WHERE name LIKE 'jira.%' OR name LIKE 'engine.%' OR name = 'services' ORDER BY name",
        "SELECT id || started FROM run ORDER BY id",
    ] {
        let mut rows = state.prepare(query).unwrap();
        let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        told.extend(rows.map(|row| row.unwrap() + "\n"));
    }
    told
}

/// The same service under another name.
pub(super) fn renamed(address: &str) -> String {
    assert!(address.contains("127.0.0.1"));
    address.replace("127.0.0.1", "localhost")
}

/// What a state of version 0.1 does not hold.
pub(super) fn make_old(world: &World) {
    let gone = "DELETE FROM fact WHERE name IN ('services', 'jira.former-pairs') OR name LIKE 'guance.workspace%'";
    world.state().execute(gone, []).unwrap();
}

/// A sync, a dry run and a check refuse; neither service has seen a write, and the state is as it was.
pub(super) fn assert_refused(world: &World, others: &[&FakeJira], says: &[&str]) -> Outcome {
    let before = remembered(world);
    for args in [&["sync"][..], &["sync", "--dry-run"], &["sync", "--since", "2h"]] {
        let outcome = world.run(args);
        assert_eq!(outcome.code, 2, "{args:?}: {outcome}");
        for word in says.iter().chain(&["GUAJIRA_SYNC__STATE"]) {
            assert!(outcome.stderr.contains(word), "{args:?} does not say {word:?}: {outcome}");
        }
    }
    let check = world.run(&["check"]);
    assert_eq!(check.code, 2, "{check}");
    let failed = check.stdout.lines().filter(|line| line.starts_with("FAIL state")).count();
    assert_eq!(failed, 1, "{check}");
    assert_eq!(remembered(world), before);
    assert_eq!(world.writes(), 0);
    for other in others {
        assert!(other.recorded().iter().all(|r| !r.write || r.path.ends_with("/properties/guajira.check")));
    }
    check
}

#[test]
fn another_jira_with_the_same_numeric_ids_is_refused() {
    on_both(|world| {
        lived_in(&world);
        let other = another_jira(&world, world.flavour);
        let (old, new) = (world.jira.base_url(), other.base_url());
        world.reconfigure(&old, &new);
        let outcome = world.run(&["sync"]);
        assert!(comments(&other).is_empty(), "written onto a stranger's issue: {outcome}");
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(other.recorded().is_empty(), "{outcome}");
        assert_refused(&world, &[&other], &[&old, &new, "guajira state rebind"]);

        // The way back is open, and nothing was lost meanwhile.
        world.reconfigure(&new, &old);
        world.settle();
        world.assert_agrees();
    });
}

/// The other kind of Jira.
fn other_kind(flavour: Flavour) -> Flavour {
    if flavour == Flavour::Cloud { Flavour::Server } else { Flavour::Cloud }
}

/// Lets the configuration name another Jira, or another account there.
pub(super) fn log_in_to(world: &World, jira: &FakeJira, account: &str) {
    let text = std::fs::read_to_string(world.path("sync.toml")).unwrap();
    let (head, rest) = text.split_once("[jira]").unwrap();
    let (_, tail) = rest.split_once("[sync]").unwrap();
    let (user, token) = jira.basic(account);
    let auth = format!("[jira.auth]\nmethod = \"basic\"\nuser = \"{user}\"\ntoken = \"{token}\"\n\n");
    let base = jira.base_url();
    world.write("sync.toml", &format!("{head}[jira]\nbase_url = \"{base}\"\ntimeout = \"10s\"\n\n{auth}[sync]{tail}"));
}

#[test]
fn from_data_center_to_cloud_and_back_is_refused() {
    on_both(|world| {
        lived_in(&world);
        let other = another_jira(&world, other_kind(world.flavour));
        log_in_to(&world, &other, "bot");
        assert_refused(&world, &[&other], &[&other.base_url()]);
        assert!(comments(&other).is_empty());
    });
}

/// Another workspace behind the same address.
pub(super) fn another_workspace(world: &mut World) {
    let keys = vec![ApiKey { name: "Jira 系统".to_owned(), secret: "guance-test-key-2".to_owned() }];
    let options = guance::Options {
        keys,
        per_key: 100_000,
        per_workspace: 100_000,
        workspace: format!("wksp_{}", "f".repeat(32)),
        ..guance::Options::default()
    };
    world.guance.replace(options);
    world.set("GUAJIRA_GUANCE__API_KEY", "guance-test-key-2");
}

#[test]
fn the_key_of_another_workspace_is_refused() {
    on_both(|mut world| {
        let issues = lived_in(&world);
        world.jira.comment(&world.key_of(&issues[0]), "bob", "the safe is open");
        let workspace = "wksp_1776556484b7412db06d6c428d3aaa6e";
        another_workspace(&mut world);
        for title in ["theirs 1", "theirs 2", "theirs 3"] {
            world.guance.open_issue(title, "<p>private</p>", "P1", "张三");
        }
        let issues = world.jira.issues().len();
        assert_refused(&world, &[], &[workspace, &"f".repeat(32), "[guance].api_key"]);
        assert_eq!(world.jira.issues().len(), issues);
        assert!(world.guance.issues().iter().all(|issue| world.guance.replies(&issue.uuid).is_empty()));
    });
}

#[test]
fn another_channel_is_refused() {
    on_both(|world| {
        lived_in(&world);
        world.reconfigure("api_key = \"guance-test-key\"", "api_key = \"guance-test-key\"\nchannel = \"ops\"");
        assert_refused(&world, &[], &["channel \"default\"", "channel \"ops\""]);
    });
}

#[test]
fn another_key_of_the_same_workspace_goes_on_and_costs_one_request_once() {
    on_both(|mut world| {
        lived_in(&world);
        world.settle();
        world.set("GUAJIRA_GUANCE__API_KEY", "guance-test-key-2");
        let mut costs = Vec::new();
        for _ in 0..2 {
            world.pass(Duration::from_mins(1));
            world.forget_requests();
            world.sync();
            costs.push((world.guance.recorded().len(), world.jira.recorded().len()));
        }
        // Each run reads three threads besides.
        assert_eq!(costs, [(2 + 3, 2), (1 + 3, 2)]);
    });
}

#[test]
fn a_workspace_that_cannot_be_asked_for_is_known_by_its_rows() {
    on_both(|mut world| {
        let hidden = || guajira_fakes::server::What::Status(404, "{}".to_owned(), Vec::new());
        let hide = |world: &World| {
            let fault = guajira_fakes::server::Fault::new(hidden()).times(guajira_fakes::server::Times::Always);
            world.guance.fail(fault.path_contains("/workspace/get"));
        };
        hide(&world);
        lived_in(&world);
        another_workspace(&mut world);
        hide(&world);
        world.guance.open_issue("theirs", "<p>private</p>", "P1", "张三");
        let before = world.jira.issues().len();
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(&"f".repeat(32)), "{outcome}");
        assert_eq!(world.jira.issues().len(), before);
    });
}

#[test]
fn an_address_that_was_mistyped_before_anything_was_done_is_simply_mended() {
    on_both(|world| {
        let issues = three_issues(&world);
        let good = world.jira.base_url();
        let other = FakeJira::start(world.flavour, jira::Options { projects: Vec::new(), ..jira::Options::default() });
        world.reconfigure(&good, &other.base_url());
        assert_ne!(world.run(&["sync"]).code, 0);
        world.reconfigure(&other.base_url(), &good);
        world.settle();
        world.assert_agrees();
        assert_eq!(issues.len(), 3);
    });
}

#[test]
fn what_was_learnt_of_a_mistyped_jira_is_forgotten() {
    on_both(|world| {
        three_issues(&world);
        let options = jira::Options { projects: Vec::new(), ..jira::Options::default() };
        let other = FakeJira::start(other_kind(world.flavour), options);
        log_in_to(&world, &other, "bot");
        assert_ne!(world.run(&["sync"]).code, 0);
        assert!(!other.recorded().is_empty());
        log_in_to(&world, &world.jira, "bot");
        world.sync();
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn another_account_on_the_same_jira_goes_on() {
    on_both(|world| {
        let issues = lived_in(&world);
        world.settle();
        log_in_to(&world, &world.jira, "bob");
        let told = world.sync();
        assert!(!told.stderr.contains("error"), "{told}");
        world.jira.comment(&world.key_of(&issues[1]), "alice", "written after the change");
        world.settle();
        let copies = world.copied_replies(&issues[1]);
        assert_eq!(copies.iter().filter(|reply| words(&reply.content).contains("after the change")).count(), 1);
        assert_eq!(world.jira.issues().len(), issues.len());
    });
}

#[test]
fn another_installation_behind_the_same_address_is_refused() {
    on_both(|world| {
        world.jira.switch(|switches| switches.server_id = Some("AAAA-BBBB".to_owned()));
        lived_in(&world);
        world.jira.switch(|switches| switches.server_id = Some("CCCC-DDDD".to_owned()));
        // It is asked for once a day.
        world.pass(Duration::from_hours(25));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("AAAA-BBBB") && outcome.stderr.contains("CCCC-DDDD"), "{outcome}");
        assert_eq!(world.writes(), 0);
    });
}

#[test]
fn an_address_in_other_letters_is_the_same() {
    on_both(|world| {
        let (jira, guance) = (world.jira.base_url(), world.guance.base_url());
        world.reconfigure(&jira, &renamed(&jira));
        world.reconfigure(&guance, &renamed(&guance));
        let issues = lived_in(&world);
        world.reconfigure(&renamed(&jira), &renamed(&jira).replace("localhost", "LocalHost"));
        world.reconfigure(&renamed(&guance), &renamed(&guance).replace("localhost", "LocalHost"));
        world.settle();
        world.assert_agrees();
        world.guance.reply(&issues[1], "李四", "<p>in other letters</p>");
        world.settle();
        world.assert_agrees();
        // The id of the pair was made of the letters: the markers from before are still ours.
        world.lose_state();
        world.forget_requests();
        world.sync();
        assert_eq!(world.writes(), 0);
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_state_whose_pairs_are_all_gone_is_not_anybodys() {
    on_both(|world| {
        lived_in(&world);
        world.settle();
        let other = another_jira(&world, world.flavour);
        for issue in world.jira.issues() {
            world.jira.delete_issue(&issue.key);
        }
        for _ in 0..3 {
            world.pass(Duration::from_hours(2));
            world.run(&["sync"]);
        }
        let status = world.run(&["status"]);
        assert_eq!(status.stdout.matches("gone    OPS-").count(), 3, "{status}");
        world.reconfigure(&world.jira.base_url(), &other.base_url());
        assert_eq!(world.run(&["state", "rebind"]).code, 2);
        make_old(&world);
        assert_eq!(world.run(&["sync"]).code, 2);
        assert!(other.recorded().iter().all(|request| !request.write));
    });
}

#[test]
fn what_a_state_belongs_to_is_told_without_asking_anybody() {
    on_both(|world| {
        lived_in(&world);
        let info = world.run(&["state", "info"]);
        assert_eq!(info.code, 0, "{info}");
        for word in [&world.jira.base_url(), &world.guance.base_url(), "wksp_1776", "3 issues", "guajira.db"] {
            assert!(info.stdout.contains(word), "{word}: {info}");
        }
        let json: Value = serde_json::from_str(&world.run(&["state", "info", "--json"]).stdout).unwrap();
        assert_eq!(json["services"]["jira"]["address"], json!(world.jira.base_url()));
        world.reconfigure(&world.jira.base_url(), "https://jira.example.com");
        for args in [&["status"][..], &["state", "info"], &["why", "OPS-1"]] {
            let outcome = world.run(args);
            assert_eq!(outcome.code, 0, "{outcome}");
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(told.contains("jira.example.com") && told.contains(&world.jira.base_url()), "{args:?}: {outcome}");
        }
        assert!(world.guance.recorded().is_empty() && world.jira.recorded().is_empty());
    });
}

#[test]
fn a_run_under_way_is_not_disturbed_by_a_rebind() {
    let world = World::new(Flavour::Cloud);
    lived_in(&world);
    let _lock = guajira::state::RunLock::take(&world.path("guajira.db")).unwrap().unwrap();
    let outcome = world.run(&["state", "rebind"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("another run"), "{outcome}");
}

#[test]
fn a_copied_state_goes_on_elsewhere() {
    on_both(|mut world| {
        let issues = lived_in(&world);
        let outcome = world.run(&["state", "copy", "guajira.db", "elsewhere.db"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let again = world.run(&["state", "copy", "guajira.db", "elsewhere.db"]);
        assert_eq!(again.code, 2, "{again}");
        assert!(again.stderr.contains("is there already"), "{again}");
        let empty = world.run(&["state", "copy", "sync.toml", "copy-of-something-else.db"]);
        assert_eq!(empty.code, 2, "{empty}");
        assert!(!world.path("copy-of-something-else.db").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(world.path("elsewhere.db")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        world.lose_state();
        world.copy_state("elsewhere.db", "guajira.db");
        let path = world.path("guajira.db").display().to_string();
        world.set("GUAJIRA_SYNC__STATE", &path);
        world.forget_requests();
        world.jira.comment(&world.key_of(&issues[1]), "alice", "after the move");
        world.settle();
        world.assert_agrees();
    });
}
