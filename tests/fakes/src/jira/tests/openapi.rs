//! Every endpoint guajira uses, held against Atlassian's own `OpenAPI` documents where they lie beside the repository.
#![allow(clippy::print_stderr, reason = "says that it was skipped")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{basic, raw, start};
use crate::jira::{Draft, FakeJira, Flavour, paragraphs};
use crate::openapi::Document;
use crate::server::Recorded;

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference").join(name)
}

/// A request by the bot, as the server would have recorded it.
fn recorded(jira: &FakeJira, method: &str, target: &str, body: &Value) -> Recorded {
    let (login, secret) = jira.basic("bot");
    let answer = raw(jira, method, target, basic(&login, &secret), body);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned()));
    Recorded {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.collect(),
        headers: Vec::new(),
        body: body.clone(),
        status: Some(answer.status),
        answer: serde_json::from_slice(&answer.body).unwrap_or_default(),
        at: jira.clock().now(),
        write: false,
        carried_out: true,
    }
}

/// Asks everything in turn; collects what the document has against it.
fn drive(jira: &FakeJira, document: &Document, asked: &[(&str, String, Value)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (method, target, body) in asked {
        let one = recorded(jira, method, target, body);
        let status = one.status.unwrap_or_default();
        if status >= 400 {
            faults.push(format!("{method} {target}: answered {status}: {}", one.answer));
        }
        faults.extend(document.faults(&one));
    }
    faults
}

fn shared(api: &str, text: &Value, key: &str, user: &str) -> Vec<(&'static str, String, Value)> {
    let none = || Value::Null;
    let path = |rest: &str| format!("{api}/{rest}");
    let issue = |rest: &str| format!("{api}/issue/{key}{rest}");
    let fields = json!({"project": {"key": "OPS"}, "issuetype": {"id": "10001"}, "summary": "s", "labels": ["a"],
        "description": text, "priority": {"name": "High"}});
    let create = json!({"fields": fields, "properties": [{"key": "k", "value": {"a": 1}}]});
    let comment = json!({"body": text, "properties": [{"key": "k", "value": {"a": 1}}]});
    vec![
        ("GET", path("serverInfo"), none()),
        ("GET", path("myself"), none()),
        ("GET", path("mypermissions?projectKey=OPS&permissions=ADD_COMMENTS"), none()),
        ("GET", path("project/OPS"), none()),
        ("GET", path("project/OPS/statuses"), none()),
        ("GET", path("priority"), none()),
        ("GET", path("status"), none()),
        ("GET", path("statuscategory"), none()),
        ("GET", path("issuetype"), none()),
        ("GET", path(&format!("user?{user}")), none()),
        ("GET", path("field"), none()),
        ("GET", path("attachment/meta"), none()),
        ("GET", path("issue/createmeta/OPS/issuetypes?startAt=0&maxResults=50"), none()),
        ("GET", path("issue/createmeta/OPS/issuetypes/10001?startAt=0&maxResults=50"), none()),
        ("POST", path("issue"), create.clone()),
        ("POST", path("issue/bulk"), json!({"issueUpdates": [create]})),
        ("GET", issue("?fields=*all&expand=changelog&properties=k"), none()),
        ("PUT", issue(""), json!({"update": {"labels": [{"add": "x"}]}})),
        ("PUT", issue(""), json!({"fields": {"summary": "t"}})),
        ("POST", issue("/comment"), comment),
        ("GET", issue("/comment?startAt=0&maxResults=100&orderBy=created&expand=renderedBody"), none()),
        ("PUT", issue("/properties/k"), json!({"a": 1})),
        ("GET", issue("/properties/k"), none()),
        ("GET", issue("/properties"), none()),
        ("DELETE", issue("/properties/k"), none()),
        ("POST", issue("/remotelink"), json!({"globalId": "g", "object": {"url": "https://t/1", "title": "one"}})),
        ("GET", issue("/remotelink"), none()),
        ("GET", issue("/remotelink?globalId=g"), none()),
        ("GET", issue("/transitions"), none()),
        ("GET", issue("/transitions?expand=transitions.fields"), none()),
        ("PUT", issue(""), json!({"fields": {"description": text, "priority": {"name": "Low"}}})),
        ("POST", issue("/transitions"), json!({"transition": {"id": "21"}})),
        ("PUT", path(&format!("user/properties/k?{user}")), json!({"a": 1})),
        ("GET", path(&format!("user/properties/k?{user}")), none()),
        ("DELETE", path(&format!("user/properties/k?{user}")), none()),
    ]
}

fn on_comment(api: &str, key: &str, id: u64, text: &Value) -> Vec<(&'static str, String, Value)> {
    vec![
        ("GET", format!("{api}/issue/{key}/comment/{id}"), Value::Null),
        ("PUT", format!("{api}/issue/{key}/comment/{id}"), json!({"body": text})),
        ("PUT", format!("{api}/comment/{id}/properties/k"), json!({"a": 1})),
        ("GET", format!("{api}/comment/{id}/properties/k"), Value::Null),
        ("GET", format!("{api}/comment/{id}/properties"), Value::Null),
        ("DELETE", format!("{api}/issue/{key}/comment/{id}"), Value::Null),
    ]
}

#[test]
fn cloud_fits_its_document() {
    let Some(document) = Document::load(&reference("jira-cloud-v3.openapi.json"), "") else {
        eprintln!("skipped: no OpenAPI document of Jira Cloud beside the repository");
        return;
    };
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let comment = jira.comment(&key, "bot", "x");
    let account = jira.site().user("bot").unwrap().account_id.clone();
    let (api, text) = ("/rest/api/3", paragraphs("text"));
    let mut asked = shared(api, &text, &key, &format!("accountId={account}"));
    let all = json!({"jql": "project = OPS ORDER BY updated ASC, key ASC", "fields": ["*all"], "maxResults": 1,
        "expand": "changelog", "properties": ["k"], "reconcileIssues": [10_003]});
    asked.extend([
        ("POST", format!("{api}/search/jql"), all),
        ("GET", format!("{api}/search/jql?jql=project = OPS&fields=summary&maxResults=5"), Value::Null),
        ("POST", format!("{api}/search/approximate-count"), json!({"jql": "project = OPS"})),
        (
            "POST",
            format!("{api}/issue/bulkfetch"),
            json!({"issueIdsOrKeys": [key], "fields": ["*all"], "properties": ["k"]}),
        ),
        ("POST", format!("{api}/comment/list?expand=properties"), json!({"ids": [comment]})),
        ("POST", format!("{api}/jql/parse?validation=strict"), json!({"queries": ["project = OPS", "x y"]})),
        ("GET", format!("{api}/user/search?query=alice"), Value::Null),
        ("GET", format!("{api}/user/assignable/search?project=OPS&query=alice"), Value::Null),
        ("PUT", format!("{api}/issue/{key}/assignee"), json!({"accountId": account})),
    ]);
    asked.extend(on_comment(api, &key, comment, &text));
    assert_eq!(drive(&jira, &document, &asked), [""; 0]);
}

#[test]
fn server_fits_its_document() {
    let Some(document) = Document::load_jira_dc(&reference("jira-dc-10.3.openapi.json")) else {
        eprintln!("skipped: no OpenAPI document of Jira Data Center beside the repository");
        return;
    };
    let jira = start(Flavour::Server);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    let comment = jira.comment(&key, "bot", "x");
    let (api, text) = ("/rest/api/2", json!("text"));
    let mut asked = shared(api, &text, &key, "username=bot");
    for (_, target, _) in &mut asked {
        *target = target.replace("&permissions=ADD_COMMENTS", "");
    }
    let all = json!({"jql": "project = OPS", "fields": ["*all", "comment"], "expand": ["changelog"], "startAt": 0,
        "maxResults": 100, "validateQuery": true});
    asked.extend([
        ("POST", format!("{api}/search"), all),
        ("GET", format!("{api}/search?jql=project = OPS&fields=summary&startAt=0&maxResults=5"), Value::Null),
        ("GET", format!("{api}/user/search?username=alice"), Value::Null),
        ("GET", format!("{api}/user/assignable/search?project=OPS&username=alice"), Value::Null),
        ("PUT", format!("{api}/issue/{key}/assignee"), json!({"name": "alice"})),
    ]);
    asked.extend(on_comment(api, &key, comment, &text));
    assert_eq!(drive(&jira, &document, &asked), [""; 0]);
}
