//! Which route takes an issue, and what it makes of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::explain::{explain, names};
use super::issues::{create, originals};
use super::{FieldTemplate, JsonTemplate, NAMES, Policy, Route, SkipReason, Step, fields, sample};
use crate::domain::{
    Channel, FieldValue, Fingerprint, Issue, IssueType, Key, Known, Level, NewField, Person, Side, SourceDetail, Stage,
    Status, StatusCategory, TrackerDetail, fixtures,
};
use crate::template::{Kind, Template};
use crate::text::markdown;

fn issue(level: &str, title: &str, body: &str) -> Issue {
    let at = fixtures::at(1_795_000_000);
    Issue {
        url: "https://g.example/a".into(),
        title: title.into(),
        body: markdown::read(body),
        assignees: vec![Person { id: "acnt_1".into(), name: "张三".into(), email: Some("zs@example.com".into()) }],
        author: Person { name: "李四".into(), ..Person::default() },
        created: at,
        updated: at,
        ..fixtures::source(SourceDetail {
            level: Some(Level { id: format!("id_{level}"), name: level.into() }),
            resource: "cpu check".into(),
            resource_type: "checker".into(),
            resource_id: "rul_1".into(),
            channels: vec![Channel { id: "chan_1".into(), name: "ops".into() }],
            extend: json!({"text": "x", "df_status": "critical"}),
            ..SourceDetail::default()
        })
    }
}

fn template(kind: Kind, source: &str) -> Template {
    Template::compile(kind, source, &NAMES, &sample).unwrap()
}

fn route(project: &str, issue_type: &str, when: Option<&str>) -> Route {
    let when = when.map(|when| template(Kind::Condition, when));
    Route { when, project: project.into(), issue_type: issue_type.into(), ..Route::default() }
}

fn policy(routes: Vec<Route>) -> Policy {
    Policy { routes, ..Policy::default() }
}

fn project_for(issue: &Issue, policy: &Policy) -> Result<String, SkipReason> {
    create(issue, policy).map(|new| format!("{} {}", new.project, new.issue_type))
}

#[test]
fn tags_that_a_service_keeps_apart_count_more_than_those_that_a_text_names() {
    let mut one = issue("P1", "disk full", "env: test\n\nhost=web-01");
    one.source_mut().unwrap().tags = vec![("env".into(), "prod".into()), ("env".into(), "stage".into())];
    for when in ["tags.env == 'prod' and tags.host == 'web-01'", "tags.env != 'test'"] {
        assert_eq!(project_for(&one, &policy(vec![route("OPS", "Bug", Some(when))])).unwrap(), "OPS Bug", "{when}");
    }
}

#[test]
fn every_field_of_an_issue_can_be_chosen_by() {
    let one = issue("P1", "disk full", "env: prod\n\nhost=web-01");
    for when in [
        "level == 'P1'",
        "level_uuid == 'id_P1'",
        "'full' in title and 'full' in name",
        "uuid == 'issue_a'",
        "'prod' in description",
        "status == 'Open'",
        "type == 'checker'",
        "resource == 'cpu check'",
        "resource_uuid is startingwith('rul_')",
        "'ops' in channels",
        "'chan_1' in channel_uuids",
        "author == '李四'",
        "not author_email",
        "'张三' in managers and 'zs@example.com' in manager_emails",
        "created >= '2026' and created < '2027'",
        "url is startingwith('https://')",
        "tags.env == 'prod' and tags.host == 'web-01'",
        "extend.df_status == 'critical'",
    ] {
        assert!(project_for(&one, &policy(vec![route("OPS", "Bug", Some(when))])).is_ok(), "{when}");
        let not = format!("not ({when})");
        assert_eq!(
            project_for(&one, &policy(vec![route("OPS", "Bug", Some(&not))])),
            Err(SkipReason::NoRoute),
            "{when}"
        );
    }
    assert_eq!(names(&one).len(), NAMES.len());
}

#[test]
fn the_first_route_that_holds_takes_an_issue() {
    let mut routes = vec![
        route("OPS", "Incident", Some("level == 'P0'")),
        route("OPS", "Bug", Some("level == 'P1'")),
        route("DEV", "Task", Some("tags.team == 'dev'")),
    ];
    routes[1].priority = Some(vec![("P0".into(), "Highest".into())]);
    let policy = policy(routes);
    for (level, body, want) in [
        ("P0", "team: dev", Ok("OPS Incident".to_owned())),
        ("P2", "team: dev", Ok("DEV Task".to_owned())),
        ("P2", "", Err(SkipReason::NoRoute)),
        // A level that its route does not list is not another route's.
        ("P1", "team: dev", Err(SkipReason::LevelNotListed("P1".into()))),
    ] {
        assert_eq!(project_for(&issue(level, "x", body), &policy), want, "{level} {body}");
    }
}

#[test]
fn a_condition_that_goes_wrong_keeps_the_issue_from_other_routes() {
    let policy = policy(vec![route("SEC", "Bug", Some("title | int > 3")), route("OPS", "Bug", None)]);
    let Err(SkipReason::RouteUnclear(1, why)) = project_for(&issue("P1", "x", ""), &policy) else {
        panic!("it is told")
    };
    assert!(!why.is_empty());
}

#[test]
fn templates_make_title_description_and_fields() {
    let mut one = route("OPS", "Bug", None);
    one.summary = Some(template(Kind::Text, "[{{ level }}] {{ title }}"));
    one.description = Some(template(Kind::Markdown, "**{{ title }}**\n\n{{ description }}"));
    let text = |source: &str| FieldTemplate::Text(template(Kind::Text, source));
    one.fields = vec![
        ("Host".into(), text("{{ tags.host }}")),
        ("Zone".into(), text("{{ tags.zone }}")),
        ("Odd".into(), text("{{ 1 // 0 }}")),
        ("All".into(), FieldTemplate::List(["{{ level }}", "{{ tags.zone }}"].map(|s| template(Kind::Text, s)).into())),
    ];
    let policy = policy(vec![one]);
    let given = issue("P1", "a *b* <i>c</i>", "host: web-01\n\n**grave**");
    let new = create(&given, &policy).unwrap();
    assert_eq!(new.title, "[P1] a *b* <i>c</i>");
    let read = new.body.plain_text();
    assert!(read.starts_with("a *b* <i>c</i>\n\nhost: web-01\n\ngrave"), "{read}");
    assert!(read.contains("Guance: issue_a"), "the link back is there: {read}");
    let of = |field: &str, value| NewField { field: field.into(), value };
    let want = [of("Host", FieldValue::Text("web-01".into())), of("All", FieldValue::List(vec!["P1".into()]))];
    assert_eq!(new.fields, want);
    assert_eq!(new.left_out.iter().map(|left| left.field.as_str()).collect::<Vec<_>>(), ["Odd"]);
}

#[test]
fn a_template_that_gives_nothing_leaves_what_guance_says() {
    let mut one = route("OPS", "Bug", None);
    one.summary = Some(template(Kind::Text, "{{ tags.zone }}"));
    one.description = Some(template(Kind::Markdown, "  "));
    let new = create(&issue("P1", "disk full", "it is"), &policy(vec![one])).unwrap();
    assert_eq!(new.title, "disk full");
    assert!(new.body.plain_text().starts_with("it is"));
}

#[test]
fn a_waiting_create_follows_the_routes() {
    let given = issue("P1", "disk full", "");
    let step =
        |known: &Known, policy: &Policy| originals(std::slice::from_ref(&given), known, policy, |_| true).remove(0);
    let first = policy(vec![route("OPS", "Bug", None)]);
    let Step::Push(push) = step(&Known::default(), &first) else { panic!("it is sent") };
    for (stage, reason) in [(Stage::Pending, SkipReason::Queued), (Stage::Dead, SkipReason::Dead)] {
        let known = |stage: Stage, content: &Fingerprint| {
            let mut known = Known::default();
            known.outbox.insert(Key::issue(Side::GUANCE, &given.id), (stage, content.clone()));
            known
        };
        let known = known(stage, &push.content);
        assert!(matches!(step(&known, &first), Step::Skip { reason: said, .. } if said == reason));
        let elsewhere = policy(vec![route("DEV", "Bug", None)]);
        assert!(matches!(step(&known, &elsewhere), Step::Push(push) if push.summary.ends_with("in DEV")));
        let nowhere = policy(vec![route("DEV", "Bug", Some("level == 'P0'"))]);
        match (stage, step(&known, &nowhere)) {
            (Stage::Pending, Step::Withdraw { reason: SkipReason::NoRoute, .. })
            | (Stage::Dead, Step::Skip { reason: SkipReason::NoRoute, .. }) => {}
            (stage, step) => panic!("{stage:?} {step:?}"),
        }
    }
}

#[test]
fn a_pair_reads_as_the_route_of_its_project_says() {
    let titled = |mut route: Route, summary: &str| {
        route.summary = Some(template(Kind::Text, summary));
        route
    };
    let policy = policy(vec![
        titled(route("OPS", "Incident", Some("level == 'P0'")), "grave: {{ title }}"),
        titled(route("DEV", "Task", Some("level == 'P1'")), "dev: {{ title }}"),
        titled(route("OPS", "Bug", Some("level == 'P2'")), "bug: {{ title }}"),
    ]);
    for (level, jira, want) in [
        ("P0", "OPS-1", "grave: x"),
        ("P2", "OPS-1", "bug: x"),
        // No route of its project would take it any more: the first of its project speaks, and nothing goes elsewhere.
        ("P1", "OPS-1", "grave: x"),
        ("P1", "DEV-1", "dev: x"),
        // Moved away, or its project renamed.
        ("P2", "NEW-1", "bug: x"),
        ("P3", "NEW-1", "x"),
    ] {
        assert_eq!(fields::carried(&issue(level, "x", ""), jira, &policy).new.title, want, "{level} {jira}");
    }
}

#[test]
fn of_several_routes_in_a_project_the_issue_type_tells_the_workflow() {
    let closing = |mut route: Route, status: &str| {
        route.closed_status = Some(status.into());
        route
    };
    let policy = policy(vec![
        closing(route("OPS", "Incident", Some("level == 'P0'")), "Closed"),
        closing(route("OPS", "Bug", None), "Done"),
    ]);
    let jira = |kind: Option<&str>, status: &str| Issue {
        name: "OPS-1".into(),
        status: Status { id: "1".into(), name: status.into(), category: StatusCategory::Done, also: Vec::new() },
        ..fixtures::tracker(TrackerDetail {
            issue_type: kind.map(|name| IssueType { id: "7".into(), name: name.into(), also: Vec::new() }),
            ..TrackerDetail::default()
        })
    };
    assert_eq!(policy.closed(&jira(Some("Bug"), "Done")), Some("Done".into()));
    assert_eq!(policy.closed(&jira(Some("Incident"), "Done")), None);
    assert_eq!(policy.closed(&jira(Some("Story"), "Closed")), Some("Closed".into()));
    assert_eq!(policy.closed(&jira(None, "Done")), None);
    // Its project has another key now.
    let elsewhere = |status: &str| Issue { name: "NEW-1".into(), ..jira(Some("Bug"), status) };
    assert_eq!(policy.closed(&elsewhere("Done")), Some("Done".into()));
    assert_eq!(policy.closed(&elsewhere("To Do")), None);
}

#[test]
fn every_route_says_what_it_thinks() {
    let mut second = route("DEV", "Task", Some("'disk' in title"));
    second.summary = Some(template(Kind::Text, "{{ title | upper }}"));
    second.fields =
        vec![("Zone".into(), FieldTemplate::Text(template(Kind::Text, "{{ tags.zone | upper }}{{ tags.zone }}")))];
    let policy = policy(vec![route("OPS", "Bug", Some("level == 'P0'")), second, route("OPS", "Bug", None)]);
    let told = explain(&issue("P1", "disk full", ""), &policy);
    assert_eq!(told.taker(), Some(1));
    assert_eq!(told.taken.as_ref().unwrap().project, "DEV");
    assert_eq!(
        told.routes.iter().map(|opinion| opinion.holds.clone()).collect::<Vec<_>>(),
        [Ok(false), Ok(true), Ok(true)]
    );
    assert_eq!(told.routes[1].made[0], ("summary".into(), Ok(Some(FieldValue::Text("DISK FULL".into())))));
    assert!(told.routes[1].made[1].1.is_err() || told.routes[1].made[1].1 == Ok(None));
}

#[test]
fn json_of_a_field_holds_whatever_an_issue_says_within_its_texts() {
    let text = |source: &str| JsonTemplate::Text(template(Kind::Text, source));
    let made = FieldTemplate::Json(JsonTemplate::Object(vec![
        ("id".to_owned(), text("{{ title }}{{ tags.team }}")),
        ("rank".to_owned(), JsonTemplate::List(vec![JsonTemplate::Plain(1.into()), text("{{ level }}")])),
    ]));
    let value = |issue: &Issue| super::issues::value(issue, &made).ok().flatten();
    let hostile = issue("P1", r#"x","admin":"y"#, "team: z");
    let want = json!({"id": "x\",\"admin\":\"yz", "rank": [1, "P1"]});
    assert_eq!(value(&hostile), Some(FieldValue::Json { json: want.clone() }));
    assert_eq!(value(&issue("P1", "disk", "no team")), None, "a part would be another value");
    // What waits in the outbox is read again as it was.
    let stored = serde_json::to_string(&FieldValue::Json { json: want.clone() }).unwrap();
    assert_eq!(serde_json::from_str::<FieldValue>(&stored).unwrap(), FieldValue::Json { json: want });
}
