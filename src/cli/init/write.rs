//! Writes the configuration and the files of secrets beside it, readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::fill::Answers;
use crate::cli::{pages, term};
use crate::words::InitWords;

/// Writes all of it; the configuration comes last, so that it names no file that is not there.
///
/// # Errors
/// When a file cannot be written, or one of a secret is there already.
pub(super) fn write(path: &Path, folder: &Path, answers: &Answers, force: bool) -> Result<()> {
    let text = answers.text();
    let secrets =
        answers.files.iter().map(|(file, secret)| (folder.join(file), format!("{}\n", secret.expose()), false));
    let mut written = Vec::new();
    for (path, text, force) in secrets.chain([(path.to_owned(), text, force)]) {
        let shown = path.display().to_string();
        let done = if force { replace(&path, &text) } else { write_new(&path, &text) };
        done.with_context(|| term::words(InitWords::CannotWrite { path: &shown }))?;
        written.push(shown);
    }
    written.extend(pages::schema_beside(path)?);
    term::tell(InitWords::Wrote { files: &written.join(", ") })?;
    Ok(())
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts a file in the place of one that may be there, in one step.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&new, text)?;
    fs::rename(&new, path)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}
