//! The only place that installs a log subscriber: to stderr, as text or JSON, never with a credential.
//!
//! Only this program's own events go below WARN: a library's debug output might show headers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Installs the subscriber. A second call changes nothing.
pub fn init(level: Level, format: Format, ansi: bool) {
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level).with_default(level.min(Level::WARN));
    let layer = tracing_subscriber::fmt::layer().with_writer(Stderr { ansi }).with_ansi(ansi);
    let _ = match format {
        Format::Text => tracing_subscriber::registry().with(layer.with_target(false)).with(Few).with(filter).try_init(),
        Format::Json => {
            tracing_subscriber::registry().with(layer.json().flatten_event(true)).with(Few).with(filter).try_init()
        }
    };
}

/// Most warnings of one kind that are shown: somebody who sends odd records by the million must not fill a disk.
const MOST_OF_A_KIND: usize = 20;

/// How often each kind of warning came, by the place in the program that gives it, and how it begins.
static WARNED: OnceLock<Mutex<HashMap<Identifier, (usize, String)>>> = OnceLock::new();

/// Lets so many warnings of each kind pass.
struct Few;

impl<S: Subscriber> Layer<S> for Few {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() != Level::WARN || !metadata.target().starts_with(env!("CARGO_CRATE_NAME")) {
            return true;
        }
        let mut warned = WARNED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = warned.entry(metadata.callsite()).or_insert_with(|| {
            let mut words = Words::default();
            event.record(&mut words);
            (0, words.0)
        });
        *count += 1;
        *count <= MOST_OF_A_KIND
    }
}

/// What an event says, without its fields.
#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Says how many warnings of each kind were not shown. For the end of the program.
pub fn tell_what_was_left_out() {
    let warned = WARNED.get_or_init(Mutex::default).lock().map(|mut warned| std::mem::take(&mut *warned));
    let mut kinds: Vec<(usize, String)> = warned.unwrap_or_default().into_values().collect();
    kinds.sort();
    for (count, kind) in kinds.into_iter().filter(|(count, _)| *count > MOST_OF_A_KIND) {
        tracing::warn!(kind, count = count - MOST_OF_A_KIND, "More warnings of a kind were not shown.");
    }
}

/// Replaces what could act on a terminal, or on the CI system that keeps the output, instead of being shown: control
/// characters and escapes become a blank, marks that turn the direction of writing are dropped, and a blank goes into what a
/// CI system takes for a command.
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_harmless = !text.chars().any(|c| acts(c) || turns(c)) && commands(text).next().is_none();
    if is_harmless {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shown(text, |_| false))
}

/// Returns a text of which nothing acts, but for the characters to keep.
fn shown(text: &str, keep: impl Fn(char) -> bool) -> String {
    let visible = text.chars().filter(|c| !turns(*c));
    let mut shown: String = visible.map(|c| if acts(c) && !keep(c) { ' ' } else { c }).collect();
    let places: Vec<usize> = commands(&shown).collect();
    for at in places.into_iter().rev() {
        shown.insert(at + 1, ' ');
    }
    shown
}

/// Returns JSON in which no CI system finds a command: the sign that begins one is written as an escape.
pub fn harmless_json(json: &str) -> String {
    let mut harmless = json.to_owned();
    let places: Vec<usize> = signs(json).collect();
    for at in places.into_iter().rev() {
        harmless.replace_range(at..=at, "\\u0023");
    }
    harmless
}

/// Returns where a CI system would find a command in what it keeps of our output.
///
/// Sources: GitHub Actions, "Workflow commands" (`::name::` at the beginning of a line); Azure Pipelines, "Logging commands"
/// (`##vso[` and `##[`, anywhere); `TeamCity`, "Service messages" (`##teamcity[`).
fn commands(text: &str) -> impl Iterator<Item = usize> {
    let start = text.len() - text.trim_start().len();
    let at_start = text.get(start..).is_some_and(|text| text.starts_with("::")).then_some(start);
    at_start.into_iter().chain(signs(text))
}

/// Returns where `##`, letters and a bracket stand.
fn signs(text: &str) -> impl Iterator<Item = usize> {
    let doubled = text.as_bytes().windows(2).enumerate().filter(|(_, pair)| pair == b"##").map(|(at, _)| at);
    doubled.filter(|at| {
        let behind = text.get(at + 2..).unwrap_or_default();
        behind.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
    })
}

/// Control characters, and the separators that some terminals take for a new line.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Direction marks, and characters that nobody can see. Joiners stay: emoji and scripts need them.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Stderr, with every line made [`printable`]. A closed stderr is no reason to fail.
#[derive(Clone, Copy)]
struct Stderr {
    ansi: bool,
}

impl Stderr {
    fn clean(self, text: &str) -> String {
        // A line break within an event comes from outside, and what follows it could be a command.
        let (line, end) = text.strip_suffix('\n').map_or((text, ""), |line| (line, "\n"));
        // A blank in a command does no harm to a line of JSON either.
        shown(line, |c| self.ansi && c == '\u{1b}') + end
    }
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let clean = self.clean(&String::from_utf8_lossy(bytes));
        let _ = io::stderr().write_all(clean.as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    /// Pieces of which commands of CI systems and terminals are made.
    const PIECES: [&str; 34] = [
        "::",
        ":",
        "error",
        "add-mask",
        "stop-commands",
        " title=x",
        "##",
        "#",
        "[",
        "]",
        "##[",
        "##vso[",
        "vso",
        "##teamcity[",
        "task.complete",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\u{1b}[0K",
        "\u{1b}",
        "section_start:1:x",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{2029}",
        "\u{3000}",
        "\u{feff}",
        "\u{202e}",
        "\u{200b}",
        "\u{9b}",
        "磁盘",
        "%0A",
    ];

    fn text() -> impl Strategy<Value = String> {
        let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14).prop_map(|pieces| pieces.concat());
        prop_oneof![pieces, "\\PC{0,30}", any::<String>()]
    }

    /// Returns true where a CI system finds a command in what is printed. It reads lines; GitHub trims white space of any kind.
    fn is_a_command(printed: &str) -> bool {
        let lines = printed.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        lines.into_iter().any(|line| {
            let begins = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with("::");
            let signs = ["##[", "##vso[", "##teamcity["];
            begins || signs.iter().any(|sign| line.to_ascii_lowercase().contains(sign)) || line.contains('\u{1b}')
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn no_text_from_outside_is_a_command(text in text()) {
            let shown = printable(&text);
            prop_assert!(!is_a_command(&shown), "{:?} of {:?}", shown, text);
            prop_assert!(!shown.contains(|c: char| c.is_control()), "{:?}", shown);
            prop_assert_eq!(printable(&shown), shown.as_ref());
            let json = harmless_json(&serde_json::to_string(&text).unwrap());
            prop_assert!(!json.contains("##[") && !json.to_ascii_lowercase().contains("##vso["), "{:?}", json);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }

        #[test]
        fn no_log_line_is_a_command(text in text(), level in prop::sample::select(&["  WARN", "{\"message\":"][..])) {
            let line = Stderr { ansi: false }.clean(&format!("{level} {text}\n"));
            prop_assert!(!is_a_command(&line), "{:?} of {:?}", line, text);
            prop_assert_eq!(line.find('\n'), Some(line.len() - 1), "{:?} of {:?}", line, text);
        }
    }

    #[test]
    fn remote_text_cannot_drive_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\u{9b}1mc\r\nd"), "a [2Jb 1mc  d");
        assert_eq!(printable(" ::set-output name=a::b"), " : :set-output name=a::b");
        assert_eq!(printable("a::b ##vso[task.complete] ###[group]"), "a::b # #vso[task.complete] ## #[group]");
        assert_eq!(printable("##Teamcity[x ## and #[3]"), "# #Teamcity[x ## and #[3]");
        assert_eq!(printable("\u{1b}::stop-commands::x"), " : :stop-commands::x");
        assert_eq!(harmless_json("[\"##vso[a\",\"#[b\"]"), "[\"\\u0023#vso[a\",\"#[b\"]");
        assert_eq!(printable("ab\u{202e}gnp.exe\u{2066}"), "abgnp.exe");
        assert_eq!(printable("磁盘 👨‍👩‍👧 é"), "磁盘 👨‍👩‍👧 é");
    }
}
