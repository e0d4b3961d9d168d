//! Every kind of failure, and what is never shown.

use super::*;
use guajira::ports::Quota as _;

fn error(rig: &Rig) -> ApiError {
    rig.run().changed(&Span::since(start())).unwrap_err()
}

#[test]
fn bad_credentials_are_unauthorized_and_never_shown() {
    for kind in BOTH {
        let mut rig = Rig::new(kind);
        let wrong = "wrong-and-secret";
        rig.settings.login = match &rig.settings.login {
            Login::Jsm { user, gateway, .. } => {
                Login::Jsm { user: user.clone(), token: Secret::new(wrong), cloud_id: None, gateway: gateway.clone() }
            }
            Login::Opsgenie { .. } => Login::Opsgenie { key: Secret::new(wrong) },
        };
        let said = error(&rig);
        assert_eq!(said.kind, ApiErrorKind::Unauthorized, "{kind:?}");
        assert!(said.hint.as_ref().unwrap().contains("oncall"), "{said:?}");
        assert!(!format!("{said:?} {:?}", rig.settings).contains(wrong));
    }
    for (kind, secret) in [(Kind::Jsm, TOKEN), (Kind::Opsgenie, KEY)] {
        let rig = Rig::new(kind);
        let echo = json!({"message": format!("no such key: {secret}")}).to_string();
        rig.fake.fail(Fault::new(What::Status(400, echo, Vec::new())).path_contains("alerts"));
        let said = format!("{:?}", error(&rig));
        assert!(said.contains("(redacted)") && !said.contains(secret), "{said}");
    }
}

#[test]
fn a_missing_scope_is_named_and_stops_only_what_needs_it() {
    let rig = Rig::switched(Kind::Jsm, |switches| switches.lacks = vec!["read"]);
    let said = error(&rig);
    assert_eq!(said.kind, ApiErrorKind::Unauthorized);
    assert!(said.hint.unwrap().contains("read:ops-alert:jira-service-management"));
    let rig = Rig::switched(Kind::Jsm, |switches| switches.lacks = vec!["config"]);
    let id = rig.fake.fire("disk", "disk");
    assert_eq!(rig.changed(start()), ["disk"]);
    let said = rig.run().on_call(&rig.issue(&id)).unwrap_err();
    assert_eq!(said.kind, ApiErrorKind::Refused);
    assert!(said.hint.unwrap().contains("read:ops-config:jira-service-management"));
}

#[test]
fn a_limit_is_waited_for_as_long_as_the_service_says() {
    for kind in BOTH {
        for (wait, seconds) in [(Wait::Period(90), 90), (Wait::RetryAfter(30), 30), (Wait::Unnamed, 60)] {
            let rig = Rig::new(kind);
            let id = rig.fake.fire("disk", "disk");
            rig.run().identify().unwrap();
            rig.fake.switch(|switches| (switches.limit, switches.wait) = (0, wait));
            let run = rig.run();
            let said = run.changed(&Span::since(start())).unwrap_err();
            let want = ApiErrorKind::Unavailable { retry_after: Some(Duration::from_secs(seconds)) };
            assert_eq!((said.kind, run.is_near_limit()), (want, true), "{kind:?} {wait:?}");
            assert_eq!(rig.clock.0.now(), start(), "it is the next run's to wait");
            // A write that met the limit was not carried out, for certain.
            let said = rig.push(copy(&id, "hello")).unwrap_err();
            assert!(matches!(said.kind, ApiErrorKind::Unavailable { .. }), "{kind:?} {said:?}");
            assert!(rig.fake.notes(&id).is_empty());
        }
        let rig = Rig::switched(kind, |switches| (switches.limit, switches.wait) = (0, Wait::RetryAfter(2)));
        assert!(matches!(error(&rig).kind, ApiErrorKind::Unavailable { .. }));
        assert_eq!((rig.clock.0.now() - start()).num_seconds(), 4, "{kind:?}: a short wait is waited for, twice");
    }
}

#[test]
fn a_read_is_tried_again_where_that_helps_and_a_write_never_is() {
    for kind in BOTH {
        for (what, again) in [
            (What::DropBefore, true),
            (What::Status(502, "bad gateway".to_owned(), Vec::new()), true),
            (What::Status(503, "{}".to_owned(), vec![("Retry-After".to_owned(), "600".to_owned())]), false),
            (What::Status(500, "{}".to_owned(), Vec::new()), false),
            (What::Status(404, "<html>".to_owned(), Vec::new()), false),
            (What::LoginPage, false),
            (What::Garbage, false),
        ] {
            let rig = Rig::new(kind);
            let id = rig.fake.fire("disk", "disk");
            rig.run().identify().unwrap();
            rig.fake.fail(Fault::new(what.clone()).path_contains("alerts"));
            let result = rig.run().changed(&Span::since(start()));
            assert_eq!(result.is_ok(), again, "{kind:?} {what:?}");
            if let Err(error) = result {
                assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "{kind:?} {what:?} {error:?}");
            }
            rig.requests();
            rig.fake.fail(Fault::new(what.clone()).writes());
            assert!(rig.push(copy(&id, "hello")).is_err(), "{kind:?} {what:?}");
            assert_eq!(rig.writes(), 1, "{kind:?} {what:?}");
        }
    }
}

#[test]
fn a_page_that_says_404_is_not_an_alert_that_is_gone() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.read(start());
        rig.fake.fail(Fault::new(What::Status(404, "<html>no</html>".to_owned(), Vec::new())).path_contains("alerts/"));
        let said = rig.run().issues(&[IssueId::new(&id)]).unwrap_err();
        assert!(matches!(said.kind, ApiErrorKind::Unavailable { .. }), "{kind:?} {said:?}");
    }
}

#[test]
fn a_service_that_is_not_there_is_unavailable_for_reads_and_writes() {
    for kind in BOTH {
        let mut rig = Rig::new(kind);
        let nowhere = FakeAlerts::start(Options::of(kind)).base_url();
        rig.settings.base_url.clone_from(&nowhere);
        if let Login::Jsm { gateway, .. } = &mut rig.settings.login {
            *gateway = nowhere;
        }
        for result in [rig.run().changed(&Span::since(start())).map(drop), rig.push(copy("a-1", "x")).map(drop)] {
            let said = result.unwrap_err();
            assert_eq!(said.kind, ApiErrorKind::Unavailable { retry_after: None }, "{kind:?}");
            assert!(said.hint.unwrap().contains("[source oncall].base_url"), "{kind:?}");
        }
    }
}

#[test]
fn the_id_of_a_site_is_asked_for_once_and_for_every_address_anew() {
    let mut rig = Rig::new(Kind::Jsm);
    let asked = |rig: &Rig| {
        let all = rig.fake.recorded();
        let asked: Vec<_> = all.iter().filter(|one| one.path == "/_edge/tenant_info").collect();
        assert!(asked.iter().all(|one| one.headers.iter().all(|(name, _)| name != "authorization")));
        asked.len()
    };
    for _ in 0..3 {
        assert_eq!(rig.run().identify().unwrap().service, guajira_fakes::alerts::CLOUD);
        rig.read(start());
    }
    assert_eq!(asked(&rig), 1);
    rig.settings.base_url = rig.settings.base_url.replace("127.0.0.1", "localhost");
    rig.run().identify().unwrap();
    assert_eq!(asked(&rig), 2);
    rig.facts.facts.borrow_mut().clear();
    rig.fake.fail(Fault::new(What::Status(200, "{\"cloudId\": \"a/../b\"}".to_owned(), Vec::new())));
    let said = rig.run().identify().unwrap_err();
    assert!(said.message.contains("no cloudId") && said.hint.unwrap().contains("base_url"));
    if let Login::Jsm { cloud_id, .. } = &mut rig.settings.login {
        *cloud_id = Some(guajira_fakes::alerts::CLOUD.to_owned());
    }
    rig.facts.facts.borrow_mut().clear();
    rig.read(start());
    assert_eq!(asked(&rig), 3, "what the configuration names is not asked for");
}

#[test]
fn an_address_without_alerts_is_not_a_list_without_any() {
    let mut rig = Rig::new(Kind::Jsm);
    if let Login::Jsm { cloud_id, .. } = &mut rig.settings.login {
        *cloud_id = Some("another-site".to_owned());
    }
    let said = error(&rig);
    assert_eq!(said.kind, ApiErrorKind::Unavailable { retry_after: None });
    assert!(said.message.contains("404 no such site") && said.hint.unwrap().contains("base_url"), "{}", said.message);
}

#[test]
fn errors_are_understood_in_either_shape() {
    for kind in BOTH {
        for listed in [true, false] {
            let rig = Rig::switched(kind, |switches| switches.listed_errors = listed);
            rig.fake.fire("disk", "disk");
            let said = rig.run().thread(&IssueId::new("a-1")).unwrap();
            assert_eq!(said, None, "{kind:?} {listed}");
        }
    }
}

#[test]
fn ids_that_lead_elsewhere_are_never_asked_for() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        rig.run().identify().unwrap();
        rig.requests();
        for id in ["../schedules", "a/b", "a?b=c", "", "%2e%2e"] {
            assert!(rig.run().thread(&IssueId::new(id)).is_ok_and(|thread| thread.is_none()) || kind == Kind::Jsm);
            assert_eq!(rig.push(copy(id, "x")).unwrap_err().kind, ApiErrorKind::Refused, "{kind:?} {id}");
        }
        assert!(rig.requests().iter().all(|request| request.ends_with("/alerts")), "{kind:?}");
    }
}
