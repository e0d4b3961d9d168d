//! Writes the configuration and the files of secrets beside it, readable by their owner alone.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::fill::Answers;
use crate::cli::private::{replace, write_new};
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
