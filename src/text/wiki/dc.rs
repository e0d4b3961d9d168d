//! What Jira Data Center shows of wiki markup: a second reading of its renderer's rules, which judges what we write.
//!
//! Source: the patterns of Atlassian's public wiki renderer (`com.atlassian.renderer.v2`), each beside the rule that it is. It
//! is no whole renderer: what we never write is not in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde_json::json;

/// A block that is shown: its kind, its visible text, and the texts that are marked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) marks: Vec<(String, String)>,
}

/// Returns what is shown of a text, block by block.
pub(crate) fn render(wiki: &str) -> Vec<Shown> {
    let mut page = Page::default();
    page.macros(wiki);
    page.out
}

/// Returns all that is shown, without white space.
pub(crate) fn squeezed(wiki: &str) -> String {
    render(wiki).iter().flat_map(|block| block.text.chars()).filter(|c| !c.is_whitespace()).collect()
}

#[derive(Default)]
struct Page {
    out: Vec<Shown>,
    /// Finished pieces that stand in a text as one character each.
    tokens: Vec<(String, Vec<(String, String)>)>,
}

/// The first character that stands for a token.
const TOKEN: u32 = 0xF_0000;
/// A forced line break, and what stands for the tags of a colour.
const BREAK: char = '\u{E000}';
const NOTHING: char = '\u{E001}';
/// What opens a mark, by its number, and what closes one.
const OPEN: u32 = 0xE010;
const CLOSE: char = '\u{E00F}';

/// Signs of phrases and the tags that they become.
const PHRASES: &[(&str, &str)] = &[
    ("*", "strong"),
    ("_", "em"),
    ("-", "del"),
    ("+", "ins"),
    ("^", "sup"),
    ("~", "sub"),
    ("??", "cite"),
    ("{{", "tt"),
];

impl Page {
    /// Macros come first; they are looked for after stepping over `{{`, `{*` and the like.
    fn macros(&mut self, text: &str) {
        let (mut done, mut at) = (0, 0);
        let mut plain = String::new();
        while let Some(open) = text[at..].find('{').map(|found| found + at) {
            let escaped = text[..open].ends_with('\\') && !text[..open].ends_with("\\\\");
            if text[open + 1..].starts_with(['{', '*', '?', '^', '_', '-', '+', '~']) {
                at = open + 2;
                continue;
            }
            let Some((name, params, end)) = tag(&text[open..]).filter(|_| !escaped) else {
                at = open + 1;
                continue;
            };
            let (name, params, after) = (name.to_owned(), params.to_owned(), open + end);
            if name == "color" {
                plain.push_str(&text[done..open]);
                plain.push(NOTHING);
                (done, at) = (after, after);
                continue;
            }
            let closing = format!("{{{name}}}");
            let known = ["code", "noformat", "quote", "panel"].contains(&name.as_str());
            let Some(close) = closing_tag(&text[after..], &name).filter(|_| known).map(|found| found + after) else {
                at = after;
                continue;
            };
            plain.push_str(&text[done..open]);
            let body = &text[after..close];
            let is_code = name == "code" || name == "noformat";
            if is_code && !plain.ends_with('\n') && !plain.is_empty() {
                // Code on the line of an item.
                plain.push(self.token((format!("\n{body}"), Vec::new())));
                (done, at) = (close + closing.len(), close + closing.len());
                continue;
            }
            self.lines(&std::mem::take(&mut plain));
            let title = params.split('|').find_map(|part| part.strip_prefix("title="));
            if let Some(title) = title {
                self.out.push(Shown { kind: "title".to_owned(), text: title.to_owned(), marks: Vec::new() });
            }
            if is_code {
                self.out.push(Shown { kind: "pre".to_owned(), text: body.to_owned(), marks: Vec::new() });
            } else {
                self.macros(body);
            }
            (done, at) = (close + closing.len(), close + closing.len());
        }
        plain.push_str(&text[done..]);
        self.lines(&plain);
    }

    fn lines(&mut self, text: &str) {
        let text = images(&self.links(&escapes(&breaks(text))));
        let mut open: Option<(String, String)> = None;
        for line in text.split('\n') {
            let body = line.trim_matches([' ', '\t']);
            if let Some((kind, rest)) = line_block(body) {
                self.end(&mut open);
                self.block(&kind, rest);
            } else if let Some((true, rest)) = list_item(body).map(|rest| (true, rest)) {
                self.end(&mut open);
                open = Some(("item".to_owned(), rest.to_owned()));
            } else if body.starts_with('|') {
                self.end(&mut open);
                // A row is split at bars that have no backslash before them: those have become references.
                let row = body.trim_matches('|');
                row.split('|')
                    .filter(|cell| !cell.is_empty())
                    .for_each(|cell| self.inside("cell", cell.trim_matches(' ')));
            } else if body.is_empty() {
                self.end(&mut open);
            } else if let Some((_, text)) = &mut open {
                text.push('\n');
                text.push_str(line);
            } else {
                open = Some(("p".to_owned(), line.to_owned()));
            }
        }
        self.end(&mut open);
    }

    fn token(&mut self, shown: (String, Vec<(String, String)>)) -> char {
        self.tokens.push(shown);
        char::from_u32(TOKEN - 1 + u32::try_from(self.tokens.len()).unwrap()).unwrap()
    }

    fn end(&mut self, open: &mut Option<(String, String)>) {
        match open.take() {
            Some((kind, text)) if kind == "item" => self.inside("item", &text),
            Some((kind, text)) => self.block(&kind, &text),
            None => {}
        }
    }

    /// A heading, a quote or a rule starts one in an item or a cell, too.
    fn inside(&mut self, kind: &str, text: &str) {
        let list = kind == "cell" && list_item(text).is_some();
        let table = kind == "item" && text.starts_with('|');
        match line_block(text) {
            Some((inner, rest)) => self.block(&inner, rest),
            None if list || table => self.block("misread", text),
            None => self.block(kind, text),
        }
    }

    fn block(&mut self, kind: &str, text: &str) {
        let (text, marks) = self.inline(text);
        if kind != "p" || !text.trim().is_empty() {
            self.out.push(Shown { kind: kind.to_owned(), text, marks });
        }
    }

    /// A link ends at an unescaped `]`, and begins anew at `[`.
    fn links(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('[') {
            let (before, tail) = rest.split_at(open);
            out.push_str(before);
            let stop = tail[1..].find(['[', ']', '\n']).map(|at| at + 1);
            let inner = stop.filter(|stop| tail[*stop..].starts_with(']')).map(|stop| &tail[1..stop]);
            let link = inner.and_then(|inner| {
                let (text, url) = inner.split_once('|').unwrap_or((inner, inner));
                let leads = url.contains("://")
                    || url.starts_with(['/', '~'])
                    || url.starts_with("mailto:")
                    || url.starts_with("tel:");
                leads.then_some((text, inner.len() + 2))
            });
            let Some((text, length)) = link else {
                out.push('[');
                rest = &tail[1..];
                continue;
            };
            let shown = if text.len() + 2 == length { (text.to_owned(), Vec::new()) } else { self.inline(text) };
            out.push(self.token(shown));
            rest = &tail[length..];
        }
        out.push_str(rest);
        out
    }

    fn inline(&mut self, text: &str) -> (String, Vec<(String, String)>) {
        let mut text = text.to_owned();
        for (number, (sign, _)) in (0..).zip(PHRASES) {
            text = phrases(&text, sign, char::from_u32(OPEN + number).unwrap());
        }
        let text = emoticons(&dashes(&text));
        let mut shown = String::new();
        let mut marks = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        for c in decoded(&text).chars() {
            let number = u32::from(c);
            if c == BREAK {
                shown.push('\n');
            } else if c == NOTHING {
            } else if c == CLOSE {
                let (mark, from) = open.pop().unwrap();
                marks.push((PHRASES[mark].1.to_owned(), shown[from..].to_owned()));
            } else if (OPEN..OPEN + 16).contains(&number) {
                open.push(((number - OPEN) as usize, shown.len()));
            } else if number >= TOKEN && ((number - TOKEN) as usize) < self.tokens.len() {
                let (text, inner) = &self.tokens[(number - TOKEN) as usize];
                shown.push_str(text);
                marks.extend(inner.clone());
            } else {
                shown.push(c);
            }
        }
        (shown, marks)
    }
}

/// Finds the tag that closes a macro; what stands in code closes nothing else.
fn closing_tag(text: &str, name: &str) -> Option<usize> {
    let closing = format!("{{{name}}}");
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|found| found + at) {
        if text[open..].starts_with(&closing) {
            return Some(open);
        }
        at = open + 1;
        let is_code = |inner: &&str| *inner == "code" || *inner == "noformat";
        if let Some((inner, _, length)) = tag(&text[open..]).filter(|(inner, ..)| is_code(inner) && !is_code(&name)) {
            let end = format!("{{{inner}}}");
            at = text[open + length..].find(&end).map_or(at, |found| open + length + found + end.len());
        }
    }
    None
}

fn tag(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find(['}', '{', '\n']).filter(|end| inner[*end..].starts_with('}'))?;
    let (name, params) = inner[..end].split_once(':').unwrap_or((&inner[..end], ""));
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())).then_some((name, params, end + 2))
}

/// `\s*h([1-6])\.\s*(.*)`, `\s*bq\.\s*(.*)`, `\s*-{4,5}\s*`.
fn line_block(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches([' ', '\t', '\n']);
    if let Some(rest) = line.strip_prefix("bq.") {
        return Some(("bq".to_owned(), rest.trim_start()));
    }
    if (4..=5).contains(&line.trim_end().len()) && line.trim_end().bytes().all(|b| b == b'-') {
        return Some(("hr".to_owned(), ""));
    }
    let level = line.strip_prefix('h')?.chars().next().filter(|c| ('1'..='6').contains(c))?;
    Some((format!("h{level}"), line[2..].strip_prefix('.')?.trim_start()))
}

/// `\s*([*\-#]+)\s+(.*)`
fn list_item(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(['*', '-', '#']);
    (rest.len() < line.len() && rest.starts_with([' ', '\t'])).then(|| rest.trim_start_matches([' ', '\t']))
}

/// `(?<!\\)\\{2}(?!\S*\\)`
fn breaks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let two = chars[at] == '\\' && chars.get(at + 1) == Some(&'\\') && (at == 0 || chars[at - 1] != '\\');
        let in_word =
            |from: usize| chars[from..].iter().take_while(|c| !matches!(c, ' ' | '\t' | '\n')).any(|c| *c == '\\');
        if two && !in_word(at + 2) {
            out.push(BREAK);
            at += 2;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// `(?<!\\)\\([-#*_+?^~|%{}\[\]()!@])` becomes a character reference.
fn escapes(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let escaped = chars.get(at + 1).filter(|c| "-#*_+?^~|%{}[]()!@".contains(**c));
        match escaped {
            Some(c) if chars[at] == '\\' && (at == 0 || chars[at - 1] != '\\') => {
                let _ = write!(out, "&#{};", u32::from(*c));
                at += 2;
            }
            _ => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

fn images(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('!') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let end = tail[1..].find(['!', '\n']).filter(|end| tail[1 + end..].starts_with('!'));
        let is_image = |inner: &&str| {
            let target = inner.split('|').next().unwrap_or_default();
            !inner.starts_with(' ') && (target.contains("://") || target.starts_with('/')) && !target.contains(' ')
        };
        let Some(inner) = end.map(|end| &tail[1..=end]).filter(is_image) else {
            out.push('!');
            rest = &tail[1..];
            continue;
        };
        out.push(NOTHING);
        rest = &tail[inner.len() + 2..];
    }
    out.push_str(rest);
    out
}

/// A phrase opens with its sign where no letter or digit stands before it, or with its sign in braces; it closes alike. What is
/// in it is made of `[\p{L}\p{Nd}\p{Z}\p{S}\p{M}\p{P}]` and tokens, has no blank at its ends and no backslash before the sign
/// that closes.
fn phrases(text: &str, sign: &str, open: char) -> String {
    let ends = if sign == "{{" { "}}" } else { sign };
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let opening = |at: usize| {
        let tail = &text[at..];
        let braced = format!("{{{sign}}}");
        if tail.starts_with(&braced) {
            return Some(braced.len());
        }
        let before = text[..at].chars().next_back();
        (tail.starts_with(sign) && !is_word(before) && before != Some('\\')).then_some(sign.len())
    };
    let closing = |at: usize| {
        let tail = &text[at..];
        let braced = format!("{{{ends}}}");
        if tail.starts_with(&braced) {
            return Some(braced.len());
        }
        (tail.starts_with(ends) && !is_word(tail[ends.len()..].chars().next())).then_some(ends.len())
    };
    let edge = |c: Option<char>, sign: &str| c.is_some_and(|c| !matches!(c, ' ' | '\t' | '\n') && !sign.starts_with(c));
    let mut out = String::new();
    let mut at = 0;
    'text: while at < text.len() {
        if let Some(length) = opening(at)
            && edge(text[at + length..].chars().next(), sign)
        {
            let from = at + length;
            for (end, _) in text[from..].char_indices().skip(1) {
                let content = &text[from..from + end];
                let Some(close) = closing(from + end) else { continue };
                if edge(content.chars().next_back(), ends) && !content.ends_with('\\') && holds(content) {
                    out.push(open);
                    out.push_str(content);
                    out.push(CLOSE);
                    at = from + end + close;
                    continue 'text;
                }
            }
        }
        let c = text[at..].chars().next().unwrap();
        out.push(c);
        at += c.len_utf8();
    }
    out
}

fn holds(content: &str) -> bool {
    static PATTERN: OnceLock<jsonschema::Validator> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| {
        jsonschema::validator_for(&json!({"pattern": "^[\\p{L}\\p{Nd}\\p{Z}\\p{S}\\p{M}\\p{P}]*$"})).unwrap()
    });
    let is_token = |c: char| c != BREAK && matches!(u32::from(c), 0xE001..=0xE020 | TOKEN..);
    pattern.is_valid(&json!(content.replace(is_token, "x")))
}

fn dashes(text: &str) -> String {
    text.replace(" --- ", " — ").replace(" -- ", " – ")
}

/// `(sign)($|(?![a-zA-Z]))`
fn emoticons(text: &str) -> String {
    const SIGNS: &[&str] = &[
        ":-)",
        ":-(",
        ":-P",
        ":-D",
        ";-)",
        ":)",
        ":(",
        ":P",
        ":D",
        ";)",
        "(y)",
        "(n)",
        "(i)",
        "(/)",
        "(x)",
        "(!)",
        "(+)",
        "(-)",
        "(?)",
        "(on)",
        "(off)",
        "(*)",
        "(*r)",
        "(*g)",
        "(*b)",
        "(*y)",
        "(flag)",
        "(flagoff)",
    ];
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_one = |sign: &&&str| {
            rest.starts_with(**sign) && !rest[sign.len()..].starts_with(|c: char| c.is_ascii_alphabetic())
        };
        if let Some(sign) = SIGNS.iter().find(is_one) {
            out.push('☺');
            rest = &rest[sign.len()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Character references are kept, and the browser shows what they stand for.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        match crate::text::html::reference(tail).filter(|(_, length)| tail[..*length].ends_with(';')) {
            Some((sign, length)) => {
                out.push_str(&sign);
                rest = &tail[length..];
            }
            None => {
                out.push('&');
                rest = &tail[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
