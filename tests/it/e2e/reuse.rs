//! The same problem again: a ticket that was resolved goes on with the new item, on both kinds of Jira.

use std::time::Duration;

use guajira_fakes::chat::{FakeChat, Options, Service};
use guajira_fakes::server::{Fault, What};

use super::crash::{Fate, run_and_kill};
use super::world::{Flavour, World, on_both};

/// A route whose tickets go on for an hour after they were resolved, and a flow.
pub(super) fn with_reuse(world: &World, flow: &str, more: &str) {
    world.reconfigure("[[route]]", &format!("[flow]\n{flow}\n\n[[route]]"));
    world.reconfigure(
        "[route.priority]",
        &format!("[route.reuse]\nkey = \"{{{{ tags.host }}}}\"\nwithin = \"1h\"\n{more}\n\n[route.priority]"),
    );
}

pub(super) fn alarm(world: &World, host: &str) -> String {
    world.guance.open_issue(&format!("disk full on {host}"), &format!("<p>host: {host}</p>"), "P1", "monitor")
}

/// An alarm, and its ticket, which somebody has resolved.
fn resolved(world: &World) -> (String, String) {
    let first = alarm(world, "web-01");
    world.settle();
    let key = world.key_of(&first);
    world.jira.transition(&key, "alice", "Done");
    world.settle();
    (first, key)
}

pub(super) fn said(world: &World, key: &str) -> String {
    world.jira.comments(key).iter().map(|comment| comment.body.to_string()).collect()
}

pub(super) fn count(world: &World) -> usize {
    world.jira.issues().len()
}

/// The ticket is the new item's: it is open, says so once, and what is said travels between the two alone.
fn assert_goes_on(world: &World, old: &str, new: &str, key: &str) {
    assert_eq!(count(world), 1, "no second ticket");
    assert_eq!(world.jira.status_of(key), "To Do");
    assert_eq!(world.jira.issue(key).unwrap().resolution, None);
    let told = said(world, key);
    assert_eq!(told.matches("is there again").count(), 1, "{told}");
    let before = (world.guance.replies(old).len(), world.guance.replies(new).len());
    world.jira.comment(key, "alice", "I look at it");
    world.guance.reply(new, "李四", "<p>the new one says</p>");
    world.guance.reply(old, "李四", "<p>the old one says</p>");
    world.settle();
    assert_eq!(world.guance.replies(old).len(), before.0 + 1, "only what was said there by hand");
    assert_eq!(world.guance.replies(new).len(), before.1 + 2);
    let told = said(world, key);
    assert!(told.contains("the new one says") && !told.contains("the old one says"), "{told}");
    world.is_quiet();
}

#[test]
fn a_ticket_that_was_resolved_goes_on_with_the_same_problem() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let (old, key) = resolved(&world);
        assert_eq!(world.guance.issue(&old).unwrap().status_type, 20);
        let new = alarm(&world, "web-01");
        let told = world.sync();
        assert!(told.stdout.contains("1 issue continued"), "{told}");
        world.settle();
        assert_goes_on(&world, &old, &new, &key);
        assert_eq!(world.guance.issue(&old).unwrap().status_type, 20, "nothing is written for it any more");
        let told = world.run(&["why", &old]);
        assert!(told.stdout.contains(&format!("goes on with {new}")) && told.stdout.contains(&key), "{told}");
        let told = world.run(&["status"]);
        assert!(told.stdout.contains("1 issue has left its Jira issue to a later one"), "{told}");
        // And once more.
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        let third = alarm(&world, "web-01");
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "To Do"));
        assert_eq!(said(&world, &key).matches("is there again").count(), 2);
        assert_ne!(world.guance.issue(&third).unwrap().status_type, 20);
        world.is_quiet();
    });
}

#[test]
fn what_is_open_long_resolved_or_resolved_otherwise_is_not_continued() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| {
            project.workflow = guajira_fakes::jira::Workflow::classic();
        });
        with_reuse(&world, "status = \"off\"", "unless_resolution = [\"won't fix\"]");
        alarm(&world, "web-01");
        alarm(&world, "web-02");
        world.settle();
        world.guance.open_issue("disk full", "<p>host: web-01</p>", "P1", "monitor");
        world.settle();
        assert_eq!(count(&world), 2, "another host is another problem, and one that is open is counted in its ticket");
        for issue in world.jira.issues() {
            world.jira.resolve(&issue.key, "alice", "Resolved", "Won't Fix");
        }
        alarm(&world, "web-01");
        world.settle();
        assert_eq!(count(&world), 3, "somebody has said that it is to be left alone");
        world.jira.resolve("OPS-3", "alice", "Resolved", "Fixed");
        world.settle();
        world.pass(Duration::from_hours(2));
        alarm(&world, "web-01");
        world.settle();
        assert_eq!(count(&world), 4, "that is too long ago");
        world.jira.resolve("OPS-4", "alice", "Resolved", "Fixed");
        alarm(&world, "web-01");
        world.settle();
        assert_eq!(count(&world), 4);
        assert_eq!(world.jira.status_of("OPS-4"), "Reopened");
        world.guance.open_issue("disk full", "<p>no host</p>", "P1", "monitor");
        world.guance.open_issue("disk full", "<p>no host</p>", "P1", "monitor");
        world.settle();
        assert_eq!(count(&world), 6, "what has no key is no problem of the kind");
        world.is_quiet();
    });
}

#[test]
fn killed_at_any_write_a_ticket_goes_on_once() {
    on_both(|world| {
        // How many writes it takes.
        with_reuse(&world, "status = \"both\"", "");
        resolved(&world);
        let before = world.jira.writes();
        alarm(&world, "web-01");
        world.settle();
        let writes = world.jira.writes() - before;
        assert!(writes >= 5, "{writes}");
        for fate in [Fate::Lost, Fate::Done] {
            for (nth, lost) in (1..=writes).flat_map(|nth| [(nth, false), (nth, true)]) {
                let world = World::new(world.flavour);
                with_reuse(&world, "status = \"both\"", "");
                let (old, key) = resolved(&world);
                let new = alarm(&world, "web-01");
                eprintln!("killed at write {nth} of {writes}, which is {fate:?}; the state is lost: {lost}");
                run_and_kill(&world, &world.jira, nth, fate);
                if lost {
                    world.lose_state();
                }
                world.run(&["sync"]);
                world.settle();
                assert_goes_on(&world, &old, &new, &key);
            }
        }
    });
}

#[test]
fn a_lost_state_and_a_backfill_find_who_had_the_ticket_before() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"\ndeletes = \"delete\"", "");
        let (old, key) = resolved(&world);
        world.jira.comment(&key, "alice", "said about the first");
        world.guance.reply(&old, "李四", "<p>answered there</p>");
        world.settle();
        let new = alarm(&world, "web-01");
        world.settle();
        let before = said(&world, &key);
        assert!(before.contains("answered there"), "{before}");
        world.lose_state();
        world.settle();
        let told = world.run(&["sync", "--since", "2d"]);
        assert_eq!(told.code, 0, "{told}");
        world.settle();
        assert_eq!(said(&world, &key), before, "what was said about the first stays");
        assert!(!world.copied_replies(&new).iter().any(|reply| reply.content.contains("said about the first")));
        assert_goes_on(&world, &old, &new, &key);
        // Its problem is found again, too.
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        alarm(&world, "web-01");
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "To Do"));
    });
}

#[test]
fn a_state_from_before_does_not_write_for_the_first() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let (old, key) = resolved(&world);
        world.copy_state("guajira.db", "older.db");
        let new = alarm(&world, "web-01");
        world.settle();
        world.copy_state("older.db", "guajira.db");
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_goes_on(&world, &old, &new, &key);
        assert_eq!(world.guance.issue(&old).unwrap().status_type, 20);
    });
}

#[test]
fn what_jira_does_not_let_us_continue_stays_as_it_is() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| {
            let open = project.workflow.statuses.iter().filter(|status| status.name != "Done");
            let open: Vec<String> = open.map(|status| status.id.clone()).collect();
            project.workflow.transitions.iter_mut().for_each(|way| way.from.clone_from(&open));
        });
        with_reuse(&world, "status = \"both\"", "");
        let (old, key) = resolved(&world);
        let property = world.jira.issue(&key).unwrap().properties.clone();
        let new = alarm(&world, "web-01");
        world.settle();
        assert_eq!(count(&world), 2, "nothing leads back: it has a ticket of its own");
        let ticket = world.jira.issue(&key).unwrap();
        assert_eq!((&ticket.properties, world.jira.status_of(&key).as_str()), (&property, "Done"));
        assert!(!ticket.labels.contains(&new), "{:?}", ticket.labels);
        world.jira.comment(&key, "alice", "still about the first");
        world.settle();
        assert_eq!(world.copied_replies(&old).len(), 1);
        let told = world.run(&["why", &new]);
        assert!(told.stdout.contains(&format!("{key} could not be continued")), "{told}");
        world.is_quiet();
    });
}

#[test]
fn a_service_that_fails_half_way_is_asked_again() {
    on_both(|world| {
        with_reuse(&world, "status = \"both\"", "");
        let (old, key) = resolved(&world);
        let new = alarm(&world, "web-01");
        for path in ["/properties/", "/transitions"] {
            world.jira.fail(Fault::new(What::Status(503, "busy".to_owned(), Vec::new())).writes().path_contains(path));
            world.run(&["sync"]);
            world.pass(Duration::from_mins(3));
        }
        world.settle();
        assert_goes_on(&world, &old, &new, &key);
    });
}

#[test]
fn a_dry_run_says_which_ticket_would_go_on_and_push_does_it() {
    on_both(|world| {
        with_reuse(&world, "status = \"off\"", "");
        world.reconfigure("[[route]]", "[[route]]\nwhen = \"level == 'P1'\"");
        let (_, key) = resolved(&world);
        let new = alarm(&world, "web-01");
        world.forget_requests();
        let told = world.run(&["sync", "--dry-run"]);
        assert!(told.stdout.contains(&format!("would continue {key}")), "{told}");
        assert_eq!((world.writes(), world.jira.status_of(&key).as_str()), (0, "Done"));
        world.guance.set_level(&new, "P3", "李四");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done", "no route takes it");
        let told = world.run(&["push", &new]);
        assert!(told.code == 0 && told.stdout.contains(&key), "{told}");
        world.settle();
        assert_eq!((count(&world), world.jira.status_of(&key).as_str()), (1, "To Do"));
        world.is_quiet();
    });
}

#[test]
fn by_hand_an_item_whose_ticket_goes_on_gets_another_and_cannot_be_taken_apart() {
    on_both(|world| {
        with_reuse(&world, "status = \"off\"", "");
        let (old, key) = resolved(&world);
        let new = alarm(&world, "web-01");
        world.settle();
        let told = world.run(&["unlink", &old]);
        assert!(told.code != 0 && told.stderr.contains(&format!("{key} goes on with another item")), "{told}");
        let told = world.run(&["push", &old]);
        assert!(told.code == 0 && told.stdout.contains("OPS-2"), "{told}");
        let told = world.run(&["unlink", &new]);
        assert_eq!(told.code, 0, "{told}");
        world.settle();
        assert_eq!(count(&world), 2);
        world.is_quiet();
    });
}

#[test]
fn a_room_is_told_once_that_an_item_has_its_ticket() {
    let mut world = World::new(Flavour::Cloud);
    let chat = FakeChat::start(Options::of(Service::Webhook));
    world.set("ROOM", &chat.address());
    let text = std::fs::read_to_string(world.path("sync.toml")).unwrap();
    let room = "\n[[notify]]\nname = \"oncall\"\nkind = \"webhook\"\nurl = { env = \"ROOM\" }\non = [\"created\", \"comment\", \"status\"]\n";
    world.write("sync.toml", &(text + room));
    with_reuse(&world, "status = \"off\"", "");
    let (_, key) = resolved(&world);
    let before = chat.posts().len();
    alarm(&world, "web-01");
    world.settle();
    let told: Vec<String> = chat.posts().iter().skip(before).map(|post| post.text.clone()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&key), "{told:?}");
}
