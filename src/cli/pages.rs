//! `guajira schema`, `man` and `completions`: what editors, `man` and shells read. All are made of the program itself.

use anyhow::Result;
use clap_mangen::Man;

use super::exit::{Exit, Usage};
use super::term;
use crate::config;
use crate::words::UsageWords;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The command, such as `sync` or `state copy`
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

/// Prints the JSON Schema of the configuration.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn schema() -> Result<Exit> {
    term::out(&format!("{:#}\n", config::schema()?))?;
    Ok(Exit::Done)
}

/// Prints the completion script of a shell.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn completions(mut command: clap::Command, shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "guajira", &mut script);
    term::out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints a manual page.
///
/// # Errors
/// When there is no such command, or stdout cannot be written to.
pub(super) fn man(command: &clap::Command, options: &Options) -> Result<Exit> {
    let (mut command, mut name) = (command.clone(), "guajira".to_owned());
    command.build();
    for word in &options.path {
        let Some(below) = command.find_subcommand(word).cloned() else {
            return Err(Usage::new(term::words(UsageWords::UnknownCommand { name: word, near: None })).into());
        };
        name = format!("{name}-{word}");
        command = below;
    }
    let mut page = Vec::new();
    let manual = format!("guajira {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).title(name.to_uppercase()).section("1").source(manual).manual("guajira");
    man.render(&mut page)?;
    term::out(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
