//! White space: where lines and indentation count, as the browser shows it.

use super::token::attributes;

/// Most open elements that are minded at a time.
const MAX_OPEN: usize = 64;

/// What becomes of white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Space {
    /// Each stretch is one blank.
    #[default]
    Collapse,
    /// Lines end where they end in the source.
    Lines,
    /// Lines and blanks stay.
    Keep,
}

/// Open elements, from the first on that says something about white space.
#[derive(Default)]
pub(super) struct Spaces {
    open: Vec<(String, Space)>,
}

impl Spaces {
    /// Returns what becomes of white space here.
    pub(super) fn now(&self) -> Space {
        self.open.last().map(|(_, space)| *space).unwrap_or_default()
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str, attrs: &str) {
        let has_no_end =
            matches!(name, "br" | "hr" | "img" | "input" | "source" | "embed" | "meta" | "link" | "col" | "wbr");
        if has_no_end {
            return;
        }
        // A paragraph ends where the next begins.
        if name == "p" && self.open.last().is_some_and(|(open, _)| open == "p") {
            self.open.pop();
        }
        let own = if attrs.contains("white-space") { style(attrs).and_then(|style| own_space(&style)) } else { None };
        if (self.open.is_empty() && own.unwrap_or_default() == Space::Collapse) || self.open.len() >= MAX_OPEN {
            return;
        }
        self.open.push((name.to_owned(), own.unwrap_or(self.now())));
    }

    /// Closes an element and what is open in it.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            self.open.truncate(at);
        }
    }
}

/// Returns true for a box that shows its text as `pre` does: what code editors put on the clipboard.
pub(super) fn is_code(attrs: &str) -> bool {
    if !attrs.contains("white-space") {
        return false;
    }
    let Some(style) = style(attrs) else { return false };
    let font = rules(&style).filter(|(name, _)| name == "font-family" || name == "font").map(|(_, value)| value);
    let is_mono = |font: String| ["mono", "consolas", "courier", "menlo"].iter().any(|name| font.contains(name));
    own_space(&style) == Some(Space::Keep) && font.into_iter().any(is_mono)
}

fn own_space(style: &str) -> Option<Space> {
    let space = |(name, value): (String, String)| match (name.as_str(), value.as_str()) {
        ("white-space", "pre" | "pre-wrap" | "break-spaces")
        | ("white-space-collapse", "preserve" | "break-spaces") => Some(Space::Keep),
        ("white-space", "pre-line") | ("white-space-collapse", "preserve-breaks") => Some(Space::Lines),
        ("white-space", "normal" | "nowrap") | ("white-space-collapse", "collapse") => Some(Space::Collapse),
        _ => None,
    };
    rules(style).filter_map(space).last()
}

fn style(attrs: &str) -> Option<String> {
    attributes(attrs).into_iter().find(|(name, _)| name == "style").map(|(_, value)| value)
}

/// Returns the rules of a style: names and values in lower case.
pub(super) fn rules(style: &str) -> impl Iterator<Item = (String, String)> {
    style.split(';').take(64).filter_map(|rule| {
        let (name, value) = rule.split_once(':')?;
        let value = value.trim().to_ascii_lowercase();
        let value = value.trim_end_matches("!important").trim_end().to_owned();
        Some((name.trim().to_ascii_lowercase(), value))
    })
}

/// Adds text with each stretch of white space as one blank.
pub(super) fn collapse(text: &str, after_space: bool, out: &mut String) {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
    let mut after_space = after_space;
    let mut rest = text;
    while !rest.is_empty() {
        let words = rest.bytes().position(|b| is_blank(&b)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(words);
        if !word.is_empty() {
            out.push_str(word);
            after_space = false;
        }
        let blanks = tail.bytes().take_while(is_blank).count();
        if blanks > 0 && !after_space {
            out.push(' ');
            after_space = true;
        }
        rest = tail.get(blanks..).unwrap_or_default();
    }
}

/// Preformatted text that is open.
pub(super) struct Pre {
    pub(super) text: String,
    pub(super) language: Option<String>,
    /// The tag that it ends with, and how many of its kind are open in it.
    tag: String,
    inner: usize,
    /// True when a box in it has ended: what comes next stands on the next line.
    line_ended: bool,
}

impl Pre {
    /// Opens one.
    pub(super) fn new(tag: &str, language: Option<String>) -> Self {
        Self { text: String::new(), language, tag: tag.to_owned(), inner: 0, line_ended: false }
    }

    /// Adds text as it is.
    pub(super) fn push(&mut self, text: &str) {
        if std::mem::take(&mut self.line_ended) {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }

    /// Opens a box in it.
    pub(super) fn open_box(&mut self, name: &str) {
        self.inner += usize::from(name == self.tag);
        self.end_line();
    }

    /// Closes a tag in it; true when it ends with that.
    pub(super) fn close(&mut self, name: &str) -> bool {
        if name == self.tag {
            let Some(left) = self.inner.checked_sub(1) else { return true };
            self.inner = left;
        }
        if matches!(name, "div" | "p") {
            self.end_line();
        }
        matches!((name, self.tag.as_str()), ("pre" | "textarea", "pre" | "textarea"))
    }

    fn end_line(&mut self) {
        self.line_ended |= !self.text.is_empty() && !self.text.ends_with('\n');
    }
}
