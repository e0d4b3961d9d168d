//! A service that lists more than a minute's requests can read: nothing waits for it, and it is read to its end.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::guance::{ListShape, Order, PageLimit, Window};

use super::world::{World, on_both};

const MINUTE: Duration = Duration::from_secs(62);

/// So many issues within the last day, two to a page.
fn stormy(world: &mut World, issues: usize) -> Vec<String> {
    world.guance.switch(|switches| switches.page_limit = PageLimit::Clamp(2));
    world.set("GUAJIRA_SYNC__WINDOW", "24h");
    world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
    let open = |n: usize| {
        let issue = world.guance.open_issue(&format!("alarm {n}"), "<p>disk</p>", "P2", "张三");
        let back = TimeDelta::minutes(i64::try_from(20 * n + 15).unwrap());
        world.guance.edit_issue(&issue, "张三", |issue| issue.created -= back);
        issue
    };
    (0..issues).map(open).collect()
}

fn limit(world: &mut World) {
    world.guance.limit(20, 200);
    world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
    world.pass(MINUTE);
}

fn made(world: &World, issues: &[String]) -> usize {
    issues
        .iter()
        .filter(|issue| world.jira.issues().iter().any(|copy| copy.labels.iter().any(|l| l.contains(*issue))))
        .count()
}

fn swept(world: &World) -> i64 {
    world.state().query_row("SELECT swept FROM cursor WHERE side = 'guance'", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_sweep_of_many_pages_delays_nothing_and_comes_to_its_end() {
    for (order, window) in [(Order::NewestFirst, Window::Created), (Order::UpdatedFirst, Window::Updated)] {
        on_both(|mut world| {
            world.guance.switch(|switches| (switches.order, switches.window) = (order, window));
            let issues = stormy(&mut world, 60);
            world.sync();
            assert_eq!(made(&world, &issues), 60);
            // No service is changed sixty times in a second.
            for issue in &issues {
                world.pass(Duration::from_secs(20));
                world.guance.edit_issue(issue, "张三", |_| {});
            }
            // One that the list hid until now.
            let late = world.guance.open_issue("late", "<p>shown late</p>", "P1", "张三");
            world.guance.edit_issue(&late, "张三", |issue| issue.created -= TimeDelta::hours(9));
            world.pass(Duration::from_mins(61));
            limit(&mut world);
            let before = swept(&world);
            let mut minutes = 0;
            while swept(&world) == before - 62_000 * minutes {
                assert!(minutes < 30, "the sweep never ends");
                let new = world.guance.open_issue(&format!("new {minutes}"), "<p>now</p>", "P1", "张三");
                world.jira.comment(&world.key_of(&issues[3]), "alice", format!("comment {minutes}"));
                world.pass(MINUTE);
                minutes += 1;
                let outcome = world.sync();
                assert!(!outcome.stderr.contains("CurrentLimiting"), "{outcome}");
                assert_eq!(made(&world, &[new]), 1, "{outcome}");
                assert_eq!(world.copied_replies(&issues[3]).len(), usize::try_from(minutes).unwrap(), "{outcome}");
            }
            assert!(minutes > 1, "one run read it all: this tests nothing");
            assert_eq!(made(&world, &[late]), 1);
        });
    }
}

#[test]
fn a_wide_first_window_is_read_over_several_runs() {
    for shape in [ListShape::Nested, ListShape::BareWithoutPages] {
        on_both(|mut world| {
            world.guance.switch(|switches| switches.list_shape = shape);
            let rows = if shape == ListShape::Nested { 2 } else { 10 };
            let mut issues = stormy(&mut world, 60);
            world.guance.switch(|switches| switches.page_limit = PageLimit::Clamp(rows));
            world.guance.limit(12, 200);
            world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", if shape == ListShape::Nested { "12" } else { "6" });
            let mut paired = String::new();
            for minute in 0.. {
                assert!(minute < 30, "only {} of {} are made", made(&world, &issues), issues.len());
                let outcome = world.sync();
                assert!(!outcome.stderr.contains("CurrentLimiting"), "{outcome}");
                if made(&world, &issues) == issues.len() && !outcome.stdout.contains("budget") {
                    assert!(minute > 1, "one run read it all: this tests nothing");
                    break;
                }
                if (1..=3).contains(&minute) {
                    // Neither what was opened meanwhile nor what is to be written waits for the end of the list.
                    let told = (made(&world, &issues[issues.len() - 1..]), world.copied_replies(&paired).len());
                    assert_eq!(told, (1, minute), "{outcome}");
                }
                if minute < 3 {
                    if minute == 0 {
                        paired = issues.iter().find(|issue| world.copies_of(issue).len() == 1).unwrap().clone();
                    }
                    issues.push(world.guance.open_issue(&format!("new {minute}"), "<p>now</p>", "P1", "张三"));
                    world.jira.comment(&world.key_of(&paired), "alice", format!("comment {minute}"));
                }
                world.pass(MINUTE);
            }
            world.settle();
            world.assert_agrees();
        });
    }
}

#[test]
fn the_brake_counts_the_issues_of_the_whole_list() {
    on_both(|mut world| {
        let issues = stormy(&mut world, 60);
        world.set("GUAJIRA_SYNC__MAX_CREATES", "30");
        limit(&mut world);
        for _ in 0..12 {
            world.run(&["sync"]);
            world.pass(MINUTE);
        }
        assert!(made(&world, &issues) <= 30, "{}", made(&world, &issues));
        world.run(&["sync", "--release"]);
        assert_eq!(made(&world, &issues), 60);
    });
}

#[test]
fn a_third_run_in_a_row_that_could_read_nothing_is_not_good_and_says_so() {
    on_both(|mut world| {
        let issues = stormy(&mut world, 4);
        world.sync();
        limit(&mut world);
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "1s");
        for run in 1..=5 {
            // Somebody else's requests, as the ledger would show them.
            world
                .state()
                .execute_batch(
                    "INSERT INTO ledger (credential, at) SELECT (SELECT credential FROM ledger LIMIT 1),
                         unixepoch('now') * 1000 FROM (WITH RECURSIVE n(i) AS
                         (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i FROM n)",
                )
                .unwrap();
            let outcome = world.run(&["sync"]);
            let says_so = outcome.stdout.contains(&format!("in {run} runs in a row"));
            assert_eq!((outcome.code == 3, says_so), (run >= 3, run >= 3), "{run} {outcome}");
            world.pass(MINUTE);
        }
        world.pass(MINUTE);
        world.sync();
        assert_eq!(made(&world, &issues), 4);
    });
}
