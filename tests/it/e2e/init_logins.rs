//! `guajira init` and the ways to log in to Jira that need more than a name and a secret: tokens with scopes, OAuth 1.0a.

use std::fs;

use super::init::{bare, config, init};
use super::world::{Flavour, Outcome, SECRETS, World};

/// A Jira Cloud whose bot has a token with scopes, and where its gateway is.
fn scoped(scopes: &[&str]) -> World {
    let mut world = bare(World::new(Flavour::Cloud));
    world.jira.scope_token("bot", scopes);
    let host = world.jira.gateway_host();
    world.set("GUAJIRA_JIRA__AUTH__GATEWAY_URL", &host);
    world
}

#[test]
fn a_token_with_scopes_is_tried_through_the_gateway() {
    let world = scoped(&["read:jira-user", "read:jira-work", "write:jira-work"]);
    let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
    let (user, token) = world.jira.basic("bot");
    // As a token without scopes first, which the site refuses; then as what it is.
    let answers =
        [&*guance, SECRETS[0], "yes", &jira, "1", &user, &token, "yes", "2", &user, &token, "yes", "OPS", "Bug", "yes"];
    let outcome = init(&world, &[], &answers);
    assert_eq!(outcome.code, 0, "{outcome}");
    for said in ["Jira refuses the login: ", "counts only through Atlassian's gateway", "Logged in as Sync Bot."] {
        assert!(outcome.stderr.contains(said), "{said}: {outcome}");
    }
    assert!(outcome.stdout.contains("ok   scope write:jira-work: the token has it"), "{outcome}");
    assert!(outcome.stdout.ends_with("next: `guajira sync`\n"), "{outcome}");
    let shown = config(&world);
    assert!(shown.contains("method = \"scoped\"") && shown.contains(&format!("user = \"{user}\"")), "{shown}");
    assert!(shown.contains("# gateway_url = ") && shown.contains("# private_key = "), "{shown}");
    assert_eq!(fs::read_to_string(world.path("jira.token")).unwrap(), format!("{token}\n"));
    world.guance.open_issue("a", "<p>x</p>", "P1", "王五");
    world.sync();
    assert_eq!(world.jira.issues().len(), 1);
}

#[test]
fn a_token_that_lacks_a_scope_is_told_which_and_asked_for_again() {
    let world = scoped(&["read:jira-work", "write:jira-work"]);
    let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
    let (user, token) = world.jira.basic("bot");
    let answers = [&*guance, SECRETS[0], "yes", &jira, "scoped", &user, &token, "yes"];
    let outcome = init(&world, &[], &answers);
    assert_eq!(outcome.code, 2, "the input ended: {outcome}");
    assert!(outcome.stderr.contains("lacks the scope read:jira-user"), "{outcome}");
    assert_eq!(outcome.stderr.matches("Ways to log in there:").count(), 2, "{outcome}");
    assert_eq!(fs::read_dir(world.path("")).unwrap().count(), 0);
}

#[test]
fn a_gateway_in_the_place_of_the_site_takes_no_token_that_needs_one() {
    let world = bare(World::new(Flavour::Cloud));
    let (guance, gateway) = (world.guance.base_url(), world.jira.gateway_url());
    let (user, token) = world.jira.basic("bot");
    let scoped = ["scoped", user.as_str(), &token, "yes"];
    let answers = [&[&*guance, SECRETS[0], "yes", &gateway], &scoped[..], &scoped, &scoped].concat();
    let outcome = init(&world, &[], &answers);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("[jira].base_url") && outcome.stderr.contains("too many wrong"), "{outcome}");
}

/// The answers that lead to a configuration with an application link.
fn linked(world: &World, args: &[&str], after: &[&str]) -> Outcome {
    let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
    let key: &[&str] = if world.path("guance.key").exists() { &["guance.key"] } else { &[SECRETS[0], "yes"] };
    let outcome = init(world, args, &[&[&*guance], key, &[&jira, "3", "", "OPS", "Bug"], after].concat());
    assert_eq!(outcome.code, 0, "{outcome}");
    outcome
}

/// Takes the steps to a token, as `init` said.
fn approve(world: &World) {
    let outcome = world.run(&["auth", "jira", "--public-key"]);
    let start = outcome.stdout.find("-----BEGIN PUBLIC KEY-----").expect("a public key");
    world.jira.link_consumer("guajira", &outcome.stdout[start..]);
    let begun = world.run(&["auth", "jira"]);
    let (_, request) = begun.stdout.split_once("?oauth_token=").unwrap();
    let code = world.jira.approve(request.trim(), "bot");
    let done = world.run(&["auth", "jira", "--verifier", &code]);
    assert_eq!(done.code, 0, "{done}");
}

#[test]
fn an_application_link_is_written_and_the_next_command_is_told() {
    let world = bare(World::new(Flavour::Server));
    let outcome = linked(&world, &[], &[]);
    let said = "next: `guajira auth jira`, which makes the key pair and says what the administrator of Jira enters; then \
                `guajira check`\n";
    assert!(outcome.stdout.ends_with(said), "{outcome}");
    let shown = config(&world);
    for line in [
        "method = \"oauth1\"",
        "# user = ",
        "consumer_key = \"guajira\"",
        "private_key = { file = \"jira.key\" }",
        "token = { file = \"jira.token\" }",
    ] {
        assert!(shown.lines().any(|l| l.starts_with(line)), "{line}: {shown}");
    }
    approve(&world);
    assert_eq!(world.run(&["check"]).code, 0);
    world.guance.open_issue("a", "<p>x</p>", "P1", "王五");
    world.sync();
    assert_eq!(world.jira.issues().len(), 1);
    // With the token there, `init` knows what to propose.
    let outcome = linked(&world, &["--force"], &["yes"]);
    assert!(
        outcome.stderr.contains("It is in the file jira.token.") && outcome.stderr.contains("P1 → High"),
        "{outcome}"
    );
    assert!(outcome.stdout.ends_with("next: `guajira sync`\n"), "{outcome}");
    assert!(config(&world).contains("token = { file = \"jira.token\" }"));
    // One that Jira takes no more is approved anew.
    world.jira.revoke_tokens();
    let outcome = linked(&world, &["--force"], &[]);
    assert!(outcome.stderr.contains("Jira refuses the login: "), "{outcome}");
    assert!(outcome.stdout.contains("next: `guajira auth jira`"), "{outcome}");
}

#[test]
fn the_token_of_another_login_stays_where_it_is() {
    let world = bare(World::new(Flavour::Server));
    world.write("jira.token", "a-pat-of-somebody\n");
    world.write("jira.key", "no key\n");
    linked(&world, &[], &[]);
    let shown = config(&world);
    assert!(shown.contains("token = { file = \"jira-2.token\" }"), "{shown}");
    let told = world.run(&["auth", "jira"]);
    assert_eq!(told.code, 2, "{told}");
    assert!(told.stderr.contains("must hold a private key in PEM"), "{told}");
    fs::remove_file(world.path("jira.key")).unwrap();
    approve(&world);
    assert_eq!(fs::read_to_string(world.path("jira.token")).unwrap(), "a-pat-of-somebody\n");
    assert_eq!(world.run(&["check"]).code, 0);
}
