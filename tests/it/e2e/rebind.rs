//! Services that are called otherwise than before are bound again to their state, by their markers; others are not.

use chrono::Utc;
use serde_json::{Value, json};

use super::services::{another_jira, another_workspace, assert_refused, lived_in, remembered, renamed};
use super::world::{World, on_both};

/// The marker of an issue.
fn marker(world: &World, issue: &str) -> Value {
    world.copy_of(issue).properties.get("guajira").cloned().unwrap()
}

#[test]
fn a_renamed_jira_is_bound_again_by_its_markers() {
    on_both(|world| {
        let issues = lived_in(&world);
        let (old, new) = (world.jira.base_url(), renamed(&world.jira.base_url()));
        world.reconfigure(&old, &new);
        assert_refused(&world, &[], &[&old, &new, "guajira state rebind"]);

        let before = remembered(&world);
        let tried = world.run(&["state", "rebind", "--dry-run"]);
        assert_eq!(tried.code, 0, "{tried}");
        assert!(tried.stdout.contains(&new), "{tried}");
        assert_eq!(remembered(&world), before);

        let bound = world.run(&["state", "rebind"]);
        assert_eq!(bound.code, 0, "{bound}");
        assert!(bound.stdout.contains("3 pairs"), "{bound}");
        world.settle();
        world.assert_agrees();
        world.jira.comment(&world.key_of(&issues[1]), "alice", "after the move");
        world.settle();
        world.assert_agrees();
        let again = world.run(&["state", "rebind"]);
        assert_eq!(again.code, 0, "{again}");
    });
}

#[test]
fn a_renamed_guance_is_bound_again_and_its_old_markers_stay_ours() {
    on_both(|world| {
        let issues = lived_in(&world);
        let (old, new) = (world.guance.base_url(), renamed(&world.guance.base_url()));
        let pair = marker(&world, &issues[0])["pair"].clone();
        world.reconfigure(&old, &new);
        assert_refused(&world, &[], &[&old, &new, "guajira state rebind"]);
        let bound = world.run(&["state", "rebind"]);
        assert_eq!(bound.code, 0, "{bound}");
        world.settle();
        world.assert_agrees();
        let fresh = world.guance.open_issue("after the move", "<p>x</p>", "P1", "张三");
        world.settle();
        world.assert_agrees();
        assert_ne!(marker(&world, &fresh)["pair"], pair);

        // Without the state the account itself knows what the pair was called before.
        world.lose_state();
        world.forget_requests();
        world.sync();
        assert_eq!(world.writes(), 0);
        world.jira.comment(&world.key_of(&issues[1]), "alice", "after the loss");
        world.guance.reply(&issues[2], "李四", "<p>after the loss, too</p>");
        world.settle();
        world.assert_agrees();
        let since = Utc::now() - chrono::TimeDelta::days(2);
        let outcome = world.run(&["sync", "--since", &since.to_rfc3339()]);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_renamed_guance_keeps_the_write_counter() {
    on_both(|world| {
        lived_in(&world);
        world.settle();
        let counter = |world: &World| {
            let state = world.state();
            let sql = "SELECT value FROM fact WHERE name = 'engine.counter'";
            state.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
        };
        let before = counter(&world);
        let old = world.guance.base_url();
        world.reconfigure(&old, &renamed(&old));
        world.run(&["state", "rebind"]);
        let state = world.state();
        let told = |sql: &str| state.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let services: Value = serde_json::from_str(&told("SELECT value FROM fact WHERE name = 'services'")).unwrap();
        let name = format!("guajira.{}", services["pair"].as_str().unwrap());
        let kept = world.jira.user_property("bot", &name).unwrap();
        let id = told("SELECT value FROM fact WHERE name = 'engine.state-id'");
        assert_eq!(kept["counter"], json!(format!("{id}:{before}")));
    });
}

#[test]
fn another_jira_cannot_be_bound() {
    on_both(|world| {
        lived_in(&world);
        let other = another_jira(&world, world.flavour);
        world.reconfigure(&world.jira.base_url(), &other.base_url());
        let before = remembered(&world);
        let outcome = world.run(&["state", "rebind"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("marker"), "{outcome}");
        assert_eq!(remembered(&world), before);
        assert!(other.recorded().iter().all(|request| !request.write));
        assert_refused(&world, &[&other], &[&other.base_url()]);
    });
}

#[test]
fn another_workspace_cannot_be_bound() {
    on_both(|mut world| {
        lived_in(&world);
        another_workspace(&mut world);
        let before = remembered(&world);
        let outcome = world.run(&["state", "rebind"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("wksp_ffff"), "{outcome}");
        assert_eq!(remembered(&world), before);
    });
}
