//! Requests are scarce: an idle run costs three, and the limits of a minute are kept over many runs.

use std::time::Duration;

use guajira_fakes::server::Recorded;

use super::copies::three_issues;
use super::replies::told_of_replies;
use super::world::{World, on_both};

/// Runs that have nothing to do, a minute apart; returns which requests each made to Guance.
fn idle_runs(world: &World, count: usize) -> Vec<Vec<String>> {
    let run = |_| {
        world.pass(Duration::from_mins(1));
        world.forget_requests();
        let outcome = world.sync();
        let paths = |requests: Vec<Recorded>| requests.into_iter().map(|r| r.path).collect::<Vec<_>>();
        let (guance, jira) = (paths(world.guance.recorded()), paths(world.jira.recorded()));
        assert!(jira.len() <= 2, "{jira:?} {outcome}");
        assert!(outcome.stdout.starts_with("nothing to do\n"), "{outcome}");
        guance
    };
    (0..count).map(run).collect()
}

#[test]
fn an_idle_run_costs_one_guance_request_and_two_of_jira() {
    on_both(|world| {
        world.sync();
        for guance in idle_runs(&world, 3) {
            assert_eq!(guance, ["/api/v1/issue/list"], "nothing is there");
        }
        let issues = told_of_replies(&world);
        world.jira.comment(&world.key_of(&issues[0]), "alice", "once");
        world.settle();
        for guance in idle_runs(&world, 3) {
            assert_eq!(guance, ["/api/v1/issue/list"], "the list tells of replies");
        }
    });
}

#[test]
fn where_nothing_tells_of_replies_an_idle_run_reads_threads() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "once");
        world.settle();
        for guance in idle_runs(&world, 3) {
            let threads = guance.iter().filter(|path| path.starts_with("/api/v1/issue/reply/")).count();
            assert_eq!((threads, guance.len()), (3, 4), "{guance:?}");
        }
    });
}

/// How many runs it takes, a minute apart, until so many comments have arrived. Each must end well.
fn minutes_for(world: &World, issue: &str, comments: usize) -> usize {
    for minute in 1..40 {
        let outcome = world.sync();
        assert!(!outcome.stderr.contains("CurrentLimiting"), "{outcome}");
        if world.copied_replies(issue).len() == comments {
            return minute;
        }
        assert!(outcome.stdout.contains("pending") && outcome.stdout.contains("budget"), "{outcome}");
        world.pass(Duration::from_secs(62));
    }
    panic!("never done");
}

fn limited(world: &mut World) {
    world.guance.limit(20, 200);
    world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
    // A poll may wait for a slot as long as a run lasts; nobody wants to wait here.
    world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
}

#[test]
fn runs_together_keep_the_limit_of_a_key_and_two_keys_double_the_pace() {
    on_both(|mut world| {
        let issues = three_issues(&world);
        world.settle();
        world.pass(Duration::from_mins(2));
        limited(&mut world);
        let key = world.key_of(&issues[0]);
        let mut total = 0;
        let mut took = Vec::new();
        for keys in ["guance-test-key", "guance-test-key,guance-test-key-2"] {
            world.set("GUAJIRA_GUANCE__API_KEY", keys);
            for n in 0..60 {
                world.jira.comment(&key, "alice", format!("with {keys} {n}").replace("guance-test-key", "a key"));
            }
            total += 60;
            took.push(minutes_for(&world, &issues[0], total));
            world.pass(Duration::from_mins(2));
        }
        let limits = world.guance.recorded().iter().filter(|r| r.answer.to_string().contains("Limiting")).count();
        assert_eq!(limits, 0);
        assert!(took[0] <= 5 && took[1] * 2 <= took[0] + 1, "{took:?} minutes");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn runs_a_second_apart_keep_the_limit_too() {
    on_both(|mut world| {
        let issues = three_issues(&world);
        world.settle();
        world.pass(Duration::from_mins(2));
        limited(&mut world);
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "1s");
        let key = world.key_of(&issues[0]);
        for n in 0..30 {
            world.jira.comment(&key, "alice", format!("comment {n}"));
        }
        for _ in 0..12 {
            let outcome = world.sync();
            assert!(!outcome.stderr.contains("CurrentLimiting"), "{outcome}");
            world.pass(Duration::from_secs(1));
        }
        world.pass(Duration::from_secs(62));
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_limit_that_others_used_up_is_waited_out() {
    on_both(|mut world| {
        let issues = three_issues(&world);
        world.settle();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "patience");
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "1s");
        world.guance.limit(1, 1);
        let before = world.cursors();
        for _ in 0..3 {
            let outcome = world.run(&["sync"]);
            assert!([0, 4].contains(&outcome.code), "{outcome}");
        }
        let guance = |cursors: Vec<(String, i64)>| cursors[0].1;
        assert!(guance(world.cursors()) >= guance(before));
        world.guance.limit(100_000, 100_000);
        world.pass(Duration::from_mins(2));
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_busy_jira_is_left_alone_and_nothing_is_lost() {
    on_both(|world| {
        let issues = three_issues(&world);
        let too_many = guajira_fakes::server::What::Status(
            429,
            "Rate limit exceeded.".to_owned(),
            vec![("Retry-After".to_owned(), "1800".to_owned())],
        );
        let fault = guajira_fakes::server::Fault::new(too_many).times(guajira_fakes::server::Times::Always);
        world.jira.fail(fault);
        let outcome = world.run(&["sync"]);
        assert_eq!((outcome.code, world.cursors()), (4, vec![]), "{outcome}");
        world.jira.clear_faults();
        world.pass(Duration::from_mins(31));
        world.settle();
        world.assert_agrees();
        assert_eq!(issues.len(), 3);
    });
}

#[test]
fn the_limit_of_a_workspace_is_that_of_all_keys_together() {
    on_both(|mut world| {
        let issues = three_issues(&world);
        world.settle();
        world.pass(Duration::from_mins(2));
        // A private deployment: much for a key, little for all.
        world.guance.limit(500, 30);
        world.set("GUAJIRA_GUANCE__API_KEY", "guance-test-key,guance-test-key-2");
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "500");
        world.set("GUAJIRA_GUANCE__WORKSPACE_REQUESTS_PER_MINUTE", "30");
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
        let key = world.key_of(&issues[0]);
        for n in 0..60 {
            world.jira.comment(&key, "alice", format!("comment {n}"));
        }
        let minutes = minutes_for(&world, &issues[0], 60);
        assert!((3..=4).contains(&minutes), "{minutes} minutes");
        let limits = world.guance.recorded().iter().filter(|r| r.answer.to_string().contains("Limiting")).count();
        assert_eq!(limits, 0);
        world.pass(Duration::from_mins(2));
        world.guance.limit(500, 500);
        world.set("GUAJIRA_GUANCE__WORKSPACE_REQUESTS_PER_MINUTE", "500");
        for n in 0..250 {
            world.jira.comment(&key, "alice", format!("again {n}"));
        }
        world.sync();
        assert_eq!(world.copied_replies(&issues[0]).len(), 310, "more than 200 a minute");
    });
}
