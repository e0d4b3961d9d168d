//! Creates, edits, comments, properties, links, transitions: what is taken and what is refused.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, ask_as, get, start};
use crate::jira::{Asks, CustomField, CustomKind, Draft, Flavour, OffScreen, Visibility, Workflow, paragraphs};

fn fields(extra: &Value) -> Value {
    let mut fields = json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "s"});
    for (name, value) in extra.as_object().unwrap() {
        fields[name] = value.clone();
    }
    json!({"fields": fields})
}

fn doc(text: &str) -> Value {
    paragraphs(text)
}

#[test]
fn creates_are_checked_field_by_field() {
    let jira = start(Flavour::Cloud);
    jira.with_user("bot", |bot| _ = bot.denied.insert("MODIFY_REPORTER".into()));
    let long = "x".repeat(256);
    for (extra, field, words) in [
        (json!({"summary": ""}), "summary", "You must specify a summary of the issue."),
        (json!({"summary": "a\nb"}), "summary", "contains newline characters"),
        (json!({"summary": long}), "summary", "Summary must be less than 255 characters."),
        (json!({"labels": ["a b"]}), "labels", "The label 'a b' contains spaces which is invalid."),
        (json!({"labels": "a"}), "labels", "not an array"),
        (json!({"description": "text"}), "description", "must be an Atlassian Document"),
        (
            json!({"description": {"type": "doc", "version": 1, "content": [{"type": "text", "text": ""}]}}),
            "description",
            "INVALID_INPUT",
        ),
        (
            json!({"description": doc(&"x".repeat(33_000))}),
            "description",
            "exceeds the allowed limit of 32,767 characters.",
        ),
        (json!({"priority": {"name": "Extreme"}}), "priority", "The priority selected is invalid."),
        (json!({"project": {"key": "NOPE"}}), "project", "valid project is required"),
        (json!({"issuetype": {"name": "Epic"}}), "issuetype", "valid issue type is required"),
        (json!({"assignee": {"id": "nobody"}}), "assignee", "does not exist"),
        (json!({"reporter": {"id": "x"}}), "reporter", "cannot be set"),
        (json!({"status": {"name": "Done"}}), "status", "cannot be set"),
        (
            json!({"customfield_1": "x"}),
            "customfield_1",
            "cannot be set. It is not on the appropriate screen, or unknown.",
        ),
        (json!({"duedate": "tomorrow"}), "duedate", "Error parsing date"),
    ] {
        let (status, json) = ask(&jira, "POST", "/rest/api/3/issue", &fields(&extra));
        let said = json["errors"][field].as_str().unwrap_or_default();
        assert!(status == 400 && said.contains(words), "{extra}: {status} {json}");
    }
    let (status, _) = ask(&jira, "POST", "/rest/api/3/issue", &json!({"fields": {}, "nonsense": 1}));
    assert_eq!(status, 400);
    assert!(jira.issues().is_empty());

    let good = json!({
        "labels": ["b", "a", "b"], "description": doc("x"), "priority": {"id": "1"}, "duedate": "2026-12-01",
    });
    let mut body = fields(&good);
    body["properties"] = json!([{"key": "k", "value": {"v": 1}}]);
    let (status, created) = ask(&jira, "POST", "/rest/api/3/issue", &body);
    assert_eq!((status, &created["key"]), (201, &json!("OPS-1")));
    let issue = get(&jira, "/rest/api/3/issue/OPS-1?properties=k");
    assert_eq!(issue["fields"]["labels"], json!(["a", "b"]));
    assert_eq!(issue["fields"]["created"], json!("2026-11-22T10:00:30.000+0000"));
    assert_eq!(issue["properties"], json!({"k": {"v": 1}}));
}

#[test]
fn fields_off_the_screen_are_refused_or_vanish() {
    let jira = start(Flavour::Server);
    jira.switch(|s| _ = s.off_create_screen.insert("labels".into()));
    let body = fields(&json!({"labels": ["x"]}));
    let (status, json) = ask(&jira, "POST", "/rest/api/2/issue", &body);
    let words = "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown.";
    assert_eq!((status, json["errors"]["labels"].as_str()), (400, Some(words)));
    jira.switch(|s| s.off_screen = OffScreen::Dropped);
    assert_eq!(ask(&jira, "POST", "/rest/api/2/issue", &body).0, 201);
    assert!(jira.issues()[0].labels.is_empty());
    let custom =
        CustomField { id: "customfield_10010".into(), name: "Team".into(), kind: CustomKind::Text, required: true };
    jira.with_project("OPS", |p| p.custom_fields.push(custom));
    let (_, json) = ask(&jira, "POST", "/rest/api/2/issue", &fields(&json!({})));
    assert_eq!(json["errors"], json!({"customfield_10010": "Team is required."}));
}

#[test]
fn bulk_creates_fail_in_part() {
    let jira = start(Flavour::Server);
    let updates = json!([fields(&json!({})), fields(&json!({"labels": ["a b"]})), fields(&json!({"summary": "t"}))]);
    let (status, json) = ask(&jira, "POST", "/rest/api/2/issue/bulk", &json!({"issueUpdates": updates}));
    assert_eq!((status, json["issues"].as_array().unwrap().len()), (201, 2));
    assert_eq!(json["errors"][0]["failedElementNumber"], json!(1));
    let all_bad = json!({"issueUpdates": [fields(&json!({"summary": ""}))]});
    assert_eq!(ask(&jira, "POST", "/rest/api/2/issue/bulk", &all_bad).0, 400);
    let many: Vec<_> = (0..51).map(|_| fields(&json!({}))).collect();
    assert_eq!(ask(&jira, "POST", "/rest/api/2/issue/bulk", &json!({"issueUpdates": many})).0, 400);
    assert_eq!(jira.issues().len(), 2);
}

#[test]
fn comments_keep_their_rules() {
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let path = format!("/rest/api/3/issue/{key}/comment");
    assert_eq!(ask(&jira, "POST", &path, &json!({"body": "text"})).0, 400);
    assert_eq!(ask(&jira, "POST", &path, &json!({"body": doc("x"), "nonsense": 1})).0, 400);
    let secret = json!({"body": doc("s"), "visibility": {"type": "role", "value": "Nobody"}});
    assert!(ask(&jira, "POST", &path, &secret).1["errors"]["commentLevel"].is_string());

    let body = json!({"body": doc("x"), "properties": [{"key": "origin", "value": {"id": "r1"}}],
        "visibility": {"type": "role", "value": "Administrators"}});
    let (status, made) = ask(&jira, "POST", &path, &body);
    assert_eq!((status, &made["jsdPublic"], made.get("properties")), (201, &json!(true), None));
    let listed = get(&jira, &format!("{path}?expand=properties"));
    assert_eq!(listed["comments"][0]["properties"], json!([{"key": "origin", "value": {"id": "r1"}}]));
    let (_, as_alice) = ask_as(&jira, "alice", "GET", &path, &Value::Null);
    assert_eq!(as_alice["total"], json!(0));

    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    jira.clock().advance(Duration::from_secs(5));
    let same = json!({"body": doc("x"), "visibility": made["visibility"]});
    assert_eq!(ask(&jira, "PUT", &own, &same).1["updated"], made["updated"]);
    let (_, edited) = ask(&jira, "PUT", &own, &json!({"body": doc("y")}));
    assert_eq!(edited.get("visibility"), None);
    assert_ne!(edited["updated"], made["updated"]);
    assert_eq!(get(&jira, &format!("/rest/api/3/issue/{key}"))["fields"]["updated"], edited["updated"]);

    let theirs = jira.comment(&key, "alice", "from alice");
    assert_eq!(ask(&jira, "PUT", &format!("{path}/{theirs}"), &json!({"body": doc("z")})).0, 400);
    let ids = json!({"ids": [theirs, 99_999]});
    assert_eq!(ask(&jira, "POST", "/rest/api/3/comment/list", &ids).1["total"], json!(1));
    assert_eq!(ask(&jira, "DELETE", &own, &Value::Null).0, 204);
    assert_eq!(ask(&jira, "GET", &own, &Value::Null).0, 404);
    let note = jira.internal_comment(&key, "alice", "internal");
    assert_eq!(get(&jira, &format!("{path}/{note}"))["jsdPublic"], json!(false));
}

#[test]
fn server_takes_strings_and_shows_internal_notes_as_a_property() {
    let jira = start(Flavour::Server);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let path = format!("/rest/api/2/issue/{key}/comment");
    assert_eq!(ask(&jira, "POST", &path, &json!({"body": doc("x")})).0, 400);
    let note = json!({"body": "n", "properties": [{"key": "sd.public.comment", "value": {"internal": true}}]});
    let (status, made) = ask(&jira, "POST", &format!("{path}?expand=properties"), &note);
    assert_eq!((status, made.get("jsdPublic")), (201, None));
    assert_eq!(made["properties"][0]["value"], json!({"internal": true}));
    assert_eq!(made["author"]["name"], json!("bot"));
    let long = json!({"body": "x".repeat(32_768)});
    let words = "The entered text is too long. It exceeds the allowed limit of 32,767 characters.";
    assert_eq!(ask(&jira, "POST", &path, &long).1["errors"]["comment"], json!(words));
}

#[test]
fn edits_go_through_the_screen_and_the_history() {
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let path = format!("/rest/api/3/issue/{key}");
    let before = jira.issue(&key).unwrap().updated;
    jira.clock().advance(Duration::from_secs(1));
    let same = json!({"fields": {"summary": "s"}});
    assert_eq!(ask(&jira, "PUT", &path, &same).0, 204);
    assert_eq!(jira.issue(&key).unwrap().updated, before);
    let labels = json!({"update": {"labels": [{"add": "x"}, {"add": "y"}, {"remove": "x"}]}});
    assert_eq!(ask(&jira, "PUT", &path, &labels).0, 204);
    assert_eq!(jira.issue(&key).unwrap().labels, ["y"]);
    assert!(jira.issue(&key).unwrap().updated > before);
    let both = json!({"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}});
    assert_eq!(ask(&jira, "PUT", &path, &both).0, 400);
    let history = get(&jira, &format!("{path}?expand=changelog"));
    assert_eq!(history["changelog"]["histories"][0]["items"][0]["field"], json!("labels"));
}

#[test]
fn transitions_follow_the_workflow() {
    let jira = start(Flavour::Server);
    jira.with_project("OPS", |p| p.workflow = Workflow::classic());
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let path = format!("/rest/api/2/issue/{key}/transitions");
    let open = get(&jira, &format!("{path}?expand=transitions.fields"));
    let names: Vec<_> = open["transitions"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Start Progress", "Resolve Issue", "Close Issue"]);
    assert_eq!(open["transitions"][1]["fields"]["resolution"]["required"], json!(true));
    assert_eq!(ask(&jira, "POST", &path, &json!({"transition": {"id": "5"}})).0, 400);
    assert_eq!(ask(&jira, "POST", &path, &json!({"transition": {"id": "3"}})).0, 400);
    let start = json!({"transition": {"id": "4"}, "fields": {"resolution": {"name": "Fixed"}}});
    assert_eq!(ask(&jira, "POST", &path, &start).0, 400);
    let resolve = json!({"transition": {"id": "5"}, "fields": {"resolution": {"name": "Fixed"}}});
    assert_eq!(ask(&jira, "POST", &path, &resolve).0, 204);
    assert_eq!(
        (jira.status_of(&key), jira.issue(&key).unwrap().resolution.unwrap()),
        ("Resolved".into(), "Fixed".into())
    );
    jira.with_user("bot", |bot| _ = bot.denied.insert("TRANSITION_ISSUES".into()));
    assert_eq!(get(&jira, &path)["transitions"], json!([]));
}

#[test]
fn properties_and_links_are_upserts() {
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let me = jira.basic("bot");
    let account = get(&jira, "/rest/api/3/myself")["accountId"].as_str().unwrap().to_owned();
    for path in [
        format!("/rest/api/3/issue/{key}/properties/k"),
        format!("/rest/api/3/user/properties/k?accountId={account}"),
        format!("/rest/api/3/comment/{}/properties/k", {
            let made = ask(&jira, "POST", &format!("/rest/api/3/issue/{key}/comment"), &json!({"body": doc("x")}));
            made.1["id"].as_str().unwrap().to_owned()
        }),
    ] {
        assert_eq!(ask(&jira, "GET", &path, &Value::Null).0, 404, "{path}");
        assert_eq!(ask(&jira, "PUT", &path, &json!([1])).0, 201, "{path}");
        assert_eq!(ask(&jira, "PUT", &path, &json!({"a": 1})).0, 200, "{path}");
        assert_eq!(get(&jira, &path), json!({"key": "k", "value": {"a": 1}}));
        assert_eq!(ask(&jira, "PUT", &path, &json!("x".repeat(32_768))).0, 400);
        assert_eq!(ask(&jira, "DELETE", &path, &Value::Null).0, 204);
    }
    jira.switch(|s| s.user_properties = false);
    let mine = format!("/rest/api/3/user/properties/k?accountId={account}");
    assert_eq!(ask(&jira, "PUT", &mine, &json!(1)).0, 403, "{me:?}");

    let path = format!("/rest/api/3/issue/{key}/remotelink");
    let link = json!({"globalId": "g", "object": {"url": "https://t/1", "title": "one"}});
    let (status, first) = ask(&jira, "POST", &path, &link);
    let (again, second) = ask(&jira, "POST", &path, &link);
    assert_eq!((status, again, &first["id"]), (201, 200, &second["id"]));
    assert_eq!(get(&jira, &format!("{path}?globalId=g"))["object"]["title"], json!("one"));
    let (status, json) = ask(&jira, "POST", &path, &json!({"object": {"url": "https://t/1"}}));
    assert_eq!((status, &json["errors"]["title"]), (400, &json!("'title' is required.")));
}

#[test]
fn text_may_be_rewritten_or_refused_by_the_database() {
    let cloud = start(Flavour::Cloud);
    cloud.switch(|s| s.rewrites_text = true);
    let words = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "hardBreak"},
        {"type": "text", "text": "https://t/1"}]);
    let sent = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": words}]});
    let (_, made) = ask(&cloud, "POST", "/rest/api/3/issue", &fields(&json!({"description": sent})));
    let stored = cloud.issue(made["key"].as_str().unwrap()).unwrap().description;
    let nodes = stored["content"][0]["content"].as_array().unwrap();
    assert_eq!((nodes.len(), &nodes[0]["text"], &nodes[2]["type"]), (3, &json!("ab"), &json!("inlineCard")));
    assert_eq!(crate::jira::adf_fault(&stored), None);

    let server = start(Flavour::Server);
    server.switch(|s| (s.rewrites_text, s.three_byte_charset) = (true, true));
    ask(&server, "POST", "/rest/api/2/issue", &fields(&json!({"description": "a\nb"})));
    assert_eq!(server.issues()[0].description, json!("a\r\nb"));
    let (status, _) = ask(&server, "POST", "/rest/api/2/issue", &fields(&json!({"summary": "😀"})));
    assert_eq!((status, server.issues().len()), (500, 1));
}

#[test]
fn people_change_things_and_updated_follows() {
    let jira = start(Flavour::Server);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let updated = || jira.issue(&key).unwrap().updated;
    let step = |act: &dyn Fn()| {
        let before = updated();
        jira.clock().advance(Duration::from_secs(1));
        act();
        updated() > before
    };
    let id = jira.comment(&key, "bob", "one");
    assert!(!step(&|| jira.edit_comment(id, "bob", "one")));
    assert!(step(&|| jira.edit_comment(id, "bob", "two")));
    assert!(step(&|| jira.restrict_comment(id, Some(Visibility::Group("jira-users".into())))));
    jira.switch(|s| (s.comment_edit_bumps, s.comment_delete_bumps) = (false, false));
    assert!(!step(&|| jira.edit_comment(id, "bob", "three")));
    assert!(!step(&|| jira.delete_comment(id, "bob")));
    assert!(step(&|| jira.add_label(&key, "bob", "x")));
    assert!(step(&|| jira.transition(&key, "bob", "Done")));
    assert!(step(&|| jira.set_security(&key, Some("Internal"), &["alice"])));
    assert_eq!(ask(&jira, "GET", &format!("/rest/api/2/issue/{key}"), &Value::Null).0, 404);
    assert_eq!(ask_as(&jira, "alice", "GET", &format!("/rest/api/2/issue/{key}"), &Value::Null).0, 200);
}

#[test]
fn each_type_has_its_workflow_and_each_screen_its_resolution() {
    for (flavour, api) in [(Flavour::Cloud, 3), (Flavour::Server, 2)] {
        let jira = start(flavour);
        jira.with_project("OPS", |p| {
            let mut classic = Workflow::classic();
            classic.way_mut("2").asks = Asks::Resolution;
            classic.way_mut("4").refuses = Some("Assign it first.".into());
            p.workflows.insert("Task".into(), classic);
            p.workflow = Workflow::reviewed();
        });
        let bug = jira.create_issue("OPS", "alice", Draft::new("b"));
        let task = jira.create_issue("OPS", "alice", Draft { issue_type: "Task".into(), ..Draft::new("t") });
        assert_eq!((jira.status_of(&bug), jira.status_of(&task)), ("To Do".into(), "Open".into()));
        let statuses = get(&jira, &format!("/rest/api/{api}/project/OPS/statuses"));
        assert_eq!(statuses[0]["statuses"][2]["name"], "In Review");
        assert_eq!(statuses[1]["statuses"][2]["name"], "Reopened");
        let go = |key: &str, body: &Value| {
            let (status, said) = ask(&jira, "POST", &format!("/rest/api/{api}/issue/{key}/transitions"), body);
            (status, said["errorMessages"][0].as_str().or(said["errors"]["resolution"].as_str()).map(str::to_owned))
        };
        let way = |id: &str| json!({"transition": {"id": id}});
        assert_eq!(go(&task, &way("4")), (400, Some("Assign it first.".into())));
        assert_eq!(go(&task, &way("2")), (204, None));
        for id in ["111", "121"] {
            assert_eq!(go(&bug, &way(id)), (204, None));
        }
        assert_eq!(go(&bug, &way("131")), (400, Some("Resolution is required.".into())));
        let as_if = json!({"transition": {"id": "131"}, "fields": {"resolution": {"name": "Someday"}}});
        assert_eq!(go(&bug, &as_if), (400, Some("Resolution name 'Someday' is not valid".into())));
        let fixed = json!({"transition": {"id": "131"}, "fields": {"resolution": {"id": "1"}}});
        assert_eq!(go(&bug, &fixed), (204, None));
        jira.switch(|s| s.reopening_keeps_resolution = true);
        assert_eq!(go(&bug, &way("141")), (204, None));
        let issue = jira.issue(&bug).unwrap();
        assert_eq!((jira.status_of(&bug), issue.resolution), ("Reopened".into(), Some("Fixed".into())));
        assert_eq!(issue.history.len(), 4);
    }
}

#[test]
fn an_edit_may_meet_another_one_or_a_screen_without_the_field() {
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let path = format!("/rest/api/3/issue/{key}");
    jira.switch(|s| {
        s.edit_conflicts = 1;
        s.off_edit_screen.insert("priority".into());
    });
    let titled = json!({"fields": {"summary": "t"}});
    assert_eq!(ask(&jira, "PUT", &path, &titled).0, 409);
    assert_eq!(ask(&jira, "PUT", &path, &titled).0, 204);
    let (status, said) = ask(&jira, "PUT", &path, &json!({"fields": {"summary": "u", "priority": {"name": "Low"}}}));
    assert!(status == 400 && said["errors"]["priority"].as_str().unwrap().contains("cannot be set"), "{said}");
    assert_eq!(jira.issue(&key).unwrap().summary, "t");
    let alice = jira.site().user("alice").unwrap().account_id.clone();
    let assign = |id: &str| ask(&jira, "PUT", &format!("{path}/assignee"), &json!({"accountId": id})).0;
    assert_eq!(assign("nobody"), 400);
    jira.with_user("alice", |alice| _ = alice.denied.insert("ASSIGNABLE_USER".into()));
    assert_eq!(assign(&alice), 400);
    jira.with_user("bot", |bot| _ = bot.denied.insert("ASSIGN_ISSUES".into()));
    assert_eq!(assign(&alice), 403);
}
