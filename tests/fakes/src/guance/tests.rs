//! The fake is strict, keeps its limits by its own clock, and people leave the traces that the service leaves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};

use super::*;
use crate::clock::SimClock;

pub(super) fn fake() -> FakeGuance {
    let clock = SimClock::fixed(Utc.with_ymd_and_hms(2026, 11, 22, 10, 0, 0).unwrap());
    FakeGuance::start(Options { clock, ..Options::default() })
}

fn ask(fake: &FakeGuance, secret: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(fake.base_url().trim_start_matches("http://")).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nDF-API-KEY: {secret}\r\nContent-Type: application/json\r\n");
    write!(stream, "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap())
}

pub(super) fn send(fake: &FakeGuance, method: &str, path: &str, body: &Value) -> (u16, Value) {
    ask(fake, "guance-test-key", method, path, body)
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let fake = fake();
    fake.limit(100, 100);
    let issue = fake.open_issue("a", "", "P1", "张三");
    let long = "é".repeat(32_768);
    for (path, body, code) in [
        ("/api/v1/nothing", json!({}), "RouterNotFound"),
        ("/api/v1/issue/list", json!({}), "ft.InvalidParams"),
        ("/api/v1/issue/list", json!({"channelUUID": "chan_x"}), "ft.NotFoundChannel"),
        ("/api/v1/issue/list", json!({"channelUUID": fake.channel("default"), "ordering": "x"}), "ft.InvalidParams"),
        ("/api/v1/issue/list", json!({"channelUUID": fake.channel("default"), "startTime": "1"}), "ft.InvalidParams"),
        ("/api/v1/issue/reply/create", json!({"issueUUID": issue, "content": "x"}), "ft.InvalidParams"),
        ("/api/v1/issue/reply/create", json!({"issueUUID": issue, "content": long, "extend": {}}), "ft.InvalidParams"),
        (
            "/api/v1/issue/reply/create",
            json!({"issueUUID": "issue_x", "content": "x", "extend": {}}),
            "ft.NotFoundIssue",
        ),
    ] {
        let (status, answer) = send(&fake, "POST", path, &body);
        assert_eq!((answer["errorCode"].as_str(), answer["success"].as_bool()), (Some(code), Some(false)), "{path}");
        assert_eq!(answer["code"], json!(status));
    }
    assert_eq!(send(&fake, "GET", "/api/v1/issue/list", &Value::Null).1["errorCode"], "RouterNotFound");
    assert!(fake.replies(&issue).is_empty());
}

#[test]
fn limits_slide_with_the_fakes_clock() {
    let fake = fake();
    fake.limit(2, 3);
    let ask = || send(&fake, "GET", "/api/v1/validate", &Value::Null);
    assert_eq!((ask().0, ask().0), (200, 200));
    let (status, answer) = ask();
    assert_eq!((status, answer["errorCode"].as_str()), (401, Some("ft.TriggerApiAkCurrentLimiting")));
    fake.clock().advance(Duration::from_mins(1));
    assert_eq!(ask().0, 200);
    fake.limit(20, 1);
    assert_eq!(ask().1["errorCode"], "ft.TriggerApiWorkspaceCurrentLimiting");
}

#[test]
fn a_bad_key_is_refused_with_the_switched_status() {
    let fake = fake();
    for status in [403, 401] {
        fake.switch(|switches| switches.bad_key_status = status);
        let (got, answer) = ask(&fake, "wrong", "GET", "/api/v1/validate", &Value::Null);
        assert_eq!((got, answer["errorCode"].as_str()), (status, Some("ft.InvalidAPIKey")));
    }
}

#[test]
fn a_life_of_an_issue_leaves_the_documented_traces() {
    let fake = fake();
    let path = "/api/v1/issue/add";
    let body = json!({"name": "磁盘", "level": "system_level_2", "description": "<b>x</b>", "extend": {}});
    let issue = send(&fake, "POST", path, &body).1["content"]["uuid"].as_str().unwrap().to_owned();
    assert_eq!(fake.issue(&issue).unwrap().creator, fake.key_uuid(0));
    let person = fake.reply(&issue, "张三", "<p>看</p>");

    let body = json!({"issueUUID": issue, "content": "ok", "extend": {"guajira": {"key": "k"}, "text": "ok"}});
    let made = send(&fake, "POST", "/api/v1/issue/reply/create", &body).1["content"].clone();
    assert!(made["id"].is_null() && made.get("creatorInfo").is_none());
    let mine = made["uuid"].as_str().unwrap().to_owned();
    assert_eq!(made["extend"]["guajira"]["key"], "k");

    fake.clock().advance(Duration::from_secs(5));
    fake.switch(|switches| switches.keep_extend = false);
    let edit = json!({"issueUUID": issue, "content": "ok!", "extend": {"guajira": {"key": "k"}, "text": "ok!"}});
    let edited = send(&fake, "POST", &format!("/api/v1/issue/reply/{mine}/modify"), &edit).1["content"].clone();
    assert_eq!(edited["extend"], json!({"text": "ok!"}));
    assert_eq!(edited["updateAt"].as_i64().unwrap() - edited["createAt"].as_i64().unwrap(), 5);
    let other = send(&fake, "POST", &format!("/api/v1/issue/reply/{person}/modify"), &edit);
    assert_eq!((other.0, other.1["errorCode"].as_str()), (403, Some("ft.NoPermission")));

    assert_eq!(send(&fake, "POST", &format!("/api/v1/issue/{issue}/modify"), &json!({"statusType": 25})).0, 200);
    fake.switch(|switches| switches.new_statuses = false);
    assert_eq!(send(&fake, "POST", &format!("/api/v1/issue/{issue}/modify"), &json!({"statusType": 15})).0, 400);

    let list = send(&fake, "GET", &format!("/api/v1/issue/reply/{issue}/list?ordering=-createAt"), &Value::Null).1;
    let kinds: Vec<_> = list["content"].as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["change", "reply", "reply", "change"]);
    assert_eq!(list["pageInfo"], json!({"count": 4, "pageIndex": 1, "pageSize": 10, "totalCount": 4}));

    let delete = send(&fake, "DELETE", &format!("/api/v1/issue/reply/{mine}/delete"), &Value::Null).1;
    assert_eq!((delete["content"].as_bool(), fake.replies(&issue).len()), (Some(true), 1));
}

#[test]
fn a_list_is_told_in_every_switched_way() {
    let fake = fake();
    fake.limit(100, 100);
    for n in 0..3 {
        fake.open_issue(&format!("i{n}"), "", "P2", "张三");
        fake.clock().advance(Duration::from_secs(10));
    }
    let first = fake.issues()[0].uuid.clone();
    fake.set_level(&first, "P0", "李四");
    let list = |extra: Value| {
        let mut body = json!({"channelUUID": fake.channel("default"), "pageSize": 2, "pageIndex": 1});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        send(&fake, "POST", "/api/v1/issue/list", &body).1["content"].clone()
    };
    let names = |content: &Value| -> Vec<String> {
        let rows = content.as_array().or_else(|| content["data"].as_array()).unwrap();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&list(json!({}))), ["i2", "i1"]);
    assert_eq!(names(&list(json!({"pageIndex": 2}))), ["i0"]);
    assert_eq!(names(&list(json!({"filters": [{"key": "level", "value": "system_level_0", "equal": true}]}))), ["i0"]);
    fake.switch(|switches| switches.order = Order::UpdatedFirst);
    assert_eq!(names(&list(json!({}))), ["i0", "i2"]);
    fake.switch(|switches| switches.list_shape = ListShape::Bare);
    assert!(list(json!({})).is_array());
    let start = fake.clock().now().timestamp();
    assert_eq!(names(&list(json!({"startTime": start}))), Vec::<String>::new());
    fake.switch(|switches| switches.window = Window::Updated);
    assert_eq!(names(&list(json!({"startTime": start}))), ["i0"]);
    fake.switch(|switches| switches.level_form = LevelForm::Integer);
    assert_eq!(list(json!({"startTime": start}))[0]["level"], 0);
    fake.switch(|switches| switches.page_limit = PageLimit::Refuse(1));
    assert!(list(json!({})).as_object().is_some_and(Map::is_empty));
}

#[test]
fn managers_live_in_extend_and_channels_are_applied_again() {
    let fake = FakeGuance::start(Options { channels: vec!["ops".into()], per_key: 100, ..Options::default() });
    let zhang = fake.add_member("张三", "zhang.san@example.com");
    let issue = fake.open_issue("a", "", "P1", "李四");
    let ops = fake.channel("ops");
    fake.edit_issue(&issue, "李四", |i| i.channels = vec![ops]);
    fake.set_managers(&issue, &["张三", "group_1", "x@example.com"], "李四");
    let got = send(&fake, "GET", &format!("/api/v1/issue/{issue}/get"), &Value::Null).1["content"].clone();
    let names: Vec<_> = got["managerInfos"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["张三", "team-pass", "x@example.com"]);
    assert_eq!((&got["managerInfos"][0]["uuid"], got["bindChannels"].as_array().unwrap().len()), (&json!(zhang), 2));

    let modify = |body: &Value| send(&fake, "POST", &format!("/api/v1/issue/{issue}/modify"), body).0;
    assert_eq!(modify(&json!({"extend": {"manager": [zhang]}})), 200);
    assert_eq!((fake.managers(&issue), fake.issue(&issue).unwrap().channels.len()), (vec!["张三".to_owned()], 1));
    fake.switch(|switches| switches.modify_unbinds_channels = true);
    assert_eq!(modify(&json!({"extend": {}})), 200);
    assert_eq!((fake.managers(&issue).len(), fake.issue(&issue).unwrap().channels.len()), (0, 0));

    let members = |search: &str| {
        let path = format!("/api/v1/workspace/members/list?search={search}");
        let list = send(&fake, "GET", &path, &Value::Null).1["content"]["data"].clone();
        list.as_array().unwrap().iter().map(|m| m["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(members("zhang.san@"), ["zhang.san@example.com"]);
    fake.choose_nickname(&zhang, "Sanzi");
    assert_eq!(members("sanzi"), ["zhang.san@example.com"]);
    fake.switch(|switches| switches.member_search = MemberSearch::Name);
    assert_eq!(members("zhang.san@"), [""; 0]);
    fake.switch(|switches| switches.member_search = MemberSearch::Ignored);
    assert_eq!(members("zhang.san@").len(), 2);
}

fn events_query(filter: &str, from: i64, until: i64) -> Value {
    json!({"queries": [{"qtype": "dql", "query": {
        "q": format!("E::RE(`.*`):(`df_event_id`,`df_fault_id`,`df_fault_status`) {{ {filter} }}"),
        "timeRange": [from, until],
        "order_by": [{"column": "create_time", "order": "ASC"}],
        "limit": 2, "disableMultipleField": false, "disable_sampling": true, "ignore_cache": true,
    }}]})
}

#[test]
fn events_are_queried_as_documented_and_not_otherwise() {
    let fake = fake();
    fake.limit(100, 100);
    let first = fake.check(&Check::default());
    fake.clock().advance(Duration::from_mins(1));
    fake.check(&Check { lag: chrono::TimeDelta::seconds(30), ..Check::default() });
    let end = fake.check(&Check { level: "ok", ..Check::default() });
    let now = fake.clock().now().timestamp_millis();
    let ask = |body: &Value| send(&fake, "POST", "/api/v1/df/query_data_v1", body);
    let rows = |body: &Value| ask(body).1["content"]["data"][0]["series"][0]["values"].clone();
    let all = events_query("`create_time` >= 0", now - 600_000, now);
    let want = json!([[now - 60_000, first, first, "fault"], [now, end, first, "ok"],]);
    assert_eq!(rows(&all), want, "what is not stored yet is not there");
    fake.clock().advance(Duration::from_secs(30));
    assert_eq!(rows(&all).as_array().unwrap().len(), 2, "the limit");
    let of = events_query(&format!("`df_fault_id` = '{first}' && `df_event_id` in ['{end}']"), now - 600_000, now);
    assert_eq!(rows(&of), json!([[now, end, first, "ok"]]));
    fake.check(&Check::default());
    let named = rows(&events_query("`df_fault_status` = 'fault'", now + 1, now + 600_000));
    assert_ne!(named[0][2], json!(first), "after an end a new round begins");
    for bad in [
        events_query("`create_time` > 0", now - 600_000, now),
        events_query("`x` = 'a'", now - 600_000, now),
        events_query("`df_event_id` = 'a''b'", now - 600_000, now),
        events_query("`create_time` >= 0", now / 1000 - 600, now / 1000),
        events_query("`create_time` >= 0", now, now),
        json!({"queries": []}),
        json!({"queries": [{"qtype": "dql", "query": {"q": "E::RE(`.*`)", "having": "x"}}]}),
    ] {
        assert_eq!(ask(&bad).0, 400, "{bad}");
    }
}
