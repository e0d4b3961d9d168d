//! Who is who: mentions, assignees and statuses between the two real services.

use std::time::Duration;

use guajira_fakes::jira::{User, Workflow};
use serde_json::{Value, json};

use super::world::{Flavour, World, on_both};

/// 张三 is Alice and 李四 is Bob by the table; nobody else is anybody.
fn with_people(world: &World) -> (String, String) {
    world.reconfigure(
        "[[route]]",
        "[people]\n\"zhang.san@example.com\" = \"alice@example.com\"\n\"李四\" = \"Bob Example\"\n\n[[route]]",
    );
    let zhang = world.guance.add_member("张三", "zhang.san@example.com");
    (zhang, world.guance.add_member("李四", "li.si@example.com"))
}

pub(super) fn at(uuid: &str, name: &str) -> String {
    format!("<span class=\"mention-highlight\" data-mention=\"true\" data-uuid=\"{uuid}\">@{name}</span>")
}

/// What names a user in Jira's texts.
pub(super) fn account(world: &World, name: &str) -> String {
    let mut id = String::new();
    world.jira.with_user(name, |user| {
        id.clone_from(if world.flavour == Flavour::Cloud { &user.account_id } else { &user.name });
    });
    id
}

/// A comment that mentions an account.
pub(super) fn mentioning(world: &World, id: &str, name: &str) -> Value {
    if world.flavour == Flavour::Server {
        return json!(format!("please [~{id}], look"));
    }
    let text = |text: &str| json!({"type": "text", "text": text});
    let mention = json!({"type": "mention", "attrs": {"id": id, "text": format!("@{name}")}});
    let line = json!({"type": "paragraph", "content": [text("please "), mention, text(", look")]});
    json!({"type": "doc", "version": 1, "content": [line]})
}

#[test]
fn a_mention_is_real_for_those_whom_the_table_names() {
    on_both(|world| {
        let (zhang, li) = with_people(&world);
        let wang = world.guance.add_member("王五", "bob@example.com");
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
        let mentioned = format!("<p>{} {} {} 看一下</p>", at(&zhang, "张三"), at(&li, "李四"), at(&wang, "王五"));
        let reply = world.guance.reply(&issue, "王五", &mentioned);
        world.settle();
        let key = world.key_of(&issue);
        let copy = world.jira.comments(&key).remove(0).body.to_string();
        let (alice, bob) = (account(&world, "alice"), account(&world, "bob"));
        let pings = if world.flavour == Flavour::Cloud { "\"type\":\"mention\"" } else { "[~" };
        assert_eq!(copy.matches(pings).count(), 2, "{copy}");
        assert!(copy.contains(&alice) && copy.contains(&bob) && copy.contains("@王五"), "{copy}");

        world.jira.comment(&key, "bob", mentioning(&world, &alice, "Alice Example"));
        world.jira.add_user(User::new("carol", "王五"));
        world.jira.comment(&key, "bob", mentioning(&world, &account(&world, "carol"), "王五"));
        world.settle();
        let copies = world.copied_replies(&issue);
        assert_eq!(copies[0].extend["members"], json!([{"type": "@", "uuid": zhang, "exists": true}]));
        assert!(copies[0].content.contains(&zhang) && copies[0].content.contains("@张三"), "{}", copies[0].content);
        assert!(copies[1].extend.get("members").is_none() && !copies[1].content.contains(&wang), "{:?}", copies[1]);
        assert!(!copies[1].content.contains("data-insert-by"), "{}", copies[1].content);

        // An edit keeps the mention, and nothing else changes.
        world.guance.edit_reply(&reply, &mentioned.replace("看一下", "看完了"));
        world.settle();
        let copy = world.jira.comments(&key).remove(0).body.to_string();
        assert!(copy.contains("看完了") && copy.matches(pings).count() == 2, "{copy}");
        world.forget_requests();
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.writes(), 0);
    });
}

#[test]
fn a_description_mentions_for_real_and_is_still_guajiras_own() {
    on_both(|world| {
        let (zhang, li) = with_people(&world);
        let wang = world.guance.add_member("王五", "bob@example.com");
        world.configure_flow("updates = true");
        let text =
            |more: &str| format!("<p>{} {} {} {more}</p>", at(&zhang, "张三"), at(&li, "李四"), at(&wang, "王五"));
        let issue = world.guance.open_issue("disk full", &text("看一下"), "P1", "王五");
        world.settle();
        let (alice, bob) = (account(&world, "alice"), account(&world, "bob"));
        let pings = if world.flavour == Flavour::Cloud { "\"type\":\"mention\"" } else { "[~" };
        for (more, lost) in [("看一下", false), ("看完了", false), ("再看", true)] {
            if lost {
                world.lose_state();
                world.settle();
            }
            world.guance.edit_issue(&issue, "王五", |issue| issue.description = text(more));
            world.settle();
            let copy = world.copy_of(&issue).description.to_string();
            assert!(copy.contains(more) && copy.matches(pings).count() == 2, "{copy}");
            assert!(copy.contains(&alice) && copy.contains(&bob) && copy.contains("@王五"), "{copy}");
            assert!(world.jira.comments(&world.key_of(&issue)).is_empty(), "it was not changed by hand");
        }
        world.forget_requests();
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.writes(), 0);
    });
}

#[test]
fn a_description_does_not_wait_for_who_somebody_is() {
    on_both(|world| {
        let (zhang, _) = with_people(&world);
        let down = guajira_fakes::server::What::Status(503, "{}".into(), Vec::new());
        let fault = guajira_fakes::server::Fault::new(down).path_contains("/user/search");
        world.jira.fail(fault.times(guajira_fakes::server::Times::Always));
        let issue = world.guance.open_issue("disk full", &format!("<p>{} 看</p>", at(&zhang, "张三")), "P1", "王五");
        world.run(&["sync"]);
        world.run(&["sync"]);
        let copy = world.copy_of(&issue).description.to_string();
        assert!(copy.contains("@张三") && !copy.contains("[~") && !copy.contains("\"mention\""), "{copy}");
    });
}

#[test]
fn who_somebody_is_may_be_asked_later() {
    on_both(|world| {
        let (zhang, _) = with_people(&world);
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
        world.settle();
        let key = world.key_of(&issue);
        let alice = account(&world, "alice");
        world.jira.comment(&key, "bob", "first");
        world.jira.comment(&key, "bob", mentioning(&world, &alice, "Alice Example"));
        world.jira.comment(&key, "bob", "third");
        let down = guajira_fakes::server::What::Status(503, "{}".into(), Vec::new());
        let fault = guajira_fakes::server::Fault::new(down).path_contains("members/list");
        world.guance.fail(fault.times(guajira_fakes::server::Times::Always));
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        assert_eq!(world.copied_replies(&issue).len(), 1, "in order, and not without the mention");
        world.guance.clear_faults();
        world.settle();
        let copies = world.copied_replies(&issue);
        assert_eq!(copies.len(), 3);
        assert!(copies[1].content.contains(&zhang) && copies[2].content.contains("third"), "{copies:?}");
    });
}

#[test]
fn statuses_and_assignees_travel_through_a_real_workflow() {
    on_both(|world| {
        with_people(&world);
        world.jira.with_project("OPS", |project| project.workflow = Workflow::reviewed());
        world.reconfigure("[people]", "[flow]\nstatus = \"both\"\nassignee = \"both\"\n\n[people]");
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
        world.settle();
        let key = world.key_of(&issue);

        world.guance.set_managers(&issue, &["group_1", "张三"], "王五");
        world.guance.set_status(&issue, 20, "王五");
        world.settle();
        let copy = world.jira.issue(&key).unwrap();
        assert_eq!((world.jira.status_of(&key).as_str(), copy.assignee.as_deref()), ("Done", Some("alice")));

        world.jira.transition(&key, "bob", "Reopened");
        world.jira.assign(&key, "bob", Some("bob"));
        world.settle();
        assert_eq!(world.guance.issue(&issue).unwrap().status_type, 10);
        assert_eq!(world.guance.managers(&issue), ["group_1", "李四"]);
        world.forget_requests();
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.writes(), 0);
    });
}

#[test]
fn people_are_found_by_address_then_by_name_and_a_stranger_is_named() {
    on_both(|world| {
        world.reconfigure("[[route]]", "[flow]\nassignee = \"both\"\n\n[[route]]");
        // Alice by her address alone, Bob, whose address Guance does not tell, by his name alone.
        world.guance.add_member("爱丽丝", "alice@example.com");
        world.guance.add_member("Bob Example", "");
        world.guance.add_member("陌生人", "stranger@example.com");
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.guance.set_managers(&issue, &["陌生人", "group_1", "ext@elsewhere.example"], "张三");
        let outcome = world.sync();
        let key = world.key_of(&issue);
        assert!(outcome.stdout.contains("stranger@example.com"), "the issue travels, and it is told: {outcome}");
        let assigned = || world.jira.issue(&key).unwrap().assignee;
        assert_eq!(assigned(), None);

        for (manager, login) in [("爱丽丝", "alice"), ("Bob Example", "bob")] {
            world.guance.set_managers(&issue, &[manager, "group_1", "ext@elsewhere.example"], "张三");
            world.settle();
            assert_eq!(assigned().as_deref(), Some(login));
        }
        world.jira.assign(&key, "bob", Some("alice"));
        world.settle();
        let mut managers = world.guance.managers(&issue);
        managers.sort();
        assert_eq!(managers, ["ext@elsewhere.example", "group_1", "爱丽丝"], "teams and outsiders stay");
        world.forget_requests();
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.writes(), 0);
    });
}
