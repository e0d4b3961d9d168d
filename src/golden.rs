//! Recorded texts: what earlier versions left on the services and in state files, and what must be made again byte for byte.
//!
//! A subject is a file under `tests/data/golden` with a line `name<TAB>value` for each text. The tests of the library and
//! those of the integration binary share this file; it uses nothing of the library's, so that nothing that is renamed there
//! touches it.

use std::fmt::Write as _;
use std::path::PathBuf;

/// The variable of the environment that has the texts recorded anew. No pipeline sets it.
pub(crate) const RECORD: &str = "GUAJIRA_GOLDEN_RECORD";

/// A name and what it stands for.
pub(crate) type Line = (String, String);

/// Returns a line of a subject.
pub(crate) fn line(name: impl Into<String>, value: impl Into<String>) -> Line {
    (name.into(), value.into())
}

/// Compares a subject with its record.
///
/// `consequence` says what an upgrade would double or lose if a text were another one.
///
/// # Panics
/// When a text is another one, is new, or is missing: the message has the name, both texts and the consequence.
#[allow(clippy::panic, clippy::unwrap_used, reason = "tests")]
pub(crate) fn golden(file: &str, lines: &[Line], consequence: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden").join(file);
    if std::env::var_os(RECORD).is_some() {
        assert!(std::env::var_os("CI").is_none(), "{RECORD} is set in a pipeline, which must compare and never record");
        std::fs::write(&path, written(lines, consequence)).unwrap();
        return;
    }
    let record = std::fs::read_to_string(&path).unwrap_or_default();
    if let Err(told) = compare(file, &record, lines, consequence) {
        panic!("{told}");
    }
}

/// Compares lines with the text of a record; says every difference.
///
/// # Errors
/// The differences, one under the other, and what they mean.
pub(crate) fn compare(file: &str, record: &str, lines: &[Line], consequence: &str) -> Result<(), String> {
    let recorded: Vec<(&str, &str)> =
        record.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect();
    let mut told = String::new();
    for (at, (name, value)) in lines.iter().enumerate() {
        let got = escaped(value);
        assert!(!name.contains(['\t', '\n']) && !name.starts_with('#'), "{name:?} is no name of a line");
        assert!(lines.iter().take(at).all(|(other, _)| other != name), "two lines of {file} are called {name:?}");
        match recorded.iter().find(|(other, _)| other == name) {
            Some((_, want)) if *want == got => {}
            Some((_, want)) => {
                let _ = write!(told, "\n{name}\n  want: {want}\n  got:  {got}");
            }
            None => {
                let _ = write!(told, "\n{name}\n  is not recorded\n  got:  {got}");
            }
        }
    }
    for (name, want) in recorded.iter().filter(|(name, _)| lines.iter().all(|(other, _)| other != name)) {
        let _ = write!(told, "\n{name}\n  want: {want}\n  is not made any more");
    }
    if told.is_empty() {
        return Ok(());
    }
    Err(format!(
        "tests/data/golden/{file} says something else: {consequence}.{told}\nWhere that is meant, and an upgrade copes with \
         the texts that are out there, {RECORD}=1 records the file anew, and the commit says why."
    ))
}

/// Returns the text of a record.
fn written(lines: &[Line], consequence: &str) -> String {
    lines.iter().fold(format!("# Never to be changed: {consequence}.\n"), |text, (name, value)| {
        text + name + "\t" + &escaped(value) + "\n"
    })
}

/// Returns a value as one line without control characters.
fn escaped(value: &str) -> String {
    value.chars().fold(String::new(), |mut text, c| {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
            }
            c => text.push(c),
        }
        text
    })
}
