//! What a service answers with a failure each time delays itself alone.

use std::time::Duration;

use guajira_fakes::server::{Fault, Server, Times, What};

use super::copies::three_issues;
use super::world::{Outcome, World, on_both};

/// What a listener that throws, or a database that cannot store a character, makes of a request.
fn broken() -> What {
    What::Status(500, r#"{"errorMessages":["Internal server error"],"errors":{}}"#.to_owned(), Vec::new())
}

/// The same from Guance.
fn broken_guance() -> What {
    let body = r#"{"code":500,"errorCode":"ft.InternalError","message":"boom","success":false,"content":null}"#;
    What::Status(500, body.to_owned(), Vec::new())
}

/// Several pairs.
fn pairs(world: &World, count: usize) -> Vec<String> {
    let open = |n| world.guance.open_issue(&format!("pair {n}"), "<p>one of several</p>", "P1", "张三");
    let issues: Vec<String> = (0..count).map(open).collect();
    world.settle();
    issues
}

/// Runs six minutes apart; returns what they said.
fn runs(world: &World, count: usize) -> Vec<Outcome> {
    let run = |_| {
        world.pass(Duration::from_mins(6));
        world.run(&["sync"])
    };
    (0..count).map(run).collect()
}

fn sent(side: &Server, method: &str, path: &str) -> usize {
    side.recorded().iter().filter(|request| request.method == method && request.path.contains(path)).count()
}

#[test]
fn replies_that_jira_always_fails_at_stop_no_other() {
    for poisoned in [3, 14] {
        on_both(|world| {
            let issues = pairs(&world, poisoned + 1);
            let (good, bad) = issues.split_last().unwrap();
            for issue in bad {
                let path = format!("/issue/{}/comment", world.copy_of(issue).id);
                world.jira.fail(Fault::new(broken()).method("POST").path_contains(&path).times(Times::Always));
                world.guance.reply(issue, "李四", "<p>cannot be stored</p>");
            }
            world.guance.reply(good, "李四", "<p>like any other</p>");
            let key = world.key_of(good);
            let told = runs(&world, 2);
            assert_eq!(world.copied_comments(&key).len(), 1, "{told:?}");
            // From then on it waits for nothing, and the side does not fail.
            world.guance.reply(good, "李四", "<p>and another</p>");
            let told = runs(&world, 1);
            assert_eq!(world.copied_comments(&key).len(), 2, "{told:?}");
            assert_eq!(told[0].code, 3, "{}", told[0]);

            // Each is tried ten times, with growing waits, and is dead then, with Jira's own words.
            world.forget_requests();
            runs(&world, 10);
            let posts = sent(&world.jira, "POST", "/comment");
            assert!(posts <= 5 * poisoned, "{posts} tries within an hour");
            let mut dead = 0;
            for _ in 0..20 {
                world.pass(Duration::from_mins(70));
                world.run(&["sync"]);
                dead = world.staged("dead");
                if dead == poisoned {
                    break;
                }
            }
            assert_eq!(dead, poisoned);
            let status = world.run(&["status", "--json"]);
            assert!(status.stdout.contains("Internal server error (sent 10 times"), "{status}");
            assert!(world.jira.recorded().iter().all(|request| request.status != Some(500) || request.write));
        });
    }
}

#[test]
fn comments_that_guance_always_fails_at_stop_no_other() {
    on_both(|world| {
        let issues = pairs(&world, 5);
        let (good, bad) = issues.split_last().unwrap();
        for issue in bad {
            let fault = Fault::new(broken_guance()).path_contains("/reply/create").body_contains(issue);
            world.guance.fail(fault.times(Times::Always));
            world.jira.comment(&world.key_of(issue), "alice", "cannot be stored");
        }
        world.jira.comment(&world.key_of(good), "alice", "like any other");
        let told = runs(&world, 2);
        assert_eq!(world.copied_replies(good).len(), 1, "{told:?}");
        world.jira.comment(&world.key_of(good), "alice", "and another");
        let told = runs(&world, 1);
        assert_eq!(world.copied_replies(good).len(), 2, "{told:?}");
        world.forget_requests();
        runs(&world, 10);
        assert!(sent(&world.guance, "POST", "/reply/create") <= 5 * bad.len());
        // What is mended arrives.
        world.guance.clear_faults();
        world.pass(Duration::from_mins(70));
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn an_edit_that_jira_always_fails_at_waits_and_dies_alone() {
    on_both(|world| {
        let issues = three_issues(&world);
        let replies: Vec<String> =
            issues.iter().map(|issue| world.guance.reply(issue, "李四", "<p>first</p>")).collect();
        world.settle();
        world.jira.fail(Fault::new(broken()).method("PUT").path_contains("/comment/").times(Times::Always));
        for reply in &replies {
            world.guance.edit_reply(reply, "<p>second</p>");
        }
        let key = world.key_of(&issues[0]);
        runs(&world, 1);
        world.guance.open_issue("a new one", "<p>new</p>", "P1", "张三");
        world.jira.comment(&key, "alice", "a comment for Guance");
        let told = runs(&world, 2);
        assert_eq!(world.jira.issues().len(), 4, "{told:?}");
        for _ in 0..24 {
            world.pass(Duration::from_mins(70));
            world.run(&["sync"]);
        }
        assert_eq!(world.staged("dead"), 3, "{}", world.run(&["status"]));
    });
}

/// Six new issues, of which Jira fails at the third, and later a seventh.
#[test]
fn one_bad_issue_in_a_batch_costs_only_itself() {
    on_both(|world| {
        pairs(&world, 5);
        world.jira.switch(|switches| switches.poison = Some("cannot be stored".to_owned()));
        let title = |n: usize| if n == 2 { "cannot be stored".to_owned() } else { format!("new {n}") };
        let new: Vec<String> = (0..6).map(|n| world.guance.open_issue(&title(n), "<p>new</p>", "P1", "张三")).collect();
        let told = runs(&world, 2);
        let good = [0, 1, 3, 4, 5].map(|n| world.copies_of(&new[n]).len());
        assert_eq!(good, [1; 5], "{told:?}");
        let seventh = world.guance.open_issue("the seventh", "<p>new</p>", "P1", "张三");
        let key = world.key_of(&new[0]);
        world.guance.reply(&new[0], "李四", "<p>a reply</p>");
        let told = runs(&world, 1);
        assert_eq!(world.copies_of(&seventh).len(), 1, "{told:?}");
        assert_eq!(world.copied_comments(&key).len(), 1, "{told:?}");
        for _ in 0..24 {
            world.pass(Duration::from_mins(70));
            world.run(&["sync"]);
        }
        assert_eq!(world.staged("dead"), 1, "{}", world.run(&["status"]));
        // Somebody mends it.
        world.jira.switch(|switches| switches.poison = None);
        world.run(&["retry", "--all"]);
        world.settle();
        world.assert_agrees();
    });
}

/// A Jira that cannot create many at once at all.
#[test]
fn a_bulk_that_always_fails_is_given_up_for_single_creates() {
    on_both(|world| {
        pairs(&world, 1);
        world.jira.fail(Fault::new(broken()).body_contains("issueUpdates").times(Times::Always));
        for n in 0..5 {
            world.guance.open_issue(&format!("new {n}"), "<p>new</p>", "P1", "张三");
        }
        let told = runs(&world, 3);
        assert_eq!(world.jira.issues().len(), 6, "{told:?}");
        world.settle();
        world.assert_agrees();
    });
}

/// Where nothing works, a run soon leaves the side alone.
#[test]
fn a_jira_that_fails_at_everything_is_left_alone_after_a_few() {
    on_both(|world| {
        let issues = pairs(&world, 20);
        for issue in &issues {
            world.guance.reply(issue, "李四", "<p>a reply</p>");
        }
        world.jira.fail(Fault::new(broken()).writes().path_contains("/issue").times(Times::Always));
        world.forget_requests();
        let told = runs(&world, 1);
        assert_eq!(told[0].code, 4, "{}", told[0]);
        assert!(told[0].stderr.contains("Internal server error"), "{}", told[0]);
        assert!(sent(&world.jira, "POST", "/comment") <= 12);
        world.jira.clear_faults();
        world.pass(Duration::from_mins(70));
        world.settle();
        world.assert_agrees();
    });
}

/// A title that Jira cannot store, and another field of another pair.
#[test]
fn a_field_that_jira_always_fails_at_waits_and_is_given_up() {
    on_both(|world| {
        world.reconfigure("[[route]]", "[flow]\nupdates = true\n\n[[route]]");
        let issues = pairs(&world, 2);
        let path = format!("/issue/{}", world.copy_of(&issues[0]).id);
        world.jira.fail(Fault::new(broken()).method("PUT").path_contains(&path).times(Times::Always));
        world.guance.retitle(&issues[0], "cannot be stored", "张三");
        world.guance.retitle(&issues[1], "a better title", "张三");
        let told = runs(&world, 2);
        assert_eq!(world.copy_of(&issues[1]).summary, "a better title", "{told:?}");
        world.forget_requests();
        runs(&world, 10);
        let tries = sent(&world.jira, "PUT", &path);
        assert!((1..=5).contains(&tries), "{tries} tries within an hour");
        for _ in 0..24 {
            world.pass(Duration::from_mins(70));
            world.run(&["sync"]);
        }
        assert_eq!(world.staged("dead"), 1, "{}", world.run(&["status"]));
    });
}
