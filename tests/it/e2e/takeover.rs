//! Taking over from the vendor's minute script: what it left is paired, and doubles nothing.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::jira::{Flavour, Visibility};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::script::{Script, adopt, bob, left_by, others, own, seen};
use super::world::{World, on_both};

#[test]
fn a_dry_run_of_a_takeover_prints_what_it_would_do_and_writes_nothing() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let key = world.guance.key_uuid(1);
        let outcome = adopt(&world, &[&bob(&world), &key], true);
        assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
        assert!(world.jira.recorded().iter().all(|request| !request.write), "not even the counter");
        assert!(!world.path("guajira.db").exists());
        for (key, uuid) in left.keys.iter().zip(&left.issues) {
            assert!(outcome.stdout.contains(&format!("-> {key} becomes the pair of {uuid}")), "{outcome}");
        }
        for (comment, reply) in &left.comments {
            assert!(outcome.stdout.contains(&format!("guance {reply} is the copy of jira {comment}")), "{outcome}");
        }
        let (reply, comment) = &left.reply;
        assert!(outcome.stdout.contains(&format!("jira {comment} is the copy of guance {reply}")), "{outcome}");
        assert!(outcome.stdout.contains("to be taken over: 2 issues, 3 comments"), "{outcome}");
    });
}

#[test]
fn what_the_script_left_is_paired_and_nothing_is_made_twice() {
    on_both(|world| {
        for script in [own(&world), others(&world)] {
            world.lose_state();
            let left = left_by(&script);
            let before = seen(&world, &left);
            let key = world.guance.key_uuid(script.key);
            let outcome = adopt(&world, &[&bob(&world), &key], false);
            assert_eq!(outcome.code, 0, "{outcome}");
            assert!(outcome.stdout.contains("taken over: 2 issues, 3 comments"), "{outcome}");
            for _ in 0..3 {
                world.settle();
                world.run(&["sync", "--since", "1d"]);
            }
            assert_eq!(seen(&world, &left), before, "{:#?}", world.guance.replies(&left.issues[0]));

            // Life goes on, in both directions.
            world.jira.comment(&left.keys[0], "alice", "said after the takeover");
            world.guance.reply(&left.issues[1], "李四", "<p>replied after the takeover</p>");
            world.pass(Duration::from_mins(6));
            world.settle();
            let (issues, lengths) = seen(&world, &left);
            let (first, second) = (before.1[0], before.1[1]);
            assert_eq!(issues, before.0);
            assert_eq!(lengths, [(first.0 + 1, first.1 + 1), (second.0 + 1, second.1 + 1)]);
        }
    });
}

#[test]
fn markers_are_put_where_guajira_puts_them_and_no_words_change() {
    on_both(|world| {
        let left = left_by(&own(&world));
        let words = |world: &World| {
            let replies = world.guance.replies(&left.issues[0]).into_iter().map(|reply| reply.content);
            replies.collect::<Vec<_>>()
        };
        let before = words(&world);
        let outcome = adopt(&world, &[&world.guance.key_uuid(0)], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert_eq!(words(&world), before);
        let issue = world.jira.issue(&left.keys[0]).unwrap();
        assert_eq!(issue.properties["guajira"]["key"], format!("guance/issue/{}", left.issues[0]));
        let (reply, comment) = &left.reply;
        let copy = issue.comments.iter().find(|one| one.id == *comment).unwrap();
        assert_eq!(copy.properties["guajira"]["key"], format!("guance/comment/{reply}"));
        for (comment, reply) in &left.comments {
            let copy = world.guance.replies(&left.issues[0]).into_iter().find(|one| one.uuid == *reply).unwrap();
            assert_eq!(copy.extend["guajira"]["key"], format!("jira/comment/{comment}"));
        }

        // By them a lost state is found again.
        let before = seen(&world, &left);
        world.lose_state();
        world.settle();
        world.run(&["sync", "--since", "1d"]);
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}

/// Nobody names the script's Jira account to `sync`: what it wrote there is known by our seals on it.
#[test]
fn what_another_account_made_is_known_by_its_seals_after_a_lost_state() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        let left = left_by(&Script { world: &world, account: "bob", key: 0 });
        let accounts = [bob(&world), world.guance.key_uuid(0)];
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        assert_eq!(adopt(&world, &accounts, false).code, 0);
        world.settle();
        let before = seen(&world, &left);
        world.lose_state();
        world.settle();
        let outcome = world.run(&["sync", "--since", "1d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert_eq!(seen(&world, &left), before);
        for (uuid, key) in left.issues.iter().zip(&left.keys) {
            assert_eq!(world.linked(uuid).as_ref(), Some(key));
        }
    });
}

#[test]
fn an_edit_travels_to_what_the_script_wrote_with_our_own_credentials() {
    on_both(|world| {
        let left = left_by(&own(&world));
        assert_eq!(adopt(&world, &[&world.guance.key_uuid(0)], false).code, 0);
        world.settle();
        let before = seen(&world, &left);
        let (comment, reply) = &left.comments[0];
        world.jira.edit_comment(*comment, "alice", "looking at it, and found it");
        world.guance.edit_reply(&left.reply.0, "<p>thanks, it is closed</p>");
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!(seen(&world, &left), before);
        let copy = world.guance.replies(&left.issues[0]).into_iter().find(|one| one.uuid == *reply).unwrap();
        assert!(copy.content.contains("and found it"), "{copy:?}");
        let issue = world.jira.issue(&left.keys[0]).unwrap();
        let copy = issue.comments.iter().find(|one| one.id == left.reply.1).unwrap();
        assert!(copy.body.to_string().contains("it is closed"), "{copy:?}");
    });
}

#[test]
fn an_edit_of_what_another_account_copied_arrives_once_as_our_own_copy() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let accounts = [bob(&world), world.guance.key_uuid(1)];
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        assert_eq!(adopt(&world, &accounts, false).code, 0);
        world.settle();
        let before = seen(&world, &left);
        world.jira.edit_comment(left.comments[0].0, "alice", "looking at it, and found it");
        world.pass(Duration::from_mins(6));
        world.settle();
        world.settle();
        // What others wrote is never written over.
        let replies = world.guance.replies(&left.issues[0]);
        assert!(replies.iter().any(|reply| reply.uuid == left.comments[0].1 && reply.content == "looking at it"));
        let ours: Vec<_> = replies.iter().filter(|reply| reply.content.contains("and found it")).collect();
        assert_eq!((ours.len(), &ours[0].creator), (1, &world.guance.key_uuid(0)), "{replies:#?}");
        assert_eq!(seen(&world, &left).1[0], (before.1[0].0 + 1, before.1[0].1), "nothing comes back");
    });
}

#[test]
fn our_own_key_need_not_be_named_once_it_is_known() {
    on_both(|world| {
        let first = world.guance.open_issue("the first", "<p>x</p>", "P1", "张三");
        world.sync();
        world.jira.comment(&world.key_of(&first), "alice", "a comment by which our key's account is learnt");
        world.settle();
        left_by(&own(&world));
        let outcome = adopt(&world, &[], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains("taken over: 2 issues, 3 comments"), "{outcome}");
    });
}

#[test]
fn a_second_takeover_does_nothing() {
    on_both(|world| {
        left_by(&others(&world));
        let accounts = [bob(&world), "Jira 系统".to_owned()];
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        assert_eq!(adopt(&world, &accounts, false).code, 0);
        world.forget_requests();
        let outcome = adopt(&world, &accounts, false);
        assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
        assert!(outcome.stdout.contains("taken over: 0 issues, 0 comments"), "{outcome}");
    });
}

#[test]
fn a_takeover_that_was_cut_off_goes_on_where_it_was() {
    on_both(|world| {
        for nth in 0..4 {
            world.lose_state();
            let left = left_by(&own(&world));
            let before = seen(&world, &left);
            let key = world.guance.key_uuid(0);
            // A marker on a comment, on the second issue, on a reply, on the next: one of them fails for a while.
            let fault = |part: &str, nth: usize| {
                let what = What::Status(503, String::new(), Vec::new());
                Fault::new(what).path_contains(part).writes().nth(nth).times(Times::Always)
            };
            match nth {
                0 => world.jira.fail(fault("/comment/", 1)),
                1 => world.jira.fail(fault("/issue/", 2)),
                2 => world.guance.fail(fault("/modify", 1)),
                _ => world.guance.fail(fault("/modify", 2)),
            }
            let outcome = adopt(&world, &[&key], false);
            assert_eq!(outcome.code, 4, "{outcome}");
            world.jira.clear_faults();
            world.guance.clear_faults();
            let outcome = adopt(&world, &[&key], false);
            assert_eq!(outcome.code, 0, "{outcome}");
            world.settle();
            world.run(&["sync", "--since", "1d"]);
            world.settle();
            assert_eq!(seen(&world, &left), before, "fault {nth}");
        }
    });
}

#[test]
fn what_may_not_be_marked_is_remembered_in_the_state_alone_and_told() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let before = seen(&world, &left);
        // Bob's comment and the other key's replies are not ours to change.
        let outcome = adopt(&world, &[&bob(&world), &world.guance.key_uuid(1)], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert_eq!(outcome.stdout.matches("not marked: ").count(), 3, "{outcome}");
        assert!(outcome.stdout.contains("only the state file knows of it"), "{outcome}");
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}

#[test]
fn issues_of_an_account_that_was_not_named_are_told_and_left_alone() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let mine = own(&world);
        let extra = world.guance.open_issue("certificate ends soon", "<p>x</p>", "P1", "张三");
        let own_key = mine.makes_issue(&extra);
        let outcome = adopt(&world, &[], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains(&format!("-> {own_key} becomes the pair of {extra}")), "{outcome}");
        for key in &left.keys {
            let told = format!("left alone: {key}: Bob Example made it, and was not named");
            assert!(outcome.stdout.contains(&told), "{outcome}");
        }
        assert!(world.jira.issue(&left.keys[0]).unwrap().properties.is_empty());
    });
}

#[test]
fn a_key_that_was_not_named_and_repeats_comments_stops_the_takeover() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let before = seen(&world, &left);
        let outcome = adopt(&world, &[&bob(&world)], false);
        assert_eq!((outcome.code, world.writes()), (2, 0), "{outcome}");
        assert!(outcome.stderr.contains(&format!("--created-by {}", world.guance.key_uuid(1))), "{outcome}");
        // A key may be named by its name too.
        let outcome = adopt(&world, &[&bob(&world), "Jira 系统"], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}

#[test]
fn who_is_named_must_be_one_account() {
    on_both(|world| {
        left_by(&others(&world));
        let outcome = adopt(&world, &["nobody"], false);
        assert_eq!((outcome.code, world.writes()), (2, 0), "{outcome}");
        assert!(outcome.stderr.contains("--created-by: \"nobody\" is no account"), "{outcome}");
        let outcome = world.run(&["adopt"]);
        assert_eq!(outcome.code, 2, "{outcome}");
    });
}

#[test]
fn of_several_issues_with_one_uuid_the_oldest_is_the_pair() {
    on_both(|world| {
        let script = own(&world);
        let left = left_by(&script);
        script.tick();
        let second = script.makes_issue(&left.issues[1]);
        let clone = world.jira.clone_issue(&left.keys[0], "alice");
        let gone = world.guance.open_issue("will be gone", "<p>x</p>", "P1", "张三");
        let orphan = script.makes_issue(&gone);
        world.guance.remove_issue(&gone);
        let outcome = adopt(&world, &[&world.guance.key_uuid(0)], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        let told = format!("left alone: {second}: {} has a Jira issue already: {}", left.issues[1], left.keys[1]);
        assert!(outcome.stdout.contains(&told), "{outcome}");
        assert!(outcome.stdout.contains(&format!("left alone: {orphan}: there is no {gone}")), "{outcome}");
        assert!(!outcome.stdout.contains(&clone), "{outcome}");
        assert!(outcome.stdout.contains("taken over: 2 issues"), "{outcome}");
    });
}

#[test]
fn an_issue_that_is_older_than_its_uuid_is_no_copy() {
    on_both(|world| {
        let script = own(&world);
        let first = world.guance.open_issue("slow checkout", "<p>x</p>", "P1", "张三");
        let older = script.makes_issue(&first);
        world.pass(Duration::from_hours(1));
        let second = world.guance.open_issue("a secret matter", "<p>x</p>", "P1", "张三");
        let (forged, copy) = (older, script.makes_issue(&second));
        // Somebody who may edit the older one wants to read the second thread.
        world.jira.edit_issue(&forged, "alice", |issue| issue.labels = vec![second.clone()]);
        let outcome = adopt(&world, &[], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        let told = format!("left alone: {forged}: it was made before {second} was opened");
        assert!(outcome.stdout.contains(&told), "{outcome}");
        assert!(outcome.stdout.contains(&format!("-> {copy} becomes the pair of {second}")), "{outcome}");
        assert!(outcome.stdout.contains("taken over: 1 issue,"), "{outcome}");
    });
}

#[test]
fn clocks_that_differ_change_nothing() {
    on_both(|world| {
        for hours in [-3, 3] {
            world.lose_state();
            world.jira.clock().set_offset(TimeDelta::hours(hours));
            let left = left_by(&own(&world));
            let before = seen(&world, &left);
            let outcome = adopt(&world, &[&world.guance.key_uuid(0)], false);
            assert_eq!(outcome.code, 0, "{outcome}");
            assert!(outcome.stdout.contains("taken over: 2 issues, 3 comments"), "{outcome}");
            world.settle();
            assert_eq!(seen(&world, &left), before);
        }
    });
}

#[test]
fn words_that_the_script_said_twice_do_not_come_back() {
    on_both(|world| {
        let script = own(&world);
        let left = left_by(&script);
        // Two runs in one minute carried the comment twice.
        let again = world.guance.append(&left.issues[0], "reply", &world.guance.key_uuid(0), "looking at it");
        let before = seen(&world, &left);
        let outcome = adopt(&world, &[&world.guance.key_uuid(0)], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains(&format!("left alone: guance {again} says again what")), "{outcome}");
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}

#[test]
fn formatting_that_the_script_loses_does_not_hide_its_copies() {
    on_both(|world| {
        let script = own(&world);
        let uuid = world.guance.open_issue("slow checkout", "<p>x</p>", "P1", "张三");
        let key = script.makes_issue(&uuid);
        let wiki = "*慢* because of [the disk|https://x.example/d_1]\n\n* one\n* two\n\n{code}\nrm -rf /tmp/x\n{code}";
        let text = |text: &str| json!({"type": "text", "text": text});
        let item =
            |word: &str| json!({"type": "listItem", "content": [{"type": "paragraph", "content": [text(word)]}]});
        let body = match world.flavour {
            Flavour::Server => Value::from(wiki),
            Flavour::Cloud => json!({"version": 1, "type": "doc", "content": [
                {"type": "paragraph", "content": [
                    {"type": "text", "text": "慢", "marks": [{"type": "strong"}]},
                    text(" because of "),
                    {"type": "text", "text": "the disk",
                     "marks": [{"type": "link", "attrs": {"href": "https://x.example/d_1"}}]},
                ]},
                {"type": "bulletList", "content": [item("one"), item("two")]},
                {"type": "codeBlock", "content": [text("rm -rf /tmp/x")]},
            ]}),
        };
        let comment = world.jira.comment(&key, "alice", body);
        script.tick();
        let reply = world.guance.append(&uuid, "reply", &world.guance.key_uuid(0), wiki);
        let outcome = adopt(&world, &[&world.guance.key_uuid(0)], false);
        assert!(outcome.stdout.contains(&format!("guance {reply} is the copy of jira {comment}")), "{outcome}");
        world.settle();
        assert_eq!((world.guance.replies(&uuid).len(), world.jira.comments(&key).len()), (1, 1));
    });
}

#[test]
fn what_is_opened_between_the_takeover_and_the_first_run_is_not_lost() {
    on_both(|world| {
        left_by(&others(&world));
        assert_eq!(adopt(&world, &[&bob(&world), &world.guance.key_uuid(1)], false).code, 0);
        world.pass(Duration::from_mins(20));
        let meanwhile = world.guance.open_issue("nobody carries this", "<p>x</p>", "P1", "张三");
        world.pass(Duration::from_mins(20));
        world.settle();
        assert_eq!(world.copies_of(&meanwhile).len(), 1);
    });
}

#[test]
fn a_lost_state_is_taken_over_again() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let before = seen(&world, &left);
        let accounts = [bob(&world), world.guance.key_uuid(1)];
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        for _ in 0..2 {
            assert_eq!(adopt(&world, &accounts, false).code, 0);
            world.settle();
            assert_eq!(seen(&world, &left), before);
            world.lose_state();
        }
    });
}

#[test]
fn many_issues_are_taken_over_with_one_list_of_them() {
    on_both(|world| {
        let script = own(&world);
        for n in 0..25 {
            let uuid = world.guance.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三");
            script.makes_issue(&uuid);
        }
        let outcome = adopt(&world, &[], false);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains("taken over: 25 issues, 0 comments"), "{outcome}");
        let requests = world.guance.recorded().len();
        assert!(requests <= 3, "{requests} requests for 25 issues without a comment");
        world.run(&["sync", "--since", "1d"]);
        world.settle();
        assert_eq!(world.jira.issues().len(), 25);
    });
}

#[test]
fn a_comment_that_was_restricted_since_does_not_come_back() {
    on_both(|world| {
        let left = left_by(&own(&world));
        world.jira.restrict_comment(left.comments[0].0, Some(Visibility::Role("Administrators".to_owned())));
        world.jira.with_user("bot", |bot| _ = bot.roles.insert("Administrators".to_owned()));
        let before = seen(&world, &left);
        assert_eq!(adopt(&world, &[&world.guance.key_uuid(0)], false).code, 0);
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}
