//! A thread of more pages than a minute's requests: it travels, and it does not make the others wait.

use std::time::Duration;

use guajira_fakes::guance::PageLimit;

use super::world::{World, on_both};

const MINUTE: Duration = Duration::from_secs(62);

/// A pair whose thread has so many replies, three to a page, and then so many with one reply each. Threads that were read
/// at the same time come in the order of their ids.
fn long_thread(world: &mut World, replies: usize, others: usize) -> Vec<String> {
    let open = |n: usize| world.guance.open_issue(&format!("alarm {n}"), "<p>disk</p>", "P1", "张三");
    let mut issues: Vec<String> = (0..=others).map(open).collect();
    issues.sort();
    world.sync();
    world.settle();
    // Long threads go first in every fourth run: that is not to be the second from now.
    while (runs(world) + 2) % 4 == 0 {
        world.pass(Duration::from_mins(6));
        world.sync();
    }
    world.guance.switch(|switches| switches.page_limit = PageLimit::Clamp(3));
    for n in 0..replies {
        world.guance.reply(&issues[0], "李四", &format!("<p>still full, {n}</p>"));
        if n % 3 == 0 {
            world.pass(Duration::from_secs(30));
        }
    }
    for issue in &issues[1..] {
        world.guance.reply(issue, "李四", "<p>the only one</p>");
    }
    world.guance.limit(20, 200);
    world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
    world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
    world.pass(Duration::from_mins(6));
    issues
}

fn runs(world: &World) -> i64 {
    world.state().query_row("SELECT max(id) FROM run", [], |row| row.get(0)).unwrap()
}

fn copied(world: &World, issue: &str) -> usize {
    world.copied_comments(&world.key_of(issue)).len()
}

/// Runs a minute apart until it holds; returns how many minutes that took.
fn minutes_until(world: &World, most: usize, what: &str, holds: impl Fn() -> bool) -> usize {
    for minute in 1..=most {
        let outcome = world.run(&["sync"]);
        assert!(!outcome.stderr.contains("CurrentLimiting"), "{outcome}");
        if holds() {
            return minute;
        }
        world.pass(MINUTE);
    }
    panic!("not within {most} minutes: {what}\n{}", world.run(&["status"]));
}

#[test]
fn a_thread_of_many_pages_arrives_and_the_others_before_it() {
    on_both(|mut world| {
        let issues = long_thread(&mut world, 90, 12);
        // It may take the most of a minute's requests, not all, while nobody knows how long it is;
        let short = || issues[1..].iter().filter(|issue| copied(&world, issue) == 1).count();
        minutes_until(&world, 1, "some of the short threads", || short() >= 3);
        // and then it goes behind the others, when the time of all of them has come.
        world.pass(Duration::from_mins(6));
        minutes_until(&world, 1, "all of the short threads", || short() == 12);
        world.pass(MINUTE);
        minutes_until(&world, 12, "the long thread", || copied(&world, &issues[0]) == 90);

        // What is new in it costs a page or two.
        world.pass(Duration::from_mins(10));
        world.guance.reply(&issues[0], "李四", "<p>and now</p>");
        world.forget_requests();
        minutes_until(&world, 4, "a new reply", || copied(&world, &issues[0]) == 91);
        let pages = world.guance.recorded().iter().filter(|request| request.path.contains(&issues[0])).count();
        assert!(pages <= 8, "{pages} pages read for one reply");
        world.guance.limit(100_000, 100_000);
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "200");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn after_a_lost_state_comments_wait_for_the_whole_thread_and_no_longer() {
    on_both(|mut world| {
        let issues = long_thread(&mut world, 60, 3);
        let comment = |n: usize, text: &str| world.jira.comment(&world.key_of(&issues[n]), "alice", text.to_owned());
        comment(0, "before the loss");
        minutes_until(&world, 12, "the long thread", || copied(&world, &issues[0]) == 60);
        minutes_until(&world, 4, "a comment", || world.copied_replies(&issues[0]).len() == 1);
        world.lose_state();
        for n in 0..4 {
            comment(n, "after the loss");
        }
        world.pass(MINUTE);
        minutes_until(&world, 3, "comments on short threads", || {
            issues[1..].iter().all(|issue| world.copied_replies(issue).len() == 1)
        });
        minutes_until(&world, 12, "the comment on the long one", || world.copied_replies(&issues[0]).len() == 2);
        world.guance.limit(100_000, 100_000);
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "200");
        world.settle();
        assert_eq!((copied(&world, &issues[0]), world.copied_replies(&issues[0]).len()), (60, 2), "nothing twice");
        world.assert_agrees();
    });
}

#[test]
fn edits_and_deletions_deep_in_a_long_thread_are_found_in_time() {
    on_both(|mut world| {
        world.reconfigure("[[route]]", "[flow]\ndeletes = \"delete\"\n\n[[route]]");
        let issues = long_thread(&mut world, 14, 3);
        minutes_until(&world, 12, "the long thread", || copied(&world, &issues[0]) == 14);
        // Only once all of it is known is it not read in every run.
        world.settle();
        let replies = world.guance.replies(&issues[0]);
        world.guance.edit_reply(&replies[0].uuid, "<p>it was the log</p>");
        world.guance.delete_reply(&replies[4].uuid);
        let says = |text: &str| {
            world.copied_comments(&world.key_of(&issues[0])).iter().any(|c| format!("{c:?}").contains(text))
        };
        for _ in 0..14 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        assert!(says("it was the log"));
        assert!(!says("still full, 4"));
        assert_eq!(copied(&world, &issues[0]), 13);
    });
}

#[test]
fn a_deletion_deep_in_a_long_thread_is_found_where_no_request_is_left_to_ask() {
    on_both(|mut world| {
        world.reconfigure("[[route]]", "[flow]\ndeletes = \"delete\"\n\n[[route]]");
        let issues = long_thread(&mut world, 14, 0);
        minutes_until(&world, 12, "the long thread", || copied(&world, &issues[0]) == 14);
        // Its issue is in no list any more.
        world.pass(Duration::from_mins(30));
        world.guance.open_issue("another alarm", "<p>disk</p>", "P1", "张三");
        world.settle();
        // The poll and the pages of one thread are all that a minute has.
        world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "4");
        world.guance.delete_reply(&world.guance.replies(&issues[0])[4].uuid);
        let mut runs = 0;
        while copied(&world, &issues[0]) == 14 {
            runs += 1;
            assert!(runs < 40, "never found: {}", world.run(&["why", &issues[0]]));
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        assert_eq!(copied(&world, &issues[0]), 13);
    });
}
