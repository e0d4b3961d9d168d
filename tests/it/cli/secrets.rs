//! Secrets planted in every place that may hold one are searched for in everything the program leaves.

use std::fs;

use super::refusing::Refusing;
use super::{NOBODY_LISTENS, Place, shown};

const PLANTED: [&str; 3] = ["g-planted-7f3a", "j-planted-91bc", "p-planted-55de"];

/// The second one as the header of basic authentication carries it, with its user.
const ENCODED: &str = "Ym90QGV4YW1wbGUuY29tOmotcGxhbnRlZC05MWJj";

#[test]
fn no_output_and_no_file_shows_a_secret() {
    let [key, token, _] = PLANTED;
    let server = Refusing::start();
    let config = NOBODY_LISTENS.replace("g-key", key).replace("j-token", token);
    let config = config.replace("http://127.0.0.1:9", &server.url);
    let broken = [
        config.clone(),
        config.replace("user =", "method = \"pat\"\nuser ="),
        config.replace("token =", "tokn ="),
        config.replace("api_key = ", "api_key = 7, "),
        config.replace(&format!("\"{token}\""), &format!("\"{token}")),
        config.replace(&format!("\"{token}\""), &format!("{{ evn = \"{token}\" }}")),
        config.replace("bot@example.com", "bot\\u0007"),
    ];
    for text in broken {
        for command in [
            &["sync", "-vv"][..],
            &["sync", "-vv", "--log-format", "json", "--json"],
            &["sync", "--dry-run", "--since", "1d", "-vv"],
            &["check", "-vv"],
            &["status", "-vv"],
            &["why", "OPS-1", "-vv"],
        ] {
            let place = Place::with_config(&text);
            let outcome = place.run_with(command, &[("HTTPS_PROXY", "http://user:p-planted-55de@127.0.0.1:9")], "");
            search(&shown(&outcome), &format!("{command:?}"));
            for entry in fs::read_dir(place.path("")).unwrap() {
                let path = entry.unwrap().path();
                if !path.ends_with("sync.toml") {
                    search(&String::from_utf8_lossy(&fs::read(&path).unwrap()), &path.display().to_string());
                }
            }
        }
    }
}

#[test]
fn a_secret_in_the_environment_is_not_in_the_help() {
    let [key, token, other] = PLANTED;
    let variables = [("GUAJIRA_GUANCE__API_KEY", key), ("GUAJIRA_JIRA__AUTH__TOKEN", token), ("GUAJIRA_CONFIG", other)];
    for command in [&["--help"][..], &["sync", "--help"], &["sync", "--no-such"]] {
        search(&shown(&Place::new().run_with(command, &variables, "")), &format!("{command:?}"));
    }
}

#[test]
fn a_proxy_that_cannot_be_understood_is_named_without_its_value() {
    let server = Refusing::start();
    let place = Place::with_config(&NOBODY_LISTENS.replace("http://127.0.0.1:9", &server.url));
    let good = server.url.replace("//", "//user:p-planted-55de@");
    for (name, value, code) in [
        ("HTTP_PROXY", "http://user:p-planted-55de@[bad", 2),
        ("http_proxy", "http://user:p-planted-55de@[bad", 2),
        ("ALL_PROXY", "gopher://user:p-planted-55de@proxy", 2),
        ("all_proxy", "http://user:p-planted-55de@a b", 2),
        // Nothing of ours is behind https here.
        ("HTTPS_PROXY", "http://user:p-planted-55de@[bad", 4),
        ("HTTP_PROXY", &good, 4),
    ] {
        for command in ["sync", "check"] {
            let outcome = place.run_with([command], &[(name, value)], "");
            assert_eq!(outcome.code, code, "{name}={value} {command}: {}", shown(&outcome));
            assert_eq!(outcome.stderr.contains(&format!("error: {name}: ")), code == 2, "{}", outcome.stderr);
            search(&shown(&outcome), name);
        }
        let direct = place.run_with(["sync"], &[(name, value), ("NO_PROXY", "127.0.0.1")], "");
        assert_eq!(direct.code, 4, "{}", shown(&direct));
    }
}

#[test]
fn what_switches_escaping_off_is_refused() {
    let place = Place::with_config(&format!(
        "{NOBODY_LISTENS}description = \"x {{% autoescape false %}}{{{{ title }}}}{{% endautoescape %}}\"\n"
    ));
    let outcome = place.run(["sync"]);
    assert_eq!(outcome.code, 2, "{}", shown(&outcome));
    assert!(outcome.stderr.contains("`autoescape` is not for templates here"), "{}", outcome.stderr);
}

fn search(text: &str, place: &str) {
    for secret in PLANTED.iter().chain([&ENCODED]) {
        assert!(!text.contains(secret), "{secret} in {place}:\n{text}");
    }
}
