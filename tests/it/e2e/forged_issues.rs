//! Jira issues that claim to be the copy of a Guance issue.

use std::time::Duration;

use guajira_fakes::jira::Draft;
use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::forging::{PRINT, unsealed_value};
use super::world::{World, on_both};

/// An issue of a level that no route takes, with a reply; and the pair of an issue that one takes.
fn with_a_secret(world: &World) -> (String, String) {
    world.reconfigure("project = \"OPS\"", "project = \"OPS\"\nwhen = \"level != 'P3'\"");
    world.configure_flow("status = \"both\"");
    let secret = world.guance.open_issue("S", "<p>SECRET title</p>", "P3", "张三");
    world.guance.reply(&secret, "李四", "<p>SECRET reply</p>");
    let open = world.guance.open_issue("open", "<p>x</p>", "P1", "张三");
    world.settle();
    assert_eq!((world.linked(&secret), world.jira.issues().len()), (None, 1));
    (secret, open)
}

/// Our property, as it stands on the copy of an issue.
fn property_of(world: &World, issue: &str) -> Value {
    world.copy_of(issue).properties["guajira"].clone()
}

/// Every property that somebody may set to claim an issue: without a pair, with our pair's id, and with a whole
/// property of ours, its seal included.
fn claims(world: &World, claimed: &str, ours: &str) -> Vec<Value> {
    let real = property_of(world, ours);
    let key = format!("guance/issue/{claimed}");
    let mut whole = real.clone();
    whole["key"] = key.clone().into();
    vec![
        json!({"key": key}),
        json!({"v": 1, "key": key, "pair": real["pair"]}),
        json!({"v": 1, "key": key, "pair": real["pair"], "content": PRINT}),
        json!({"v": 1, "key": key, "pair": real["pair"], "content": real["content"], "seal": "ab".repeat(16)}),
        whole,
    ]
}

fn closed(world: &World, key: &str) -> bool {
    world.jira.issue(key).unwrap().resolution.is_some()
}

#[test]
fn a_property_opens_no_thread() {
    on_both(|world| {
        let (secret, open) = with_a_secret(&world);
        let mut forged = Vec::new();
        for (n, property) in claims(&world, &secret, &open).into_iter().enumerate() {
            let key = world.jira.create_issue("OPS", "alice", Draft::new(&format!("forged {n}")));
            world.jira.set_issue_property(&key, "alice", "guajira", property);
            if n % 2 == 1 {
                world.jira.add_label(&key, "alice", &secret);
            }
            world.jira.comment(&key, "alice", "PRIVATE words of Jira");
            forged.push(key);
        }
        world.settle();
        world.guance.reply(&secret, "李四", "<p>SECRET reply too</p>");
        world.guance.set_status(&secret, 20, "张三");
        world.settle();
        world.lose_state();
        world.settle();
        assert_eq!(world.linked(&secret), None);
        for key in &forged {
            assert!(world.copied_comments(key).is_empty(), "{:#?}", world.jira.comments(key));
            assert!(!closed(&world, key), "{key}");
        }
        assert!(!world.sent_to_guance().contains("PRIVATE"), "{}", world.sent_to_guance());
        assert!(world.linked(&open).is_some());
    });
}

/// Also when an issue of somebody's is there before the alarm's own, the create is made, and the look before it finds
/// nothing.
#[test]
fn a_look_before_a_create_believes_no_strangers_issue() {
    on_both(|mut world| {
        // It is decided what other people's labels mean.
        world.set("GUAJIRA_JIRA__SCRIPT", "none");
        let (_, open) = with_a_secret(&world);
        let refused = What::Status(503, "later".to_owned(), Vec::new());
        world.jira.fail(Fault::new(refused).method("POST").path_contains("/issue").writes().times(Times::Always));
        let alarm = world.guance.open_issue("alarm", "<p>words of the alarm</p>", "P0", "张三");
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        assert_eq!(world.linked(&alarm), None);
        let mut forged = Vec::new();
        for property in claims(&world, &alarm, &open) {
            let key = world.jira.create_issue("OPS", "alice", Draft::new("forged"));
            world.jira.set_issue_property(&key, "alice", "guajira", property);
            world.jira.add_label(&key, "alice", &alarm);
            forged.push(key);
        }
        world.guance.reply(&alarm, "李四", "<p>reply to the alarm</p>");
        world.jira.clear_faults();
        world.settle();
        let linked = world.linked(&alarm).unwrap();
        assert!(!forged.contains(&linked), "{linked} of {forged:?}");
        assert_eq!(world.jira.issue(&linked).unwrap().creator, "bot");
        assert_eq!((world.heard_on_jira(&linked, "reply to the alarm"), world.staged("pending")), (1, 0));
        assert!(forged.iter().all(|key| world.copied_comments(key).is_empty()));
    });
}

/// Our own issue, with its property turned to another Guance issue, which waits: the create is not done with.
#[test]
fn what_is_another_pairs_issue_already_is_not_found_for_a_create() {
    on_both(|world| {
        let (_, open) = with_a_secret(&world);
        let copy = world.key_of(&open);
        let refused = What::Status(503, "later".to_owned(), Vec::new());
        world.jira.fail(Fault::new(refused).method("POST").path_contains("/issue").writes().times(Times::Always));
        let alarm = world.guance.open_issue("alarm", "<p>words of the alarm</p>", "P0", "张三");
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        let mut property = property_of(&world, &open);
        property["key"] = format!("guance/issue/{alarm}").into();
        for labels in [false, true] {
            world.jira.set_issue_property(&copy, "alice", "guajira", property.clone());
            if labels {
                world.jira.add_label(&copy, "alice", &alarm);
                world.jira.remove_label(&copy, "alice", &open);
            }
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        world.jira.clear_faults();
        world.settle();
        assert_eq!(world.linked(&open), Some(copy.clone()));
        let linked = world.linked(&alarm).expect("the alarm has an issue");
        assert_ne!(linked, copy);
        assert_eq!(world.jira.issues().len(), 2);
    });
}

/// Two pairs, with a reply and a comment each.
fn two_talking(world: &World) -> [String; 2] {
    let issues = world.two_pairs();
    for (n, issue) in issues.iter().enumerate() {
        world.guance.reply(issue, "李四", &format!("<p>reply{n}a</p>"));
        world.jira.comment(&world.key_of(issue), "alice", format!("comment{n}a"));
    }
    world.settle();
    issues
}

/// Each word is in its own pair, at most once where things wait, and never in the other.
fn assert_apart(world: &World, issues: &[String; 2], keys: &[String; 2], round: &str) {
    for n in 0..2 {
        let (reply, comment) = (format!("reply{n}{round}"), format!("comment{n}{round}"));
        let other = 1 - n;
        assert!(world.heard_on_jira(&keys[n], &reply) <= 1, "{reply} is there twice");
        assert!(world.heard_on_guance(&issues[n], &comment) <= 1, "{comment} is there twice");
        assert_eq!(world.heard_on_jira(&keys[other], &reply), 0, "{reply} is in another pair");
        assert_eq!(world.heard_on_guance(&issues[other], &comment), 0, "{comment} is in another pair");
    }
    assert_eq!(world.jira.issues().iter().filter(|issue| issue.creator == "bot").count(), 2, "issues");
}

/// Somebody exchanges the properties of two issues of ours, or the labels; then the state is lost.
#[test]
fn exchanged_marks_exchange_no_pairs() {
    for (labels, with_seal) in [(false, true), (false, false), (true, true)] {
        on_both(|world| {
            eprintln!("    labels exchanged: {labels}, seals there: {with_seal}");
            let issues = two_talking(&world);
            let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
            let properties = [property_of(&world, &issues[0]), property_of(&world, &issues[1])];
            for n in 0..2 {
                if labels {
                    world.jira.remove_label(&keys[n], "alice", &issues[n]);
                    world.jira.add_label(&keys[n], "alice", &issues[1 - n]);
                    continue;
                }
                let other = properties[1 - n].clone();
                let other = if with_seal { other } else { unsealed_value(&other) };
                world.jira.set_issue_property(&keys[n], "alice", "guajira", other);
            }
            world.lose_state();
            for round in ["b", "c"] {
                for n in 0..2 {
                    world.guance.reply(&issues[n], "李四", &format!("<p>reply{n}{round}</p>"));
                    world.jira.comment(&keys[n], "alice", format!("comment{n}{round}"));
                }
                for _ in 0..3 {
                    world.pass(Duration::from_mins(6));
                    world.run(&["sync"]);
                }
            }
            for round in ["a", "b", "c"] {
                assert_apart(&world, &issues, &keys, round);
            }
            // An alarm of its own is not held up meanwhile.
            let alarm = world.guance.open_issue("new", "<p>n</p>", "P0", "张三");
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
            assert!(world.linked(&alarm).is_some());
        });
    }
}

/// While the state is there, no label and no property that people put, exchange or remove holds anything up.
#[test]
fn marks_that_people_change_hold_no_alarm_up() {
    on_both(|world| {
        let issues = two_talking(&world);
        let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
        // An item that waits while people label our issues with its name.
        let refused = What::Status(503, "later".to_owned(), Vec::new());
        world.jira.fail(Fault::new(refused).method("POST").path_contains("/issue").writes().times(Times::Always));
        let waits = world.guance.open_issue("waits", "<p>w</p>", "P1", "张三");
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        world.jira.set_issue_property(&keys[0], "alice", "guajira", Value::Null);
        world.jira.remove_label(&keys[0], "alice", &issues[0]);
        world.jira.add_label(&keys[0], "alice", &waits);
        world.jira.add_label(&keys[1], "alice", &issues[0]);
        world.jira.add_label(&keys[1], "alice", &waits);
        world.jira.clear_faults();
        let alarm = world.guance.open_issue("new", "<p>n</p>", "P0", "张三");
        world.jira.add_label(&keys[1], "alice", &alarm);
        for n in 0..2 {
            world.guance.reply(&issues[n], "李四", &format!("<p>reply{n}b</p>"));
            world.jira.comment(&keys[n], "alice", format!("comment{n}b"));
        }
        world.settle();
        for new in [&waits, &alarm] {
            let linked = world.linked(new).expect("an issue of its own");
            assert!(!keys.contains(&linked), "{linked}");
        }
        for n in 0..2 {
            assert_eq!(world.linked(&issues[n]).as_ref(), Some(&keys[n]));
            assert_eq!(world.heard_on_jira(&keys[n], &format!("reply{n}b")), 1);
            assert_eq!(world.heard_on_guance(&issues[n], &format!("comment{n}b")), 1);
        }
        assert_eq!(world.jira.issues().len(), 4);
    });
}

/// An issue that people cloned with its property, label and all, is nobody's copy: nor after a loss.
#[test]
fn a_clone_with_every_mark_is_no_copy() {
    on_both(|world| {
        let issues = two_talking(&world);
        let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
        let clone = world.jira.clone_issue(&keys[0], "alice");
        world.jira.set_issue_property(&clone, "alice", "guajira", property_of(&world, &issues[0]));
        world.jira.comment(&clone, "alice", "PRIVATE");
        world.settle();
        world.lose_state();
        world.settle();
        assert_eq!(world.linked(&issues[0]).as_ref(), Some(&keys[0]));
        assert!(world.copied_comments(&clone).is_empty());
        assert!(!world.sent_to_guance().contains("PRIVATE"));
        assert_apart(&world, &issues, &keys, "a");
    });
}
