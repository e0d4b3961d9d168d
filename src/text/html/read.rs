//! Builds the tree from HTML tokens with a stack of open boxes; there is no recursion, so no depth can hurt.

use super::builder::{Builder, Frame, Kind, Open, is_box, is_cell, is_item, is_list, is_table, marks};
use super::space::{Pre, Space, is_code};
use super::style;
use super::token::{Token, Tokens, attributes, decode};
use crate::text::color;
use crate::text::cut::MAX_READ;
use crate::text::doc::{Block, Doc, Inline, Mark};
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

impl Builder {
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
            "li" | "dt" | "dd" => self.open_item(),
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
            "td" | "th" => self.open_cell(name == "th", attrs),
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

    /// An item outside a list begins one.
    fn open_item(&mut self) {
        self.close_to(is_item, |kind| is_list(kind) || is_cell(kind));
        let parent = self.frames.last().map(|frame| &frame.kind);
        if !parent.is_some_and(is_list) {
            self.push(Kind::List { start: None, items: Vec::new() });
        }
        self.push(Kind::Item { task: None });
    }

    fn open_cell(&mut self, header: bool, attrs: &str) {
        self.close_to(is_cell, is_table);
        let attrs = attributes(attrs);
        let span = |key: &str| attrs.iter().find(|(name, _)| name == key).and_then(|(_, n)| n.trim().parse().ok());
        let (columns, rows) = (span("colspan").unwrap_or(1), span("rowspan").unwrap_or(1));
        self.push(Kind::Cell { header, columns, rows });
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
}
