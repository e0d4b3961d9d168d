//! Every kind of failure, odd and published answers, and `check`.

use super::*;
use guajira::ports::{Threads as _, Writes as _};

#[test]
fn a_read_is_tried_again_where_that_helps_and_each_try_asks_the_budget() {
    let cases = [
        (What::DropBefore, true),
        (What::Status(502, "bad gateway".to_owned(), Vec::new()), true),
        (What::Status(503, "{}".to_owned(), vec![("Retry-After".to_owned(), "3".to_owned())]), true),
        (What::Status(503, "{}".to_owned(), vec![("Retry-After".to_owned(), "600".to_owned())]), false),
        (What::Status(500, "{}".to_owned(), Vec::new()), false),
        (What::LoginPage, false),
        (What::Garbage, false),
    ];
    for (what, again) in cases {
        let rig = Rig::new();
        rig.run().identify().unwrap();
        rig.requests();
        rig.slots.taken.borrow_mut().clear();
        rig.fake.fail(Fault::new(what.clone()).path_prefix(LIST));
        let result = rig.run().changed(&span(start(), None));
        assert_eq!(result.is_ok(), again, "{what:?}");
        if let Err(error) = result {
            assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "{what:?}: {error}");
        }
        assert_eq!(rig.requests().len(), 1 + usize::from(again), "{what:?}");
        assert_eq!(rig.slots.taken.borrow().as_slice(), vec![Urgency::Read; 1 + usize::from(again)], "{what:?}");
    }
    let rig = Rig::new();
    rig.fake.fail(Fault::new(What::Status(502, String::new(), Vec::new())).times(Times::Always));
    assert!(rig.run().identify().is_err());
    assert_eq!(rig.requests().len(), 3);
    *rig.slots.left.borrow_mut() = 1;
    let error = rig.run().identify().unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "the first failure is told, not the budget");
}

#[test]
fn without_a_slot_nothing_is_sent() {
    let rig = Rig::new();
    *rig.slots.left.borrow_mut() = 0;
    assert_eq!(rig.run().identify().unwrap_err().kind, ApiErrorKind::OutOfBudget);
    assert_eq!(rig.push(copy("issue_1", "x")).unwrap_err().kind, ApiErrorKind::OutOfBudget);
    assert!(rig.requests().is_empty());
}

#[test]
fn slow_down_is_not_a_bad_key() {
    let rig = Rig::new();
    rig.run().identify().unwrap();
    rig.fake.limit(0, 1000);
    let minute = Duration::from_mins(1);
    // A write is tried again like any other that failed.
    let read = (rig.run().changed(&span(start(), None)).map(drop), Some(minute));
    for (result, retry_after) in [read, (rig.push(copy("issue_1", "x")).map(drop), None)] {
        assert_eq!(result.unwrap_err().kind, ApiErrorKind::Unavailable { retry_after });
    }
    assert_eq!(*rig.slots.rested.borrow(), [(0, minute), (0, minute)]);
}

#[test]
fn a_second_key_serves_when_the_first_must_rest() {
    let keys = ["one", "two"].map(|name| ApiKey { name: name.to_owned(), secret: format!("secret-{name}") });
    let rig = Rig::with(Options { keys: keys.to_vec(), ..Options::default() });
    rig.fake.open_issue("a", "", "P1", "张三");
    rig.fake.limit(2, 1000);
    rig.changed(start());
    assert_eq!(rig.changed(start()).len(), 1);
    assert_eq!(rig.slots.rested.borrow().as_slice(), [(0, Duration::from_mins(1))]);
}

#[test]
fn a_short_wait_that_the_service_names_is_waited_for() {
    let rig = Rig::switched(|switches| switches.retry_after = Some(2));
    rig.run().identify().unwrap();
    rig.fake.limit(0, 1000);
    let error = rig.run().changed(&span(start(), None)).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable { retry_after: Some(Duration::from_secs(2)) });
    assert_eq!((rig.clock.0.now() - start()).num_seconds(), 4);
    assert_eq!(rig.slots.rested.borrow().len(), 3);
}

#[test]
fn a_bad_key_is_unauthorized_whatever_the_status_and_never_shown() {
    for status in [401, 403] {
        let mut rig = Rig::switched(|switches| switches.bad_key_status = status);
        rig.settings.api_keys = vec![Secret::new("wrong-and-secret")];
        let error = rig.run().identify().unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unauthorized);
        assert!(error.hint.unwrap().contains("Key ID"));
    }
    let rig = Rig::new();
    let echo = json!({"code": 403, "errorCode": "ft.InvalidAPIKey", "message": format!("no key {KEY}")}).to_string();
    rig.fake.fail(Fault::new(What::Status(403, echo, Vec::new())));
    let error = format!("{:?}", rig.run().identify().unwrap_err());
    assert!(error.contains("no key (redacted)") && !error.contains(KEY), "{error}");
}

#[test]
fn a_service_that_is_not_there_is_unavailable_for_reads_and_writes() {
    let mut rig = Rig::new();
    let gone = FakeGuance::start(Options::default()).base_url();
    rig.settings.base_url = gone;
    for result in [rig.run().identify().map(drop), rig.push(copy("issue_1", "x")).map(drop)] {
        assert_eq!(result.unwrap_err().kind, ApiErrorKind::Unavailable { retry_after: None });
    }
}

#[test]
fn one_bad_row_costs_one_row() {
    let good = json!({"uuid": "issue_1", "name": "good", "createAt": 1_700_000_000, "creator": "acnt_1"});
    let rows = json!([good, {"uuid": "issue_2", "name": "no time"}, {"name": "no id"}, 7, {"uuid": "a/b"}]);
    let page = json!({"code": 200, "content": {"data": rows}, "success": true});
    let reply = json!({"uuid": "repim_1", "type": "reply", "content": "x", "createAt": 1_700_000_000});
    let thread = json!({"code": 200, "content": [reply, {"uuid": ""}], "success": true});
    let channels = json!({"code": 200, "content": [{"uuid": "chan_1", "name": "default"}], "success": true});
    let server = Canned(vec![(LIST, page), ("issue_1/list", thread), ("quick_list", channels)]).serve();
    let (slots, clock) = (Slots::new(Side::GUANCE, 1), SimClock::fixed(start()));
    let (facts, ours, http) = (Memory::new(clock.clone()), OurClock(clock), http());
    let run = Guance::new(settings(&server.base_url(), vec![Secret::new(KEY)]), &http, &slots, &facts, &ours, &NoStop);

    let batch = run.changed(&span(start(), None)).unwrap();
    assert_eq!(batch.issues.iter().map(|issue| issue.title.as_str()).collect::<Vec<_>>(), ["good"]);
    let unreadable: Vec<_> = batch.unreadable.iter().map(|u| u.issue.as_ref().map(IssueId::as_str)).collect();
    assert_eq!(unreadable, [Some("issue_2"), None, None, None]);

    assert_eq!(run.thread(&IssueId::new("issue_1")).unwrap().unwrap().len(), 1);
    let wanted = Wanted {
        key: Key::comment(Side::JIRA, &CommentId::new("1")),
        issue: Some(IssueId::new("issue_1")),
        project: None,
        content: None,
    };
    assert_eq!(
        run.find(&[wanted], &|_, _| false).unwrap(),
        [Lookup::Unsure],
        "a thread that was not read whole proves no absence"
    );
}

#[test]
fn check_says_what_works_and_how_to_mend_what_does_not() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    let findings = rig.run().check();
    assert!(findings.iter().all(|finding| finding.result.is_ok()), "{findings:?}");
    assert!(
        findings.iter().any(|finding| finding.result.as_ref().is_ok_and(|detail| detail.to_string().contains("紧急")))
    );
    assert_eq!(rig.requests().len(), 3);

    let mut lost = rig.settings.clone();
    lost.channel = "oops".to_owned();
    let clock = OurClock(SimClock::fixed(start() + TimeDelta::minutes(5)));
    let findings = Guance::new(lost, &rig.http, &rig.slots, &rig.facts, &clock, &NoStop).check();
    let bad: Vec<_> = findings.iter().filter(|f| f.result.is_err()).map(|f| (f.what.to_string(), f.fatal)).collect();
    let want = [("guance channel \"oops\"", true), ("clock against guance", false)];
    assert_eq!(bad, want.map(|(what, fatal)| (what.to_owned(), fatal)));
    assert!(findings.iter().filter(|f| f.result.is_err()).all(|f| f.hint.is_some()));

    rig.fake.switch(|switches| switches.bad_key_status = 401);
    let wrong = settings(&rig.fake.base_url(), vec![Secret::new("wrong")]);
    let findings = Guance::new(wrong, &rig.http, &rig.slots, &rig.facts, &clock, &NoStop).check();
    assert!(findings.len() == 1 && findings[0].fatal && findings[0].hint.is_some());
}

#[test]
fn the_published_answers_are_understood() {
    let Some(folder) = published("guance-examples") else { return };
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap()
    };
    // Only what is in the thread, and our account's, is written over.
    let mut thread = read("issue-reply-list");
    thread["content"] = serde_json::json!([read("issue-reply-create")["content"]]);
    let server = Canned(vec![
        ("issue_a3c3f3850d914a0d8ad5dee4f8ac6040/list", thread),
        (LIST, read("issue-list")),
        ("/get", read("issue-get")),
        ("/create", read("issue-reply-create")),
        ("/modify", read("issue-reply-modify")),
        ("/delete", read("issue-reply-delete")),
        ("quick_list", read("channel-quick-list")),
        ("issue-level/list", read("issue-level-list")),
        ("/list", read("issue-reply-list")),
    ])
    .serve();
    let (slots, clock) = (Slots::new(Side::GUANCE, 1), SimClock::fixed(start()));
    let (facts, ours, http) = (Memory::new(clock.clone()), OurClock(clock), http());
    let mut published = settings(&server.base_url(), vec![Secret::new(KEY)]);
    published.channel = "test频道_20230406T1549314fPYn0".to_owned();
    let run = Guance::new(published, &http, &slots, &facts, &ours, &NoStop);

    let batch = run.changed(&span(start(), None)).unwrap();
    let listed = &batch.issues[0];
    assert_eq!((listed.title.as_str(), listed.status.name.as_str()), ("bbbb", "Pending"));
    assert_eq!(listed.level().unwrap().name, "P2");
    assert!(listed.body.plain_text().contains("@member1@example.com"), "{:?}", listed.body);
    assert_eq!(batch.watermark.unwrap().timestamp(), 1_690_424_627);

    let got = run.issues(&[IssueId::new("issue_7572b4f7aea4473697e0f0949f4c9035")]).unwrap().issues.remove(0);
    assert_eq!((got.author.name.as_str(), got.author.email.as_deref()), ("接口测试", None));
    assert_eq!((got.level().unwrap().name.as_str(), got.body.plain_text().trim()), ("P3", "kong"));

    let issue = IssueId::new("issue_db6629a4e2cd4f92a95dae0d6d5b44ec");
    assert_eq!(run.thread(&issue).unwrap(), Some(Vec::new()), "a change row is nobody's words");
    let copied = copy("issue_a3c3f3850d914a0d8ad5dee4f8ac6040", "aaa");
    assert_eq!(run.push(&[copied])[0].as_ref().unwrap().id, "repim_73265eb9e69449de8d0b98e3b789a174");
    let edited = edit("issue_a3c3f3850d914a0d8ad5dee4f8ac6040", "repim_73265eb9e69449de8d0b98e3b789a174", "aaaaas");
    assert_eq!(run.push(&[edited])[0].as_ref().unwrap().at.unwrap().timestamp(), 1_690_811_215);
    run.push(&[delete("issue_1", "repim_1")]).remove(0).unwrap();
    assert!(run.check().iter().filter(|finding| finding.fatal).all(|finding| finding.result.is_ok()));
}
