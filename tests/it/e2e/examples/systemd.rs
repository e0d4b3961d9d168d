//! systemd: the service as a manager starts it, with credentials, a state folder and a root that is read only.

use std::fs;

use super::host::{Host, USER, own};
use super::{SECRET_FILES, Variables, assert_arrives, config, folder, hold, put, read, variables, without_secrets};
use crate::e2e::world::{Outcome, World};

/// A unit: section, key, value. A value of several lines is none that ours have.
fn unit(name: &str) -> Vec<(String, String, String)> {
    let (mut section, mut found) = (String::new(), Vec::new());
    for line in read(&format!("examples/systemd/{name}")).lines().map(str::trim) {
        if let Some(named) = line.strip_prefix('[') {
            named.strip_suffix(']').unwrap().clone_into(&mut section);
        } else if !line.is_empty() && !line.starts_with(['#', ';']) {
            assert!(!line.ends_with('\\'), "{line}");
            let (key, value) = line.split_once('=').unwrap();
            found.push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    found
}

fn values(unit: &[(String, String, String)], key: &str) -> Vec<String> {
    unit.iter()
        .filter(|(section, name, _)| section == "Service" && name == key)
        .map(|(.., value)| specified(value))
        .collect()
}

/// Fills in the specifiers of a system manager.
fn specified(text: &str) -> String {
    text.replace("%S", "/var/lib").replace("%d", "/run/credentials/guajira.service").replace("%%", "%")
}

/// The machine and the environment that systemd.exec(5) tells of.
fn service(world: &World) -> (Host<'_>, Vec<String>, Variables) {
    let unit = unit("guajira.service");
    let only = |key: &str| {
        let [value] = &values(&unit, key)[..] else { panic!("{key}") };
        value.clone()
    };
    let etc = folder(world, "etc", 0, 0o755);
    put(&etc.join("sync.toml"), &config(world), 0, 0o644);
    // For root alone: systemd hands the service copies of its own.
    let given = folder(world, "credentials", USER, 0o700);
    for (name, secret) in SECRET_FILES {
        put(&etc.join(name), secret, 0, 0o600);
    }
    for credential in values(&unit, "LoadCredential") {
        let (name, path) = credential.split_once(':').unwrap();
        let secret = fs::read_to_string(etc.join(path.strip_prefix("/etc/guajira/").unwrap())).unwrap();
        put(&given.join(name), &secret, USER, 0o400);
    }
    own(&given, USER, 0o500);
    assert_eq!((only("DynamicUser"), only("ProtectSystem")), ("yes".to_owned(), "strict".to_owned()));
    let state = format!("/var/lib/{}", only("StateDirectory"));
    let mode = u32::from_str_radix(&only("StateDirectoryMode"), 8).unwrap();
    let host = Host::with_system(world)
        .program("/usr/local/bin/guajira")
        .reads("/etc/guajira", etc)
        .reads("/run/credentials/guajira.service", given)
        .writes(&state, folder(world, "state", USER, mode));
    let mut environment = variables(&[
        ("LANG", "C.UTF-8"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"),
        ("HOME", "/"),
        ("LOGNAME", "guajira"),
        ("USER", "guajira"),
        ("SHELL", "/sbin/nologin"),
        ("INVOCATION_ID", "a8c2f4f6f7164c6f9d4b8f8b9d1d6c52"),
        ("JOURNAL_STREAM", "8:31337"),
        ("SYSTEMD_EXEC_PID", "4711"),
        ("CREDENTIALS_DIRECTORY", "/run/credentials/guajira.service"),
        ("STATE_DIRECTORY", &state),
    ]);
    environment.extend(values(&unit, "Environment").iter().map(|line| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    }));
    // No shell: words apart, and nothing in quotation marks.
    let line = only("ExecStart");
    assert!(!line.contains(['"', '\'', '\\', '$', ';']), "{line}");
    (host, line.split_whitespace().map(str::to_owned).collect(), environment)
}

#[test]
fn the_service_carries_an_issue() {
    let world = without_secrets();
    let (host, words, environment) = service(&world);
    let silent = |outcome: Outcome| {
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""), "the journal would have it");
        outcome
    };
    assert_arrives(&world, || silent(host.run(&words, &environment)));
    assert!(world.path("state/guajira.db").exists());
}

#[test]
fn the_service_does_not_fail_for_what_waits_and_fails_for_what_is_wrong() {
    let world = without_secrets();
    hold(&world);
    let (host, words, environment) = service(&world);
    let fine = values(&unit("guajira.service"), "SuccessExitStatus");
    let held = host.run(&words, &environment);
    assert!(fine.contains(&held.code.to_string()) && held.code == 3, "{held}");
    own(&world.path("credentials"), USER, 0o700);
    put(&world.path("credentials/jira.token"), "another\n", USER, 0o400);
    let refused = host.run(&words, &environment);
    assert!(!fine.contains(&refused.code.to_string()) && refused.code == 4, "{refused}");
}

#[test]
fn the_timer_starts_the_service_every_minute() {
    let unit = unit("guajira.timer");
    let has =
        |section: &str, key: &str, value: &str| unit.contains(&(section.to_owned(), key.to_owned(), value.to_owned()));
    assert!(has("Timer", "OnCalendar", "*:0/1") && has("Timer", "AccuracySec", "1s"));
    assert!(has("Install", "WantedBy", "timers.target"));
    // The service of the same name.
    assert!(!unit.iter().any(|(_, key, _)| key == "Unit"));
}
