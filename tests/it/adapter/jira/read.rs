//! Reading: searches of every shape, windows, threads, and who may see what.

use chrono::TimeDelta;
use guajira::domain::{CommentId, IssueId, Visibility};
use guajira::ports::{ApiErrorKind, Files as _, Presence, Remote as _, Span, Threads as _};
use guajira_fakes::jira::{Draft, EpochMs, Flavour, LastToken, Options, Project, Switches, Visibility as Restriction};
use guajira_fakes::server::{Fault, Times, What};

use super::{BOTH, Rig, names, numbered, start};

/// Every issue is read once, whatever the server does to its pages.
fn check_all_read(flavour: Flavour, issues: usize, change: impl FnOnce(&mut Switches)) {
    let rig = Rig::switched(flavour, change);
    rig.people_open(issues);
    let batch = rig.changed(60);
    assert_eq!(names(&batch.issues), numbered(1, issues));
    assert_eq!(batch.watermark, Some(rig.sim.now()));
    assert!(batch.unreadable.is_empty());
}

#[test]
fn what_is_said_of_its_abilities_is_what_it_has() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let run = rig.run();
        assert_eq!(run.abilities().names(), run.about().abilities);
    }
}

#[test]
fn cloud_pages_are_followed_by_their_tokens_alone() {
    check_all_read(Flavour::Cloud, 230, |_| {});
    check_all_read(Flavour::Cloud, 30, |s| s.page_cap = Some(7));
    check_all_read(Flavour::Cloud, 30, |s| {
        s.page_cap = Some(7);
        s.empty_pages = true;
        s.no_is_last = true;
        s.last_token = LastToken::Null;
    });
    check_all_read(Flavour::Cloud, 30, |s| {
        s.page_cap = Some(7);
        s.duplicate_rows = true;
        s.unsorted = true;
    });
}

#[test]
fn server_pages_are_stepped_by_what_came() {
    check_all_read(Flavour::Server, 230, |_| {});
    check_all_read(Flavour::Server, 30, |s| s.max_results = 7);
    check_all_read(Flavour::Server, 30, |s| {
        s.max_results = 7;
        s.epoch_ms = EpochMs::Refused;
    });
    check_all_read(Flavour::Server, 30, |s| {
        s.max_results = 7;
        s.epoch_ms = EpochMs::AlwaysTrue;
        s.duplicate_rows = true;
    });
    check_all_read(Flavour::Server, 30, |s| {
        s.max_results = 7;
        s.unsorted = true;
    });
}

#[test]
fn many_issues_of_one_instant_are_all_read() {
    for epoch_ms in [EpochMs::Understood, EpochMs::Refused] {
        let rig = Rig::switched(Flavour::Server, |s| {
            s.max_results = 7;
            s.epoch_ms = epoch_ms;
        });
        rig.sim.advance(std::time::Duration::from_secs(1));
        for _ in 0..30 {
            rig.fake.create_issue("OPS", "alice", Draft::new("bulk"));
        }
        rig.minutes(1);
        assert_eq!(names(&rig.changed(60).issues), numbered(1, 30));
    }
}

#[test]
fn a_window_is_right_in_every_time_zone() {
    for flavour in BOTH {
        for epoch_ms in [EpochMs::Understood, EpochMs::Refused, EpochMs::AlwaysTrue] {
            for zone in ["UTC", "Asia/Shanghai", "America/St_Johns"] {
                let rig = Rig::switched(flavour, |s| s.epoch_ms = epoch_ms);
                rig.fake.with_user("bot", |user| user.time_zone = zone.parse().unwrap());
                for _ in 0..4 {
                    rig.people_open(1);
                    rig.minutes(30);
                }
                let read = rig.changed(45);
                assert_eq!(names(&read.issues), ["OPS-4"], "{flavour:?} {epoch_ms:?} {zone}");
            }
        }
    }
}

#[test]
fn our_own_clock_decides_nothing() {
    for epoch_ms in [EpochMs::Understood, EpochMs::Refused] {
        let rig = Rig::switched(Flavour::Server, |s| s.epoch_ms = epoch_ms);
        rig.people_open(1);
        rig.minutes(30);
        rig.people_open(1);
        let wrong = super::OurClock(guajira_fakes::clock::SimClock::fixed(rig.sim.now() - TimeDelta::days(3)));
        let jira = guajira::jira::Jira::new(rig.settings.clone(), &rig.http, &rig.facts, &wrong, &super::NoStop);
        let batch = jira.changed(&rig.span(10)).unwrap();
        assert_eq!(names(&batch.issues), ["OPS-2"]);
        assert_eq!(batch.clock, Some(rig.sim.now()));
    }
}

#[test]
fn an_empty_project_leaves_the_question_of_dates_open() {
    let rig = Rig::new(Flavour::Cloud);
    assert_eq!(rig.changed(10).issues, []);
    assert_eq!(rig.facts.facts.borrow().get("jira.epoch").unwrap().0, "unsure");
    rig.people_open(1);
    rig.minutes(25 * 60);
    rig.people_open(1);
    assert_eq!(names(&rig.changed(10).issues), ["OPS-2"]);
    assert_eq!(rig.facts.facts.borrow().get("jira.epoch").unwrap().0, "yes");
}

#[test]
fn a_jira_that_unlearns_milliseconds_is_asked_in_minutes() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(2);
        rig.changed(10);
        rig.fake.switch(|s| s.epoch_ms = EpochMs::Refused);
        assert_eq!(names(&rig.changed(10).issues), ["OPS-1", "OPS-2"]);
        assert_eq!(rig.facts.facts.borrow().get("jira.epoch").unwrap().0, "no");
    }
}

#[test]
fn an_idle_run_costs_two_requests() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(3);
        rig.changed(10);
        rig.minutes(30);
        rig.requests();
        let run = rig.run();
        run.identify().unwrap();
        assert_eq!(run.changed(&rig.span(10)).unwrap().issues, []);
        assert_eq!(rig.requests().len(), 2, "{flavour:?}");
    }
}

#[test]
fn a_context_path_stays_in_every_address() {
    let rig = Rig::with(Flavour::Server, Options { context_path: "/jira".into(), ..Options::default() });
    rig.people_open(1);
    rig.fake.comment("OPS-1", "alice", "hello");
    let batch = rig.changed(10);
    let issue = &batch.issues[0];
    assert_eq!(issue.url, format!("{}/browse/OPS-1", rig.fake.base_url()));
    assert!(issue.thread.as_ref().unwrap()[0].url.contains("/jira/browse/OPS-1?focusedCommentId="));
    rig.run().thread(&issue.id).unwrap().unwrap();
    assert!(rig.requests().iter().all(|request| request.contains(" /jira/rest/api/2/")));
}

#[test]
fn an_issue_is_read_with_its_words() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let draft = Draft { description: "first line".into(), ..Draft::new("磁盘满") };
        rig.fake.create_issue("OPS", "alice", draft);
        let batch = rig.changed(10);
        let issue = &batch.issues[0];
        assert_eq!((issue.title.as_str(), issue.author.name.as_str()), ("磁盘满", "Alice Example"));
        assert_eq!(issue.body.plain_text().trim(), "first line");
        assert_eq!((issue.created, issue.updated), (start(), start()));
        assert_eq!((issue.claim.clone(), issue.is_in_service_project()), (None, false));
        let again = rig.run().issues(&[issue.id.clone(), IssueId::new("99999")]).unwrap();
        assert_eq!(again.issues, batch.issues, "{flavour:?}");
    }
}

#[test]
fn a_long_thread_is_read_past_the_inline_comments() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(2);
        for n in 0..230 {
            rig.fake.comment("OPS-1", "alice", format!("word {n}"));
        }
        rig.fake.comment("OPS-2", "alice", "one");
        let batch = rig.changed(10);
        let of = |name: &str| batch.issues.iter().find(|issue| issue.name == name).unwrap();
        assert_eq!(of("OPS-2").thread.as_ref().unwrap().len(), 1);
        if flavour == Flavour::Cloud {
            assert_eq!(of("OPS-1").thread, None);
        }
        let thread = rig.run().thread(&of("OPS-1").id).unwrap().unwrap();
        let read: Vec<String> = thread.iter().map(|comment| comment.body.plain_text().trim().to_owned()).collect();
        assert_eq!(read, (0..230).map(|n| format!("word {n}")).collect::<Vec<_>>(), "{flavour:?}");
    }
}

#[test]
fn a_thread_without_its_issue_is_told_apart_from_an_empty_one() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(2);
        let id = rig.id("OPS-1");
        assert_eq!(rig.run().thread(&id).unwrap(), Some(Vec::new()));
        rig.fake.delete_issue("OPS-1");
        assert_eq!(rig.run().thread(&id).unwrap(), None);
    }
}

#[test]
fn restrictions_are_seen_inline_and_in_the_thread() {
    let restricted = |why: &str| Visibility::Restricted(why.to_owned());
    for flavour in BOTH {
        let rig = Rig::service(flavour);
        rig.people_open(1);
        rig.fake.comment("OPS-1", "alice", "public");
        rig.fake.comment_for("OPS-1", "alice", "role", Some(Restriction::Role("Administrators".into())));
        rig.fake.internal_comment("OPS-1", "alice", "note");
        let want = [Visibility::Public, restricted("role Administrators"), restricted("internal note")];
        let batch = rig.changed(10);
        let issue = &batch.issues[0];
        assert!(issue.is_in_service_project());
        let seen = |thread: &[guajira::domain::Comment]| -> Vec<Visibility> {
            thread.iter().map(|comment| comment.visibility.clone()).collect()
        };
        match &issue.thread {
            Some(thread) => assert_eq!(seen(thread), want),
            // Server's inline comments do not tell whether they are internal.
            None => assert_eq!(flavour, Flavour::Server),
        }
        assert_eq!(seen(&rig.run().thread(&issue.id).unwrap().unwrap()), want);
    }
}

#[test]
fn a_service_project_that_does_not_tell_is_taken_as_internal() {
    let rig = Rig::service(Flavour::Server);
    rig.fake.switch(|s| s.comment_properties_expand = false);
    rig.people_open(1);
    rig.fake.comment("OPS-1", "alice", "public");
    let thread = rig.run().thread(&rig.id("OPS-1")).unwrap().unwrap();
    assert_eq!(thread[0].visibility, Visibility::Restricted("cannot tell whether it is internal".into()));
}

#[test]
fn a_security_level_restricts_what_is_in_the_issue() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(2);
        rig.fake.comment("OPS-1", "alice", "before");
        rig.fake.set_security("OPS-1", Some("Staff"), &["bot", "alice"]);
        rig.fake.set_security("OPS-2", Some("Board"), &["alice"]);
        rig.fake.comment_for("OPS-1", "alice", "role", Some(Restriction::Role("Administrators".into())));
        rig.fake.attach("OPS-1", "alice", "trace.txt", "text/plain", b"x");
        let batch = rig.changed(10);
        assert_eq!(names(&batch.issues), ["OPS-1"]);
        let [level, role] =
            ["security level Staff", "role Administrators"].map(|why| Visibility::Restricted(why.into()));
        let issue = &batch.issues[0];
        let thread = rig.run().thread(&issue.id).unwrap().unwrap();
        for thread in [issue.thread.as_ref().unwrap(), &thread] {
            let seen: Vec<_> = thread.iter().map(|comment| &comment.visibility).collect();
            assert_eq!(seen, [&level, &role], "{flavour:?}");
        }
        assert_eq!(rig.run().files(&issue.id).unwrap().0, level);
        // What a late search said of it is no news any more.
        rig.fake.set_security("OPS-1", None, &[]);
        let thread = rig.run().thread(&issue.id).unwrap().unwrap();
        assert_eq!(thread[0].visibility, Visibility::Public);
        assert_eq!(rig.run().files(&issue.id).unwrap().0, Visibility::Public);
    }
}

#[test]
fn strays_are_read_where_they_are_and_a_deleted_one_harms_nobody() {
    for flavour in BOTH {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
        let rig = Rig::with(flavour, Options { projects, ..Options::default() });
        rig.people_open(3);
        let (moved, deleted) = (rig.id("OPS-1"), rig.id("OPS-2"));
        assert_eq!(rig.fake.move_issue("OPS-1", "DEV", "alice"), "DEV-1");
        let strays = |ids: &[&IssueId]| Span { strays: ids.iter().map(|id| (*id).clone()).collect(), ..rig.span(10) };
        let read = |span: Span| -> Vec<String> {
            let mut names: Vec<String> =
                rig.run().changed(&span).unwrap().issues.into_iter().map(|issue| issue.name).collect();
            names.sort();
            names
        };
        assert_eq!(read(strays(&[&moved])), ["DEV-1", "OPS-2", "OPS-3"]);
        rig.fake.delete_issue("OPS-2");
        assert_eq!(read(strays(&[&moved, &deleted])), ["DEV-1", "OPS-3"], "{flavour:?}");
    }
}

#[test]
fn a_record_that_cannot_be_read_spoils_only_itself() {
    let rig = Rig::new(Flavour::Server);
    rig.people_open(1);
    rig.changed(10);
    let page = r#"{"startAt":0,"maxResults":50,"total":2,"issues":[
        {"id":"7","key":"OPS-7","fields":{"summary":"x"}},
        {"id":"8","key":"OPS-8","fields":{"summary":"y","updated":"2026-11-22T10:00:00.000+0000"}}]}"#;
    rig.fake.fail(Fault::new(What::Status(200, page.into(), Vec::new())).path_contains("/search"));
    let batch = rig.changed(10);
    assert_eq!(names(&batch.issues), ["OPS-8"]);
    assert_eq!(batch.unreadable[0].issue, Some(IssueId::new("7")));
}

#[test]
fn a_read_is_repeated_when_that_helps() {
    let busy = |status: u16, wait: &str| What::Status(status, "{}".into(), vec![("Retry-After".into(), wait.into())]);
    for (what, times, want) in [
        (busy(503, "2"), 2, Ok(())),
        (busy(429, "3"), 1, Ok(())),
        (busy(502, "0"), 3, Err(None)),
        (busy(429, "1800"), 1, Err(Some(1800))),
        (What::DropBefore, 1, Ok(())),
        (What::DropAfter, 1, Ok(())),
        (What::LoginPage, 1, Err(None)),
        (What::Garbage, 1, Err(None)),
    ] {
        let rig = Rig::new(Flavour::Cloud);
        rig.people_open(1);
        rig.changed(10);
        rig.fake.fail(Fault::new(what.clone()).path_contains("/search").times(Times::N(times)));
        let got = rig.run().changed(&rig.span(60)).map(|batch| assert_eq!(names(&batch.issues), ["OPS-1"]));
        let got = got.map_err(|error| match error.kind {
            ApiErrorKind::Unavailable { retry_after } => retry_after.map(|wait| wait.as_secs()),
            kind => panic!("{kind:?} {error}"),
        });
        assert_eq!(got, want, "{what:?} {times}");
    }
}

#[test]
fn a_repeated_token_ends_the_search_with_an_error() {
    let rig = Rig::new(Flavour::Cloud);
    rig.people_open(1);
    rig.changed(10);
    let page = r#"{"issues":[],"nextPageToken":"same"}"#;
    rig.fake.fail(Fault::new(What::Status(200, page.into(), Vec::new())).path_contains("/search").times(Times::Always));
    let error = rig.run().changed(&rig.span(10)).unwrap_err();
    assert!(error.message.contains("came twice"), "{error}");
}

#[test]
fn what_our_account_created_is_found_in_any_project() {
    for flavour in BOTH {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
        let rig = Rig::with(flavour, Options { projects, ..Options::default() });
        rig.people_open(2);
        rig.push(super::create(1)).unwrap();
        rig.push(super::create(2)).unwrap();
        rig.fake.move_issue("OPS-4", "DEV", "alice");
        rig.minutes(600);
        let span = Span { from: chrono::DateTime::UNIX_EPOCH, ours_only: true, ..rig.span(0) };
        let batch = rig.run().changed(&span).unwrap();
        let mut found: Vec<_> =
            batch.issues.iter().map(|i| (i.name.as_str(), i.claim.as_ref().unwrap().key.as_str())).collect();
        found.sort_unstable();
        let keys = [super::create(2).key, super::create(1).key];
        assert_eq!(found, [("DEV-1", keys[0].as_str()), ("OPS-3", keys[1].as_str())], "{flavour:?}");
    }
}

#[test]
fn a_comment_is_gone_only_for_somebody_who_sees_its_issue() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        let [there, hidden, deleted] =
            ["there", "hidden", "deleted"].map(|text| rig.fake.comment("OPS-1", "alice", text));
        rig.fake.restrict_comment(hidden, Some(Restriction::Role("Secret".to_owned())));
        rig.fake.delete_comment(deleted, "alice");
        let ids = [there, hidden, deleted].map(|id| CommentId::new(id.to_string()));
        let ask = || rig.run().presence(&issue, &ids);
        // Hidden and deleted answer alike.
        assert_eq!(ask().unwrap(), [Presence::There, Presence::Gone, Presence::Gone]);
        rig.fake.set_security("OPS-1", Some("Secret"), &["alice"]);
        assert_eq!(ask().unwrap(), [Presence::Unknown; 3], "{flavour:?}: the issue is hidden too");
        rig.fake.set_security("OPS-1", None, &[]);
        rig.fake.with_user("bot", |bot| bot.active = false);
        assert_eq!(ask().unwrap_err().kind, ApiErrorKind::Unauthorized, "{flavour:?}");
    }
}
