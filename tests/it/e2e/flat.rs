//! What a run with nothing to do costs, however many pairs there are.

use super::world::{Flavour, Outcome, World};

/// What the state remembers of so many pairs that nothing has happened in for long.
const PAIRS: &str = "WITH RECURSIVE pair (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM pair WHERE n < ?1)";

/// How many steps `SQLite` took for a run.
pub(super) fn steps(outcome: &Outcome) -> u64 {
    let told = outcome.stderr.lines().rfind(|line| line.contains("State closed.")).expect("a debug build tells it");
    let (_, steps) = told.rsplit_once("steps=").unwrap();
    steps.trim().parse().unwrap()
}

fn remember(world: &World, pairs: u32) {
    let state = world.state();
    let year_ago = chrono::Utc::now().timestamp_millis() - 365 * 86_400_000;
    for what in [
        "INSERT INTO issue_link (guance, jira, jira_name, guance_seen, jira_seen, active, polled, opened, fields_read, closed)
         SELECT 'issue_' || n, 1000000 + n, 'OPS-' || (1000 + n), ?2 + n, ?2 + n, ?2 + n, ?2 + n, ?2 + n, ?2 + n, n % 1000 = 0
         FROM pair",
        "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at, settled_at)
         SELECT 'guance/issue/issue_' || n, 'guance/issue/issue_' || n, 'issue_' || n, 'jira', '', '00112233aabbccdd', '',
             'done', ?2, ?2 + 31536000000 FROM pair",
        "INSERT INTO event (at, item, what) SELECT ?2 + 31536000000, 'guance/issue/issue_' || n, 'written'
         FROM pair",
        "INSERT INTO absent (key, lane, run, since, gone) SELECT CASE n % 20 WHEN 0 THEN 'jira' ELSE 'guance' END || '/comment/' || n, 'issue_' || n, 1, ?2, 1
         FROM pair WHERE n % 10 = 0",
        "INSERT INTO fact (name, value, at) SELECT 'guance.channels.issue_' || n, '[]', ?2 + 31536000000 FROM pair
         WHERE n % 10 = 0",
    ] {
        state.execute(&format!("{PAIRS} {what}"), rusqlite::params![pairs, year_ago]).unwrap();
    }
}

#[test]
fn a_run_with_nothing_to_do_costs_the_same_however_many_pairs_there_are() {
    let world = World::new(Flavour::Cloud);
    world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
    world.sync();
    world.settle();
    world.is_quiet();
    let few = world.run(&["-vv", "sync"]);
    remember(&world, 200_000);
    world.is_quiet();
    let many = world.run(&["-vv", "sync"]);
    assert_eq!((few.code, many.code), (0, 0), "{many}");
    let (few, many) = (steps(&few), steps(&many));
    assert!(many * 10 <= few * 11, "{many} steps with 200,000 pairs, {few} with one");
}

#[test]
fn what_is_asked_about_one_item_costs_the_same_however_many_pairs_there_are() {
    let world = World::new(Flavour::Cloud);
    let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
    world.sync();
    let key = world.key_of(&issue);
    let ask = |item: &str| {
        let outcome = world.run(&["-vv", "why", item]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains(&issue), "{outcome}");
        steps(&outcome)
    };
    let few = ask(&key.to_lowercase());
    remember(&world, 20_000);
    let many = ask(&key.to_lowercase());
    assert!(many * 10 <= few * 11, "{many} steps with 20,000 pairs, {few} with one");
}
