//! Until somebody decided whose the script's labels are, creates whose uuids they carry are held; afterwards none is.

use std::time::Duration;

use guajira_fakes::jira::Draft;
use serde_json::Value;

use super::script::{adopt, bob, left_by, others, own, seen};
use super::world::{World, on_both};

#[test]
fn what_is_held_for_an_account_that_was_not_named_stays_held() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let extra = world.guance.open_issue("certificate ends soon", "<p>x</p>", "P1", "张三");
        own(&world).makes_issue(&extra);
        assert_eq!(world.run(&["sync", "--since", "1d"]).code, 3);
        assert_eq!(adopt(&world, &[], false).code, 0);
        let outcome = world.run(&["sync"]);
        assert_eq!((outcome.code, world.jira.issues().len()), (3, 3), "{outcome}");
        assert!(outcome.stdout.contains("2 held for issues"), "{outcome}");
        let outcome = adopt(&world, &[&bob(&world), &world.guance.key_uuid(1)], false);
        assert!(outcome.stdout.contains("taken over: 2 issues, 3 comments"), "{outcome}");
        world.settle();
        assert_eq!(world.jira.issues().len(), left.keys.len() + 1);
    });
}

#[test]
fn nothing_is_decided_where_all_was_made_by_an_account_that_was_not_named() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let outcome = adopt(&world, &[], false);
        assert_eq!((outcome.code, world.writes()), (2, 0), "{outcome}");
        assert!(outcome.stderr.contains("guajira adopt --script --created-by "), "{outcome}");
        world.run(&["sync", "--since", "1d"]);
        assert_eq!(world.jira.issues().len(), left.keys.len(), "held");
    });
}

#[test]
fn a_create_whose_uuid_somebody_elses_issue_carries_is_held_and_said() {
    on_both(|world| {
        let left = left_by(&others(&world));
        let free = world.guance.open_issue("nobody made this one", "<p>x</p>", "P1", "张三");
        let dry = world.run(&["sync", "--since", "1d", "--dry-run"]);
        assert!(dry.stdout.contains("held for issues that carry their uuids"), "{dry}");
        for round in 0..3 {
            let args: &[&str] = if round == 0 { &["sync", "--since", "1d"] } else { &["sync"] };
            let outcome = world.run(args);
            assert_eq!(outcome.code, 3, "{outcome}");
            assert!(outcome.stdout.contains("2 held for issues that carry their uuids"), "{outcome}");
            assert!(outcome.stdout.contains(&format!("{} of Bob Example carries its uuid", left.keys[0])), "{outcome}");
            assert!(outcome.stdout.contains("guajira adopt --script --created-by"), "{outcome}");
            assert!(!outcome.stdout.contains("brake") && !outcome.stdout.contains("max_creates"), "{outcome}");
            assert_eq!(world.jira.issues().len(), 3, "the one that nobody made was made");
            world.pass(Duration::from_mins(2));
        }
        assert_eq!(world.copies_of(&free).len(), 1);
        let status = world.run(&["status"]);
        assert!(status.stdout.contains("2 held") && status.stdout.contains("guajira did not make"), "{status}");
        let json: Value = serde_json::from_str(&world.run(&["status", "--json"]).stdout).unwrap();
        assert_eq!((&json["backlog"]["held"], &json["backlog"]["labelled"]), (&Value::from(0), &Value::from(2)));
        let why = world.run(&["why", &left.issues[0]]);
        assert!(why.stdout.contains("carries its uuid"), "{why}");
        let check = world.run(&["check"]);
        assert!(check.stdout.contains("warn") && check.stdout.contains("carry the uuid"), "{check}");
    });
}

#[test]
fn held_creates_are_settled_by_each_way_to_decide() {
    on_both(|world| {
        for way in ["adopt", "release", "configuration"] {
            world.lose_state();
            for key in world.jira.issues().into_iter().map(|issue| issue.key) {
                world.jira.delete_issue(&key);
            }
            for issue in world.guance.issues() {
                world.guance.remove_issue(&issue.uuid);
            }
            let left = left_by(&others(&world));
            assert_eq!(world.run(&["sync", "--since", "1d"]).code, 3);
            let outcome = match way {
                "adopt" => adopt(&world, &[&bob(&world), &world.guance.key_uuid(1)], false),
                "release" => world.run(&["sync", "--release"]),
                _ => {
                    world.reconfigure("[jira]\n", "[jira]\nscript = \"none\"\n");
                    world.run(&["sync"])
                }
            };
            assert_eq!(outcome.code, 0, "{way}: {outcome}");
            world.settle();
            let made = if way == "adopt" { 0 } else { left.issues.len() };
            assert_eq!(world.jira.issues().len(), left.keys.len() + made, "{way}");
        }
    });
}

#[test]
fn after_the_decision_a_label_holds_nothing() {
    on_both(|world| {
        let left = left_by(&own(&world));
        assert_eq!(adopt(&world, &[&world.guance.key_uuid(0)], false).code, 0);
        world.settle();
        let alarm = world.guance.open_issue("an alarm", "<p>x</p>", "P0", "张三");
        world.jira.create_issue("OPS", "alice", Draft { labels: vec![alarm.clone()], ..Draft::new("not so fast") });
        world.settle();
        assert_eq!(world.copies_of(&alarm).len(), 1);
        assert_eq!(world.jira.issues().len(), left.keys.len() + 2);
    });
}

/// An installation that never saw the script.
fn established(world: &World) {
    world.guance.open_issue("the first", "<p>x</p>", "P1", "张三");
    world.sync();
}

fn somebody_labels_an_alarm(world: &World) {
    let alarm = world.guance.open_issue("an alarm", "<p>x</p>", "P0", "张三");
    world.jira.create_issue("OPS", "alice", Draft { labels: vec![alarm.clone()], ..Draft::new("not so fast") });
    world.settle();
    assert_eq!(world.copies_of(&alarm).len(), 1);
}

#[test]
fn a_state_of_an_older_version_that_has_pairs_is_decided() {
    on_both(|world| {
        established(&world);
        world.state().execute("DELETE FROM fact WHERE name = 'engine.script'", []).unwrap();
        somebody_labels_an_alarm(&world);
    });
}

#[test]
fn a_lost_state_of_an_established_installation_is_decided() {
    on_both(|world| {
        established(&world);
        world.lose_state();
        somebody_labels_an_alarm(&world);
    });
}

#[test]
fn a_new_installation_that_made_its_first_pair_is_not_decided_by_that() {
    on_both(|world| {
        established(&world);
        let left = left_by(&others(&world));
        let outcome = world.run(&["sync", "--since", "1d"]);
        assert_eq!((outcome.code, world.jira.issues().len()), (3, 1 + left.keys.len()), "{outcome}");
    });
}

#[test]
fn what_our_own_account_labelled_is_held_too_until_it_is_decided() {
    on_both(|world| {
        let left = left_by(&own(&world));
        let before = seen(&world, &left);
        let outcome = world.run(&["sync", "--since", "1d"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert!(outcome.stdout.contains("of our own account carries its uuid"), "{outcome}");
        assert_eq!(seen(&world, &left), before);
        assert_eq!(adopt(&world, &[&world.guance.key_uuid(0)], false).code, 0);
        world.settle();
        assert_eq!(seen(&world, &left), before);
    });
}

#[test]
fn very_many_labels_of_the_scripts_are_no_proof_either() {
    on_both(|world| {
        let script = own(&world);
        for n in 0..510 {
            let uuid = world.guance.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三");
            script.makes_issue(&uuid);
        }
        world.pass(Duration::from_hours(2));
        world.run(&["sync"]);
        let sql = "SELECT count(*) FROM issue_link";
        let pairs: i64 = world.state().query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(pairs, 0);
    });
}
