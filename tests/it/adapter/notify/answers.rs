//! What guajira makes of every answer: taken, later, refused, for a person to mend, or lost.

use std::time::Duration;

use guajira::domain::Message;
use guajira::ports::{Pace, SendErrorKind};
use guajira::secret::Secret;
use guajira_fakes::chat::Service;
use guajira_fakes::server::{Fault, Times, What};

use super::samples::message;
use super::{ALL, Scene};

fn later(seconds: u64) -> SendErrorKind {
    SendErrorKind::NotSent { retry_after: Some(Duration::from_secs(seconds)) }
}

/// So many messages, each with an id of its own.
fn many(count: usize) -> impl Iterator<Item = Message> {
    (0..count).map(|n| Message { id: format!("{n:016x}"), ..message("disk full") })
}

#[test]
fn too_much_is_sent_again_later_and_not_before_the_service_wants() {
    for (service, taken, wait) in
        [(Service::Feishu, 5, 60), (Service::DingTalk, 20, 600), (Service::WeCom, 20, 60), (Service::Slack, 1, 1)]
    {
        let scene = Scene::new(service);
        let mut sent = scene.send_all(many(taken + 1));
        let error = sent.pop().unwrap().unwrap_err();
        assert!(sent.iter().all(Result::is_ok), "{service:?} {sent:?}");
        assert_eq!(error.kind, later(wait), "{service:?} {error:?}");
        assert_eq!(scene.chat.posts().len(), taken, "{service:?}");
        scene.pass(Duration::from_secs(wait + 1));
        scene.send(&message("again")).unwrap();
    }
}

#[test]
fn a_robot_of_dingtalk_that_is_blocked_stays_so_for_ten_minutes() {
    let scene = Scene::new(Service::DingTalk);
    drop(scene.send_all(many(21)));
    scene.pass(Duration::from_mins(2));
    assert_eq!(scene.refusal().kind, later(600));
    scene.pass(Duration::from_secs(481));
    scene.send(&message("again")).unwrap();
}

#[test]
fn who_keeps_the_pace_is_never_told_that_it_is_too_much() {
    for service in ALL {
        let scene = Scene::new(service);
        let pace = scene.about().pace;
        let mut times = Vec::new();
        for one in many(50) {
            let now = scene.chat.clock().now();
            let wait = (pace.next(&times, now) - now).to_std().unwrap();
            assert!(wait <= Pace::MEMORY, "{service:?}");
            scene.pass(wait);
            scene.send(&one).unwrap_or_else(|error| panic!("{service:?} after {}: {error:?}", times.len()));
            times.push(scene.chat.clock().now());
        }
        assert_eq!(scene.chat.posts().len(), 50, "{service:?}");
    }
}

#[test]
fn a_lost_answer_counts_as_sent() {
    for service in ALL {
        for (what, arrived) in [
            (What::DropAfter, 1),
            (What::DropBefore, 0),
            (What::Truncate(1), 1),
            (What::StatusAfter(504, "gateway time-out".to_owned(), Vec::new()), 1),
            (What::Status(500, "oops".to_owned(), Vec::new()), 0),
            (What::Status(502, "<html>bad gateway</html>".to_owned(), Vec::new()), 0),
            (What::Status(503, "overloaded".to_owned(), Vec::new()), 0),
        ] {
            // The webhook's answer has no body that could be cut.
            if service == Service::Webhook && matches!(what, What::Truncate(_)) {
                continue;
            }
            let scene = Scene::new(service);
            let said = format!("{service:?} {what:?}");
            scene.chat.server().fail(Fault::new(what));
            let error = scene.refusal();
            assert_eq!(error.kind, SendErrorKind::Lost, "{said}: {error:?}");
            assert!(error.hint.is_some_and(|hint| hint.contains("counts as sent")), "{said}");
            assert_eq!(scene.chat.posts().len(), arrived, "{said}");
        }
    }
}

#[test]
fn what_was_certainly_not_sent_may_go_again() {
    for service in ALL {
        let mut scene = Scene::new(service);
        for (status, retry, want) in [
            (429, Some("7"), later(7)),
            (429, None, later(60)),
            (503, Some("30"), later(30)),
            (408, None, later(60)),
            // More than an hour is no limit of a chat service.
            (429, Some("86400"), later(600)),
        ] {
            let headers = retry.map(|seconds| ("Retry-After".to_owned(), seconds.to_owned())).into_iter().collect();
            scene.chat.server().fail(Fault::new(What::Status(status, "wait".to_owned(), headers)));
            let error = scene.refusal();
            assert_eq!(error.kind, want, "{service:?} {status} {error:?}");
            scene.pass(Duration::from_secs(61));
        }
        let nobody = scene.chat.address().replace(&scene.chat.server().base_url(), "http://127.0.0.1:9");
        scene.settings.address = Secret::new(nobody);
        let error = scene.refusal();
        assert_eq!(error.kind, SendErrorKind::NotSent { retry_after: None }, "{service:?} {error:?}");
        assert!(error.message.contains("cannot connect") && error.hint.is_some(), "{service:?} {error:?}");
        assert!(scene.chat.posts().is_empty());
    }
}

#[test]
fn a_success_in_http_that_is_a_refusal_is_one() {
    use SendErrorKind::{Refused, Unauthorized};
    for (service, answer, want, hint) in [
        (Service::Feishu, r#"{"code":9499,"msg":"Bad Request"}"#, Refused, ""),
        (Service::Feishu, r#"{"code":19036,"msg":"too large"}"#, Refused, ""),
        (Service::Feishu, r#"{"code":77,"msg":"news"}"#, Refused, ""),
        (Service::Feishu, r#"{"code":11232,"msg":"rate limit"}"#, later(60), "nothing to do"),
        (Service::Feishu, r#"{"code":19021,"msg":"sign match fail"}"#, Unauthorized, "secret"),
        (Service::Feishu, r#"{"code":19022,"msg":"Ip Not Allowed"}"#, Unauthorized, "address"),
        (Service::Feishu, r#"{"code":19024,"msg":"Key Words Not Found"}"#, Unauthorized, "keyword"),
        (Service::Feishu, r#"{"StatusCode":19024,"StatusMessage":"x"}"#, Unauthorized, "keyword"),
        (Service::DingTalk, r#"{"errcode":310000,"errmsg":"keywords not in content"}"#, Unauthorized, "keyword"),
        (Service::DingTalk, r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#, Unauthorized, "clock"),
        (Service::DingTalk, r#"{"errcode":310000,"errmsg":"sign not match"}"#, Unauthorized, "secret"),
        (Service::DingTalk, r#"{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}"#, Unauthorized, "allowed"),
        (Service::DingTalk, r#"{"errcode":130101,"errmsg":"send too fast","wait":5}"#, later(600), "nothing to do"),
        (Service::DingTalk, r#"{"errcode":460101,"errmsg":"message too long"}"#, Refused, ""),
        (Service::DingTalk, r#"{"errcode":-1,"errmsg":"busy"}"#, later(60), ""),
        (Service::WeCom, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#, later(60), "nothing to do"),
        (Service::WeCom, r#"{"errcode":45033,"errmsg":"concurrency"}"#, later(60), "nothing to do"),
        (Service::WeCom, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, Unauthorized, "url"),
        (Service::WeCom, r#"{"errcode":40058,"errmsg":"exceed max length"}"#, Refused, ""),
        (Service::WeCom, r#"{"errcode":-1,"errmsg":"system busy"}"#, later(60), ""),
        (Service::Slack, r#"{"ok":false,"error":"channel_is_archived"}"#, Unauthorized, "archived"),
        (Service::Slack, r#"{"ok":false,"error":"invalid_blocks"}"#, Refused, ""),
        (Service::Mattermost, r#"{"success":false}"#, Refused, ""),
    ] {
        let scene = Scene::new(service);
        scene.chat.server().fail(Fault::new(What::Status(200, answer.to_owned(), Vec::new())));
        let error = scene.refusal();
        assert_eq!(error.kind, want, "{service:?} {answer}: {error:?}");
        assert!(error.hint.unwrap_or_default().contains(hint), "{service:?} {answer}");
        // The service's own words are told.
        let words = answer.rsplit('"').nth(1).filter(|_| !answer.contains("wait")).unwrap_or_default();
        assert!(error.message.contains(words), "{service:?}: {words} in {}", error.message);
    }
}

#[test]
fn an_answer_that_says_nothing_is_no_success() {
    for (service, answer, want) in [
        (Service::Feishu, "{}", SendErrorKind::Lost),
        (Service::Feishu, r#"{"code":"0"}"#, SendErrorKind::Lost),
        (Service::DingTalk, r#"{"message":"hello"}"#, SendErrorKind::Lost),
        (Service::WeCom, "[]", SendErrorKind::Lost),
        (Service::WeCom, "", SendErrorKind::Lost),
        (Service::Slack, "okay", SendErrorKind::Lost),
        (Service::Slack, "{}", SendErrorKind::Lost),
        (Service::DingTalk, "{\"errcode\":0,", SendErrorKind::Lost),
        (Service::Slack, "<html>log in</html>", SendErrorKind::Unauthorized),
    ] {
        let scene = Scene::new(service);
        scene.chat.server().fail(Fault::new(What::Status(200, answer.to_owned(), Vec::new())));
        let error = scene.refusal();
        assert_eq!(error.kind, want, "{service:?} {answer}: {error:?}");
    }
}

#[test]
fn a_login_page_is_not_the_service() {
    for service in ALL.into_iter().filter(|service| *service != Service::Webhook) {
        let scene = Scene::new(service);
        scene.chat.server().fail(Fault::new(What::LoginPage));
        let error = scene.refusal();
        assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?} {error:?}");
        assert!(error.hint.is_some_and(|hint| hint.contains("login")), "{service:?}");
    }
}

#[test]
fn the_settings_of_a_robot_are_for_a_person_to_mend() {
    for service in ALL {
        let scene = Scene::new(service);
        scene.chat.switch(|switches| switches.removed = true);
        let error = scene.refusal();
        assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?} {error:?}");
        assert!(error.hint.is_some_and(|hint| hint.contains("[[notify]].url")), "{service:?}");
        if matches!(service, Service::Feishu | Service::DingTalk) {
            scene.chat.switch(|switches| switches.removed = false);
            scene.chat.switch(|switches| switches.ip_refused = true);
            assert_eq!(scene.refusal().kind, SendErrorKind::Unauthorized, "{service:?}");
            scene.chat.switch(|switches| switches.ip_refused = false);
            scene.chat.set_keyword(Some("告警"));
            let error = scene.refusal();
            assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?}");
            assert!(error.hint.is_some_and(|hint| hint.contains("keyword")), "{service:?}");
            scene.send(&message("告警：磁盘满")).unwrap();
        }
    }
}

#[test]
fn undocumented_ways_to_say_yes_are_understood() {
    let scene = Scene::new(Service::Feishu);
    scene.chat.switch(|switches| switches.legacy_answer = true);
    scene.send(&message("disk full")).unwrap();
    let scene = Scene::new(Service::WeCom);
    scene.chat.switch(|switches| switches.warning = true);
    scene.send(&message("disk full")).unwrap();
    let scene = Scene::new(Service::Slack);
    scene.chat.switch(|switches| switches.json_ok = Some(true));
    scene.send(&message("disk full")).unwrap();
    scene.pass(Duration::from_secs(2));
    scene.chat.switch(|switches| switches.json_ok = Some(false));
    assert_eq!(scene.refusal().kind, SendErrorKind::Unauthorized, "channel_not_found");
    assert_eq!(scene.chat.posts().len(), 1);
}

#[test]
fn a_malformed_request_is_dead_whatever_status_it_has() {
    for status in [200, 400] {
        let scene = Scene::new(Service::Feishu);
        let body = r#"{"code":9499,"msg":"Bad Request","data":{}}"#;
        scene.chat.server().fail(Fault::new(What::Status(status, body.to_owned(), Vec::new())).times(Times::Once));
        assert_eq!(scene.refusal().kind, SendErrorKind::Refused, "{status}");
    }
    for (status, want) in [
        (400, SendErrorKind::Refused),
        (413, SendErrorKind::Refused),
        (422, SendErrorKind::Refused),
        (401, SendErrorKind::Unauthorized),
        (403, SendErrorKind::Unauthorized),
        (404, SendErrorKind::Unauthorized),
        (410, SendErrorKind::Unauthorized),
    ] {
        let scene = Scene::new(Service::Webhook);
        scene.chat.server().fail(Fault::new(What::Status(status, "no".to_owned(), Vec::new())));
        assert_eq!(scene.refusal().kind, want, "{status}");
    }
}
