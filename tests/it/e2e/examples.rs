//! The command lines in `examples/`, taken from the files as they stand, and run.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
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
        ("GITHUB_ACTIONS", "true"),
    ];
    let held = shell(&world, &script.join("\n"), &variables);
    assert_eq!(held.code, 0, "{held}");
    assert!(held.stdout.contains("3 held") && held.stdout.contains("::warning "), "{held}");
    assert!(fs::read_to_string(&summary).unwrap().contains("sync &#45;&#45;release"));
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

/// A world whose configuration names no secret: those stand in files, for a scheduler that hands files over.
fn with_secrets_in_files() -> World {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("api_key = \"guance-test-key\"\n", "");
    world.reconfigure("token = \"bot-secret\"\n", "");
    world.write("guance.key", "guance-test-key\n");
    world.write("jira.token", "bot-secret\n");
    for name in ["guance.key", "jira.token"] {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    world
}

#[test]
fn the_systemd_service_carries_an_issue() {
    let world = with_secrets_in_files();
    let file = example("systemd/guajira.service");
    let here = world.path("").display().to_string();
    let told = |text: &str| text.replace("%S/guajira", &here).replace("%d", &here).replace("/etc/guajira", &here);
    let lines = |name: &str| file.lines().filter_map(|line| line.strip_prefix(name)).map(told).collect::<Vec<_>>();
    let command = lines("ExecStart=").remove(0).replace("/usr/local/bin/guajira", "guajira");
    let environment = lines("Environment=");
    let variables: Vec<(&str, &str)> = environment.iter().map(|line| line.split_once('=').unwrap()).collect();
    assert_eq!(variables.len(), 3, "{variables:?}");
    assert_arrives(&world, || shell(&world, &command, &variables));
    assert!(file.contains("SuccessExitStatus=3") && lines("LoadCredential=").len() == 2);
}

#[test]
fn the_kubernetes_cron_job_carries_an_issue() {
    let world = with_secrets_in_files();
    let file = example("kubernetes/cronjob.yaml");
    let here = world.path("").display().to_string();
    let told = |text: &str| {
        let folders = ["/etc/guajira-secrets", "/etc/guajira", "/var/lib/guajira"];
        folders.into_iter().fold(text.to_owned(), |text, folder| text.replace(folder, &here))
    };
    let args: Vec<String> =
        serde_json::from_str(&told(file.lines().find_map(|line| line.trim().strip_prefix("args: ")).unwrap())).unwrap();
    let names = file.lines().filter_map(|line| line.trim().strip_prefix("- name: GUAJIRA_"));
    let values = file.lines().filter_map(|line| line.trim().strip_prefix("value: "));
    let environment: Vec<(String, String)> =
        names.zip(values).map(|(name, value)| (format!("GUAJIRA_{name}"), told(value))).collect();
    let variables: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(variables.len(), 3, "{variables:?}");
    assert_arrives(&world, || shell(&world, &format!("guajira {}", args.join(" ")), &variables));
    // The validator knows the names of these fields, and not their values.
    let said = ["concurrencyPolicy: Forbid", "restartPolicy: Never", "runAsNonRoot: true", "drop: [\"ALL\"]"];
    assert!(said.iter().all(|words| file.contains(words)));
}

#[test]
fn the_gitlab_job_carries_an_issue_and_ends_with_3_for_what_waits() {
    let (world, secrets) = with_secrets_in_variables();
    let file = example("gitlab-ci.yml");
    let script = file.split("  script:\n").nth(1).unwrap();
    let script: Vec<&str> = script.lines().map_while(|line| line.strip_prefix("    - ")).collect();
    let settings = [("GUAJIRA_SYNC__STATE", "state/guajira.db"), ("GUAJIRA_SIGNALS__JUNIT", "guajira-junit.xml")];
    assert!(settings.iter().all(|(name, value)| file.contains(&format!("{name}: {value}"))));
    assert!(file.contains("exit_codes: 3") && file.contains("junit: guajira-junit.xml"));
    let variables = [secrets[0], secrets[1], settings[0], settings[1], ("GITLAB_CI", "true")];
    assert_arrives(&world, || shell(&world, &script.join("\n"), &variables));
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    three_issues(&world);
    let held = shell(&world, &script.join("\n"), &variables);
    assert!(held.code == 3 && held.stdout.contains("sync --release"), "{held}");
    assert!(fs::read_to_string(world.path("guajira-junit.xml")).unwrap().contains("failures=\"3\""));
}

#[test]
fn the_azure_pipeline_carries_an_issue_and_succeeds_with_issues_for_what_waits() {
    let (world, secrets) = with_secrets_in_variables();
    let file = example("azure-pipelines.yml");
    let script = file.split("- script: |\n").nth(1).unwrap();
    let script: Vec<&str> = script.lines().map_while(|line| line.strip_prefix("          ")).collect();
    assert!(script.iter().any(|line| line.contains("guajira")), "{script:?}");
    assert_arrives(&world, || shell(&world, &script.join("\n"), &secrets));
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    three_issues(&world);
    let held = shell(&world, &script.join("\n"), &secrets);
    assert!(held.code == 0 && held.stdout.contains("result=SucceededWithIssues"), "{held}");
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
