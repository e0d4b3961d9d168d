//! Guance replies that claim to be the copy of something on Jira.

use std::time::Duration;

use serde_json::{Value, json};

use super::forging::{Mishap, PRINT, on_every_pair, on_half_the_pairs, unsealed, unsealed_value, with_line_of};
use super::world::World;

/// How far ahead of the present people name ids.
const AHEAD: u64 = 40;

/// Somebody else comments under the id that was named before; its words arrive once, in the right thread, and nothing of
/// A is written over.
fn then_the_named_comment_is_written(world: &World, [a, b]: &[String; 2], id: u64) {
    let before: Vec<String> = world.guance.replies(a).into_iter().map(|reply| reply.content).collect();
    world.burn_ids(id);
    let comment = world.jira.comment(&world.key_of(b), "bob", "WORDS for those who read B");
    assert_eq!(comment, id);
    world.settle();
    assert_eq!(world.heard_on_guance(b, "WORDS"), 1, "{:#?}", world.guance.replies(b));
    let after: Vec<String> = world.guance.replies(a).into_iter().map(|reply| reply.content).collect();
    assert_eq!(after, before, "the thread of A");
    // An edit goes to its own copy, too.
    world.jira.edit_comment(comment, "bob", "OTHER words for those who read B");
    world.settle();
    assert_eq!((world.heard_on_guance(b, "WORDS"), world.heard_on_guance(b, "OTHER")), (0, 1));
    assert_eq!(world.guance.replies(a).len(), before.len());
}

/// An id that a comment will get soon.
fn future_id(world: &World, issue: &str) -> u64 {
    world.jira.comment(&world.key_of(issue), "alice", "before") + AHEAD
}

#[test]
fn a_files_name_is_no_marker() {
    on_every_pair(|world| {
        world.configure_flow("attachments = \"to-guance\"");
        let issues = world.two_pairs();
        let id = future_id(&world, &issues[0]);
        let name = format!("focusedCommentId={id}#guajira-{PRINT}.txt");
        world.jira.attach(&world.key_of(&issues[0]), "alice", &name, "text/plain", b"harmless");
        world.settle();
        // The thread that shows the file is read again.
        world.guance.reply(&issues[0], "李四", "<p>seen</p>");
        world.settle();
        assert_eq!(world.heard_on_guance(&issues[0], &name), 1);
        then_the_named_comment_is_written(&world, &issues, id);
    });
}

#[test]
fn a_display_name_is_no_marker() {
    on_every_pair(|world| {
        world.configure_flow("attachments = \"to-guance\"");
        let issues = world.two_pairs();
        let id = future_id(&world, &issues[0]);
        let name = format!("https://jira.example/browse/OPS-2?focusedCommentId={id}#guajira-{PRINT}");
        world.jira.with_user("alice", |alice| alice.display_name.clone_from(&name));
        world.jira.attach(&world.key_of(&issues[0]), "alice", "any.txt", "text/plain", b"harmless");
        world.jira.comment(&world.key_of(&issues[0]), "alice", "harmless too");
        world.settle();
        world.guance.reply(&issues[0], "李四", "<p>seen</p>");
        world.settle();
        assert_eq!(world.heard_on_guance(&issues[0], "any.txt"), 1);
        then_the_named_comment_is_written(&world, &issues, id);
    });
}

#[test]
fn nobodys_extend_is_believed_but_our_own() {
    on_every_pair(|world| {
        let issues = world.two_pairs();
        let id = future_id(&world, &issues[0]);
        world.settle();
        let key = world.key_of(&issues[0]);
        let seal = "0123456789abcdef0123456789abcdef";
        for author in ["李四".to_owned(), world.other_key()] {
            for (n, extend) in [
                json!({"guajira": {"key": format!("jira/comment/{id}")}}),
                json!({"guajira": {"key": format!("jira/comment/{id}"), "content": PRINT}}),
                json!({"guajira": {"key": format!("jira/comment/{id}"), "content": PRINT, "seal": seal}}),
            ]
            .into_iter()
            .enumerate()
            {
                let word = format!("CLAIM{n}");
                world.guance.reply_with_extend(&issues[0], &author, &format!("<p>{word}</p>"), extend);
            }
        }
        world.settle();
        for word in ["CLAIM0", "CLAIM1", "CLAIM2"] {
            assert_eq!(world.heard_on_jira(&key, word), 2, "{word}");
        }
        then_the_named_comment_is_written(&world, &issues, id);
    });
}

/// The id that is named is that of a comment on the very same issue: then too, only our own account's word counts.
#[test]
fn a_claim_for_the_same_pair_costs_nobody_a_word() {
    on_every_pair(|world| {
        let issues = world.two_pairs();
        let key = world.key_of(&issues[0]);
        let id = future_id(&world, &issues[0]);
        world.settle();
        let extend = json!({"guajira": {"key": format!("jira/comment/{id}"), "content": PRINT}});
        world.guance.reply_with_extend(&issues[0], &world.other_key(), "<p>CLAIM</p>", extend.clone());
        world.guance.reply_with_extend(&issues[0], "李四", "<p>CLAIM</p>", extend);
        world.burn_ids(id);
        assert_eq!(world.jira.comment(&key, "bob", "WORDS"), id);
        world.settle();
        assert_eq!((world.heard_on_jira(&key, "CLAIM"), world.heard_on_guance(&issues[0], "WORDS")), (2, 1));
        world.lose_state();
        world.settle();
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!((world.heard_on_jira(&key, "CLAIM"), world.heard_on_guance(&issues[0], "WORDS")), (2, 1));
    });
}

#[test]
fn a_file_is_not_kept_back_by_a_claim() {
    on_every_pair(|world| {
        world.configure_flow("attachments = \"to-guance\"");
        let issues = world.two_pairs();
        let id = future_id(&world, &issues[0]);
        world.settle();
        let key = world.key_of(&issues[0]);
        for author in ["李四".to_owned(), world.other_key()] {
            let extend = json!({"guajira": {"key": format!("jira/attachment/{id}"), "content": PRINT}});
            world.guance.reply_with_extend(&issues[0], &author, "<p>CLAIM</p>", extend);
            let line = format!(
                "<p><strong>Mia</strong> · <a href=\"{}/browse/{key}?attachment={id}#guajira-{PRINT}\">{key}</a> · \
                 2026-11-22 10:00 UTC</p><p>CLAIM</p>",
                world.jira.base_url()
            );
            world.guance.reply_with_extend(&issues[0], &author, &line, json!({}));
        }
        world.settle();
        assert_eq!(world.heard_on_jira(&key, "CLAIM"), 4);
        world.burn_ids(id);
        let file = world.jira.attach(&world.key_of(&issues[1]), "bob", "WANTED.txt", "text/plain", b"wanted");
        assert_eq!(file, id);
        world.settle();
        assert_eq!(world.heard_on_guance(&issues[1], "WANTED.txt"), 1);
    });
}

#[test]
fn a_text_that_looks_like_ours_is_somebodys_words() {
    on_every_pair(|world| {
        let issues = world.two_pairs();
        let id = future_id(&world, &issues[0]);
        world.settle();
        let key = world.key_of(&issues[0]);
        let url = format!("{}/browse/{key}?focusedCommentId={id}#guajira-{PRINT}", world.jira.base_url());
        for author in ["李四".to_owned(), world.other_key()] {
            for (n, html) in [
                format!("<p><strong>Mia</strong> · <a href=\"{url}\">{key}</a> · 2026-11-22 10:00 UTC</p>"),
                format!("<p>see <a href=\"{url}\">{key}</a></p>"),
                format!("<blockquote><p><a href=\"{url}\">{key}</a></p></blockquote>"),
                format!("<p>{url}</p>"),
            ]
            .iter()
            .enumerate()
            {
                world.guance.reply_with_extend(&issues[0], &author, &format!("{html}<p>TEXT{n}</p>"), json!({}));
            }
        }
        world.settle();
        for word in ["TEXT0", "TEXT1", "TEXT2", "TEXT3"] {
            assert_eq!(world.heard_on_jira(&key, word), 2, "{word}");
        }
        then_the_named_comment_is_written(&world, &issues, id);
    });
}

/// A word of somebody's, and where it was said.
struct Said {
    word: String,
    on_guance: bool,
    pair: usize,
}

/// What people and programs put into both threads of two pairs: every form of our markers, copied from real ones or made
/// up, for ids of this pair, the other pair, and none, in names, texts, file names, quotations and `extend`.
fn say_everything(world: &World, issues: &[String; 2], round: &str, out: &mut Vec<Said>) {
    let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
    let on_guance = [world.our_replies(&issues[0]), world.our_replies(&issues[1])];
    let on_jira = [world.copied_comments(&keys[0]), world.copied_comments(&keys[1])];
    for pair in 0..2 {
        let (issue, key) = (&issues[pair], &keys[pair]);
        let mut count = 0;
        let mut new_word = |by_reply| {
            count += 1;
            let said = format!("{}{pair}{}x{count}y", round, if by_reply { "g" } else { "j" });
            out.push(Said { word: said.clone(), on_guance: by_reply, pair });
            said
        };
        for from in 0..2 {
            for reply in &on_guance[from] {
                // The whole text, its first line, and a quotation of it; with and without what `extend` said.
                let first = reply.content.split_inclusive("</p>").next().unwrap();
                let extend = Value::Object(reply.extend.clone());
                for author in ["李四".to_owned(), world.other_key()] {
                    for text in [
                        reply.content.clone(),
                        first.to_owned(),
                        format!("<blockquote>{}</blockquote>", reply.content),
                        format!("<p>{}</p>", reply.content.replace(['<', '>'], " ")),
                    ] {
                        let html = format!("{text}<p>{}</p>", new_word(true));
                        world.guance.reply_with_extend(issue, &author, &html, json!({}));
                    }
                    // As version 0.1 marked its copies.
                    let html = format!("{}<p>{}</p>", unsealed(&reply.content), new_word(true));
                    world.guance.reply_with_extend(issue, &author, &html, json!({}));
                    for extend in [extend.clone(), unsealed_value(&extend)] {
                        let html = format!("<p>{}</p>", new_word(true));
                        world.guance.reply_with_extend(issue, &author, &html, extend);
                    }
                }
            }
            for comment in &on_jira[from] {
                let said = with_line_of(comment, &new_word(false));
                let id = world.jira.comment(key, "alice", said);
                let property = comment.properties.get("guajira").cloned().unwrap_or_default();
                world.jira.set_comment_property(id, "alice", "guajira", property.clone());
                for property in [unsealed_value(&property), property] {
                    let id = world.jira.comment(key, "bob", new_word(false));
                    world.jira.set_comment_property(id, "bob", "guajira", property);
                }
                let said = with_line_of(comment, &new_word(false));
                world.jira.comment(key, "bob", unsealed_value(&said));
            }
        }
        // Made up, and of nothing.
        for (kind, id) in [("focusedCommentId", "99999999"), ("attachment", "99999999"), ("focusedCommentId", "1")] {
            let name = format!("{kind}={id}#guajira-{PRINT}");
            let link = format!("<a href=\"{}/browse/{key}?{name}\">{key}</a>", world.jira.base_url());
            world.guance.reply(issue, &format!("{name} · {link}"), &format!("<p>{link}</p><p>{}</p>", new_word(true)));
            let html = format!("<p><strong>Mia</strong> · {link} · 2026-11-22 10:00 UTC</p><p>{}</p>", new_word(true));
            world.guance.reply_with_extend(issue, &world.other_key(), &html, json!({}));
            let file = format!("{name} {}.txt", new_word(false));
            world.jira.attach(key, "alice", &file, "text/plain", file.as_bytes());
        }
    }
}

fn assert_each_once(world: &World, issues: &[String; 2], said: &[Said], when: &str) {
    let keys = [world.linked(&issues[0]).unwrap(), world.linked(&issues[1]).unwrap()];
    for Said { word, on_guance, pair } in said {
        let heard: Vec<usize> = (0..2)
            .map(|at| {
                if *on_guance { world.heard_on_jira(&keys[at], word) } else { world.heard_on_guance(&issues[at], word) }
            })
            .collect();
        let want: Vec<usize> = (0..2).map(|at| usize::from(at == *pair)).collect();
        assert_eq!(heard, want, "{when}: {word} of pair {pair}, on Guance: {on_guance}");
    }
}

fn every_form(mishap: Mishap) {
    let story = |world: World| {
        eprintln!("    state: {mishap:?}");
        world.configure_flow("attachments = \"to-guance\"");
        let issues = world.two_pairs();
        let mut said = Vec::new();
        for (n, issue) in issues.iter().enumerate() {
            world.jira.comment(&world.key_of(issue), "alice", format!("first{n}j"));
            world.guance.reply(issue, "李四", &format!("<p>first{n}g</p>"));
        }
        world.settle();
        world.copy_state("guajira.db", "before.db");
        world.jira.with_user("bob", |bob| bob.display_name = format!("Bob · focusedCommentId=10012#guajira-{PRINT}"));
        say_everything(&world, &issues, "a", &mut said);
        world.settle_after(mishap, "before.db");
        assert_each_once(&world, &issues, &said, "at first");
        // Once more, with what was copied meanwhile, and everything read again.
        world.lose_state();
        world.settle();
        assert_each_once(&world, &issues, &said, "after a loss");
    };
    // Where the state is lost it matters whether the hidden marker is there.
    if mishap == Mishap::LostUnread { on_every_pair(story) } else { on_half_the_pairs(story) }
}

#[test]
fn every_form_of_marker_in_everybodys_words_arrives_once() {
    every_form(Mishap::None);
}

#[test]
fn every_form_of_marker_arrives_once_after_a_lost_state() {
    every_form(Mishap::Lost);
}

#[test]
fn every_form_of_marker_arrives_once_where_the_state_is_lost_before_it_is_read() {
    every_form(Mishap::LostUnread);
}

#[test]
fn every_form_of_marker_arrives_once_after_a_restored_state() {
    every_form(Mishap::Restored);
}

#[test]
fn every_form_of_marker_arrives_once_beside_a_copied_state() {
    every_form(Mishap::Copied);
}
