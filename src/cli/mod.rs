//! The command line: what can be asked for, and handing it to the command that does it.

mod term;
mod when;
mod exit;
mod context;
mod plan;
mod progress;
mod services;

mod news;
mod adopt;
mod drop;
mod explain;
mod check;
mod init;
mod retry;
mod state;
mod status;
mod sync;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use tracing::Level;

use crate::config::Environment;
use crate::logging::{self, Format};

use context::{Context, Global, LogFormat};
use exit::Exit;

/// Keeps Guance issues and Jira issues in step, both ways, from a scheduler.
#[derive(Debug, Parser)]
#[command(name = "guajira", version, propagate_version = false, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Pull, push, save the cursor, exit
    Sync(sync::Options),
    /// Test config, credentials, permissions, project, issue type, priorities, clock and time zone; say how to mend
    Check(check::Options),
    /// Show cursors, linked pairs, pending and dead items, last runs
    Status(status::Options),
    /// Show the history of one item, and why it is where it is
    Why(why::Options),
    /// Put dead items back in the queue
    Retry(retry::Options),
    /// Give dead items up: they are never sent again unless the original changes
    Drop(drop::Options),
    /// Take over the issues and the copies that the vendor's script made
    Adopt(adopt::Options),
    /// Show what the state file holds, or bind it to services that were renamed
    #[command(subcommand)]
    State(state::Verb),
    /// Write a commented sync.toml, asking for what it needs
    Init,
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the program with these arguments, the first being its name; returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, and are no error.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let Cli { global, command } = cli;
    services::survive_small_files();
    term::set_color(global.color);
    let level = match (global.quiet, global.verbose) {
        (true, _) => Level::ERROR,
        (false, 0) => Level::WARN,
        (false, 1) => Level::INFO,
        (false, _) => Level::DEBUG,
    };
    let format = match global.log_format {
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    };
    logging::init(level, format, term::stderr_has_color());
    let context = Context { global, env: Environment::of_process() };
    term::set_lang(context.global.lang(&context.env));
    let result = dispatch(&context, &command);
    logging::tell_what_was_left_out();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => exit::explain(&error).into(),
    }
}

fn dispatch(context: &Context, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Sync(options) => sync::run(context, options),
        Command::Check(options) => check::run(context, options),
        Command::Status(options) => status::run(context, options),
        Command::Why(options) => why::run(context, options),
        Command::Retry(options) => retry::run(context, options),
        Command::Drop(options) => drop::run(context, options),
        Command::Adopt(options) => adopt::run(context, options),
        Command::State(verb) => state::run(context, verb),
        Command::Init => init::run(context),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "guajira", &mut script);
            term::out(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Done)
        }
    }
}
