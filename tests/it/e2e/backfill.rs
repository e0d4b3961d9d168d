//! A backfill, and the runs after it.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::server::{Recorded, When};

use super::crash::Victim;
use super::world::{Flavour, Outcome, World, on_both};

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

/// So many issues of the last forty days, the oldest first.
fn history(world: &World, issues: usize) -> Vec<String> {
    let apart = TimeDelta::days(40) / i32::try_from(issues).unwrap();
    let open = |n: usize| {
        let issue = world.guance.open_issue(&format!("alarm {n:04}"), "<p>disk</p>", "P2", "张三");
        let back = apart * i32::try_from(issues - n).unwrap();
        world.guance.edit_issue(&issue, "张三", |issue| issue.created -= back);
        issue
    };
    (0..issues).map(open).collect()
}

/// The windows of Guance's list that were asked for, as they were asked: from and to, in seconds.
fn windows(world: &World) -> Vec<(i64, i64)> {
    let lists = world.guance.recorded().into_iter().filter(|request| request.path.ends_with("/issue/list"));
    let time = |request: &Recorded, name: &str| request.body[name].as_i64().unwrap_or(i64::MAX);
    lists.map(|request| (time(&request, "startTime"), time(&request, "endTime"))).collect()
}

#[test]
fn a_backfill_walks_through_its_window_and_goes_on_where_it_was_killed() {
    on_both(|world| {
        let issues = history(&world, 48);
        let victim = Victim::default();
        let killer = victim.clone();
        // Somewhere in the third of about eight slices.
        world.jira.hook(16, When::Before, Box::new(move || killer.signal("-KILL")));
        let outcome = victim.run(&world, &["sync", "--since", "45d"]);
        assert_eq!(outcome.code, -1, "{outcome}");
        let before = windows(&world);
        let made = world.jira.issues().len();
        assert!(made > 0 && made < issues.len(), "{made}");
        world.forget_requests();
        let outcome = world.run(&["sync", "--since", "45d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let after = windows(&world);
        let (began, goes_on) = (before[0].0, after.iter().map(|(from, _)| *from).min().unwrap());
        assert!(goes_on > began + 86_400, "it began anew: {before:?}, then {after:?}");
        assert!(after.windows(2).all(|two| two[0].0 <= two[1].0), "{after:?}");
        for issue in &issues {
            assert_eq!(world.copies_of(issue).len(), 1);
        }
        world.settle();
        world.assert_agrees();
        // What is ordered again is read again, and nothing comes of it.
        world.forget_requests();
        let outcome = world.run(&["sync", "--since", "45d"]);
        assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
        assert!(windows(&world)[0].0 <= began + 60, "{:?}", windows(&world));
    });
}

/// What of a slice's end is told in a log: how many issues it held.
fn slices(outcome: &Outcome) -> Vec<usize> {
    let lines = outcome.stderr.lines().filter(|line| line.contains("Slice of the backfill is dealt with."));
    lines.map(|line| line.rsplit_once("issues=").unwrap().1.trim().parse().unwrap()).collect()
}

#[test]
fn a_backfill_costs_in_proportion_and_holds_a_slice_at_a_time() {
    let cost = |issues: usize| {
        let world = World::new(Flavour::Cloud);
        history(&world, issues);
        world.forget_requests();
        let outcome = world.run(&["-vv", "sync", "--since", "45d"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert_eq!(world.jira.issues().len(), issues);
        let requests = world.jira.recorded().len() + world.guance.recorded().len();
        (super::flat::steps(&outcome), requests, slices(&outcome))
    };
    let (few, many) = (cost(40), cost(160));
    assert!(many.0 * 10 <= few.0 * 44, "{} steps for 160 issues, {} for 40", many.0, few.0);
    // The last slices read what was written here, all of it within a few seconds.
    let (_own, before) = many.2.split_last_chunk::<2>().map(|(before, own)| (own, before)).unwrap();
    assert!(before.len() >= 3 && before.iter().all(|held| *held <= 120), "{:?}", many.2);
    assert!(many.1 <= few.1 * 5, "{} requests for 160 issues, {} for 40", many.1, few.1);
}

#[test]
fn a_dry_run_of_a_backfill_prints_slice_by_slice_and_holds_no_plan() {
    let world = World::new(Flavour::Cloud);
    let issues = history(&world, 60);
    let outcome = world.run(&["-vv", "sync", "--since", "45d", "--dry-run"]);
    assert_eq!((outcome.code, world.writes()), (0, 0), "{outcome}");
    let told: Vec<usize> =
        issues.iter().map(|issue| outcome.stdout.find(issue).expect("every issue is told")).collect();
    assert!(told.windows(2).all(|two| two[0] < two[1]), "the oldest first");
    assert!(outcome.stdout.contains("60 writes planned"), "{}", outcome.stdout.lines().last().unwrap());
    assert!(slices(&outcome).len() >= 5);
    // The same as data is one object.
    let outcome = world.run(&["sync", "--since", "45d", "--dry-run", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(told["planned"].as_array().unwrap().len(), 60);
}
