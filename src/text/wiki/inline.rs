//! Inline wiki markup: one pass, every sign that opens waits for its partner in a list of at most one per kind.

use super::emoticons;
use super::escape::{is_escapable, jiras_address, reference, unescape};
use super::links::{self, Link, MAX_LINK, image, parse_link};
use super::macros::{shown_file, tag};
use crate::text::color;
use crate::text::doc::{Inline, Mark};
use crate::text::url;

/// Reads one paragraph's text; a newline is a line break.
pub(super) fn read(text: &str) -> Vec<Inline> {
    read_in(text, true)
}

fn read_in(text: &str, links: bool) -> Vec<Inline> {
    let mut reader =
        Reader { text, at: 0, links, out: Vec::new(), open: Vec::new(), dead: Dead::default(), line_end: 0 };
    reader.run();
    reader.out
}

/// A sign that waits for its partner.
struct Open {
    kind: u8,
    /// Its place in the output, where it stands as text until the partner comes.
    at: usize,
    mark: Mark,
}

/// Partners that are known not to come any more before a place.
#[derive(Default)]
struct Dead {
    bracket: usize,
    code: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    links: bool,
    out: Vec<Inline>,
    open: Vec<Open>,
    dead: Dead,
    line_end: usize,
}

/// Returns true for bytes that may start markup; the others are read in one go.
fn is_special(b: u8) -> bool {
    matches!(
        b,
        b'\n'
            | b'\\'
            | b'{'
            | b'*'
            | b'_'
            | b'+'
            | b'^'
            | b'~'
            | b'-'
            | b'?'
            | b'['
            | b'!'
            | b'h'
            | b'H'
            | b'&'
            | b'('
            | b':'
            | b';'
    )
}

/// Kind of the colour macro among the signs.
const COLOR: u8 = b'c';

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let plain = self.rest().bytes().position(is_special).unwrap_or(self.text.len() - self.at);
            if plain > 0 {
                self.push_plain(self.at, self.at + plain);
                self.at += plain;
            } else if !self.special(c) {
                self.push_plain(self.at, self.at + c.len_utf8());
                self.at += c.len_utf8();
            }
        }
        // A colour that is not closed reaches to the end.
        if let Some(open) = self.open.iter().position(|open| open.kind == COLOR) {
            self.close(open);
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|head| head.chars().next_back())
    }

    /// Adds the source from one place to another as it stands.
    fn push_plain(&mut self, from: usize, to: usize) {
        let plain = self.text.get(from..to).unwrap_or_default();
        // A sign that waits for its partner stands alone.
        let after_sign = self.open.iter().any(|open| open.at + 1 == self.out.len());
        match self.out.last_mut() {
            Some(Inline::Text { text, marks }) if marks.is_empty() && !after_sign => text.push_str(plain),
            _ => self.out.push(Inline::text(plain)),
        }
    }

    fn push_str(&mut self, text: &str) {
        self.out.push(Inline::text(text));
    }

    /// Reads markup at the current place; false when the character is only itself.
    fn special(&mut self, c: char) -> bool {
        match c {
            '\n' => {
                self.at += 1;
                self.line_break();
                true
            }
            '\\' => self.backslash(),
            '{' => self.brace(),
            '*' | '_' | '+' | '^' | '~' | '-' | '?' => self.sign(c),
            '[' => self.bracket(),
            '!' => self.bang(),
            'h' | 'H' => self.address(),
            '&' => self.entity(),
            '(' | ':' | ';' => self.emoticon(),
            _ => false,
        }
    }

    fn backslash(&mut self) -> bool {
        let run = self.rest().bytes().take_while(|b| *b == b'\\').count();
        if run == 2 && !self.is_path() {
            self.at += 2;
            if self.rest().starts_with('\n') {
                self.at += 1;
            }
            self.line_break();
            return true;
        }
        if run > 1 {
            let signs = "\\".repeat(run);
            self.push_str(&signs);
            self.at += run;
            return true;
        }
        match self.rest().chars().nth(1) {
            Some(next) if is_escapable(next) => {
                self.push_plain(self.at + 1, self.at + 2);
                self.at += 2;
                true
            }
            _ => false,
        }
    }

    /// Returns true when the two backslashes here are no line break: another one follows in the same word.
    fn is_path(&self) -> bool {
        let stops = |b: &u8| *b == b'\\' || b.is_ascii_whitespace();
        self.rest().bytes().skip(2).find(stops) == Some(b'\\')
    }

    /// Breaks the line; plain blanks at the start of a line show nowhere.
    fn line_break(&mut self) {
        self.end_line();
        self.out.push(Inline::Break);
        self.at += self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    }

    fn brace(&mut self) -> bool {
        if self.rest().starts_with("{{") && self.code() {
            return true;
        }
        // What two braces start is no macro.
        if self.rest().starts_with("{{") && self.rest().as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) {
            return self.literal(2);
        }
        if let Some((kind, length)) = braced_sign(self.rest()) {
            self.toggle(kind, length, true, true);
            return true;
        }
        let Some((name, params, length)) = tag(self.rest()) else { return false };
        match name.to_ascii_lowercase().as_str() {
            "color" if params.is_empty() => {
                if let Some(open) = self.open.iter().position(|open| open.kind == COLOR) {
                    self.close(open);
                }
            }
            "color" => {
                let params = params.to_owned();
                if let Some(open) = self.open.iter().position(|open| open.kind == COLOR) {
                    self.close(open);
                }
                if let Some(color) = color::parse(&params) {
                    self.open.push(Open { kind: COLOR, at: self.out.len(), mark: Mark::Color(color) });
                    self.push_str("");
                }
            }
            "anchor" | "toc" => {}
            name => {
                let Some(file) = shown_file(name, params) else { return false };
                let alt = file.to_owned();
                self.out.push(Inline::Image { url: String::new(), alt });
            }
        }
        self.at += length;
        true
    }

    /// Returns where the line ends; it is looked for once per line.
    fn line_end(&mut self) -> usize {
        if self.line_end < self.at || self.line_end == 0 {
            self.line_end = self.rest().find('\n').map_or(self.text.len(), |found| self.at + found);
        }
        self.line_end
    }

    /// Reads `{{code}}`.
    fn code(&mut self) -> bool {
        if self.at < self.dead.code {
            return false;
        }
        let body = self.text.get(self.at + 2..).unwrap_or_default();
        let line = self.line_end().saturating_sub(self.at + 2);
        let mut from = 0;
        let end = loop {
            let Some(found) = body.get(from..line).and_then(|tail| tail.find("}}")).map(|found| found + from) else {
                self.dead.code = self.at + 2 + line;
                return false;
            };
            // `\}` is a brace, and of three braces the last two close.
            if found > 0 && body.as_bytes().get(found - 1) == Some(&b'\\') {
                from = found + 1;
                continue;
            }
            let more = body.get(found..line).unwrap_or_default().bytes().take_while(|b| *b == b'}').count();
            break found + more - 2;
        };
        let inner = body.get(..end).unwrap_or_default();
        if inner.is_empty() {
            return false;
        }
        let inner = match inner.strip_prefix("{}").and_then(|inner| inner.strip_suffix("{}")) {
            Some(inner) => inner,
            None => inner,
        };
        let text = unescape(inner);
        self.out.push(Inline::marked(text, &[Mark::Code]));
        self.at += end + 4;
        true
    }

    /// Reads a formatting sign between blanks and letters.
    fn sign(&mut self, c: char) -> bool {
        let length = if c == '?' { 2 } else { 1 };
        if c == '?' && !self.rest().starts_with("??") {
            return false;
        }
        if c == '-' && self.dashes() {
            return true;
        }
        let before = self.before();
        let after = self.rest().chars().nth(length);
        let same = |other: Option<char>| other == Some(c);
        if same(before) || same(after) {
            return false;
        }
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let opens = !letter(before) && !blank(after);
        let closes = !blank(before) && !letter(after);
        if !opens && !closes {
            return false;
        }
        self.toggle(c as u8, length, opens, closes)
    }

    /// Opens or closes a sign; false when it does neither.
    fn toggle(&mut self, kind: u8, length: usize, opens: bool, closes: bool) -> bool {
        if closes && let Some(open) = self.open.iter().position(|open| open.kind == kind) {
            // Nothing between the signs is no mark.
            if self.open.get(open).is_some_and(|open| open.at + 1 < self.out.len()) {
                self.close(open);
                self.at += length;
                return true;
            }
            return self.literal(length);
        }
        if opens && !self.open.iter().any(|open| open.kind == kind) {
            let sign = self.rest().get(..length).unwrap_or_default().to_owned();
            self.open.push(Open { kind, at: self.out.len(), mark: mark(kind) });
            self.push_str(&sign);
            self.at += length;
            return true;
        }
        self.literal(length)
    }

    fn literal(&mut self, length: usize) -> bool {
        let sign = self.rest().get(..length).unwrap_or_default().to_owned();
        self.push_str(&sign);
        self.at += length;
        true
    }

    /// Marks what stands since the sign opened; signs that opened in between stay text.
    fn close(&mut self, open: usize) {
        let Open { at, mark, .. } = self.open.remove(open);
        self.open.retain(|other| other.at < at || other.kind == COLOR);
        if let Some(sign) = self.out.get_mut(at) {
            *sign = Inline::text("");
        }
        for inline in self.out.iter_mut().skip(at + 1) {
            if let Inline::Text { marks, .. } = inline
                && !marks.contains(&mark)
            {
                marks.push(mark.clone());
            }
        }
        // Text that comes next must not join a marked run.
        self.push_str("");
    }

    /// Ends what cannot go over a line end: everything but colours.
    fn end_line(&mut self) {
        self.open.retain(|open| open.kind == COLOR);
    }

    /// Reads ` -- ` and ` --- `, which Jira shows as dashes.
    fn dashes(&mut self) -> bool {
        let run = self.rest().bytes().take_while(|b| *b == b'-').count();
        if run < 2 {
            return false;
        }
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let alone = blank(self.before()) && blank(self.rest().chars().nth(run));
        match (run, alone) {
            (2, true) => self.push_str("–"),
            (3, true) => self.push_str("—"),
            _ => {
                let signs = "-".repeat(run);
                self.push_str(&signs);
            }
        }
        self.at += run;
        true
    }

    fn bracket(&mut self) -> bool {
        if !self.links || self.at < self.dead.bracket {
            return false;
        }
        let body = self.text.get(self.at + 1..).unwrap_or_default();
        let near = body.get(..body.floor_char_boundary(MAX_LINK)).unwrap_or_default();
        let Some(end) = links::end(near) else {
            self.dead.bracket = self.at + 1 + near.len();
            return false;
        };
        if body.as_bytes().get(end) != Some(&b']') {
            return false;
        }
        let inner = body.get(..end).unwrap_or_default();
        let Some(link) = parse_link(inner) else { return false };
        match link {
            Link::Web { text: Some(text), url } => self.link(read_in(text, false), url),
            Link::Web { text: None, url } => {
                self.link(vec![Inline::text(url.strip_prefix("mailto:").unwrap_or(url))], url);
            }
            Link::Key { text, key } => self.link(read_in(text.unwrap_or(key), false), &format!("/browse/{key}")),
            Link::File(name) => self.out.push(Inline::Image { url: String::new(), alt: name.to_owned() }),
            Link::Person { text, id } => {
                self.out.push(Inline::Mention { id: id.to_owned(), name: text.unwrap_or(id).to_owned() });
            }
            Link::Share(text) => self.push_str(text),
        }
        self.push_str("");
        self.at += end + 2;
        true
    }

    fn link(&mut self, mut text: Vec<Inline>, url: &str) {
        let mark = Mark::Link(url.into());
        for inline in &mut text {
            match inline {
                Inline::Text { marks, .. } => marks.push(mark.clone()),
                // Emoji cannot carry a mark, their text can.
                Inline::Emoji { text } => *inline = Inline::marked(text.clone(), std::slice::from_ref(&mark)),
                _ => {}
            }
        }
        self.out.append(&mut text);
    }

    fn bang(&mut self) -> bool {
        let tail = self.text.get(self.at + 1..).unwrap_or_default();
        let Some((image, length)) = image(tail) else { return false };
        self.out.push(image);
        self.at += length + 1;
        true
    }

    /// Reads a bare address whole, so that signs in it are not markup.
    fn address(&mut self) -> bool {
        let rest = self.rest();
        let starts = ["http://", "https://"]
            .iter()
            .any(|scheme| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)));
        if !starts || self.before().is_some_and(|c| c.is_ascii_alphanumeric()) {
            return false;
        }
        let Some(least) = url::address_length(rest) else { return false };
        let length = if self.links {
            self.without_closing_sign(jiras_address(rest)).max(least)
        } else {
            // The text of a link may have character references.
            let is_reference = |at: &usize| reference(rest.get(*at..).unwrap_or_default()).is_some();
            rest.get(..least)
                .unwrap_or_default()
                .match_indices('&')
                .map(|(at, _)| at)
                .find(is_reference)
                .unwrap_or(least)
        };
        let address = rest.get(..length).unwrap_or_default().to_owned();
        if length > least && self.links {
            // What goes on behind the end that other readers see is a link of its own.
            self.link(vec![Inline::text(address.as_str())], &address);
            self.push_str("");
        } else {
            self.push_str(&address);
        }
        self.at += length;
        true
    }

    /// Returns the length without the sign that closes what is open around an address.
    fn without_closing_sign(&self, length: usize) -> usize {
        let last = length.checked_sub(1).and_then(|at| self.rest().as_bytes().get(at));
        let closes = self.open.iter().any(|open| Some(&open.kind) == last && open.kind != COLOR);
        length - usize::from(closes)
    }

    fn entity(&mut self) -> bool {
        let Some((text, length)) = reference(self.rest()) else { return false };
        self.push_str(&text);
        self.at += length;
        true
    }

    fn emoticon(&mut self) -> bool {
        if self.before().is_some_and(char::is_alphanumeric) {
            return false;
        }
        let Some((sign, emoji)) = emoticons::at_start(self.rest()) else { return false };
        let after = self.rest().get(sign.len()..).and_then(|tail| tail.chars().next());
        if after.is_some_and(char::is_alphanumeric) {
            return false;
        }
        self.out.push(Inline::Emoji { text: emoji.to_owned() });
        self.at += sign.len();
        true
    }
}

fn braced_sign(text: &str) -> Option<(u8, usize)> {
    if text.starts_with("{??}") {
        return Some((b'?', 4));
    }
    let [b'{', sign, b'}', ..] = text.as_bytes() else { return None };
    matches!(sign, b'*' | b'_' | b'+' | b'^' | b'~' | b'-').then_some((*sign, 3))
}

fn mark(kind: u8) -> Mark {
    match kind {
        b'*' => Mark::Strong,
        b'+' => Mark::Underline,
        b'^' => Mark::Sup,
        b'~' => Mark::Sub,
        b'-' => Mark::Strike,
        _ => Mark::Em,
    }
}
