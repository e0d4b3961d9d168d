//! A tolerant tokenizer for HTML fragments: never fails, never loses text, one pass.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, entities not yet decoded.
    Text(&'a str),
    /// An opening tag (lower case) with its attributes, not yet parsed.
    Open(String, &'a str),
    /// A closing tag.
    Close(String),
}

/// A tag's name and direction.
pub(super) struct TagName {
    pub(super) name: String,
    pub(super) closing: bool,
}

/// Tags that make a text HTML rather than something with an angle bracket in it.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "article",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "main",
    "mark",
    "object",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
];

/// Returns the known tag that starts after a `<`.
pub(super) fn tag_name(after: &str) -> Option<TagName> {
    let closing = after.starts_with('/');
    let rest = after.strip_prefix('/').unwrap_or(after);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let name = rest.get(..end)?.to_ascii_lowercase();
    let next = rest.get(end..)?.chars().next()?;
    let ends = next == '>' || next == '/' || next.is_ascii_whitespace();
    (ends && KNOWN.contains(&name.as_str())).then_some(TagName { name, closing })
}

/// Cuts a fragment into tokens.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Set once the input ends inside a tag: from there on everything is text, so that hostile input stays linear.
    only_text: bool,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning of a fragment.
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html, only_text: false }
    }

    /// Skips to behind the closing tag `name`, for elements whose content is no text for people.
    pub(super) fn skip_past(&mut self, name: &str) {
        let mut from = 0;
        while let Some(at) = self.rest.get(from..).and_then(|tail| tail.find("</")).map(|at| at + from) {
            let tail = self.rest.get(at + 2..).unwrap_or_default();
            if tail.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)) {
                let end = tail.find('>').map_or(tail.len(), |end| end + 1);
                self.rest = tail.get(end..).unwrap_or_default();
                return;
            }
            from = at + 2;
        }
        self.rest = "";
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (head, tail) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = tail;
        head
    }

    /// Reads a tag, comment or declaration at `<`. `None` when it is none; an empty text for what says nothing.
    fn markup(&mut self) -> Option<Token<'a>> {
        let after = self.rest.get(1..)?;
        if let Some(comment) = after.strip_prefix("!--") {
            let end = comment.find("-->").map_or(self.rest.len(), |end| end + 7);
            self.take(end);
            return Some(Token::Text(""));
        }
        match after.chars().next()? {
            '!' | '?' => {
                let Some(end) = self.rest.find('>') else {
                    self.only_text = true;
                    return None;
                };
                self.take(end + 1);
                Some(Token::Text(""))
            }
            '/' => {
                let name = after.get(1..)?;
                if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    return None;
                }
                let end = after.find('>');
                let Some(end) = end else {
                    self.only_text = true;
                    return None;
                };
                let name = word(name);
                self.take(end + 2);
                Some(Token::Close(name))
            }
            c if c.is_ascii_alphabetic() => {
                let Some(end) = tag_end(after) else {
                    self.only_text = true;
                    return None;
                };
                let tag = after.get(..end).unwrap_or_default();
                let name = word(tag);
                let attrs = tag.get(name.len()..).unwrap_or_default();
                self.take(end + 2);
                Some(Token::Open(name, attrs))
            }
            _ => None,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if self.rest.starts_with('<') && !self.only_text {
            // A `<` that opens nothing is a character.
            return self.markup().or_else(|| Some(Token::Text(self.take(1))));
        }
        let end = if self.only_text { self.rest.len() } else { self.rest.find('<').unwrap_or(self.rest.len()) };
        Some(Token::Text(self.take(end)))
    }
}

fn word(tag: &str) -> String {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// Returns where the tag's `>` is, minding quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return Some(at),
            (None, '"' | '\'') if after_equals => quote = Some(c),
            (Some(_) | None, _) => {}
        }
        after_equals = c == '=' || (after_equals && c.is_ascii_whitespace());
    }
    None
}

/// Returns the attributes of a tag, names in lower case, values decoded.
pub(super) fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || out.len() > 64 {
            return out;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end.max(rest.chars().next().map_or(1, char::len_utf8)));
        rest = tail.trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quoted = ['"', '\''].iter().find_map(|quote| after.strip_prefix(*quote)?.split_once(*quote));
            (value, rest) = quoted.unwrap_or_else(|| {
                after.split_at(after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len()))
            });
        }
        out.push((name.to_ascii_lowercase(), decode(value).into_owned()));
    }
}

/// Decodes character references; what is none stays as it is.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        match reference(tail) {
            Some((c, length)) => {
                out.push_str(&c);
                rest = tail.get(length..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Reads the character reference at the start of a text: what it stands for and its length in bytes.
pub(super) fn reference(text: &str) -> Option<(String, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.bytes().take(32).position(|b| !b.is_ascii_alphanumeric() && b != b'#').unwrap_or(body.len().min(32));
    let name = body.get(..end)?;
    let length = 1 + end + usize::from(body.get(end..).is_some_and(|tail| tail.starts_with(';')));
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        let old = OLD_NUMBERS.iter().find(|(number, _)| *number == code).map(|(_, c)| *c);
        return Some((old.or_else(|| char::from_u32(code)).unwrap_or('\u{FFFD}').to_string(), length));
    }
    let closed = length == end + 2;
    if !closed && !matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp") {
        return None;
    }
    NAMED.get(name).map(|characters| ((*characters).to_owned(), length))
}

/// The named references of HTML, without their signs.
///
/// Source: HTML, "Named character references".
static NAMED: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let bare = |name: &'static str| name.strip_prefix('&')?.strip_suffix(';');
    entities::ENTITIES.iter().filter_map(|one| Some((bare(one.entity)?, one.characters))).collect()
});

/// What numbers stand for that are no characters, as browsers have read them since before Unicode.
///
/// Source: HTML, "Numeric character reference end state".
const OLD_NUMBERS: [(u32, char); 27] = [
    (0x80, '€'),
    (0x82, '‚'),
    (0x83, 'ƒ'),
    (0x84, '„'),
    (0x85, '…'),
    (0x86, '†'),
    (0x87, '‡'),
    (0x88, 'ˆ'),
    (0x89, '‰'),
    (0x8a, 'Š'),
    (0x8b, '‹'),
    (0x8c, 'Œ'),
    (0x8e, 'Ž'),
    (0x91, '‘'),
    (0x92, '’'),
    (0x93, '“'),
    (0x94, '”'),
    (0x95, '•'),
    (0x96, '–'),
    (0x97, '—'),
    (0x98, '˜'),
    (0x99, '™'),
    (0x9a, 'š'),
    (0x9b, '›'),
    (0x9c, 'œ'),
    (0x9e, 'ž'),
    (0x9f, 'Ÿ'),
];
