//! Remote links: set once however often, and refused where Jira does not want them.

use guajira::domain::{Action, Fingerprint, Key, Push, Side};
use guajira::ports::{ApiErrorKind, Remote as _};
use guajira_fakes::server::{Fault, Times, What};

use super::{BOTH, Rig, create, uuid};

pub(super) fn link(rig: &Rig, key: &str, title: &str) -> Push {
    let url = "https://console.example/exceptions?__docid=issue_1".to_owned();
    Push {
        key: Key::link(Side::GUANCE, &uuid(1)),
        pair: uuid(1),
        target: Side::JIRA,
        action: Action::LinkIssue { issue: rig.id(key), to: uuid(1), title: title.to_owned(), url },
        content: Fingerprint::of(&["issue"]),
        summary: String::new(),
        seal: None,
    }
}

fn made() -> impl Iterator<Item = Rig> {
    BOTH.into_iter().map(|flavour| {
        let rig = Rig::new(flavour);
        rig.push(create(1)).unwrap();
        rig
    })
}

#[test]
fn a_link_is_set_once_however_often_and_follows_the_title() {
    for rig in made() {
        rig.push(link(&rig, "OPS-1", "disk\nfull")).unwrap();
        rig.push(link(&rig, "OPS-1", "disk\nfull")).unwrap();
        rig.push(link(&rig, "OPS-1", &"磁".repeat(300))).unwrap();
        let links = rig.fake.issue("OPS-1").unwrap().remote_links;
        assert_eq!(links.len(), 1);
        let link = &links[0].1;
        assert_eq!(link["globalId"], format!("system=console.example&id={}", uuid(1)));
        assert_eq!((&link["application"]["name"], &link["relationship"]), (&"Guance".into(), &"mirrors".into()));
        assert!(link["object"]["title"].as_str().unwrap().chars().count() <= 255);
        assert_eq!(link["object"]["url"], "https://console.example/exceptions?__docid=issue_1");
        assert_eq!(rig.run().issue_url("OPS-1"), format!("{}/browse/OPS-1", rig.fake.base_url()));
    }
}

#[test]
fn a_lost_answer_is_asked_for_again_at_once() {
    for rig in made() {
        rig.lose("POST", "remotelink", What::DropAfter);
        rig.push(link(&rig, "OPS-1", "disk full")).unwrap();
        assert_eq!(rig.fake.issue("OPS-1").unwrap().remote_links.len(), 1);
        rig.fake
            .fail(Fault::new(What::Status(500, "{}".into(), vec![])).path_contains("remotelink").times(Times::Always));
        let error = rig.push(link(&rig, "OPS-1", "disk full")).unwrap_err();
        assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "{error}");
    }
}

#[test]
fn a_refusal_is_one_of_the_link_as_long_as_we_are_somebody() {
    let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    for (status, body) in [(401, scope), (403, "<html>firewall</html>"), (400, "{}"), (404, "{}")] {
        for rig in made() {
            rig.fake.fail(Fault::new(What::Status(status, body.into(), vec![])).path_contains("remotelink"));
            let error = rig.push(link(&rig, "OPS-1", "x")).unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Refused, "{status}: {error}");
            assert!(error.hint.unwrap().contains("flow"), "{status}");
        }
    }
    for rig in made() {
        rig.fake.with_user("bot", |bot| {
            bot.denied.insert("LINK_ISSUES".to_owned());
        });
        let error = rig.push(link(&rig, "OPS-1", "x")).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused, "{error}");
        rig.fake.with_user("bot", |bot| bot.active = false);
        let error = rig.push(link(&rig, "OPS-1", "x")).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unauthorized, "{error}");
    }
}
