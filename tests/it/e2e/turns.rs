//! Whose turn it is: an issue with much to carry does not keep the others waiting.

use std::time::Duration;

use super::copies::three_issues;
use super::world::{World, on_both};

/// Two quiet pairs, and twenty requests a minute from now on.
fn two_pairs(world: &mut World) -> (String, String) {
    let issues = three_issues(world);
    world.settle();
    world.pass(Duration::from_mins(2));
    world.guance.limit(20, 200);
    world.set("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "20");
    world.set("GUAJIRA_SYNC__MAX_RUNTIME", "5s");
    (issues[0].clone(), issues[1].clone())
}

fn say(world: &World, issue: &str, words: &[String]) {
    let key = world.key_of(issue);
    for words in words {
        world.jira.comment(&key, "alice", words.clone());
    }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("number {n}")).collect()
}

/// What of the comments has arrived, in the order of its arrival.
fn arrived(world: &World, issue: &str) -> Vec<String> {
    let replies = world.copied_replies(issue).into_iter().map(|reply| super::agree::words(&reply.content));
    replies.filter_map(|text| text.find("number ").map(|at| text[at..].trim().to_owned())).collect()
}

#[test]
fn one_comment_does_not_wait_for_the_hundred_of_another_issue() {
    on_both(|mut world| {
        let (busy, quiet) = two_pairs(&mut world);
        say(&world, &busy, &numbered(100));
        say(&world, &quiet, &numbered(1));
        let outcome = world.sync();
        assert!(outcome.stdout.contains("pending"), "{outcome}");
        assert_eq!(world.copied_replies(&quiet).len(), 1, "{outcome}");

        // Also one that comes while the hundred are on their way, and then another.
        for said in 2..4 {
            world.pass(Duration::from_secs(62));
            say(&world, &quiet, &numbered(1));
            let before = world.copied_replies(&busy).len();
            let outcome = world.sync();
            assert_eq!(world.copied_replies(&quiet).len(), said, "{outcome}");
            assert!(world.copied_replies(&busy).len() > before + 5, "those of the busy one go on: {outcome}");
        }
        assert!(world.copied_replies(&busy).len() < 100);
        let came = arrived(&world, &busy);
        assert_eq!(came, numbered(came.len()), "one issue's comments stay in their order");
    });
}
