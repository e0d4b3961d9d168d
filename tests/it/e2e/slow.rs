//! A Jira that needs long to create an issue, and goes on when nobody listens any more, makes none twice.

use std::time::Duration;

use guajira_fakes::server::{Fault, What};

use super::crash::Victim;
use super::world::{World, on_both};

/// How many issues guajira's account made, and of how many originals.
fn made(world: &World) -> (usize, usize) {
    let issues = world.jira.issues();
    let mut labels: Vec<&String> =
        issues.iter().flat_map(|issue| &issue.labels).filter(|label| label.starts_with("issue_")).collect();
    labels.sort();
    labels.dedup();
    (issues.len(), labels.len())
}

fn open(world: &World, count: usize) {
    for n in 0..count {
        world.guance.open_issue(&format!("number {n}"), "<p>one of many</p>", "P1", "张三");
    }
}

/// Lets whatever is under way on Jira come to an end, and runs until all is done.
fn finish(world: &World, count: usize) {
    std::thread::sleep(Duration::from_secs(3));
    world.jira.switch(|switches| switches.create_takes = Duration::ZERO);
    world.pass(Duration::from_mins(2));
    world.settle();
    assert_eq!(made(world), (count, count));
    world.assert_agrees();
}

#[test]
fn fifty_issues_at_a_third_of_a_second_each_are_made_once() {
    on_both(|world| {
        world.reconfigure("timeout = \"10s\"\n\n[jira.auth]", "timeout = \"2s\"\n\n[jira.auth]");
        world.jira.switch(|switches| switches.create_takes = Duration::from_millis(300));
        open(&world, 50);
        let first = world.run(&["sync"]);
        let second = world.run(&["sync"]);
        let (issues, originals) = made(&world);
        assert_eq!(issues, originals, "{first}\n{second}");
        assert_eq!((first.code, issues), (0, 50), "none outlasts the time-out: {first}");
        finish(&world, 50);
    });
}

/// It was fast, and is slow all at once: a batch outlasts the time-out, and takes effect long after.
#[test]
fn a_jira_that_becomes_slow_all_at_once_makes_none_twice() {
    on_both(|world| {
        world.reconfigure("timeout = \"10s\"\n\n[jira.auth]", "timeout = \"1s\"\n\n[jira.auth]");
        open(&world, 16);
        world.settle();
        assert_eq!(made(&world).0, 16);
        world.jira.switch(|switches| switches.create_takes = Duration::from_millis(300));
        open(&world, 12);
        world.pass(Duration::from_mins(2));
        let mut told = vec![world.run(&["sync"])];
        assert!(told[0].stdout.contains("in doubt"), "the test is about a batch without an answer: {}", told[0]);
        for _ in 0..4 {
            told.push(world.run(&["sync"]));
            let (issues, originals) = made(&world);
            assert_eq!(issues, originals, "{told:?}");
        }
        finish(&world, 28);
    });
}

/// Not even one issue is made within the time-out.
#[test]
fn one_issue_that_outlasts_the_time_out_is_made_once() {
    on_both(|world| {
        world.reconfigure("timeout = \"10s\"\n\n[jira.auth]", "timeout = \"1s\"\n\n[jira.auth]");
        world.jira.switch(|switches| switches.create_takes = Duration::from_millis(1800));
        open(&world, 2);
        let told: Vec<_> = (0..5).map(|_| world.run(&["sync"])).collect();
        assert_eq!(made(&world), (2, 2), "{told:?}");
        finish(&world, 2);
    });
}

/// The program is killed while Jira is at work on a batch; a proxy drops the connection while it is.
#[test]
fn a_batch_that_nobody_waits_for_is_not_sent_again_while_it_takes_effect() {
    on_both(|world| {
        world.jira.switch(|switches| switches.create_takes = Duration::from_millis(400));
        open(&world, 20);
        let victim = Victim::default();
        let killer = victim.clone();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(3500));
                killer.signal("-KILL");
            });
            victim.run(&world, &["sync"]);
        });
        let told: Vec<_> = (0..3).map(|_| world.run(&["sync"])).collect();
        let (issues, originals) = made(&world);
        assert_eq!(issues, originals, "{told:?}");
        world.pass(Duration::from_mins(2));
        world.run(&["sync"]);
        finish(&world, 20);
    });
}

/// A lost answer alone delays nothing for long.
#[test]
fn a_create_that_never_arrived_is_made_by_the_next_runs() {
    on_both(|world| {
        open(&world, 1);
        world.settle();
        open(&world, 3);
        world.jira.fail(Fault::new(What::DropBefore).body_contains("issueUpdates"));
        world.pass(Duration::from_mins(2));
        let told: Vec<_> = (0..2)
            .map(|_| {
                let outcome = world.run(&["sync"]);
                world.pass(Duration::from_mins(1));
                outcome
            })
            .collect();
        assert_eq!(made(&world), (4, 4), "{told:?}");
        world.settle();
        world.assert_agrees();
    });
}
