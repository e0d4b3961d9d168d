//! cron: a nearly empty environment, `/bin/sh`, and a mail with whatever is printed.

use std::fs;

use super::host::{Host, USER, path};
use super::{Variables, assert_arrives, config, folder, hold, put, read, variables};
use crate::e2e::world::{Flavour, Outcome, World};

/// Returns what cron makes of a crontab with one job: its variables, and what it hands to the shell.
fn job(crontab: &str) -> (Variables, String) {
    let mut lines = crontab.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut set, mut found) = (Vec::new(), None);
    for line in &mut lines {
        let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        match line[name.len()..].trim_start().strip_prefix('=') {
            Some(value) if !name.is_empty() => set.push((name, value.trim().to_owned())),
            _ => {
                found = Some(line);
                break;
            }
        }
    }
    assert_eq!(lines.next(), None, "one job");
    assert!(crontab.ends_with('\n'), "cron refuses a last line that does not end");
    let mut rest = found.unwrap();
    for _ in 0..5 {
        rest = rest.split_once(char::is_whitespace).unwrap().1.trim_start();
    }
    // To cron, % is the end of a line.
    assert!(!rest.contains('%'), "{rest}");
    (set, rest.to_owned())
}

/// Returns the environment of a job: what cron sets, and what the file sets instead.
fn environment(home: &str, set: Variables) -> Variables {
    let mut environment =
        variables(&[("HOME", home), ("LOGNAME", "guajira"), ("SHELL", "/bin/sh"), ("PATH", "/usr/bin:/bin")]);
    environment.retain(|(name, _)| set.iter().all(|(other, _)| other != name));
    environment.extend(set);
    environment
}

fn runs(host: &Host, home: &'static str, crontab: &'static str) -> impl Fn() -> Outcome {
    let (set, line) = job(crontab);
    let environment = environment(home, set);
    let shell = environment.iter().find(|(name, _)| name == "SHELL").unwrap().1.clone();
    move || host.run(&[&shell, "-c", &line], &environment)
}

fn silent(outcome: Outcome) -> Outcome {
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""), "cron would send a mail");
    outcome
}

/// The system account of docs/operations.md: it reads its configuration, and writes its state alone.
fn system_account(world: &World) -> Host<'_> {
    world.reconfigure("\"guance-test-key\"", "{ file = \"guance.key\" }");
    world.reconfigure("\"bot-pat\"", "{ file = \"jira.token\" }");
    let state = path("/var/lib/guajira", &world.path("state"));
    world.reconfigure("[sync]\n", &format!("[sync]\nstate = \"{state}/guajira.db\"\n"));
    let etc = folder(world, "etc", 0, 0o750);
    put(&etc.join("guance.key"), "guance-test-key\n", 0, 0o640);
    put(&etc.join("jira.token"), "bot-pat\n", 0, 0o640);
    put(&etc.join("sync.toml"), &config(world), 0, 0o640);
    Host::with_system(world)
        .program("/usr/local/bin/guajira")
        .reads("/etc/guajira", etc)
        .writes("/var/lib/guajira", folder(world, "state", USER, 0o700))
        .working_in("/var/lib/guajira")
}

#[test]
fn the_crontab_of_a_system_account_carries_an_issue_without_a_mail() {
    let world = World::new(Flavour::Server);
    let host = system_account(&world);
    let run = runs(&host, "/var/lib/guajira", read("examples/crontab").leak());
    assert_arrives(&world, || silent(run()));
    assert!(world.path("state/guajira.db").exists());
}

#[test]
fn cron_mails_once_what_needs_a_person() {
    let world = World::new(Flavour::Server);
    hold(&world);
    let host = system_account(&world);
    let run = runs(&host, "/var/lib/guajira", read("examples/crontab").leak());
    let first = run();
    assert!(first.code == 3 && !first.stdout.is_empty(), "{first}");
    assert_eq!(silent(run()).code, 3);
}

#[test]
fn the_readme_s_crontab_carries_an_issue_for_an_account_of_a_person() {
    let world = World::new(Flavour::Cloud);
    let readme = &*read("README.md").leak();
    let crontab = readme.split("```crontab\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(read("README.zh-CN.md").contains(crontab));
    let home = folder(&world, "home", USER, 0o700);
    // As `guajira init` leaves it.
    fs::create_dir(home.join("guajira")).unwrap();
    super::host::own(&home.join("guajira"), USER, 0o755);
    put(&home.join("guajira/sync.toml"), &config(&world), USER, 0o600);
    let host = Host::with_system(&world).writes("/home/one", home.clone()).program("/home/one/.cargo/bin/guajira");
    let host = host.working_in("/home/one");
    let run = runs(&host, "/home/one", crontab);
    assert_arrives(&world, || silent(run()));
    assert!(home.join("guajira/guajira.db").exists());
}
