//! What every command works with: the options of every command, and the environment.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::exit::Usage;
use super::term;
use crate::config::{Draft, Environment};
use crate::domain::ServiceName;
use crate::state::State;
use crate::words::{ItemWords, Lang, RunWords};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(rustdoc::broken_intra_doc_links, reason = "the help text names a section of the configuration")]
pub(super) struct Global {
    /// The configuration file [default: sync.toml]
    #[arg(long, global = true, value_name = "FILE", env = "GUAJIRA_CONFIG", hide_env_values = true)]
    pub(super) config: Option<PathBuf>,
    /// Log more: each write (-v), each request and decision too (-vv)
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Print only what failed newly, what still fails after [sync].remind (a day), and what works again
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// How log lines look: for people, or one JSON object a line
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(super) log_format: LogFormat,
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = term::Color::Auto)]
    pub(super) color: term::Color,
    /// The language of what it says: "en" or "zh" [default: that of [text].language, else of the environment]
    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = true)]
    pub(super) lang: Option<Tongue>,
}

/// Returns the language of an environment.
pub(super) fn lang_of(env: &Environment) -> Lang {
    Lang::of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| env.get(name)))
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

/// Returns the draft of the line of `[guance]`: that which the vendor's script served.
pub(super) fn guance(drafts: Vec<Draft>) -> anyhow::Result<Draft> {
    let found = drafts.into_iter().find(|draft| draft.line == ServiceName::GUANCE);
    found.ok_or_else(|| Usage::new(term::words(RunWords::NoGuance)).into())
}

/// Opens the state files that are there, one for each line.
///
/// # Errors
/// When there is none, or one cannot be opened.
pub(super) fn states(drafts: &[Draft]) -> anyhow::Result<Vec<State>> {
    let mut states = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.sync.state.exists()) {
        let path = &draft.sync.state;
        states.push(State::open(path).map_err(|error| Usage::state(path, &error))?.of_line(draft.line));
    }
    let path = drafts.first().map(|draft| draft.sync.main.display().to_string()).unwrap_or_default();
    if states.is_empty() {
        return Err(Usage::new(term::words(ItemWords::NoStateFile { path: &path })).into());
    }
    Ok(states)
}

/// What every command works with.
pub(super) struct Context {
    pub(super) global: Global,
    pub(super) env: Environment,
}

impl Context {
    /// Reads and checks the configuration of each line, secrets left aside. From then on the program speaks the language that is set
    /// there, unless the command line named one.
    pub(super) fn drafts(&self) -> anyhow::Result<Vec<Draft>> {
        let drafts = Draft::load(self.global.config.as_deref(), &self.env)?;
        if let (None, Some(lang)) = (self.global.lang, drafts.first().and_then(|draft| draft.lang)) {
            term::set_lang(lang);
        }
        Ok(drafts)
    }
}
