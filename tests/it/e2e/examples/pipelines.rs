//! GitLab, Azure Pipelines and Jenkins: the script of the job, in the shell and with the variables of each.

use std::fs;
use std::path::Path;

use super::host::{Host, USER};
use super::{
    Variables, assert_arrives, config, folder, folder_of_program, hold, put, read, table, text, texts, variables,
    with_secrets_in_variables, yaml,
};
use crate::e2e::world::{Outcome, World};

/// A job of GitLab in a container: a fresh clone, what the cache has kept, the script, and what the cache keeps.
struct GitLab<'a> {
    world: &'a World,
    secrets: Variables,
}

impl GitLab<'_> {
    /// The runner clones as root and lets every user of an image write.
    fn clone(&self) -> std::path::PathBuf {
        let project = self.world.path("project");
        let _ = fs::remove_dir_all(&project);
        folder(self.world, "project", 0, 0o777);
        put(&project.join("sync.toml"), &config(self.world), 0, 0o666);
        project
    }

    fn run(&self) -> Outcome {
        let file = yaml("examples/gitlab-ci.yml");
        let job = &file["sync"];
        let project = self.clone();
        let cached = texts(&job["cache"]["paths"]);
        for path in &cached {
            moved(&self.world.path("cache").join(path), &project.join(path));
        }
        let host = Host::with_system(self.world).program("/usr/local/bin/guajira").writes("/builds/ops/sync", &project);
        let host = host.working_in("/builds/ops/sync");
        let mut environment = variables(&[
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("HOME", "/"),
            ("CI", "true"),
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "schedule"),
            ("CI_PROJECT_DIR", "/builds/ops/sync"),
            ("CI_JOB_NAME", "sync"),
        ]);
        environment.extend(self.secrets.clone());
        environment.extend(table(&job["variables"]));
        // What the runner makes of `script`: one shell, which ends with the first command that fails, and an empty stdin.
        let script = texts(&job["script"]).join("\n");
        let outcome =
            host.run(&["/bin/bash", "-c", &format!("set -eo pipefail; set +o noclobber\n{script}")], &environment);
        assert_eq!(job["cache"]["when"].as_str(), Some("always"));
        for path in &cached {
            moved(&project.join(path), &self.world.path("cache").join(path));
        }
        outcome
    }
}

/// Moves a folder, where it is there, and makes the folders above it.
fn moved(from: &Path, to: &Path) {
    if from.exists() {
        let above = to.parent().unwrap();
        if !above.exists() {
            fs::create_dir_all(above).unwrap();
        }
        let _ = fs::remove_dir_all(to);
        fs::rename(from, to).unwrap();
    }
}

#[test]
fn the_gitlab_job_carries_an_issue_with_and_without_its_cache() {
    let (world, secrets) = with_secrets_in_variables();
    let gitlab = GitLab { world: &world, secrets };
    assert_arrives(&world, || gitlab.run());
    assert!(world.path("cache/state/guajira.db").exists());
    assert!(world.path("project/guajira-junit.xml").exists());
    fs::remove_dir_all(world.path("cache")).unwrap();
    let outcome = gitlab.run();
    assert_eq!(outcome.code, 0, "{outcome}");
    world.assert_agrees();
}

#[test]
fn the_gitlab_job_ends_with_a_code_that_is_a_warning() {
    let (world, secrets) = with_secrets_in_variables();
    hold(&world);
    let held = GitLab { world: &world, secrets }.run();
    let file = yaml("examples/gitlab-ci.yml");
    let job = &file["sync"];
    assert_eq!(i64::from(held.code), job["allow_failure"]["exit_codes"].as_i64().unwrap(), "{held}");
    assert!(held.stdout.contains("sync --release"), "{held}");
    let junit = world.path("project").join(text(&job["artifacts"]["reports"]["junit"]));
    assert!(fs::read_to_string(junit).unwrap().contains("failures=\"3\""));
    assert_eq!(job["artifacts"]["when"].as_str(), Some("always"), "also of a job that failed");
    assert!(job["resource_group"].as_str().is_some() && job["interruptible"].as_bool() == Some(false));
}

/// Runs the script of the pipeline as an agent of Azure does: no `-e`, and macros that name no variable left as they are.
fn azure(world: &World, secrets: &Variables) -> Outcome {
    let file = yaml("examples/azure-pipelines.yml");
    let steps = file["jobs"][0]["steps"].as_vec().unwrap();
    let step = steps.iter().find(|step| step["script"].as_str().is_some()).unwrap();
    let agent = folder(world, "agent", USER, 0o755);
    let mut known = secrets.clone();
    known.extend(variables(&[("Agent.HomeDirectory", agent.to_str().unwrap())]));
    let mut environment = variables(&[("TF_BUILD", "True"), ("HOME", agent.to_str().unwrap())]);
    environment.push(("PATH".to_owned(), format!("{}:/usr/bin:/bin", folder_of_program(world).display())));
    for (name, mut value) in table(&step["env"]) {
        for (macro_name, told) in &known {
            value = value.replace(&format!("$({macro_name})"), told);
        }
        environment.push((name, value));
    }
    world.write("azure.sh", &text(&step["script"]));
    let mut command = world.command("/bin/bash");
    command.args(["--noprofile", "--norc"]).arg(world.path("azure.sh")).env_clear().envs(environment);
    Outcome::of(command)
}

#[test]
fn the_azure_pipeline_carries_an_issue_and_keeps_its_state_with_the_agent() {
    let (world, secrets) = with_secrets_in_variables();
    assert_arrives(&world, || azure(&world, &secrets));
    assert!(world.path("agent/guajira.db").exists());
}

#[test]
fn the_azure_pipeline_succeeds_with_issues_for_what_waits_and_fails_for_what_is_wrong() {
    let (world, secrets) = with_secrets_in_variables();
    hold(&world);
    let held = azure(&world, &secrets);
    assert!(held.code == 0 && held.stdout.contains("\n##vso[task.complete result=SucceededWithIssues;]\n"), "{held}");
    assert!(
        held.stdout.contains("sync --release") && held.stdout.contains("\n##vso[task.logissue type=warning]"),
        "{held}"
    );
    assert!(held.stdout.contains("last good run"), "what guajira status says: {held}");
    // A secret variable that nobody has set.
    let unset = azure(&world, &secrets[..1].to_vec());
    assert!(unset.code == 4 && !unset.stdout.contains("result=Succeeded"), "{unset}");
}

/// Runs the script of the Jenkinsfile as the step `sh` does: `/bin/sh -xe`, in the workspace of the agent.
fn jenkins(world: &World, credentials: &Variables) -> Outcome {
    let file = read("examples/Jenkinsfile");
    let script = file.split("script: '").nth(1).unwrap().split('\'').next().unwrap();
    let bound = file.split("    environment {\n").nth(1).unwrap().split("    }\n").next().unwrap();
    let mut environment = variables(&[
        ("JENKINS_URL", "https://jenkins.example.com/"),
        ("BUILD_URL", "https://jenkins.example.com/job/guajira/7/"),
        ("BUILD_NUMBER", "7"),
        ("HOME", "/var/lib/jenkins"),
        ("WORKSPACE", world.path("").to_str().unwrap()),
    ]);
    environment.push(("PATH".to_owned(), format!("{}:/usr/bin:/bin", folder_of_program(world).display())));
    for line in bound.lines() {
        let (name, value) = line.trim().split_once(" = ").unwrap();
        let value = match value.strip_prefix("credentials('") {
            Some(_) => credentials.iter().find(|(known, _)| known == name).unwrap().1.clone(),
            None => value.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap().to_owned(),
        };
        environment.push((name.to_owned(), value));
    }
    world.write("script.sh", script);
    let mut command = world.command("/bin/sh");
    command.arg("-xe").arg(world.path("script.sh")).env_clear().envs(environment);
    Outcome::of(command)
}

#[test]
fn the_jenkinsfile_carries_an_issue_and_keeps_its_state_in_the_workspace() {
    let (world, secrets) = with_secrets_in_variables();
    assert_arrives(&world, || jenkins(&world, &secrets));
    assert!(world.path("guajira.db").exists());
    assert!(world.path("guajira-junit.xml").exists());
}

/// What the pipeline makes of an exit code is run by examples/validate.sh, in Groovy.
#[test]
fn the_jenkinsfile_s_command_ends_with_3_for_what_waits() {
    let (world, secrets) = with_secrets_in_variables();
    hold(&world);
    let held = jenkins(&world, &secrets);
    assert!(held.code == 3 && held.stdout.contains("sync --release"), "{held}");
    let results = read("examples/Jenkinsfile");
    let results = results.split("testResults: '").nth(1).unwrap().split('\'').next().unwrap();
    assert!(fs::read_to_string(world.path(results)).unwrap().contains("failures=\"3\""));
}
