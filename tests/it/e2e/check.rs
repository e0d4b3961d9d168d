//! `guajira check`: all is well in a good world, and each kind of trouble has a line that says what to do.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::jira::{CustomField, CustomKind, Draft, Flavour, Project};
use guajira_fakes::server::Recorded;

use super::reuse::with_reuse;
use super::world::{World, on_both};

#[test]
fn a_good_world_is_all_ok_and_nothing_is_left_behind() {
    on_both(|world| {
        let outcome = world.run(&["check"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.lines().rev().skip(1).all(|line| line.starts_with("ok ")), "{outcome}");
        assert!(outcome.stdout.lines().count() > 10, "{outcome}");
        assert!(world.jira.issues().is_empty());
        assert!(world.guance.recorded().iter().all(|request| !request.write));
        let kept = |r: &Recorded| r.write && !r.path.contains("/user/properties/");
        assert!(!world.jira.recorded().iter().any(kept), "{outcome}");
        assert_eq!(world.jira.user_property("bot", "guajira.check"), None);
        assert!(!world.path("guajira.db").exists());
    });
}

/// Breaks something and expects a line that begins so and holds these words, its hint on the next line included.
fn expect(world: &World, code: i32, begins: &str, words: &[&str]) {
    let outcome = world.run(&["check"]);
    assert_eq!(outcome.code, code, "{outcome}");
    let fits = |line: &&str| line.starts_with(begins) && words.iter().all(|word| line.contains(word));
    let found = outcome.stdout.replace("\n     → ", " → ");
    assert_eq!(found.lines().filter(fits).count(), 1, "{begins:?} {words:?}: {outcome}");
}

#[test]
fn an_unknown_project_is_said() {
    on_both(|world| {
        world.reconfigure("project = \"OPS\"", "project = \"NOPE\"");
        expect(&world, 3, "FAIL project NOPE", &["→", "[[route]].project"]);
    });
}

#[test]
fn an_unknown_issue_type_is_said_with_those_there_are() {
    on_both(|world| {
        world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Incident\"");
        expect(&world, 3, "FAIL issue type Incident in OPS", &["→", "Bug", "Task"]);
    });
}

#[test]
fn a_missing_permission_is_said() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("ADD_COMMENTS".to_owned());
        });
        expect(&world, 3, "FAIL permission ADD_COMMENTS in OPS", &["→", "grant it"]);
    });
}

#[test]
fn a_bot_that_may_not_delete_its_comments_is_warned_of_where_it_has_to() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("DELETE_OWN_COMMENTS".to_owned());
        });
        assert!(!world.run(&["check"]).stdout.contains("DELETE_OWN_COMMENTS"));
        world.configure_flow("deletes = \"delete\"");
        expect(&world, 0, "warn permission DELETE_OWN_COMMENTS in OPS", &["→", "[flow].deletes"]);
    });
}

#[test]
fn a_jira_without_links_is_warned_of() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("LINK_ISSUES".to_owned());
        });
        expect(&world, 0, "warn permission LINK_ISSUES in OPS", &["→", "[flow].links"]);
        world.configure_flow("links = \"to-guance\"");
        let outcome = world.run(&["check"]);
        assert!(!outcome.stdout.contains("LINK_ISSUES"), "{outcome}");
    });
}

#[test]
fn a_jira_that_takes_no_files_or_only_small_ones_is_warned_of() {
    on_both(|world| {
        world.configure_flow("attachments = \"to-jira\"");
        assert!(world.run(&["check"]).stdout.contains("ok   jira attachments: up to 10 MB"));
        world.jira.switch(|switches| switches.upload_limit = Some(1_000_000));
        expect(&world, 0, "warn jira attachments", &["1 MB", "→", "max_attachment"]);
        world.jira.switch(|switches| switches.upload_limit = None);
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("CREATE_ATTACHMENTS".to_owned());
        });
        expect(&world, 0, "warn jira attachments", &["switched off"]);
        expect(&world, 0, "warn permission CREATE_ATTACHMENTS in OPS", &["→"]);
    });
}

#[test]
fn an_unknown_priority_is_said_with_those_there_are() {
    on_both(|world| {
        world.reconfigure("P1 = \"High\"", "P1 = \"Urgent\"");
        expect(&world, 0, "warn field priority", &["Urgent", "→", "Highest"]);
    });
}

#[test]
fn labels_off_the_create_screen_are_said() {
    on_both(|world| {
        world.jira.switch(|switches| {
            switches.off_create_screen.insert("labels".to_owned());
        });
        expect(&world, 0, "warn field labels", &["→", "create screen"]);
    });
}

#[test]
fn a_required_field_is_said() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| {
            project.custom_fields.push(CustomField {
                id: "customfield_10010".to_owned(),
                name: "Team".to_owned(),
                kind: CustomKind::Text,
                required: true,
            });
        });
        expect(&world, 3, "FAIL field customfield_10010", &["Team", "→"]);
    });
}

#[test]
fn an_unknown_channel_is_said_with_those_there_are() {
    let mut world = World::new(Flavour::Cloud);
    world.set("GUAJIRA_GUANCE__CHANNEL", "no-such-channel");
    expect(&world, 3, "FAIL guance channel", &["no-such-channel", "→", "default"]);
}

#[test]
fn wrong_credentials_are_said() {
    on_both(|mut world| {
        world.set("GUAJIRA_GUANCE__API_KEY", "wrong");
        expect(&world, 4, "FAIL guance", &["→", "[guance].api_key"]);
        world.unset("GUAJIRA_GUANCE__API_KEY");
        world.jira.with_user("bot", |bot| bot.active = false);
        expect(&world, 4, "FAIL jira", &["→", "[jira.auth]"]);
    });
}

#[test]
fn clocks_that_differ_are_said() {
    let world = World::new(Flavour::Server);
    world.set_clocks(TimeDelta::minutes(10));
    expect(&world, 0, "warn clock against guance", &["→"]);
    expect(&world, 0, "warn jira clock", &["→"]);
}

#[test]
fn no_write_counter_is_said() {
    on_both(|world| {
        world.jira.switch(|switches| switches.user_properties = false);
        expect(&world, 0, "warn jira write counter", &["→"]);
    });
}

#[test]
fn status_tells_when_the_last_good_run_is_too_old() {
    on_both(|world| {
        assert_eq!(world.run(&["status", "--max-age", "10m"]).code, 3);
        world.sync();
        let outcome = world.run(&["status", "--max-age", "10m"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        world.pass(Duration::from_mins(11));
        let outcome = world.run(&["status", "--max-age", "10m"]);
        assert_eq!(outcome.code, 3, "{outcome}");
    });
}

#[test]
fn a_resolution_that_jira_does_not_have_is_said_with_those_there_are() {
    on_both(|world| {
        with_reuse(&world, "status = \"off\"", "unless_resolution = [\"won't fix\", \"1\"]");
        expect(&world, 0, "ok   resolutions in [route.reuse] of OPS", &["won't fix, 1 are there"]);
        world.reconfigure("\"1\"]", "\"Nope\", \"20\"]");
        expect(&world, 0, "warn resolutions in [route.reuse] of OPS", &["no Nope, 20", "→", "Fixed, Won't Fix, Done"]);
    });
}

#[test]
fn a_bot_that_cannot_open_a_ticket_again_is_warned_of() {
    on_both(|world| {
        with_reuse(&world, "status = \"off\"\nupdates = false\nlevel = false", "");
        let told = world.run(&["check"]);
        assert!(told.stdout.contains("ok   permission TRANSITION_ISSUES in OPS"), "{told}");
        for name in ["TRANSITION_ISSUES", "EDIT_ISSUES"] {
            world.jira.with_user("bot", |bot| bot.denied = [name.to_owned()].into());
            expect(&world, 0, &format!("warn permission {name} in OPS"), &["→", "[route.reuse]"]);
        }
    });
}

#[test]
fn a_workflow_without_a_way_back_is_warned_of_where_a_ticket_shows_it() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let mut project = Project::new("OPS", "Operations");
        for (is_closed, line) in [(false, "ok   way back to an open status"), (true, "warn way back to an open status")]
        {
            if is_closed {
                project.workflow.transitions.retain(|way| way.to == "10002");
            }
            let world = World::with_projects(flavour, vec![project.clone()]);
            with_reuse(&world, "status = \"off\"", "");
            assert!(!world.run(&["check"]).stdout.contains("way back"), "nothing is resolved yet");
            let key = world.jira.create_issue("OPS", "alice", Draft::new("an old one"));
            world.jira.transition(&key, "alice", "Done");
            let words: [&str; 2] = if is_closed { ["→", "[route.reuse]"] } else { ["To Do", "In Progress"] };
            expect(&world, 0, line, &[key.as_str(), words[0], words[1]]);
        }
    }
}
