//! What other programs are told of a run: the textfile as Prometheus reads it, and what a heartbeat service took.
#![allow(clippy::float_cmp, reason = "what is compared is counted, or written as it is read")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use guajira_fakes::heartbeat::{CHECK, FakeHeartbeat, Unknown};
use guajira_fakes::jira::Flavour;
use guajira_fakes::server::{Fault, Times, What};

use super::copies::three_issues;
use super::world::{Outcome, World};
use crate::exposition::samples;

/// A world with a textfile, and with a heartbeat where there is one.
fn world(heartbeat: Option<&FakeHeartbeat>) -> World {
    let mut world = World::new(Flavour::Server);
    let mut section = "\n[signals]\ntextfile = \"metrics/guajira.prom\"\n".to_owned();
    if let Some(heartbeat) = heartbeat {
        world.set("HEARTBEAT_URL", &heartbeat.address());
        section += "heartbeat = { env = \"HEARTBEAT_URL\" }\n";
    }
    let text = fs::read_to_string(world.path("sync.toml")).unwrap();
    world.write("sync.toml", &(text + &section));
    fs::create_dir(world.path("metrics")).unwrap();
    world
}

/// Runs, and looks that nothing of the address is shown, however much is logged.
fn run(world: &World, args: &[&str]) -> Outcome {
    let outcome = world.run(args);
    let all = format!("{} {}", outcome.stdout, outcome.stderr);
    assert!(!all.contains(CHECK) && !all.contains(&CHECK[..13]), "{outcome}");
    outcome
}

fn metrics(world: &World) -> BTreeMap<String, f64> {
    samples(&fs::read_to_string(world.path("metrics/guajira.prom")).unwrap()).unwrap()
}

fn value(world: &World, name: &str, labels: &str) -> f64 {
    let labels = if labels.is_empty() { String::new() } else { format!(",{labels}") };
    let key = format!("{name}{{source=\"guance\"{labels}}}");
    let all = metrics(world);
    *all.get(&key).unwrap_or_else(|| panic!("no {key} in {all:#?}"))
}

fn pings(heartbeat: &FakeHeartbeat) -> Vec<String> {
    heartbeat.take_pings().into_iter().map(|ping| ping.what).collect()
}

#[test]
fn a_run_writes_what_it_did_and_the_next_one_adds_to_it() {
    let world = world(None);
    three_issues(&world);
    world.sync();
    assert_eq!(value(&world, "guajira_run_exit_code", ""), 0.0);
    assert_eq!(value(&world, "guajira_writes_total", "kind=\"issue_created\""), 3.0);
    assert_eq!(value(&world, "guajira_pairs", ""), 3.0);
    assert_eq!(value(&world, "guajira_items", "state=\"dead\""), 0.0);
    assert_eq!(value(&world, "guajira_side_up", "side=\"jira\""), 1.0);
    assert_eq!(value(&world, "guajira_runs_total", "outcome=\"done\""), 1.0);
    assert!(value(&world, "guajira_cursor_timestamp_seconds", "side=\"source\"") > 1.7e9);
    assert!(value(&world, "guajira_source_requests_last_hour", "purpose=\"list\"") >= 1.0);
    let success = value(&world, "guajira_last_success_timestamp_seconds", "");
    assert!(success >= value(&world, "guajira_run_last_start_timestamp_seconds", ""));
    world.sync();
    assert_eq!(value(&world, "guajira_runs_total", "outcome=\"done\""), 2.0);
    assert_eq!(value(&world, "guajira_writes_total", "kind=\"issue_created\""), 3.0);
    assert!(value(&world, "guajira_last_success_timestamp_seconds", "") > success);
    let left: Vec<_> = fs::read_dir(world.path("metrics")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let mode = fs::metadata(world.path("metrics/guajira.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "node_exporter is another user");
}

#[test]
fn a_failed_run_writes_too_and_keeps_the_time_of_the_last_good_one() {
    let world = world(None);
    three_issues(&world);
    world.sync();
    let success = value(&world, "guajira_last_success_timestamp_seconds", "");
    world.jira.fail(Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always));
    assert_eq!(run(&world, &["sync"]).code, 4);
    assert_eq!(value(&world, "guajira_run_exit_code", ""), 4.0);
    assert_eq!(value(&world, "guajira_side_up", "side=\"jira\""), 0.0);
    assert_eq!(value(&world, "guajira_side_up", "side=\"source\""), 1.0);
    assert_eq!(value(&world, "guajira_runs_total", "outcome=\"side_failed\""), 1.0);
    assert_eq!(value(&world, "guajira_last_success_timestamp_seconds", ""), success);
    assert_eq!(value(&world, "guajira_pairs", ""), 3.0);

    // The file was lost: the state knows of the last good run.
    fs::remove_file(world.path("metrics/guajira.prom")).unwrap();
    assert_eq!(run(&world, &["sync"]).code, 4);
    assert!((value(&world, "guajira_last_success_timestamp_seconds", "") - success).abs() < 1.0);

    // The state cannot be opened: what is known from before stays.
    world.jira.clear_faults();
    fs::write(world.path("guajira.db"), "no state file at all, but long enough to be looked at").unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(world.path(&format!("guajira.db{end}")));
    }
    assert_eq!(run(&world, &["sync"]).code, 2);
    assert_eq!(value(&world, "guajira_run_exit_code", ""), 2.0);
    assert_eq!(value(&world, "guajira_pairs", ""), 3.0);
    assert!((value(&world, "guajira_last_success_timestamp_seconds", "") - success).abs() < 1.0);
}

#[test]
fn a_missing_secret_is_told_too() {
    let heartbeat = FakeHeartbeat::start();
    let world = world(Some(&heartbeat));
    world.reconfigure("\"guance-test-key\"", "{ env = \"NOT_SET\" }");
    assert_eq!(run(&world, &["sync"]).code, 2);
    assert_eq!(value(&world, "guajira_run_exit_code", ""), 2.0);
    let pings = heartbeat.take_pings();
    assert_eq!(pings.len(), 1, "{pings:?}");
    assert!(pings[0].what == "fail" && pings[0].body.contains("NOT_SET"), "{pings:?}");
}

#[test]
fn lines_have_a_label_each_and_a_run_of_one_keeps_the_others() {
    let world = world(None);
    let text = fs::read_to_string(world.path("sync.toml")).unwrap();
    let second = "\n[[source]]\nname = \"piped-in\"\nkind = \"piped\"\n[[source.route]]\nproject = \"OPS\"\n\
                  issue_type = \"Bug\"\n";
    world.write("sync.toml", &(text.clone() + second));
    world.sync();
    let all = metrics(&world);
    assert_eq!(all["guajira_run_exit_code{source=\"piped-in\"}"], 0.0, "{all:#?}");
    assert_eq!(run(&world, &["sync", "--only", "guance"]).code, 0);
    let all = metrics(&world);
    assert_eq!(all["guajira_runs_total{source=\"piped-in\",outcome=\"done\"}"], 1.0, "{all:#?}");
    assert_eq!(all["guajira_runs_total{source=\"guance\",outcome=\"done\"}"], 2.0, "{all:#?}");
    world.write("sync.toml", &text);
    world.sync();
    let all = metrics(&world);
    assert!(all.keys().all(|key| !key.contains("piped-in")), "a line that is gone is told of no more: {all:#?}");
}

#[test]
fn a_textfile_that_cannot_be_written_fails_no_run() {
    let world = world(None);
    fs::remove_dir(world.path("metrics")).unwrap();
    let outcome = run(&world, &["sync"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains("[signals].textfile: "), "{outcome}");
    assert_eq!(run(&world, &["sync", "--dry-run"]).code, 0);
}

#[test]
fn the_heartbeat_hears_of_start_and_end() {
    let heartbeat = FakeHeartbeat::start();
    let world = world(Some(&heartbeat));
    three_issues(&world);
    assert_eq!(run(&world, &["-vv", "sync"]).code, 0);
    let all = heartbeat.take_pings();
    assert_eq!(all.iter().map(|ping| ping.what.as_str()).collect::<Vec<_>>(), ["start", "success"]);
    assert!(all[1].body.contains("3 issues created"), "{all:?}");
    assert_eq!(run(&world, &["sync", "--dry-run"]).code, 0);
    assert!(pings(&heartbeat).is_empty(), "a dry run is no run");

    world.jira.fail(Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always));
    assert_eq!(run(&world, &["sync"]).code, 4);
    assert_eq!(pings(&heartbeat), ["start", "fail"]);
}

#[test]
fn a_heartbeat_that_hangs_holds_up_a_run_no_longer_than_its_bound() {
    let heartbeat = FakeHeartbeat::start();
    let world = world(Some(&heartbeat));
    world.sync();
    let _ = heartbeat.take_pings();
    let hang = What::Delay(Duration::from_secs(40));
    heartbeat.server().fail(Fault::new(hang).times(Times::Always));
    let began = Instant::now();
    let outcome = run(&world, &["sync"]);
    let took = began.elapsed();
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(took < guajira::signals::BOUND + Duration::from_secs(6), "{took:?}: {outcome}");
    assert!(outcome.stderr.contains("[signals].heartbeat was not told of this run"), "{outcome}");
    assert_eq!(value(&world, "guajira_run_exit_code", ""), 0.0);
}

#[test]
fn a_heartbeat_that_refuses_fails_no_run() {
    let heartbeat = FakeHeartbeat::start();
    let mut world = world(Some(&heartbeat));
    let quietly_fails = |world: &World| {
        let outcome = run(world, &["-vv", "sync"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.contains("[signals].heartbeat was not told of this run"), "{outcome}");
    };
    let words = format!("no such path: /ping/{CHECK}");
    heartbeat.server().fail(Fault::new(What::Status(500, words, Vec::new())).times(Times::Always));
    quietly_fails(&world);
    assert_eq!(heartbeat.recorded().len(), 2, "one try each");
    heartbeat.server().clear_faults();
    for answer in [Unknown::Ok, Unknown::Status] {
        heartbeat.remove(answer);
        quietly_fails(&world);
    }
    world.set("HEARTBEAT_URL", &format!("http://127.0.0.1:9/ping/{CHECK}"));
    quietly_fails(&world);
    world.set("HEARTBEAT_URL", &format!("ftp://127.0.0.1/ping/{CHECK}"));
    assert_eq!(run(&world, &["sync"]).code, 2);
}

#[test]
fn another_run_at_work_is_neither_success_nor_failure() {
    let heartbeat = FakeHeartbeat::start();
    let world = world(Some(&heartbeat));
    world.sync();
    let before = fs::read_to_string(world.path("metrics/guajira.prom")).unwrap();
    let _ = heartbeat.take_pings();
    let lock = guajira::state::RunLock::take(&world.path("guajira.db")).unwrap().unwrap();
    assert_eq!(run(&world, &["sync"]).code, 0);
    assert_eq!(pings(&heartbeat), ["log"]);
    assert_eq!(fs::read_to_string(world.path("metrics/guajira.prom")).unwrap(), before, "the file is the other run's");
    drop(lock);
}
