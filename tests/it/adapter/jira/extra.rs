//! Fields beyond the usual ones: each in the shape its field takes, given up where Jira refuses it, except for secrecy.

use std::collections::BTreeMap;

use guajira::domain::{FieldValue, NewField, NewIssue};
use guajira::jira::CheckRoute;
use guajira::ports::{ApiErrorKind, Lookup, Writes as _};
use guajira_fakes::jira::{CustomField, CustomKind, Flavour, OffScreen, Options, Project, named};
use serde_json::{Value, json};

use super::{BOTH, Rig, create_with, words_of};

fn project() -> Project {
    let colours = || named(&[("301", "Red"), ("302", "Blue")]);
    let fields = [
        ("Host", CustomKind::Text),
        ("Notes", CustomKind::TextArea),
        ("Runbook", CustomKind::Url),
        ("Count", CustomKind::Number),
        ("Day", CustomKind::Date),
        ("Since", CustomKind::DateTime),
        ("Marks", CustomKind::Labels),
        ("Colour", CustomKind::Select(colours())),
        ("Colours", CustomKind::MultiSelect(colours())),
        ("Place", CustomKind::Cascading(vec![(named(&[("401", "CN")]).remove(0), named(&[("411", "Hangzhou")]))])),
        ("On call", CustomKind::User),
        ("Watch", CustomKind::Users),
        ("Broke in", CustomKind::Version),
        ("Gauge", CustomKind::Odd),
    ];
    let custom_fields =
        (10_010..).zip(fields).map(|(n, (name, kind))| CustomField::new(&format!("customfield_{n}"), name, kind));
    Project {
        custom_fields: custom_fields.collect(),
        components: named(&[("501", "Storage"), ("502", "Network")]),
        versions: named(&[("601", "1.0")]),
        security_levels: named(&[("701", "Staff"), ("702", "Nobody")]),
        ..Project::new("OPS", "Operations")
    }
}

fn rig(flavour: Flavour) -> Rig {
    Rig::with(flavour, Options { projects: vec![project()], ..Options::default() })
}

fn text(field: &str, words: &str) -> NewField {
    NewField { field: field.into(), value: FieldValue::Text(words.into()) }
}

fn of(rig: &Rig, change: impl FnOnce(&mut NewIssue)) -> (BTreeMap<String, Value>, Vec<String>) {
    let receipt = rig.push(create_with(1, change)).unwrap();
    let left_out = receipt.dropped.into_iter().map(|dropped| format!("{}: {}", dropped.field, dropped.why));
    (rig.fake.issue(&receipt.name).unwrap().other, left_out.collect())
}

#[test]
fn every_kind_of_field_arrives_in_its_shape() {
    for flavour in BOTH {
        let rig = rig(flavour);
        let list = |words: &[&str]| FieldValue::List(words.iter().map(|word| (*word).to_owned()).collect());
        let place = BTreeMap::from([("value".into(), "CN".into()), ("child".into(), "Hangzhou".into())]);
        let (fields, left_out) = of(&rig, |new| {
            new.fields = vec![
                text("host", "web-01\nweb-02"),
                text("customfield_10011", "all *of* it [~bob] <b>"),
                text("Runbook", "https://wiki.example/disk"),
                text("Count", "4.5"),
                text("Day", "2026-11-22T10:00:00Z"),
                text("Since", "2026-11-22T10:00:00Z"),
                NewField { field: "Marks".into(), value: list(&["a b", "c"]) },
                text("Colour", "red"),
                text("Colours", "Red, Blue"),
                NewField { field: "Place".into(), value: FieldValue::Table(place) },
                text("On call", "alice@example.com"),
                NewField { field: "Watch".into(), value: list(&["alice@example.com", "bob@example.com"]) },
                text("Broke in", "1.0"),
                text("duedate", "2026-12-01"),
            ];
        });
        assert_eq!(left_out, [] as [&str; 0], "{flavour:?}");
        let at = |n: usize| fields.get(&format!("customfield_{}", 10_010 + n)).cloned().unwrap_or_default();
        assert_eq!(at(0), "web-01 web-02");
        assert_eq!(words_of(&at(1)).trim().replace('\\', ""), "all *of* it [~bob] <b>", "{flavour:?}");
        assert_eq!(at(1).is_object(), flavour == Flavour::Cloud);
        assert_eq!((at(2), at(3), at(4)), (json!("https://wiki.example/disk"), json!(4.5), json!("2026-11-22")));
        assert_eq!((at(5), at(6)), (json!("2026-11-22T10:00:00.000+0000"), json!(["a-b", "c"])));
        assert_eq!((at(7)["value"].clone(), at(8)[1]["value"].clone()), (json!("Red"), json!("Blue")));
        assert_eq!((at(9)["value"].clone(), at(9)["child"]["value"].clone()), (json!("CN"), json!("Hangzhou")));
        assert_eq!((at(10)["name"].clone(), at(11)[1]["name"].clone()), (json!("alice"), json!("bob")));
        assert_eq!((at(12)["name"].clone(), fields["duedate"].clone()), (json!("1.0"), json!("2026-12-01")));
    }
}

#[test]
fn what_does_not_fit_is_left_out_and_named() {
    for flavour in BOTH {
        let rig = rig(flavour);
        let (fields, left_out) = of(&rig, |new| {
            new.fields = vec![
                text("Count", "many"),
                text("Colour", "Green"),
                text("On call", "nobody@example.com"),
                text("Gauge", "7"),
                text("Missing", "x"),
                text("Runbook", "not an address"),
                text("Host", "web-01"),
            ];
            new.components = vec!["Storage".into(), "Kitchen".into()];
        });
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["components", "customfield_10010"], "{flavour:?}");
        assert_eq!(fields["components"].as_array().unwrap().len(), 1, "the one that is there");
        let told = |word: &str| left_out.iter().any(|line| line.contains(word));
        for word in [
            "Count: \"many\" is not a number",
            "Colour: \"Green\" is none of Red, Blue",
            "On call: no account is",
            "Gauge: guajira cannot set a field of type \"any\"",
            "Missing: it is not on the create screen",
            "customfield_10012: Not a valid URL",
            "components: \"Kitchen\" is none of Storage",
        ] {
            assert!(told(word), "{word}: {left_out:?}");
        }
    }
}

#[test]
fn components_and_a_security_level_are_set() {
    for flavour in BOTH {
        let rig = rig(flavour);
        let set = |level: &str| {
            let level = level.to_owned();
            create_with(1, |new| {
                new.components = vec!["Storage".into(), "502".into()];
                new.security = Some(level);
            })
        };
        let receipt = rig.push(set("staff")).unwrap();
        assert_eq!(receipt.dropped, []);
        let issue = rig.fake.issue(&receipt.name).unwrap();
        assert_eq!(issue.security.unwrap().name, "Staff");
        assert_eq!(issue.other["components"][1]["name"], "Network");
    }
}

/// Without its level more people would see the issue: there is none then.
#[test]
fn nothing_is_created_without_its_security_level() {
    for flavour in BOTH {
        let refused = |rig: &Rig, level: &str| {
            let level = level.to_owned();
            let error = rig.push(create_with(1, |new| new.security = Some(level))).unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Refused, "{error:?}");
            assert!(error.hint.as_ref().unwrap().contains("[[route]].security"), "{error:?}");
            assert!(rig.fake.issues().is_empty(), "{flavour:?}");
            error.message
        };
        let unknown = refused(&rig(flavour), "Boss");
        assert!(unknown.contains("none of Staff, Nobody"), "{unknown}");
        let off_screen = rig(flavour);
        off_screen.fake.switch(|s| {
            s.off_create_screen.insert("security".into());
            s.off_screen = OffScreen::Dropped;
        });
        assert!(refused(&off_screen, "Staff").contains("not on the create screen"));
        let unable = rig(flavour);
        unable.fake.with_user("bot", |bot| {
            bot.denied.insert("SET_ISSUE_SECURITY".into());
        });
        refused(&unable, "701");
        // The screen was believed, and is out of date.
        let changed = rig(flavour);
        changed.run().preview(&create_with(2, |new| new.security = Some("Staff".into()))).unwrap();
        changed.fake.with_project("OPS", |project| project.security_levels = named(&[("799", "Staff")]));
        let now = changed.push(create_with(2, |new| new.security = Some("Staff".into()))).unwrap();
        assert_eq!(changed.fake.issue(&now.name).unwrap().security.unwrap().name, "Staff", "it is asked for again");
        let others =
            changed.run().push(&[create_with(3, |_| {}), create_with(4, |n| n.security = Some("Boss".into()))]);
        assert!(others[0].is_ok() && others[1].is_err(), "one refusal does not spoil the others: {others:?}");
    }
}

#[test]
fn a_parent_is_set_where_this_jira_has_it() {
    for flavour in BOTH {
        let rig = rig(flavour);
        rig.people_open(1);
        let under = |key: &str, kind: &str| {
            let (key, kind) = (key.to_owned(), kind.to_owned());
            create_with(2, |new| {
                new.parent = Some(key);
                new.issue_type = kind;
            })
        };
        let made = |kind: &str, key: &str| {
            let receipt = rig.push(under(key, kind)).unwrap();
            let left_out: Vec<String> = receipt.dropped.into_iter().map(|dropped| dropped.field).collect();
            (rig.fake.issue(&receipt.name).unwrap().other, left_out)
        };
        let (fields, left_out) = made("Sub-task", "OPS-1");
        assert_eq!((fields["parent"]["key"].clone(), left_out.len()), (json!("OPS-1"), 0));
        let (fields, left_out) = made("Bug", "OPS-1");
        match flavour {
            Flavour::Cloud => assert_eq!(fields["parent"]["key"], "OPS-1"),
            Flavour::Server => assert_eq!((fields.get("parent"), left_out), (None, vec!["parent".to_owned()])),
        }
        if flavour == Flavour::Server {
            rig.fake.with_project("OPS", |project| {
                project.custom_fields.push(CustomField::new("customfield_10100", "Epic Link", CustomKind::EpicLink));
            });
            rig.minutes(61);
            let (fields, left_out) = made("Bug", "OPS-1");
            assert_eq!((fields["customfield_10100"].clone(), left_out.len()), (json!("OPS-1"), 0));
        }
        let (_, left_out) = made("Bug", "OPS-999");
        assert_eq!(left_out.len(), 1, "the issue is made all the same");
    }
}

#[test]
fn fifty_issues_with_fields_still_take_one_request() {
    let rig = rig(Flavour::Cloud);
    let with_field = |n| create_with(n, |new| new.fields = vec![text("Host", "web-01")]);
    let batch: Vec<_> = (1..=50).map(with_field).collect();
    assert!(rig.run().push(&batch).iter().all(Result::is_ok));
    let requests = rig.requests();
    assert_eq!(requests.len(), 5, "serverInfo, two of create metadata, bulk, bulkfetch: {requests:?}");
    assert!(rig.run().push(&[with_field(51)])[0].is_ok());
    let again = rig.requests();
    assert!(!again.iter().any(|line| line.contains("createmeta")), "the screen is remembered: {again:?}");
}

/// A state that is lost may plan an issue for another route than the one it was made by.
#[test]
fn a_copy_in_another_routes_project_is_found_before_search_knows_it() {
    for flavour in BOTH {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
        let mut rig = Rig::with(flavour, Options { projects, ..Options::default() });
        rig.settings.projects = vec!["OPS".into(), "DEV".into()];
        rig.people_open(1);
        rig.minutes(20);
        rig.fake.switch(|s| s.index_lag = std::time::Duration::from_mins(10));
        let push = create_with(1, |new| new.project = "DEV".into());
        rig.push(push.clone()).unwrap();
        let found = rig.find_issue(&push);
        assert!(matches!(&found, Lookup::Found(receipt) if receipt.name == "DEV-1"), "{flavour:?} {found:?}");
        // One project that is not there hides nothing of the others.
        rig.settings.projects = vec!["OPS".into(), "GONE".into()];
        assert_eq!(rig.find_issue(&create_with(7, |_| {})), Lookup::Absent);
    }
}

#[test]
fn a_check_tells_what_a_route_sets_in_vain() {
    for flavour in BOTH {
        let rig = rig(flavour);
        let constant = |field: &str, words: &str| (field.to_owned(), Some(FieldValue::Text(words.to_owned())));
        let route = CheckRoute {
            project: "OPS".into(),
            issue_type: "Bug".into(),
            components: vec!["Storage".into(), "Kitchen".into()],
            security: Some("Boss".into()),
            parent: Some("OPS-77".into()),
            fields: vec![
                ("Host".into(), None),
                constant("Colour", "Red"),
                constant("Colours", "Green"),
                ("Gauge".into(), None),
                ("Missing".into(), None),
            ],
            ..CheckRoute::default()
        };
        let found = rig.run().check(&[route]);
        let of = |field: &str| {
            let what = format!("field {field} of Bug in OPS");
            let one = found
                .iter()
                .find(|finding| finding.what.to_string() == what)
                .unwrap_or_else(|| panic!("{what}: {found:#?}"));
            assert!(one.result.is_ok() || one.hint.is_some(), "{one:?}");
            (one.result.is_ok(), one.fatal && one.result.is_err())
        };
        assert_eq!(of("security"), (false, true));
        for (field, good) in [
            ("Host", true),
            ("Colour", true),
            ("Colours", false),
            ("Gauge", false),
            ("Missing", false),
            ("components", false),
            ("parent", false),
        ] {
            assert_eq!(of(field), (good, false), "{field}");
        }
    }
}
