//! Aliyun Function Compute: the handler in Python, loaded and called as the runtime does it, with the state on a disk that lasts.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::host::{Host, PROGRAM, USER, own};
use super::{
    Variables, assert_arrives, config, folder, hold, put, read, text, variables, with_secrets_in_variables, yaml,
};
use crate::e2e::world::{Outcome, World};

/// What a runtime does with `handler`: loads the module from the folder of the code, and calls the function with bytes.
const RUNTIME: &str = r#"
import importlib, os, sys
module, name = sys.argv[1].rsplit(".", 1)
sys.path.insert(0, os.environ["FC_FUNC_CODE_PATH"])
handler = getattr(importlib.import_module(module), name)
event = b'{"triggerTime":"2026-11-27T19:00:00Z","triggerName":"every-minute","payload":""}'
print("answer:", handler(event, object()))
"#;

/// A function of Function Compute, and the instance that it has at the moment.
struct Function<'a> {
    world: &'a World,
    environment: Variables,
    handler: String,
    lasting: String,
}

impl<'a> Function<'a> {
    /// None where there is no Python.
    fn deploy(world: &'a World, secrets: &Variables) -> Option<Self> {
        if !Path::new("/usr/bin/python3").exists() {
            println!("skipped: there is no /usr/bin/python3");
            return None;
        }
        let file = yaml("examples/aliyun/s.yaml");
        let function = &file["resources"]["guajira"]["props"];
        assert!(text(&function["runtime"]).starts_with("python3"));
        // One instance, one call at a time, and no call a second time.
        assert_eq!(function["concurrencyConfig"]["reservedConcurrency"].as_i64(), Some(1));
        assert_eq!(function["asyncInvokeConfig"]["maxAsyncRetryAttempts"].as_i64(), Some(0));
        let mut environment = variables(&[
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("FC_FUNC_CODE_PATH", "/code"),
            ("FC_FUNCTION_NAME", "guajira"),
            ("FC_REGION", "cn-hangzhou"),
            ("HOME", "/tmp"),
            // Whatever Python of the runtime keeps for itself is not of interest.
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ]);
        for (name, value) in super::table(&function["environmentVariables"]) {
            assert_eq!(value, format!("${{env('{name}')}}"));
            environment.push(secrets.iter().find(|(known, _)| *known == name).unwrap().clone());
        }
        let code = folder(world, "code", 0, 0o755);
        put(&code.join("index.py"), &read("examples/aliyun/code/index.py"), 0, 0o644);
        folder(world, "nas", USER, 0o700);
        let lasting = text(&function["nasConfig"]["mountPoints"][0]["mountDir"]);
        let this = Self { world, environment, handler: text(&function["handler"]), lasting };
        this.new_instance();
        Some(this)
    }

    /// The disk of the old instance is gone.
    fn new_instance(&self) {
        let _ = fs::remove_dir_all(self.world.path("tmp"));
        folder(self.world, "tmp", USER, 0o700);
    }

    fn call(&self) -> Outcome {
        self.call_with(true)
    }

    fn call_with(&self, has_nas: bool) -> Outcome {
        put(&self.world.path("code/sync.toml"), &config(self.world), 0, 0o644);
        let mut host = Host::with_system(self.world)
            .reads("/code", self.world.path("code"))
            .program("/code/guajira")
            .writes("/tmp", self.world.path("tmp"));
        let mut environment = self.environment.clone();
        if super::host::means() == super::host::Means::None {
            // The handler knows these places by itself.
            environment.extend(variables(&[("GUAJIRA_OWN", "/tmp/guajira"), ("GUAJIRA_LASTING", &self.lasting)]));
        }
        if has_nas {
            host = host.writes(&self.lasting, self.world.path("nas"));
        }
        host.working_in("/code").run(&["/usr/bin/python3", "-c", RUNTIME, &self.handler], &environment)
    }

    fn copies(&self) -> Vec<String> {
        let entries = fs::read_dir(self.world.path("nas")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn the_function_carries_an_issue_on_whichever_instance() {
    let (world, secrets) = with_secrets_in_variables();
    let Some(function) = Function::deploy(&world, &secrets) else { return };
    assert_arrives(&world, || {
        let outcome = function.call();
        function.new_instance();
        assert!(outcome.stdout.contains("answer: guajira ended with 0"), "{outcome}");
        outcome
    });
    assert_eq!(function.copies(), ["2", "3"], "the newest copy, and the one before it");
}

#[test]
fn a_function_that_lost_its_newest_copy_writes_nothing_twice() {
    let (world, secrets) = with_secrets_in_variables();
    let Some(function) = Function::deploy(&world, &secrets) else { return };
    assert_eq!(function.call().code, 0);
    for title in ["one", "two"] {
        world.guance.open_issue(title, "<p>x</p>", "P1", "张三");
        assert_eq!(function.call().code, 0);
    }
    world.assert_agrees();
    // The instance was killed before it wrote its copy.
    fs::remove_dir_all(world.path("nas/3")).unwrap();
    assert_eq!(function.copies(), ["2"], "which knows of one issue");
    let outcome = function.call();
    assert_eq!(outcome.code, 0, "{outcome}");
    world.assert_agrees();
}

#[test]
fn no_run_begins_without_the_disk_that_lasts() {
    let (world, secrets) = with_secrets_in_variables();
    let Some(function) = Function::deploy(&world, &secrets) else { return };
    world.guance.open_issue("unseen", "<p>x</p>", "P1", "张三");
    let outcome = function.call_with(false);
    assert!(outcome.code == 1 && outcome.stderr.contains("FileNotFoundError"), "{outcome}");
    assert!(world.jira.recorded().is_empty() && world.guance.recorded().is_empty());
}

#[test]
fn a_call_fails_for_what_is_wrong_and_not_for_what_waits() {
    let (world, secrets) = with_secrets_in_variables();
    let Some(function) = Function::deploy(&world, &secrets) else { return };
    assert_eq!(function.call().code, 0);
    hold(&world);
    let held = function.call();
    assert!(held.code == 0 && held.stdout.contains("answer: guajira ended with 3"), "{held}");
    assert!(held.stdout.contains("held"), "its log says what: {held}");
    // The next call knows the newest copy, so it has nothing new to say.
    let again = function.call();
    assert_eq!(again.stdout, "answer: guajira ended with 3\n", "{again}");
    world.reconfigure("user = \"", "user = \"x");
    let refused = function.call();
    assert!(refused.code == 1 && refused.stderr.contains("RuntimeError: guajira ended with 4"), "{refused}");
    assert_eq!(function.copies(), ["3", "4"], "the state of a failed run is kept too");
}

#[test]
fn a_package_that_lost_the_permission_to_run_the_program_works_too() {
    let (world, secrets) = with_secrets_in_variables();
    let Some(function) = Function::deploy(&world, &secrets) else { return };
    let copied = world.path("code/guajira");
    fs::copy(PROGRAM, &copied).unwrap();
    own(&copied, 0, 0o644);
    // Not the built program in its place, but the copy of it.
    put(&world.path("code/sync.toml"), &config(&world), 0, 0o644);
    let host = Host::with_system(&world)
        .reads("/code", world.path("code"))
        .writes("/tmp", world.path("tmp"))
        .writes(&function.lasting, world.path("nas"))
        .working_in("/code");
    let mut environment = function.environment.clone();
    environment.extend(variables(&[("GUAJIRA_OWN", "/tmp/guajira"), ("GUAJIRA_LASTING", &function.lasting)]));
    world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    let outcome = host.run(&["/usr/bin/python3", "-c", RUNTIME, &function.handler], &environment);
    assert_eq!(outcome.code, 0, "{outcome}");
    world.assert_agrees();
    assert_eq!(Command::new("test").arg("-x").arg(&copied).status().unwrap().code(), Some(1));
}
