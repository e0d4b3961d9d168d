//! Blocks of wiki markup: macros first, then line by line.

use super::inline;
use super::links;
use super::macros::{self, Finder, Macro, bare_param, is_escaped, panel_kind, param};
use crate::text::adf;
use crate::text::doc::{Block, Inline, ListItem, MAX_DEPTH, TableCell};

/// Deepest list that is built; more signs count as this many.
const MAX_LIST: usize = 16;

/// Reads a text as blocks.
pub(super) fn blocks(text: &str, depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    if depth >= MAX_DEPTH {
        out.push(Block::paragraph(text));
        return out;
    }
    let mut finder = Finder::new(text);
    let (mut done, mut from) = (0, 0);
    let mut context = Context::default();
    while let Some(found) = finder.next(from) {
        context.pass(text.get(from..found.start).unwrap_or_default());
        from = found.end;
        let kept = context.keeps(found.name);
        if found.is_endless_code() && !context.in_line {
            lines(text.get(done..found.start).unwrap_or_default(), depth, &mut out);
            bodied(&Macro { body: text.get(from..).unwrap_or_default(), ..found }, depth, &mut out);
            return out;
        }
        if kept {
            continue;
        }
        lines(text.get(done..found.start).unwrap_or_default(), depth, &mut out);
        bodied(&found, depth, &mut out);
        done = found.end;
        context = Context::default();
    }
    lines(text.get(done..).unwrap_or_default(), depth, &mut out);
    out
}

/// What the line before a macro belongs to.
#[derive(Default)]
struct Context {
    /// True when the line so far is a table row or starts a list item.
    in_line: bool,
    /// True when the lines before belong to a list item, and this one goes on with it.
    in_item: bool,
    /// True when something stands on the line already.
    started: bool,
}

impl Context {
    /// Takes the text between two macros.
    fn pass(&mut self, gap: &str) {
        for (n, line) in gap.split('\n').enumerate() {
            if n > 0 {
                // An empty line ends an item; a line of macros does not.
                self.in_item &= self.started;
                (self.started, self.in_line) = (false, false);
            }
            let body = line.trim();
            if body.is_empty() {
                continue;
            }
            if !self.started {
                let list = list_sign(line.trim_start(), self.in_item).is_some();
                let row = body.starts_with('|');
                self.in_line = list || row;
                let other = row || is_rule(body) || heading(body).is_some() || quote(body).is_some();
                self.in_item = list || (self.in_item && !other);
            }
            self.started = true;
        }
    }

    /// Returns true when a macro that comes now belongs to the row or item. Atlassian's parser keeps code and quotes in
    /// an item when they start on its line or on the next.
    fn keeps(&mut self, name: &str) -> bool {
        let next_line = matches!(name, "code" | "noformat" | "quote");
        let keeps = self.in_line || (self.in_item && next_line);
        self.started = true;
        keeps
    }
}

fn bodied(found: &Macro<'_>, depth: usize, out: &mut Vec<Block>) {
    let Macro { name, params, body, .. } = found;
    match *name {
        "code" | "noformat" => {
            let language = param(params, "language").or_else(|| bare_param(params));
            let language = language.filter(|language| *name == "code" && *language != "none");
            if let Some(title) = param(params, "title").filter(|title| !title.is_empty()) {
                out.push(Block::Paragraph { content: vec![Inline::strong(title)] });
            }
            out.push(Block::Code { language: language.map(str::to_owned), text: (*body).to_owned() });
        }
        "quote" => out.push(Block::Quote { blocks: blocks(body, depth + 1) }),
        "html" | "csv" | "style" => out.push(Block::Code { language: None, text: (*body).to_owned() }),
        // What Jira's wiki markup cannot say stands in it as the document it was.
        "adf" => match serde_json::from_str(body) {
            Ok(value) => out.extend(adf::read(&value).blocks),
            Err(_) => out.push(Block::Code { language: None, text: (*body).to_owned() }),
        },
        "section" | "column" | macros::UNKNOWN => out.extend(blocks(body, depth + 1)),
        "expand" => {
            let title = param(params, "title").or_else(|| bare_param(params)).unwrap_or_default().to_owned();
            out.push(Block::Expand { title, blocks: blocks(body, depth + 1) });
        }
        _ => {
            let title = param(params, "title").map(str::to_owned);
            out.push(Block::Panel { kind: panel_kind(name, params), title, blocks: blocks(body, depth + 1) });
        }
    }
}

/// Reads text in which every macro belongs to its line.
fn lines(text: &str, depth: usize, out: &mut Vec<Block>) {
    let finder = Finder::new(text);
    let mut reader = Lines { text, at: 0, finder, depth, out, paragraph: String::new(), items: Vec::new() };
    while let Some(line) = reader.take_line() {
        reader.line(line);
    }
    reader.end_paragraph();
    reader.end_list();
}

struct Lines<'a, 'b> {
    text: &'a str,
    at: usize,
    finder: Finder<'a>,
    depth: usize,
    out: &'b mut Vec<Block>,
    paragraph: String,
    /// Lines of the open list: its signs and its text.
    items: Vec<Line<'a>>,
}

impl<'a> Lines<'a, '_> {
    /// Takes a line; a macro that starts on it and ends later is part of it.
    fn take_line(&mut self) -> Option<&'a str> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let mut from = start;
        let end = loop {
            let tail = self.text.get(from..).unwrap_or_default();
            match tail.bytes().position(|b| matches!(b, b'{' | b'\n')).map(|found| found + from) {
                None => break self.text.len(),
                Some(stop) if self.text.as_bytes().get(stop) == Some(&b'\n') => break stop,
                Some(open) => {
                    let found = self.finder.at(open).map(|found| found.end);
                    from = found.unwrap_or_else(|| self.finder.after(open));
                }
            }
        };
        self.at = end + 1;
        self.text.get(start..end)
    }

    fn line(&mut self, line: &'a str) {
        let body = line.trim_matches([' ', '\t']);
        if body.is_empty() {
            self.end_paragraph();
            self.end_list();
        } else if is_rule(body) {
            self.end_paragraph();
            self.end_list();
            self.out.push(Block::Rule);
        } else if let Some((level, text)) = heading(body) {
            self.end_paragraph();
            self.end_list();
            self.out.push(Block::Heading { level, content: inline::read(text) });
        } else if let Some(text) = quote(body) {
            self.end_paragraph();
            self.end_list();
            self.out.push(Block::Quote { blocks: vec![Block::Paragraph { content: inline::read(text) }] });
        } else if let Some((signs, text)) = list_sign(body, !self.items.is_empty()) {
            self.end_paragraph();
            // Signs are single bytes.
            self.items.push((signs.get(..MAX_LIST).unwrap_or(signs), text.to_owned()));
        } else if body.starts_with('|') {
            self.end_paragraph();
            self.end_list();
            self.table(body);
        } else if let Some((_, text)) = self.items.last_mut() {
            text.push('\n');
            text.push_str(line.trim_end());
        } else {
            if !self.paragraph.is_empty() {
                self.paragraph.push('\n');
            }
            self.paragraph.push_str(line);
        }
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let content = inline::read(&std::mem::take(&mut self.paragraph));
            self.out.push(Block::Paragraph { content });
        }
    }

    fn end_list(&mut self) {
        let items = std::mem::take(&mut self.items);
        let mut rest = items.as_slice();
        while !rest.is_empty() {
            let (block, tail) = list(rest, 0, self.depth);
            self.out.push(block);
            rest = tail;
        }
    }

    /// Reads a table from its first row on.
    fn table(&mut self, first: &'a str) {
        let mut rows = vec![first.to_owned()];
        loop {
            let before = self.at;
            let Some(line) = self.take_line() else { break };
            let body = line.trim_matches([' ', '\t']);
            let open = rows.last().is_some_and(|row| !row.trim_end().ends_with('|'));
            if body.starts_with('|') {
                rows.push(body.to_owned());
            } else if open && !body.is_empty() && heading(body).is_none() && !is_rule(body) {
                // A row that has not ended goes on in the next line.
                if let Some(row) = rows.last_mut() {
                    row.push('\n');
                    row.push_str(line);
                }
            } else {
                self.at = before;
                break;
            }
        }
        let rows = rows.iter().map(|line| row(line, self.depth)).collect();
        self.out.push(Block::Table { rows });
    }
}

fn is_rule(body: &str) -> bool {
    (4..=5).contains(&body.len()) && body.bytes().all(|b| b == b'-')
}

/// Reads `h1. text`. As in Jira no blank is needed after the dot.
fn heading(body: &str) -> Option<(u8, &str)> {
    let rest = body.strip_prefix('h')?;
    let level = rest.bytes().next().filter(|b| (b'1'..=b'6').contains(b))? - b'0';
    let text = rest.get(1..)?.strip_prefix('.')?;
    Some((level, text.trim()))
}

/// Reads `bq. text`, which may be empty.
fn quote(body: &str) -> Option<&str> {
    body.strip_prefix("bq.").map(str::trim)
}

/// Returns the signs and the text of a list line, which may go on with a list.
fn list_sign(body: &str, in_list: bool) -> Option<(&str, &str)> {
    let end = body.bytes().position(|b| !matches!(b, b'*' | b'#' | b'-'))?;
    let (signs, text) = body.split_at_checked(end)?;
    // `--` before a blank is a dash, unless it is a deeper item.
    let dash = !in_list && signs.len() > 1 && signs.bytes().all(|b| b == b'-');
    (!signs.is_empty() && !dash && text.starts_with([' ', '\t'])).then(|| (signs, text.trim()))
}

/// A line of a list: its signs and its text.
type Line<'a> = (&'a str, String);

/// Builds the list at a level from its lines; returns what is not part of it.
fn list<'a, 'b>(lines: &'b [Line<'a>], level: usize, depth: usize) -> (Block, &'b [Line<'a>]) {
    let ordered = |signs: &str| signs.as_bytes().get(level) == Some(&b'#');
    let kind = lines.first().is_some_and(|(signs, _)| ordered(signs));
    let mut items: Vec<ListItem> = Vec::new();
    let mut rest = lines;
    while let Some(((signs, text), tail)) = rest.split_first() {
        if signs.len() <= level {
            break;
        }
        if signs.len() > level + 1 {
            let (inner, tail) = list(rest, level + 1, depth);
            match items.last_mut() {
                Some(item) => item.blocks.push(inner),
                None => items.push(ListItem { task: None, blocks: vec![inner] }),
            }
            rest = tail;
            continue;
        }
        if ordered(signs) != kind {
            break;
        }
        items.push(ListItem { task: None, blocks: content(text, depth + level) });
        rest = tail;
    }
    (Block::List { start: kind.then_some(1), items }, rest)
}

/// Reads the text of an item or cell: mostly one paragraph, but macros may be in it.
fn content(text: &str, depth: usize) -> Vec<Block> {
    if text.contains('{') && Finder::new(text).next(0).is_some() {
        return pieces(text, depth + 1);
    }
    line_blocks(text, depth)
}

/// Reads the text of an item or cell without macros. Data Center leaves lists out there, but no headings, quotes, rules and
/// tables.
fn line_blocks(text: &str, depth: usize) -> Vec<Block> {
    let body = text.trim_start();
    let is_block =
        heading(body).is_some() || quote(body).is_some() || is_rule(body.trim_end()) || body.starts_with('|');
    if !is_block || depth >= MAX_DEPTH {
        return vec![Block::Paragraph { content: inline::read(text) }];
    }
    let mut out = Vec::new();
    lines(text, depth + 1, &mut out);
    out
}

/// Splits text at its macros, without looking for line markup in between.
fn pieces(text: &str, depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    if depth >= MAX_DEPTH {
        out.push(Block::paragraph(text));
        return out;
    }
    let mut finder = Finder::new(text);
    let mut done = 0;
    while let Some(found) = finder.next(done) {
        let before = text.get(done..found.start).unwrap_or_default();
        out.extend(line_blocks(before, depth));
        bodied(&found, depth, &mut out);
        done = found.end;
    }
    out.push(Block::Paragraph { content: inline::read(text.get(done..).unwrap_or_default()) });
    out
}

fn row(line: &str, depth: usize) -> Vec<TableCell> {
    let line = line.trim();
    let mut cells = Vec::new();
    let mut ends = CellEnds { line, finder: Finder::new(line), no_bracket: false };
    let mut at = 0;
    while line.as_bytes().get(at) == Some(&b'|') {
        let header = line.as_bytes().get(at + 1) == Some(&b'|');
        let start = at + 1 + usize::from(header);
        let end = ends.next(start);
        let text = line.get(start..end).unwrap_or_default().trim_matches([' ', '\t', '\n']);
        if end >= line.len() && text.is_empty() {
            break;
        }
        cells.push(TableCell { header, blocks: cell(text, depth) });
        at = end;
    }
    cells
}

fn cell(text: &str, depth: usize) -> Vec<Block> {
    // Lists and several lines are possible in a cell.
    if text.contains('\n') || list_sign(text, false).is_some() { blocks(text, depth + 1) } else { content(text, depth) }
}

/// Finds where cells end: at a bar that is not escaped and not in a link, an image or a macro.
struct CellEnds<'a> {
    line: &'a str,
    finder: Finder<'a>,
    no_bracket: bool,
}

impl CellEnds<'_> {
    fn next(&mut self, from: usize) -> usize {
        let mut at = from;
        while let Some(stop) = self.next_sign(at) {
            if is_escaped(self.line, stop) {
                at = stop + 1;
                continue;
            }
            let tail = self.line.get(stop + 1..).unwrap_or_default();
            let skip = match self.line.as_bytes().get(stop) {
                Some(b'|') => return stop,
                Some(b'{') => {
                    let found = self.finder.at(stop).map(|found| found.end);
                    found.or_else(|| Some(self.finder.after(stop)))
                }
                Some(b'[') if !self.no_bracket => self.link(tail).map(|length| stop + 1 + length),
                Some(b'!') => links::image(tail).map(|(_, length)| stop + 1 + length),
                _ => None,
            };
            at = skip.unwrap_or(stop + 1);
        }
        self.line.len()
    }

    fn next_sign(&self, from: usize) -> Option<usize> {
        let tail = self.line.as_bytes().get(from..)?;
        tail.iter().position(|b| matches!(b, b'|' | b'{' | b'[' | b'!')).map(|at| at + from)
    }

    fn link(&mut self, tail: &str) -> Option<usize> {
        let Some(end) = links::end(tail) else {
            self.no_bracket = true;
            return None;
        };
        let inner = tail.get(..end)?;
        (tail.as_bytes().get(end) == Some(&b']') && links::is_link(inner)).then_some(end + 1)
    }
}
