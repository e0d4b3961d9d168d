//! Creates that Jira refused for what a create screen asks: they go again when the screen is another.

use std::time::Duration;

use guajira_fakes::jira::{CustomField, CustomKind, named};

use super::world::{World, on_both};

fn teams(world: &World, required: bool, options: &[(&str, &str)]) {
    world.jira.with_project("OPS", |project| {
        let field = CustomField::new("customfield_10077", "Team", CustomKind::Select(named(options)));
        project.custom_fields = vec![CustomField { required, ..field }];
    });
}

/// A required option is gone: two creates are dead.
fn refused(world: &World) -> [String; 2] {
    teams(world, true, &[("1", "network"), ("2", "storage")]);
    world.reconfigure("[route.priority]", "[route.fields]\nTeam = \"storage\"\n\n[route.priority]");
    world.guance.open_issue("before", "", "P1", "张三");
    world.settle();
    teams(world, true, &[("1", "network")]);
    let issues = ["disk full", "disk full again"].map(|title| world.guance.open_issue(title, "", "P1", "张三"));
    world.pass(Duration::from_mins(6));
    assert_eq!(world.run(&["sync"]).code, 3);
    assert_eq!(world.staged("dead"), 2);
    issues
}

fn made(world: &World, issue: &str) -> bool {
    world.jira.issues().iter().any(|copy| copy.labels.contains(&issue.to_owned()))
}

#[test]
fn a_create_that_a_screen_refused_goes_again_when_the_screen_is_another() {
    for mend in [
        |world: &World| teams(world, true, &[("1", "network"), ("9", "storage")]),
        |world: &World| teams(world, false, &[("1", "network")]),
    ] {
        on_both(|world| {
            let issues = refused(&world);
            mend(&world);
            // A screen is asked for once an hour.
            world.pass(Duration::from_mins(61));
            let outcome = world.run(&["sync"]);
            assert_eq!(outcome.code, 0, "{outcome}");
            assert_eq!(world.staged("dead"), 0);
            assert!(issues.iter().all(|issue| made(&world, issue)), "{outcome}");
            let why = world.run(&["why", &issues[0]]);
            assert!(why.stdout.contains("create screen of Bug in OPS has changed"), "{why}");
        });
    }
}

#[test]
fn a_screen_that_stays_as_it_is_sends_nothing_again_and_is_asked_for_once_an_hour() {
    on_both(|world| {
        refused(&world);
        let asked = || world.jira.recorded().iter().filter(|request| request.path.contains("createmeta")).count();
        let before = asked();
        let writes = world.writes();
        for _ in 0..20 {
            world.pass(Duration::from_mins(6));
            assert_eq!(world.run(&["sync"]).code, 3);
        }
        assert_eq!((world.writes(), world.staged("dead")), (writes, 2));
        // Two requests each time: the types, and the type's fields.
        assert!(asked() - before <= 2 * 3, "{}", asked() - before);
    });
}

#[test]
fn what_was_dropped_stays_dropped_when_the_screen_is_another() {
    on_both(|world| {
        let issues = refused(&world);
        assert_eq!(world.run(&["drop", &issues[0], "--because", "not needed"]).code, 0);
        teams(&world, false, &[("1", "network")]);
        world.pass(Duration::from_mins(61));
        world.run(&["sync"]);
        assert_eq!(issues.map(|issue| made(&world, &issue)), [false, true]);
    });
}

/// The type itself was missing, or the bot may create issues of it only now.
#[test]
fn a_create_whose_type_was_missing_goes_once_it_is_there() {
    on_both(|world| {
        world.guance.open_issue("before", "", "P1", "张三");
        world.settle();
        let types = |all: &[(&str, &str)]| world.jira.with_project("OPS", |project| project.types = named(all));
        types(&[("10002", "Task")]);
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        world.pass(Duration::from_mins(61));
        assert_eq!(world.run(&["sync"]).code, 3);
        types(&[("10001", "Bug"), ("10002", "Task")]);
        world.pass(Duration::from_mins(61));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(made(&world, &issue));
    });
}
