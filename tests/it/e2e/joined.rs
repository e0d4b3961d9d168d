//! A storm: many items with one problem are counted in its open ticket, on both kinds of Jira.

use std::time::{Duration, Instant};

use guajira_fakes::server::{Fault, Times, What};

use super::crash::{Fate, run_and_kill};
use super::reuse::{alarm, count, said, with_reuse};
use super::world::{World, on_both};

/// Closes an item in Guance.
fn close(world: &World, item: &str) {
    world.guance.set_status(item, 20, "李四");
}

/// The ticket counts so many, says so in one comment, and nothing else is written for them.
fn assert_counts(world: &World, key: &str, what: &str) {
    let comments: Vec<String> = world.jira.comments(key).iter().map(|comment| comment.body.to_string()).collect();
    let counts: Vec<&String> = comments.iter().filter(|body| body.contains("with the same problem")).collect();
    assert_eq!(counts.len(), 1, "{comments:?}");
    assert!(counts[0].contains(what), "{comments:?}");
}

#[test]
fn a_storm_makes_one_ticket_and_one_comment_that_counts() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1000");
        let mut others: Vec<String> = (0..121).map(|_| alarm(&world, "web-01")).collect();
        world.settle();
        assert_eq!(count(&world), 1, "one problem has one ticket");
        let key = world.jira.issues()[0].key.clone();
        let at = others.iter().position(|item| world.jira.issues()[0].labels.contains(item)).unwrap();
        let first = others.swap_remove(at);
        assert_counts(&world, &key, "120 more issues with the same problem are open. The last one");
        let told = world.run(&["status"]);
        assert!(told.stdout.contains("120 issues are counted in the open Jira issues of others"), "{told}");
        let told = world.run(&["why", &others[7]]);
        assert!(told.stdout.contains(&format!("Jira issue of {first}, and counts this one")), "{told}");
        world.guance.reply(&others[3], "李四", "<p>said in another one</p>");
        world.jira.comment(&key, "alice", "I look at it");
        world.settle();
        assert!(!said(&world, &key).contains("said in another one"));
        assert!(others.iter().all(|other| world.guance.replies(other).len() <= 1), "Jira speaks to its own item alone");
        assert_eq!(world.copied_replies(&first).len(), 1);
        for other in &others[..20] {
            close(&world, other);
        }
        world.settle();
        assert_counts(&world, &key, "100 more issues");
        world.is_quiet();
    });
}

#[test]
fn the_ticket_of_an_item_that_ends_goes_on_with_the_oldest_that_is_open() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let first = alarm(&world, "web-01");
        world.settle();
        let key = world.key_of(&first);
        let [second, third] = [alarm(&world, "web-01"), alarm(&world, "web-01")];
        world.settle();
        world.guance.reply(&second, "李四", "<p>said in the second</p>");
        close(&world, &first);
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "To Do"), "two are still open");
        let told = said(&world, &key);
        assert!(told.contains("it goes on here") && told.contains("said in the second"), "{told}");
        world.jira.comment(&key, "alice", "about the second");
        world.settle();
        assert_eq!((world.copied_replies(&first).len(), world.copied_replies(&second).len()), (0, 1));
        // The other ends first: the ticket ends with its own.
        close(&world, &third);
        world.settle();
        assert_eq!(world.jira.status_of(&key), "To Do");
        close(&world, &second);
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "Done"));
        world.is_quiet();
    });
}

#[test]
fn an_item_that_is_open_again_is_counted_again() {
    on_both(|world| {
        let (_, second, key) = one_counted(&world);
        close(&world, &second);
        world.settle();
        assert_counts(&world, &key, "No other issue with the same problem is open any more");
        world.guance.set_status(&second, 10, "李四");
        world.pass(Duration::from_hours(1));
        world.settle();
        assert_counts(&world, &key, "One more issue with the same problem is open");
    });
}

#[test]
fn killed_at_any_write_or_with_a_lost_state_a_storm_has_one_ticket() {
    on_both(|world| {
        let storm = |world: &World| {
            with_reuse(world, "status = \"both\"", "");
            let first = alarm(world, "web-01");
            world.settle();
            (first, [alarm(world, "web-01"), alarm(world, "web-01")])
        };
        let (_, _) = storm(&world);
        let before = world.jira.writes();
        world.settle();
        let writes = world.jira.writes() - before;
        assert!(writes >= 2, "{writes}");
        for fate in [Fate::Lost, Fate::Done] {
            for (nth, lost) in (1..=writes).flat_map(|nth| [(nth, false), (nth, true)]) {
                let world = World::new(world.flavour);
                let (first, others) = storm(&world);
                eprintln!("killed at write {nth} of {writes}, which is {fate:?}; the state is lost: {lost}");
                run_and_kill(&world, &world.jira, nth, fate);
                if lost {
                    world.lose_state();
                }
                world.settle();
                assert_eq!(count(&world), 1);
                let key = world.key_of(&first);
                assert_counts(&world, &key, "2 more issues");
                close(&world, &first);
                world.settle();
                assert_eq!(world.jira.status_of(&key), "To Do");
                for other in &others {
                    close(&world, other);
                }
                world.settle();
                assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "Done"));
            }
        }
    });
}

#[test]
fn by_hand_an_item_is_counted_and_then_gets_its_own() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        world.reconfigure("[[route]]", "[[route]]\nwhen = \"level == 'P1'\"");
        let first = alarm(&world, "web-01");
        world.settle();
        let second = world.guance.open_issue("disk full on web-01", "<p>host: web-01</p>", "P3", "monitor");
        world.settle();
        let key = world.key_of(&first);
        let told = world.run(&["sync", "--dry-run"]);
        assert_eq!(told.code, 0, "{told}");
        let told = world.run(&["push", &second]);
        assert!(told.code == 0 && told.stdout.contains(&format!("counted in {key}")), "{told}");
        assert_eq!(count(&world), 1);
        let told = world.run(&["push", &second]);
        assert!(told.code == 0 && told.stdout.contains("OPS-2"), "{told}");
        world.settle();
        assert_eq!(count(&world), 2);
        assert_counts(&world, &key, "No other issue");
        world.is_quiet();
    });
}

#[test]
fn a_dry_run_says_in_which_ticket_an_item_would_be_counted() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let first = alarm(&world, "web-01");
        world.settle();
        alarm(&world, "web-01");
        world.forget_requests();
        let told = world.run(&["sync", "--dry-run"]);
        assert!(told.stdout.contains(&format!("would be counted in {}", world.key_of(&first))), "{told}");
        assert_eq!(world.writes(), 0);
    });
}

#[test]
fn a_lost_state_finds_by_the_property_who_was_counted() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let first = alarm(&world, "web-01");
        world.settle();
        let key = world.key_of(&first);
        let second = alarm(&world, "web-01");
        world.settle();
        close(&world, &second);
        world.settle();
        close(&world, &first);
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done");
        let before = said(&world, &key);
        world.lose_state();
        world.settle();
        let told = world.run(&["sync", "--since", "2d"]);
        assert_eq!(told.code, 0, "{told}");
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "Done"), "nothing is opened again");
        assert_eq!(said(&world, &key), before, "nothing is told twice");
        let told = world.run(&["why", &second]);
        assert!(told.stdout.contains(&format!("goes on with {first}")), "{told}");
    });
}

#[test]
fn who_may_edit_a_ticket_cannot_name_items_that_shall_have_none() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let first = alarm(&world, "web-01");
        world.settle();
        let key = world.key_of(&first);
        // Another problem, which somebody names in this ticket, with the seal of an item that is counted there.
        alarm(&world, "web-01");
        world.settle();
        let other = alarm(&world, "web-02");
        let mut property = world.jira.issue(&key).unwrap().properties["guajira"].clone();
        let seal = property["joined"].as_object().unwrap().values().next().unwrap().clone();
        assert!(seal.as_str().is_some_and(|seal| seal.len() == 32), "{property}");
        property["joined"][format!("guance/issue/{other}")] = seal;
        world.jira.set_issue_property(&key, "alice", "guajira", property);
        world.lose_state();
        world.settle();
        let labelled: Vec<bool> = world.jira.issues().iter().map(|issue| issue.labels.contains(&other)).collect();
        assert_eq!(labelled, [false, true], "it has a ticket of its own");
    });
}

#[test]
fn an_item_that_its_ticket_is_not_allowed_to_name_gets_its_own() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let first = alarm(&world, "web-01");
        world.settle();
        let refused = What::Status(403, r#"{"errorMessages":["no properties"]}"#.into(), Vec::new());
        world.jira.fail(Fault::new(refused).method("PUT").body_contains("\"joined\":{\"").times(Times::Always));
        let second = alarm(&world, "web-01");
        world.settle();
        assert_eq!(count(&world), 2);
        assert_ne!(world.key_of(&first), world.key_of(&second));
        let told = world.run(&["why", &second]);
        assert!(told.stdout.contains("could not be continued"), "{told}");
        let told = world.run(&["status"]);
        assert!(!told.stdout.contains("counted in the open"), "{told}");
        world.jira.clear_faults();
        world.is_quiet();
    });
}

/// The newest issues are read by their keys, which no index delays.
#[test]
fn a_lost_state_finds_who_was_counted_although_search_does_not_know_the_ticket_yet() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        world.jira.switch(|switches| switches.index_lag = Duration::from_mins(10));
        alarm(&world, "web-01");
        world.sync();
        let second = alarm(&world, "web-01");
        world.sync();
        assert!(world.jira.issues()[0].properties["guajira"]["joined"].to_string().contains(&second));
        world.lose_state();
        world.settle();
        assert_eq!(count(&world), 1, "{:?}", world.jira.issues().iter().map(|one| &one.labels).collect::<Vec<_>>());
    });
}

/// A ticket's item, another one that is counted there, and the ticket.
fn one_counted(world: &World) -> (String, String, String) {
    with_reuse(world, "status = \"both\"", "");
    let first = alarm(world, "web-01");
    world.settle();
    let second = alarm(world, "web-01");
    world.settle();
    let key = world.key_of(&first);
    (first, second, key)
}

/// A ticket with its item, and two other items that are counted there, the older one first.
fn counted(world: &World) -> (String, [String; 2], String) {
    with_reuse(world, "status = \"both\"", "");
    world.jira.with_user("bot", |bot| bot.denied.clear());
    let first = alarm(world, "web-01");
    world.settle();
    let key = world.key_of(&first);
    let second = alarm(world, "web-01");
    world.settle();
    let third = alarm(world, "web-01");
    world.settle();
    assert_counts(world, &key, "2 more issues");
    (first, [second, third], key)
}

/// The ticket is this item's, is spoken of with it alone, and ends with the last of the two.
fn assert_goes_on_with(world: &World, second: &str, third: &str, key: &str) {
    let told = said(world, key);
    assert!(told.contains("it goes on here") && told.contains("One more issue with the same problem"), "{told}");
    world.jira.comment(key, "alice", "about the second");
    world.guance.reply(second, "李四", "<p>said in the second</p>");
    let before = world.copied_replies(second).len();
    world.settle();
    assert_eq!((world.copied_replies(second).len() - before, world.copied_replies(third).len()), (1, 0));
    assert!(said(world, key).contains("said in the second"));
    close(world, third);
    world.settle();
    assert_eq!((count(world), world.jira.status_of(key).as_str()), (1, "To Do"));
    close(world, second);
    world.settle();
    assert_eq!((count(world), world.jira.status_of(key).as_str()), (1, "Done"));
    world.is_quiet();
}

#[test]
fn a_ticket_whose_item_is_taken_from_it_goes_on_with_the_oldest_that_is_open() {
    on_both(|world| {
        let (first, [second, third], key) = counted(&world);
        assert_eq!(world.run(&["unlink", &first]).code, 0);
        world.settle();
        let labels = world.jira.issue(&key).unwrap().labels;
        assert!(labels.contains(&second) && !labels.contains(&first), "{labels:?}");
        assert_goes_on_with(&world, &second, &third, &key);
        assert_eq!(world.copied_replies(&first).len(), 0);
        let told = world.run(&["why", &first]);
        assert!(told.stdout.contains("took the pair apart"), "{told}");
    });
}

#[test]
fn an_item_that_was_taken_from_its_ticket_gets_no_other_one_after_a_lost_state() {
    on_both(|world| {
        let (first, [second, _], key) = counted(&world);
        world.jira.comment(&key, "alice", "about the first");
        world.settle();
        assert_eq!(world.run(&["unlink", &first]).code, 0);
        world.settle();
        assert_eq!(world.copied_replies(&second).len(), 0, "what was said before is not about it");
        world.lose_state();
        world.settle();
        assert_eq!(world.run(&["sync", "--since", "2d"]).code, 0);
        world.settle();
        assert_eq!(count(&world), 1, "nobody gets a second ticket");
        world.jira.comment(&key, "alice", "about the second");
        world.settle();
        assert_eq!(world.copied_replies(&first).len(), 1);
        let told = world.copied_replies(&second);
        assert_eq!(told.len(), 1, "what was said before is not told again: {told:?}");
    });
}

#[test]
fn a_ticket_whose_item_is_deleted_goes_on_with_the_oldest_that_is_open() {
    on_both(|world| {
        let (first, [second, third], key) = counted(&world);
        world.guance.remove_issue(&first);
        for n in 0..3 {
            world.jira.comment(&key, "bob", format!("anybody there? {n}"));
            world.pass(Duration::from_mins(61));
            world.settle();
        }
        assert_eq!(world.copied_replies(&second).len(), 3, "what reached nobody is told to it");
        assert_goes_on_with(&world, &second, &third, &key);
    });
}

#[test]
fn what_ends_unseen_until_a_ticket_is_to_go_on_with_it_has_that_in_its_history() {
    on_both(|world| {
        let (first, second, key) = one_counted(&world);
        close(&world, &first);
        world.forget_requests();
        // It ends while the run that has read Guance's list reads the ticket.
        world.jira.fail(Fault::new(What::Delay(Duration::from_millis(800))).times(Times::Always));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let began = Instant::now();
                let is_listed = || world.guance.recorded().iter().any(|one| one.path.ends_with("/issue/list"));
                while !is_listed() && began.elapsed() < Duration::from_mins(1) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                close(&world, &second);
                world.jira.clear_faults();
            });
            assert_eq!(world.sync().code, 0);
        });
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done");
        let told = world.run(&["why", &second]);
        assert_eq!(told.stdout.matches(&format!("has ended: not counted in {key} any more")).count(), 1, "{told}");
    });
}
