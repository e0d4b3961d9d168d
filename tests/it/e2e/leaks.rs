//! What only some may see stays where it is.

use std::time::Duration;

use guajira_fakes::jira::{Project, Visibility};
use guajira_fakes::server::{Fault, What};

use super::agree::jira_words;
use super::copies::three_issues;
use super::world::{Flavour, World, on_both};

#[test]
fn restricted_comments_are_not_copied() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let (open, secret) = (world.key_of(&issues[0]), world.key_of(&issues[1]));
        world.jira.comment_for(&open, "alice", "SECRET of a role", Some(Visibility::Role("Administrators".into())));
        world.jira.comment_for(&open, "alice", "SECRET of a group", Some(Visibility::Group("jira-users".into())));
        world.jira.comment(&open, "alice", "for everybody");
        world.jira.set_security(&secret, Some("Security team"), &["alice", "bot"]);
        world.jira.comment(&secret, "alice", "SECRET by level");
        world.settle();
        let said = world.sent_to_guance();
        assert!(said.contains("for everybody"), "{said}");
        assert!(!said.contains("SECRET"), "{said}");
        assert_eq!((world.copied_replies(&issues[0]).len(), world.copied_replies(&issues[1]).len()), (1, 0));
    });
}

/// A search that lags shows the issue as it was before it got its security level; its thread is read as it is.
#[test]
fn a_late_search_opens_no_issue_that_has_a_security_level_now() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        world.pass(Duration::from_mins(1));
        world.jira.switch(|switches| switches.index_lag = Duration::from_secs(30));
        world.jira.set_security(&key, Some("Security team"), &["alice", "bot"]);
        world.jira.comment(&key, "alice", "SECRET by level");
        world.jira.comment(&world.key_of(&issues[1]), "alice", "for everybody");
        // Of a pair that is found again the whole thread is read, and not what a search shows of it.
        world.lose_state();
        world.settle();
        let said = world.sent_to_guance();
        assert!(said.contains("for everybody"), "{said}");
        assert!(!said.contains("SECRET"), "{said}");
    });
}

#[test]
fn a_comment_that_becomes_restricted_before_it_travels_is_not_copied() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", "SECRET after all");
        let slow_down = What::Status(429, "slow down".to_owned(), Vec::new());
        world.guance.fail(Fault::new(slow_down).path_contains("/reply/create"));
        assert_eq!(world.run(&["sync"]).code, 3);
        assert_eq!(world.staged("pending"), 1);
        world.forget_requests();
        world.jira.restrict_comment(comment, Some(Visibility::Role("Administrators".into())));
        world.settle();
        assert!(!world.sent_to_guance().contains("SECRET"));
        assert_eq!((world.staged("pending"), world.copied_replies(&issues[0]).len()), (0, 0));
    });
}

#[test]
fn restricted_comments_are_copied_where_the_config_says_so() {
    on_both(|mut world| {
        world.set("GUAJIRA_FLOW__RESTRICTED", "copy");
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        world.jira.comment_for(&key, "alice", "for the role", Some(Visibility::Role("Administrators".into())));
        world.settle();
        assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    });
}

#[test]
fn what_is_written_into_a_service_project_is_internal() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::with_projects(flavour, vec![Project::service_desk("HELP", "Help desk")]);
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        world.jira.internal_comment(&key, "alice", "SECRET of the agents");
        world.jira.comment(&key, "bob", "from the portal");
        world.guance.reply(&issues[0], "李四", "<p>one more</p>");
        world.pass(Duration::from_mins(6));
        world.settle();
        let ours = world.copied_comments(&key);
        let texts: Vec<String> = ours.iter().map(|comment| jira_words(&comment.body)).collect();
        assert_eq!(ours.len(), 3, "{texts:?}");
        assert!(ours.iter().all(guajira_fakes::jira::Comment::internal), "{ours:#?}");
        let said = world.sent_to_guance();
        assert!(said.contains("from the portal") && !said.contains("SECRET"), "{said}");
        // An edited copy stays internal.
        let replies = world.guance.replies(&issues[0]);
        world.guance.edit_reply(&replies[0].uuid, "<p>looking at it again</p>");
        world.settle();
        let ours = world.copied_comments(&key);
        assert!(ours.iter().any(|comment| jira_words(&comment.body).ends_with("looking at it again")));
        assert!(ours.iter().all(guajira_fakes::jira::Comment::internal), "{ours:#?}");
    }
}

#[test]
fn nobody_is_pinged_by_a_copy() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.guance.reply(&issues[0], "李四", "<p>[~alice] and @bob and [~accountid:712020:1]</p>");
        world.sync();
        let key = world.key_of(&issues[0]);
        world.jira.comment(&key, "alice", "see @张三");
        world.settle();
        for comment in world.copied_comments(&key) {
            let body = comment.body.to_string();
            assert!(!body.contains("\"mention\""), "{body}");
            let is_wiki = comment.body.is_string();
            assert!(!is_wiki || !body.replace("\\\\[", "").contains("[~"), "{body}");
        }
        assert!(!world.copied_replies(&issues[0])[0].content.contains("data-at-embedded"));
    });
}
