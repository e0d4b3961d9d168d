//! The program as a user meets it: arguments, files and variables in; exit code, stdout and stderr out.

mod commands;
mod config;
mod pages;
mod refusing;
mod rounds;
mod secrets;
mod speech;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::scratch::scratch;

/// A configuration whose services are on a port of this machine where nobody listens.
const NOBODY_LISTENS: &str = r#"
[guance]
base_url = "http://127.0.0.1:9"
api_key = "g-key"
timeout = "5s"
[jira]
base_url = "http://127.0.0.1:9"
timeout = "5s"
[jira.auth]
user = "bot@example.com"
token = "j-token"
[[route]]
project = "OPS"
issue_type = "Bug"
"#;

/// A folder to run the program in.
struct Place {
    folder: TempDir,
}

/// What a run of the program left.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self { folder: scratch() }
    }

    fn with_config(text: &str) -> Self {
        let place = Self::new();
        place.write("sync.toml", text);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        self.run_with(args, &[], "")
    }

    /// Runs the program with nothing in its environment but these variables, and this on stdin.
    fn run_with<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        variables: &[(&str, &str)],
        stdin: &str,
    ) -> Outcome {
        let mut command = program(self.folder.path(), args);
        let mut child = command
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that asks nothing may be gone before it could be told anything.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code().expect("ended by a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn program<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guajira"));
    command.args(args).current_dir(folder).env_clear().env("TZ", "UTC").env("PATH", "/usr/bin:/bin");
    command
}

/// Runs the program and shows all that a user would see.
fn shown(outcome: &Outcome) -> String {
    let Outcome { code, stdout, stderr } = outcome;
    format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
}
