//! The command line: what can be asked for, and handing it to the command that does it.

mod term;
mod when;
mod exit;
mod context;
mod plan;
mod progress;
mod services;
mod sides;
mod help;

mod private;
mod named;
mod findings;
mod news;
mod adopt;
mod auth;
mod by_hand;
mod drop;
mod explain;
mod rooms;
mod stuck;
mod ci;
mod signals;
mod check;
mod pages;
mod link;
mod push;
mod reply;
mod retry;
mod state;
mod status;
mod report;
mod sync;
mod init;
mod take;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing::Level;

use crate::config::Environment;
use crate::logging::{self, Format};
use crate::words::Lang;

use context::{Context, Global, LogFormat};
use exit::Exit;

/// What the help says below the options.
const EXIT_CODES: &str = "\
Exit codes:
  0  Done; what is left waits only for the next run
  2  The command or the configuration is wrong; nothing was written
  3  The run finished, but some items failed, are held or are dead
  4  A service could not be reached, or refused the credentials
  5  Interrupted; the next run continues";

/// Syncs Guance (观测云) issues and Jira issues both ways. Run it from cron or another scheduler.
#[derive(Debug, Parser)]
#[command(name = "guajira", version, propagate_version = false, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run one sync, then exit
    Sync(sync::Options),
    /// Test configuration, credentials, permissions, projects, fields and clocks, and say how to fix what is wrong
    Check(check::Options),
    /// Show where everything stands: cursors, pairs, what waits or failed and why, the last runs
    Status(status::Options),
    /// Tell what happened in a period: a self-contained page for people, or data
    Report(report::Options),
    /// Show the history of one item, and why it is where it is
    Why(why::Options),
    /// Send dead items again with the next run
    Retry(retry::Options),
    /// Give dead items up: they are never sent again unless the original changes
    Drop(drop::Options),
    /// Post a comment on an item, for chat bots: on its Jira issue and at its source
    Reply(reply::Options),
    /// Create the Jira issue of one item now, whatever the conditions of the routes say
    Push(push::Options),
    /// Pair an item with a Jira issue that exists already
    Link(link::Options),
    /// Take a pair apart: nothing is written to either side any more
    Unlink(link::UnlinkOptions),
    /// Accept the payloads of a webhook for a piped source
    Take(take::Options),
    /// Take over the issues and the copies that the vendor's script made
    Adopt(adopt::Options),
    /// Show what the state file holds, or bind it to services that were renamed
    #[command(subcommand)]
    State(state::Verb),
    /// Get an access token from Jira Server or Data Center, by OAuth 1.0a
    #[command(subcommand)]
    Auth(auth::Service),
    /// Write a commented sync.toml, asking for what it needs
    Init(init::Options),
    /// Print the JSON Schema of sync.toml, for editors
    Schema,
    /// Print the manual page of guajira, or write those of all its commands
    Man(pages::Options),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Returns the command line.
fn command_line() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first being its name; returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let env = Environment::of_process();
    let lang = help::lang_of(&args, context::lang_of(&env));
    term::set_lang(lang);
    let parsed = help::in_lang(command_line(), lang).try_get_matches_from(&args);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error, &args, lang).into(),
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
    term::set_json(matches!(global.log_format, LogFormat::Json));
    let context = Context { global, env };
    let result = dispatch(&context, &command);
    logging::tell_what_was_left_out();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = exit::explain(&error);
            if command.is_for_a_program()
                && let Err(error) = term::json(&exit::as_json(&error))
            {
                term::error(&exit::said(&error));
            }
            exit.into()
        }
    }
}

impl Command {
    /// Returns true where stdout is to hold one JSON object, whatever happens.
    fn is_for_a_program(&self) -> bool {
        match self {
            Self::Sync(options) => options.json,
            Self::Check(options) => options.json,
            Self::Status(options) => options.json,
            Self::Why(options) => options.json,
            _ => false,
        }
    }
}

/// Says what is wrong with a command line. Help and version come this way too, and are no error.
fn misunderstood(error: &clap::Error, args: &[OsString], lang: Lang) -> Exit {
    if error.use_stderr() && help::wants_json_lines(args) {
        logging::init(Level::ERROR, Format::Json, false);
        term::set_json(true);
    }
    match help::explained(error, (args, &command_line()), lang) {
        Some((wrong, hint)) => {
            term::error(&wrong);
            term::hint(Some(&hint));
        }
        None => {
            let _ = error.print();
        }
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn dispatch(context: &Context, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Sync(options) => sync::run(context, options),
        Command::Check(options) => check::run(context, options),
        Command::Status(options) => status::run(context, options),
        Command::Report(options) => report::run(context, options),
        Command::Why(options) => why::run(context, options),
        Command::Retry(options) => retry::run(context, options),
        Command::Drop(options) => drop::run(context, options),
        Command::Reply(options) => reply::run(context, options),
        Command::Push(options) => push::run(context, options),
        Command::Link(options) => link::run(context, options),
        Command::Unlink(options) => link::unlink(context, options),
        Command::Take(options) => take::run(context, options),
        Command::Adopt(options) => adopt::run(context, options),
        Command::State(verb) => state::run(context, verb),
        Command::Auth(service) => auth::run(context, service),
        Command::Init(options) => init::run(context, options),
        Command::Schema => pages::schema(),
        Command::Man(options) => {
            pages::man(help::in_lang(command_line().disable_help_subcommand(true), term::lang()), options)
        }
        Command::Completions { shell } => pages::completions(help::in_lang(command_line(), term::lang()), *shell),
    }
}
