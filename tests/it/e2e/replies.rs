//! How replies are found: Guance has no "replies since", and few requests a minute.

use std::time::Duration;

use guajira_fakes::guance::Window;

use super::world::{World, on_both};

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
        let mut read = Vec::new();
        while read.len() < issues.len() {
            let now = read_in_a_run(&world);
            assert!(!now.is_empty() && now.len() <= 5, "{now:?}");
            assert!(now.iter().all(|issue| !read.contains(issue)), "each in its turn: {now:?} after {read:?}");
            read.extend(now);
            world.pass(Duration::from_secs(61));
        }
        world.unset("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE");
        world.settle();
        for issue in &issues {
            assert_eq!(world.copied_comments(&world.key_of(issue)).len(), 1);
        }
        let told = world.run(&["status"]).stdout;
        assert!(told.contains("reading replies of 12 issues active in the last hour: every 5 minutes"), "{told}");
    });
}
