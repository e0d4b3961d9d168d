//! What is not documented, in every form: each brings the same rounds.

use super::*;

/// Two alarms: one that goes on, one that is over.
fn play(rig: &Rig) -> [String; 2] {
    let cpu =
        Check { monitor: "cpu", tags: &[("host", "db-1")], title: "cpu is busy", smart: true, ..Check::default() };
    let mut ids = [String::new(), String::new()];
    for minute in 0..6 {
        let disk = rig.fake.check(&Check::default());
        let level = if minute < 5 { "error" } else { "ok" };
        let cpu = rig.fake.check(&Check { level, ..cpu.clone() });
        if minute == 0 {
            ids = [disk, cpu];
        }
        rig.wait(1);
    }
    ids
}

fn states(issues: &[Issue]) -> Vec<(String, String, String, Option<usize>)> {
    let one = |issue: &Issue| {
        let (title, status, level, thread) = seen(issue);
        (title.to_owned(), status.to_owned(), level.to_owned(), thread)
    };
    let mut all: Vec<_> = issues.iter().map(one).collect();
    all.sort();
    all
}

fn want() -> Vec<(String, String, String, Option<usize>)> {
    let row = |title: &str, status: &str, level: &str| (title.to_owned(), status.to_owned(), level.to_owned(), Some(5));
    vec![row("cpu is busy", "ok", "error"), row("disk is full", "fault", "critical")]
}

#[test]
fn an_answer_is_understood_in_every_shape() {
    for series in [SeriesForm::PerMeasurement, SeriesForm::Shuffled, SeriesForm::NamesBeside, SeriesForm::Grouped] {
        for order in [EventOrder::Asked, EventOrder::NewestFirst, EventOrder::Mixed] {
            for (numbers_as_text, empty_columns) in [(true, true), (false, true), (true, false)] {
                let rig = Rig::switched(|events| {
                    (events.series, events.order) = (series, order);
                    (events.numbers_as_text, events.empty_columns) = (numbers_as_text, empty_columns);
                });
                let ids = play(&rig);
                assert_eq!(states(&rig.poll(start()).issues), want(), "{series:?} {order:?}");
                let by_id = rig.run().issues(&ids.map(IssueId::new)).unwrap().issues;
                assert_eq!(states(&by_id), want(), "{series:?} {order:?} by id");
            }
        }
    }
}

#[test]
fn an_end_is_understood_in_every_form() {
    for ok_form in [OkForm::Status, OkForm::Words, OkForm::SubStatus] {
        for fault_status in [true, false] {
            let rig = Rig::switched(|events| (events.ok_form, events.fault_status) = (ok_form, fault_status));
            play(&rig);
            assert_eq!(states(&rig.poll(start()).issues), want(), "{ok_form:?} {fault_status}");
        }
    }
}

#[test]
fn rounds_without_names_are_told_by_when_they_began_or_are_one() {
    for start_told in [true, false] {
        let rig = Rig::switched(|events| (events.fault_id, events.start) = (false, start_told));
        play(&rig);
        let rounds = rig.poll(start()).issues;
        // Where nothing tells when an alarm began, nothing tells that the whole of its thread was read.
        let thread = if start_told { Some(5) } else { None };
        let want: Vec<_> = want().into_iter().map(|(title, status, level, _)| (title, status, level, thread)).collect();
        assert_eq!(states(&rounds), want, "{start_told}");
        let again = Check { monitor: "cpu", tags: &[("host", "db-1")], title: "cpu is busy again", ..Check::default() };
        rig.fake.check(&again);
        let after = rig.poll(start()).issues;
        assert_eq!(after.len(), if start_told { 3 } else { 2 });
        assert_eq!(after.iter().filter(|issue| issue.status.id == "fault").count(), 2, "{start_told}");
        let ids: Vec<IssueId> = after.iter().map(|issue| issue.id.clone()).collect();
        assert_eq!(states(&rig.run().issues(&ids).unwrap().issues).len(), ids.len(), "each is found by what names it");
        for issue in &after {
            let thread = rig.run().thread(&issue.id).unwrap().unwrap();
            assert_eq!(Some(&thread), issue.thread.as_ref().or(Some(&thread)), "and nothing of another round with it");
        }
    }
}

#[test]
fn every_event_is_read_however_pages_are_reached_and_cut() {
    for paging in [EventPaging::Both, EventPaging::OffsetUpTo(100), EventPaging::AfterOnly, EventPaging::OffsetOnly] {
        for limit in [PageLimit::None, PageLimit::Refuse(100), PageLimit::Clamp(20), PageLimit::Clamp(64)] {
            for order in [EventOrder::Asked, EventOrder::NewestFirst, EventOrder::Mixed] {
                let rig = Rig::switched(|events| {
                    (events.paging, events.limit, events.order) = (paging, limit, order);
                });
                let count = if limit == PageLimit::None { 1110 } else { 210 };
                let events = rig.fail(count);
                for _ in 0..2 {
                    let round = rig.poll(start()).issues.remove(0);
                    assert_eq!(round.thread.unwrap().len(), count - 1, "{paging:?} {limit:?} {order:?}");
                }
                let round = rig.by_id(&events[0]).unwrap();
                assert_eq!(
                    (round.title.as_str(), round.updated),
                    ("disk is full", rig.clock.0.now() - TimeDelta::minutes(1))
                );
            }
        }
    }
}

#[test]
fn a_page_that_comes_again_and_again_is_no_whole_list() {
    let rig = Rig::switched(|events| (events.paging, events.limit) = (EventPaging::AfterOnly, PageLimit::Clamp(20)));
    rig.fail(50);
    // The answers do not say where the next page begins either.
    let page = rig.run().changed(&Span::since(start())).unwrap();
    assert_eq!(page.issues[0].thread.as_ref().unwrap().len(), 49, "with search_after it is read");
}

#[test]
fn a_span_that_is_refused_is_asked_for_shorter_and_two_queries_one_by_one() {
    let rig = Rig::switched(|events| events.longest_span = Some(TimeDelta::days(15)));
    let first = rig.fail(1).remove(0);
    rig.wait(60);
    assert_eq!(rig.by_id(&first).unwrap().title, "disk is full");
    rig.queries();
    rig.by_id(&first).unwrap();
    assert_eq!(rig.queries().len(), 1, "what was refused is remembered");

    let rig = Rig::switched(|events| events.one_query = true);
    rig.fail(30);
    rig.recent();
    rig.recent();
    rig.queries();
    let round = rig.recent().remove(0);
    assert_eq!((round.title.as_str(), rig.queries()), ("disk is full", vec![1, 1]));
}

#[test]
fn an_answer_from_a_cache_is_not_taken() {
    let rig = Rig::switched(|events| events.cache = TimeDelta::minutes(5));
    rig.fail(1);
    assert_eq!(rig.recent().len(), 1, "what was stored a minute ago is there");
}

#[test]
fn what_a_key_may_not_see_is_not_over() {
    let rig = Rig::new();
    let first = rig.fail(2).remove(0);
    rig.fake.switch(|switches| switches.events.hidden = vec!["disk".to_owned()]);
    assert!(rig.recent().is_empty());
    assert!(rig.by_id(&first).is_none(), "unknown, and nothing is said of it");
}

#[test]
fn a_long_window_that_is_refused_is_to_be_divided() {
    use guajira::ports::{ApiErrorKind, Parts as _};
    let rig = Rig::switched(|events| events.longest_span = Some(TimeDelta::days(3)));
    rig.fail(1);
    let now = rig.clock.0.now();
    let (batch, parts) = rig.run().changed_within(&Span::since(now - TimeDelta::days(30)), 5).unwrap();
    assert_eq!((batch.issues.len(), parts), (0, Some(4)));
    let (batch, parts) = rig.run().changed_within(&Span::since(now - TimeDelta::hours(30)), 5).unwrap();
    assert_eq!((batch.issues.len(), parts), (1, None));
    rig.fake.switch(|switches| switches.events.longest_span = Some(TimeDelta::minutes(1)));
    let error = rig.run().changed_within(&Span::since(now), 5).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Refused, "and one that is short is an error");
}

#[test]
fn a_clock_of_ours_that_is_slow_hides_nothing() {
    let rig = Rig::new();
    let theirs = rig.clock.0.now() + TimeDelta::hours(3);
    rig.fake.check(&Check { at: Some(theirs), ..Check::default() });
    let slow = OurClock(SimClock::fixed(rig.clock.0.now()));
    rig.clock.0.shift(TimeDelta::hours(3));
    let run = Events::new(rig.settings.clone(), &rig.http, &rig.slots, &rig.facts, &slow, &NoStop);
    assert_eq!(run.changed(&Span::since(start())).unwrap().issues.len(), 1);
    assert_eq!(rig.queries(), [1, 1]);
}

#[test]
fn many_alarms_at_once_cost_little_more_than_one() {
    let rig = Rig::new();
    let hosts: Vec<String> = (0..151).map(|n| format!("web-{n}")).collect();
    let fail = || {
        for host in &hosts {
            rig.fake.check(&Check { tags: &[("host", host)], ..Check::default() });
        }
        rig.wait(1);
    };
    for _ in 0..12 {
        fail();
    }
    rig.recent();
    fail();
    rig.queries();
    let rounds = rig.recent();
    assert_eq!((rounds.len(), rig.queries()), (151, vec![2, 1]), "a second page, and no question more");
    assert!(rounds.iter().all(|round| round.title == "disk is full" && round.created == start()));
}
