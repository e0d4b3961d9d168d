//! Where a secret is, and fetching it. Nothing here shows one: messages name the key and the source only.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::secret::Secret;

use super::tree::{Environment, Node, Origin, Value};

/// Longest time that a command may take to print a secret.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// Longest secret, in bytes.
const MAX_SECRET_BYTES: u64 = 16 * 1024;

/// Where a secret is.
#[derive(Clone, Debug)]
pub(super) enum SecretSource {
    /// It stands in the config itself.
    Given(Hidden),
    /// A variable of the environment.
    Env(String),
    /// A file; relative to the config file.
    File(PathBuf),
    /// A program that prints it, and its arguments.
    Command(Vec<String>),
}

/// A secret as it was written, not yet checked.
#[derive(Clone, Debug)]
pub(super) struct Hidden(Secret);

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(Secret::new(text))
    }
}

impl SecretSource {
    /// Reads the forms of a secret: a text, or a table with one of `env`, `file`, `command`.
    ///
    /// # Errors
    /// A fragment that says what is wrong with the form, without the value.
    pub(super) fn of(node: &Node) -> Result<Self, String> {
        match &node.value {
            Value::Text(text) | Value::Raw(text) => Ok(Self::Given(text.as_str().into())),
            Value::Table(entries) => Self::of_table(entries),
            _ => Err(format!("must be a text or {FORMS}, and is {}", node.kind())),
        }
    }

    fn of_table(entries: &[(String, Node)]) -> Result<Self, String> {
        let from_variable = |entry: &&(String, Node)| matches!(entry.1.origin, Origin::Variable(_));
        let overriding: Vec<&(String, Node)> = entries.iter().filter(from_variable).collect();
        let entries = if overriding.is_empty() { entries.iter().collect() } else { overriding };
        let [(key, node)] = entries.as_slice() else { return Err(format!("must be exactly one of {FORMS}")) };
        match (key.as_str(), &node.value) {
            // A name that cannot be one is perhaps the secret itself: it is not repeated.
            ("env", Value::Text(name) | Value::Raw(name)) if is_variable(name) => Ok(Self::Env(name.clone())),
            ("file", Value::Text(path) | Value::Raw(path)) if !path.is_empty() => Ok(Self::File(path.into())),
            ("command", Value::List(words)) if !words.is_empty() => {
                let words = words.iter().map(|word| match &word.value {
                    Value::Text(text) => Some(text.clone()),
                    _ => None,
                });
                words
                    .collect::<Option<_>>()
                    .map(Self::Command)
                    .ok_or_else(|| "has a command that is not texts".to_owned())
            }
            ("env" | "file", _) => Err(format!("has no name of a variable or file in `{key}`")),
            ("command", _) => Err("has a `command` that is not a list such as [\"prog\", \"arg\"]".to_owned()),
            _ => Err(format!("has an unknown source `{key}`: use {FORMS}")),
        }
    }

    /// Returns the variable it comes from.
    pub(super) fn variable(&self) -> Option<&str> {
        match self {
            Self::Env(name) => Some(name),
            _ => None,
        }
    }

    /// Returns true when the secret itself stands in the config.
    pub(super) fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Fetches the secret.
    ///
    /// # Errors
    /// A fragment that names the source and what is wrong, without anything that came from it.
    pub(super) fn fetch(&self, base: &Path, env: &Environment) -> Result<Secret, String> {
        match self {
            Self::Given(hidden) => usable(hidden.0.expose(), "the text"),
            Self::Env(name) => match env.get(name) {
                Some(value) => usable(value, &format!("the variable {name}")),
                None => Err(format!("the variable {name} is not set")),
            },
            Self::File(path) => {
                let path = base.join(path);
                let what = format!("the file {}", path.display());
                let text = read_file(&path).map_err(|error| format!("cannot read {what}: {error}"))?;
                usable(&text, &what)
            }
            Self::Command(words) => {
                let name = words.first().map(String::as_str).unwrap_or_default();
                let text = run(words, base).map_err(|error| format!("the command {name} {error}"))?;
                usable(&text, &format!("the output of {name}"))
            }
        }
    }
}

const FORMS: &str = "{ env = \"NAME\" }, { file = \"PATH\" } or { command = [\"prog\", \"arg\"] }";

/// Trims the end of line and makes sure that what remains can stand in a request header.
fn usable(text: &str, what: &str) -> Result<Secret, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{what} holds more than one line, or control characters"));
    }
    Ok(Secret::new(text))
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn read_file(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_SECRET_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Runs a command with nothing on stdin; its stderr is not shown, it might repeat the secret.
fn run(words: &[String], base: &Path) -> Result<String, String> {
    let Some((program, arguments)) = words.split_first() else { return Err("is empty".to_owned()) };
    let is_relative_path = program.contains('/') && Path::new(program).is_relative();
    let program = if is_relative_path { base.join(program) } else { program.into() };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let output = output(&mut child);
    if output.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("was lost: {error}"))?;
    let output = output?;
    if status.success() { Ok(output) } else { Err(format!("failed: {status}")) }
}

/// Reads what the child prints, for at most [`COMMAND_TIME`].
fn output(child: &mut Child) -> Result<String, String> {
    let Some(stdout) = child.stdout.take() else { return Err("has no output".to_owned()) };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.take(MAX_SECRET_BYTES).read_to_string(&mut text).map(|_| text);
        let _ = sender.send(read);
    });
    match receiver.recv_timeout(COMMAND_TIME) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(_)) => Err("printed something that is not UTF-8 text".to_owned()),
        Err(_) => Err(format!("printed nothing for {} seconds", COMMAND_TIME.as_secs())),
    }
}
