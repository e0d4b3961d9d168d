//! Definitions that nothing refers to: `[ERROR]: disk full` is what somebody wrote, and no address of a link.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use comrak::nodes::NodeValue;
use comrak::options::BrokenLinkReference;
use comrak::{Arena, Options, parse_document};

/// What marks a label, so that it names nothing and is found again wherever it shows. Of private use, and in no text here.
const SIGN: char = '\u{F8FF}';

/// A line that looks like a definition.
struct Line<'a> {
    /// Where its bracket is.
    at: usize,
    label: &'a str,
    whole: &'a str,
}

impl Line<'_> {
    /// Returns where its name starts; a footnote's stands behind a sign.
    fn name(&self) -> usize {
        self.at + 1 + usize::from(self.label.starts_with('^'))
    }
}

/// Returns the text with a backslash before each definition that nothing refers to.
pub(super) fn spoken<'a>(text: &'a str, options: &Options<'_>) -> Cow<'a, str> {
    let found = lines(text);
    if found.is_empty() || text.contains(SIGN) {
        return Cow::Borrowed(text);
    }
    // Where a label shows, it defines nothing: it stands in code, or in a paragraph.
    let (shown, _) = trial(text, &found, options);
    let (notes, definitions): (Vec<Line<'_>>, Vec<Line<'_>>) = found
        .into_iter()
        .enumerate()
        .filter(|(n, _)| !shown.contains(n))
        .map(|(_, line)| line)
        .partition(|line| line.label.starts_with('^'));
    let (_, asked) = if definitions.is_empty() { Default::default() } else { trial(text, &definitions, options) };
    // Of several with one label the first counts.
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut spoken = Vec::new();
    for Line { at, label, whole } in definitions {
        let name = folded(label);
        if !asked.contains(&name) || *first.entry(name).or_insert(whole) != whole {
            spoken.push(at);
        }
    }
    spoken.extend(unused_notes(text, &notes));
    spoken.sort_unstable();
    if spoken.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(inserted(text, spoken.into_iter().map(|at| (at, "\\".to_owned()))))
}

/// Returns the lines that look like definitions: `[label]:` behind the signs of quotes and lists.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    if !text.contains("]:") {
        return out;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches(|c: char| {
            matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit()
        });
        if let Some(label) = label(rest) {
            out.push(Line { at: start + line.len() - rest.len(), label, whole: rest.trim_end() });
        }
        start += line.len();
    }
    out
}

fn label(line: &str) -> Option<&str> {
    let body = line.strip_prefix('[')?;
    let mut escaped = false;
    let end = body.bytes().take(1000).position(|b| {
        let ends = !escaped && matches!(b, b'[' | b']');
        escaped = b == b'\\' && !escaped;
        ends
    })?;
    let label = body.get(..end)?;
    (body.get(end..)?.starts_with("]:") && !label.trim().is_empty()).then_some(label)
}

/// Parses the text with the labels of some lines marked: which of them show, and which labels are asked for.
fn trial(text: &str, lines: &[Line<'_>], options: &Options<'_>) -> (HashSet<usize>, HashSet<String>) {
    let marked = inserted(text, lines.iter().enumerate().map(|(n, line)| (line.name(), format!("{SIGN}{n};"))));
    let asked: Arc<Mutex<HashSet<String>>> = Arc::default();
    let mut options = options.clone();
    let asking = Arc::clone(&asked);
    options.parse.broken_link_callback = Some(Arc::new(move |reference: BrokenLinkReference<'_>| {
        if let Ok(mut asked) = asking.lock() {
            asked.insert(folded(reference.original));
        }
        None
    }));
    let arena = Arena::new();
    let mut shown = HashSet::new();
    for node in parse_document(&arena, &marked, &options).descendants() {
        let mut look = |text: &str| {
            for piece in text.split(SIGN).skip(1) {
                shown.extend(piece.split(';').next().and_then(|n| n.parse::<usize>().ok()));
            }
        };
        match &node.data.borrow().value {
            NodeValue::Text(text) => look(text),
            NodeValue::Code(code) => look(&code.literal),
            NodeValue::CodeBlock(code) => look(&code.literal),
            NodeValue::HtmlBlock(block) => look(&block.literal),
            NodeValue::HtmlInline(tag) => look(tag),
            NodeValue::Link(link) | NodeValue::Image(link) => {
                look(&link.url);
                look(&link.title);
            }
            _ => {}
        }
    }
    let asked = asked.lock().map(|asked| asked.clone()).unwrap_or_default();
    (shown, asked)
}

/// Returns the places of footnotes that nothing refers to.
fn unused_notes(text: &str, notes: &[Line<'_>]) -> Vec<usize> {
    if notes.is_empty() {
        return Vec::new();
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, _) in text.match_indices("[^") {
        if let Some(name) =
            text.get(at + 1..).and_then(|tail| tail.get(..tail.bytes().take(1000).position(|b| b == b']')?))
        {
            *seen.entry(folded(name)).or_default() += 1;
        }
    }
    for note in notes {
        if let Some(count) = seen.get_mut(&folded(note.label)) {
            *count -= 1;
        }
    }
    let is_unused = |note: &&Line<'_>| seen.get(&folded(note.label)).is_none_or(|count| *count == 0);
    notes.iter().filter(is_unused).map(|note| note.at).collect()
}

/// Returns a label as labels are compared.
fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Returns the text with pieces inserted at places, which are in order.
fn inserted(text: &str, pieces: impl Iterator<Item = (usize, String)>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for (at, piece) in pieces {
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push_str(&piece);
        done = at;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
