//! The assignee of a new issue: who is on call, or whomever the route names. Nobody is found: the issue is made all the same.

use std::fs;
use std::time::Duration;

use guajira_fakes::alerts::{self, FakeAlerts};

use super::world::{Flavour, World};

/// A world whose alerts go to Jira, and the fake that they come from.
fn duty(flavour: Flavour, kind: alerts::Kind, more: &str) -> (World, FakeAlerts) {
    let fake = FakeAlerts::start(alerts::Options::of(kind));
    let login = match kind {
        alerts::Kind::Jsm => format!(
            "kind = \"jsm-alerts\"\nuser = \"{}\"\napi_key = {{ env = \"ALERTS\" }}\ngateway_url = \"{}\"",
            alerts::USER,
            fake.base_url()
        ),
        alerts::Kind::Opsgenie => "kind = \"opsgenie-alerts\"\napi_key = { env = \"ALERTS\" }".to_owned(),
    };
    let mut world = World::new(flavour);
    let text = fs::read_to_string(world.path("sync.toml")).unwrap();
    let source = format!(
        "\n[[source]]\nname = \"oncall\"\n{login}\nbase_url = \"{}\"\n\n[[source.route]]\nproject = \"OPS\"\n\
         issue_type = \"Bug\"\nassignee = \"{{{{ on_call }}}}\"\n{more}",
        fake.base_url()
    );
    world.write("sync.toml", &(text + &source));
    world.set("ALERTS", if kind == alerts::Kind::Jsm { alerts::TOKEN } else { alerts::KEY });
    pass(&world, &fake, 1);
    (world, fake)
}

fn pass(world: &World, fake: &FakeAlerts, minutes: u64) {
    fake.clock().advance(Duration::from_mins(minutes));
    world.pass(Duration::from_mins(minutes));
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

/// An alert for a team whose schedule names these people, and its Jira issue.
fn fired(world: &World, fake: &FakeAlerts, on_call: &[&str]) -> guajira_fakes::jira::Issue {
    fake.add_schedule("Database", "t-1", on_call);
    let alert = fake.fire("db-1", "database is slow");
    fake.edit(&alert, |alert| alert.teams = vec![("t-1".to_owned(), String::new())]);
    pass(world, fake, 2);
    pass(world, fake, 6);
    let issues = world.jira.issues();
    assert_eq!(issues.len(), 1, "{issues:?}");
    issues.into_iter().next().unwrap()
}

fn account(world: &World, name: &str) -> String {
    let mut id = String::new();
    world.jira.with_user(name, |user| id.clone_from(&user.account_id));
    id
}

#[test]
fn who_is_on_call_is_assigned() {
    let (world, fake) = duty(Flavour::Cloud, alerts::Kind::Jsm, "");
    let ids = [account(&world, "alice"), account(&world, "bob")];
    let issue = fired(&world, &fake, &[ids[0].as_str(), ids[1].as_str()]);
    assert_eq!(issue.assignee.as_deref(), Some("alice"), "{}", world.run(&["why", &issue.key]));
    // The person stays, and who comes on call later changes nothing.
    world.jira.assign(&issue.key, "bob", Some("bob"));
    pass(&world, &fake, 6);
    pass(&world, &fake, 6);
    assert_eq!(world.jira.issue(&issue.key).unwrap().assignee.as_deref(), Some("bob"));

    for flavour in [Flavour::Cloud, Flavour::Server] {
        let (world, fake) = duty(flavour, alerts::Kind::Opsgenie, "");
        let issue = fired(&world, &fake, &["nobody@example.com", "bob@example.com"]);
        assert_eq!(issue.assignee.as_deref(), Some("bob"), "the first who has an account");
    }
}

#[test]
fn the_table_of_people_says_who_is_who() {
    let people = "\n[source.people]\n\"Li@example.com\" = \"alice@example.com\"\n";
    let (world, fake) = duty(Flavour::Cloud, alerts::Kind::Opsgenie, people);
    assert_eq!(fired(&world, &fake, &["li@example.com"]).assignee.as_deref(), Some("alice"));
}

#[test]
fn an_issue_without_anybody_is_made_and_says_so_once() {
    for (on_call, why) in [(vec![], "nobody was named"), (vec!["li@example.com"], "li@example.com")] {
        let (world, fake) = duty(Flavour::Cloud, alerts::Kind::Opsgenie, "");
        let issue = fired(&world, &fake, &on_call);
        assert_eq!(issue.assignee, None);
        let told = world.run(&["why", &issue.key]).stdout;
        assert_eq!(told.matches("assignee").count(), 1, "{told}");
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn a_screen_without_assignee_and_somebody_who_may_not_be_one_cost_no_issue() {
    let (world, fake) = duty(Flavour::Cloud, alerts::Kind::Opsgenie, "");
    world.jira.switch(|jira| jira.off_create_screen.extend(["assignee".to_owned()]));
    assert_eq!(fired(&world, &fake, &["bob@example.com"]).assignee.as_deref(), Some("bob"));

    let (world, fake) = duty(Flavour::Server, alerts::Kind::Opsgenie, "");
    world.jira.with_user("bob", |bob| drop(bob.denied.replace("ASSIGNABLE_USER".to_owned())));
    let issue = fired(&world, &fake, &["bob@example.com"]);
    assert_eq!(issue.assignee, None);
    let told = world.run(&["why", &issue.key]).stdout;
    assert!(told.contains("assignee") && told.contains("cannot be assigned"), "{told}");
}
