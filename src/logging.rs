//! The only place that installs a log subscriber: to stderr, as text or JSON, never with a credential.
//!
//! Only this program's own events go below WARN: a library's debug output might show headers.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
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
        Format::Text => tracing_subscriber::registry().with(layer.with_target(false)).with(filter).try_init(),
        Format::Json => tracing_subscriber::registry().with(layer.json().flatten_event(true)).with(filter).try_init(),
    };
}

/// Replaces what could act on a terminal instead of being shown on it: control characters and escapes become a
/// blank, marks that turn the direction of writing are dropped.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| acts(c) || turns(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !turns(*c)).map(|c| if acts(c) { ' ' } else { c }).collect())
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
        let keep = |c: char| c == '\n' || (self.ansi && c == '\u{1b}');
        text.chars().filter(|c| !turns(*c)).map(|c| if acts(c) && !keep(c) { ' ' } else { c }).collect()
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
    use super::*;

    #[test]
    fn remote_text_cannot_drive_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\u{9b}1mc\r\nd"), "a [2Jb 1mc  d");
        assert_eq!(printable("ab\u{202e}gnp.exe\u{2066}"), "abgnp.exe");
        assert_eq!(printable("磁盘 👨‍👩‍👧 é"), "磁盘 👨‍👩‍👧 é");
    }
}
