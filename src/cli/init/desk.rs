//! What every question works with: the input, the environment, and the services as the answers so far name them.

use std::path::Path;

use anyhow::Result;
use chrono::{TimeDelta, Utc};

use super::ask::Asker;
use super::fill::Answers;
use crate::cli::exit::hint_for;
use crate::cli::services::Scratch;
use crate::cli::sides::{self, Sides};
use crate::cli::term;
use crate::config::{Draft, Environment};
use crate::engine::budget::Patience;
use crate::http::one_line;
use crate::ports::{ApiError, Stop};
use crate::state::State;
use crate::words::{AskWords, Message, Question};

/// How long a test of an answer waits for a service.
pub(super) const TIMEOUT: &str = "10s";

/// Longest reason of a service's that is repeated, in characters.
const LONGEST_WHY: usize = 300;

/// What every question works with.
pub(super) struct Desk<'a> {
    pub(super) ask: Asker,
    pub(super) env: &'a Environment,
    /// The folder of the configuration.
    pub(super) folder: &'a Path,
}

/// Ctrl-C ends the program at once while it asks: nothing is written yet.
struct Never;

impl Stop for Never {
    fn requested(&self) -> bool {
        false
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(env: &'a Environment, folder: &'a Path) -> Self {
        Self { ask: Asker::new(), env, folder }
    }

    /// Returns what the environment says of a key of the configuration, as the answer that is proposed.
    pub(super) fn of_env(&self, key: &str) -> Option<&'a str> {
        let name = variable_of(key);
        self.env.get(&name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Asks something of the services that the answers name. Whatever comes back is theirs.
    ///
    /// # Errors
    /// When the answers make no configuration, or a client cannot be set up.
    pub(super) fn probe<T>(
        &self,
        answers: &Answers,
        work: impl FnOnce(Sides<'_>) -> Result<T, ApiError>,
    ) -> Result<Result<T, ApiError>> {
        let mut answers = answers.clone();
        for section in ["guance", "jira"] {
            answers.set(&format!("{section}.timeout"), TIMEOUT);
            let key = format!("{section}.ca_file");
            if let Some(file) = self.of_env(&key) {
                answers.set(&key, &self.folder.join(file).display().to_string());
            }
        }
        for key in ["jira.auth.gateway_url", "jira.auth.cloud_id"] {
            if let Some(told) = self.of_env(key) {
                answers.set(key, told);
            }
        }
        let mut drafts = Draft::of_text("", answers.text_to_test().expose())?;
        let config = drafts.remove(0).resolve(&Environment::default())?;
        // Nothing that a state remembers is believed here, and nothing is recorded.
        let state = State::open_copy(Path::new(""))?;
        let patience = Patience::Until(Utc::now() + TimeDelta::seconds(15));
        sides::with_sides(&config, &state, &Scratch::default(), &Never, patience, |sides| Ok(work(sides)))
    }
}

/// Returns what the configuration says against a value.
pub(super) fn fault_of(answers: &Answers, key: &str, text: &str) -> Option<String> {
    let mut answers = answers.clone();
    answers.set(key, text);
    let error = Draft::of_text("", answers.text_to_test().expose()).err()?;
    error.problems.first().map(|problem| problem.fault.in_lang(term::lang()))
}

/// Says what a service has against an answer, and how to mend it where that is known.
pub(super) fn object(said: impl Message, error: &ApiError) {
    term::say(&term::words(said));
    term::hint(hint_for(error).as_deref());
}

/// Returns the variable of the environment that stands for a key of the configuration.
pub(super) fn variable_of(key: &str) -> String {
    let key = key.replacen("route.", "route.0.", 1);
    format!("GUAJIRA_{}", key.replace('.', "__").to_uppercase())
}

/// Returns a question in the language of the program.
pub(super) fn question(question: Question) -> String {
    term::words(AskWords::Ask(question))
}

/// Returns why a service did not do what was asked, as one line.
pub(super) fn why(error: &ApiError) -> String {
    one_line(&term::kept(&error.message), LONGEST_WHY)
}
