//! What is known without asking, and `guajira check`.

use super::*;
use guajira::alerts::{JSM, OPSGENIE};
use guajira::ports::Finding;

fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |one: &Finding| {
        let sign = if one.result.is_ok() {
            "ok"
        } else if one.fatal {
            "FAIL"
        } else {
            "warn"
        };
        let words = one.result.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        format!("{sign} {}: {words}", one.what)
    };
    findings.iter().map(line).collect()
}

#[test]
fn what_is_said_of_the_services_is_what_they_can_do() {
    for (kind, about) in [(Kind::Jsm, JSM), (Kind::Opsgenie, OPSGENIE)] {
        let rig = Rig::new(kind);
        let run = rig.run();
        assert_eq!(run.abilities().names(), about.abilities, "{kind:?}");
        assert_eq!(*run.about(), about);
        assert!(rig.requests().is_empty(), "asked without a request");
    }
}

#[test]
fn a_service_that_works_is_told_so() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        rig.fake.fire("disk", "disk");
        rig.fake.add_schedule("数据库", "t-1", &[]);
        let shown = rig.run().about().shown;
        let want = [
            format!("ok {shown} login: accepted"),
            format!("ok {shown} alerts: readable, 1 on the first page"),
            format!("ok {shown} schedules: 数据库"),
            format!("ok {shown} integrations with Jira: none that makes Jira issues of alerts"),
            format!("ok clock against {shown}: +0 s"),
        ];
        assert_eq!(lines(&rig.run().check(true)), want);
        assert_eq!(rig.run().check(false).len(), 4, "schedules are looked at where they are needed");
    }
}

#[test]
fn a_login_that_sees_nothing_fails_on_jsm_and_is_named_on_opsgenie() {
    for (kind, fatal) in [(Kind::Jsm, true), (Kind::Opsgenie, false)] {
        let rig = Rig::switched(kind, |switches| switches.sees_nothing = Some(404));
        rig.fake.fire("disk", "disk");
        let findings = rig.run().check(false);
        assert_eq!((findings[1].result.is_err(), findings[1].fatal), (true, fatal), "{kind:?}");
        assert!(findings[1].hint.is_some());
    }
}

#[test]
fn what_else_makes_jira_issues_of_alerts_is_named() {
    let doubles = |rig: &Rig| {
        let lines = lines(&rig.run().check(false));
        lines.into_iter().filter(|line| line.contains("integrations with Jira")).collect::<Vec<_>>()
    };
    let rig = Rig::new(Kind::Jsm);
    rig.fake.fire("disk", "disk");
    rig.fake.add_integration("only closes", "jira-service-management-cloud", true, &["closeIssue", "commentIssue"]);
    rig.fake.add_integration("off", "jira-software-cloud", false, &["createIssue"]);
    rig.fake.add_integration("prometheus", "prometheus", true, &["createIssue"]);
    assert!(doubles(&rig)[0].starts_with("ok "));
    rig.fake.add_integration("到 OPS", "jira-software-cloud", true, &["createIssue"]);
    let said = doubles(&rig);
    assert!(
        said[0].starts_with("warn ") && said[0].ends_with("so each alert has two: 到 OPS (jira-software-cloud)"),
        "{said:?}"
    );

    let rig = Rig::new(Kind::Opsgenie);
    rig.fake.fire("disk", "disk");
    rig.fake.add_integration("API", "API", true, &[]);
    assert!(doubles(&rig)[0].starts_with("ok "));
    rig.fake.add_integration("our Jira", "Jira", true, &[]);
    assert!(doubles(&rig)[0].contains("our Jira (Jira)"));
}

#[test]
fn signs_of_another_integration_are_found_in_the_alerts_themselves() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| {
            (switches.lacks, switches.thin_rows) = (vec!["config"], false);
            switches.lack = if kind == Kind::Jsm { Lack::Scope } else { Lack::Forbidden };
        });
        let id = rig.fake.fire("disk", "disk");
        rig.fake.edit(&id, |alert| {
            alert.details.insert("issueKey".to_owned(), json!("OPS-1"));
        });
        let said = lines(&rig.run().check(false));
        let said: Vec<&String> = said.iter().filter(|line| line.contains("integrations with Jira")).collect();
        assert_eq!(said.len(), 2, "{kind:?} {said:?}");
        assert!(
            said[0].contains(if kind == Kind::Jsm { "scope does not match" } else { "not authorized" }),
            "{said:?}"
        );
        assert!(said[1].contains("1 of the newest alerts") && said[1].contains(&id), "{said:?}");
    }
}

#[test]
fn bad_credentials_and_a_wrong_clock_are_told() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| (switches.lacks, switches.lack) = (vec!["read"], Lack::Forbidden));
        let findings = rig.run().check(false);
        assert_eq!(findings.len(), 1, "{kind:?}");
        assert!(findings[0].fatal && findings[0].hint.is_some());
        let rig = Rig::new(kind);
        rig.fake.fire("disk", "disk");
        let ahead = OurClock(SimClock::fixed(start() + TimeDelta::minutes(5)));
        let run = Alerts::new(rig.settings.clone(), &rig.http, &rig.facts, &ahead, &NoStop);
        let said = lines(&run.check(false));
        assert!(said.last().unwrap().starts_with("warn clock against"), "{kind:?} {said:?}");
    }
}

#[test]
fn a_schedule_that_is_not_there_is_named_with_those_that_are() {
    for kind in BOTH {
        let mut rig = Rig::new(kind);
        rig.fake.fire("disk", "disk");
        rig.fake.add_schedule("network", "t-1", &[]);
        rig.settings.schedule = Some("netwrk".to_owned());
        let findings = rig.run().check(true);
        assert!(findings[2].result.is_err() && !findings[2].fatal, "{kind:?}");
        assert!(findings[2].hint.as_ref().unwrap().to_string().contains("network"));
        rig.settings.schedule = Some("Network".to_owned());
        assert!(rig.run().check(true)[2].result.is_ok(), "{kind:?}");
    }
}
