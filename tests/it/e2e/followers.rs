//! Fields of Jira that follow their source (`keep = true`), over HTTP: every shape of value, hands that edit, runs that die,
//! screens without the field.

use std::time::Duration;

use guajira_fakes::jira::{CustomField, CustomKind, Project, named, plain};
use guajira_fakes::server::{Fault, What};
use serde_json::{Value, json};

use super::world::{Flavour, World};

const REGION: &str = "customfield_10010";
const COLOUR: &str = "customfield_10011";
const NOTES: &str = "customfield_10012";
const OWNER: &str = "customfield_10013";
const SQUADS: &str = "customfield_10014";
const SEEN: &str = "customfield_10015";
const ODD: &str = "customfield_10016";
const CITY: &str = "customfield_10017";

const ALL: &str = r#"Region = { value = "{{ tags.region }}", keep = true }
Colour = { value = "{{ tags.colour }}", keep = true }
Notes = { value = "*{{ tags.note }}*", keep = true }
Owner = { value = "{{ tags.owner }}@example.com", keep = true }
Squads = { value = ["{{ tags.region }}", "ops team"], keep = true }
customfield_10015 = { value = "{{ tags.seen }}", keep = true }
Rank = { json = '{"id": "{{ tags.rank }}"}', keep = true }
City = { value = "CN", child = "{{ tags.city }}", keep = true }"#;

fn on_both(fields: &str, story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        let options = |pairs: &[(&str, &str)]| named(pairs);
        let cities = vec![(options(&[("1", "CN")]).remove(0), options(&[("11", "Hangzhou"), ("12", "Ningbo")]))];
        let ops = Project {
            custom_fields: vec![
                CustomField::new(REGION, "Region", CustomKind::Text),
                CustomField::new(COLOUR, "Colour", CustomKind::Select(options(&[("301", "Red"), ("302", "Blue")]))),
                CustomField::new(NOTES, "Notes", CustomKind::TextArea),
                CustomField::new(OWNER, "Owner", CustomKind::User),
                CustomField::new(SQUADS, "Squads", CustomKind::Labels),
                CustomField::new(SEEN, "Seen", CustomKind::DateTime),
                CustomField::new(ODD, "Rank", CustomKind::Select(options(&[("401", "First"), ("402", "Second")]))),
                CustomField::new(CITY, "City", CustomKind::Cascading(cities)),
            ],
            ..Project::new("OPS", "Operations")
        };
        let world = World::with_projects(flavour, vec![ops]);
        world.jira.switch(|jira| jira.rewrites_text = true);
        world.reconfigure("[route.priority]", &format!("[route.fields]\n{fields}\n\n[route.priority]"));
        story(world);
    }
}

fn region(world: &World, key: &str) -> Value {
    world.jira.issue(key).unwrap().other.get(REGION).cloned().unwrap_or_default()
}

fn says(words: &[(&str, &str)]) -> String {
    words.iter().map(|(name, value)| format!("<p>{name}: {value}</p>")).collect::<Vec<_>>().concat()
}

/// An issue of this region on Guance, and the key of its copy.
fn a_pair(world: &World, of: &str) -> (String, String) {
    let issue = world.guance.open_issue("disk full", &says(&[("region", of)]), "P1", "张三");
    world.settle();
    let key = world.key_of(&issue);
    (issue, key)
}

const ONE: &str = "Region = { value = \"{{ tags.region }}\", keep = true }";

#[test]
fn every_shape_of_value_follows_the_source() {
    on_both(ALL, |world| {
        let html = says(&[
            ("region", "eu"),
            ("colour", "Red"),
            ("note", "one"),
            ("owner", "alice"),
            ("seen", "2026-11-22T10:00:00Z"),
            ("rank", "401"),
            ("city", "Hangzhou"),
        ]);
        let issue = world.guance.open_issue("disk full", &html, "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        world.is_quiet();
        let html = says(&[
            ("region", "us"),
            ("colour", "302"),
            ("note", "two"),
            ("owner", "bob"),
            ("seen", "2026-11-23T10:00:00+08:00"),
            ("rank", "402"),
            ("city", "12"),
        ]);
        world.guance.describe(&issue, &html, "张三");
        world.settle();
        let other = world.jira.issue(&key).unwrap().other;
        assert_eq!(other[REGION], "us");
        assert_eq!(other[COLOUR]["value"], "Blue");
        assert!(plain(&other[NOTES]).contains("two"), "{}", other[NOTES]);
        assert_eq!(other[OWNER]["name"], "bob");
        assert_eq!(other[SQUADS], json!(["us", "ops-team"]));
        assert!(other[SEEN].to_string().contains("2026-11-23T02:00"), "{}", other[SEEN]);
        assert_eq!(other[ODD]["id"], "402");
        assert_eq!(other[CITY]["child"]["value"], "Ningbo");
        world.is_quiet();

        // What a lost state finds on both sides is what guajira left.
        world.lose_state();
        world.settle();
        let html = says(&[("region", "ap"), ("colour", "Red"), ("note", "three"), ("owner", "alice"), ("rank", "401")]);
        world.guance.describe(&issue, &html, "张三");
        world.settle();
        let other = world.jira.issue(&key).unwrap().other;
        assert_eq!((&other[REGION], &other[COLOUR]["value"]), (&json!("ap"), &json!("Red")));
        assert!(plain(&other[NOTES]).contains("three"), "{}", other[NOTES]);
        assert_eq!((&other[OWNER]["name"], &other[ODD]["id"]), (&json!("alice"), &json!("401")));
        assert!(other[SEEN].to_string().contains("2026-11-23T02:00"), "what is not there leaves its field alone");
        world.is_quiet();
    });
}

#[test]
fn a_person_s_value_stays_and_guajira_goes_on_where_it_is_set_back() {
    on_both(ONE, |world| {
        let (issue, key) = a_pair(&world, "eu");
        world.jira.set_field(&key, "alice", REGION, json!("moon"));
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "moon");
        let told = world.run(&["why", &key]).stdout;
        assert!(told.contains("the field Region was changed on Jira by hand, and stays"), "{told}");
        world.guance.describe(&issue, &says(&[("region", "ap")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "moon");
        world.is_quiet();

        // What guajira wrote last stands there again.
        world.jira.set_field(&key, "alice", REGION, json!("eu"));
        world.guance.describe(&issue, &says(&[("region", "cn")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "cn");

        // Somebody has emptied the field, which is a choice too.
        world.jira.set_field(&key, "alice", REGION, Value::Null);
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), Value::Null);
        // Both say the same when the source changes.
        world.jira.set_field(&key, "alice", REGION, json!("eu"));
        world.guance.describe(&issue, &says(&[("region", "eu")]), "张三");
        world.settle();
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "us");
        world.is_quiet();
    });
}

#[test]
fn an_idle_run_costs_what_it_cost_and_a_change_is_read_by_id() {
    on_both(ONE, |world| {
        let (issue, key) = a_pair(&world, "eu");
        world.forget_requests();
        for _ in 0..4 {
            world.pass(Duration::from_mins(50));
            world.sync();
        }
        let meta = |path: &str| path.contains("createmeta") || path.contains("editmeta") || path.ends_with("/field");
        assert!(!world.jira.recorded().iter().any(|request| meta(&request.path)), "an id is asked for once");
        world.pass(Duration::from_mins(2));
        world.forget_requests();
        world.sync();
        let asked: Vec<String> = world.jira.recorded().iter().map(|request| request.path.clone()).collect();
        assert_eq!(asked.len(), 2, "{asked:?}");
        world.forget_requests();
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.pass(Duration::from_mins(1));
        world.sync();
        assert_eq!(region(&world, &key), "us");
        let edits = world.jira.recorded().iter().filter(|request| request.method == "PUT").count();
        assert_eq!(edits, 2, "the field, and the write counter");
    });
}

#[test]
fn a_lost_answer_is_no_hand_on_jira() {
    for what in [What::DropAfter, What::DropBefore, What::Status(502, String::new(), Vec::new())] {
        on_both(ONE, |world| {
            let (issue, key) = a_pair(&world, "eu");
            world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
            world.jira.fail(Fault::new(what.clone()).path_contains("/issue/").writes());
            world.pass(Duration::from_mins(1));
            world.run(&["sync"]);
            // The source has gone on before anybody looks.
            world.guance.describe(&issue, &says(&[("region", "ap")]), "张三");
            world.settle();
            assert_eq!(region(&world, &key), "ap");
            world.is_quiet();
        });
    }
}

#[test]
fn what_jira_does_not_take_delays_only_itself() {
    on_both(
        "Region = { value = \"{{ tags.region }}\", keep = true }\nColour = { value = \"{{ tags.colour }}\", keep = true }",
        |world| {
            let pair = says(&[("region", "eu"), ("colour", "Red")]);
            let issue = world.guance.open_issue("disk full", &pair, "P1", "张三");
            world.settle();
            let key = world.key_of(&issue);
            world.jira.switch(|jira| jira.off_edit_screen.extend([REGION.to_owned()]));
            world.guance.describe(&issue, &says(&[("region", "us"), ("colour", "Blue")]), "张三");
            world.guance.reply(&issue, "李四", "<p>on it</p>");
            world.pass(Duration::from_mins(1));
            let outcome = world.sync();
            assert!(outcome.stdout.contains("Region"), "{outcome}");
            world.settle();
            let other = world.jira.issue(&key).unwrap().other;
            assert_eq!((&other[REGION], &other[COLOUR]["value"]), (&json!("eu"), &json!("Blue")));
            assert_eq!(world.copied_comments(&key).len(), 1);
            let told = world.run(&["why", &key]).stdout;
            assert!(told.contains("Region") && told.contains("edit screen"), "{told}");
            world.is_quiet();
            // A value that is none of the options leaves the field alone; the next one is set.
            world.guance.describe(&issue, &says(&[("region", "us"), ("colour", "Green")]), "张三");
            world.settle();
            assert_eq!(world.jira.issue(&key).unwrap().other[COLOUR]["value"], "Blue");
            world.guance.describe(&issue, &says(&[("region", "us"), ("colour", "Red")]), "张三");
            world.settle();
            assert_eq!(world.jira.issue(&key).unwrap().other[COLOUR]["value"], "Red");
            // The screen has the field again: the next change goes.
            world.jira.switch(|jira| jira.off_edit_screen.clear());
            world.guance.describe(&issue, &says(&[("region", "ap"), ("colour", "Red")]), "张三");
            world.settle();
            assert_eq!(region(&world, &key), "ap");
            world.is_quiet();
        },
    );
}

#[test]
fn a_field_that_the_create_screen_lacks_is_set_where_the_edit_screen_has_it() {
    on_both("customfield_10010 = { value = \"{{ tags.region }}\", keep = true }", |world| {
        world.jira.switch(|jira| jira.off_create_screen.extend([REGION.to_owned()]));
        let (issue, key) = a_pair(&world, "eu");
        assert_eq!(region(&world, &key), "eu");
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "us");
        world.is_quiet();
    });
}

#[test]
fn a_pair_from_before_follows_where_both_sides_say_the_same() {
    on_both("Region = \"{{ tags.region }}\"", |world| {
        let (same, same_key) = a_pair(&world, "eu");
        let (other, other_key) = a_pair(&world, "eu");
        world.jira.set_field(&other_key, "alice", REGION, json!("moon"));
        world.guance.describe(&same, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &same_key), "eu", "without keep a field is set once");
        world.guance.describe(&same, &says(&[("region", "eu")]), "张三");
        world.reconfigure("Region = \"{{ tags.region }}\"", ONE);
        world.guance.retitle(&other, "disk full again", "张三");
        world.settle();
        for issue in [&same, &other] {
            world.guance.describe(issue, &says(&[("region", "ap")]), "张三");
        }
        world.settle();
        assert_eq!((region(&world, &same_key), region(&world, &other_key)), (json!("ap"), json!("moon")));
        world.is_quiet();
    });
}

#[test]
fn nothing_is_written_to_a_closed_issue_and_it_catches_up() {
    on_both(ONE, |world| {
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nclosed_status = \"Done\"");
        let (issue, key) = a_pair(&world, "eu");
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        world.guance.describe(&issue, &says(&[("region", "us")]), "张三");
        world.settle();
        assert_eq!(region(&world, &key), "eu");
        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        assert_eq!(region(&world, &key), "us");
        world.is_quiet();
    });
}
