//! `guajira schema`, `man` and `completions`: what editors, `man` and shells read. All are made of the program itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Command;
use clap_mangen::Man;
use serde_json::Value;

use super::exit::Exit;
use super::term;
use crate::config;
use crate::words::InitWords;

/// The schema beside a configuration, as the first line of a new configuration names it for editors.
const SCHEMA: &str = "sync.schema.json";

/// The name of the program.
const PROGRAM: &str = env!("CARGO_PKG_NAME");

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Write the page of guajira and of every command into this folder, a file each, instead of printing one
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints the JSON Schema of the configuration.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn schema() -> Result<Exit> {
    term::out(&text_of(&config::schema()?))?;
    Ok(Exit::Done)
}

/// Writes the schema beside a configuration. A file of that name that is no schema of guajira's stays as it is. Returns what
/// was written.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn schema_beside(config: &Path) -> Result<Option<String>> {
    let (schema, path) = (config::schema()?, config.with_file_name(SCHEMA));
    let is_ours =
        |text: String| serde_json::from_str(&text).is_ok_and(|old: Value| old.get("title") == schema.get("title"));
    if path.exists() && !fs::read_to_string(&path).is_ok_and(is_ours) {
        return Ok(None);
    }
    write(&path, text_of(&schema).as_bytes())?;
    Ok(Some(path.display().to_string()))
}

fn text_of(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// Prints the completion script of a shell.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn completions(mut command: Command, shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, PROGRAM, &mut script);
    term::out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual page of the program, or writes those of all commands.
///
/// # Errors
/// When stdout or a file cannot be written to.
pub(super) fn man(mut command: Command, options: &Options) -> Result<Exit> {
    command.build();
    let Some(folder) = &options.folder else {
        term::out(&String::from_utf8_lossy(&page(&command)?))?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(folder).with_context(|| cannot_write(folder))?;
    for command in with_all_below(&command) {
        let path = folder.join(format!("{}.1", name_of(command)));
        write(&path, &page(command)?)?;
        term::line(&path.display().to_string())?;
    }
    Ok(Exit::Done)
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let version = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(name_of(command).to_uppercase()).source(version).manual(PROGRAM);
    man.render(&mut page)?;
    Ok(page)
}

/// Returns the name of a page: `guajira-state-copy`.
fn name_of(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn with_all_below(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    [command].into_iter().chain(below.flat_map(with_all_below)).collect()
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    fs::write(path, text).with_context(|| cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    term::words(InitWords::CannotWrite { path: &path.display().to_string() })
}
