//! `guajira init`: a commented sync.toml, from a few answers.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::config::{DEFAULT_FILE, Draft, is_usual_name};
use crate::secret::Secret;
use crate::words::{InitWords, Question};

use super::context::Context;
use super::exit::{Exit, Usage};
use super::{pages, term};

/// The file that the answers are put into.
const TEMPLATE: &str = include_str!("../../sync.toml.example");

/// The line of the template that chooses a language.
const LANGUAGE: &str = "language = \"en\"";

/// What is asked: the line of the template that the answer goes into, the question, and the answer to an empty line.
const QUESTIONS: &[(&str, Question, &str)] = &[
    ("base_url = \"https://openapi.guance.com\"", Question::GuanceAddress, "https://openapi.guance.com"),
    ("{ env = \"GUANCE_API_KEY\" }", Question::GuanceVariable, "GUANCE_API_KEY"),
    ("base_url = \"https://example.atlassian.net\"", Question::JiraAddress, ""),
    ("user = \"bot@example.com\"", Question::JiraUser, ""),
    ("{ env = \"JIRA_API_TOKEN\" }", Question::JiraVariable, "JIRA_API_TOKEN"),
    ("project = \"OPS\"", Question::JiraProject, ""),
    ("issue_type = \"Bug\"", Question::IssueType, "Bug"),
];

/// Asks, and writes the file.
///
/// # Errors
/// When the file is there already, or the answers make no valid configuration.
pub(super) fn run(context: &Context) -> Result<Exit> {
    let path = context.global.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
    if path.exists() {
        let usage = Usage::new(term::words(InitWords::FileExists { path: &path.display().to_string() }));
        return Err(usage.hint(term::words(InitWords::FileExistsHint)).into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let taken = |file: &str| folder.join(file).exists();
    let is_set = |name: &str| context.env.get(name).is_some();
    let Filled { text, files } = filled_in(ask, is_set, taken)?;
    Draft::of_text(&path.display().to_string(), &text)?;
    let mut written = Vec::new();
    let texts = files.iter().map(|(file, secret)| (folder.join(file), format!("{}\n", secret.expose())));
    for (path, text) in texts.chain([(path.to_owned(), text)]) {
        write_new(&path, &text)
            .with_context(|| term::words(InitWords::CannotWrite { path: &path.display().to_string() }))?;
        written.push(path.display().to_string());
    }
    written.extend(pages::schema_beside(path)?);
    term::tell(InitWords::Wrote { files: &written.join(", "), config: &path.display().to_string() })?;
    Ok(Exit::Done)
}

/// What the answers make.
struct Filled {
    /// The configuration.
    text: String,
    /// Names of files to be written beside it, and the secret in each.
    files: Vec<(&'static str, Secret)>,
}

/// Puts the answers into the template.
fn filled_in(
    mut answer: impl FnMut(&str, &str) -> io::Result<String>,
    is_set: impl Fn(&str) -> bool,
    taken: impl Fn(&str) -> bool,
) -> Result<Filled> {
    // Nobody was asked for it: unset, the commands speak the language of whoever runs them.
    let mut text = TEMPLATE.replacen(LANGUAGE, &format!("# {LANGUAGE}"), 1);
    let mut files = Vec::new();
    for (place, question, default) in QUESTIONS {
        // Only the user may stay empty: a personal access token says who it belongs to.
        let is_secret = place.starts_with("{ env");
        let answer = loop {
            let given = answer(&term::words(InitWords::Ask(*question)), default)?;
            if is_secret && !given.is_empty() && !is_usual_name(&given) && !is_set(&given) {
                let file = if default.contains("GUANCE") { "guance.key" } else { "jira.token" };
                if !taken(file) && keep_in(file, &mut answer)? {
                    files.push((file, Secret::new(given)));
                    break String::new();
                }
                continue;
            }
            if !given.is_empty() || place.starts_with("user") {
                break given;
            }
        };
        let filled = match place.split_once(" = ") {
            Some(("user", _)) if answer.is_empty() => {
                text = text.replacen("method = \"basic\"", "method = \"pat\"", 1);
                format!("# {place}")
            }
            Some(("{ env", _)) => match files.last() {
                Some((file, _)) if answer.is_empty() => format!("{{ file = {} }}", quoted(file)),
                _ => format!("{{ env = {} }}", quoted(&answer)),
            },
            Some((key, _)) => format!("{key} = {}", quoted(&answer)),
            None => answer,
        };
        text = text.replacen(place, &filled, 1);
    }
    Ok(Filled { text, files })
}

/// Offers to keep in a file what was given as the name of a variable and looks like no name. It is not repeated: most
/// likely it is the secret itself.
fn keep_in(file: &str, answer: &mut impl FnMut(&str, &str) -> io::Result<String>) -> io::Result<bool> {
    term::say(&term::words(InitWords::NoNameOfVariable));
    let question = term::words(InitWords::KeepIn { file });
    let said = answer(&question, "yes")?.to_lowercase();
    Ok(said == "yes" || said == "y")
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Asks on stderr, so that stdout stays for results; reads one line.
fn ask(question: &str, default: &str) -> io::Result<String> {
    let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{question}{shown}: ");
    let _ = stderr.flush();
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, term::words(InitWords::InputEnded)));
    }
    let answer = line.trim();
    Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// Writes a file that is not there yet, readable by its owner alone: it may come to hold secrets.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_answers_stand_in_the_template() {
        let answers = ["https://a.example", "MY_KEY", "https://j.example/jira", "", "MY_TOKEN", "AB", "Task \"x\""];
        let mut answers = answers.iter();
        let ask = |_: &str, _: &str| Ok((*answers.next().unwrap()).to_owned());
        let text = filled_in(ask, |_| false, |_| false).unwrap().text;
        for line in [
            "base_url = \"https://a.example\"",
            "api_key = { env = \"MY_KEY\" }",
            "base_url = \"https://j.example/jira\"",
            "method = \"pat\"",
            "# user = \"bot@example.com\"",
            "token = { env = \"MY_TOKEN\" }",
            "project = \"AB\"",
            "issue_type = 'Task \"x\"'",
            "# language = \"en\"",
        ] {
            assert!(text.lines().any(|l| l.starts_with(line)), "{line}\n{text}");
        }
        let draft = Draft::of_text("sync.toml", &text).unwrap().remove(0);
        assert_eq!(draft.policy.routes.first().unwrap().issue_type, "Task \"x\"");
    }

    #[test]
    fn every_question_has_its_place() {
        for place in QUESTIONS.iter().map(|(place, _, _)| *place).chain([LANGUAGE]) {
            assert_eq!(TEMPLATE.matches(place).count(), 1, "{place}");
        }
    }
}
