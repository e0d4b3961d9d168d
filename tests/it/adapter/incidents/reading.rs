//! What a poll brings, whatever the lists are like.

use guajira::ports::ThreadPart;

use super::*;

const LISTS: [IncidentList; 4] =
    [IncidentList::Nested, IncidentList::TopLevel, IncidentList::BareObject, IncidentList::BareArray];

#[test]
fn an_incident_is_an_issue_in_every_form_of_its_answers() {
    for list in LISTS {
        for (objects, tells, enveloped) in [(false, false, false), (true, true, true), (false, true, false)] {
            let rig = Rig::switched(|switches| {
                (switches.list, switches.objects, switches.tells_assigners) = (list, objects, tells);
                (switches.get_enveloped, switches.get_tells_uuid) = (enveloped, enveloped);
            });
            let id = rig.fake.open_incident("errors rose", "P1");
            rig.fake.claim_incident(&id, "张三");
            rig.fake.edit_incident(&id, "张三", |incident| incident.tags = vec!["env:prod".to_owned()]);
            let batch = rig.read(start() - TimeDelta::minutes(1));
            let case = format!("{list:?} {objects} {tells} {enveloped}");
            assert_eq!(batch.unreadable, [], "{case}");
            for issue in [batch.issues[0].clone(), rig.issue(&id)] {
                assert_eq!((issue.id.as_str(), issue.title.as_str()), (id.as_str(), "errors rose"), "{case}");
                assert_eq!(issue.level().unwrap().name, "P1", "{case}");
                assert_eq!(issue.status.category, StatusCategory::InProgress, "{case}");
                assert_eq!(issue.assignees[0].name, "张三", "{case}");
                assert!(issue.assignees[0].email.is_some(), "{case}");
                let tags = &issue.source().unwrap().tags;
                let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
                assert_eq!(*tags, [pair("service", "cart"), pair("env", "prod")], "{case}");
                assert!(issue.url.starts_with(CONSOLE) && issue.url.ends_with(&id), "{}", issue.url);
                assert_eq!((issue.created, issue.thread.is_none()), (start(), true), "{case}");
            }
            assert_eq!(batch.watermark, Some(start()), "{case}");
        }
    }
}

#[test]
fn every_change_is_seen_whatever_the_range_is_about() {
    for range in [IncidentRange::Created, IncidentRange::Updated] {
        for (required, longest) in [(false, None), (true, None), (true, Some(TimeDelta::days(60)))] {
            let rig = Rig::switched(|switches| {
                (switches.range, switches.range_required, switches.longest_range) = (range, required, longest);
            });
            let case = format!("{range:?} {required} {longest:?}");
            let [old, other] = ["old", "other"].map(|name| rig.fake.open_incident(name, "P0"));
            assert_eq!(rig.poll(), [told("old", "open"), told("other", "open")], "{case}");
            rig.pass(30);
            rig.fake.claim_incident(&old, "张三");
            let seen = rig.poll();
            assert!(seen.contains(&told("old", "working")), "{case}: {seen:?}");
            rig.pass(2);
            rig.fake.move_incident(&old, "closed", "张三");
            let seen = rig.poll();
            assert!(seen.contains(&told("old", "closed")), "{case}: {seen:?}");
            rig.pass(2);
            rig.fake.open_incident("new", "P2");
            rig.fake.move_incident(&other, "resolved", "张三");
            let seen = rig.poll();
            assert!(
                seen.contains(&told("new", "open")) && seen.contains(&told("other", "resolved")),
                "{case}: {seen:?}"
            );
        }
    }
}

#[test]
fn an_idle_poll_is_one_request_where_the_list_tells_of_changes_and_two_elsewhere() {
    for (range, want) in [(IncidentRange::Created, 2), (IncidentRange::Updated, 1)] {
        let rig = Rig::switched(|switches| switches.range = range);
        let id = rig.fake.open_incident("old", "P0");
        rig.poll();
        rig.pass(30);
        rig.fake.claim_incident(&id, "张三");
        rig.poll();
        rig.poll();
        rig.requests();
        rig.poll();
        assert_eq!(rig.requests().len(), want, "{range:?}");
        // A sweep or a second part of the same run lists what is open no more than once.
        let run = rig.run();
        for _ in 0..2 {
            run.changed(&Span::since(start())).unwrap();
        }
        assert_eq!(rig.requests().len(), want + 1, "{range:?}");
    }
}

#[test]
fn a_list_is_read_to_its_end_whatever_its_pages_are_like() {
    for list in LISTS {
        for limit in [PageLimit::None, PageLimit::Refuse(50), PageLimit::Refuse(10), PageLimit::Clamp(20)] {
            for order in [IncidentOrder::NewestFirst, IncidentOrder::OldestFirst, IncidentOrder::UpdatedFirst] {
                let rig = Rig::switched(|switches| {
                    (switches.list, switches.page_limit, switches.order) = (list, limit, order);
                });
                for n in 0..45 {
                    rig.fake.open_incident(&format!("{n}"), "P0");
                }
                assert_eq!(rig.poll().len(), 45, "{list:?} {limit:?} {order:?}");
            }
        }
    }
}

#[test]
fn a_list_longer_than_the_requests_is_divided() {
    let rig = Rig::switched(|switches| switches.page_limit = PageLimit::Clamp(10));
    for n in 0..45 {
        rig.fake.open_incident(&format!("{n}"), "P0");
    }
    let span = Span { until: Some(start() + TimeDelta::hours(1)), ..Span::since(start()) };
    let (batch, parts) = rig.run().changed_within(&span, 2).unwrap();
    assert!(parts.is_some_and(|parts| parts >= 2) && batch.issues.len() < 45);
    assert_eq!(rig.run().changed_within(&span, 9).unwrap().1, None);
    *rig.slots.left.borrow_mut() = 2;
    let error = rig.run().changed(&span).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::OutOfBudget);
}

#[test]
fn a_range_that_is_too_long_is_divided() {
    let rig = Rig::switched(|switches| switches.longest_range = Some(TimeDelta::days(3)));
    let long = Span { until: Some(start()), ..Span::since(start() - TimeDelta::days(30)) };
    let (batch, parts) = rig.run().changed_within(&long, 9).unwrap();
    assert!(batch.issues.is_empty() && parts.is_some_and(|parts| parts >= 2));
    let short = Span { until: Some(start()), ..Span::since(start() - TimeDelta::days(2)) };
    assert_eq!(rig.run().changed_within(&short, 9).unwrap().1, None);
}

#[test]
fn an_incident_that_ended_is_read_by_id_in_two_runs_and_not_more() {
    let rig = Rig::new();
    let ids: Vec<String> = (0..8).map(|n| rig.fake.open_incident(&format!("{n}"), "P0")).collect();
    rig.poll();
    rig.pass(30);
    for id in &ids {
        rig.fake.move_incident(id, "closed", "张三");
    }
    let mut seen: Vec<usize> = Vec::new();
    for _ in 0..6 {
        seen.push(rig.poll().len());
    }
    assert_eq!(seen, [5, 5, 5, 1, 0, 0], "eight, twice each, five in a run");
}

#[test]
fn what_is_not_there_is_no_issue_and_no_error() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    rig.poll();
    rig.fake.remove_incident(&id);
    rig.pass(30);
    assert_eq!(rig.poll(), []);
    let batch = rig.run().issues(&[IssueId::new(id), IssueId::new("incident_x/../../y")]).unwrap();
    assert_eq!((batch.issues.len(), batch.unreadable.len()), (0, 0));
}

#[test]
fn a_list_of_what_is_open_that_fails_costs_nothing_else() {
    for what in [What::Garbage, What::Status(403, String::from("no"), Vec::new())] {
        let rig = Rig::new();
        rig.fake.open_incident("errors rose", "P1");
        rig.fake.fail(Fault::new(what.clone()).path_contains("incidents/list").nth(2).times(Times::Always));
        assert_eq!(rig.poll(), [told("errors rose", "open")], "{what:?}");
    }
}

#[test]
fn a_row_that_is_not_understood_is_told_and_costs_nothing_else() {
    let rig = Rig::new();
    let odd = rig.fake.open_incident("odd", "P1");
    rig.fake.open_incident("good", "P1");
    rig.fake.edit_incident(&odd, "张三", |incident| incident.status = String::new());
    let batch = rig.read(start() - TimeDelta::minutes(1));
    assert_eq!(batch.issues.len(), 1);
    assert!(
        batch
            .unreadable
            .iter()
            .all(|one| one.issue == Some(IssueId::new(odd.as_str())) && one.why == "no incidentsStatus")
    );
}

#[test]
fn a_failed_reading_says_what_it_means() {
    for (what, want) in [
        (What::DropBefore, ApiErrorKind::Unavailable { retry_after: None }),
        (What::Garbage, ApiErrorKind::Unavailable { retry_after: None }),
        (What::Status(403, "{\"errorCode\": \"ft.NoPermission\"}".to_owned(), Vec::new()), ApiErrorKind::Refused),
    ] {
        let rig = Rig::new();
        rig.fake.fail(Fault::new(what.clone()).times(Times::Always));
        let error = rig.run().changed(&Span::since(start())).unwrap_err();
        assert_eq!(error.kind, want, "{what:?}");
        if want == ApiErrorKind::Refused {
            assert!(error.hint.unwrap().contains("Incident Center"));
        }
    }
}

#[test]
fn nothing_was_created_by_us_and_no_thread_holds_anything() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    let ours = rig.run().changed(&Span { ours_only: true, ..Span::since(start()) }).unwrap();
    assert!(ours.issues.is_empty() && rig.requests().is_empty());
    let run = rig.run();
    assert!(run.abilities().threads.is_none() && run.about().comments_once);
    assert_eq!(run.abilities().names(), run.about().abilities);
    let part: ThreadPart = run.thread_part(&IssueId::new(id), None, 1).unwrap().unwrap();
    assert!(part.comments.is_empty() && part.next.is_none());
}

#[test]
fn a_check_reads_what_there_is() {
    let rig = Rig::new();
    rig.fake.open_incident("errors rose", "P1");
    let findings = rig.run().check();
    assert!(findings.iter().all(|finding| finding.result.is_ok()), "{findings:?}");
    assert_eq!(rig.requests().len(), 1);
    rig.fake.fail(Fault::new(What::Status(403, "{\"errorCode\": \"ft.InvalidAPIKey\"}".to_owned(), Vec::new())));
    assert!(rig.run().check()[0].result.is_err());
}
