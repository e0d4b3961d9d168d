//! Alarms that are piped in: the inbox as a source, beside the same alarms as they are polled.

use std::cell::RefCell;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::domain::{Issue, IssueId};
use guajira::piped::{self, Piped};
use guajira::ports::{ApiError, Batch, Inbox, InboxRow, Presence, Remote as _, Span, Threads as _};
use guajira_fakes::guance::Check;
use serde_json::Value;

use super::guance_events::Rig;
use super::rig::{published, start};

const CONSOLE: &str = "https://console.example.com";

/// An inbox in memory, of one source.
#[derive(Default)]
struct Kept {
    rows: RefCell<Vec<InboxRow>>,
    read_to: RefCell<u64>,
}

impl Kept {
    /// Takes an input; returns how many events it held, and what was wrong.
    fn take(&self, input: &str, arrived: DateTime<Utc>) -> (usize, Vec<String>) {
        let (mut count, mut wrong) = (0, Vec::new());
        for one in piped::read(input.as_bytes(), arrived).events {
            match one {
                Ok(taken) => {
                    let number = self.rows.borrow().len() as u64 + 1;
                    let (item, payload) = (taken.event.item, taken.payload);
                    self.rows.borrow_mut().push(InboxRow { number, item, payload, arrived });
                    count += 1;
                }
                Err(fault) => wrong.push(fault.to_string()),
            }
        }
        (count, wrong)
    }

    /// Reads what is unread, as a run does, and stores that it was.
    fn run(&self) -> Batch {
        let batch = source(self).changed(&Span::since(start())).unwrap();
        let read_to = batch.read_to.unwrap_or(*self.read_to.borrow());
        *self.read_to.borrow_mut() = read_to;
        batch
    }
}

impl Inbox for Kept {
    fn unread(&self, source: &str, after: u64, most: usize) -> Result<Vec<InboxRow>, ApiError> {
        assert_eq!(source, "alarms");
        let from = after.max(*self.read_to.borrow());
        Ok(self.rows.borrow().iter().filter(|row| row.number > from).take(most).cloned().collect())
    }

    fn rows_of(&self, source: &str, item: &IssueId, most: usize) -> Result<Vec<InboxRow>, ApiError> {
        assert_eq!(source, "alarms");
        let mut rows: Vec<InboxRow> = self.rows.borrow().iter().filter(|row| row.item == *item).cloned().collect();
        if rows.len() > most {
            rows.drain(1..=rows.len() - most);
        }
        Ok(rows)
    }
}

fn source(inbox: &Kept) -> Piped<'_> {
    Piped::new("alarms", inbox)
}

fn state(issue: &Issue) -> (&str, &str, Option<usize>) {
    (issue.title.as_str(), issue.status.id.as_str(), issue.thread.as_ref().map(Vec::len))
}

#[test]
fn what_is_said_of_its_abilities_is_what_it_has() {
    let inbox = Kept::default();
    let run = source(&inbox);
    assert_eq!(run.abilities().names(), run.about().abilities);
}

#[test]
fn one_round_is_the_same_item_polled_and_piped() {
    let rig = Rig::new();
    let inbox = Kept::default();
    let check = Check { tags: &[("host", "web-1"), ("disk", "/var")], labels: &["db"], ..Check::default() };
    let mut events = Vec::new();
    for level in ["critical", "error", "warning"] {
        events.push(rig.fake.check(&Check { level, ..check.clone() }));
        rig.clock.0.shift(TimeDelta::minutes(1));
    }
    events.push(rig.fake.end_by_hand(&Check { message: "<p>done</p>", ..check }, "张三"));
    for event in &events {
        let body = rig.fake.webhook(event, CONSOLE).to_string();
        assert_eq!(inbox.take(&body, rig.clock.0.now()), (1, vec![]));
    }
    let mut polled = rig.run().changed(&Span::since(start())).unwrap().issues.remove(0);
    let mut piped = inbox.run().issues.remove(0);
    // When an event was stored is another matter than when it came out of the pipe.
    for comment in [&mut polled, &mut piped].into_iter().filter_map(|issue| issue.thread.as_mut()).flatten() {
        comment.updated = start();
    }
    assert_eq!(piped, Issue { updated: piped.updated, ..polled.clone() });
    assert_eq!(polled.url, piped.url, "the link too");
    assert_eq!(source(&inbox).issue_url(polled.id.as_str()), polled.url);
}

#[test]
fn what_is_unread_is_what_changed_and_only_once() {
    let inbox = Kept::default();
    assert_eq!(inbox.run(), Batch::default());
    inbox.take(r#"[{"id":"a","title":"x","event":"1"},{"id":"b","title":"y","event":"1"}]"#, start());
    let batch = inbox.run();
    assert_eq!((batch.issues.len(), batch.read_to, batch.watermark), (2, Some(2), Some(start())));
    assert_eq!(inbox.run(), Batch::default());
    inbox.take(r#"{"id":"a","title":"x again","event":"2"}"#, start() + TimeDelta::minutes(1));
    let batch = inbox.run();
    assert_eq!(batch.issues.iter().map(state).collect::<Vec<_>>(), [("x", "fault", Some(1))], "with what came before");
    let twice = r#"{"id":"a","title":"x again","event":"2"}"#;
    inbox.take(twice, start() + TimeDelta::minutes(2));
    assert_eq!(state(&inbox.run().issues[0]), ("x", "fault", Some(1)), "delivered twice, and one event");
}

#[test]
fn an_alarm_that_is_over_can_fail_again() {
    let inbox = Kept::default();
    for (n, status) in ["firing", "ok", "firing", "resolved"].into_iter().enumerate() {
        let minute = i64::try_from(n).unwrap();
        inbox.take(&format!(r#"{{"id":"a","title":"x","status":"{status}"}}"#), start() + TimeDelta::minutes(minute));
        let want = if n % 2 == 0 { "fault" } else { "ok" };
        assert_eq!(state(&inbox.run().issues[0]), ("x", want, Some(n)));
    }
}

#[test]
fn an_end_that_overtakes_its_failure_is_remembered() {
    let rig = Rig::new();
    let inbox = Kept::default();
    let first = rig.fake.check(&Check::default());
    rig.clock.0.shift(TimeDelta::minutes(1));
    let end = rig.fake.check(&Check { level: "ok", title: "disk is fine", ..Check::default() });
    inbox.take(&rig.fake.webhook(&end, CONSOLE).to_string(), rig.clock.0.now());
    let only_end = inbox.run().issues.remove(0);
    assert_eq!((only_end.status.id.as_str(), only_end.created), ("ok", DateTime::UNIX_EPOCH), "it opens nothing");
    inbox.take(&rig.fake.webhook(&first, CONSOLE).to_string(), rig.clock.0.now());
    let both = inbox.run().issues.remove(0);
    assert_eq!((state(&both), both.created), (("disk is full", "ok", Some(1)), start()));
}

#[test]
fn an_item_is_read_by_what_was_piped_last() {
    let inbox = Kept::default();
    for n in 0..3 {
        inbox.take(&format!(r#"{{"id":"a","title":"t{n}","level":"l{n}","event":"{n}"}}"#), start());
    }
    let ids = [IssueId::new("a"), IssueId::new("b")];
    let batch = source(&inbox).issues(&ids).unwrap();
    assert_eq!(batch.issues.len(), 1);
    assert_eq!((batch.issues[0].title.as_str(), batch.issues[0].level().unwrap().name.as_str()), ("t0", "l2"));
    assert_eq!(inbox.last_of("alarms", &ids[0]).unwrap().unwrap().number, 3);
    assert_eq!(inbox.last_of("alarms", &ids[1]).unwrap(), None);
    let run = source(&inbox);
    let thread = run.thread(&ids[0]).unwrap().unwrap();
    let known: Vec<_> = thread.iter().map(|comment| comment.id.clone()).collect();
    assert_eq!(run.presence(&ids[0], &known).unwrap(), [Presence::There; 2]);
    assert_eq!(run.presence(&ids[1], &known).unwrap(), [Presence::Unknown; 2], "what is not kept was not taken back");
    assert!(run.thread(&ids[1]).unwrap().is_none());
}

#[test]
fn an_item_of_which_nothing_is_heard_is_over_where_that_was_asked_for() {
    let rig = Rig::new();
    let inbox = Kept::default();
    inbox.take(r#"{"id":"a","title":"x"}"#, start());
    let status = |silence: u64| {
        let silence = Some(std::time::Duration::from_hours(silence));
        let run = source(&inbox).close_after(silence, &rig.clock);
        run.issues(&[IssueId::new("a")]).unwrap().issues.remove(0).status.id
    };
    rig.clock.0.shift(TimeDelta::hours(25));
    assert_eq!((status(48).as_str(), status(24).as_str()), ("fault", "ok"));
    assert_eq!(source(&inbox).issues(&[IssueId::new("a")]).unwrap().issues[0].status.id, "fault");
}

#[test]
fn a_window_reads_what_arrived_in_it_and_leaves_it_unread() {
    let inbox = Kept::default();
    for minute in 0..3 {
        inbox.take(&format!(r#"{{"id":"i{minute}","title":"x"}}"#), start() + TimeDelta::minutes(minute));
    }
    let window = Span { until: Some(start() + TimeDelta::minutes(2)), ..Span::since(start() + TimeDelta::minutes(1)) };
    let batch = source(&inbox).changed(&window).unwrap();
    assert_eq!((batch.issues.len(), batch.read_to), (1, None));
    assert_eq!(inbox.run().issues.len(), 3);
}

#[test]
fn many_unread_rows_are_read_page_by_page() {
    let inbox = Kept::default();
    for n in 0..1200 {
        inbox.take(&format!(r#"{{"id":"i{}","title":"x","event":"{n}"}}"#, n % 7), start());
    }
    let batch = inbox.run();
    assert_eq!((batch.issues.len(), batch.read_to), (7, Some(1200)));
    assert_eq!(batch.issues.iter().filter_map(|issue| issue.thread.as_ref()).map(Vec::len).sum::<usize>(), 1193);
}

#[test]
fn a_row_that_cannot_be_read_is_said_and_does_not_stop_the_others() {
    let inbox = Kept::default();
    inbox.take(r#"{"id":"a","title":"x"}"#, start());
    let odd = InboxRow { number: 2, item: IssueId::new("b"), payload: "{".to_owned(), arrived: start() };
    inbox.rows.borrow_mut().push(odd);
    let batch = inbox.run();
    assert_eq!((batch.issues.len(), batch.unreadable.len(), batch.read_to), (1, 1, Some(2)));
    assert_eq!(batch.unreadable[0].issue, Some(IssueId::new("b")));
}

#[test]
fn the_published_payloads_are_one_round() {
    let Some(folder) = published("source-examples") else { return };
    let inbox = Kept::default();
    for name in ["fault", "repeat", "ok"] {
        let text = std::fs::read_to_string(folder.join(format!("guance-webhook-{name}.json"))).unwrap();
        assert_eq!(inbox.take(&text, start()), (1, vec![]), "{name}");
    }
    let round = inbox.run().issues.remove(0);
    assert_eq!((round.status.id.as_str(), round.thread.as_ref().unwrap().len()), ("ok", 2));
    let stored = std::fs::read_to_string(folder.join("guance-dql-events.response.json")).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let series = &stored["content"]["data"][0]["series"][0];
    let columns = series["columns"].as_array().unwrap();
    let row = |values: &Value| -> serde_json::Map<String, Value> {
        columns
            .iter()
            .zip(values.as_array().unwrap())
            .map(|(name, v)| (name.as_str().unwrap().to_owned(), v.clone()))
            .collect()
    };
    let events = series["values"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|values| guajira::alarm::read(&row(values), None).unwrap());
    let polled = guajira::alarm::rounds(events).pop_first().unwrap().1;
    let polled = polled.issue(Some("https://console.guance.com"), true).unwrap();
    assert_eq!((&polled.id, &polled.title, &polled.created), (&round.id, &round.title, &round.created));
    assert_eq!(polled.thread.unwrap().len(), 2);
    for name in ["webhook-monitor-event", "webhook-monitor-event-minimal"] {
        let Some(folder) = published("guance-examples") else { return };
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let reading = piped::read(text.as_bytes(), start());
        assert!(reading.events.iter().all(Result::is_ok) && reading.events.len() == 1, "{name}: {reading:?}");
    }
}
