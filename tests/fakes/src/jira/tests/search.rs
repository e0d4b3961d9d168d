//! JQL over issues, zones, the lagging index, pages by token and by offset.

use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{ask, get, start};
use crate::jira::{Draft, EpochMs, FakeJira, Flavour, LastToken, Project};

fn draft(summary: &str, labels: &[&str]) -> Draft {
    Draft { labels: labels.iter().map(|l| (*l).to_owned()).collect(), ..Draft::new(summary) }
}

/// OPS-1 (labelled), OPS-2, OPS-3 a minute apart, the last being done.
fn three(flavour: Flavour) -> FakeJira {
    let jira = start(flavour);
    jira.create_issue("OPS", "alice", draft("Disk full", &["Guance"]));
    jira.clock().advance(Duration::from_mins(1));
    jira.create_issue("OPS", "bob", draft("Cable cut", &[]));
    jira.clock().advance(Duration::from_mins(1));
    let last = jira.create_issue("OPS", "bot", draft("Fan noisy", &["other"]));
    jira.transition(&last, "bob", "Done");
    jira
}

fn search(jira: &FakeJira, jql: &str) -> Result<Vec<String>, String> {
    let (path, mut body) = match jira.flavour() {
        Flavour::Cloud => ("/rest/api/3/search/jql", json!({"fields": ["key"]})),
        Flavour::Server => ("/rest/api/2/search", json!({"fields": ["summary"]})),
    };
    body["jql"] = json!(jql);
    let (status, json) = ask(jira, "POST", path, &body);
    if status != 200 {
        return Err(json["errorMessages"][0].as_str().unwrap_or_default().to_owned());
    }
    Ok(json["issues"].as_array().unwrap().iter().map(|i| i["key"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn finds_what_jira_would_find() {
    let table: [(&str, &[u32]); 24] = [
        ("project = OPS order by key", &[1, 2, 3]),
        ("project = OPS order by created desc", &[3, 2, 1]),
        ("project = \"Operations\" and labels = guance", &[1]),
        ("labels != guance", &[3]),
        ("labels not in (other) order by key", &[1]),
        ("labels is EMPTY", &[2]),
        ("labels != guance OR labels is EMPTY order by key", &[2, 3]),
        ("not (labels = guance)", &[3]),
        ("not labels is empty order by key", &[1, 3]),
        ("statusCategory = Done", &[3]),
        ("statusCategory != done and reporter in (\"bob@example.com\")", &[2]),
        ("reporter = currentUser()", &[3]),
        ("summary ~ \"dis*\"", &[1]),
        ("text ~ \"cut cable\"", &[2]),
        ("text ~ \"\\\"cut cable\\\"\"", &[]),
        ("key in (OPS-1, OPS-3) order by key desc", &[3, 1]),
        ("key > OPS-1 order by key", &[2, 3]),
        ("created >= \"2026/11/22 10:01\" order by key", &[2, 3]),
        ("created >= \"2026-11-22 10:02\"", &[3]),
        ("created < \"2026-11-22 10:01\"", &[1]),
        ("created >= \"-1m\" order by key", &[2, 3]),
        ("created >= -90m and created <= now() order by key", &[1, 2, 3]),
        ("updated >= 4102444800000", &[]),
        ("updated >= 0 order by key", &[1, 2, 3]),
    ];
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let jira = three(flavour);
        for (jql, expected) in table {
            let expected: Vec<_> = expected.iter().map(|n| format!("OPS-{n}")).collect();
            assert_eq!(search(&jira, jql).as_ref(), Ok(&expected), "{flavour:?}: {jql}");
        }
    }
}

#[test]
fn refuses_what_jira_would_refuse() {
    let jira = three(Flavour::Server);
    for (jql, words) in [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("nonsense = 1", "Field 'nonsense' does not exist or you do not have permission to view it."),
        ("key = OPS-99", "An issue with key 'OPS-99' does not exist for field 'key'."),
        ("reporter = nobody", "The value 'nobody' does not exist for the field 'reporter'."),
        ("status = Nirvana", "The value 'Nirvana' does not exist for the field 'status'."),
        ("updated >= \"2026-11-22T10:00\"", "Date value '2026-11-22T10:00' for field 'updated' is invalid."),
        ("updated >= \"2026-11-22 10:00:00\"", "is invalid. Valid formats include"),
        ("updated >= \"1763836800000\"", "is invalid"),
        ("project ~ OPS", "The operator '~' is not supported by the 'project' field."),
        ("labels > x", "is not supported"),
        ("project is EMPTY", "does not support searching for EMPTY values"),
        ("project = OPS order by labels", "Not able to sort using field 'labels'."),
        ("assignee = membersOf(x)", "Unable to find JQL function 'membersOf(x)'."),
    ] {
        let refusal = search(&jira, jql).unwrap_err();
        assert!(refusal.contains(words), "{jql}: {refusal}");
    }
    let lax = "/rest/api/2/search?jql=project%20=%20NOPE&validateQuery=false".replace("%20", " ");
    assert_eq!(get(&jira, &lax)["warningMessages"].as_array().unwrap().len(), 1);

    let cloud = three(Flavour::Cloud);
    assert!(search(&cloud, "order by key").unwrap_err().starts_with("Unbounded JQL queries are not allowed here."));
    assert_eq!(ask(&cloud, "GET", "/rest/api/3/search?jql=x", &Value::Null).0, 410);
    let offset = json!({"jql": "project = OPS", "startAt": 0});
    assert_eq!(ask(&cloud, "POST", "/rest/api/3/search/jql", &offset).0, 400);
}

#[test]
fn quoted_dates_are_read_in_the_callers_zone() {
    let jira = three(Flavour::Cloud);
    jira.with_user("bot", |bot| bot.time_zone = Tz::Asia__Shanghai);
    assert_eq!(search(&jira, "created >= \"2026-11-22 10:02\"").unwrap().len(), 3);
    assert_eq!(search(&jira, "created >= \"2026-11-22 18:02\"").unwrap(), ["OPS-3"]);
    assert_eq!(search(&jira, "created >= \"-1m\"").unwrap().len(), 2);
    jira.switch(|s| s.epoch_ms = EpochMs::Refused);
    assert!(search(&jira, "updated >= 0").unwrap_err().contains("Date value '0'"));
    jira.switch(|s| s.epoch_ms = EpochMs::AlwaysTrue);
    assert_eq!(search(&jira, "updated >= 4102444800000").unwrap().len(), 3);
}

#[test]
fn the_index_lags_and_reconciling_overrides_it() {
    let jira = start(Flavour::Cloud);
    jira.switch(|s| s.index_lag = Duration::from_secs(30));
    let key = jira.create_issue("OPS", "alice", draft("new", &[]));
    assert_eq!(search(&jira, "project = OPS").unwrap().len(), 0);
    assert_eq!(get(&jira, &format!("/rest/api/3/issue/{key}"))["key"], json!(key));
    let id = jira.issue(&key).unwrap().id;
    let body = json!({"jql": "project = OPS", "reconcileIssues": [id]});
    assert_eq!(ask(&jira, "POST", "/rest/api/3/search/jql", &body).1["issues"], json!([{"id": id.to_string()}]));
    jira.clock().advance(Duration::from_secs(31));
    assert_eq!(search(&jira, "project = OPS").unwrap().len(), 1);
    jira.add_label(&key, "alice", "late");
    assert_eq!(search(&jira, "labels = late").unwrap().len(), 0);
    jira.delete_issue(&key);
    assert_eq!(search(&jira, "project = OPS").unwrap().len(), 1);
    jira.clock().advance(Duration::from_secs(31));
    assert_eq!(search(&jira, "project = OPS").unwrap().len(), 0);
}

/// All pages of a Cloud search: the ids, and how many pages.
fn walk(jira: &FakeJira, size: usize) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let mut body = json!({"jql": "project = OPS order by updated, key", "maxResults": size});
        if !token.is_null() {
            body["nextPageToken"] = token;
        }
        let (status, json) = ask(jira, "POST", "/rest/api/3/search/jql", &body);
        assert_eq!(status, 200, "{json}");
        pages += 1;
        ids.extend(json["issues"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
        token = json["nextPageToken"].clone();
        if token.is_null() {
            return (ids, pages);
        }
    }
}

#[test]
fn cloud_pages_by_token() {
    let jira = start(Flavour::Cloud);
    for n in 0..7 {
        jira.create_issue("OPS", "alice", draft(&n.to_string(), &[]));
    }
    let (all, pages) = walk(&jira, 3);
    assert_eq!((all.len(), pages), (7, 3));
    let last = json!({"jql": "project = OPS", "maxResults": 7});
    let (_, json) = ask(&jira, "POST", "/rest/api/3/search/jql", &last);
    assert_eq!((json.get("nextPageToken"), &json["isLast"]), (None, &json!(true)));

    jira.switch(|s| (s.page_cap, s.empty_pages) = (Some(2), true));
    assert_eq!(walk(&jira, 50), (all.clone(), 7));
    jira.switch(|s| (s.empty_pages, s.duplicate_rows, s.no_is_last) = (false, true, true));
    assert_eq!(walk(&jira, 50).0.len(), 7 + 3);
    jira.switch(|s| (s.duplicate_rows, s.unsorted, s.last_token) = (false, true, LastToken::Null));
    let (mut shuffled, _) = walk(&jira, 50);
    assert_ne!(shuffled, all);
    shuffled.sort();
    assert_eq!(shuffled, all);
    let stale = json!({"jql": "project = OPS", "nextPageToken": "nonsense"});
    assert_eq!(ask(&jira, "POST", "/rest/api/3/search/jql", &stale).0, 400);
}

#[test]
fn server_pages_by_offset_and_echoes() {
    let jira = three(Flavour::Server);
    jira.switch(|s| s.max_results = 2);
    let page = get(&jira, "/rest/api/2/search?jql=project = OPS order by key&maxResults=1000&startAt=1");
    assert_eq!((&page["maxResults"], &page["total"], &page["startAt"]), (&json!(2), &json!(3), &json!(1)));
    assert_eq!(page["issues"].as_array().unwrap().len(), 2);
    assert!(page["issues"][0]["fields"].get("summary").is_some());
    assert!(page["issues"][0]["fields"].get("comment").is_none());
}

#[test]
fn inline_comments_are_cut_on_cloud_alone() {
    for (flavour, path, shown) in
        [(Flavour::Cloud, "/rest/api/3/search/jql", 20), (Flavour::Server, "/rest/api/2/search", 25)]
    {
        let jira = start(flavour);
        let key = jira.create_issue("OPS", "alice", draft("busy", &[]));
        for n in 0..25 {
            jira.comment(&key, "alice", n.to_string());
        }
        let (_, json) = ask(&jira, "POST", path, &json!({"jql": "project = OPS", "fields": ["comment"]}));
        let comment = &json["issues"][0]["fields"]["comment"];
        assert_eq!((comment["comments"].as_array().unwrap().len(), &comment["total"]), (shown, &json!(25)));
    }
}

#[test]
fn projects_moved_and_renamed_still_answer_to_old_keys() {
    let jira = three(Flavour::Cloud);
    jira.add_project(Project::new("DEV", "Development"));
    assert_eq!(jira.move_issue("OPS-2", "DEV", "alice"), "DEV-1");
    assert_eq!(get(&jira, "/rest/api/3/issue/OPS-2")["key"], json!("DEV-1"));
    assert_eq!(search(&jira, "project = OPS").unwrap().len(), 2);
    jira.rename_project("OPS", "SRE");
    assert_eq!(get(&jira, "/rest/api/3/issue/OPS-1?fields=summary")["key"], json!("SRE-1"));
    assert_eq!(search(&jira, "project = OPS order by key").unwrap(), ["SRE-1", "SRE-3"]);
    let clone = jira.clone_issue("SRE-1", "bob");
    assert_eq!(jira.issue(&clone).unwrap().labels, ["Guance"]);
    let fetched = json!({"issueIdsOrKeys": ["OPS-2", "SRE-1", "SRE-99"], "fields": ["summary"]});
    let (_, json) = ask(&jira, "POST", "/rest/api/3/issue/bulkfetch", &fetched);
    let keys: Vec<_> = json["issues"].as_array().unwrap().iter().map(|i| i["key"].clone()).collect();
    assert_eq!(keys, ["SRE-1", "DEV-1"]);
}
