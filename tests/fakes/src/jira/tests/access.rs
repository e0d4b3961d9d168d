//! Credentials and their deaths, permissions, limits, versions and paths.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, basic, get, raw, start};
use crate::jira::{DcLimit, DeadSearch, Draft, FakeJira, Flavour, Options, User};
use crate::server::Response;

const NONE: Value = Value::Null;

fn bearer(token: &str) -> Option<(String, String)> {
    Some(("Authorization".into(), format!("Bearer {token}")))
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

#[test]
fn a_dead_cloud_token_looks_like_an_empty_site() {
    let jira = start(Flavour::Cloud);
    jira.create_issue("OPS", "alice", Draft::new("s"));
    let dead = || basic("bot@example.com", "expired");
    let search = json!({"jql": "project = OPS"});
    let found = raw(&jira, "POST", "/rest/api/3/search/jql", dead(), &search);
    assert_eq!((found.status, header(&found, "x-seraph-loginreason")), (200, Some("AUTHENTICATED_FAILED")));
    assert_eq!(serde_json::from_slice::<Value>(&found.body).unwrap()["issues"], json!([]));
    for (path, status) in [
        ("/rest/api/3/myself", 401),
        ("/rest/api/3/project/OPS", 404),
        ("/rest/api/3/issue/OPS-1", 404),
        ("/rest/api/3/serverInfo", 200),
    ] {
        let answer = raw(&jira, "GET", path, dead(), &NONE);
        assert_eq!(answer.status, status, "{path}");
        assert!(header(&answer, "X-Seraph-LoginReason").is_some());
        assert!(header(&raw(&jira, "GET", path, None, &NONE), "X-Seraph-LoginReason").is_none());
    }
    jira.switch(|s| s.dead_search = DeadSearch::UnknownProject);
    assert_eq!(raw(&jira, "POST", "/rest/api/3/search/jql", dead(), &search).status, 400);
}

#[test]
fn wrong_passwords_lock_the_account_on_server() {
    let jira = start(Flavour::Server);
    let wrong = || basic("bot", "wrong");
    for _ in 0..3 {
        let answer = raw(&jira, "GET", "/rest/api/2/myself", wrong(), &NONE);
        assert_eq!(answer.status, 401);
        assert!(answer.body.starts_with(b"<html>"));
        assert_eq!(header(&answer, "X-Seraph-LoginReason"), Some("AUTHENTICATED_FAILED"));
    }
    let (login, secret) = jira.basic("bot");
    let locked = raw(&jira, "GET", "/rest/api/2/myself", basic(&login, &secret), &NONE);
    assert_eq!(locked.status, 403);
    assert!(header(&locked, "X-Authentication-Denied-Reason").unwrap().starts_with("CAPTCHA_CHALLENGE; login-url="));
    jira.clear_captcha("bot");
    assert_eq!(get(&jira, "/rest/api/2/myself")["name"], json!("bot"));
    jira.switch(|s| s.basic_auth_off = true);
    assert_eq!(raw(&jira, "GET", "/rest/api/2/myself", basic(&login, &secret), &NONE).status, 403);
}

#[test]
fn an_unknown_bearer_token_is_anonymous_only_for_search() {
    let jira = start(Flavour::Server);
    jira.create_issue("OPS", "alice", Draft::new("s"));
    for path in ["/rest/api/2/myself", "/rest/api/2/serverInfo", "/rest/api/2/issue/OPS-1"] {
        let answer = raw(&jira, "GET", path, bearer("stale"), &NONE);
        assert_eq!((answer.status, header(&answer, "X-Seraph-LoginReason")), (401, None), "{path}");
    }
    let found = raw(&jira, "GET", "/rest/api/2/search?jql=project = OPS", bearer("stale"), &NONE);
    assert_eq!(serde_json::from_slice::<Value>(&found.body).unwrap()["total"], json!(0));
    assert_eq!(raw(&jira, "GET", "/rest/api/2/issue/OPS-1", bearer(&jira.pat("bot")), &NONE).status, 200);
}

#[test]
fn scoped_tokens_work_through_the_gateway_alone() {
    let jira = start(Flavour::Cloud);
    jira.with_user("bot", |bot| bot.scoped = true);
    let (login, secret) = jira.basic("bot");
    let auth = || basic(&login, &secret);
    assert_eq!(raw(&jira, "GET", "/rest/api/3/myself", auth(), &NONE).status, 401);
    let gateway = jira.gateway_url();
    let prefix = gateway.strip_prefix(&crate::server::Server::base_url(&jira)).unwrap();
    assert_eq!(raw(&jira, "GET", &format!("{prefix}/rest/api/3/myself"), auth(), &NONE).status, 200);
}

#[test]
fn versions_and_paths_are_taken_literally() {
    let server = FakeJira::start(Flavour::Server, Options { context_path: "/jira".into(), ..Options::default() });
    assert!(server.base_url().ends_with("/jira"));
    let status = |jira: &FakeJira, path: &str| ask(jira, "GET", path, &NONE).0;
    assert_eq!(status(&server, "/rest/api/2/myself"), 404);
    assert_eq!(status(&server, "/jira/rest/api/2/myself"), 200);
    assert_eq!(status(&server, "/jira/rest/api/3/myself"), 404);
    assert_eq!(status(&server, "/jira/rest/api/2/search/jql"), 404);
    assert_eq!(get(&server, "/jira/rest/api/2/serverInfo")["deploymentType"], json!("Server"));
    server.set_version(&[8, 3, 0]);
    assert_eq!(status(&server, "/jira/rest/api/2/issue/createmeta/OPS/issuetypes"), 404);
    assert_eq!(raw(&server, "GET", "/jira/rest/api/2/myself", bearer(&server.pat("bot")), &NONE).status, 401);
    assert_eq!(status(&server, &format!("/jira/rest/api/2/search?jql={}", "x".repeat(8000))), 414);
    let cloud = start(Flavour::Cloud);
    assert_eq!(status(&cloud, "/rest/api/2/myself"), 200);
    assert_eq!(status(&cloud, "/rest/api/3/nonsense"), 404);
    assert_eq!(ask(&cloud, "DELETE", "/rest/api/3/myself", &NONE).0, 405);
}

#[test]
fn permissions_are_told_and_kept() {
    let jira = start(Flavour::Cloud);
    let path = "/rest/api/3/mypermissions?projectKey=OPS";
    assert_eq!(ask(&jira, "GET", path, &NONE).0, 400);
    assert_eq!(ask(&jira, "GET", &format!("{path}&permissions=NONSENSE"), &NONE).0, 400);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    jira.with_user("bot", |bot| _ = bot.denied.insert("ADD_COMMENTS".into()));
    let told = get(&jira, &format!("{path}&permissions=ADD_COMMENTS,CREATE_ISSUES"));
    assert_eq!(told["permissions"]["ADD_COMMENTS"]["havePermission"], json!(false));
    assert_eq!(told["permissions"]["CREATE_ISSUES"]["havePermission"], json!(true));
    let body = json!({"body": crate::jira::paragraphs("x")});
    assert_eq!(ask(&jira, "POST", &format!("/rest/api/3/issue/{key}/comment"), &body).0, 400);
    jira.with_project("OPS", |p| _ = p.hidden_from.insert("bot".into()));
    assert_eq!(ask(&jira, "GET", "/rest/api/3/project/OPS", &NONE).0, 404);
    assert_eq!(ask(&jira, "GET", &format!("{path}&permissions=ADD_COMMENTS"), &NONE).0, 404);
}

#[test]
fn limits_answer_429_in_their_own_ways() {
    let jira = start(Flavour::Cloud);
    let key = jira.create_issue("OPS", "alice", Draft::new("s"));
    jira.switch(|s| s.per_issue_writes = true);
    let label = json!({"update": {"labels": [{"add": "x"}]}});
    let path = format!("/rest/api/3/issue/{key}");
    let statuses: Vec<_> = (0..21).map(|_| ask(&jira, "PUT", &path, &label).0).collect();
    assert_eq!((statuses[19], statuses[20]), (204, 429));
    jira.clock().advance(Duration::from_secs(3));
    assert_eq!(ask(&jira, "PUT", &path, &label).0, 204);

    jira.switch(|s| s.quota = Some(0));
    let (login, secret) = jira.basic("bot");
    let refused = raw(&jira, "GET", "/rest/api/3/myself", basic(&login, &secret), &NONE);
    let reason = header(&refused, "RateLimit-Reason");
    assert_eq!(
        (refused.status, reason, header(&refused, "Retry-After")),
        (429, Some("jira-quota-tenant-based"), Some("1800"))
    );

    let server = start(Flavour::Server);
    server.switch(|s| s.dc_limit = Some(DcLimit { limit: 2, fill: 1, interval: Duration::from_secs(10) }));
    let pat = server.pat("bot");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = raw(&server, "GET", "/rest/api/2/myself", bearer(&pat), &NONE);
        seen.push((answer.status, header(&answer, "retry-after").map(str::to_owned)));
    }
    assert_eq!(seen, [(200, Some("0".into())), (200, Some("0".into())), (429, Some("10".into()))]);
}

#[test]
fn people_are_found_each_flavours_way() {
    let cloud = start(Flavour::Cloud);
    let mut hidden = User::new("carol", "Carol Hidden");
    hidden.email_visible = false;
    cloud.add_user(hidden);
    let found = get(&cloud, "/rest/api/3/user/search?query=carol@example.com");
    assert_eq!((&found[0]["displayName"], found[0].get("emailAddress")), (&json!("Carol Hidden"), None));
    assert!(found[0].get("name").is_none() && found[0]["accountId"].is_string());
    let found = |words: &str| get(&cloud, &format!("/rest/api/3/user/search?query={words}")).as_array().unwrap().len();
    assert_eq!(found("carol@example"), 0, "a hidden address is found by the whole of it");
    cloud.switch(|switches| switches.hidden_address_beginnings = true);
    assert_eq!(found("carol@example"), 1);
    cloud.with_user("bot", |bot| _ = bot.denied.insert("USER_PICKER".into()));
    assert_eq!(get(&cloud, "/rest/api/3/user/search?query=carol@example.com"), json!([]));
    let server = start(Flavour::Server);
    assert_eq!(ask(&server, "GET", "/rest/api/2/user/search?query=alice", &NONE).0, 400);
    assert_eq!(get(&server, "/rest/api/2/user/search?username=alice")[0]["name"], json!("alice"));
    server.with_user("bob", |bob| bob.active = false);
    assert_eq!(get(&server, "/rest/api/2/user/assignable/search?project=OPS&username=bob"), json!([]));
}
