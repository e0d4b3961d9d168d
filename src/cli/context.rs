//! What every command works with: the options of every command, and the environment.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::term;
use crate::config::{Draft, Environment};
use crate::words::Lang;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text names a section of the configuration")]
pub(super) struct Global {
    /// The configuration file [default: sync.toml]
    #[arg(long, global = true, value_name = "FILE", env = "GUAJIRA_CONFIG", hide_env_values = true)]
    pub(super) config: Option<PathBuf>,
    /// Say more: what is written (-v), every request and decision (-vv)
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Say only what failed newly, and what still fails after a day ([sync].remind)
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// How log lines look: for people, or one JSON object a line
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(super) log_format: LogFormat,
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = term::Color::Auto)]
    pub(super) color: term::Color,
    /// The language of what it says: "en" or "zh" [default: that of the environment]
    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = true)]
    pub(super) lang: Option<Tongue>,
}

impl Global {
    /// Returns the language in which the program speaks.
    pub(super) fn lang(&self, env: &Environment) -> Lang {
        match self.lang {
            Some(Tongue::En) => Lang::En,
            Some(Tongue::Zh) => Lang::Zh,
            None => Lang::of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| env.get(name))),
        }
    }
}

/// A language of the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Tongue {
    En,
    Zh,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// What every command works with.
pub(super) struct Context {
    pub(super) global: Global,
    pub(super) env: Environment,
}

impl Context {
    /// Reads and checks the configuration, secrets left aside.
    pub(super) fn draft(&self) -> anyhow::Result<Draft> {
        Ok(Draft::load(self.global.config.as_deref(), &self.env)?)
    }
}
