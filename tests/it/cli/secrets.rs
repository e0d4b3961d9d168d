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
fn a_secret_in_the_place_of_a_variables_name_is_not_printed() {
    let [key, ..] = PLANTED;
    for pasted in [key, "vy2EVg0planted07f3afuTtn"] {
        let place = Place::with_config(&NOBODY_LISTENS.replace("\"g-key\"", &format!("{{ env = {pasted:?} }}")));
        for command in [&["sync", "-vv"][..], &["check"], &["-q", "sync", "--log-format", "json"], &["status"]] {
            let outcome = shown(&place.run(command));
            assert!(!outcome.contains(pasted), "{command:?}: {outcome}");
        }
    }
}

#[test]
#[cfg(unix)]
fn init_takes_a_pasted_secret_into_a_file_of_its_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let (key, token) = ("vy2EVg0planted07f3afuTtn", "my secret j-planted");
    let place = Place::new();
    let nobody = "http://127.0.0.1:9";
    let answers = format!("{nobody}\n{key}\n\nyes\n{nobody}\nyes\npat\n{token}\nno\n{token}\ny\nOPS\n\n");
    let outcome = place.run_with(["init"], &[], &answers);
    let said = shown(&outcome);
    assert_eq!(outcome.code, 0, "{said}");
    assert!(!said.contains(key) && !said.contains(token), "{said}");
    assert!(outcome.stdout.starts_with("wrote guance.key, jira.token, sync.toml, sync.schema.json\n"), "{said}");
    let config = fs::read_to_string(place.path("sync.toml")).unwrap();
    assert!(!config.contains(key) && !config.contains(token), "{config}");
    assert!(
        config.contains("api_key = { file = \"guance.key\" }") && config.contains("token = { file = \"jira.token\" }")
    );
    for (file, secret) in [("guance.key", key), ("jira.token", token)] {
        assert_eq!(fs::read_to_string(place.path(file)).unwrap(), format!("{secret}\n"));
        assert_eq!(fs::metadata(place.path(file)).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn init_overwrites_no_file_and_takes_no_name_for_a_secret() {
    let place = Place::new();
    place.write("guance.key", "another");
    let token = "my_token_7";
    let nobody = "http://127.0.0.1:9";
    let answers = format!("{nobody}\nG_KEY\nyes\n{nobody}\nyes\npat\n{token}\nOPS\n\n");
    let outcome = place.run_with(["init"], &[(token, "j-planted-91bc")], &answers);
    assert_eq!(outcome.code, 0, "{}", shown(&outcome));
    assert_eq!(fs::read_to_string(place.path("guance.key")).unwrap(), "another");
    let config = fs::read_to_string(place.path("sync.toml")).unwrap();
    assert!(config.contains("{ env = \"G_KEY\" }") && config.contains("{ env = \"my_token_7\" }"), "{config}");
    search(&shown(&outcome), "init");
}

#[test]
#[cfg(unix)]
fn a_secret_from_a_pipe_that_nobody_writes_to_is_refused_at_once() {
    let place = Place::with_config(&NOBODY_LISTENS.replace("\"g-key\"", "{ file = \"fifo\" }"));
    assert!(std::process::Command::new("mkfifo").arg(place.path("fifo")).status().unwrap().success());
    let outcome = place.run(["sync"]);
    assert_eq!(outcome.code, 2, "{}", shown(&outcome));
    assert!(
        outcome.stderr.contains("[guance].api_key: cannot read the file fifo: it is no regular file"),
        "{}",
        outcome.stderr
    );
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
#[cfg(unix)]
fn files_that_others_can_read_are_named_once_in_a_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Refusing::start();
    let text = NOBODY_LISTENS
        .replace("http://127.0.0.1:9", &server.url)
        .replace("\"g-key\"", "{ file = \"g\" }")
        .replace("\"j-token\"", "{ file = \"j\" }");
    let place = Place::with_config(&text);
    place.write("g", "g-planted-7f3a");
    place.write("j", "j-planted-91bc");
    place.run(["sync"]);
    let mode = |mode: u32| {
        for name in ["g", "j", "guajira.db"] {
            fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    for (to, named) in [(0o644, 1), (0o600, 0)] {
        mode(to);
        for command in [&["check"][..], &["sync"], &["sync", "--dry-run"]] {
            let said = shown(&place.run(command));
            for name in ["g", "j", "guajira.db"] {
                assert_eq!(said.matches(&format!("chmod 600 {name}\n")).count(), named, "{name}: {said}");
            }
            search(&said, "a warning");
        }
        assert_eq!(place.run(["-q", "sync"]).stderr.matches("chmod").count(), 0);
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
