//! Who we are: credentials that work, that died, and what a person is told about them.

use guajira::jira::{Auth, CheckChanges, CheckRoute};
use guajira::ports::{ApiError, ApiErrorKind, Register, Registry as _, Remote as _};
use guajira::secret::Secret;
use guajira_fakes::jira::{CustomField, CustomKind, DeadSearch, Flavour, Options};
use guajira_fakes::server::{Fault, What};

use super::{BOTH, Rig, deployment};

/// The credentials are refused, and the message helps without telling the secret.
fn check_refused(error: &ApiError, hint: &str) {
    assert_eq!(error.kind, ApiErrorKind::Unauthorized, "{error}");
    let said = error.hint.as_deref().unwrap_or_default();
    assert!(said.contains("[jira.auth].token") && said.contains(hint), "{said}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn an_account_is_known_by_its_flavours_id() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let identity = rig.run().identify().unwrap();
        assert_eq!((identity.name.as_str(), identity.clock), ("Sync Bot", Some(rig.sim.now())));
        assert_eq!(identity.account == "bot", flavour == Flavour::Server);
    }
}

#[test]
fn a_personal_access_token_is_sent_as_bearer() {
    let mut rig = Rig::new(Flavour::Server);
    rig.settings.auth = Auth::Pat { token: Secret::new(rig.fake.pat("bot")) };
    assert_eq!(rig.run().identify().unwrap().account, "bot");
    rig.settings.auth = Auth::Pat { token: Secret::new("wrong") };
    check_refused(&rig.run().identify().unwrap_err(), "expired or been revoked");
}

#[test]
fn a_wrong_secret_is_said_so_once() {
    for (flavour, hint) in [(Flavour::Cloud, "method = \"pat\""), (Flavour::Server, "method = \"pat\"")] {
        let mut rig = Rig::new(flavour);
        rig.settings.deployment = Some(deployment(flavour));
        let (user, _) = rig.fake.basic("bot");
        rig.settings.auth = Auth::Basic { user, token: Secret::new("wrong-secret") };
        check_refused(&rig.run().identify().unwrap_err(), hint);
        assert_eq!(rig.requests().len(), 1, "{flavour:?}");
    }
}

#[test]
fn a_captcha_asks_for_a_person() {
    let mut rig = Rig::new(Flavour::Server);
    let good = rig.settings.auth.clone();
    rig.settings.auth = Auth::Basic { user: "bot".into(), token: Secret::new("wrong-secret") };
    for _ in 0..4 {
        rig.run().identify().unwrap_err();
    }
    rig.settings.auth = good;
    check_refused(&rig.run().identify().unwrap_err(), "CAPTCHA");
    rig.fake.clear_captcha("bot");
    rig.run().identify().unwrap();
}

#[test]
fn a_scoped_token_works_through_the_gateway_and_links_lead_to_the_site() {
    let mut rig = Rig::new(Flavour::Cloud);
    rig.fake.with_user("bot", |user| user.scoped = true);
    check_refused(&rig.run().identify().unwrap_err(), "");
    rig.settings.base_url = rig.fake.gateway_url();
    rig.people_open(1);
    let batch = rig.changed(10);
    assert_eq!(batch.issues[0].url, format!("{}/browse/OPS-1", rig.fake.base_url()));
}

#[test]
fn a_token_that_dies_in_the_run_moves_nothing() {
    for (flavour, dead_search) in [
        (Flavour::Cloud, DeadSearch::Empty),
        (Flavour::Cloud, DeadSearch::UnknownProject),
        (Flavour::Server, DeadSearch::Empty),
    ] {
        let rig = Rig::new(flavour);
        rig.fake.switch(|s| s.dead_search = dead_search);
        rig.people_open(1);
        rig.changed(10);
        let run = rig.run();
        run.identify().unwrap();
        rig.fake.with_user("bot", |user| user.secret = "changed".into());
        let error = run.changed(&rig.span(10)).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unauthorized, "{flavour:?} {dead_search:?} {error}");
    }
}

#[test]
fn a_login_page_is_no_answer() {
    let rig = Rig::new(Flavour::Server);
    rig.fake.fail(Fault::new(What::LoginPage).path_contains("myself"));
    let error = rig.run().identify().unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable { retry_after: None });
    assert!(error.hint.unwrap().contains("base_url"));
}

#[test]
fn the_register_is_kept_on_our_own_user() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        assert_eq!(rig.run().read_register().unwrap(), Register::Empty);
        rig.run().write_register("a:7", None).unwrap();
        rig.run().write_register("a:8", None).unwrap();
        assert_eq!(rig.run().read_register().unwrap(), Register::Value { counter: "a:8".into(), key: None });
        let property = rig.fake.user_property("bot", &format!("guajira.{}", super::PAIR)).unwrap();
        assert_eq!(property["counter"], "a:8");
    }
}

#[test]
fn a_bot_that_may_keep_nothing_is_not_logged_out() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.switch(|s| s.user_properties = false);
        assert_eq!(rig.run().read_register().unwrap(), Register::NotKept);
        assert_eq!(rig.run().write_register("1", None).unwrap_err().kind, ApiErrorKind::Refused);
    }
}

fn route() -> CheckRoute {
    CheckRoute {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        priorities: vec!["High".into(), "5".into()],
        labels: true,
        statuses: vec!["To Do".into(), "10002".into()],
        reuse: Some(vec!["Done".into()]),
        changes: CheckChanges { status: true, assignee: true, texts: true, people: true, deletes: true, reuse: true },
        ..CheckRoute::default()
    }
}

/// What `check` finds wrong: what, and whether it is fatal.
fn faults(rig: &Rig, route: CheckRoute) -> Vec<(String, bool)> {
    let found = rig.run().check(&[route]);
    assert!(found.iter().all(|finding| finding.result.is_ok() || finding.hint.is_some()), "{found:#?}");
    found
        .into_iter()
        .filter(|finding| finding.result.is_err())
        .map(|finding| (finding.what.to_string(), finding.fatal))
        .collect()
}

#[test]
fn a_check_of_a_good_site_finds_nothing_and_leaves_nothing() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        assert_eq!(faults(&rig, route()), []);
        assert_eq!(rig.fake.user_property("bot", "guajira.check"), None);
    }
}

#[test]
fn a_check_names_what_is_wrong() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.with_user("bot", |user| {
            user.denied.insert("EDIT_OWN_COMMENTS".into());
            user.denied.insert("ADD_COMMENTS".into());
            user.denied.insert("TRANSITION_ISSUES".into());
            user.denied.insert("USER_PICKER".into());
        });
        rig.fake.switch(|s| {
            s.user_properties = false;
            s.off_create_screen.insert("labels".into());
        });
        rig.fake.with_project("OPS", |project| {
            project.custom_fields.push(CustomField {
                id: "customfield_10010".into(),
                name: "Team".into(),
                kind: CustomKind::Text,
                required: true,
            });
        });
        let wanted = CheckRoute { priorities: vec!["Urgent".into()], statuses: vec!["Shipped".into()], ..route() };
        let want = [
            ("permission ADD_COMMENTS in OPS", true),
            ("permission EDIT_OWN_COMMENTS in OPS", false),
            ("permission TRANSITION_ISSUES in OPS", true),
            ("permission USER_PICKER in OPS", false),
            ("field labels of Bug in OPS", false),
            ("field priority of Bug in OPS", false),
            ("field customfield_10010 of Bug in OPS", true),
            ("statuses of Bug in OPS", false),
            ("jira write counter", false),
        ];
        assert_eq!(faults(&rig, wanted), want.map(|(what, fatal)| (what.to_owned(), fatal)), "{flavour:?}");
        let unknown = CheckRoute { issue_type: "Incident".into(), ..route() };
        assert!(faults(&rig, unknown).contains(&("issue type Incident in OPS".into(), true)));
        let elsewhere = CheckRoute { project: "XXX".into(), ..route() };
        assert!(faults(&rig, elsewhere).contains(&("project XXX".into(), true)));
    }
}

#[test]
fn a_check_without_a_login_stops_there() {
    let mut rig = Rig::with(Flavour::Server, Options::default());
    rig.settings.auth = Auth::Pat { token: Secret::new("wrong") };
    let found = rig.run().check(&[route()]);
    assert_eq!(found.last().unwrap().what.to_string(), "jira login");
    assert!(found.last().unwrap().fatal);
}
