//! Asks on stderr, so that stdout stays for results, and reads one line for each answer.

use std::cell::Cell;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use anyhow::Result;

use crate::cli::exit::Usage;
use crate::cli::term;
use crate::http::one_line;
use crate::words::{AskWords, InitWords, Listed, Message};

/// Most wrong answers to one question that are taken from an input that is no terminal: nobody reads there what is wrong.
const MOST_WRONG: usize = 3;

/// Longest answer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Longest name of a service's that is shown in a list, in characters.
const LONGEST_SHOWN: usize = 60;

/// Most things that a list shows.
const MOST_SHOWN: usize = 20;

/// Where answers come from.
pub(super) struct Asker {
    is_terminal: bool,
}

/// How often one question was answered wrongly.
#[derive(Default)]
pub(super) struct Tries(Cell<usize>);

/// An answer to a list.
pub(super) enum Chosen {
    /// Its place in the list, from 0.
    At(usize),
    /// What was typed is no number.
    Typed(String),
}

impl Asker {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stdin().is_terminal() }
    }

    /// Shows a line.
    #[expect(clippy::unused_self, reason = "what is shown belongs to the questions")]
    pub(super) fn show(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{}", term::printable(text));
    }

    /// Says what was found out.
    #[expect(clippy::needless_pass_by_value, reason = "a message is made where it is said")]
    pub(super) fn tell(&self, said: impl Message) {
        self.show(&said.in_lang(term::lang()));
    }

    /// Asks, and returns the answer; an empty one means the default, which is shown.
    ///
    /// # Errors
    /// When the input ends.
    pub(super) fn line(&self, question: &str, default: &str) -> Result<String> {
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        let mut stderr = anstream::stderr();
        let _ = write!(stderr, "{}: ", term::printable(&format!("{question}{shown}")));
        let _ = stderr.flush();
        let mut line = Vec::new();
        let read = io::stdin().lock().take(LONGEST).read_until(b'\n', &mut line)?;
        if !self.is_terminal {
            // A terminal shows what is typed, with its end of line.
            let _ = writeln!(stderr);
        }
        if read == 0 {
            let usage = Usage::new(term::words(InitWords::InputEnded));
            return Err(usage.hint(term::words(InitWords::InputEndedHint)).into());
        }
        let answer = String::from_utf8_lossy(&line);
        let answer = answer.trim().trim_start_matches('\u{feff}');
        Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
    }

    /// Asks for yes or no.
    ///
    /// # Errors
    /// As for [`Asker::line`], and after too many other answers.
    pub(super) fn yes(&self, question: impl Message, default: bool) -> Result<bool> {
        let question = term::words(AskWords::YesOrNo { question: &term::words(question) });
        let tries = Tries::default();
        loop {
            match self.line(&question, if default { "yes" } else { "no" })?.to_lowercase().as_str() {
                "yes" | "y" | "是" => return Ok(true),
                "no" | "n" | "否" => return Ok(false),
                _ => self.wrong(&tries, &term::words(AskWords::AnswerYesOrNo))?,
            }
        }
    }

    /// Says what is wrong with an answer, so that the question is asked again.
    ///
    /// # Errors
    /// When that question was answered wrongly too often.
    pub(super) fn wrong(&self, tries: &Tries, why: &str) -> Result<()> {
        term::say(why);
        self.again(tries)
    }

    /// Counts a wrong answer, of which it is said what is wrong.
    ///
    /// # Errors
    /// When that question was answered wrongly too often.
    pub(super) fn again(&self, tries: &Tries) -> Result<()> {
        tries.0.set(tries.0.get() + 1);
        if !self.is_terminal && tries.0.get() >= MOST_WRONG {
            let usage = Usage::new(term::words(InitWords::TooManyWrong));
            return Err(usage.hint(term::words(InitWords::InputEndedHint)).into());
        }
        Ok(())
    }

    /// Shows a list, and that there is more where not all of it is shown.
    pub(super) fn list(&self, what: Listed, lines: &[String], more: bool) {
        self.tell(AskWords::Choose(what));
        for (n, line) in lines.iter().take(MOST_SHOWN).enumerate() {
            self.show(&format!("  {:>2}  {line}", n + 1));
        }
        if more || lines.len() > MOST_SHOWN {
            self.tell(AskWords::More);
        }
    }

    /// Asks about a list of so many things.
    ///
    /// # Errors
    /// As for [`Asker::line`], and after too many numbers that are not in the list.
    pub(super) fn choose(&self, question: &str, default: &str, count: usize) -> Result<Chosen> {
        let most = count.min(MOST_SHOWN);
        let tries = Tries::default();
        loop {
            let answer = self.line(question, default)?;
            match answer.parse::<usize>() {
                Ok(n) if (1..=most).contains(&n) => return Ok(Chosen::At(n - 1)),
                Ok(_) if most > 0 => self.wrong(&tries, &term::words(AskWords::NotListed { most }))?,
                _ if answer.is_empty() => self.wrong(&tries, &term::words(AskWords::IsNeeded))?,
                _ => return Ok(Chosen::Typed(answer)),
            }
        }
    }
}

/// Returns a service's words as a line of bounded length.
pub(super) fn bounded(text: &str) -> String {
    one_line(text, LONGEST_SHOWN)
}
