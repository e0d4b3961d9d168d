//! Answers and lists without measure: a run takes so much and no more, says so, and nothing counts as read.

use std::time::{Duration, Instant};

use guajira_fakes::guance::PageLimit;
use guajira_fakes::jira::Draft;
use guajira_fakes::server::{Fault, Times, What, When};

use super::copies::three_issues;
use super::crash::Victim;
use super::world::{Flavour, Outcome, World, on_both};

/// Always this in the place of an answer.
fn instead(body: String) -> Fault {
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    Fault::new(What::Status(200, body, vec![json])).times(Times::Always)
}

/// A page of a search with so many rows of this.
fn rows(count: usize, row: &str) -> String {
    format!("{{\"total\":{count},\"issues\":[{}]}}", vec![row; count].join(","))
}

/// A page of a Guance list with so many rows of this.
fn guance_rows(count: usize, row: &str) -> String {
    format!("{{\"code\":200,\"success\":true,\"errorCode\":\"\",\"content\":[{}]}}", vec![row; count].join(","))
}

/// A run that may have no more than so many MiB of address space.
fn in_little_memory(world: &World, mib: usize) -> Outcome {
    let mut command = world.command("/bin/sh");
    let line = format!("ulimit -v {}; exec \"$0\" sync", mib * 1024);
    command.args(["-c", &line, env!("CARGO_BIN_EXE_guajira")]);
    Outcome::of(command)
}

/// The side failed with these words, quickly, and its cursor stayed where it was; afterwards all is well.
fn is_refused(world: &World, words: &[&str]) {
    let before = world.cursors();
    let start = Instant::now();
    let outcome = in_little_memory(world, 400);
    assert_eq!(outcome.code, 4, "{outcome}");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert!(outcome.stderr.len() + outcome.stdout.len() < 5_000, "{outcome}");
    for word in words.iter().chain(&["hint:"]) {
        assert!(outcome.stderr.contains(word), "{word}: {outcome}");
    }
    let moved = world.cursors().into_iter().zip(before).filter(|(now, then)| now != then).count();
    assert!(moved <= 1, "at most that of the other side: {outcome}");
    world.jira.clear_faults();
    world.guance.clear_faults();
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_million_odd_records_cost_little_and_are_not_taken() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "said meanwhile");
        world.guance.open_issue("opened meanwhile", "<p>x</p>", "P1", "张三");
        world.jira.fail(instead(rows(1_200_000, "{}")).path_contains("/search"));
        is_refused(&world, &["cannot sync jira", "the answer holds more than 1000000 values"]);

        world.guance.open_issue("opened again", "<p>x</p>", "P1", "张三");
        world.guance.fail(instead(guance_rows(1_200_000, "{}")).path_contains("/issue/list"));
        is_refused(&world, &["cannot sync guance", "the answer holds more than 1000000 values"]);
    });
}

#[test]
fn more_rows_than_any_page_has_are_not_taken() {
    on_both(|world| {
        three_issues(&world);
        world.settle();
        world.jira.fail(instead(rows(20_000, "{\"id\":\"1\"}")).path_contains("/search"));
        is_refused(&world, &["cannot sync jira", "20000 rows in one answer, and at most 10000"]);
        world.guance.fail(instead(guance_rows(20_000, "{\"uuid\":\"issue_1\"}")).path_contains("/issue/list"));
        is_refused(&world, &["cannot sync guance", "20000 rows in one answer, and at most 10000"]);
    });
}

#[test]
fn what_is_nested_without_end_is_an_ordinary_error() {
    on_both(|world| {
        three_issues(&world);
        world.settle();
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        world.jira.fail(instead(deep.clone()).path_contains("/search"));
        is_refused(&world, &["cannot sync jira", "nested deeper than 127 levels"]);
        world.guance.fail(instead(deep).path_contains("/issue/list"));
        is_refused(&world, &["cannot sync guance", "nested deeper than 127 levels"]);
    });
}

#[test]
fn of_many_odd_records_a_few_are_told_and_the_rest_is_counted() {
    on_both(|world| {
        three_issues(&world);
        world.settle();
        let (jira, guance) = (instead(rows(5_000, "{}")), instead(guance_rows(5_000, "{\"uuid\":\"a b\"}")));
        world.jira.fail(jira.path_contains("/search"));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert_eq!(outcome.stderr.matches("Record not understood").count(), 21, "{outcome}");
        assert!(outcome.stderr.contains("count=4980"), "{outcome}");
        assert_eq!(outcome.stdout.matches("\n  failed: a record of jira").count(), 20, "{outcome}");
        assert!(outcome.stdout.contains("5000 failed") && outcome.stdout.contains("failed: 4980 more"), "{outcome}");
        world.jira.clear_faults();
        world.guance.fail(guance.path_contains("/issue/list"));
        let outcome = world.run(&["sync"]);
        assert!(outcome.stdout.lines().count() < 40 && outcome.stderr.lines().count() < 40, "{outcome}");
        world.guance.clear_faults();
        world.settle();
    });
}

#[test]
fn a_list_that_takes_longer_than_the_run_ends_with_it_and_counts_as_unread() {
    on_both(|mut world| {
        let issues = three_issues(&world);
        world.settle();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "said meanwhile");
        for n in 0..24 {
            world.jira.create_issue("OPS", "alice", Draft::new(&format!("issue {n}")));
        }
        world.jira.switch(|switches| switches.page_cap = Some(2));
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "1s");
        world
            .jira
            .fail(Fault::new(What::Delay(Duration::from_millis(150))).path_contains("/search").times(Times::Always));
        let before = world.cursors();
        let start = Instant::now();
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 4, "{outcome}");
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert!(outcome.stderr.contains("the run's time was over after"), "{outcome}");
        assert!(outcome.stderr.contains("hint: raise [sync].max_runtime"), "{outcome}");
        let of_jira = |cursors: Vec<(String, i64)>| cursors.into_iter().find(|(side, _)| side == "jira");
        assert_eq!(of_jira(world.cursors()), of_jira(before));
        let backfill = world.run(&["sync", "--since", "2h"]);
        assert_eq!(backfill.code, 0, "a backfill has the time it takes: {backfill}");
        assert_eq!(world.copied_replies(&issues[0]).len(), 1, "{backfill}");
        world.jira.clear_faults();
        world.unset("GUAJIRA_SYNC__MAX_RUNTIME");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn asked_to_stop_between_two_pages_it_stops() {
    let world = World::new(Flavour::Cloud);
    for n in 0..60 {
        world.guance.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三");
    }
    world.sync();
    world.guance.switch(|switches| switches.page_limit = PageLimit::Clamp(10));
    world.forget_requests();
    let victim = Victim::default();
    let killer = victim.clone();
    world.guance.hook_read(2, When::Before, Box::new(move || killer.signal("-TERM")));
    let outcome = victim.run(&world, &["sync"]);
    assert_eq!(outcome.code, 5, "{outcome}");
    let lists = world.guance.recorded().iter().filter(|request| request.path.ends_with("/issue/list")).count();
    assert_eq!(lists, 2, "{outcome}");
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_thread_without_measure_stops_no_other() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.jira.switch(|switches| switches.inline_comments = 2);
        world.settle();
        for issue in &issues {
            world.guance.reply(issue, "李四", "<p>a reply</p>");
            for n in 0..3 {
                world.jira.comment(&world.key_of(issue), "alice", format!("comment {n}"));
            }
        }
        let endless = instead(guance_rows(20_000, "{\"uuid\":\"repim_1\"}"));
        world.guance.fail(endless.path_contains(&format!("/issue/reply/{}/list", issues[0])));
        let copy = world.copy_of(&issues[1]);
        let row = "{\"id\":\"1\"}";
        let endless = instead(format!("{{\"total\":30000,\"comments\":[{}]}}", vec![row; 20_000].join(",")));
        world.jira.fail(endless.path_contains(&format!("/issue/{}/comment", copy.id)).method("GET"));
        world.pass(Duration::from_mins(6));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert!(outcome.stdout.contains("20000 rows in one answer"), "{outcome}");
        assert_eq!(world.copied_comments(&world.key_of(&issues[2])).len(), 1, "{outcome}");
        assert_eq!([0, 2].map(|n| world.copied_replies(&issues[n]).len()), [3, 3], "{outcome}");
        // The next runs do not stop at it either.
        world.guance.reply(&issues[2], "李四", "<p>another reply</p>");
        for issue in &issues {
            world.jira.comment(&world.key_of(issue), "alice", "another comment");
        }
        world.pass(Duration::from_mins(6));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert_eq!(world.copied_comments(&world.key_of(&issues[2])).len(), 2, "{outcome}");
        assert_eq!([0, 2].map(|n| world.copied_replies(&issues[n]).len()), [3, 4], "{outcome}");
        world.guance.clear_faults();
        world.jira.clear_faults();
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "said meanwhile");
        world.guance.open_issue("opened meanwhile", "<p>x</p>", "P1", "张三");
        world.jira.fail(instead(rows(1_200_000, "{}")).path_contains("/search").times(Times::Once));
        let list = instead(guance_rows(1_200_000, "{}")).path_contains("/issue/list").times(Times::Once);
        world.guance.fail(list);
        world.sync();
        world.sync();
        world.assert_agrees();
    });
}
