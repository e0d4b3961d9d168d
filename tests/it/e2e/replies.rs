//! How replies are found: Guance has no "replies since", and few requests a minute.

use std::collections::BTreeSet;
use std::time::Duration;

use guajira_fakes::guance::Window;
use serde_json::{Value, json};

use super::world::{World, on_both};

/// After so long none of the requests of a run count any more.
const MINUTE: Duration = Duration::from_secs(62);

/// Pairs with nothing to be said, and a budget that reads only some of their threads in one run.
fn quiet_pairs(world: &mut World, count: usize) -> Vec<String> {
    let open = |n| world.guance.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三");
    let issues = (0..count).map(open).collect();
    world.settle();
    world.pass(Duration::from_mins(2));
    world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "8");
    world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
    issues
}

/// The issues whose threads a run read, in order.
fn read_in_a_run(world: &World) -> Vec<String> {
    world.forget_requests();
    world.sync();
    let paths = world.guance.recorded().into_iter().map(|request| request.path);
    let issue = |path: String| Some(path.strip_suffix("/list")?.strip_prefix("/api/v1/issue/reply/")?.to_owned());
    paths.filter_map(issue).collect()
}

#[test]
fn what_looks_changed_is_read_first() {
    on_both(|mut world| {
        world.guance.switch(|guance| (guance.window, guance.reply_bumps_issue) = (Window::Updated, true));
        let issues = quiet_pairs(&mut world, 12);
        // Everything's turn has come; one says that it changed.
        world.pass(Duration::from_mins(10));
        world.guance.reply(&issues[9], "李四", "<p>here I am</p>");
        let read = read_in_a_run(&world);
        assert_eq!(read.first(), Some(&issues[9]), "{read:?}");
        assert!(read.len() < issues.len(), "the budget is small: {read:?}");
        assert_eq!(world.copied_comments(&world.key_of(&issues[9])).len(), 1, "within the minute");
    });
}

#[test]
fn the_rest_comes_in_turn_within_what_the_budget_leaves() {
    on_both(|mut world| {
        let issues = quiet_pairs(&mut world, 12);
        for issue in &issues {
            world.guance.reply(issue, "李四", "<p>who knows</p>");
            // A row of the change log is nobody's words.
            world.guance.set_status(issue, 15, "李四");
        }
        world.pass(Duration::from_mins(6));
        let mut read = BTreeSet::new();
        for _ in 0..3 {
            let now = read_in_a_run(&world);
            assert!(now.len() == 4, "what a minute leaves is used: {now:?}");
            assert!(now.iter().all(|issue| !read.contains(issue)), "each in its turn: {now:?} after {read:?}");
            read.extend(now);
            world.pass(Duration::from_secs(61));
        }
        assert_eq!(read.len(), issues.len(), "all of them within three runs");
        world.unset("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE");
        world.settle();
        for issue in &issues {
            assert_eq!(world.copied_comments(&world.key_of(issue)).len(), 1);
        }
        let told = world.run(&["status"]).stdout;
        assert!(told.contains("reading replies of 12 issues active in the last hour: every minute"), "{told}");
        // Somebody changed the issues at the same time: that says nothing of whether a reply does.
        assert!(told.contains("not known yet whether Guance's list tells of them"), "{told}");
        let spent = told.lines().find(|line| line.starts_with("budget")).unwrap_or_default();
        assert!(spent.contains("for lists") && spent.contains("for threads"), "{told}");
        let told = world.run(&["--lang", "zh", "status"]).stdout;
        assert!(told.contains("最近一小时向观测云发出"), "{told}");
    });
}

/// A Guance whose list tells of replies, three issues in it, and a state that knows it.
pub(super) fn told_of_replies(world: &World) -> Vec<String> {
    world.guance.switch(|guance| (guance.window, guance.reply_bumps_issue) = (Window::Updated, true));
    let open = |n| world.guance.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三");
    let issues: Vec<String> = (0..3).map(open).collect();
    world.sync();
    // Those that were opened lately are listed anyway.
    world.pass(Duration::from_mins(20));
    world.guance.open_issue("a newer one", "<p>x</p>", "P1", "张三");
    world.sync();
    for issue in &issues {
        world.pass(MINUTE);
        world.guance.reply(issue, "李四", "<p>here I am</p>");
        world.sync();
    }
    assert_eq!(tells(world), json!(true));
    world.settle();
    issues
}

/// What the state believes.
fn tells(world: &World) -> Value {
    let told: Value = serde_json::from_str(&world.run(&["status", "--json"]).stdout).unwrap();
    told["list_tells_replies"].clone()
}

/// Somebody replies, and a minute later a run begins; returns how many requests it made, and whether the reply has arrived.
fn answered(world: &World, issue: &str) -> (usize, bool) {
    let before = world.copied_comments(&world.key_of(issue)).len();
    world.guance.reply(issue, "李四", "<p>and now?</p>");
    world.pass(MINUTE);
    world.forget_requests();
    world.sync();
    let limited = world.guance.recorded().iter().filter(|r| r.answer.to_string().contains("Limiting")).count();
    assert_eq!(limited, 0);
    (world.guance.recorded().len(), world.copied_comments(&world.key_of(issue)).len() > before)
}

#[test]
fn where_nothing_tells_of_replies_fifteen_pairs_wait_a_minute() {
    on_both(|mut world| {
        let issues = quiet_pairs(&mut world, 15);
        world.guance.limit(20, 200);
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
        world.pass(Duration::from_mins(2));
        for issue in [&issues[3], &issues[14], &issues[3], &issues[0]] {
            let (requests, arrived) = answered(&world, issue);
            assert!(arrived && requests <= 17, "{requests} requests");
        }
        assert_eq!(tells(&world), json!(false));
    });
}

#[test]
fn requests_that_nothing_fresh_needs_go_to_old_threads() {
    on_both(|mut world| {
        let issues = quiet_pairs(&mut world, 4);
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
        world.pass(Duration::from_hours(5 * 24));
        world.sync();
        world.pass(MINUTE);
        let (requests, arrived) = answered(&world, &issues[2]);
        assert!(arrived && requests <= 6, "{requests} requests");
    });
}

#[test]
fn where_the_list_tells_of_replies_a_reply_costs_one_thread_and_a_change_of_that_is_noticed() {
    on_both(|world| {
        let issues = told_of_replies(&world);
        for issue in [&issues[2], &issues[0]] {
            assert_eq!(answered(&world, issue), (2, true), "the list, and the thread");
        }
        // The service does otherwise from now on.
        world.guance.switch(|guance| guance.reply_bumps_issue = false);
        let mut minutes = 1;
        let (_, mut arrived) = answered(&world, &issues[1]);
        while !arrived {
            world.pass(MINUTE);
            world.sync();
            minutes += 1;
            arrived = world.copied_comments(&world.key_of(&issues[1])).len() == 2;
            assert!(minutes <= 31, "the look that asks whether the list still tells");
        }
        assert!(minutes > 1, "nothing tells of it");
        assert_eq!(tells(&world), json!(false));
        assert_eq!(answered(&world, &issues[1]), (5, true), "from now on every thread is read");
    });
}
