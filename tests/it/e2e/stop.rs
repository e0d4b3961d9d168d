//! A run that is stopped, or that runs out of time, leaves the rest to the next one.

use std::time::Duration;

use guajira_fakes::server::{Fault, What, When};

use super::copies::three_issues;
use super::crash::Victim;
use super::world::{World, on_both};

/// Six comments to be copied.
fn busy(world: &World) -> String {
    let issues = three_issues(world);
    world.settle();
    for n in 0..6 {
        world.jira.comment(&world.key_of(&issues[0]), "alice", format!("comment {n}"));
    }
    issues[0].clone()
}

#[test]
fn asked_to_stop_it_finishes_the_request_in_flight_and_the_next_run_goes_on() {
    for signal in ["-TERM", "-INT"] {
        on_both(|world| {
            let issue = busy(&world);
            let victim = Victim::default();
            let killer = victim.clone();
            world.guance.hook(2, When::Before, Box::new(move || killer.signal(signal)));
            let outcome = victim.run(&world, &["sync"]);
            assert_eq!(outcome.code, 5, "{outcome}");
            assert!(outcome.stdout.contains("stopped before the end: the next run continues"), "{outcome}");
            assert_eq!(world.copied_replies(&issue).len(), 2);
            assert_eq!((world.staged("pending"), world.staged("in_flight")), (4, 0), "{outcome}");
            world.sync();
            assert_eq!(world.copied_replies(&issue).len(), 6);
            world.settle();
            world.assert_agrees();
        });
    }
}

#[test]
fn asked_to_stop_while_reading_it_keeps_what_it_knows() {
    on_both(|world| {
        busy(&world);
        let victim = Victim::default();
        let killer = victim.clone();
        world.jira.fail(Fault::new(What::Delay(Duration::from_millis(100))).path_contains("/search"));
        let asked = std::thread::spawn(move || killer.signal("-TERM"));
        let outcome = victim.run(&world, &["sync"]);
        asked.join().unwrap();
        // A signal that comes before the program listens ends it as any other program.
        assert!([-1, 5].contains(&outcome.code), "{outcome}");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn out_of_time_it_leaves_the_rest_and_ends_well() {
    on_both(|mut world| {
        let issue = busy(&world);
        world.set("GUAJIRA_SYNC__MAX_RUNTIME", "1s");
        world.guance.fail(Fault::new(What::Delay(Duration::from_millis(1100))).path_contains("/reply/create").nth(2));
        let outcome = world.sync();
        assert!(outcome.stdout.contains("pending") && outcome.stdout.contains("time is used up"), "{outcome}");
        let first = world.copied_replies(&issue).len();
        assert!((1..6).contains(&first), "{first}");
        world.unset("GUAJIRA_SYNC__MAX_RUNTIME");
        world.sync();
        assert_eq!(world.copied_replies(&issue).len(), 6);
        world.settle();
        world.assert_agrees();
    });
}
