//! Where a secret is, and fetching it. Nothing here shows one: messages name the key and the source only.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::secret::Secret;
use crate::words::{Flaw, SecretFault, SecretFlaw, SecretPlace, Wanted};

use super::command::{self, MAX_SECRET_BYTES};
use super::tree::{Environment, Node, Origin, Value};

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
    pub(super) fn of(node: &Node) -> Result<Self, SecretForm> {
        match &node.value {
            Value::Text(text) | Value::Raw(text) => Ok(Self::Given(text.as_str().into())),
            Value::Table(entries) => Self::of_table(entries),
            _ => Err(SecretForm::Value(Flaw::MustBeAndIs { wanted: Wanted::SecretForm, found: node.kind() })),
        }
    }

    fn of_table(entries: &[(String, Node)]) -> Result<Self, SecretForm> {
        let from_variable = |entry: &&(String, Node)| matches!(entry.1.origin, Origin::Variable(_));
        let overriding: Vec<&(String, Node)> = entries.iter().filter(from_variable).collect();
        let entries = if overriding.is_empty() { entries.iter().collect() } else { overriding };
        let [(key, node)] = entries.as_slice() else { return Err(SecretForm::Form(SecretFlaw::NotOneForm)) };
        match (key.as_str(), &node.value) {
            // A name that cannot be one is perhaps the secret itself: it is not repeated.
            ("env", Value::Text(name) | Value::Raw(name)) if is_variable(name) => Ok(Self::Env(name.clone())),
            ("file", Value::Text(path) | Value::Raw(path)) if !path.is_empty() => Ok(Self::File(path.into())),
            ("command", Value::List(words)) if !words.is_empty() => {
                let words = words.iter().map(|word| match &word.value {
                    Value::Text(text) => Some(text.clone()),
                    _ => None,
                });
                words.collect::<Option<_>>().map(Self::Command).ok_or(SecretForm::Form(SecretFlaw::CommandNotTexts))
            }
            ("env", _) => Err(SecretForm::Form(SecretFlaw::NoVariable)),
            ("file", _) => Err(SecretForm::Form(SecretFlaw::NoFile)),
            ("command", _) => Err(SecretForm::Form(SecretFlaw::CommandNotList)),
            _ => Err(SecretForm::Form(SecretFlaw::UnknownForm { name: key.to_owned() })),
        }
    }

    /// Returns the variable it comes from.
    pub(super) fn variable(&self) -> Option<&str> {
        match self {
            Self::Env(name) => Some(name),
            _ => None,
        }
    }

    /// Returns the file it comes from.
    pub(super) fn file(&self, base: &Path) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(base.join(path)),
            _ => None,
        }
    }

    /// Returns true when a program prints it.
    pub(super) fn is_command(&self) -> bool {
        matches!(self, Self::Command(_))
    }

    /// Returns true when the secret itself stands in the config.
    pub(super) fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Fetches the secret, which is one line.
    ///
    /// # Errors
    /// A fragment that names the source and what is wrong, without anything that came from it.
    pub(super) fn fetch(&self, base: &Path, env: &Environment) -> Result<Secret, SecretFault> {
        self.fetch_as(base, env, usable)
    }

    /// Fetches a secret of several lines, such as a private key.
    ///
    /// # Errors
    /// As for [`SecretSource::fetch`].
    pub(super) fn fetch_lines(&self, base: &Path, env: &Environment) -> Result<Secret, SecretFault> {
        self.fetch_as(base, env, |text, what| match text.trim() {
            "" => Err(SecretFault::Empty { what }),
            text => Ok(Secret::new(text)),
        })
    }

    fn fetch_as(
        &self,
        base: &Path,
        env: &Environment,
        usable: impl Fn(&str, SecretPlace) -> Result<Secret, SecretFault>,
    ) -> Result<Secret, SecretFault> {
        match self {
            Self::Given(hidden) => usable(hidden.0.expose(), SecretPlace::Text),
            Self::Env(name) => match env.get(name) {
                Some(value) => usable(value, SecretPlace::Variable { name: name.clone() }),
                None if is_usual_name(name) => Err(SecretFault::NotSet { name: name.clone() }),
                None => Err(SecretFault::HiddenNotSet),
            },
            Self::File(path) => {
                let path = base.join(path);
                let what = match path.display().to_string() {
                    shown if may_be_a_secret(&shown) => SecretPlace::HiddenFile,
                    path => SecretPlace::File { path },
                };
                let text = read_file(&path, &what)?;
                usable(&text, what)
            }
            Self::Command(words) => {
                let name = words.first().cloned().unwrap_or_default();
                let is_hidden = may_be_a_secret(&name);
                match command::run(words, base) {
                    Ok(text) if is_hidden => usable(&text, SecretPlace::HiddenOutput),
                    Ok(text) => usable(&text, SecretPlace::Output { name }),
                    Err(fault) if is_hidden => Err(SecretFault::HiddenCommand { fault }),
                    Err(fault) => Err(SecretFault::Command { name, fault }),
                }
            }
        }
    }
}

/// What is wrong with where a secret is.
pub(super) enum SecretForm {
    /// It is no form at all.
    Value(Flaw),
    /// The form is not filled in well.
    Form(SecretFlaw),
}

/// Trims the end of line and makes sure that what remains can stand in a request header.
fn usable(text: &str, what: SecretPlace) -> Result<Secret, SecretFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(SecretFault::Empty { what });
    }
    if text.chars().any(char::is_control) {
        return Err(SecretFault::ManyLines { what });
    }
    Ok(Secret::new(text))
}

/// Reads a regular file. Another kind may have no end (a device), or nobody at its other end (a FIFO).
fn read_file(path: &Path, what: &SecretPlace) -> Result<String, SecretFault> {
    let failed = |error: std::io::Error| SecretFault::CannotRead { what: what.clone(), why: error.to_string() };
    let not_a_file = || SecretFault::NotAFile { what: what.clone() };
    let regular = |data: std::fs::Metadata| if data.is_file() { Ok(()) } else { Err(not_a_file()) };
    // To open a FIFO that nobody writes to would already wait.
    std::fs::metadata(path).map_err(failed).and_then(regular)?;
    let file = std::fs::File::open(path).map_err(failed)?;
    file.metadata().map_err(failed).and_then(regular)?;
    let mut text = String::new();
    file.take(MAX_SECRET_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_SECRET_BYTES { Err(SecretFault::TooLong { what: what.clone() }) } else { Ok(text) }
}

/// Returns true for a text that can be the name of a variable.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns true for what people call variables, and no service calls its credentials: capitals, few digits. Only such a
/// name is repeated when the variable is not set: the text may be the credential itself, pasted in the place of the name.
pub fn is_usual_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let usual = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    usual
        && digits <= 3
        && name.starts_with(|c: char| !c.is_ascii_digit())
        && name.len() <= if name.contains('_') { 64 } else { 16 }
}

/// Returns true for a path or a program that looks like a credential: many letters and digits in a row, of both kinds.
fn may_be_a_secret(text: &str) -> bool {
    let is_mixed = |word: &str| word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic);
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.len() >= 16 && is_mixed(word))
}
