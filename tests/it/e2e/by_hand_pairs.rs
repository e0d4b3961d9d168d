//! Pairs that people make, and take apart.

use std::time::Duration;

use guajira_fakes::jira::{Draft, Project};

use super::agree::{jira_words, words};
use super::by_hand::paired;
use super::lines;
use super::world::{World, on_both};

/// An item that was opened before guajira began, and a Jira issue that a person made of it.
fn apart(world: &World) -> (String, String) {
    let issue = world.guance.open_issue("disk full", "<p>on web 1</p>", "P1", "张三");
    world.guance.reply(&issue, "李四", "<p>said on guance</p>");
    let key = world.jira.create_issue("OPS", "alice", Draft::new("the disk of web 1"));
    world.jira.comment(&key, "bob", "said on jira");
    world.pass(Duration::from_mins(30));
    world.sync();
    world.settle();
    (issue, key)
}

fn said(world: &World, issue: &str, key: &str) -> (Vec<String>, Vec<String>) {
    let jira = world.jira.comments(key).iter().map(|comment| jira_words(&comment.body)).collect();
    (jira, world.guance.replies(issue).iter().map(|reply| words(&reply.content)).collect())
}

fn ends(said: &[String], text: &str) -> usize {
    said.iter().filter(|one| one.ends_with(text)).count()
}

/// Everybody reads everything once, and nobody has made another issue.
fn agrees(world: &World, issue: &str, key: &str, issues: usize) {
    let (jira, guance) = said(world, issue, key);
    for text in ["said on guance", "said on jira"] {
        assert_eq!((ends(&jira, text), ends(&guance, text)), (1, 1), "{text}: {jira:?} {guance:?}");
    }
    assert_eq!((jira.len(), guance.len(), world.jira.issues().len()), (2, 2, issues), "{jira:?} {guance:?}");
}

#[test]
fn a_link_pairs_what_is_there_and_a_lost_state_finds_it_again() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let (issue, key) = apart(&world);
        let outcome = world.run(&["link", &issue, &key]);
        assert!(outcome.code == 0 && outcome.stdout.contains("are a pair now"), "{outcome}");
        let made = world.jira.issue(&key).unwrap();
        assert_eq!(made.properties["guajira"]["key"], format!("guance/issue/{issue}"));
        assert!(made.labels.contains(&issue), "{:?}", made.labels);
        let again = world.run(&["link", &issue, &key]);
        assert!(again.code == 0 && again.stdout.contains("already"), "{again}");
        world.settle();
        agrees(&world, &issue, &key, 1);
        world.lose_state();
        world.sync();
        world.settle();
        assert_eq!(world.run(&["sync", "--since", "1d"]).code, 0);
        world.settle();
        agrees(&world, &issue, &key, 1);
    });
}

#[test]
fn a_pair_that_jira_did_not_let_us_mark_is_marked_when_it_does() {
    on_both(|world| {
        let (issue, key) = apart(&world);
        world.jira.with_user("bot", |bot| bot.denied = ["EDIT_ISSUES".to_owned()].into());
        let outcome = world.run(&["link", &issue, &key]);
        assert!(outcome.code == 0 && outcome.stdout.contains("could not be marked"), "{outcome}");
        assert!(!world.jira.issue(&key).unwrap().properties.contains_key("guajira"));
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let again = world.run(&["link", &issue, &key]);
        assert!(again.code == 0 && again.stdout.contains("are a pair now"), "{again}");
        let made = world.jira.issue(&key).unwrap();
        assert_eq!(made.properties["guajira"]["key"], format!("guance/issue/{issue}"));
        world.settle();
        agrees(&world, &issue, &key, 1);
    });
}

#[test]
fn a_link_refuses_what_is_in_another_pair_and_says_which() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let (issue, key) = apart(&world);
        let other = world.guance.open_issue("another", "<p>x</p>", "P1", "张三");
        world.settle();
        let copy = world.key_of(&other);
        world.forget_requests();
        for (item, name, told) in [
            (&issue, copy.as_str(), other.as_str()),
            (&other, key.as_str(), copy.as_str()),
            (&issue, "OPS-999", "OPS-999"),
            (&issue, "no key", "no key"),
        ] {
            let outcome = world.run(&["link", item, name]);
            assert!(outcome.code == 3 && outcome.stderr.contains(told), "{item} {name}: {outcome}");
        }
        let outcome = world.run(&["link", "issue_nope", &key]);
        assert!(outcome.code == 2 && outcome.stderr.contains("issue_nope"), "{outcome}");
        // Also where only the marker tells.
        world.lose_state();
        let outcome = world.run(&["link", &issue, &copy]);
        assert!(outcome.code == 3 && outcome.stderr.contains(&other), "{outcome}");
        let is_write = |one: &guajira_fakes::server::Recorded| one.write && !one.path.contains("/user/properties/");
        assert!(!world.jira.recorded().iter().any(is_write));
    });
}

#[test]
fn what_was_unlinked_rests_until_somebody_links_it() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let (issue, key) = paired(&world);
        world.guance.reply(&issue, "李四", "<p>said on guance</p>");
        world.jira.comment(&key, "bob", "said on jira");
        world.settle();
        let outcome = world.run(&["unlink", &key]);
        assert!(outcome.code == 0 && outcome.stdout.contains(&issue), "{outcome}");
        let made = world.jira.issue(&key).unwrap();
        assert!(!made.properties.contains_key("guajira") && !made.labels.contains(&issue), "{made:?}");
        assert_eq!(world.run(&["unlink", &issue]).code, 0, "once more");
        world.guance.reply(&issue, "李四", "<p>kept here</p>");
        world.jira.comment(&key, "bob", "kept there");
        world.guance.retitle(&issue, "another title", "张三");
        world.settle();
        world.run(&["sync", "--since", "1d"]);
        world.settle();
        let (jira, guance) = said(&world, &issue, &key);
        assert_eq!((ends(&jira, "kept here"), ends(&guance, "kept there")), (0, 0));
        assert_eq!(world.jira.issues().len(), 1);
        let why = world.run(&["why", &issue]);
        assert!(why.stdout.contains("took the pair apart"), "{why}");

        assert_eq!(world.run(&["link", &issue, &key]).code, 0);
        world.settle();
        let (jira, guance) = said(&world, &issue, &key);
        for text in ["said on guance", "said on jira", "kept here", "kept there"] {
            assert_eq!((ends(&jira, text), ends(&guance, text)), (1, 1), "{text}: {jira:?} {guance:?}");
        }
    });
}

#[test]
fn an_unlinked_item_gets_another_issue_by_push_and_by_link() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let (issue, first) = paired(&world);
        world.guance.reply(&issue, "李四", "<p>said on guance</p>");
        world.jira.comment(&first, "bob", "said on jira");
        world.settle();
        assert_eq!(world.run(&["unlink", &issue]).code, 0);
        let outcome = world.run(&["push", &issue]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let second = world.jira.issues().into_iter().map(|one| one.key).find(|key| *key != first).unwrap();
        assert!(outcome.stdout.contains(&second), "{outcome}");
        world.settle();
        world.settle();
        let (jira, guance) = said(&world, &issue, &second);
        assert_eq!((ends(&jira, "said on guance"), jira.len()), (1, 1), "{jira:?}");
        assert_eq!((ends(&guance, "said on jira"), guance.len()), (1, 2), "nothing was deleted: {guance:?}");
        assert!(guance.iter().all(|reply| !reply.contains("deleted")), "{guance:?}");

        // The first one goes to another item; what it was before is remembered.
        let other = world.guance.open_issue("another", "<p>x</p>", "P3", "张三");
        assert_eq!(world.run(&["unlink", &issue]).code, 0);
        let outcome = world.run(&["link", &other, &second]);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.settle();
        world.run(&["sync", "--since", "1d"]);
        world.settle();
        assert_eq!(world.jira.issues().len(), 2);
        assert_eq!(world.jira.issue(&second).unwrap().properties["guajira"]["key"], format!("guance/issue/{other}"));
    });
}

#[test]
fn a_link_names_what_the_issue_was_before_and_warns_of_another_project() {
    let projects = || vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
    for flavour in [super::world::Flavour::Cloud, super::world::Flavour::Server] {
        let world = World::with_projects(flavour, projects());
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let key = world.jira.create_issue("DEV", "alice", Draft::new("elsewhere"));
        let before = "guance/issue/issue_0123456789abcdef0123456789abcdef";
        let value = serde_json::json!({"v": 1, "key": before, "earlier": ["guance/issue/issue_00", 7]});
        world.jira.set_issue_property(&key, "alice", "guajira", value);
        let outcome = world.run(&["link", &issue, &key]);
        assert!(outcome.code == 0 && outcome.stdout.contains("in no project of a route (OPS)"), "{outcome}");
        let property = world.jira.issue(&key).unwrap().properties["guajira"].clone();
        assert_eq!(property["key"], format!("guance/issue/{issue}"));
        assert_eq!(property["earlier"], serde_json::json!([before, "guance/issue/issue_00"]));
    }
}

#[test]
fn a_jira_issue_of_another_line_is_refused() {
    lines::on_both(|two| {
        two.world.jira.with_user("bot", |bot| bot.denied.clear());
        two.sync();
        let there = two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
        two.sync();
        let here = two.world.guance.open_issue("disk full", "<p>here</p>", "P1", "张三");
        let key = two.key_in("EU");
        let outcome = two.run(&["link", &here, &key]);
        assert!(outcome.code == 3 && outcome.stderr.contains(&there), "{outcome}");
    });
}
