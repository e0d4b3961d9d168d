//! Rounds as people meet them: they begin, go on, change, end, and come late.

use std::time::Duration;

use guajira::ports::{ApiErrorKind, Facts as _, Presence};
use guajira_fakes::server::{Fault, Times, What};

use super::*;

#[test]
fn what_is_said_of_its_abilities_is_what_it_has() {
    let rig = Rig::new();
    let run = rig.run();
    assert_eq!(run.abilities().names(), run.about().abilities);
}

#[test]
fn a_poll_costs_one_request_whether_an_alarm_goes_on_or_not() {
    let rig = Rig::new();
    rig.run().identify().unwrap();
    rig.fake.clear_recorded();
    assert!(rig.recent().is_empty());
    assert_eq!(rig.queries(), [1], "nothing fails");
    rig.fail(3);
    assert_eq!(rig.recent().len(), 1);
    assert_eq!(rig.queries(), [1], "it began within the window");
    for _ in 0..30 {
        rig.fail(1);
        let round = rig.recent().remove(0);
        assert_eq!(rig.queries().len(), 1, "what began earlier is asked for beside the list");
        assert_eq!(round.title, "disk is full");
    }
    rig.run().identify().unwrap();
    assert_eq!(rig.queries(), [0; 0], "which workspace it is was asked once");
}

#[test]
fn a_round_is_an_item_and_its_later_events_are_its_thread() {
    let rig = Rig::new();
    let check = Check { tags: &[("host", "web-1"), ("disk", "/var")], labels: &["db"], ..Check::default() };
    let first = rig.fake.check(&check);
    rig.wait(1);
    let second = rig.fake.check(&Check { level: "error", title: "disk is very full", ..check.clone() });
    let issue = rig.recent().remove(0);
    assert_eq!((issue.id.as_str(), issue.name.as_str()), (first.as_str(), first.as_str()));
    assert_eq!(seen(&issue), ("disk is full", "fault", "error", Some(1)));
    assert_eq!(issue.body.plain_text(), "Host: web-1\nUsed: 91%\n\n- disk: /var");
    assert_eq!((issue.created, issue.updated), (start(), start() + TimeDelta::minutes(1)));
    let detail = issue.source().unwrap();
    assert_eq!(detail.tags, [("host".to_owned(), "web-1".to_owned()), ("disk".to_owned(), "/var".to_owned())]);
    assert_eq!((detail.resource.as_str(), &detail.extend["labels"][0]), ("disk", &serde_json::json!("db")));
    let workspace = Options::default().workspace;
    let ms = start().timestamp_millis();
    let link = format!(
        "{CONSOLE}/keyevents/monitor?time={}%2C{}&tags=%7B%22df_event_id%22%3A%22{first}%22%7D&w={workspace}",
        ms - 900_000,
        ms + 60_000
    );
    assert_eq!(issue.url, link);
    let comment = &issue.thread.unwrap()[0];
    assert_eq!((comment.id.clone(), comment.by_monitor), (standing_for(&second), true));
    assert_eq!(comment.body.plain_text(), "disk is very full · error\n\nHost: web-1\nUsed: 91%");
}

#[test]
fn an_alarm_that_recovers_is_done_and_the_next_round_is_another_item() {
    let rig = Rig::new();
    let first = rig.fail(2).remove(0);
    rig.fake.check(&Check { level: "ok", title: "disk is fine", ..Check::default() });
    let over = rig.recent().remove(0);
    assert_eq!(seen(&over), ("disk is full", "ok", "critical", Some(2)), "the level stays what it was");
    assert!(!over.thread.unwrap().last().unwrap().by_monitor, "an end is no repeat of the alarm");
    rig.wait(1);
    let again = rig.fake.check(&Check::default());
    let both = rig.recent();
    let states: Vec<_> = both.iter().map(|issue| (issue.id.as_str(), issue.status.id.as_str())).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&(first.as_str(), "ok")) && states.contains(&(again.as_str(), "fault")), "{states:?}");
}

#[test]
fn the_end_of_a_monitor_that_checks_rarely_keeps_the_last_level() {
    let rig = Rig::new();
    let first = rig.fail(1).remove(0);
    rig.recent();
    for (level, status, thread, requests) in [("warning", "fault", None, 1), ("ok", "ok", Some(2), 2)] {
        rig.wait(30);
        rig.fake.check(&Check { level, ..Check::default() });
        rig.queries();
        let round = rig.recent().remove(0);
        assert_eq!((round.id.as_str(), seen(&round)), (first.as_str(), ("disk is full", status, "warning", thread)));
        assert_eq!(rig.queries().len(), requests, "what it was last like is asked for once, when it ends");
    }
}

#[test]
fn who_ended_a_round_by_hand_is_named() {
    let rig = Rig::new();
    let first = rig.fail(1).remove(0);
    let end = rig.fake.end_by_hand(&Check { message: "<p>cleaned <b>up</b></p>", ..Check::default() }, "张三");
    let over = rig.by_id(&first).unwrap();
    assert_eq!((over.status.id.as_str(), &over.source().unwrap().extend["status"]), ("ok", &"manual_ok".into()));
    assert_eq!(over.source().unwrap().updated_by.name, "张三");
    let comment = over.thread.unwrap().pop().unwrap();
    assert_eq!((comment.id.clone(), comment.author.name.as_str()), (standing_for(&end), "张三"));
    assert!(comment.body.plain_text().ends_with("cleaned up"));
}

#[test]
fn events_that_come_late_twice_and_in_any_order_change_nothing_they_should_not() {
    let rig = Rig::new();
    let late = Check { lag: TimeDelta::minutes(4), ..Check::default() };
    let first = rig.fake.check(&late);
    rig.wait(1);
    let end = rig.fake.check(&Check { level: "ok", ..Check::default() });
    let only_end = rig.recent().remove(0);
    assert_eq!((only_end.id.as_str(), only_end.status.id.as_str()), (first.as_str(), "ok"));
    assert_eq!(only_end.created, DateTime::UNIX_EPOCH, "an end whose failure was not seen opens nothing");
    let cursor = only_end.updated;
    rig.wait(5);
    rig.fake.store_again(&end);
    rig.fake.store_again(&first);
    let whole = rig.poll(cursor - TimeDelta::minutes(10)).issues.remove(0);
    assert_eq!(seen(&whole), ("disk is full", "ok", "critical", Some(1)));
    assert_eq!(whole.created, start(), "the failure that came late says when it began");
    let after = rig.poll(cursor + TimeDelta::minutes(2)).issues.remove(0);
    assert_eq!(after.status.id, "ok", "a late failure of a round that is over is none");
}

#[test]
fn a_check_of_long_ago_that_is_stored_now_is_read() {
    let rig = Rig::new();
    let at = start() - TimeDelta::hours(20);
    let first = rig.fake.check(&Check { at: Some(at), ..Check::default() });
    let round = rig.recent().remove(0);
    assert_eq!((round.id.as_str(), round.created, round.updated), (first.as_str(), at, start()));
}

#[test]
fn checks_that_are_no_failures_and_gaps_in_the_data() {
    let rig = Rig::new();
    rig.fake.check(&Check { level: "info", ..Check::default() });
    rig.fake.check(&Check { level: "ok", monitor: "cpu", ..Check::default() });
    rig.wait(1);
    let ends = rig.recent();
    assert!(ends.iter().all(|issue| issue.created == DateTime::UNIX_EPOCH), "{ends:?}");
    let gap = rig.fake.check(&Check { level: "nodata", title: "no data", smart: true, ..Check::default() });
    let round = rig.by_id(&gap).unwrap();
    assert_eq!(seen(&round), ("no data", "fault", "nodata", Some(0)));
    for end in ["nodata_ok", "nodata_as_ok"] {
        rig.fake.check(&Check { level: "nodata", ..Check::default() });
        rig.fake.check(&Check { level: end, ..Check::default() });
        assert_eq!(rig.recent().iter().filter(|issue| issue.status.id == "fault").count(), 0, "{end}");
    }
}

#[test]
fn a_muted_alarm_says_so() {
    let rig = Rig::new();
    rig.fake.check(&Check { silent: true, ..Check::default() });
    assert_eq!(rig.recent()[0].source().unwrap().extend["silent"], true);
    rig.wait(1);
    rig.fake.check(&Check::default());
    assert_eq!(rig.recent()[0].source().unwrap().extend["silent"], false, "what it says now");
}

#[test]
fn a_monitor_that_never_tells_an_end_stays_open() {
    let rig = Rig::new();
    let first = rig.fail(1).remove(0);
    rig.wait(60 * 24 * 10);
    assert!(rig.recent().is_empty(), "absence says nothing");
    assert_eq!(rig.by_id(&first).unwrap().status.id, "fault");
}

#[test]
fn a_round_of_which_nothing_is_heard_is_over_only_where_that_was_asked_for() {
    let rig = Rig::new();
    let first = rig.fail(2).remove(0);
    rig.recent();
    let poll = |silence: u64| {
        let run = rig.run().close_after(Some(Duration::from_hours(silence)));
        run.changed(&Span::since(rig.clock.0.now() - TimeDelta::minutes(10))).unwrap().issues
    };
    rig.wait(60 * 20);
    assert!(poll(24).is_empty());
    rig.wait(60 * 6);
    let over = poll(24).remove(0);
    assert_eq!((over.id.as_str(), seen(&over)), (first.as_str(), ("disk is full", "ok", "critical", Some(2))));
    let end = over.thread.unwrap().pop().unwrap();
    assert_eq!((end.body.plain_text().as_str(), end.by_monitor), ("disk is full · silent", false));
    assert_eq!(end.created, start() + TimeDelta::minutes(1) + TimeDelta::hours(24));
    assert!(poll(24).is_empty(), "a poll says it once");
    let by_id = rig.run().close_after(Some(Duration::from_hours(24)));
    assert_eq!(by_id.issues(&[IssueId::new(&first)]).unwrap().issues[0].status.id, "ok", "a read by id each time");
    rig.fail(1);
    assert_eq!(poll(24)[0].status.id, "fault", "it was heard of again");
}

#[test]
fn rounds_are_read_by_id_many_at_once() {
    let rig = Rig::new();
    let tags: Vec<String> = (0..30).map(|n| format!("web-{n}")).collect();
    let all: Vec<String> =
        tags.iter().map(|host| rig.fake.check(&Check { tags: &[("host", host)], ..Check::default() })).collect();
    rig.wait(60 * 24);
    rig.fake.check(&Check { tags: &[("host", "web-3")], level: "ok", ..Check::default() });
    let mut ids: Vec<IssueId> = all.iter().map(IssueId::new).collect();
    ids.push(IssueId::new("event-00000000000000000000000000000000"));
    let batch = rig.run().issues(&ids).unwrap();
    assert_eq!(batch.issues.len(), 30, "what is not there is missing, not gone");
    let over: Vec<&str> = batch.issues.iter().filter(|i| i.status.id == "ok").map(|i| i.id.as_str()).collect();
    assert_eq!(over, [all[3].as_str()]);
    assert_eq!(rig.queries(), [21, 12]);
}

#[test]
fn a_long_round_is_read_by_id_from_its_newest_events() {
    let rig = Rig::new();
    let events = rig.fail(250);
    rig.fake.check(&Check { level: "ok", ..Check::default() });
    let round = rig.by_id(&events[0]).unwrap();
    assert_eq!(seen(&round), ("disk is full", "ok", "critical", None), "not all of it was read");
    assert_eq!(rig.queries(), [2]);
    let thread = rig.run().thread(&IssueId::new(&events[0])).unwrap().unwrap();
    assert_eq!(thread.len(), 250);
    assert!(thread.iter().zip(&events[1..]).all(|(comment, event)| comment.id == standing_for(event)));
}

#[test]
fn a_thread_is_read_in_parts_newest_first() {
    use guajira::ports::Parts as _;
    let rig = Rig::new();
    let events = rig.fail(250);
    let id = IssueId::new(&events[0]);
    let run = rig.run();
    let part = run.thread_part(&id, None, 1).unwrap().unwrap();
    assert_eq!((part.comments.len(), part.next), (100, Some(2)));
    assert_eq!(part.comments.last().unwrap().id, standing_for(&events[249]));
    let page = run.thread_page(&id, 2).unwrap().unwrap();
    assert_eq!((page.comments.len(), page.comments[0].id.clone()), (100, standing_for(&events[50])));
    let rest = run.thread_page(&id, 3).unwrap().unwrap();
    assert_eq!(rest.comments.len(), 49, "the first event is the item");
    let down_to = Some(start() + TimeDelta::minutes(200));
    let part = run.thread_part(&id, down_to, 9).unwrap().unwrap();
    assert_eq!((part.next, part.comments.len()), (None, 200), "to the page on which all is older");
    assert!(run.thread_part(&IssueId::new("event-0"), None, 1).unwrap().is_none());
}

#[test]
fn an_event_that_is_not_kept_any_more_is_not_gone() {
    let rig = Rig::new();
    let events = rig.fail(3);
    rig.fake.forget_events_before(start() + TimeDelta::seconds(90));
    let ids = [events[1].as_str(), events[2].as_str()].map(|id| guajira::domain::CommentId::standing_for("event", id));
    let run = rig.run();
    let told = run.presence(&IssueId::new(&events[0]), &ids).unwrap();
    assert_eq!(told[0], Presence::Unknown);
    rig.fake.forget_events_before(start() + TimeDelta::days(1));
    assert!(rig.by_id(&events[0]).is_none());
    assert_eq!(rig.run().presence(&IssueId::new(&events[0]), &ids).unwrap(), [Presence::Unknown; 2]);
}

#[test]
fn a_record_that_cannot_be_read_costs_nobody_else() {
    let rig = Rig::new();
    let first = rig.fail(1).remove(0);
    let odd = rig.fake.check(&Check { monitor: "cpu", ..Check::default() });
    rig.fake.rewrite_event(&odd, |fields| {
        fields.remove("df_status");
        fields.remove("df_fault_status");
    });
    let batch = rig.poll(start());
    assert_eq!(batch.issues.iter().map(|issue| issue.id.as_str()).collect::<Vec<_>>(), [first.as_str()]);
    assert_eq!(batch.unreadable.len(), 1);
    assert_eq!(batch.unreadable[0].issue.as_ref().unwrap().as_str(), odd);
    assert!(batch.unreadable[0].why.contains("df_status"), "{}", batch.unreadable[0].why);
}

#[test]
fn a_long_absence_is_caught_up_within_the_budget_oldest_first() {
    let rig = Rig::switched(|events| events.limit = PageLimit::Clamp(50));
    let hosts: Vec<String> = (0..400).map(|n| format!("web-{n}")).collect();
    for host in &hosts {
        rig.fake.check(&Check { tags: &[("host", host)], ..Check::default() });
        rig.clock.0.advance(Duration::from_secs(30));
    }
    let (mut cursor, mut found, mut runs) = (start(), std::collections::BTreeSet::new(), 0);
    loop {
        *rig.slots.left.borrow_mut() = 3;
        let batch = rig.poll(cursor);
        found.extend(batch.issues.iter().map(|issue| issue.id.to_string()));
        runs += 1;
        let Some(seen) = batch.watermark.filter(|seen| *seen > cursor) else { break };
        cursor = seen;
    }
    assert_eq!((found.len(), runs), (400, 4));
    // A window that is to be read whole is not read in part.
    *rig.slots.left.borrow_mut() = 3;
    let window = Span { until: Some(rig.clock.0.now()), ..Span::since(start()) };
    assert_eq!(rig.run().changed(&window).unwrap_err().kind, ApiErrorKind::OutOfBudget);
}

#[test]
fn rows_in_no_order_move_no_cursor_before_all_were_read() {
    let rig = Rig::switched(|events| (events.order, events.limit) = (EventOrder::NewestFirst, PageLimit::Clamp(50)));
    rig.fail(180);
    *rig.slots.left.borrow_mut() = 2;
    assert_eq!(rig.run().changed(&Span::since(start())).unwrap_err().kind, ApiErrorKind::OutOfBudget);
    *rig.slots.left.borrow_mut() = 9;
    assert_eq!(rig.poll(start()).issues[0].thread.as_ref().unwrap().len(), 179);
}

#[test]
fn a_window_of_a_backfill_is_read_and_learns_nothing_about_now() {
    use guajira::ports::Parts as _;
    let rig = Rig::new();
    let events = rig.fail(30);
    let window = Span { until: Some(start() + TimeDelta::minutes(25)), ..Span::since(start()) };
    let batch = rig.run().changed(&window).unwrap();
    assert_eq!(batch.watermark, Some(start() + TimeDelta::minutes(24)));
    assert_eq!(batch.issues[0].thread.as_ref().unwrap().len(), 24);
    assert!(rig.facts.recall("guance.events.failing", guajira::ports::FOR_EVER).is_none());
    rig.fake.switch(|switches| switches.events.limit = PageLimit::Clamp(20));
    let (part, more) = rig.run().changed_within(&window, 1).unwrap();
    assert_eq!((part.issues.len(), more), (1, Some(4)));
    assert_eq!(part.issues[0].id.as_str(), events[0]);
    assert!(rig.run().changed(&Span { ours_only: true, ..window }).unwrap().issues.is_empty());
}

#[test]
fn every_failure_of_the_service_is_an_error_and_never_an_empty_list() {
    let rig = Rig::new();
    rig.fail(1);
    for (answer, kind) in [
        (What::Status(500, String::new(), Vec::new()), ApiErrorKind::Unavailable { retry_after: None }),
        (
            What::Status(200, "<html>Sign in</html>".to_owned(), Vec::new()),
            ApiErrorKind::Unavailable { retry_after: None },
        ),
        (
            What::Status(200, r#"{"code":200,"content":{"data":[]},"success":true}"#.to_owned(), Vec::new()),
            ApiErrorKind::Unavailable { retry_after: None },
        ),
        (
            What::Status(200, r#"{"code":200,"content":{"data":[{}]},"success":true}"#.to_owned(), Vec::new()),
            ApiErrorKind::Unavailable { retry_after: None },
        ),
        (
            What::Status(403, r#"{"code":403,"errorCode":"ft.InvalidAPIKey","success":false}"#.to_owned(), Vec::new()),
            ApiErrorKind::Unauthorized,
        ),
    ] {
        rig.fake.clear_faults();
        rig.fake.fail(Fault::new(answer).path_contains("query_data").times(Times::Always));
        assert_eq!(rig.run().changed(&Span::since(start())).unwrap_err().kind, kind);
    }
    rig.fake.clear_faults();
    rig.fake.switch(|switches| switches.events.running = true);
    assert!(rig.run().changed(&Span::since(start())).unwrap_err().message.contains("still running"));
}

#[test]
fn a_check_says_that_the_key_is_taken() {
    let rig = Rig::new();
    rig.fail(1);
    assert!(rig.run().check().iter().all(|finding| finding.result.is_ok()));
    let mut other = Rig::new();
    other.settings.api_keys = vec![Secret::new("wrong")];
    assert!(other.run().check()[0].fatal);
}

fn standing_for(event: &str) -> guajira::domain::CommentId {
    guajira::domain::CommentId::standing_for("event", event)
}
