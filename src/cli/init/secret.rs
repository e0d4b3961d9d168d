//! Asks for a secret: pasted, in a variable, or in a file. It is never shown, and stands in no answer that is written.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Result;

use super::ask::Tries;
use super::desk::{Desk, question, variable_of};
use super::fill::{Answers, quoted};
use crate::cli::term;
use crate::config::is_usual_name;
use crate::secret::Secret;
use crate::words::{AskWords, FoundWords, Question};

/// Longest secret that is read from a file, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Most names that are tried for a file of a secret.
const MOST_FILES: usize = 99;

/// A secret that is asked for.
pub(super) struct Wanted {
    pub(super) question: Question,
    /// Its key in the configuration.
    pub(super) key: &'static str,
    /// The variable that is proposed.
    pub(super) variable: &'static str,
    /// The file that it is kept in: name and end.
    pub(super) file: (&'static str, &'static str),
}

/// What came of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The secret is known, and can be tested.
    Known,
    /// It is in a variable that is not set here.
    Unknown,
    /// The answer was this word, which the question knows.
    Word,
}

/// Asks for a secret and puts where it is into the answers. `word` is an answer that means something else.
///
/// # Errors
/// When the input ends, or after too many answers that are none.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers, wanted: &Wanted, word: Option<&str>) -> Result<Given> {
    let tries = Tries::default();
    let default = proposed(desk, wanted);
    loop {
        let given = desk.ask.line(&question(wanted.question), &default)?;
        if word == Some(given.as_str()) {
            return Ok(Given::Word);
        }
        if let Some(value) = desk.env.get(&given) {
            keep(answers, wanted, format!("{{ env = {} }}", quoted(&given)), Some(Secret::new(value.trim())));
            return Ok(Given::Known);
        }
        if is_usual_name(&given) {
            desk.ask.tell(FoundWords::NotSet { name: &given });
            if desk.ask.yes(AskWords::GoOnUntested, false)? {
                keep(answers, wanted, format!("{{ env = {} }}", quoted(&given)), None);
                answers.unset.push(given);
                return Ok(Given::Unknown);
            }
            desk.ask.again(&tries)?;
            continue;
        }
        if desk.folder.join(&given).is_file() {
            let Some(secret) = read(&desk.folder.join(&given)) else {
                desk.ask.wrong(&tries, &term::words(FoundWords::NoSecretIn { file: &given }))?;
                continue;
            };
            desk.ask.tell(FoundWords::FoundFile { file: &given });
            keep(answers, wanted, format!("{{ file = {} }}", quoted(&given)), Some(secret));
            return Ok(Given::Known);
        }
        // It is not repeated.
        let file = free(desk.folder, wanted.file);
        let is_one_line = !given.is_empty() && !given.chars().any(char::is_control);
        if is_one_line && desk.ask.yes(AskWords::KeepIn { file: &file }, true)? {
            let secret = Secret::new(given);
            keep(answers, wanted, format!("{{ file = {} }}", quoted(&file)), Some(secret.clone()));
            answers.files.push((file, secret));
            return Ok(Given::Known);
        }
        desk.ask.wrong(&tries, &term::words(FoundWords::NoNameOfVariable))?;
    }
}

/// Returns where the secret most likely is: in a variable that is set, in a file that is there, else in the usual variable.
fn proposed(desk: &Desk<'_>, wanted: &Wanted) -> String {
    let of_config = variable_of(wanted.key);
    let (name, end) = wanted.file;
    let file = format!("{name}.{end}");
    // In the variable of the configuration may also stand where the secret is.
    let is_secret = desk.env.get(&of_config).is_some_and(|value| !value.trim_start().starts_with('{'));
    match desk.env.get(wanted.variable) {
        _ if is_secret => of_config,
        None if desk.folder.join(&file).is_file() => file,
        _ => wanted.variable.to_owned(),
    }
}

/// Notes where the secret is; what an earlier answer to the same question left is forgotten.
pub(super) fn keep(answers: &mut Answers, wanted: &Wanted, toml: String, secret: Option<Secret>) {
    let (name, _) = wanted.file;
    answers.files.retain(|(file, _)| !file.starts_with(name));
    answers.set_toml(wanted.key, toml);
    if let Some(secret) = secret {
        answers.know(wanted.key, secret);
    }
}

/// Returns the name of a file that is not there yet.
pub(super) fn free(folder: &Path, (name, end): (&str, &str)) -> String {
    let names = (1..=MOST_FILES).map(|n| if n == 1 { format!("{name}.{end}") } else { format!("{name}-{n}.{end}") });
    let is_free = |file: &String| std::fs::symlink_metadata(folder.join(file)).is_err();
    names.into_iter().find(is_free).unwrap_or_else(|| format!("{name}.{end}"))
}

/// Reads a file of one line.
pub(super) fn read(path: &Path) -> Option<Secret> {
    read_lines(path).filter(|text| !text.expose().chars().any(char::is_control))
}

/// Reads a file that holds a secret and nothing else.
pub(super) fn read_lines(path: &Path) -> Option<Secret> {
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    (!text.is_empty()).then(|| Secret::new(text))
}
