//! Payloads in every shape, broken ones among good ones, and the inbox as a source.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::alarm::State;
use crate::words::{EventFlaw, Lang, PipedFault};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// Returns the items that were taken, and what was wrong with the others, by line.
fn taken(input: &str) -> (Vec<String>, Vec<(usize, PipedFault)>) {
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    for one in read(input.as_bytes(), now()).events {
        match one {
            Ok(taken) => items.push(taken.event.item.to_string()),
            Err(fault) => faults.push((fault.line, fault.why)),
        }
    }
    (items, faults)
}

fn not_json(faults: &[(usize, PipedFault)]) -> Vec<usize> {
    assert!(faults.iter().all(|(_, why)| matches!(why, PipedFault::NotJson { .. })), "{faults:?}");
    faults.iter().map(|(line, _)| *line).collect()
}

#[test]
fn an_object_an_array_one_per_line_and_several_in_a_row_are_read() {
    for input in [
        r#"{"id":"a","title":"x"}{"id":"b","title":"y"}"#,
        r#"[{"id":"a","title":"x"},{"id":"b","title":"y"}]"#,
        "{\"id\":\"a\",\"title\":\"x\"}\r\n\r\n{\"id\":\"b\",\"title\":\"y\"}\n",
        "\u{feff}{\n  \"id\": \"a\",\n  \"title\": \"x\"\n}\n{\n  \"id\": \"b\",\n  \"title\": \"y\"\n}",
        r#"[[{"id":"a","title":"x"}],[{"id":"b","title":"y"}]]"#,
        r#"{"events":[{"id":"a","title":"x"},{"body":"{\"id\":\"b\",\"title\":\"y\"}"}]}"#,
        r#""[{\"id\":\"a\",\"title\":\"x\"},{\"id\":\"b\",\"title\":\"y\"}]""#,
    ] {
        let (items, faults) = taken(input);
        assert_eq!((items, faults), (vec!["a".to_owned(), "b".to_owned()], vec![]), "{input}");
    }
}

#[test]
fn a_broken_payload_does_not_cost_those_beside_it() {
    let lines = "{\"id\":\"a\",\"title\":\"x\"}\n{\"id\":\"b\",\"title\":\n{\"id\":\"c\",\"title\":\"z\"}";
    let (items, faults) = taken(lines);
    assert_eq!((items, not_json(&faults)), (vec!["a".to_owned(), "c".to_owned()], vec![2]));
    let (items, faults) = taken(r#"[{"id":"a","title":"x"},{nothing},{"id":"c","title":"z"}]"#);
    assert_eq!((items, not_json(&faults)), (vec!["a".to_owned(), "c".to_owned()], vec![1]));
    let (items, faults) = taken("<html>no</html>\n{\"id\":\"a\",\"title\":\"x\"}");
    assert_eq!((items, not_json(&faults)), (vec!["a".to_owned()], vec![1]));
    let (items, faults) = taken("{\"id\":\"a\",\"title\":\"x\"}\n{\"id\":\"b\",\"tit");
    assert_eq!((items, not_json(&faults)), (vec!["a".to_owned()], vec![2]));
    let mixed = b"{\"id\":\"a\",\"title\":\"\xb4\xc5\xc5\xcc\"}\n{\"id\":\"b\",\"title\":\"y\"}";
    let reading = read(mixed, now()).events;
    assert_eq!(reading[0].as_ref().unwrap_err().why, PipedFault::NotUtf8, "GBK");
    assert_eq!(reading[1].as_ref().unwrap().event.item.as_str(), "b");
}

#[test]
fn a_payload_that_is_cut_off_anywhere_costs_neither_its_neighbours_nor_makes_others() {
    let whole = r#"{"id":"b","title":"x \" {y","tags":{"k":[1,{"id":"no","title":"no"}]},"text":"a,{\"id\":\"no\"}","n":[{},{}]}"#;
    let (first, last) = (r#"{"id":"a","title":"x"}"#, r#"{"id":"c","title":"z"}"#);
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        for between in ["\n", "\r\n"] {
            let input = [first, &whole[..end], last].join(between);
            let (items, _) = taken(&input);
            let others: Vec<&str> = items.iter().map(String::as_str).filter(|id| *id != "b").collect();
            assert_eq!(others, ["a", "c"], "{input}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_in_both_languages_with_its_place() {
    for (input, want) in [
        ("", PipedFault::Empty),
        (" \n[]\n", PipedFault::Empty),
        ("7", PipedFault::NotAnObject),
        (r#""text""#, PipedFault::NotAnObject),
        (r#"{"title":"x"}"#, PipedFault::NoKnownForm),
        (r#"{"id":"","title":"x"}"#, PipedFault::NoId),
        (r#"{"id":"a","title":" "}"#, PipedFault::NoTitle),
        (r#"{"id":"a","title":{"x":1}}"#, PipedFault::NotAText { name: "title".to_owned() }),
        (r#"{"id":"a","title":"x","status":"green"}"#, PipedFault::UnknownStatus { status: "green".to_owned() }),
        (r#"{"id":"a","title":"x","at":"noon"}"#, PipedFault::BadTime { name: "at".to_owned() }),
        (r#"{"df_title":"x"}"#, PipedFault::Event(EventFlaw::NoStatus)),
        (r#"{"df_status":"error","date":1700000000}"#, PipedFault::Event(EventFlaw::NoAlarm)),
    ] {
        assert_eq!(taken(input).1, [(1, want)], "{input}");
    }
    let fault = Fault { number: 3, line: 7, why: PipedFault::NotAnObject };
    assert!(fault.to_string().starts_with("payload 3 (line 7): the payload is not a JSON object"));
    assert!(fault.told(Lang::Zh).starts_with("第 3 个事件（第 7 行）"));
}

#[test]
fn an_input_is_bounded_and_says_so() {
    let many = "{\"id\":\"a\",\"title\":\"x\"}\n".repeat(MAX_EVENTS + 5);
    let (items, faults) = taken(&many);
    assert_eq!((items.len(), &faults[0].1), (MAX_EVENTS, &PipedFault::TooMany { most: MAX_EVENTS }));
    let large = format!(
        "{{\"id\":\"a\",\"title\":\"x\",\"text\":\"{}\"}}\n{{\"id\":\"b\",\"title\":\"y\"}}",
        "x".repeat(MAX_PAYLOAD)
    );
    let (items, faults) = taken(&large);
    assert_eq!((items, &faults[0].1), (vec!["b".to_owned()], &PipedFault::TooLarge { most: MAX_PAYLOAD }));
    let deep = format!("{{\"id\":\"a\",\"title\":\"x\",\"more\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    assert!(matches!(taken(&deep).1[0].1, PipedFault::TooDeep { .. }));
    let line = "{\"id\":\"a\",\"title\":\"x\",\"text\":\"".to_owned() + &"y".repeat(100_000) + "\"}\n";
    let (items, faults) = taken(&line.repeat(60));
    assert_eq!((items.len(), faults.len()), (MAX_INPUT / line.len(), 1));
    assert_eq!(faults[0].1, PipedFault::InputTooLarge { most: MAX_INPUT });
    for hostile in ["{".repeat(200_000), "[".repeat(200_000), "{\"a\":".repeat(200_000), ",{".repeat(200_000)] {
        let begun = std::time::Instant::now();
        assert!(taken(&hostile).0.is_empty());
        assert!(begun.elapsed().as_secs() < 5, "{hostile:.10}: {:?}", begun.elapsed());
    }
}

#[test]
fn the_generic_form_says_what_an_alarm_says() {
    let payload = json!({"id": "db-7/disk", "title": "disk\nfull", "text": "used **91%**", "level": "high", "status": "Firing",
        "tags": {"host": "db-7", "n": 7}, "labels": ["db"], "url": "https://alerts.example.com/42", "at": "2023-11-14T22:13:20Z",
        "event": "e1", "monitor": "zabbix", "by": ""});
    let taken = read(payload.to_string().as_bytes(), now()).events.remove(0).unwrap();
    let event = taken.event.clone();
    assert!(event.item.as_str().starts_with("item-") && event.item.as_str().len() == 37, "{}", event.item);
    assert_eq!((event.title.as_str(), event.level.as_str(), event.at), ("disk full", "high", now()));
    assert_eq!(
        (event.state, event.url.as_str(), event.monitor.name.as_str()),
        (State::Fault, "https://alerts.example.com/42", "zabbix")
    );
    assert_eq!(super::event(&taken.payload, now()).unwrap().unwrap(), event, "what is kept is read as what was taken");
    let issue = crate::alarm::rounds([event]).pop_first().unwrap().1.issue(None, true).unwrap();
    assert_eq!(issue.url, "https://alerts.example.com/42");
    assert_eq!(issue.body.plain_text(), "used 91%\n\n- host: db-7\n- n: 7");
}

#[test]
fn an_event_that_is_sent_twice_is_one_and_without_a_time_none_is_lost() {
    let id = |payload: &str, second: i64| {
        let arrived = DateTime::from_timestamp(second, 0).unwrap();
        super::event(payload, arrived).unwrap().unwrap().id
    };
    for same in [r#"{"id":"a","title":"x","event":"e1"}"#, r#"{"id":"a","title":"x","at":1700000000}"#] {
        assert_eq!(id(same, 10), id(same, 99), "{same}");
    }
    let bare = r#"{"id":"a","title":"x"}"#;
    assert_ne!(id(bare, 10), id(bare, 99));
    assert_eq!(id(bare, 10), id(bare, 10));
}

#[test]
fn of_a_notification_only_what_is_read_is_kept() {
    let long = "x".repeat(MAX_PAYLOAD);
    let payload = json!({"df_status": "error", "date": 1_700_000_000, "df_monitor_checker_event_ref": "a", "host": "web-1",
        "df_meta": long, "df_at_accounts": ["zs@example.com"], "df_title": "x"});
    let taken = read(payload.to_string().as_bytes(), now()).events.remove(0).unwrap();
    assert_eq!(
        taken.payload,
        r#"{"df_status":"error","date":1700000000,"df_monitor_checker_event_ref":"a","df_title":"x"}"#
    );
    assert_eq!(super::event(&taken.payload, now()).unwrap().unwrap(), taken.event);
}

#[test]
fn events_that_are_no_alarms_are_passed_over() {
    let info = r#"{"df_status":"info","date":1700000000,"df_monitor_checker_event_ref":"a"}"#;
    let audit = r#"{"df_status":"warning","df_source":"audit","date":1700000000}"#;
    let reading = read(format!("{info}\n{audit}").as_bytes(), now());
    assert_eq!((reading.events.len(), reading.passed_over), (0, 2));
}
