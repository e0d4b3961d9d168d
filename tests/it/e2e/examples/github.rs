//! GitHub: the workflow and the action, step by step as a runner goes through them, on a machine that is thrown away each time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::Yaml;

use super::host::{PROGRAM, USER, own};
use super::{
    Variables, assert_arrives, config, folder, hold, read, root, text, variables, with_secrets_in_variables, yaml,
};
use crate::e2e::world::{Outcome, World};

/// `cargo install`, which would take minutes: it looks at the source, and puts the built program where it was told.
const CARGO: &str = r#"#!/bin/sh
[ "$1 $2 $3 $5" = "install --locked --path --root" ] || { echo "cargo $*"; exit 101; }
[ -f "$4/Cargo.toml" ] && [ -f "$4/Cargo.lock" ] && [ -d "$4/src" ] || { echo "$4 is no source"; exit 101; }
mkdir -p "$6/bin" && ln -sf "$PROGRAM" "$6/bin/guajira" && echo once >>"$BUILDS"
"#;

/// What stays between the runs of a workflow: the caches, oldest first, by their keys.
struct GitHub<'a> {
    world: &'a World,
    known: BTreeMap<String, String>,
    caches: RefCell<Vec<(String, PathBuf)>>,
    runs: Cell<u32>,
}

/// A job on its machine.
struct Job<'a> {
    github: &'a GitHub<'a>,
    workspace: PathBuf,
    home: PathBuf,
    known: BTreeMap<String, String>,
    environment: Variables,
    steps: u32,
    said: Outcome,
    summary: String,
}

impl<'a> GitHub<'a> {
    fn new(world: &'a World, secrets: &Variables) -> Self {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in secrets {
            known.insert(format!("secrets.{name}"), value.clone());
        }
        known.insert("vars.GUAJIRA_REPOSITORY".to_owned(), "example/guajira".to_owned());
        Self { world, known, caches: RefCell::new(Vec::new()), runs: Cell::new(0) }
    }

    /// A fresh machine, with the variables that a runner sets.
    fn machine(&'a self) -> Job<'a> {
        let number = self.runs.get() + 1;
        self.runs.set(number);
        let run = folder(self.world, &format!("run-{number}"), USER, 0o755);
        let [workspace, home, bin] = ["workspace", "home", "bin"].map(|name| run.join(name));
        for path in [&workspace, &home, &bin] {
            fs::create_dir(path).unwrap();
        }
        fs::write(bin.join("cargo"), CARGO).unwrap();
        own(&bin.join("cargo"), USER, 0o755);
        let mut known = self.known.clone();
        for (name, value) in [
            ("github.run_id", format!("1770{number}")),
            ("github.run_attempt", "1".to_owned()),
            ("github.workspace", workspace.display().to_string()),
            ("runner.os", "Linux".to_owned()),
            ("runner.arch", "X64".to_owned()),
        ] {
            known.insert(name.to_owned(), value);
        }
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
        let environment = variables(&[
            ("PATH", &path),
            ("HOME", home.to_str().unwrap()),
            ("LANG", "C.UTF-8"),
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_WORKSPACE", workspace.to_str().unwrap()),
            ("GITHUB_ACTION_PATH", root().to_str().unwrap()),
            ("GITHUB_RUN_ID", &known["github.run_id"]),
            ("RUNNER_OS", "Linux"),
            // For the stand-in of cargo.
            ("PROGRAM", PROGRAM),
            ("BUILDS", self.world.path("builds").to_str().unwrap()),
        ]);
        let said = Outcome { code: 0, stdout: String::new(), stderr: String::new() };
        Job { github: self, workspace, home, known, environment, steps: 0, said, summary: String::new() }
    }

    /// The workflow in examples/, on a schedule or by hand with an input.
    fn workflow(&'a self, since: &str) -> Job<'a> {
        let mut job = self.machine();
        job.known.insert("inputs.since".to_owned(), since.to_owned());
        job.goes_through(&yaml("examples/github-actions.yml")["jobs"]["sync"]["steps"]);
        job
    }

    /// action.yml as a step of another workflow, which hands it its variables and inputs. Unset inputs have their defaults.
    fn action(&'a self, secrets: &Variables, inputs: &[(&str, &str)]) -> Job<'a> {
        let file = yaml("action.yml");
        let mut job = self.machine();
        fs::write(job.workspace.join("sync.toml"), config(self.world)).unwrap();
        for (name, input) in file["inputs"].as_hash().unwrap() {
            let given = inputs.iter().find(|(known, _)| Some(*known) == name.as_str());
            let value = given.map_or_else(|| text(&input["default"]), |(_, value)| (*value).to_owned());
            job.known.insert(format!("inputs.{}", text(name)), value);
        }
        job.environment.extend(secrets.clone());
        assert_eq!(file["runs"]["using"].as_str(), Some("composite"));
        job.goes_through(&file["runs"]["steps"]);
        job
    }

    fn builds(&self) -> usize {
        fs::read_to_string(self.world.path("builds")).unwrap_or_default().lines().count()
    }

    fn forgets(&self, prefix: &str) {
        self.caches.borrow_mut().retain(|(key, _)| !key.starts_with(prefix));
    }
}

impl Job<'_> {
    fn goes_through(&mut self, steps: &Yaml) {
        let mut later = Vec::new();
        for step in steps.as_vec().unwrap() {
            if !self.goes_on(step["if"].as_str()) {
                continue;
            }
            let with: BTreeMap<String, String> = step["with"]
                .as_hash()
                .into_iter()
                .flatten()
                .map(|(name, value)| (text(name), self.filled(value)))
                .collect();
            let id = step["id"].as_str().unwrap_or_default();
            match step["uses"].as_str().map(|uses| uses.split('@').next().unwrap()) {
                None => self.runs(step, id),
                Some("actions/checkout") => self.check_out(&with),
                Some("actions/cache") => {
                    let is_hit = self.restore(&with);
                    self.known.insert(format!("steps.{id}.outputs.cache-hit"), is_hit.to_string());
                    if !is_hit {
                        later.push(with);
                    }
                }
                Some("actions/cache/restore") => drop(self.restore(&with)),
                Some("actions/cache/save") => self.save(&with),
                Some(other) => panic!("{other} is played nowhere here"),
            }
        }
        for with in later.iter().filter(|_| self.said.code == 0) {
            self.save(with);
        }
    }

    /// Whether a step is run.
    fn goes_on(&self, condition: Option<&str>) -> bool {
        let is_well = self.said.code == 0;
        match condition {
            None => is_well,
            Some("always()") => true,
            Some(condition) => {
                let (name, value) = condition.split_once(" != ").unwrap();
                is_well && self.known.get(name).map(String::as_str) != Some(value.trim_matches('\''))
            }
        }
    }

    /// Fills in the expressions of a value.
    fn filled(&self, value: &Yaml) -> String {
        if let Some(value) = value.as_bool() {
            return value.to_string();
        }
        let value = text(value);
        let mut parts = value.split("${{ ");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once(" }}").unwrap();
            filled += &match name.strip_prefix("hashFiles(") {
                Some(files) => self.hash(files.trim_end_matches(')')),
                None => self.known.get(name).unwrap_or_else(|| panic!("nothing is called {name}")).clone(),
            };
            filled += rest;
        }
        filled
    }

    /// A hash of files, which is empty where there are none.
    fn hash(&self, files: &str) -> String {
        for file in files.split(", ").map(|file| file.trim_matches('\'').trim_end_matches("/**")) {
            assert!(self.workspace.join(file).exists(), "hashFiles finds no {file}");
        }
        "5ca1ab1e".to_owned()
    }

    fn runs(&mut self, step: &Yaml, id: &str) {
        self.steps += 1;
        let file = |name: &str| self.workspace.parent().unwrap().join(format!("{name}-{}", self.steps));
        let (script, output, summary) = (file("script.sh"), file("output"), file("summary.md"));
        fs::write(&script, text(&step["run"])).unwrap();
        let mut command = Command::new("/bin/bash");
        // What stands for `shell: bash`, and for no shell at all.
        match step["shell"].as_str() {
            Some("bash") => command.args(["--noprofile", "--norc", "-eo", "pipefail"]),
            None => command.arg("-e"),
            Some(other) => panic!("{other}"),
        };
        command.arg(&script).current_dir(&self.workspace).env_clear().envs(self.environment.clone());
        command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary);
        for (name, value) in step["env"].as_hash().into_iter().flatten() {
            command.env(text(name), self.filled(value));
        }
        let said = Outcome::from(command.output().unwrap());
        self.said.code = said.code;
        self.said.stdout += &said.stdout;
        self.said.stderr += &said.stderr;
        self.summary += &fs::read_to_string(summary).unwrap_or_default();
        for line in fs::read_to_string(output).unwrap_or_default().lines() {
            let (name, value) = line.split_once('=').unwrap();
            self.known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
    }

    /// The repository of the workflow, with sync.toml in it, or another one.
    fn check_out(&self, with: &BTreeMap<String, String>) {
        assert_eq!(with["persist-credentials"], "false");
        match (with.get("repository"), with.get("path")) {
            (None, None) => fs::write(self.workspace.join("sync.toml"), config(self.github.world)).unwrap(),
            (Some(repository), Some(path)) => {
                assert_eq!(repository, "example/guajira");
                let place = self.workspace.join(path);
                fs::create_dir(&place).unwrap();
                for name in ["Cargo.toml", "Cargo.lock", "src"] {
                    symlink(root().join(name), place.join(name)).unwrap();
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn place(&self, path: &str) -> PathBuf {
        path.strip_prefix("~/").map_or_else(|| self.workspace.join(path), |rest| self.home.join(rest))
    }

    /// Brings back what was kept under the key, or the newest under one of the prefixes. Returns whether it was the key itself.
    fn restore(&self, with: &BTreeMap<String, String>) -> bool {
        let caches = self.github.caches.borrow();
        let exact = caches.iter().find(|(key, _)| *key == with["key"]);
        let prefixes = with.get("restore-keys").map(String::as_str).unwrap_or_default();
        let newest = || caches.iter().rfind(|(key, _)| prefixes.lines().any(|prefix| key.starts_with(prefix)));
        if let Some((_, kept)) = exact.or_else(newest) {
            copy(kept, &self.place(&with["path"]));
        }
        exact.is_some()
    }

    /// Keeps a folder under a key that is not taken.
    fn save(&self, with: &BTreeMap<String, String>) {
        let mut caches = self.github.caches.borrow_mut();
        assert!(
            caches.iter().all(|(key, _)| *key != with["key"]),
            "{} is taken, and would stay what it is",
            with["key"]
        );
        let kept = self.workspace.parent().unwrap().join(format!("cache-{}", caches.len()));
        copy(&self.place(&with["path"]), &kept);
        caches.push((with["key"].clone(), kept));
    }

    fn output(&self, name: &str) -> String {
        self.filled(&yaml("action.yml")["outputs"][name]["value"])
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[test]
fn the_workflow_carries_an_issue_and_builds_the_program_once() {
    let (world, secrets) = with_secrets_in_variables();
    let github = GitHub::new(&world, &secrets);
    assert_arrives(&world, || github.workflow("").said);
    assert_eq!(github.builds(), 1);
    // The caches are gone.
    github.forgets("");
    let job = github.workflow("");
    assert_eq!(job.said.code, 0, "{}", job.said);
    world.assert_agrees();
    assert_eq!(github.builds(), 2);
    let file = yaml("examples/github-actions.yml");
    assert_eq!(file["concurrency"]["cancel-in-progress"].as_bool(), Some(false));
}

#[test]
fn the_action_carries_an_issue_and_says_how_the_run_ended() {
    let (world, secrets) = with_secrets_in_variables();
    let github = GitHub::new(&world, &secrets);
    assert_arrives(&world, || {
        let job = github.action(&secrets, &[]);
        assert_eq!(job.output("exit-code"), job.said.code.to_string());
        job.said
    });
    assert_eq!(github.builds(), 1);
    github.forgets("guajira-state-");
    let job = github.action(&secrets, &[]);
    assert_eq!(job.said.code, 0, "{}", job.said);
    world.assert_agrees();
    assert_eq!(github.builds(), 1);
}

#[test]
fn what_is_older_is_taken_up_by_the_input() {
    for is_action in [true, false] {
        let (world, secrets) = with_secrets_in_variables();
        let github = GitHub::new(&world, &secrets);
        let run = |since| if is_action { github.action(&secrets, &[("since", since)]) } else { github.workflow(since) };
        let old = world.guance.open_issue("older than the first run", "<p>x</p>", "P1", "张三");
        world.guance.clock().advance(std::time::Duration::from_hours(30));
        world.jira.clock().advance(std::time::Duration::from_hours(30));
        assert_eq!(run("").said.code, 0);
        assert!(world.copies_of(&old).is_empty());
        let job = run("2d");
        assert_eq!((job.said.code, world.copies_of(&old).len()), (0, 1), "{}", job.said);
    }
}

#[test]
fn what_waits_for_a_person_is_a_warning_and_no_failed_job() {
    let (world, secrets) = with_secrets_in_variables();
    hold(&world);
    let github = GitHub::new(&world, &secrets);
    let jobs = [github.workflow(""), github.action(&secrets, &[])];
    assert_eq!(jobs[1].output("exit-code"), "3");
    for job in jobs {
        assert_eq!(job.said.code, 0, "{}", job.said);
        assert!(job.said.stdout.contains("3 held") && job.said.stdout.contains("\n::warning "), "{}", job.said);
        assert!(job.summary.contains("sync &#45;&#45;release"), "{}", job.summary);
    }
    // What is wrong with the job itself fails it, and its state is kept all the same.
    world.reconfigure("user = \"", "user = \"x");
    let kept = github.caches.borrow().len();
    let (workflow, action) = (github.workflow(""), github.action(&secrets, &[]));
    assert_eq!((workflow.said.code, action.said.code), (4, 4), "{}{}", workflow.said, action.said);
    assert_eq!(action.output("exit-code"), "4");
    assert_eq!(github.caches.borrow().len(), kept + 2);
    assert!(read("docs/operations.md").contains("the output `exit-code`"));
}
