//! The tree under construction: open boxes, open marks, and the line that is being written.

use super::space::{Pre, Space, Spaces, collapse};
use crate::text::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, TableCell, plain_inlines};
use crate::text::grid::Grid;

/// An embedded thing of Guance's editor.
pub(super) struct Embed {
    /// Where its text starts.
    pub(super) from: usize,
    pub(super) kind: Embedded,
    /// What it is called, where its text does not say.
    pub(super) name: String,
}

pub(super) enum Embedded {
    /// A person, by id.
    Person(String),
    /// An issue, by id.
    Issue(String),
    /// A channel, a template's variable: only its text counts.
    Other,
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
    pub(super) tag: String,
    pub(super) mark: Option<Mark>,
    /// A mark of what is around it that it takes off.
    pub(super) off: Option<Mark>,
    pub(super) embed: Option<Embed>,
    /// What was spent when it opened: nothing is in it as long as that stands.
    pub(super) spent: usize,
}

#[derive(Default)]
pub(super) struct Builder {
    pub(super) root: Vec<Block>,
    pub(super) frames: Vec<Frame>,
    pub(super) inline: Vec<Open>,
    pub(super) line: Vec<Inline>,
    pub(super) heading: Option<u8>,
    pub(super) pre: Option<Pre>,
    pub(super) spaces: Spaces,
    /// True while the text goes to the title of the nearest `details`.
    pub(super) summary: bool,
    /// Characters, breaks and boxes so far.
    pub(super) spent: usize,
}

impl Builder {
    pub(super) fn text(&mut self, text: &str) {
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
    pub(super) fn run(&mut self, text: &str, keep: bool) {
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

    pub(super) fn add(&mut self, block: Block) {
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

    pub(super) fn add_all(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            self.add(block);
        }
    }

    pub(super) fn push(&mut self, kind: Kind) {
        self.flush();
        if self.frames.len() < 2 * MAX_DEPTH {
            self.frames.push(Frame { kind, blocks: Vec::new() });
        }
    }

    /// Closes the innermost box.
    pub(super) fn pop(&mut self) {
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
    pub(super) fn close_to(&mut self, wanted: fn(&Kind) -> bool, stop: fn(&Kind) -> bool) {
        self.flush();
        let Some(at) = self.frames.iter().rposition(|frame| wanted(&frame.kind) || stop(&frame.kind)) else { return };
        if !self.frames.get(at).is_some_and(|frame| wanted(&frame.kind)) {
            return;
        }
        while self.frames.len() > at {
            self.pop();
        }
    }

    pub(super) fn end_pre(&mut self) {
        if let Some(Pre { text, language, .. }) = self.pre.take() {
            self.add(Block::Code { language, text });
        }
    }

    pub(super) fn finish(mut self) -> Doc {
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

pub(super) fn is_item(kind: &Kind) -> bool {
    matches!(kind, Kind::Item { .. })
}

pub(super) fn is_list(kind: &Kind) -> bool {
    matches!(kind, Kind::List { .. })
}

pub(super) fn is_cell(kind: &Kind) -> bool {
    matches!(kind, Kind::Cell { .. })
}

pub(super) fn is_table(kind: &Kind) -> bool {
    matches!(kind, Kind::Table(_))
}

/// Returns true for tags that start and end a line and are nothing else to us.
pub(super) fn is_box(name: &str) -> bool {
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
