//! A monitor that repeats its alarm.

use std::time::Duration;

use super::agree::jira_words;
use super::world::{World, on_both};
use guajira_fakes::guance::RepeatForm;
use guajira_fakes::server::{Fault, What};

fn with_repeats(world: &World, repeats: &str) {
    world.reconfigure("labels = [\"guance\"]", &format!("labels = [\"guance\"]\nrepeats = \"{repeats}\""));
}

fn a_pair(world: &World) -> (String, String) {
    let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "SYS");
    world.settle();
    let key = world.key_of(&issue);
    (issue, key)
}

fn comments(world: &World, key: &str) -> Vec<String> {
    world.copied_comments(key).iter().map(|comment| jira_words(&comment.body)).collect()
}

/// The alarm comes again, so many times.
fn alarm(world: &World, issue: &str, times: usize) {
    for n in 0..times {
        world.guance.clock().advance(Duration::from_secs(1));
        world.guance.repeat(issue, &format!("disk **still** full, {n}"));
    }
}

#[test]
fn one_comment_counts_the_repeats_whatever_they_look_like() {
    for form in [
        RepeatForm::System,
        RepeatForm::Monitor,
        RepeatForm::OtherType,
        RepeatForm::OtherTypeByOwner,
        RepeatForm::OtherTypeByNobody,
    ] {
        on_both(|world| {
            world.guance.switch(|switches| switches.repeats = form);
            with_repeats(&world, "count");
            let (issue, key) = a_pair(&world);
            alarm(&world, &issue, 1);
            world.settle();
            let first = world.copied_comments(&key);
            assert!(comments(&world, &key)[0].contains("repeated this alarm once, last at "), "{first:?}");

            world.guance.reply(&issue, "李四", "<p>disk still full, I know</p>");
            alarm(&world, &issue, 4);
            world.settle();
            let told = comments(&world, &key);
            assert!(told.len() == 2 && told[0].contains("repeated this alarm 5 times"), "{form:?} {told:?}");
            assert!(told[1].ends_with("I know"), "a person is no monitor: {told:?}");
            assert_eq!(world.copied_comments(&key)[0].id, first[0].id, "it is the same comment");
        });
    }
}

#[test]
fn the_count_is_exact_after_every_accident() {
    on_both(|world| {
        with_repeats(&world, "count");
        let (issue, key) = a_pair(&world);
        alarm(&world, &issue, 3);
        // The answer to the create is lost, then that to the edit.
        for (method, count) in [("POST", "3 times"), ("PUT", "5 times")] {
            world.jira.fail(Fault::new(What::DropAfter).path_contains("/comment").method(method));
            for _ in 0..3 {
                world.pass(Duration::from_mins(6));
                world.run(&["sync"]);
            }
            world.settle();
            let told = comments(&world, &key);
            assert!(told.len() == 1 && told[0].contains(count), "{told:?}");
            alarm(&world, &issue, 2);
        }
        world.lose_state();
        world.settle();
        world.settle();
        let told = comments(&world, &key);
        assert!(told.len() == 1 && told[0].contains("7 times"), "{told:?}");
        let last = world.guance.replies(&issue).last().unwrap().created.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        assert!(told[0].contains(&last), "{told:?} {last}");
        // Read again and again, it is written no more.
        world.forget_requests();
        for _ in 0..3 {
            world.pass(Duration::from_mins(6));
            world.sync();
        }
        assert_eq!(world.writes(), 0);
        // Without edits of people's texts the number is kept up to date all the same.
        world.reconfigure("[[route]]", "[flow]\nedits = false\n\n[[route]]");
        alarm(&world, &issue, 1);
        world.settle();
        assert!(comments(&world, &key)[0].contains("8 times"));
        for repeat in world.guance.replies(&issue) {
            world.guance.delete_reply(&repeat.uuid);
        }
        world.settle();
        let told = comments(&world, &key);
        assert!(told.len() == 1 && told[0].contains("No repeat"), "{told:?}");
    });
}

#[test]
fn skipped_or_carried_as_the_route_says() {
    on_both(|world| {
        let (issue, key) = a_pair(&world);
        alarm(&world, &issue, 2);
        world.settle();
        assert_eq!(comments(&world, &key).len(), 2, "each is a comment unless a route says otherwise");
        with_repeats(&world, "skip");
        alarm(&world, &issue, 3);
        world.guance.reply(&issue, "李四", "<p>looking</p>");
        world.guance.switch(|switches| switches.repeats = RepeatForm::LikeAPerson);
        alarm(&world, &issue, 1);
        world.settle();
        let told = comments(&world, &key);
        assert_eq!(told.len(), 4, "what cannot be told from a person is a person's: {told:?}");
        let told = world.run(&["why", &key]).stdout;
        assert!(!told.contains("pending"), "{told}");
    });
}

#[test]
fn without_replies_nothing_is_counted() {
    on_both(|world| {
        with_repeats(&world, "count");
        world.reconfigure("[[route]]", "[flow]\nreplies = false\n\n[[route]]");
        let (issue, key) = a_pair(&world);
        alarm(&world, &issue, 2);
        world.settle();
        assert!(comments(&world, &key).is_empty());
    });
}
