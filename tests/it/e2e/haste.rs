//! A service that asks to be left alone for a while is left alone, by later runs too.

use std::time::Duration;

use guajira_fakes::guance::Issue;
use guajira_fakes::server::{Fault, Server, Times, What};

use super::copies::three_issues;
use super::services::{another_workspace, log_in_to};
use super::world::{World, on_both};

fn slow_down(wait: &str) -> What {
    What::Status(429, "{}".to_owned(), vec![("Retry-After".to_owned(), wait.to_owned())])
}

fn per_issue(wait: &str) -> What {
    let headers = [("Retry-After", wait), ("RateLimit-Reason", "jira-per-issue-on-write")];
    What::Status(429, "{}".to_owned(), headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
}

/// Answers to us that were a "slow down".
fn told(side: &Server) -> usize {
    side.recorded().iter().filter(|request| request.status == Some(429)).count()
}

/// Pairs, and nothing to do.
fn pairs(world: &World) -> Vec<String> {
    let issues = three_issues(world);
    world.settle();
    issues
}

fn say_all(world: &World, issues: &[Issue]) {
    for issue in issues {
        world.guance.reply(&issue.uuid, "李四", "<p>a reply</p>");
    }
}

#[test]
fn no_run_knocks_before_the_time_has_passed() {
    on_both(|world| {
        let issues = pairs(&world);
        for side in ["jira", "guance"] {
            let server: &Server = if side == "jira" { &world.jira } else { &world.guance };
            server.fail(Fault::new(slow_down("1800")).times(Times::Always));
            world.pass(Duration::from_mins(6));
            let first = world.run(&["sync"]);
            assert_eq!(told(server), 1, "{side}: {first}");
            server.clear_faults();
            server.clear_recorded();
            for _ in 0..4 {
                world.pass(Duration::from_mins(1));
                let outcome = world.run(&["sync"]);
                assert_eq!(outcome.code, 0, "{side}: {outcome}");
                assert!(outcome.stdout.contains(&format!("{side} asked to wait until")), "{outcome}");
                assert!(world.run(&["sync", "--dry-run"]).code == 0);
                assert_eq!(server.recorded().len(), 0, "{side}: {outcome}");
            }
            let status = world.run(&["status"]);
            assert!(status.stdout.contains(&format!("{side} asked to wait until")), "{status}");
            assert!(world.run(&["status", "--json"]).stdout.contains("\"waiting\""));

            // Who may know better: check, a backfill.
            world.run(&["check"]);
            let knocks = server.recorded().len();
            assert!(knocks > 0);
            let outcome = world.run(&["sync", "--since", "1h"]);
            assert_eq!(outcome.code, 0, "{outcome}");
            assert!(server.recorded().len() > knocks);

            server.clear_recorded();
            world.run(&["retry", "--all"]);
            world.sync();
            assert!(!server.recorded().is_empty());

            // Told again; when the time has passed, all is as before.
            server.fail(Fault::new(slow_down("600")));
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
            world.jira.comment(&world.key_of(&issues[0]), "alice", "a comment");
            world.guance.reply(&issues[0], "李四", "<p>a reply</p>");
            world.pass(Duration::from_mins(11));
            world.settle();
            world.assert_agrees();
        }
    });
}

#[test]
fn a_slow_down_to_a_write_is_tried_once_and_all_else_waits() {
    on_both(|world| {
        pairs(&world);
        for n in 0..5 {
            world.guance.open_issue(&format!("more {n}"), "<p>more</p>", "P1", "张三");
        }
        world.settle();
        let issues = world.guance.issues();
        assert_eq!(issues.len(), 8);
        for side in ["jira", "guance"] {
            let (server, path): (&Server, _) =
                if side == "jira" { (&world.jira, "/comment") } else { (&world.guance, "/reply/create") };
            server.fail(Fault::new(slow_down("300")).method("POST").path_contains(path).times(Times::Always));
            if side == "jira" {
                say_all(&world, &issues);
            } else {
                for issue in &issues {
                    world.jira.comment(&world.key_of(&issue.uuid), "alice", "a comment");
                }
            }
            world.pass(Duration::from_mins(6));
            server.clear_recorded();
            let outcome = world.run(&["sync"]);
            assert_eq!((outcome.code, told(server)), (0, 1), "{side}: {outcome}");
            assert!(outcome.stdout.contains("8 pending"), "{side}: {outcome}");
            for _ in 0..3 {
                world.pass(Duration::from_mins(1));
                let outcome = world.run(&["sync"]);
                assert_eq!((outcome.code, told(server)), (0, 1), "{side}: {outcome}");
            }
            server.clear_faults();
            world.pass(Duration::from_mins(6));
            world.settle();
            world.assert_agrees();
        }
    });
}

/// The limit is not about one write, but one write always meets it: the others go before it.
#[test]
fn a_write_that_always_meets_the_limit_holds_back_the_others_for_its_wait_only() {
    on_both(|world| {
        let issues = pairs(&world);
        let path = format!("/issue/{}/comment", world.copy_of(&issues[0]).id);
        world.jira.fail(Fault::new(slow_down("300")).method("POST").path_contains(&path).times(Times::Always));
        world.guance.reply(&issues[0], "李四", "<p>meets the limit</p>");
        world.guance.reply(&issues[1], "李四", "<p>does not</p>");
        let key = world.key_of(&issues[1]);
        for _ in 0..2 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        assert_eq!(world.copied_comments(&key).len(), 1);
        world.guance.reply(&issues[1], "李四", "<p>nor does this</p>");
        for _ in 0..2 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        assert_eq!(world.copied_comments(&key).len(), 2);
    });
}

#[test]
fn a_limit_of_one_issue_delays_only_that_issue() {
    on_both(|world| {
        let issues = pairs(&world);
        let path = format!("/issue/{}/comment", world.copy_of(&issues[0]).id);
        world.jira.fail(Fault::new(per_issue("300")).method("POST").path_contains(&path).times(Times::Always));
        for issue in &issues {
            world.guance.reply(issue, "李四", "<p>a reply</p>");
        }
        world.pass(Duration::from_mins(6));
        let before: Vec<usize> = issues.iter().map(|i| world.copied_comments(&world.key_of(i)).len()).collect();
        world.jira.clear_recorded();
        let outcome = world.run(&["sync"]);
        let after: Vec<usize> = issues.iter().map(|i| world.copied_comments(&world.key_of(i)).len()).collect();
        assert_eq!(after, [before[0], before[1] + 1, before[2] + 1], "{outcome}");
        assert_eq!(told(&world.jira), 1);
        world.pass(Duration::from_mins(1));
        world.run(&["sync"]);
        assert_eq!(told(&world.jira), 1);
        world.jira.clear_faults();
        world.settle();
        world.assert_agrees();
    });
}

/// A limit that names no time is tried once as well; that write failed, and nothing else is known.
#[test]
fn a_limit_without_a_time_ends_the_writes_of_the_run() {
    on_both(|world| {
        let issues = pairs(&world);
        for issue in &issues {
            world.jira.comment(&world.key_of(issue), "alice", "a comment");
        }
        let slow_down = What::Status(429, "slow down".to_owned(), Vec::new());
        world.guance.fail(Fault::new(slow_down).path_contains("/reply/create").times(Times::Always));
        world.pass(Duration::from_mins(6));
        world.guance.clear_recorded();
        let outcome = world.run(&["sync"]);
        assert_eq!((outcome.code, told(&world.guance)), (3, 1), "{outcome}");
        world.guance.clear_faults();
        world.settle();
        world.assert_agrees();
    });
}

/// What one set of credentials was told is not meant for another.
#[test]
fn other_credentials_have_not_been_asked_to_wait() {
    on_both(|mut world| {
        let issues = pairs(&world);
        world.jira.comment(&world.key_of(&issues[0]), "alice", "a comment");
        world.guance.reply(&issues[0], "李四", "<p>a reply</p>");
        for side in ["jira", "guance"] {
            let server: &Server = if side == "jira" { &world.jira } else { &world.guance };
            server.fail(Fault::new(slow_down("3600")).times(Times::Always));
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
            server.clear_faults();
            server.clear_recorded();
        }
        assert_eq!(world.run(&["sync"]).code, 0);
        assert_eq!((world.jira.recorded().len(), world.guance.recorded().len()), (0, 0));
        log_in_to(&world, &world.jira, "bob");
        assert_eq!(world.run(&["sync"]).code, 0);
        assert!(!world.jira.recorded().is_empty());
        assert_eq!(world.guance.recorded().len(), 0);
        // Whose workspace is another is told so at once, though the former key would have to wait.
        world.jira.clear_recorded();
        let before = world.jira.issues();
        another_workspace(&mut world);
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("[guance].api_key"), "{outcome}");
        assert_eq!(format!("{:?}", world.jira.issues()), format!("{before:?}"));
    });
}

/// Nothing tells of another installation behind the same address before it may be asked; until then nothing of it is
/// read or written.
#[test]
fn another_installation_that_may_not_be_asked_yet_is_left_alone() {
    on_both(|world| {
        world.jira.switch(|switches| switches.server_id = Some("AAAA-BBBB".to_owned()));
        let issues = pairs(&world);
        world.jira.fail(Fault::new(slow_down("1800")).times(Times::Always));
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        world.jira.clear_faults();
        world.forget_requests();
        // Which installation it is, is asked for once a day.
        world.state().execute("DELETE FROM fact WHERE name GLOB 'jira.*'", []).unwrap();
        world.jira.switch(|switches| switches.server_id = Some("CCCC-DDDD".to_owned()));
        world.guance.reply(&issues[0], "李四", "<p>the password is in the safe</p>");
        assert_eq!(world.run(&["sync"]).code, 0);
        assert_eq!(world.jira.recorded().len(), 0);
        world.pass(Duration::from_mins(31));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("AAAA-BBBB") && outcome.stderr.contains("CCCC-DDDD"), "{outcome}");
        assert_eq!(world.writes(), 0);
    });
}

/// Less than a fifth of Jira's limit is left: what is new goes, the rest waits.
#[test]
fn near_the_limit_only_what_is_new_is_written() {
    on_both(|world| {
        let issues = pairs(&world);
        let edited = world.guance.reply(&issues[0], "李四", "<p>a reply</p>");
        world.settle();
        world.guance.edit_reply(&edited, "<p>a reply, edited</p>");
        world.guance.reply(&issues[1], "李四", "<p>another reply</p>");
        let fresh = world.guance.open_issue("a new one", "", "P1", "张三");
        world.jira.switch(|switches| switches.near_limit = true);
        world.pass(Duration::from_mins(6));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let said = |issue: &str, word: &str| world.heard_on_jira(&world.key_of(issue), word);
        assert_eq!((said(&issues[0], "edited"), said(&issues[1], "another")), (0, 1), "{outcome}");
        let copy = world.jira.issue(&world.key_of(&fresh)).unwrap();
        assert!(copy.remote_links.is_empty(), "{copy:?}");
        world.jira.switch(|switches| switches.near_limit = false);
        world.settle();
        assert_eq!(said(&issues[0], "edited"), 1);
        assert_eq!(world.jira.issue(&world.key_of(&fresh)).unwrap().remote_links.len(), 1);
    });
}
