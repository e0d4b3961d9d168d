//! What people delete: comments and replies, their copies, whole issues.

use std::time::Duration;

use super::agree::{jira_words, words};
use super::copies::three_issues;
use super::world::{Flavour, World, on_both};
use guajira_fakes::jira::Visibility;
use guajira_fakes::server::{Fault, Times, What};

fn with_deletes(world: &World, deletes: &str) {
    world.reconfigure("[[route]]", &format!("[flow]\ndeletes = \"{deletes}\"\n\n[[route]]"));
}

/// A pair in which both sides have said two things, all of it copied: the issue, its copy's key, the second comment and
/// the second reply.
fn talked(world: &World) -> (String, String, u64, String) {
    let issues = three_issues(world);
    let reply = world.guance.reply(&issues[1], "李四", "<p>a <b>bold</b> guess</p>");
    world.guance.reply(&issues[1], "李四", "<p>the other reply</p>");
    world.sync();
    let key = world.key_of(&issues[1]);
    let comment = world.jira.comment(&key, "alice", "a hasty comment");
    world.jira.comment(&key, "bob", "the other comment");
    world.settle();
    world.assert_agrees();
    (issues[1].clone(), key, comment, reply)
}

fn replies(world: &World, issue: &str) -> Vec<String> {
    world.copied_replies(issue).iter().map(|reply| words(&reply.content)).collect()
}

fn comments(world: &World, key: &str) -> Vec<String> {
    world.copied_comments(key).iter().map(|comment| jira_words(&comment.body)).collect()
}

/// One run, some minutes later.
fn round(world: &World) {
    world.pass(Duration::from_mins(6));
    world.sync();
}

/// Until nothing is left to be done about what was deleted: one run misses it, the next one agrees.
fn settle(world: &World) {
    round(world);
    world.settle();
}

fn is_quiet(world: &World) {
    world.forget_requests();
    round(world);
    assert_eq!(world.writes(), 0);
}

#[test]
fn the_copy_of_what_was_deleted_is_deleted_once_two_runs_agree() {
    for listed in [false, true] {
        on_both(|world| {
            with_deletes(&world, "delete");
            world.guance.switch(|switches| switches.deleted_replies_listed = listed);
            let (issue, key, comment, reply) = talked(&world);
            world.jira.delete_comment(comment, "alice");
            world.guance.delete_reply(&reply);
            round(&world);
            assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (2, 2), "one run is not enough");
            world.settle();
            let (replies, comments) = (replies(&world, &issue), comments(&world, &key));
            assert!(replies.len() == 1 && replies[0].ends_with("the other comment"), "{replies:?}");
            assert!(comments.len() == 1 && comments[0].ends_with("the other reply"), "{comments:?}");
            world.assert_agrees();
            is_quiet(&world);
            let told = world.run(&["why", &reply]).stdout;
            assert!(told.contains("deleted") && told.contains(&format!("deletion of a comment on {key}")), "{told}");
        });
    }
}

#[test]
fn a_mark_keeps_the_text_and_goes_when_the_original_is_back() {
    on_both(|world| {
        with_deletes(&world, "mark");
        let (issue, key, comment, reply) = talked(&world);
        let role = Some(Visibility::Role("Secret".to_owned()));
        world.guance.delete_reply(&reply);
        // Hidden from the bot, a comment answers like one that is gone.
        world.jira.restrict_comment(comment, role);
        settle(&world);
        let marked = &comments(&world, &key)[0];
        assert!(
            marked.contains("deleted on Guance") && marked.contains("guess") && marked.contains("李四"),
            "{marked}"
        );
        let marked = &replies(&world, &issue)[0];
        assert!(marked.contains("deleted on Jira") && marked.ends_with("a hasty comment"), "{marked}");
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (2, 2));
        is_quiet(&world);

        world.lose_state();
        settle(&world);
        is_quiet(&world);
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (2, 2));

        world.jira.restrict_comment(comment, None);
        world.settle();
        let back = &replies(&world, &issue)[0];
        assert!(!back.contains("deleted") && back.ends_with("a hasty comment"), "{back}");
        is_quiet(&world);
    });
}

#[test]
fn kept_is_kept_and_what_is_only_restricted_stays_too() {
    on_both(|world| {
        let (issue, key, comment, reply) = talked(&world);
        world.jira.delete_comment(comment, "alice");
        world.guance.delete_reply(&reply);
        settle(&world);
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (2, 2));

        with_deletes(&world, "delete");
        let seen = world.jira.comment(&key, "alice", "public at first");
        world.settle();
        world.jira.with_user("bot", |bot| _ = bot.roles.insert("Developers".to_owned()));
        world.jira.restrict_comment(seen, Some(Visibility::Role("Developers".to_owned())));
        settle(&world);
        let left = replies(&world, &issue);
        assert!(left.iter().any(|reply| reply.ends_with("public at first")), "{left:?}");
    });
}

#[test]
fn what_was_deleted_before_it_was_sent_is_not_sent() {
    let busy = r#"{"code": 401, "errorCode": "ft.TriggerApiAkCurrentLimiting", "success": false, "content": null}"#;
    // It certainly did not happen, or that is in doubt.
    for (status, body) in [(401, busy), (503, "")] {
        on_both(|world| {
            let (issue, key, ..) = talked(&world);
            let comment = world.jira.comment(&key, "alice", "never mind this");
            let down = Fault::new(What::Status(status, body.to_owned(), Vec::new())).path_contains("reply/create");
            world.guance.fail(down.times(Times::Always));
            world.pass(Duration::from_mins(1));
            assert_eq!(world.run(&["sync"]).code, 3);
            world.guance.clear_faults();
            world.jira.delete_comment(comment, "alice");
            world.settle();
            world.settle();
            assert!(!replies(&world, &issue).iter().any(|reply| reply.contains("never mind")), "{status}");
            world.assert_agrees();
        });
    }
}

#[test]
fn a_copy_that_a_person_deleted_stays_deleted_and_costs_no_dead_letter() {
    on_both(|world| {
        with_deletes(&world, "delete");
        let (issue, key, comment, reply) = talked(&world);
        let copies = (world.copied_replies(&issue), world.copied_comments(&key));
        world.guance.delete_reply(&copies.0[0].uuid);
        world.jira.delete_comment(copies.1[0].id, "alice");
        settle(&world);
        world.jira.edit_comment(comment, "alice", "a second thought");
        world.guance.edit_reply(&reply, "<p>a second thought</p>");
        world.settle();
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (1, 1));
        is_quiet(&world);
        let people = world.guance.replies(&issue).iter().filter(|reply| !reply.creator.starts_with("wsak_")).count();
        assert_eq!(people, 2, "the originals are nobody's to delete");
    });
}

#[test]
fn nothing_is_deleted_for_those_whom_jira_does_not_know() {
    on_both(|world| {
        with_deletes(&world, "delete");
        let (issue, key, ..) = talked(&world);
        world.jira.comment(&key, "alice", "something new to read");
        world.jira.with_user("bot", |bot| bot.active = false);
        for _ in 0..4 {
            world.pass(Duration::from_mins(61));
            world.run(&["sync"]);
        }
        world.jira.with_user("bot", |bot| bot.active = true);
        settle(&world);
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (3, 2));
        world.assert_agrees();
    });
}

#[test]
fn a_deletion_that_moves_no_update_time_is_found_by_the_sweep() {
    on_both(|world| {
        with_deletes(&world, "delete");
        world.jira.switch(|switches| switches.comment_delete_bumps = false);
        let (issue, _, comment, _) = talked(&world);
        world.pass(Duration::from_mins(30));
        world.sync();
        world.jira.delete_comment(comment, "alice");
        world.settle();
        world.pass(Duration::from_mins(61));
        world.sync();
        settle(&world);
        assert_eq!(replies(&world, &issue).len(), 1);
        world.assert_agrees();
    });
}

#[test]
fn a_deletion_survives_a_lost_answer() {
    on_both(|world| {
        with_deletes(&world, "delete");
        let (issue, key, comment, reply) = talked(&world);
        world.jira.delete_comment(comment, "alice");
        world.guance.delete_reply(&reply);
        world.guance.fail(Fault::new(What::DropAfter).path_contains("/delete"));
        world.jira.fail(Fault::new(What::DropAfter).method("DELETE"));
        for _ in 0..4 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        world.settle();
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (1, 1));
        world.assert_agrees();
    });
}

#[test]
fn a_deleted_jira_issue_is_told_in_one_line_and_not_made_again() {
    on_both(|world| {
        with_deletes(&world, "delete");
        let (issue, key, ..) = talked(&world);
        let before = replies(&world, &issue);
        world.jira.delete_issue(&key);
        for n in 0..4 {
            world.guance.reply(&issue, "李四", &format!("<p>anybody there? {n}</p>"));
            round(&world);
        }
        assert!(world.copies_of(&issue).is_empty(), "what a person deleted is not made again");
        assert_eq!(replies(&world, &issue), before, "its comments were not deleted one by one");
        assert_eq!((world.staged("dead"), world.staged("pending"), world.staged("in_flight")), (0, 0, 0));
        let told = world.run(&["status"]).stdout;
        let lines: Vec<&str> = told.lines().filter(|line| line.starts_with("gone ")).collect();
        assert!(lines.len() == 1 && lines[0].contains(&format!("{key} ({issue}) is not on jira any more")), "{told}");
        let told = world.run(&["why", &issue]).stdout;
        assert!(told.contains(&format!("{key} is gone on jira: nothing is written to it any more")), "{told}");
        is_quiet(&world);
    });
}

#[test]
fn an_issue_that_was_only_hidden_is_a_pair_again() {
    on_both(|world| {
        with_deletes(&world, "delete");
        let (issue, key, ..) = talked(&world);
        world.jira.set_security(&key, Some("Secret"), &["alice"]);
        world.guance.reply(&issue, "李四", "<p>said while it was hidden</p>");
        for _ in 0..3 {
            round(&world);
        }
        assert!(world.run(&["status"]).stdout.contains(&format!("gone    {key} (")));
        assert_eq!(comments(&world, &key).len(), 2);
        world.jira.set_security(&key, None, &[]);
        world.pass(Duration::from_mins(61));
        world.settle();
        world.assert_agrees();
        assert_eq!((replies(&world, &issue).len(), comments(&world, &key).len()), (2, 3));
        assert!(!world.run(&["status"]).stdout.contains("gone"));
    });
}

#[test]
fn a_guance_issue_that_is_gone_holds_nothing_up() {
    let world = World::new(Flavour::Cloud);
    let (issue, key, ..) = talked(&world);
    world.guance.remove_issue(&issue);
    for n in 0..3 {
        world.jira.comment(&key, "alice", format!("anybody there? {n}"));
        round(&world);
    }
    assert_eq!((world.staged("dead"), world.staged("pending"), world.staged("in_flight")), (0, 0, 0));
    assert!(world.run(&["status"]).stdout.contains(&format!("gone    {key} (")));
    is_quiet(&world);
}
