//! Service projects, over HTTP: an issue gets its request type in whatever shape and way the Jira takes it, and is never lost.

use guajira_fakes::jira::{CustomField, CustomKind, OffScreen, Project, RequestType};
use guajira_fakes::server::{Fault, What};

use super::world::{Flavour, World};

const FIELD: &str = "customfield_10100";

fn on_both(key: &str, story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        let kind = |id: &str, name: &str, key: &str| RequestType { id: id.into(), name: name.into(), key: key.into() };
        let desk = Project {
            request_types: vec![kind("11", "Get help", "help"), kind("12", "Report an incident", "incident")],
            custom_fields: vec![
                CustomField::new("customfield_10099", "Request Type (migrated)", CustomKind::Text),
                CustomField::new(FIELD, "Request Type", CustomKind::RequestType),
            ],
            ..Project::service_desk("SD", "Help")
        };
        let others = (0..3).map(|n| Project::service_desk(&format!("SD{n}"), "Another"));
        let world = World::with_projects(flavour, [desk].into_iter().chain(others).collect());
        world.jira.switch(|jira| jira.desk_page = 2);
        world.reconfigure("labels = [\"guance\"]", &format!("labels = [\"guance\"]\n{key}"));
        story(world);
    }
}

const INCIDENT: &str = "request_type = \"Report an incident\"";

/// The request types of the copies of new issues, once all is quiet.
fn made(world: &World, count: usize) -> Vec<Option<String>> {
    let issues: Vec<_> =
        (0..count).map(|_| world.guance.open_issue("disk full", "<p>it is</p>", "P1", "张三")).collect();
    world.settle();
    let of = |issue: &String| world.jira.issue(&world.key_of(issue)).unwrap().other.get(FIELD).cloned();
    let name = |value: serde_json::Value| value["name"].as_str().unwrap().to_owned();
    assert_eq!(world.jira.issues().len(), count, "each once");
    issues.iter().map(|issue| of(issue).map(name)).collect()
}

fn incidents(count: usize) -> Vec<Option<String>> {
    vec![Some("Report an incident".to_owned()); count]
}

fn why(world: &World) -> String {
    world.run(&["why", "SD-1"]).stdout
}

#[test]
fn a_new_issue_gets_its_request_type() {
    on_both(INCIDENT, |world| {
        assert_eq!(made(&world, 4), incidents(4));
        let asked = |world: &World| {
            world.jira.recorded().iter().filter(|request| request.path.contains("servicedeskapi")).count()
        };
        assert!(asked(&world) <= 4, "{}", asked(&world));
        world.forget_requests();
        world.is_quiet();
        world.guance.open_issue("disk full again", "<p>it is</p>", "P1", "张三");
        world.settle();
        assert_eq!(asked(&world), 0, "it is remembered");
    });
}

#[test]
fn a_screen_without_the_field_costs_another_request_and_not_the_request_type() {
    for off in [OffScreen::Refused, OffScreen::Dropped] {
        on_both(INCIDENT, |world| {
            world.jira.switch(|jira| {
                jira.off_create_screen.extend([FIELD.to_owned()]);
                jira.off_screen = off;
            });
            assert_eq!(made(&world, 4), incidents(4));
            assert!(!why(&world).contains("request_type"), "{}", why(&world));
            world.is_quiet();
        });
    }
}

#[test]
fn server_takes_one_of_several_shapes() {
    for (key, tells_key, takes_id, works) in [
        (INCIDENT, true, false, true),
        (INCIDENT, false, true, true),
        (INCIDENT, false, false, false),
        ("request_type = \"sd/incident\"", false, false, true),
        ("request_type = \"12\"", true, false, true),
    ] {
        on_both(key, |world| {
            if world.flavour == Flavour::Cloud {
                return;
            }
            world.jira.switch(|jira| {
                jira.request_types_tell_key = tells_key;
                jira.request_type_takes_id = takes_id;
            });
            let made = made(&world, 2);
            assert_eq!(made, if works { incidents(2) } else { vec![None, None] }, "{key}");
            assert_eq!(why(&world).contains("request_type"), !works, "{key}: {}", why(&world));
            world.is_quiet();
        });
    }
}

#[test]
fn without_its_request_type_an_issue_is_made_all_the_same() {
    on_both("request_type = \"Order a pizza\"", |world| {
        assert_eq!(made(&world, 2), [None, None]);
        let told = why(&world);
        assert!(told.contains("request_type") && told.contains("Get help, Report an incident"), "{told}");
        world.is_quiet();
    });
    on_both(INCIDENT, |world| {
        world.jira.switch(|jira| {
            jira.off_create_screen.extend([FIELD.to_owned()]);
            jira.off_edit_screen.extend([FIELD.to_owned()]);
        });
        assert_eq!(made(&world, 1), [None]);
        assert!(why(&world).contains("request_type"), "{}", why(&world));
        world.is_quiet();
    });
    on_both(INCIDENT, |world| {
        world.jira.switch(|jira| jira.no_service_desk_api = true);
        assert_eq!(made(&world, 1), [None]);
        assert!(why(&world).contains("does not list the request types"), "{}", why(&world));
    });
    on_both("request_type = \"12\"", |world| {
        world.jira.switch(|jira| {
            jira.no_service_desk_api = true;
            jira.request_type_takes_id = true;
        });
        assert_eq!(made(&world, 1), incidents(1), "an id needs no list");
    });
}

#[test]
fn a_lost_answer_makes_no_second_issue() {
    on_both(INCIDENT, |world| {
        world.jira.switch(|jira| jira.off_create_screen.extend([FIELD.to_owned()]));
        world.jira.fail(Fault::new(What::DropAfter).path_contains("/issue").writes());
        made(&world, 1);
        world.is_quiet();
    });
}

#[test]
fn check_names_the_request_types_that_there_are() {
    on_both("", |world| {
        let told = world.run(&["check"]).stdout;
        assert!(told.contains("no queue") && told.contains("Get help, Report an incident"), "{told}");
    });
    on_both("request_type = \"Order a pizza\"", |world| {
        let told = world.run(&["check"]).stdout;
        assert!(told.contains("\"Order a pizza\" is none of Get help, Report an incident"), "{told}");
    });
    on_both(INCIDENT, |world| {
        let told = world.run(&["check"]).stdout;
        assert!(told.contains("ok   field request_type of Bug in SD"), "{told}");
        world.reconfigure("project = \"SD\"", "project = \"OPS\"");
        world.jira.add_project(Project::new("OPS", "Operations"));
        let told = world.run(&["check"]).stdout;
        assert!(told.contains("no service project"), "{told}");
    });
}
