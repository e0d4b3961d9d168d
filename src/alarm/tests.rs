//! What events say, in every form in which they come, and what rounds are made of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::domain::{CommentId, Issue, StatusCategory};
use crate::words::EventFlaw;

const ROUND: &str = "event-00000000000000000000000000000001";

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

/// A stored event, `minute` minutes after its round began.
fn row(event: &str, minute: i64, more: &Value) -> Value {
    let began = 1_700_000_000;
    let time = (began + minute * 60) * 1000;
    let mut row = json!({
        "time": time, "create_time": time + 8000, "df_event_id": event, "df_fault_id": ROUND,
        "df_monitor_checker_event_ref": "13713ac2", "df_status": "critical", "df_sub_status": "critical",
        "df_fault_status": "fault", "df_fault_start_time": began.to_string(), "df_source": "monitor",
        "df_title": "disk full", "df_message": "used **91%**", "df_dimension_tags": "{\"host\":\"web-1\"}",
        "df_monitor_checker_id": "rul_1", "df_monitor_checker_name": "disk", "df_workspace_uuid": "wksp_1",
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn ok(event: &str, minute: i64, more: &Value) -> Value {
    let mut over =
        json!({"df_status": "ok", "df_sub_status": "ok", "df_fault_status": "ok", "df_title": "disk is fine"});
    over.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row(event, minute, &over)
}

fn event(row: &Value) -> Option<Event> {
    read(row.as_object().unwrap(), None).unwrap()
}

fn issue(rows: &[Value]) -> Issue {
    let mut rounds = rounds(rows.iter().filter_map(event));
    assert_eq!(rounds.len(), 1);
    rounds.pop_first().unwrap().1.issue(Some("https://c"), true).unwrap()
}

#[test]
fn an_end_is_known_in_every_form_and_what_is_neither_is_left_out() {
    for (more, want) in [
        (json!({}), Some(State::Fault)),
        (json!({"df_fault_status": "ok"}), Some(State::Over)),
        (json!({"df_fault_status": null, "df_status": "ok"}), Some(State::Over)),
        (json!({"df_fault_status": null, "df_status": "nodata_ok"}), Some(State::Over)),
        (json!({"df_fault_status": null, "df_status": "nodata_as_ok"}), Some(State::Over)),
        (json!({"df_fault_status": null, "df_status": "manual_ok"}), Some(State::Over)),
        (json!({"df_fault_status": null, "df_status": "critical", "df_sub_status": "ok"}), Some(State::Over)),
        (json!({"df_fault_status": "fault", "df_status": "critical", "df_sub_status": "ok"}), Some(State::Fault)),
        (json!({"df_fault_status": null, "df_status": "nodata", "df_sub_status": "nodata"}), Some(State::Fault)),
        (json!({"df_fault_status": null, "df_status": "warning"}), Some(State::Fault)),
        (json!({"df_fault_status": "fault", "df_status": "a level of its own"}), Some(State::Fault)),
        (json!({"df_fault_status": null, "df_status": "info", "df_sub_status": "info"}), None),
        (json!({"df_fault_status": "fault", "df_status": "info"}), None),
        (json!({"df_fault_status": null, "df_status": "a new word", "df_sub_status": ""}), None),
    ] {
        assert_eq!(event(&row("event-2", 1, &more)).map(|event| event.state), want, "{more}");
    }
    let custom = json!({"df_source": "custom", "df_status": "error", "time": 1_700_000_000_000_u64});
    assert_eq!(event(&custom), None, "an event that a person or a program made is no alarm");
}

#[test]
fn what_an_event_lacks_is_said() {
    for (more, want) in [
        (json!({"df_status": "", "df_fault_status": null}), EventFlaw::NoStatus),
        (json!({"time": null, "create_time": "soon"}), EventFlaw::NoTime),
        (
            json!({"df_fault_id": "", "df_monitor_checker_event_ref": "a'b", "df_monitor_checker_id": null}),
            EventFlaw::NoAlarm,
        ),
    ] {
        assert_eq!(read(row("event-2", 1, &more).as_object().unwrap(), None), Err(want), "{more}");
    }
}

#[test]
fn a_round_is_named_by_the_best_name_there_is() {
    let item = |more: Value| event(&row("event-2", 1, &more)).unwrap().item.to_string();
    assert_eq!(item(json!({})), ROUND);
    assert_eq!(item(json!({"df_fault_id": null})), "13713ac2.1700000000");
    let older = json!({"df_fault_id": null, "df_fault_start_time": null, "df_issue_start_time": 1_700_000_000});
    assert_eq!(item(older), "13713ac2.1700000000");
    assert_eq!(item(json!({"df_fault_id": "", "df_fault_start_time": "-1"})), "13713ac2");
    let bare = |tags: &str| {
        item(json!({"df_fault_id": null, "df_fault_start_time": null, "df_monitor_checker_event_ref": null,
            "df_dimension_tags": tags}))
    };
    let one = bare("{\"host\":\"a\",\"disk\":\"b\"}");
    assert!(one.starts_with("alarm-") && one.len() == 38, "{one}");
    assert_eq!(one, bare("{\"disk\":\"b\",\"host\":\"a\"}"), "the order of dimensions says nothing");
    assert_ne!(one, bare("{\"host\":\"b\",\"disk\":\"b\"}"));
    let hostile = json!({"df_fault_id": "x@y/z' || 1"});
    assert_eq!(item(hostile), "13713ac2.1700000000", "an id that could change a key or a query is none");
}

#[test]
fn numbers_and_times_come_in_every_form() {
    let seconds = json!({"time": null, "create_time": null, "date": 1_700_000_060, "timestamp": 1_700_000_060,
        "df_fault_start_time": 1_700_000_000});
    let hook = read(row("event-2", 1, &seconds).as_object().unwrap(), Some(at(1_700_000_099))).unwrap().unwrap();
    let stored = event(&row("event-2", 1, &json!({}))).unwrap();
    assert_eq!((hook.at, hook.started, hook.item), (stored.at, stored.started, stored.item));
    assert_eq!((stored.stored, hook.stored), (at(1_700_000_068), at(1_700_000_099)));
    for (value, want) in [
        (json!("2026-11-22T10:00:00+08:00"), Some(1_795_312_800)),
        (json!("1700000000"), Some(1_700_000_000)),
        (json!(1_700_000_000_000_u64), Some(1_700_000_000)),
        (json!(0), None),
        (json!("soon"), None),
        (json!([]), None),
    ] {
        assert_eq!(moment(&value).map(|time| time.timestamp()), want, "{value}");
    }
}

#[test]
fn what_a_round_says_does_not_depend_on_the_order_and_the_number_of_deliveries() {
    let rows = [
        row(ROUND, 0, &json!({})),
        row("event-2", 1, &json!({"df_status": "error", "df_title": "disk very full"})),
        row("event-3", 2, &json!({"df_status": "warning"})),
        ok("event-4", 3, &json!({})),
    ];
    let want = issue(&rows);
    assert_eq!((want.status.id.as_str(), want.status.category), ("ok", StatusCategory::Done));
    assert_eq!(want.title, "disk full", "the title is that of the first event");
    assert_eq!(want.level().unwrap().name, "warning", "the level is that of the last failure");
    for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
        let mixed: Vec<Value> = order.iter().chain(&order).map(|n| rows[*n].clone()).collect();
        assert_eq!(issue(&mixed), want, "{order:?}");
    }
}

#[test]
fn a_late_failure_of_a_round_that_is_over_changes_nothing() {
    let end = ok("event-4", 3, &json!({}));
    let late = row("event-5", 4, &json!({"create_time": 1_700_009_999_000_u64}));
    let round = issue(&[row(ROUND, 0, &json!({})), end, late]);
    assert_eq!(round.status.id, "ok");
    assert_eq!(round.updated, at(1_700_009_999), "but the poll sees that something came");
}

#[test]
fn an_alarm_whose_rounds_have_no_names_fails_again() {
    let bare = json!({"df_fault_id": null, "df_fault_start_time": null});
    let rows = [row("event-1", 0, &bare), ok("event-2", 1, &bare), row("event-3", 2, &bare)];
    assert_eq!(issue(&rows[..2]).status.id, "ok");
    let again = issue(&rows);
    assert_eq!((again.id.as_str(), again.status.id.as_str()), ("13713ac2", "fault"));
}

#[test]
fn an_end_without_a_known_failure_opens_nothing() {
    let end = issue(&[ok("event-4", 3, &json!({}))]);
    assert_eq!((end.id.as_str(), end.status.id.as_str()), (ROUND, "ok"));
    assert_eq!(end.created, DateTime::UNIX_EPOCH, "no window holds it");
    assert_eq!(end.thread.unwrap().len(), 1);
}

#[test]
fn the_thread_is_what_came_after_the_first_event() {
    let by = json!({"df_sub_status": "manual_ok", "df_user_id": "acnt_1", "df_user_name": "张三",
        "df_user_email": "zs@example.com", "df_message": "<p>looked <b>after</b></p>"});
    let round =
        issue(&[row(ROUND, 0, &json!({})), row("event-2", 1, &json!({"df_status": "nodata"})), ok("event-3", 2, &by)]);
    let thread = round.thread.unwrap();
    let newest = thread.iter().map(|comment| comment.updated).max();
    assert_eq!(newest, Some(round.updated), "whatever a monitor's clock says");
    assert_eq!(
        thread.iter().map(|comment| comment.id.as_str()).collect::<Vec<_>>(),
        ["event-2", "event-3"]
            .map(|id| CommentId::standing_for("event", id))
            .iter()
            .map(CommentId::as_str)
            .collect::<Vec<_>>()
    );
    assert_eq!(thread[0].body.plain_text(), "disk full · critical\n\nused 91%", "the word is the monitor's own");
    assert_eq!((thread[0].by_monitor, thread[0].author.name.as_str()), (true, "disk"));
    assert_eq!(thread[1].body.plain_text(), "disk is fine · manual_ok\n\nlooked after");
    assert_eq!((thread[1].by_monitor, thread[1].author.name.as_str()), (false, "张三"), "an end is no repeat");
    assert_eq!(round.detail, {
        let mut same = round.detail.clone();
        if let crate::domain::Detail::Source(detail) = &mut same {
            assert_eq!(detail.updated_by.email.as_deref(), Some("zs@example.com"));
            assert_eq!(detail.extend["status"], "manual_ok");
        }
        same
    });
}

#[test]
fn an_item_says_what_is_known_of_its_alarm() {
    let more = json!({"df_label": "[\"db\",\"night\"]", "df_is_silent": "true",
        "df_dimension_tags": "{\"host\":\"web-1\",\"used\":\"91%\",\"odd\":{\"a\":1},\"n\":7}"});
    let round = issue(&[row(ROUND, 0, &more)]);
    let detail = round.source().unwrap();
    assert_eq!(
        detail.tags,
        [("host", "web-1"), ("used", "91%"), ("n", "7")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert_eq!(
        detail.extend,
        json!({"alarm": "13713ac2", "labels": ["db", "night"], "silent": true, "status": "critical", "workspace": "wksp_1"})
    );
    assert_eq!((detail.resource.as_str(), detail.resource_id.as_str()), ("disk", "rul_1"));
    assert_eq!(
        round.body.plain_text(),
        "used 91%\n\n- host: web-1\n- n: 7",
        "a dimension that is said is not said twice"
    );
    assert_eq!(
        round.url,
        format!(
            "https://c/keyevents/monitor?time=1699999100000%2C1700000060000&tags=%7B%22df_event_id%22%3A%22{ROUND}%22%7D&w=wksp_1"
        )
    );
    let nameless = issue(&[row(ROUND, 0, &json!({"df_title": " ", "df_message": ""}))]);
    assert_eq!(nameless.title, "disk");
}

#[test]
fn a_link_of_its_own_gives_the_console_or_nothing() {
    let url = |link: &str| {
        let event = event(&row(ROUND, 0, &json!({"df_event_link": link}))).unwrap();
        rounds([event]).pop_first().unwrap().1.url(None)
    };
    let console = url("https://console.example.com/keyevents/monitor?time=1%2C2&w=wksp_1");
    assert!(console.starts_with("https://console.example.com/keyevents/monitor?time=1699999100000"), "{console}");
    assert_eq!(url("https://alerts.example.com/42"), "https://alerts.example.com/42");
    for bad in ["javascript:alert(1)", "https://user@evil.example/keyevents/", "", "https://"] {
        assert_eq!(url(bad), "", "{bad}");
    }
}

#[test]
fn what_comes_is_bounded() {
    let long = "é".repeat(100_000);
    let labels: Vec<String> = (0..500).map(|n| format!("l{n}")).collect();
    let tags: serde_json::Map<String, Value> = (0..500).map(|n| (format!("t{n}"), json!(long))).collect();
    let more = json!({"df_title": format!("a\nb\u{7}{long}"), "df_message": long, "df_label": labels, "df_dimension_tags": tags});
    let event = event(&row(ROUND, 0, &more)).unwrap();
    assert_eq!((event.title.chars().count(), event.labels.len(), event.tags.len()), (1000, 100, 100));
    assert!(event.title.starts_with("a b é") && event.text.len() <= 65_535 && event.tags[0].1.chars().count() == 1000);
}
