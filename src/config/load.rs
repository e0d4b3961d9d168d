//! Reading the configuration from a file and the environment.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, ConfigText, Problem};
use super::sections;
use super::settings::Draft;
use super::tree::Environment;
use crate::words::{ConfigFault, ConfigHint};

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "sync.toml";

impl Draft {
    /// Reads and checks the configuration: one draft for each line, that of `[guance]` first, and at least one. Without a path, `sync.toml` in the current folder is read if it is there.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: Option<&Path>, env: &Environment) -> Result<Vec<Self>, ConfigError> {
        let (path, source) = read(path, env)?;
        let base = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        sections::drafts(path.as_deref(), &base, source, env).map(|(drafts, _)| drafts)
    }

    /// Checks a text as if it were a file of this name, without the environment.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn of_text(name: &str, text: &str) -> Result<Vec<Self>, ConfigError> {
        let source = ConfigText { name: name.to_owned(), text: text.to_owned() };
        sections::drafts(None, Path::new(""), source, &Environment::default()).map(|(drafts, _)| drafts)
    }
}

fn read(path: Option<&Path>, env: &Environment) -> Result<(Option<PathBuf>, ConfigText), ConfigError> {
    let named = path.is_some();
    let path = path.unwrap_or(Path::new(DEFAULT_FILE));
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok((Some(path.to_owned()), ConfigText { name, text }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named && env.has_settings() => {
            Ok((None, ConfigText::default()))
        }
        Err(error) => {
            let problem = Problem::new(ConfigFault::CannotRead { name, why: error.to_string() });
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => ConfigHint::WriteOne,
                std::io::ErrorKind::InvalidData => ConfigHint::SaveAsUtf8,
                std::io::ErrorKind::PermissionDenied => ConfigHint::MakeReadable,
                _ => ConfigHint::NameFile,
            };
            Err(problem.hint(hint).into())
        }
    }
}
