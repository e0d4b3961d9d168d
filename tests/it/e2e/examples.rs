//! The command lines in `examples/`, taken from the files as they stand, and run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::copies::three_issues;
use super::world::{Flavour, Outcome, World};

fn example(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap()
}

/// Runs a command line as a scheduler does, with the program on the path.
fn shell(world: &World, line: &str, variables: &[(&str, &str)]) -> Outcome {
    let bin = world.path("bin");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_guajira"), bin.join("guajira")).unwrap();
    }
    let mut command = world.command("/bin/sh");
    command.args(["-e", "-c", line]).envs(variables.iter().copied());
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    Outcome::of(command)
}

fn assert_arrives(world: &World, run: impl Fn() -> Outcome) {
    let issues = three_issues(world);
    let outcome = run();
    assert_eq!(outcome.code, 0, "{outcome}");
    world.assert_agrees();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "and back");
    assert_eq!(run().code, 0);
    world.assert_agrees();
}

/// The same world with its secrets in variables, as the examples for pipelines have them.
fn with_secrets_in_variables() -> (World, [(&'static str, &'static str); 2]) {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("\"guance-test-key\"", "{ env = \"GUANCE_API_KEY\" }");
    world.reconfigure("\"bot-secret\"", "{ env = \"JIRA_API_TOKEN\" }");
    (world, [("GUANCE_API_KEY", "guance-test-key"), ("JIRA_API_TOKEN", "bot-secret")])
}

#[test]
fn the_crontab_carries_an_issue() {
    let world = World::new(Flavour::Server);
    let file = example("crontab");
    let line = file.lines().find(|line| line.starts_with("* * * * * ")).unwrap();
    let config = "/etc/guajira/sync.toml";
    assert!(line.contains(config));
    let line = line.trim_start_matches("* * * * * ").replace(config, &world.path("sync.toml").display().to_string());
    assert_arrives(&world, || {
        let outcome = shell(&world, &line, &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""), "cron would send a mail");
        outcome
    });
}

#[test]
fn the_github_workflow_carries_an_issue() {
    let (world, secrets) = with_secrets_in_variables();
    let file = example("github-actions.yml");
    let step = file.split("- name: Sync\n").nth(1).unwrap();
    let (settings, rest) = step.split_once("run: |\n").unwrap();
    let script: Vec<&str> =
        rest.lines().take_while(|line| line.starts_with("          ")).map(str::trim_start).collect();
    assert!(script.iter().any(|line| line.contains("guajira")), "{script:?}");
    let state = settings.lines().find_map(|line| line.trim().strip_prefix("GUAJIRA_SYNC__STATE: ")).unwrap();
    let variables = [secrets[0], secrets[1], ("GUAJIRA_SYNC__STATE", state)];
    assert_arrives(&world, || shell(&world, &script.join("\n"), &variables));
    assert!(world.path(state).exists());
    // The cache is gone.
    fs::remove_dir_all(world.path("state")).unwrap();
    let outcome = shell(&world, &script.join("\n"), &variables);
    assert_eq!(outcome.code, 0, "{outcome}");
    world.assert_agrees();
}

#[test]
fn what_waits_for_a_person_is_a_warning_and_no_failed_job() {
    let (world, secrets) = with_secrets_in_variables();
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    three_issues(&world);
    let file = example("github-actions.yml");
    let script = file.split("- name: Sync\n").nth(1).unwrap().split_once("run: |\n").unwrap().1;
    let script: Vec<&str> =
        script.lines().take_while(|line| line.starts_with("          ")).map(str::trim_start).collect();
    let summary = world.path("summary.md").display().to_string();
    let variables = [
        secrets[0],
        secrets[1],
        ("GUAJIRA_SYNC__STATE", "state/guajira.db"),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
    ];
    let held = shell(&world, &script.join("\n"), &variables);
    assert_eq!(held.code, 0, "{held}");
    assert!(held.stdout.contains("3 held") && held.stdout.contains("::warning "), "{held}");
    assert!(fs::read_to_string(&summary).unwrap().contains("sync --release"));
    // What is wrong with the job itself fails it.
    world.reconfigure("in_doubt_wait", "in_doubt_weight");
    let wrong = shell(&world, &script.join("\n"), &variables);
    assert_eq!(wrong.code, 2, "{wrong}");
    assert!(example("Jenkinsfile").contains("code == 3") && example("crontab").contains("guajira -q "));
}

#[test]
fn the_jenkinsfile_carries_an_issue() {
    let (world, secrets) = with_secrets_in_variables();
    let file = example("Jenkinsfile");
    let line = file.split("script: '").nth(1).unwrap().split('\'').next().unwrap();
    assert!(line.contains("guajira"), "{line}");
    assert_arrives(&world, || shell(&world, line, &secrets));
}

#[test]
fn the_readme_shows_commands_that_exist() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let world = World::new(Flavour::Cloud);
    three_issues(&world);
    let shown = readme.split("```sh\nguajira check\n").nth(1).unwrap().split("```").next().unwrap();
    for line in std::iter::once("guajira check").chain(shown.lines()) {
        let outcome = shell(&world, line, &[]);
        assert_eq!(outcome.code, 0, "{line}: {outcome}");
    }
    world.assert_agrees();
}
