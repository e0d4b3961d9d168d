//! The command lines in `examples/`, taken from the files as they stand, and run as each scheduler runs them.

mod aliyun;
mod cron;
mod github;
mod host;
mod image;
mod kubernetes;
mod pipelines;
mod prometheus;
mod systemd;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use yaml_rust2::{Yaml, YamlLoader};

use super::copies::three_issues;
use super::world::{Flavour, Outcome, World};

type Variables = Vec<(String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn yaml(name: &str) -> Yaml {
    YamlLoader::load_from_str(&read(name)).unwrap().remove(0)
}

/// Returns a value of a file, which must be text.
fn text(yaml: &Yaml) -> String {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}")).to_owned()
}

fn texts(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec().unwrap_or_else(|| panic!("no list: {yaml:?}")).iter().map(text).collect()
}

/// Returns the names and values of a table; none where it is not there.
fn table(yaml: &Yaml) -> Variables {
    yaml.as_hash().into_iter().flatten().map(|(name, value)| (text(name), text(value))).collect()
}

fn variables(of: &[(&str, &str)]) -> Variables {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A folder with the program in it, for a `PATH`.
fn folder_of_program(world: &World) -> PathBuf {
    let bin = world.path("path");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        symlink(host::PROGRAM, bin.join("guajira")).unwrap();
    }
    bin
}

/// What has come up on both sides travels with the scheduler's runs, and a run after that writes nothing twice.
fn assert_arrives(world: &World, mut run: impl FnMut() -> Outcome) {
    let issues = three_issues(world);
    let mut well = || {
        let outcome = run();
        assert_eq!(outcome.code, 0, "{outcome}");
        world.assert_agrees();
    };
    well();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "and back");
    well();
    assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    world.forget_requests();
    well();
    assert_eq!(world.writes(), 0);
    assert!(!world.jira.recorded().is_empty(), "the run did not look");
}

/// Three issues that the brake holds, which is exit code 3.
fn hold(world: &World) {
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    three_issues(world);
}

/// A world with its secrets in variables, as the examples for pipelines have them.
fn with_secrets_in_variables() -> (World, Variables) {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("\"guance-test-key\"", "{ env = \"GUANCE_API_KEY\" }");
    world.reconfigure("\"bot-secret\"", "{ env = \"JIRA_API_TOKEN\" }");
    (world, variables(&[("GUANCE_API_KEY", "guance-test-key"), ("JIRA_API_TOKEN", "bot-secret")]))
}

/// A world whose configuration names no secret, for a scheduler that hands files over.
fn without_secrets() -> World {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("api_key = \"guance-test-key\"\n", "");
    world.reconfigure("token = \"bot-secret\"\n", "");
    world
}

/// The two secrets, by the names that the examples give their files.
const SECRET_FILES: [(&str, &str); 2] = [("guance.key", "guance-test-key\n"), ("jira.token", "bot-secret\n")];

/// Makes a folder of the world, of this owner and mode.
fn folder(world: &World, name: &str, user: u32, mode: u32) -> PathBuf {
    let path = world.path(name);
    fs::create_dir_all(&path).unwrap();
    host::own(&path, user, mode);
    path
}

/// Puts a file there, of this owner and mode.
fn put(path: &Path, text: &str, user: u32, mode: u32) {
    let _ = fs::remove_file(path);
    fs::write(path, text).unwrap();
    host::own(path, user, mode);
}

fn config(world: &World) -> String {
    fs::read_to_string(world.path("sync.toml")).unwrap()
}

#[test]
fn the_readme_shows_commands_that_exist() {
    let readme = read("README.md");
    let world = World::new(Flavour::Cloud);
    three_issues(&world);
    let shown = readme.split("```sh\nguajira check\n").nth(1).unwrap().split("```").next().unwrap();
    for line in std::iter::once("guajira check").chain(shown.lines()) {
        let mut command = world.command("/bin/sh");
        command.args(["-e", "-c", line]).env("PATH", format!("{}:/usr/bin:/bin", folder_of_program(&world).display()));
        let outcome = Outcome::of(command);
        assert_eq!(outcome.code, 0, "{line}: {outcome}");
    }
    world.assert_agrees();
}
