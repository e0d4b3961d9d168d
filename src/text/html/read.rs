//! Builds the tree from HTML tokens with a stack of open boxes; there is no recursion, so no depth can hurt.

use super::embed::Embed;
use super::space::{Pre, Space, Spaces, collapse, is_code};
use super::style;
use super::token::{Token, Tokens, attributes, decode};
use crate::text::color;
use crate::text::cut::MAX_READ;
use crate::text::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, TableCell, plain_inlines};
use crate::text::grid::Grid;
use crate::text::url;

/// Most open inline tags that are minded at a time.
const MAX_INLINE: usize = 64;

/// Reads a fragment; true when there was more of it than is read.
pub(super) fn document(html: &str) -> (Doc, bool) {
    let mut builder = Builder::default();
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        if builder.spent > 2 * MAX_READ {
            return (builder.finish(), true);
        }
        match token {
            Token::Text(text) => builder.text(&decode(text)),
            Token::Open(name, attrs) => match name.as_str() {
                "script" | "style" | "template" | "svg" | "math" | "title" | "head" | "noscript" => {
                    if !attrs.trim_end().ends_with('/') {
                        tokens.skip_past(&name);
                    }
                }
                _ => builder.open(&name, attrs),
            },
            Token::Close(name) => builder.close(&name),
        }
    }
    (builder.finish(), false)
}

/// An open box: what it is and the blocks that are in it so far.
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) blocks: Vec<Block>,
}

pub(super) enum Kind {
    Quote,
    List { start: Option<u64>, items: Vec<ListItem> },
    Item { task: Option<bool> },
    Table(Grid),
    Cell { header: bool, columns: u64, rows: u64 },
    Expand { title: String },
}

/// An open inline tag.
pub(super) struct Open {
    tag: String,
    pub(super) mark: Option<Mark>,
    /// A mark of what is around it that it takes off.
    off: Option<Mark>,
    embed: Option<Embed>,
    /// What was spent when it opened: nothing is in it as long as that stands.
    spent: usize,
}

#[derive(Default)]
pub(super) struct Builder {
    root: Vec<Block>,
    pub(super) frames: Vec<Frame>,
    pub(super) inline: Vec<Open>,
    pub(super) line: Vec<Inline>,
    heading: Option<u8>,
    pre: Option<Pre>,
    spaces: Spaces,
    /// True while the text goes to the title of the nearest `details`.
    summary: bool,
    /// Characters, breaks and boxes so far.
    spent: usize,
}

impl Builder {
    fn text(&mut self, text: &str) {
        self.spent += 1 + text.chars().count();
        if let Some(pre) = &mut self.pre {
            pre.push(text);
            return;
        }
        let space = self.spaces.now();
        if space == Space::Collapse {
            return self.run(text, false);
        }
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.line.push(Inline::Break);
            }
            self.run(line.trim_end_matches('\r'), space == Space::Keep);
        }
    }

    /// Adds text to the line, with its blanks as they are or each stretch as one.
    fn run(&mut self, text: &str, keep: bool) {
        let add = |out: &mut String, after_space: bool| {
            if keep { out.push_str(text) } else { collapse(text, after_space, out) }
        };
        let after_space = self.after_space();
        let marks = marks(&self.inline);
        let starts = |open: &Open| open.embed.as_ref().is_some_and(|embed| embed.from == self.line.len());
        let apart = self.inline.iter().any(starts);
        if let Some(Inline::Text { text: before, marks: old }) = self.line.last_mut()
            && !apart
            && old.iter().eq(marks.iter().copied())
        {
            add(before, after_space);
            return;
        }
        let mut out = String::with_capacity(text.len());
        add(&mut out, after_space);
        if !out.is_empty() {
            let marks = marks.into_iter().cloned().collect();
            self.line.push(Inline::Text { text: out, marks });
        }
    }

    pub(super) fn after_space(&self) -> bool {
        match self.line.last() {
            None | Some(Inline::Break) => true,
            Some(Inline::Text { text, .. }) => text.ends_with(' '),
            Some(_) => false,
        }
    }

    /// Ends the paragraph or heading.
    pub(super) fn flush(&mut self) {
        let content = std::mem::take(&mut self.line);
        for open in &mut self.inline {
            open.embed = None;
        }
        if content.is_empty() {
            return;
        }
        if self.summary
            && let Some(title) = self.frames.iter_mut().rev().find_map(|frame| match &mut frame.kind {
                Kind::Expand { title } => Some(title),
                _ => None,
            })
        {
            title.push_str(&plain_inlines(&content));
            return;
        }
        let block = match self.heading {
            Some(level) => Block::Heading { level, content },
            None => Block::Paragraph { content },
        };
        self.add(block);
    }

    fn add(&mut self, block: Block) {
        self.spent += 1;
        match self.frames.last_mut() {
            // A list right in a list goes on with the item before it, as browsers show it.
            Some(Frame { kind: Kind::List { items, .. }, blocks }) if blocks.is_empty() && !items.is_empty() => {
                if let Some(item) = items.last_mut() {
                    item.blocks.push(block);
                }
            }
            Some(frame) => frame.blocks.push(block),
            None => self.root.push(block),
        }
    }

    fn add_all(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            self.add(block);
        }
    }

    fn push(&mut self, kind: Kind) {
        self.flush();
        if self.frames.len() < 2 * MAX_DEPTH {
            self.frames.push(Frame { kind, blocks: Vec::new() });
        }
    }

    /// Closes the innermost box.
    fn pop(&mut self) {
        self.flush();
        let Some(Frame { kind, blocks }) = self.frames.pop() else { return };
        match kind {
            Kind::Quote => self.add(Block::Quote { blocks }),
            Kind::List { start, mut items } => {
                if !blocks.is_empty() {
                    items.push(ListItem { task: None, blocks });
                }
                self.add(Block::List { start, items });
            }
            Kind::Item { task } => match self.frames.last_mut().map(|frame| &mut frame.kind) {
                Some(Kind::List { items, .. }) => items.push(ListItem { task, blocks }),
                _ => self.add_all(blocks),
            },
            Kind::Table(grid) => {
                let rows = grid.into_rows();
                self.add(Block::Table { rows });
                self.add_all(blocks);
            }
            Kind::Cell { header, columns, rows } => match self.frames.last_mut().map(|frame| &mut frame.kind) {
                Some(Kind::Table(grid)) => grid.push(TableCell { header, blocks }, columns, rows),
                _ => self.add_all(blocks),
            },
            Kind::Expand { title } => self.add(Block::Expand { title, blocks }),
        }
    }

    /// Closes boxes up to the nearest of a kind, if there is one that is not outside of `stop`.
    fn close_to(&mut self, wanted: fn(&Kind) -> bool, stop: fn(&Kind) -> bool) {
        self.flush();
        let Some(at) = self.frames.iter().rposition(|frame| wanted(&frame.kind) || stop(&frame.kind)) else { return };
        if !self.frames.get(at).is_some_and(|frame| wanted(&frame.kind)) {
            return;
        }
        while self.frames.len() > at {
            self.pop();
        }
    }

    fn open(&mut self, name: &str, attrs: &str) {
        self.spent += 1;
        if self.pre.is_some() && self.open_in_pre(name, attrs) {
            return;
        }
        let around = self.spaces.now();
        self.spaces.open(name, attrs);
        match name {
            "br" => self.line.push(Inline::Break),
            "hr" => {
                self.flush();
                self.add(Block::Rule);
            }
            "img" => self.image(attrs),
            "video" | "audio" | "iframe" | "object" | "embed" | "source" => self.media(attrs),
            "input" => self.checkbox(attrs),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name.get(1..).and_then(|level| level.parse().ok());
            }
            "ul" | "menu" | "dl" => self.push(Kind::List { start: None, items: Vec::new() }),
            "ol" => {
                let start = attribute(attrs, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1);
                self.push(Kind::List { start: Some(start), items: Vec::new() });
            }
            "li" | "dt" | "dd" => {
                self.close_to(is_item, |kind| is_list(kind) || is_cell(kind));
                let parent = self.frames.last().map(|frame| &frame.kind);
                if !parent.is_some_and(is_list) {
                    self.push(Kind::List { start: None, items: Vec::new() });
                }
                self.push(Kind::Item { task: None });
            }
            "blockquote" => self.push(Kind::Quote),
            "details" => self.push(Kind::Expand { title: String::new() }),
            "summary" => {
                self.flush();
                self.summary = true;
            }
            "table" => self.push(Kind::Table(Grid::default())),
            "tr" => {
                self.close_to(is_cell, is_table);
                if let Some(Frame { kind: Kind::Table(grid), .. }) = self.frames.last_mut() {
                    grid.start_row();
                }
            }
            "td" | "th" => {
                self.close_to(is_cell, is_table);
                let attrs = attributes(attrs);
                let span =
                    |key: &str| attrs.iter().find(|(name, _)| name == key).and_then(|(_, n)| n.trim().parse().ok());
                let (columns, rows) = (span("colspan").unwrap_or(1), span("rowspan").unwrap_or(1));
                self.push(Kind::Cell { header: name == "th", columns, rows });
            }
            "pre" | "textarea" => {
                self.flush();
                self.pre = Some(Pre::new(name, language(attrs)));
            }
            name if is_box(name) => {
                self.box_edge(name, around);
                if is_code(attrs) {
                    self.flush();
                    self.pre = Some(Pre::new(name, language(attrs)));
                }
            }
            _ => self.open_inline(name, attrs),
        }
    }

    /// Ends the paragraph where a box starts or ends. Where lines count, boxes are lines.
    fn box_edge(&mut self, name: &str, around: Space) {
        if name != "div" || around == Space::Collapse {
            self.flush();
        } else if !matches!(self.line.last(), None | Some(Inline::Break)) {
            self.line.push(Inline::Break);
        }
    }

    /// Minds the few tags that mean something in a `pre`; true when the tag is done with.
    fn open_in_pre(&mut self, name: &str, attrs: &str) -> bool {
        let Some(pre) = &mut self.pre else { return false };
        match name {
            "br" => pre.push("\n"),
            "code" if pre.language.is_none() => pre.language = language(attrs),
            "div" | "p" => pre.open_box(name),
            "table" | "ul" | "ol" | "blockquote" | "pre" | "h1" | "h2" | "h3" => {
                self.end_pre();
                return false;
            }
            _ => {}
        }
        true
    }

    fn end_pre(&mut self) {
        if let Some(Pre { text, language, .. }) = self.pre.take() {
            self.add(Block::Code { language, text });
        }
    }

    fn open_inline(&mut self, name: &str, attrs: &str) {
        if self.inline.len() >= MAX_INLINE {
            return;
        }
        let embed = self.embed(name, attrs);
        let mark = match name {
            "b" | "strong" => Some(Mark::Strong),
            "i" | "em" | "cite" | "var" | "dfn" => Some(Mark::Em),
            "s" | "strike" | "del" => Some(Mark::Strike),
            "u" | "ins" => Some(Mark::Underline),
            "code" | "kbd" | "samp" | "tt" => Some(Mark::Code),
            "sub" => Some(Mark::Sub),
            "sup" => Some(Mark::Sup),
            "a" => attribute(attrs, "href").and_then(|url| url::safe(&url)).map(|url| Mark::Link(url.into())),
            "font" => attribute(attrs, "color").and_then(|name| color::parse(&name)).map(Mark::Color),
            _ => None,
        };
        let mark = mark.filter(|mark| self.adds(mark));
        let spent = self.spent;
        let own = mark.clone();
        self.inline.push(Open { tag: name.to_owned(), mark, off: None, embed, spent });
        if style::is_minded(name)
            && let Some(style) = attribute(attrs, "style")
        {
            for styled in style::marks(&style).into_iter().take(MAX_INLINE - self.inline.len()) {
                let says = !styled.own || own.as_ref() == Some(&styled.mark);
                // The same tag again: its closing tag takes all of them, see `close_inline`.
                if says && styled.on == self.adds(&styled.mark) {
                    let (mark, off) = if styled.on { (Some(styled.mark), None) } else { (None, Some(styled.mark)) };
                    self.inline.push(Open { tag: format!("+{name}"), mark, off, embed: None, spent });
                }
            }
        }
    }

    /// Returns true when no mark of the kind is open: the outermost counts, and every run carries what is open.
    fn adds(&self, mark: &Mark) -> bool {
        !marks(&self.inline).iter().any(|open| open.rank() == mark.rank())
    }

    fn close(&mut self, name: &str) {
        if let Some(pre) = &mut self.pre {
            if pre.close(name) {
                self.end_pre();
                self.spaces.close(name);
            }
            return;
        }
        self.spaces.close(name);
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = None;
            }
            "ul" | "ol" | "menu" | "dl" => self.close_to(is_list, is_cell),
            "li" | "dt" | "dd" => self.close_to(is_item, |kind| is_list(kind) || is_cell(kind)),
            "blockquote" => self.close_to(|kind| matches!(kind, Kind::Quote), is_cell),
            "details" => self.close_to(|kind| matches!(kind, Kind::Expand { .. }), is_cell),
            "summary" => {
                self.flush();
                self.summary = false;
            }
            "table" => self.close_to(is_table, |_| false),
            "tr" | "td" | "th" => self.close_to(is_cell, is_table),
            "p" | "br" if self.line.is_empty() => {}
            name if is_box(name) => self.box_edge(name, self.spaces.now()),
            _ => self.close_inline(name),
        }
    }

    fn close_inline(&mut self, name: &str) {
        let Some(at) = self.inline.iter().rposition(|open| open.tag == name) else { return };
        let styled = |open: &Open| open.tag.strip_prefix('+') == Some(name);
        let open = self.inline.remove(at);
        while self.inline.get(at).is_some_and(styled) {
            self.inline.remove(at);
        }
        if let Some(embed) = open.embed
            && embed.from <= self.line.len()
        {
            self.close_embed(embed);
        } else if let Some(Mark::Link(url)) = open.mark
            && open.spent == self.spent
        {
            // A link that says nothing says where it leads.
            self.line.push(Inline::link(url.clone(), url));
        }
    }

    fn finish(mut self) -> Doc {
        self.end_pre();
        while !self.frames.is_empty() {
            self.pop();
        }
        self.flush();
        Doc { blocks: self.root }
    }
}

/// Returns the marks of the text that comes now.
pub(super) fn marks(inline: &[Open]) -> Vec<&Mark> {
    let mut marks: Vec<&Mark> = Vec::new();
    for open in inline {
        if let Some(off) = &open.off {
            marks.retain(|mark| mark.rank() != off.rank());
        }
        marks.extend(&open.mark);
    }
    marks
}

fn is_item(kind: &Kind) -> bool {
    matches!(kind, Kind::Item { .. })
}

fn is_list(kind: &Kind) -> bool {
    matches!(kind, Kind::List { .. })
}

fn is_cell(kind: &Kind) -> bool {
    matches!(kind, Kind::Cell { .. })
}

fn is_table(kind: &Kind) -> bool {
    matches!(kind, Kind::Table(_))
}

/// Returns true for tags that start and end a line and are nothing else to us.
fn is_box(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "figure"
            | "figcaption"
            | "center"
            | "address"
            | "form"
            | "fieldset"
            | "tbody"
            | "thead"
            | "tfoot"
            | "caption"
            | "body"
            | "html"
            | "option"
            | "select"
    )
}

fn attribute(attrs: &str, key: &str) -> Option<String> {
    if attrs.is_empty() {
        return None;
    }
    attributes(attrs).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn language(attrs: &str) -> Option<String> {
    let class = attribute(attrs, "class").or_else(|| attribute(attrs, "data-language"))?;
    let name = class.split_whitespace().find_map(|word| word.strip_prefix("language-").or(word.strip_prefix("lang-")));
    name.map(str::to_owned)
}
