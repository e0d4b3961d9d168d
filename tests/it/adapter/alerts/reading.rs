//! Which alerts are read, with how many requests, and as what.

use super::*;

#[test]
fn an_alert_is_read_with_everything_that_routes_ask_for() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk web-01", "磁盘已满 <b>&amp;");
        rig.fake.edit(&id, |alert| {
            alert.description = "<p>磁盘 <b>95%</b></p>".to_owned();
            alert.priority = "P1".to_owned();
            alert.owner = "li@example.com".to_owned();
            alert.entity = "web-01".to_owned();
            alert.tags = vec!["Critical".to_owned(), "team:db".to_owned()];
            alert.details.insert("env".to_owned(), json!("prod"));
            alert.teams = vec![("t-1".to_owned(), "数据库组".to_owned())];
        });
        let batch = rig.read(start());
        assert_eq!((batch.issues.len(), batch.watermark, batch.clock), (1, Some(start()), Some(start())));
        let read = &batch.issues[0];
        let detail = read.source().unwrap();
        assert_eq!((read.id.as_str(), read.title.as_str()), (id.as_str(), "磁盘已满 <b>&amp;"));
        assert!(read.url.contains(&id) && read.url == rig.run().issue_url(&read.name));
        assert_eq!(read.level().unwrap().name, "P1");
        assert_eq!((read.status.id.as_str(), read.status.category), ("open", StatusCategory::Todo));
        assert_eq!(read.assignees[0].email.as_deref(), Some("li@example.com"));
        assert_eq!((detail.resource.as_str(), detail.resource_id.as_str()), ("web-01", "disk web-01"));
        assert_eq!((detail.channels[0].id.as_str(), detail.channels[0].name.as_str()), ("t-1", "数据库组"));
        assert!(detail.tags.contains(&("env".to_owned(), "prod".to_owned())));
        assert!(detail.tags.contains(&("team".to_owned(), "db".to_owned())));
        assert_eq!((&detail.extend["alias"], &detail.extend["count"]), (&json!("disk web-01"), &json!(1)));
        assert!(read.body.plain_text().starts_with("磁盘 95%"), "{kind:?} {}", read.body.plain_text());
    }
}

#[test]
fn every_form_of_an_answer_is_understood() {
    for kind in BOTH {
        for shape in [Shape::Documented, Shape::Data, Shape::Bare] {
            for next in [Next::Relative, Next::Absolute, Next::Null, Next::Missing] {
                let rig = Rig::switched(kind, |switches| {
                    (switches.shape, switches.next, switches.page) = (shape, next, 100);
                    (switches.thin_rows, switches.spelled_right, switches.all_statuses) = (true, true, true);
                    (switches.mixed_fractions, switches.integration_as_text) = (true, true);
                });
                for n in 0..205 {
                    rig.fake.fire(&format!("alias {n}"), &format!("alert {n}"));
                    rig.clock.0.advance(Duration::from_millis(70));
                }
                let ids: Vec<String> = rig.read(start()).issues.into_iter().map(|issue| issue.id.to_string()).collect();
                assert_eq!(ids.len(), 205, "{kind:?} {shape:?} {next:?}");
                assert!(rig.fake.recorded().iter().all(|one| !format!("{:?}", one.query).contains("hidden")));
            }
        }
    }
}

#[test]
fn a_page_that_is_shorter_than_asked_for_is_not_the_last_one_where_another_is_named() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| switches.page = 7);
        (0..20).for_each(|n| drop(rig.fake.fire(&format!("alias {n}"), &format!("alert {n}"))));
        assert_eq!(rig.changed(start()).len(), 20, "{kind:?}");
    }
}

#[test]
fn what_changed_is_brought_and_what_is_older_is_not() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let old: Vec<String> = (0..3).map(|n| rig.fake.fire(&format!("old {n}"), &format!("old {n}"))).collect();
        rig.pass(3600);
        let since = start() + TimeDelta::seconds(3600);
        rig.fake.edit(&old[1], |alert| alert.acknowledged = true);
        rig.fake.fire("new", "new");
        assert_eq!(rig.changed(since), ["new", "old 1"], "{kind:?}");
        assert_eq!(rig.issue(&old[1]).status.name, "Acknowledged");
    }
}

#[test]
fn an_idle_run_costs_one_request_on_opsgenie_and_two_on_jsm() {
    for (kind, thin) in [(Kind::Jsm, false), (Kind::Jsm, true), (Kind::Opsgenie, true)] {
        let rig = Rig::switched(kind, |switches| switches.thin_rows = thin);
        let ids: Vec<String> = (0..5).map(|n| rig.fake.fire(&format!("a {n}"), &format!("a {n}"))).collect();
        rig.fake.edit(&ids[0], |alert| alert.description = "why".to_owned());
        let first = rig.read(start());
        rig.requests();
        // The overlap reads the same rows again, and asks for none of them: nothing about them has changed.
        let again = rig.read(start());
        assert_eq!(rig.requests().len(), if kind == Kind::Jsm { 2 } else { 1 }, "{kind:?} {thin}");
        assert_eq!(first.issues, again.issues);
        rig.fake.edit(&ids[0], |alert| alert.description = "why not".to_owned());
        rig.pass(1);
        rig.fake.edit(&ids[0], |alert| alert.description = "why not".to_owned());
        assert!(rig.read(start()).issues.iter().any(|issue| issue.body.plain_text() == "why not"));
    }
}

#[test]
fn an_alert_that_closed_is_told_of_though_jsm_cannot_sort_by_update_time() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        for n in 0..150 {
            rig.pass(1);
            rig.fake.fire(&format!("later {n}"), "later");
        }
        rig.pass(3600);
        let since = rig.clock.0.now();
        assert!(rig.changed(since).is_empty(), "{kind:?}");
        rig.fake.close(&id, "wang@example.com");
        // Twice: the first run may have died before it had written it down.
        for _ in 0..2 {
            let batch = rig.read(since);
            assert_eq!(batch.issues.len(), 1, "{kind:?}");
            assert_eq!(batch.issues[0].status.category, StatusCategory::Done);
        }
        if kind == Kind::Opsgenie {
            assert_eq!(rig.read(since).issues[0].source().unwrap().updated_by.name, "wang@example.com");
        } else {
            assert!(rig.changed(since).is_empty());
        }
    }
}

#[test]
fn many_alerts_that_close_at_once_are_read_over_several_runs() {
    let rig = Rig::new(Kind::Jsm);
    let ids: Vec<String> = (0..230).map(|n| rig.fake.fire(&format!("a {n}"), &format!("a {n}"))).collect();
    for n in 0..101 {
        rig.pass(1);
        rig.fake.fire(&format!("later {n}"), "later");
    }
    rig.pass(3600);
    let since = rig.clock.0.now();
    rig.read(since);
    for id in &ids {
        rig.fake.close(id, "wang@example.com");
    }
    let mut told = std::collections::BTreeSet::new();
    for _ in 0..6 {
        rig.requests();
        told.extend(rig.changed(since));
        assert!(rig.requests().len() <= 4 + 100);
    }
    assert_eq!(told.len(), 230);
}

#[test]
fn alerts_that_are_hidden_all_at_once_are_not_taken_for_closed() {
    let rig = Rig::new(Kind::Jsm);
    let ids: Vec<String> = (0..3).map(|n| rig.fake.fire(&format!("a {n}"), &format!("a {n}"))).collect();
    rig.read(start());
    for status in [403, 404] {
        rig.fake.switch(|switches| switches.sees_nothing = Some(status));
        let batch = rig.read(start());
        assert!(batch.issues.is_empty(), "{status}");
        let batch = rig.run().issues(&[IssueId::new(&ids[0])]).unwrap();
        assert_eq!((batch.issues.len(), batch.unreadable.len()), (0, 1), "{status}: hidden, and not gone");
    }
}

#[test]
fn an_alert_that_was_deleted_is_gone_and_one_that_is_forbidden_is_not() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let (one, other) = (rig.fake.fire("a", "a"), rig.fake.fire("b", "b"));
        rig.fake.remove(&one);
        let batch = rig.run().issues(&[IssueId::new(&one), IssueId::new(&other)]).unwrap();
        assert_eq!((batch.issues.len(), batch.unreadable.len()), (1, 0), "{kind:?}");
        assert_eq!(rig.run().thread(&IssueId::new(&one)).unwrap(), None);
        rig.fake.switch(|switches| switches.sees_nothing = Some(403));
        let batch = rig.run().issues(&[IssueId::new(&other)]).unwrap();
        assert_eq!((batch.issues.len(), batch.unreadable.len()), (0, 1), "{kind:?}");
        assert_eq!(batch.unreadable[0].issue, Some(IssueId::new(&other)));
    }
}

#[test]
fn a_service_that_does_not_sort_by_update_time_is_noticed() {
    let rig = Rig::switched(Kind::Opsgenie, |switches| switches.sorts_by_update = false);
    let ids: Vec<String> = (0..4)
        .map(|n| {
            rig.pass(60);
            rig.fake.fire(&format!("a {n}"), &format!("a {n}"))
        })
        .collect();
    rig.pass(3600);
    let since = rig.clock.0.now();
    rig.changed(since);
    rig.fake.edit(&ids[1], |alert| alert.owner = "li@example.com".to_owned());
    assert_eq!(rig.changed(since), ["a 1"]);
    rig.requests();
    rig.fake.close(&ids[2], "wang@example.com");
    assert_eq!(rig.changed(since), ["a 1", "a 2"], "what closed is found by what is open no more");
    assert_eq!(rig.requests().iter().filter(|request| request.ends_with("/alerts")).count(), 2);
}

#[test]
fn beyond_what_a_list_shows_new_alerts_are_read_in_parts() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| (switches.window, switches.thin_rows) = (200, false));
        for n in 0..450 {
            rig.fake.fire(&format!("a {n}"), &format!("a {n}"));
            rig.pass(1);
        }
        let batch = rig.read(start());
        assert_eq!(batch.issues.len(), 450, "{kind:?}");
        let last = start() + TimeDelta::seconds(449);
        assert_eq!(batch.watermark, Some(last), "{kind:?}");
    }
}

#[test]
fn a_run_that_is_cut_off_goes_on_where_it_ended() {
    let rig = Rig::new(Kind::Opsgenie);
    (0..30).for_each(|n| drop(rig.fake.fire(&format!("a {n}"), &format!("a {n}"))));
    rig.fake.fail(Fault::new(What::Status(500, "{}".to_owned(), Vec::new())).path_contains("alerts/").nth(21));
    assert!(rig.run().changed(&Span::since(start())).is_err());
    rig.requests();
    assert_eq!(rig.changed(start()).len(), 30);
    assert_eq!(rig.requests().len(), 1 + 10, "what was read before is not asked for again");
}

#[test]
fn a_backfill_reads_what_was_made_in_its_window() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        for n in 0..6 {
            let id = rig.fake.fire(&format!("a {n}"), &format!("a {n}"));
            rig.pass(3600);
            rig.fake.close(&id, "li@example.com");
        }
        rig.pass(86_400);
        let from = start() + TimeDelta::hours(1);
        let span = Span { until: Some(start() + TimeDelta::hours(4)), ..Span::since(from) };
        let mut titles: Vec<String> =
            rig.run().changed(&span).unwrap().issues.into_iter().map(|issue| issue.title).collect();
        titles.sort();
        titles.retain(|title| title != "a 0");
        assert_eq!(titles, ["a 1", "a 2", "a 3"], "{kind:?}");
    }
}

#[test]
fn an_alert_that_was_made_of_a_jira_issue_does_not_become_one() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let (sync, integration) = (rig.fake.fire("OPS-7", "by sync"), rig.fake.fire("x", "by integration"));
        assert_eq!(rig.changed(start()).len(), 2);
        rig.pass(1);
        let outgoing = rig.fake.fire("y", "has one");
        rig.fake.edit(&sync, |alert| _ = alert.details.insert("issueKey".to_owned(), json!("OPS-7")));
        rig.fake.edit(&integration, |alert| alert.integration = ("JiraServiceDesk".to_owned(), "j".to_owned()));
        rig.fake.edit(&outgoing, |alert| _ = alert.details.insert("issueKey".to_owned(), json!("OPS-8")));
        assert_eq!(rig.changed(start()), ["has one"], "{kind:?}: `check` names it");
    }
}

#[test]
fn one_odd_row_costs_one_row() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let (good, bad) = (rig.fake.fire("a", "good"), rig.fake.fire("b", "bad"));
        rig.fake.fail(Fault::new(What::Reword(bad, "a/../b".to_owned())).path_contains("alerts").times(Times::Always));
        let batch = rig.read(start());
        assert_eq!(batch.issues.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [good.as_str()], "{kind:?}");
        assert!(!batch.unreadable.is_empty() && batch.unreadable.iter().all(|odd| odd.issue.is_none()));
        let odd = rig.run().issues(&[IssueId::new("a/../b")]).unwrap();
        assert!(odd.issues.is_empty(), "an id that leads elsewhere is not asked for");
        assert!(rig.requests().iter().all(|request| !request.contains("..")));
    }
}

#[test]
fn a_list_that_repeats_itself_is_not_read_for_ever() {
    let page = json!({"data": [{"id": "a-1", "createdAt": "2026-11-22T10:00:00Z", "updatedAt": "2026-11-22T10:00:00Z",
        "description": ""}], "paging": {"next": "https://x/v2/alerts?offset=1"}});
    let mut rig = Rig::new(Kind::Opsgenie);
    let server = super::super::rig::Canned(vec![("/v2/alerts", page)]).serve();
    rig.settings.base_url = server.base_url();
    let error = rig.run().changed(&Span::since(start())).unwrap_err();
    assert!(error.message.contains("nothing but what was read before"), "{error}");
    assert_eq!(server.recorded().len(), 2);
}

#[test]
fn who_is_on_call_is_asked_of_the_alerts_teams_or_of_one_schedule() {
    for kind in BOTH {
        let mut rig = Rig::new(kind);
        let who: &[&str] = if kind == Kind::Jsm { &["5b2b0e011b3a756623f4e25e"] } else { &["li@example.com"] };
        rig.fake.add_schedule("数据库 on call", "t-1", who);
        rig.fake.add_schedule("network", "t-2", &["wang@example.com", "li@example.com"]);
        (0..60).for_each(|n| drop(rig.fake.add_schedule(&format!("s {n}"), "t-9", &[])));
        let id = rig.fake.fire("disk", "disk");
        rig.fake.edit(&id, |alert| alert.teams = vec![("t-1".to_owned(), String::new())]);
        let alert = rig.issue(&id);
        let people = |rig: &Rig| rig.run().on_call(&alert).unwrap();
        assert_eq!(people(&rig), who, "{kind:?}");
        rig.settings.schedule = Some("Network".to_owned());
        assert_eq!(people(&rig), ["wang@example.com", "li@example.com"], "{kind:?}");
        rig.settings.schedule = Some("none".to_owned());
        assert!(people(&rig).is_empty());
        rig.requests();
        rig.read(start());
        assert!(rig.requests().iter().all(|request| !request.contains("schedules")), "only those who need it ask");
    }
}
