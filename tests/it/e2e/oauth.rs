//! OAuth 1.0a against a Jira that verifies every signature: the steps to a token, and what a run does with it.

use std::io::Write as _;
use std::process::Stdio;

use super::world::{Flavour, Outcome, World};

/// A world whose Jira has an application link, and whose program has no token yet.
fn linked() -> World {
    let world = World::new(Flavour::Server);
    world.reconfigure(
        "method = \"pat\"\ntoken = \"bot-pat\"",
        "method = \"oauth1\"\nconsumer_key = \"guajira\"\nprivate_key = { file = \"jira.key\" }\ntoken = { file = \"jira.token\" }",
    );
    let outcome = world.run(&["auth", "jira", "--public-key"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    world.jira.link_consumer("guajira", &public_key(&outcome));
    world
}

fn public_key(outcome: &Outcome) -> String {
    let start = outcome.stdout.find("-----BEGIN PUBLIC KEY-----").expect("a public key");
    outcome.stdout[start..].to_owned()
}

/// A world whose program has a token.
fn approved() -> World {
    let world = linked();
    world.write("jira.token", &world.jira.access_token("bot"));
    world
}

fn mode(world: &World, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_steps_lead_to_a_token_that_works() {
    let world = linked();
    assert_eq!(mode(&world, "jira.key"), 0o600);
    // Nobody is there to type: the address is printed, and the code comes in another run.
    let begun = world.run(&["auth", "jira"]);
    assert_eq!(begun.code, 2, "{begun}");
    assert!(begun.stdout.contains("Consumer key: guajira") && begun.stderr.contains("--verifier CODE"), "{begun}");
    let (_, request) = begun.stdout.split_once("/plugins/servlet/oauth/authorize?oauth_token=").unwrap();
    let early = world.run(&["auth", "jira", "--verifier", "guess"]);
    assert_eq!(early.code, 4, "{early}");
    assert!(!early.stdout.contains(request.trim()), "{early}");
    let begun = world.run(&["auth", "jira"]);
    let (_, request) = begun.stdout.split_once("?oauth_token=").unwrap();
    let code = world.jira.approve(request.trim(), "bot");
    let done = world.run(&["auth", "jira", "--verifier", &code]);
    assert_eq!(done.code, 0, "{done}");
    assert!(done.stdout.contains("Sync Bot (bot)") && done.stdout.contains("the token ends on 20"), "{done}");
    assert_eq!(mode(&world, "jira.token"), 0o600);
    assert!(!world.path("jira.token.request").exists() && !world.path("jira.token.new").exists());
    let token = std::fs::read_to_string(world.path("jira.token")).unwrap();
    assert!(token.contains("expires=") && !done.stdout.contains("access-token-"), "{token}");
    world.guance.open_issue("signed", "<p>x</p>", "P1", "张三");
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_person_may_type_the_code() {
    let world = linked();
    let mut command = world.program(&["auth", "jira"]);
    command.stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let approved = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::read_to_string(world.path("jira.token.request")).ok().filter(|text| text.ends_with('\n'))
    });
    let request = approved.take(500).flatten().next().unwrap();
    let code = world.jira.approve(request.trim(), "bot");
    child.stdin.take().unwrap().write_all(format!("{code}\n").as_bytes()).unwrap();
    let outcome = Outcome::from(child.wait_with_output().unwrap());
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(world.run(&["check"]).code, 0);
}

#[test]
fn every_request_of_a_run_is_signed() {
    let world = approved();
    world.reconfigure("[[route]]", "[flow]\nattachments = \"both\"\nstatus = \"both\"\nassignee = \"both\"\n[[route]]");
    let issue = world.guance.open_issue("磁盘 ~ 100% + & *", "<p>x</p>", "P1", "张三");
    world.guance.attach_to_issue(&issue, "张三", "dump.bin", &[0, 255, 13]);
    world.settle();
    let key = world.key_of(&issue);
    world.jira.comment(&key, "alice", "seen");
    world.jira.attach(&key, "alice", "log ~ 1 +&.txt", "text/plain", b"lines");
    world.settle();
    assert_eq!(world.files_on_jira(&issue), [("dump.bin".to_owned(), vec![0, 255, 13])]);
    assert_eq!(world.files_on_guance(&issue), [("log ~ 1 +&.txt".to_owned(), b"lines".to_vec())]);
    assert!(world.sent_to_guance().contains("seen"));
    let unsigned = |request: &&guajira_fakes::server::Recorded| {
        !request
            .headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("authorization") && value.starts_with("OAuth "))
    };
    let requests = world.jira.recorded();
    assert_eq!(requests.iter().filter(unsigned).map(|one| one.path.clone()).collect::<Vec<_>>(), Vec::<String>::new());
    // Each run is told Jira's time by its first request, where the clocks are apart: here one stands still.
    let refused = requests.iter().filter(|one| one.status == Some(401) && !one.path.ends_with("/myself"));
    assert_eq!(refused.map(|one| one.path.clone()).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn an_end_that_is_near_is_said_by_every_command() {
    let world = approved();
    world.settle();
    let token = world.jira.access_token("bot");
    let ends = chrono::Utc::now() + chrono::TimeDelta::days(5);
    world.write("jira.token", &format!("oauth_token={token}&oauth_token_secret=t&expires={}", ends.timestamp()));
    for command in ["sync", "check", "status"] {
        let outcome = world.run(&[command]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let told = format!("[jira.auth].token ends on {}", ends.format("%Y-%m-%d"));
        assert!(outcome.stdout.contains(&told) || outcome.stderr.contains(&told), "{command}: {outcome}");
    }
    assert!(world.run(&["status", "--json"]).stdout.contains("\"login_ends\": \"20"));
    world.reconfigure("consumer_key", "expires = 2999-01-01\nconsumer_key");
    let outcome = world.run(&["check"]);
    assert!(!outcome.stdout.contains("token ends on"), "{outcome}");
}

/// Runs a sync that Jira must refuse; returns what was said. Nothing secret may be said.
fn refused(world: &World, says: &str) -> Outcome {
    world.guance.open_issue("refused", "<p>x</p>", "P1", "张三");
    let outcome = world.run(&["sync", "-vv"]);
    assert_eq!(outcome.code, 4, "{outcome}");
    assert!(outcome.stderr.contains(says), "{says}: {outcome}");
    let key = std::fs::read_to_string(world.path("jira.key")).unwrap();
    let token = std::fs::read_to_string(world.path("jira.token")).unwrap();
    let told = outcome.stdout.clone() + &outcome.stderr;
    for secret in [key.lines().nth(1).unwrap(), token.trim(), "oauth_nonce", "oauth_signature"] {
        assert!(!told.contains(secret), "{secret} was told: {outcome}");
    }
    assert!(world.jira.issues().is_empty());
    outcome
}

#[test]
fn each_refusal_says_what_to_do() {
    for (problem, says) in [
        ("token_expired", "run `guajira auth jira` once more"),
        ("token_rejected", "revoked"),
        ("consumer_key_unknown", "[jira.auth].consumer_key"),
        ("permission_denied", "logged in as the bot"),
        ("timestamp_refused", "NTP"),
        ("signature_invalid", "--public-key"),
        ("nonce_used", "repeats requests"),
        ("something_new", "application link"),
    ] {
        let world = approved();
        world.jira.switch(|switches| switches.oauth_problem = Some(problem.to_owned()));
        let outcome = refused(&world, says);
        assert!(outcome.stderr.contains(&format!("oauth_problem={problem}")), "{outcome}");
        // And it goes on by itself.
        world.jira.switch(|switches| switches.oauth_problem = None);
        world.settle();
        world.assert_agrees();
    }
}

#[test]
fn another_key_and_another_address_are_told_apart() {
    let world = approved();
    world.jira.switch(|switches| switches.oauth_site = Some("http://jira.internal:8080".to_owned()));
    refused(&world, "Jira signs for http://jira.internal:8080/rest/api/2/");
    world.jira.switch(|switches| switches.oauth_site = None);
    std::fs::remove_file(world.path("jira.key")).unwrap();
    assert_eq!(world.run(&["auth", "jira", "--public-key"]).code, 0);
    refused(&world, "signs the same text, and so with another key");
}

#[test]
fn a_revoked_token_and_another_consumer_are_refused_by_name() {
    let world = approved();
    world.jira.revoke_tokens();
    refused(&world, "token_rejected");
    let world = approved();
    world.reconfigure("consumer_key = \"guajira\"", "consumer_key = \"other\"");
    refused(&world, "consumer_key_unknown");
}

#[test]
fn jiras_own_time_is_used_where_ours_is_refused() {
    let world = approved();
    world.guance.open_issue("late", "<p>x</p>", "P1", "张三");
    world.settle();
    world.jira.clock().advance(std::time::Duration::from_hours(1));
    world.guance.clock().advance(std::time::Duration::from_hours(1));
    world.guance.open_issue("later", "<p>x</p>", "P1", "张三");
    world.sync();
    world.assert_agrees();
}

#[test]
fn what_is_wrong_with_files_is_said_before_anything_is_sent() {
    let world = linked();
    world.forget_requests();
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("[jira.auth].token"), "{outcome}");
    world.reconfigure("token = { file = \"jira.token\" }", "token = { env = \"TOKEN\" }");
    let outcome = world.run(&["auth", "jira"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("token = { file = \"jira.token\" }"), "{outcome}");
    world.write("jira.key", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let outcome = world.run(&["auth", "jira"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("holds a certificate"), "{outcome}");
    assert!(world.jira.recorded().is_empty());
    let other = World::new(Flavour::Cloud);
    let outcome = other.run(&["auth", "jira"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("method = \"oauth1\""), "{outcome}");
}
