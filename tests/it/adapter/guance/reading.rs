//! What is read: every shape, order, page size and window, levels and threads.

use super::*;
use guajira::ports::Threads as _;

#[test]
fn what_is_said_of_its_abilities_is_what_it_has() {
    let rig = Rig::new();
    let run = rig.run();
    assert_eq!(run.abilities().names(), run.about().abilities);
}

#[test]
fn an_idle_run_costs_one_request() {
    let rig = Rig::new();
    rig.fake.open_issue("old", "", "P1", "张三");
    rig.clock.0.advance(Duration::from_hours(2));
    let now = rig.clock.0.now();
    rig.run().identify().unwrap();
    rig.changed(now);
    let first = ["GET /api/v1/workspace/get", "GET /api/v1/channel/quick_list", "POST /api/v1/issue/list"];
    assert_eq!(rig.requests(), first);

    let run = rig.run();
    assert_eq!(run.identify().unwrap().account, "");
    assert!(run.changed(&span(now, None)).unwrap().issues.is_empty());
    assert_eq!(rig.requests(), ["POST /api/v1/issue/list"]);
}

#[test]
fn a_new_state_learns_the_channel_and_the_clock_at_once() {
    let rig = Rig::new();
    let identity = rig.run().identify().unwrap();
    assert_eq!((identity.clock, identity.service.as_str()), (Some(start()), Options::default().workspace.as_str()));
    assert_eq!(rig.requests(), ["GET /api/v1/workspace/get", "GET /api/v1/channel/quick_list"]);
    let mut by_uuid = rig.settings.clone();
    by_uuid.channel = rig.fake.channel("default");
    let facts = Memory::new(rig.clock.0.clone());
    let run = Guance::new(by_uuid, &rig.http, &rig.slots, &facts, &rig.clock, &NoStop);
    run.identify().unwrap();
    run.changed(&span(start(), None)).unwrap();
    assert_eq!(rig.requests(), ["GET /api/v1/workspace/get", "POST /api/v1/issue/list"]);
}

#[test]
fn a_workspace_that_is_not_told_is_asked_for_once_a_day() {
    let rig = Rig::new();
    let refused = json!({"code": 403, "success": false, "errorCode": "ft.NoPermission", "message": "no"}).to_string();
    let answer = What::Status(403, refused, Vec::new());
    rig.fake.fail(Fault::new(answer).path_contains("/workspace/get").times(Times::Always));
    for _ in 0..2 {
        assert_eq!(rig.run().identify().unwrap().service, "");
    }
    assert_eq!(rig.requests(), ["GET /api/v1/workspace/get", "GET /api/v1/channel/quick_list"]);
    rig.fake.clear_faults();
    rig.clock.0.advance(Duration::from_hours(25));
    assert_eq!(rig.run().identify().unwrap().service, Options::default().workspace);
}

#[test]
fn a_channel_that_was_made_anew_is_looked_up_again() {
    let mut rig = Rig::with(Options { channels: vec!["ops".to_owned()], ..Options::default() });
    rig.settings.channel = "ops".to_owned();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let old = rig.fake.channel("ops");
    rig.fake.edit_issue(&issue, "张三", |issue| issue.channels = vec![old]);
    assert_eq!(rig.changed(start()).len(), 1);
    rig.fake.recreate_channel("ops");
    assert_eq!(rig.changed(start()).len(), 0);
    rig.requests();
    rig.changed(start());
    assert_eq!(rig.requests(), ["POST /api/v1/issue/list"]);
}

#[test]
fn a_channel_that_does_not_exist_is_said_with_those_that_do() {
    let mut rig = Rig::with(Options { channels: vec!["ops".to_owned()], ..Options::default() });
    rig.settings.channel = "oops".to_owned();
    let error = rig.run().identify().unwrap_err();
    assert!(error.message.contains("\"oops\"") && error.hint.unwrap().contains("default, ops"));
}

#[test]
fn every_issue_is_read_whatever_the_list_looks_like() {
    for shape in [ListShape::Nested, ListShape::Bare, ListShape::BareWithoutPages] {
        for limit in [PageLimit::None, PageLimit::Refuse(50), PageLimit::Clamp(20)] {
            for order in [Order::NewestFirst, Order::OldestFirst, Order::UpdatedFirst] {
                let rig = Rig::switched(|switches| {
                    (switches.list_shape, switches.page_limit, switches.order) = (shape, limit, order);
                });
                // More than one page of what is asked for, or granted.
                let count = if limit == PageLimit::None { 110 } else { 51 };
                let mut opened = rig.open(count);
                let batch = rig.run().changed(&span(start(), None)).unwrap();
                let mut read: Vec<_> = batch.issues.iter().map(|issue| issue.id.as_str().to_owned()).collect();
                opened.sort();
                read.sort();
                assert_eq!(read, opened, "{shape:?} {limit:?} {order:?}");
                assert_eq!(batch.watermark, Some(rig.clock.0.now()));
                assert_eq!(batch.clock, batch.watermark);
            }
        }
    }
}

#[test]
fn a_refused_page_size_is_not_asked_for_again() {
    let rig = Rig::switched(|switches| switches.page_limit = PageLimit::Refuse(50));
    rig.changed(start());
    rig.requests();
    rig.changed(start());
    assert_eq!(rig.requests().len(), 1);
}

#[test]
fn a_window_holds_what_was_opened_in_it_also_where_it_is_about_updates() {
    let hour = TimeDelta::hours(1);
    for window in [Window::Created, Window::Updated] {
        let rig = Rig::switched(|switches| switches.window = window);
        let at = |n: i64| {
            rig.clock.0.stop_at(start() + hour * i32::try_from(n).unwrap());
            rig.fake.open_issue(&format!("opened at {n}"), "", "P1", "张三")
        };
        let (before, inside, touched) = (at(0), at(2), at(3));
        rig.fake.edit_issue(&before, "李四", |issue| issue.status_type = 30);
        rig.clock.0.advance(Duration::from_hours(5));
        rig.fake.edit_issue(&touched, "李四", |issue| issue.status_type = 20);
        let window_of = span(start() + hour, Some(start() + hour * 4));
        let batch = rig.run().changed(&window_of).unwrap();
        for wanted in [&inside, &touched] {
            assert!(batch.issues.iter().any(|issue| issue.id.as_str() == wanted), "{window:?}");
        }
    }
}

#[test]
fn a_clock_of_ours_that_is_days_slow_hides_nothing() {
    let rig = Rig::new();
    rig.fake.open_issue("new", "", "P1", "张三");
    let slow = OurClock(SimClock::fixed(start() - TimeDelta::days(3)));
    let run = Guance::new(rig.settings.clone(), &rig.http, &rig.slots, &rig.facts, &slow, &NoStop);
    assert_eq!(run.changed(&span(start() - TimeDelta::days(4), None)).unwrap().issues.len(), 1);
    rig.facts.remember("guance.channel.default", &rig.fake.channel("default"));
    let run = Guance::new(rig.settings.clone(), &rig.http, &rig.slots, &rig.facts, &slow, &NoStop);
    assert_eq!(run.changed(&span(start() - TimeDelta::days(4), None)).unwrap().issues.len(), 1);
}

#[test]
fn what_only_we_created_is_nothing_here_and_costs_nothing() {
    let rig = Rig::new();
    rig.fake.open_issue("a", "", "P1", "张三");
    let ours = Span { ours_only: true, ..span(start(), None) };
    assert!(rig.run().changed(&ours).unwrap().issues.is_empty());
    assert!(rig.requests().is_empty());
}

#[test]
fn an_issue_says_all_that_the_service_says() {
    let rig = Rig::switched(|switches| switches.float_times = true);
    let id = rig.fake.open_issue("磁盘满 <b>", "<p>看 <b>这里</b></p>", "P3", "张三");
    rig.clock.0.advance(Duration::from_secs(30));
    rig.fake.edit_issue(&id, "李四", |issue| {
        "磁盘使用率".clone_into(&mut issue.resource);
        issue.status_type = 15;
    });
    for issue in [rig.changed(start()).remove(0), rig.run().issues(&[IssueId::new(&id)]).unwrap().issues.remove(0)] {
        assert_eq!((issue.title.as_str(), issue.source().unwrap().resource.as_str()), ("磁盘满 <b>", "磁盘使用率"));
        assert_eq!((issue.status.name.as_str(), issue.author.name.as_str()), ("Working", "张三"));
        assert_eq!(issue.level().unwrap().name, "P3");
        assert_eq!((issue.created, issue.updated.timestamp()), (start(), start().timestamp() + 30));
        assert!(issue.url.starts_with("https://console.example.com/exceptions/") && issue.url.ends_with(&id));
        assert!(issue.author.id.starts_with("acnt_") && issue.thread.is_none() && issue.claim.is_none());
        assert!(issue.body.plain_text().contains("这里") && !issue.body.plain_text().contains('<'));
    }
}

#[test]
fn an_issue_that_is_gone_is_left_out_of_a_read_by_id() {
    let rig = Rig::new();
    let id = rig.fake.open_issue("a", "", "P1", "张三");
    let ids = [IssueId::new("issue_gone"), IssueId::new(&id), IssueId::new("../../evil")];
    let batch = rig.run().issues(&ids).unwrap();
    assert_eq!(batch.issues.len(), 1);
    assert!(batch.unreadable.is_empty() && batch.watermark.is_none());
    assert!(rig.requests().iter().all(|request| !request.contains("evil")));
}

#[test]
fn the_names_of_levels_are_asked_for_only_when_one_is_unknown_and_once_a_run() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    let levels = |issues: Vec<Issue>| -> Vec<Option<String>> {
        issues.into_iter().map(|issue| issue.level().map(|level| level.name.clone())).collect()
    };
    rig.fake.open_issue("a", "", "P0", "张三");
    assert_eq!(levels(rig.changed(start())), [Some("P0".to_owned())]);
    assert!(!rig.requests().iter().any(|request| request.contains("issue-level")));

    rig.clock.0.advance(Duration::from_mins(1));
    rig.fake.open_issue("b", "", "紧急", "张三");
    rig.fake.open_issue("c", "", "issl_unknown", "张三");
    let since = start() + TimeDelta::seconds(1);
    let want = [Some("issl_unknown".to_owned()), Some("紧急".to_owned())];
    assert_eq!(levels(rig.changed(since)), want);
    assert_eq!(rig.requests().iter().filter(|request| request.contains("issue-level")).count(), 1);
    assert_eq!(levels(rig.changed(since)), want);
    assert_eq!(rig.requests().len(), 1, "an unknown level is not asked for again at once");

    let new = rig.fake.add_level("昨天新建");
    rig.fake.edit_issue(&rig.fake.issues()[2].uuid.clone(), "张三", |issue| issue.level = new);
    rig.clock.0.advance(Duration::from_mins(11));
    assert_eq!(levels(rig.changed(since))[0].as_deref(), Some("昨天新建"));
}

#[test]
fn a_level_that_cannot_be_named_fails_the_read_rather_than_losing_the_issue() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    rig.fake.open_issue("b", "", "紧急", "张三");
    let dead = What::Status(500, String::new(), Vec::new());
    rig.fake.fail(Fault::new(dead).path_contains("issue-level").times(Times::Always));
    assert!(rig.run().changed(&span(start(), None)).is_err());
}

#[test]
fn a_level_has_one_name_in_every_form() {
    for (form, want) in [(LevelForm::Uuid, Some("P2")), (LevelForm::Integer, Some("P2")), (LevelForm::Empty, None)] {
        let rig = Rig::switched(|switches| switches.level_form = form);
        rig.fake.open_issue("a", "", "P2", "张三");
        assert_eq!(rig.changed(start())[0].level().map(|level| level.name.as_str()), want);
    }
}

#[test]
fn a_thread_comes_whole_and_oldest_first_without_what_the_service_noted() {
    for limit in [PageLimit::None, PageLimit::Refuse(50), PageLimit::Clamp(10)] {
        let rig = Rig::switched(|switches| switches.page_limit = limit);
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        let mut want = Vec::new();
        for n in 0..120 {
            rig.clock.0.advance(Duration::from_secs(n % 2));
            want.push(rig.fake.reply(&issue, "张三", &format!("<p>{n}</p>")));
        }
        rig.fake.set_status(&issue, 20, "张三");
        rig.clock.0.advance(Duration::from_secs(1));
        want.push(rig.fake.append(&issue, "event", "SYS", "> again **down**"));
        let thread = rig.thread(&issue);
        assert!(thread.is_sorted_by_key(|comment| comment.created), "{limit:?}");
        let mut read: Vec<_> = thread.iter().map(|comment| comment.id.as_str().to_owned()).collect();
        assert_eq!(read.last(), want.last());
        read.sort();
        want.sort();
        assert_eq!(read, want, "{limit:?}");
    }
}

#[test]
fn a_reply_says_who_wrote_what_and_when_it_was_edited() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let reply = rig.fake.reply(&issue, "王五", "<p>first</p>");
    rig.fake.attach(&reply, "日志.txt");
    rig.clock.0.advance(Duration::from_secs(90));
    rig.fake.edit_reply(&reply, "<p>second</p>");
    let comment = rig.thread(&issue).remove(0);
    assert_eq!((comment.author.name.as_str(), comment.issue.as_str()), ("王五", issue.as_str()));
    assert_eq!((comment.updated - comment.created).num_seconds(), 90);
    let text = comment.body.plain_text();
    assert!(text.contains("second") && text.contains("日志.txt"), "{text}");
    assert!(comment.claim.is_none());
}

#[test]
fn the_thread_of_an_unknown_issue_is_none() {
    assert_eq!(Rig::new().run().thread(&IssueId::new("issue_gone")).unwrap(), None);
}

#[test]
fn a_reply_is_gone_when_a_whole_thread_of_a_readable_issue_does_not_hold_it() {
    for listed in [false, true] {
        let rig = Rig::switched(|switches| switches.deleted_replies_listed = listed);
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        let replies = ["there", "deleted"].map(|text| rig.fake.reply(&issue, "张三", text));
        rig.fake.delete_reply(&replies[1]);
        assert_eq!(rig.thread(&issue).len(), 1, "{listed}");
        let ids = replies.map(CommentId::new);
        let ask = || rig.run().presence(&IssueId::new(&issue), &ids).unwrap();
        assert_eq!(ask(), [Presence::There, Presence::Gone]);
        let odd =
            json!({"code": 200, "success": true, "errorCode": "", "content": [{"uuid": "../odd", "type": "reply"}]});
        rig.fake.fail(Fault::new(What::Status(200, odd.to_string(), Vec::new())).path_contains("reply/"));
        assert_eq!(ask(), [Presence::Unknown; 2], "a row that cannot be read may be it");
        rig.fake.remove_issue(&issue);
        assert_eq!(ask(), [Presence::Unknown; 2]);
    }
}
