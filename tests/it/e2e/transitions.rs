//! Transitions that ask for something, and issues that are opened again.

use guajira_fakes::jira::{Asks, Workflow};

use super::world::{World, on_both};

fn asking() -> Workflow {
    let mut workflow = Workflow::simple();
    let way = workflow.way_mut("31");
    way.name = "Close".into();
    way.needs = Some(("customfield_10077".to_owned(), "Root cause".to_owned()));
    workflow
}

fn with_flow(world: &World) {
    world.reconfigure("[[route]]", "[flow]\nstatus = \"to-jira\"\n\n[[route]]");
}

#[test]
fn a_transition_that_wants_a_field_is_named_with_it() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| project.workflow = asking());
        with_flow(&world);
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        world.guance.set_status(&issue, 20, "李四");
        world.pass(std::time::Duration::from_mins(6));
        let told = world.run(&["sync"]);
        let sentence = format!("{key}: the transition \"Close\" to \"Done\" wants \"Root cause\"");
        assert!(told.stdout.contains(&sentence), "{told}");
        assert!(!told.stdout.contains("no way leads"), "{told}");
        assert_eq!(world.jira.status_of(&key), "To Do");
        let told = world.run(&["check"]);
        let line = told.stdout.lines().find(|line| line.contains("transition \"Close\" to Done in OPS"));
        assert!(line.is_some_and(|line| line.starts_with("warn") && line.contains("\"Root cause\"")), "{told}");
    });
}

#[test]
fn check_sees_nothing_wrong_with_transitions_that_ask_for_nothing() {
    on_both(|world| {
        with_flow(&world);
        assert!(!world.run(&["check"]).stdout.contains("transition"), "there is no issue yet");
        world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        let told = world.run(&["check"]);
        assert!(told.stdout.contains("ok   transitions of Bug in OPS"), "{told}");
    });
}

#[test]
fn of_two_ways_the_one_that_wants_nothing_is_gone() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| {
            project.workflow = asking();
            let mut other = project.workflow.way_mut("31").clone();
            (other.id, other.asks, other.needs) = ("41".to_owned(), Asks::ResolutionRequired, None);
            project.workflow.transitions.push(other);
        });
        with_flow(&world);
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        world.guance.set_status(&issue, 20, "李四");
        world.settle();
        assert_eq!(world.jira.status_of(&world.key_of(&issue)), "Done");
    });
}

#[test]
fn an_issue_that_is_opened_again_loses_its_resolution() {
    for is_on_screen in [true, false] {
        on_both(|world| {
            world.jira.switch(|jira| {
                jira.reopening_keeps_resolution = true;
                if !is_on_screen {
                    jira.off_edit_screen.insert("resolution".to_owned());
                }
            });
            with_flow(&world);
            let issue = world.guance.open_issue("disk full", "", "P1", "张三");
            world.settle();
            let key = world.key_of(&issue);
            world.guance.set_status(&issue, 20, "李四");
            world.settle();
            assert!(world.jira.issue(&key).unwrap().resolution.is_some());
            world.guance.set_status(&issue, 10, "李四");
            world.pass(std::time::Duration::from_mins(6));
            let told = world.sync();
            assert_eq!(world.jira.status_of(&key), "To Do");
            assert_eq!(world.jira.issue(&key).unwrap().resolution.is_none(), is_on_screen, "{told}");
            assert_eq!(told.stdout.contains("the issue is open again"), !is_on_screen, "{told}");
            world.settle();
            world.is_quiet();
        });
    }
}

#[test]
fn a_route_gives_a_transition_what_its_screen_asks_for() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| project.workflow = asking());
        with_flow(&world);
        world.reconfigure(
            "[route.priority]",
            "[route.transition]\n\"root cause\" = \"{{ tags.cause or 'unknown' }} ({{ level }})\"\nElsewhere = \"x\"\n\n[route.priority]",
        );
        let issue = world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        let told = world.run(&["check"]);
        assert!(told.code == 0 && told.stdout.contains("ok   transitions of Bug in OPS"), "{told}");
        world.guance.set_status(&issue, 15, "李四");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "In Progress", "no other screen has the field");
        world.guance.set_status(&issue, 20, "李四");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done");
        assert_eq!(world.jira.issue(&key).unwrap().other["customfield_10077"], "unknown (P1)");
        world.is_quiet();
        // A template that cannot be read, and a field with a key of its own, are told at once.
        world.reconfigure("Elsewhere = \"x\"", "Resolution = \"x\"");
        let told = world.run(&["check"]);
        assert!(told.code == 2 && told.stderr.contains("[[route]].resolution"), "{told}");
    });
}
