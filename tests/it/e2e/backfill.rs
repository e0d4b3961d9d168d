//! A backfill, and the runs after it.

use std::time::Duration;

use super::world::on_both;

#[test]
fn what_is_opened_between_a_backfill_and_the_first_scheduled_run_is_not_lost() {
    on_both(|world| {
        let old = world.guance.open_issue("from last week", "<p>old</p>", "P1", "张三");
        world.pass(Duration::from_hours(7 * 24));
        let outcome = world.run(&["sync", "--since", "45d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let key = world.key_of(&old);
        world.pass(Duration::from_mins(10));
        let between = world.guance.open_issue("while cron was being set up", "<p>new</p>", "P1", "张三");
        world.jira.comment(&key, "alice", "said meanwhile");
        world.pass(Duration::from_mins(50));
        world.sync();
        world.settle();
        assert!(!world.key_of(&between).is_empty());
        assert_eq!(world.copied_replies(&old).len(), 1);
        world.assert_agrees();
        assert_eq!(world.jira.issues().len(), 2);
    });
}

#[test]
fn a_backfill_of_a_window_in_the_past_leaves_the_beginning_to_the_first_run() {
    on_both(|world| {
        let old = world.guance.open_issue("from last week", "<p>old</p>", "P1", "张三");
        world.pass(Duration::from_hours(7 * 24));
        // By the services' clocks, six days ago.
        let until = (chrono::Utc::now() + chrono::TimeDelta::days(1)).to_rfc3339();
        let outcome = world.run(&["sync", "--since", "45d", "--until", &until]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(world.cursors().is_empty(), "{:?}", world.cursors());
        assert!(!world.key_of(&old).is_empty());
    });
}
