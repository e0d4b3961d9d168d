//! Jira comments that claim to be the copy of a Guance reply, and links that were believed once.

use std::time::Duration;

use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::agree::jira_words;
use super::forging::PRINT;
use super::world::World;

/// On both kinds of Jira, with an account that may edit and delete everybody's comments.
fn on_both(story: impl Fn(World)) {
    super::world::on_both(|world| {
        world.jira.with_user("bot", |bot| bot.denied.clear());
        story(world);
    });
}

/// Two pairs; the first one's Jira thread is longer than what an issue carries inline, so that it is read with
/// properties. Returns the Guance issues and the first pair's Jira key.
fn long_thread(world: &World) -> ([String; 2], String) {
    let issues = world.two_pairs();
    let key = world.key_of(&issues[0]);
    for n in 0..25 {
        world.jira.comment(&key, "alice", format!("chatter {n}"));
    }
    world.settle();
    (issues, key)
}

/// Every property that claims a reply, the last with the seal of another of our comments.
fn claims(world: &World, key: &str, reply: &str) -> Vec<Value> {
    let ours = world.copied_comments(key);
    let real = &ours[0].properties["guajira"];
    let claim = format!("guance/comment/{reply}");
    let mut whole = real.clone();
    whole["key"] = claim.clone().into();
    vec![
        json!({"key": claim}),
        json!({"v": 1, "key": claim, "content": PRINT, "pair": real["pair"]}),
        json!({"v": 1, "key": claim, "content": PRINT, "pair": real["pair"], "seal": "ab".repeat(16)}),
        whole,
    ]
}

fn words_of(world: &World, key: &str, id: u64) -> Option<(String, Option<String>)> {
    let comment = world.jira.comments(key).into_iter().find(|comment| comment.id == id)?;
    Some((jira_words(&comment.body), comment.update_author))
}

fn is_hers(world: &World, key: &str, id: u64, text: &str) {
    assert_eq!(words_of(world, key, id), Some((text.to_owned(), Some("alice".to_owned()))));
}

#[test]
fn a_property_on_a_persons_comment_adopts_no_reply() {
    for deletes in ["keep", "delete"] {
        on_both(|world| {
            world.configure_flow(&format!("deletes = \"{deletes}\""));
            let (issues, key) = long_thread(&world);
            world.guance.reply(&issues[0], "李四", "<p>first</p>");
            world.settle();
            // A reply that is about to be copied, one of another pair, and none.
            let about_to = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
            let of_another = world.guance.reply(&issues[1], "李四", "<p>ELSEWHERE</p>");
            let of_none = "repim_0123456789abcdef0123456789abcdef".to_owned();
            let mut hers = Vec::new();
            for claimed in [&about_to, &of_another, &of_none] {
                for (n, property) in claims(&world, &key, claimed).into_iter().enumerate() {
                    let text = format!("hers {n} {}", &claimed[..12]);
                    let id = world.jira.comment(&key, "alice", text.as_str());
                    world.jira.set_comment_property(id, "alice", "guajira", property);
                    hers.push((id, text));
                }
            }
            world.settle();
            let check = |heard: [usize; 2]| {
                for (id, text) in &hers {
                    is_hers(&world, &key, *id, text);
                    assert_eq!(world.heard_on_guance(&issues[0], text), 1, "{text}");
                }
                let other = world.key_of(&issues[1]);
                assert_eq!([world.heard_on_jira(&key, "REPLY"), world.heard_on_jira(&other, "ELSEWHERE")], heard);
                assert_eq!(world.heard_on_jira(&key, "ELSEWHERE"), 0);
            };
            check([1, 1]);
            world.guance.edit_reply(&about_to, "<p>REPLY, edited</p>");
            world.settle();
            assert_eq!(world.heard_on_jira(&key, "REPLY, edited"), 1);
            check([1, 1]);
            world.guance.delete_reply(&about_to);
            world.guance.delete_reply(&of_another);
            for _ in 0..3 {
                world.settle();
            }
            check(if deletes == "delete" { [0, 0] } else { [1, 1] });
        });
    }
}

/// The property is set in the moment in which the reply is about to be copied: the look-up after a lost answer.
#[test]
fn a_look_up_finds_no_persons_comment() {
    on_both(|world| {
        let (issues, key) = long_thread(&world);
        world.guance.reply(&issues[0], "李四", "<p>first</p>");
        world.settle();
        let reply = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
        world.jira.fail(Fault::new(What::DropBefore).method("POST").path_contains("/comment"));
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        assert_eq!(world.staged("in_flight"), 1);
        let mut hers = Vec::new();
        for property in claims(&world, &key, &reply) {
            let id = world.jira.comment(&key, "alice", "hers");
            world.jira.set_comment_property(id, "alice", "guajira", property);
            hers.push(id);
        }
        world.settle();
        assert_eq!((world.heard_on_jira(&key, "REPLY"), world.heard_on_guance(&issues[0], "hers")), (1, 4));
        for id in hers {
            is_hers(&world, &key, id, "hers");
        }
    });
}

/// After a lost state an old comment of hers, with the property of a reply that is copied long since, is the older one.
#[test]
fn an_old_comment_is_no_older_copy_after_a_lost_state() {
    on_both(|world| {
        let (issues, key) = long_thread(&world);
        let old = world.jira.comment(&key, "alice", "an old one of hers");
        world.settle();
        let reply = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
        world.settle();
        let real = world.copied_comments(&key).pop().unwrap().properties["guajira"].clone();
        // The whole of it, as it stands on the real copy, in the same issue.
        world.jira.set_comment_property(old, "alice", "guajira", real);
        world.lose_state();
        world.settle();
        world.guance.edit_reply(&reply, "<p>REPLY, edited</p>");
        world.settle();
        is_hers(&world, &key, old, "an old one of hers");
        assert_eq!(world.heard_on_jira(&key, "REPLY, edited"), 1);
        assert_eq!(world.heard_on_guance(&issues[0], "an old one of hers"), 1);
        assert_eq!(world.heard_on_jira(&key, "REPLY"), 1);
    });
}

/// Version 0.1 believed a forged property: its state says that a person's comment is the copy of a reply.
fn poison(world: &World, pair: &str, reply: &str, comment: u64) {
    let state = world.state();
    state.execute("DELETE FROM comment_link WHERE origin_id = ?1 OR copy_id = ?1", [comment.to_string()]).unwrap();
    state.execute("DELETE FROM comment_link WHERE origin_id = ?1", [reply]).unwrap();
    state.execute("DELETE FROM outbox WHERE origin = ?1", [format!("jira/comment/{comment}")]).unwrap();
    let sql = "INSERT INTO comment_link (origin, origin_id, copy_id, lane, written) VALUES ('guance', ?1, ?2, ?3, ?4)";
    state.execute(sql, [reply, &comment.to_string(), pair, PRINT]).unwrap();
}

#[test]
fn a_link_that_version_0_1_believed_writes_over_nobodys_comment() {
    for (deletes, deed) in [("keep", "edit"), ("delete", "edit"), ("delete", "delete"), ("mark", "delete")] {
        on_both(|world| {
            eprintln!("    deletes = {deletes}, {deed}");
            world.configure_flow(&format!("deletes = \"{deletes}\""));
            let issues = world.two_pairs();
            let key = world.key_of(&issues[0]);
            let reply = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
            let hers = world.jira.comment(&key, "alice", "hers");
            world.jira.set_comment_property(
                hers,
                "alice",
                "guajira",
                json!({"key": format!("guance/comment/{reply}")}),
            );
            // As if neither had been carried.
            world.settle();
            for copy in world.copied_comments(&key) {
                world.jira.delete_comment(copy.id, "bot");
            }
            for copy in world.our_replies(&issues[0]) {
                world.guance.delete_reply(&copy.uuid);
            }
            poison(&world, &issues[0], &reply, hers);
            if deed == "edit" {
                world.guance.edit_reply(&reply, "<p>REPLY, edited</p>");
            } else {
                world.guance.delete_reply(&reply);
            }
            for _ in 0..3 {
                world.settle();
            }
            is_hers(&world, &key, hers, "hers");
            let wanted = usize::from(deed == "edit");
            assert_eq!(world.heard_on_jira(&key, "REPLY"), wanted, "{:#?}", world.jira.comments(&key));
            assert_eq!(world.heard_on_guance(&issues[0], "hers"), wanted, "what was taken for a copy is an original");
        });
    }
}

/// The other variation: the reply is of another pair than the comment that was taken for its copy.
#[test]
fn a_link_into_another_pair_is_taken_back() {
    on_both(|world| {
        let issues = world.two_pairs();
        let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
        let reply = world.guance.reply(&issues[1], "李四", "<p>ELSEWHERE</p>");
        let hers = world.jira.comment(&keys[0], "alice", "hers");
        world.settle();
        for key in &keys {
            for copy in world.copied_comments(key) {
                world.jira.delete_comment(copy.id, "bot");
            }
        }
        for copy in world.our_replies(&issues[0]) {
            world.guance.delete_reply(&copy.uuid);
        }
        // Version 0.1 noted the pair of the comment with the claim.
        poison(&world, &issues[0], &reply, hers);
        world.guance.edit_reply(&reply, "<p>ELSEWHERE, edited</p>");
        world.jira.comment(&keys[0], "bob", "so that the thread is read");
        for _ in 0..3 {
            world.settle();
        }
        is_hers(&world, &keys[0], hers, "hers");
        assert_eq!(
            (world.heard_on_jira(&keys[0], "ELSEWHERE"), world.heard_on_jira(&keys[1], "ELSEWHERE, edited")),
            (0, 1)
        );
        assert_eq!((world.heard_on_guance(&issues[0], "hers"), world.heard_on_guance(&issues[1], "hers")), (1, 0));
    });
}

/// The same on Guance: a person's reply was taken for the copy of a comment, and Guance lets only its author change it.
#[test]
fn a_link_to_a_persons_reply_writes_over_nothing() {
    on_both(|world| {
        let issues = world.two_pairs();
        let key = world.key_of(&issues[0]);
        let comment = world.jira.comment(&key, "alice", "WORDS");
        let theirs = world.guance.reply(&issues[0], "李四", "<p>theirs</p>");
        world.settle();
        for copy in world.our_replies(&issues[0]) {
            world.guance.delete_reply(&copy.uuid);
        }
        for copy in world.copied_comments(&key) {
            world.jira.delete_comment(copy.id, "bot");
        }
        let state = world.state();
        state.execute("DELETE FROM comment_link", []).unwrap();
        state.execute("DELETE FROM outbox", []).unwrap();
        let sql =
            "INSERT INTO comment_link (origin, origin_id, copy_id, lane, written) VALUES ('jira', ?1, ?2, ?3, ?4)";
        state.execute(sql, [&comment.to_string(), &theirs, &issues[0], PRINT]).unwrap();
        drop(state);
        world.jira.edit_comment(comment, "alice", "WORDS, edited");
        for _ in 0..3 {
            world.settle();
        }
        let texts: Vec<String> = world.guance.replies(&issues[0]).into_iter().map(|reply| reply.content).collect();
        assert!(texts.contains(&"<p>theirs</p>".to_owned()), "{texts:?}");
        assert_eq!(world.heard_on_guance(&issues[0], "WORDS, edited"), 1, "{texts:?}");
        assert_eq!(world.heard_on_jira(&key, "theirs"), 1);
    });
}

/// What cannot be carried because a mended link is not known yet is not lost when Jira answers slowly meanwhile.
#[test]
fn a_disowned_link_survives_a_run_that_ends_early() {
    on_both(|world| {
        let issues = world.two_pairs();
        let key = world.key_of(&issues[0]);
        let reply = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
        let hers = world.jira.comment(&key, "alice", "hers");
        world.settle();
        for copy in world.copied_comments(&key) {
            world.jira.delete_comment(copy.id, "bot");
        }
        for copy in world.our_replies(&issues[0]) {
            world.guance.delete_reply(&copy.uuid);
        }
        poison(&world, &issues[0], &reply, hers);
        world.guance.edit_reply(&reply, "<p>REPLY, edited</p>");
        let slow = || Fault::new(What::Status(429, "slow down".to_owned(), Vec::new())).times(Times::Always);
        world.jira.fail(slow().method("POST").path_contains("/comment"));
        for _ in 0..2 {
            world.pass(Duration::from_mins(6));
            world.run(&["sync"]);
        }
        world.jira.clear_faults();
        for _ in 0..3 {
            world.pass(Duration::from_hours(2));
            world.settle();
        }
        is_hers(&world, &key, hers, "hers");
        assert_eq!((world.heard_on_jira(&key, "REPLY, edited"), world.heard_on_guance(&issues[0], "hers")), (1, 1));
    });
}
