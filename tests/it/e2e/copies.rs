//! What is new, changed or old travels once, complete and in order.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::guance::PageLimit;
use guajira_fakes::jira::Draft;
use guajira_fakes::server::Recorded;

use super::agree::{jira_words, words};
use super::world::{World, on_both};

/// Three issues, and comments from both sides on the first two.
pub(super) fn three_issues(world: &World) -> Vec<String> {
    let issues: Vec<String> = [("磁盘满 on web 1", "P0"), ("slow checkout", "P1"), ("certificate ends soon", "P2")]
        .iter()
        .map(|(title, level)| {
            world.guance.open_issue(title, &format!("<p>{title} seen by a monitor</p>"), level, "张三")
        })
        .collect();
    world.guance.reply(&issues[0], "李四", "<p>looking at it <b>now</b></p>");
    world.guance.reply(&issues[0], "张三", "<p>谢谢</p>");
    issues
}

#[test]
fn issues_comments_and_replies_travel_once() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        for n in 1..=3 {
            world.jira.comment(&world.key_of(&issues[0]), "alice", format!("finding number {n}"));
        }
        world.jira.comment(&world.key_of(&issues[1]), "bob", "fixed by a restart");
        world.pass(Duration::from_mins(6));
        world.sync();
        world.assert_agrees();
        assert_eq!(world.copied_replies(&issues[0]).len(), 3);
        assert_eq!(world.jira.comments(&world.key_of(&issues[0])).len(), 5);

        world.pass(Duration::from_mins(6));
        world.forget_requests();
        let outcome = world.sync();
        assert_eq!(world.writes(), 0, "{outcome}");
        assert!(outcome.stdout.starts_with("nothing to do\n"), "{outcome}");
        world.assert_agrees();
    });
}

#[test]
fn an_edit_travels_once() {
    on_both(|world| {
        let issues = three_issues(&world);
        let reply = world.guance.reply(&issues[1], "李四", "<p>first guess</p>");
        world.sync();
        let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", "first text");
        world.settle();
        world.assert_agrees();

        world.jira.edit_comment(comment, "alice", "second text");
        world.guance.edit_reply(&reply, "<p>second guess</p>");
        world.forget_requests();
        world.settle();
        world.assert_agrees();
        let edits = world.guance.recorded().iter().filter(|request| request.path.ends_with("/modify")).count();
        assert_eq!(edits, 1, "the comment's edit");
        let is_edit = |request: &&Recorded| request.method == "PUT" && !request.path.contains("/properties/");
        assert_eq!(world.jira.recorded().iter().filter(is_edit).count(), 1, "the reply's edit");
    });
}

#[test]
fn many_issues_and_a_long_thread_arrive_complete_and_in_order() {
    on_both(|mut world| {
        world.guance.switch(|switches| {
            switches.page_limit = PageLimit::Clamp(20);
            switches.reply_page = 10;
        });
        world.jira.switch(|switches| switches.page_cap = Some(30));
        for n in 0..130 {
            world.guance.open_issue(&format!("issue {n}"), &format!("<p>text {n}</p>"), "P1", "张三");
            world.guance.clock().advance(Duration::from_secs(1));
        }
        let first = world.guance.issues()[0].uuid.clone();
        for n in 0..45 {
            world.guance.reply(&first, "李四", &format!("<p>reply {n}</p>"));
        }
        world.jira.clock().advance(Duration::from_secs(130));
        world.set("GUAJIRA_SYNC__WINDOW", "10m");
        world.sync();
        let key = world.key_of(&first);
        for n in 0..90 {
            world.jira.comment(&key, "alice", format!("comment {n}"));
        }
        // Each thread costs a request, each comment one more: more than a minute's budget.
        for _ in 0..3 {
            world.sync();
            world.pass(Duration::from_secs(62));
        }
        world.assert_agrees();
        world.forget_requests();
        world.sync();
        assert_eq!(world.writes(), 0);
        assert_eq!((world.guance.issues().len(), world.copied_replies(&first).len()), (130, 90));
        let numbers =
            |issue: &guajira_fakes::jira::Issue| issue.summary.strip_prefix("issue ").unwrap().parse().unwrap();
        let order: Vec<u32> = world.jira.issues().iter().map(numbers).collect();
        assert!(order.is_sorted(), "{order:?}");
    });
}

#[test]
fn three_hours_without_a_run_lose_nothing() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        for hour in 0..3 {
            world.pass(Duration::from_mins(20));
            world.guance.open_issue(&format!("in hour {hour}"), "<p>meanwhile</p>", "P1", "张三");
            world.guance.reply(&issues[0], "李四", &format!("<p>reply of hour {hour}</p>"));
            world.jira.comment(&key, "alice", format!("comment of hour {hour}"));
            world.pass(Duration::from_mins(40));
        }
        let outcome = world.sync();
        world.assert_agrees();
        assert!(!outcome.stdout.contains("pending"), "{outcome}");
        assert_eq!((world.guance.issues().len(), world.copied_replies(&issues[0]).len()), (6, 3));
    });
}

#[test]
fn a_backfill_twice_creates_once_and_leaves_the_cursor_alone() {
    on_both(|world| {
        world.set_clocks(TimeDelta::days(-40));
        let old = three_issues(&world);
        world.set_clocks(TimeDelta::zero());
        world.sync();
        assert!(world.jira.issues().is_empty(), "issues from before the first run are not ordinary business");
        let new = world.guance.open_issue("new", "<p>today</p>", "P1", "张三");
        world.sync();
        let cursors = world.cursors();
        assert_eq!(world.copies_of(&new).len(), 1);

        let outcome = world.run(&["sync", "--since", "45d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.settle();
        world.assert_agrees();
        world.jira.comment(&world.key_of(&old[0]), "alice", "an old issue is as good as a new one");
        world.settle();
        world.assert_agrees();
        let before = world.cursors();
        let writes = world.writes();
        let outcome = world.run(&["sync", "--since", "45d"]);
        assert_eq!((outcome.code, world.writes()), (0, writes), "{outcome}");
        assert_eq!(world.cursors(), before);
        assert!(before.iter().zip(&cursors).all(|(after, first)| after.1 >= first.1), "{before:?} {cursors:?}");
        world.assert_agrees();
    });
}

#[test]
fn a_backfill_takes_its_window_and_nothing_else() {
    on_both(|world| {
        for days in [50, 30, 10] {
            world.set_clocks(TimeDelta::days(-days));
            world.guance.open_issue(&format!("{days} days old"), "", "P1", "张三");
        }
        world.set_clocks(TimeDelta::zero());
        let outcome = world.run(&["sync", "--since", "40d", "--until", "20d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let titles: Vec<String> = world.jira.issues().into_iter().map(|issue| issue.summary).collect();
        assert_eq!(titles, ["30 days old"]);
    });
}

#[test]
fn a_pair_brings_the_history_it_has() {
    on_both(|world| {
        let issues = three_issues(&world);
        for n in 0..25 {
            world.guance.reply(&issues[2], "李四", &format!("<p>history {n}</p>"));
        }
        world.sync();
        world.assert_agrees();
        assert_eq!(world.copied_comments(&world.key_of(&issues[2])).len(), 25);
    });
}

#[test]
fn what_people_do_on_jira_besides_is_left_alone() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        let clone = world.jira.clone_issue(&key, "alice");
        world.jira.comment(&clone, "alice", "a clone is no copy");
        let own = world.jira.create_issue("OPS", "bob", Draft::new("born on Jira"));
        world.jira.comment(&own, "bob", "not about Guance");
        world.jira.edit_issue(&key, "alice", |issue| issue.summary = "renamed by a person".to_owned());
        world.settle();
        assert!(world.copied_replies(&issues[0]).is_empty());
        assert_eq!(world.jira.issue(&key).unwrap().summary, "renamed by a person");
        world.jira.comment(&key, "alice", "the copy is still the copy");
        world.settle();
        assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    });
}

#[test]
fn an_issue_that_moves_to_another_project_stays_paired() {
    on_both(|world| {
        let mut project = guajira_fakes::jira::Project::new("DEV", "Development");
        project.id = 20_001;
        world.jira.add_project(project);
        let issues = three_issues(&world);
        world.sync();
        let old = world.key_of(&issues[0]);
        world.pass(Duration::from_hours(2));
        let new = world.jira.move_issue(&old, "DEV", "alice");
        world.jira.comment(&new, "alice", "moved with its talk");
        world.settle();
        assert_eq!(world.key_of(&issues[0]), new);
        assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    });
}

#[test]
fn authors_and_words_are_told_on_both_sides() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        world.jira.comment(&key, "alice", "seen");
        world.settle();
        let reply = words(&world.copied_replies(&issues[0])[0].content);
        assert!(reply.starts_with("Alice Example"), "{reply}");
        let comment = jira_words(&world.copied_comments(&key)[0].body);
        assert!(comment.contains("李四") && comment.ends_with("now"), "{comment}");
    });
}
