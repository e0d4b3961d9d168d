//! The brake on many creates, and the dry run.

use std::fs;

use super::copies::three_issues;
use super::world::{World, on_both};

#[test]
fn more_creates_than_allowed_are_held_until_they_are_released() {
    on_both(|mut world| {
        world.set("GUAJIRA_SYNC__MAX_CREATES", "2");
        three_issues(&world);
        for _ in 0..2 {
            let outcome = world.run(&["sync"]);
            assert_eq!((outcome.code, world.jira.issues().len()), (3, 0), "{outcome}");
            assert!(
                outcome.stdout.contains("3 held by the brake")
                    && outcome.stdout.contains("(max_creates = ")
                    && outcome.stdout.contains("--release"),
                "{outcome}"
            );
        }
        let released = world.run(&["sync", "--release"]);
        assert_eq!(released.code, 0, "{released}");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing_anywhere() {
    on_both(|world| {
        let issues = three_issues(&world);
        let outcome = world.run(&["sync", "--dry-run"]);
        assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
        assert!(outcome.stdout.contains("slow checkout") && outcome.stdout.contains("priority Highest"), "{outcome}");
        assert!(!world.path("guajira.db").exists());

        world.sync();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "would be copied");
        let contents = |world: &World| {
            // Closes the write-ahead log, so that the file holds everything.
            world.state().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
            fs::read(world.path("guajira.db")).unwrap()
        };
        let before = contents(&world);
        world.forget_requests();
        for args in
            [&["sync", "--dry-run"][..], &["sync", "--dry-run", "--since", "7d"], &["sync", "--dry-run", "--json"]]
        {
            let outcome = world.run(args);
            assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
            assert!(outcome.stdout.contains("would be copied"), "{outcome}");
        }
        assert!(world.jira.recorded().iter().all(|request| !request.write), "not even the counter");
        assert!(contents(&world) == before, "the state file has changed");
        world.settle();
        world.assert_agrees();
    });
}
